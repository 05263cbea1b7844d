//! `search`: an OpenSearch domain, and who may ask it.

use crate::component::drawn::{Drawn, Family, Meaning};
use std::fmt;

use super::Network;
use crate::component::{Component, ModuleSource, Outputs, Protect};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::stack::check::Check;
use crate::stack::field::{Literal, Ref};
use crate::stack::lower::Lower;
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::value::Value;
use crate::value::{
    Arn, Invalid, KmsKeyArn, LogRetention, Scalar, ScalarType, SearchInstanceType, SearchName,
    Whole,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A search domain: OpenSearch in a network's private subnets, encrypted where it stands, on
    /// its way and between its nodes.
    ///
    /// Nothing can reach it but what is in its access group and signs its requests with a role of
    /// the account that may: tasks get both by `access = [search.main]`. OpenSearch has no
    /// protection from deletion; its automatic snapshots go with it.
    ///
    /// ```hcl
    /// search "products" {
    ///   network       = network.main
    ///   instance_type = "t3.small.search"
    ///   storage_gib   = 20
    /// }
    /// ```
    pub struct Search {
        /// Its name. Changing it makes another domain.
        name: Option<Value<SearchName>>,
        /// The network in whose private subnets it is. Changing it makes another domain.
        network: Ref<Network>,
        /// OpenSearch's version, which only rises.
        engine_version: Value<SearchVersion> = Value::Literal(SearchVersion::V2_19),
        /// What each data node is: `r7g.large.search`.
        instance_type: Value<SearchInstanceType>,
        /// How many data nodes there are, at least one in each zone; in two zones, an even number.
        instances: Value<Whole<1, 400>> = Value::Literal(Whole::new(1)),
        /// Over how many zones they are spread, one subnet in each.
        zones: Literal<Whole<1, 3>> = Literal(Whole::new(1)),
        /// Nodes that only look after the others. With many data nodes, or where a vote must not
        /// be lost.
        @block masters: Option<Masters>,
        /// The disk of each data node in GiB; not for types that bring their own disks.
        storage_gib: Option<Value<Whole<10, 24_576>>>,
        /// How its disks are made.
        storage_type: Value<SearchStorage> = Value::Literal(SearchStorage::Gp3),
        /// I/O operations a second of each disk, for `gp3`, which has 3000 without it.
        iops: Option<Value<Whole<3000, 80_000>>>,
        /// Throughput of each disk in MiB a second, for `gp3`, which has 125 without it.
        throughput_mibps: Option<Value<Whole<125, 2000>>>,
        /// The key that encrypts it; without it, OpenSearch's own. Changing it makes another domain.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// The protocols and ciphers that it speaks.
        tls_policy: Value<SearchTls> = Value::Literal(SearchTls::Tls12Pfs),
        /// The ARN of the role that gives others access to indices and fields (fine-grained access
        /// control). Without it, who may ask may ask for everything. It can be added, never taken
        /// out.
        master_role_arn: Option<Value<Arn>>,
        /// The hour at which a daily snapshot is taken, in UTC; OpenSearch takes one every hour
        /// beside.
        snapshot_hour: Value<Whole<0, 23>> = Value::Literal(Whole::new(0)),
        /// The logs that go to CloudWatch.
        log_exports: Vec<Literal<SearchLog>> = vec![Literal(SearchLog::Application)],
        /// For how many days CloudWatch keeps them.
        log_retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// The key that encrypts them there; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        logs_kms_key_arn: Option<Value<KmsKeyArn>>,
        /// False to let Terraform destroy it: what is in it is lost with its snapshots. AWS itself
        /// refuses nothing.
        protect: Protect,
        /// True to make the role by which OpenSearch enters networks. An account has it once: the
        /// console made it, or another stack (Amazon OpenSearch Service Developer Guide, "Using
        /// service-linked roles").
        service_linked_role: Literal<bool> = Literal(false),
    }
}

block! {
    /// Nodes that only look after the others (Amazon OpenSearch Service Developer Guide, "Dedicated
    /// master nodes").
    pub struct Masters {
        /// What each is: `m7g.medium.search`.
        instance_type: Value<SearchInstanceType>,
        /// How many there are.
        instances: Value<MasterCount> = Value::Literal(MasterCount(3)),
    }
}

choice! {
    /// A version of OpenSearch (Amazon OpenSearch Service Developer Guide, "Supported versions").
    pub enum SearchVersion {
        V1_3 = "1.3",
        V2_11 = "2.11",
        V2_13 = "2.13",
        V2_15 = "2.15",
        V2_17 = "2.17",
        V2_19 = "2.19",
        V3_1 = "3.1",
        V3_3 = "3.3",
    }
}

choice! {
    /// How the disks of a search domain are made.
    pub enum SearchStorage {
        /// General purpose; its speed grows with its size.
        Gp2 = "gp2",
        /// General purpose; its speed does not depend on its size.
        Gp3 = "gp3",
    }
}

choice! {
    /// The protocols and ciphers of a search domain (Amazon OpenSearch Service API Reference,
    /// "DomainEndpointOptions").
    pub enum SearchTls {
        /// TLS 1.2 and 1.3, with forward secrecy.
        Tls12Pfs = "Policy-Min-TLS-1-2-PFS-2023-10",
        /// TLS 1.2.
        Tls12 = "Policy-Min-TLS-1-2-2019-07",
        /// TLS 1.2 and 1.3 with what FIPS allows.
        Fips = "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
    } else old_tls
}

fn old_tls(text: &str) -> Option<Invalid> {
    (text == "Policy-Min-TLS-1-0-2019-07").then(|| {
        Invalid::new(codes::BAD_VALUE, "TLS 1.0 is broken")
            .help(format!("use `{}`", SearchTls::Tls12Pfs))
    })
}

choice! {
    /// A log of a search domain (Amazon OpenSearch Service Developer Guide, "Monitoring OpenSearch
    /// logs with Amazon CloudWatch Logs").
    pub enum SearchLog {
        /// What happens to it.
        Application = "ES_APPLICATION_LOGS",
        /// Writes that took long.
        IndexSlow = "INDEX_SLOW_LOGS",
        /// Searches that took long.
        SearchSlow = "SEARCH_SLOW_LOGS",
        /// Who asked for what; only with `master_role_arn`.
        Audit = "AUDIT_LOGS",
    }
}

/// How many master nodes a domain has: an odd number, so that a vote is never a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterCount(u8);

impl fmt::Display for MasterCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for MasterCount {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "3 or 5";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "3" => Ok(Self(3)),
            "5" => Ok(Self(5)),
            _ => Err(Invalid::new(
                codes::OUT_OF_RANGE,
                "master nodes are 3 or 5, so that most of them always agree",
            )
            .help("use `3`, which is enough for most")),
        }
    }
}

impl Component for Search {
    const KIND: &'static str = "search";
    const FILE: &'static str = "searches.tf";
    const DRAWN: Drawn = Drawn::new(Family::Data, Meaning::ACCESS);
    const MODULE: Option<ModuleSource> = Some(module_source!("search"));

    fn protect(&self) -> Option<Protect> {
        Some(self.protect)
    }

    fn outputs() -> Outputs {
        outputs! {
            "The id of the security group whose members may connect." access_group_id,
            "The domain's ARN." arn,
            "The host name to ask, by HTTPS." host,
            "The domain's name." name,
        }
    }

    fn check(&self, check: &Check<'_>) {
        check.default_name(self.name.as_ref(), &self.origin);
        self.check_zones(check);
        self.check_types(check);
        self.check_storage(check);
        self.check_logs(check);
        if let Some(arn) = self.master_role_arn.as_ref().and_then(Value::literal)
            && (arn.service() != "iam" || !arn.resource().starts_with("role/"))
        {
            let message = "this is the ARN of no role".to_owned();
            let help = "write `arn:aws:iam::<account>:role/<name>`";
            self.refuse(check, codes::BAD_VALUE, "master_role_arn", message, help);
        }
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        names.add("search domain", stem.as_str());
        for group in ["search", "search-access"] {
            names.security_group(&self.network.label, group);
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        lower.add_call::<Self>(call);
    }
}

impl Search {
    fn refuse(&self, check: &Check<'_>, code: Code, field: &str, message: String, help: &str) {
        check.report(Diagnostic::error(code, message).at(self.origin.field(field), "").help(help));
    }

    /// Nodes are spread evenly over two zones, and stand in each of three (Amazon OpenSearch
    /// Service Developer Guide, "Configuring a multi-AZ domain in Amazon OpenSearch Service").
    fn check_zones(&self, check: &Check<'_>) {
        let zones = self.zones.get();
        if let Some(network) = check.get(&self.network)
            && let Some(has) = network.subnets(false)
            && i64::try_from(has).is_ok_and(|has| has < zones)
        {
            check.report(
                Diagnostic::error(
                    codes::TOO_FEW_ZONES,
                    format!("`network.{}` has fewer zones than {zones}", self.network.label),
                )
                .at(self.origin.field("zones"), "")
                .also(network.zones_span(), "its zones")
                .help("give the network more zones, or spread over fewer"),
            );
        }
        let Some(instances) = self.instances.literal().map(|instances| instances.get()) else {
            return;
        };
        if instances < zones {
            let message = format!("{instances} nodes cannot stand in {zones} zones");
            let help = format!("use at least {zones}");
            self.refuse(check, codes::CONFLICT, "instances", message, &help);
        } else if zones == 2 && instances % 2 != 0 {
            let message = format!("{instances} nodes cannot be spread evenly over two zones");
            let help = format!("use {} or {}", instances - 1, instances + 1);
            self.refuse(check, codes::CONFLICT, "instances", message, &help);
        }
    }

    /// What the small types cannot do (Amazon OpenSearch Service Developer Guide, "Supported
    /// instance types in Amazon OpenSearch Service").
    fn check_types(&self, check: &Check<'_>) {
        let Some(data) = self.instance_type.literal() else { return };
        if data.hardware() == "t2" {
            let message = format!("`{data}` encrypts nothing where it stands");
            let help = "use `t3.small.search`";
            self.refuse(check, codes::CONFLICT, "instance_type", message, help);
        }
        let instances = self.instances.literal().map_or(0, |instances| instances.get());
        if data.is_burstable() && instances > 10 {
            let message = format!("a domain has at most 10 nodes of `{data}`");
            let help = "use fewer, or a larger type";
            self.refuse(check, codes::OUT_OF_RANGE, "instances", message, help);
        }
    }

    fn check_storage(&self, check: &Check<'_>) {
        let Some(data) = self.instance_type.literal() else { return };
        match (&self.storage_gib, data.has_disks()) {
            (None, false) => {
                let message = format!("`{data}` has no disk of its own");
                let help = "add `storage_gib = 20`";
                self.refuse(check, codes::MISSING_FIELD, "storage_gib", message, help);
            }
            (Some(_), true) => {
                let message = format!("`{data}` brings its own disks");
                self.refuse(check, codes::CONFLICT, "storage_gib", message, "leave it out");
            }
            _ => {}
        }
        for field in ["iops", "throughput_mibps"] {
            let gp2 = self.storage_type == Value::Literal(SearchStorage::Gp2);
            if self.origin.wrote(field) && (gp2 || data.has_disks()) {
                let message = match gp2 {
                    true => format!("`gp2` storage takes no `{field}`"),
                    false => format!("`{data}` brings its own disks, which take no `{field}`"),
                };
                self.refuse(check, codes::CONFLICT, field, message, "leave it out");
            }
        }
    }

    fn check_logs(&self, check: &Check<'_>) {
        let logs: Vec<SearchLog> = self.log_exports.iter().map(|log| log.0).collect();
        for (index, log) in logs.iter().enumerate() {
            if logs[..index].contains(log) {
                let message = format!("`{log}` stands twice");
                self.refuse(check, codes::DUPLICATE, "log_exports", message, "take one out");
            }
        }
        if logs.contains(&SearchLog::Audit) && self.master_role_arn.is_none() {
            let message = format!("there is no `{}` without fine-grained access", SearchLog::Audit);
            let help = "set `master_role_arn`, too";
            self.refuse(check, codes::CONFLICT, "log_exports", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    fn search(fields: &str) -> String {
        format!(
            "search \"main\" {{\n  network = network.main\n{}\n}}\nnetwork \"main\" {{ cidr = \"10.0.0.0/16\" }}\n",
            fields.trim_matches('\n')
        )
    }

    #[test]
    fn a_minimal_domain_has_one_node() {
        insta::assert_snapshot!(
            rendered("searches.tf", &search("  instance_type = \"t3.small.search\"\n  storage_gib = 20")),
            @r#"
        module "search_main" {
          source = "../../modules/search"

          name          = "test-main"
          network       = module.network_main
          instance_type = "t3.small.search"
          storage_gib   = 20
        }
        "#
        );
    }

    #[test]
    fn a_full_domain_says_only_what_is_unusual() {
        insta::assert_snapshot!(
            rendered(
                "searches.tf",
                &search(
                    r#"
  name             = "shop"
  engine_version   = "3.1"
  instance_type    = "r7g.large.search"
  instances        = 4
  zones            = 2
  storage_gib      = 200
  iops             = 4000
  throughput_mibps = 250
  tls_policy       = "Policy-Min-TLS-1-2-2019-07"
  master_role_arn  = "arn:aws:iam::123456789012:role/search-admin"
  snapshot_hour    = 3
  log_exports      = ["ES_APPLICATION_LOGS", "AUDIT_LOGS"]
  service_linked_role = true
  masters {
    instance_type = "m7g.medium.search"
  }
"#
                )
            ),
            @r#"
        module "search_main" {
          source = "../../modules/search"

          name                = "shop"
          network             = module.network_main
          engine_version      = "3.1"
          instance_type       = "r7g.large.search"
          instances           = 4
          zones               = 2
          storage_gib         = 200
          iops                = 4000
          throughput_mibps    = 250
          tls_policy          = "Policy-Min-TLS-1-2-2019-07"
          master_role_arn     = "arn:aws:iam::123456789012:role/search-admin"
          snapshot_hour       = 3
          log_exports         = ["ES_APPLICATION_LOGS", "AUDIT_LOGS"]
          service_linked_role = true

          masters = {
            instance_type = "m7g.medium.search"
          }
        }
        "#
        );
    }

    #[test]
    fn nodes_are_spread_over_zones_that_are_there() {
        let fields = "  instance_type = \"r7g.large.search\"\n  storage_gib = 20\n";
        insta::assert_snapshot!(problems(&search(&format!("{fields}  zones = 3"))), @"
        1:1 SW312 1 nodes cannot stand in 3 zones; use at least 3
        5:11 SW307 `network.main` has fewer zones than 3; give the network more zones, or spread over fewer
        ");
        insta::assert_snapshot!(problems(&search(&format!("{fields}  zones = 2\n  instances = 3"))), @"6:15 SW312 3 nodes cannot be spread evenly over two zones; use 2 or 4");
    }

    #[test]
    fn types_have_what_they_are_asked_for() {
        insta::assert_snapshot!(problems(&search("  instance_type = \"t2.small.search\"\n  instances = 12")), @"
        1:1 SW103 `t2.small.search` has no disk of its own; add `storage_gib = 20`
        3:19 SW312 `t2.small.search` encrypts nothing where it stands; use `t3.small.search`
        4:15 SW202 a domain has at most 10 nodes of `t2.small.search`; use fewer, or a larger type
        ");
        insta::assert_snapshot!(
            problems(&search("  instance_type = \"i4i.large.search\"\n  storage_gib = 20\n  iops = 4000")),
            @"
        4:17 SW312 `i4i.large.search` brings its own disks; leave it out
        5:10 SW312 `i4i.large.search` brings its own disks, which take no `iops`; leave it out
        "
        );
        insta::assert_snapshot!(
            problems(&search("  instance_type = \"m7g.large.search\"\n  storage_gib = 20\n  storage_type = \"gp2\"\n  throughput_mibps = 250")),
            @"6:22 SW312 `gp2` storage takes no `throughput_mibps`; leave it out"
        );
    }

    #[test]
    fn two_masters_old_tls_and_unknown_versions_are_refused() {
        insta::assert_snapshot!(
            problems(&search("  instance_type = \"m7g.large.search\"\n  storage_gib = 20\n  tls_policy = \"Policy-Min-TLS-1-0-2019-07\"\n  engine_version = \"2.18\"\n  masters {\n    instance_type = \"m7g.large\"\n    instances = 2\n  }")),
            @"
        5:16 SW201 TLS 1.0 is broken; use `Policy-Min-TLS-1-2-PFS-2023-10`
        6:20 SW201 `2.18` is not one of `1.3`, `2.11`, `2.13`, `2.15`, `2.17`, `2.19`, `3.1` or `3.3`; did you mean `2.11`?
        8:21 SW201 `m7g.large` is no instance type; write its hardware, its size and `.search`: `r7g.large.search`
        9:17 SW202 master nodes are 3 or 5, so that most of them always agree; use `3`, which is enough for most
        "
        );
    }

    #[test]
    fn audit_logs_want_a_master_role() {
        insta::assert_snapshot!(
            problems(&search("  instance_type = \"m7g.large.search\"\n  storage_gib = 20\n  log_exports = [\"AUDIT_LOGS\", \"AUDIT_LOGS\"]")),
            @"
        5:17 SW104 `AUDIT_LOGS` stands twice; take one out
        5:17 SW312 there is no `AUDIT_LOGS` without fine-grained access; set `master_role_arn`, too
        "
        );
        insta::assert_snapshot!(
            problems(&search("  instance_type = \"m7g.large.search\"\n  storage_gib = 20\n  master_role_arn = \"arn:aws:iam::123456789012:user/admin\"")),
            @"5:21 SW201 this is the ARN of no role; write `arn:aws:iam::<account>:role/<name>`"
        );
    }
}
