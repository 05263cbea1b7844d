//! `stackwright schedule`

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::report::schedule as face;
use crate::schedule::{Durations, Timetable, Window, minutes};
use crate::tree;
use crate::value::{Scalar as _, TimeZone};

use super::output::Output;
use super::{Outcome, Selection};

/// Show when jobs run: what comes next, what overlaps, and the busiest minute
///
/// Of loaders, scheduled tasks and functions with schedules. Rules of EventBridge go by UTC, schedules
/// of EventBridge Scheduler by their time zone. A rate counts from the creation of its rule, which
/// nobody can know beforehand: it is shown as if that were the beginning of the window.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stackwright schedule
  stackwright schedule --stack univaf --duration 10m --duration njvss=25m
  stackwright schedule --window 7d --time-zone Europe/Berlin
  stackwright schedule --at 2026-11-21T00:00:00Z --format svg > schedule.svg
  stackwright schedule --window 30d --format ics > jobs.ics    for a calendar
  stackwright schedule --format json | jq '.busiest'

Exit codes:
  0  it is shown
  1  a description is wrong, or an option is")]
pub struct ScheduleArgs {
    #[command(flatten)]
    selection: Selection,

    /// When the window begins, as RFC 3339 has it; now, when it is not given
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// How long the window is: `24h`, `7d`
    #[arg(long, value_name = "LENGTH", default_value = "24h")]
    window: String,

    /// How long runs take: `10m` of jobs that do not say it, `njvss=25m` of one, whatever it says;
    /// may stand several times
    #[arg(long = "duration", value_name = "[JOB=]LENGTH")]
    durations: Vec<String>,

    /// By whose clocks times are shown
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,

    /// How the result looks
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

/// How a result looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Terminal,
    /// For programs; a stable shape.
    Json,
    /// A picture.
    Svg,
    /// For calendars: iCalendar, RFC 5545.
    Ics,
}

/// A time that was given, or now.
pub fn time(given: Option<&str>) -> anyhow::Result<Timestamp> {
    let Some(text) = given else { return Ok(Timestamp::now()) };
    text.parse().map_err(|_| {
        anyhow!("`{text}` is no time; write `--at 2026-11-21T00:00:00Z`, with its zone")
    })
}

pub fn schedule(
    project: &Project,
    args: &ScheduleArgs,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let at = time(args.at.as_deref())?;
    let window = minutes(&args.window).map_err(|problem| anyhow!(problem)).context("--window")?;
    let zone = TimeZone::parse(&args.time_zone).map_err(|invalid| {
        let help = invalid.help.map(|help| format!("; {help}")).unwrap_or_default();
        anyhow!("--time-zone: {}{help}", invalid.message)
    })?;
    let durations = Durations::parse(&args.durations)
        .map_err(|problem| anyhow!(problem))
        .context("--duration")?;

    let (stacks, problems) = tree::read(project, &args.selection.stacks);
    output.diagnostics(&problems, &project.sources.lock().expect("no thread is left"))?;
    if problems.iter().any(Diagnostic::is_error) {
        return Ok(Outcome::Error);
    }
    let stacks: Vec<_> = stacks.iter().map(|(stack, _)| stack).collect();
    let timetable = Timetable::of(&stacks, Window::new(at, window, zone), &durations);
    if let [name, ..] = durations.unknown(&timetable)[..] {
        bail!("--duration: no job is called `{name}`");
    }
    output.print(&match args.format {
        Format::Terminal => face::terminal(&timetable, output.style),
        Format::Json => format!("{:#}\n", face::json(&timetable)),
        Format::Svg => face::svg(&timetable),
        Format::Ics => face::ics(&timetable),
    })?;
    Ok(Outcome::Good)
}
