//! How long logs are kept.

use std::fmt;

use super::{Invalid, Scalar, ScalarType, one_of};
use crate::diagnostic::codes;

/// The days after which CloudWatch Logs deletes an event (Amazon CloudWatch Logs API Reference,
/// "PutRetentionPolicy").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogRetention(u32);

impl LogRetention {
    /// Every number of days that CloudWatch Logs takes.
    pub const ALL: [u32; 22] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
        2922, 3288, 3653,
    ];

    /// Thirty days.
    pub const MONTH: Self = Self(30);

    /// The days.
    pub fn days(self) -> u32 {
        self.0
    }
}

impl fmt::Display for LogRetention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scalar for LogRetention {
    const TYPE: ScalarType = ScalarType::Number;
    const RULE: &'static str = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, \
        1096, 1827, 2192, 2557, 2922, 3288 or 3653 days";

    fn parse(text: &str) -> Result<Self, Invalid> {
        if text == "0" {
            return Err(Invalid::new(
                codes::OUT_OF_RANGE,
                "`0` keeps logs for ever, and their bill grows as long",
            )
            .help("the longest is ten years: `3653`"));
        }
        one_of(text, &Self::ALL).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, sound};
    use super::*;

    #[test]
    fn other_days_are_refused_with_the_nearest() {
        bad::<LogRetention>(&[
            ("2", "", "the nearest: `1` or `3`"),
            ("366", "", "the nearest: `365` or `400`"),
            ("9999", "", "the nearest: `3653`"),
            ("a week", "", "not a whole number"),
        ]);
    }

    #[test]
    fn keeping_logs_for_ever_is_refused_with_the_reason() {
        bad::<LogRetention>(&[("0", "", "keeps logs for ever")]);
    }

    #[test]
    fn the_rule_names_every_number() {
        for days in LogRetention::ALL {
            assert!(LogRetention::RULE.split([' ', ',']).any(|word| word == days.to_string()));
        }
    }

    #[test]
    fn any_text_is_a_retention_or_refused_with_a_reason() {
        sound::<LogRetention>(&["1", "30", "3653"]);
    }
}
