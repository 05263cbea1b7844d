//! Which commit of an action a workflow runs.

use std::fmt;

use crate::diagnostic::codes;
use crate::value::{Invalid, Scalar, ScalarType, quote};

/// A commit of an action and what it is called there: `de0fac2e… # v6.0.2`. A tag can be moved, a
/// commit cannot (GitHub, "Secure use reference": "Using third-party actions").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    commit: String,
    version: Option<String>,
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.commit)?;
        match &self.version {
            Some(version) => write!(f, " # {version}"),
            None => Ok(()),
        }
    }
}

impl Scalar for Pin {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "the 40 digits of a commit, and its version behind ` # `";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (commit, version) = match text.split_once('#') {
            Some((commit, version)) => (commit.trim_end(), Some(version.trim())),
            None => (text, None),
        };
        let help = "write all 40 digits and the version: `de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2`";
        let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if commit.len() != 40 || !commit.bytes().all(is_digit) {
            return Err(Invalid::new(
                codes::CI_PIN,
                format!("{} is not a whole commit", quote(commit)),
            )
            .help(help));
        }
        let is_word = |it: &str| !it.is_empty() && it.bytes().all(|c| c.is_ascii_graphic());
        match version {
            Some(version) if !is_word(version) => {
                Err(Invalid::new(codes::CI_PIN, "what follows `#` is no version").help(help))
            }
            _ => Ok(Self { commit: commit.to_owned(), version: version.map(str::to_owned) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_a_whole_commit_with_its_version() {
        let commit = "de0fac2e4500dabe0009e67214ff5f5447ce83dd";
        for right in [format!("{commit} # v6.0.2"), commit.to_owned()] {
            assert_eq!(Pin::parse(&right).unwrap().to_string(), right);
        }
        for wrong in ["v6", "de0fac2", &commit.to_uppercase(), &format!("{commit} # v1\nrun: x")] {
            assert!(Pin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
