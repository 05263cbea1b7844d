//! What runs, and at which minutes of a window.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone as Clock;

use super::{Durations, Window};
use crate::component::Scheduled;
use crate::component::schedule::{Length, Overlap};
use crate::stack::Stack;
use crate::stack::value::Value;
use crate::value::{Schedule, TimeZone, When};

/// Something that is started again and again, or once.
#[derive(Debug, Clone)]
pub struct Job {
    /// What people call it: `prices`; `report.nightly` of a function that has several.
    pub label: String,
    /// Its component: `loaders.source`.
    pub component: String,
    /// Its component, and its label in a table of it: `loaders.source.prices`.
    pub address: String,
    /// What its component says of it.
    pub scheduled: Scheduled,
    /// From where it counts.
    pub phase: Phase,
    /// Whether it runs.
    pub state: State,
    /// The minutes of the window in which it starts, in order.
    pub starts: Arc<[u32]>,
    /// The next times at which it starts, also after the window.
    pub next: Vec<Timestamp>,
    /// What happens to it when clocks change.
    pub notes: Arc<[ClockNote]>,
    /// How many minutes a run takes; 1 where nobody says it.
    pub length_minutes: u32,
    /// Who says so.
    pub length_from: LengthFrom,
    /// The least number of minutes between two of its starts; `None` when there are not two.
    pub gap_minutes: Option<u32>,
}

/// From where a job counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It goes by a clock.
    Clock,
    /// It is a rate with a start date.
    StartDate,
    /// It is a rate, which counts from the creation of its rule. Nobody knows when that was, or
    /// will be: it is taken to be the beginning of the window.
    Assumed,
}

/// Whether a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does.
    Runs,
    /// It is switched off.
    Off,
    /// Its times do not exist: `cron(0 4 31 2 ? *)`.
    Never,
    /// It has run for the last time, or will never begin.
    Over,
    /// Terraform knows when, by this expression.
    Unknown(String),
}

/// Who says how long a run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthFrom {
    /// Nobody: its first minute counts.
    Nobody,
    /// Whoever asked for the timetable.
    Caller,
    /// The description.
    Description,
    /// It is stopped after that time, if it has not ended.
    Timeout,
}

/// A run that clocks have something to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockNote {
    /// What its clocks show.
    pub local: DateTime,
    /// True for a time that comes twice, and counts once; false for one that is left out.
    pub is_twice: bool,
}

impl Job {
    /// The zone whose clocks it goes by; `None` for a rate, and for one that is not known.
    pub fn zone(&self) -> Option<&TimeZone> {
        self.scheduled.time_zone.literal().filter(|_| self.phase == Phase::Clock)
    }

    /// How many minutes a run may last from its time on: it may begin within a flexible window.
    pub fn span_minutes(&self) -> u32 {
        self.length_minutes.saturating_add(self.scheduled.flexible_minutes)
    }

    /// How often it runs in the window.
    pub fn runs(&self) -> usize {
        self.starts.len()
    }

    /// True when one of its runs may begin while the one before goes on.
    pub fn overlaps_itself(&self) -> bool {
        let skips = self.scheduled.overlap == Overlap::Skip;
        !skips && self.gap_minutes.is_some_and(|gap| self.span_minutes() > gap)
    }

    /// Its schedule as it is written.
    pub fn expression(&self) -> String {
        match &self.scheduled.schedule {
            Value::Literal(schedule) => schedule.to_string(),
            Value::Expression(expression) => expression.source.clone(),
        }
    }
}

/// How many of the next times of a job are told.
const NEXT: usize = 5;

/// What a schedule, its zone, its first and its last time come to in a window.
#[derive(Debug, Clone)]
struct Found {
    starts: Arc<[u32]>,
    next: Vec<Timestamp>,
    notes: Arc<[ClockNote]>,
}

/// The times of schedules in a window. Many jobs have the same one, which is looked at once.
#[derive(Debug)]
pub struct Times<'a> {
    window: &'a Window,
    clocks: HashMap<TimeZone, Clock>,
    found: HashMap<(Schedule, TimeZone, Timestamp, Option<Timestamp>), Found>,
}

impl<'a> Times<'a> {
    /// Nothing has been looked at.
    pub fn new(window: &'a Window) -> Self {
        Self { window, clocks: HashMap::new(), found: HashMap::new() }
    }

    fn of(
        &mut self,
        schedule: &Schedule,
        zone: &TimeZone,
        first: Timestamp,
        last: Option<Timestamp>,
    ) -> Found {
        let key = (schedule.clone(), zone.clone(), first, last);
        if let Some(found) = self.found.get(&key) {
            return found.clone();
        }
        let clock = self.clocks.entry(zone.clone()).or_insert_with(|| zone.clock());
        let found = look(self.window, schedule, clock, first, last);
        self.found.insert(key, found.clone());
        found
    }
}

fn look(
    window: &Window,
    schedule: &Schedule,
    clock: &Clock,
    first: Timestamp,
    last: Option<Timestamp>,
) -> Found {
    let (mut starts, mut next, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let from = window.from.max(first);
    for run in schedule.runs(from, clock, first) {
        let Some(at) = run.at else {
            // In the window, as the times around it are.
            let near =
                clock.to_timestamp(run.local).is_ok_and(|near| window.minute(near).is_some());
            if near {
                notes.push(ClockNote { local: run.local, is_twice: false });
            }
            continue;
        };
        if last.is_some_and(|last| at > last) {
            break;
        }
        match window.minute(at) {
            Some(minute) => {
                starts.push(minute);
                if run.is_twice {
                    notes.push(ClockNote { local: run.local, is_twice: true });
                }
            }
            None if next.len() >= NEXT => break,
            None => {}
        }
        if next.len() < NEXT {
            next.push(at);
        }
    }
    Found { starts: starts.into(), next, notes: notes.into() }
}

/// The jobs of the components that stand in a root.
pub(super) fn of_stack(stack: &Stack, durations: &Durations, times: &mut Times<'_>) -> Vec<Job> {
    let here = stack.components.iter().filter(|(id, _)| stack.is_here(id));
    let scheduled = here.flat_map(|(id, component)| {
        component.scheduled().into_iter().map(move |scheduled| (id, scheduled))
    });
    scheduled
        .map(|(id, scheduled)| {
            let component = id.to_string();
            let (label, address) = match &scheduled.row {
                None => (id.label.clone(), component.clone()),
                // A function has several, and each of its own.
                Some(row) if id.kind == "function" => {
                    (format!("{}.{row}", id.label), format!("{component}.{row}"))
                }
                Some(row) => (row.clone(), format!("{component}.{row}")),
            };
            job(&stack.root, (label, component, address), scheduled, durations, times)
        })
        .collect()
}

fn job(
    root: &str,
    (label, component, address): (String, String, String),
    scheduled: Scheduled,
    durations: &Durations,
    times: &mut Times<'_>,
) -> Job {
    let mut job = Job {
        label,
        component,
        address,
        phase: Phase::Clock,
        state: State::Runs,
        starts: Arc::default(),
        next: Vec::new(),
        notes: Arc::default(),
        length_minutes: 1,
        length_from: LengthFrom::Nobody,
        gap_minutes: None,
        scheduled,
    };
    (job.length_minutes, job.length_from) = length(root, &job, durations);
    let (schedule, zone) = match (&job.scheduled.schedule, &job.scheduled.time_zone) {
        (Value::Literal(schedule), Value::Literal(zone)) => (schedule.clone(), zone.clone()),
        (Value::Expression(unknown), _) | (_, Value::Expression(unknown)) => {
            job.state = State::Unknown(unknown.source.clone());
            return job;
        }
    };
    let begins = job.scheduled.start_date.map(|date| date.timestamp());
    let is_rate = matches!(schedule.when(), When::Rate(_));
    job.phase = match (is_rate, begins) {
        (false, _) => Phase::Clock,
        (true, Some(_)) => Phase::StartDate,
        (true, None) => Phase::Assumed,
    };
    if !job.scheduled.is_on {
        job.state = State::Off;
        return job;
    }
    let first = begins.unwrap_or(if is_rate { times.window.from } else { Timestamp::MIN });
    let last = job.scheduled.end_date.map(|date| date.timestamp());
    let found = times.of(&schedule, &zone, first, last);
    job.state = match (found.next.is_empty(), fires(&schedule)) {
        (false, _) => State::Runs,
        (true, true) => State::Over,
        (true, false) => State::Never,
    };
    job.gap_minutes = match schedule.when() {
        When::Rate(minutes) => u32::try_from(*minutes).ok(),
        _ => gap(&found, times.window),
    };
    Job { starts: found.starts, next: found.next, notes: found.notes, ..job }
}

/// False for a schedule whose times do not exist.
fn fires(schedule: &Schedule) -> bool {
    match schedule.when() {
        When::Cron(cron) => cron.first_from(DateTime::MIN).is_some(),
        When::Rate(_) | When::Once(_) => true,
    }
}

/// The least number of minutes between two starts, of those in the window and those that come next.
fn gap(found: &Found, window: &Window) -> Option<u32> {
    let minutes = |at: &Timestamp| (at.as_second() - window.from.as_second()).div_euclid(60);
    let next: Vec<i64> = found.next.iter().map(minutes).collect();
    let later = next.windows(2).filter_map(|pair| u32::try_from(pair[1] - pair[0]).ok());
    found.starts.windows(2).map(|pair| pair[1] - pair[0]).chain(later).min()
}

fn length(root: &str, job: &Job, durations: &Durations) -> (u32, LengthFrom) {
    if let Some(minutes) = durations.named(root, job) {
        return (minutes, LengthFrom::Caller);
    }
    match (job.scheduled.length, durations.others()) {
        (Some(Length::Said(minutes)), _) => (minutes, LengthFrom::Description),
        (_, Some(minutes)) => (minutes, LengthFrom::Caller),
        (Some(Length::AtMost(minutes)), None) => (minutes, LengthFrom::Timeout),
        (None, None) => (1, LengthFrom::Nobody),
    }
}
