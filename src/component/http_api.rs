//! `http_api`: an HTTP API of API Gateway, in front of functions.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::collections::BTreeSet;

use super::api::{
    Answered, ApiAccessLogs, Cors, Domain, Routes, StageFunction, Throttle, check_authorizer,
    check_domain_certificate, check_format, check_wait, functions, set_functions,
};
use super::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Literal, Table};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{ApiName, HeaderName, Invalid, Scalar, ScalarType, StageName, Whole};
use crate::{block, module_source, outputs};

block! {
    /// An HTTP API of API Gateway, cheaper and faster than a REST API (`api`), with one stage to
    /// which each change goes at once. It has what an API of functions mostly needs; what it has not:
    /// templates, token authorizers, binary media types by list, execution logs, several stages
    /// (Amazon API Gateway Developer Guide, "Choose between REST APIs and HTTP APIs").
    ///
    /// ```hcl
    /// artifact "orders" {
    ///   bucket = "acme-builds"
    ///   key    = "orders/{digest}.zip"
    /// }
    ///
    /// function "orders" {
    ///   code    = artifact.orders
    ///   handler = "index.handler"
    ///   runtime = "nodejs24.x"
    /// }
    ///
    /// http_api "orders" {
    ///   route "POST /orders" { function = function.orders }
    ///   route "GET /orders/{id}" { function = function.orders }
    ///
    ///   authorizer "users" {
    ///     issuer    = "https://login.example.org"
    ///     audiences = ["orders"]
    ///   }
    ///
    ///   access_logs {}
    /// }
    /// ```
    pub struct HttpApi {
        /// Its name.
        name: Option<Value<ApiName>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// What is asked and which function answers, by method and path, as in `api`.
        route: Routes<HttpRoute>,
        /// Who decides whether a request may come in. Where there is one, each route has it that
        /// does not say otherwise.
        authorizer: Table<HttpAuthorizer>,
        /// Which pages may call it. API Gateway answers browsers, and sets the headers of every
        /// answer.
        cors: Option<Cors>,
        /// The name of its stage; with `$default` URLs do not have it.
        stage: Value<HttpStageName> = Value::Literal(HttpStageName("$default".to_owned())),
        /// How many requests it takes.
        throttle: Option<Throttle>,
        /// One line about each request.
        access_logs: Option<ApiAccessLogs>,
        /// True to count requests, errors and times for each route.
        metrics: Value<bool> = Value::Literal(false),
        /// A name of its own.
        domain: Option<Domain>,
        /// False to answer under its own `domain` only.
        default_endpoint: Value<bool> = Value::Literal(true),
    }
}

block! {
    /// What is asked and who answers.
    pub struct HttpRoute {
        /// The function that answers.
        function: StageFunction,
        /// The label of the `authorizer` that lets requests in; `none` for everybody's.
        authorizer: Option<Literal<String>>,
        /// How long API Gateway waits for the answer, in seconds, 30 at most (Amazon API Gateway
        /// Developer Guide, "Quotas for configuring and running an HTTP API in API Gateway").
        timeout_s: Value<Whole<1, 30>> = Value::Literal(Whole::new(30)),
    }
}

block! {
    /// Who decides whether a request may come in: a function that is told of the request, or the
    /// issuer of its JSON Web Token.
    pub struct HttpAuthorizer {
        /// The function.
        function: Option<StageFunction>,
        /// The issuer of tokens, a URL.
        issuer: Option<Value<String>>,
        /// Whom tokens are for.
        audiences: Vec<Value<String>>,
        /// The headers that identify a request; `Authorization` when none is named.
        headers: Vec<Literal<HeaderName>>,
        /// How long a function's answer counts for the same headers and route, in seconds.
        cache_s: Value<Whole<0, 3600>> = Value::Literal(Whole::new(0)),
        /// True when the function answers `{ "isAuthorized": true }`, false when it answers with a
        /// policy.
        simple: Value<bool> = Value::Literal(true),
    }
}

/// The name of an HTTP API's stage, or `$default` (Amazon API Gateway Developer Guide, "Stages for
/// HTTP APIs in API Gateway").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpStageName(String);

impl std::fmt::Display for HttpStageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for HttpStageName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`$default`, or 1 to 128 letters, digits, hyphens and underscores";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "$default" => Ok(Self(text.to_owned())),
            _ => StageName::parse(text).map(|name| Self(name.to_string())),
        }
    }
}

impl Answered for HttpRoute {
    fn authorizer(&self) -> Option<&str> {
        self.authorizer.as_ref().map(|label| label.0.as_str())
    }
}

impl Component for HttpApi {
    const KIND: &'static str = "http_api";
    const FILE: &'static str = "apis.tf";
    const DRAWN: Drawn = Drawn::new(Family::Edge, Meaning::TRAFFIC)
        .fields(&[("route", Meaning::TRAFFIC), ("authorizer", Meaning::TRAFFIC)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("http_api"));

    fn outputs() -> Outputs {
        outputs! {
            "The API's ARN." arn,
            "The host that its own name is an alias of, `null` where it has none." domain_name,
            "The API's id." id,
            "The API's name." name,
            "The URL of its stage." url,
            "The hosted zone of that host, for alias records." zone_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![functions()]
    }

    fn check(&self, check: &Check<'_>) {
        self.route.check(check, &self.origin);
        let authorizers = self.authorizers();
        for (_, route) in self.route.iter() {
            check_authorizer(check, route.authorizer(), &route.origin, &authorizers);
            let wait = route.timeout_s.literal().map(|wait| wait.get());
            check_wait(check, &route.function, wait, None);
        }
        for authorizer in self.authorizer.rows.values() {
            authorizer.check(check);
        }
        if let Some(cors) = &self.cors {
            cors.check(check);
        }
        if let Some(logs) = &self.access_logs {
            check_format(check, logs);
        }
        if let Some(domain) = &self.domain {
            if domain.stage.is_some() {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "an HTTP API has one stage")
                        .at(domain.origin.field("stage"), "")
                        .help("take it out"),
                );
            }
            check_domain_certificate(check, domain);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.own("HTTP API");
        if self.access_logs.is_some() {
            names.add("log group", format!("/aws/apigateway/{stem}"));
        }
        if let Some(Domain { name: Value::Literal(name), .. }) = &self.domain {
            names.add("API Gateway domain name", name.to_string());
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        call.set("route", self.route.lower(&self.authorizers()));
        let asked = self.route.0.rows.values().map(|route| &route.function);
        let asked =
            asked.chain(self.authorizer.rows.values().filter_map(|it| it.function.as_ref()));
        set_functions(&mut call, asked.map(|it| it.0.label.as_str()).collect());
        lower.add_call::<Self>(call);
    }
}

impl HttpApi {
    fn authorizers(&self) -> BTreeSet<&str> {
        self.authorizer.iter().map(|(label, _)| label).collect()
    }
}

impl HttpAuthorizer {
    fn check(&self, check: &Check<'_>) {
        let origin = &self.origin;
        let refuse = |code, field: &str, message: &str, help: &str| {
            let problem = Diagnostic::error(code, message).at(origin.field(field), "");
            check.report(problem.help(help));
        };
        match (&self.function, &self.issuer) {
            (None, None) => refuse(
                codes::MISSING_FIELD,
                "function",
                "nobody decides who may come in",
                "add `function = function.…`, or `issuer` and `audiences`",
            ),
            (Some(_), Some(_)) => refuse(
                codes::CONFLICT,
                "issuer",
                "a function decides, or an issuer",
                "take one of the two out",
            ),
            (None, Some(_)) => {
                if self.audiences.is_empty() {
                    refuse(
                        codes::MISSING_FIELD,
                        "issuer",
                        "tokens for anybody else would be let in",
                        "add `audiences = [\"…\"]`",
                    );
                }
                for field in ["cache_s", "simple"].into_iter().filter(|field| origin.wrote(field)) {
                    refuse(
                        codes::CONFLICT,
                        field,
                        "only a function's answer has this",
                        "take it out",
                    );
                }
                if self.headers.len() > 1 {
                    refuse(codes::CONFLICT, "headers", "a token stands in one header", "name one");
                }
            }
            (Some(_), None) if !self.audiences.is_empty() => refuse(
                codes::CONFLICT,
                "audiences",
                "only an issuer's tokens have an audience",
                "take it out",
            ),
            (Some(_), None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
artifact "app" { path = "../../build/app.zip" }
function "app" {
  code    = artifact.app
  handler = "app.handler"
  runtime = "python3.13"
}
"#;

    fn api(fields: &str) -> String {
        format!(
            "http_api \"app\" {{\n  route \"GET /\" {{ function = function.app }}\n{fields}\n}}\n{BASE}"
        )
    }

    #[test]
    fn a_minimal_http_api_is_its_routes() {
        insta::assert_snapshot!(rendered("apis.tf", &api("")), @r#"
        module "http_api_app" {
          source = "../../modules/http_api"

          name = "test-app"

          route = {
            "GET /" = {
              function = "app"
            }
          }

          functions = {
            app = module.function_app
          }
        }
        "#);
    }

    #[test]
    fn a_full_http_api_asks_an_issuer_and_a_function() {
        let full = api(r#"
  name             = "app"
  description      = "The application"
  stage            = "v1"
  metrics          = true
  default_endpoint = false

  route "POST /jobs" {
    function   = function.app
    authorizer = "gate"
    timeout_s  = 30
  }

  route "GET /jobs" {
    function   = function.app
    authorizer = "users"
  }

  authorizer "users" {
    issuer    = "https://login.example.org"
    audiences = ["app"]
  }

  authorizer "gate" {
    function = function.app
    headers  = ["X-Token"]
    cache_s  = 60
    simple   = false
  }

  cors { origins = ["https://www.example.org"] }

  throttle {
    rate  = 10
    burst = 20
  }

  access_logs { retention_days = 7 }

  domain {
    name        = "api.example.org"
    certificate = "arn:aws:acm:us-west-2:123456789012:certificate/1"
  }
"#)
        .replace(
            "  route \"GET /\" { function = function.app }",
            "  route \"GET /\" {\n    function = function.app\n    authorizer = \"none\"\n  }",
        );
        insta::assert_snapshot!(rendered("apis.tf", &full), @r#"
        module "http_api_app" {
          source = "../../modules/http_api"

          name             = "app"
          description      = "The application"
          stage            = "v1"
          metrics          = true
          default_endpoint = false

          route = {
            "GET /" = {
              function = "app"
            }
            "GET /jobs" = {
              function   = "app"
              authorizer = "users"
            }
            "POST /jobs" = {
              function   = "app"
              authorizer = "gate"
            }
          }

          authorizer = {
            gate = {
              function = "app"
              headers  = ["X-Token"]
              cache_s  = 60
              simple   = false
            }
            users = {
              issuer    = "https://login.example.org"
              audiences = ["app"]
            }
          }

          cors = {
            origins = ["https://www.example.org"]
          }

          throttle = {
            rate  = 10
            burst = 20
          }

          access_logs = {
            retention_days = 7
          }

          domain = {
            name        = "api.example.org"
            certificate = "arn:aws:acm:us-west-2:123456789012:certificate/1"
          }

          functions = {
            app = module.function_app
          }
        }
        "#);
    }

    #[test]
    fn somebody_decides_who_may_come_in() {
        insta::assert_snapshot!(problems(&api("  authorizer \"a\" {}")), @"3:3 SW103 nobody decides who may come in; add `function = function.…`, or `issuer` and `audiences`");
        insta::assert_snapshot!(problems(&api("  authorizer \"a\" {\n    issuer = \"https://login.example.org\"\n    cache_s = 1\n  }")), @r#"
        4:14 SW103 tokens for anybody else would be let in; add `audiences = ["…"]`
        5:15 SW312 only a function's answer has this; take it out
        "#);
        insta::assert_snapshot!(problems(&api("  authorizer \"a\" {\n    issuer = \"https://login.example.org\"\n    function = function.app\n  }")), @"4:14 SW312 a function decides, or an issuer; take one of the two out");
    }

    #[test]
    fn it_has_one_stage_and_waits_30_seconds_at_most() {
        insta::assert_snapshot!(problems(&api("  domain {\n    name = \"api.example.org\"\n    certificate = \"arn:aws:acm:us-west-2:123456789012:certificate/1\"\n    stage = \"prod\"\n  }\n  route \"GET /x\" {\n    function = function.app\n    timeout_s = 31\n  }")), @"10:17 SW202 `31` is out of range; use a whole number from 1 to 30");
    }
}
