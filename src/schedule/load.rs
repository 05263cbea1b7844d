//! How much runs in each minute.

use super::{Job, State};

/// How many tasks run in each minute of a window, and what they have.
#[derive(Debug)]
pub(super) struct Load {
    /// What changes from one minute to the next: tasks, CPU units, MiB.
    steps: Vec<[i64; 3]>,
}

/// The minute in which most runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// The first such minute of the window.
    pub minute: u32,
    /// How many runs there are in it: at most, where something starts within a flexible window.
    pub running: u32,
    /// The CPU units of their tasks; 1024 are one virtual CPU.
    pub cpu_units: u64,
    /// The memory of their tasks, in MiB.
    pub memory_mib: u64,
    /// How often the window has as much in one minute, in a row or not.
    pub minutes: u32,
    /// The labels of the jobs that run then, in order.
    pub jobs: Vec<String>,
}

/// The minute in which most jobs start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starts {
    /// The first such minute of the window.
    pub minute: u32,
    /// How many start in it.
    pub count: u32,
    /// Their labels.
    pub jobs: Vec<String>,
}

impl Load {
    pub fn new(minutes: u32) -> Self {
        Self { steps: vec![[0; 3]; minutes as usize + 1] }
    }

    pub fn add<'a>(&mut self, jobs: impl Iterator<Item = &'a Job>) {
        let last = self.steps.len() - 1;
        for job in jobs {
            let cpu = job.scheduled.cpu_units.unwrap_or_default();
            let memory = job.scheduled.memory_mib.unwrap_or_default();
            let what = [1, i64::from(cpu), i64::from(memory)];
            for run in job.spans() {
                let (from, to) = (run.start as usize, (run.end as usize).min(last));
                for (at, what) in what.iter().enumerate() {
                    self.steps[from][at] += what;
                    self.steps[to][at] -= what;
                }
            }
        }
    }

    /// How many run in each minute.
    pub fn running(&self) -> Vec<u32> {
        let minutes = self.steps.len() - 1;
        let mut now = 0;
        let sum = |step: &[i64; 3]| {
            now += step[0];
            u32::try_from(now).unwrap_or_default()
        };
        self.steps.iter().take(minutes).map(sum).collect()
    }

    /// The minute in which most runs, by number, then by CPU and memory.
    pub fn peak(&self, jobs: &[&[Job]]) -> Option<Peak> {
        let minutes = self.steps.len() - 1;
        let (mut now, mut most, mut at, mut times) = ([0; 3], [0; 3], 0, 0);
        for (minute, step) in self.steps.iter().take(minutes).enumerate() {
            for (now, step) in now.iter_mut().zip(step) {
                *now += step;
            }
            if now > most {
                (most, at, times) = (now, minute, 1);
            } else if now == most {
                times += 1;
            }
        }
        let minute = u32::try_from(at).ok().filter(|_| most[0] > 0)?;
        let jobs = jobs.iter().flat_map(|jobs| jobs.iter());
        let there = jobs.filter(|job| job.spans().any(|run| run.contains(&minute)));
        Some(Peak {
            minute,
            running: u32::try_from(most[0]).unwrap_or_default(),
            cpu_units: u64::try_from(most[1]).unwrap_or_default(),
            memory_mib: u64::try_from(most[2]).unwrap_or_default(),
            minutes: times,
            jobs: there.map(|job| job.label.clone()).collect(),
        })
    }
}

/// How many of some jobs run in each minute.
pub(super) fn running<'a>(jobs: impl Iterator<Item = &'a Job>, minutes: usize) -> Vec<u32> {
    let mut load = Load::new(u32::try_from(minutes).unwrap_or_default());
    load.add(jobs);
    load.running()
}

impl Starts {
    pub(super) fn of(jobs: &[Job], minutes: u32) -> Option<Self> {
        let mut counts = vec![0_u32; minutes as usize];
        for start in jobs.iter().flat_map(|job| job.starts.iter()) {
            counts[*start as usize] += 1;
        }
        let count = counts.iter().copied().max().filter(|count| *count > 0)?;
        let minute = u32::try_from(counts.iter().position(|it| *it == count)?).ok()?;
        let there = jobs.iter().filter(|job| job.starts.binary_search(&minute).is_ok());
        Some(Self { minute, count, jobs: there.map(|job| job.label.clone()).collect() })
    }
}

impl Job {
    /// The minutes from and before which each of its runs may last, in order. One that is left out
    /// because the one before goes on is not among them.
    pub fn spans(&self) -> impl Iterator<Item = std::ops::Range<u32>> {
        let skips = self.scheduled.overlap == crate::component::schedule::Overlap::Skip;
        let (length, mut free) = (self.span_minutes(), 0);
        let starts = (self.state == State::Runs).then(|| self.starts.iter());
        starts.into_iter().flatten().filter_map(move |start| {
            if skips && *start < free {
                return None;
            }
            free = start.saturating_add(length);
            Some(*start..free)
        })
    }
}
