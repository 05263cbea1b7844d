//! The metrics that AWS has of components, and when it recommends an alarm.

use super::alarm::Comparison;
use super::alarm::Comparison::{Above, AtLeast, AtMost, Below};
use super::{
    Aurora, Cache, Cdn, Cluster, Component as _, Database, LoadBalancer, Queue, Search, Service,
    Volume, Worker,
};
use crate::hcl::Expr;
use crate::stack::Stack;
use crate::stack::field::{AnyRef, Kinds};
use crate::stack::lower::Lower;
use crate::stack::value::Value;
use crate::value::{AuroraEngine, Engine, StorageType};

/// What an alarm can be on.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched;

impl Kinds for Watched {
    const KINDS: &'static [&'static str] = &[
        "aurora",
        "cache",
        "cdn",
        "database",
        "load_balancer",
        "queue",
        "search",
        "service",
        "volume",
        "worker",
    ];
}

/// A metric, and the alarm on it that AWS recommends (Amazon CloudWatch User Guide, "Recommended
/// alarms"; Amazon OpenSearch Service Developer Guide, "Recommended CloudWatch alarms").
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What is made of the data points of a period.
    pub statistic: &'static str,
    /// When it is too much or too little.
    pub comparison: Comparison,
    /// What is compared with; `None` where it depends on what is built.
    pub threshold: Option<&'static str>,
    /// The length of a period in seconds.
    pub period_s: i64,
    /// How many periods are looked at.
    pub periods: i64,
}

const fn metric(
    name: &'static str,
    statistic: &'static str,
    comparison: Comparison,
    threshold: &'static str,
    (periods, period_s): (i64, i64),
) -> Metric {
    let threshold = if threshold.is_empty() { None } else { Some(threshold) };
    Metric { name, statistic, comparison, threshold, period_s, periods }
}

const TASKS: &[Metric] = &[
    metric("CPUUtilization", "Average", Above, "80", (5, 60)),
    metric("MemoryUtilization", "Average", Above, "80", (5, 60)),
];

const NODES: &[Metric] = &[
    metric("CPUUtilization", "Average", Above, "", (5, 60)),
    metric("CurrConnections", "Average", Above, "", (10, 60)),
    metric("DatabaseMemoryUsagePercentage", "Average", Above, "", (5, 60)),
    metric("EngineCPUUtilization", "Average", Above, "90", (5, 60)),
    metric("Evictions", "Sum", Above, "", (5, 60)),
    metric("ReplicationLag", "Average", Above, "", (15, 60)),
];

const SERVERLESS_CACHE: &[Metric] = &[
    metric("BytesUsedForCache", "Maximum", Above, "", (5, 60)),
    metric("CurrConnections", "Average", Above, "", (10, 60)),
    metric("ElastiCacheProcessingUnits", "Sum", Above, "", (5, 60)),
    metric("ThrottledCmds", "Sum", Above, "0", (5, 60)),
];

const QUEUE: &[Metric] = &[
    metric("ApproximateAgeOfOldestMessage", "Maximum", AtLeast, "", (15, 60)),
    metric("ApproximateNumberOfMessagesNotVisible", "Average", AtLeast, "", (15, 60)),
    metric("ApproximateNumberOfMessagesVisible", "Average", AtLeast, "", (15, 60)),
    metric("NumberOfMessagesSent", "Sum", AtMost, "0", (15, 60)),
];

/// "Creating alarms for dead-letter queues using Amazon CloudWatch" of the Amazon SQS Developer
/// Guide: what is sent there by SQS itself is no message that was sent.
const DEAD_LETTER: &[Metric] = &[
    metric("ApproximateAgeOfOldestMessage", "Maximum", AtLeast, "", (1, 60)),
    metric("ApproximateNumberOfMessagesVisible", "Maximum", Above, "0", (1, 60)),
];

const SEARCH: &[Metric] = &[
    metric("AutomatedSnapshotFailure", "Maximum", AtLeast, "1", (1, 60)),
    metric("CPUUtilization", "Maximum", AtLeast, "80", (3, 900)),
    metric("ClusterIndexWritesBlocked", "Maximum", AtLeast, "1", (1, 300)),
    metric("ClusterStatus.red", "Maximum", AtLeast, "1", (1, 60)),
    metric("ClusterStatus.yellow", "Maximum", AtLeast, "1", (5, 60)),
    metric(FREE_STORAGE, "Minimum", AtMost, "", (1, 60)),
    metric("JVMMemoryPressure", "Maximum", AtLeast, "95", (3, 60)),
    metric("KMSKeyError", "Maximum", AtLeast, "1", (1, 60)),
    metric("KMSKeyInaccessible", "Maximum", AtLeast, "1", (1, 60)),
    metric("MasterCPUUtilization", "Maximum", AtLeast, "50", (3, 900)),
    metric("MasterJVMMemoryPressure", "Maximum", AtLeast, "95", (3, 60)),
    metric("Nodes", "Minimum", Below, "", (1, 86_400)),
    metric("OldGenJVMMemoryPressure", "Maximum", AtLeast, "80", (3, 60)),
    metric("ThreadpoolSearchQueue", "Average", AtLeast, "500", (1, 60)),
    metric("ThreadpoolWriteQueue", "Average", AtLeast, "100", (1, 60)),
];

const FREE_STORAGE: &str = "FreeStorageSpace";

const AURORA: &[Metric] = &[
    metric("ACUUtilization", "Maximum", Above, "90", (5, 60)),
    metric("AuroraReplicaLagMaximum", "Maximum", Above, "", (10, 60)),
    metric("AuroraVolumeBytesLeftTotal", "Average", Below, "", (5, 60)),
    metric("BufferCacheHitRatio", "Average", Below, "80", (10, 60)),
    metric("CPUCreditBalance", "Minimum", Below, "", (2, 300)),
    metric("CPUUtilization", "Maximum", Above, "90", (5, 60)),
    metric("DatabaseConnections", "Maximum", Above, "", (5, 60)),
    metric("EngineUptime", "Average", AtMost, "0", (2, 60)),
    metric("FreeLocalStorage", "Minimum", Below, "", (5, 60)),
    metric("FreeableMemory", "Minimum", Below, "", (15, 60)),
    metric("MaximumUsedTransactionIDs", "Maximum", Above, "1000000000", (1, 60)),
    metric("ReadLatency", "p90", Above, "", (5, 60)),
    metric("RollbackSegmentHistoryListLength", "Average", Above, "1000000", (5, 60)),
    metric("WriteLatency", "p90", Above, "", (5, 60)),
];

const DATABASE: &[Metric] = &[
    metric("BurstBalance", "Average", Below, "", (2, 300)),
    metric("CPUCreditBalance", "Average", Below, "", (2, 300)),
    metric("CPUUtilization", "Average", Above, "90", (5, 60)),
    metric("DatabaseConnections", "Average", Above, "", (5, 60)),
    metric("DiskQueueDepth", "Average", Above, "", (5, 60)),
    metric("FreeStorageSpace", "Minimum", Below, "", (5, 60)),
    metric("FreeableMemory", "Average", Below, "", (15, 60)),
    metric("MaximumUsedTransactionIDs", "Maximum", Above, "1000000000", (1, 60)),
    metric("ReadLatency", "p90", Above, "", (5, 60)),
    metric("WriteLatency", "p90", Above, "", (5, 60)),
];

const VOLUME: &[Metric] = &[
    metric("BurstCreditBalance", "Average", AtMost, "0", (15, 60)),
    metric("ClientConnections", "Sum", Above, "", (5, 60)),
    metric("PercentIOLimit", "Average", AtLeast, "100", (15, 60)),
    metric("StorageBytes", "Maximum", Above, "", (1, 900)),
];

const CDN: &[Metric] = &[
    metric("4xxErrorRate", "Average", Above, "", (5, 60)),
    metric("5xxErrorRate", "Average", Above, "", (5, 60)),
    metric("TotalErrorRate", "Average", Above, "", (5, 60)),
];

const LOAD_BALANCER: &[Metric] = &[
    metric("HTTPCode_ELB_4XX_Count", "Sum", Above, "", (5, 60)),
    metric("HTTPCode_ELB_5XX_Count", "Sum", Above, "", (5, 60)),
    metric("HTTPCode_Target_4XX_Count", "Sum", Above, "", (5, 60)),
    metric("HTTPCode_Target_5XX_Count", "Sum", Above, "", (5, 60)),
    metric("RejectedConnectionCount", "Sum", Above, "0", (5, 60)),
    metric("TargetConnectionErrorCount", "Sum", Above, "", (5, 60)),
    metric("TargetResponseTime", "p90", Above, "", (5, 60)),
];

/// Up to how many metrics an alarm can take the worst of (Amazon CloudWatch API Reference,
/// "PutMetricAlarm").
pub const MOST_NODES: usize = 10;

/// The namespace of a kind's metrics.
pub fn namespace(kind: &str) -> &'static str {
    match kind {
        Aurora::KIND | Database::KIND => "AWS/RDS",
        Cache::KIND => "AWS/ElastiCache",
        Cdn::KIND => "AWS/CloudFront",
        LoadBalancer::KIND => "AWS/ApplicationELB",
        Queue::KIND => "AWS/SQS",
        Search::KIND => "AWS/ES",
        Volume::KIND => "AWS/EFS",
        _ => "AWS/ECS",
    }
}

/// The metrics of a component; of a queue, perhaps those of its dead-letter queue.
pub fn metrics(stack: &Stack, on: &AnyRef<Watched>, is_dead_letter: bool) -> &'static [Metric] {
    let is_serverless = |cache: &Cache| cache.serverless.is_some();
    match on.kind.as_str() {
        Aurora::KIND => AURORA,
        Cache::KIND if stack.component::<Cache>(&on.label).is_some_and(is_serverless) => {
            SERVERLESS_CACHE
        }
        Cache::KIND => NODES,
        Cdn::KIND => CDN,
        Database::KIND => DATABASE,
        LoadBalancer::KIND => LOAD_BALANCER,
        Queue::KIND if is_dead_letter => DEAD_LETTER,
        Queue::KIND => QUEUE,
        Search::KIND => SEARCH,
        Volume::KIND => VOLUME,
        _ => TASKS,
    }
}

impl Metric {
    /// Why a component has no such data, where that is known.
    pub fn missing(&self, stack: &Stack, on: &AnyRef<Watched>) -> Option<&'static str> {
        let label = on.label.as_str();
        match on.kind.as_str() {
            Aurora::KIND => stack.component(label).and_then(|it| self.missing_of_aurora(it)),
            Database::KIND => stack.component(label).and_then(|it| self.missing_of_database(it)),
            Cache::KIND => {
                let cache = stack.component::<Cache>(label)?;
                let copies = cache.replicas.literal().is_none_or(|replicas| replicas.get() > 0);
                (self.name == "ReplicationLag" && !copies).then_some("the cache has no copies")
            }
            Search::KIND => {
                let search = stack.component::<Search>(label)?;
                if self.name.starts_with("Master") && search.masters.is_none() {
                    return Some("the domain has no `masters`");
                }
                (self.name.starts_with("KMSKey") && search.kms_key_arn.is_none())
                    .then_some("the domain has no key of its own")
            }
            Volume::KIND => {
                let volume = stack.component::<Volume>(label)?;
                (self.name == "BurstCreditBalance" && !volume.has_credits())
                    .then_some("only a volume with `throughput = \"bursting\"` has credits")
            }
            _ => None,
        }
    }

    fn missing_of_aurora(&self, aurora: &Aurora) -> Option<&'static str> {
        let class = aurora.instance_class.as_ref().and_then(Value::literal);
        let one = aurora.instances.literal().is_some_and(|instances| instances.get() == 1);
        match (self.name, aurora.engine.0) {
            ("MaximumUsedTransactionIDs", AuroraEngine::Mysql) => Some(ONLY_POSTGRESQL),
            (
                "AuroraVolumeBytesLeftTotal" | "RollbackSegmentHistoryListLength",
                AuroraEngine::Postgresql,
            ) => Some("only `aurora-mysql` has this"),
            ("ACUUtilization", _) if aurora.serverless.is_none() => {
                Some("its instances are not serverless")
            }
            ("CPUCreditBalance", _) if class.is_none_or(|class| !class.is_burstable()) => {
                Some(NO_CREDITS)
            }
            ("AuroraReplicaLagMaximum", _) if one => Some("it has one instance"),
            _ => None,
        }
    }

    fn missing_of_database(&self, database: &Database) -> Option<&'static str> {
        let class = database.instance_class.literal();
        let storage = database.storage_type.literal();
        match self.name {
            "MaximumUsedTransactionIDs" if database.engine.0 != Engine::Postgres => {
                Some(ONLY_POSTGRESQL)
            }
            "CPUCreditBalance" if class.is_some_and(|class| !class.is_burstable()) => {
                Some(NO_CREDITS)
            }
            "BurstBalance" if storage.is_some_and(|storage| *storage != StorageType::Gp2) => {
                Some("only `gp2` storage has I/O credits")
            }
            _ => None,
        }
    }

    /// The threshold, where AWS recommends one or one follows from what is built.
    pub fn threshold(&self, stack: &Stack, on: &AnyRef<Watched>) -> Option<String> {
        let Some(threshold) = self.threshold else {
            let search =
                stack.component::<Search>(&on.label).filter(|_| on.kind == Search::KIND)?;
            return match self.name {
                // A quarter of a node's storage, in MiB.
                FREE_STORAGE => {
                    let storage = search.storage_gib.as_ref().and_then(Value::literal)?;
                    Some((storage.get() * 1024 / 4).to_string())
                }
                "Nodes" => {
                    let masters = search.masters.as_ref().map(|masters| &masters.instances);
                    let masters = masters.map_or(Some(0), |masters| {
                        masters.literal().and_then(|count| count.to_string().parse().ok())
                    })?;
                    Some((search.instances.literal()?.get() + masters).to_string())
                }
                _ => None,
            };
        };
        Some(threshold.to_owned())
    }

    /// Which one it is, for each thing that has the metric: one, or every node of a cache.
    pub fn dimensions(
        &self,
        lower: &mut Lower<'_>,
        on: &AnyRef<Watched>,
        is_dead_letter: bool,
    ) -> Vec<Expr> {
        let stack = lower.stack;
        let address = on.address();
        let of = |output: &str| Expr::raw(format!("{address}.{output}"));
        let tasks = |cluster: &str| {
            let cluster = Expr::raw(format!("{}.name", Cluster::address(cluster)));
            Expr::object([("ClusterName", cluster), ("ServiceName", of("name"))])
        };
        let one = match on.kind.as_str() {
            Aurora::KIND if self.name == "EngineUptime" => {
                Expr::object([("DBClusterIdentifier", of("id")), ("Role", Expr::from("WRITER"))])
            }
            Aurora::KIND => Expr::object([("DBClusterIdentifier", of("id"))]),
            Cache::KIND => return self.nodes(stack, on),
            Cdn::KIND => {
                Expr::object([("DistributionId", of("id")), ("Region", Expr::from("Global"))])
            }
            Database::KIND => Expr::object([("DBInstanceIdentifier", of("id"))]),
            LoadBalancer::KIND => {
                let name = Expr::raw(format!("split(\":loadbalancer/\", {address}.arn)[1]"));
                Expr::object([("LoadBalancer", name)])
            }
            Queue::KIND if is_dead_letter => Expr::object([("QueueName", of("dead_letter_name"))]),
            Queue::KIND => Expr::object([("QueueName", of("name"))]),
            Search::KIND => {
                let account = lower.data("aws_caller_identity", "current");
                let account = Expr::raw(format!("{account}.account_id"));
                Expr::object([("ClientId", account), ("DomainName", of("name"))])
            }
            Volume::KIND => Expr::object([("FileSystemId", of("id"))]),
            Worker::KIND => match stack.component::<Worker>(&on.label) {
                Some(worker) => tasks(&worker.cluster.label),
                None => return Vec::new(),
            },
            _ => match stack.component::<Service>(&on.label) {
                Some(service) => tasks(&service.cluster.label),
                None => return Vec::new(),
            },
        };
        vec![one]
    }

    /// The nodes of a cache, which ElastiCache numbers.
    fn nodes(&self, stack: &Stack, on: &AnyRef<Watched>) -> Vec<Expr> {
        let Some(cache) = stack.component::<Cache>(&on.label) else { return Vec::new() };
        let address = on.address();
        if cache.serverless.is_some() {
            return vec![Expr::object([("clusterId", Expr::raw(format!("{address}.id")))])];
        }
        let dimensions = |suffix: String| {
            let id = Expr::raw(format!("\"${{{address}.id}}-{suffix}\""));
            // What the host tells, it tells of each node.
            match self.name {
                "CPUUtilization" | "CurrConnections" => {
                    Expr::object([("CacheClusterId", id), ("CacheNodeId", Expr::from("0001"))])
                }
                _ => Expr::object([("CacheClusterId", id)]),
            }
        };
        node_suffixes(cache).unwrap_or_default().into_iter().map(dimensions).collect()
    }
}

const ONLY_POSTGRESQL: &str = "only PostgreSQL has this";
const NO_CREDITS: &str = "only classes `db.t…` have CPU credits";

/// What ElastiCache adds to the name of a cache for each of its nodes; `None` where their number is
/// known to Terraform only.
pub fn node_suffixes(cache: &Cache) -> Option<Vec<String>> {
    let nodes = cache.replicas.literal()?.get() + 1;
    match &cache.shards {
        None => Some((1..=nodes).map(|node| format!("{node:03}")).collect()),
        Some(shards) => {
            let shards = 1..=shards.literal()?.get();
            Some(shards.flat_map(|s| (1..=nodes).map(move |n| format!("{s:04}-{n:03}"))).collect())
        }
    }
}
