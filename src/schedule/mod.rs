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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::testing::stack;

    const NEEDED: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" { name = "app" }
image "app" { repository = repository.app }
"#;

    /// A table of loaders, each a schedule and other fields.
    fn timetable(rows: &[(&str, &str)], minutes: u32, durations: &[&str]) -> Timetable {
        let rows: String = rows
            .iter()
            .enumerate()
            .map(|(at, (schedule, fields))| {
                format!("loader \"l{at}\" {{\nschedule = \"{schedule}\"\n{fields}\n}}\n")
            })
            .collect();
        let table = format!(
            "loaders \"x\" {{\ncluster = cluster.main\nimage = image.app\ncpu = 512\nmemory = 1024\n{rows}}}\n{NEEDED}"
        );
        let stack = stack(&table);
        let from = "2027-03-27T00:00:00Z".parse().unwrap();
        let window = Window::new(from, minutes, TimeZone::UTC);
        let durations: Vec<String> = durations.iter().map(|it| (*it).to_owned()).collect();
        Timetable::of(&[&stack], window, &Durations::parse(&durations).unwrap())
    }

    const DAY: u32 = 1440;

    #[test]
    fn runs_that_meet_are_counted_and_the_busiest_minute_has_their_size() {
        let rows = [
            ("cron(0 * * * ? *)", "duration_minutes = 10"),
            ("cron(5 4 * * ? *)", "duration_minutes = 1"),
            ("cron(9 4,5 * * ? *)", "duration_minutes = 5"),
            ("cron(30 * * * ? *)", "enabled = false"),
        ];
        let table = timetable(&rows, DAY, &[]);
        let root = &table.roots[0];
        let overlaps: Vec<(usize, usize, u32, Option<u32>)> =
            root.overlaps.iter().map(|it| (it.first, it.second, it.times, it.at)).collect();
        assert_eq!(overlaps, [(0, 1, 1, Some(245)), (0, 2, 2, Some(249))]);
        let peak = root.peak.as_ref().unwrap();
        assert_eq!(
            (peak.minute, peak.running, peak.cpu_units, peak.memory_mib),
            (245, 2, 1024, 2048)
        );
        assert_eq!(peak.minutes, 3);
        assert_eq!(peak.jobs, ["l0", "l1"]);
        assert_eq!(root.jobs[3].state, State::Off);
        assert_eq!(root.jobs[0].runs(), 24);
    }

    #[test]
    fn the_end_of_a_run_is_no_minute_of_it() {
        let rows = [("cron(0 4 * * ? *)", "duration_minutes = 5"), ("cron(5 4 * * ? *)", "")];
        assert_eq!(timetable(&rows, DAY, &[]).roots[0].overlaps, []);
    }

    #[test]
    fn rates_overlap_for_sure_only_where_they_do_whenever_they_were_created() {
        let certain = |rows: &[(&str, &str)],
                       durations: &[&str]|
         -> Vec<(usize, usize, Certainty)> {
            let table = timetable(rows, DAY, durations);
            table.roots[0].overlaps.iter().map(|it| (it.first, it.second, it.certainty)).collect()
        };
        // 10 minutes of every 15 are not free, nor 6 that another one takes.
        let rows = [("rate(15 minutes)", ""), ("cron(0 4 * * ? *)", "")];
        assert_eq!(certain(&rows, &["l0=10m", "l1=6m"]), [(0, 1, Certainty::EveryPhase)]);
        assert_eq!(certain(&rows, &["l0=10m", "l1=5m"]), []);
        // Two rates come to lie at every multiple of 5 minutes.
        let rows = [("rate(15 minutes)", ""), ("rate(10 minutes)", "")];
        assert_eq!(certain(&rows, &["3m"]), [(0, 1, Certainty::EveryPhase)]);
        assert_eq!(certain(&rows, &["2m"]), []);
        // A rate outlasts itself whatever its phase is.
        assert_eq!(certain(&rows[..1], &["16m"]), [(0, 0, Certainty::Sure)]);
    }

    /// The claim, by trying all phases of rates.
    #[test]
    fn every_phase_is_every_phase() {
        for (every, others, length, other_length) in [
            (15, 10, 3, 3),
            (15, 10, 2, 3),
            (12, 18, 3, 3),
            (12, 18, 4, 3),
            (7, 30, 1, 1),
            (7, 30, 4, 4),
        ] {
            let rates = [format!("rate({every} minutes)"), format!("rate({others} minutes)")];
            let rows = [(rates[0].as_str(), ""), (rates[1].as_str(), "")];
            let durations = [format!("l0={length}m"), format!("l1={other_length}m")];
            let table = timetable(&rows, DAY, &[&durations[0], &durations[1]]);
            let said = table.roots[0].overlaps.iter().any(|it| it.first != it.second);
            let meets = |phase: u32| {
                let starts = |first, every| (first..5000).step_by(every as usize);
                starts(phase, every)
                    .any(|a| starts(0, others).any(|b| a < b + other_length && b < a + length))
            };
            let always = (0..every).all(meets);
            assert_eq!(said, always, "{rates:?} {durations:?}");
        }
    }

    #[test]
    fn a_flexible_window_counts_whole_and_makes_overlaps_possible() {
        let rows = [
            ("cron(0 4 * * ? *)", "scheduler { flexible_window_minutes = 30 }"),
            ("cron(20 4 * * ? *)", ""),
        ];
        let table = timetable(&rows, DAY, &[]);
        let found = &table.roots[0].overlaps;
        assert_eq!((found.len(), found[0].certainty), (1, Certainty::Possible));
    }

    #[test]
    fn what_skips_never_runs_twice() {
        let rows = [("rate(10 minutes)", "scheduler { overlap = \"skip\" }")];
        let table = timetable(&rows, 60, &["25m"]);
        let job = &table.roots[0].jobs[0];
        assert!(!job.overlaps_itself());
        assert_eq!(job.spans().map(|run| run.start).collect::<Vec<_>>(), [0, 30]);
        assert_eq!(table.roots[0].peak.as_ref().map(|peak| peak.running), Some(1));
    }

    #[test]
    fn changes_of_clocks_are_told_with_what_they_do_to_jobs() {
        let zone = "scheduler { time_zone = \"Europe/Berlin\" }";
        let rows = [("cron(30 2 * * ? *)", zone), ("cron(30 2 * * ? *)", "")];
        let table = timetable(&rows, 2 * DAY, &[]);
        assert_eq!(table.changes.len(), 1);
        assert_eq!(table.changes[0].at.to_string(), "2027-03-28T01:00:00Z");
        assert_eq!(table.changes[0].minutes, 60);
        let [first, second] = &table.roots[0].jobs[..] else { panic!("there are two") };
        assert_eq!(first.notes.len(), 1);
        assert!(!first.notes[0].is_twice);
        assert_eq!((first.runs(), second.runs()), (1, 2));
    }

    #[test]
    fn states_are_told_apart() {
        let ended = "scheduler { end_date = \"2026-01-01T00:00:00Z\" }";
        let rows = [
            ("cron(0 4 31 2 ? *)", ""),
            ("cron(0 4 * * ? 2020)", ""),
            ("rate(1 day)", ended),
            ("${var.when}", ""),
            ("cron(0 0 1 1 ? 2030)", ""),
        ];
        let table = timetable(&rows, DAY, &[]);
        let states: Vec<&State> = table.jobs().map(|(_, job)| &job.state).collect();
        assert_eq!(states[..3], [&State::Never, &State::Over, &State::Over]);
        assert!(matches!(states[3], State::Unknown(expression) if expression.contains("var.when")));
        let later = &table.roots[0].jobs[4];
        assert_eq!((&later.state, later.runs(), later.next.len()), (&State::Runs, 0, 1));
    }

    #[test]
    fn lengths_are_those_that_are_asked_for_said_or_known() {
        let rows = [("rate(1 hour)", "duration_minutes = 7"), ("rate(1 hour)", "")];
        let lengths = |durations: &[&str]| -> Vec<(u32, LengthFrom)> {
            let table = timetable(&rows, DAY, durations);
            table.jobs().map(|(_, job)| (job.length_minutes, job.length_from)).collect()
        };
        use LengthFrom::{Caller, Description, Nobody};
        assert_eq!(lengths(&[]), [(7, Description), (1, Nobody)]);
        assert_eq!(lengths(&["90s"]), [(7, Description), (2, Caller)]);
        assert_eq!(
            lengths(&["9m", "test/l0=1h", "loaders.x.l1=2h"]),
            [(60, Caller), (120, Caller)]
        );
        let table = timetable(&rows, DAY, &[]);
        let unknown = Durations::parse(&["l2=1m".to_owned()]).unwrap();
        assert_eq!(unknown.unknown(&table), ["l2"]);
        for text in ["ten", "0m", "-5m", "3y", ""] {
            assert!(minutes(text).is_err(), "{text}");
        }
    }
}
