//! Aurora's engines, versions and capacity.

use std::fmt;

use super::text::Rules;
use super::{Invalid, Port, Scalar, ScalarType, either, quote};
use crate::choice;
use crate::diagnostic::codes;

choice! {
    /// Aurora's engine (Amazon Aurora User Guide, "Amazon Aurora versions").
    pub enum AuroraEngine {
        /// Compatible with PostgreSQL.
        Postgresql = "aurora-postgresql",
        /// Compatible with MySQL.
        Mysql = "aurora-mysql",
    } else other_engine
}

fn other_engine(text: &str) -> Option<Invalid> {
    let refused =
        || Invalid::new(codes::BAD_VALUE, format!("{} is no engine of Aurora", quote(text)));
    match text {
        "postgres" | "postgresql" => Some(refused().try_this(AuroraEngine::Postgresql)),
        "mysql" | "aurora" => Some(refused().try_this(AuroraEngine::Mysql)),
        _ => None,
    }
}

impl AuroraEngine {
    /// The major versions that Aurora offers (Release Notes for Aurora PostgreSQL, "Release
    /// calendars"; Release Notes for Aurora MySQL, "Aurora MySQL version 3").
    pub const fn major_versions(self) -> &'static [&'static str] {
        match self {
            Self::Postgresql => &["12", "13", "14", "15", "16", "17"],
            Self::Mysql => &["8.0"],
        }
    }

    /// The port that it listens on unless told otherwise.
    pub const fn default_port(self) -> Port {
        match self {
            Self::Postgresql => Port::new(5432),
            Self::Mysql => Port::new(3306),
        }
    }

    /// The family of parameter groups of a version: `aurora-postgresql16`.
    ///
    /// # Errors
    /// When Aurora has no such version of the engine.
    pub fn family(self, version: &AuroraVersion) -> Result<String, Invalid> {
        let written = version.as_str();
        let is = |major: &&&str| {
            written
                .strip_prefix(**major)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        match self.major_versions().iter().find(is) {
            Some(major) => Ok(format!("{self}{major}")),
            None => Err(Invalid::new(
                codes::ENGINE_MISMATCH,
                format!("Aurora has no version `{version}` of `{self}`"),
            )
            .help(format!("use one of {}", either(self.major_versions())))),
        }
    }
}

text! {
    /// A version of Aurora: the major version alone (`16`, `8.0`), so that Aurora may upgrade the
    /// rest, or a full one (`16.4`, `8.0.mysql_aurora.3.08.0`).
    pub struct AuroraVersion = Rules {
        what: "a version of Aurora",
        rule: "numbers with dots between them: `16`, `16.4`, `8.0.mysql_aurora.3.08.0`",
        code: codes::BAD_VALUE,
        also: |text| {
            let (numbers, release) = match text.split_once(".mysql_aurora.") {
                Some((numbers, release)) => (numbers, Some(release)),
                None => (text, None),
            };
            let number = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
            match numbers.split('.').all(number) && release.is_none_or(|release| release.split('.').all(number)) {
                true => Ok(()),
                false => Err(Invalid::new(codes::BAD_VALUE, format!("{} is no version of Aurora", quote(text)))),
            }
        },
        ..Rules::ANY
    };
}

/// Aurora Capacity Units, in halves: each is about 2 GiB of memory with the processors that go with
/// it (Amazon Aurora User Guide, "How Aurora Serverless v2 works").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity {
    halves: u16,
}

impl Capacity {
    /// The most that an instance can have.
    const MOST: u16 = 2 * 256;

    /// True for nothing: an instance that sleeps while nobody asks.
    pub fn is_zero(self) -> bool {
        self.halves == 0
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.halves.is_multiple_of(2) { "" } else { ".5" };
        write!(f, "{}{half}", self.halves / 2)
    }
}

impl Scalar for Capacity {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "0 to 256 in steps of 0.5";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let (whole, half) = match text.split_once('.') {
            None => (text, 0),
            Some((whole, "0")) => (whole, 0),
            Some((whole, "5")) => (whole, 1),
            Some(_) => ("", 0),
        };
        match whole.parse::<u16>().ok().and_then(|whole| whole.checked_mul(2)) {
            Some(halves) if halves + half <= Self::MOST => Ok(Self { halves: halves + half }),
            _ => Err(Invalid::new(
                codes::OUT_OF_RANGE,
                format!("{} is no capacity of Aurora", quote(text)),
            )
            .help(format!("use {}", Self::RULE))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{bad, sound};

    #[test]
    fn each_major_version_has_a_family() {
        for (engine, version, expected) in [
            (AuroraEngine::Postgresql, "16", "aurora-postgresql16"),
            (AuroraEngine::Postgresql, "16.4", "aurora-postgresql16"),
            (AuroraEngine::Mysql, "8.0", "aurora-mysql8.0"),
            (AuroraEngine::Mysql, "8.0.mysql_aurora.3.08.0", "aurora-mysql8.0"),
        ] {
            let version = AuroraVersion::parse(version).unwrap();
            assert_eq!(engine.family(&version).as_deref(), Ok(expected));
        }
        let version = AuroraVersion::parse("160").unwrap();
        assert!(AuroraEngine::Postgresql.family(&version).is_err());
    }

    #[test]
    fn capacity_comes_in_halves() {
        bad::<Capacity>(&[
            ("0.7", "", "in steps of 0.5"),
            ("256.5", "", "0 to 256"),
            ("-1", "", "0 to 256"),
        ]);
        sound::<Capacity>(&["0", "0.5", "256"]);
    }

    #[test]
    fn any_text_is_a_version_or_refused_with_a_reason() {
        sound::<AuroraVersion>(&["16", "16.4", "8.0.mysql_aurora.3.08.0"]);
        sound::<AuroraEngine>(&["aurora-postgresql"]);
    }
}
