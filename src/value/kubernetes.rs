//! What Kubernetes, Helm and Flux read.

use std::fmt;

use semver::Version;

use super::text::Rules;
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

const fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// A DNS label (Kubernetes, "Object Names and IDs", RFC 1123 Label Names).
const DNS_LABEL: Rules = Rules {
    what: "a name in Kubernetes",
    rule: "1 to 63 lower-case letters, digits and hyphens, a hyphen neither first nor last",
    max: 63,
    chars: |c| lower_or_digit(c) || c == '-',
    first: lower_or_digit,
    last: lower_or_digit,
    filler: Some('-'),
    ..Rules::ANY
};

text! {
    /// An EKS cluster's name (Amazon EKS API Reference, "CreateCluster").
    pub struct EksName = Rules {
        what: "an EKS cluster's name",
        rule: "1 to 100 letters, digits, hyphens and underscores, a letter or digit first",
        max: 100,
        chars: |c| c.is_ascii_alphanumeric() || c == '-' || c == '_',
        first: |c| c.is_ascii_alphanumeric(),
        filler: Some('-'),
        ..Rules::ANY
    };

    /// The name of a node group (Amazon EKS API Reference, "CreateNodegroup").
    pub struct NodeGroupName = Rules {
        what: "a node group's name",
        rule: "1 to 63 letters, digits, hyphens and underscores, a letter or digit first",
        max: 63,
        chars: |c| c.is_ascii_alphanumeric() || c == '-' || c == '_',
        first: |c| c.is_ascii_alphanumeric(),
        filler: Some('-'),
        ..Rules::ANY
    };

    /// The name of an object or namespace (Kubernetes, "Object Names and IDs", RFC 1123 Label
    /// Names).
    pub struct KubernetesName = DNS_LABEL;

    /// A folder in a repository, without a `/` at its ends, `.` or `..`.
    pub struct FolderPath = Rules {
        what: "a folder",
        rule: "letters, digits, `.`, `-`, `_` and `/`, a letter or digit first",
        max: 255,
        chars: |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'),
        first: |c| c.is_ascii_alphanumeric(),
        last: |c| c.is_ascii_alphanumeric() || c == '-' || c == '_',
        apart: &['/', '.'],
        ..Rules::ANY
    };

    /// A span of time as Kubernetes and Flux take it: `30s`, `10m`, `1h` (Go, package time,
    /// "ParseDuration").
    pub struct Interval = Rules {
        what: "a span of time",
        rule: "a whole number and `s`, `m` or `h`, like `10m`",
        code: codes::BAD_VALUE,
        max: 9,
        chars: |c| c.is_ascii_digit() || matches!(c, 's' | 'm' | 'h'),
        first: |c| matches!(c, '1'..='9'),
        last: |c| matches!(c, 's' | 'm' | 'h'),
        apart: &['s', 'm', 'h'],
        also: |text| match text[..text.len() - 1].bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(()),
            false => Err(Invalid::new(codes::BAD_VALUE, format!("`{text}` has two units"))
                .help("write a whole number and one of `s`, `m` and `h`")),
        },
        ..Rules::ANY
    };

    /// An EC2 instance type: `m7g.large` (Amazon EC2 Instance Types Guide, "Naming conventions").
    pub struct InstanceType = Rules {
        what: "an EC2 instance type",
        rule: "a family and a size, like `m7g.large`",
        code: codes::BAD_VALUE,
        max: 30,
        chars: |c| lower_or_digit(c) || c == '-' || c == '.',
        first: |c| c.is_ascii_lowercase(),
        last: lower_or_digit,
        also: |text| match text.split_once('.') {
            Some((family, size)) if family.len() > 1 && !size.is_empty() && !size.contains('.') => Ok(()),
            _ => Err(Invalid::new(codes::BAD_VALUE, format!("`{text}` is no EC2 instance type"))
                .help("write a family and a size, like `m7g.large`")),
        },
        ..Rules::ANY
    };
}

impl InstanceType {
    /// True for AWS's own processors: the generation is followed by a `g`.
    pub fn is_graviton(&self) -> bool {
        let family = self.as_str().split('.').next().unwrap_or_default();
        let options = family.trim_start_matches(|c: char| c.is_ascii_lowercase());
        options.trim_start_matches(|c: char| c.is_ascii_digit()).contains('g')
            && !family.starts_with("g4")
            && !family.starts_with("g6")
            || family == "a1"
    }
}

/// A minor version of Kubernetes, `1.33`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion(u32);

impl KubernetesVersion {
    /// The number after `1.`.
    pub fn minor(self) -> u32 {
        self.0
    }

    /// How many minor versions a node may be older than its control plane (Kubernetes, "Version
    /// Skew Policy", kubelet).
    pub fn node_skew(self) -> u32 {
        if self.0 >= 28 { 3 } else { 2 }
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl Scalar for KubernetesVersion {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a minor version in quotes, `\"1.33\"`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let minor = text.strip_prefix("1.").filter(|minor| !minor.starts_with('0'));
        match minor.and_then(|minor| minor.parse::<u8>().ok()) {
            // Amazon EKS User Guide, "Understand the Kubernetes version lifecycle on EKS".
            Some(minor @ 0..=27) => Err(Invalid::new(
                codes::OUT_OF_RANGE,
                format!("EKS makes no cluster of version `1.{minor}` any more"),
            )
            .help("use a version that EKS supports, like `1.33`")),
            Some(minor) => Ok(Self(minor.into())),
            None => {
                Err(Invalid::new(codes::BAD_VALUE, format!("{} is no version of EKS", quote(text)))
                    .help("write a minor version, like `1.33`: EKS chooses the patch"))
            }
        }
    }
}

/// A release of EKS's machine images, `1.33.5-20251112` (Amazon EKS User Guide, "Retrieve Amazon
/// Linux AMI version information").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmiRelease {
    text: String,
    /// The version of its kubelet.
    pub version: KubernetesVersion,
}

impl fmt::Display for AmiRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scalar for AmiRelease {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a version and a date, `1.33.5-20251112`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let refuse = || {
            Invalid::new(codes::BAD_VALUE, format!("{} is no release of EKS's images", quote(text)))
                .help(format!("write {}", Self::RULE))
        };
        let (version, date) = text.split_once('-').ok_or_else(refuse)?;
        let (minor, patch) = version.rsplit_once('.').ok_or_else(refuse)?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(patch) || date.len() != 8 || !digits(date) {
            return Err(refuse());
        }
        Ok(Self { text: text.to_owned(), version: KubernetesVersion::parse(minor)? })
    }
}

/// The version of an add-on of EKS, `v1.33.0-eksbuild.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddonVersion {
    text: String,
    version: Version,
}

impl AddonVersion {
    /// `[major, minor]` of what it installs.
    pub fn minor(&self) -> [u64; 2] {
        [self.version.major, self.version.minor]
    }
}

impl fmt::Display for AddonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scalar for AddonVersion {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a build, `v1.33.0-eksbuild.2`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let version = text.strip_prefix('v').and_then(|text| Version::parse(text).ok());
        match version.filter(|version| version.pre.starts_with("eksbuild.")) {
            Some(version) => Ok(Self { text: text.to_owned(), version }),
            None => Err(Invalid::new(
                codes::BAD_VALUE,
                format!("{} is no version of an add-on", quote(text)),
            )
            .help("write it as `aws eks describe-addon-versions` does, `v1.33.0-eksbuild.2`")),
        }
    }
}

/// One version of a chart or a program: `4.11.3`, never a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedVersion {
    text: String,
    /// The same as data.
    pub version: Version,
}

impl fmt::Display for PinnedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scalar for PinnedVersion {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "one whole version, `4.11.3`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match Version::parse(text.strip_prefix('v').unwrap_or(text)) {
            Ok(version) => Ok(Self { text: text.to_owned(), version }),
            Err(_) => Err(Invalid::new(codes::BAD_VALUE, format!("{} is not one version", quote(text)))
                .help("pin it: write all three numbers, like `4.11.3`; a range would change what runs by itself")),
        }
    }
}

/// An amount of a resource: `100m`, `2`, `128Mi` (Kubernetes, "Quantity").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    text: String,
    /// In thousandths of the unit, so that two can be compared.
    pub thousandths: u128,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scalar for Quantity {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a number and a unit, `100m`, `2` or `128Mi`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        const UNITS: [(&str, u128); 12] = [
            ("Ki", 1 << 10),
            ("Mi", 1 << 20),
            ("Gi", 1 << 30),
            ("Ti", 1 << 40),
            ("Pi", 1 << 50),
            ("Ei", 1 << 60),
            ("k", 1000),
            ("M", 1_000_000),
            ("G", 1_000_000_000),
            ("T", 1_000_000_000_000),
            ("P", 1_000_000_000_000_000),
            ("E", 1_000_000_000_000_000_000),
        ];
        let refuse = || {
            Invalid::new(codes::BAD_VALUE, format!("{} is no amount", quote(text)))
                .help(format!("write {}; MiB are `Mi`", Self::RULE))
        };
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let number: u64 = text[..end].parse().map_err(|_| refuse())?;
        let thousandths = match &text[end..] {
            "" => u128::from(number) * 1000,
            "m" => number.into(),
            unit => {
                let unit = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
                u128::from(number).saturating_mul(unit.1).saturating_mul(1000)
            }
        };
        Ok(Self { text: text.to_owned(), thousandths })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn versions_of_clusters_are_minor_ones_that_there_are() {
        good::<KubernetesVersion>(&["1.28", "1.33"]);
        bad::<KubernetesVersion>(&[
            ("1.22", "", "no cluster of version `1.22` any more"),
            ("1.33.5", "", "write a minor version"),
            ("v1.33", "", "write a minor version"),
        ]);
        sound::<KubernetesVersion>(&["1.33"]);
    }

    #[test]
    fn a_release_names_the_version_of_its_kubelet() {
        let release = AmiRelease::parse("1.33.5-20251112").unwrap();
        assert_eq!(release.version.to_string(), "1.33");
        bad::<AmiRelease>(&[("1.33", "", "a version and a date"), ("latest", "", "no release")]);
        sound::<AmiRelease>(&["1.33.5-20251112"]);
    }

    #[test]
    fn versions_are_pinned() {
        good::<PinnedVersion>(&["4.11.3", "v1.16.1", "2.0.0-rc.1"]);
        bad::<PinnedVersion>(&[
            (">=1.0.0", "", "pin it"),
            ("4.11", "", "pin it"),
            ("*", "", "pin it"),
        ]);
        bad::<AddonVersion>(&[("1.33.0", "", "describe-addon-versions")]);
        sound::<AddonVersion>(&["v1.33.0-eksbuild.2"]);
    }

    #[test]
    fn amounts_are_compared_whatever_their_units() {
        let of = |text| Quantity::parse(text).unwrap().thousandths;
        assert!(of("100m") < of("1") && of("1") == of("1000m") && of("1Gi") > of("1000Mi"));
        bad::<Quantity>(&[
            ("1.5", "", "MiB are `Mi`"),
            ("128MB", "", "no amount"),
            ("", "", "no amount"),
        ]);
        sound::<Quantity>(&["100m", "2", "128Mi"]);
    }

    #[test]
    fn graviton_is_told_from_graphics() {
        let is = |text| InstanceType::parse(text).unwrap().is_graviton();
        assert!(is("m7g.large") && is("c7gn.xlarge") && is("t4g.small") && is("a1.large"));
        assert!(!is("m5.large") && !is("g5.xlarge") && !is("g4dn.xlarge") && !is("t3.large"));
        bad::<InstanceType>(&[("m5large", "", "a family and a size")]);
        sound::<KubernetesName>(&["ctms-web"]);
        bad::<Interval>(&[("10", "0", "a span of time"), ("1m30s", "", "two units")]);
        sound::<Interval>(&["10m", "1h", "30s"]);
        sound::<FolderPath>(&["stacks/ctms/staging/kubernetes"]);
    }
}
