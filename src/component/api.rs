//! `api`: a REST API of API Gateway, in front of functions.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::expr::Expression as Source;
use hcl::edit::structure::Block as SourceBlock;
use indexmap::IndexMap;

use super::task::default;
use super::{CertificateArn, Component, Function, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes, did_you_mean};
use crate::hcl::{Expr, Property};
use crate::stack::Stack;
use crate::stack::block::{Block, FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{Entry, Field, Literal, Map, OrLabel, Ref, Table, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::read::{Reader, label_range};
use crate::stack::value::{Reference, Value};
use crate::value::{
    ApiName, HeaderName, HostName, LogRetention, MediaType, RouteKey, Scalar, ScalarType,
    StageName, StageVariable, WebOrigin, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A REST API of API Gateway whose routes call functions, and its stages.
    ///
    /// All stages share the API's routes, authorizers and settings; each has its own functions,
    /// variables, CORS, throttling and logs. A route of a stage calls the function that the stage
    /// names for it, through a stage variable, and API Gateway may call that function for this stage
    /// only. A changed API is deployed to every stage in the same run, unless the stage has a
    /// `revision` of its own.
    ///
    /// Stages that are to have routes and state of their own are `environment`s of the stack: each
    /// has an API of its own then, with one stage.
    ///
    /// ```hcl
    /// artifact "pages" {
    ///   bucket = "acme-builds"
    ///   key    = "pages/{digest}.zip"
    /// }
    ///
    /// function "pages" {
    ///   code    = artifact.pages
    ///   handler = "app.handler"
    ///   runtime = "python3.13"
    /// }
    ///
    /// function "gate" {
    ///   code    = artifact.pages
    ///   handler = "app.authorize"
    ///   runtime = "python3.13"
    /// }
    ///
    /// api "pages" {
    ///   authorizer "token" { function = function.gate }
    ///
    ///   route "GET /pages/{id}" { function = function.pages }
    ///   route "POST /pages" { function = function.pages }
    ///
    ///   route "GET /health" {
    ///     function   = function.pages
    ///     authorizer = "none"
    ///   }
    ///
    ///   cors { origins = ["https://www.example.org"] }
    ///
    ///   stage "live" {
    ///     throttle {
    ///       rate  = 100
    ///       burst = 200
    ///     }
    ///     access_logs {}
    ///   }
    /// }
    /// ```
    pub struct Api {
        /// Its name.
        name: Option<Value<ApiName>>,
        /// What it is for.
        description: Option<Value<String>>,
        /// What is asked and which function answers, by method and path: `route "GET /users/{id}"`.
        /// `{id}` stands for one segment of the path, `{path+}` for all that follow, and `ANY` for
        /// the methods that have no route.
        route: Routes<Route>,
        /// Who decides whether a request may come in. Where there is one, each route has it that
        /// does not say otherwise.
        authorizer: Table<Authorizer>,
        /// Which pages may call it: of every stage that does not say otherwise.
        cors: Unpassed<Option<Cors>>,
        /// Its stages. Without one it has one, called like the stack's environment, or `live`.
        stage: Table<Stage>,
        /// What is taken and given as bytes; `*/*` is everything.
        binary_media_types: Vec<Value<MediaType>>,
        /// A name of its own.
        domain: Option<Domain>,
        /// False to answer under its own `domain` only.
        default_endpoint: Value<bool> = Value::Literal(true),
        /// True to give API Gateway the role with which it writes logs: one for all APIs of an
        /// account and region, without which stages cannot have logs (Amazon API Gateway Developer
        /// Guide, "Set up CloudWatch logging for REST APIs in API Gateway").
        account_role: Literal<bool> = Literal(false),
    }
}

block! {
    /// What is asked and who answers.
    pub struct Route {
        /// The function that answers, where a stage names no other for it.
        function: StageFunction,
        /// The label of the `authorizer` that lets requests in; `none` for everybody's.
        authorizer: Option<Literal<String>>,
        /// How long API Gateway waits for the answer, in seconds: 29 at most, for whoever has not
        /// had the quota raised (Amazon API Gateway Developer Guide, "Quotas for configuring and
        /// running a REST API in API Gateway").
        timeout_s: Value<Whole<1, 29>> = Value::Literal(Whole::new(29)),
        /// What the function is told, in place of the whole request: templates in VTL by media type.
        /// A `${…}` that is for API Gateway is written `$${…}` (Amazon API Gateway Developer Guide,
        /// "Mapping template transformations for REST APIs in API Gateway").
        templates: Map<Value<String>>,
        /// What is made of the function's answer, where it was not told the whole request: by
        /// status, `response "ok" { status = 200 }`.
        response: Table<RouteResponse>,
    }
}

block! {
    /// What is made of a function's answer (Amazon API Gateway Developer Guide, "Set up an
    /// integration response in API Gateway").
    pub struct RouteResponse {
        /// The status.
        status: Value<Whole<200, 599>>,
        /// A regular expression on the function's error by which it is chosen; without one it is for
        /// all others.
        selection_pattern: Option<Value<String>>,
        /// Templates in VTL by media type; without one the answer goes as it is.
        templates: Map<Value<String>>,
        /// Headers, as API Gateway maps them: `'no-store'` in single quotes is a text,
        /// `integration.response.body.next` a part of the answer.
        headers: Map<Value<String>>,
    }
}

block! {
    /// A function that says who may come in (Amazon API Gateway Developer Guide, "Use API Gateway
    /// Lambda authorizers"). A request without what identifies it is refused before the function is
    /// asked.
    pub struct Authorizer {
        /// The function, where a stage names no other for it.
        function: StageFunction,
        /// Whether it is told a token or the whole request.
        r#type: Literal<AuthorizerType> = Literal(AuthorizerType::Token),
        /// The headers that identify a request; a token stands in one.
        headers: Vec<Literal<HeaderName>>,
        /// A regular expression that tokens match; others are refused without asking.
        validation: Option<Value<String>>,
        /// How long an answer counts for the same token, for all routes, in seconds. With 0 it is
        /// asked each time.
        cache_s: Value<Whole<0, 3600>> = Value::Literal(Whole::new(0)),
        /// True when its policies are about every route, and not only about the one that was asked
        /// for: what may be cached.
        full_policy: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
    }
}

choice! {
    /// What an authorizer is told.
    pub enum AuthorizerType {
        /// The value of one header.
        Token = "token",
        /// Headers, path and query.
        Request = "request",
    }
}

block! {
    /// Which pages may call it, as browsers ask for before they let them (Fetch Standard, "CORS
    /// protocol"). The answer to the call itself is the function's: it sets the header
    /// `Access-Control-Allow-Origin` there.
    pub struct Cors {
        /// Where the pages are from: `https://www.example.org`; `*` is anywhere.
        origins: Vec<Literal<WebOrigin>>,
        /// The headers that they may send beside those that every page may.
        headers: Vec<Literal<HeaderName>> =
            vec![Literal(default("Authorization")), Literal(default("Content-Type"))],
        /// True when they may send cookies.
        credentials: Literal<bool> = Literal(false),
        /// How long browsers remember it, in seconds.
        max_age_s: Literal<Whole<0, 86_400>> = Literal(Whole::new(600)),
    }
}

block! {
    /// A stage of an API: what its URLs begin with, and what they lead to.
    pub struct Stage {
        /// Its name, its label when it is not written.
        name: OrLabel<StageName>,
        /// The functions that this stage has in place of those that routes and authorizers name:
        /// `{ app = function.app_prod }`.
        functions: Map<StageFunction>,
        /// Variables that functions are told and templates can use.
        variables: Map<Value<StageVariable>>,
        /// Which pages may call it.
        cors: Option<Cors>,
        /// How many requests it takes.
        throttle: Option<Throttle>,
        /// One line about each request.
        access_logs: Option<ApiAccessLogs>,
        /// What API Gateway does with each request.
        execution_logs: Option<ExecutionLogs>,
        /// True to count requests, errors and times for each route.
        metrics: Value<bool> = Value::Literal(false),
        /// True to tell X-Ray of requests.
        tracing: Value<bool> = Value::Literal(false),
        /// With a revision the stage keeps the API as it is until the revision is another one.
        revision: Option<Value<String>>,
    }
}

block! {
    /// How many requests a stage takes; more are refused with 429.
    pub struct Throttle {
        /// Requests a second.
        rate: Value<Whole<0, 1_000_000>>,
        /// How many at once.
        burst: Value<Whole<0, 1_000_000>>,
    }
}

block! {
    /// One line about each request (Amazon API Gateway Developer Guide, "Set up CloudWatch logging
    /// for REST APIs in API Gateway").
    pub struct ApiAccessLogs {
        /// How many days CloudWatch keeps it.
        retention_days: Value<LogRetention> = Value::Literal(default("30")),
        /// What stands in a line, `$context.requestId` among it. Without it, an object of JSON.
        format: Option<Value<String>>,
    }
}

block! {
    /// What API Gateway does with each request, line by line.
    pub struct ExecutionLogs {
        /// What is logged.
        level: Value<LogLevel> = Value::Literal(LogLevel::Error),
        /// True to log whole requests and answers, with whatever is secret in them.
        data: Value<bool> = Value::Literal(false),
        /// How many days CloudWatch keeps it.
        retention_days: Value<LogRetention> = Value::Literal(default("30")),
    }
}

choice! {
    /// What execution logs tell.
    pub enum LogLevel {
        Error = "ERROR",
        Info = "INFO",
    }
}

block! {
    /// A name of an API's own. An `alias` of `dns` leads there.
    pub struct Domain {
        /// The name.
        name: Value<HostName>,
        /// What proves the name, of the API's region.
        certificate: CertificateArn,
        /// The label of the stage that it leads to; the only one, when it is not written.
        stage: Option<Literal<String>>,
        /// What paths begin with under this name; nothing when it is not written.
        base_path: Option<Value<BasePath>>,
    }
}

/// What the paths of an API begin with under its own name (Amazon API Gateway API Reference,
/// "CreateBasePathMapping").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

impl std::fmt::Display for BasePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for BasePath {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "letters, digits and `$-_.+!*'()`, with `/` between segments";

    fn parse(text: &str) -> Result<Self, crate::value::Invalid> {
        let known = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'()".contains(c);
        let good = |segment: &str| !segment.is_empty() && segment.chars().all(known);
        if text.len() <= 300 && text.split('/').all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(crate::value::Invalid::new(codes::BAD_VALUE, "this is no beginning of paths")
            .help(format!("use {}, and no `/` first or last", Self::RULE)))
    }
}

/// A function that a stage may replace: its label is the name of the stage variable.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFunction(pub Ref<Function>);

impl Field for StageFunction {
    fn ty() -> Type {
        Type::Label(&[Function::KIND])
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        Ref::from_expr(reader, source).map(Self)
    }

    /// The function's label, a key of the functions that the module has.
    fn argument(&self) -> Option<Expr> {
        Some(Expr::String(self.0.label.clone()))
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.0.add_references(out);
    }
}

/// Blocks labelled by a method and a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Routes<B>(pub Table<B>);

impl<B> Default for Routes<B> {
    fn default() -> Self {
        Self(Table::default())
    }
}

impl<B: Block + Field> Field for Routes<B> {
    const IS_BLOCK: bool = true;

    fn ty() -> Type {
        Table::<B>::ty()
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn read_entry(reader: &Reader<'_>, name: &str, entry: &Entry<'_>) -> Option<Self> {
        reader.only_blocks(name, entry)?;
        let mut seen: IndexMap<String, Option<Span>> = IndexMap::new();
        let mut rows = IndexMap::new();
        let mut complete = true;
        for block in &entry.blocks {
            let key = route_key(reader, block);
            let row = B::read(reader, block);
            if let Some((key, span)) = &key
                && let Some(first) = seen.insert(key.to_string(), Some(*span))
            {
                reader.duplicate(&format!("`{name}` \"{key}\""), *span, first);
                complete = false;
            }
            match (key, row) {
                (Some((key, _)), Some(row)) => {
                    rows.insert(key.to_string(), row);
                }
                _ => complete = false,
            }
        }
        complete.then_some(Self(Table { rows }))
    }

    fn argument(&self) -> Option<Expr> {
        self.0.argument()
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        self.0.add_references(out);
    }
}

/// The label of a route.
fn route_key(reader: &Reader<'_>, block: &SourceBlock) -> Option<(RouteKey, Span)> {
    let [label] = block.labels.as_slice() else {
        reader.report(
            Diagnostic::error(codes::BAD_LABEL, "a `route` block takes one label")
                .at(reader.head(block), "")
                .help("write `route \"GET /users/{id}\" { … }`"),
        );
        return None;
    };
    let span = Span::new(reader.file(), label_range(label).unwrap_or(0..0));
    match RouteKey::parse(label.as_str()) {
        Ok(key) => Some((key, span)),
        Err(invalid) => {
            let diagnostic = Diagnostic::error(codes::BAD_LABEL, invalid.message).at(span, "");
            reader.report(invalid.help.into_iter().fold(diagnostic, Diagnostic::help));
            None
        }
    }
}

/// A route as an API's rules see it, whatever the kind of API.
pub trait Answered {
    /// The label of the authorizer that is written.
    fn authorizer(&self) -> Option<&str>;
}

impl Answered for Route {
    fn authorizer(&self) -> Option<&str> {
        self.authorizer.as_ref().map(|label| label.0.as_str())
    }
}

impl<B: Block + Field + Answered> Routes<B> {
    /// As the argument of the module, each with the authorizer that it has.
    pub(super) fn lower(&self, authorizers: &BTreeSet<&str>) -> Expr {
        let mut rows: Vec<_> = self.0.rows.iter().collect();
        rows.sort_by_key(|(key, _)| *key);
        let row = |(key, route): (&String, &B)| {
            let mut fields = route.arguments();
            fields.retain(|field| field.key != "authorizer");
            let label = authorizer(route.authorizer(), authorizers);
            fields.extend(label.map(|label| Property::new("authorizer", label)));
            let comment = route.origin().comment.clone();
            Property { key: key.clone(), value: Expr::Object(fields), comment }
        };
        Expr::Object(rows.into_iter().map(row).collect())
    }

    /// The routes with their methods and paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RouteKey, &B)> {
        // They were read as such.
        self.0.iter().filter_map(|(key, row)| Some((RouteKey::parse(key).ok()?, row)))
    }

    /// What API Gateway refuses of routes together: two names for the same part of a path.
    pub(super) fn check(&self, check: &Check<'_>, origin: &Origin) {
        if self.0.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "it has no route")
                    .at(origin.head, "")
                    .help("add `route \"GET /\" { function = function.… }`"),
            );
        }
        let mut parts: BTreeMap<String, (String, Option<Span>)> = BTreeMap::new();
        for (key, row) in self.iter() {
            let mut above = String::new();
            for segment in key.segments() {
                let place = row.origin().head;
                if segment.starts_with('{') {
                    let known =
                        parts.entry(above.clone()).or_insert_with(|| (segment.to_owned(), place));
                    if known.0 != segment {
                        let (first, at) = known.clone();
                        check.report(
                            Diagnostic::error(
                                codes::CONFLICT,
                                format!(
                                    "below `{}/` both `{first}` and `{segment}` stand for anything",
                                    if above.is_empty() { "" } else { &above }
                                ),
                            )
                            .at(place, "")
                            .also(at, "the other one")
                            .help("call it the same in all routes"),
                        );
                    }
                }
                above = format!("{above}/{segment}");
            }
        }
    }
}

impl Cors {
    /// What browsers refuse.
    pub(super) fn check(&self, check: &Check<'_>) {
        let refuse = |field: &str, message: &str, help: &str| {
            let place = self.origin.field(field);
            check.report(Diagnostic::error(codes::CONFLICT, message).at(place, "").help(help));
        };
        if self.origins.is_empty() {
            refuse(
                "origins",
                "no page may call it",
                "name where pages are from, or leave `cors` out",
            );
        }
        let any = self.origins.iter().any(|origin| origin.is_any());
        if any && self.origins.len() > 1 {
            refuse("origins", "`*` is every other one, too", "write `*` alone, or leave it out");
        }
        if any && self.credentials.0 {
            refuse(
                "credentials",
                "browsers send no cookies to what answers to every page",
                "name the origins, or leave `credentials` out",
            );
        }
        if self.credentials.0 && self.headers.iter().any(|header| header.as_str() == "*") {
            refuse("headers", "with cookies `*` is a header of this name", "name the headers");
        }
    }
}

/// Who lets the requests of a route in, of the labels of an API's authorizers: `None` for everybody.
pub(super) fn authorizer<'a>(
    written: Option<&'a str>,
    authorizers: &BTreeSet<&'a str>,
) -> Option<&'a str> {
    match written {
        Some("none") => None,
        Some(label) => Some(label),
        None if authorizers.len() == 1 => authorizers.first().copied(),
        None => None,
    }
}

/// The rules of a route's authorizer.
pub(super) fn check_authorizer(
    check: &Check<'_>,
    written: Option<&str>,
    route: &Origin,
    authorizers: &BTreeSet<&str>,
) {
    match written {
        Some(label) if label != "none" && !authorizers.contains(label) => {
            let diagnostic = Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                format!("there is no `authorizer` \"{label}\" here"),
            )
            .at(route.field("authorizer"), "");
            let known = authorizers.iter().copied().chain(["none"]);
            check.report(match did_you_mean(label, known) {
                Some(known) => diagnostic.help(format!("did you mean `{known}`?")),
                None => diagnostic.help("add one, or write `none` where everybody may come in"),
            });
        }
        None if authorizers.len() > 1 => {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "nothing says who lets its requests in")
                    .at(route.head, "")
                    .help("add `authorizer = \"…\"`, of which there are several; or `none`"),
            );
        }
        _ => {}
    }
}

/// An answer that is cached counts for all routes.
pub(super) fn check_cache<const MAX: i64>(
    check: &Check<'_>,
    cache: &Value<Whole<0, MAX>>,
    full_policy: bool,
    origin: &Origin,
) {
    let cached = cache.literal().is_none_or(|cache| cache.get() > 0);
    if cached && !full_policy {
        check.report(
            Diagnostic::error(
                codes::CONFLICT,
                "an answer about one route would count for all others while it is cached",
            )
            .at(origin.field("cache_s"), "")
            .help(
                "leave `cache_s` out; or let the function answer with a policy about every route, \
                 and write `full_policy = true`",
            ),
        );
    }
}

/// What functions an API names have to do with how long it waits.
pub(super) fn check_wait(
    check: &Check<'_>,
    function: &StageFunction,
    wait_s: Option<i64>,
    place: Option<Span>,
) {
    let timeout = check.get(&function.0).and_then(Function::timeout);
    if let (Some(timeout), Some(wait)) = (timeout, wait_s)
        && timeout > wait
    {
        check.report(
            Diagnostic::warning(
                codes::UNFINISHED_JOB,
                format!(
                    "nobody waits for `function.{}` any more, which may take {timeout} seconds: API \
                     Gateway answers after {wait}",
                    function.0.label
                ),
            )
            .at(place.or(function.0.span), "")
            .help("set its `timeout_s` to no more than that, or have what takes longer done by a queue"),
        );
    }
}

/// What access logs are told of each request (Amazon API Gateway Developer Guide, "Variables for
/// data models, authorizers, mapping templates, and CloudWatch access logging").
pub(super) fn check_format(check: &Check<'_>, logs: &ApiAccessLogs) {
    if let Some(Value::Literal(format)) = &logs.format
        && !format.contains("$context.requestId")
        && !format.contains("$context.extendedRequestId")
    {
        check.report(
            Diagnostic::error(
                codes::BAD_VALUE,
                "API Gateway wants to know which request a line is about",
            )
            .at(logs.origin.field("format"), "")
            .help("add `$context.requestId`"),
        );
    }
}

impl Component for Api {
    const KIND: &'static str = "api";
    const FILE: &'static str = "apis.tf";
    const DRAWN: Drawn = Drawn::new(Family::Edge, Meaning::TRAFFIC)
        .fields(&[("route", Meaning::TRAFFIC), ("authorizer", Meaning::TRAFFIC)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("api"));

    fn outputs() -> Outputs {
        outputs! {
            "The API's ARN." arn,
            "The host that its own name is an alias of, `null` where it has none." domain_name,
            "What the ARNs of its stages and routes begin with." execution_arn,
            "The API's id." id,
            "The API's name." name,
            "The URLs of its stages, by label." urls[map],
            "The hosted zone of that host, for alias records." zone_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![functions()]
    }

    fn check(&self, check: &Check<'_>) {
        self.route.check(check, &self.origin);
        self.check_depth(check);
        self.check_routes(check);
        self.check_authorizers(check);
        self.check_cors(check);
        self.check_stages(check);
        self.check_domain(check);
        self.check_account_role(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.own("REST API");
        for (label, stage) in self.stage.iter().filter(|(_, stage)| stage.access_logs.is_some()) {
            let name = stage.name.literal().map_or_else(|| label.to_owned(), ToString::to_string);
            names.add("log group", format!("/aws/apigateway/{stem}/{name}"));
        }
        if self.account_role.0 {
            names.role("-api-logs");
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
        call.set("stage", self.lower_stages(lower.stack));
        if let Some(domain) = &self.domain {
            let mut fields = domain.arguments();
            if domain.stage.is_none() {
                fields.push(Property::new("stage", self.first_stage(lower.stack)));
            }
            call.set("domain", Expr::Object(fields));
        }
        set_functions(&mut call, self.functions());
        lower.add_call::<Self>(call);
    }
}

/// The variable that holds the functions of an API.
pub(super) fn functions() -> FieldInfo {
    let text = |name| FieldInfo::derived(name, <Value<String>>::ty(), "");
    let function = Type::Object(vec![text("arn"), text("invoke_arn"), text("name")]);
    let doc = "The functions that routes, authorizers and stages name, by label.";
    FieldInfo::derived("functions", Type::Map(Box::new(function)), doc)
}

/// Sets it.
pub(super) fn set_functions(call: &mut Call, functions: BTreeSet<&str>) {
    let address = |label: &str| Expr::raw(Function::address(label));
    let functions = functions.into_iter().map(|label| (label, address(label)));
    call.set("functions", Expr::object(functions));
}

/// The name of the one stage of an API that says nothing of stages.
pub(super) fn only_stage(stack: &Stack) -> String {
    stack.root.split_once('/').map_or("live", |(_, environment)| environment).to_owned()
}

/// How many segments a path of the module has at most.
const DEEPEST: usize = 8;

impl Api {
    /// The functions that routes and authorizers name: what stages have variables for.
    fn asked(&self) -> Vec<&StageFunction> {
        let routes = self.route.0.rows.values().map(|route| &route.function);
        routes.chain(self.authorizer.rows.values().map(|it| &it.function)).collect()
    }

    /// All functions, by label.
    fn functions(&self) -> BTreeSet<&str> {
        let stages = self.stage.rows.values().flat_map(|stage| stage.functions.iter());
        let asked = self.asked().into_iter();
        asked.chain(stages.map(|(_, function)| function)).map(|it| it.0.label.as_str()).collect()
    }

    fn authorizers(&self) -> BTreeSet<&str> {
        self.authorizer.iter().map(|(label, _)| label).collect()
    }

    /// The label of the first stage.
    fn first_stage(&self, stack: &Stack) -> String {
        let first = self.stage.rows.keys().min().cloned();
        first.unwrap_or_else(|| only_stage(stack))
    }

    /// What pages may call a stage.
    fn cors_of<'a>(&'a self, stage: &'a Stage) -> Option<&'a Cors> {
        stage.cors.as_ref().or(self.cors.as_ref())
    }

    fn check_depth(&self, check: &Check<'_>) {
        for (key, route) in self.route.iter().filter(|(key, _)| key.segments().count() > DEEPEST) {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!(
                        "a path has at most {DEEPEST} segments, not {}",
                        key.segments().count()
                    ),
                )
                .at(route.origin.head, "")
                .help("let `{path+}` stand for what follows"),
            );
        }
    }

    fn check_routes(&self, check: &Check<'_>) {
        let authorizers = self.authorizers();
        for (key, route) in self.route.iter() {
            check_authorizer(check, route.authorizer(), &route.origin, &authorizers);
            let wait = route.timeout_s.literal().map(|wait| wait.get());
            check_wait(check, &route.function, wait, None);
            let refuse = |field: &str, message: &str, help: &str| {
                let place = route.origin.field(field);
                check.report(Diagnostic::error(codes::CONFLICT, message).at(place, "").help(help));
            };
            match (route.templates.is_empty(), route.response.is_empty()) {
                (true, false) => refuse(
                    "response",
                    "the function answers to the whole request, and its answer goes as it is",
                    "take `response` out, or say by `templates` what the function is told",
                ),
                (false, true) => refuse(
                    "templates",
                    "nothing says what is made of the function's answer",
                    "add `response \"ok\" { status = 200 }`",
                ),
                _ => {}
            }
            let unchosen: Vec<_> =
                route.response.iter().filter(|(_, it)| it.selection_pattern.is_none()).collect();
            if let [_, (_, second), ..] = unchosen.as_slice() {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "two responses are for all other answers")
                        .at(second.origin.head, "")
                        .help("add a `selection_pattern` to one of them"),
                );
            }
            if key.method() == "OPTIONS" && self.has_cors() {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "`cors` answers this for the whole path")
                        .at(route.origin.head, "")
                        .help("take one of the two out"),
                );
            }
        }
    }

    fn has_cors(&self) -> bool {
        self.cors.is_some() || self.stage.rows.values().any(|stage| stage.cors.is_some())
    }

    fn check_authorizers(&self, check: &Check<'_>) {
        for authorizer in self.authorizer.rows.values() {
            let refuse = |field: &str, message: &str, help: &str| {
                let place = authorizer.origin.field(field);
                check.report(Diagnostic::error(codes::CONFLICT, message).at(place, "").help(help));
            };
            check_cache(check, &authorizer.cache_s, authorizer.full_policy.0.0, &authorizer.origin);
            if authorizer.r#type.0 == AuthorizerType::Token && authorizer.headers.len() > 1 {
                refuse(
                    "headers",
                    "a token stands in one header",
                    "name one, or add `type = \"request\"`",
                );
            }
            if authorizer.r#type.0 == AuthorizerType::Request && authorizer.validation.is_some() {
                refuse("validation", "only a token is matched", "take it out");
            }
        }
        if self.authorizer.rows.contains_key("none") {
            check.report(
                Diagnostic::error(codes::BAD_LABEL, "`none` stands for no authorizer")
                    .at(self.authorizer.rows["none"].origin.head, "")
                    .help("give it another label"),
            );
        }
    }

    /// A preflight is a route of the API, which all stages share.
    fn check_cors(&self, check: &Check<'_>) {
        let stages = self.stage.rows.values();
        for cors in self.cors.iter().chain(stages.filter_map(|stage| stage.cors.as_ref())) {
            cors.check(check);
        }
        let mut stages = self.stage.rows.values();
        if self.has_cors()
            && let Some(stage) = stages.find(|stage| self.cors_of(stage).is_none())
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    "the preflight of the other stages answers in this one, too",
                )
                .at(stage.origin.head, "nothing says what")
                .help("add `cors { … }` here, or to the API for all stages that have none"),
            );
        }
    }

    /// Of an account's one setting there is one owner.
    fn check_account_role(&self, check: &Check<'_>) {
        let apis = check.stack.all::<Self>();
        let first = apis.iter().find(|(_, api)| api.account_role.0);
        if let Some((label, first)) = first.filter(|(label, _)| *label != check.label)
            && self.account_role.0
        {
            check.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("`api.{label}` makes the role of all APIs of the account for logs"),
                )
                .at(self.origin.field("account_role"), "would take its place")
                .also(first.origin.field("account_role"), "makes it")
                .help("take it out here"),
            );
        }
    }

    /// A route of a stage leads to a function of this stage, and of no other one.
    fn check_stages(&self, check: &Check<'_>) {
        let asked: BTreeSet<&str> = self.asked().iter().map(|it| it.0.label.as_str()).collect();
        for function in self.asked() {
            if function.0.label.contains('-') {
                check.report(
                    Diagnostic::error(codes::BAD_LABEL, "a stage variable's name has no hyphen")
                        .at(function.0.span, "is the name of a stage variable")
                        .help("give the function a label with `_`"),
                );
            }
        }
        let mut owner: BTreeMap<&str, (&str, &str, Option<Span>)> = BTreeMap::new();
        let mut names: BTreeMap<String, Option<Span>> = BTreeMap::new();
        for (label, stage) in self.stage.iter() {
            if let Some(logs) = &stage.access_logs {
                check_format(check, logs);
            }
            if let Some(name) = stage.name.literal()
                && let Some(first) = names.insert(name.to_string(), stage.origin.head)
            {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("two stages are called `{name}`"))
                        .at(stage.origin.field("name"), "")
                        .also(first, "the other one")
                        .help("give one of them another name"),
                );
            }
            for (name, _) in stage.functions.iter().filter(|(name, _)| !asked.contains(name)) {
                let diagnostic = Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    format!("no route and no authorizer has `function.{name}`"),
                )
                .at(stage.functions.span(name), "");
                check.report(diagnostic.did_you_mean(name, asked.iter().copied(), |diagnostic| {
                    diagnostic.help("take it out, or name a function that one has")
                }));
            }
            for (name, _) in stage.variables.iter() {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if asked.contains(name) || !name.chars().all(word) || name.is_empty() {
                    check.report(
                        Diagnostic::error(
                            codes::BAD_NAME,
                            format!("a variable cannot be called `{name}`"),
                        )
                        .at(stage.variables.span(name), "")
                        .help("use letters, digits and underscores, and no label of a function"),
                    );
                }
            }
            for function in &asked {
                let own = stage.functions.get(function);
                let runs = own.map_or(*function, |own| own.0.label.as_str());
                let place = own.and_then(|own| own.0.span).or(stage.origin.head);
                match owner.get(runs) {
                    Some((other, _, at)) if *other != label => {
                        check.report(
                            Diagnostic::error(
                                codes::SHARED_FUNCTION,
                                format!("the stages `{other}` and `{label}` would both run `function.{runs}`"),
                            )
                            .at(place, "")
                            .also(*at, "the other one")
                            .help(format!(
                                "give one of them a function of its own: `functions = {{ {function} = \
                                 function.{function}_{label} }}`; or let the stages be environments"
                            )),
                        );
                    }
                    _ => {
                        owner.insert(runs, (label, function, place));
                    }
                }
            }
        }
    }

    fn check_domain(&self, check: &Check<'_>) {
        let Some(domain) = &self.domain else { return };
        let labels = || self.stage.rows.keys().map(String::as_str);
        match &domain.stage {
            Some(stage) if !self.stage.is_empty() && !self.stage.rows.contains_key(&stage.0) => {
                let diagnostic = Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    format!("there is no `stage` \"{}\" here", stage.0),
                )
                .at(domain.origin.field("stage"), "");
                check.report(diagnostic.did_you_mean(&stage.0, labels(), |diagnostic| {
                    diagnostic.help("name one of its stages")
                }));
            }
            None if self.stage.rows.len() > 1 => check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    "nothing says which stage the name leads to",
                )
                .at(domain.origin.head, "")
                .help("add `stage = \"…\"`"),
            ),
            _ => {}
        }
        check_domain_certificate(check, domain);
    }

    fn lower_stages(&self, stack: &Stack) -> Expr {
        let cors = |fields: &mut Vec<Property>, cors: Option<&Cors>| {
            fields.retain(|field| field.key != "cors");
            fields.extend(cors.and_then(Field::argument).map(|it| Property::new("cors", it)));
        };
        let Some(Expr::Object(mut rows)) = self.stage.argument() else {
            let name = only_stage(stack);
            let mut fields = vec![Property::new("name", name.as_str())];
            cors(&mut fields, self.cors.as_ref());
            return Expr::Object(vec![Property::new(name, Expr::Object(fields))]);
        };
        for row in &mut rows {
            let Some(stage) = self.stage.rows.get(&row.key) else { continue };
            let Expr::Object(fields) = &mut row.value else { continue };
            cors(fields, self.cors_of(stage));
        }
        Expr::Object(rows)
    }
}

/// A certificate is of the region of the API, and names what it is for.
pub(super) fn check_domain_certificate(check: &Check<'_>, domain: &Domain) {
    let place = domain.origin.field("certificate");
    if let Some(region) = check.stack.settings.region.literal() {
        domain.certificate.check(check, region.as_str(), place);
    }
    if let (Some(own), Value::Literal(name)) = (domain.certificate.own(check), &domain.name)
        && !own.names_host(&name.to_string())
    {
        check.report(
            Diagnostic::error(codes::CONFLICT, format!("the certificate does not name `{name}`"))
                .at(place, "")
                .also(own.origin.head, "the certificate")
                .help(format!("add `\"{name}\"` to its `names`")),
        );
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
function "app_prod" {
  code    = artifact.app
  handler = "app.handler"
  runtime = "python3.13"
}
function "gate" {
  code    = artifact.app
  handler = "app.gate"
  runtime = "python3.13"
}
"#;

    fn api(fields: &str) -> String {
        format!("api \"app\" {{\n{fields}\n}}\n{BASE}")
    }

    const ROUTE: &str = "  route \"GET /\" { function = function.app }\n";

    fn with(fields: &str) -> String {
        api(&format!("{ROUTE}{fields}"))
    }

    #[test]
    fn a_minimal_api_has_one_stage() {
        insta::assert_snapshot!(rendered("apis.tf", &with("")), @r#"
        module "api_app" {
          source = "../../modules/api"

          name = "test-app"

          route = {
            "GET /" = {
              function = "app"
            }
          }

          stage = {
            live = {
              name = "live"
            }
          }

          functions = {
            app = module.function_app
          }
        }
        "#);
    }

    #[test]
    fn a_full_api_has_stages_of_their_own() {
        let full = api(r#"
  name                 = "app"
  description          = "The application"
  binary_media_types   = ["image/png"]
  default_endpoint     = false
  account_role         = true
  cors { origins = ["*"] }

  # Whoever has a token.
  authorizer "token" {
    function   = function.gate
    headers    = ["X-Token"]
    validation = "^[a-z]+$"
  }

  authorizer "request" {
    function    = function.gate
    type        = "request"
    headers     = ["Authorization", "X-Tenant"]
    cache_s     = 300
    full_policy = true
  }

  route "GET /" {
    function   = function.app
    authorizer = "none"
  }

  # The application's own pages.
  route "ANY /pages/{path+}" {
    function   = function.app
    authorizer = "token"
    timeout_s  = 10
  }

  route "POST /jobs" {
    function   = function.app
    authorizer = "request"
    templates  = { "application/json" = "{ \"stage\": \"$${stageVariables.stage}\" }" }

    response "ok" {
      status    = 202
      headers   = { Cache-Control = "'no-store'" }
      templates = { "application/json" = "$input.json('$.id')" }
    }

    response "bad" {
      status            = 400
      selection_pattern = "^Bad.*"
    }
  }

  stage "dev" { variables = { stage = "dev" } }

  stage "prod" {
    name      = "v1"
    functions = {
      app  = function.app_prod
      gate = function.app_prod
    }
    variables = { stage = "prod" }
    metrics   = true
    tracing   = true
    revision  = "2"

    cors {
      origins     = ["https://www.mywebsite.com", "https://mywebsite.com"]
      headers     = ["Authorization"]
      credentials = true
      max_age_s   = 60
    }

    throttle {
      rate  = 10
      burst = 20
    }

    access_logs {
      retention_days = 7
      format         = "$context.requestId $context.status"
    }

    execution_logs {
      level = "INFO"
      data  = true
    }
  }

  domain {
    name        = "api.example.org"
    certificate = "arn:aws:acm:us-west-2:123456789012:certificate/1"
    stage       = "prod"
    base_path   = "v1"
  }
"#);
        insta::assert_snapshot!(rendered("apis.tf", &full), @r#"
        module "api_app" {
          source = "../../modules/api"

          name               = "app"
          description        = "The application"
          binary_media_types = ["image/png"]
          default_endpoint   = false
          account_role       = true

          route = {
            # The application's own pages.
            "ANY /pages/{path+}" = {
              function   = "app"
              timeout_s  = 10
              authorizer = "token"
            }
            "GET /" = {
              function = "app"
            }
            "POST /jobs" = {
              function = "app"
              templates = {
                "application/json" = "{ \"stage\": \"$${stageVariables.stage}\" }"
              }
              response = {
                bad = {
                  status            = 400
                  selection_pattern = "^Bad.*"
                }
                ok = {
                  status = 202
                  templates = {
                    "application/json" = "$input.json('$.id')"
                  }
                  headers = {
                    Cache-Control = "'no-store'"
                  }
                }
              }
              authorizer = "request"
            }
          }

          authorizer = {
            request = {
              function = "gate"
              type     = "request"
              headers  = ["Authorization", "X-Tenant"]
              cache_s  = 300
            }
            # Whoever has a token.
            token = {
              function   = "gate"
              headers    = ["X-Token"]
              validation = "^[a-z]+$"
            }
          }

          stage = {
            dev = {
              name = "dev"
              variables = {
                stage = "dev"
              }
              cors = {
                origins = ["*"]
              }
            }
            prod = {
              name = "v1"
              functions = {
                app  = "app_prod"
                gate = "app_prod"
              }
              variables = {
                stage = "prod"
              }
              throttle = {
                rate  = 10
                burst = 20
              }
              access_logs = {
                retention_days = 7
                format         = "$context.requestId $context.status"
              }
              execution_logs = {
                level = "INFO"
                data  = true
              }
              metrics  = true
              tracing  = true
              revision = "2"
              cors = {
                origins     = ["https://www.mywebsite.com", "https://mywebsite.com"]
                headers     = ["Authorization"]
                credentials = true
                max_age_s   = 60
              }
            }
          }

          domain = {
            name        = "api.example.org"
            certificate = "arn:aws:acm:us-west-2:123456789012:certificate/1"
            stage       = "prod"
            base_path   = "v1"
          }

          functions = {
            app      = module.function_app
            app_prod = module.function_app_prod
            gate     = module.function_gate
          }
        }
        "#);
    }

    #[test]
    fn two_stages_never_run_one_function() {
        insta::assert_snapshot!(problems(&with("  stage \"dev\" {}\n  stage \"prod\" {}")), @"4:3 SW351 the stages `dev` and `prod` would both run `function.app`; give one of them a function of its own: `functions = { app = function.app_prod }`; or let the stages be environments");
        insta::assert_snapshot!(problems(&with("  stage \"dev\" {}\n  stage \"prod\" { functions = { ap = function.app_prod } }")), @"
        4:3 SW351 the stages `dev` and `prod` would both run `function.app`; give one of them a function of its own: `functions = { app = function.app_prod }`; or let the stages be environments
        4:32 SW107 no route and no authorizer has `function.ap`; did you mean `app`?
        ");
        assert_eq!(
            problems(&with(
                "  stage \"dev\" {}\n  stage \"prod\" { functions = { app = function.app_prod } }"
            )),
            ""
        );
    }

    #[test]
    fn an_origin_is_one_that_browsers_send() {
        insta::assert_snapshot!(problems(&with("  cors { origins = [\"www.mywebsite.com\"] }")), @"3:21 SW201 no browser sends `www.mywebsite.com` as its origin; an origin is a scheme and a host; try `https://www.mywebsite.com`");
        insta::assert_snapshot!(problems(&with("  cors {\n    origins = [\"*\", \"https://a.example\"]\n    credentials = true\n  }")), @"
        4:15 SW312 `*` is every other one, too; write `*` alone, or leave it out
        5:19 SW312 browsers send no cookies to what answers to every page; name the origins, or leave `credentials` out
        ");
        insta::assert_snapshot!(problems(&with("  cors { origins = [] }\n  route \"OPTIONS /\" { function = function.app }")), @"
        3:20 SW312 no page may call it; name where pages are from, or leave `cors` out
        4:3 SW312 `cors` answers this for the whole path; take one of the two out
        ");
    }

    #[test]
    fn a_preflight_is_answered_in_every_stage() {
        insta::assert_snapshot!(problems(&with("  stage \"dev\" {\n    cors { origins = [\"*\"] }\n  }\n  stage \"prod\" { functions = { app = function.app_prod } }")), @"6:3 SW312 the preflight of the other stages answers in this one, too; add `cors { … }` here, or to the API for all stages that have none");
    }

    #[test]
    fn a_cached_answer_is_about_all_routes() {
        insta::assert_snapshot!(problems(&with("  authorizer \"token\" {\n    function = function.gate\n    cache_s = 300\n  }")), @"5:15 SW312 an answer about one route would count for all others while it is cached; leave `cache_s` out; or let the function answer with a policy about every route, and write `full_policy = true`");
        let full = "  authorizer \"token\" {\n    function = function.gate\n    cache_s = 300\n    full_policy = true\n  }";
        assert_eq!(problems(&with(full)), "");
    }

    #[test]
    fn an_authorizer_is_told_what_it_asks_for() {
        insta::assert_snapshot!(problems(&with("  authorizer \"none\" {\n    function = function.gate\n    headers = [\"A\", \"B\"]\n  }\n  authorizer \"other\" {\n    function = function.gate\n    type = \"request\"\n    validation = \"x\"\n  }")), @r#"
        2:3 SW103 nothing says who lets its requests in; add `authorizer = "…"`, of which there are several; or `none`
        3:3 SW106 `none` stands for no authorizer; give it another label
        5:15 SW312 a token stands in one header; name one, or add `type = "request"`
        10:18 SW312 only a token is matched; take it out
        "#);
    }

    #[test]
    fn each_route_says_who_lets_its_requests_in_where_there_are_several() {
        let gates = "  authorizer \"a\" { function = function.gate }\n  authorizer \"b\" { function = function.gate }\n";
        insta::assert_snapshot!(problems(&with(gates)), @r#"2:3 SW103 nothing says who lets its requests in; add `authorizer = "…"`, of which there are several; or `none`"#);
        insta::assert_snapshot!(problems(&api(&format!("  route \"GET /\" {{\n    function = function.app\n    authorizer = \"c\"\n  }}\n{gates}"))), @r#"4:18 SW107 there is no `authorizer` "c" here; did you mean `a`?"#);
    }

    #[test]
    fn api_gateway_waits_29_seconds_at_most() {
        insta::assert_snapshot!(problems(&api("  route \"GET /\" {\n    function = function.app\n    timeout_s = 30\n  }")), @"4:17 SW202 `30` is out of range; use a whole number from 1 to 29");
        insta::assert_snapshot!(problems(&with("").replace("function \"app\" {\n", "function \"app\" {\n  timeout_s = 60\n")), @"2:30 SW341 nobody waits for `function.app` any more, which may take 60 seconds: API Gateway answers after 29; set its `timeout_s` to no more than that, or have what takes longer done by a queue");
    }

    #[test]
    fn routes_that_api_gateway_refuses_are_refused() {
        insta::assert_snapshot!(problems(&api("")), @r#"1:1 SW103 it has no route; add `route "GET /" { function = function.… }`"#);
        insta::assert_snapshot!(problems(&with("  route \"get /x\" { function = function.app }\n  route \"GET /\" { function = function.app }\n  route \"GET\" \"/y\" { function = function.app }")), @r#"
        3:9 SW106 `get` is not a method; try `GET /x`
        4:9 SW104 `route` "GET /" stands twice
        5:3 SW106 a `route` block takes one label; write `route "GET /users/{id}" { … }`
        "#);
        insta::assert_snapshot!(problems(&with("  route \"GET /u/{id}\" { function = function.app }\n  route \"PUT /u/{name}\" { function = function.app }\n  route \"GET /1/2/3/4/5/6/7/8/9\" { function = function.app }")), @"
        4:3 SW312 below `/u/` both `{id}` and `{name}` stand for anything; call it the same in all routes
        5:3 SW202 a path has at most 8 segments, not 9; let `{path+}` stand for what follows
        ");
    }

    #[test]
    fn answers_are_made_of_where_questions_are() {
        insta::assert_snapshot!(problems(&api("  route \"GET /\" {\n    function = function.app\n    response \"ok\" { status = 200 }\n  }\n  route \"PUT /\" {\n    function = function.app\n    templates = { \"application/json\" = \"{}\" }\n  }\n  route \"POST /\" {\n    function = function.app\n    templates = { \"application/json\" = \"{}\" }\n    response \"a\" { status = 200 }\n    response \"b\" { status = 201 }\n  }")), @r#"
        4:5 SW312 the function answers to the whole request, and its answer goes as it is; take `response` out, or say by `templates` what the function is told
        8:17 SW312 nothing says what is made of the function's answer; add `response "ok" { status = 200 }`
        14:5 SW312 two responses are for all other answers; add a `selection_pattern` to one of them
        "#);
    }

    #[test]
    fn stages_have_names_and_variables_that_api_gateway_takes() {
        insta::assert_snapshot!(problems(&with("  stage \"a\" { name = \"live now\" }")), @"3:27 SW203 ` ` cannot stand in a stage's name; a stage's name has 1 to 128 letters, digits, hyphens and underscores; try `live_now`");
        insta::assert_snapshot!(problems(&with("  stage \"a\" {\n    variables = {\n      app = \"x\"\n      \"a-b\" = \"y\"\n    }\n    access_logs { format = \"$context.status\" }\n  }")), @"
        5:7 SW203 a variable cannot be called `app`; use letters, digits and underscores, and no label of a function
        6:7 SW203 a variable cannot be called `a-b`; use letters, digits and underscores, and no label of a function
        8:28 SW201 API Gateway wants to know which request a line is about; add `$context.requestId`
        ");
        insta::assert_snapshot!(problems(&with("  stage \"a\" { variables = { x = \"*\" } }")), @"3:34 SW201 `*` cannot stand in a stage variable; a stage variable has up to 512 letters, digits and `-._~:/?#&=,`");
        insta::assert_snapshot!(problems(&with("  stage \"a\" { name = \"b\" }\n  stage \"b\" { functions = { app = function.app_prod } }")), @"4:3 SW104 two stages are called `b`; give one of them another name");
    }

    #[test]
    fn a_name_of_its_own_leads_to_a_stage_and_is_proved() {
        let domain = |more: &str| {
            with(&format!(
                "  domain {{\n    name = \"api.example.org\"\n    certificate = certificate.api\n{more}\n  }}\n  stage \"dev\" {{}}\n  stage \"prod\" {{ functions = {{ app = function.app_prod }} }}"
            )) + "certificate \"api\" {\n  domain = \"example.org\"\n  zone = \"example.org\"\n  region = \"us-east-1\"\n}\n"
        };
        insta::assert_snapshot!(problems(&domain("")), @r#"
        3:3 SW103 nothing says which stage the name leads to; add `stage = "…"`
        5:19 SW312 this certificate is in `us-east-1`, and is needed in `us-west-2`; write `region = "us-west-2"` in a certificate of its own for this purpose
        5:19 SW312 the certificate does not name `api.example.org`; add `"api.example.org"` to its `names`
        "#);
        insta::assert_snapshot!(problems(&domain("    stage = \"prd\"")), @r#"
        5:19 SW312 this certificate is in `us-east-1`, and is needed in `us-west-2`; write `region = "us-west-2"` in a certificate of its own for this purpose
        5:19 SW312 the certificate does not name `api.example.org`; add `"api.example.org"` to its `names`
        6:13 SW107 there is no `stage` "prd" here; did you mean `prod`?
        "#);
    }

    #[test]
    fn a_record_leads_to_an_apis_own_name() {
        let blocks = |name: &str| {
            with(
                "  domain {\n    name = \"api.example.org\"\n    certificate = \"arn:aws:acm:us-west-2:123456789012:certificate/1\"\n  }",
            ) + &format!(
                "dns \"main\" {{\n  zone = \"example.org\"\n  alias \"{name}\" {{ target = api.app }}\n}}\n"
            )
        };
        insta::assert_snapshot!(rendered("dns.tf", &blocks("api")), @r#"
        module "dns_main" {
          source = "../../modules/dns"

          zone_id = data.aws_route53_zone.main.zone_id

          alias = {
            api = {
              name        = "api"
              domain_name = module.api_app.domain_name
              zone_id     = module.api_app.zone_id
            }
          }
        }
        "#);
        insta::assert_snapshot!(problems(&blocks("www")), @r#"27:3 SW303 `api.app` does not answer to this name; add `domain { name = "…", … }` with this name to the API, as a block"#);
    }

    #[test]
    fn an_account_has_one_role_for_logs() {
        let second = "api \"b\" {\n  account_role = true\n  route \"GET /\" { function = function.gate }\n}\n";
        insta::assert_snapshot!(problems(&(with("  account_role = true") + second)), @"23:18 SW313 `api.app` makes the role of all APIs of the account for logs; take it out here");
    }
}
