//! IPv4 address ranges.

use std::fmt;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

/// An IPv4 network in CIDR notation, without host bits: `10.0.0.0/8` (RFC 4632, "Classless
/// Inter-domain Routing"; Amazon EC2 API Reference, "IpRange").
///
/// ```
/// use stackwright::value::{Cidr, Scalar};
///
/// let office = Cidr::parse("10.1.0.0/16").unwrap();
/// assert!(Cidr::parse("10.0.0.0/8").unwrap().contains(&office));
/// assert!(Cidr::parse("10.1.2.3/16").unwrap_err().help.unwrap().ends_with("try `10.1.0.0/16`"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(Ipv4Net);

impl Cidr {
    /// The network's first address.
    pub fn address(&self) -> Ipv4Addr {
        self.0.network()
    }

    /// The number of leading bits that all of its addresses share.
    pub fn prefix(&self) -> u8 {
        self.0.prefix_len()
    }

    /// True when some address is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// True when every address of `other` is also in this one.
    pub fn contains(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for Cidr {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "an IPv4 network without host bits: `10.0.0.0/8`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        without_host_bits(network(text, 32)?)
    }
}

fn refuse(message: String) -> Invalid {
    Invalid::new(codes::BAD_CIDR, message)
}

/// The address and prefix as they are written. Where no prefix is, `usual` is offered.
fn network(text: &str, usual: u8) -> Result<Ipv4Net, Invalid> {
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    let Ok(ip) = address.parse::<Ipv4Addr>() else {
        let help = match address.contains(':') {
            true => "IPv6 is not supported; write an IPv4 network like `10.0.0.0/16`",
            false => {
                "write four numbers from 0 to 255, without leading zeros, and a prefix: `10.0.0.0/16`"
            }
        };
        return Err(refuse(format!("{} is not an IPv4 address", quote(address)))
            .at(0..address.len())
            .help(help));
    };
    if prefix.is_empty() {
        return Err(refuse(format!("{} has no prefix length", quote(text)))
            .help("say how many leading bits all of its addresses share")
            .try_this(Ipv4Net::new_assert(ip, usual).trunc()));
    }
    let length = prefix.parse::<u8>().ok().filter(|length| length.to_string() == prefix);
    length.and_then(|length| Ipv4Net::new(ip, length).ok()).ok_or_else(|| {
        refuse(format!("{} is not a prefix length", quote(prefix)))
            .at(text.len() - prefix.len()..text.len())
            .help("use a whole number from 0 to 32")
    })
}

fn without_host_bits(network: Ipv4Net) -> Result<Cidr, Invalid> {
    if network.addr() == network.network() {
        return Ok(Cidr(network));
    }
    let (prefix, first) = (network.prefix_len(), network.network());
    Err(refuse(format!("`{network}` has host bits set"))
        .help(format!("the /{prefix} network of this address begins at `{first}`"))
        .try_this(network.trunc()))
}

/// The range of a VPC or a subnet: a [`Cidr`] from /16 to /28 (Amazon VPC User Guide, "VPC CIDR
/// blocks").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VpcCidr(Cidr);

impl VpcCidr {
    /// The same range as any other.
    pub fn cidr(&self) -> &Cidr {
        &self.0
    }
}

impl fmt::Display for VpcCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for VpcCidr {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "an IPv4 network from /16 to /28, without host bits: `10.0.0.0/16`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let network = network(text, 16)?;
        let prefix = network.prefix_len();
        let size = match prefix {
            0..16 => "large",
            16..=28 => return without_host_bits(network).map(Self),
            _ => "small",
        };
        let slash = text.find('/').unwrap_or_default();
        let nearest = Ipv4Net::new_assert(network.addr(), prefix.clamp(16, 28)).trunc();
        Err(refuse(format!("a /{prefix} network is too {size} for a VPC"))
            .at(slash..text.len())
            .help("use a prefix from /16 to /28")
            .try_this(nearest))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    const RANGES: &[&str] = &["0.0.0.0/0", "10.0.0.0/8", "172.17.0.0/16", "203.0.113.7/32"];

    #[test]
    fn every_prefix_without_host_bits_is_accepted() {
        good::<Cidr>(RANGES);
        good::<VpcCidr>(&["172.17.0.0/16", "10.0.0.240/28"]);
    }

    #[test]
    fn host_bits_are_refused_with_the_network_that_has_them() {
        bad::<Cidr>(&[
            ("172.17.0.1/16", "", "try `172.17.0.0/16`"),
            ("10.0.0.1/0", "", "try `0.0.0.0/0`"),
        ]);
    }

    #[test]
    fn what_is_malformed_is_pointed_at() {
        bad::<Cidr>(&[
            ("10.0.0/8", "10.0.0", "not an IPv4 address"),
            ("10.0.0.256/8", "10.0.0.256", "from 0 to 255"),
            ("10.0.0.0/33", "33", "from 0 to 32"),
            ("10.0.0.0/08", "08", "not a prefix length"),
            ("10.0.0.0", "", "try `10.0.0.0/32`"),
            ("fd00::/8", "fd00::", "IPv6 is not supported"),
        ]);
    }

    #[test]
    fn a_vpc_is_neither_too_large_nor_too_small() {
        bad::<VpcCidr>(&[
            ("10.0.0.0/8", "/8", "try `10.0.0.0/16`"),
            ("10.0.0.4/30", "/30", "try `10.0.0.0/28`"),
            ("10.0.0.0", "", "try `10.0.0.0/16`"),
            ("10.0.3.0/20", "", "try `10.0.0.0/20`"),
        ]);
    }

    #[test]
    fn ranges_overlap_when_one_contains_the_other() {
        let cidr = |text| Cidr::parse(text).unwrap();
        for (one, other, overlap) in [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/16", "10.1.0.0/16", false),
            ("10.0.0.0/16", "10.0.0.0/16", true),
            ("0.0.0.0/0", "203.0.113.7/32", true),
        ] {
            assert_eq!(cidr(one).overlaps(&cidr(other)), overlap, "{one} {other}");
            assert_eq!(cidr(other).overlaps(&cidr(one)), overlap, "{other} {one}");
        }
        assert!(cidr("10.0.0.0/8").contains(&cidr("10.1.0.0/16")));
        assert!(!cidr("10.1.0.0/16").contains(&cidr("10.0.0.0/8")));
    }

    #[test]
    fn any_text_is_a_range_or_refused_with_a_reason() {
        sound::<Cidr>(RANGES);
        sound::<VpcCidr>(&["172.17.0.0/16", "10.0.0.240/28"]);
    }
}
