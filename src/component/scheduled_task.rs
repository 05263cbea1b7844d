//! `scheduled_task`: one job on a schedule.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::schedule::{Job, RuleDescription, SCHEDULE, Start, schedule_variables};
use crate::component::task::{TASK, TASK_ROLE, Task, check_task, lower_task, task_variables};
use crate::component::{Cluster, Component, ModuleSource, Outputs, Scheduled};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::Ref;
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Schedule, TaskFamily};
use crate::{block, module_source, outputs};

block! {
    /// A task that runs on a schedule, in the network of its cluster. An EventBridge rule starts it,
    /// or EventBridge Scheduler where it has a `scheduler` block.
    ///
    /// ```hcl
    /// scheduled_task "report" {
    ///   cluster  = cluster.main
    ///   image    = image.app
    ///   command  = ["npm", "run", "report"]
    ///   schedule = "cron(30 8 ? * MON-FRI *)"
    ///
    ///   scheduler {
    ///     time_zone         = "Europe/Berlin"
    ///     overlap           = "skip"
    ///     dead_letter_queue = queue.jobs
    ///   }
    /// }
    /// ```
    pub struct ScheduledTask {
        /// Its name, at most 64 characters.
        name: Option<Value<TaskFamily>>,
        /// What it does: the description of its rule or schedule.
        description: Option<Value<RuleDescription>>,
        /// The cluster that it runs in.
        cluster: Ref<Cluster>,
        /// When it runs; in UTC, unless its `scheduler` block has another `time_zone`.
        schedule: Value<Schedule>,
        /// How it is started.
        @flatten start: Start,
        /// What runs.
        @flatten task: Task,
    }
}

impl Component for ScheduledTask {
    const KIND: &'static str = "scheduled_task";
    const FILE: &'static str = "scheduled_tasks.tf";
    const DRAWN: Drawn = Drawn::new(Family::Jobs, Meaning::USED);
    const MODULE: Option<ModuleSource> =
        Some(module_source!("scheduled_task", SCHEDULE, TASK, TASK_ROLE));

    fn outputs() -> Outputs {
        outputs! {
            "The name of the log group." log_group_name,
            "The id of the security group that the task is in." security_group_id,
            "The task definition's ARN, with its revision." task_definition_arn,
            "The ARN of the role that the task has." task_role_arn,
            "The name of the role that the task has, to attach policies to." task_role_name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        [task_variables(), schedule_variables()].concat()
    }

    fn check(&self, check: &Check<'_>) {
        let name = match &self.name {
            None => Some(check.name()),
            Some(name) => name.literal().map(ToString::to_string),
        };
        check_task(check, &self.task, &self.cluster, name.as_deref());
        self.start.check(check);
        self.job(name).check(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.definition(&stem);
        names.task();
        let job = self.job(None);
        let group = self.start.aws_names(&mut names, std::slice::from_ref(&job));
        job.aws_names(&mut names, &group, &stem);
        names.tasks_group(check, &self.cluster);
        names.names
    }

    fn task(&self) -> Option<&Task> {
        Some(&self.task)
    }

    fn scheduled(&self) -> Vec<Scheduled> {
        let start = (self.start.enabled, self.start.duration_minutes.as_ref());
        self.job(None).scheduled(start, &self.task, &self.cluster).into_iter().collect()
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower_task(lower, &mut call, &self.task, &self.cluster);
        self.start.lower(lower, &mut call);
        lower.add_call::<Self>(call);
    }
}

impl ScheduledTask {
    fn job(&self, name: Option<String>) -> Job<'_> {
        Job {
            name,
            name_help: "give it a `name` of at most 64 characters",
            origin: &self.origin,
            schedule: Some((&self.schedule, &self.origin)),
            own: self.start.timing(),
            shared: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const NEEDED: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" { name = "app" }
image "app" { repository = repository.app }
"#;

    fn with(fields: &str) -> String {
        format!("scheduled_task \"report\" {{\n{fields}\n}}\n{NEEDED}")
    }

    const TASK: &str = "cluster = cluster.main\nimage = image.app\n";

    #[test]
    fn a_minimal_task_says_when_and_what() {
        let task = with(&format!("{TASK}schedule = \"cron(0 1 * * ? *)\""));
        insta::assert_snapshot!(rendered("scheduled_tasks.tf", &task), @r#"
        module "scheduled_task_report" {
          source = "../../modules/scheduled_task"

          name      = "test-report"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          schedule  = "cron(0 1 * * ? *)"
          image     = local.image_references.app
        }
        "#);
    }

    #[test]
    fn a_full_task_says_everything() {
        let task = with(
            r#"
name        = "daily-report"
description = "Writes the report of the day."
cluster     = cluster.main
# After midnight everywhere.
schedule    = "cron(0 12 * * ? *)"
enabled     = false
retries     = 0
max_age_s   = 600
capacity    = "spot"
image       = image.app
cpu         = 1024
memory      = 2048
command     = ["node", "report.js"]
environment = { MODE = "full" }
secrets     = { TOKEN = "ssm:/app/token" }
placement   = "public"
"#,
        );
        insta::assert_snapshot!(rendered("scheduled_tasks.tf", &task), @r#"
        module "scheduled_task_report" {
          source = "../../modules/scheduled_task"

          name        = "daily-report"
          description = "Writes the report of the day."
          cluster     = module.cluster_main
          network     = module.network_main
          placement   = "public"

          # After midnight everywhere.
          schedule  = "cron(0 12 * * ? *)"
          enabled   = false
          retries   = 0
          max_age_s = 600
          capacity  = "spot"
          image     = local.image_references.app
          cpu       = 1024
          memory    = 2048
          command   = ["node", "report.js"]

          environment = {
            MODE = "full"
          }

          secrets = {
            TOKEN = "${local.parameter_arn}/app/token"
          }
        }
        "#);
    }

    #[test]
    fn a_schedule_is_needed_and_must_be_one() {
        insta::assert_snapshot!(problems(&with(TASK)), @"1:1 SW103 `schedule` is missing; add `schedule = …`: a string");
        let five_fields = with(&format!("{TASK}schedule = \"cron(0 4 * * *)\""));
        insta::assert_snapshot!(problems(&five_fields), @"4:18 SW204 `0 4 * * *` has 5 fields; EventBridge wants six fields: minutes hours day-of-month month day-of-week year; try `cron(0 4 * * ? *)`");
    }

    #[test]
    fn a_start_is_tried_again_within_bounds() {
        let task = with(&format!(
            "{TASK}schedule = \"rate(1 day)\"\nretries = 186\nmax_age_s = 59\nenabled = input.on"
        ));
        insta::assert_snapshot!(problems(&task), @"
        5:11 SW202 `186` is out of range; use a whole number from 0 to 185
        6:13 SW202 `59` is out of range; use a whole number from 60 to 86400
        7:11 SW109 an expression cannot stand here; write the value out: what is rendered depends on it
        ");
    }

    #[test]
    fn the_name_fits_the_rule() {
        let long = format!("{TASK}schedule = \"rate(1 day)\"\nname = \"{}\"", "a".repeat(65));
        insta::assert_snapshot!(problems(&with(&long)), @"5:8 SW203 an EventBridge rule's name has at most 64 characters, not 65; give it a `name` of at most 64 characters");
        let by_label = with(&format!("{TASK}schedule = \"rate(1 day)\""))
            .replace("\"report\"", &format!("\"{}\"", "r".repeat(60)));
        insta::assert_snapshot!(problems(&by_label), @"1:1 SW203 an EventBridge rule's name has at most 64 characters, not 65; give it a `name` of at most 64 characters");
    }

    #[test]
    fn a_description_is_no_essay() {
        let task = with(&format!(
            "{TASK}schedule = \"rate(1 day)\"\ndescription = \"{}\"",
            "é".repeat(513)
        ));
        insta::assert_snapshot!(problems(&task), @"5:15 SW201 a rule's description of 513 characters; EventBridge takes 512; a comment can be longer");
    }

    #[test]
    fn the_rules_of_tasks_hold() {
        let task = with(&format!("{TASK}schedule = \"rate(1 day)\"\nmemory = 4096"));
        insta::assert_snapshot!(problems(&task), @"5:10 SW301 Fargate has no tasks of `256` CPU units with `4096` MiB; with `256` CPU units, use `512`, `1024` or `2048` MiB; the nearest pair: `cpu = 256`, `memory = 2048`");
    }

    fn scheduler(schedule: &str, fields: &str) -> String {
        with(&format!("{TASK}schedule = \"{schedule}\"\nscheduler {{\n{fields}\n}}"))
    }

    #[test]
    fn eventbridge_scheduler_has_what_rules_have_not() {
        let queue = "queue \"failed\" { kms_key_arn = var.key_arn }\n";
        let task = scheduler(
            "cron(0 8 ? * MON-FRI *)",
            r#"
time_zone               = "America/New_York"
flexible_window_minutes = 15
start_date              = "2026-01-01T00:00:00Z"
end_date                = "2027-01-01T00:00:00Z"
state                   = "DISABLED"
overlap                 = "skip"
group                   = "reports"
dead_letter_queue       = queue.failed
"#,
        );
        insta::assert_snapshot!(rendered("scheduled_tasks.tf", &(task + queue)), @r#"
        module "scheduled_task_report" {
          source = "../../modules/scheduled_task"

          name      = "test-report"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          schedule  = "cron(0 8 ? * MON-FRI *)"
          image     = local.image_references.app

          scheduler = {
            time_zone               = "America/New_York"
            flexible_window_minutes = 15
            start_date              = "2026-01-01T00:00:00Z"
            end_date                = "2027-01-01T00:00:00Z"
            state                   = "DISABLED"
            overlap                 = "skip"
            group                   = "reports"
          }

          dead_letter_queue = {
            arn         = module.queue_failed.arn
            url         = module.queue_failed.url
            kms_key_arn = var.key_arn
          }
        }
        "#);
    }

    #[test]
    fn eventbridge_scheduler_is_asked_for_by_its_block_alone() {
        let rendered = rendered("scheduled_tasks.tf", &scheduler("rate(1 day)", ""));
        assert!(rendered.contains("  scheduler = {}\n"), "{rendered}");
        assert_eq!(problems(&scheduler("at(2026-11-20T13:00:00)", "")), "");
    }

    #[test]
    fn a_rule_starts_nothing_once_and_knows_no_time_zone() {
        let once = with(&format!("{TASK}schedule = \"at(2026-11-20T13:00:00)\""));
        insta::assert_snapshot!(problems(&once), @"4:12 SW204 an EventBridge rule starts nothing once; add a `scheduler {}` block: EventBridge Scheduler does");
        let zone = with(&format!("{TASK}schedule = \"rate(1 day)\"\ntime_zone = \"UTC\""));
        insta::assert_snapshot!(problems(&zone), @"5:1 SW102 a `scheduled_task` block has no field `time_zone`; it stands in a block: `scheduler { time_zone = … }`");
    }

    #[test]
    fn what_scheduler_would_not_do_is_refused() {
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "time_zone = \"Berlin\"")), @"6:13 SW201 there is no time zone `Berlin`; did you mean `Europe/Berlin`?");
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "time_zone = \"Europe/Berlin\"")), @"6:13 SW312 `rate(1 day)` goes by no clock; take it out, or write a `cron(…)`");
        insta::assert_snapshot!(problems(&scheduler("rate(5 minutes)", "flexible_window_minutes = 6")), @"6:27 SW312 a window of 6 minutes is longer than `rate(5 minutes)`; make it shorter: the next start would be due before this one");
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "flexible_window_minutes = 1441")), @"6:27 SW202 `1441` is out of range; use a whole number from 1 to 1440");
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "start_date = \"2026-01-01\"")), @"6:14 SW201 `2026-01-01` is no time in UTC; try `2026-01-01T00:00:00Z`");
        let dates = "start_date = \"2026-01-02T00:00:00Z\"\nend_date = \"2026-01-02T00:00:00Z\"";
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", dates)), @"7:12 SW302 it starts at `2026-01-02T00:00:00Z`, when it is over since `2026-01-02T00:00:00Z`; make `end_date` later than `start_date`");
        insta::assert_snapshot!(problems(&scheduler("at(2026-11-20T13:00:00)", dates)), @"
        6:14 SW312 Scheduler takes no notice of `start_date` for what starts once; take it out
        7:12 SW312 Scheduler takes no notice of `end_date` for what starts once; take it out
        ");
        insta::assert_snapshot!(problems(&scheduler("at(2026-03-08T02:30:00)", "time_zone = \"America/New_York\"")), @"4:12 SW204 `America/New_York` has no `2026-03-08T02:30:00`: its clocks are put forward then; write a time an hour earlier or later");
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "state = \"PAUSED\"")), @"6:9 SW201 `PAUSED` is not one of `ENABLED` or `DISABLED`");
        insta::assert_snapshot!(problems(&scheduler("rate(1 day)", "group = \"our reports\"")), @"6:13 SW203 ` ` cannot stand in a schedule group's name; a schedule group's name has 1 to 64 letters, digits, dots, hyphens and underscores; try `our-reports`");
    }

    #[test]
    fn ways_to_overlap_that_others_have_are_explained() {
        for word in ["forbid", "replace", "queue", "never"] {
            let told = problems(&scheduler("rate(1 day)", &format!("overlap = \"{word}\"")));
            assert!(told.starts_with("6:11 SW201"), "{told}");
            assert!(told.contains("`skip`"), "{told}");
        }
    }

    #[test]
    fn a_dead_letter_queue_is_no_fifo_queue() {
        let task = scheduler("rate(1 day)", "dead_letter_queue = queue.failed");
        insta::assert_snapshot!(problems(&(task + "queue \"failed\" { fifo = true }")), @"6:21 SW312 `queue.failed` is a FIFO queue, to which Scheduler cannot send; name a queue that is none");
    }

    #[test]
    fn no_two_schedule_groups_or_state_machines_have_one_name() {
        let one = |label: &str| {
            scheduler("rate(1 day)", "group = \"g\"\noverlap = \"skip\"")
                .replace("\"report\" {", &format!("\"{label}\" {{\nname = \"{label}\""))
        };
        let two = one("a") + one("b").split("\nnetwork").next().unwrap_or_default();
        insta::assert_snapshot!(problems(&two), @"17:8 SW313 two components have the schedule group `g`; give one of them another `name` or label");
    }
}
