//! What Terraform itself reads.

use std::fmt;
use std::ops::Range;

use super::text::pieces;
use super::{Invalid, Scalar, ScalarType, either, quote};
use crate::diagnostic::codes;

/// Which versions of Terraform or a provider are wanted: `>= 1.9, < 2.0` (Terraform, "Version
/// constraints").
///
/// Kept with one space after each operator and each comma.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionConstraint(String);

impl VersionConstraint {
    /// The constraint as Terraform takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scalar for VersionConstraint {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str =
        "versions with `=`, `!=`, `>`, `>=`, `<`, `<=` or `~>` before them: `>= 1.9, < 2.0`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let terms: Result<Vec<_>, _> =
            pieces(text, ',').map(|(at, piece)| term(piece, at)).collect();
        Ok(Self(terms?.join(", ")))
    }
}

/// `>= 1.9`
fn term(text: &str, at: Range<usize>) -> Result<String, Invalid> {
    const OPERATORS: [&str; 7] = ["=", "!=", ">", ">=", "<", "<=", "~>"];
    let refuse = |message: String| Invalid::new(codes::BAD_VALUE, message).at(at.clone());
    let inner = text.trim_matches(' ');
    if inner.is_empty() {
        return Err(refuse("an empty version constraint".to_owned())
            .help("write a version between two commas, like `~> 6.0`"));
    }
    let split = inner.find(|c: char| c.is_alphanumeric()).unwrap_or(inner.len());
    let (operator, version) = (inner[..split].trim_end_matches(' '), &inner[split..]);
    if !operator.is_empty() && !OPERATORS.contains(&operator) {
        let refused = refuse(format!("{} is not an operator of versions", quote(operator)));
        return Err(match operator {
            "^" | "~" => refused.help("Terraform writes `~> 1.2` for 1.2 and what follows below 2"),
            "=>" | "=<" => refused.help("the equals sign comes last: `>=`, `<=`"),
            "==" => refused.help("write `=`, or nothing"),
            _ => refused.help(format!("use one of {}", either(&OPERATORS))),
        });
    }
    if let Some(plain) = version.strip_prefix('v') {
        return Err(refuse(format!("{} begins with `v`", quote(version)))
            .help(format!("write {}", quote(plain))));
    }
    if !is_version(version) {
        return Err(refuse(format!("{} is not a version", quote(version)))
            .help("write one to three numbers, like `1.9.2`"));
    }
    match operator {
        "" => Ok(version.to_owned()),
        _ => Ok(format!("{operator} {version}")),
    }
}

/// `1`, `1.9`, `1.9.2`, the last with a pre-release or build after it.
fn is_version(text: &str) -> bool {
    let number = |text: &str| match text.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit) && rest.len() < 9,
        _ => false,
    };
    let words = |text: &str| {
        text.split('.').all(|word| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    };
    let (text, build) =
        text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let numbers: Vec<_> = core.split('.').collect();
    let suffixed = build.is_some() || pre.is_some();
    numbers.iter().all(|text| number(text))
        && (1..=3).contains(&numbers.len())
        && (!suffixed || numbers.len() == 3)
        && build.is_none_or(words)
        && pre.is_none_or(words)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    const CONSTRAINTS: &[&str] =
        &["~> 6.0", ">= 1.9, < 2.0", "1.9.2", "= 1.9.0-beta1", "!= 5.1.0, ~> 5.0", ">= 1"];

    #[test]
    fn constraints_that_terraform_reads_are_accepted() {
        good::<VersionConstraint>(CONSTRAINTS);
    }

    #[test]
    fn spaces_become_canonical() {
        assert_eq!(VersionConstraint::parse(">=1.9 ,<  2.0").unwrap().as_str(), ">= 1.9, < 2.0");
    }

    #[test]
    fn the_term_that_is_wrong_is_pointed_at() {
        bad::<VersionConstraint>(&[
            ("", "", "an empty version constraint"),
            (">= 1.9,", "", "an empty version constraint"),
            ("^1.2", "^1.2", "Terraform writes `~> 1.2`"),
            ("=> 1.2", "=> 1.2", "the equals sign comes last"),
            ("~> v6.0", "~> v6.0", "write `6.0`"),
            (">= 1.9 < 2.0", ">= 1.9 < 2.0", "is not a version"),
            (">= 1.9, < 2.x", " < 2.x", "`2.x` is not a version"),
            ("1.2.3.4", "1.2.3.4", "one to three numbers"),
        ]);
    }

    #[test]
    fn any_text_is_a_constraint_or_refused_with_a_reason() {
        sound::<VersionConstraint>(CONSTRAINTS);
    }
}
