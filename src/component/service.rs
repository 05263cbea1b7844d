//! `service`: tasks that are kept running.

use super::deployment::{self, Deployment};
use super::discovery;
use super::load_balancer::{alternate_name, target_group_name};
use super::task::{
    self, TASK, TASK_ROLE, Task, check_task, lower_task, other_network, task_variables,
};
use crate::component::drawn::{Drawn, Family, Meaning, Relation};
use crate::component::{Cluster, Component, LoadBalancer, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::block::{FieldInfo, Origin};
use crate::stack::check::Check;
use crate::stack::field::{ListOf, Literal, Ref, Table, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::{Port, ScalarType, ServiceName, StatusMatcher, UrlPath, Whole};
use crate::{block, choice, module_source, outputs};

/// An ECS service and its tasks. The modules of components that keep tasks running call it.
pub const SERVICE: ModuleSource = module_source!("service", TASK, TASK_ROLE);

block! {
    /// Tasks that ECS keeps running on Fargate, replaces one by one when they change, and rolls
    /// back when the new ones do not come up. Behind a load balancer it can instead start new tasks
    /// beside the old ones, and shift requests to them: blue/green, canary and linear deployments
    /// of ECS itself, without CodeDeploy.
    ///
    /// ```hcl
    /// cluster "shop" {
    ///   network   = network.main
    ///   namespace = "shop.internal"
    /// }
    ///
    /// service "users" {
    ///   cluster = cluster.shop
    ///   image   = image.app
    ///   port    = 8080
    ///   discovery {}
    /// }
    ///
    /// service "search" {
    ///   cluster = cluster.shop
    ///   image   = image.app
    ///   port    = 9090
    ///
    ///   discovery {
    ///     via      = "service_connect"
    ///     protocol = "grpc"
    ///   }
    /// }
    ///
    /// service "web" {
    ///   cluster     = cluster.shop
    ///   image       = image.app
    ///   access      = [service.users, service.search]
    ///   environment = { USERS_URL = service.users.url }
    /// }
    /// ```
    ///
    /// ```hcl
    /// service "shop" {
    ///   cluster       = cluster.main
    ///   image         = image.app
    ///   port          = 8080
    ///   load_balancer = load_balancer.shop
    ///
    ///   deployment {
    ///     strategy     = "canary"
    ///     step_percent = 10
    ///     step_minutes = 15
    ///   }
    /// }
    ///
    /// load_balancer "shop" {
    ///   network   = network.main
    ///   http_only = true
    ///
    ///   rule "preview" {
    ///     priority     = 10
    ///     forward      = service.shop
    ///     test_traffic = true
    ///
    ///     header "x-preview" {
    ///       values = ["yes"]
    ///     }
    ///   }
    ///
    ///   rule "shop" {
    ///     priority = 20
    ///     paths    = ["/*"]
    ///     forward  = service.shop
    ///   }
    /// }
    /// ```
    pub struct Service {
        /// Its name, also that of its task definition and of its main container.
        name: Option<Value<ServiceName>>,
        /// The cluster that it runs in.
        cluster: Ref<Cluster>,
        /// What it runs.
        @flatten task: Task,
        /// The port that its main container listens on.
        port: Option<Value<Port>>,
        /// The load balancer that sends it requests; one of the load balancer's rules forwards to
        /// the service.
        load_balancer: Option<Ref<LoadBalancer>>,
        /// How the load balancer sees that a task is healthy.
        @block health_check: Unpassed<Option<HealthCheck>>,
        /// How ECS sees that the main container is healthy. Behind a load balancer its own check
        /// is mostly enough.
        @block container_health_check: Option<ContainerHealthCheck>,
        /// How other tasks find it by a name.
        discovery: discovery::Field,
        /// How many tasks run: 1, or as `scaling` has it. With `scaling`, how many it starts with.
        count: Unpassed<Option<Value<Whole<0, 5000>>>>,
        /// How the number of tasks follows the load.
        @block scaling: Option<Scaling>,
        /// How they are kept running.
        @flatten running: Running,
    }
}

block! {
    /// How a load balancer sees that a task is healthy (Elastic Load Balancing, "Health checks for
    /// Application Load Balancer target groups").
    pub struct HealthCheck {
        /// What it asks for.
        path: Value<UrlPath> = Self::default().path,
        /// The status codes of a healthy task: `200`, `200-299`, `200,204`.
        matcher: Value<StatusMatcher> = Self::default().matcher,
        /// How often it asks, in seconds.
        interval_s: Value<Whole<5, 300>> = Self::default().interval_s,
        /// How long it waits for an answer, in seconds; less than the interval.
        timeout_s: Value<Whole<2, 120>> = Self::default().timeout_s,
        /// After how many good answers a task gets requests.
        healthy_after: Value<Whole<2, 10>> = Self::default().healthy_after,
        /// After how many bad answers a task is replaced.
        unhealthy_after: Value<Whole<2, 10>> = Self::default().unhealthy_after,
        /// How long a new task may take before bad answers count, in seconds: longer than what it
        /// does before it listens.
        grace_period_s: Unpassed<Value<Whole<0, 2_147_483_647>>> = Self::default().grace_period_s,
    }
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            path: Value::Literal(task::default("/")),
            matcher: Value::Literal(task::default("200")),
            interval_s: Value::Literal(Whole::new(30)),
            timeout_s: Value::Literal(Whole::new(5)),
            healthy_after: Value::Literal(Whole::new(3)),
            unhealthy_after: Value::Literal(Whole::new(2)),
            grace_period_s: Unpassed(Value::Literal(Whole::new(0))),
            origin: Origin::default(),
        }
    }
}

block! {
    /// A command that says whether a container is healthy (Amazon ECS API Reference,
    /// "HealthCheck").
    pub struct ContainerHealthCheck {
        /// The command: `["CMD-SHELL", "curl -f http://localhost:3000/health"]`, or `["CMD", …]`
        /// without a shell. Healthy is what exits with 0.
        command: ListOf<Value<String>>,
        /// How often it runs, in seconds.
        interval_s: Value<Whole<5, 300>> = Value::Literal(Whole::new(30)),
        /// How long it may take, in seconds.
        timeout_s: Value<Whole<2, 60>> = Value::Literal(Whole::new(5)),
        /// After how many failures the task is replaced.
        retries: Value<Whole<1, 10>> = Value::Literal(Whole::new(3)),
        /// How long a new container may take before failures count, in seconds.
        start_period_s: Option<Value<Whole<0, 300>>>,
    }
}

block! {
    /// How a service's number of tasks follows the load.
    pub struct Scaling {
        /// The least number of tasks.
        min: Value<Whole<0, 5000>>,
        /// The greatest number of tasks.
        max: Value<Whole<1, 5000>>,
        /// The CPU utilization to keep to, in percent of what the tasks have.
        cpu: Option<Value<Whole<1, 100>>>,
        /// The memory utilization to keep to, in percent of what the tasks have.
        memory: Option<Value<Whole<1, 100>>>,
        /// The requests a minute to keep to, for each task.
        requests_per_target: Option<Value<Whole<1, 1_000_000_000>>>,
        /// Steps up and down where a utilization crosses a threshold. Keeping to a utilization
        /// (`cpu`, `memory`) needs less care.
        @rows steps: Table<Steps>,
    }
}

block! {
    /// One step up where a utilization is high, one down where it is low. What counts is the
    /// busiest task's utilization in a minute.
    pub struct Steps {
        /// What is measured.
        metric: Value<ScalingMetric>,
        /// The percentage from which tasks are added.
        up_at: Value<Whole<1, 100>>,
        /// The percentage down to which tasks are taken away.
        down_at: Value<Whole<0, 99>>,
        /// How many tasks are added.
        up_by: Value<Whole<1, 1000>> = Value::Literal(Whole::new(1)),
        /// How many tasks are taken away.
        down_by: Value<Whole<1, 1000>> = Value::Literal(Whole::new(1)),
        /// For how many minutes it must be high before tasks are added.
        up_after_minutes: Value<Whole<1, 1440>> = Value::Literal(Whole::new(1)),
        /// For how many minutes it must be low before tasks are taken away.
        down_after_minutes: Value<Whole<1, 1440>> = Value::Literal(Whole::new(2)),
        /// How long nothing more happens after a step, in seconds.
        cooldown_s: Value<Whole<0, 86_400>> = Value::Literal(Whole::new(60)),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps the
        /// names of its policies and alarms.
        renamed_from: Renamed,
    }
}

block! {
    /// How the tasks of a service are kept running.
    @flat pub struct Running {
        /// Whether AWS may take its tasks away.
        capacity: Value<Capacity> = Value::Literal(Capacity::OnDemand),
        /// With `capacity = "spot"`: how many of its tasks run on Fargate itself, before others run
        /// on Spot.
        base: Value<Whole<0, 100_000>> = Value::Literal(Whole::new(0)),
        /// With `capacity = "spot"`: how many of the tasks above `base` run on Spot for each
        /// `on_demand_weight` on Fargate itself (Amazon ECS Developer Guide, "Amazon ECS capacity
        /// providers for the Fargate launch type").
        spot_weight: Value<Whole<1, 1000>> = Value::Literal(Whole::new(1)),
        /// With `capacity = "spot"`: how many of the tasks above `base` run on Fargate itself for
        /// each `spot_weight` on Spot.
        on_demand_weight: Value<Whole<0, 1000>> = Value::Literal(Whole::new(0)),
        /// True for what must never run twice at once: it has one task and no scaling, and its old
        /// task stops before the new one starts.
        singleton: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// How new tasks take the place of old ones.
        @block deployment: Deployment = Deployment::default(),
        /// True to allow commands in its running containers (ECS Exec), for those whom IAM allows
        /// `ecs:ExecuteCommand`.
        enable_exec: Value<bool> = Value::Literal(false),
    }
}

choice! {
    /// What capacity tasks run on.
    pub enum Capacity {
        /// Fargate.
        OnDemand = "on_demand",
        /// Fargate Spot: much cheaper, and AWS may stop a task with two minutes' notice.
        Spot = "spot",
    }
}

choice! {
    /// What scaling measures.
    pub enum ScalingMetric {
        Cpu = "cpu",
        Memory = "memory",
    }
}

impl Component for Service {
    const KIND: &'static str = "service";
    const FILE: &'static str = "services.tf";
    const DRAWN: Drawn = Drawn::new(Family::Compute, Meaning::TRAFFIC)
        .fields(&[("load_balancer", Meaning::From(Relation::Traffic))]);
    const MODULE: Option<ModuleSource> = Some(SERVICE);

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may connect to it, `null` without \
             `discovery`."
                access_group_id,
            "The name of its host for other tasks, `null` without `discovery`." host,
            "The name of the log group that its tasks write to." log_group_name,
            "The service's name." name,
            "The id of the security group that its tasks are in." security_group_id,
            "The ARN of its task definition, with its revision." task_definition_arn,
            "The ARN of the role that its tasks have." task_role_arn,
            "The name of the role that its tasks have, to attach policies to." task_role_name,
            "Its address for other tasks, `http://api.shop.internal:8080`, `null` without \
             `discovery`."
                url,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let string = || Type::Scalar(ScalarType::String, "");
        let number = || Type::Scalar(ScalarType::Number, "");
        let default = |field: FieldInfo, default: i64| FieldInfo {
            default: Some(Expr::from(default)),
            ..field.optional()
        };
        let mut variables = task_variables();
        variables.extend([discovery::variable(), discovery::client_variable()]);
        variables.push(
            FieldInfo::derived(
                "load_balancer",
                Type::Object(vec![
                    FieldInfo::derived("security_group_id", string(), ""),
                    FieldInfo::derived("target_group_arn", string(), ""),
                    FieldInfo::derived("arn", string(), "").optional(),
                    FieldInfo::derived("alternate_target_group_arn", string(), "").optional(),
                    FieldInfo::derived("production_rule_arn", string(), "").optional(),
                    FieldInfo::derived("test_rule_arn", string(), "").optional(),
                ]),
                "The load balancer that sends it requests, and the target group that its tasks \
                 are in. The load balancer's ARN is needed to scale by requests; another target \
                 group and the listener's rules, where requests are shifted.",
            )
            .optional(),
        );
        variables.push(default(
            FieldInfo::derived(
                "desired_count",
                number(),
                "How many tasks run, or start where scaling is set.",
            ),
            1,
        ));
        variables.push(default(
            FieldInfo::derived(
                "health_check_grace_period_s",
                number(),
                "How long a new task may take before the load balancer's bad answers count, in \
                 seconds.",
            ),
            0,
        ));
        variables
    }

    fn check(&self, check: &Check<'_>) {
        let generated = || check.name();
        let container = match &self.name {
            Some(name) => name.literal().map(ToString::to_string),
            None => Some(generated()),
        };
        check_task(check, &self.task, &self.cluster, container.as_deref());
        self.check_load_balancer(check);
        if let Some(discovery) = self.discovery.as_ref() {
            discovery.check(check, self);
        }
        self.check_deployment(check);
        self.check_health(check);
        if let Some(own) = &self.container_health_check {
            own.check(check);
        }
        let most = match (&self.scaling, self.count.as_ref()) {
            (Some(scaling), _) => scaling.max.literal().map(|max| max.get()),
            (None, Some(count)) => count.literal().map(|count| count.get()),
            (None, None) => Some(1),
        };
        self.running.check(check, most);
        self.running.check_singleton(
            check,
            self.scaling.as_ref().map(|scaling| &scaling.origin),
            (most, self.origin.field("count")),
        );
        let help = "leave out `capacity = \"spot\"`; or make it a `worker` that is `interruptible`";
        check_jobs_on_spot(check, &self.task, &self.running, help);
        if let Some(scaling) = &self.scaling {
            self.check_scaling(check, scaling);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add_in(&self.cluster.label, "service", stem.as_str());
        names.definition(&stem);
        names.task();
        names.tasks_group(check, &self.cluster);
        if let Some(discovery) = self.discovery.as_ref() {
            names.add_in(&self.cluster.label, "discovery name", discovery.aws_name(check.label));
            if let Some(cluster) = check.get(&self.cluster) {
                names.security_group(&cluster.network.label, "service-access");
            }
        }
        if self.load_balancer.is_some() {
            let group = target_group_name(check.stack, check.label, self);
            names.add("target group", group.template());
            if self.running.deployment.shifts() {
                names.add("target group", alternate_name(&group).template());
                names.role("-deployment");
            }
        }
        if let Some(scaling) = &self.scaling {
            for (label, steps) in scaling.steps.iter() {
                let label = steps.renamed_from.first_or(label);
                names.add("alarm", format!("{stem}-{label}-up"));
                names.add("alarm", format!("{stem}-{label}-down"));
            }
        }
        names.names
    }

    fn task(&self) -> Option<&Task> {
        Some(&self.task)
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower_task(lower, &mut call, &self.task, &self.cluster);
        if let Some(discovery) = self.discovery.as_ref() {
            call.set("discovery", discovery.lower(lower.label));
        }
        discovery::lower_client(lower, &mut call, &self.task);
        if let Some(load_balancer) = &self.load_balancer {
            let address = LoadBalancer::address(&load_balancer.label);
            let mut object = vec![
                ("security_group_id", format!("{address}.security_group_id")),
                ("target_group_arn", format!("{address}.target_group_arns[\"{}\"]", lower.label)),
            ];
            if self.scaling.as_ref().is_some_and(|scaling| scaling.requests_per_target.is_some()) {
                object.insert(0, ("arn", format!("{address}.arn")));
            }
            let object = object.into_iter().map(|(name, source)| (name, Expr::raw(source)));
            let shifted = deployment::lower(lower.stack, lower.label, self, &address);
            call.set("load_balancer", Expr::object(object.chain(shifted)));
        }
        self.running.lower(&mut call);
        if let Some(count) = self.count.as_ref() {
            call.set("desired_count", count.expr());
        }
        if let Some(health_check) = self.health_check.as_ref()
            && health_check.grace_period_s != HealthCheck::default().grace_period_s
        {
            call.set("health_check_grace_period_s", health_check.grace_period_s.expr());
        }
        if let Some(scaling) = &self.scaling {
            lower.move_rows::<Self, _>(&scaling.steps, |_| {
                let alarms = ["aws_cloudwatch_metric_alarm.down", "aws_cloudwatch_metric_alarm.up"];
                let policies = ["aws_appautoscaling_policy.down", "aws_appautoscaling_policy.up"];
                [alarms, policies].concat()
            });
        }
        lower.add_call::<Self>(call);
    }
}

impl Service {
    fn check_load_balancer(&self, check: &Check<'_>) {
        let Some(load_balancer) = &self.load_balancer else { return };
        if self.port.is_none() {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!(
                        "`load_balancer.{}` must know where to send requests",
                        load_balancer.label
                    ),
                )
                .at(load_balancer.span, "")
                .help("set `port` to what the container listens on"),
            );
        }
        let network = check.get(&self.cluster).map(|cluster| &cluster.network.0);
        let other = network.and_then(|network| {
            other_network(check, LoadBalancer::KIND, &load_balancer.label, network)
        });
        if let (Some(other), Some(network)) = (other, network) {
            check.report(
                Diagnostic::error(
                    codes::OTHER_NETWORK,
                    format!(
                        "`load_balancer.{}` is in `network.{}`, the service in `network.{}`",
                        load_balancer.label, other.label, network.label
                    ),
                )
                .at(load_balancer.span, "")
                .also(other.span, "the load balancer's network")
                .also(network.span, "the cluster's network")
                .help("a load balancer reaches tasks of its own network only"),
            );
        }
    }

    fn check_deployment(&self, check: &Check<'_>) {
        let deployment = &self.running.deployment;
        match &self.load_balancer {
            None => deployment.check_unshifted(check),
            Some(load_balancer) => deployment.check_tests(check, load_balancer),
        }
        let scaling = self.scaling.as_ref().filter(|_| deployment.shifts());
        if let Some(scaling) = scaling.filter(|scaling| scaling.requests_per_target.is_some()) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    "requests are counted in one target group, and shifted between two",
                )
                .at(scaling.origin.field("requests_per_target"), "")
                .also(deployment.origin.field("strategy"), "shifts them")
                .help("scale by `cpu` or `memory`"),
            );
        }
    }

    fn check_health(&self, check: &Check<'_>) {
        if let Some(health_check) = self.health_check.as_ref() {
            if self.load_balancer.is_none() {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "there is no load balancer to check health")
                        .at(health_check.origin.head, "")
                        .help("set `load_balancer`, or write a `container_health_check` block"),
                );
            }
            let (interval, timeout) = (&health_check.interval_s, &health_check.timeout_s);
            if let (Some(interval), Some(timeout)) = (interval.literal(), timeout.literal())
                && timeout.get() >= interval.get()
            {
                let origin = &health_check.origin;
                let place = if origin.wrote("timeout_s") { "timeout_s" } else { "interval_s" };
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!(
                            "a check that may take `{timeout}` seconds cannot start every \
                                 `{interval}` seconds"
                        ),
                    )
                    .at(origin.field(place), "")
                    .help("make `timeout_s` less than `interval_s`"),
                );
            }
        }
    }

    fn check_scaling(&self, check: &Check<'_>, scaling: &Scaling) {
        let origin = &scaling.origin;
        let count = (self.count.as_ref().and_then(Value::literal), self.origin.field("count"));
        if !check_bounds(check, &scaling.min, &scaling.max, origin, count) {
            return;
        }
        if scaling.requests_per_target.is_some() && self.load_balancer.is_none() {
            check.report(
                Diagnostic::error(codes::CONFLICT, "there is no load balancer to count requests")
                    .at(origin.field("requests_per_target"), "")
                    .help("set `load_balancer`, or scale by `cpu` or `memory`"),
            );
        }
        let targets = [scaling.cpu.is_some(), scaling.memory.is_some()];
        let follows = scaling.requests_per_target.is_some() || !scaling.steps.is_empty();
        if !follows && targets == [false, false] && scaling.min.template() != scaling.max.template()
        {
            check.report(
                Diagnostic::warning(
                    codes::CONFLICT,
                    "nothing says when the number of tasks changes",
                )
                .at(origin.head, "")
                .help("set `cpu`, `memory` or `requests_per_target`: `cpu = 60`"),
            );
        }
        for steps in scaling.steps.rows.values() {
            let (Some(up), Some(down)) = (steps.up_at.literal(), steps.down_at.literal()) else {
                continue;
            };
            if down.get() >= up.get() {
                check.report(
                    Diagnostic::error(
                        codes::INVERTED_BOUNDS,
                        format!(
                            "tasks would be added at `{up}` percent and taken away at `{down}`"
                        ),
                    )
                    .at(steps.origin.field("down_at"), "")
                    .also(steps.origin.field("up_at"), "less than `down_at`")
                    .help("make `down_at` less than `up_at`"),
                );
            }
        }
    }
}

impl ContainerHealthCheck {
    /// Its rules.
    pub fn check(&self, check: &Check<'_>) {
        let ListOf::Items(command) = &self.command else { return };
        let first = command.first().map(Value::literal);
        let known = match first {
            None => false,
            Some(None) => true,
            Some(Some(first)) => matches!(first.as_str(), "CMD" | "CMD-SHELL") && command.len() > 1,
        };
        if !known {
            check.report(
                Diagnostic::error(
                    codes::BAD_VALUE,
                    "a health check's command begins with `CMD` or `CMD-SHELL`",
                )
                .at(self.origin.field("command"), "")
                .help("write `[\"CMD-SHELL\", \"…\"]` for a line of shell, `[\"CMD\", \"…\"]` without"),
            );
        }
    }
}

/// How long before AWS says that it takes away a task on Spot (Amazon ECS Developer Guide, "Fargate
/// capacity providers").
pub const NOTICE_S: i64 = 120;

/// A job is done to its end, so a long one does not run where AWS takes tasks away.
pub fn check_jobs_on_spot(check: &Check<'_>, task: &Task, running: &Running, help: &str) {
    let time = task.job_time_s.as_ref().and_then(Value::literal).map_or(0, |time| time.get());
    let spot = running.capacity == Value::Literal(Capacity::Spot);
    if spot && time > NOTICE_S {
        check.report(
            Diagnostic::error(
                codes::UNFINISHED_JOB,
                format!(
                    "a job of `{time}` seconds may not end on Spot: AWS takes a task away \
                     {NOTICE_S} seconds after it says so"
                ),
            )
            .at(running.origin.field("capacity"), "")
            .also(task.origin.field("job_time_s"), "how long it takes")
            .help(help),
        );
    }
}

impl Running {
    /// The rules of what runs at most this many tasks.
    pub fn check(&self, check: &Check<'_>, most: Option<i64>) {
        self.check_base(check, most);
        self.check_weights(check);
        self.deployment.check(check);
    }

    /// The rules of what never runs twice at once: whether it scales, and how many tasks it has.
    pub fn check_singleton(
        &self,
        check: &Check<'_>,
        scaling: Option<&Origin>,
        (most, count): (Option<i64>, Option<Span>),
    ) {
        if !self.singleton.0.0 {
            return;
        }
        let report = |span: Option<Span>, message: &str, help: &str| {
            check.report(
                Diagnostic::error(codes::SINGLETON, message)
                    .at(span, "")
                    .also(self.origin.field("singleton"), "never runs twice")
                    .help(help),
            );
        };
        if let Some(scaling) = scaling {
            report(
                scaling.head,
                "a singleton does not scale",
                "leave out `scaling`, or `singleton`",
            );
        } else if most.is_some_and(|most| most > 1) {
            report(count, "a singleton is one task", "leave `count` out, or `singleton`");
        }
        let deployment = &self.deployment;
        if deployment.shifts() {
            report(
                deployment.origin.field("strategy"),
                "the new tasks would run beside the old ones",
                "leave `strategy` out: the old task of a singleton stops first",
            );
        } else if *deployment != Deployment::default()
            && deployment.maximum_percent.literal().is_some_and(|most| most.get() > 100)
        {
            report(
                deployment.origin.field("maximum_percent").or(deployment.origin.head),
                "the new task would run beside the old one",
                "set `minimum_healthy_percent = 0` and `maximum_percent = 100`, or leave \
                 `deployment` out",
            );
        }
    }

    /// A singleton's old task stops before the new one starts.
    pub fn lower(&self, call: &mut Call) {
        if self.singleton.0.0 && self.deployment == Deployment::default() {
            let percents = [("minimum_healthy_percent", 0), ("maximum_percent", 100)];
            call.set("deployment", Expr::object(percents.map(|(name, n)| (name, Expr::from(n)))));
        }
    }

    /// Weights say how tasks are shared between Spot and Fargate itself.
    fn check_weights(&self, check: &Check<'_>) {
        for field in ["spot_weight", "on_demand_weight"] {
            if self.capacity == Value::Literal(Capacity::OnDemand) && self.origin.wrote(field) {
                check.report(
                    Diagnostic::error(codes::CONFLICT, "all tasks run on Fargate itself")
                        .at(self.origin.field(field), "")
                        .help(format!("add `capacity = \"spot\"`, or leave `{field}` out")),
                );
            }
        }
    }

    fn check_base(&self, check: &Check<'_>, most: Option<i64>) {
        let Some(base) = self.base.literal().map(|base| base.get()).filter(|base| *base > 0) else {
            return;
        };
        let report = |code, message: String, help: &str| {
            let span = self.origin.field("base");
            check.report(Diagnostic::error(code, message).at(span, "").help(help));
        };
        if self.capacity == Value::Literal(Capacity::OnDemand) {
            report(
                codes::CONFLICT,
                "all tasks run on Fargate itself".to_owned(),
                "add `capacity = \"spot\"`, or leave `base` out",
            );
        } else if let Some(most) = most.filter(|most| base > *most) {
            report(
                codes::INVERTED_BOUNDS,
                format!("`{base}` tasks cannot run on Fargate itself where at most `{most}` run"),
                "lower `base`, or let more tasks run",
            );
        }
    }
}

/// The least and the greatest number of tasks, and the number that is written beside them.
type Count = Whole<0, 5000>;

/// The rules of the bounds between which the number of tasks moves. False where they cannot be.
pub fn check_bounds(
    check: &Check<'_>,
    min: &Value<Count>,
    max: &Value<Whole<1, 5000>>,
    origin: &Origin,
    (count, place): (Option<&Count>, Option<Span>),
) -> bool {
    let (min, max) = (min.literal().map(|min| min.get()), max.literal().map(|max| max.get()));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        check.report(
            Diagnostic::error(
                codes::INVERTED_BOUNDS,
                format!("at least `{min}` tasks and at most `{max}` cannot be"),
            )
            .at(origin.field("max"), "")
            .also(origin.field("min"), "greater than `max`")
            .help("exchange `min` and `max`"),
        );
        return false;
    }
    if let Some(count) = count.map(|count| count.get())
        && (min.is_some_and(|min| count < min) || max.is_some_and(|max| count > max))
    {
        check.report(
            Diagnostic::error(
                codes::INVERTED_BOUNDS,
                format!("a count of `{count}` is outside of what `scaling` allows"),
            )
            .at(place, "")
            .also(origin.head, "the bounds")
            .help("leave `count` out: `scaling` decides how many tasks run"),
        );
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// What every service here stands on.
    const BASE: &str = r#"
repository "server" {}
image "server" { repository = repository.server }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
"#;

    const OTHERS: &str = r#"
topic "alarms" {}
database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "14"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}
bucket "data" {}
"#;

    fn service(body: &str) -> String {
        format!(
            "{BASE}service \"api\" {{\n  cluster = cluster.main\n  image   = image.server\n{body}}}\n{OTHERS}"
        )
    }

    /// A service that the load balancer `api` forwards everything to.
    fn behind(body: &str) -> String {
        const LOAD_BALANCER: &str = r#"
load_balancer "api" {
  network   = network.main
  http_only = true
  default { forward = service.api }
}
"#;
        service(body) + LOAD_BALANCER
    }

    #[test]
    fn a_minimal_service_is_one_small_task() {
        insta::assert_snapshot!(rendered("services.tf", &service("")), @r#"
        module "service_api" {
          source = "../../modules/service"

          name      = "test-api"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.server
        }
        "#);
    }

    #[test]
    fn a_full_service_says_everything_once() {
        let service = behind(
            r#"
  name         = "api"
  cpu          = 1024
  memory       = 2048
  architecture = "arm64"
  # Migrations first.
  command      = ["npm", "start"]
  port         = 3000
  placement    = "public"
  capacity     = "spot"
  enable_exec  = true
  count        = 2

  load_balancer = load_balancer.api
  access        = [database.main, bucket.data, topic.alarms]

  health_check {
    path           = "/health"
    timeout_s      = 3
    grace_period_s = 120
  }

  container_health_check {
    command = ["CMD-SHELL", "true"]
  }

  environment = {
    ENV     = "production"
    # Where the data is.
    DB_HOST = module.database_main.host
  }

  secrets = {
    SENTRY_DSN  = "ssm:/univaf/api-sentry-dsn"
    DB_PASSWORD = "secretsmanager:univaf/db#password"
  }

  statement "mail" {
    actions   = ["ses:SendEmail"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ses:FromAddress"
      values   = ["us@example.org"]
    }
  }

  sidecar "datadog" {
    image       = image.server
    environment = { ECS_FARGATE = "true" }
    secrets     = { DD_API_KEY = "ssm:/univaf/datadog-api-key" }
  }

  scaling {
    min                 = 2
    max                 = 4
    requests_per_target = 1000

    steps "cpu" {
      metric  = "cpu"
      up_at   = 55
      down_at = 15
    }
  }

  deployment {
    minimum_healthy_percent = 50
  }
"#,
        );
        insta::assert_snapshot!(rendered("services.tf", &service), @r#"
        module "service_api" {
          source = "../../modules/service"

          name         = "api"
          cluster      = module.cluster_main
          network      = module.network_main
          placement    = "public"
          image        = local.image_references.server
          cpu          = 1024
          memory       = 2048
          architecture = "arm64"

          # Migrations first.
          command                     = ["npm", "start"]
          port                        = 3000
          capacity                    = "spot"
          enable_exec                 = true
          security_group_ids          = [module.database_main.access_group_id]
          desired_count               = 2
          health_check_grace_period_s = 120

          environment = {
            # Where the data is.
            DB_HOST = module.database_main.host
            ENV     = "production"
          }

          secrets = {
            DB_PASSWORD = "${data.aws_secretsmanager_secret.univaf_db.arn}:password::"
            SENTRY_DSN  = "${local.parameter_arn}/univaf/api-sentry-dsn"
          }

          statement = {
            bucket_data = {
              actions   = ["s3:ListBucket"]
              resources = [module.bucket_data.arn]
            }
            bucket_data_objects = {
              actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
              resources = ["${module.bucket_data.arn}/*"]
            }
            mail = {
              actions   = ["ses:SendEmail"]
              resources = ["*"]
              condition = [
                {
                  test     = "StringEquals"
                  variable = "ses:FromAddress"
                  values   = ["us@example.org"]
                },
              ]
            }
            topic_alarms = {
              actions   = ["sns:Publish"]
              resources = [module.topic_alarms.arn]
            }
          }

          sidecar = {
            datadog = {
              image = local.image_references.server
              environment = {
                ECS_FARGATE = "true"
              }
              secrets = {
                DD_API_KEY = "${local.parameter_arn}/univaf/datadog-api-key"
              }
            }
          }

          load_balancer = {
            arn               = module.load_balancer_api.arn
            security_group_id = module.load_balancer_api.security_group_id
            target_group_arn  = module.load_balancer_api.target_group_arns["api"]
          }

          container_health_check = {
            command = ["CMD-SHELL", "true"]
          }

          scaling = {
            min                 = 2
            max                 = 4
            requests_per_target = 1000
            steps = {
              cpu = {
                metric  = "cpu"
                up_at   = 55
                down_at = 15
              }
            }
          }

          deployment = {
            minimum_healthy_percent = 50
          }
        }
        "#);
        insta::assert_snapshot!(rendered("data.tf", &service), @r#"
        data "aws_availability_zones" "available" {
          state = "available"

          filter {
            name   = "opt-in-status"
            values = ["opt-in-not-required"]
          }
        }

        data "aws_caller_identity" "current" {}

        data "aws_partition" "current" {}

        data "aws_secretsmanager_secret" "univaf_db" {
          name = "univaf/db"
        }
        "#);
    }

    #[test]
    fn bounds_of_scaling_in_the_wrong_order_are_refused() {
        insta::assert_snapshot!(problems(&service("  scaling {\n    min = 4\n    max = 2\n    cpu = 60\n  }\n")), @"10:11 SW302 at least `4` tasks and at most `2` cannot be; exchange `min` and `max`");
    }

    #[test]
    fn a_count_outside_of_the_bounds_of_scaling_is_refused() {
        insta::assert_snapshot!(problems(&service("  count = 5\n  scaling {\n    min = 2\n    max = 4\n    cpu = 60\n  }\n")), @"8:11 SW302 a count of `5` is outside of what `scaling` allows; leave `count` out: `scaling` decides how many tasks run");
    }

    #[test]
    fn steps_that_take_away_what_they_add_are_refused() {
        insta::assert_snapshot!(problems(&service(r#"
  scaling {
    min = 2
    max = 4
    steps "cpu" {
      metric  = "cpu"
      up_at   = 15
      down_at = 55
    }
  }
"#)), @"15:17 SW302 tasks would be added at `15` percent and taken away at `55`; make `down_at` less than `up_at`");
    }

    #[test]
    fn scaling_that_follows_nothing_is_warned_of() {
        insta::assert_snapshot!(problems(&service("  scaling {\n    min = 2\n    max = 4\n  }\n")), @"8:3 SW312 nothing says when the number of tasks changes; set `cpu`, `memory` or `requests_per_target`: `cpu = 60`");
    }

    #[test]
    fn scaling_by_requests_needs_a_load_balancer() {
        insta::assert_snapshot!(problems(&service("  scaling {\n    min = 2\n    max = 4\n    requests_per_target = 100\n  }\n")), @"11:27 SW312 there is no load balancer to count requests; set `load_balancer`, or scale by `cpu` or `memory`");
    }

    #[test]
    fn a_load_balancer_needs_a_port() {
        insta::assert_snapshot!(problems(&behind("  load_balancer = load_balancer.api\n")), @"8:19 SW312 `load_balancer.api` must know where to send requests; set `port` to what the container listens on");
    }

    #[test]
    fn a_health_check_needs_a_load_balancer() {
        insta::assert_snapshot!(problems(&service("  health_check { path = \"/health\" }\n")), @"8:3 SW312 there is no load balancer to check health; set `load_balancer`, or write a `container_health_check` block");
    }

    #[test]
    fn a_health_check_that_takes_longer_than_its_interval_is_refused() {
        insta::assert_snapshot!(problems(&behind(r#"
  port          = 80
  load_balancer = load_balancer.api
  health_check {
    interval_s = 10
    timeout_s  = 10
  }
"#)), @"13:18 SW312 a check that may take `10` seconds cannot start every `10` seconds; make `timeout_s` less than `interval_s`");
    }

    #[test]
    fn a_health_check_without_its_kind_of_command_is_refused() {
        insta::assert_snapshot!(problems(&service("  container_health_check { command = [\"curl localhost\"] }\n")), @r#"8:38 SW201 a health check's command begins with `CMD` or `CMD-SHELL`; write `["CMD-SHELL", "…"]` for a line of shell, `["CMD", "…"]` without"#);
    }

    #[test]
    fn a_base_is_of_spot_and_not_of_more_tasks_than_there_are() {
        insta::assert_snapshot!(problems(&service("  base = 1\n")), @r#"8:10 SW312 all tasks run on Fargate itself; add `capacity = "spot"`, or leave `base` out"#);
        insta::assert_snapshot!(problems(&service("  capacity = \"spot\"\n  count = 1\n  base = 2\n")), @"10:10 SW302 `2` tasks cannot run on Fargate itself where at most `1` run; lower `base`, or let more tasks run");
        insta::assert_snapshot!(problems(&service("  capacity = \"spot\"\n  base = 3\n  scaling {\n    min = 1\n    max = 2\n    cpu = 60\n  }\n")), @"9:10 SW302 `3` tasks cannot run on Fargate itself where at most `2` run; lower `base`, or let more tasks run");
        assert_eq!(problems(&service("  capacity = \"spot\"\n  base = 1\n")), "");
    }

    #[test]
    fn weights_share_tasks_between_spot_and_fargate_itself() {
        let weighted = "  capacity = \"spot\"\n  count = 8\n  base = 2\n  spot_weight = 3\n  on_demand_weight = 1\n";
        let rendered = rendered("services.tf", &service(weighted));
        for argument in ["base             = 2", "spot_weight      = 3", "on_demand_weight = 1"] {
            assert!(rendered.contains(argument), "{rendered}");
        }
        insta::assert_snapshot!(problems(&service("  spot_weight = 3\n  on_demand_weight = 1\n")), @r#"
        8:17 SW312 all tasks run on Fargate itself; add `capacity = "spot"`, or leave `spot_weight` out
        9:22 SW312 all tasks run on Fargate itself; add `capacity = "spot"`, or leave `on_demand_weight` out
        "#);
    }

    #[test]
    fn a_singleton_is_replaced_by_stopping_it_first() {
        let rendered = rendered("services.tf", &service("  singleton = true\n"));
        let deployment = rendered.split("deployment = {").nth(1).unwrap();
        insta::assert_snapshot!(deployment, @"

            minimum_healthy_percent = 0
            maximum_percent         = 100
          }
        }
        ");
    }

    #[test]
    fn a_singleton_never_runs_twice_at_once() {
        let scaled =
            "  singleton = true\n  scaling {\n    min = 1\n    max = 2\n    cpu = 60\n  }\n";
        insta::assert_snapshot!(problems(&service(scaled)), @"9:3 SW354 a singleton does not scale; leave out `scaling`, or `singleton`");
        insta::assert_snapshot!(problems(&service("  singleton = true\n  count = 2\n")), @"9:11 SW354 a singleton is one task; leave `count` out, or `singleton`");
        insta::assert_snapshot!(problems(&service("  singleton = true\n  deployment {\n    minimum_healthy_percent = 0\n  }\n")), @"9:3 SW354 the new task would run beside the old one; set `minimum_healthy_percent = 0` and `maximum_percent = 100`, or leave `deployment` out");
        let shifted = "  singleton = true\n  port = 80\n  load_balancer = load_balancer.api\n  deployment { strategy = \"blue_green\" }\n";
        insta::assert_snapshot!(problems(&behind(shifted)), @r#"
        11:27 SW354 the new tasks would run beside the old ones; leave `strategy` out: the old task of a singleton stops first
        27:23 SW306 requests to `service.api` are shifted by a rule, and this is none; write a `rule` with `paths = ["/*"]` and `forward = service.api`
        "#);
        assert_eq!(problems(&service("  singleton = true\n  count = 0\n")), "");
    }

    #[test]
    fn a_long_job_does_not_run_on_spot() {
        let consumer = "  consumes = [queue.jobs]\n  job_time_s = 600\n  capacity = \"spot\"\n";
        let queue = "queue \"jobs\" { visibility_timeout_s = 600 }\n";
        insta::assert_snapshot!(problems(&(service(consumer) + queue)), @r#"10:14 SW341 a job of `600` seconds may not end on Spot: AWS takes a task away 120 seconds after it says so; leave out `capacity = "spot"`; or make it a `worker` that is `interruptible`"#);
    }

    #[test]
    fn a_deployment_that_can_replace_nothing_is_refused() {
        insta::assert_snapshot!(problems(&service("  deployment { maximum_percent = 100 }\n")), @"8:34 SW312 no task can be replaced: none may stop, and none may start before; lower `minimum_healthy_percent`, or raise `maximum_percent`");
    }
}
