//! `scheduled_task`: one job on a schedule.

use crate::component::schedule::{RuleDescription, SCHEDULE, Start, check_rule_name};
use crate::component::task::{TASK, TASK_ROLE, Task, check_task, lower_task, task_variables};
use crate::component::{Cluster, Component, ModuleSource, Outputs};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::Ref;
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Schedule, TaskFamily};
use crate::{block, module_source, outputs};

block! {
    /// A task that runs on a schedule, in the network of its cluster.
    pub struct ScheduledTask {
        /// Its name, at most 64 characters.
        name: Option<Value<TaskFamily>>,
        /// What it does: the description of its rule.
        description: Option<Value<RuleDescription>>,
        /// The cluster that it runs in.
        cluster: Ref<Cluster>,
        /// When it runs, in UTC.
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
        task_variables()
    }

    fn check(&self, check: &Check<'_>) {
        let name = match &self.name {
            None => Some(check.name()),
            Some(name) => name.literal().map(ToString::to_string),
        };
        check_task(check, &self.task, &self.cluster, name.as_deref());
        if let Some(name) = &name {
            let help = "give it a `name` of at most 64 characters";
            check_rule_name(check, name, self.origin.field("name"), help);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.definition(&stem);
        names.task();
        names.role("-events");
        names.add("event rule", stem.as_str());
        names.tasks_group(check, &self.cluster);
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
        lower.add_call::<Self>(call);
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
}
