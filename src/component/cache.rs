//! `cache`: what is kept in memory, and who may connect to it.

use super::database::Password;
use super::serverless::ClassOrServerless;
use super::{Network, network};
use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, Literal, Map, Ref, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    BackupWindow, CacheName, CacheNodeType, KmsKeyArn, LogRetention, MaintenanceWindow, Port,
    Whole, windows_overlap,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A cache in memory: Valkey or Redis on ElastiCache, in a network's private subnets, encrypted
    /// where it stands and on its way.
    ///
    /// Nothing can connect to it but what is in its access group: tasks get there by
    /// `access = [cache.main]`. It has nodes of a type, or is `serverless`.
    ///
    /// ```hcl
    /// cache "sessions" {
    ///   network   = network.main
    ///   node_type = "cache.t4g.small"
    /// }
    /// ```
    pub struct Cache {
        /// Its name. Changing it makes another cache.
        name: Option<Value<CacheName>>,
        /// The network in whose private subnets it is.
        network: Ref<Network>,
        /// What it runs. A change from `redis` to `valkey` keeps what is in it; the way back does
        /// not.
        engine: Literal<CacheEngine> = Literal(CacheEngine::Valkey),
        /// The engine's version. A lower one than before makes another cache.
        engine_version: Literal<CacheVersion> = Literal(CacheVersion::V8_0),
        /// What each node is: `cache.t4g.small`. Without it, it is `serverless`.
        node_type: Option<Value<CacheNodeType>>,
        /// How many copies of each shard there are, each in another zone than the one that is
        /// written to, which one of them replaces when it fails. Without a copy, what is in it is
        /// lost with its node.
        replicas: Value<Whole<0, 5>> = Value::Literal(Whole::new(0)),
        /// Into how many shards it is split (cluster mode). Programs must know how to ask a
        /// cluster. Changing between with and without makes another cache.
        shards: Option<Value<Whole<1, 500>>>,
        /// No nodes: AWS takes as much as is used, for a price that follows it.
        @block serverless: Option<Serverless>,
        /// The port it listens on. Changing it makes another cache; a serverless one has 6379.
        port: Value<Port> = Value::Literal(Port::new(6379)),
        /// The engine's parameters.
        parameters: Map<Value<String>>,
        /// The key that encrypts it where it stands; without it, ElastiCache's own. Changing it
        /// makes another cache.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// A password of 16 to 128 characters that is asked of whoever connects, from an input that
        /// is sensitive. Without it, membership in the access group is enough.
        password: Option<Password>,
        /// True to ask for a token of IAM of whoever connects: of a user with the cache's own name,
        /// whom tasks with `access` may become (Amazon ElastiCache User Guide, "Authenticating with
        /// IAM").
        iam: Literal<bool> = Literal(false),
        /// For how many days daily snapshots are kept; 0 for no snapshots.
        snapshot_retention_days: Value<Whole<0, 35>> = Value::Literal(Whole::new(1)),
        /// When the daily snapshot is taken, in UTC, at least an hour; ElastiCache chooses one.
        snapshot_window: Option<Value<BackupWindow>>,
        /// When ElastiCache may patch and restart it, in UTC, at least an hour; it chooses one.
        maintenance_window: Option<Value<MaintenanceWindow>>,
        /// False to delete it without a last snapshot `<name>-final`.
        final_snapshot: Value<bool> = Value::Literal(true),
        /// Whether Terraform refuses to destroy it: true where it takes snapshots, since what is in it
        /// is then to outlive its nodes, and false where it takes none.
        protect: Unpassed<Option<Literal<bool>>>,
        /// True to let ElastiCache upgrade to newer versions. `engine_version` must then follow:
        /// the way back makes another cache.
        auto_minor_version_upgrade: Value<bool> = Value::Literal(false),
        /// True to make changes at once instead of in the next maintenance window.
        apply_immediately: Value<bool> = Value::Literal(false),
        /// For how many days CloudWatch keeps what the engine logs: slow commands, and what
        /// happened to it.
        log_retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// The key that encrypts them there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
    }
}

block! {
    /// How much of a serverless cache may be used (Amazon ElastiCache User Guide, "Setting usage
    /// limits to manage costs").
    pub struct Serverless {
        /// At most this much data in GiB; what was used longest ago is then evicted.
        max_storage_gib: Option<Value<Whole<1, 5000>>>,
        /// At most this much work a second, in ElastiCache Processing Units; what is more is
        /// refused.
        max_ecpu_per_s: Option<Value<Whole<1000, 15_000_000>>>,
    }
}

choice! {
    /// What a cache runs (Amazon ElastiCache User Guide, "Supported engines and versions").
    pub enum CacheEngine {
        /// The open continuation of Redis OSS, cheaper.
        Valkey = "valkey",
        /// Redis OSS.
        Redis = "redis",
    } else other_engine
}

fn other_engine(text: &str) -> Option<crate::value::Invalid> {
    (text == "memcached").then(|| {
        crate::value::Invalid::new(codes::BAD_VALUE, "Memcached is not described here").help(
            "use `valkey`, which can do what it can; or write `aws_elasticache_cluster` by hand",
        )
    })
}

choice! {
    /// A version of a cache's engine (Amazon ElastiCache User Guide, "Supported engines and
    /// versions").
    pub enum CacheVersion {
        V6_2 = "6.2",
        V7_0 = "7.0",
        V7_1 = "7.1",
        V7_2 = "7.2",
        V8_0 = "8.0",
        V8_1 = "8.1",
        V8_2 = "8.2",
    }
}

impl CacheEngine {
    fn versions(self) -> &'static [CacheVersion] {
        use CacheVersion::{V6_2, V7_0, V7_1, V7_2, V8_0, V8_1, V8_2};
        match self {
            Self::Valkey => &[V7_2, V8_0, V8_1, V8_2],
            Self::Redis => &[V6_2, V7_0, V7_1],
        }
    }
}

/// The least length of a window, in minutes (Amazon ElastiCache API Reference,
/// "CreateReplicationGroup").
const WINDOW_MIN: u16 = 60;

impl Component for Cache {
    const KIND: &'static str = "cache";
    const FILE: &'static str = "caches.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("cache"));

    fn protect(&self) -> Option<Protect> {
        let keeps = || self.snapshot_retention_days.literal().is_none_or(|days| days.get() > 0);
        Some(Protect((*self.protect).as_ref().map_or_else(keeps, |Literal(protect)| *protect)))
    }

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may connect." access_group_id,
            "The cache's ARN." arn,
            "The host name to connect to, always by TLS; of a cluster, to learn its shards from." host,
            "The cache's name." id,
            "The port to connect to." port,
            "The host name to read from." reader_host,
            "The ARN of the user that IAM lets connect, `null` without `iam`." user_arn,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![FieldInfo::derived(
            "family",
            <Value<String>>::ty(),
            "The family of parameter groups of the engine's version: valkey8.",
        )]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_engine(check);
        self.check_form(check);
        self.check_windows(check);
        let spreads =
            self.serverless.is_some() || self.replicas.literal().is_some_and(|n| n.get() > 0);
        if spreads {
            network::check_two_zones(check, &self.network, "a cache with copies");
        }
        if let Some(password) = &self.password {
            password.check(check);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("cache", stem.as_str());
        for group in ["cache", "cache-access"] {
            names.security_group(&self.network.label, group);
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        call.set("family", self.family());
        lower.add_call::<Self>(call);
    }
}

impl Cache {
    /// The family of parameter groups (Amazon ElastiCache User Guide, "Parameter management").
    fn family(&self) -> String {
        let major = self.engine_version.as_str().split('.').next().unwrap_or_default();
        match self.engine_version.0 {
            CacheVersion::V6_2 => format!("{}{major}.x", self.engine.0),
            _ => format!("{}{major}", self.engine.0),
        }
    }

    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    fn check_engine(&self, check: &Check<'_>) {
        let (engine, version) = (self.engine.0, self.engine_version.0);
        if !engine.versions().contains(&version) {
            let known: Vec<_> = engine.versions().iter().map(|v| format!("`{v}`")).collect();
            let field =
                if self.origin.wrote("engine_version") { "engine_version" } else { "engine" };
            let message = format!("`{engine}` has no version `{version}`");
            let help = format!("set `engine_version` to one of {}", known.join(", "));
            self.refuse(check, codes::ENGINE_MISMATCH, field, message, &help);
        }
        if version == CacheVersion::V6_2 && self.iam.0 {
            let message = format!("`{engine}` of version `{version}` asks for no token of IAM");
            let help = "use version 7 or newer, or a `password`";
            self.refuse(check, codes::ENGINE_MISMATCH, "iam", message, help);
        }
        if version == CacheVersion::V6_2 && self.serverless.is_some() {
            let message = format!("`{engine}` of version `{version}` is not serverless");
            let help = "use version 7 or newer";
            self.refuse(check, codes::ENGINE_MISMATCH, "serverless", message, help);
        }
    }

    /// Nodes and serverless exclude each other, and what belongs to the one is no field of the
    /// other.
    fn check_form(&self, check: &Check<'_>) {
        let form = ClassOrServerless {
            origin: &self.origin,
            field: "node_type",
            example: "cache.t4g.small",
            has_class: self.node_type.is_some(),
            serverless: self.serverless.as_ref().map(|serverless| &serverless.origin),
        };
        let neither = "nothing says what the cache runs on";
        form.check(check, neither, "a serverless cache has no nodes");
        const OF_NODES: [&str; 10] = [
            "replicas",
            "shards",
            "port",
            "parameters",
            "password",
            "maintenance_window",
            "final_snapshot",
            "auto_minor_version_upgrade",
            "log_retention_days",
            "logs_kms_key_arn",
        ];
        if let Some(serverless) = &self.serverless {
            for field in OF_NODES.into_iter().filter(|field| self.origin.wrote(field)) {
                check.report(
                    Diagnostic::error(
                        codes::CONFLICT,
                        format!("a serverless cache has no `{field}`"),
                    )
                    .at(self.origin.field(field), "")
                    .also(serverless.origin.head, "serverless")
                    .help("take it out: AWS sees to it, or it is for nodes only"),
                );
            }
        }
        if self.iam.0 && self.password.is_some() {
            let message = "a cache asks for a password or for a token of IAM".to_owned();
            self.refuse(check, codes::CONFLICT, "password", message, "take one of the two out");
        }
        let tiered = self.node_type.as_ref().and_then(Value::literal);
        if let Some(node_type) = tiered.filter(|node_type| node_type.is_tiered())
            && self.replicas.literal().is_some_and(|replicas| replicas.get() == 0)
        {
            let message = format!("`{node_type}` keeps more than its memory, and has no copy");
            check.report(
                Diagnostic::warning(codes::CONFLICT, message)
                    .at(self.origin.field("node_type"), "")
                    .help("add `replicas = 1`"),
            );
        }
    }

    fn check_windows(&self, check: &Check<'_>) {
        let snapshot = self.snapshot_window.as_ref().and_then(Value::literal);
        let maintenance = self.maintenance_window.as_ref().and_then(Value::literal);
        for (field, minutes) in [
            ("snapshot_window", snapshot.map(BackupWindow::minutes)),
            ("maintenance_window", maintenance.map(MaintenanceWindow::minutes)),
        ] {
            if let Some(minutes) = minutes.filter(|minutes| *minutes < WINDOW_MIN) {
                let message = format!("a window of {minutes} minutes");
                let help = format!("ElastiCache takes at least {WINDOW_MIN} minutes");
                self.refuse(check, codes::OUT_OF_RANGE, field, message, &help);
            }
        }
        if let Some((snapshot, maintenance)) = snapshot.zip(maintenance)
            && windows_overlap(snapshot, maintenance)
        {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!("the snapshot at `{snapshot}` overlaps the maintenance"),
                )
                .at(self.origin.field("snapshot_window"), "")
                .also(self.origin.field("maintenance_window"), "the maintenance")
                .help("move one of them"),
            );
        }
        if self.snapshot_window.is_some()
            && self.snapshot_retention_days.literal().is_some_and(|days| days.get() == 0)
        {
            let message = "a window for snapshots, but there are none".to_owned();
            let help = "take out one of `snapshot_window` and `snapshot_retention_days = 0`";
            self.refuse(check, codes::CONFLICT, "snapshot_window", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn cache(fields: &str) -> String {
        format!(
            "cache \"main\" {{\n  network = network.main\n{}\n}}\nnetwork \"main\" {{ cidr = \"10.0.0.0/16\" }}\ninput \"secret\" {{ sensitive = true }}\ninput \"plain\" {{}}\n",
            fields.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_cache_has_nodes_of_a_type() {
        insta::assert_snapshot!(
            rendered("caches.tf", &cache("  node_type = \"cache.t4g.small\"")),
            @r#"
        module "cache_main" {
          source = "../../modules/cache"

          name      = "test-main"
          network   = module.network_main
          node_type = "cache.t4g.small"
          family    = "valkey8"
        }
        "#
        );
    }

    #[test]
    fn a_full_cache_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "caches.tf",
                &cache(
                    r#"
  name               = "sessions"
  engine             = "redis"
  engine_version     = "7.1"
  node_type          = "cache.r7g.large"
  replicas           = 2
  shards             = 3
  port               = 6380
  parameters         = { maxmemory-policy = "allkeys-lru" }
  password           = input.secret
  snapshot_retention_days = 7
  snapshot_window    = "03:00-04:00"
  maintenance_window = "sun:05:00-sun:06:00"
  final_snapshot     = false
  log_retention_days = 90
"#
                )
            ),
            @r#"
        module "cache_main" {
          source = "../../modules/cache"

          name                    = "sessions"
          network                 = module.network_main
          engine                  = "redis"
          engine_version          = "7.1"
          node_type               = "cache.r7g.large"
          replicas                = 2
          shards                  = 3
          port                    = 6380
          password                = var.secret
          snapshot_retention_days = 7
          snapshot_window         = "03:00-04:00"
          maintenance_window      = "sun:05:00-sun:06:00"
          final_snapshot          = false
          log_retention_days      = 90
          family                  = "redis7"

          parameters = {
            maxmemory-policy = "allkeys-lru"
          }
        }
        "#
        );
    }

    #[test]
    fn a_serverless_cache_has_limits() {
        insta::assert_snapshot!(
            rendered(
                "caches.tf",
                &cache("  iam = true\n  serverless {\n    max_storage_gib = 10\n    max_ecpu_per_s  = 5000\n  }")
            ),
            @r#"
        module "cache_main" {
          source = "../../modules/cache"

          name    = "test-main"
          network = module.network_main
          iam     = true
          family  = "valkey8"

          serverless = {
            max_storage_gib = 10
            max_ecpu_per_s  = 5000
          }
        }
        "#
        );
    }

    #[test]
    fn a_cache_has_nodes_or_none() {
        insta::assert_snapshot!(problems(&cache("")), @r#"1:1 SW103 nothing says what the cache runs on; add `node_type = "cache.t4g.small"`, or a `serverless` block"#);
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  replicas = 1\n  password = input.secret\n  serverless {}")),
            @"
        3:15 SW312 a serverless cache has no nodes; take one of the two out
        4:14 SW312 a serverless cache has no `replicas`; take it out: AWS sees to it, or it is for nodes only
        5:14 SW312 a serverless cache has no `password`; take it out: AWS sees to it, or it is for nodes only
        "
        );
    }

    #[test]
    fn an_engine_has_its_own_versions() {
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  engine_version = \"7.1\"")),
            @"4:20 SW311 `valkey` has no version `7.1`; set `engine_version` to one of `7.2`, `8.0`, `8.1`, `8.2`"
        );
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  engine = \"redis\"")),
            @"4:12 SW311 `redis` has no version `8.0`; set `engine_version` to one of `6.2`, `7.0`, `7.1`"
        );
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  engine = \"redis\"\n  engine_version = \"6.2\"\n  iam = true\n  password = input.secret")),
            @"
        6:9 SW311 `redis` of version `6.2` asks for no token of IAM; use version 7 or newer, or a `password`
        7:14 SW312 a cache asks for a password or for a token of IAM; take one of the two out
        "
        );
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  engine = \"memcached\"")),
            @"4:12 SW201 Memcached is not described here; use `valkey`, which can do what it can; or write `aws_elasticache_cluster` by hand"
        );
    }

    #[test]
    fn windows_are_an_hour_and_apart() {
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  snapshot_window = \"03:00-03:30\"\n  maintenance_window = \"sun:03:00-sun:03:45\"\n  snapshot_retention_days = 0")),
            @"
        4:21 SW202 a window of 30 minutes; ElastiCache takes at least 60 minutes
        4:21 SW312 the snapshot at `03:00-03:30` overlaps the maintenance; move one of them
        4:21 SW312 a window for snapshots, but there are none; take out one of `snapshot_window` and `snapshot_retention_days = 0`
        5:24 SW202 a window of 45 minutes; ElastiCache takes at least 60 minutes
        "
        );
    }

    #[test]
    fn copies_stand_in_another_zone() {
        let one = "cidr = \"10.0.0.0/16\"\n  zones = 1\n";
        let blocks = cache("  node_type = \"cache.r6gd.xlarge\"")
            .replace("{ cidr = \"10.0.0.0/16\" }", &format!("{{\n  {one}}}"));
        insta::assert_snapshot!(problems(&blocks), @"3:15 SW312 `cache.r6gd.xlarge` keeps more than its memory, and has no copy; add `replicas = 1`");
        let copied = blocks.replace("r6gd.xlarge\"", "r6gd.xlarge\"\n  replicas = 1");
        insta::assert_snapshot!(problems(&copied), @"2:13 SW307 `network.main` has one zone, a cache with copies wants two; give the network two zones: `zones = 2`");
    }

    #[test]
    fn a_password_is_secret() {
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  password = input.plain")),
            @"4:14 SW308 `input.plain` is a password, but not sensitive; add `sensitive = true` to the input"
        );
        insta::assert_snapshot!(
            problems(&cache("  node_type = \"cache.t4g.small\"\n  password = \"correct horse battery\"")),
            @"4:14 SW207 a password stands in the description; give it from outside, by an `input` with `sensitive = true`; or leave `password` out: RDS then makes one and keeps it in Secrets Manager, a cache has none"
        );
    }
}
