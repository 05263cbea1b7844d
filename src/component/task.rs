//! What services, scheduled tasks and loaders have in common: an ECS task on Fargate.
//!
//! A component that runs tasks has the field `@flatten task: Task`, calls [`check_task`] and
//! [`lower_task`], and adds [`task_variables`] to its derived variables.

use crate::component::drawn::Meaning;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;

use super::discovery;
use super::mount::{self, Mount};
use super::{
    Aurora, Bucket, Cache, Cluster, Component as _, Database, Image, ModuleSource, Network,
    Parameter, Queue, Secret, Service, Topic, Volume,
};
use crate::diagnostic::{Diagnostic, Span, codes, did_you_mean};
use crate::hcl::print::print_expr;
use crate::hcl::{Expr, Property};
use crate::secret::looks_secret;
use crate::stack::block::{FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{
    AnyRef, Field as _, Kinds, ListOf, Literal, Map, MapEntry, Ref, Table, Type, Unpassed,
};
use crate::stack::lower::{Call, Lower};
use crate::stack::value::{Expression, Reference, Value};
use crate::stack::{Id, Stack};
use crate::value::{
    EnvName, FargateCpu, FargateMemory, JsonKey, KmsKeyArn, LogRetention, Scalar, SecretSource,
    Whole, check_pair,
};
use crate::{block, choice, module_source};

/// A task definition and its log group. The modules of components that run tasks call it.
pub const TASK: ModuleSource = module_source!("task");

/// The roles of tasks: one with which ECS starts them, one that they have. A module that runs
/// tasks calls it once.
pub const TASK_ROLE: ModuleSource = module_source!("task_role");

/// What it means in a picture that a task names something in its fields.
pub(crate) const TASK_DRAWN: &[(&str, Meaning)] = &[
    ("access", Meaning::ACCESS),
    ("consumes", Meaning::HEARD),
    ("mount", Meaning::ACCESS),
    ("scheduler.dead_letter_queue", Meaning::TOLD),
    ("secrets", Meaning::ACCESS),
    ("statement", Meaning::ACCESS),
];

block! {
    /// An ECS task on Fargate.
    @flat pub struct Task {
        /// What the task runs.
        image: Ref<Image>,
        /// Its CPU units; 1024 are one virtual CPU.
        cpu: Value<FargateCpu> = Value::Literal(default("256")),
        /// Its memory in MiB. Which sizes go with which CPU says the Amazon ECS Developer Guide,
        /// "Task definition parameters for Fargate".
        memory: Value<FargateMemory> = Value::Literal(default("512")),
        /// The processor that the image is built for.
        architecture: Value<Architecture> = Value::Literal(Architecture::X86_64),
        /// The arguments of the image's entry point, in place of the image's own.
        command: ListOf<Value<String>>,
        /// What is started, in place of the image's own entry point.
        entrypoint: ListOf<Value<String>>,
        /// Environment variables. Everybody who can describe the task definition can read them.
        environment: Map<Value<String>>,
        /// Environment variables whose values are read from Systems Manager or Secrets Manager
        /// when the task starts: `secret.app["KEY"]` and `parameter.token` of the stack, or
        /// `ssm:/path` and `secretsmanager:name#KEY`, which exist already.
        secrets: Map<Value<SecretSource>>,
        /// The keys that its `secrets` are encrypted with, where these are not of the stack and the
        /// keys not AWS's own.
        secrets_kms_key_arns: Vec<Value<KmsKeyArn>>,
        /// What the task works with: databases, caches, search domains and volumes (network
        /// access, and leave to sign requests where they want it), services that have a `discovery`
        /// block (network access), buckets (read, write and delete
        /// objects), topics (publish), queues (send), secrets and parameters (read, while it runs).
        access: Unpassed<Vec<AnyRef<AccessKinds>>>,
        /// The queues that it takes messages from.
        consumes: Unpassed<Vec<Ref<Queue>>>,
        /// Volumes that its main container sees as folders.
        mount: Table<Mount>,
        /// The longest that the work on one message takes, in seconds, of what takes messages from
        /// queues; a `worker` says it. They hide a message for at least as long
        /// (`visibility_timeout_s`).
        job_time_s: Unpassed<Option<Value<Whole<1, 43_200>>>>,
        /// What else the task may do: statements of its role's policy.
        @rows statement: Table<Statement>,
        /// How many days CloudWatch keeps what it logs.
        log_retention_days: Value<LogRetention> = Value::Literal(default("30")),
        /// The key that encrypts it there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
        /// Other containers of the task.
        @rows sidecar: Table<Sidecar>,
        /// Which subnets it runs in. Without NAT only a public address reaches the internet, where
        /// images are: `private` when the network has NAT gateways, or exists already and has
        /// private subnets only; else `public`.
        placement: Option<Literal<Placement>>,
        /// How long a container may take to stop before it is killed, in seconds; ECS waits 30.
        stop_timeout_s: Option<Value<Whole<1, 120>>>,
        /// The size of its disk in GiB; Fargate gives 20.
        ephemeral_storage_gib: Option<Value<Whole<21, 200>>>,
    }
}

block! {
    /// A container beside the main one.
    pub struct Sidecar {
        /// What it runs.
        image: Ref<Image>,
        /// True to stop the whole task when it stops.
        essential: Value<bool> = Value::Literal(false),
        /// The arguments of the image's entry point, in place of the image's own.
        command: ListOf<Value<String>>,
        /// Environment variables.
        environment: Map<Value<String>>,
        /// Environment variables from Systems Manager or Secrets Manager.
        secrets: Map<Value<SecretSource>>,
        /// The CPU units that are kept for it, of those of the task.
        cpu: Option<Value<Whole<1, 16384>>>,
        /// The memory in MiB that it can have at most, of that of the task.
        memory: Option<Value<Whole<6, 122_880>>>,
    }
}

block! {
    /// A statement of a policy (IAM User Guide, "IAM JSON policy elements: Statement").
    pub struct Statement {
        /// Whether it allows or denies.
        effect: Value<Effect> = Value::Literal(Effect::Allow),
        /// The actions, `s3:GetObject`.
        actions: ListOf<Value<String>>,
        /// The ARNs of the resources.
        resources: ListOf<Value<String>>,
        /// When it holds; several must hold together.
        @block condition: Vec<Condition>,
    }
}

block! {
    /// A condition of a statement (IAM User Guide, "IAM JSON policy elements: Condition
    /// operators").
    pub struct Condition {
        /// How the values are compared, `StringEquals`.
        test: Value<String>,
        /// The condition key, `aws:SourceVpc`.
        variable: Value<String>,
        /// The values, of which one must match.
        values: ListOf<Value<String>>,
    }
}

choice! {
    /// A processor architecture.
    pub enum Architecture {
        /// 64-bit Intel and AMD.
        X86_64 = "x86_64",
        /// 64-bit ARM: AWS Graviton, about a fifth cheaper.
        Arm64 = "arm64",
    }
}

choice! {
    /// What a statement does.
    pub enum Effect {
        Allow = "Allow",
        Deny = "Deny",
    }
}

choice! {
    /// The subnets of a task.
    pub enum Placement {
        /// With a public IP address.
        Public = "public",
        /// Without.
        Private = "private",
    }
}

/// What a task can have access to.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessKinds;

impl Kinds for AccessKinds {
    const KINDS: &'static [&'static str] = &[
        "aurora",
        "bucket",
        "cache",
        "database",
        "parameter",
        "queue",
        "search",
        "secret",
        "service",
        "topic",
        "volume",
    ];
}

/// What is reached through the network, by members of its access group.
const REACHED: [&str; 6] = ["aurora", "cache", "database", "search", "service", "volume"];

/// True for what is reached through the network.
pub(super) fn is_reached(access: &AnyRef<AccessKinds>) -> bool {
    REACHED.contains(&access.kind.as_str())
}

/// A default of a field.
pub(super) fn default<T: Scalar>(text: &str) -> T {
    T::parse(text).expect("a default is a right value")
}

/// The variables of a module that runs tasks, beyond its fields. [`lower_task`] sets them.
pub fn task_variables() -> Vec<FieldInfo> {
    let strings = |list: fn(Box<Type>) -> Type| {
        list(Box::new(<Value<String> as crate::stack::field::Field>::ty()))
    };
    vec![
        FieldInfo::derived("network", Ref::<Network>::ty(), "The network that the tasks run in."),
        FieldInfo::derived(
            "placement",
            <Literal<Placement> as crate::stack::field::Field>::ty(),
            "Which of the network's subnets the tasks run in: public or private.",
        ),
        mount::variable(),
        FieldInfo::derived(
            "secrets",
            strings(Type::Map),
            "Environment variables whose values are read when the task starts: the ARNs of \
             parameters and secrets.",
        )
        .optional(),
        FieldInfo::derived(
            "security_group_ids",
            strings(Type::List),
            "Security groups that the tasks are in, beyond their own.",
        )
        .optional(),
    ]
}

impl Task {
    /// What it has access to, also by its mounts.
    pub(super) fn reaches(&self) -> Vec<AnyRef<AccessKinds>> {
        let mounts = self.mount.iter();
        let mounted = mounts.map(|(_, mount)| AnyRef::new(Volume::KIND, &mount.volume.label));
        self.access.iter().cloned().chain(mounted).collect()
    }
}

/// The rules of a task. `container` is the name of its main container, where that is known.
pub fn check_task(check: &Check<'_>, task: &Task, cluster: &Ref<Cluster>, container: Option<&str>) {
    check_size(check, task);
    check_time(check, task);
    let access = task.reaches();
    check_environment(check, &task.environment, &task.secrets, &access);
    check_arguments(check, "command", &task.command, &task.origin);
    check_arguments(check, "entrypoint", &task.entrypoint, &task.origin);
    for (label, sidecar) in task.sidecar.iter() {
        check_environment(check, &sidecar.environment, &sidecar.secrets, &access);
        check_arguments(check, "command", &sidecar.command, &sidecar.origin);
        if container == Some(label) {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("the main container is called `{label}`, too"),
                )
                .at(sidecar.origin.head, "")
                .help("give the sidecar another label"),
            );
        }
    }
    for (label, _) in access_statements(check.stack, &task.access, &task.consumes, &task.mount) {
        let made_by = match label {
            _ if label.contains("_consume") => "consumes",
            _ if label.starts_with("mount_") => "mount",
            _ => "access",
        };
        check_statement(check, &task.statement, &label, (made_by, task.origin.field(made_by)));
    }
    mount::check(check, &task.mount, network_of(check, cluster));
    discovery::check_client(check, task, cluster);
    let Some(network) = network_of(check, cluster) else { return };
    check_access_networks(check, &task.access, network, "a task");
    let cut_off = check.get(network).is_some_and(|network| {
        network.private_way_out() == Some(false) && !network.pulls_by_endpoints()
    });
    if task.placement == Some(Literal(Placement::Private)) && cut_off {
        check.report(
            Diagnostic::warning(
                codes::CONFLICT,
                format!(
                    "`network.{}` has no NAT gateway: private tasks cannot pull images",
                    network.label
                ),
            )
            .at(task.origin.field("placement"), "")
            .help(
                "set `nat = \"one\"` on the network, or `placement = \"public\"`; or give the \
                 network the endpoints `ecr.api`, `ecr.dkr`, `logs` and `s3`",
            ),
        );
    }
}

/// A job is done once: a queue hides its message until it is.
fn check_time(check: &Check<'_>, task: &Task) {
    let place = task.origin.field("job_time_s");
    if task.job_time_s.is_some() && task.consumes.is_empty() {
        check.report(
            Diagnostic::error(codes::CONFLICT, "it takes messages from no queue")
                .at(place, "")
                .help("set `consumes = [queue.…]`, or take it out"),
        );
    }
    let Some(time) = task.job_time_s.as_ref().and_then(Value::literal) else { return };
    for reference in task.consumes.iter() {
        let Some(queue) = check.get(reference) else { continue };
        let hidden = queue.visibility_timeout_s.literal();
        let Some(hidden) = hidden.filter(|hidden| hidden.get() < time.get()) else { continue };
        check.report(
            Diagnostic::error(
                codes::UNFINISHED_JOB,
                format!(
                    "a job of `{time}` seconds would be done twice: `queue.{}` shows its message \
                     again after `{hidden}`",
                    reference.label
                ),
            )
            .at(place, "")
            .also(queue.origin.field("visibility_timeout_s"), "how long it is hidden")
            .help(format!(
                "set `visibility_timeout_s = {time}` or more on `queue.{}`",
                reference.label
            )),
        );
    }
}

/// A statement that is written has not the label of one that is made.
pub(super) fn check_statement(
    check: &Check<'_>,
    written: &Table<Statement>,
    label: &str,
    (made_by, place): (&str, Option<Span>),
) {
    let Some(written) = written.rows.get(label) else { return };
    check.report(
        Diagnostic::error(
            codes::NAME_CLASH,
            format!("`{made_by}` makes a statement `{label}`, too"),
        )
        .at(written.origin.head, "")
        .also(place, "makes it")
        .help("give the statement another label"),
    );
}

/// The rules of a task's size.
pub fn check_size(check: &Check<'_>, task: &Task) {
    if let (Some(&cpu), Some(&memory)) = (task.cpu.literal(), task.memory.literal())
        && let Err(invalid) = check_pair(cpu, memory)
    {
        let place = if task.origin.wrote("memory") { "memory" } else { "cpu" };
        check.report(invalid.diagnostic(task.origin.field(place)));
    }
    check_shares(check, task);
}

/// The rules of the environment of a container, which has this access.
pub fn check_environment(
    check: &Check<'_>,
    environment: &Map<Value<String>>,
    secrets: &Map<Value<SecretSource>>,
    access: &[AnyRef<AccessKinds>],
) {
    check_variables(check, environment, access, SecretsBy::Field);
    for (key, value) in secrets.iter() {
        if let Value::Expression(expression) = value {
            check_reached(check, key, expression, access);
            check_stored(check, expression);
        }
        if environment.get(key).is_some() {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("`{key}` stands in `environment` and in `secrets`"),
                )
                .at(secrets.span(key), "")
                .also(environment.span(key), "the other one")
                .help("take one of them out"),
            );
        }
    }
    let keys = secrets.entries.iter().map(|(key, entry)| (key, entry.span));
    for (key, span) in keys {
        if let Err(invalid) = EnvName::parse(key) {
            check.report(invalid.diagnostic(span));
        }
    }
}

/// How a program is told of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecretsBy {
    /// By the field `secrets`: ECS reads them for it.
    Field,
    /// By their ARNs: it reads them itself, by `access`.
    Arn,
}

impl SecretsBy {
    /// What to do about a secret in clear text.
    fn advice(self) -> &'static str {
        match self {
            Self::Field => {
                "store it in Systems Manager or Secrets Manager, and name it in `secrets`"
            }
            Self::Arn => {
                "store it in Systems Manager or Secrets Manager, name its ARN here, and add it to \
                 `access`"
            }
        }
    }
}

/// The rules of environment variables of a program that has this access.
pub(super) fn check_variables(
    check: &Check<'_>,
    environment: &Map<Value<String>>,
    access: &[AnyRef<AccessKinds>],
    by: SecretsBy,
) {
    for (key, value) in environment.iter() {
        if let Err(invalid) = EnvName::parse(key) {
            check.report(invalid.diagnostic(environment.span(key)));
        }
        let expression = match value {
            Value::Expression(expression) => expression,
            Value::Literal(text) => {
                check_written_secret(check, key, text, environment, by);
                continue;
            }
        };
        check_reached(check, key, expression, access);
        if let Some(stored) = Stored::of(expression) {
            let help = match by {
                SecretsBy::Field => {
                    format!("name it in `secrets`: `secrets = {{ {key} = {stored} }}`")
                }
                SecretsBy::Arn => format!("tell its ARN: `{}.{}.arn`", stored.kind, stored.label),
            };
            check.report(
                Diagnostic::error(codes::WRONG_KIND, format!("`{stored}` is no text"))
                    .at(expression.span.or(environment.span(key)), "")
                    .help(help),
            );
        }
        let sensitive = check.stack.names(&expression.source).into_iter().find(|name| {
            name[0] == "var"
                && name
                    .get(1)
                    .and_then(|label| check.stack.component::<super::Input>(label))
                    .is_some_and(|input| input.sensitive.0)
        });
        if let Some(name) = sensitive {
            check.report(
                Diagnostic::error(
                    codes::SECRET_IN_CLEAR,
                    format!("`{key}` would show the sensitive `input.{}` in clear text", name[1]),
                )
                .at(expression.span.or(environment.span(key)), "")
                .help(match by {
                    SecretsBy::Field => {
                        format!("{}: `secrets = {{ {key} = \"ssm:/…\" }}`", by.advice())
                    }
                    SecretsBy::Arn => by.advice().to_owned(),
                }),
            );
        }
    }
}

/// A value under a name that secrets have. It may be none, so this is a warning; the value is not
/// repeated in what is said of it.
fn check_written_secret(
    check: &Check<'_>,
    key: &str,
    value: &str,
    environment: &Map<Value<String>>,
    by: SecretsBy,
) {
    if !looks_secret(key, value) {
        return;
    }
    let span = environment.entries.get(key).and_then(|entry| entry.value_span);
    check.report(
        Diagnostic::warning(codes::SECRET_WRITTEN, format!("`{key}` looks like a secret"))
            .at(span.or(environment.span(key)), "its value stands in the description")
            .help(by.advice()),
    );
}

/// Arguments that tell a secret. They are not repeated in what is said of them.
pub(super) fn check_arguments(
    check: &Check<'_>,
    field: &str,
    arguments: &ListOf<Value<String>>,
    origin: &Origin,
) {
    let mut texts = arguments.items().iter().filter_map(Value::literal);
    if texts.any(|text| looks_secret("", text)) {
        check.report(
            Diagnostic::warning(
                codes::SECRET_WRITTEN,
                format!("`{field}` looks as if it told a secret"),
            )
            .at(origin.field(field), "it stands in the description")
            .help(
                "store it in Systems Manager or Secrets Manager, name it in `secrets`, and let the \
                 program read the environment variable",
            ),
        );
    }
}

/// A `secret` or `parameter` of the stack, named as a whole or by a key.
#[derive(Debug, PartialEq)]
struct Stored<'a> {
    kind: &'a str,
    label: &'a str,
    key: Option<&'a str>,
}

impl std::fmt::Display for Stored<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.kind, self.label)?;
        self.key.map_or(Ok(()), |key| write!(f, "[\"{key}\"]"))
    }
}

impl<'a> Stored<'a> {
    /// The one that an expression consists of: `secret.app`, `secret.app["KEY"]`.
    fn of(expression: &'a Expression) -> Option<Self> {
        let [Reference { kind, label, attribute: None, .. }] = &expression.references[..] else {
            return None;
        };
        if ![Secret::KIND, Parameter::KIND].contains(&kind.as_str()) {
            return None;
        }
        let rest = expression.source.strip_prefix(&super::module_address(kind, label))?;
        let key = match rest {
            "" => None,
            rest => Some(rest.strip_prefix("[\"")?.strip_suffix("\"]")?),
        };
        Some(Self { kind, label, key }).filter(|it| it.key.is_none_or(|k| !k.contains(['"', '$'])))
    }

    /// What ECS takes as a secret's `valueFrom`.
    fn value_from(&self) -> Expr {
        let address = super::module_address(self.kind, self.label);
        match self.key {
            None => Expr::raw(format!("{address}.arn")),
            Some(key) => Expr::raw(format!("\"${{{address}.arn}}:{key}::\"")),
        }
    }
}

/// A key is one that the secret has; a parameter has none.
fn check_stored(check: &Check<'_>, expression: &Expression) {
    let Some(stored @ Stored { key: Some(key), .. }) = Stored::of(expression) else { return };
    let report = |message: String, help: String| {
        let problem = Diagnostic::error(codes::UNKNOWN_REFERENCE, message).help(help);
        check.report(problem.at(expression.span, ""));
    };
    if stored.kind == Parameter::KIND {
        let help = format!("write `parameter.{}`", stored.label);
        return report("a parameter has no keys".to_owned(), help);
    }
    let Some(secret) = check.stack.component::<Secret>(stored.label) else { return };
    if secret.keys.iter().any(|known| known.as_str() == key) {
        return;
    }
    if let Err(invalid) = JsonKey::parse(key) {
        return report(invalid.message, invalid.help.unwrap_or_default());
    }
    let known = secret.keys.iter().map(|known| known.as_str());
    let help = match did_you_mean(key, known) {
        Some(known) => format!("did you mean `secret.{}[\"{known}\"]`?", stored.label),
        None => format!("add it to the `keys` of `secret.{}`", stored.label),
    };
    report(format!("`secret.{}` has no key `{key}`", stored.label), help);
}

/// Who is told of a database, or of another thing that is reached through the network, needs
/// access to it.
fn check_reached(
    check: &Check<'_>,
    key: &str,
    expression: &Expression,
    access: &[AnyRef<AccessKinds>],
) {
    let modules: BTreeSet<String> = check
        .stack
        .names(&expression.source)
        .into_iter()
        .filter(|name| name.len() > 2 && name[0] == "module")
        // Who names a service's log group need not connect to it.
        .filter(|name| {
            !name[1].starts_with("service_") || discovery::ADDRESS.contains(&name[2].as_str())
        })
        .map(|name| name[1].clone())
        .collect();
    for module in modules {
        let reached = REACHED
            .into_iter()
            .find_map(|kind| Some((kind, module.strip_prefix(kind)?.strip_prefix('_')?)));
        let Some((kind, label)) = reached else { continue };
        // `module "database_x"` is somebody's own.
        let foreign = Id { kind: "module", label: module.clone() };
        let allowed = access.iter().any(|to| to.kind == kind && to.label == label);
        if allowed || check.stack.components.contains_key(&foreign) {
            continue;
        }
        check.report(
            Diagnostic::error(
                codes::NO_ACCESS,
                format!("`{key}` tells of `{kind}.{label}`, which cannot be reached from here"),
            )
            .at(expression.span, "")
            .help(format!("add it to `access`: `access = [{kind}.{label}]`")),
        );
    }
}

/// Sidecars have their shares of what the task has.
fn check_shares(check: &Check<'_>, task: &Task) {
    let known = |value: &Option<i64>| value.unwrap_or(0);
    let cpu: i64 = task.sidecar.rows.values().map(|row| known(&literal(row.cpu.as_ref()))).sum();
    let memory: i64 =
        task.sidecar.rows.values().map(|row| known(&literal(row.memory.as_ref()))).sum();
    let task_cpu = task.cpu.literal().map(|cpu| i64::from(cpu.units()));
    let task_memory = task.memory.literal().map(|memory| i64::from(memory.mib()));
    for (field, shares, whole) in [("cpu", cpu, task_cpu), ("memory", memory, task_memory)] {
        if whole.is_some_and(|whole| shares > whole) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!(
                        "the sidecars take `{shares}` of the task's `{field}`, more than it has"
                    ),
                )
                .at(task.origin.field(field), "")
                .help("give the task more, or the sidecars less"),
            );
        }
    }
}

fn literal<const MIN: i64, const MAX: i64>(value: Option<&Value<Whole<MIN, MAX>>>) -> Option<i64> {
    value.and_then(Value::literal).map(|whole| whole.get())
}

/// The network that a cluster's tasks run in.
fn network_of<'a>(check: &Check<'a>, cluster: &Ref<Cluster>) -> Option<&'a Ref<Network>> {
    check.get(cluster).map(|cluster| &cluster.network.0)
}

/// The network of a component, where it is another one than this.
pub(super) fn other_network(
    check: &Check<'_>,
    kind: &str,
    label: &str,
    network: &Ref<Network>,
) -> Option<Reference> {
    if let Some(service) = check.stack.component::<Service>(label).filter(|_| kind == Service::KIND)
    {
        let own = network_of(check, &service.cluster)?;
        let mut references = Vec::new();
        own.add_references(&mut references);
        return references.pop().filter(|_| own != network);
    }
    let mut components = check.stack.components.iter();
    let (_, component) = components.find(|(id, _)| id.kind == kind && id.label == label)?;
    component.references().into_iter().find(|reference| {
        reference.kind == Network::KIND
            && reference.attribute.is_none()
            && reference.label != network.label
    })
}

/// A database, as all that is reached through the network, is reached in its own only.
pub(super) fn check_access_networks(
    check: &Check<'_>,
    access: &[AnyRef<AccessKinds>],
    network: &Ref<Network>,
    whose: &str,
) {
    for access in access.iter().filter(|access| is_reached(access)) {
        let other = other_network(check, &access.kind, &access.label, network);
        if let Some(other) = other {
            check.report(
                Diagnostic::error(
                    codes::OTHER_NETWORK,
                    format!(
                        "`{}.{}` is in `network.{}`, the {} in `network.{}`",
                        access.kind,
                        access.label,
                        other.label,
                        whose.trim_start_matches("a "),
                        network.label
                    ),
                )
                .at(access.span, "")
                .also(other.span, format!("the {}'s network", access.kind))
                .help(match whose {
                    "a task" => {
                        format!("a task reaches a {} of its cluster's network only", access.kind)
                    }
                    _ => format!("{whose} reaches a {} of its own network only", access.kind),
                }),
            );
        }
    }
}

/// Sets what the call of a module that runs tasks needs beyond its fields.
pub fn lower_task(lower: &mut Lower<'_>, call: &mut Call, task: &Task, cluster: &Ref<Cluster>) {
    let network = lower.stack.get(cluster).map(|cluster| cluster.network.0.clone());
    if let Some(network) = &network {
        call.set_after("cluster", "network", network.argument().unwrap_or(Expr::Null));
        let way_out = lower.stack.get(network).and_then(Network::private_way_out);
        let placement = task.placement.map_or_else(
            || match way_out {
                Some(true) => Placement::Private,
                Some(false) | None => Placement::Public,
            },
            |placement| placement.0,
        );
        call.remove("placement");
        call.set_after("network", "placement", placement.as_str());
    }
    if !task.secrets.is_empty() {
        call.set("secrets", lower_secrets(lower, &task.secrets));
    }
    lower_secret_keys(lower.stack, call, task, &[]);
    if !task.sidecar.is_empty() {
        call.set("sidecar", lower_sidecars(lower, &task.sidecar));
    }
    lower_access(lower.stack, call, &task.statement, &task.access, &task.consumes, &task.mount);
}

/// Sets what follows from what somebody has access to: statements, beside those that are written,
/// and security groups.
pub(super) fn lower_access(
    stack: &Stack,
    call: &mut Call,
    statement: &Table<Statement>,
    access: &[AnyRef<AccessKinds>],
    consumes: &[Ref<Queue>],
    mount: &Table<Mount>,
) {
    let statements = access_statements(stack, access, consumes, mount);
    if !statements.is_empty() {
        let mut all = match statement.argument() {
            Some(Expr::Object(written)) => written,
            _ => Vec::new(),
        };
        all.extend(statements.into_iter().map(|(label, value)| Property::new(label, value)));
        all.sort_by(|a, b| a.key.cmp(&b.key));
        call.set("statement", Expr::Object(all));
    }
    if !mount.is_empty() {
        call.set("mount", mount::lower(stack, mount));
    }
    let groups = access.iter().filter(|access| is_reached(access));
    let groups = groups.map(|access| format!("{}.access_group_id", access.address()));
    let groups: IndexSet<String> = groups.chain(mount::access_groups(mount)).collect();
    if !groups.is_empty() {
        call.set("security_group_ids", Expr::List(groups.into_iter().map(Expr::raw).collect()));
    }
}

/// The sources of secrets as ARNs, sorted by the variables' names.
pub fn lower_secrets(lower: &mut Lower<'_>, secrets: &Map<Value<SecretSource>>) -> Expr {
    let mut entries: Vec<_> = secrets.entries.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    let property = |(key, entry): (&String, &MapEntry<Value<SecretSource>>)| Property {
        key: key.clone(),
        value: secret_arn(lower, &entry.value),
        comment: entry.comment.clone(),
    };
    Expr::Object(entries.into_iter().map(property).collect())
}

/// Sets the keys that ECS needs to read the secrets of a task, and those of `more`.
pub fn lower_secret_keys(
    stack: &Stack,
    call: &mut Call,
    task: &Task,
    more: &[&Map<Value<SecretSource>>],
) {
    let sidecars = task.sidecar.rows.values().map(|sidecar| &sidecar.secrets);
    let sources = sidecars.chain([&task.secrets]).chain(more.iter().copied());
    let of_stack = sources
        .flat_map(|secrets| secrets.entries.values())
        .filter_map(|entry| match &entry.value {
            Value::Expression(expression) => Some(&expression.references),
            Value::Literal(_) => None,
        })
        .flatten()
        .filter_map(|reference| encryption_key(stack, &reference.kind, &reference.label));
    let keys: BTreeMap<String, Expr> = task
        .secrets_kms_key_arns
        .iter()
        .map(Value::expr)
        .chain(of_stack)
        .map(|key| (print_expr(&key), key))
        .collect();
    if !keys.is_empty() {
        call.set("secrets_kms_key_arns", Expr::List(keys.into_values().collect()));
    }
}

fn lower_sidecars(lower: &mut Lower<'_>, sidecars: &Table<Sidecar>) -> Expr {
    let Some(Expr::Object(mut rows)) = sidecars.argument() else { return Expr::Null };
    for row in &mut rows {
        let (Expr::Object(arguments), Some(sidecar)) =
            (&mut row.value, sidecars.rows.get(&row.key))
        else {
            continue;
        };
        if let Some(secrets) = arguments.iter_mut().find(|argument| argument.key == "secrets") {
            secrets.value = lower_secrets(lower, &sidecar.secrets);
        }
    }
    Expr::Object(rows)
}

/// What ECS takes as a secret's `valueFrom` (Amazon ECS API Reference, "Secret").
fn secret_arn(lower: &mut Lower<'_>, source: &Value<SecretSource>) -> Expr {
    match source {
        Value::Literal(SecretSource::ParameterArn(arn) | SecretSource::SecretArn(arn)) => {
            Expr::String(arn.to_string())
        }
        Value::Literal(SecretSource::Parameter(name)) => {
            let name = name.to_string();
            parameter_arn(lower, &crate::hcl::print::escaped(&name))
        }
        // `"ssm:/univaf/${var.environment}/key"`
        Value::Expression(expression) => {
            if let Some(stored) = Stored::of(expression) {
                return stored.value_from();
            }
            match expression.quoted().and_then(|inside| inside.strip_prefix("ssm:")) {
                Some(name) => parameter_arn(lower, name),
                None => expression.expr(),
            }
        }
        Value::Literal(SecretSource::Secret { name, json_key }) => {
            let name = name.to_string();
            let block =
                crate::hcl::Block::new("data", [] as [&str; 0]).attribute("name", name.as_str());
            let address = lower.data_with(block, "aws_secretsmanager_secret", &identifier(&name));
            match json_key {
                None => Expr::raw(format!("{address}.arn")),
                Some(key) => Expr::raw(format!(
                    "\"${{{address}.arn}}:{}::\"",
                    crate::hcl::print::escaped(&key.to_string())
                )),
            }
        }
    }
}

fn parameter_arn(lower: &mut Lower<'_>, name: &str) -> Expr {
    let partition = lower.data("aws_partition", "current");
    let account = lower.data("aws_caller_identity", "current");
    let region = lower.region();
    let all = lower.local(
        "parameter_arn",
        Expr::raw(format!(
            "\"arn:${{{partition}.partition}}:ssm:{region}:${{{account}.account_id}}:parameter\""
        )),
    );
    let slash = if name.starts_with('/') { "" } else { "/" };
    Expr::raw(format!("\"${{{all}}}{slash}{name}\""))
}

/// A name as an identifier of Terraform.
fn identifier(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = name.trim_matches('_');
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name.to_owned(),
        _ => format!("secret_{name}"),
    }
}

/// The statements that follow from `access` and `consumes`, by label.
pub(super) fn access_statements(
    stack: &Stack,
    access: &[AnyRef<AccessKinds>],
    consumes: &[Ref<Queue>],
    mount: &Table<Mount>,
) -> Vec<(String, Expr)> {
    let mut statements = Vec::new();
    for access in access {
        let address = access.address();
        let label = format!("{}_{}", access.kind, access.label);
        match access.kind.as_str() {
            "bucket" => {
                statements.push((
                    label.clone(),
                    statement(&["s3:ListBucket"], Expr::raw(format!("{address}.arn"))),
                ));
                statements.push((
                    format!("{label}_objects"),
                    statement(
                        &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                        Expr::raw(format!("\"${{{address}.arn}}/*\"")),
                    ),
                ));
            }
            // Amazon ElastiCache User Guide, "Authenticating with IAM".
            "cache" if is_asked_by_iam(stack, &access.label) => {
                let arns = ["arn", "user_arn"].map(|arn| Expr::raw(format!("{address}.{arn}")));
                statements.push((
                    label,
                    Expr::object([
                        ("actions", Expr::list(["elasticache:Connect"])),
                        ("resources", Expr::List(arns.into())),
                    ]),
                ));
            }
            // What is mounted may be used as its mount says. Amazon EFS User Guide, "Using IAM to
            // control access to file systems".
            "volume" if mount.iter().any(|(_, it)| it.volume.label == access.label) => {}
            "volume" if stack.component::<Volume>(&access.label).is_some_and(|it| it.iam.0) => {
                let actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];
                statements.push((label, statement(&actions, Expr::raw(format!("{address}.arn")))));
            }
            "search" => {
                statements.push((
                    label,
                    statement(&["es:ESHttp*"], Expr::raw(format!("\"${{{address}.arn}}/*\""))),
                ));
            }
            "topic" => {
                statements.push((
                    label,
                    statement(&["sns:Publish"], Expr::raw(format!("{address}.arn"))),
                ));
            }
            "queue" => {
                let actions = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"];
                statements.push((label, statement(&actions, Expr::raw(format!("{address}.arn")))));
            }
            "secret" => {
                let actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];
                statements.push((label, statement(&actions, Expr::raw(format!("{address}.arn")))));
            }
            "parameter" => {
                let actions = ["ssm:GetParameter", "ssm:GetParameters"];
                statements.push((label, statement(&actions, Expr::raw(format!("{address}.arn")))));
            }
            _ => {}
        }
        // Whoever writes to what a key encrypts, or reads it, has to use the key (Amazon S3 User
        // Guide, "Using server-side encryption with AWS KMS keys"; Amazon SNS Developer Guide,
        // "Managing Amazon SNS encryption keys and costs"; Amazon SQS Developer Guide, "Key
        // management").
        let key = encryption_key(stack, &access.kind, &access.label);
        if let Some(key) = key.filter(|_| !REACHED.contains(&access.kind.as_str())) {
            let actions: &[&str] = match access.kind.as_str() {
                "secret" | "parameter" => &["kms:Decrypt"],
                _ => &["kms:Decrypt", "kms:GenerateDataKey"],
            };
            statements
                .push((format!("{}_{}_key", access.kind, access.label), statement(actions, key)));
        }
    }
    for queue in consumes {
        let label = format!("queue_{}_consume", queue.label);
        let actions = [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
        ];
        let arn = Expr::raw(format!("{}.arn", Queue::address(&queue.label)));
        if let Some(key) = encryption_key(stack, Queue::KIND, &queue.label) {
            statements.push((format!("{label}_key"), statement(&["kms:Decrypt"], key)));
        }
        statements.push((label, statement(&actions, arn)));
    }
    statements.extend(mount::statements(stack, mount));
    statements
}

/// True for a cache that asks for tokens of IAM.
fn is_asked_by_iam(stack: &Stack, label: &str) -> bool {
    stack.component::<Cache>(label).is_some_and(|cache| cache.iam.0)
}

/// The key that encrypts what is in a component, where it is not AWS's own.
fn encryption_key(stack: &Stack, kind: &str, label: &str) -> Option<Expr> {
    let key = match kind {
        // Of the secret that RDS keeps the password in.
        Aurora::KIND => stack.component::<Aurora>(label)?.kms_key_arn.as_ref(),
        Bucket::KIND => stack.component::<Bucket>(label)?.kms_key_arn.as_ref(),
        Database::KIND => stack.component::<Database>(label)?.kms_key_arn.as_ref(),
        Parameter::KIND => stack.component::<Parameter>(label)?.kms_key_arn.as_ref(),
        Queue::KIND => stack.component::<Queue>(label)?.kms_key_arn.as_ref(),
        Secret::KIND => stack.component::<Secret>(label)?.kms_key_arn.as_ref(),
        Topic::KIND => stack.component::<Topic>(label)?.kms_key_arn.as_ref(),
        _ => None,
    };
    key.map(Value::expr)
}

fn statement(actions: &[&str], resource: Expr) -> Expr {
    Expr::object([
        ("actions", Expr::list(actions.iter().copied())),
        ("resources", Expr::List(vec![resource])),
    ])
}

/// A statement with a condition: how it compares, the key, and the one value.
pub(super) fn statement_if(
    actions: &[&str],
    resource: Expr,
    (test, variable, value): (&str, &str, Expr),
) -> Expr {
    let Expr::Object(mut fields) = statement(actions, resource) else { return Expr::Null };
    let condition = Expr::object([
        ("test", test.into()),
        ("variable", variable.into()),
        ("values", Expr::List(vec![value])),
    ]);
    fields.push(Property::new("condition", Expr::List(vec![condition])));
    Expr::Object(fields)
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// A service with these fields, in a network with this NAT.
    fn with_nat(nat: &str, fields: &str) -> String {
        format!(
            r#"
input "key" {{ sensitive = true }}
locals {{ key = "k-${{input.key}}" }}
repository "server" {{}}
image "server" {{ repository = repository.server }}
network "main" {{
  cidr = "10.0.0.0/16"
  nat  = "{nat}"
}}
cluster "main" {{ network = network.main }}
service "api" {{
  cluster = cluster.main
  image   = image.server
{fields}
}}
topic "alarms" {{}}
database "main" {{
  network        = network.main
  engine         = "postgres"
  engine_version = "14"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}}
"#
        )
    }

    fn task(fields: &str) -> String {
        with_nat("none", fields)
    }

    #[test]
    fn a_size_that_fargate_does_not_offer_is_refused_with_the_nearest() {
        insta::assert_snapshot!(problems(&task("  cpu    = 1024\n  memory = 512")), @"14:12 SW301 Fargate has no tasks of `1024` CPU units with `512` MiB; with `1024` CPU units, use `2048` to `8192` MiB in steps of `1024`; the nearest pair: `cpu = 1024`, `memory = 2048`");
    }

    #[test]
    fn a_database_in_the_environment_must_be_reachable() {
        insta::assert_snapshot!(problems(&task("  environment = { DB_HOST = module.database_main.host }\n  secrets = { DB_PASSWORD = module.database_main.password_secret }")), @"
        13:29 SW304 `DB_HOST` tells of `database.main`, which cannot be reached from here; add it to `access`: `access = [database.main]`
        14:29 SW304 `DB_PASSWORD` tells of `database.main`, which cannot be reached from here; add it to `access`: `access = [database.main]`
        ");
    }

    #[test]
    fn a_database_that_a_sidecar_is_told_of_must_be_reachable() {
        insta::assert_snapshot!(problems(&task("  sidecar \"proxy\" {\n    image = image.server\n    environment = { DB = \"${module.database_main.host}:5432\" }\n  }")), @"15:26 SW304 `DB` tells of `database.main`, which cannot be reached from here; add it to `access`: `access = [database.main]`");
    }

    #[test]
    fn a_database_with_access_may_be_told_of() {
        insta::assert_snapshot!(problems(&task("  access = [database.main]\n  environment = { DB_HOST = module.database_main.host }")), @"");
    }

    #[test]
    fn access_to_what_a_key_encrypts_takes_in_the_key() {
        let fields = "  access = [bucket.sealed, topic.sealed]";
        let others = r#"
bucket "sealed" { kms_key_arn = "arn:aws:kms:us-west-2:123456789012:key/1" }
topic "sealed" { kms_key_arn = var.key_arn }
"#;
        let rendered = rendered("services.tf", &(task(fields) + others));
        insta::assert_snapshot!(rendered.split_once("  statement = ").map_or("", |it| it.1), @r#"
        {
            bucket_sealed = {
              actions   = ["s3:ListBucket"]
              resources = [module.bucket_sealed.arn]
            }
            bucket_sealed_key = {
              actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
              resources = ["arn:aws:kms:us-west-2:123456789012:key/1"]
            }
            bucket_sealed_objects = {
              actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
              resources = ["${module.bucket_sealed.arn}/*"]
            }
            topic_sealed = {
              actions   = ["sns:Publish"]
              resources = [module.topic_sealed.arn]
            }
            topic_sealed_key = {
              actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
              resources = [var.key_arn]
            }
          }
        }
        "#);
    }

    #[test]
    fn a_task_sends_to_queues_or_takes_from_them() {
        let fields = "  access = [queue.out]\n  consumes = [queue.in]";
        let queues = "queue \"in\" {}\nqueue \"out\" { kms_key_arn = var.out }\n";
        let rendered = rendered("services.tf", &(task(fields) + queues));
        insta::assert_snapshot!(rendered.split_once("  statement = ").map_or("", |it| it.1), @r#"
        {
            queue_in_consume = {
              actions = [
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
              ]
              resources = [module.queue_in.arn]
            }
            queue_out = {
              actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
              resources = [module.queue_out.arn]
            }
            queue_out_key = {
              actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
              resources = [var.out]
            }
          }
        }
        "#);
        insta::assert_snapshot!(problems(&(task("  consumes = [queue.in]\n  statement \"queue_in_consume\" {}") + queues)), @"14:3 SW313 `consumes` makes a statement `queue_in_consume`, too; give the statement another label");
    }

    #[test]
    fn a_sensitive_input_may_not_stand_in_the_environment_not_even_through_locals() {
        insta::assert_snapshot!(problems(&task("  environment = {\n    A = input.key\n    B = upper(local.key)\n    C = nonsensitive(sha256(input.key))\n  }")), @r#"
        14:9 SW308 `A` would show the sensitive `input.key` in clear text; store it in Systems Manager or Secrets Manager, and name it in `secrets`: `secrets = { A = "ssm:/…" }`
        15:9 SW308 `B` would show the sensitive `input.key` in clear text; store it in Systems Manager or Secrets Manager, and name it in `secrets`: `secrets = { B = "ssm:/…" }`
        "#);
    }

    #[test]
    fn a_secret_is_known_by_itself_too() {
        let environment = "  environment = {\n    DATABASE = \"postgres://app:hunter2@db/app\"\n    \
                           KEY_ID = \"AKIAIOSFODNN7EXAMPLE\"\n    PROXY = \"http://user@host\"\n  }\n";
        let command = "  command = [\"run\", \"--password=hunter2\"]\n";
        let sidecar =
            "  sidecar \"a\" {\n    image = image.server\n    command = [\"--token=$TOKEN\"]\n  }";
        insta::assert_snapshot!(problems(&task(&format!("{environment}{command}{sidecar}"))));
    }

    #[test]
    fn a_value_that_looks_like_a_secret_is_warned_of() {
        insta::assert_snapshot!(problems(&task("  environment = {\n    DB_PASSWORD = \"hunter2\"\n    PASSWORD_LENGTH = \"8\"\n    TOKEN = \"\"\n    SECRET_ARN = \"x\"\n  }")), @"14:19 SW207 `DB_PASSWORD` looks like a secret; store it in Systems Manager or Secrets Manager, and name it in `secrets`");
    }

    #[test]
    fn a_variable_cannot_be_clear_and_secret() {
        insta::assert_snapshot!(problems(&task("  environment = { A = \"1\" }\n  secrets = { A = \"ssm:/a\" }")), @"14:15 SW104 `A` stands in `environment` and in `secrets`; take one of them out");
    }

    #[test]
    fn the_name_of_a_variable_is_one_that_shells_know() {
        insta::assert_snapshot!(problems(&task("  environment = { \"MY-KEY\" = \"1\" }")), @"13:19 SW203 `-` cannot stand in an environment variable's name; an environment variable's name has letters, digits and underscores, no digit first; try `MY_KEY`");
    }

    #[test]
    fn a_secret_in_the_description_is_refused() {
        insta::assert_snapshot!(problems(&task("  secrets = { A = \"hunter2\" }")), @"13:19 SW207 this does not name a secret, and may be one; keep secrets out of the description; name where it is kept: `ssm:/path/name`, `secretsmanager:name`, `secretsmanager:name#json_key`, or the ARN of a parameter or secret");
    }

    #[test]
    fn a_sidecar_cannot_have_the_name_of_the_main_container() {
        insta::assert_snapshot!(problems(&task("  name = \"api\"\n  sidecar \"api\" { image = image.server }")), @"14:3 SW104 the main container is called `api`, too; give the sidecar another label");
    }

    #[test]
    fn sidecars_cannot_take_more_than_the_task_has() {
        insta::assert_snapshot!(problems(&task("  sidecar \"a\" {\n    image = image.server\n    cpu = 512\n  }")), @"10:1 SW312 the sidecars take `512` of the task's `cpu`, more than it has; give the task more, or the sidecars less");
    }

    #[test]
    fn a_private_task_can_pull_images_by_endpoints() {
        let endpoints = "endpoints = [\"ecr.api\", \"ecr.dkr\", \"logs\", \"s3\"]";
        let blocks = task("  placement = \"private\"")
            .replace("cidr = \"10.0.0.0/16\"", &format!("cidr = \"10.0.0.0/16\"\n  {endpoints}"));
        assert!(blocks.contains(endpoints));
        assert_eq!(problems(&blocks), "");
    }

    #[test]
    fn a_private_task_without_nat_is_warned_of() {
        insta::assert_snapshot!(problems(&task("  placement = \"private\"")), @r#"13:15 SW312 `network.main` has no NAT gateway: private tasks cannot pull images; set `nat = "one"` on the network, or `placement = "public"`; or give the network the endpoints `ecr.api`, `ecr.dkr`, `logs` and `s3`"#);
    }

    #[test]
    fn caches_search_domains_and_volumes_are_reached_by_access() {
        let around = r#"
cache "open" {
  network   = network.main
  node_type = "cache.t4g.small"
}
cache "token" {
  network   = network.main
  node_type = "cache.t4g.small"
  iam       = true
}
search "main" {
  network       = network.main
  instance_type = "t3.small.search"
  storage_gib   = 20
}
volume "main" { network = network.other }
network "other" { cidr = "10.9.0.0/16" }
"#;
        let fields = "  access = [cache.open, cache.token, search.main]\n  environment = { HOST = cache.open.host }";
        insta::assert_snapshot!(rendered("services.tf", &(task(fields) + around)), @r#"
        module "service_api" {
          source = "../../modules/service"

          name      = "test-api"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server

          environment = {
            HOST = module.cache_open.host
          }

          statement = {
            cache_token = {
              actions   = ["elasticache:Connect"]
              resources = [module.cache_token.arn, module.cache_token.user_arn]
            }
            search_main = {
              actions   = ["es:ESHttp*"]
              resources = ["${module.search_main.arn}/*"]
            }
          }

          security_group_ids = [
            module.cache_open.access_group_id,
            module.cache_token.access_group_id,
            module.search_main.access_group_id,
          ]
        }
        "#);
        insta::assert_snapshot!(problems(&(task("  access = [volume.main]\n  environment = { HOST = search.main.host }") + around)), @"
        13:13 SW305 `volume.main` is in `network.other`, the task in `network.main`; a task reaches a volume of its cluster's network only
        14:26 SW304 `HOST` tells of `search.main`, which cannot be reached from here; add it to `access`: `access = [search.main]`
        ");
    }

    #[test]
    fn a_statement_that_access_makes_has_its_label() {
        insta::assert_snapshot!(problems(&task("  access = [topic.alarms]\n  statement \"topic_alarms\" {}")), @"14:3 SW313 `access` makes a statement `topic_alarms`, too; give the statement another label");
    }

    #[test]
    fn a_network_with_nat_keeps_tasks_private() {
        let services = rendered("services.tf", &with_nat("one", ""));
        assert!(services.contains("placement = \"private\""), "{services}");
    }

    #[test]
    fn two_secrets_with_nearly_the_same_name_are_two() {
        insta::assert_snapshot!(rendered("data.tf", &task("  secrets = {\n    A = \"secretsmanager:a/b\"\n    B = \"secretsmanager:a_b#key\"\n    C = \"secretsmanager:a/b#key\"\n    D = \"ssm:/x/${var.y}\"\n  }")), @r#"
        data "aws_availability_zones" "available" {
          state = "available"

          filter {
            name   = "opt-in-status"
            values = ["opt-in-not-required"]
          }
        }

        data "aws_caller_identity" "current" {}

        data "aws_partition" "current" {}

        data "aws_secretsmanager_secret" "a_b" {
          name = "a/b"
        }

        data "aws_secretsmanager_secret" "a_b_2" {
          name = "a_b"
        }
        "#);
    }

    #[test]
    fn every_consumer_is_done_before_its_message_is_shown_again() {
        let queues = "queue \"short\" {}\nqueue \"long\" { visibility_timeout_s = 600 }\n";
        let fields = "  consumes = [queue.short, queue.long]\n  job_time_s = 60";
        insta::assert_snapshot!(problems(&(task(fields) + queues)), @"14:16 SW341 a job of `60` seconds would be done twice: `queue.short` shows its message again after `30`; set `visibility_timeout_s = 60` or more on `queue.short`");
        let scheduled = "scheduled_task \"nightly\" {\n  cluster = cluster.main\n  image = image.server\n  schedule = \"rate(1 day)\"\n";
        insta::assert_snapshot!(problems(&format!("{scheduled}{fields}\n}}\n{}{queues}", task(""))), @"6:16 SW341 a job of `60` seconds would be done twice: `queue.short` shows its message again after `30`; set `visibility_timeout_s = 60` or more on `queue.short`");
        let run = "task \"once\" {\n  cluster = cluster.main\n  image = image.server\n";
        insta::assert_snapshot!(problems(&format!("{run}{fields}\n}}\n{}{queues}", task(""))), @"5:16 SW341 a job of `60` seconds would be done twice: `queue.short` shows its message again after `30`; set `visibility_timeout_s = 60` or more on `queue.short`");
        assert_eq!(problems(&(task("  consumes = [queue.long]\n  job_time_s = 600") + queues)), "");
    }

    #[test]
    fn who_takes_no_messages_takes_no_time_for_them() {
        insta::assert_snapshot!(problems(&task("  job_time_s = 60")), @"13:16 SW312 it takes messages from no queue; set `consumes = [queue.…]`, or take it out");
    }

    #[test]
    fn who_starts_tasks_reads_a_password_of_a_key() {
        let blocks = task("  access = [database.main]\n  secrets = { DB_PASSWORD = database.main.password_secret }\n  logs_kms_key_arn = var.logs")
            .replace("  storage_gib    = 20\n", "  storage_gib    = 20\n  kms_key_arn    = var.own\n");
        insta::assert_snapshot!(rendered("services.tf", &blocks), @r#"
        module "service_api" {
          source = "../../modules/service"

          name                 = "test-api"
          cluster              = module.cluster_main
          network              = module.network_main
          placement            = "public"
          image                = local.image_references.server
          logs_kms_key_arn     = var.logs
          secrets_kms_key_arns = [var.own]
          security_group_ids   = [module.database_main.access_group_id]

          secrets = {
            DB_PASSWORD = module.database_main.password_secret
          }
        }
        "#);
    }
}
