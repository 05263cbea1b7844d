//! The words that `ci` blocks are written with.

use std::fmt;

use crate::diagnostic::codes;
use crate::value::{Invalid, Scalar, ScalarType, quote};

/// Declares a text with a rule.
macro_rules! word {
    ($(#[doc = $doc:literal])+ $name:ident, $rule:literal, $check:expr) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Scalar for $name {
            const TYPE: ScalarType = ScalarType::String;
            const RULE: &'static str = $rule;

            fn parse(text: &str) -> Result<Self, Invalid> {
                let check: fn(&str) -> Result<(), Invalid> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }
    };
}

word! {
    /// One version of Terraform.
    ExactVersion, "one version, `1.11.4`", |text| {
        semver::Version::parse(text).map(|_| ()).map_err(|_| {
            Invalid::new(codes::BAD_VALUE, format!("{} is not one version", quote(text)))
                .help("write all three numbers: `1.11.4`")
        })
    }
}

word! {
    /// The name of an environment variable, or of a secret that fills one (GitHub, "Secrets
    /// reference": "Naming your secrets").
    EnvironmentName, "letters, digits and `_`, not first a digit", |text| {
        let known = |c: u8| c == b'_' || c.is_ascii_alphanumeric();
        let first = text.bytes().next().is_some_and(|c| !c.is_ascii_digit());
        if first && text.bytes().all(known) {
            return Ok(());
        }
        Err(Invalid::new(codes::BAD_NAME, format!("{} is no name of a variable or secret", quote(text)))
            .help("it has letters, digits and `_`, and does not begin with a digit"))
    }
}

word! {
    /// A repository as its host names it, `acme/infrastructure`.
    RepositoryPath, "`<owner>/<repository>`", |text| {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c))
        };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len() >= 2 && parts.into_iter().all(part) {
            return Ok(());
        }
        Err(Invalid::new(codes::BAD_VALUE, format!("{} names no repository", quote(text)))
            .help("write its owner and its name: `acme/infrastructure`"))
    }
}

word! {
    /// A folder at the top of the project: what is rendered into it is found there, also when
    /// nothing asks for it any more.
    TopFolder, "one name, without `/`", |text| {
        let known = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        if !text.is_empty() && !text.starts_with('.') && text.bytes().all(known) {
            return Ok(());
        }
        Err(Invalid::new(codes::BAD_VALUE, format!("{} is no folder at the top of the project", quote(text)))
            .help("write one name of letters, digits, `-` and `_`, such as `workspaces`"))
    }
}

word! {
    /// A pattern of files, relative to each root: `files/**`.
    Pattern, "a relative path with `*` and `**`", |text| {
        if !text.is_empty() && !text.starts_with('/') && !text.contains(|c: char| c.is_control()) {
            return Ok(());
        }
        Err(Invalid::new(codes::BAD_VALUE, format!("{} is no pattern of files", quote(text)))
            .help("write a path that begins in the root: `files/**`"))
    }
}

word! {
    /// When a workflow runs, in UTC: five fields, `0 6 * * 1-5` (GitHub, "Events that trigger
    /// workflows": "schedule").
    Cron, "`minute hour day-of-month month day-of-week`", cron
}

/// One field of a cron expression: its name, its numbers, and names for them from the first.
struct CronField(&'static str, u8, u8, &'static [&'static str]);

const CRON: [CronField; 5] = [
    CronField("minute", 0, 59, &[]),
    CronField("hour", 0, 23, &[]),
    CronField("day of the month", 1, 31, &[]),
    CronField(
        "month",
        1,
        12,
        &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ),
    CronField("day of the week", 0, 6, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
];

fn cron(text: &str) -> Result<(), Invalid> {
    let refuse = |message: String| Invalid::new(codes::CI_CRON, message);
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() != CRON.len() {
        return Err(refuse(format!("{} has {} fields", quote(text), words.len())).help(
            "write five: minute, hour, day of the month, month, day of the week; `0 6 * * 1-5`",
        ));
    }
    for (word, field) in words.iter().zip(&CRON) {
        let CronField(name, first, last, _) = field;
        let at = (word.as_ptr() as usize) - (text.as_ptr() as usize);
        if !word.split(',').all(|piece| field.takes(piece)) {
            return Err(refuse(format!("`{word}` is no {name}")).at(at..at + word.len()).help(
                format!("it is `*`, numbers from {first} to {last}, `a-b`, `a,b`, or `*/n`"),
            ));
        }
    }
    // Every n-th minute, as far as it is written so.
    let often = words[0].strip_prefix("*/").and_then(|n| n.parse::<u8>().ok());
    if words[0] == "*" || often.is_some_and(|n| n < 5) {
        return Err(refuse("it runs more often than every 5 minutes".to_owned())
            .at(0..words[0].len())
            .help("GitHub runs nothing more often than that: `*/5`, or seldomer"));
    }
    Ok(())
}

impl CronField {
    /// True for `*`, `a`, `a-b`, and any of them with `/n`.
    fn takes(&self, piece: &str) -> bool {
        let CronField(_, first, last, names) = self;
        let number = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
            let digits = text.bytes().all(|c| c.is_ascii_digit());
            let number = match named {
                Some(at) => u8::try_from(at).ok().map(|at| at + first),
                None => text.parse().ok().filter(|_| digits),
            };
            number.filter(|number| (first..=last).contains(&number))
        };
        let (range, step) = match piece.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (piece, None),
        };
        let is_step = |step: &str| {
            step.bytes().all(|c| c.is_ascii_digit())
                && step.parse().is_ok_and(|n: u8| n > 0 && n <= *last)
        };
        let in_order = match range.split_once('-') {
            _ if range == "*" => true,
            Some((from, to)) => matches!((number(from), number(to)), (Some(a), Some(b)) if a <= b),
            None => number(range).is_some(),
        };
        in_order && step.is_none_or(is_step)
    }
}

/// Where workflows get the program from that they run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Install {
    /// From crates.io, in exactly this version.
    Cargo,
    /// By Stackwright's own action.
    Action,
    /// From a folder of this repository, by `cargo install`.
    Path(String),
}

impl fmt::Display for Install {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cargo => "cargo",
            Self::Action => "action",
            Self::Path(path) => path,
        })
    }
}

impl Scalar for Install {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`cargo`, `action`, or a folder: `./`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "cargo" => Ok(Self::Cargo),
            "action" => Ok(Self::Action),
            _ => {
                let known = |c: u8| c.is_ascii_alphanumeric() || b"-_./".contains(&c);
                let inside = |path: &str| {
                    path.bytes().all(known) && path.split('/').all(|part| part != "..")
                };
                match text.strip_prefix("./") {
                    Some(path) if inside(path) => Ok(Self::Path(text.to_owned())),
                    _ => Err(Invalid::new(
                        codes::BAD_VALUE,
                        format!("{} is no way to install it", quote(text)),
                    )
                    .help("use `cargo`, `action`, or a folder of this repository: `./`, `./tools/acme`")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cron_of_five_fields_is_taken_and_nothing_else() {
        for right in [
            "0 6 * * 1-5",
            "*/15 * * * *",
            "5,35 0-12/2 1 JAN,jul SUN",
            "0  4 * * *",
            "59 23 31 12 6",
        ] {
            assert!(Cron::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "0 6 * * ? *",
            "60 * * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 * 13 *",
            "0 0 * * 7",
            "0 0 * * MON-SUN",
            "5-1 * * * *",
            "*/0 * * * *",
            "+1 * * * *",
            "1/ * * * *",
            "a * * * *",
            "* * * * *",
            "*/4 * * * *",
            "@daily",
        ] {
            assert!(Cron::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Cron::parse("0 0 * * 7").unwrap_err().at, Some(8..9));
    }

    #[test]
    fn words_that_cannot_be_are_refused() {
        assert!(ExactVersion::parse("1.11.4").is_ok());
        assert!(ExactVersion::parse("~> 1.11").is_err());
        assert!(EnvironmentName::parse("TF_VAR_password").is_ok());
        assert!(EnvironmentName::parse("1A").is_err());
        assert!(EnvironmentName::parse("A }}").is_err());
        assert!(RepositoryPath::parse("acme/infra").is_ok());
        assert!(RepositoryPath::parse("acme/group/infra").is_ok());
        assert!(RepositoryPath::parse("infra").is_err());
        assert!(TopFolder::parse("workspaces").is_ok());
        for wrong in ["", ".", "..", "a/b", "a b"] {
            assert!(TopFolder::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Pattern::parse("/etc").is_err());
        for right in ["cargo", "action", "./", "./tools/acme"] {
            assert_eq!(Install::parse(right).unwrap().to_string(), right);
        }
        for wrong in ["pip", "/opt", "./..", "./a b", "tools"] {
            assert!(Install::parse(wrong).is_err(), "{wrong}");
        }
    }
}
