//! `loaders`: a table of jobs that share their settings, each on its own schedule.

mod spread;

use crate::component::drawn::{Drawn, Family, Meaning};
use std::collections::BTreeMap;

use crate::component::schedule::{
    Duration, Job, Retries, RuleDescription, SCHEDULE, Start, Timing, schedule_variables,
};
use crate::component::task::{
    TASK, TASK_ROLE, Task, check_arguments, check_environment, check_size, check_task,
    lower_secret_keys, lower_secrets, lower_task, task_variables,
};
use crate::component::{Cluster, Component, ModuleSource, Outputs, Scheduled};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::print::print_expr;
use crate::hcl::{Block as HclBlock, Expr, Property};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, ListOf, Literal, Map, Ref, Table, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::rename::Renamed;
use crate::stack::value::Value;
use crate::value::{FargateCpu, FargateMemory, Schedule, SecretSource, TaskFamily};
use crate::{block, module_source, outputs};
use spread::Row;

block! {
    /// Jobs that run the same program, each for its own sources and on its own schedule, in the
    /// network of their cluster.
    ///
    /// What a loader says goes before what the table says. A loader's command is the table's
    /// `command`, then its own `options`, then its `sources`.
    ///
    /// ```hcl
    /// loaders "source" {
    ///   cluster  = cluster.main
    ///   image    = image.app
    ///   schedule = "rate(1 hour)"
    ///
    ///   loader "daily" {
    ///     schedule = "cron(0 6 * * ? *)"
    ///
    ///     scheduler {
    ///       time_zone               = "America/New_York"
    ///       flexible_window_minutes = 15
    ///     }
    ///   }
    ///   loader "hourly" {}
    /// }
    /// ```
    pub struct Loaders {
        /// What the names of its loaders begin with: `<name>-<label>`, at most 64 characters.
        name: Option<Value<TaskFamily>>,
        /// The cluster that they run in.
        cluster: Ref<Cluster>,
        /// When those run that have no schedule of their own; in UTC, unless EventBridge Scheduler
        /// starts them in another `time_zone`.
        schedule: Option<Value<Schedule>>,
        /// True to give loaders minutes of their own, which lie evenly, in the order in which they are
        /// written: those that have a `rate(…)` that divides an hour or a day, or a `cron(…)` in the
        /// minutes `0`, `0/15` or `*/15`. A rate becomes a `cron(…)` for that. Another minute stays as
        /// it is written. A loader that is added at the end moves no other; one that is taken out
        /// may move those after it.
        spread: Unpassed<Literal<bool>> = Unpassed(Literal(false)),
        /// How they are started.
        @flatten start: Start,
        /// What they share.
        @flatten task: Task,
        /// The loaders.
        @rows loader: Unpassed<Table<Loader>>,
    }
}

block! {
    /// One job of the table.
    pub struct Loader {
        /// What it does: the description of its rule or schedule.
        description: Option<Value<RuleDescription>>,
        /// When it runs; needed unless the table has a schedule.
        schedule: Option<Value<Schedule>>,
        /// False to keep the minute of its schedule when the table's loaders are spread.
        spread: Unpassed<Literal<bool>> = Unpassed(Literal(true)),
        /// False to leave out its rule or schedule, true to have them when the table does not.
        enabled: Option<Literal<bool>>,
        /// Arguments that come after the table's command.
        options: ListOf<Value<String>>,
        /// The last arguments: what it loads. Its own label when none are given.
        sources: ListOf<Value<String>>,
        /// CPU units, in place of the table's.
        cpu: Option<Value<FargateCpu>>,
        /// Memory in MiB, in place of the table's.
        memory: Option<Value<FargateMemory>>,
        /// Environment variables, added to the table's or in place of them.
        environment: Map<Value<String>>,
        /// Environment variables from Systems Manager or Secrets Manager, added to the table's or
        /// in place of them.
        secrets: Map<Value<SecretSource>>,
        /// How often it is tried again when its task cannot be started, in place of the table's.
        retries: Option<Value<Retries>>,
        /// How long a run takes, in minutes, in place of the table's.
        duration_minutes: Unpassed<Option<Value<Duration>>>,
        /// Has EventBridge Scheduler start it, each of its fields in place of the table's.
        scheduler: Option<Timing>,
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps its
        /// names, and what it loads where it has no `sources`.
        renamed_from: Renamed,
    }
}

impl Component for Loaders {
    const KIND: &'static str = "loaders";
    const FILE: &'static str = "loaders.tf";
    const DRAWN: Drawn = Drawn::new(Family::Jobs, Meaning::USED);
    const MODULE: Option<ModuleSource> = Some(module_source!("loaders", SCHEDULE, TASK, TASK_ROLE));

    fn outputs() -> Outputs {
        outputs! {
            "The names of the log groups, by loader." log_group_names[map],
            "The id of the security group that the tasks are in." security_group_id,
            "The ARNs of the task definitions with their revisions, by loader."
                task_definition_arns[map],
            "The ARN of the role that the tasks have." task_role_arn,
            "The name of the role that the tasks have, to attach policies to." task_role_name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let mut variables = [task_variables(), schedule_variables()].concat();
        variables.push(FieldInfo::derived(
            "loaders",
            Table::<Loader>::ty(),
            "The loaders by label: what each does otherwise than the table.",
        ));
        variables
    }

    fn check(&self, check: &Check<'_>) {
        check_task(check, &self.task, &self.cluster, None);
        if self.loader.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "a table of loaders has no loader")
                    .at(self.origin.head, "")
                    .help("add `loader \"name\" { schedule = \"rate(1 hour)\" }`"),
            );
        }
        if check.stack.locals.contains_key(&Self::local(check.label)) {
            let local = Self::local(check.label);
            check.report(
                Diagnostic::error(codes::NAME_CLASH, format!("the table becomes `local.{local}`"))
                    .at(self.origin.head, "")
                    .also(check.stack.locals[&local].span, "which stands here already")
                    .help("rename one of them"),
            );
        }
        let name = match &self.name {
            None => Some(check.name()),
            Some(name) => name.literal().map(ToString::to_string),
        };
        for (label, loader) in self.loader.iter() {
            self.check_loader(check, label, loader);
            let first = loader.renamed_from.first_or(label);
            let name = name.as_ref().map(|name| format!("{name}-{first}"));
            self.job(loader, name).check(check);
        }
        self.start.check(check);
        self.check_doubles(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.task();
        let jobs: Vec<Job<'_>> =
            self.loader.iter().map(|(_, loader)| self.job(loader, None)).collect();
        let group = self.start.aws_names(&mut names, &jobs);
        for ((label, loader), job) in self.loader.iter().zip(&jobs) {
            let name = format!("{stem}-{}", loader.renamed_from.first_or(label));
            names.definition(&name);
            job.aws_names(&mut names, &group, &name);
        }
        names.tasks_group(check, &self.cluster);
        names.names
    }

    fn task(&self) -> Option<&Task> {
        Some(&self.task)
    }

    fn scheduled(&self) -> Vec<Scheduled> {
        let spread = self.spread();
        let row = |(label, loader): (&str, &Loader)| {
            let enabled = loader.enabled.unwrap_or(self.start.enabled);
            let own = loader.duration_minutes.as_ref();
            let duration = own.or(self.start.duration_minutes.as_ref());
            let job = self.job(loader, None);
            let mut scheduled = job.scheduled((enabled, duration), &self.task, &self.cluster)?;
            if let Some(own) = spread.get(label) {
                scheduled.schedule = Value::Literal(own.clone());
            }
            scheduled.row = Some(label.to_owned());
            if let Some(cpu) = &loader.cpu {
                scheduled.cpu_units = cpu.literal().map(|cpu| cpu.units());
            }
            if let Some(memory) = &loader.memory {
                scheduled.memory_mib = memory.literal().map(|memory| memory.mib());
            }
            Some(scheduled)
        };
        self.loader.iter().filter_map(row).collect()
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower_task(lower, &mut call, &self.task, &self.cluster);
        let own: Vec<_> = self.loader.rows.values().map(|loader| &loader.secrets).collect();
        lower_secret_keys(lower.stack, &mut call, &self.task, &own);
        self.start.lower(lower, &mut call);
        let local = Self::local(lower.label);
        call.set("loaders", Expr::raw(format!("local.{local}")));
        let rows = self.lower_rows(lower);
        lower.add::<Self>(HclBlock::new("locals", [] as [&str; 0]).attribute(local, rows));
        lower.move_rows::<Self, _>(&self.loader, |loader| {
            let mut addresses = vec!["module.task"];
            addresses.extend(self.job(loader, None).addresses());
            addresses
        });
        lower.add_call::<Self>(call);
    }
}

impl Loaders {
    /// The name of a table's rows in the root.
    pub(crate) fn local(label: &str) -> String {
        format!("loaders_{label}")
    }

    /// The schedules of the loaders that have another minute than the one that is written.
    fn spread(&self) -> BTreeMap<&str, Schedule> {
        if !self.spread.0.0 {
            return BTreeMap::new();
        }
        let row = |loader: &Loader| {
            let schedule = loader.schedule.as_ref().or(self.schedule.as_ref());
            let Some(schedule) = schedule.and_then(Value::literal).cloned() else {
                return Row::Unknown;
            };
            // Its start date says when a rate begins.
            let is_dated =
                schedule.rate_minutes().is_some() && self.job(loader, None).has_start_date();
            match loader.spread.0.0 && !is_dated {
                true => Row::Open(schedule),
                false => Row::Fixed(schedule),
            }
        };
        let rows: Vec<Row> = self.loader.iter().map(|(_, loader)| row(loader)).collect();
        let labels = self.loader.iter().map(|(label, _)| label);
        let spread = labels.zip(spread::spread(&rows));
        spread.filter_map(|(label, schedule)| Some((label, schedule?))).collect()
    }

    fn job<'a>(&'a self, loader: &'a Loader, name: Option<String>) -> Job<'a> {
        let own = loader.schedule.as_ref().map(|schedule| (schedule, &loader.origin));
        let shared = self.schedule.as_ref().map(|schedule| (schedule, &self.origin));
        Job {
            name,
            name_help: "shorten its label, or give the table a shorter `name`",
            origin: &loader.origin,
            schedule: own.or(shared),
            own: loader.scheduler.as_ref(),
            shared: self.start.timing(),
        }
    }

    /// The rules of one loader together with what it shares.
    fn check_loader(&self, check: &Check<'_>, label: &str, loader: &Loader) {
        if self.schedule.is_none() && loader.schedule.is_none() {
            check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    format!("loader `{label}` has no `schedule`, and neither has the table"),
                )
                .at(loader.origin.head, "")
                .help("add `schedule = \"rate(1 hour)\"` to it, or to the table for all"),
            );
        }
        if loader.cpu.is_some() || loader.memory.is_some() {
            let mut task = self.task.clone();
            task.cpu = loader.cpu.clone().unwrap_or(task.cpu);
            task.memory = loader.memory.clone().unwrap_or(task.memory);
            task.origin = loader.origin.clone();
            check_size(check, &task);
        }
        check_environment(check, &loader.environment, &loader.secrets, &self.task.reaches());
        check_arguments(check, "options", &loader.options, &loader.origin);
        let shared = &self.task;
        for (key, span, other, field) in loader
            .environment
            .entries
            .iter()
            .filter_map(|(key, entry)| {
                Some((key, entry.span, shared.secrets.entries.get(key)?.span, "secrets"))
            })
            .chain(loader.secrets.entries.iter().filter_map(|(key, entry)| {
                Some((key, entry.span, shared.environment.entries.get(key)?.span, "environment"))
            }))
        {
            check.report(
                Diagnostic::error(
                    codes::DUPLICATE,
                    format!("the table has `{key}` in `{field}`, too"),
                )
                .at(span, "")
                .also(other, "the table's")
                .help("a variable has one source; take one of them out, or rename it"),
            );
        }
    }

    /// Two loaders that would run the same command: most likely one is a copy of the other.
    fn check_doubles(&self, check: &Check<'_>) {
        let mut seen: BTreeMap<String, (&str, &Loader)> = BTreeMap::new();
        for (label, loader) in self.loader.iter() {
            let (ListOf::Items(options), ListOf::Items(sources)) =
                (&loader.options, &loader.sources)
            else {
                continue;
            };
            let mut sources: Vec<Expr> = sources.iter().map(Value::expr).collect();
            if sources.is_empty() {
                sources.push(loader.renamed_from.first_or(label).into());
            }
            sources.sort_by_key(print_expr);
            let command = Expr::List(options.iter().map(Value::expr).chain(sources).collect());
            let Some((first, other)) = seen.insert(print_expr(&command), (label, loader)) else {
                continue;
            };
            // One of them says so where the other goes by its label.
            let copy = if loader.sources.is_empty() { other } else { loader };
            check.report(
                Diagnostic::warning(
                    codes::DUPLICATE,
                    format!("loaders `{first}` and `{label}` load the same sources"),
                )
                .at(copy.origin.field("sources"), "")
                .help("give one of them other `sources` or `options`, or take it out"),
            );
        }
    }

    /// One entry a loader, sorted by label, with what it does otherwise than the table.
    fn lower_rows(&self, lower: &mut Lower<'_>) -> Expr {
        let Some(Expr::Object(mut rows)) = self.loader.argument() else {
            return Expr::Object(Vec::new());
        };
        let spread = self.spread();
        for Property { key, value, .. } in &mut rows {
            let (Expr::Object(fields), Some(loader)) = (value, self.loader.rows.get(key)) else {
                continue;
            };
            if let Some(secrets) = fields.iter_mut().find(|field| field.key == "secrets") {
                secrets.value = lower_secrets(lower, &loader.secrets);
            }
            if let Some(schedule) = spread.get(key.as_str()) {
                let schedule = Expr::String(schedule.to_string());
                match fields.iter_mut().find(|field| field.key == "schedule") {
                    Some(field) => field.value = schedule,
                    None => {
                        let at =
                            usize::from(fields.first().is_some_and(|it| it.key == "description"));
                        fields.insert(at, Property::new("schedule", schedule));
                    }
                }
            }
            // Entries of one line would be aligned with each other, so that a new one changes its
            // neighbours.
            if fields.is_empty() {
                fields.push(Property::new("sources", Expr::list([key.as_str()])));
            }
        }
        Expr::Object(rows)
    }
}

#[cfg(test)]
mod tests {
    use similar::{ChangeTag, TextDiff};

    use crate::component::testing::{problems, rendered};

    const NEEDED: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" { name = "app" }
image "app" { repository = repository.app }
input "key" { sensitive = true }
"#;

    fn with(fields: &str) -> String {
        format!(
            "loaders \"source\" {{\ncluster = cluster.main\nimage = image.app\n{fields}\n}}\n{NEEDED}"
        )
    }

    /// The lines of the rendered file that differ, with `-` or `+` before them.
    fn changed(before: &str, after: &str) -> String {
        let file = |blocks: &str| rendered("loaders.tf", &with(blocks));
        let (before, after) = (file(before), file(after));
        let diff = TextDiff::from_lines(&before, &after);
        diff.iter_all_changes()
            .filter(|change| change.tag() != ChangeTag::Equal)
            .map(|change| format!("{}{change}", change.tag()))
            .collect()
    }

    #[test]
    fn the_keys_of_each_loaders_secrets_may_be_used() {
        let table = with(
            r#"
  secrets = { A = secret.shared["A"] }
  loader "a" {
    schedule = "rate(1 hour)"
    secrets  = { B = secret.own["B"] }
  }
"#,
        );
        let secrets = r#"
secret "shared" {
  keys        = ["A"]
  kms_key_arn = var.shared
}
secret "own" {
  keys        = ["B"]
  kms_key_arn = var.own
}
"#;
        let rendered = rendered("loaders.tf", &(table + secrets));
        assert!(rendered.contains("secrets_kms_key_arns = [var.own, var.shared]"), "{rendered}");
        assert!(rendered.contains("B = \"${module.secret_own.arn}:B::\""), "{rendered}");
    }

    #[test]
    fn a_minimal_table_has_one_loader() {
        let table = with("loader \"a\" { schedule = \"rate(1 hour)\" }");
        insta::assert_snapshot!(rendered("loaders.tf", &table), @r#"
        locals {
          loaders_source = {
            a = {
              schedule = "rate(1 hour)"
            }
          }
        }

        module "loaders_source" {
          source = "../../modules/loaders"

          name      = "test-source"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          image     = local.image_references.app
          loaders   = local.loaders_source
        }
        "#);
    }

    #[test]
    fn a_full_table_says_only_what_each_loader_does_otherwise() {
        let table = r#"
# Jobs that load data, each from its source.
loaders "source" {
  name     = "load"
  cluster  = cluster.main
  schedule = "rate(1 hour)"
  image    = image.app
  command  = ["--compact"]
  capacity = "spot"
  retries  = 1

  environment = {
    MODE = "full"
    URL  = "https://example.com"
  }
  secrets = { TOKEN = "ssm:/app/token" }

  # It goes by the table.
  loader "plain" {}

  # The source is slow.
  loader "Slow" {
    description = "Loads what is slow."
    schedule    = "cron(0 0,12 * * ? *)"
    enabled     = false
    # Two days.
    options     = ["--stale-threshold", "172800000"]
    sources     = ["slow", "slower"]
    cpu         = 512
    memory      = 1024
    environment = { MODE = "part" }
    secrets     = { KEY = "ssm:/app/key" }
    retries     = 0
  }
}
"#;
        insta::assert_snapshot!(rendered("loaders.tf", &format!("{table}{NEEDED}")), @r#"
        locals {
          loaders_source = {
            # The source is slow.
            Slow = {
              description = "Loads what is slow."
              schedule    = "cron(0 0,12 * * ? *)"
              enabled     = false
              # Two days.
              options = ["--stale-threshold", "172800000"]
              sources = ["slow", "slower"]
              cpu     = 512
              memory  = 1024
              environment = {
                MODE = "part"
              }
              secrets = {
                KEY = "${local.parameter_arn}/app/key"
              }
              retries = 0
            }
            # It goes by the table.
            plain = {
              sources = ["plain"]
            }
          }
        }

        # Jobs that load data, each from its source.
        module "loaders_source" {
          source = "../../modules/loaders"

          name      = "load"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          schedule  = "rate(1 hour)"
          retries   = 1
          capacity  = "spot"
          image     = local.image_references.app
          command   = ["--compact"]
          loaders   = local.loaders_source

          environment = {
            MODE = "full"
            URL  = "https://example.com"
          }

          secrets = {
            TOKEN = "${local.parameter_arn}/app/token"
          }
        }
        "#);
    }

    /// A loader as a description has it, in one of the shapes that entries have.
    fn loader(label: &str, shape: u8) -> String {
        let fields = match shape {
            0 => "",
            1 => "schedule = \"rate(5 minutes)\"",
            2 => "# Off.\nenabled = false",
            3 => "schedule = \"cron(0 0,12 * * ? *)\"\nenvironment = { MODE = \"part\" }",
            _ => "options = [\"-v\"]\nsources = [\"a\", \"b\"]\nretries = 0",
        };
        format!("loader \"{label}\" {{\n{fields}\n}}\n")
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]

        #[test]
        fn another_loader_adds_its_own_lines_and_no_others(
            shapes in proptest::collection::btree_map("[a-zA-Z][a-zA-Z_]{0,12}", 0..5_u8, 2..6),
            which in proptest::prelude::any::<proptest::sample::Index>(),
        ) {
            let new = which.index(shapes.len());
            let table = |rows: &[String]| format!("schedule = \"rate(1 hour)\"\n{}", rows.concat());
            let mut rows: Vec<String> = shapes.iter().map(|(label, shape)| loader(label, *shape)).collect();
            let after = table(&rows);
            let added = rows.remove(new);
            let alone = rendered("loaders.tf", &with(&table(&[added])));
            // After `locals {` and the name of the rows, before the brace that closes them.
            let lines = alone.lines().skip(2).take_while(|line| *line != "  }").count();

            let changed = changed(&table(&rows), &after);
            proptest::prop_assert!(changed.lines().all(|line| line.starts_with('+')), "{changed}");
            proptest::prop_assert_eq!(changed.lines().count(), lines);
        }
    }

    #[test]
    fn another_loader_is_its_entry() {
        let before = "loader \"b\" { schedule = \"rate(1 hour)\" }\n";
        let added = "# New.\nloader \"a\" { schedule = \"rate(5 minutes)\" }\n";
        let lines = "+    # New.\n+    a = {\n+      schedule = \"rate(5 minutes)\"\n+    }\n";
        assert_eq!(changed(before, &format!("{before}{added}")), lines);
        assert_eq!(changed(before, &format!("{added}{before}")), lines);
    }

    #[test]
    fn another_schedule_is_one_changed_line() {
        let shapes = [1, 3, 1, 3];
        let table = |own: [&str; 4]| -> String {
            let rows = shapes.iter().zip(own).zip(["a", "b_b", "Cc", "d"]);
            rows.map(|((shape, own), label)| {
                let own = format!("schedule = \"{own}\"");
                let loader = loader(label, *shape);
                let written = loader.lines().find(|line| line.starts_with("schedule"));
                loader.replace(written.unwrap_or_default(), &own)
            })
            .collect()
        };
        let before = ["rate(1 hour)", "rate(2 hours)", "rate(3 hours)", "rate(4 hours)"];
        for changes in 0..before.len() {
            let mut after = before;
            after[changes] = "cron(0 0,12 ? JAN-JUN MON-FRI 2023)";
            assert_eq!(
                changed(&table(before), &table(after)),
                format!(
                    "-      schedule = \"{}\"\n+      schedule = \"{}\"\n",
                    before[changes], after[changes]
                )
            );
        }
    }

    #[test]
    fn switching_a_loader_off_is_one_added_line() {
        let table = |more: &str| {
            format!(
                "loader \"a\" {{\nschedule = \"rate(1 hour)\"\n{more}}}\nloader \"b\" {{ schedule = \"rate(1 day)\" }}"
            )
        };
        assert_eq!(changed(&table(""), &table("enabled = false\n")), "+      enabled  = false\n");
    }

    #[test]
    fn the_order_of_loaders_does_not_reach_the_bytes() {
        let (a, b) = (
            "loader \"B\" { schedule = \"rate(1 hour)\" }",
            "loader \"a\" { schedule = \"rate(1 hour)\" }",
        );
        assert_eq!(changed(&format!("{a}\n{b}"), &format!("{b}\n{a}")), "");
    }

    #[test]
    fn a_table_has_loaders_and_they_have_schedules() {
        insta::assert_snapshot!(problems(&with("")), @r#"1:1 SW103 a table of loaders has no loader; add `loader "name" { schedule = "rate(1 hour)" }`"#);
        insta::assert_snapshot!(problems(&with("loader \"a\" {}")), @r#"4:1 SW103 loader `a` has no `schedule`, and neither has the table; add `schedule = "rate(1 hour)"` to it, or to the table for all"#);
        assert_eq!(problems(&with("schedule = \"rate(1 day)\"\nloader \"a\" {}")), "");
    }

    #[test]
    fn a_loaders_size_is_checked_with_what_it_has_from_the_table() {
        let table = r#"schedule = "rate(1 day)"
cpu = 512
memory = 4096
sidecar "agent" {
  image = image.app
  memory = 1500
}
loader "a" { cpu = 256 }
loader "b" {
  cpu    = 1024
  memory = 512
}
loader "c" { memory = 1024 }
loader "d" { memory = 2048 }
"#;
        insta::assert_snapshot!(problems(&with(table)), @"
        11:20 SW301 Fargate has no tasks of `256` CPU units with `4096` MiB; with `256` CPU units, use `512`, `1024` or `2048` MiB; the nearest pair: `cpu = 256`, `memory = 2048`
        14:12 SW301 Fargate has no tasks of `1024` CPU units with `512` MiB; with `1024` CPU units, use `2048` to `8192` MiB in steps of `1024`; the nearest pair: `cpu = 1024`, `memory = 2048`
        14:12 SW312 the sidecars take `1500` of the task's `memory`, more than it has; give the task more, or the sidecars less
        16:23 SW312 the sidecars take `1500` of the task's `memory`, more than it has; give the task more, or the sidecars less
        ");
    }

    #[test]
    fn a_variable_has_one_source_also_when_the_table_has_it() {
        let table = r#"schedule = "rate(1 day)"
environment = {
  MODE = "full"
  URL  = "https://example.com"
}
secrets = { TOKEN = "ssm:/app/token" }
loader "a" {
  environment = { TOKEN = "x" }
  secrets     = { MODE = "ssm:/app/mode" }
}
loader "b" {
  environment = { KEY = "x" }
  secrets     = { KEY = "ssm:/app/key" }
}
loader "c" {
  environment = { URL = "https://example.org" }
  secrets     = { TOKEN = "ssm:/app/other" }
}
"#;
        insta::assert_snapshot!(problems(&with(table)), @"
        11:19 SW104 the table has `TOKEN` in `secrets`, too; a variable has one source; take one of them out, or rename it
        11:27 SW207 `TOKEN` looks like a secret; store it in Systems Manager or Secrets Manager, and name it in `secrets`
        12:19 SW104 the table has `MODE` in `environment`, too; a variable has one source; take one of them out, or rename it
        16:19 SW104 `KEY` stands in `environment` and in `secrets`; take one of them out
        ");
    }

    #[test]
    fn a_loader_shows_no_secrets() {
        let table =
            "loader \"a\" {\nschedule = \"rate(1 day)\"\nenvironment = { KEY = input.key }\n}";
        insta::assert_snapshot!(problems(&with(table)), @r#"6:23 SW308 `KEY` would show the sensitive `input.key` in clear text; store it in Systems Manager or Secrets Manager, and name it in `secrets`: `secrets = { KEY = "ssm:/…" }`"#);
    }

    #[test]
    fn the_rules_names_are_short_enough() {
        let label = "a".repeat(60);
        let table = with(&format!("loader \"{label}\" {{ schedule = \"rate(1 day)\" }}"));
        insta::assert_snapshot!(problems(&table), @"4:1 SW203 an EventBridge rule's name has at most 64 characters, not 72; shorten its label, or give the table a shorter `name`");
        assert_eq!(problems(&table.replace("cluster = ", "name = \"x\"\ncluster = ")), "");
    }

    #[test]
    fn a_copied_loader_is_noticed() {
        let table = r#"schedule = "rate(1 day)"
loader "a" {}
loader "b" { sources = ["a"] }
loader "c" { sources = ["x", "y"] }
loader "d" { sources = ["y", "x"] }
loader "e" {
  sources = ["x", "y"]
  options = ["-v"]
}
"#;
        insta::assert_snapshot!(problems(&with(table)), @"
        6:24 SW104 loaders `a` and `b` load the same sources; give one of them other `sources` or `options`, or take it out
        8:24 SW104 loaders `c` and `d` load the same sources; give one of them other `sources` or `options`, or take it out
        ");
    }

    #[test]
    fn the_rows_take_the_name_of_no_local() {
        let table = with("loader \"a\" { schedule = \"rate(1 day)\" }");
        let locals = "locals {\n  loaders_source = 1\n}\n";
        insta::assert_snapshot!(problems(&format!("{table}{locals}")), @"1:1 SW313 the table becomes `local.loaders_source`; rename one of them");
    }

    #[test]
    fn a_loader_may_have_its_own_word_for_eventbridge_scheduler() {
        let table = r#"
  schedule = "rate(1 hour)"
  scheduler { flexible_window_minutes = 5 }
  loader "plain" {}
  loader "zoned" {
    schedule = "cron(0 6 * * ? *)"
    scheduler {
      # Where the source is.
      time_zone = "America/New_York"
      overlap   = "skip"
    }
  }
"#;
        insta::assert_snapshot!(rendered("loaders.tf", &with(table)), @r#"
        locals {
          loaders_source = {
            plain = {
              sources = ["plain"]
            }
            zoned = {
              schedule = "cron(0 6 * * ? *)"
              scheduler = {
                # Where the source is.
                time_zone = "America/New_York"
                overlap   = "skip"
              }
            }
          }
        }

        module "loaders_source" {
          source = "../../modules/loaders"

          name      = "test-source"
          cluster   = module.cluster_main
          network   = module.network_main
          placement = "public"
          schedule  = "rate(1 hour)"
          image     = local.image_references.app
          loaders   = local.loaders_source

          scheduler = {
            flexible_window_minutes = 5
          }
        }
        "#);
        // Without the table's, the other one keeps its rule.
        assert_eq!(
            changed(table, &table.replace("scheduler { flexible_window_minutes = 5 }\n", "")),
            "-\n-  scheduler = {\n-    flexible_window_minutes = 5\n-  }\n"
        );
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_once() {
        let table = r#"
  schedule = "rate(5 minutes)"
  scheduler { flexible_window_minutes = 10 }
  loader "a" {}
  loader "b" {}
  loader "c" {
    schedule = "at(2026-03-08T02:30:00)"
    scheduler {
      time_zone  = "America/New_York"
      start_date = "2026-01-01T00:00:00Z"
    }
  }
"#;
        insta::assert_snapshot!(problems(&with(table)), @"
        6:41 SW312 a window of 10 minutes is longer than `rate(5 minutes)`; make it shorter: the next start would be due before this one
        10:16 SW204 `America/New_York` has no `2026-03-08T02:30:00`: its clocks are put forward then; write a time an hour earlier or later
        13:20 SW312 Scheduler takes no notice of `start_date` for what starts once; take it out
        ");
        insta::assert_snapshot!(problems(&with("schedule = \"at(2026-01-01T00:00:00)\"\nloader \"a\" {}\nloader \"b\" {}")), @"4:12 SW204 an EventBridge rule starts nothing once; add a `scheduler {}` block: EventBridge Scheduler does");
    }
}
