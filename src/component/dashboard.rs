//! `dashboard`: how it goes.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{
    Cluster, Component, Database, LoadBalancer, ModuleSource, Outputs, Queue, Service, Worker,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{AnyRef, Field as _, Kinds, Type, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::DashboardName;
use crate::{block, module_source, outputs};

block! {
    /// A CloudWatch dashboard with a row for each of the components that it shows.
    ///
    /// ```hcl
    /// dashboard "main" {
    ///   show = [worker.jobs, queue.jobs]
    /// }
    /// ```
    pub struct Dashboard {
        /// Its name. Changing it makes another dashboard.
        name: Option<Value<DashboardName>>,
        /// What it shows, from top to bottom: services and workers (CPU and memory, running tasks),
        /// queues (messages, the age of the oldest, throughput, dead letters), databases (CPU,
        /// connections, free storage, latency) and load balancers (requests, response times,
        /// errors).
        show: Unpassed<Vec<AnyRef<Shown>>>,
    }
}

/// What a dashboard can show.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown;

impl Kinds for Shown {
    const KINDS: &'static [&'static str] =
        &["service", "worker", "queue", "database", "load_balancer"];
}

impl Component for Dashboard {
    const KIND: &'static str = "dashboard";
    const FILE: &'static str = "dashboards.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Operations, Meaning::USED).fields(&[("show", Meaning::HEARD)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("dashboard"));

    fn outputs() -> Outputs {
        outputs! {
            "The dashboard's ARN." arn,
            "The dashboard's name." name,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let string = <Value<String>>::ty;
        vec![
            FieldInfo::derived("region", string(), "The region that its metrics are in."),
            FieldInfo::derived(
                "rows",
                Type::List(Box::new(Type::Object(vec![
                    FieldInfo::derived("kind", string(), ""),
                    FieldInfo::derived("title", string(), ""),
                    FieldInfo::derived("name", string(), ""),
                    FieldInfo::derived("cluster", string(), "").optional(),
                    FieldInfo::derived("dead_letter", string(), "").optional(),
                ]))),
                "What it shows, from top to bottom: a service or worker with its cluster's name, a \
                 queue with that of its dead-letter queue, a database by its identifier, a \
                 load_balancer by its ARN.",
            ),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        if self.show.is_empty() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "the dashboard shows nothing")
                    .at(self.origin.field("show"), "")
                    .help("add `show = [service.…, queue.…]`"),
            );
        }
        for (index, shown) in self.show.iter().enumerate() {
            if self.show[..index].contains(shown) {
                check.report(
                    Diagnostic::error(
                        codes::DUPLICATE,
                        format!("`{}.{}` is shown twice", shown.kind, shown.label),
                    )
                    .at(shown.span, "")
                    .help("take one of them out"),
                );
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("dashboard");
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        call.set("region", lower.settings().region.expr());
        let rows = self.show.iter().map(|shown| row(lower.stack, shown)).collect();
        call.set("rows", Expr::List(rows));
        lower.add_call::<Self>(call);
    }
}

/// What the module needs to show one component.
fn row(stack: &Stack, shown: &AnyRef<Shown>) -> Expr {
    let AnyRef { kind, label, .. } = shown;
    let of = |attribute: &str| Expr::raw(format!("{}.{attribute}", shown.address()));
    let cluster = match kind.as_str() {
        Service::KIND => stack.component::<Service>(label).map(|service| &service.cluster),
        Worker::KIND => stack.component::<Worker>(label).map(|worker| &worker.cluster),
        _ => None,
    };
    let name = match kind.as_str() {
        Database::KIND => "id",
        LoadBalancer::KIND => "arn",
        _ => "name",
    };
    let mut fields = vec![
        ("kind", Expr::from(kind.as_str())),
        ("title", Expr::from(format!("{kind}.{label}").as_str())),
        ("name", of(name)),
    ];
    if let Some(cluster) = cluster {
        fields.push(("cluster", Expr::raw(format!("{}.name", Cluster::address(&cluster.label)))));
    }
    if kind == Queue::KIND && stack.component::<Queue>(label).is_some_and(|it| it.dead_letter.0) {
        fields.push(("dead_letter", of("dead_letter_name")));
    }
    Expr::object(fields)
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const BASE: &str = r#"
repository "app" {}
image "app" { repository = repository.app }
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
service "api" {
  cluster = cluster.main
  image   = image.app
}
worker "jobs" {
  cluster    = cluster.main
  image      = image.app
  queue      = queue.jobs
  job_time_s = 10
}
queue "jobs" {}
queue "plain" { dead_letter = false }
database "main" {
  network        = network.main
  engine         = "postgres"
  engine_version = "14"
  instance_class = "db.t4g.small"
  storage_gib    = 20
}
load_balancer "api" {
  network   = network.main
  http_only = true
  default { forward = service.api }
}
"#;

    fn dashboard(fields: &str) -> String {
        format!(
            "dashboard \"main\" {{\n{fields}\n}}\n{}",
            BASE.replace(
                "image   = image.app\n}\nworker",
                "image   = image.app\n  port = 80\n  load_balancer = load_balancer.api\n}\nworker"
            )
        )
    }

    #[test]
    fn a_minimal_dashboard_shows_something() {
        insta::assert_snapshot!(rendered("dashboards.tf", &dashboard("  show = [service.api]")), @r#"
        module "dashboard_main" {
          source = "../../modules/dashboard"

          name   = "test-main"
          region = "us-west-2"

          rows = [
            {
              kind    = "service"
              title   = "service.api"
              name    = module.service_api.name
              cluster = module.cluster_main.name
            },
          ]
        }
        "#);
    }

    #[test]
    fn a_full_dashboard_shows_everything_in_the_order_written() {
        let full = dashboard(
            r#"
  name = "app"
  # What people notice first.
  show = [load_balancer.api, service.api, worker.jobs, queue.jobs, queue.plain, database.main]
"#,
        );
        insta::assert_snapshot!(rendered("dashboards.tf", &full), @r#"
        # What people notice first.
        module "dashboard_main" {
          source = "../../modules/dashboard"

          name   = "app"
          region = "us-west-2"

          rows = [
            {
              kind  = "load_balancer"
              title = "load_balancer.api"
              name  = module.load_balancer_api.arn
            },
            {
              kind    = "service"
              title   = "service.api"
              name    = module.service_api.name
              cluster = module.cluster_main.name
            },
            {
              kind    = "worker"
              title   = "worker.jobs"
              name    = module.worker_jobs.name
              cluster = module.cluster_main.name
            },
            {
              kind        = "queue"
              title       = "queue.jobs"
              name        = module.queue_jobs.name
              dead_letter = module.queue_jobs.dead_letter_name
            },
            {
              kind  = "queue"
              title = "queue.plain"
              name  = module.queue_plain.name
            },
            {
              kind  = "database"
              title = "database.main"
              name  = module.database_main.id
            },
          ]
        }
        "#);
    }

    #[test]
    fn a_dashboard_shows_each_thing_once_and_what_it_knows() {
        insta::assert_snapshot!(problems(&dashboard("")), @"1:1 SW103 the dashboard shows nothing; add `show = [service.…, queue.…]`");
        insta::assert_snapshot!(problems(&dashboard("  show = [queue.jobs, queue.jobs]")), @"2:23 SW104 `queue.jobs` is shown twice; take one of them out");
        insta::assert_snapshot!(problems(&dashboard("  show = [network.main, queue.nope]")), @"2:11 SW108 expected `service.…` or `worker.…` or `queue.…` or `database.…` or `load_balancer.…`, found a `network`; write `service.…` or `worker.…` or `queue.…` or `database.…` or `load_balancer.…`");
    }
}
