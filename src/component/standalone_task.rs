//! `task`: what somebody runs once, to its end.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::service::Capacity;
use crate::component::task::{TASK, TASK_ROLE, Task, check_task, lower_task, task_variables};
use crate::component::{Cluster, Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Settings;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{Environment, TaskFamily};
use crate::{block, module_source, outputs};

block! {
    /// A task that runs to its end when somebody starts it: a migration, a first load. It has no
    /// schedule and no number of running tasks (Amazon ECS Developer Guide, "Amazon ECS standalone
    /// tasks").
    ///
    /// ```hcl
    /// task "migrate" {
    ///   cluster = cluster.main
    ///   image   = image.app
    ///   command = ["npm", "run", "migrate"]
    ///   secrets = { API_KEY = secret.app["API_KEY"] }
    /// }
    ///
    /// task "wipe" {
    ///   cluster      = cluster.main
    ///   image        = image.app
    ///   command      = ["npm", "run", "wipe"]
    ///   destructive  = true
    ///   environments = ["staging"]
    /// }
    ///
    /// output "migrate" {
    ///   value = task.migrate.run
    /// }
    /// ```
    ///
    /// Its output `run` is all that starting it takes:
    ///
    /// ```sh
    /// aws ecs run-task --cli-input-json "$(terraform output -json migrate)"
    /// ```
    pub struct StandaloneTask {
        /// Its name, also that of its task definition and main container.
        name: Option<Value<TaskFamily>>,
        /// The cluster that it runs in.
        cluster: Ref<Cluster>,
        /// True for what deletes or overwrites data: it must name the `environments` where it may.
        destructive: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// The environments in which it can be run: all when it names none. Elsewhere there is no
        /// task definition to start, and what it tells is `null`.
        environments: Unpassed<Vec<Literal<Environment>>>,
        /// What it runs on when it is started as `run` says. On Spot it may be stopped before its
        /// end.
        capacity: Value<Capacity> = Value::Literal(Capacity::OnDemand),
        /// What runs.
        @flatten task: Task,
    }
}

impl Component for StandaloneTask {
    const KIND: &'static str = "task";
    const FILE: &'static str = "tasks.tf";
    const DRAWN: Drawn = Drawn::new(Family::Jobs, Meaning::USED);
    const MODULE: Option<ModuleSource> = Some(module_source!("standalone_task", TASK, TASK_ROLE));

    fn outputs() -> Outputs {
        outputs! {
            "The name of the log group." log_group_name,
            "What starts it, as `aws ecs run-task --cli-input-json` takes it: cluster, task definition, capacity and network."
                run[any],
            "The ARNs of the roles that whoever starts it passes to it." role_arns[list],
            "The id of the security group that the task is in." security_group_id,
            "The task definition's ARN, with its revision." task_definition_arn,
            "The ARN of the role that the task has." task_role_arn,
            "The name of the role that the task has, to attach policies to." task_role_name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let mut variables = task_variables();
        variables.push(FieldInfo {
            default: Some(Expr::from(true)),
            ..FieldInfo::derived(
                "enabled",
                <Value<bool>>::ty(),
                "False to have nothing that could be started.",
            )
            .optional()
        });
        variables
    }

    fn check(&self, check: &Check<'_>) {
        let name = match &self.name {
            None => Some(check.name()),
            Some(name) => name.literal().map(ToString::to_string),
        };
        check_task(check, &self.task, &self.cluster, name.as_deref());
        let report = |field: &str, message: &str, help: &str| {
            check.report(
                Diagnostic::error(codes::WRONG_ENVIRONMENT, message)
                    .at(self.origin.field(field), "")
                    .help(help),
            );
        };
        if self.destructive.0.0 && self.environments.is_empty() {
            report(
                "destructive",
                "a destructive task could run anywhere",
                "name where it may: `environments = [\"staging\"]`",
            );
        }
        if !self.environments.is_empty() && check.stack.settings.environment.is_none() {
            report(
                "environments",
                "nobody knows which environment this is",
                "add `environment = \"…\"` to the `stack` block",
            );
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.definition(&stem);
        names.task();
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
        if !self.runs_in(lower.settings()) {
            call.set("enabled", false);
        }
        lower.add_call::<Self>(call);
    }
}

impl StandaloneTask {
    /// True where it can be run.
    pub fn runs_in(&self, settings: &Settings) -> bool {
        let here = settings.environment.as_ref();
        self.environments.is_empty() || here.is_some_and(|here| self.environments.contains(here))
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};
    use crate::diagnostic::Sources;

    const BASE: &str = r#"
repository "app" {}
image "app" { repository = repository.app }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
"#;

    fn task(fields: &str) -> String {
        format!(
            "task \"migrate\" {{\n  cluster = cluster.main\n  image = image.app\n{fields}\n}}\n{BASE}"
        )
    }

    #[test]
    fn a_minimal_task_has_no_count_and_no_schedule() {
        insta::assert_snapshot!(rendered("tasks.tf", &task("")), @r#"
        module "task_migrate" {
          source = "../../modules/standalone_task"

          name      = "test-migrate"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.app
        }
        "#);
    }

    #[test]
    fn a_full_task_says_everything_once() {
        let task = task(
            r#"
  name        = "initial-deployment"
  capacity    = "spot"
  cpu         = 1024
  memory      = 2048
  # Hours, the first time.
  command     = ["load", "--initial"]
  environment = { MODE = "full" }
  placement   = "public"
"#,
        );
        insta::assert_snapshot!(rendered("tasks.tf", &task), @r#"
        module "task_migrate" {
          source = "../../modules/standalone_task"

          name      = "initial-deployment"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          capacity  = "spot"
          image     = local.image_references.app
          cpu       = 1024
          memory    = 2048

          # Hours, the first time.
          command = ["load", "--initial"]

          environment = {
            MODE = "full"
          }
        }
        "#);
    }

    #[test]
    fn a_destructive_task_names_where_it_may_run() {
        insta::assert_snapshot!(problems(&task("  destructive = true")), @r#"4:17 SW342 a destructive task could run anywhere; name where it may: `environments = ["staging"]`"#);
    }

    #[test]
    fn environments_mean_nothing_where_nobody_knows_the_environment() {
        insta::assert_snapshot!(problems(&task("  destructive = true\n  environments = [\"staging\"]")), @r#"5:18 SW342 nobody knows which environment this is; add `environment = "…"` to the `stack` block"#);
    }

    /// What is rendered in an environment.
    fn rendered_in(environment: &str) -> String {
        let blocks = task("  destructive = true\n  environments = [\"staging\", \"test\"]");
        let text = format!(
            "stack \"test\" {{\n  region = \"us-west-2\"\n  environment = \"{environment}\"\n}}\n{blocks}"
        );
        let mut sources = Sources::default();
        let file = sources.add("stack.hcl", text.as_str());
        let (stack, _) = crate::stack::read(file, &text, "test").unwrap();
        let root = crate::stack::lower::lower(&stack, "../../modules");
        crate::hcl::print::print(&root.files["tasks.tf"])
    }

    #[test]
    fn a_destructive_task_cannot_be_started_elsewhere() {
        assert!(rendered_in("production").contains("enabled   = false"));
        assert!(!rendered_in("staging").contains("enabled"));
    }
}
