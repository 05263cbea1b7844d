//! When the jobs of stacks run: what comes next, what runs at once, and when most does.
//!
//! A [`Timetable`] is made of stacks and a window of time, and is a pure function of them: whoever
//! wants to know about now says what now is. Its faces are in [`crate::report::schedule`].
//!
//! What is not known is not made up. A rate counts from the creation of its rule, which no
//! description knows: it is drawn as if it began with the window, is marked as such
//! ([`Phase::Assumed`]), and is said to overlap another job only where it does whenever it was
//! created. How long a run takes comes from `duration_minutes`, from what the caller says
//! ([`Durations`]), or from the time after which it is stopped; of others only their first minute
//! counts.

mod durations;
mod jobs;
mod load;
mod overlap;
mod rules;

use jiff::Timestamp;
use jiff::tz::TimeZone as Clock;

use crate::stack::Stack;
use crate::value::TimeZone;
pub use durations::{Durations, minutes};
pub use jobs::{ClockNote, Job, LengthFrom, Phase, State, Times};
pub use load::{Peak, Starts};
pub use overlap::{Certainty, Overlap};
pub use rules::{Ending, check, endings};

/// What a timetable is about.
#[derive(Debug, Clone)]
pub struct Window {
    /// Its first minute.
    pub from: Timestamp,
    /// How many minutes it has.
    pub minutes: u32,
    /// The zone whose clocks it is shown by.
    pub zone: TimeZone,
}

/// The longest window: a year with its leap day.
pub const LONGEST_MINUTES: u32 = 366 * 24 * 60;

/// When jobs run within a window.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// What it is about.
    pub window: Window,
    /// The roots that have jobs, in the order of their names.
    pub roots: Vec<Root>,
    /// How many tasks run in each minute, all roots together: at most, where something starts
    /// within a flexible window.
    pub running: Vec<u32>,
    /// The minute in which most runs, of all roots.
    pub peak: Option<Peak>,
    /// When the clocks of a zone that some job goes by, or that it is shown by, are changed.
    pub changes: Vec<Change>,
}

/// The jobs of a root.
#[derive(Debug, Clone)]
pub struct Root {
    /// Its name: that of its stack, or `shop/production/jobs`.
    pub name: String,
    /// Its jobs, as written.
    pub jobs: Vec<Job>,
    /// The minute in which most runs; `None` when nothing does.
    pub peak: Option<Peak>,
    /// The minute in which most begins; `None` when nothing does.
    pub starts: Option<Starts>,
    /// Which jobs run while others do.
    pub overlaps: Vec<Overlap>,
}

/// Clocks that are put forward or back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub zone: TimeZone,
    /// When.
    pub at: Timestamp,
    /// By how many minutes: more than 0 for forward.
    pub minutes: i64,
}

impl Timetable {
    /// The timetable of some stacks.
    pub fn of(stacks: &[&Stack], window: Window, durations: &Durations) -> Self {
        let mut times = Times::new(&window);
        let mut running = load::Load::new(window.minutes);
        let mut roots = Vec::new();
        for stack in stacks {
            let jobs = jobs::of_stack(stack, durations, &mut times);
            if jobs.is_empty() {
                continue;
            }
            let mut own = load::Load::new(window.minutes);
            own.add(jobs.iter());
            running.add(jobs.iter());
            roots.push(Root {
                name: stack.root.clone(),
                peak: own.peak(&[&jobs]),
                starts: load::Starts::of(&jobs, window.minutes),
                overlaps: overlap::of(&jobs),
                jobs,
            });
        }
        let all: Vec<&[Job]> = roots.iter().map(|root| root.jobs.as_slice()).collect();
        let peak = running.peak(&all);
        let zones = roots.iter().flat_map(|root| &root.jobs).filter_map(Job::zone);
        let changes = changes(&window, zones.chain([&window.zone]));
        Self { running: running.running(), window, roots, peak, changes }
    }

    /// All its jobs with their roots.
    pub fn jobs(&self) -> impl Iterator<Item = (&Root, &Job)> {
        self.roots.iter().flat_map(|root| root.jobs.iter().map(move |job| (root, job)))
    }

    /// The point in time of a minute of its window.
    pub fn at(&self, minute: u32) -> Timestamp {
        self.window.at(minute)
    }

    /// True when a rate of which nobody knows when it began is drawn as if it began with the window.
    pub fn assumes(&self) -> bool {
        self.jobs().any(|(_, job)| job.state == State::Runs && job.phase == Phase::Assumed)
    }
}

impl Root {
    /// How many run in each minute of a window of so many: at most, and with rates where they are
    /// assumed to be.
    pub fn running(&self, minutes: usize) -> Vec<u32> {
        load::running(self.jobs.iter(), minutes)
    }

    /// The same without rates of which nobody knows when they run.
    pub fn known_running(&self, minutes: usize) -> Vec<u32> {
        load::running(self.jobs.iter().filter(|job| job.phase != Phase::Assumed), minutes)
    }
}

impl Window {
    /// A window from the full minute that a time is in.
    pub fn new(from: Timestamp, minutes: u32, zone: TimeZone) -> Self {
        let second = from.as_second().div_euclid(60) * 60;
        let from = Timestamp::from_second(second).unwrap_or(from);
        Self { from, minutes: minutes.clamp(1, LONGEST_MINUTES), zone }
    }

    /// The point in time of one of its minutes.
    pub fn at(&self, minute: u32) -> Timestamp {
        Timestamp::from_second(self.from.as_second() + i64::from(minute) * 60)
            .unwrap_or(Timestamp::MAX)
    }

    /// The first minute after it.
    pub fn until(&self) -> Timestamp {
        self.at(self.minutes)
    }

    /// The minute of a point in time, where it is in the window.
    pub fn minute(&self, at: Timestamp) -> Option<u32> {
        let minute = (at.as_second() - self.from.as_second()).div_euclid(60);
        u32::try_from(minute).ok().filter(|minute| *minute < self.minutes)
    }
}

/// When the clocks of some zones are changed within a window, in order.
fn changes<'a>(window: &Window, zones: impl Iterator<Item = &'a TimeZone>) -> Vec<Change> {
    let zones: std::collections::BTreeSet<&TimeZone> = zones.collect();
    let mut changes = Vec::new();
    for zone in zones {
        let clock: Clock = zone.clock();
        let mut before = clock.to_offset(window.from).seconds();
        // One that is just before the window is none of its.
        for change in clock.following(window.from) {
            if change.timestamp() >= window.until() {
                break;
            }
            let after = change.offset().seconds();
            let minutes = i64::from(after - before) / 60;
            before = after;
            if minutes != 0 {
                changes.push(Change { zone: zone.clone(), at: change.timestamp(), minutes });
            }
        }
    }
    changes.sort_by(|a, b| (a.at, &a.zone).cmp(&(b.at, &b.zone)));
    changes
}
