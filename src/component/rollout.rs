//! `rollout`: what follows a deploy, in its order.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{
    Bundle, Cluster, Component, Output, Outputs, Secret, Service, StandaloneTask, Worker,
    module_address,
};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::{Block, Expr};
use crate::stack::Stack;
use crate::stack::check::Check;
use crate::stack::field::{AnyRef, Kinds, Literal, Ref, Table};
use crate::stack::lower::Lower;
use crate::value::Whole;
use crate::{block, outputs};

block! {
    /// What follows a deploy: steps, each of which begins when the one before has ended well.
    ///
    /// `terraform apply` gives services their new task definitions, and ends before their tasks
    /// run. `stackwright rollout` does the rest: it looks whether secrets have values, waits until
    /// services run what they were given and their old tasks are gone, and runs tasks to their end.
    ///
    /// ```hcl
    /// image "release" {
    ///   repository = "registry.example.org/release"
    /// }
    ///
    /// rollout "main" {
    ///   step "configured" { filled = [secret.release] }
    ///   step "services" { stable = [service.front] }
    ///   step "release" { run = task.release }
    /// }
    ///
    /// service "front" {
    ///   cluster = cluster.main
    ///   image   = image.release
    ///   secrets = { RELEASE_KEY = secret.release["KEY"] }
    /// }
    ///
    /// task "release" {
    ///   cluster = cluster.main
    ///   image   = image.release
    ///   command = ["npm", "run", "release"]
    /// }
    ///
    /// secret "release" {
    ///   keys = ["KEY"]
    /// }
    /// ```
    ///
    /// What it needs to know of AWS stands in an output of the root, `rollout_<label>`.
    pub struct Rollout {
        /// The steps, in their order.
        step: Table<Step>,
    }
}

block! {
    /// A step of a rollout: one of `filled`, `stable` and `run`.
    pub struct Step {
        /// Secrets that must have a value, and no placeholder in it (`XXX: ENTER VALUE`). Their
        /// values are not shown.
        filled: Vec<Ref<Secret>>,
        /// Services and workers that must run what they were given: their deployment has ended, it
        /// was not rolled back, and no older task is left.
        stable: Vec<AnyRef<Kept>>,
        /// The task that is run to its end; its main container must exit with 0. In an environment
        /// where it cannot be run, the step is left out.
        run: Option<Ref<StandaloneTask>>,
        /// For how many minutes the step is waited for, in tens: that is how long the AWS CLI waits
        /// at once.
        wait_minutes: Literal<Whole<10, 1440>> = Literal(Whole::new(30)),
    }
}

/// What is kept running.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept;

impl Kinds for Kept {
    const KINDS: &'static [&'static str] = &["service", "worker"];
}

impl Component for Rollout {
    const KIND: &'static str = "rollout";
    const FILE: &'static str = "outputs.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Operations, Meaning::USED).fields(&[("step", Meaning::USED)]);

    fn outputs() -> Outputs {
        outputs! {}
    }

    fn address(label: &str) -> String {
        format!("output.{}", output(label))
    }

    fn check(&self, check: &Check<'_>) {
        if self.step.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "the rollout does nothing")
                    .at(self.origin.head, "")
                    .help("add a step: `step \"services\" { stable = [service.…] }`"),
            );
        }
        if let Some(other) = check.stack.component::<Output>(&output(check.label)) {
            check.report(
                Diagnostic::error(
                    codes::NAME_CLASH,
                    format!("the rollout has an output `{}`, too", output(check.label)),
                )
                .at(other.origin.head, "")
                .also(self.origin.head, "the rollout")
                .help("give one of them another label"),
            );
        }
        for (label, step) in self.step.iter() {
            step.check(check, label);
        }
        self.check_order(check);
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut secrets = Vec::new();
        let mut services = Vec::new();
        let mut tasks = Vec::new();
        for (_, step) in self.step.iter() {
            for secret in step.filled.iter() {
                let arn = format!("{}.arn", Secret::address(&secret.label));
                secrets.push((secret.label.clone(), Expr::raw(arn)));
            }
            for kept in step.stable.iter() {
                let Some(cluster) = cluster(lower.stack, kept) else { continue };
                let address = kept.address();
                let fields = [
                    ("cluster", format!("{}.name", Cluster::address(cluster))),
                    ("name", format!("{address}.name")),
                    ("task_definition_arn", format!("{address}.task_definition_arn")),
                ];
                let fields = fields.map(|(name, source)| (name, Expr::raw(source)));
                services.push((key(kept), Expr::object(fields)));
            }
            if let Some(task) = &step.run {
                let run = format!("{}.run", StandaloneTask::address(&task.label));
                tasks.push((task.label.clone(), Expr::raw(run)));
            }
        }
        let mut told = Vec::new();
        for (name, mut entries) in [("secrets", secrets), ("services", services), ("tasks", tasks)]
        {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries.dedup_by(|(a, _), (b, _)| a == b);
            told.push((name, Expr::object(entries)));
        }
        let block = Block::new("output", [output(lower.label)])
            .comment(self.origin.comment.clone())
            .attribute("description", "What `stackwright rollout` asks AWS about.")
            .attribute("value", Expr::object(told));
        lower.add::<Self>(block);
    }
}

/// The name of the output of the rollout of a label.
pub fn output(label: &str) -> String {
    format!("rollout_{label}")
}

/// What a service or worker is called in the output.
pub fn key(kept: &AnyRef<Kept>) -> String {
    format!("{}_{}", kept.kind, kept.label)
}

/// The cluster of a service or worker.
pub fn cluster<'a>(stack: &'a Stack, kept: &AnyRef<Kept>) -> Option<&'a str> {
    let cluster = match kept.kind.as_str() {
        Service::KIND => &stack.component::<Service>(&kept.label)?.cluster,
        _ => &stack.component::<Worker>(&kept.label)?.cluster,
    };
    Some(&cluster.label)
}

impl Step {
    fn check(&self, check: &Check<'_>, label: &str) {
        let said = ["filled", "stable", "run"].into_iter().filter(|field| self.origin.wrote(field));
        let said: Vec<&str> = said.collect();
        let has = [!self.filled.is_empty(), !self.stable.is_empty(), self.run.is_some()];
        if let [_, second, ..] = said.as_slice() {
            check.report(
                Diagnostic::error(codes::CONFLICT, format!("`{label}` is more than one step"))
                    .at(self.origin.field(second), "")
                    .help("write a step for each: they come one after the other"),
            );
        } else if has == [false; 3] {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, format!("the step `{label}` does nothing"))
                    .at(self.origin.head, "")
                    .help("add `filled`, `stable` or `run`"),
            );
        }
        let Some(task) = self.run.as_ref() else { return };
        if check.get(task).is_some_and(|task| task.destructive.0.0) {
            check.report(
                Diagnostic::error(
                    codes::WRONG_ENVIRONMENT,
                    format!("`task.{}` is destructive, and no part of a rollout", task.label),
                )
                .at(task.span, "")
                .help("run it by hand, once: its output `run` is all that it takes"),
            );
        }
    }
}

impl Rollout {
    /// Secrets first: services without them never become stable. Tasks last: they work on what the
    /// services of the same image already run.
    fn check_order(&self, check: &Check<'_>) {
        let report = |span: Option<Span>, message: String, help: &str| {
            let problem = Diagnostic::error(codes::ROLLOUT_ORDER, message);
            check.report(problem.at(span, "").help(help));
        };
        let mut stable: Vec<&AnyRef<Kept>> = Vec::new();
        let mut waited = None;
        for (label, step) in self.step.iter() {
            if let (false, Some(before)) = (step.filled.is_empty(), waited) {
                report(
                    step.origin.head,
                    format!("`{label}` comes after `{before}`, which wants its secrets"),
                    "services without their secrets never become stable: put it first",
                );
            }
            stable.extend(step.stable.iter());
            if !step.stable.is_empty() || step.run.is_some() {
                waited = waited.or(Some(label));
            }
            let Some(task) = &step.run else { continue };
            let Some(image) = check.get(task).map(|task| &task.task.image) else { continue };
            for (kind, other, its_image) in kept(check.stack, &image.label) {
                let known = stable.iter().any(|kept| kept.kind == kind && kept.label == other);
                if !known {
                    report(
                        task.span,
                        format!(
                            "`task.{}` would run while `{kind}.{other}` may still run an older \
                             `image.{its_image}`",
                            task.label
                        ),
                        &format!("wait for it in an earlier step: `stable = [{kind}.{other}]`"),
                    );
                }
            }
        }
    }
}

/// The services and workers that run an image, or one that moves with it, each with its image.
fn kept<'a>(stack: &'a Stack, image: &'a str) -> Vec<(&'static str, &'a str, &'a str)> {
    let bundles = stack.all::<Bundle>().into_iter();
    let bundles = bundles.map(|(_, bundle)| bundle.labels()).filter(|it| it.contains(&image));
    let images: Vec<&str> = bundles.flatten().chain([image]).collect();
    let services = stack.all::<Service>().into_iter();
    let services = services.map(|(label, it)| (Service::KIND, label, &*it.task.image.label));
    let workers = stack.all::<Worker>().into_iter();
    let workers = workers.map(|(label, it)| (Worker::KIND, label, &*it.task.image.label));
    services.chain(workers).filter(|(_, _, its_image)| images.contains(its_image)).collect()
}

/// Terraform's address of a service or worker, for people: `service.web`.
pub fn called(kept: &AnyRef<Kept>) -> String {
    debug_assert!(kept.address() == module_address(&kept.kind, &kept.label));
    format!("{}.{}", kept.kind, kept.label)
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
image "app" { repository = "example.org/app" }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
queue "jobs" {}
secret "app" { keys = ["API_KEY"] }
service "web" {
  cluster = cluster.main
  image   = image.app
}
worker "jobs" {
  cluster    = cluster.main
  image      = image.app
  queue      = queue.jobs
  job_time_s = 20
}
task "load" {
  cluster = cluster.main
  image   = image.app
}
task "wipe" {
  cluster      = cluster.main
  image        = image.app
  destructive  = true
  environments = ["test"]
}
"#;

    fn rollout(steps: &str) -> String {
        format!("rollout \"main\" {{\n{steps}\n}}\n{BASE}")
            .replace("  environments = [\"test\"]\n", "")
            .replace("  destructive  = true\n", "")
    }

    #[test]
    fn a_rollout_is_an_output() {
        let steps = r#"
  step "configured" { filled = [secret.app] }
  step "services" { stable = [worker.jobs, service.web] }
  step "load" { run = task.load }
"#;
        insta::assert_snapshot!(rendered("outputs.tf", &rollout(steps)), @r#"
        output "rollout_main" {
          description = "What `stackwright rollout` asks AWS about."

          value = {
            secrets = {
              app = module.secret_app.arn
            }
            services = {
              service_web = {
                cluster             = module.cluster_main.name
                name                = module.service_web.name
                task_definition_arn = module.service_web.task_definition_arn
              }
              worker_jobs = {
                cluster             = module.cluster_main.name
                name                = module.worker_jobs.name
                task_definition_arn = module.worker_jobs.task_definition_arn
              }
            }
            tasks = {
              load = module.task_load.run
            }
          }
        }
        "#);
    }

    #[test]
    fn a_step_is_one_thing() {
        insta::assert_snapshot!(problems(&rollout("")), @r#"1:1 SW103 the rollout does nothing; add a step: `step "services" { stable = [service.…] }`"#);
        insta::assert_snapshot!(problems(&rollout("  step \"a\" {}")), @"2:3 SW103 the step `a` does nothing; add `filled`, `stable` or `run`");
        insta::assert_snapshot!(problems(&rollout("  step \"a\" {\n    filled = [secret.app]\n    stable = [service.web]\n  }")), @"4:14 SW312 `a` is more than one step; write a step for each: they come one after the other");
    }

    #[test]
    fn a_task_runs_when_all_services_of_its_image_are_stable() {
        let steps = "  step \"web\" { stable = [service.web] }\n  step \"load\" { run = task.load }\n  step \"jobs\" { stable = [worker.jobs] }";
        insta::assert_snapshot!(problems(&rollout(steps)), @"3:23 SW355 `task.load` would run while `worker.jobs` may still run an older `image.app`; wait for it in an earlier step: `stable = [worker.jobs]`");
        insta::assert_snapshot!(problems(&rollout("  step \"load\" { run = task.load }")), @"
        2:23 SW355 `task.load` would run while `service.web` may still run an older `image.app`; wait for it in an earlier step: `stable = [service.web]`
        2:23 SW355 `task.load` would run while `worker.jobs` may still run an older `image.app`; wait for it in an earlier step: `stable = [worker.jobs]`
        ");
    }

    #[test]
    fn images_of_a_bundle_are_waited_for_together() {
        let four = r#"
rollout "main" {
  step "load" { run = task.load }
}
image "loader" { repository = "example.org/loader" }
bundle "all" { images = [image.app, image.loader] }
task "load" {
  cluster = cluster.main
  image   = image.loader
}
"#;
        let base = BASE.split("task \"load\"").next().unwrap();
        insta::assert_snapshot!(problems(&format!("{four}{base}")), @"
        2:23 SW355 `task.load` would run while `service.web` may still run an older `image.app`; wait for it in an earlier step: `stable = [service.web]`
        2:23 SW355 `task.load` would run while `worker.jobs` may still run an older `image.app`; wait for it in an earlier step: `stable = [worker.jobs]`
        ");
    }

    #[test]
    fn secrets_come_first() {
        let steps = "  step \"all\" { stable = [service.web, worker.jobs] }\n  step \"configured\" { filled = [secret.app] }";
        insta::assert_snapshot!(problems(&rollout(steps)), @"3:3 SW355 `configured` comes after `all`, which wants its secrets; services without their secrets never become stable: put it first");
    }

    #[test]
    fn only_a_task_is_run_and_only_a_service_becomes_stable() {
        insta::assert_snapshot!(problems(&rollout("  step \"a\" { run = service.web }")), @"2:20 SW108 expected `task.…`, found a `service`; write `task.…`");
        insta::assert_snapshot!(problems(&rollout("  step \"a\" { stable = [task.load] }")), @"2:24 SW108 expected `service.…` or `worker.…`, found a `task`; write `service.…` or `worker.…`");
    }

    #[test]
    fn a_destructive_task_is_no_part_of_a_rollout() {
        let steps = "rollout \"main\" {\n  step \"all\" { stable = [service.web, worker.jobs] }\n  step \"wipe\" { run = task.wipe }\n}\n";
        let found = problems(&format!("{steps}{BASE}"));
        insta::assert_snapshot!(found.lines().next().unwrap(), @"3:23 SW342 `task.wipe` is destructive, and no part of a rollout; run it by hand, once: its output `run` is all that it takes");
    }
}
