//! Which minutes a `cron(…)` names, and the next of them.
//!
//! Days are found month by month in bit sets, never minute by minute. There are crates for this;
//! none has EventBridge's rules: what is left out or comes twice when clocks change, `?`, days of
//! the week from 1, years up to 2199. `croner` moves a time that clocks leave out, and needs chrono.

use jiff::civil::{Date, DateTime, Time, date};

/// The first year that a field can name.
pub(super) const FIRST_YEAR: i16 = 1970;
/// The last one.
pub(super) const LAST_YEAR: i16 = 2199;

/// The values of one field: the smallest that the field takes has bit 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Bits([u64; 4]);

impl Bits {
    pub fn set(&mut self, bit: u16) {
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    pub fn has(&self, bit: u16) -> bool {
        self.0.get(usize::from(bit / 64)).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    fn has_year(&self, year: i16) -> bool {
        u16::try_from(year - FIRST_YEAR).is_ok_and(|bit| self.has(bit))
    }

    /// The first 64 of them.
    fn low(self) -> u64 {
        self.0[0]
    }
}

impl std::ops::BitOrAssign for Bits {
    fn bitor_assign(&mut self, other: Self) {
        for (word, others) in self.0.iter_mut().zip(other.0) {
            *word |= others;
        }
    }
}

/// The days that the two day fields name, of which one is `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Days {
    /// These days of the month, by number.
    OfMonth(Bits),
    /// `L`: the last one.
    Last,
    /// `LW`: the last one from Monday to Friday.
    LastWorking,
    /// `3W`: the day from Monday to Friday that is nearest to the third, in the same month.
    Nearest(i8),
    /// These days of the week, Sunday first.
    OfWeek(Bits),
    /// `5L`: the month's last one of this day of the week, from 1 for Sunday.
    LastOfWeek(i8),
    /// `2#1`: the first Monday.
    Nth(i8, i8),
}

/// The minutes that a `cron(…)` names, by the clock of its time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cron {
    minutes: u64,
    hours: u32,
    months: u16,
    days: Days,
    years: Bits,
}

impl Cron {
    pub(super) fn new(minutes: Bits, hours: Bits, days: Days, months: Bits, years: Bits) -> Self {
        Self {
            minutes: minutes.low(),
            hours: low(hours),
            // Months are counted from 1.
            months: u16::try_from(months.low() << 1).unwrap_or(u16::MAX),
            days,
            years,
        }
    }

    /// The minutes of an hour in which it fires, bit 0 for the full hour.
    pub fn minutes(&self) -> u64 {
        self.minutes
    }

    /// The hours of a day in which it fires, bit 0 for midnight.
    pub fn hours(&self) -> u32 {
        self.hours
    }

    /// The days of a month on which it fires, bit 1 for the first, whatever its years are.
    pub fn days_of(&self, year: i16, month: i8) -> u32 {
        if self.months >> month & 1 == 0 {
            return 0;
        }
        let first = date(year, month, 1);
        let length = first.days_in_month();
        let all = u32::MAX >> (31 - length) & !1;
        // Sunday is 1.
        let weekday = |day: i8| (first.weekday().to_sunday_zero_offset() + day - 1) % 7 + 1;
        let of_week = |wanted: i8| (wanted - weekday(1)).rem_euclid(7) + 1;
        let day = match self.days {
            Days::OfMonth(days) => return low(days) << 1 & all,
            Days::OfWeek(days) => {
                return (1..=length)
                    .filter(|day| days.has(u16::try_from(weekday(*day) - 1).unwrap_or_default()))
                    .fold(0, |set, day| set | 1 << day);
            }
            Days::Last => length,
            Days::LastWorking => nearest(length, length, weekday(length)),
            Days::Nearest(day) if day > length => return 0,
            Days::Nearest(day) => nearest(day, length, weekday(day)),
            Days::LastOfWeek(wanted) => {
                let first = of_week(wanted);
                first + (length - first) / 7 * 7
            }
            Days::Nth(wanted, which) => of_week(wanted) + 7 * (which - 1),
        };
        if day <= length { 1 << day } else { 0 }
    }

    /// The first time at or after another one at which it fires; `None` when there is none left.
    pub fn first_from(&self, from: DateTime) -> Option<DateTime> {
        let from = whole_minute(from)?;
        let start = (from.year(), from.month(), from.day());
        for year in start.0.max(FIRST_YEAR)..=LAST_YEAR {
            if !self.years.has_year(year) {
                continue;
            }
            let months = if year == start.0 { start.1..=12 } else { 1..=12 };
            for month in months {
                let mut days = self.days_of(year, month);
                if (year, month) == (start.0, start.1) {
                    days &= u32::MAX << start.2;
                }
                while days != 0 {
                    let day = lowest(u64::from(days));
                    days &= days - 1;
                    let earliest = match (year, month, day) == start {
                        true => (from.hour(), from.minute()),
                        false => (0, 0),
                    };
                    if let Some(time) = self.time_from(earliest) {
                        return Some(date(year, month, day).to_datetime(time));
                    }
                }
            }
        }
        None
    }

    /// The last time at which it fires; `None` when it never fires, or for all years that there are.
    pub fn last(&self) -> Option<DateTime> {
        if self.years.has_year(LAST_YEAR) {
            return None;
        }
        let months = |year| (1..=12).rev().map(move |month| (year, month));
        let years = (FIRST_YEAR..=LAST_YEAR).rev().filter(|year| self.years.has_year(*year));
        let (year, month, days) = years
            .flat_map(months)
            .map(|(year, month)| (year, month, self.days_of(year, month)))
            .find(|(.., days)| *days != 0)?;
        let at = Time::constant(highest(self.hours.into()), highest(self.minutes), 0, 0);
        Some(Date::constant(year, month, highest(days.into())).to_datetime(at))
    }

    /// The same as a recurrence rule of RFC 5545 without an end, where one says exactly the same from
    /// a year on: its years have no gap, and nothing like `3W` is in it.
    pub fn recurrence(&self, from: i16) -> Option<String> {
        const WEEKDAYS: [&str; 7] = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
        let weekday = |day: i8| WEEKDAYS.get(usize::try_from(day - 1).ok()?).copied();
        let years: Vec<bool> = (from..=LAST_YEAR).map(|year| self.years.has_year(year)).collect();
        // All that there are, up to the last.
        if !years.is_sorted_by(|a, b| a >= b) {
            return None;
        }
        let list = |bits: u64, first: u32| {
            let set = (0..64_u32).filter(|bit| bits >> bit & 1 == 1);
            set.map(|bit| (bit + first).to_string()).collect::<Vec<_>>().join(",")
        };
        let clock = format!(
            "BYHOUR={};BYMINUTE={};BYSECOND=0",
            list(self.hours.into(), 0),
            list(self.minutes, 0)
        );
        let is_once_a_day = self.hours.count_ones() == 1 && self.minutes.count_ones() == 1;
        let days = match self.days {
            Days::OfMonth(days) if low(days) == u32::MAX >> 1 => "FREQ=DAILY;".to_owned(),
            Days::OfMonth(days) => format!("FREQ=DAILY;BYMONTHDAY={};", list(days.low(), 1)),
            Days::OfWeek(days) => {
                let named = (1..=7).zip(WEEKDAYS).filter(|(day, _)| days.has(day - 1));
                let names: Vec<&str> = named.map(|(_, name)| name).collect();
                format!("FREQ=DAILY;BYDAY={};", names.join(","))
            }
            Days::Last => "FREQ=MONTHLY;BYMONTHDAY=-1;".to_owned(),
            Days::LastWorking if is_once_a_day => {
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;".to_owned()
            }
            Days::LastOfWeek(day) => format!("FREQ=MONTHLY;BYDAY=-1{};", weekday(day)?),
            Days::Nth(day, which) => format!("FREQ=MONTHLY;BYDAY={which}{};", weekday(day)?),
            Days::LastWorking | Days::Nearest(_) => return None,
        };
        let months = match self.months.count_ones() {
            12 => String::new(),
            _ => format!("BYMONTH={};", list(self.months.into(), 0)),
        };
        Some(format!("{days}{months}{clock}"))
    }

    fn time_from(&self, (hour, minute): (i8, i8)) -> Option<Time> {
        let at = |hour, minutes| Time::constant(hour, lowest(minutes), 0, 0);
        if self.hours >> hour & 1 == 1 {
            let left = self.minutes & u64::MAX << minute;
            if left != 0 {
                return Some(at(hour, left));
            }
        }
        let later = self.hours & u32::MAX << hour & !(1 << hour);
        (later != 0).then(|| at(lowest(later.into()), self.minutes))
    }
}

/// The day from Monday to Friday that is nearest to a day, in the same month. `weekday` is the
/// day's, from 1 for Sunday.
fn nearest(day: i8, length: i8, weekday: i8) -> i8 {
    match weekday {
        7 if day == 1 => 3,
        7 => day - 1,
        1 if day == length => day - 2,
        1 => day + 1,
        _ => day,
    }
}

/// A time, or the next full minute.
fn whole_minute(time: DateTime) -> Option<DateTime> {
    let floor = time.date().at(time.hour(), time.minute(), 0, 0);
    match floor == time {
        true => Some(time),
        false => floor.checked_add(jiff::Span::new().minutes(1)).ok(),
    }
}

fn low(bits: Bits) -> u32 {
    u32::try_from(bits.low() & u64::from(u32::MAX)).unwrap_or_default()
}

/// The position of the lowest bit of a set that is not empty.
fn lowest(bits: u64) -> i8 {
    i8::try_from(bits.trailing_zeros()).unwrap_or_default()
}

/// The position of the highest bit of a set that is not empty.
fn highest(bits: u64) -> i8 {
    i8::try_from(63_u32.saturating_sub(bits.leading_zeros())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::tz::TimeZone as Clock;
    use jiff::{Timestamp, ToSpan as _};
    use proptest::prelude::*;

    use super::super::Schedule;
    use crate::value::{Scalar as _, TimeZone};

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The first runs after a time, as clocks show them.
    fn next(schedule: &str, after: &str, zone: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(schedule).unwrap();
        let clock = TimeZone::parse(zone).unwrap().clock();
        let runs = schedule.runs(utc(after), &clock, utc(after)).filter_map(|run| run.at);
        let local = |at| clock.to_datetime(at).strftime("%a %Y-%m-%d %H:%M").to_string();
        runs.take(count).map(local).collect()
    }

    /// What the page says beside each of its examples (Amazon EventBridge User Guide, "Cron
    /// expressions reference"), from Saturday, 2026-11-21, 00:00.
    #[test]
    fn the_examples_of_eventbridges_page_mean_what_it_says() {
        let examples: [(&str, &[&str]); 11] = [
            // 10:00 am every day.
            ("cron(0 10 * * ? *)", &["Sat 2026-11-21 10:00", "Sun 2026-11-22 10:00"]),
            // 12:15 pm every day.
            ("cron(15 12 * * ? *)", &["Sat 2026-11-21 12:15", "Sun 2026-11-22 12:15"]),
            // 6:00 pm every Monday through Friday.
            ("cron(0 18 ? * MON-FRI *)", &["Mon 2026-11-23 18:00", "Tue 2026-11-24 18:00"]),
            // 8:00 am every 1st day of the month.
            ("cron(0 8 1 * ? *)", &["Tue 2026-12-01 08:00", "Fri 2027-01-01 08:00"]),
            // Every 15 minutes.
            (
                "cron(0/15 * * * ? *)",
                &["Sat 2026-11-21 00:00", "Sat 2026-11-21 00:15", "Sat 2026-11-21 00:30"],
            ),
            // Every 10 minutes Monday through Friday.
            ("cron(0/10 * ? * MON-FRI *)", &["Mon 2026-11-23 00:00", "Mon 2026-11-23 00:10"]),
            // Every 5 minutes Monday through Friday between 8:00 am and 5:55 pm.
            ("cron(0/5 8-17 ? * MON-FRI *)", &["Mon 2026-11-23 08:00", "Mon 2026-11-23 08:05"]),
            // Past midnight: also from 12:00 am to 2:00 am on Monday morning.
            (
                "cron(0/30 20-2 ? * MON-FRI *)",
                &[
                    "Mon 2026-11-23 00:00",
                    "Mon 2026-11-23 00:30",
                    "Mon 2026-11-23 01:00",
                    "Mon 2026-11-23 01:30",
                    "Mon 2026-11-23 02:00",
                    "Mon 2026-11-23 02:30",
                    "Mon 2026-11-23 20:00",
                ],
            ),
            // Every day at 2:05 pm and 2:35 pm.
            ("cron(5,35 14 * * ? *)", &["Sat 2026-11-21 14:05", "Sat 2026-11-21 14:35"]),
            // The second Tuesday: its words about `#`.
            ("cron(0 9 ? * 3#2 *)", &["Tue 2026-12-08 09:00", "Tue 2027-01-12 09:00"]),
            // Every tenth minute from the first on: its words about `/`.
            ("cron(1/10 0 * * ? *)", &["Sat 2026-11-21 00:01", "Sat 2026-11-21 00:11"]),
        ];
        for (schedule, runs) in examples {
            assert_eq!(
                next(schedule, "2026-11-21T00:00:00Z", "UTC", runs.len()),
                runs,
                "{schedule}"
            );
        }
        // 10:15 am on the last Friday of each month during the years 2019 to 2022.
        let last_friday = "cron(15 10 ? * 6L 2019-2022)";
        let runs = next(last_friday, "2022-10-30T00:00:00Z", "UTC", 9);
        assert_eq!(runs, ["Fri 2022-11-25 10:15", "Fri 2022-12-30 10:15"]);
    }

    #[test]
    fn the_nearest_working_day_never_leaves_its_month() {
        for (schedule, after, run) in [
            ("cron(0 9 3W * ? *)", "2026-11-01T00:00:00Z", "Tue 2026-11-03 09:00"),
            // A Saturday the first becomes the Monday after.
            ("cron(0 9 1W * ? *)", "2026-08-01T00:00:00Z", "Mon 2026-08-03 09:00"),
            // A Sunday the 31st becomes the Friday before.
            ("cron(0 9 31W * ? *)", "2027-01-15T00:00:00Z", "Fri 2027-01-29 09:00"),
            // What has no 31st has no run.
            ("cron(0 9 31W * ? *)", "2026-04-01T00:00:00Z", "Fri 2026-05-29 09:00"),
            ("cron(0 9 LW * ? *)", "2026-05-15T00:00:00Z", "Fri 2026-05-29 09:00"),
            ("cron(0 9 L 2 ? *)", "2027-03-01T00:00:00Z", "Tue 2028-02-29 09:00"),
            ("cron(0 9 ? * L *)", "2026-11-22T00:00:00Z", "Sat 2026-11-28 09:00"),
            ("cron(0 9 ? * SUN#5 *)", "2026-11-30T00:00:00Z", "Sun 2027-01-31 09:00"),
            ("cron(0 9 ? NOV-FEB FRI-MON *)", "2027-03-01T00:00:00Z", "Mon 2027-11-01 09:00"),
        ] {
            assert_eq!(next(schedule, after, "UTC", 1), [run], "{schedule}");
        }
    }

    #[test]
    fn what_no_calendar_has_never_comes() {
        for schedule in ["cron(0 4 31 2 ? *)", "cron(0 4 30 FEB ? *)", "cron(0 4 31 4,6,9,11 ? *)"]
        {
            assert_eq!(next(schedule, "1970-01-01T00:00:00Z", "UTC", 1), [""; 0]);
        }
        assert_eq!(next("cron(0 4 * * ? 2020)", "2021-01-01T00:00:00Z", "UTC", 1), [""; 0]);
    }

    /// Amazon EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler".
    #[test]
    fn a_time_that_clocks_leave_out_is_left_out_and_one_that_comes_twice_counts_once() {
        let spring = next("cron(30 2 * * ? *)", "2027-03-27T00:00:00Z", "Europe/Berlin", 2);
        assert_eq!(spring, ["Sat 2027-03-27 02:30", "Mon 2027-03-29 02:30"]);
        let autumn = next("cron(30 2 * * ? *)", "2027-10-30T00:00:00Z", "Europe/Berlin", 3);
        assert_eq!(
            autumn,
            ["Sat 2027-10-30 02:30", "Sun 2027-10-31 02:30", "Mon 2027-11-01 02:30"]
        );
        let schedule = Schedule::parse("cron(0/30 * * * ? *)").unwrap();
        let clock = TimeZone::parse("Europe/Berlin").unwrap().clock();
        let between = schedule.next_after(utc("2027-10-31T00:30:00Z"), &clock, Timestamp::MIN);
        assert_eq!(between, Some(utc("2027-10-31T02:00:00Z")));
        // Half an hour.
        let island = next("cron(15 2 * * ? *)", "2026-10-03T10:00:00Z", "Australia/Lord_Howe", 1);
        assert_eq!(island, ["Mon 2026-10-05 02:15"]);
    }

    #[test]
    fn a_rate_goes_by_no_clock() {
        let schedule = Schedule::parse("rate(1 day)").unwrap();
        let clock = TimeZone::parse("Europe/Berlin").unwrap().clock();
        let first = utc("2027-03-26T12:00:00Z");
        let runs = schedule.runs(utc("2027-03-27T12:00:01Z"), &clock, first);
        let runs: Vec<Timestamp> = runs.filter_map(|run| run.at).take(2).collect();
        assert_eq!(runs, [utc("2027-03-28T12:00:00Z"), utc("2027-03-29T12:00:00Z")]);
        // Nothing before the first.
        let early = schedule.next_after(utc("2020-01-01T00:00:00Z"), &clock, first);
        assert_eq!(early, Some(first));
    }

    #[test]
    fn what_happens_once_happens_once() {
        let once = "at(2026-11-20T13:00:00)";
        assert_eq!(
            next(once, "2026-01-01T00:00:00Z", "America/New_York", 9),
            ["Fri 2026-11-20 13:00"]
        );
        assert_eq!(next(once, "2026-11-20T18:00:01Z", "America/New_York", 9), [""; 0]);
    }

    #[test]
    fn the_last_time_is_that_of_the_last_year() {
        let last = |text: &str| match Schedule::parse(text).unwrap().when() {
            super::super::When::Cron(cron) => cron.last().map(|last| last.to_string()),
            _ => None,
        };
        assert_eq!(
            last("cron(0/20 4,16 1,15 JAN-JUN ? 2020-2021)").unwrap(),
            "2021-06-15T16:40:00"
        );
        assert_eq!(last("cron(0 4 29 2 ? 2019-2023)").unwrap(), "2020-02-29T04:00:00");
        assert_eq!(last("cron(0 4 * * ? *)"), None);
    }

    #[test]
    fn recurrence_rules_say_the_same_or_nothing() {
        let rule = |text: &str| match Schedule::parse(text).unwrap().when() {
            super::super::When::Cron(cron) => cron.recurrence(2026),
            _ => None,
        };
        for (text, wanted) in [
            ("cron(0 0,12 * * ? *)", Some("FREQ=DAILY;BYHOUR=0,12;BYMINUTE=0;BYSECOND=0")),
            (
                "cron(0 9 1 1,7 ? *)",
                Some("FREQ=DAILY;BYMONTHDAY=1;BYMONTH=1,7;BYHOUR=9;BYMINUTE=0;BYSECOND=0"),
            ),
            ("cron(0 9 ? * 2#1 *)", Some("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0")),
            ("cron(0 9 ? * 5L *)", Some("FREQ=MONTHLY;BYDAY=-1TH;BYHOUR=9;BYMINUTE=0;BYSECOND=0")),
            (
                "cron(0 9 ? * FRI-MON *)",
                Some("FREQ=DAILY;BYDAY=SU,MO,FR,SA;BYHOUR=9;BYMINUTE=0;BYSECOND=0"),
            ),
            (
                "cron(0 9 L * ? *)",
                Some("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9;BYMINUTE=0;BYSECOND=0"),
            ),
            (
                "cron(0 9 LW * ? *)",
                Some(
                    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
                ),
            ),
            ("cron(0,30 9 LW * ? *)", None),
            ("cron(0 9 3W * ? *)", None),
            ("cron(0 9 * * ? 2020/2)", None),
            ("cron(0 9 * * ? 2030-2040)", None),
        ] {
            assert_eq!(rule(text).as_deref(), wanted, "{text}");
        }
    }

    /// What a clock shows in each minute of two years, and whether it has shown it before.
    struct Minutes(Vec<(i64, [i16; 6], bool)>);

    impl Minutes {
        fn of(clock: &Clock, from: Timestamp, until: Timestamp) -> Self {
            let mut latest = None;
            let seconds = (from.as_second()..until.as_second()).step_by(60);
            Self(
                seconds
                    .map(|second| {
                        let local = clock.to_datetime(Timestamp::from_second(second).unwrap());
                        let is_again = latest.is_some_and(|latest| local <= latest);
                        latest = latest.max(Some(local));
                        let fields = [
                            i16::from(local.minute()),
                            i16::from(local.hour()),
                            i16::from(local.day()),
                            i16::from(local.month()),
                            i16::from(local.weekday().to_sunday_one_offset()),
                            local.year(),
                        ];
                        (second, fields, is_again)
                    })
                    .collect(),
            )
        }
    }

    /// Whether a field names a value, read from its text as naively as can be.
    fn names(field: &str, value: i16, min: i16, max: i16) -> bool {
        field.split(',').any(|item| {
            let (range, step) = match item.split_once('/') {
                Some((range, step)) => (range, step.parse::<i16>().unwrap()),
                None => (item, 1),
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (min, max),
                Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
                None if item.contains('/') => (range.parse().unwrap(), max),
                None => (range.parse().unwrap(), range.parse().unwrap()),
            };
            let mut at = from;
            let mut left = (to - from).rem_euclid(max - min + 1);
            loop {
                if at == value {
                    return true;
                }
                left -= step;
                if left < 0 {
                    return false;
                }
                at += step;
                if at > max {
                    at -= max - min + 1;
                }
            }
        })
    }

    fn days_in(year: i16, month: i16) -> i16 {
        match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn is_day(
        of_month: &str,
        of_week: &str,
        day: i16,
        month: i16,
        weekday: i16,
        year: i16,
    ) -> bool {
        let length = days_in(year, month);
        let weekday_of = |other: i16| (weekday - 1 + other - day).rem_euclid(7) + 1;
        let is_working = |day: &i16| (2..=6).contains(&weekday_of(*day));
        if of_month == "?" {
            if of_week == "L" {
                return weekday == 7;
            }
            if let Some((wanted, which)) = of_week.split_once('#') {
                return weekday == wanted.parse::<i16>().unwrap()
                    && (day - 1) / 7 + 1 == which.parse::<i16>().unwrap();
            }
            if let Some(wanted) = of_week.strip_suffix('L') {
                return weekday == wanted.parse::<i16>().unwrap() && day + 7 > length;
            }
            return names(of_week, weekday, 1, 7);
        }
        match of_month {
            "L" => day == length,
            "LW" => Some(day) == (1..=length).rev().find(is_working),
            _ if of_month.ends_with('W') => {
                let wanted: i16 = of_month.trim_end_matches('W').parse().unwrap();
                let nearest = (1..=length).filter(is_working).min_by_key(|it| (it - wanted).abs());
                wanted <= length && Some(day) == nearest
            }
            _ => names(of_month, day, 1, 31),
        }
    }

    fn field(min: i16, max: i16, wraps: bool) -> BoxedStrategy<String> {
        let value = min..=max;
        let range = (value.clone(), value.clone()).prop_map(move |(a, b)| match wraps {
            true => format!("{a}-{b}"),
            false => format!("{}-{}", a.min(b), a.max(b)),
        });
        let step = 1..=(max - min).max(1);
        prop_oneof![
            2 => Just("*".to_owned()),
            3 => value.clone().prop_map(|value| value.to_string()),
            2 => range.clone(),
            2 => (value.clone(), step.clone()).prop_map(|(from, step)| format!("{from}/{step}")),
            1 => (range, step.clone()).prop_map(|(range, step)| format!("{range}/{step}")),
            1 => step.prop_map(|step| format!("*/{step}")),
            2 => prop::collection::vec(value, 2..4).prop_map(|values| {
                values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            }),
        ]
        .boxed()
    }

    /// Both day fields.
    fn days() -> BoxedStrategy<(String, String)> {
        let list = prop::collection::vec(1..=7_i16, 1..4)
            .prop_map(|days| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        let of_month = prop_oneof![
            4 => field(1, 31, true),
            1 => Just("L".to_owned()),
            1 => Just("LW".to_owned()),
            2 => (1..=31).prop_map(|day| format!("{day}W")),
        ];
        let of_week = prop_oneof![
            2 => list,
            2 => (1..=7, 1..=7).prop_map(|(from, to)| format!("{from}-{to}")),
            1 => Just("L".to_owned()),
            2 => (1..=7).prop_map(|day| format!("{day}L")),
            2 => (1..=7, 1..=5).prop_map(|(day, which)| format!("{day}#{which}")),
        ];
        prop_oneof![
            of_month.prop_map(|day| (day, "?".to_owned())),
            of_week.prop_map(|day| ("?".to_owned(), day)),
        ]
        .boxed()
    }

    #[test]
    fn the_next_times_are_those_that_a_clock_shows_minute_by_minute() {
        let (from, until) = (utc("2026-01-01T00:00:00Z"), utc("2028-01-01T00:00:00Z"));
        let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
        let clocks = zones.map(|zone| TimeZone::parse(zone).unwrap().clock());
        let minutes: BTreeMap<&str, Minutes> = zones
            .iter()
            .zip(&clocks)
            .map(|(zone, clock)| (*zone, Minutes::of(clock, from, until)))
            .collect();
        let expressions =
            (field(0, 59, true), field(0, 23, true), days(), field(1, 12, true), 0..zones.len())
                .prop_flat_map(|(minute, hour, days, month, zone)| {
                    let year = prop_oneof![
                        4 => Just("*".to_owned()),
                        1 => Just("2027".to_owned()),
                        1 => Just("2025/2".to_owned()),
                        1 => Just("2020-2026".to_owned()),
                    ];
                    (Just((minute, hour, days, month, zone)), year)
                });
        let config = proptest::test_runner::Config {
            failure_persistence: None,
            ..proptest::test_runner::Config::with_cases(24)
        };
        proptest::test_runner::TestRunner::new(config)
            .run(&expressions, |((minute, hour, (day, week), month, zone), year)| {
                let text = format!("cron({minute} {hour} {day} {month} {week} {year})");
                let schedule = Schedule::parse(&text)
                    .map_err(|invalid| TestCaseError::fail(format!("{text}: {invalid}")))?;
                let found: Vec<i64> = schedule
                    .runs(from, &clocks[zone], from)
                    .filter_map(|run| run.at)
                    .take_while(|at| *at < until)
                    .map(Timestamp::as_second)
                    .collect();
                let in_hour: Vec<bool> = (0..60).map(|it| names(&minute, it, 0, 59)).collect();
                let in_day: Vec<bool> = (0..24).map(|it| names(&hour, it, 0, 23)).collect();
                let shown: Vec<i64> = minutes[zones[zone]]
                    .0
                    .iter()
                    .filter(|(_, [minute, hour, ..], is_again)| {
                        !is_again
                            && in_hour[usize::try_from(*minute).unwrap_or(0)]
                            && in_day[usize::try_from(*hour).unwrap_or(0)]
                    })
                    .filter(|(_, [_, _, on, of, weekday, in_year], _)| {
                        names(&month, *of, 1, 12)
                            && names(&year, *in_year, 1970, 2199)
                            && is_day(&day, &week, *on, *of, *weekday, *in_year)
                    })
                    .map(|(second, ..)| *second)
                    .collect();
                prop_assert_eq!(&found, &shown, "{} in {}", text, zones[zone]);
                // From the middle on, too, and one by one.
                let middle = from + (24 * 365).hours();
                let next =
                    schedule.next_after(middle, &clocks[zone], from).map(Timestamp::as_second);
                let wanted = shown.iter().copied().find(|at| *at > middle.as_second());
                prop_assert_eq!(next.filter(|at| *at < until.as_second()), wanted, "{}", text);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}
