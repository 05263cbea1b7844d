//! `kubernetes_cluster`: Kubernetes, run by EKS.

use crate::component::drawn::{Drawn, Family, Meaning};
use crate::component::{Component, Database, ModuleSource, Network, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::Expr;
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field as _, ListOf, Literal, Map, Ref, Table, Unpassed};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    AddonVersion, AmiRelease, Arn, Cidr, EksName, InstanceType, KmsKeyArn, KubernetesName,
    KubernetesVersion, LogRetention, NodeGroupName, Scalar as _, Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A Kubernetes cluster of EKS: its control plane, its nodes, its add-ons, and who may enter it.
    ///
    /// Its nodes are in the private subnets. Nobody enters it who is not named by an `access`
    /// block: not even who made it.
    ///
    /// ```hcl
    /// kubernetes_cluster "main" {
    ///   version = "1.33"
    ///   network = network.cluster
    ///
    ///   access "admins" {
    ///     principal_arn = "arn:aws:iam::123456789012:role/admin"
    ///     policy        = "AmazonEKSClusterAdminPolicy"
    ///   }
    ///
    ///   addon "coredns" { version = "v1.12.1-eksbuild.2" }
    ///   addon "eks-pod-identity-agent" { version = "v1.3.7-eksbuild.2" }
    ///   addon "kube-proxy" { version = "v1.33.0-eksbuild.2" }
    ///   addon "vpc-cni" { version = "v1.19.5-eksbuild.1" }
    ///
    ///   node_group "main" {
    ///     instance_types = ["m7g.large"]
    ///     ami_type       = "AL2023_ARM_64_STANDARD"
    ///     min            = 3
    ///     max            = 10
    ///   }
    /// }
    ///
    /// network "cluster" {
    ///   cidr = "10.1.0.0/16"
    ///   nat  = "one"
    /// }
    /// ```
    pub struct KubernetesCluster {
        /// Its name. Changing it makes another cluster.
        name: Option<Value<EksName>>,
        /// Its version of Kubernetes, `"1.33"`. It only rises, one minor version at a time; node
        /// groups that do not say their own follow it.
        version: Unpassed<Literal<KubernetesVersion>>,
        /// The network that it is in.
        network: Ref<Network>,
        /// Which of the network's subnets the control plane's own interfaces are in.
        placement: Value<Subnets> = Value::Literal(Subnets::Private),
        /// From where its endpoint is reached outside the network. Empty for nowhere: Terraform
        /// must then run inside it, where `helm_release`s are made through Terraform.
        public_cidrs: ListOf<Value<Cidr>>,
        /// The key that the secrets in it are encrypted with, beside EKS's own. It cannot be taken
        /// away again.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// Which logs of the control plane CloudWatch has.
        logs: Vec<Literal<ControlPlaneLog>> = ControlPlaneLog::ALL.iter().copied().map(Literal).collect(),
        /// For how many days CloudWatch keeps them.
        log_retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// False to let EKS delete it.
        deletion_protection: Value<bool> = Value::Literal(true),
        /// What happens when the standard support of its version ends: `STANDARD` upgrades it,
        /// `EXTENDED` keeps it, which costs six times as much.
        support: Value<Support> = Value::Literal(Support::Standard),
        /// Who may enter it, and as what.
        access: Table<Access>,
        /// Its add-ons, by EKS's names for them. Without `coredns`, `kube-proxy` and `vpc-cni` no
        /// node becomes ready.
        addon: Table<Addon>,
        /// Its nodes.
        node_group: Table<NodeGroup>,
        /// The databases that what runs on its nodes connects to.
        databases: Vec<Ref<Database>>,
    }
}

block! {
    /// Who may enter a cluster (Amazon EKS User Guide, "Grant IAM users access to Kubernetes with
    /// EKS access entries").
    pub struct Access {
        /// The ARN of an IAM role or user.
        principal_arn: Value<Arn>,
        /// What it may do.
        policy: Option<Value<AccessPolicy>>,
        /// The namespaces that the policy is about; all, when none is named.
        namespaces: Vec<Value<KubernetesName>>,
        /// Groups of Kubernetes that it is in.
        groups: Vec<Value<String>>,
    }
}

block! {
    /// An add-on of EKS (Amazon EKS User Guide, "AWS add-ons").
    pub struct Addon {
        /// Its version, as `aws eks describe-addon-versions` lists it.
        version: Literal<AddonVersion>,
        /// Its configuration: JSON, by `jsonencode`.
        configuration: Option<Value<String>>,
    }
}

block! {
    /// Nodes of one kind, managed by EKS.
    pub struct NodeGroup {
        /// Its name; its label when it is not written. Changing it makes other nodes.
        name: Option<Value<NodeGroupName>>,
        /// What its nodes are. Changing it makes other nodes.
        instance_types: Vec<Value<InstanceType>>,
        /// Their machine image. Changing it makes other nodes.
        ami_type: Value<AmiType> = Value::Literal(AmiType::Al2023X86),
        /// `SPOT` for nodes that AWS takes away with two minutes' notice.
        capacity: Value<Capacity> = Value::Literal(Capacity::OnDemand),
        /// The size of each node's disk in GiB, encrypted `gp3`.
        disk_gib: Value<Whole<20, 16384>> = Value::Literal(Whole::new(50)),
        /// How many nodes there are at least.
        min: Value<Whole<0, 450>>,
        /// How many there are at most.
        max: Value<Whole<1, 450>>,
        /// How many there are at first; `min` when it is not written. Then the autoscaler says:
        /// no plan takes that back.
        desired: Option<Value<Whole<0, 450>>>,
        /// Their version of Kubernetes, where it is not the cluster's: never newer, and at most
        /// three minor versions older.
        version: Option<Literal<KubernetesVersion>>,
        /// The release of their machine image, `1.33.5-20251112`; the newest of their version when
        /// it is not written, as of when the group is made or its version changes.
        release_version: Option<Literal<AmiRelease>>,
        /// Their labels in Kubernetes.
        labels: Map<Value<String>>,
        /// What keeps pods off them that do not tolerate it, by key.
        taint: Table<Taint>,
        /// How many of a hundred nodes may be away while they are upgraded.
        max_unavailable_percentage: Value<Whole<1, 100>> = Value::Literal(Whole::new(33)),
    }
}

block! {
    /// What keeps pods off a node (Kubernetes, "Taints and Tolerations").
    pub struct Taint {
        /// Its value.
        value: Option<Value<String>>,
        /// What happens to pods that do not tolerate it.
        effect: Value<TaintEffect> = Value::Literal(TaintEffect::NoSchedule),
    }
}

choice! {
    /// The subnets of a control plane.
    pub enum Subnets {
        /// Without a route from the internet.
        Private = "private",
        /// With one.
        Public = "public",
    }
}

choice! {
    /// A log of the control plane (Amazon EKS User Guide, "Send control plane logs to CloudWatch
    /// Logs").
    pub enum ControlPlaneLog {
        Api = "api",
        Audit = "audit",
        Authenticator = "authenticator",
        ControllerManager = "controllerManager",
        Scheduler = "scheduler",
    }
}

choice! {
    /// How long a version is supported.
    pub enum Support {
        Standard = "STANDARD",
        Extended = "EXTENDED",
    }
}

choice! {
    /// What who enters may do (Amazon EKS User Guide, "Review access policy permissions").
    pub enum AccessPolicy {
        /// Everything, everywhere.
        ClusterAdmin = "AmazonEKSClusterAdminPolicy",
        /// Nearly everything, in some namespaces.
        Admin = "AmazonEKSAdminPolicy",
        /// Change most things.
        Edit = "AmazonEKSEditPolicy",
        /// Read most things, and no secrets.
        View = "AmazonEKSViewPolicy",
    }
}

choice! {
    /// A machine image of EKS (Amazon EKS API Reference, "Nodegroup"). Amazon Linux 2 ended with
    /// version 1.32.
    pub enum AmiType {
        Al2023X86 = "AL2023_x86_64_STANDARD",
        Al2023Arm = "AL2023_ARM_64_STANDARD",
        BottlerocketX86 = "BOTTLEROCKET_x86_64",
        BottlerocketArm = "BOTTLEROCKET_ARM_64",
    }
}

choice! {
    /// How nodes are bought.
    pub enum Capacity {
        OnDemand = "ON_DEMAND",
        Spot = "SPOT",
    }
}

choice! {
    /// What a taint does.
    pub enum TaintEffect {
        NoSchedule = "NO_SCHEDULE",
        PreferNoSchedule = "PREFER_NO_SCHEDULE",
        NoExecute = "NO_EXECUTE",
    }
}

impl Component for KubernetesCluster {
    const KIND: &'static str = "kubernetes_cluster";
    const FILE: &'static str = "kubernetes_clusters.tf";
    const DRAWN: Drawn =
        Drawn::new(Family::Compute, Meaning::In).fields(&[("databases", Meaning::ACCESS)]);
    const MODULE: Option<ModuleSource> = Some(module_source!("kubernetes_cluster"));

    fn outputs() -> Outputs {
        outputs! {
            "The cluster's ARN." arn,
            "The certificate of its endpoint's authority, in base64." ca,
            "The URL of its endpoint." endpoint,
            "The cluster's name." name,
            "The issuer of its service accounts' tokens, without `https://`." oidc_issuer,
            "The ARN of the OIDC provider that IAM trusts for its service accounts." oidc_provider_arn,
            "The id of the security group of its nodes and control plane." security_group_id,
        }
    }

    fn derived() -> Vec<FieldInfo> {
        let text = |name, doc| FieldInfo::derived(name, <Value<String>>::ty(), doc);
        vec![
            text(
                "kubernetes_version",
                "Its version of Kubernetes. It only rises, one minor version at a time.",
            ),
            text("partition", "The partition that it is in: aws."),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_network(check);
        self.check_access(check);
        self.check_addons(check);
        for (label, group) in self.node_group.iter() {
            self.check_nodes(check, label, group);
        }
        for database in &self.databases {
            let Some(other) = check.get(database) else { continue };
            if other.network != self.network {
                check.report(
                    Diagnostic::error(
                        codes::OTHER_NETWORK,
                        format!("`database.{}` is in another network", database.label),
                    )
                    .at(database.span, "")
                    .also(other.network.span, "that one")
                    .help(format!("put both into `network.{}`", self.network.label)),
                );
            }
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        names.own("EKS cluster");
        names.role("-cluster");
        names.role("-nodes");
        let log_group = format!("/aws/eks/{}/cluster", names.stem());
        names.add("log group", log_group);
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        call.set_after("name", "kubernetes_version", self.version.to_string());
        let partition = lower.data("aws_partition", "current");
        call.set("partition", Expr::raw(format!("{partition}.partition")));
        lower.add_call::<Self>(call);
    }
}

impl KubernetesCluster {
    /// The subnets of a control plane are in two zones (Amazon EKS User Guide, "View Amazon EKS
    /// networking requirements for VPC and subnets"), and nodes must reach it and their images.
    fn check_network(&self, check: &Check<'_>) {
        let Some(network) = check.get(&self.network) else { return };
        let label = &self.network.label;
        if let Some(zones) = network.subnets(false).filter(|zones| *zones < 2) {
            check.report(
                Diagnostic::error(
                    codes::TOO_FEW_ZONES,
                    format!("EKS needs two zones, and `network.{label}` has {zones}"),
                )
                .at(self.network.span, "")
                .also(network.zones_span(), "the zones")
                .help(format!("set `zones = 2` in `network.{label}`")),
            );
        }
        let cut_off = network.private_way_out() == Some(false) && !network.pulls_by_endpoints();
        if cut_off && !self.node_group.is_empty() {
            check.report(
                Diagnostic::error(
                    codes::CONFLICT,
                    format!(
                        "`network.{label}` has no NAT gateway: its private nodes cannot pull images"
                    ),
                )
                .at(self.network.span, "")
                .help("set `nat = \"one\"` or `nat = \"one_per_zone\"` on the network"),
            );
        }
    }

    fn check_access(&self, check: &Check<'_>) {
        let admin = |access: &Access| {
            let everything = access.policy == Some(Value::Literal(AccessPolicy::ClusterAdmin));
            everything && access.namespaces.is_empty() || !access.groups.is_empty()
        };
        if !self.access.rows.values().any(admin) {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "nobody could enter the cluster")
                    .at(self.origin.head, "")
                    .help("add `access \"admins\" { … }` with `policy = \"AmazonEKSClusterAdminPolicy\"`"),
            );
        }
        for access in self.access.rows.values() {
            if access.policy.is_none() && access.groups.is_empty() {
                check.report(
                    Diagnostic::error(codes::MISSING_FIELD, "who enters so may do nothing")
                        .at(access.origin.head, "")
                        .help("say a `policy`, or `groups` that roles in the cluster are bound to"),
                );
            }
        }
    }

    fn check_addons(&self, check: &Check<'_>) {
        const NEEDED: [&str; 3] = ["coredns", "kube-proxy", "vpc-cni"];
        let missing: Vec<_> =
            NEEDED.into_iter().filter(|name| !self.addon.rows.contains_key(*name)).collect();
        if let (Some(first), false) = (missing.first(), self.node_group.is_empty()) {
            let all: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
            check.report(
                Diagnostic::error(
                    codes::MISSING_FIELD,
                    format!("without {} no node becomes ready", all.join(", ")),
                )
                .at(self.origin.head, "")
                .help(format!("add `addon \"{first}\" {{ version = \"v…\" }}`")),
            );
        }
        // Kubernetes, "Version Skew Policy", kube-proxy.
        let proxy = self.addon.rows.get("kube-proxy");
        if let Some((proxy, [_, minor])) = proxy.map(|proxy| (proxy, proxy.version.minor())) {
            self.skew(check, "`kube-proxy`", minor, proxy.origin.field("version"));
        }
    }

    /// Something on the nodes is not newer than the control plane, and not much older.
    fn skew(&self, check: &Check<'_>, what: &str, minor: u64, place: Option<Span>) {
        let (control, skew) =
            (u64::from(self.version.minor()), u64::from(self.version.node_skew()));
        let (message, help) = match minor {
            newer if newer > control => (
                format!(
                    "{what} of version `1.{minor}` is newer than the control plane, `{}`",
                    *self.version.0
                ),
                "raise the cluster's `version` first, and this one after that".to_owned(),
            ),
            older if older + skew < control => (
                format!(
                    "{what} of version `1.{minor}` is {} minor versions older than the control plane, `{}`",
                    control - older,
                    *self.version.0
                ),
                format!("raise it to `1.{}` at least, before the cluster", control - skew),
            ),
            _ => return,
        };
        check.report(
            Diagnostic::error(codes::VERSION_SKEW, message)
                .at(place, "")
                .also(self.origin.field("version"), "the control plane")
                .help(help),
        );
    }

    fn check_nodes(&self, check: &Check<'_>, label: &str, group: &NodeGroup) {
        let report = |code, field: &str, message: String, help: &str| {
            check.report(
                Diagnostic::error(code, message).at(group.origin.field(field), "").help(help),
            );
        };
        if group.name.is_none()
            && let Err(invalid) = NodeGroupName::parse(label)
        {
            check.report(invalid.diagnostic(group.origin.head));
        }
        if group.instance_types.is_empty() {
            let help = "add `instance_types = [\"m7g.large\"]`";
            report(codes::MISSING_FIELD, "instance_types", "what are the nodes?".to_owned(), help);
        }
        let number = |value: &Value<Whole<0, 450>>| value.literal().map(|value| value.get());
        let (min, max) = (number(&group.min), group.max.literal().map(|value| value.get()));
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            let message = format!("at least {min}, but at most {max}");
            report(
                codes::INVERTED_BOUNDS,
                "min",
                message,
                "use a smaller `min`, or a greater `max`",
            );
        } else if let Some(desired) = group.desired.as_ref().and_then(number)
            && (min.is_some_and(|min| desired < min) || max.is_some_and(|max| desired > max))
        {
            let message = format!("{desired} is not between `min` and `max`");
            report(codes::INVERTED_BOUNDS, "desired", message, "leave it out to begin with `min`");
        }
        let (arm, image) = match group.ami_type.literal() {
            Some(image @ (AmiType::Al2023Arm | AmiType::BottlerocketArm)) => (true, image),
            Some(image) => (false, image),
            None => return self.check_version(check, group),
        };
        for instance in group.instance_types.iter().filter_map(Value::literal) {
            if instance.is_graviton() != arm {
                let other = if arm { "AL2023_x86_64_STANDARD" } else { "AL2023_ARM_64_STANDARD" };
                report(
                    codes::OTHER_ARCHITECTURE,
                    "instance_types",
                    format!("`{instance}` cannot run `{image}`"),
                    &format!("write `ami_type = \"{other}\"`, or use another instance type"),
                );
            }
        }
        self.check_version(check, group);
    }

    fn check_version(&self, check: &Check<'_>, group: &NodeGroup) {
        let written = group.version.map(|version| (version.0, "version"));
        let release = group.release_version.as_ref();
        let of_release = release.map(|release| (release.version, "release_version"));
        if let (Some((version, _)), Some((other, place))) = (written, of_release)
            && version != other
        {
            check.report(
                Diagnostic::error(
                    codes::VERSION_SKEW,
                    format!(
                        "this is an image of version `{other}`, and the nodes are of `{version}`"
                    ),
                )
                .at(group.origin.field(place), "")
                .also(group.origin.field("version"), "the nodes' version")
                .help("let both say the same version"),
            );
        } else if let (None, Some((version, place))) = (written, of_release)
            && version != self.version.0.0
        {
            check.report(
                Diagnostic::error(
                    codes::VERSION_SKEW,
                    format!(
                        "this is an image of version `{version}`, and the nodes follow the cluster's, `{}`",
                        *self.version.0
                    ),
                )
                .at(group.origin.field(place), "")
                .also(self.origin.field("version"), "the cluster's version")
                .help(match version < self.version.0.0 {
                    true => format!("use a release of that version, or say that the nodes stay behind: `version = \"{version}\"`"),
                    false => "use a release of that version: nodes are never newer than their cluster".to_owned(),
                }),
            );
        } else if let Some((version, place)) = written {
            self.skew(check, "a node", u64::from(version.minor()), group.origin.field(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    const NETWORK: &str = "network \"main\" {\n  cidr = \"10.0.0.0/16\"\n  nat  = \"one\"\n}\n";
    const ACCESS: &str = "  access \"admins\" {\n    principal_arn = \"arn:aws:iam::123456789012:role/admin\"\n    policy        = \"AmazonEKSClusterAdminPolicy\"\n  }\n";
    const ADDONS: &str = "  addon \"coredns\" { version = \"v1.12.1-eksbuild.2\" }\n  addon \"kube-proxy\" { version = \"v1.33.0-eksbuild.2\" }\n  addon \"vpc-cni\" { version = \"v1.19.5-eksbuild.1\" }\n";

    /// A cluster of 1.33 with these fields.
    fn cluster(fields: &str) -> String {
        format!(
            "kubernetes_cluster \"main\" {{\n  version = \"1.33\"\n  network = network.main\n{fields}\n{ACCESS}{ADDONS}}}\n{NETWORK}"
        )
    }

    /// A cluster with nodes that say this.
    fn nodes(fields: &str) -> String {
        cluster(&format!(
            "  node_group \"main\" {{\n    instance_types = [\"m5.large\"]\n    min = 1\n    max = 3\n{fields}\n  }}"
        ))
    }

    #[test]
    fn a_minimal_cluster_has_a_version_and_somebody_who_may_enter() {
        let minimal = format!(
            "kubernetes_cluster \"main\" {{\n  version = \"1.33\"\n  network = network.main\n{ACCESS}}}\n{NETWORK}"
        );
        insta::assert_snapshot!(rendered("kubernetes_clusters.tf", &minimal), @r#"
        module "kubernetes_cluster_main" {
          source = "../../modules/kubernetes_cluster"

          name               = "test-main"
          kubernetes_version = "1.33"
          network            = module.network_main
          partition          = data.aws_partition.current.partition

          access = {
            admins = {
              principal_arn = "arn:aws:iam::123456789012:role/admin"
              policy        = "AmazonEKSClusterAdminPolicy"
            }
          }
        }
        "#);
    }

    #[test]
    fn a_full_cluster_says_all_of_its_nodes() {
        let full = cluster(
            r#"
  name                = "apps"
  placement           = "public"
  public_cidrs        = ["192.0.2.0/24"]
  kms_key_arn         = key.main.arn
  logs                = ["audit"]
  log_retention_days  = 90
  deletion_protection = false
  support             = "EXTENDED"
  databases           = [database.main]

  node_group "blue" {
    name            = "blue_node_group"
    # Nobody has looked at the others.
    instance_types  = ["m7g.large"]
    ami_type        = "AL2023_ARM_64_STANDARD"
    capacity        = "SPOT"
    disk_gib        = 120
    min             = 5
    desired         = 10
    max             = 20
    version         = "1.32"
    release_version = "1.32.9-20251112"
    labels          = { Node = "managed" }
    taint "batch" { value = "only" }
  }
"#,
        );
        let others = "key \"main\" {}\ndatabase \"main\" {\n  network = network.main\n  engine = \"postgres\"\n  engine_version = \"16\"\n  instance_class = \"db.t4g.medium\"\n  storage_gib = 30\n}\n";
        insta::assert_snapshot!(rendered("kubernetes_clusters.tf", &format!("{full}{others}")), @r#"
        module "kubernetes_cluster_main" {
          source = "../../modules/kubernetes_cluster"

          name                = "apps"
          kubernetes_version  = "1.33"
          network             = module.network_main
          placement           = "public"
          public_cidrs        = ["192.0.2.0/24"]
          kms_key_arn         = module.key_main.arn
          logs                = ["audit"]
          log_retention_days  = 90
          deletion_protection = false
          support             = "EXTENDED"
          databases           = [module.database_main]
          partition           = data.aws_partition.current.partition

          access = {
            admins = {
              principal_arn = "arn:aws:iam::123456789012:role/admin"
              policy        = "AmazonEKSClusterAdminPolicy"
            }
          }

          addon = {
            coredns = {
              version = "v1.12.1-eksbuild.2"
            }
            kube-proxy = {
              version = "v1.33.0-eksbuild.2"
            }
            vpc-cni = {
              version = "v1.19.5-eksbuild.1"
            }
          }

          node_group = {
            blue = {
              name = "blue_node_group"
              # Nobody has looked at the others.
              instance_types  = ["m7g.large"]
              ami_type        = "AL2023_ARM_64_STANDARD"
              capacity        = "SPOT"
              disk_gib        = 120
              min             = 5
              max             = 20
              desired         = 10
              version         = "1.32"
              release_version = "1.32.9-20251112"
              labels = {
                Node = "managed"
              }
              taint = {
                batch = {
                  value = "only"
                }
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn nodes_are_not_newer_than_the_control_plane_and_at_most_three_versions_older() {
        insta::assert_snapshot!(problems(&nodes("    version = \"1.34\"")), @"8:15 SW352 a node of version `1.34` is newer than the control plane, `1.33`; raise the cluster's `version` first, and this one after that");
        insta::assert_snapshot!(problems(&nodes("    version = \"1.29\"")), @"8:15 SW352 a node of version `1.29` is 4 minor versions older than the control plane, `1.33`; raise it to `1.30` at least, before the cluster");
        assert_eq!(problems(&nodes("    version = \"1.30\"")), "");
        let proxy = nodes("").replace("v1.33.0", "v1.34.0");
        insta::assert_snapshot!(problems(&proxy), @"15:34 SW352 `kube-proxy` of version `1.34` is newer than the control plane, `1.33`; raise the cluster's `version` first, and this one after that");
        let old = nodes("").replace(
            "kubernetes_cluster \"main\" {\n  version = \"1.33\"",
            "kubernetes_cluster \"main\" {\n  version = \"1.22\"",
        );
        insta::assert_snapshot!(problems(&old), @"2:13 SW202 EKS makes no cluster of version `1.22` any more; use a version that EKS supports, like `1.33`");
    }

    #[test]
    fn a_machine_image_is_of_the_version_of_its_nodes() {
        insta::assert_snapshot!(problems(&nodes("    release_version = \"1.32.9-20251112\"")), @r#"8:23 SW352 this is an image of version `1.32`, and the nodes follow the cluster's, `1.33`; use a release of that version, or say that the nodes stay behind: `version = "1.32"`"#);
        insta::assert_snapshot!(problems(&nodes("    version = \"1.31\"\n    release_version = \"1.32.9-20251112\"")), @"9:23 SW352 this is an image of version `1.32`, and the nodes are of `1.31`; let both say the same version");
        assert_eq!(
            problems(&nodes("    version = \"1.32\"\n    release_version = \"1.32.9-20251112\"")),
            ""
        );
        insta::assert_snapshot!(problems(&nodes("    ami_type = \"AL2023_ARM_64_STANDARD\"")), @r#"5:22 SW457 `m5.large` cannot run `AL2023_ARM_64_STANDARD`; write `ami_type = "AL2023_x86_64_STANDARD"`, or use another instance type"#);
    }

    #[test]
    fn the_numbers_of_nodes_agree() {
        let more = nodes("    desired = 5").replace("min = 1", "min = 2");
        insta::assert_snapshot!(problems(&more), @"8:15 SW302 5 is not between `min` and `max`; leave it out to begin with `min`");
        insta::assert_snapshot!(problems(&nodes("").replace("min = 1", "min = 4")), @"6:11 SW302 at least 4, but at most 3; use a smaller `min`, or a greater `max`");
    }

    #[test]
    fn a_cluster_works_or_is_refused() {
        let bare = format!(
            "kubernetes_cluster \"main\" {{\n  version = \"1.33\"\n  network = network.main\n  access \"a\" {{ principal_arn = \"arn:aws:iam::123456789012:role/a\" }}\n  node_group \"main\" {{\n    min = 1\n    max = 3\n  }}\n}}\n{}",
            NETWORK.replace("nat  = \"one\"", "zones = 1")
        );
        insta::assert_snapshot!(problems(&bare), @r#"
        1:1 SW103 nobody could enter the cluster; add `access "admins" { … }` with `policy = "AmazonEKSClusterAdminPolicy"`
        1:1 SW103 without `coredns`, `kube-proxy`, `vpc-cni` no node becomes ready; add `addon "coredns" { version = "v…" }`
        3:13 SW307 EKS needs two zones, and `network.main` has 1; set `zones = 2` in `network.main`
        3:13 SW312 `network.main` has no NAT gateway: its private nodes cannot pull images; set `nat = "one"` or `nat = "one_per_zone"` on the network
        4:3 SW103 who enters so may do nothing; say a `policy`, or `groups` that roles in the cluster are bound to
        5:3 SW103 what are the nodes?; add `instance_types = ["m7g.large"]`
        "#);
    }
}
