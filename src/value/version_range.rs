//! Which versions are taken.

use std::cmp::Ordering;
use std::fmt;

use semver::{Prerelease, Version, VersionReq};

use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;

/// Versions between bounds: `>=1.0.0`, `>=1.4, <2`, `~1.4`, `*` (Cargo's documentation, "Version
/// requirement syntax", but a bare `1.2.3` is refused as it means different things to different
/// people).
///
/// A pre-release is taken only where a bound names a pre-release of the same version.
///
/// ```
/// use stackwright::value::{Scalar, VersionRange};
///
/// let range = VersionRange::parse(">=1.9.0").unwrap();
/// assert!(range.takes(&"1.10.0".parse().unwrap()));
/// assert!(!range.takes(&"1.10.0-rc.1".parse().unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    text: String,
    bounds: VersionReq,
}

impl Default for VersionRange {
    fn default() -> Self {
        Self { text: "*".to_owned(), bounds: VersionReq::STAR }
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl VersionRange {
    /// True for a version in it.
    pub fn takes(&self, version: &Version) -> bool {
        self.bounds.matches(version)
    }

    /// True when some bound names a pre-release.
    pub fn names_prereleases(&self) -> bool {
        self.bounds.comparators.iter().any(|bound| !bound.pre.is_empty())
    }

    /// Versions of which one is in this range and another, if any is: the bounds, and what comes
    /// next to them.
    pub fn corners(&self) -> Vec<Version> {
        let mut corners = vec![Version::new(0, 0, 0)];
        for bound in &self.bounds.comparators {
            let (major, minor) = (bound.major, bound.minor.unwrap_or(0));
            let patch = bound.patch.unwrap_or(0);
            let base = Version::new(major, minor, patch);
            if !bound.pre.is_empty() {
                let pre = |text: &str| Prerelease::new(text).ok();
                let next = pre(&format!("{}.0", bound.pre));
                for pre in [Some(bound.pre.clone()), next, pre("0")].into_iter().flatten() {
                    corners.push(Version { pre, ..base.clone() });
                }
            }
            corners.push(base);
            corners.push(Version::new(major, minor, patch.saturating_add(1)));
            corners.push(Version::new(major, minor.saturating_add(1), 0));
            corners.push(Version::new(major.saturating_add(1), 0, 0));
        }
        corners
    }
}

/// Why semantic versioning does not order the pre-releases of a version as people do: an example of
/// two in the wrong order.
///
/// `9-g1234567`, which `git describe` writes, and `rc9` are compared as text, so that 11 and 10 come
/// before 9 (Semantic Versioning 2.0.0, "Precedence is calculated …", item 11).
pub fn misordered(pre: &Prerelease) -> Option<(String, String)> {
    let mut identifiers = pre.split('.');
    let at = identifiers.position(|identifier| {
        let digits = identifier.bytes().any(|byte| byte.is_ascii_digit());
        digits && !identifier.bytes().all(|byte| byte.is_ascii_digit())
    })?;
    let identifiers: Vec<&str> = pre.split('.').collect();
    let with = |number: &str| {
        let mut identifiers: Vec<String> = identifiers.iter().map(ToString::to_string).collect();
        let identifier = &identifiers[at];
        let start = identifier.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let rest = identifier[start..].trim_start_matches(|c: char| c.is_ascii_digit());
        identifiers[at] = format!("{}{number}{rest}", &identifier[..start]);
        identifiers.join(".")
    };
    let (nine, ten) = (with("9"), with("10"));
    let order = Prerelease::new(&nine).ok()?.cmp(&Prerelease::new(&ten).ok()?);
    (order == Ordering::Greater).then_some((nine, ten))
}

fn refuse(message: String) -> Invalid {
    Invalid::new(codes::BAD_VALUE, message)
}

impl Scalar for VersionRange {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`>=1.0.0`, `>=1.4, <2`, `~1.4`, `^1.4` or `*`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let bare = text.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == 'v');
        let bounds = match VersionReq::parse(text) {
            Ok(bounds) if !bare => bounds,
            Ok(_) => {
                return Err(refuse(format!("{} is a version, not a range", quote(text)))
                    .help("say what it bounds: `=` for this one, `>=` for it and later ones, `~` for its patches"));
            }
            Err(error) => {
                let help = match text.contains(' ') {
                    true => "put commas between bounds, as in `>=1.0.0, <2.0.0`",
                    false => {
                        "write a range as `>=1.0.0`, `~1.4` or `*`; what stands before the version in tags is the `prefix`"
                    }
                };
                return Err(
                    refuse(format!("{} is no range of versions: {error}", quote(text))).help(help)
                );
            }
        };
        for bound in &bounds.comparators {
            if bound.pre.as_str() == "0" {
                return Err(refuse(
                    "`-0` does not take every pre-release: a pre-release is taken only where a bound names one of the same version".to_owned(),
                )
                .help("of tags such as `v0.0.84-9-g43ee2cd` and `v0.0.84-11-g43ee2cd` the first would be the newest anyway: take a `number` or `timestamp` out of the tag"));
            }
            if let Some((nine, ten)) = misordered(&bound.pre) {
                return Err(refuse(format!(
                    "pre-releases like `{}` are ordered as text: `{nine}` is newer than `{ten}`",
                    bound.pre
                ))
                .help("put a dot before the number, as in `rc.1`"));
            }
        }
        let range = Self { text: text.to_owned(), bounds };
        match range.corners().iter().any(|version| range.takes(version)) {
            true => Ok(range),
            false => Err(refuse(format!("no version is in {}", quote(text)))
                .help("the bounds exclude each other")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{bad, sound};
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_takes_what_it_says() {
        let takes =
            |range: &str, text: &str| VersionRange::parse(range).unwrap().takes(&version(text));
        assert!(takes(">=1.0.0", "1.10.0") && takes(">=1.4, <2", "1.4.0") && takes("*", "0.0.1"));
        assert!(!takes(">=1.4, <2", "2.0.0") && !takes("~1.4", "1.5.0"));
        assert!(!takes("*", "1.0.0-rc.1") && !takes(">=1.0.0", "2.0.0-rc.1"));
        assert!(takes(">=2.0.0-rc.1", "2.0.0-rc.2") && !takes(">=2.0.0-rc.1", "2.1.0-rc.1"));
    }

    #[test]
    fn a_range_that_does_not_mean_what_it_seems_to_is_refused() {
        bad::<VersionRange>(&[
            ("1.2.3", "", "a version, not a range"),
            (">=1.0.0 <2.0.0", "", "put commas"),
            (">=v1.0.0", "", "`prefix`"),
            (">=2.0.0, <1.0.0", "", "no version is in"),
            (">=0.0.0-0", "", "`v0.0.84-11-g43ee2cd`"),
            (">=1.2.3-rc1", "", "`rc9` is newer than `rc10`"),
            ("", "", "no range"),
        ]);
    }

    #[test]
    fn pre_releases_in_the_wrong_order_are_found() {
        let pair = |pre: &str| misordered(&Prerelease::new(pre).unwrap());
        let some = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(pair("rc1"), some("rc9", "rc10"));
        assert_eq!(pair("11-g43ee2cd"), some("9-g43ee2cd", "10-g43ee2cd"));
        assert_eq!(pair("beta.x2.1"), some("beta.x9.1", "beta.x10.1"));
        assert_eq!(pair("rc.1"), None);
        assert_eq!(pair("alpha"), None);
    }

    #[test]
    fn any_text_is_a_range_or_refused_with_a_reason() {
        sound::<VersionRange>(&[">=1.0.0", ">=1.4, <2", "~1.4", "*", ">=1.0.0-rc.1"]);
    }

    proptest! {
        #[test]
        fn a_version_in_two_ranges_is_found_among_their_corners(
            one in "(>=|>|<|<=|~|\\^|=)[0-3](\\.[0-3](\\.[0-3](-rc\\.[0-2])?)?)?",
            other in "(>=|>|<|<=|~|\\^|=)[0-3](\\.[0-3](\\.[0-3](-rc\\.[0-2])?)?)?",
            text in "[0-4]\\.[0-4]\\.[0-4](-rc\\.[0-3])?",
        ) {
            let (Ok(one), Ok(other)) = (VersionRange::parse(&one), VersionRange::parse(&other))
            else { return Ok(()) };
            let both = |version: &Version| one.takes(version) && other.takes(version);
            let mut corners = one.corners();
            corners.extend(other.corners());
            prop_assert!(!both(&version(&text)) || corners.iter().any(both), "{one} and {other}");
        }
    }
}
