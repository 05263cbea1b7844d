//! For other programs; a stable shape.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{assumptions, phase, runs_a_day};
use crate::component::schedule::{Overlap as WhenRunning, Starter};
use crate::schedule::{Certainty, Job, LengthFrom, Peak, Root, State, Timetable};
use crate::value::TimeZone;

/// The timetable as JSON. Times are in UTC, as RFC 3339 has them.
pub fn json(timetable: &Timetable) -> Value {
    let changes: Vec<Value> = timetable
        .changes
        .iter()
        .map(|change| {
            json!({
                "time_zone": change.zone.to_string(),
                "at": time(change.at),
                "minutes": change.minutes,
            })
        })
        .collect();
    let roots: Vec<Value> = timetable.roots.iter().map(|it| root(timetable, it)).collect();
    json!({
        "version": 1,
        "from": time(timetable.window.from),
        "until": time(timetable.window.until()),
        "time_zone": timetable.window.zone.to_string(),
        "assumptions": assumptions(timetable),
        "clock_changes": changes,
        "busiest": timetable.peak.as_ref().map(|it| peak(timetable, it)),
        "roots": roots,
    })
}

fn root(timetable: &Timetable, root: &Root) -> Value {
    let overlaps: Vec<Value> = root
        .overlaps
        .iter()
        .map(|overlap| {
            json!({
                "jobs": [root.jobs[overlap.first].address, root.jobs[overlap.second].address],
                "certainty": match overlap.certainty {
                    Certainty::Sure => "sure",
                    Certainty::EveryPhase => "every_phase",
                    Certainty::Possible => "possible",
                },
                "times": (overlap.certainty != Certainty::EveryPhase).then_some(overlap.times),
                "first": overlap.at.map(|minute| time(timetable.at(minute))),
            })
        })
        .collect();
    let starts = root.starts.as_ref().map(|starts| {
        json!({
            "at": time(timetable.at(starts.minute)),
            "jobs": starts.jobs,
            "count": starts.count,
        })
    });
    let jobs: Vec<Value> = root.jobs.iter().map(|it| job(timetable, it)).collect();
    json!({
        "root": root.name,
        "busiest": root.peak.as_ref().map(|it| peak(timetable, it)),
        "most_starts": starts,
        "jobs": jobs,
        "overlaps": overlaps,
    })
}

fn job(timetable: &Timetable, job: &Job) -> Value {
    let scheduled = &job.scheduled;
    let zone = scheduled.time_zone.literal().map(TimeZone::to_string);
    let notes: Vec<Value> = job
        .notes
        .iter()
        .map(|note| {
            let effect = if note.is_twice { "once" } else { "left_out" };
            json!({"local": note.local.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "effect": effect})
        })
        .collect();
    json!({
        "label": job.label,
        "component": job.component,
        "address": job.address,
        "schedule": job.expression(),
        "time_zone": zone,
        "starter": match scheduled.starter {
            Starter::Rule => "rule",
            Starter::Scheduler => "scheduler",
        },
        "state": match &job.state {
            State::Runs => "runs",
            State::Off => "off",
            State::Never => "never",
            State::Over => "over",
            State::Unknown(_) => "unknown",
        },
        "phase": phase(job.phase),
        "runs": job.runs(),
        "runs_a_day": runs_a_day(timetable, job),
        "next": job.next.iter().map(|at| time(*at)).collect::<Vec<_>>(),
        "clock_changes": notes,
        "duration_minutes": job.length_minutes,
        "duration_from": match job.length_from {
            LengthFrom::Nobody => "nobody",
            LengthFrom::Caller => "caller",
            LengthFrom::Description => "description",
            LengthFrom::Timeout => "timeout",
        },
        "flexible_window_minutes": scheduled.flexible_minutes,
        "overlap": match scheduled.overlap {
            WhenRunning::Allow => "allow",
            WhenRunning::Skip => "skip",
        },
        "overlaps_itself": job.overlaps_itself(),
        "cluster": scheduled.cluster,
        "cpu_units": scheduled.cpu_units,
        "memory_mib": scheduled.memory_mib,
    })
}

fn peak(timetable: &Timetable, peak: &Peak) -> Value {
    json!({
        "at": time(timetable.at(peak.minute)),
        "running": peak.running,
        "cpu_units": peak.cpu_units,
        "memory_mib": peak.memory_mib,
        "minutes": peak.minutes,
        "jobs": peak.jobs,
    })
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
