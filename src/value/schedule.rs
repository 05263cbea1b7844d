//! When a rule of EventBridge fires, or a schedule of EventBridge Scheduler.

mod cron;

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone as Clock};

use super::text::pieces;
use super::{Invalid, Scalar, ScalarType, quote};
use crate::diagnostic::codes;
pub use cron::Cron;
use cron::{Bits, Days};

/// A `rate(…)` or `cron(…)` expression of an EventBridge rule, in UTC (Amazon EventBridge User
/// Guide, "Cron expressions reference" and "Rate expressions"), or what EventBridge Scheduler takes:
/// the same in a time zone, and `at(2026-11-20T13:00:00)` for once (Amazon EventBridge Scheduler User
/// Guide, "Schedule types").
///
/// `rate(15 minutes)` counts whole `minute`s, `hour`s or `day`s of 24 hours from the rule's
/// creation, or from the schedule's start date.
/// `cron(0 4 * * ? *)` has six fields:
///
/// | field | values | wildcards |
/// | --- | --- | --- |
/// | minutes | 0-59 | `, - * /` |
/// | hours | 0-23 | `, - * /` |
/// | day-of-month | 1-31 | `, - * ? / L W` |
/// | month | 1-12 or JAN-DEC | `, - * /` |
/// | day-of-week | 1-7 or SUN-SAT | `, - * ? L #` |
/// | year | 1970-2199 | `, - * /` |
///
/// Exactly one of the two day fields is `?`. A range may run past the end of its field, `20-2` or
/// `FRI-MON`; of years it may not. It is kept with single spaces and names in upper case.
///
/// ```
/// use stackwright::value::{Scalar, Schedule};
///
/// assert_eq!(Schedule::parse("rate( 15  minutes)").unwrap().to_string(), "rate(15 minutes)");
/// let five_fields = Schedule::parse("cron(0 4 * * *)").unwrap_err();
/// assert!(five_fields.help.unwrap().ends_with("try `cron(0 4 * * ? *)`"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schedule {
    text: String,
    when: When,
}

/// What a [`Schedule`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Again and again after so many minutes, whatever clocks show.
    Rate(u64),
    /// Whenever clocks show one of these times.
    Cron(Cron),
    /// At this time, and never again.
    Once(DateTime),
}

impl Schedule {
    /// The expression as EventBridge takes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn when(&self) -> &When {
        &self.when
    }

    /// The one time at which it starts something, by the clock of its time zone; `None` for what
    /// repeats.
    pub fn once(&self) -> Option<DateTime> {
        match self.when {
            When::Once(time) => Some(time),
            When::Rate(_) | When::Cron(_) => None,
        }
    }

    /// After how many minutes a rate starts something again; `None` for what is no rate.
    pub fn rate_minutes(&self) -> Option<u64> {
        match self.when {
            When::Rate(minutes) => Some(minutes),
            When::Cron(_) | When::Once(_) => None,
        }
    }

    /// The first time after another one at which it starts something; `None` when it is over.
    /// [`Schedule::runs`] says what is taken into account.
    ///
    /// ```
    /// use jiff::{Timestamp, tz::TimeZone};
    /// use stackwright::value::{Scalar, Schedule};
    ///
    /// let schedule = Schedule::parse("cron(0 9 ? * 2#1 *)").unwrap();
    /// let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    /// let next = schedule.next_after(now, &TimeZone::UTC, now).unwrap();
    /// assert_eq!(next.to_string(), "2026-12-07T09:00:00Z");
    /// ```
    pub fn next_after(&self, time: Timestamp, zone: &Clock, first: Timestamp) -> Option<Timestamp> {
        self.runs(time, zone, first).find_map(|run| run.at.filter(|at| *at > time))
    }

    /// When it starts something from a time on, in order, by the clock of a time zone.
    ///
    /// A rate goes by no clock: it counts from `first`, the creation of its rule or the start date
    /// of its schedule, which starts something, too. A time that clocks leave out when they are put
    /// forward is left out; one that comes twice when they are put back counts once, the first time
    /// (Amazon EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler").
    pub fn runs<'a>(&'a self, from: Timestamp, zone: &'a Clock, first: Timestamp) -> Runs<'a> {
        Runs { when: &self.when, zone, first, from, at: Some(zone.to_datetime(from)) }
    }
}

/// A time of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The point in time; `None` for one that its clocks leave out.
    pub at: Option<Timestamp>,
    /// What clocks show then.
    pub local: DateTime,
    /// True when clocks show that twice: this is the first time.
    pub is_twice: bool,
}

/// The times of a schedule, in order: see [`Schedule::runs`].
#[derive(Debug, Clone)]
pub struct Runs<'a> {
    when: &'a When,
    zone: &'a Clock,
    first: Timestamp,
    /// Nothing before this.
    from: Timestamp,
    /// What clocks show from where on it is to be looked.
    at: Option<DateTime>,
}

impl Runs<'_> {
    fn run(&self, local: DateTime) -> Run {
        let found = self.zone.to_ambiguous_timestamp(local);
        match found.offset() {
            AmbiguousOffset::Gap { .. } => Run { at: None, local, is_twice: false },
            AmbiguousOffset::Fold { .. } => Run { at: found.earlier().ok(), local, is_twice: true },
            AmbiguousOffset::Unambiguous { .. } => {
                Run { at: found.compatible().ok(), local, is_twice: false }
            }
        }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let run = match self.when {
                When::Once(time) => {
                    let run = self.run(*time);
                    self.at.take()?;
                    run
                }
                When::Cron(cron) => {
                    let from = self.at.take()?;
                    let run = self.run(cron.first_from(from)?);
                    self.at = run.local.checked_add(jiff::Span::new().minutes(1)).ok();
                    run
                }
                When::Rate(minutes) => {
                    let seconds = i64::try_from(minutes.saturating_mul(60)).ok()?;
                    self.at.take()?;
                    let since = self.from.as_second() - self.first.as_second();
                    let passed = since.max(0).div_euclid(seconds);
                    let late = i64::from(since > passed.saturating_mul(seconds));
                    let after = (passed + late).checked_mul(seconds)?;
                    let at = self.first.as_second().checked_add(after)?;
                    let at = Timestamp::from_second(at).ok()?;
                    self.from = Timestamp::from_second(at.as_second().checked_add(1)?).ok()?;
                    let local = self.zone.to_datetime(at);
                    self.at = Some(local);
                    return Some(Run { at: Some(at), local, is_twice: false });
                }
            };
            // When clocks are put back, the first pass may be over.
            if run.at.is_none_or(|at| at >= self.from) {
                return Some(run);
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Scalar for Schedule {
    const TYPE: ScalarType = ScalarType::String;
    const RULE: &'static str = "`rate(15 minutes)`, or `cron(minutes hours day-of-month month \
        day-of-week year)`, in UTC unless EventBridge Scheduler has it, which also takes \
        `at(2026-11-20T13:00:00)`";

    fn parse(text: &str) -> Result<Self, Invalid> {
        let read = read(text).map(|(text, when)| Self { text, when });
        read.map_err(|fault| {
            let corrected = corrected(text, fault.clone());
            let invalid = Invalid::new(codes::BAD_SCHEDULE, fault.message).help(fault.help);
            let invalid = if fault.at == (0..text.len()) { invalid } else { invalid.at(fault.at) };
            match corrected {
                Some(corrected) => invalid.try_this(corrected),
                None => invalid,
            }
        })
    }
}

/// One thing that is wrong, and what could stand in its place.
#[derive(Debug, Clone)]
struct Fault {
    at: Range<usize>,
    message: String,
    help: String,
    instead: Option<String>,
}

impl Fault {
    fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into(), instead: None }
    }

    fn instead(self, text: impl Into<String>) -> Self {
        Self { instead: Some(text.into()), ..self }
    }
}

/// The expression with this fault and those found after it mended, if all of them can be.
fn corrected(text: &str, mut fault: Fault) -> Option<String> {
    const MOST_FAULTS: usize = 8;
    let mut text = text.to_owned();
    for _ in 0..MOST_FAULTS {
        text.replace_range(fault.at, &fault.instead?);
        fault = match read(&text) {
            Ok((expression, _)) => return Some(expression),
            Err(next) => next,
        };
    }
    None
}

/// The expression in its canonical form, and what it means.
fn read(text: &str) -> Result<(String, When), Fault> {
    const LONGEST: usize = 256;
    let call = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    let (expression, when) = match (call("rate"), call("cron"), call("at")) {
        (Some(body), ..) => rate(body, "rate(".len())?,
        (_, Some(body), _) => cron(body, "cron(".len())?,
        (.., Some(body)) => at(body, "at(".len())?,
        _ => return Err(neither(text)),
    };
    match expression.len() {
        ..=LONGEST => Ok((expression, when)),
        length => Err(Fault::new(
            0..text.len(),
            format!("a schedule of {length} characters"),
            format!("EventBridge takes {LONGEST}; use ranges and steps"),
        )),
    }
}

/// Something that is not called `rate` or `cron`.
fn neither(text: &str) -> Fault {
    let whole = 0..text.len();
    let inner = text.trim();
    let fault = |help: &str| {
        Fault::new(
            whole.clone(),
            format!("{} is neither `rate(…)` nor `cron(…)`", quote(text)),
            help,
        )
    };
    let name = inner.split('(').next().unwrap_or_default().trim();
    let named = ["rate", "cron", "at"].into_iter().find(|known| name.eq_ignore_ascii_case(known));
    if let Some(known) = named {
        let body = inner[name.len()..].trim().trim_start_matches('(').trim_end_matches(')');
        return fault(&format!("write `{known}(` and `)` around the fields"))
            .instead(format!("{known}({body})"));
    }
    let help = "say how often: `rate(15 minutes)`, or when, in UTC: `cron(0 4 * * ? *)`";
    match inner.split_whitespace().count() {
        1 | 2 if inner.starts_with(|c: char| c.is_ascii_digit()) => {
            fault(help).instead(format!("rate({inner})"))
        }
        5 | 6 => fault(help).instead(format!("cron({inner})")),
        _ => fault(help),
    }
}

/// `2026-11-20T13:00:00`
fn at(body: &str, start: usize) -> Result<(String, When), Fault> {
    const FORM: &str = "%Y-%m-%dT%H:%M:%S";
    let inner = body.trim();
    let start = start + body.len() - body.trim_start().len();
    let fault = |help: &str| {
        Fault::new(
            start..start + inner.len(),
            format!("{} is no date and time", quote(inner)),
            help,
        )
    };
    let written = inner.to_ascii_uppercase();
    let zoned = written.strip_suffix('Z').or_else(|| {
        let (clock, sign) = (written.find('T')?, written.rfind(['+', '-'])?);
        (sign > clock).then(|| &written[..sign])
    });
    let time: Result<DateTime, _> = zoned.unwrap_or(&written).parse();
    let form = |time: DateTime| time.strftime(FORM).to_string();
    match (time, zoned) {
        (Ok(time), None) if form(time) == inner => Ok((format!("at({inner})"), When::Once(time))),
        (Ok(time), None) => Err(fault("write it with its seconds").instead(form(time))),
        // An offset is said once: the time in another zone would be another one.
        (Ok(_), Some(_)) => {
            Err(fault("it has no zone of its own: write `time_zone` in the `scheduler` block"))
        }
        (Err(_), _) => Err(fault("write it as `2026-11-20T13:00:00`")),
    }
}

/// `15 minutes`
fn rate(body: &str, start: usize) -> Result<(String, When), Fault> {
    /// What it becomes, how many of that it is, and how many minutes that has.
    const UNITS: [(&str, u64, u64, &[&str]); 4] = [
        ("minute", 1, 1, &["minute", "min", "m"]),
        ("hour", 1, 60, &["hour", "hr", "h"]),
        ("day", 1, 24 * 60, &["day", "d"]),
        ("day", 7, 24 * 60, &["week", "w"]),
    ];
    let inner = body.trim();
    let start = start + body.len() - body.trim_start().len();
    let at = start..start + inner.len();
    let (digits, unit) =
        inner.split_at(inner.find(|c: char| !c.is_ascii_digit()).unwrap_or(inner.len()));

    let Ok(count) = digits.parse::<u32>() else {
        return Err(Fault::new(
            at,
            format!("{} is not a rate", quote(inner)),
            "a rate is a whole number and a unit: `15 minutes`",
        ));
    };
    let unit = unit.trim().to_ascii_lowercase();
    let stem = unit.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(&unit);
    let unit = UNITS.iter().find(|(.., words)| words.contains(&stem));
    let Some((name, times, minutes, _)) = unit else {
        let help = "use `minutes`, `hours` or `days`; nothing shorter than one minute";
        return Err(Fault::new(at, format!("{} has no unit that rates have", quote(inner)), help));
    };
    let count = u64::from(count) * times;
    let canonical = match count {
        0 => {
            let help = "the shortest rate is one minute";
            return Err(Fault::new(at, "a rate of 0", help).instead("1 minute"));
        }
        1 => format!("1 {name}"),
        many => format!("{many} {name}s"),
    };
    if inner.split_whitespace().eq(canonical.split(' ')) {
        return Ok((format!("rate({canonical})"), When::Rate(count * minutes)));
    }
    let help = "1 takes `minute`, `hour` or `day`, any other number `minutes`, `hours` or `days`";
    Err(Fault::new(at, format!("{} is not a rate", quote(inner)), help).instead(canonical))
}

/// What one field of a `cron(…)` takes.
struct Field {
    name: &'static str,
    min: u16,
    max: u16,
    /// What stands for `min` and the values after it.
    words: &'static [&'static str],
    day: Day,
}

/// Which of the two day fields it is.
#[derive(Clone, Copy, PartialEq)]
enum Day {
    Neither,
    OfMonth,
    OfWeek,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minutes", min: 0, max: 59, words: &[], day: Day::Neither },
    Field { name: "hours", min: 0, max: 23, words: &[], day: Day::Neither },
    Field { name: "day-of-month", min: 1, max: 31, words: &[], day: Day::OfMonth },
    Field { name: "month", min: 1, max: 12, words: &MONTHS, day: Day::Neither },
    Field { name: "day-of-week", min: 1, max: 7, words: &WEEKDAYS, day: Day::OfWeek },
    Field { name: "year", min: 1970, max: 2199, words: &[], day: Day::Neither },
];

/// A piece of the literal and the byte that it begins at.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Piece<'a> {
    fn at(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn split(self, separator: char) -> impl Iterator<Item = Self> {
        pieces(self.text, separator)
            .map(move |(at, text)| Self { text, start: self.start + at.start })
    }

    fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let start = self.start + self.text.len() - after.len();
        Some((Self { text: before, ..self }, Self { text: after, start }))
    }

    fn split_last(self) -> Option<(Self, char)> {
        let last = self.text.chars().next_back()?;
        let text = &self.text[..self.text.len() - last.len_utf8()];
        Some((Self { text, ..self }, last))
    }

    fn fault(self, message: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault::new(self.at(), message, help)
    }
}

/// `0 4 * * ? *`
fn cron(body: &str, start: usize) -> Result<(String, When), Fault> {
    // Neither changes how long anything is, so that places stay right.
    let body = &body.to_ascii_uppercase().replace(['\t', '\n', '\r'], " ");
    let fields: Vec<_> =
        Piece { text: body, start }.split(' ').filter(|piece| !piece.text.is_empty()).collect();
    let Ok(fields) = <[Piece; 6]>::try_from(fields.as_slice()) else {
        return Err(not_six(body, start, &fields));
    };
    if let [seconds, rest @ .., Piece { text: "?", .. }] = fields {
        return Err(with_seconds(body, start, seconds, rest));
    }
    let mut read = Vec::with_capacity(fields.len());
    for (piece, field) in fields.into_iter().zip(&FIELDS) {
        read.push(read_field(piece, field)?);
    }
    let [_, _, day_of_month, _, day_of_week, _] = fields;
    check_days(day_of_month, day_of_week)?;
    let values = |at: usize| match read.get(at) {
        Some(Values::These(bits)) => *bits,
        _ => Bits::default(),
    };
    let days = match (&read[2], &read[4]) {
        (Values::Days(days), _) | (_, Values::Days(days)) => *days,
        (Values::These(days), _) => Days::OfMonth(*days),
        (_, Values::These(days)) => Days::OfWeek(*days),
        (Values::Unsaid, Values::Unsaid) => Days::OfMonth(Bits::default()),
    };
    let cron = Cron::new(values(0), values(1), days, values(3), values(5));
    Ok((format!("cron({})", fields.map(|piece| piece.text).join(" ")), When::Cron(cron)))
}

/// Six fields with `?` last are Quartz's: seconds first, and no year.
fn with_seconds(body: &str, start: usize, seconds: Piece, rest: [Piece; 4]) -> Fault {
    let fault = Fault::new(
        start..start + body.len(),
        format!("{} has `?` for its year", quote(body)),
        "EventBridge has no seconds: its fields are minutes hours day-of-month month day-of-week year",
    );
    match seconds.text {
        "0" => fault.instead(format!("{} ? *", rest.map(|piece| piece.text).join(" "))),
        _ => fault,
    }
}

/// Five fields are Unix's, seven are Quartz's with seconds.
fn not_six(body: &str, start: usize, fields: &[Piece]) -> Fault {
    let names = FIELDS.map(|field| field.name).join(" ");
    let count = match fields.len() {
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    };
    let fault = Fault::new(
        start..start + body.len(),
        format!("{} has {count}", quote(body)),
        format!("EventBridge wants six fields: {names}"),
    );
    let texts: Vec<_> = fields.iter().map(|piece| piece.text).collect();
    let instead = match texts[..] {
        [minutes, hours, day, month, "*" | "?"] => {
            Some(format!("{minutes} {hours} {day} {month} ? *"))
        }
        [minutes, hours, "*" | "?", month, week] => {
            unix_weekdays(week).map(|weekdays| format!("{minutes} {hours} ? {month} {weekdays} *"))
        }
        ["0", ref six @ ..] if six.len() == FIELDS.len() => Some(six.join(" ")),
        _ => None,
    };
    Fault { instead, ..fault }
}

/// Unix counts the days of the week from 0, EventBridge from 1: names say the same in both.
fn unix_weekdays(field: &str) -> Option<String> {
    let named = |day: &str| match day.parse::<usize>() {
        Ok(day) => WEEKDAYS[day % WEEKDAYS.len()].to_owned(),
        Err(_) => day.to_owned(),
    };
    let range = |item: &str| item.split('-').map(named).collect::<Vec<_>>().join("-");
    match field.contains('/') {
        true => None,
        false => Some(field.split(',').map(range).collect::<Vec<_>>().join(",")),
    }
}

/// Exactly one of the two day fields is `?`.
fn check_days(month: Piece, week: Piece) -> Result<(), Fault> {
    let rule = "exactly one of day-of-month and day-of-week is `?`";
    match (month.text, week.text) {
        ("?", "?") => Err(month.fault("both day fields are `?`", rule).instead("*")),
        ("?", _) | (_, "?") => Ok(()),
        ("*", value) if value != "*" => {
            Err(month.fault("neither day field is `?`", rule).instead("?"))
        }
        (_, "*") => Err(week.fault("neither day field is `?`", rule).instead("?")),
        _ => Err(week.fault(
            "both day fields have a value",
            "EventBridge cannot combine them: write two schedules, each with `?` in one of the fields",
        )),
    }
}

/// What a field says.
enum Values {
    /// `?`
    Unsaid,
    These(Bits),
    /// What only day fields say.
    Days(Days),
}

fn read_field(piece: Piece, field: &Field) -> Result<Values, Fault> {
    let special = match (piece.text, field.day) {
        ("*", _) => return Ok(Values::These(bits(field, field.min, field.max, 1))),
        ("?", Day::OfMonth | Day::OfWeek) => return Ok(Values::Unsaid),
        ("?", Day::Neither) => {
            let help = "only day-of-month and day-of-week can be `?`";
            return Err(piece.fault(format!("`?` in {}", field.name), help).instead("*"));
        }
        (_, Day::OfMonth) => special_day_of_month(piece, field)?,
        (_, Day::OfWeek) => special_day_of_week(piece, field)?,
        (_, Day::Neither) => None,
    };
    if let Some(days) = special {
        return Ok(Values::Days(days));
    }
    if piece.split(',').any(|item| item.text.is_empty()) {
        let items: Vec<_> = piece.text.split(',').filter(|item| !item.is_empty()).collect();
        let help = "remove the comma that is too many";
        let fault = piece.fault(format!("an empty item in {}", field.name), help);
        return Err(if items.is_empty() { fault } else { fault.instead(items.join(",")) });
    }
    let mut all = Bits::default();
    for item in piece.split(',') {
        all |= read_item(item, field)?;
    }
    Ok(Values::These(all))
}

/// A day as [`Days`] counts it.
fn day(value: u16) -> i8 {
    i8::try_from(value).unwrap_or_default()
}

/// `L` for the last day, `LW` for the last working day, `3W` for the working day closest to the 3rd.
fn special_day_of_month(piece: Piece, field: &Field) -> Result<Option<Days>, Fault> {
    match (piece.text, piece.split_last()) {
        ("L", _) => Ok(Some(Days::Last)),
        ("LW", _) => Ok(Some(Days::LastWorking)),
        (text, _) if text.starts_with("L-") => Err(piece.fault(
            format!("{} in day-of-month", quote(text)),
            "EventBridge knows the last day, `L`, and the last working day, `LW`, but does not count back from them",
        )),
        (_, Some((number, 'W'))) if !number.text.contains(',') => {
            read_value(number, field).map(|value| Some(Days::Nearest(day(value))))
        }
        _ => Ok(None),
    }
}

/// `L` for Saturday, `5L` for the month's last Thursday, `2#1` for its first Monday.
fn special_day_of_week(piece: Piece, field: &Field) -> Result<Option<Days>, Fault> {
    if piece.text == "L" {
        return Ok(Some(Days::OfWeek(bits(field, field.max, field.max, 1))));
    }
    if piece.text.contains('#') && piece.text.contains(',') {
        let help = "a day with `#` stands alone: write one schedule for each";
        return Err(piece.fault("`#` in a list", help));
    }
    if let Some((name, which)) = piece.split_once('#') {
        let value = read_value(name, field)?;
        return match which.text.parse::<u16>() {
            Ok(nth @ 1..=5) if which.text.len() == 1 => Ok(Some(Days::Nth(day(value), day(nth)))),
            _ => Err(which.fault(
                format!("{} after `#`", quote(which.text)),
                "a month has a first to a fifth of each day of the week: `#1` to `#5`",
            )),
        };
    }
    match piece.split_last() {
        Some((name, 'L')) if !name.text.contains(',') => {
            read_value(name, field).map(|value| Some(Days::LastOfWeek(day(value))))
        }
        _ => Ok(None),
    }
}

/// `5`, `1-5`, and each of them, or `*`, with a step: `0/15`.
fn read_item(item: Piece, field: &Field) -> Result<Bits, Fault> {
    let Field { name, min, max, .. } = *field;
    let Some((range, step)) = item.split_once('/') else {
        return match item.text {
            "*" => Err(item.fault(
                format!("`*` in a list of {name}"),
                "`*` is every value already: write it alone",
            )),
            _ => read_range(item, field).map(|(first, last)| bits(field, first, last, 1)),
        };
    };
    let (first, last) = match range.text {
        "" => {
            let help = "say where the steps begin";
            return Err(item
                .fault(format!("a step without a beginning in {name}"), help)
                .instead(format!("{min}/{}", step.text)));
        }
        "*" => (min, max),
        text => {
            let (first, last) = read_range(range, field)?;
            (first, if text.contains('-') { last } else { max })
        }
    };
    let span = max - min;
    let step_by = match step.text.parse::<u16>() {
        Ok(step_by) if step_by >= 1 && step_by <= span.max(1) => step_by,
        _ => {
            return Err(step.fault(
                format!("{} is not a step of {name}", quote(step.text)),
                format!("use a whole number from 1 to {span}"),
            ));
        }
    };
    let values = bits(field, first, last, step_by);
    if field.day == Day::OfWeek {
        let days: Vec<_> =
            (min..=max).filter(|day| values.has(day - min)).map(|day| day.to_string()).collect();
        let help = "EventBridge has no steps in day-of-week: list the days";
        return Err(item.fault(format!("a step in {name}"), help).instead(days.join(",")));
    }
    Ok(values)
}

/// The values from a first to a last one, past the end of the field where the last is smaller.
fn bits(field: &Field, first: u16, last: u16, step: u16) -> Bits {
    let count = field.max - field.min + 1;
    let end = if first <= last { last } else { last + count };
    let mut bits = Bits::default();
    for value in (first..=end).step_by(step.into()) {
        bits.set((value - field.min) % count);
    }
    bits
}

/// The first and last value; the last may be smaller, as in `0/30 20-2 ? * MON-FRI *`, which also
/// runs on Monday from 0:00 to 2:30 (Amazon EventBridge User Guide, "Cron expressions reference",
/// examples).
fn read_range(item: Piece, field: &Field) -> Result<(u16, u16), Fault> {
    let Some((from, to)) = item.split_once('-') else {
        return read_value(item, field).map(|value| (value, value));
    };
    let (first, last) = (read_value(from, field)?, read_value(to, field)?);
    if first <= last || field.name != "year" {
        return Ok((first, last));
    }
    Err(item
        .fault(format!("`{}` runs backwards", item.text), "write the earlier year first")
        .instead(format!("{}-{}", to.text, from.text)))
}

/// A number, or the word that stands for it.
fn read_value(piece: Piece, field: &Field) -> Result<u16, Fault> {
    let Field { name, min, max, words, .. } = *field;
    let word = words.iter().zip(min..).find(|(word, _)| piece.text.eq_ignore_ascii_case(word));
    if let Some((_, value)) = word {
        return Ok(value);
    }
    let rule = match words {
        [first, .., last] => format!("{name} goes from {min} to {max}, or {first} to {last}"),
        _ => format!("{name} goes from {min} to {max}"),
    };
    let fault = piece.fault(format!("{} in {name}", quote(piece.text)), rule);
    if piece.text.is_empty() || !piece.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let long = words.iter().find(|word| {
            piece.text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        });
        return Err(match long {
            Some(word) if piece.text.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                fault.instead(*word)
            }
            _ => fault,
        });
    }
    match piece.text.parse::<u16>() {
        Ok(value) if (min..=max).contains(&value) => Ok(value),
        Ok(0) if field.day == Day::OfWeek => Err(fault.instead(WEEKDAYS[0])),
        _ => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bad, good, sound};
    use super::*;

    const VALID: &[&str] = &[
        "rate(1 minute)",
        "rate(15 minutes)",
        "rate(1 hour)",
        "rate(7 days)",
        "cron(0/15 0-22 1-15 1-6 ? *)",
        "cron(3/30 * * * ? *)",
        "cron(*/10 * * * ? *)",
        "cron(0 0,12 * * ? *)",
        "cron(0 1/6 * * ? *)",
        "cron(0 8 1 * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(0 9 ? * 2#1 *)",
        "cron(0 9 ? * MON#1 *)",
        "cron(0 17 L * ? *)",
        "cron(0 17 LW * ? *)",
        "cron(0 9 ? * 5L *)",
        "cron(0 9 ? * L *)",
        "cron(0 9 3W * ? *)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(0 4 ? NOV-FEB FRI-MON *)",
        "cron(0-10/2,30 4 ? JAN,JUL-DEC SUN,3,6-7 1970-2199/2)",
        "at(2026-11-20T13:00:00)",
    ];

    #[test]
    fn what_eventbridge_takes_is_accepted() {
        good::<Schedule>(VALID);
    }

    #[test]
    fn a_valid_schedule_is_printed_as_it_was_written() {
        for text in VALID {
            assert_eq!(Schedule::parse(text).unwrap().as_str(), *text);
        }
    }

    #[test]
    fn spaces_and_case_become_canonical() {
        for (text, canonical) in [
            ("rate( 5   minutes )", "rate(5 minutes)"),
            ("cron(0  4 ?  *\tmon-Fri *)", "cron(0 4 ? * MON-FRI *)"),
            ("cron(0 9 ? * fril *)", "cron(0 9 ? * FRIL *)"),
        ] {
            assert_eq!(Schedule::parse(text).unwrap().as_str(), canonical);
        }
    }

    #[test]
    fn five_fields_are_refused_with_the_six_that_are_meant() {
        bad::<Schedule>(&[
            (
                "cron(0 4 * * *)",
                "0 4 * * *",
                "EventBridge wants six fields: minutes hours day-of-month month day-of-week year; try `cron(0 4 * * ? *)`",
            ),
            ("cron(30 9 * * 1-5)", "30 9 * * 1-5", "try `cron(30 9 ? * MON-FRI *)`"),
            ("cron(0 2 * * 0,6)", "0 2 * * 0,6", "try `cron(0 2 ? * SUN,SAT *)`"),
            ("cron(0 8 1 * *)", "0 8 1 * *", "try `cron(0 8 1 * ? *)`"),
            ("0 4 * * *", "", "try `cron(0 4 * * ? *)`"),
        ]);
    }

    #[test]
    fn fields_of_quartz_lose_their_seconds() {
        bad::<Schedule>(&[
            ("cron(0 0 4 * * ? *)", "0 0 4 * * ? *", "try `cron(0 4 * * ? *)`"),
            ("cron(0 0 12 * * ?)", "0 0 12 * * ?", "try `cron(0 12 * * ? *)`"),
        ]);
    }

    #[test]
    fn exactly_one_day_field_is_a_question_mark() {
        bad::<Schedule>(&[
            ("cron(0 4 * * * *)", "*", "try `cron(0 4 * * ? *)`"),
            ("cron(0 4 * * MON *)", "*", "try `cron(0 4 ? * MON *)`"),
            ("cron(0 4 1 * * *)", "*", "try `cron(0 4 1 * ? *)`"),
            ("cron(0 4 ? * ? *)", "?", "try `cron(0 4 * * ? *)`"),
            ("cron(0 4 1 * MON *)", "MON", "write two schedules"),
            ("cron(0 4 * ? MON *)", "?", "only day-of-month and day-of-week can be `?`"),
        ]);
    }

    #[test]
    fn the_field_that_is_wrong_is_pointed_at() {
        bad::<Schedule>(&[
            ("cron(60 4 * * ? *)", "60", "minutes goes from 0 to 59"),
            ("cron(0 24 * * ? *)", "24", "hours goes from 0 to 23"),
            ("cron(0 4 1,32 * ? *)", "32", "day-of-month goes from 1 to 31"),
            ("cron(0 4 * JANUARY ? *)", "JANUARY", "try `cron(0 4 * JAN ? *)`"),
            ("cron(0 4 ? * 0 *)", "0", "try `cron(0 4 ? * SUN *)`"),
            ("cron(0 4 ? * 2#6 *)", "6", "`#1` to `#5`"),
            ("cron(0 4 ? * 3#1,6#3 *)", "3#1,6#3", "`#` in a list"),
            ("cron(0 4 * * ? 1969)", "1969", "year goes from 1970 to 2199"),
            ("cron(0/0 4 * * ? *)", "0", "not a step of minutes"),
            ("cron(/15 4 * * ? *)", "/15", "try `cron(0/15 4 * * ? *)`"),
            ("cron(0 4,,5 * * ? *)", "4,,5", "try `cron(0 4,5 * * ? *)`"),
            ("cron(0 4 L-2 * ? *)", "L-2", "does not count back"),
            ("cron(0 4 * * ? 2030-2028)", "2030-2028", "try `cron(0 4 * * ? 2028-2030)`"),
            ("cron(0 4 ? * 2/2 *)", "2/2", "try `cron(0 4 ? * 2,4,6 *)`"),
            ("cron(0 4 32W * ? *)", "32", "day-of-month goes"),
        ]);
    }

    #[test]
    fn all_faults_are_mended_in_one_suggestion() {
        bad::<Schedule>(&[(
            "cron(/5 ,22 * * 1-5)",
            "/5 ,22 * * 1-5",
            "try `cron(0/5 22 ? * MON-FRI *)`",
        )]);
    }

    #[test]
    fn a_rate_has_a_number_and_the_unit_in_its_form() {
        bad::<Schedule>(&[
            ("rate(1 minutes)", "1 minutes", "try `rate(1 minute)`"),
            ("rate(5 minute)", "5 minute", "try `rate(5 minutes)`"),
            ("rate(5m)", "5m", "try `rate(5 minutes)`"),
            ("rate(2 weeks)", "2 weeks", "try `rate(14 days)`"),
            ("rate(30 seconds)", "30 seconds", "nothing shorter than one minute"),
            ("rate(0 minutes)", "0 minutes", "the shortest rate is one minute"),
            ("rate(1.5 hours)", "1.5 hours", "has no unit that rates have"),
            ("rate(-5 minutes)", "-5 minutes", "is not a rate"),
            ("15 minutes", "", "try `rate(15 minutes)`"),
            ("Rate(15 minutes)", "", "try `rate(15 minutes)`"),
        ]);
    }

    #[test]
    fn one_time_is_a_date_and_a_time_without_a_zone() {
        let half = "2026-11-20T13:00";
        bad::<Schedule>(&[
            ("at(2026-11-20T13:00)", half, "try `at(2026-11-20T13:00:00)`"),
            ("at(2026-11-20 13:00:00)", "2026-11-20 13:00:00", "try `at(2026-11-20T13:00:00)`"),
            ("at(2026-11-20T13:00:00Z)", "2026-11-20T13:00:00Z", "write `time_zone`"),
            ("at(2026-11-20T13:00:00+02:00)", "2026-11-20T13:00:00+02:00", "write `time_zone`"),
            ("at(2026-02-30T13:00:00)", "2026-02-30T13:00:00", "is no date and time"),
            ("at(tomorrow)", "tomorrow", "write it as `2026-11-20T13:00:00`"),
        ]);
        let once = Schedule::parse("at(2026-11-20T13:00:00)").unwrap().once();
        assert_eq!(once, Some(jiff::civil::date(2026, 11, 20).at(13, 0, 0, 0)));
    }

    #[test]
    fn a_rate_is_counted_in_minutes() {
        for (text, minutes) in [
            ("rate(1 minute)", Some(1)),
            ("rate(2 hours)", Some(120)),
            ("rate(1 day)", Some(1440)),
            ("cron(0 4 * * ? *)", None),
        ] {
            assert_eq!(Schedule::parse(text).unwrap().rate_minutes(), minutes);
        }
    }

    #[test]
    fn any_text_is_a_schedule_or_refused_with_a_reason() {
        sound::<Schedule>(VALID);
    }
}
