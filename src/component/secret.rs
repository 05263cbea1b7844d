//! `secret`: what somebody else knows.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Literal, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Invalid, JsonKey, KmsKeyArn, Scalar, ScalarType, SecretName};
use crate::{block, module_source, outputs};

block! {
    /// A secret of Secrets Manager: its name and what is known of it, never its value.
    ///
    /// A task gets it by `secrets = { API_KEY = secret.app["API_KEY"] }`, or whole by `secret.app`.
    /// Until somebody has put a value there, with `aws secretsmanager put-secret-value`, no such
    /// task starts: a deployment goes back, instead of running with a placeholder.
    ///
    /// ```hcl
    /// secret "app" {
    ///   description = "What the app signs in with elsewhere."
    ///   keys        = ["API_KEY", "SENTRY_DSN"]
    ///   kms_key_arn = key.main.arn
    /// }
    /// ```
    pub struct Secret {
        /// Its name: `/production/app/env`. Changing it makes another secret, without a value.
        name: Option<Value<SecretName>>,
        /// What it is for, and where its values come from.
        description: Option<Value<String>>,
        /// The keys of the JSON object that it is to hold: `["API_KEY", "DSN"]`. Tasks can name
        /// these only; they stand in its description, too. None where it is a plain text.
        keys: Unpassed<Vec<Literal<JsonKey>>>,
        /// The key that encrypts it; without it, Secrets Manager's own. Tasks that have it in
        /// `secrets` may use the key.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// False to let Terraform destroy it: its value, which no description has, is lost after
        /// `recovery_days`.
        protect: Protect,
        /// For how many days a deleted secret can be had back; 0 deletes it at once.
        recovery_days: Value<RecoveryDays> = Value::Literal(RecoveryDays(30)),
    }
}

/// For how many days a deleted secret can be had back (AWS Secrets Manager API Reference,
/// "DeleteSecret").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryDays(u8);

impl fmt::Display for RecoveryDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for RecoveryDays {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "0, or 7 to 30";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(days @ (0 | 7..=30)) => Ok(Self(days)),
            _ => Err(Invalid::new(codes::OUT_OF_RANGE, "Secrets Manager refuses this")
                .help(format!("use {}", Self::RULE))),
        }
    }
}

impl Component for Secret {
    const KIND: &'static str = "secret";
    const FILE: &'static str = "secrets.tf";
    const DRAWN: Drawn = Drawn::new(Family::Security, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("secret"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The secret's ARN." arn,
            "The secret's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        for (index, key) in self.keys.iter().enumerate() {
            if self.keys[..index].contains(key) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("`{}` stands twice", key.as_str()))
                        .at(self.origin.field("keys"), "")
                        .help("take one of them out"),
                );
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("secret");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if !self.keys.is_empty() {
            let keys: Vec<&str> = self.keys.iter().map(|key| key.as_str()).collect();
            let keys = format!("Keys: {}", keys.join(", "));
            let description = match &self.description {
                None => Value::Literal(keys),
                Some(Value::Literal(text)) => Value::Literal(format!("{text} {keys}")),
                Some(text @ Value::Expression(_)) => {
                    let keys = crate::hcl::print::escaped(&keys);
                    Value::raw(format!("\"{} {keys}\"", text.template()))
                }
            };
            match self.description {
                Some(_) => call.set("description", description.expr()),
                None => call.set_after("name", "description", description.expr()),
            }
        }
        lower.add_call::<Self>(call);
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// A service with these fields, and what `others` declares.
    fn service(fields: &str, others: &str) -> String {
        format!(
            r#"service "api" {{
  cluster = cluster.main
  image   = image.app
{fields}
}}
{others}
repository "app" {{}}
image "app" {{ repository = repository.app }}
network "main" {{ cidr = "10.0.0.0/16" }}
cluster "main" {{ network = network.main }}
"#
        )
    }

    #[test]
    fn a_minimal_secret_has_a_name_and_no_value() {
        insta::assert_snapshot!(rendered("secrets.tf", "secret \"app\" {}"), @r#"
        module "secret_app" {
          source = "../../modules/secret"

          name = "test-app"
        }
        "#);
    }

    #[test]
    fn a_full_secret_says_which_keys_it_has() {
        insta::assert_snapshot!(rendered("secrets.tf", r#"
secret "app" {
  name          = "/production/app/env"
  # Ask the office.
  description   = "What the app needs."
  keys          = ["API_KEY", "DSN"]
  kms_key_arn   = "arn:aws:kms:us-west-2:123456789012:key/1"
  recovery_days = 7
}
secret "other" { keys = ["A"] }
secret "third" {
  description = "Of ${var.x}."
  keys        = ["A"]
}
"#), @r#"
        module "secret_app" {
          source = "../../modules/secret"

          name = "/production/app/env"

          # Ask the office.
          description   = "What the app needs. Keys: API_KEY, DSN"
          kms_key_arn   = "arn:aws:kms:us-west-2:123456789012:key/1"
          recovery_days = 7
        }

        module "secret_other" {
          source = "../../modules/secret"

          name        = "test-other"
          description = "Keys: A"
        }

        module "secret_third" {
          source = "../../modules/secret"

          name        = "test-third"
          description = "Of ${var.x}. Keys: A"
        }
        "#);
    }

    #[test]
    fn a_task_names_a_secret_whole_or_by_key_and_may_use_its_encryption_key() {
        let fields = r#"  secrets = {
    API_KEY = secret.app["API_KEY"]
    DSN     = secret.plain
    TOKEN   = parameter.token
    OTHER   = "secretsmanager:other"
  }
  secrets_kms_key_arns = ["arn:aws:kms:us-west-2:123456789012:key/2"]
  sidecar "agent" {
    image   = image.app
    secrets = { KEY = secret.agent.arn }
  }
  access = [secret.app, parameter.token]"#;
        let others = r#"
key "main" {}
secret "app" {
  keys        = ["API_KEY"]
  kms_key_arn = key.main.arn
}
secret "agent" { kms_key_arn = key.main.arn }
secret "plain" {}
parameter "token" {
  type        = "SecureString"
  kms_key_arn = var.key
}
"#;
        insta::assert_snapshot!(rendered("services.tf", &service(fields, others)), @r#"
        module "service_api" {
          source = "../../modules/service"

          name                 = "test-api"
          cluster              = module.cluster_main
          network              = module.network_main
          placement            = "public"
          image                = local.image_references.app
          secrets_kms_key_arns = ["arn:aws:kms:us-west-2:123456789012:key/2", module.key_main.arn, var.key]

          secrets = {
            API_KEY = "${module.secret_app.arn}:API_KEY::"
            DSN     = module.secret_plain.arn
            OTHER   = data.aws_secretsmanager_secret.other.arn
            TOKEN   = module.parameter_token.arn
          }

          sidecar = {
            agent = {
              image = local.image_references.app
              secrets = {
                KEY = module.secret_agent.arn
              }
            }
          }

          statement = {
            parameter_token = {
              actions   = ["ssm:GetParameter", "ssm:GetParameters"]
              resources = [module.parameter_token.arn]
            }
            parameter_token_key = {
              actions   = ["kms:Decrypt"]
              resources = [var.key]
            }
            secret_app = {
              actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
              resources = [module.secret_app.arn]
            }
            secret_app_key = {
              actions   = ["kms:Decrypt"]
              resources = [module.key_main.arn]
            }
          }
        }
        "#);
    }

    #[test]
    fn a_key_that_the_secret_has_not_is_refused() {
        let fields = "  secrets = {\n    A = secret.app[\"API_KYE\"]\n    B = secret.app[\"DSN\"]\n    C = secret.plain[\"a:b\"]\n    D = parameter.token[\"a\"]\n  }";
        let others = "secret \"app\" { keys = [\"API_KEY\"] }\nsecret \"plain\" {}\nparameter \"token\" { type = \"SecureString\" }";
        insta::assert_snapshot!(problems(&service(fields, others)), @r#"
        5:9 SW107 `secret.app` has no key `API_KYE`; did you mean `secret.app["API_KEY"]`?
        6:9 SW107 `secret.app` has no key `DSN`; add it to the `keys` of `secret.app`
        7:9 SW107 `:` cannot stand in a secret's key; a secret's key has at least one character, none of them a colon, `#` or white space
        8:9 SW107 a parameter has no keys; write `parameter.token`
        "#);
    }

    #[test]
    fn a_secret_in_the_environment_is_refused() {
        insta::assert_snapshot!(problems(&service("  environment = { A = secret.app[\"A\"] }", "secret \"app\" { keys = [\"A\"] }")), @r#"4:23 SW108 `secret.app["A"]` is no text; name it in `secrets`: `secrets = { A = secret.app["A"] }`"#);
    }

    #[test]
    fn a_secret_can_be_had_back_for_a_week_or_more_or_not_at_all() {
        insta::assert_snapshot!(problems("secret \"app\" { recovery_days = 3 }"), @"1:32 SW202 Secrets Manager refuses this; use 0, or 7 to 30");
    }

    #[test]
    fn a_key_stands_once() {
        insta::assert_snapshot!(problems("secret \"app\" { keys = [\"A\", \"A\", \"b:c\"] }"), @"1:36 SW203 `:` cannot stand in a secret's key; a secret's key has at least one character, none of them a colon, `#` or white space");
        insta::assert_snapshot!(problems("secret \"app\" { keys = [\"A\", \"A\"] }"), @"1:23 SW104 `A` stands twice; take one of them out");
    }
}
