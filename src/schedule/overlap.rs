//! Which jobs run while others do.

use std::collections::BTreeMap;

use super::{Job, Phase, State};

/// Two jobs of a root of which one runs while the other does, or one with itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Where the first one is among the root's jobs.
    pub first: usize,
    /// Where the second one is; the same for a job that runs while its last run goes on.
    pub second: usize,
    /// How sure that is.
    pub certainty: Certainty,
    /// How often in the window; 0 where that depends on when a rate was created.
    pub times: u32,
    /// The first such minute of the window.
    pub at: Option<u32>,
}

/// How sure it is that two jobs overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// They do.
    Sure,
    /// They do, whenever the rates among them were created.
    EveryPhase,
    /// They may: one of them starts within a flexible window.
    Possible,
}

/// All overlaps of some jobs, but for those that depend on when a rate was created.
pub(super) fn of(jobs: &[Job]) -> Vec<Overlap> {
    let mut found = known(jobs);
    let runs = |job: &Job| job.state == State::Runs && !job.starts.is_empty();
    let is_rate = |job: &Job| job.phase == Phase::Assumed;
    for (at, rate) in jobs.iter().enumerate().filter(|(_, job)| runs(job) && is_rate(job)) {
        let Some(every) = rate.gap_minutes else { continue };
        let others = jobs
            .iter()
            .enumerate()
            .filter(|(other, job)| runs(job) && *other != at && (*other > at || !is_rate(job)));
        for (other, job) in others {
            // What lies between the starts of two rates is any multiple of their greatest common
            // divisor away from what it once was; a clock's starts are taken one by one.
            let period = match job.gap_minutes {
                Some(others) if is_rate(job) => gcd(every, others),
                _ => every,
            };
            // A flexible window may be used or not.
            if rate.length_minutes.saturating_add(job.length_minutes) > period {
                let (first, second) = (at.min(other), at.max(other));
                let certainty = Certainty::EveryPhase;
                found.insert(
                    (first, second),
                    Overlap { first, second, certainty, times: 0, at: None },
                );
            }
        }
    }
    found.into_values().collect()
}

/// The overlaps of jobs of which it is known when they start, and those of jobs with themselves.
fn known(jobs: &[Job]) -> BTreeMap<(usize, usize), Overlap> {
    let mut found = BTreeMap::new();
    let mut runs: Vec<(u32, u32, usize)> = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        match job.phase {
            Phase::Assumed if job.overlaps_itself() && !job.starts.is_empty() => {
                let times = u32::try_from(job.starts.len()).unwrap_or(u32::MAX).saturating_sub(1);
                let certainty = certainty(job, job);
                let first = Overlap { first: at, second: at, certainty, times, at: None };
                found.insert((at, at), first);
            }
            Phase::Assumed => {}
            Phase::Clock | Phase::StartDate => {
                runs.extend(job.spans().map(|run| (run.start, run.end, at)));
            }
        }
    }
    runs.sort_unstable();
    let mut active: Vec<(u32, usize)> = Vec::new();
    for (start, end, at) in runs {
        active.retain(|(end, _)| *end > start);
        for (_, other) in &active {
            let (first, second) = (at.min(*other), at.max(*other));
            let certainty = certainty(&jobs[first], &jobs[second]);
            let new = Overlap { first, second, certainty, times: 0, at: Some(start) };
            found.entry((first, second)).or_insert(new).times += 1;
        }
        active.push((end, at));
    }
    found
}

fn certainty(first: &Job, second: &Job) -> Certainty {
    let is_flexible = |job: &Job| job.scheduled.flexible_minutes > 0;
    match is_flexible(first) || is_flexible(second) {
        true => Certainty::Possible,
        false => Certainty::Sure,
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
