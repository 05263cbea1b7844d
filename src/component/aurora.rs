//! `aurora`: an Aurora cluster, and who may connect to it.

use super::database::{CaCertificate, LogExport, Password};
use super::proxy::{DATABASE_PROXY, Proxy};
use super::serverless::ClassOrServerless;
use super::{Network, network};
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Map, Ref};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    AuroraEngine, AuroraVersion, BackupWindow, Capacity, DbIdentifier, DbName, DbUsername, Engine,
    InstanceClass, KmsKeyArn, LogRetention, MaintenanceWindow, MonitoringInterval, Scalar as _,
    Whole, check_username,
};
use crate::{block, module_source, outputs};

block! {
    /// An Aurora cluster in a network's private subnets, encrypted, backed up, and protected from
    /// deletion. A kind beside `database`: its storage grows by itself and is shared by its
    /// instances, of which one writes and the others read and stand by.
    ///
    /// Nothing can connect to it but what is in its access group: tasks get there by
    /// `access = [aurora.main]`. Its instances are of a class, or `serverless`.
    ///
    /// ```hcl
    /// aurora "orders" {
    ///   network        = network.main
    ///   engine         = "aurora-postgresql"
    ///   engine_version = "16"
    ///   instance_class = "db.t4g.medium"
    /// }
    /// ```
    pub struct Aurora {
        /// Its identifier; its instances have a number after it. Changing it makes another cluster.
        name: Option<Value<DbIdentifier>>,
        /// The network, of at least two zones, in whose private subnets it is.
        network: Ref<Network>,
        /// The engine. Changing it replaces the cluster.
        engine: Literal<AuroraEngine>,
        /// The engine's version: the major version alone (`16`, `8.0`), so that Aurora may upgrade
        /// the rest, or a full one.
        engine_version: Literal<AuroraVersion>,
        /// What each instance is. Without it, they are `serverless`.
        instance_class: Option<Value<InstanceClass>>,
        /// Instances that grow and shrink with what is asked of them.
        @block serverless: Option<Capacities>,
        /// How many instances there are. The first writes; another one, in another zone, takes over
        /// when it fails, and can be read from meanwhile.
        instances: Value<Whole<1, 16>> = Value::Literal(Whole::new(1)),
        /// True for storage whose price includes what is read and written (I/O-Optimized).
        io_optimized: Value<bool> = Value::Literal(false),
        /// The name of a database that is made in it. Changing it replaces everything.
        database: Option<Value<DbName>>,
        /// The master user's name. Changing it replaces the cluster.
        username: Value<DbUsername> = Value::Literal(dbadmin()),
        /// The master user's password, from an input that is sensitive. Without it RDS makes one
        /// and keeps it in Secrets Manager: containers get it by `password_secret`.
        password: Option<Password>,
        /// The port it listens on: 5432 for PostgreSQL, else 3306.
        port: Option<Value<Whole<1150, 65535>>>,
        /// The cluster's parameters that can change while it runs.
        parameters: Map<Value<String>>,
        /// The cluster's parameters that take effect when its instances start.
        static_parameters: Map<Value<String>>,
        /// The key that encrypts it; without it, RDS's own of the account. Changing it replaces the
        /// cluster.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// For how many days backups are kept, to any second of which it can be restored.
        backup_retention_days: Value<Whole<1, 35>> = Value::Literal(Whole::new(7)),
        /// When the daily backup is taken, in UTC; RDS chooses one.
        backup_window: Option<Value<BackupWindow>>,
        /// When RDS may patch and restart it, in UTC; RDS chooses one. It must not overlap the
        /// backup.
        maintenance_window: Option<Value<MaintenanceWindow>>,
        /// Whether RDS measures what queries wait for (Performance Insights).
        performance_insights: Value<bool> = Value::Literal(true),
        /// The seconds between two points of Enhanced Monitoring, 0 for none: processes and memory
        /// as the operating system sees them.
        monitoring_interval_s: Value<MonitoringInterval> =
            Value::Literal(MonitoringInterval::OFF),
        /// The logs that go to CloudWatch: for PostgreSQL `postgresql`, else `error` and
        /// `slowquery`.
        log_exports: Option<Vec<Literal<LogExport>>>,
        /// For how many days CloudWatch keeps them.
        log_retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// The key that encrypts them there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
        /// The authority that signs its certificates.
        ca_certificate: Value<CaCertificate> = Value::Literal(CaCertificate::Rsa2048),
        /// False to let Terraform destroy it, and RDS delete it: what is in it is lost but for its
        /// backups.
        protect: Protect,
        /// False to delete it without a last snapshot `<name>-final`.
        final_snapshot: Value<bool> = Value::Literal(true),
        /// True to make changes at once instead of in the next maintenance window.
        apply_immediately: Value<bool> = Value::Literal(false),
        /// False to keep RDS from upgrading the minor version.
        auto_minor_version_upgrade: Value<bool> = Value::Literal(true),
        /// True to let a change of `engine_version` upgrade the major version.
        allow_major_version_upgrade: Value<bool> = Value::Literal(false),
        /// Readers that come and go with what is asked of them, beside the `instances`.
        reader_scaling: Option<ReaderScaling>,
        /// What keeps connections open and shares them among many clients (RDS Proxy). It reads the
        /// password from Secrets Manager, so there can be no `password`.
        proxy: Option<Proxy>,
    }
}

block! {
    /// How the number of readers follows the load (Amazon Aurora User Guide, "Amazon Aurora Auto
    /// Scaling with Aurora Replicas"). All readers count, those of `instances`, too.
    pub struct ReaderScaling {
        /// The least number of readers.
        min: Value<Whole<0, 15>> = Value::Literal(Whole::new(0)),
        /// The greatest number of readers.
        max: Value<Whole<1, 15>>,
        /// The CPU utilization of the readers to keep to, in percent.
        cpu: Option<Value<Whole<1, 100>>>,
        /// The number of connections to keep to, for each reader.
        connections: Option<Value<Whole<1, 1_000_000>>>,
    }
}

block! {
    /// Between what each serverless instance grows and shrinks, in Aurora Capacity Units of about
    /// 2 GiB of memory (Amazon Aurora User Guide, "Using Aurora Serverless v2").
    pub struct Capacities {
        /// The least. With 0 an instance sleeps while nobody is connected, and takes about fifteen
        /// seconds to wake.
        min_capacity: Value<Capacity>,
        /// The most, at least 1.
        max_capacity: Value<Capacity>,
        /// After how many seconds without a connection an instance falls asleep, where
        /// `min_capacity` is 0; 300 when it is not written.
        sleeps_after_s: Option<Value<Whole<300, 86_400>>>,
    }
}

fn dbadmin() -> DbUsername {
    DbUsername::parse("dbadmin").expect("this is a right name")
}

impl Component for Aurora {
    const KIND: &'static str = "aurora";
    const FILE: &'static str = "databases.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("aurora", DATABASE_PROXY));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may connect." access_group_id,
            "The cluster's ARN." arn,
            "The name of the database in it, `null` where none was named." database,
            "The host name to connect to, which leads to the instance that writes." host,
            "The cluster's identifier." id,
            "The password as ECS takes it for a container's secret, `null` where RDS does not manage it."
                password_secret,
            "The port to connect to." port,
            "The host name of the proxy, `null` where there is none." proxy_host,
            "The host name to read from, which leads to the instances that do not write." reader_host,
            "The master user's name." username,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived(
                "port",
                <Value<Whole<1150, 65535>>>::ty(),
                "The port it listens on.",
            ),
            FieldInfo::derived(
                "log_exports",
                <Vec<Literal<LogExport>>>::ty(),
                "The logs that go to CloudWatch.",
            )
            .optional(),
            FieldInfo::derived(
                "family",
                <Value<String>>::ty(),
                "The family of parameter groups of the engine's version: aurora-postgresql16.",
            ),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        network::check_two_zones(check, &self.network, "Aurora");
        self.check_engine(check);
        self.check_instances(check);
        if let Some(password) = &self.password {
            password.check(check);
        }
        super::database::check_windows(
            check,
            &self.origin,
            self.backup_window.as_ref(),
            self.maintenance_window.as_ref(),
        );
        let engine = self.like();
        super::database::check_parameters(check, engine, &self.parameters, &self.static_parameters);
        if let Some(proxy) = &self.proxy {
            proxy.check(check, self.password.is_some(), &self.origin);
        }
        if let Some(scaling) = &self.reader_scaling {
            self.check_readers(check, scaling);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("database cluster", stem.as_str());
        for group in ["aurora", "aurora-access"] {
            names.security_group(&self.network.label, group);
        }
        if self.monitoring_interval_s.template() != "0" {
            names.role("-monitoring");
        }
        if self.proxy.is_some() {
            Proxy::aws_names(&mut names, &self.network.label);
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        if self.port.is_none() {
            call.set("port", self.engine.default_port().get());
        }
        if self.log_exports.is_none() {
            let usual: &[LogExport] = match self.engine.0 {
                AuroraEngine::Postgresql => &[LogExport::Postgresql],
                AuroraEngine::Mysql => &[LogExport::Error, LogExport::Slowquery],
            };
            call.set("log_exports", Expr::list(usual.iter().map(|log| log.as_str())));
        }
        if let Ok(family) = self.engine.family(&self.engine_version) {
            call.set("family", family);
        }
        lower.add_call::<Self>(call);
    }
}

impl Aurora {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    /// The engine that its own is compatible with.
    fn like(&self) -> Engine {
        match self.engine.0 {
            AuroraEngine::Postgresql => Engine::Postgres,
            AuroraEngine::Mysql => Engine::Mysql,
        }
    }

    /// Readers come and go between bounds, and with something.
    fn check_readers(&self, check: &Check<'_>, scaling: &ReaderScaling) {
        let origin = &scaling.origin;
        let bounds = scaling.min.literal().zip(scaling.max.literal());
        if let Some((min, max)) = bounds.filter(|(min, max)| min.get() > max.get()) {
            check.report(
                Diagnostic::error(
                    codes::INVERTED_BOUNDS,
                    format!("at least `{min}` readers and at most `{max}` cannot be"),
                )
                .at(origin.field("max"), "")
                .also(origin.field("min"), "greater than `max`")
                .help("exchange `min` and `max`"),
            );
        }
        if scaling.cpu.is_none() && scaling.connections.is_none() {
            check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    "nothing says when the number of readers changes",
                )
                .at(origin.head, "")
                .help("set `cpu` or `connections`: `cpu = 60`"),
            );
        }
        let written = self.instances.literal().map(|instances| instances.get() - 1);
        if let Some((readers, max)) = written.zip(scaling.max.literal())
            && readers > max.get()
        {
            check.report(
                Diagnostic::error(
                    codes::INVERTED_BOUNDS,
                    format!("`{readers}` of its `instances` read, more than `{max}`"),
                )
                .at(origin.field("max"), "")
                .also(self.origin.field("instances"), "one writes, the others read")
                .help("raise `max`, or lower `instances`"),
            );
        }
    }

    fn check_engine(&self, check: &Check<'_>) {
        let engine = self.engine.0;
        if let Err(invalid) = engine.family(&self.engine_version) {
            check.report(invalid.diagnostic(self.origin.field("engine_version")));
        } else if !engine.major_versions().contains(&self.engine_version.as_str())
            && self.auto_minor_version_upgrade == Value::Literal(true)
        {
            let version = &self.engine_version.0;
            check.report(
                Diagnostic::warning(
                    codes::CONFLICT,
                    format!("RDS will upgrade `{version}`, and every plan would take that back"),
                )
                .at(self.origin.field("engine_version"), "")
                .help("write the major version alone, or `auto_minor_version_upgrade = false`"),
            );
        }
        let logs: &[LogExport] = match engine {
            AuroraEngine::Postgresql => &[LogExport::IamDbAuthError, LogExport::Postgresql],
            AuroraEngine::Mysql => LogExport::of(Engine::Mysql),
        };
        let username = self.username.literal();
        if let Some(Err(invalid)) = username.map(|name| check_username(self.like(), name)) {
            check.report(invalid.diagnostic(self.origin.field("username")));
        }
        for Literal(log) in self.log_exports.iter().flatten().filter(|log| !logs.contains(log)) {
            let known: Vec<_> = logs.iter().map(|log| format!("`{log}`")).collect();
            let message = format!("`{engine}` has no log `{log}`");
            let help = format!("it has {}", known.join(", "));
            self.refuse(check, codes::ENGINE_MISMATCH, "log_exports", message, &help);
        }
    }

    /// Which classes there are (Amazon Aurora User Guide, "Supported DB engines for DB instance
    /// classes"), and what serverless instances can be.
    fn check_instances(&self, check: &Check<'_>) {
        let form = ClassOrServerless {
            origin: &self.origin,
            field: "instance_class",
            example: "db.t4g.medium",
            has_class: self.instance_class.is_some(),
            serverless: self.serverless.as_ref().map(|serverless| &serverless.origin),
        };
        let neither = "nothing says what its instances are";
        form.check(check, neither, "serverless instances are of no class");
        if let Some(class) = self.instance_class.as_ref().and_then(Value::literal) {
            let hardware = class.as_str().split('.').nth(1).unwrap_or_default();
            let small = class.as_str().ends_with(".micro") || class.as_str().ends_with(".small");
            if small || hardware.starts_with('m') {
                let message = format!("Aurora does not run on `{class}`");
                let help = "use `db.t4g.medium` or larger, or `db.r…`";
                self.refuse(check, codes::ENGINE_MISMATCH, "instance_class", message, help);
            }
        }
        let Some(serverless) = &self.serverless else { return };
        let (min, max) = (serverless.min_capacity.literal(), serverless.max_capacity.literal());
        let report = |code: Code, field: &str, message: String, help: &str| {
            check.report(
                Diagnostic::error(code, message).at(serverless.origin.field(field), "").help(help),
            );
        };
        if let Some(max) = max.filter(|max| max.is_zero() || max.to_string() == "0.5") {
            let message = format!("an instance cannot live on `{max}` units");
            report(codes::OUT_OF_RANGE, "max_capacity", message, "use at least `1`");
        } else if let Some((min, max)) = min.zip(max).filter(|(min, max)| min > max) {
            let message = format!("the least, `{min}`, is more than the most, `{max}`");
            report(codes::INVERTED_BOUNDS, "min_capacity", message, "exchange them");
        }
        if serverless.sleeps_after_s.is_some() && min.is_some_and(|min| !min.is_zero()) {
            let message = "an instance that keeps some capacity never sleeps".to_owned();
            let help = "leave it out, or write `min_capacity = 0`";
            report(codes::CONFLICT, "sleeps_after_s", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn aurora(fields: &str) -> String {
        format!(
            "aurora \"main\" {{\n  network        = network.main\n  engine         = \"aurora-postgresql\"\n  engine_version = \"16\"\n{}\n}}\nnetwork \"main\" {{ cidr = \"10.0.0.0/16\" }}\ninput \"secret\" {{ sensitive = true }}\n",
            fields.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_cluster_has_one_instance() {
        insta::assert_snapshot!(
            rendered("databases.tf", &aurora("  instance_class = \"db.t4g.medium\"")),
            @r#"
        module "aurora_main" {
          source = "../../modules/aurora"

          name           = "test-main"
          network        = module.network_main
          engine         = "aurora-postgresql"
          engine_version = "16"
          instance_class = "db.t4g.medium"
          port           = 5432
          log_exports    = ["postgresql"]
          family         = "aurora-postgresql16"
        }
        "#
        );
    }

    #[test]
    fn a_full_cluster_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "databases.tf",
                &aurora(
                    r#"
  name         = "shop"
  instances    = 2
  io_optimized = true
  database     = "shop"
  username     = "shop"
  password     = input.secret
  port         = 5433
  parameters   = { log_min_duration_statement = "250" }
  static_parameters     = { max_connections = "400" }
  backup_retention_days = 14
  backup_window         = "03:00-04:00"
  maintenance_window    = "sun:05:00-sun:06:00"
  final_snapshot        = false
  serverless {
    min_capacity   = 0
    max_capacity   = 8.5
    sleeps_after_s = 600
  }
"#
                )
            ),
            @r#"
        module "aurora_main" {
          source = "../../modules/aurora"

          name                  = "shop"
          network               = module.network_main
          engine                = "aurora-postgresql"
          engine_version        = "16"
          instances             = 2
          io_optimized          = true
          database              = "shop"
          username              = "shop"
          password              = var.secret
          port                  = 5433
          backup_retention_days = 14
          backup_window         = "03:00-04:00"
          maintenance_window    = "sun:05:00-sun:06:00"
          final_snapshot        = false
          log_exports           = ["postgresql"]
          family                = "aurora-postgresql16"

          serverless = {
            min_capacity   = 0
            max_capacity   = 8.5
            sleeps_after_s = 600
          }

          parameters = {
            log_min_duration_statement = "250"
          }

          static_parameters = {
            max_connections = "400"
          }
        }
        "#
        );
    }

    #[test]
    fn instances_are_of_a_class_or_serverless() {
        insta::assert_snapshot!(problems(&aurora("")), @r#"1:1 SW103 nothing says what its instances are; add `instance_class = "db.t4g.medium"`, or a `serverless` block"#);
        insta::assert_snapshot!(
            problems(&aurora("  instance_class = \"db.m7g.large\"\n  serverless {\n    min_capacity = 4\n    max_capacity = 2\n    sleeps_after_s = 300\n  }")),
            @"
        5:20 SW312 serverless instances are of no class; take one of the two out
        5:20 SW311 Aurora does not run on `db.m7g.large`; use `db.t4g.medium` or larger, or `db.r…`
        7:20 SW302 the least, `4`, is more than the most, `2`; exchange them
        9:22 SW312 an instance that keeps some capacity never sleeps; leave it out, or write `min_capacity = 0`
        "
        );
        insta::assert_snapshot!(
            problems(&aurora("  serverless {\n    min_capacity = 0.7\n    max_capacity = 2\n  }")),
            @"6:20 SW202 `0.7` is no capacity of Aurora; use 0 to 256 in steps of 0.5"
        );
        insta::assert_snapshot!(
            problems(&aurora("  serverless {\n    min_capacity = 0\n    max_capacity = 0.5\n  }")),
            @"7:20 SW202 an instance cannot live on `0.5` units; use at least `1`"
        );
    }

    #[test]
    fn an_engine_has_its_own_versions_logs_and_names() {
        let blocks =
            aurora("  instance_class = \"db.t4g.medium\"\n  log_exports = [\"slowquery\"]");
        insta::assert_snapshot!(problems(&blocks.replace("\"16\"", "\"8.0\"")), @"
        4:20 SW311 Aurora has no version `8.0` of `aurora-postgresql`; use one of `12`, `13`, `14`, `15`, `16` or `17`
        6:17 SW311 `aurora-postgresql` has no log `slowquery`; it has `iam-db-auth-error`, `postgresql`
        ");
        insta::assert_snapshot!(problems(&blocks.replace("aurora-postgresql", "postgres")), @"3:20 SW201 `postgres` is no engine of Aurora; try `aurora-postgresql`");
        let full = aurora("  instance_class = \"db.t4g.medium\"").replace("\"16\"", "\"16.4\"");
        insta::assert_snapshot!(problems(&full), @"4:20 SW312 RDS will upgrade `16.4`, and every plan would take that back; write the major version alone, or `auto_minor_version_upgrade = false`");
    }

    #[test]
    fn windows_are_apart_and_parameters_stand_once() {
        insta::assert_snapshot!(
            problems(&aurora("  instance_class = \"db.t4g.medium\"\n  backup_window = \"03:00-04:00\"\n  maintenance_window = \"sun:03:30-sun:04:30\"\n  parameters = { work_mem = \"1\" }\n  static_parameters = { work_mem = \"1\" }")),
            @"
        6:19 SW312 the backup at `03:00-04:00` overlaps the maintenance; move one of them
        9:25 SW104 `work_mem` is set twice; take one of them out
        "
        );
    }

    #[test]
    fn a_cluster_has_readers_that_come_and_go_and_a_proxy() {
        insta::assert_snapshot!(rendered("databases.tf", &aurora(r#"
  instance_class        = "db.r7g.large"
  instances             = 2
  kms_key_arn           = var.key
  monitoring_interval_s = 60
  reader_scaling {
    min = 1
    max = 4
    cpu = 60
  }
  proxy {
    max_connections_percent = 80
  }
"#)), @r#"
        module "aurora_main" {
          source = "../../modules/aurora"

          name                  = "test-main"
          network               = module.network_main
          engine                = "aurora-postgresql"
          engine_version        = "16"
          instance_class        = "db.r7g.large"
          instances             = 2
          kms_key_arn           = var.key
          monitoring_interval_s = 60
          port                  = 5432
          log_exports           = ["postgresql"]
          family                = "aurora-postgresql16"

          reader_scaling = {
            min = 1
            max = 4
            cpu = 60
          }

          proxy = {
            max_connections_percent = 80
          }
        }
        "#);
    }

    #[test]
    fn a_proxy_wants_the_managed_password() {
        insta::assert_snapshot!(problems(&aurora("  instance_class = \"db.r7g.large\"\n  password = input.secret\n  proxy {}")), @"6:14 SW312 a proxy reads the password from Secrets Manager; leave `password` out: RDS then makes one and keeps it there");
    }

    #[test]
    fn readers_come_and_go_between_bounds_and_with_something() {
        let scaled = |instances: u8, fields: &str| {
            problems(&aurora(&format!(
                "  instance_class = \"db.r7g.large\"\n  instances = {instances}\n  reader_scaling {{\n{fields}\n  }}"
            )))
        };
        insta::assert_snapshot!(scaled(1, "    min = 3\n    max = 2\n    cpu = 60"), @"9:11 SW302 at least `3` readers and at most `2` cannot be; exchange `min` and `max`");
        insta::assert_snapshot!(scaled(1, "    max = 2"), @"7:3 SW103 nothing says when the number of readers changes; set `cpu` or `connections`: `cpu = 60`");
        insta::assert_snapshot!(scaled(4, "    max = 2\n    connections = 100"), @"8:11 SW302 `3` of its `instances` read, more than `2`; raise `max`, or lower `instances`");
    }

    #[test]
    fn parameters_are_named_and_change_when_they_can() {
        insta::assert_snapshot!(problems(&aurora("  instance_class = \"db.r7g.large\"\n  parameters = { shared_buffers = \"1\", \"Work_mem\" = \"1\" }")), @"
        6:18 SW312 `shared_buffers` cannot change while `postgres` runs; move it to `static_parameters`
        6:40 SW203 `Work_mem` is not a parameter; a parameter's name has lower-case letters, digits, `_`, `.` and `-`
        ");
    }
}
