//! `spread = true`: minutes for loaders that leave open which minute it is.
//!
//! The minutes of a period are given out in the order of van der Corput's sequence: the first, then
//! the one in the middle, then those in the middle of each half, and so on. So they lie evenly, however
//! many there are, and a loader that is added at the end takes one that is free and moves no other.
//! (Minutes by a hash of the label would not move, either, when a loader is taken out from between
//! the others, but would lie at random.)

use crate::value::{Scalar as _, Schedule, When};

/// How many minutes an hour has.
const HOUR: u32 = 60;

/// What a schedule leaves open.
#[derive(Debug, Clone)]
struct Open {
    /// Every so many minutes; 60 for once an hour, or less often.
    minutes: u32,
    /// Every so many hours, where the hour is open, too.
    hours: Option<u32>,
    /// The fields after the minutes, where they are written.
    rest: Option<String>,
}

/// What is open in a schedule: the minutes of a rate that divides an hour or a day, and those of a
/// `cron(…)` that says `0`, `0/15` or `*/15`, which most who write them have not chosen.
fn open(schedule: &Schedule) -> Option<Open> {
    match schedule.when() {
        When::Once(_) => None,
        When::Rate(minutes) => {
            let minutes = u32::try_from(*minutes).ok()?;
            match (minutes, minutes / HOUR) {
                (2..HOUR, _) if HOUR.is_multiple_of(minutes) => {
                    Some(Open { minutes, hours: Some(1), rest: None })
                }
                (_, hours @ 1..=24)
                    if minutes.is_multiple_of(HOUR) && 24_u32.is_multiple_of(hours) =>
                {
                    Some(Open { minutes: HOUR, hours: Some(hours), rest: None })
                }
                _ => None,
            }
        }
        When::Cron(_) => {
            let (first, rest) =
                schedule.as_str().strip_prefix("cron(")?.strip_suffix(')')?.split_once(' ')?;
            let minutes = match first.split_once('/') {
                None => (first == "0").then_some(HOUR)?,
                Some((from, step)) => {
                    let step = step.parse().ok()?;
                    (matches!(from, "0" | "*") && step > 1 && HOUR.is_multiple_of(step))
                        .then_some(step)?
                }
            };
            Some(Open { minutes, hours: None, rest: Some(rest.to_owned()) })
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// Its minute may be another one.
    Open(Schedule),
    /// It keeps its minutes.
    Fixed(Schedule),
    /// Terraform knows when it runs.
    Unknown,
}

/// The schedules of a table's rows, in their order, with other minutes where these are open; `None`
/// for a row that keeps what it has.
pub(super) fn spread(rows: &[Row]) -> Vec<Option<Schedule>> {
    let mut taken = [0_u32; HOUR as usize];
    let mut hours_given = std::collections::BTreeMap::new();
    let mut give = |row: &Row| -> Option<Schedule> {
        let (schedule, open) = match row {
            Row::Open(schedule) => (schedule, open(schedule)),
            Row::Fixed(schedule) => (schedule, None),
            Row::Unknown => return None,
        };
        let Some(open) = open else {
            if let When::Cron(cron) = schedule.when() {
                for (minute, taken) in taken.iter_mut().enumerate() {
                    *taken += u32::from(cron.minutes() >> minute & 1 == 1);
                }
            }
            return None;
        };
        let minutes = |first: u32| (first..HOUR).step_by(open.minutes as usize);
        let most = |first: &u32| minutes(*first).map(|minute| taken[minute as usize]).max();
        let first = in_order(open.minutes).into_iter().min_by_key(most)?;
        for minute in minutes(first) {
            taken[minute as usize] += 1;
        }
        let minutes = match open.minutes {
            HOUR => first.to_string(),
            every => format!("{first}/{every}"),
        };
        let rest = match (open.rest, open.hours) {
            (Some(rest), _) => rest,
            (None, None | Some(1)) => "* * * ? *".to_owned(),
            (None, Some(every)) => {
                let given = hours_given.entry(every).or_insert(0_usize);
                let order = in_order(every);
                let hour = order[*given % order.len()];
                *given += 1;
                match every {
                    24 => format!("{hour} * * ? *"),
                    every => format!("{hour}/{every} * * ? *"),
                }
            }
        };
        Schedule::parse(&format!("cron({minutes} {rest})")).ok()
    };
    rows.iter().map(&mut give).collect()
}

/// The numbers below another one in the order of van der Corput's sequence.
fn in_order(below: u32) -> Vec<u32> {
    let mut seen = vec![false; below as usize];
    let places = (0..below.next_power_of_two()).map(|at: u32| {
        let place = u64::from(at.reverse_bits()) * u64::from(below) >> 32;
        u32::try_from(place).unwrap_or_default()
    });
    places.filter(|place| !std::mem::replace(&mut seen[*place as usize], true)).collect()
}
