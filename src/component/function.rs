//! `function`: code that Lambda runs when it is called.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::Expression as Source;

use super::api::Cors;
use super::schedule::{Length, RuleDescription, Scheduled};
use super::task::{
    AccessKinds, Architecture, SecretsBy, Statement, access_statements, check_access_networks,
    check_statement, check_variables, default, is_reached, lower_access,
};
use super::{
    Artifact, Component, Image, ImageRepository, LambdaLayer, ModuleSource, Network, Outputs, Queue,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{AnyRef, Field, Kinds, ListOf, Map, Ref, Table, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::read::Reader;
use crate::stack::value::{Reference, Value};
use crate::value::Scalar as _;
use crate::value::{
    EventRuleName, FunctionName, Handler, KmsKeyArn, LayerVersionArn, LogRetention, Runtime,
    ScalarType, Schedule, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A Lambda function, with its log group and a role that may do what the description says.
    ///
    /// An `api` calls it for a route; it runs on schedules, and takes messages from queues.
    ///
    /// ```hcl
    /// artifact "thumbnails" {
    ///   bucket = "acme-builds"
    ///   key    = "thumbnails/{digest}.zip"
    /// }
    ///
    /// bucket "pictures" {}
    ///
    /// queue "pictures" {
    ///   visibility_timeout_s = 360
    /// }
    ///
    /// function "thumbnails" {
    ///   code      = artifact.thumbnails
    ///   handler   = "app.handler"
    ///   runtime   = "python3.13"
    ///   timeout_s = 60
    ///   access    = [bucket.pictures]
    ///
    ///   environment = { BUCKET = bucket.pictures.name }
    ///
    ///   event_source "pictures" { queue = queue.pictures }
    ///   schedule "nightly" { schedule = "cron(0 3 * * ? *)" }
    /// }
    /// ```
    pub struct Function {
        /// Its name.
        name: Option<Value<FunctionName>>,
        /// What it does.
        description: Option<Value<String>>,
        /// What it runs, where that is an archive.
        code: Option<Ref<Artifact>>,
        /// The function in the code that is called, `app.handler`.
        handler: Option<Value<Handler>>,
        /// What the code runs on.
        runtime: Option<Value<Runtime>>,
        /// What it runs, where that is an image, of a repository in ECR and this region.
        image: Option<Ref<Image>>,
        /// The arguments of the image's entry point, in place of the image's own.
        command: ListOf<Value<String>>,
        /// The processor that the code is built for.
        architecture: Value<Architecture> = Value::Literal(Architecture::X86_64),
        /// Its memory in MiB. It has CPU in proportion: one at 1,769.
        memory_mib: Value<Whole<128, 10_240>> = Value::Literal(Whole::new(128)),
        /// How long a call may take, in seconds.
        timeout_s: Value<Whole<1, 900>> = Value::Literal(Whole::new(10)),
        /// The size of `/tmp` in MiB.
        ephemeral_storage_mib: Value<Whole<512, 10_240>> = Value::Literal(Whole::new(512)),
        /// How many calls run at once at most, taken from what the account has for all functions;
        /// with 0 none does.
        reserved_concurrency: Option<Value<Whole<0, 100_000>>>,
        /// Layers below the code, at most five: `lambda_layer.x` of the stack, an `artifact` that is
        /// a layer, or the ARN of one version.
        layers: Vec<Layer>,
        /// Environment variables. Everybody who can describe the function can read them: of
        /// secrets they hold the ARN, and the function reads them by `access`.
        environment: Map<Value<String>>,
        /// The key that environment variables are encrypted with; without it, Lambda's own.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// Whether X-Ray is told of calls: of a part of all, or of those that the caller traces.
        tracing: Value<Tracing> = Value::Literal(Tracing::PassThrough),
        /// How many days CloudWatch keeps what it logs.
        log_retention_days: Value<LogRetention> = Value::Literal(default("30")),
        /// How it logs: lines as they are, or objects of JSON.
        log_format: Value<LogFormat> = Value::Literal(LogFormat::Text),
        /// The network in whose private subnets it runs. Without one it reaches the internet and
        /// AWS, and nothing private; in one, what the network reaches.
        network: Option<Ref<Network>>,
        /// What it works with, as tasks do: databases, caches, search domains and volumes (of its
        /// network), buckets, topics, queues, secrets and parameters.
        access: Unpassed<Vec<AnyRef<AccessKinds>>>,
        /// What else it may do: statements of its role's policy.
        statement: Table<Statement>,
        /// Where calls go that nobody waits for and that failed each time: a queue or a topic.
        dead_letter: Unpassed<Option<AnyRef<DeadLetterKinds>>>,
        /// How often a call that nobody waits for is tried again; Lambda does twice.
        retries: Option<Value<Whole<0, 2>>>,
        /// How old a call that nobody waits for may become, in seconds; Lambda gives it six hours.
        max_event_age_s: Option<Value<Whole<60, 21_600>>>,
        /// When it runs by itself.
        schedule: Table<FunctionSchedule>,
        /// The queues that it takes messages from.
        event_source: Table<EventSource>,
        /// A URL of its own.
        url: Option<FunctionUrl>,
    }
}

block! {
    /// A schedule of a function.
    pub struct FunctionSchedule {
        /// When it runs, in UTC.
        schedule: Value<Schedule>,
        /// What it is told, as JSON; without it, the event of EventBridge.
        input: Option<Value<String>>,
        /// What it does: the description of its rule.
        description: Option<Value<RuleDescription>>,
        /// False to keep the rule, but to start nothing.
        enabled: Value<bool> = Value::Literal(true),
    }
}

block! {
    /// A queue whose messages Lambda gives to a function. What fails is shown again after the
    /// queue's visibility timeout: AWS advises six times the function's (AWS Lambda Developer Guide,
    /// "Using Lambda with Amazon SQS").
    pub struct EventSource {
        /// The queue.
        queue: Ref<Queue>,
        /// How many messages it is given at once, at most; 10 from a FIFO queue.
        batch_size: Value<Whole<1, 10_000>> = Value::Literal(Whole::new(10)),
        /// How long it waits for a batch to become full, in seconds.
        batching_window_s: Value<Whole<0, 300>> = Value::Literal(Whole::new(0)),
        /// How many batches run at once, at most.
        max_concurrency: Option<Value<Whole<2, 1000>>>,
        /// True when the function says which messages of a batch failed, so that the others are done.
        report_failures: Value<bool> = Value::Literal(false),
        /// False to take no messages for now.
        enabled: Value<bool> = Value::Literal(true),
    }
}

block! {
    /// A URL that calls a function (AWS Lambda Developer Guide, "Creating and managing Lambda
    /// function URLs").
    pub struct FunctionUrl {
        /// Who may call it.
        authorization: Value<UrlAuthorization> = Value::Literal(UrlAuthorization::Iam),
        /// Which pages may call it.
        cors: Option<Cors>,
    }
}

choice! {
    /// Who may call a function's URL.
    pub enum UrlAuthorization {
        /// Whom a policy of the account lets call it, with a signed request.
        Iam = "AWS_IAM",
        /// Everybody.
        None = "NONE",
    }
}

choice! {
    /// What X-Ray is told.
    pub enum Tracing {
        /// A part of all calls.
        Active = "Active",
        /// What the caller traces.
        PassThrough = "PassThrough",
    }
}

choice! {
    /// How a function logs.
    pub enum LogFormat {
        Text = "Text",
        Json = "JSON",
    }
}

/// What takes calls that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetterKinds;

impl Kinds for DeadLetterKinds {
    const KINDS: &'static [&'static str] = &["queue", "topic"];
}

/// A layer that a function has: always one version of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// `lambda_layer.x`: the version that the stack publishes.
    Own(Ref<LambdaLayer>),
    /// `artifact.x`: the version that the lock says.
    Locked(Ref<Artifact>),
    /// The ARN of a version.
    Arn(Value<LayerVersionArn>),
}

impl Field for Layer {
    fn ty() -> Type {
        Type::Scalar(
            ScalarType::String,
            "`lambda_layer.x`, `artifact.x`, or the ARN of a layer's version, with its number",
        )
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if reader.is_component(source, LambdaLayer::KIND) {
            Ref::from_expr(reader, source).map(Self::Own)
        } else if reader.is_component(source, Artifact::KIND) {
            Ref::from_expr(reader, source).map(Self::Locked)
        } else {
            Value::from_expr(reader, source).map(Self::Arn)
        }
    }

    fn argument(&self) -> Option<Expr> {
        match self {
            Self::Own(own) => Some(Expr::raw(format!("{}.arn", LambdaLayer::address(&own.label)))),
            Self::Locked(locked) => Some(Expr::raw(Artifact::address(&locked.label))),
            Self::Arn(arn) => arn.argument(),
        }
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        match self {
            Self::Own(own) => own.add_references(out),
            Self::Locked(locked) => locked.add_references(out),
            Self::Arn(arn) => arn.add_references(out),
        }
    }
}

/// How many layers a function has at most (AWS Lambda Developer Guide, "Lambda quotas").
const MOST_LAYERS: usize = 5;

/// The variables that Lambda sets (AWS Lambda Developer Guide, "Defined runtime environment
/// variables", reserved ones).
const RESERVED: [&str; 17] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// How long a queue hides a message, as a multiple of the function's timeout, by AWS's advice.
const HIDDEN_TIMES: i64 = 6;

/// The variable that holds an archive: where it is, and the digest of its content.
pub(super) fn code(doc: &str) -> FieldInfo {
    let text = |name| FieldInfo::derived(name, <Value<String>>::ty(), "").optional();
    let fields = vec![
        text("bucket"),
        text("key"),
        text("filename"),
        FieldInfo::derived("hash", <Value<String>>::ty(), ""),
    ];
    FieldInfo::derived("code", Type::Object(fields), doc)
}

/// Sets the variable that holds an archive.
pub(super) fn set_code(stack: &Stack, call: &mut Call, code: &Ref<Artifact>) {
    if let Some(artifact) = stack.get(code) {
        call.set("code", artifact.code(&code.label));
    }
}

impl Component for Function {
    const KIND: &'static str = "function";
    const FILE: &'static str = "functions.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::TRAFFIC).fields(&[
        ("access", Meaning::ACCESS),
        ("dead_letter", Meaning::TOLD),
        ("event_source", Meaning::HEARD),
    ]);
    const MODULE: Option<ModuleSource> = Some(module_source!("function"));

    fn outputs() -> Outputs {
        outputs! {
            "The function's ARN." arn,
            "The ARN by which API Gateway calls it." invoke_arn,
            "The name of its log group." log_group_name,
            "The function's name." name,
            "The ARN of the role that it has." role_arn,
            "The name of the role that it has, to attach policies to." role_name,
            "The id of the security group that it is in, `null` without a network." security_group_id,
            "Its own URL, `null` where it has none." url,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let strings =
            |doc| FieldInfo::derived("security_group_ids", <Vec<Value<String>>>::ty(), doc);
        vec![
            code("What it runs, where that is an archive: where it is, and the digest of its content.")
                .optional(),
            FieldInfo::derived(
                "dead_letter_arn",
                <Value<String>>::ty(),
                "The ARN of the queue or topic where calls go that failed.",
            )
            .optional(),
            strings("Security groups that it is in, beyond its own.").optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_code(check);
        self.check_layers(check);
        check_variables(check, &self.environment, &self.access, SecretsBy::Arn);
        for (name, _) in self.environment.iter().filter(|(name, _)| RESERVED.contains(name)) {
            check.report(
                Diagnostic::error(codes::BAD_NAME, format!("Lambda itself sets `{name}`"))
                    .at(self.environment.span(name), "")
                    .help("take it out, or call it something else"),
            );
        }
        self.check_access(check);
        for (label, source) in self.event_source.iter() {
            self.check_event_source(check, label, source);
        }
        self.check_schedules(check);
        if let Some(url) = &self.url {
            if url.authorization == Value::Literal(UrlAuthorization::None) {
                check.report(
                    Diagnostic::warning(codes::OPEN_TO_ALL, "everybody can call the function")
                        .at(url.origin.field("authorization"), "")
                        .help("leave it out, and let callers sign their requests; or put it behind an `api`"),
                );
            }
            if let Some(cors) = &url.cors {
                cors.check(check);
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.own("function");
        names.add("log group", format!("/aws/lambda/{stem}"));
        names.role("-function");
        for (label, _) in self.schedule.iter() {
            names.add("event rule", format!("{stem}-{label}"));
        }
        if let Some(network) = &self.network {
            names.security_group(&network.label, "function");
        }
        names.names
    }

    fn scheduled(&self) -> Vec<Scheduled> {
        let timeout = self.timeout().and_then(|seconds| u32::try_from(seconds).ok());
        let rows = self.schedule.iter().map(|(label, row)| {
            let mut scheduled = Scheduled::by_rule(&row.schedule, row.origin.field("schedule"));
            scheduled.row = Some(label.to_owned());
            scheduled.is_on = row.enabled != Value::Literal(false);
            scheduled.length = timeout.map(|seconds| Length::AtMost(seconds.div_ceil(60)));
            scheduled
        });
        rows.collect()
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if let Some(code) = &self.code {
            set_code(lower.stack, &mut call, code);
        }
        if let Some(image) = &self.image {
            call.set("image", image_uri(image));
        }
        if !self.layers.is_empty() {
            let layers = self.layers.iter().filter_map(|layer| match layer {
                Layer::Locked(locked) => {
                    lower.stack.get(locked).and_then(|it| it.layer_arn(&locked.label))
                }
                other => other.argument(),
            });
            let layers: Vec<Expr> = layers.collect();
            call.set("layers", Expr::List(layers));
        }
        let (access, consumes) = (self.all_access(), self.consumes());
        lower_access(
            lower.stack,
            &mut call,
            &self.statement,
            &access,
            &consumes,
            &Table::default(),
        );
        if let Some(dead_letter) = self.dead_letter.as_ref() {
            call.set("dead_letter_arn", Expr::raw(format!("{}.arn", dead_letter.address())));
        }
        lower.add_call::<Self>(call);
    }
}

/// Lambda takes a tag or a digest.
fn image_uri(image: &Ref<Image>) -> Expr {
    let locked = Image::attribute_address(&image.label);
    Expr::raw(format!(
        "{locked}.digest == null ? \"${{{locked}.repository}}:${{{locked}.tag}}\" : \
         \"${{{locked}.repository}}@${{{locked}.digest}}\""
    ))
}

impl Function {
    /// The queues that it takes messages from.
    fn consumes(&self) -> Vec<Ref<Queue>> {
        self.event_source.rows.values().map(|source| source.queue.clone()).collect()
    }

    /// What it works with, and where its failed calls go.
    fn all_access(&self) -> Vec<AnyRef<AccessKinds>> {
        let mut access = self.access.0.clone();
        if let Some(to) = self.dead_letter.as_ref() {
            let to = AnyRef::new(to.kind.as_str(), to.label.as_str());
            if !access.contains(&to) {
                access.push(to);
            }
        }
        access
    }

    /// How long a call may take, where that is known.
    pub(super) fn timeout(&self) -> Option<i64> {
        self.timeout_s.literal().map(|timeout| timeout.get())
    }

    fn check_code(&self, check: &Check<'_>) {
        let refuse = |code, field: &str, message: String, help: &str| {
            let problem = Diagnostic::error(code, message).at(self.origin.field(field), "");
            check.report(problem.help(help));
        };
        match (&self.code, &self.image) {
            (None, None) => refuse(
                codes::MISSING_FIELD,
                "code",
                "nothing says what it runs".to_owned(),
                "add `code = artifact.x` with `handler` and `runtime`, or `image = image.x`",
            ),
            (Some(_), Some(_)) => refuse(
                codes::CONFLICT,
                "image",
                "it runs an archive or an image".to_owned(),
                "take out `code` or `image`",
            ),
            (Some(code), None) => {
                for (field, written) in
                    [("handler", self.handler.is_some()), ("runtime", self.runtime.is_some())]
                {
                    if !written {
                        refuse(
                            codes::MISSING_FIELD,
                            "code",
                            format!("an archive needs a `{field}`"),
                            "add `handler = \"app.handler\"` and `runtime = \"python3.13\"`",
                        );
                    }
                }
                if !self.command.is_empty() {
                    refuse(
                        codes::CONFLICT,
                        "command",
                        "only an image takes a `command`".to_owned(),
                        "take it out: `handler` says what is called",
                    );
                }
                if check.get(code).is_some_and(|artifact| artifact.layer.is_some()) {
                    refuse(
                        codes::CONFLICT,
                        "code",
                        format!("`artifact.{}` is a layer", code.label),
                        "add it to `layers`, and name an archive here",
                    );
                }
            }
            (None, Some(image)) => {
                let fields = [
                    ("handler", self.handler.is_some()),
                    ("runtime", self.runtime.is_some()),
                    ("layers", !self.layers.is_empty()),
                ];
                for (field, _) in fields.into_iter().filter(|(_, written)| *written) {
                    refuse(
                        codes::CONFLICT,
                        field,
                        format!("an image brings its own `{field}`"),
                        "take it out",
                    );
                }
                if let Some(Image {
                    repository: ImageRepository::Address(Value::Literal(address)),
                    ..
                }) = check.get(image)
                    && !address.contains(".dkr.ecr.")
                {
                    check.report(
                        Diagnostic::error(
                            codes::CONFLICT,
                            format!("Lambda takes no image from `{address}`"),
                        )
                        .at(image.span, "")
                        .help("keep it in a `repository` of the stack, or in another one of ECR"),
                    );
                }
            }
        }
    }

    fn check_layers(&self, check: &Check<'_>) {
        if self.layers.len() > MOST_LAYERS {
            check.report(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    format!(
                        "a function has at most {MOST_LAYERS} layers, not {}",
                        self.layers.len()
                    ),
                )
                .at(self.origin.field("layers"), "")
                .help("publish what belongs together as one layer, or run an image"),
            );
        }
        for layer in &self.layers {
            match layer {
                Layer::Own(own) => {
                    let Some(layer) = check.get(own) else { continue };
                    let runtime = self.runtime.as_ref();
                    let fits = |known: bool| known || layer.runtimes.is_empty();
                    if let Some(runtime @ Value::Literal(wanted)) = runtime
                        && !fits(
                            layer.runtimes.iter().any(|it| it == runtime || it.literal().is_none()),
                        )
                    {
                        self.misfit(
                            check,
                            own,
                            &format!("`{wanted}`"),
                            layer.origin.field("runtimes"),
                        );
                    }
                    let known = layer.architectures.is_empty()
                        || layer
                            .architectures
                            .iter()
                            .any(|it| *it == self.architecture || it.literal().is_none());
                    if let (Value::Literal(wanted), false) = (&self.architecture, known) {
                        let place = layer.origin.field("architectures");
                        self.misfit(check, own, &format!("`{wanted}`"), place);
                    }
                }
                Layer::Locked(locked) => {
                    if check.get(locked).is_some_and(|artifact| artifact.layer.is_none()) {
                        check.report(
                            Diagnostic::error(
                                codes::CONFLICT,
                                format!("`artifact.{}` is an archive, no layer", locked.label),
                            )
                            .at(locked.span, "")
                            .help(format!(
                                "publish it: `lambda_layer \"{0}\" {{ code = artifact.{0} }}`, and \
                                 `layers = [lambda_layer.{0}]`",
                                locked.label
                            )),
                        );
                    }
                }
                Layer::Arn(_) => {}
            }
        }
    }

    fn misfit(
        &self,
        check: &Check<'_>,
        layer: &Ref<LambdaLayer>,
        wanted: &str,
        place: Option<crate::diagnostic::Span>,
    ) {
        check.report(
            Diagnostic::error(
                codes::CONFLICT,
                format!("`lambda_layer.{}` does not say that it works with {wanted}", layer.label),
            )
            .at(layer.span, "")
            .also(place, "what it works with")
            .help("add it there, or take another layer"),
        );
    }

    fn check_access(&self, check: &Check<'_>) {
        for (label, _) in
            access_statements(check.stack, &self.all_access(), &self.consumes(), &Table::default())
        {
            let made_by = if label.contains("_consume") { "event_source" } else { "access" };
            check_statement(check, &self.statement, &label, (made_by, self.origin.field(made_by)));
        }
        match &self.network {
            Some(network) => {
                check_access_networks(check, &self.access, network, "a function");
                let cut_off = check.get(network).is_some_and(|network| {
                    network.private_way_out() == Some(false) && network.endpoints.is_empty()
                });
                if cut_off && self.access.iter().any(|access| !is_reached(access)) {
                    check.report(
                        Diagnostic::warning(
                            codes::CONFLICT,
                            format!(
                                "`network.{}` has no NAT gateway and no endpoints: what is not in it \
                                 cannot be reached",
                                network.label
                            ),
                        )
                        .at(self.origin.field("network"), "")
                        .help("set `nat = \"one\"` on the network, or give it `endpoints`"),
                    );
                }
            }
            None => {
                for access in self.access.iter().filter(|access| is_reached(access)) {
                    check.report(
                        Diagnostic::error(
                            codes::NO_ACCESS,
                            format!(
                                "`{}.{}` is reached in its network only",
                                access.kind, access.label
                            ),
                        )
                        .at(access.span, "")
                        .help("let the function run there: `network = network.…`"),
                    );
                }
            }
        }
    }

    fn check_event_source(&self, check: &Check<'_>, label: &str, source: &EventSource) {
        let batch = source.batch_size.literal().map(|size| size.get());
        let window = source.batching_window_s.literal().map(|window| window.get());
        let Some(queue) = check.get(&source.queue) else { return };
        let refuse = |field: &str, message: String, help: String| {
            let place = source.origin.field(field);
            check.report(Diagnostic::error(codes::CONFLICT, message).at(place, "").help(help));
        };
        if let Some(batch) = batch.filter(|batch| *batch > 10) {
            if queue.fifo.0 {
                refuse(
                    "batch_size",
                    format!("a FIFO queue gives 10 messages at once, not {batch}"),
                    "use 10 or fewer".to_owned(),
                );
            } else if window == Some(0) {
                refuse(
                    "batch_size",
                    format!("nobody waits for {batch} messages"),
                    "add `batching_window_s = 1` or more, or use 10 or fewer".to_owned(),
                );
            }
        }
        if queue.fifo.0 && window.is_some_and(|window| window > 0) {
            refuse(
                "batching_window_s",
                "a FIFO queue waits for no batch".to_owned(),
                "leave it out".to_owned(),
            );
        }
        let (Some(timeout), Some(hidden)) =
            (self.timeout(), queue.visibility_timeout_s.literal().map(|hidden| hidden.get()))
        else {
            return;
        };
        let advised = timeout * HIDDEN_TIMES + window.unwrap_or(0);
        let name = &source.queue.label;
        let told = |diagnostic: Diagnostic| {
            check.report(
                diagnostic
                    .at(source.origin.field("queue"), "")
                    .also(queue.origin.field("visibility_timeout_s"), "how long it is hidden")
                    .help(format!(
                        "set `visibility_timeout_s = {advised}` or more on `queue.{name}`"
                    )),
            );
        };
        if hidden < timeout {
            told(Diagnostic::error(
                codes::UNFINISHED_JOB,
                format!(
                    "Lambda refuses `{label}`: a call may take `{timeout}` seconds, and \
                     `queue.{name}` shows its messages again after `{hidden}`"
                ),
            ));
        } else if hidden < advised {
            told(Diagnostic::warning(
                codes::UNFINISHED_JOB,
                format!(
                    "messages could be done twice: `queue.{name}` shows them again after \
                     `{hidden}` seconds, less than {HIDDEN_TIMES} times the function's `{timeout}`"
                ),
            ));
        }
    }

    fn check_schedules(&self, check: &Check<'_>) {
        let name = match &self.name {
            None => check.name(),
            Some(Value::Literal(name)) => name.to_string(),
            Some(Value::Expression(_)) => return,
        };
        for (label, schedule) in self.schedule.iter() {
            let help = "give the function a shorter `name`, or the schedule a shorter label";
            if let Err(invalid) = EventRuleName::parse(&format!("{name}-{label}")) {
                check.report(
                    Diagnostic::error(invalid.code, invalid.message)
                        .at(schedule.origin.head, "")
                        .help(help),
                );
            }
            let when = schedule.schedule.literal();
            if when.is_some_and(|when| when.once().is_some()) {
                check.report(
                    Diagnostic::error(
                        codes::BAD_SCHEDULE,
                        "an EventBridge rule starts nothing once",
                    )
                    .at(schedule.origin.field("schedule"), "")
                    .help("write a `cron(…)` or `rate(…)`"),
                );
            }
            if let Some(Value::Literal(input)) = &schedule.input
                && serde_json::from_str::<serde::de::IgnoredAny>(input).is_err()
            {
                check.report(
                    Diagnostic::error(codes::BAD_VALUE, "what it is told is no JSON")
                        .at(schedule.origin.field("input"), "")
                        .help("write it by `jsonencode({ … })`"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
artifact "app" {
  bucket = "acme-builds"
  key    = "app/{digest}.zip"
}
artifact "tools" { layer = "arn:aws:lambda:us-west-2:123456789012:layer:tools:{tag}" }
lambda_layer "common" {
  code     = artifact.app
  runtimes = ["python3.12"]
}
repository "app" {}
image "app_image" { repository = repository.app }
network "main" {
  cidr = "10.0.0.0/16"
  nat  = "one"
}
network "other" { cidr = "10.9.0.0/16" }
database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "17"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}
input "token" { sensitive = true }
secret "app" {}
"#;

    fn function(fields: &str) -> String {
        format!("function \"app\" {{\n{fields}\n}}\n{BASE}")
    }

    const CODE: &str =
        "  code    = artifact.app\n  handler = \"app.handler\"\n  runtime = \"python3.13\"\n";

    fn with(fields: &str) -> String {
        function(&format!("{CODE}{fields}"))
    }

    #[test]
    fn a_minimal_function_runs_what_the_lock_says() {
        insta::assert_snapshot!(rendered("functions.tf", &with("")), @r#"
        module "function_app" {
          source = "../../modules/function"

          name    = "test-app"
          handler = "app.handler"
          runtime = "python3.13"

          code = {
            bucket = "acme-builds"
            key    = "app/${trimprefix(local.images.app.digest, "sha256:")}.zip"
            hash   = local.images.app.digest
          }
        }
        "#);
    }

    #[test]
    fn an_image_is_named_by_its_digest_or_its_tag() {
        insta::assert_snapshot!(rendered("functions.tf", &function("  image = image.app_image\n  command = [\"app.handler\"]")), @r#"
        module "function_app" {
          source = "../../modules/function"

          name    = "test-app"
          image   = local.images.app_image.digest == null ? "${local.images.app_image.repository}:${local.images.app_image.tag}" : "${local.images.app_image.repository}@${local.images.app_image.digest}"
          command = ["app.handler"]
        }
        "#);
    }

    #[test]
    fn a_full_function_has_layers_a_network_and_what_calls_it() {
        let full = with(
            r#"
  name                  = "thumbnails"
  description           = "Makes small pictures"
  architecture          = "arm64"
  memory_mib            = 1769
  timeout_s             = 60
  ephemeral_storage_mib = 1024
  reserved_concurrency  = 10
  layers = [
    artifact.tools,
    "arn:aws:lambda:us-west-2:123456789012:layer:more:7",
  ]
  environment        = { HOST = database.main.host }
  kms_key_arn        = key.main.arn
  tracing            = "Active"
  log_retention_days = 7
  log_format         = "JSON"
  network            = network.main
  access             = [database.main, secret.app]
  dead_letter        = queue.failed
  retries            = 0
  max_event_age_s    = 600

  statement "read" {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::pictures/*"]
  }

  # While nobody is there.
  schedule "nightly" {
    schedule    = "cron(0 3 * * ? *)"
    input       = jsonencode({ all = true })
    description = "All of them again"
    enabled     = false
  }

  event_source "jobs" {
    queue             = queue.jobs
    batch_size        = 100
    batching_window_s = 5
    max_concurrency   = 4
    report_failures   = true
  }

  url {
    cors { origins = ["https://www.example.org"] }
  }
"#,
        ) + "queue \"jobs\" { visibility_timeout_s = 365 }\nqueue \"failed\" {}\nkey \"main\" {}\n";
        insta::assert_snapshot!(rendered("functions.tf", &full), @r#"
        module "function_app" {
          source = "../../modules/function"

          name                  = "thumbnails"
          description           = "Makes small pictures"
          handler               = "app.handler"
          runtime               = "python3.13"
          architecture          = "arm64"
          memory_mib            = 1769
          timeout_s             = 60
          ephemeral_storage_mib = 1024
          reserved_concurrency  = 10
          kms_key_arn           = module.key_main.arn
          tracing               = "Active"
          log_retention_days    = 7
          log_format            = "JSON"
          network               = module.network_main
          retries               = 0
          max_event_age_s       = 600
          security_group_ids    = [module.database_main.access_group_id]
          dead_letter_arn       = module.queue_failed.arn

          code = {
            bucket = "acme-builds"
            key    = "app/${trimprefix(local.images.app.digest, "sha256:")}.zip"
            hash   = local.images.app.digest
          }

          layers = [
            "arn:aws:lambda:us-west-2:123456789012:layer:tools:${local.images.tools.tag}",
            "arn:aws:lambda:us-west-2:123456789012:layer:more:7",
          ]

          environment = {
            HOST = module.database_main.host
          }

          statement = {
            queue_failed = {
              actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
              resources = [module.queue_failed.arn]
            }
            queue_jobs_consume = {
              actions = [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
              ]
              resources = [module.queue_jobs.arn]
            }
            read = {
              actions   = ["s3:GetObject"]
              resources = ["arn:aws:s3:::pictures/*"]
            }
            secret_app = {
              actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
              resources = [module.secret_app.arn]
            }
          }

          schedule = {
            # While nobody is there.
            nightly = {
              schedule    = "cron(0 3 * * ? *)"
              input       = jsonencode({ all = true })
              description = "All of them again"
              enabled     = false
            }
          }

          event_source = {
            jobs = {
              queue             = module.queue_jobs
              batch_size        = 100
              batching_window_s = 5
              max_concurrency   = 4
              report_failures   = true
            }
          }

          url = {
            cors = {
              origins = ["https://www.example.org"]
            }
          }
        }
        "#);
    }

    #[test]
    fn a_function_runs_one_thing_and_says_what_calls_it() {
        insta::assert_snapshot!(problems(&function("")), @"1:1 SW103 nothing says what it runs; add `code = artifact.x` with `handler` and `runtime`, or `image = image.x`");
        insta::assert_snapshot!(problems(&function("  code = artifact.app")), @r#"
        2:10 SW103 an archive needs a `handler`; add `handler = "app.handler"` and `runtime = "python3.13"`
        2:10 SW103 an archive needs a `runtime`; add `handler = "app.handler"` and `runtime = "python3.13"`
        "#);
        insta::assert_snapshot!(problems(&with("  image = image.app_image")), @"5:11 SW312 it runs an archive or an image; take out `code` or `image`");
        insta::assert_snapshot!(problems(&function("  image = image.app_image\n  runtime = \"python3.13\"\n  layers = [artifact.tools]")), @"
        3:13 SW312 an image brings its own `runtime`; take it out
        4:12 SW312 an image brings its own `layers`; take it out
        ");
        insta::assert_snapshot!(problems(&function("  code = artifact.tools\n  handler = \"a.b\"\n  runtime = \"python3.13\"")), @"2:10 SW312 `artifact.tools` is a layer; add it to `layers`, and name an archive here");
        insta::assert_snapshot!(problems("function \"a\" { image = image.a }\nimage \"a\" { repository = \"ghcr.io/acme/a\" }"), @"1:24 SW312 Lambda takes no image from `ghcr.io/acme/a`; keep it in a `repository` of the stack, or in another one of ECR");
    }

    #[test]
    fn a_function_has_five_layers_at_most_each_with_its_version() {
        let layer = |n: u32| format!("\"arn:aws:lambda:us-west-2:123456789012:layer:l{n}:1\"");
        let layers: Vec<String> = (0..6).map(layer).collect();
        insta::assert_snapshot!(problems(&with(&format!("  layers = [{}]", layers.join(", ")))), @"5:12 SW202 a function has at most 5 layers, not 6; publish what belongs together as one layer, or run an image");
        insta::assert_snapshot!(problems(&with("  layers = [\"arn:aws:lambda:us-west-2:123456789012:layer:l\"]")), @"5:13 SW201 nobody says which version of the layer `l` this is; add the number of the version, which is what functions are given; try `arn:aws:lambda:us-west-2:123456789012:layer:l:1`");
        insta::assert_snapshot!(problems(&with("  layers = [artifact.app]")), @r#"5:13 SW312 `artifact.app` is an archive, no layer; publish it: `lambda_layer "app" { code = artifact.app }`, and `layers = [lambda_layer.app]`"#);
    }

    #[test]
    fn a_layer_says_that_it_works_with_the_function() {
        insta::assert_snapshot!(problems(&with("  layers = [lambda_layer.common]")), @"5:13 SW312 `lambda_layer.common` does not say that it works with `python3.13`; add it there, or take another layer");
    }

    #[test]
    fn secrets_are_told_by_their_arn() {
        insta::assert_snapshot!(problems(&with("  environment = {\n    A = input.token\n    API_TOKEN = \"hunter2\"\n    AWS_REGION = \"eu-west-1\"\n  }")), @"
        6:9 SW308 `A` would show the sensitive `input.token` in clear text; store it in Systems Manager or Secrets Manager, name its ARN here, and add it to `access`
        7:17 SW207 `API_TOKEN` looks like a secret; store it in Systems Manager or Secrets Manager, name its ARN here, and add it to `access`
        8:5 SW203 Lambda itself sets `AWS_REGION`; take it out, or call it something else
        ");
        assert_eq!(
            problems(&with("  access = [secret.app]\n  environment = { A = secret.app.arn }")),
            ""
        );
    }

    #[test]
    fn what_is_private_is_reached_in_its_network() {
        insta::assert_snapshot!(problems(&with("  access = [database.main]")), @"5:13 SW304 `database.main` is reached in its network only; let the function run there: `network = network.…`");
        insta::assert_snapshot!(problems(&with("  access = [database.main, secret.app]\n  network = network.other")), @r#"
        5:13 SW305 `database.main` is in `network.main`, the function in `network.other`; a function reaches a database of its own network only
        6:13 SW312 `network.other` has no NAT gateway and no endpoints: what is not in it cannot be reached; set `nat = "one"` on the network, or give it `endpoints`
        "#);
        insta::assert_snapshot!(problems(&with("  environment = { HOST = database.main.host }")), @"5:26 SW304 `HOST` tells of `database.main`, which cannot be reached from here; add it to `access`: `access = [database.main]`");
    }

    #[test]
    fn a_queue_hides_messages_for_longer_than_a_call_may_take() {
        let queue = |hidden: i64| {
            with("  timeout_s = 60\n  event_source \"jobs\" { queue = queue.jobs }")
                + &format!("queue \"jobs\" {{ visibility_timeout_s = {hidden} }}\n")
        };
        insta::assert_snapshot!(problems(&queue(59)), @"6:33 SW341 Lambda refuses `jobs`: a call may take `60` seconds, and `queue.jobs` shows its messages again after `59`; set `visibility_timeout_s = 360` or more on `queue.jobs`");
        insta::assert_snapshot!(problems(&queue(60)), @"6:33 SW341 messages could be done twice: `queue.jobs` shows them again after `60` seconds, less than 6 times the function's `60`; set `visibility_timeout_s = 360` or more on `queue.jobs`");
        assert_eq!(problems(&queue(360)), "");
    }

    #[test]
    fn a_batch_is_of_a_size_that_its_queue_gives() {
        let queue = |fields: &str, fifo: &str| {
            with(&format!("  event_source \"jobs\" {{\n    queue = queue.jobs\n{fields}\n  }}"))
                + &format!("queue \"jobs\" {{\n  visibility_timeout_s = 3600\n{fifo}\n}}\n")
        };
        insta::assert_snapshot!(problems(&queue("    batch_size = 11", "")), @"7:18 SW312 nobody waits for 11 messages; add `batching_window_s = 1` or more, or use 10 or fewer");
        insta::assert_snapshot!(problems(&queue("    batch_size = 11\n    batching_window_s = 1", "  fifo = true")), @"
        7:18 SW312 a FIFO queue gives 10 messages at once, not 11; use 10 or fewer
        8:25 SW312 a FIFO queue waits for no batch; leave it out
        ");
    }

    #[test]
    fn the_rule_of_a_schedule_has_a_name_and_tells_json() {
        let long = "x".repeat(60);
        insta::assert_snapshot!(problems(&with(&format!("  name = \"{long}\"\n  schedule \"night\" {{\n    schedule = \"rate(1 day)\"\n    input = \"{{all: true}}\"\n  }}"))), @"
        6:3 SW203 an EventBridge rule's name has at most 64 characters, not 66; give the function a shorter `name`, or the schedule a shorter label
        8:13 SW201 what it is told is no JSON; write it by `jsonencode({ … })`
        ");
    }

    #[test]
    fn a_url_for_everybody_is_warned_of() {
        insta::assert_snapshot!(problems(&with("  url { authorization = \"NONE\" }")), @"5:25 SW315 everybody can call the function; leave it out, and let callers sign their requests; or put it behind an `api`");
    }
}
