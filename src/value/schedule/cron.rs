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
