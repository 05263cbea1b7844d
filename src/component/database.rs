//! `database`: an RDS instance, and who may connect to it.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::Expression as Source;
use hcl::edit::template::Element;

use super::network;
use super::proxy::{DATABASE_PROXY, Proxy};
use crate::component::{Component, Input, ModuleSource, Network, Outputs, Protect, Topic};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::block::Origin;
use crate::stack::check::Check;
use crate::stack::field::{Field, Literal, Map, Ref, Table, Type};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::read::Reader;
use crate::stack::rename::Renamed;
use crate::stack::value::{Expression, Reference, Value};
use crate::value::KmsKeyArn;
use crate::value::{
    BackupWindow, DbIdentifier, DbName, DbUsername, Engine, EngineVersion, InstanceClass, Invalid,
    LogRetention, MaintenanceWindow, MonitoringInterval, Scalar, ScalarType, StorageType, Whole,
    check_username, family, windows_overlap,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A database: an RDS instance in a network's private subnets, encrypted, backed up, and
    /// protected from deletion.
    ///
    /// Nothing can connect to it but what is in its access group: tasks get there by
    /// `access = [database.main]`.
    pub struct Database {
        /// Its identifier. It also names the subnet group, and RDS moves no instance between
        /// subnet groups of a network: choose it once.
        name: Option<Value<DbIdentifier>>,
        /// The network, of at least two zones, in whose private subnets it is.
        network: Ref<Network>,
        /// The database engine. Changing it replaces the database.
        engine: Literal<Engine>,
        /// The engine's version: the major version alone (`14`, `8.0`), so that RDS may upgrade the
        /// rest, or a full one.
        engine_version: Literal<EngineVersion>,
        /// Its processors and memory. Changing it takes the database down for some minutes.
        instance_class: Value<InstanceClass>,
        /// Its storage in GiB, at least 20, with provisioned IOPS 100. It can grow, never shrink
        /// (Amazon RDS User Guide, "Amazon RDS DB instance storage").
        storage_gib: Value<Whole<20, 65536>>,
        /// Up to how many GiB RDS may grow its storage by itself: at least a tenth more than it
        /// begins with (Amazon RDS User Guide, "Managing capacity automatically with Amazon RDS
        /// storage autoscaling").
        max_storage_gib: Option<Value<Whole<22, 65536>>>,
        /// How its storage is made.
        storage_type: Value<StorageType> = Value::Literal(StorageType::Gp3),
        /// I/O operations a second: for `io1` and `io2`, which need it, and for `gp3` from 400 GiB,
        /// which has 12000 without it.
        iops: Option<Value<Whole<1000, 256_000>>>,
        /// Throughput in MiB a second, for `gp3` from 400 GiB, which has 500 without it.
        throughput_mibps: Option<Value<Whole<500, 4000>>>,
        /// The name of a database that is made in it; without it PostgreSQL has `postgres` only,
        /// MySQL and MariaDB none. Changing it replaces everything.
        database: Option<Value<DbName>>,
        /// The master user's name. Changing it replaces the database.
        username: Value<DbUsername> = Value::Literal(default("dbadmin")),
        /// The master user's password, from an input that is sensitive. Without it RDS makes one
        /// and keeps it in Secrets Manager: containers get it by `password_secret`. RDS then changes
        /// it every seven days, and what reads it only when it starts has to start anew (Amazon RDS
        /// User Guide, "Password management with Amazon RDS and AWS Secrets Manager").
        password: Option<Password>,
        /// The port it listens on: 5432 for PostgreSQL, else 3306.
        port: Option<Value<Whole<1150, 65535>>>,
        /// The engine's parameters that can change while it runs.
        parameters: Map<Value<String>>,
        /// The engine's parameters that take effect when it starts: RDS changes them at the next
        /// reboot.
        static_parameters: Map<Value<String>>,
        /// False to leave its storage and snapshots unencrypted. Changing it replaces the database.
        encrypted: Value<bool> = Value::Literal(true),
        /// The key that encrypts them; without it, RDS's own of the account. Changing it replaces
        /// the database.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// True for a standby in another zone, which doubles the price.
        multi_az: Value<bool> = Value::Literal(false),
        /// For how many days backups are kept, to any second of which it can be restored; 0 for no
        /// backups.
        backup_retention_days: Value<Whole<0, 35>> = Value::Literal(Whole::new(7)),
        /// When the daily backup is taken, in UTC; RDS chooses one.
        backup_window: Option<Value<BackupWindow>>,
        /// When RDS may patch and restart it, in UTC; RDS chooses one. It must not overlap the
        /// backup.
        maintenance_window: Option<Value<MaintenanceWindow>>,
        /// Whether RDS measures what queries wait for (Performance Insights): true where the class
        /// allows it, which small ones of MySQL and MariaDB do not.
        performance_insights: Option<Value<bool>>,
        /// The seconds between two points of Enhanced Monitoring, 0 for none: processes and memory
        /// as the operating system sees them.
        monitoring_interval_s: Value<MonitoringInterval> =
            Value::Literal(MonitoringInterval::OFF),
        /// The logs that go to CloudWatch: for PostgreSQL `postgresql` and `upgrade`, else `error`
        /// and `slowquery`.
        log_exports: Option<Vec<Literal<LogExport>>>,
        /// For how many days CloudWatch keeps them.
        log_retention_days: Value<LogRetention> = Value::Literal(default("30")),
        /// The key that encrypts them there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
        /// The authority that signs its certificate.
        ca_certificate: Value<CaCertificate> = Value::Literal(CaCertificate::Rsa2048),
        /// False to let Terraform destroy it, and RDS delete it: what is in it is lost but for its
        /// backups. Replicas are not protected: they hold nothing of their own.
        protect: Protect,
        /// False to delete it without a last snapshot `<name>-final`.
        final_snapshot: Value<bool> = Value::Literal(true),
        /// True to make changes at once instead of in the next maintenance window.
        apply_immediately: Value<bool> = Value::Literal(false),
        /// False to keep RDS from upgrading the minor version.
        auto_minor_version_upgrade: Value<bool> = Value::Literal(true),
        /// True to let a change of `engine_version` upgrade the major version.
        allow_major_version_upgrade: Value<bool> = Value::Literal(false),
        /// Copies that can be read from, each an instance of its own, a moment behind. They want
        /// backups (Amazon RDS User Guide, "Working with DB instance read replicas").
        @rows replica: Table<Replica>,
        /// What keeps connections open and shares them among many clients (RDS Proxy). It reads
        /// the password from Secrets Manager, so there can be no `password`.
        @block proxy: Option<Proxy>,
        /// Alarms on what a database runs out of.
        @block alarms: Option<Alarms>,
    }
}

block! {
    /// A copy of a database that can be read from. Its identifier is the database's, a hyphen and
    /// its label.
    pub struct Replica {
        /// Its processors and memory; the database's when it is not written.
        instance_class: Option<Value<InstanceClass>>,
        /// True for a standby of its own in another zone.
        multi_az: Value<bool> = Value::Literal(false),
        /// Its earlier label, or all of them, the oldest first: it is moved, and keeps its
        /// identifier.
        renamed_from: Renamed,
    }
}

block! {
    /// Alarms of a database, each after ten minutes beyond its threshold. Those that do not concern
    /// its engine, class or storage are not made.
    pub struct Alarms {
        /// Who is told, also when it is over.
        topic: Ref<Topic>,
        /// More use of its processors than this, in percent.
        cpu_percent: Value<Whole<1, 100>> = Value::Literal(Whole::new(80)),
        /// Less free storage than this, in GiB: a tenth of what it has.
        free_storage_gib: Option<Value<Whole<1, 65536>>>,
        /// Less free memory than this, in MiB.
        freeable_memory_mib: Value<Whole<1, 1_048_576>> = Value::Literal(Whole::new(64)),
        /// More reads and writes waiting than this.
        disk_queue_depth: Value<Whole<1, 1_000_000>> = Value::Literal(Whole::new(64)),
        /// More connections than this; no alarm without it.
        connections: Option<Value<Whole<1, 1_000_000>>>,
        /// Fewer CPU credits than this, for classes that have them: `db.t…`.
        cpu_credits: Value<Whole<1, 1_000_000>> = Value::Literal(Whole::new(20)),
        /// Fewer I/O credits than this, in percent, for `gp2` storage.
        burst_balance_percent: Value<Whole<1, 100>> = Value::Literal(Whole::new(20)),
        /// More transaction ids in use than this, for PostgreSQL, which stops at two thousand
        /// million (Amazon RDS User Guide, "Best practices for working with PostgreSQL").
        transaction_ids: Value<Whole<1, 2_000_000_000>> =
            Value::Literal(Whole::new(1_000_000_000)),
    }
}

choice! {
    /// A log that RDS can send to CloudWatch (Amazon RDS User Guide, "Publishing database logs to
    /// Amazon CloudWatch Logs").
    pub enum LogExport {
        Audit = "audit",
        Error = "error",
        General = "general",
        IamDbAuthError = "iam-db-auth-error",
        Postgresql = "postgresql",
        Slowquery = "slowquery",
        Upgrade = "upgrade",
    }
}

impl LogExport {
    /// Those that an engine has.
    pub(super) fn of(engine: Engine) -> &'static [Self] {
        match engine {
            Engine::Postgres => &[Self::IamDbAuthError, Self::Postgresql, Self::Upgrade],
            Engine::Mysql | Engine::Mariadb => {
                &[Self::Audit, Self::Error, Self::General, Self::IamDbAuthError, Self::Slowquery]
            }
        }
    }

    /// Those that are exported when nothing is said.
    fn usual(engine: Engine) -> &'static [Self] {
        match engine {
            Engine::Postgres => &[Self::Postgresql, Self::Upgrade],
            Engine::Mysql | Engine::Mariadb => &[Self::Error, Self::Slowquery],
        }
    }
}

choice! {
    /// A certificate authority of RDS (Amazon RDS User Guide, "Using SSL/TLS to encrypt a
    /// connection to a DB instance or cluster").
    pub enum CaCertificate {
        /// RSA 2048; renewed by RDS without a restart.
        Rsa2048 = "rds-ca-rsa2048-g1",
        /// RSA 4096.
        Rsa4096 = "rds-ca-rsa4096-g1",
        /// ECC 384.
        Ecc384 = "rds-ca-ecc384-g1",
    } else expired
}

fn expired(text: &str) -> Option<Invalid> {
    (text == "rds-ca-2019").then(|| {
        Invalid::new(codes::BAD_VALUE, "`rds-ca-2019` expired in 2024")
            .help(format!("use `{}`", CaCertificate::Rsa2048))
    })
}

/// A default that is written as text.
fn default<T: Scalar>(text: &str) -> T {
    T::parse(text).expect("a default is a right value")
}

/// A password: an expression, never the word itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Password(pub Expression);

crate::build::values!([] Password);

impl Field for Password {
    fn ty() -> Type {
        Type::Scalar(ScalarType::String, "a sensitive input: `input.db_password`")
    }

    /// No refusal repeats any of the text: it may be the password.
    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        if !is_written_out(reader, source) {
            let expression = reader.expression(source);
            reader.no_component(source, &[], "")?;
            return expression.map(Self);
        }
        reader.report(
            Diagnostic::error(codes::SECRET_WRITTEN, "a password stands in the description")
                .at(reader.span(source), "from here it would reach the repository")
                .help("give it from outside, by an `input` with `sensitive = true`")
                .help("or leave `password` out: RDS then makes one and keeps it in Secrets Manager, a cache has none"),
        );
        None
    }

    fn argument(&self) -> Option<Expr> {
        Some(self.0.expr())
    }

    fn add_references(&self, out: &mut Vec<Reference>) {
        out.extend_from_slice(&self.0.references);
    }
}

impl Password {
    /// An input that is not sensitive stands in every plan.
    pub fn check(&self, check: &Check<'_>) {
        let inputs = self.0.references.iter();
        for reference in inputs.filter(|reference| reference.kind == Input::KIND) {
            let input = check.stack.component::<Input>(&reference.label);
            let Some(input) = input.filter(|input| !input.sensitive.0) else { continue };
            check.report(
                Diagnostic::error(
                    codes::SECRET_IN_CLEAR,
                    format!("`input.{}` is a password, but not sensitive", reference.label),
                )
                .at(reference.span, "")
                .also(input.origin.head, "the input")
                .help("add `sensitive = true` to the input"),
            );
        }
    }
}

/// True when a value, or one that it may be, is written in the description.
fn is_written_out(reader: &Reader<'_>, source: &Source) -> bool {
    let literal = |element: &Element| match element {
        Element::Literal(text) => !text.trim().is_empty(),
        Element::Interpolation(_) | Element::Directive(_) => false,
    };
    match source {
        Source::Array(_) | Source::Object(_) => true,
        Source::StringTemplate(template) => template.iter().any(literal),
        Source::HeredocTemplate(heredoc) => heredoc.template.iter().any(literal),
        Source::Parenthesis(inner) => is_written_out(reader, inner.inner()),
        Source::Conditional(either) => {
            is_written_out(reader, &either.true_expr) || is_written_out(reader, &either.false_expr)
        }
        _ => reader.is_literal(source),
    }
}

impl Component for Database {
    const KIND: &'static str = "database";
    const FILE: &'static str = "databases.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("database", DATABASE_PROXY));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may connect." access_group_id,
            "The instance's ARN." arn,
            "The name of the database in it, `null` where none was named." database,
            "The host name to connect to." host,
            "The instance's identifier." id,
            "The password as ECS takes it for a container's secret, `null` where RDS does not manage it."
                password_secret,
            "The port to connect to." port,
            "The host name of the proxy, `null` where there is none." proxy_host,
            "The host names of the replicas, by label." replica_hosts[map],
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
            FieldInfo {
                required: false,
                default: Some(Expr::Bool(true)),
                ..FieldInfo::derived(
                    "performance_insights",
                    <Value<bool>>::ty(),
                    "Whether RDS measures what queries wait for (Performance Insights).",
                )
            },
            FieldInfo::derived(
                "log_exports",
                <Vec<Literal<LogExport>>>::ty(),
                "The logs that go to CloudWatch.",
            )
            .optional(),
            FieldInfo::derived(
                "family",
                <Value<String>>::ty(),
                "The family of parameter groups of the engine's version, where it has parameters: \
                 postgres14.",
            )
            .optional(),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        // A subnet group spans two zones, even for an instance in one (Amazon RDS User Guide,
        // "Working with a DB instance in a VPC").
        network::check_two_zones(check, &self.network, "a database");
        self.check_engine(check);
        self.check_class(check);
        self.check_storage(check);
        check_parameters(check, self.engine.0, &self.parameters, &self.static_parameters);
        if let Some(password) = &self.password {
            password.check(check);
        }
        check_windows(
            check,
            &self.origin,
            self.backup_window.as_ref(),
            self.maintenance_window.as_ref(),
        );
        self.check_alarms(check);
        self.check_replicas(check);
        if let Some(proxy) = &self.proxy {
            proxy.check(check, self.password.is_some(), &self.origin);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("database", stem.as_str());
        for group in ["access", "database"] {
            names.security_group(&self.network.label, group);
        }
        if self.monitoring_interval_s.template() != "0" {
            names.role("-monitoring");
        }
        for (label, replica) in self.replica.iter() {
            names.add("database", format!("{stem}-{}", replica.renamed_from.first_or(label)));
        }
        if self.proxy.is_some() {
            Proxy::aws_names(&mut names, &self.network.label);
        }
        if self.alarms.is_some() {
            const ALARMS: [&str; 8] = [
                "burst-balance",
                "connections",
                "cpu",
                "cpu-credits",
                "disk-queue",
                "free-storage",
                "freeable-memory",
                "transaction-ids",
            ];
            for alarm in ALARMS {
                names.add("alarm", format!("{stem}-{alarm}"));
            }
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
        if self.performance_insights.is_none() && !self.can_have_insights() {
            call.set("performance_insights", false);
        }
        if self.log_exports.is_none() {
            let usual = LogExport::usual(self.engine.0).iter();
            call.set("log_exports", Expr::list(usual.map(|log| log.as_str())));
        }
        if !(self.parameters.is_empty() && self.static_parameters.is_empty())
            && let Ok(family) = family(self.engine.0, &self.engine_version)
        {
            call.set("family", family);
        }
        lower.move_rows::<Self, _>(&self.replica, |_| vec!["aws_db_instance.replica"]);
        lower.add_call::<Self>(call);
    }
}

impl Database {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    fn invalid(&self, check: &Check<'_>, field: &str, invalid: Invalid) {
        check.report(invalid.diagnostic(self.origin.field(field)));
    }

    fn check_engine(&self, check: &Check<'_>) {
        let engine = self.engine.0;
        if let Err(invalid) = family(engine, &self.engine_version) {
            self.invalid(check, "engine_version", invalid);
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
        if let Some(Err(invalid)) =
            self.username.literal().map(|username| check_username(engine, username))
        {
            self.invalid(check, "username", invalid);
        }
        for Literal(log) in self.log_exports.iter().flatten() {
            if !LogExport::of(engine).contains(log) {
                let known: Vec<_> =
                    LogExport::of(engine).iter().map(|log| format!("`{log}`")).collect();
                self.refuse(
                    check,
                    codes::ENGINE_MISMATCH,
                    "log_exports",
                    format!("`{engine}` has no log `{log}`"),
                    &format!("it has {}", known.join(", ")),
                );
            }
        }
    }

    /// Which classes go with which engines and features (Amazon RDS User Guide, "Supported DB
    /// engines for DB instance classes", "Encrypting Amazon RDS resources", "Amazon RDS DB engine,
    /// Region, and instance class support for Database Insights").
    fn check_class(&self, check: &Check<'_>) {
        let Some(class) = self.instance_class.literal() else { return };
        let (engine, version) = (self.engine.0, &self.engine_version.0);
        let hardware = class.as_str().split('.').nth(1).unwrap_or_default();
        let special = hardware
            .trim_start_matches(|c: char| c.is_ascii_lowercase())
            .trim_start_matches(|c: char| c.is_ascii_digit());
        let is_graviton = special.starts_with('g');
        let major = version.as_str().split('.').next().and_then(|major| major.parse::<u32>().ok());
        let mismatch = match (engine, major) {
            (Engine::Postgres, Some(..=11)) | (Engine::Mysql, Some(..=5)) if is_graviton => {
                Some("use a class with another processor, or a newer version")
            }
            (Engine::Postgres, Some(13..)) if ["m4", "r4", "t2"].contains(&hardware) => {
                Some("use a newer class: `db.m6g…`, `db.r6g…` or `db.t4g…`")
            }
            _ => None,
        };
        if let Some(help) = mismatch {
            let message = format!("`{class}` does not run `{engine}` of version `{version}`");
            self.refuse(check, codes::ENGINE_MISMATCH, "instance_class", message, help);
        }
        if class.as_str() == "db.t2.micro" && self.encrypted == Value::Literal(true) {
            let message = format!("`{class}` cannot be encrypted");
            let help = "use `db.t4g.micro`, or write `encrypted = false`";
            self.refuse(check, codes::CONFLICT, "instance_class", message, help);
        }
        if self.performance_insights == Some(Value::Literal(true)) && !self.can_have_insights() {
            let message = format!("`{class}` has no Performance Insights for `{engine}`");
            let help = "leave `performance_insights` out, or use a larger class";
            self.refuse(check, codes::ENGINE_MISMATCH, "performance_insights", message, help);
        }
    }

    /// False when the class is known to have no Performance Insights.
    fn can_have_insights(&self) -> bool {
        let class = self.instance_class.literal().map(InstanceClass::as_str).unwrap_or_default();
        let small = class.ends_with(".micro") || class.ends_with(".small");
        self.engine.0 == Engine::Postgres || !small
    }

    /// What each type of storage takes (Amazon RDS User Guide, "Amazon RDS DB instance storage").
    fn check_storage(&self, check: &Check<'_>) {
        if self.encrypted == Value::Literal(false) && self.kms_key_arn.is_some() {
            let message = "a key, but nothing is encrypted".to_owned();
            let help = "leave out `kms_key_arn` or `encrypted = false`";
            self.refuse(check, codes::CONFLICT, "kms_key_arn", message, help);
        }
        let Some(storage) = self.storage_gib.literal().map(|gib| gib.get()) else { return };
        let max = self.max_storage_gib.as_ref().and_then(Value::literal).map(|gib| gib.get());
        if let Some(max) = max.filter(|max| max * 10 < storage * 11) {
            let (message, least) = (
                match max > storage {
                    true => format!("`{max}` is less than a tenth above the storage, `{storage}`"),
                    false => format!("`{max}` is not above the storage, `{storage}`"),
                },
                (storage * 11 + 9) / 10,
            );
            let help = format!("use at least {least}, or leave it out for no autoscaling");
            self.refuse(check, codes::INVERTED_BOUNDS, "max_storage_gib", message, &help);
        }
        let Some(&kind) = self.storage_type.literal() else { return };
        let provisioned = matches!(kind, StorageType::Io1 | StorageType::Io2);
        if provisioned && storage < 100 {
            let message = format!("`{kind}` storage has at least 100 GiB, not {storage}");
            let help = "use more, or `gp3`";
            self.refuse(check, codes::OUT_OF_RANGE, "storage_gib", message, help);
        }
        if provisioned && self.iops.is_none() {
            let message = format!("`{kind}` storage needs `iops`");
            let help = "say how many I/O operations a second it has, or use `gp3`";
            self.refuse(check, codes::MISSING_FIELD, "storage_type", message, help);
        }
        let takes_iops = provisioned || kind == StorageType::Gp3 && storage >= 400;
        let takes_throughput = kind == StorageType::Gp3 && storage >= 400;
        for (field, is_set, is_taken) in [
            ("iops", self.iops.is_some(), takes_iops),
            ("throughput_mibps", self.throughput_mibps.is_some(), takes_throughput),
        ] {
            if is_set && !is_taken {
                let small = if kind == StorageType::Gp3 { " below 400 GiB" } else { "" };
                let message = format!("`{kind}` storage{small} takes no `{field}`");
                self.refuse(check, codes::CONFLICT, field, message, "leave it out");
            }
        }
        let iops = self.iops.as_ref().and_then(Value::literal).map(|iops| iops.get());
        if let Some(iops) = iops.filter(|_| takes_iops) {
            self.check_iops(check, kind, storage, iops);
        }
    }

    fn check_iops(&self, check: &Check<'_>, kind: StorageType, storage: i64, iops: i64) {
        let (least, most) = match kind {
            StorageType::Gp2 => return,
            StorageType::Gp3 => (12_000, 64_000.min(storage * 500)),
            StorageType::Io1 => (1000.max(storage / 2), 256_000.min(storage * 50)),
            StorageType::Io2 => (1000.max(storage / 2), 256_000.min(storage * 1000)),
        };
        if !(least..=most).contains(&iops) {
            let message = format!("`{kind}` storage of {storage} GiB does not take `{iops}` IOPS");
            let help = format!("use {least} to {most}");
            self.refuse(check, codes::OUT_OF_RANGE, "iops", message, &help);
        }
        let throughput = self.throughput_mibps.as_ref().and_then(Value::literal);
        if let Some(throughput) = throughput.filter(|throughput| throughput.get() * 4 > iops) {
            let message = format!("`{throughput}` MiB/s are too many for `{iops}` IOPS");
            let help = format!("use at most {}, a quarter of the IOPS", iops / 4);
            self.refuse(check, codes::OUT_OF_RANGE, "throughput_mibps", message, &help);
        }
    }

    /// A replica begins with a snapshot and follows the log, so there must be backups; and its
    /// identifier is one.
    fn check_replicas(&self, check: &Check<'_>) {
        let name = self.name.as_ref().map_or_else(|| check.name(), Value::template);
        for (label, replica) in self.replica.iter() {
            let identifier = format!("{name}-{}", replica.renamed_from.first_or(label));
            if !identifier.contains("${")
                && let Err(invalid) = DbIdentifier::parse(&identifier)
            {
                check.report(
                    Diagnostic::error(
                        codes::BAD_NAME,
                        format!("it would be called `{identifier}`: {}", invalid.message),
                    )
                    .at(replica.origin.head, "")
                    .help("give it another label"),
                );
            }
        }
        let first = self.replica.rows.values().next();
        if let Some(replica) = first
            && self.backup_retention_days.literal().is_some_and(|days| days.get() == 0)
        {
            check.report(
                Diagnostic::error(codes::CONFLICT, "there is no replica without backups")
                    .at(replica.origin.head, "")
                    .also(self.origin.field("backup_retention_days"), "no backups")
                    .help("use at least `backup_retention_days = 1`"),
            );
        }
    }

    /// A threshold that somebody wrote is for an alarm that is made.
    fn check_alarms(&self, check: &Check<'_>) {
        let Some(alarms) = &self.alarms else { return };
        let class = self.instance_class.literal().filter(|class| !class.is_burstable());
        let storage = self.storage_type.literal().filter(|kind| **kind != StorageType::Gp2);
        let engine = Some(self.engine.0).filter(|engine| *engine != Engine::Postgres);
        for (field, without) in [
            ("cpu_credits", class.map(|class| format!("`{class}` has no CPU credits"))),
            (
                "burst_balance_percent",
                storage.map(|storage| format!("`{storage}` storage has no I/O credits")),
            ),
            (
                "transaction_ids",
                engine.map(|engine| format!("`{engine}` does not run out of transaction ids")),
            ),
        ] {
            if let Some(message) = without.filter(|_| alarms.origin.wrote(field)) {
                check.report(
                    Diagnostic::error(codes::ENGINE_MISMATCH, message)
                        .at(alarms.origin.field(field), "there would be no such alarm")
                        .help("leave it out"),
                );
            }
        }
        let free = alarms.free_storage_gib.as_ref().and_then(Value::literal);
        if let Some((free, storage)) = free.zip(self.storage_gib.literal())
            && free.get() >= storage.get()
        {
            check.report(
                Diagnostic::error(
                    codes::INVERTED_BOUNDS,
                    format!("less than `{free}` of {storage} GiB are always free"),
                )
                .at(alarms.origin.field("free_storage_gib"), "")
                .help("use less than the storage"),
            );
        }
    }
}

/// The rules of an engine's parameters: their names, and when they can change.
pub(super) fn check_parameters(
    check: &Check<'_>,
    engine: Engine,
    parameters: &Map<Value<String>>,
    static_parameters: &Map<Value<String>>,
) {
    let all = parameters.entries.iter().chain(&static_parameters.entries);
    for (name, entry) in all {
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
        if name.is_empty() || !name.chars().all(known) {
            check.report(
                Diagnostic::error(codes::BAD_NAME, format!("`{name}` is not a parameter"))
                    .at(entry.span, "")
                    .help("a parameter's name has lower-case letters, digits, `_`, `.` and `-`"),
            );
        }
    }
    for (name, entry) in &parameters.entries {
        if let Some(again) = static_parameters.span(name) {
            check.report(
                Diagnostic::error(codes::DUPLICATE, format!("`{name}` is set twice"))
                    .at(again, "set again here")
                    .also(entry.span, "first set here")
                    .help("take one of them out"),
            );
        } else if is_static(engine, name) {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("`{name}` cannot change while `{}` runs", engine),
                )
                .at(entry.span, "")
                .help("move it to `static_parameters`"),
            );
        }
    }
}

/// True for the better known parameters that an engine reads when it starts. RDS refuses to change
/// the others of this kind, too (Amazon RDS User Guide, "Working with parameter groups", static
/// parameters).
fn is_static(engine: Engine, parameter: &str) -> bool {
    let known: &[&str] = match engine {
        Engine::Postgres => &[
            "huge_pages",
            "max_connections",
            "max_locks_per_transaction",
            "max_logical_replication_workers",
            "max_prepared_transactions",
            "max_replication_slots",
            "max_wal_senders",
            "max_worker_processes",
            "rds.logical_replication",
            "shared_buffers",
            "shared_preload_libraries",
            "track_activity_query_size",
            "track_commit_timestamp",
            "wal_buffers",
        ],
        Engine::Mysql | Engine::Mariadb => &[
            "innodb_ft_min_token_size",
            "lower_case_table_names",
            "performance_schema",
            "skip_name_resolve",
        ],
    };
    known.contains(&parameter)
}

/// A backup and the maintenance of one thing are not at the same time.
pub(super) fn check_windows(
    check: &Check<'_>,
    origin: &Origin,
    backup: Option<&Value<BackupWindow>>,
    maintenance: Option<&Value<MaintenanceWindow>>,
) {
    let windows = backup.and_then(Value::literal).zip(maintenance.and_then(Value::literal));
    let Some((backup, maintenance)) = windows else { return };
    if windows_overlap(backup, maintenance) {
        let message = format!("the backup at `{backup}` overlaps the maintenance");
        check.report(
            Diagnostic::error(codes::CONFLICT, message)
                .at(origin.field("backup_window"), "")
                .also(origin.field("maintenance_window"), "the maintenance")
                .help("move one of them"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    /// A database that is right but for these fields.
    fn database(fields: &str) -> String {
        format!(
            r#"
database "main" {{
  network        = network.main
  engine         = "postgres"
  engine_version = "14"
  instance_class = "db.t4g.small"
{}
}}
network "main" {{
  cidr = "10.0.0.0/16"
}}
topic "alarms" {{}}
input "secret" {{
  sensitive = true
}}
input "plain" {{}}
"#,
            fields.trim_matches('\n')
        )
    }

    /// Replaces the engine and class.
    fn of(engine: &str, version: &str, class: &str, fields: &str) -> String {
        database(&format!("  storage_gib = 20\n{}", fields.trim_matches('\n')))
            .replace("\"postgres\"", &format!("\"{engine}\""))
            .replace("\"14\"", &format!("\"{version}\""))
            .replace("\"db.t4g.small\"", &format!("\"{class}\""))
    }

    #[test]
    fn a_minimal_database_is_safe_by_the_modules_defaults() {
        insta::assert_snapshot!(rendered("databases.tf", &database("  storage_gib = 20")), @r#"
        module "database_main" {
          source = "../../modules/database"

          name           = "test-main"
          network        = module.network_main
          engine         = "postgres"
          engine_version = "14"
          instance_class = "db.t4g.small"
          storage_gib    = 20
          port           = 5432
          log_exports    = ["postgresql", "upgrade"]
        }
        "#);
    }

    #[test]
    fn a_database_has_replicas_and_a_proxy() {
        insta::assert_snapshot!(
            rendered(
                "databases.tf",
                &database(
                    r#"
  storage_gib = 20
  replica "reports" { instance_class = "db.r7g.large" }
  replica "spare" {}
  proxy {
    max_connections_percent = 80
  }
"#
                )
            ),
            @r#"
        module "database_main" {
          source = "../../modules/database"

          name           = "test-main"
          network        = module.network_main
          engine         = "postgres"
          engine_version = "14"
          instance_class = "db.t4g.small"
          storage_gib    = 20
          port           = 5432
          log_exports    = ["postgresql", "upgrade"]

          replica = {
            reports = {
              instance_class = "db.r7g.large"
            }
            spare = {}
          }

          proxy = {
            max_connections_percent = 80
          }
        }
        "#
        );
    }

    #[test]
    fn replicas_want_backups_and_names_and_a_proxy_the_managed_password() {
        insta::assert_snapshot!(
            problems(&database(
                "  storage_gib = 20\n  backup_retention_days = 0\n  password = input.secret\n  replica \"Big_one\" {}\n  proxy {}"
            )),
            @"
        8:14 SW312 a proxy reads the password from Secrets Manager; leave `password` out: RDS then makes one and keeps it there
        9:3 SW203 it would be called `test-main-Big_one`: `B` cannot stand in a DB instance's identifier; give it another label
        9:3 SW312 there is no replica without backups; use at least `backup_retention_days = 1`
        "
        );
    }

    #[test]
    fn a_full_database_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "databases.tf",
                &database(
                    r#"
  name            = "univaf-db"
  storage_gib     = 500
  max_storage_gib = 1000
  iops            = 13000
  throughput_mibps = 600
  database        = "univaf"
  username        = "univaf"
  password        = input.secret
  port            = 5433

  # Slow queries are what this is about.
  parameters = {
    log_min_duration_statement = "500"
    "rds.force_ssl"            = "1"
  }
  static_parameters = {
    shared_preload_libraries = "pg_stat_statements"
  }

  kms_key_arn           = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"
  multi_az              = true
  backup_retention_days = 5
  backup_window         = "00:00-01:00"
  maintenance_window    = "Mon:01:00-Mon:02:00"
  monitoring_interval_s = 60
  log_exports           = ["postgresql"]
  log_retention_days    = 90
  ca_certificate        = "rds-ca-ecc384-g1"
  protect               = false
  final_snapshot        = false
  apply_immediately     = true

  alarms {
    topic            = topic.alarms
    free_storage_gib = 10
    connections      = 100
  }
"#
                )
            ),
            @r#"
        module "database_main" {
          source = "../../modules/database_unprotected"

          name                  = "univaf-db"
          network               = module.network_main
          engine                = "postgres"
          engine_version        = "14"
          instance_class        = "db.t4g.small"
          storage_gib           = 500
          max_storage_gib       = 1000
          iops                  = 13000
          throughput_mibps      = 600
          database              = "univaf"
          username              = "univaf"
          password              = var.secret
          port                  = 5433
          kms_key_arn           = "arn:aws:kms:us-west-2:123456789012:key/1234abcd"
          multi_az              = true
          backup_retention_days = 5
          backup_window         = "00:00-01:00"
          maintenance_window    = "mon:01:00-mon:02:00"
          monitoring_interval_s = 60
          log_exports           = ["postgresql"]
          log_retention_days    = 90
          ca_certificate        = "rds-ca-ecc384-g1"
          final_snapshot        = false
          apply_immediately     = true
          family                = "postgres14"

          # Slow queries are what this is about.
          parameters = {
            log_min_duration_statement = "500"
            "rds.force_ssl"            = "1"
          }

          static_parameters = {
            shared_preload_libraries = "pg_stat_statements"
          }

          alarms = {
            topic            = module.topic_alarms
            free_storage_gib = 10
            connections      = 100
          }
        }
        "#
        );
    }

    #[test]
    fn what_follows_from_engine_and_class_is_passed() {
        insta::assert_snapshot!(
            rendered("databases.tf", &of("mysql", "8.0", "db.t3.micro", "")),
            @r#"
        module "database_main" {
          source = "../../modules/database"

          name                 = "test-main"
          network              = module.network_main
          engine               = "mysql"
          engine_version       = "8.0"
          instance_class       = "db.t3.micro"
          storage_gib          = 20
          port                 = 3306
          performance_insights = false
          log_exports          = ["error", "slowquery"]
        }
        "#
        );
    }

    #[test]
    fn a_class_that_terraform_alone_knows_is_passed_on() {
        insta::assert_snapshot!(
            problems(&of("mysql", "8.0", "db.t3.micro", "").replace("\"db.t3.micro\"", "var.class")),
            @""
        );
    }

    #[test]
    fn the_outputs_of_a_database_can_be_asked_for() {
        insta::assert_snapshot!(
            rendered(
                "outputs.tf",
                &format!("{}output \"host\" {{\n  value = database.main.host\n}}", database("  storage_gib = 20"))
            ),
            @r#"
        output "host" {
          value = module.database_main.host
        }
        "#
        );
    }

    #[test]
    fn a_network_of_one_zone_is_refused() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 20").replace("/16\"", "/16\"\n  zones = 1")),
            @"2:20 SW307 `network.main` has one zone, a database wants two; give the network two zones: `zones = 2`"
        );
    }

    #[test]
    fn a_password_in_the_description_is_refused_and_not_repeated() {
        for password in [
            "\"hunter2\"",
            "12345",
            "\"hunter2${input.secret}\"",
            "[\"hunter2\"]",
            "(\"hunter2\")",
            "input.secret == \"\" ? \"hunter2\" : input.secret",
            "<<-EOT\n    hunter2\n  EOT",
        ] {
            let problems =
                problems(&database(&format!("  storage_gib = 20\n  password = {password}")));
            assert!(problems.starts_with("7:14 SW207"), "{password}: {problems}");
            assert!(!problems.contains("hunter") && !problems.contains("12345"), "{problems}");
        }
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 20\n  password = \"hunter2\"")),
            @"7:14 SW207 a password stands in the description; give it from outside, by an `input` with `sensitive = true`; or leave `password` out: RDS then makes one and keeps it in Secrets Manager, a cache has none"
        );
    }

    #[test]
    fn a_password_from_an_input_that_is_not_sensitive_is_refused() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 20\n  password = input.plain")),
            @"7:14 SW308 `input.plain` is a password, but not sensitive; add `sensitive = true` to the input"
        );
    }

    #[test]
    fn a_version_that_the_engine_does_not_have_is_refused() {
        insta::assert_snapshot!(problems(&of("mysql", "14", "db.t4g.medium", "")), @"4:20 SW311 RDS has no `mysql` of version `14`; use `5.7`, `8.0` or `8.4`, or a minor version of one of them");
    }

    #[test]
    fn a_minor_version_that_rds_upgrades_is_warned_about() {
        insta::assert_snapshot!(problems(&of("postgres", "14.5", "db.t4g.small", "")), @"4:20 SW312 RDS will upgrade `14.5`, and every plan would take that back; write the major version alone, or `auto_minor_version_upgrade = false`");
        insta::assert_snapshot!(
            problems(&of("postgres", "14.5", "db.t4g.small", "  auto_minor_version_upgrade = false")),
            @""
        );
    }

    #[test]
    fn a_user_that_the_engine_refuses_is_refused() {
        insta::assert_snapshot!(
            problems(&of("postgres", "14", "db.t4g.small", "  username = \"admin\"")),
            @"7:14 SW311 `admin` is a reserved word of `postgres` on RDS; choose another name for the master user"
        );
    }

    #[test]
    fn a_class_that_cannot_run_the_engine_is_refused() {
        insta::assert_snapshot!(problems(&of("postgres", "14", "db.m4.large", "")), @"5:20 SW311 `db.m4.large` does not run `postgres` of version `14`; use a newer class: `db.m6g…`, `db.r6g…` or `db.t4g…`");
        insta::assert_snapshot!(problems(&of("mysql", "5.7", "db.t4g.medium", "")), @"5:20 SW311 `db.t4g.medium` does not run `mysql` of version `5.7`; use a class with another processor, or a newer version");
    }

    #[test]
    fn a_class_without_a_feature_is_refused() {
        insta::assert_snapshot!(
            problems(&of("mysql", "8.0", "db.t3.micro", "  performance_insights = true")),
            @"7:26 SW311 `db.t3.micro` has no Performance Insights for `mysql`; leave `performance_insights` out, or use a larger class"
        );
        insta::assert_snapshot!(problems(&of("mysql", "8.0", "db.t2.micro", "")), @"5:20 SW312 `db.t2.micro` cannot be encrypted; use `db.t4g.micro`, or write `encrypted = false`");
    }

    #[test]
    fn a_log_of_another_engine_is_refused() {
        insta::assert_snapshot!(
            problems(&of("mysql", "8.0", "db.t4g.medium", "  log_exports = [\"postgresql\"]")),
            @"7:17 SW311 `mysql` has no log `postgresql`; it has `audit`, `error`, `general`, `iam-db-auth-error`, `slowquery`"
        );
    }

    #[test]
    fn autoscaling_needs_room() {
        insta::assert_snapshot!(problems(&database("  storage_gib = 48\n  max_storage_gib = 30")), @"7:21 SW302 `30` is not above the storage, `48`; use at least 53, or leave it out for no autoscaling");
        insta::assert_snapshot!(problems(&database("  storage_gib = 48\n  max_storage_gib = 50")), @"7:21 SW302 `50` is less than a tenth above the storage, `48`; use at least 53, or leave it out for no autoscaling");
    }

    #[test]
    fn small_gp3_storage_takes_no_iops() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 100\n  iops = 12000\n  throughput_mibps = 500")),
            @"
        7:10 SW312 `gp3` storage below 400 GiB takes no `iops`; leave it out
        8:22 SW312 `gp3` storage below 400 GiB takes no `throughput_mibps`; leave it out
        "
        );
    }

    #[test]
    fn provisioned_iops_need_storage_and_a_number() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 50\n  storage_type = \"io2\"")),
            @"
        6:17 SW202 `io2` storage has at least 100 GiB, not 50; use more, or `gp3`
        7:18 SW103 `io2` storage needs `iops`; say how many I/O operations a second it has, or use `gp3`
        "
        );
    }

    #[test]
    fn iops_are_in_proportion_to_storage_and_throughput_to_iops() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 100\n  storage_type = \"io1\"\n  iops = 6000")),
            @"8:10 SW202 `io1` storage of 100 GiB does not take `6000` IOPS; use 1000 to 5000"
        );
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 400\n  iops = 12000\n  throughput_mibps = 4000")),
            @"8:22 SW202 `4000` MiB/s are too many for `12000` IOPS; use at most 3000, a quarter of the IOPS"
        );
    }

    #[test]
    fn a_key_without_encryption_is_refused() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 20\n  encrypted = false\n  kms_key_arn = var.key")),
            @"8:17 SW312 a key, but nothing is encrypted; leave out `kms_key_arn` or `encrypted = false`"
        );
    }

    #[test]
    fn parameters_are_named_once_and_where_they_can_change() {
        insta::assert_snapshot!(
            problems(&database(
                r#"
  storage_gib = 20
  parameters = {
    Work_Mem        = "64"
    max_connections = "100"
    work_mem        = "64"
  }
  static_parameters = {
    work_mem = "64"
  }
"#
            )),
            @"
        8:5 SW203 `Work_Mem` is not a parameter; a parameter's name has lower-case letters, digits, `_`, `.` and `-`
        9:5 SW312 `max_connections` cannot change while `postgres` runs; move it to `static_parameters`
        13:5 SW104 `work_mem` is set twice; take one of them out
        "
        );
    }

    #[test]
    fn a_backup_during_maintenance_is_refused() {
        insta::assert_snapshot!(
            problems(&database(
                "  storage_gib = 20\n  backup_window = \"00:00-01:30\"\n  maintenance_window = \"Mon:01:00-Mon:02:00\""
            )),
            @"7:19 SW312 the backup at `00:00-01:30` overlaps the maintenance; move one of them"
        );
    }

    #[test]
    fn a_threshold_of_an_alarm_that_would_not_be_made_is_refused() {
        insta::assert_snapshot!(
            problems(&of(
                "mysql",
                "8.0",
                "db.m6g.large",
                r#"
  alarms {
    topic                 = topic.alarms
    cpu_credits           = 10
    burst_balance_percent = 10
    transaction_ids       = 10
    free_storage_gib      = 20
  }
"#
            )),
            @"
        9:29 SW311 `db.m6g.large` has no CPU credits; leave it out
        10:29 SW311 `gp3` storage has no I/O credits; leave it out
        11:29 SW311 `mysql` does not run out of transaction ids; leave it out
        12:29 SW302 less than `20` of 20 GiB are always free; use less than the storage
        "
        );
    }

    #[test]
    fn a_label_that_makes_no_identifier_needs_a_name() {
        insta::assert_snapshot!(
            problems(&database("  storage_gib = 20").replace("\"main\" {\n  network", "\"my_db\" {\n  network")),
            @"1:1 SW203 it would be called `test-my_db`: `_` cannot stand in a DB instance's identifier; give it a `name`, or another label"
        );
    }
}
