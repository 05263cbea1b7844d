//! Where in the world something is.

use std::fmt;
use std::sync::LazyLock;

use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::{codes, did_you_mean};

/// Every region and its partition (AWS Regions and Availability Zones, "AWS Regions"; AWS Fault
/// Isolation Boundaries, "Partitions").
const REGIONS: [(&str, &str); 39] = [
    ("af-south-1", "aws"),
    ("ap-east-1", "aws"),
    ("ap-east-2", "aws"),
    ("ap-northeast-1", "aws"),
    ("ap-northeast-2", "aws"),
    ("ap-northeast-3", "aws"),
    ("ap-south-1", "aws"),
    ("ap-south-2", "aws"),
    ("ap-southeast-1", "aws"),
    ("ap-southeast-2", "aws"),
    ("ap-southeast-3", "aws"),
    ("ap-southeast-4", "aws"),
    ("ap-southeast-5", "aws"),
    ("ap-southeast-6", "aws"),
    ("ap-southeast-7", "aws"),
    ("ca-central-1", "aws"),
    ("ca-west-1", "aws"),
    ("cn-north-1", "aws-cn"),
    ("cn-northwest-1", "aws-cn"),
    ("eu-central-1", "aws"),
    ("eu-central-2", "aws"),
    ("eu-north-1", "aws"),
    ("eu-south-1", "aws"),
    ("eu-south-2", "aws"),
    ("eu-west-1", "aws"),
    ("eu-west-2", "aws"),
    ("eu-west-3", "aws"),
    ("eusc-de-east-1", "aws-eusc"),
    ("il-central-1", "aws"),
    ("me-central-1", "aws"),
    ("me-south-1", "aws"),
    ("mx-central-1", "aws"),
    ("sa-east-1", "aws"),
    ("us-east-1", "aws"),
    ("us-east-2", "aws"),
    ("us-gov-east-1", "aws-us-gov"),
    ("us-gov-west-1", "aws-us-gov"),
    ("us-west-1", "aws"),
    ("us-west-2", "aws"),
];

/// An AWS region: `us-west-2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    name: &'static str,
    partition: &'static str,
}

impl Region {
    /// The code, `us-west-2`.
    pub fn as_str(self) -> &'static str {
        self.name
    }

    /// What the region's ARNs begin with after `arn:`; `aws` for most.
    pub fn partition(self) -> &'static str {
        self.partition
    }

    /// Every region, in the order of names.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        REGIONS.iter().map(|&(name, partition)| Self { name, partition })
    }

    /// The one of this name.
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::all().find(|region| region.name == name)
    }

    /// The one that was probably meant.
    pub(super) fn meant_by(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        did_you_mean(&name, Self::all().map(Self::as_str)).and_then(Self::find)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Scalar for Region {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "the code of an AWS region: `us-west-2`";

    fn choices() -> &'static [&'static str] {
        static NAMES: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| Region::all().map(Region::as_str).collect());
        &NAMES
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(region) = Self::find(text) {
            return Ok(region);
        }
        if let Ok(zone) = ZoneName::parse(text) {
            return Err(Invalid::new(codes::BAD_VALUE, format!("`{zone}` is a zone of a region"))
                .at(text.len() - 1..text.len())
                .try_this(zone.region()));
        }
        let invalid =
            Invalid::new(codes::BAD_VALUE, format!("{} is not an AWS region", quote(text)));
        Err(match Self::meant_by(text) {
            Some(region) => invalid.help(format!("did you mean `{region}`?")),
            None => invalid.help("use a region's code, like `us-west-2` or `eu-central-1`"),
        })
    }
}

/// A zone of a region: `us-west-2a` (AWS Regions and Availability Zones, "AWS Availability Zones").
/// Local zones and Wavelength zones are none: neither has load balancers and databases as others
/// do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneName {
    region: Region,
    letter: char,
}

impl ZoneName {
    /// The region that it is part of.
    pub fn region(self) -> Region {
        self.region
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.region, self.letter)
    }
}

impl Scalar for ZoneName {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a region's code and the zone's letter: `us-west-2a`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message);
        if Region::find(text).is_some() {
            return Err(refuse(format!("`{text}` is a region, not one of its zones"))
                .help("add the zone's letter")
                .try_this(format_args!("{text}a")));
        }
        let (name, letter) = match text.char_indices().next_back() {
            Some((at, letter @ 'a'..='z')) => (&text[..at], letter),
            _ => ("", 'a'),
        };
        if let Some(region) = Region::find(name) {
            return Ok(Self { region, letter });
        }
        let invalid = refuse(format!("{} is not an availability zone", quote(text)));
        Err(match Region::meant_by(name) {
            Some(region) => invalid.help(format!("did you mean `{region}{letter}`?")),
            None => invalid.help("use a region's code and the zone's letter, like `us-west-2a`"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn regions_stand_in_order_and_none_twice() {
        assert!(REGIONS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_region_knows_its_partition() {
        for (name, partition) in
            [("us-west-2", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
        {
            assert_eq!(Region::parse(name).unwrap().partition(), partition);
        }
    }

    #[test]
    fn a_zone_knows_its_region() {
        assert_eq!(ZoneName::parse("us-west-2a").unwrap().region().as_str(), "us-west-2");
    }

    #[test]
    fn what_was_meant_is_offered() {
        bad::<Region>(&[
            ("us-west2", "", "did you mean `us-west-2`?"),
            ("US_WEST_2", "", "did you mean `us-west-2`?"),
            ("us-west-2a", "a", "try `us-west-2`"),
            ("mars-1", "", "use a region's code"),
        ]);
        bad::<ZoneName>(&[
            ("us-west-2", "", "try `us-west-2a`"),
            ("us-wst-2b", "", "did you mean `us-west-2b`?"),
            ("us-west-2-lax-1a", "", "is not an availability zone"),
            ("", "", "is not an availability zone"),
        ]);
    }

    #[test]
    fn any_text_is_a_place_or_refused_with_a_reason() {
        sound::<Region>(&["us-west-2", "cn-northwest-1"]);
        sound::<ZoneName>(&["us-west-2a", "eusc-de-east-1b"]);
    }
}
