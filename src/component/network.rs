//! `network`: a VPC with its subnets.

use crate::component::drawn::{Drawn, Family, Meaning};
use hcl::edit::expr::Expression as Source;

use super::Bucket;
use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::hcl::{Block, Expr};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field, ListOf, Literal, Map, Ref, Type, Unpassed};
use crate::stack::lower::{Call, Lower};
use crate::stack::names::{AwsName, AwsNames};
use crate::stack::read::Reader;
use crate::stack::value::Value;
use crate::value::{
    FlowLogInterval, Invalid, KmsKeyArn, LogRetention, RoleName, Scalar as _, ScalarType, SubnetId,
    VpcCidr, VpcId, Whole, ZoneName,
};
use crate::{block, choice, module_source, outputs};

block! {
    /// A VPC with a public and a private subnet in each zone, and an internet gateway.
    ///
    /// The numbering of the subnets does not depend on the number of zones: zone `i` has the
    /// `i`-th private block from the start of the range and the `i`-th public block from its
    /// middle. So zones can be added without moving anything.
    pub struct Network {
        /// The name that its resources are tagged with.
        name: Option<Value<String>>,
        /// Its IPv4 addresses. Only an `existing` one has them already.
        cidr: Option<Value<VpcCidr>>,
        /// How many availability zones it spans (the region's first ones), or which.
        zones: Zones = Zones::Count(2),
        /// How many bits a subnet's prefix is longer than the network's: 8 makes `/24` subnets of
        /// a `/16`.
        subnet_bits: Value<Whole<1, 12>> = Value::Literal(Whole::new(8)),
        /// NAT gateways, for private subnets that must reach the internet: each costs about as
        /// much as a small database.
        nat: Value<Nat> = Value::Literal(Nat::None),
        /// AWS's services that its subnets reach without the internet. `s3` and `dynamodb` cost
        /// nothing; each other one costs by the hour in each zone, and answers in the private
        /// subnets.
        endpoints: Vec<Literal<Endpoint>>,
        /// A record of its traffic.
        @block flow_logs: Option<FlowLogs>,
        /// A network that is there already, and stays as it is: it takes the place of every other
        /// field.
        @block existing: Unpassed<Option<Existing>>,
    }
}

block! {
    /// A record of who talks to whom in a network (Amazon VPC User Guide, "Logging IP traffic using
    /// VPC Flow Logs").
    pub struct FlowLogs {
        /// The bucket that keeps it, in Parquet files below `AWSLogs/`. Without it CloudWatch
        /// does, which costs more and shows it sooner.
        bucket: Option<Ref<Bucket>>,
        /// For how many days CloudWatch keeps it.
        retention_days: Value<LogRetention> = Value::Literal(LogRetention::MONTH),
        /// The key that encrypts it in CloudWatch; without it, CloudWatch's own. Its policy must let
        /// CloudWatch Logs use it: that of a `key` of the stack does.
        kms_key_arn: Option<Value<KmsKeyArn>>,
        /// What is recorded.
        traffic: Value<Traffic> = Value::Literal(Traffic::All),
        /// The seconds of traffic that one line sums up.
        interval_s: Value<FlowLogInterval> = Value::Literal(FlowLogInterval::LONG),
    }
}

block! {
    /// A network that is there already: by ids, or by tags that only it has. Its public subnets
    /// have a route to the internet; its private ones hold what nobody outside reaches.
    pub struct Existing {
        /// The VPC's id.
        vpc_id: Option<Value<VpcId>>,
        /// The VPC's tags.
        tags: Map<Value<String>>,
        /// The ids of the private subnets, one a zone.
        private_subnet_ids: ListOf<Value<SubnetId>>,
        /// The tags of the private subnets.
        private_subnet_tags: Map<Value<String>>,
        /// The ids of the public subnets, one a zone.
        public_subnet_ids: ListOf<Value<SubnetId>>,
        /// The tags of the public subnets.
        public_subnet_tags: Map<Value<String>>,
    }
}

choice! {
    /// What a flow log records.
    pub enum Traffic {
        /// What was let through.
        Accept = "ACCEPT",
        /// What was not.
        Reject = "REJECT",
        /// Both.
        All = "ALL",
    }
}

choice! {
    /// A service that an endpoint leads to, by the end of its name (Amazon VPC, "AWS services that
    /// integrate with AWS PrivateLink").
    pub enum Endpoint {
        /// Routes to S3.
        S3 = "s3",
        /// Routes to DynamoDB.
        Dynamodb = "dynamodb",
        Athena = "athena",
        BedrockRuntime = "bedrock-runtime",
        /// EBS's direct interface to snapshots.
        Ebs = "ebs",
        Ec2 = "ec2",
        Ec2Messages = "ec2messages",
        /// What images are, by their tags. Their layers come from `ecr.dkr` and `s3`.
        EcrApi = "ecr.api",
        /// What images are made of.
        EcrDkr = "ecr.dkr",
        Ecs = "ecs",
        EcsAgent = "ecs-agent",
        EcsTelemetry = "ecs-telemetry",
        Elasticfilesystem = "elasticfilesystem",
        Elasticloadbalancing = "elasticloadbalancing",
        Email = "email-smtp",
        Events = "events",
        ExecuteApi = "execute-api",
        Firehose = "kinesis-firehose",
        Glue = "glue",
        Kinesis = "kinesis-streams",
        Kms = "kms",
        Lambda = "lambda",
        /// CloudWatch Logs.
        Logs = "logs",
        /// CloudWatch's metrics.
        Monitoring = "monitoring",
        Rds = "rds",
        Scheduler = "scheduler",
        Secretsmanager = "secretsmanager",
        Sns = "sns",
        Sqs = "sqs",
        Ssm = "ssm",
        /// What ECS Exec and Session Manager talk through.
        Ssmmessages = "ssmmessages",
        /// Step Functions.
        States = "states",
        Sts = "sts",
        Xray = "xray",
    } else whole_name
}

fn whole_name(text: &str) -> Option<Invalid> {
    let rest = text.strip_prefix("com.amazonaws.")?;
    let (_, service) = rest.split_once('.')?;
    Endpoint::parse(service).ok().map(|service| {
        Invalid::new(codes::BAD_VALUE, "the region is the network's own")
            .help(format!("write `{service}`"))
    })
}

/// The module of an existing network.
const EXISTING: ModuleSource = module_source!("existing_network");

/// The fields of a network that is made.
const MADE: [&str; 7] = ["name", "cidr", "zones", "subnet_bits", "nat", "endpoints", "flow_logs"];

choice! {
    /// How many NAT gateways a network has.
    pub enum Nat {
        /// Private subnets do not reach the internet.
        None = "none",
        /// One for all zones; its zone is a single point of failure.
        One = "one",
        /// One in each zone.
        OnePerZone = "one_per_zone",
    }
}

/// The availability zones of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Zones {
    /// The region's first ones.
    Count(u8),
    /// These.
    Names(Vec<ZoneName>),
}

impl Zones {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Count(count) => usize::from(*count),
            Self::Names(names) => names.len(),
        }
    }
}

crate::build::values!([] Zones);

impl Field for Zones {
    fn ty() -> Type {
        Type::List(Box::new(Type::Scalar(ScalarType::String, ZoneName::RULE)))
    }

    fn from_expr(reader: &Reader<'_>, source: &Source) -> Option<Self> {
        match source {
            Source::Array(array) => {
                let names: Vec<Option<ZoneName>> =
                    array.iter().map(|item| reader.scalar(item)).collect();
                names.into_iter().collect::<Option<_>>().map(Self::Names)
            }
            Source::Number(_) => {
                let count: Whole<1, 6> = reader.scalar(source)?;
                u8::try_from(count.get()).ok().map(Self::Count)
            }
            _ => {
                reader.report(
                    Diagnostic::error(
                        codes::WRONG_TYPE,
                        "expected a number of zones, or their names",
                    )
                    .at(reader.span(source), "")
                    .help("write `zones = 2` or `zones = [\"us-west-2a\", \"us-west-2b\"]`"),
                );
                None
            }
        }
    }

    fn argument(&self) -> Option<Expr> {
        None
    }

    fn value(&self) -> Expr {
        match self {
            Self::Count(count) => Expr::from(i64::from(*count)),
            Self::Names(names) => Expr::list(names.iter().map(ToString::to_string)),
        }
    }
}

impl Component for Network {
    const KIND: &'static str = "network";
    const FILE: &'static str = "network.tf";
    const DRAWN: Drawn = Drawn::new(Family::Network, Meaning::In);
    const MODULE: Option<ModuleSource> = Some(module_source!("network"));
    const OTHER_MODULES: &'static [ModuleSource] = &[EXISTING];

    fn module(&self) -> Option<ModuleSource> {
        match *self.existing {
            Some(_) => Some(EXISTING),
            None => Self::MODULE,
        }
    }

    fn outputs() -> Outputs {
        outputs! {
            "The VPC's IPv4 addresses." cidr,
            "The VPC's id." id,
            "The ids of the private subnets, one a zone." private_subnet_ids[list],
            "The ids of the public subnets, one a zone." public_subnet_ids[list],
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![
            FieldInfo::derived("cidr", <Value<VpcCidr>>::ty(), "Its IPv4 addresses."),
            FieldInfo::derived("zones", <Zones as Field>::ty(), "The availability zones it spans."),
        ]
    }

    fn check(&self, check: &Check<'_>) {
        if let Some(existing) = &*self.existing {
            self.check_existing(check, existing);
            return;
        }
        if self.cidr.is_none() {
            check.report(
                Diagnostic::error(codes::MISSING_FIELD, "`cidr` is missing")
                    .at(self.origin.head, "")
                    .help("say which addresses it has: `cidr = \"10.0.0.0/16\"`; or take a network that is there by `existing`"),
            );
        }
        self.check_endpoints(check);
        self.check_flow_logs(check);
        let span = self.origin.field("zones");
        if let Zones::Names(names) = &self.zones {
            let mut sorted: Vec<String> = names.iter().map(ToString::to_string).collect();
            sorted.sort_unstable();
            if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("zone `{}` stands twice", pair[0]))
                        .at(span, ""),
                );
            }
            if let Some(region) = check.stack.settings.region.literal() {
                for zone in names.iter().map(ToString::to_string) {
                    if !zone.starts_with(&region.to_string()) {
                        check.report(
                            Diagnostic::error(
                                codes::CONFLICT,
                                format!("zone `{zone}` is not in region `{region}`"),
                            )
                            .at(span, "")
                            .also(check.stack.settings.origin.field("region"), "the region"),
                        );
                    }
                }
            }
        }
        self.check_sizes(check);
    }

    fn aws_names(&self, check: &Check<'_>) -> Vec<AwsName> {
        let mut names = AwsNames::of(check, self.name.as_ref(), &self.origin);
        let stem = names.stem().to_owned();
        if self.endpoints.iter().any(|endpoint| !endpoint.is_gateway()) {
            names.security_group(check.label, "endpoints");
        }
        if self.flow_logs.as_ref().is_some_and(|logs| logs.bucket.is_none()) {
            names.add("log group", format!("/aws/vpc/{stem}"));
            names.role("-flow-logs");
        }
        names.names
    }

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
        if let Some(existing) = &*self.existing {
            existing.lower(lower, &mut call);
            lower.add_call::<Self>(call);
            return;
        }
        if self.name.is_none() {
            call.set_first("name", lower.name());
        }
        let zones = match &self.zones {
            Zones::Names(names) => Expr::list(names.iter().map(ToString::to_string)),
            Zones::Count(count) => {
                let zones = lower.data_with(
                    Block::new("data", ["aws_availability_zones", "available"])
                        .attribute("state", "available")
                        .block(
                            // Local zones must be opted into, and hold no load balancers.
                            Block::new("filter", [] as [&str; 0])
                                .attribute("name", "opt-in-status")
                                .attribute("values", Expr::list(["opt-in-not-required"])),
                        ),
                    "aws_availability_zones",
                    "available",
                );
                Expr::raw(format!("slice({zones}.names, 0, {count})"))
            }
        };
        call.set("zones", zones);
        lower.add_call::<Self>(call);
    }
}

impl Endpoint {
    /// True for what is a route, not an address (AWS PrivateLink Guide, "Gateway endpoints").
    pub fn is_gateway(self) -> bool {
        matches!(self, Self::S3 | Self::Dynamodb)
    }
}

/// Complains about a network of one zone under what wants two.
pub(super) fn check_two_zones(check: &Check<'_>, reference: &Ref<Network>, what: &str) {
    let few = |network: &&Network| network.subnets(false).is_some_and(|subnets| subnets < 2);
    let Some(network) = check.get(reference).filter(few) else { return };
    let (has, help) = match network.existing.is_some() {
        true => ("one private subnet or none", "add private subnets of two zones"),
        false => ("one zone", "give the network two zones: `zones = 2`"),
    };
    check.report(
        Diagnostic::error(
            codes::TOO_FEW_ZONES,
            format!("`network.{}` has {has}, {what} wants two", reference.label),
        )
        .at(reference.span, "")
        .also(network.zones_span(), "its zones")
        .help(help),
    );
}

impl Existing {
    fn lower(&self, lower: &mut Lower<'_>, call: &mut Call) {
        let label = lower.label.to_owned();
        let mut vpc = Block::new("data", ["aws_vpc", &label]);
        if let Some(id) = &self.vpc_id {
            vpc = vpc.attribute("id", id.expr());
        }
        if let Some(tags) = self.tags.argument() {
            vpc = vpc.attribute("tags", tags);
        }
        let vpc = lower.data_with(vpc, "aws_vpc", &label);
        call.set("id", Expr::raw(format!("{vpc}.id")));
        call.set("cidr", Expr::raw(format!("{vpc}.cidr_block")));
        for (kind, ids, tags) in [
            ("private", &self.private_subnet_ids, &self.private_subnet_tags),
            ("public", &self.public_subnet_ids, &self.public_subnet_tags),
        ] {
            let found = tags.argument().map(|tags| {
                let filter = Block::new("filter", [] as [&str; 0])
                    .attribute("name", "vpc-id")
                    .attribute("values", Expr::list([Expr::raw(format!("{vpc}.id"))]));
                let label = format!("{label}_{kind}");
                let subnets = Block::new("data", ["aws_subnets", &label])
                    .attribute("tags", tags)
                    .block(filter);
                let subnets = lower.data_with(subnets, "aws_subnets", &label);
                // AWS answers in any order.
                Expr::raw(format!("sort({subnets}.ids)"))
            });
            if let Some(ids) = found.or_else(|| ids.argument()) {
                call.set(&format!("{kind}_subnet_ids"), ids);
            }
        }
    }
}

impl Network {
    /// How many private subnets, or public ones, it has, as far as that is known: each is in a zone
    /// of its own.
    pub fn subnets(&self, public: bool) -> Option<usize> {
        let Some(existing) = &*self.existing else { return Some(self.zones.count()) };
        let (ids, tags) = match public {
            true => (&existing.public_subnet_ids, &existing.public_subnet_tags),
            false => (&existing.private_subnet_ids, &existing.private_subnet_tags),
        };
        match ids {
            ListOf::Items(ids) if tags.is_empty() => Some(ids.len()),
            _ => None,
        }
    }

    /// Whether what stands in its private subnets reaches the internet, as far as that is known: by
    /// NAT gateways, or because somebody else sees to it in a network that has no other subnets.
    pub fn private_way_out(&self) -> Option<bool> {
        match &*self.existing {
            Some(_) => (self.subnets(true) == Some(0)).then_some(true),
            None => self.nat.literal().map(|nat| *nat != Nat::None),
        }
    }

    /// True when images can be pulled, and logs written, without the internet (Amazon ECR User
    /// Guide, "Amazon ECR interface VPC endpoints").
    pub fn pulls_by_endpoints(&self) -> bool {
        [Endpoint::EcrApi, Endpoint::EcrDkr, Endpoint::Logs, Endpoint::S3]
            .iter()
            .all(|needed| self.endpoints.iter().any(|endpoint| endpoint.0 == *needed))
    }

    /// Where the number of its zones is said.
    pub fn zones_span(&self) -> Option<Span> {
        match &*self.existing {
            Some(existing) => existing.origin.head,
            None => self.origin.field("zones"),
        }
    }

    fn check_existing(&self, check: &Check<'_>, existing: &Existing) {
        let report = |code, span, message: String, help: &str| {
            check.report(Diagnostic::error(code, message).at(span, "").help(help));
        };
        for field in MADE.into_iter().filter(|field| self.origin.wrote(field)) {
            report(
                codes::CONFLICT,
                self.origin.field(field),
                format!("an existing network has its own `{field}`"),
                "take it out, or take `existing` out to make a network",
            );
        }
        if existing.vpc_id.is_some() != existing.tags.is_empty() {
            report(
                codes::CONFLICT,
                existing.origin.head,
                "a VPC is found in one way".to_owned(),
                "say either `vpc_id` or `tags`",
            );
        }
        for (kind, ids, tags) in [
            ("private", &existing.private_subnet_ids, &existing.private_subnet_tags),
            ("public", &existing.public_subnet_ids, &existing.public_subnet_tags),
        ] {
            if !ids.is_empty() && !tags.is_empty() {
                report(
                    codes::CONFLICT,
                    existing.origin.field(&format!("{kind}_subnet_tags")),
                    format!("{kind} subnets are found in one way"),
                    &format!("say either `{kind}_subnet_ids` or `{kind}_subnet_tags`"),
                );
            }
            let mut seen = Vec::new();
            for id in ids.items().iter().map(Value::template) {
                if seen.contains(&id) {
                    report(
                        codes::DUPLICATE,
                        existing.origin.field(&format!("{kind}_subnet_ids")),
                        format!("`{id}` stands twice"),
                        "take one of them out",
                    );
                }
                seen.push(id);
            }
        }
        if self.subnets(false) == Some(0) && self.subnets(true) == Some(0) {
            report(
                codes::MISSING_FIELD,
                existing.origin.head,
                "nothing says which subnets it has".to_owned(),
                "add `private_subnet_ids`, `public_subnet_ids` or both; or the same by tags",
            );
        }
    }

    /// Fargate asks ECR for an image, and S3 for its layers (Amazon ECR User Guide, "Amazon ECR
    /// interface VPC endpoints").
    fn check_endpoints(&self, check: &Check<'_>) {
        let span = self.origin.field("endpoints");
        let all: Vec<Endpoint> = self.endpoints.iter().map(|endpoint| endpoint.0).collect();
        for (index, endpoint) in all.iter().enumerate() {
            if all[..index].contains(endpoint) {
                check.report(
                    Diagnostic::error(codes::DUPLICATE, format!("`{endpoint}` stands twice"))
                        .at(span, "")
                        .help("take one of them out"),
                );
            }
        }
        let images = [Endpoint::EcrApi, Endpoint::EcrDkr, Endpoint::S3];
        let missing: Vec<_> = images.iter().filter(|needed| !all.contains(needed)).collect();
        let begun = all.contains(&Endpoint::EcrApi) || all.contains(&Endpoint::EcrDkr);
        if let Some(needed) =
            missing.first().filter(|_| begun && self.nat == Value::Literal(Nat::None))
        {
            check.report(
                Diagnostic::warning(
                    codes::CONFLICT,
                    format!("images cannot be pulled without the endpoint `{needed}`"),
                )
                .at(span, "")
                .help("ECR is `ecr.api`, `ecr.dkr` and `s3` together: add what is missing"),
            );
        }
    }

    fn check_flow_logs(&self, check: &Check<'_>) {
        let Some(logs) = &self.flow_logs else { return };
        for (field, message, help) in [
            (
                "retention_days",
                "a bucket keeps what its own rules say",
                "write a `lifecycle_rule` in the bucket",
            ),
            ("kms_key_arn", "a bucket has a key of its own", "set `kms_key_arn` in the bucket"),
        ] {
            if let (Some(bucket), true) = (&logs.bucket, logs.origin.wrote(field)) {
                check.report(
                    Diagnostic::error(codes::CONFLICT, message)
                        .at(logs.origin.field(field), "")
                        .also(bucket.span, "the bucket")
                        .help(help),
                );
            }
        }
        let name =
            self.name.as_ref().map_or_else(|| Some(check.name()), |name| name.literal().cloned());
        if let Some(Err(invalid)) =
            name.filter(|_| logs.bucket.is_none()).map(|name| RoleName::parse(&name))
        {
            check.report(
                Diagnostic::error(
                    invalid.code,
                    format!("a role is named after it: {}", invalid.message),
                )
                .at(self.origin.field("name"), "")
                .help("give it another `name`, or keep the flow logs in a `bucket`"),
            );
        }
    }

    /// Subnets are `/28` or larger, and both halves of the range hold one for each zone (Amazon VPC
    /// User Guide, "Subnet CIDR blocks").
    fn check_sizes(&self, check: &Check<'_>) {
        let (Some(cidr), Some(bits)) =
            (self.cidr.as_ref().and_then(Value::literal), self.subnet_bits.literal())
        else {
            return;
        };
        let bits = bits.get();
        let prefix = i64::from(cidr.cidr().prefix()) + bits;
        if prefix > 28 {
            check.report(
                Diagnostic::error(
                    codes::BAD_CIDR,
                    format!("subnets of `{cidr}` would be `/{prefix}`"),
                )
                .at(self.origin.field("subnet_bits"), "")
                .help(format!(
                    "AWS has subnets down to `/28`: use at most {} here",
                    28 - cidr.cidr().prefix()
                )),
            );
        }
        let half = 1_usize << (bits - 1);
        if self.zones.count() > half {
            check.report(
                Diagnostic::error(
                    codes::BAD_CIDR,
                    format!("{} zones do not fit into `{cidr}`", self.zones.count()),
                )
                .at(self.origin.field("zones"), "")
                .help(format!(
                    "`subnet_bits = {bits}` leaves room for {half} a half; use more bits"
                )),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::component::testing::{problems, rendered};

    #[test]
    fn a_minimal_network_spans_two_zones() {
        insta::assert_snapshot!(
            rendered("network.tf", "network \"main\" {\n  cidr = \"10.0.0.0/16\"\n}"),
            @r#"
        module "network_main" {
          source = "../../modules/network"

          name  = "test-main"
          cidr  = "10.0.0.0/16"
          zones = slice(data.aws_availability_zones.available.names, 0, 2)
        }
        "#
        );
    }

    #[test]
    fn a_full_network_has_endpoints_and_flow_logs() {
        insta::assert_snapshot!(
            rendered(
                "network.tf",
                r#"
network "main" {
  name        = "shop"
  cidr        = "10.0.0.0/16"
  zones       = ["us-west-2a", "us-west-2b"]
  subnet_bits = 4
  nat         = "one"
  endpoints   = ["s3", "ecr.api", "ecr.dkr", "logs"]

  flow_logs {
    retention_days = 90
    traffic        = "REJECT"
    interval_s     = 60
  }
}
"#
            ),
            @r#"
        module "network_main" {
          source = "../../modules/network"

          name        = "shop"
          cidr        = "10.0.0.0/16"
          subnet_bits = 4
          nat         = "one"
          endpoints   = ["s3", "ecr.api", "ecr.dkr", "logs"]
          zones       = ["us-west-2a", "us-west-2b"]

          flow_logs = {
            retention_days = 90
            traffic        = "REJECT"
            interval_s     = 60
          }
        }
        "#
        );
    }

    #[test]
    fn an_existing_network_is_taken_by_ids() {
        let blocks = r#"
network "main" {
  existing {
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    public_subnet_ids  = input.public_subnets
  }
}
input "public_subnets" { type = "list(string)" }
cluster "main" { network = network.main }
"#;
        insta::assert_snapshot!(rendered("network.tf", blocks), @r#"
        module "network_main" {
          source = "../../modules/existing_network"

          id                 = data.aws_vpc.main.id
          cidr               = data.aws_vpc.main.cidr_block
          private_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
          public_subnet_ids  = var.public_subnets
        }
        "#);
        insta::assert_snapshot!(rendered("data.tf", blocks), @r#"
        data "aws_vpc" "main" {
          id = "vpc-0123456789abcdef0"
        }
        "#);
    }

    #[test]
    fn an_existing_network_is_taken_by_tags() {
        let blocks = r#"
network "main" {
  existing {
    tags                = { Name = "shop" }
    private_subnet_tags = { Tier = "private" }
    public_subnet_tags  = { Tier = "public" }
  }
}
"#;
        insta::assert_snapshot!(rendered("network.tf", blocks), @r#"
        module "network_main" {
          source = "../../modules/existing_network"

          id                 = data.aws_vpc.main.id
          cidr               = data.aws_vpc.main.cidr_block
          private_subnet_ids = sort(data.aws_subnets.main_private.ids)
          public_subnet_ids  = sort(data.aws_subnets.main_public.ids)
        }
        "#);
        insta::assert_snapshot!(rendered("data.tf", blocks), @r#"
        data "aws_subnets" "main_private" {
          tags = {
            Tier = "private"
          }

          filter {
            name   = "vpc-id"
            values = [data.aws_vpc.main.id]
          }
        }

        data "aws_subnets" "main_public" {
          tags = {
            Tier = "public"
          }

          filter {
            name   = "vpc-id"
            values = [data.aws_vpc.main.id]
          }
        }

        data "aws_vpc" "main" {
          tags = {
            Name = "shop"
          }
        }
        "#);
    }

    #[test]
    fn tasks_stand_where_they_can_pull_images() {
        let around = r#"
repository "api" {}
image "api" { repository = repository.api }
cluster "main" { network = network.main }
service "api" {
  cluster = cluster.main
  image   = image.api
}
"#;
        let placement = |network: &str| {
            let rendered =
                rendered("services.tf", &format!("network \"main\" {{\n{network}\n}}{around}"));
            rendered
                .lines()
                .find(|line| line.contains("placement"))
                .map(|line| line.trim().to_owned())
        };
        let existing = "  existing {\n    vpc_id = \"vpc-0123456789abcdef0\"\n    private_subnet_ids = [\"subnet-0123456789abcdef0\"]";
        let public = "    public_subnet_ids = [\"subnet-0123456789abcdef1\"]";
        let cidr = "  cidr = \"10.0.0.0/16\"";
        let endpoints = "  endpoints = [\"ecr.api\", \"ecr.dkr\", \"logs\", \"s3\"]";
        for (network, expected) in [
            (cidr.to_owned(), "public"),
            (format!("{cidr}\n  nat = \"one\""), "private"),
            // Endpoints lead to AWS only: what a task asks of others would be lost.
            (format!("{cidr}\n{endpoints}"), "public"),
            (format!("{existing}\n  }}"), "private"),
            (format!("{existing}\n{public}\n  }}"), "public"),
        ] {
            assert_eq!(
                placement(&network),
                Some(format!("placement = \"{expected}\"")),
                "{network}"
            );
        }
    }

    #[test]
    fn a_network_is_made_or_exists() {
        insta::assert_snapshot!(
            problems(
                r#"
network "a" {}
network "b" {
  cidr = "10.0.0.0/16"
  nat  = "one"
  existing {
    vpc_id              = "vpc-0123456789abcdef0"
    tags                = { Name = "shop" }
    private_subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef0"]
    private_subnet_tags = { Tier = "private" }
  }
}
network "c" {
  existing {}
}
network "d" {
  existing {
    vpc_id             = "main"
    private_subnet_ids = ["vpc-0123456789abcdef0"]
  }
}
"#
            ),
            @r#"
        1:1 SW103 `cidr` is missing; say which addresses it has: `cidr = "10.0.0.0/16"`; or take a network that is there by `existing`
        3:10 SW312 an existing network has its own `cidr`; take it out, or take `existing` out to make a network
        4:10 SW312 an existing network has its own `nat`; take it out, or take `existing` out to make a network
        5:3 SW312 a VPC is found in one way; say either `vpc_id` or `tags`
        8:27 SW104 `subnet-0123456789abcdef0` stands twice; take one of them out
        9:27 SW312 private subnets are found in one way; say either `private_subnet_ids` or `private_subnet_tags`
        13:3 SW312 a VPC is found in one way; say either `vpc_id` or `tags`
        13:3 SW103 nothing says which subnets it has; add `private_subnet_ids`, `public_subnet_ids` or both; or the same by tags
        17:26 SW201 `main` is no id; write `vpc-` and its 17 hexadecimal digits; old ones have 8
        18:27 SW201 `vpc-0123456789abcdef0` is no id; write `subnet-` and its 17 hexadecimal digits; old ones have 8
        "#
        );
    }

    #[test]
    fn what_needs_two_zones_is_told_when_an_existing_network_has_one_subnet() {
        insta::assert_snapshot!(
            problems(
                r#"
network "main" {
  existing {
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-0123456789abcdef0"]
  }
}
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
}
load_balancer "inside" {
  network   = network.main
  http_only = true
  internal  = true
}
"#
            ),
            @"
        8:20 SW307 `network.main` has one private subnet or none, a database wants two; add private subnets of two zones
        15:15 SW307 a load balancer needs two public subnets, and `network.main` has 0; add some of two zones to `public_subnet_ids`
        19:15 SW307 a load balancer needs two private subnets, and `network.main` has 1; add some of two zones to `private_subnet_ids`
        "
        );
    }

    #[test]
    fn endpoints_are_known_services_each_once_and_ecr_is_three() {
        insta::assert_snapshot!(
            problems("network \"main\" {\n  cidr = \"10.0.0.0/16\"\n  endpoints = [\"sqs\", \"com.amazonaws.us-west-2.ecr.api\", \"s4\"]\n}"),
            @"
        3:23 SW201 the region is the network's own; write `ecr.api`
        3:58 SW201 `s4` is none of the 34 known values; did you mean `s3`?
        "
        );
        insta::assert_snapshot!(
            problems("network \"main\" {\n  cidr = \"10.0.0.0/16\"\n  endpoints = [\"sqs\", \"ecr.api\", \"ecr.dkr\", \"sqs\"]\n}"),
            @"
        3:15 SW104 `sqs` stands twice; take one of them out
        3:15 SW312 images cannot be pulled without the endpoint `s3`; ECR is `ecr.api`, `ecr.dkr` and `s3` together: add what is missing
        "
        );
    }

    #[test]
    fn flow_logs_of_a_bucket_are_kept_by_its_rules() {
        insta::assert_snapshot!(
            problems(
                r#"
bucket "logs" {}
network "main" {
  cidr = "10.0.0.0/16"
  flow_logs {
    bucket         = bucket.logs
    retention_days = 30
    interval_s     = 30
  }
}
network "two" {
  cidr = "10.1.0.0/16"
  flow_logs {
    bucket         = bucket.logs
    retention_days = 30
  }
}
network "named" {
  name = "the network"
  cidr = "10.2.0.0/16"
  flow_logs {}
}
"#
            ),
            @"
        7:22 SW202 `30` is not one of `60` or `600`; the nearest: `60`
        14:22 SW312 a bucket keeps what its own rules say; write a `lifecycle_rule` in the bucket
        18:10 SW203 a role is named after it: ` ` cannot stand in a role's name; give it another `name`, or keep the flow logs in a `bucket`
        "
        );
    }

    #[test]
    fn subnets_smaller_than_28_are_refused() {
        insta::assert_snapshot!(
            problems("network \"main\" {\n  cidr        = \"10.0.0.0/24\"\n  subnet_bits = 6\n}"),
            @"3:17 SW205 subnets of `10.0.0.0/24` would be `/30`; AWS has subnets down to `/28`: use at most 4 here"
        );
    }

    #[test]
    fn a_zone_of_another_region_is_refused() {
        insta::assert_snapshot!(
            problems("network \"main\" {\n  cidr  = \"10.0.0.0/16\"\n  zones = [\"us-west-2a\", \"us-east-1b\"]\n}"),
            @"3:11 SW312 zone `us-east-1b` is not in region `us-west-2`"
        );
    }

    #[test]
    fn flow_logs_of_a_bucket_have_its_key() {
        insta::assert_snapshot!(problems("network \"a\" {\n  cidr = \"10.0.0.0/16\"\n  flow_logs {\n    bucket = bucket.logs\n    kms_key_arn = var.key\n  }\n}\nbucket \"logs\" {}\n"), @"5:19 SW312 a bucket has a key of its own; set `kms_key_arn` in the bucket");
    }
}
