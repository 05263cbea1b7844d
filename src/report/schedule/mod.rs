//! When jobs run: for a terminal, another program, a calendar, and as a picture.

mod ics;
mod json;
mod svg;
mod terminal;

use jiff::Timestamp;
use jiff::tz::TimeZone as Clock;

use super::count;
use crate::schedule::{Change, Job, LengthFrom, Peak, Phase, State, Timetable};

pub use ics::ics;
pub use json::json;
pub use svg::svg;
pub use terminal::terminal;

/// A point in time by a clock: `2026-11-21 04:30`.
fn date_and_time(at: Timestamp, clock: &Clock) -> String {
    clock.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A point in time by a clock, for those who know which week it is: `Mon 23 Nov 04:30`.
fn day_and_time(at: Timestamp, clock: &Clock) -> String {
    clock.to_datetime(at).strftime("%a %-d %b %H:%M").to_string()
}

/// What is taken for granted, as sentences; none when everything is known.
pub fn assumptions(timetable: &Timetable) -> Vec<String> {
    let clock = timetable.window.zone.clock();
    let mut all = Vec::new();
    if timetable.assumes() {
        all.push(format!(
            "rates count from the creation of their rule, which is not known: they are shown as if \
             that were {} {}",
            date_and_time(timetable.window.from, &clock),
            timetable.window.zone,
        ));
    }
    let lengthless = |job: &Job| job.length_from == LengthFrom::Nobody && job.state == State::Runs;
    match timetable.jobs().filter(|(_, job)| lengthless(job)).count() {
        0 => {}
        jobs => all.push(format!(
            "nothing says how long {} {}: only the first minute of each run counts; write \
             `duration_minutes`, or say `--duration 10m`",
            count(jobs, "job"),
            if jobs == 1 { "takes" } else { "take" },
        )),
    }
    if timetable.jobs().any(|(_, job)| job.scheduled.flexible_minutes > 0) {
        all.push(
            "what starts within a flexible window counts for all of it, so that numbers are at most"
                .to_owned(),
        );
    }
    all
}

/// `2.25 vCPU, 4.5 GiB`; empty for what has neither.
fn size(peak: &Peak) -> String {
    if peak.cpu_units == 0 && peak.memory_mib == 0 {
        return String::new();
    }
    format!("{} vCPU, {} GiB", part(peak.cpu_units), part(peak.memory_mib))
}

/// A number of 1024ths, with two digits at most.
fn part(of_1024: u64) -> String {
    let hundredths = (of_1024 * 100 + 512) / 1024;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How often a job runs a day, on average over the window: `96`, `0.14`.
fn runs_a_day(timetable: &Timetable, job: &Job) -> f64 {
    let runs = u32::try_from(job.runs()).unwrap_or(u32::MAX);
    let a_day = f64::from(runs) * 1440.0 / f64::from(timetable.window.minutes);
    (a_day * 100.0).round() / 100.0
}

/// A number of minutes: `25 min`, `2 h`, `1 h 30 min`.
fn minutes(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// What clocks do: `Europe/Berlin: clocks are put forward by 1 h`.
fn told(change: &Change) -> String {
    let by = minutes(u32::try_from(change.minutes.unsigned_abs()).unwrap_or_default());
    let way = if change.minutes > 0 { "forward" } else { "back" };
    format!("{}: clocks are put {way} by {by}", change.zone)
}

/// Whether it runs and why not, in a word; `None` for what runs.
fn stands(job: &Job) -> Option<String> {
    match &job.state {
        State::Runs => None,
        State::Off => Some("off".to_owned()),
        State::Never => Some("never fires".to_owned()),
        State::Over => Some("over".to_owned()),
        State::Unknown(expression) => Some(format!("known to Terraform: {expression}")),
    }
}

/// Names of phases and of who says a length, in machine formats.
fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Clock => "clock",
        Phase::StartDate => "start_date",
        Phase::Assumed => "assumed",
    }
}
