//! Moments and durations, taken apart as the time provider does.
//!
//! <https://registry.terraform.io/providers/hashicorp/time/latest/docs/functions/rfc3339_parse>

use std::collections::BTreeMap;

use super::super::schema::Type;
use super::super::value::Value;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const DAY_S: i64 = 86_400;

/// Of what [`rfc3339_parse`] and [`unix_timestamp_parse`] return: `also` is what the other takes.
pub fn moment_type(also: &str) -> Type {
    let numbers = [
        "year", "year_day", "day", "month", "weekday", "hour", "minute", "second", "iso_year",
        "iso_week",
    ];
    let mut types: BTreeMap<String, Type> =
        numbers.map(|name| (name.to_owned(), Type::Number)).into();
    types.extend(["month_name", "weekday_name"].map(|name| (name.to_owned(), Type::String)));
    let ty = if also == "unix" { Type::Number } else { Type::String };
    types.insert(also.to_owned(), ty);
    Type::Object(types)
}

/// A moment that a text names (RFC 3339), on the clock of its own offset.
pub fn rfc3339_parse(text: &str) -> Result<Value, String> {
    let (clock_s, offset_s) =
        parsed(text).ok_or_else(|| format!("`{text}` is no timestamp of RFC 3339"))?;
    Ok(moment(clock_s, ("unix", (clock_s - offset_s).into())))
}

/// A moment so many seconds after 1970, in UTC.
pub fn unix_timestamp_parse(text: &str) -> Result<Value, String> {
    // Years of four digits.
    const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
    let unix = text.parse().ok().filter(|unix| RANGE.contains(unix));
    let unix: i64 = unix.ok_or_else(|| format!("`{text}` is no number of seconds since 1970"))?;
    let (year, month, day) = civil(unix.div_euclid(DAY_S));
    let (hour, minute, second) = clock(unix);
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    Ok(moment(unix, ("rfc3339", text.into())))
}

fn moment(at_s: i64, also: (&str, Value)) -> Value {
    let days = at_s.div_euclid(DAY_S);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = clock(at_s);
    let weekday = (days + 4).rem_euclid(7);
    // The week of a day is that of its Thursday.
    let thursday = days - (weekday + 6) % 7 + 3;
    let iso_year = civil(thursday).0;
    let iso_week = (thursday - from_civil(iso_year, 1, 1)) / 7 + 1;
    let name = |names: &[&str], place: i64| -> Value {
        usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or("").into()
    };
    let numbers = [
        ("year", year),
        ("year_day", days - from_civil(year, 1, 1) + 1),
        ("day", day),
        ("month", month),
        ("weekday", weekday),
        ("hour", hour),
        ("minute", minute),
        ("second", second),
        ("iso_year", iso_year),
        ("iso_week", iso_week),
    ];
    let mut moment: BTreeMap<String, Value> =
        numbers.map(|(name, number)| (name.to_owned(), number.into())).into();
    moment.insert("month_name".into(), name(&MONTHS, month - 1));
    moment.insert("weekday_name".into(), name(&WEEKDAYS, weekday));
    moment.insert(also.0.into(), also.1);
    Value::Map(moment)
}

fn clock(at_s: i64) -> (i64, i64, i64) {
    let second = at_s.rem_euclid(DAY_S);
    (second / 3600, second / 60 % 60, second % 60)
}

/// Seconds on its clock since 1970, and by how many that clock is ahead of UTC.
fn parsed(text: &str) -> Option<(i64, i64)> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is = |place: usize, any: &str| text.get(place..=place).is_some_and(|it| any.contains(it));
    if !(is(4, "-") && is(7, "-") && is(10, "Tt") && is(13, ":") && is(16, ":")) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let days = from_civil(year, month, day);
    if civil(days) != (year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = match text.get(19..)?.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            (end > 0).then(|| &rest[end..])?
        }
        None => &text[19..],
    };
    let offset_s = match rest {
        "Z" | "z" => 0,
        rest => {
            let (sign, rest) = match rest.split_at_checked(1)? {
                ("+", rest) => (1, rest),
                ("-", rest) => (-1, rest),
                _ => return None,
            };
            let (hours, minutes) = rest.split_once(':').filter(|_| rest.len() == 5)?;
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        }
    };
    Some((days * DAY_S + hour * 3600 + minute * 60 + second, offset_s))
}

/// Days since 1970 of a date; a date that there is not is another one.
///
/// Counted in eras of 400 years that begin in March, so that the leap day is the last of a year.
fn from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Of what [`duration_parse`] returns.
pub fn duration_type() -> Type {
    let names = ["hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];
    Type::Object(names.map(|name| (name.to_owned(), Type::Number)).into())
}

/// A duration in Go's notation: `1h30m`, `-1.5s`.
pub fn duration_parse(text: &str) -> Result<Value, String> {
    let ns = nanoseconds(text).ok_or_else(|| format!("`{text}` is no duration such as `1h30m`"))?;
    let float = |unit: f64| Value::Number((ns as f64 / unit).to_string());
    let whole = |unit: i64| Value::from(ns / unit);
    let parts = [
        ("hours", float(3.6e12)),
        ("minutes", float(6e10)),
        ("seconds", float(1e9)),
        ("milliseconds", whole(1_000_000)),
        ("microseconds", whole(1_000)),
        ("nanoseconds", whole(1)),
    ];
    Ok(Value::Map(parts.map(|(name, it)| (name.to_owned(), it)).into()))
}

fn nanoseconds(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("\u{b5}s", 1e3),
        ("\u{3bc}s", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 6e10),
        ("h", 3.6e12),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum = (!rest.is_empty()).then_some(0.0)?;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, tail) = rest.split_at(digits);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, factor) = UNITS.iter().find(|(known, _)| *known == unit)?;
        sum += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    // Go's durations are as long as 64 bits of nanoseconds.
    (sum < 9.2e18).then_some((sign * sum) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Value {
        rfc3339_parse(text).unwrap()
    }

    #[test]
    fn a_moment_is_taken_apart() {
        let leap = of("2024-02-29T12:30:05.123+02:00");
        let numbers = ["year", "month", "day", "hour", "year_day", "weekday", "iso_week"];
        let numbers = numbers.map(|name| leap.get(name).clone());
        assert_eq!(numbers, [2024, 2, 29, 12, 60, 4, 9].map(Value::from));
        assert_eq!(leap.get("unix"), &1_709_202_605.into());
        assert_eq!(leap.get("month_name"), &"February".into());
        assert_eq!(leap.get("weekday_name"), &"Thursday".into());
    }

    #[test]
    fn the_first_days_of_a_year_may_be_of_the_last_week_of_another() {
        let early = of("2021-01-03T00:00:00Z");
        assert_eq!((early.get("iso_year"), early.get("iso_week")), (&2020.into(), &53.into()));
        let late = of("2024-12-30T00:00:00Z");
        assert_eq!((late.get("iso_year"), late.get("iso_week")), (&2025.into(), &1.into()));
    }

    #[test]
    fn seconds_are_a_moment_and_back() {
        for text in ["1969-12-31T23:59:59Z", "2000-02-29T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let Value::Number(unix) = of(text).get("unix").clone() else { panic!("a number") };
            assert_eq!(unix_timestamp_parse(&unix).unwrap().get("rfc3339"), &text.into());
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        let texts = [
            "",
            "2023-02-29T00:00:00Z",
            "2024-01-01",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00+2:00",
            "2024-01-01T00:00:00.Z",
        ];
        for text in texts {
            assert!(rfc3339_parse(text).is_err(), "{text}");
        }
        assert!(unix_timestamp_parse("99999999999999").is_err());
    }

    #[test]
    fn a_duration_is_taken_apart() {
        let it = duration_parse("-1h30m0.5s").unwrap();
        assert_eq!(it.get("seconds"), &Value::Number("-5400.5".into()));
        assert_eq!(it.get("milliseconds"), &(-5_400_500).into());
        for text in ["", "1", "1d", "h", "1.2.3s", "300000000h"] {
            assert!(duration_parse(text).is_err(), "{text}");
        }
    }
}
