//! `network`: a VPC with its subnets.

use hcl::edit::expr::Expression as Source;

use crate::component::{Component, ModuleSource, Outputs};
use crate::diagnostic::{Diagnostic, codes};
use crate::hcl::{Block, Expr};
use crate::stack::block::FieldInfo;
use crate::stack::check::Check;
use crate::stack::field::{Field, Type};
use crate::stack::lower::Lower;
use crate::stack::read::Reader;
use crate::stack::value::Value;
use crate::value::{Scalar as _, ScalarType, VpcCidr, Whole, ZoneName};
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
        /// Its IPv4 addresses.
        cidr: Value<VpcCidr>,
        /// How many availability zones it spans (the region's first ones), or which.
        zones: Zones = Zones::Count(2),
        /// How many bits a subnet's prefix is longer than the network's: 8 makes `/24` subnets of
        /// a `/16`.
        subnet_bits: Value<Whole<1, 12>> = Value::Literal(Whole::new(8)),
        /// NAT gateways, for private subnets that must reach the internet: each costs about as
        /// much as a small database.
        nat: Value<Nat> = Value::Literal(Nat::None),
    }
}

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
}

impl Component for Network {
    const KIND: &'static str = "network";
    const FILE: &'static str = "network.tf";
    const MODULE: Option<ModuleSource> = Some(module_source!("network"));

    fn outputs() -> Outputs {
        outputs! {
            "The VPC's IPv4 addresses." cidr,
            "The VPC's id." id,
            "The ids of the private subnets, one a zone." private_subnet_ids[list],
            "The ids of the public subnets, one a zone." public_subnet_ids[list],
        }
    }

    fn derived() -> Vec<FieldInfo> {
        vec![FieldInfo::derived(
            "zones",
            <Zones as Field>::ty(),
            "The availability zones it spans.",
        )]
    }

    fn check(&self, check: &Check<'_>) {
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

    fn lower(&self, lower: &mut Lower<'_>) {
        let mut call = lower.call(self);
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

impl Network {
    /// Subnets are `/28` or larger, and both halves of the range hold one for each zone (Amazon VPC
    /// User Guide, "Subnet CIDR blocks").
    fn check_sizes(&self, check: &Check<'_>) {
        let (Some(cidr), Some(bits)) = (self.cidr.literal(), self.subnet_bits.literal()) else {
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
}
