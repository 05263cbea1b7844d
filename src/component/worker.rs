//! `worker`: tasks that work off a queue.

use crate::component::discovery;
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::service::{
    ContainerHealthCheck, NOTICE_S, Running, SERVICE, Service, check_bounds, check_jobs_on_spot,
};
use crate::component::task::{Task, check_task, lower_task, task_variables};
use crate::component::{Cluster, Component, ModuleSource, Outputs, Queue};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{ServiceName, Whole};
use crate::{block, module_source};

block! {
    /// Tasks that take messages from a queue, and whose number follows what waits there.
    ///
    /// It may receive and delete the queue's messages, and change how long they are hidden. The
    /// queue's address is given to it as any other: `environment = { QUEUE_URL = queue.jobs.url }`.
    ///
    /// ```hcl
    /// worker "jobs" {
    ///   cluster     = cluster.main
    ///   image       = image.app
    ///   queue       = queue.jobs
    ///   job_time_s  = 600
    ///   environment = { QUEUE_URL = queue.jobs.url }
    ///
    ///   scaling {
    ///     min               = 0
    ///     max               = 10
    ///     messages_per_task = 20
    ///   }
    /// }
    /// ```
    pub struct Worker {
        /// Its name, also that of its service, task definition and main container.
        name: Option<Value<ServiceName>>,
        /// The cluster that it runs in.
        cluster: Ref<Cluster>,
        /// The queue that it works off.
        queue: Ref<Queue>,
        /// True when the work on a message can be stopped at any time, and done again or gone on
        /// with. Otherwise a worker on Spot needs jobs of at most 120 seconds: that is how long
        /// before AWS says that it takes a task away (Amazon ECS Developer Guide, "Fargate capacity
        /// providers").
        interruptible: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// What it runs. Without `stop_timeout_s`, a task that is to stop has the time of one job,
        /// if that is more than ECS's 30 seconds, and up to Fargate's 120.
        @flatten task: Task,
        /// How ECS sees that the main container is healthy.
        @block container_health_check: Option<ContainerHealthCheck>,
        /// How many tasks run: 1, or as `scaling` has it. With `scaling`, how many it starts with.
        count: Unpassed<Option<Value<Whole<0, 5000>>>>,
        /// How the number of tasks follows what waits.
        @block scaling: Option<BacklogScaling>,
        /// How they are kept running.
        @flatten running: Running,
    }
}

block! {
    /// How the number of tasks follows the messages that wait or are worked on (Amazon EC2 Auto
    /// Scaling User Guide, "Scaling policy based on Amazon SQS"). Who takes away tasks does not
    /// know which of them are busy: what they worked on is hidden until the queue's visibility
    /// timeout ends, and then done again.
    pub struct BacklogScaling {
        /// The least number of tasks. With 0 nothing runs while there is nothing to do, and the
        /// first message waits for a task to start; in a queue that nobody used for six hours, up
        /// to a quarter of an hour longer (Amazon SQS Developer Guide, "Available CloudWatch
        /// metrics for Amazon SQS").
        min: Value<Whole<0, 5000>>,
        /// The greatest number of tasks.
        max: Value<Whole<1, 5000>>,
        /// How many messages there are to be for each task: the time that a message may wait,
        /// divided by the time that the work on one takes.
        messages_per_task: Value<Whole<1, 1_000_000>>,
        /// How long after tasks were added no more are, in seconds.
        scale_out_cooldown_s: Value<Whole<0, 86_400>> = Value::Literal(Whole::new(60)),
        /// How long after tasks were taken away no more are, in seconds.
        scale_in_cooldown_s: Value<Whole<0, 86_400>> = Value::Literal(Whole::new(300)),
    }
}

/// How long ECS waits for a container to stop unless told otherwise.
const STOP_TIMEOUT_S: i64 = 30;

impl Component for Worker {
    const KIND: &'static str = "worker";
    const FILE: &'static str = "workers.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Compute, Meaning::USED).fields(&[("queue", Meaning::HEARD)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("worker", SERVICE));

    fn outputs() -> Outputs {
        let Outputs::Known(mut outputs) = Service::outputs() else { return Outputs::Any };
        outputs.retain(|output| !discovery::ADDRESS.contains(&output.name));
        Outputs::Known(outputs)
    }

    fn derived() -> Vec<FieldInfo> {
        let mut variables = task_variables();
        variables.push(discovery::client_variable());
        variables.push(FieldInfo {
            default: Some(Expr::from(1)),
            ..FieldInfo::derived(
                "desired_count",
                <Value<Whole<0, 5000>>>::ty(),
                "How many tasks run, or start where scaling is set.",
            )
            .optional()
        });
        variables
    }

    fn check(&self, check: &Check<'_>) {
        let container = match &self.name {
            Some(name) => name.literal().map(ToString::to_string),
            None => Some(check.name()),
        };
        check_task(check, &self.consuming(), &self.cluster, container.as_deref());
        if let Some(own) = &self.container_health_check {
            own.check(check);
        }
        self.check_time(check);
        let count = self.count.as_ref().and_then(Value::literal);
        let most = match &self.scaling {
            Some(scaling) => scaling.max.literal().map(|max| max.get()),
            None if self.count.is_none() => Some(1),
            None => count.map(|count| count.get()),
        };
        self.running.check(check, most);
        self.running.check_singleton(
            check,
            self.scaling.as_ref().map(|scaling| &scaling.origin),
            (most, self.origin.field("count")),
        );
        self.running.deployment.check_unshifted(check);
        if let Some(scaling) = &self.scaling {
            let written = (count, self.origin.field("count"));
            check_bounds(check, &scaling.min, &scaling.max, &scaling.origin, written);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add_in(&self.cluster.label, "service", stem.as_str());
        names.definition(&stem);
        names.task();
        names.tasks_group(check, &self.cluster);
        // Known to start above zero, it is never woken.
        let starts = self.scaling.as_ref().map(|scaling| scaling.min.literal());
        if starts.is_some_and(|min| min.is_none_or(|min| min.get() == 0)) {
            names.add("alarm", format!("{stem}-wake-up"));
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
        lower_task(lower, &mut call, &self.consuming(), &self.cluster);
        discovery::lower_client(lower, &mut call, &self.task);
        if let Some(count) = self.count.as_ref() {
            call.set("desired_count", count.expr());
        }
        self.running.lower(&mut call);
        if let (None, Some(time)) = (&self.task.stop_timeout_s, self.job_time())
            && time > STOP_TIMEOUT_S
        {
            call.set("stop_timeout_s", time.min(NOTICE_S));
        }
        lower.add_call::<Self>(call);
    }
}

impl Worker {
    /// The longest that a job takes, in seconds, where that is known.
    fn job_time(&self) -> Option<i64> {
        self.task.job_time_s.as_ref().and_then(Value::literal).map(|time| time.get())
    }

    /// Its task, which consumes the queue.
    fn consuming(&self) -> Task {
        let mut task = self.task.clone();
        if !task.consumes.contains(&self.queue) {
            task.consumes.0.push(self.queue.clone());
        }
        task
    }

    /// A job is done to its end.
    fn check_time(&self, check: &Check<'_>) {
        if self.task.job_time_s.is_none() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "`job_time_s` is missing")
                    .at(self.origin.head, "")
                    .help("say the longest that the work on one message takes, in seconds"),
            );
        }
        let Some(time) = self.job_time() else { return };
        if !self.interruptible.0.0 {
            let help = "leave out `capacity = \"spot\"`; or write `interruptible = true`, where a \
                        job can be stopped and done again";
            check_jobs_on_spot(check, &self.task, &self.running, help);
        }
        if let Some(stop) = self.task.stop_timeout_s.as_ref().and_then(Value::literal)
            && stop.get() < time.min(NOTICE_S)
            && !self.interruptible.0.0
        {
            check.report(
                Diagnostic::warning(
                    codes::UNFINISHED_JOB,
                    format!("a task that is to stop has `{stop}` seconds, a job takes `{time}`"),
                )
                .at(self.task.origin.field("stop_timeout_s"), "")
                .help(
                    "leave `stop_timeout_s` out: it follows from `job_time_s`; or write \
                     `interruptible = true`, where a job can be stopped and done again",
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
repository "app" {}
image "app" { repository = repository.app }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
"#;

    fn with(queue: &str, fields: &str) -> String {
        format!(
            "worker \"jobs\" {{\n  cluster = cluster.main\n  image = image.app\n  queue = queue.jobs\n{fields}\n}}\nqueue \"jobs\" {{ {queue} }}\n{BASE}"
        )
    }

    #[test]
    fn a_minimal_worker_is_one_task_that_may_consume_its_queue() {
        insta::assert_snapshot!(rendered("workers.tf", &with("", "  job_time_s = 20")), @r#"
        module "worker_jobs" {
          source = "../../modules/worker"

          name      = "test-jobs"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          queue     = module.queue_jobs
          image     = local.image_references.app

          statement = {
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
          }
        }
        "#);
    }

    #[test]
    fn a_full_worker_scales_from_zero_on_spot() {
        let worker = with(
            "\n  visibility_timeout_s = 21600\n  kms_key_arn = var.key\n",
            r#"
  name          = "ingester"
  job_time_s    = 21600
  # It goes on where it was.
  interruptible = true
  capacity      = "spot"
  base          = 1
  count         = 1
  cpu           = 512
  memory        = 1024
  environment   = { QUEUE_URL = queue.jobs.url }
  access        = [queue.jobs]

  container_health_check {
    command = ["CMD-SHELL", "true"]
  }

  scaling {
    min                  = 0
    max                  = 4
    messages_per_task    = 10
    scale_out_cooldown_s = 30
    scale_in_cooldown_s  = 600
  }

  deployment {
    minimum_healthy_percent = 0
  }
"#,
        );
        insta::assert_snapshot!(rendered("workers.tf", &worker), @r#"
        # It goes on where it was.
        module "worker_jobs" {
          source = "../../modules/worker"

          name           = "ingester"
          cluster        = module.cluster_main
          network        = module.network_main
          placement      = "public"
          queue          = module.queue_jobs
          image          = local.image_references.app
          cpu            = 512
          memory         = 1024
          capacity       = "spot"
          base           = 1
          desired_count  = 1
          stop_timeout_s = 120

          environment = {
            QUEUE_URL = module.queue_jobs.url
          }

          container_health_check = {
            command = ["CMD-SHELL", "true"]
          }

          scaling = {
            min                  = 0
            max                  = 4
            messages_per_task    = 10
            scale_out_cooldown_s = 30
            scale_in_cooldown_s  = 600
          }

          deployment = {
            minimum_healthy_percent = 0
          }

          statement = {
            queue_jobs = {
              actions   = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
              resources = [module.queue_jobs.arn]
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
            queue_jobs_consume_key = {
              actions   = ["kms:Decrypt"]
              resources = [var.key]
            }
            queue_jobs_key = {
              actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
              resources = [var.key]
            }
          }
        }
        "#);
    }

    #[test]
    fn a_queue_hides_a_message_for_as_long_as_a_job_takes() {
        insta::assert_snapshot!(problems(&with("", "  job_time_s = 31")), @"5:16 SW341 a job of `31` seconds would be done twice: `queue.jobs` shows its message again after `30`; set `visibility_timeout_s = 31` or more on `queue.jobs`");
        assert_eq!(problems(&with("visibility_timeout_s = 31", "  job_time_s = 31")), "");
        assert_eq!(problems(&with("visibility_timeout_s = var.x", "  job_time_s = 31")), "");
    }

    #[test]
    fn a_long_job_does_not_run_on_spot_unless_it_can_be_stopped() {
        let long = "  job_time_s = 121\n  capacity = \"spot\"";
        let queue = "visibility_timeout_s = 300";
        insta::assert_snapshot!(problems(&with(queue, long)), @r#"6:14 SW341 a job of `121` seconds may not end on Spot: AWS takes a task away 120 seconds after it says so; leave out `capacity = "spot"`; or write `interruptible = true`, where a job can be stopped and done again"#);
        assert_eq!(problems(&with(queue, &format!("{long}\n  interruptible = true"))), "");
        assert_eq!(problems(&with(queue, &long.replace("121", "120"))), "");
    }

    #[test]
    fn a_task_that_stops_has_time_for_its_job() {
        let rendered =
            rendered("workers.tf", &with("visibility_timeout_s = 300", "  job_time_s = 90"));
        assert!(rendered.contains("stop_timeout_s = 90"), "{rendered}");
        insta::assert_snapshot!(problems(&with("visibility_timeout_s = 300", "  job_time_s = 90\n  stop_timeout_s = 60")), @"6:20 SW341 a task that is to stop has `60` seconds, a job takes `90`; leave `stop_timeout_s` out: it follows from `job_time_s`; or write `interruptible = true`, where a job can be stopped and done again");
    }

    #[test]
    fn a_base_is_not_of_more_tasks_than_there_are() {
        insta::assert_snapshot!(problems(&with("", "  job_time_s = 20\n  capacity = \"spot\"\n  base = 2\n  count = 1")), @"7:10 SW302 `2` tasks cannot run on Fargate itself where at most `1` run; lower `base`, or let more tasks run");
        insta::assert_snapshot!(problems(&with("", "  job_time_s = 20\n  capacity = \"spot\"\n  base = 5\n  scaling {\n    min = 0\n    max = 4\n    messages_per_task = 1\n  }")), @"7:10 SW302 `5` tasks cannot run on Fargate itself where at most `4` run; lower `base`, or let more tasks run");
    }

    #[test]
    fn bounds_of_scaling_in_the_wrong_order_are_refused() {
        insta::assert_snapshot!(problems(&with("", "  job_time_s = 20\n  scaling {\n    min = 4\n    max = 2\n    messages_per_task = 1\n  }")), @"8:11 SW302 at least `4` tasks and at most `2` cannot be; exchange `min` and `max`");
    }

    #[test]
    fn a_worker_needs_to_say_how_long_a_job_takes() {
        insta::assert_snapshot!(problems(&with("", "")), @"1:1 SW103 `job_time_s` is missing; say the longest that the work on one message takes, in seconds");
    }

    #[test]
    fn what_decides_on_resources_is_known_when_terraform_plans() {
        insta::assert_snapshot!(problems(&with("", "  job_time_s = 20\n  scaling {\n    min = aws_x.y.z\n    max = 2\n    messages_per_task = 1\n  }")), @"6:3 SW109 `scaling.min` depends on `aws_x.y.z`, which is created first; Terraform must know it when it plans: write it out, or take an `input`");
    }
}
