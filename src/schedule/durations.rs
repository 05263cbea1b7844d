//! How long runs take, as whoever asks says it.

use jiff::{Span, SpanRelativeTo};

use super::Job;

/// How long the runs of jobs take: of some, and of all others that say nothing themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Durations {
    others: Option<u32>,
    named: Vec<(String, u32)>,
}

impl Durations {
    /// Reads `10m`, for all jobs that do not say it, and `shop/prices=25m`, for those of a name:
    /// `prices`, `loaders.source.prices`, each also with its root before it.
    ///
    /// # Errors
    /// What is wrong with the first that is wrong, and what to write.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let mut all = Self::default();
        for text in texts {
            match text.rsplit_once('=') {
                Some((name, length)) => all.named.push((name.to_owned(), minutes(length)?)),
                None => all.others = Some(minutes(text)?),
            }
        }
        Ok(all)
    }

    /// What is said of a job by its name.
    pub(super) fn named(&self, root: &str, job: &Job) -> Option<u32> {
        // The last one wins, as options do.
        let mut named = self.named.iter().rev();
        named.find(|(name, _)| is_called(root, job, name)).map(|(_, minutes)| *minutes)
    }

    /// What is said of all jobs that do not say it.
    pub(super) fn others(&self) -> Option<u32> {
        self.others
    }

    /// The names that no job has.
    pub fn unknown(&self, timetable: &super::Timetable) -> Vec<&str> {
        let is_known =
            |name: &str| timetable.jobs().any(|(root, job)| is_called(&root.name, job, name));
        self.named.iter().map(|(name, _)| name.as_str()).filter(|name| !is_known(name)).collect()
    }
}

fn is_called(root: &str, job: &Job, name: &str) -> bool {
    let below = name.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    below == job.label || below == job.address
}

/// A length as people write it, `25m`, `1h 30m`, `7d`, in minutes, begun ones as whole ones.
///
/// # Errors
/// When it is none, is 0 or is longer than a year.
pub fn minutes(text: &str) -> Result<u32, String> {
    let help = || format!("`{text}` is no length of time; write `25m`, `1h30m` or `7d`");
    let span: Span = text.trim().parse().map_err(|_| help())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| help())?;
    let seconds = u64::try_from(length.as_secs()).map_err(|_| help())?;
    let minutes = u32::try_from(seconds.div_ceil(60)).map_err(|_| help())?;
    match minutes {
        0 => Err(format!("`{text}` is too short; the shortest is one minute, `1m`")),
        1..=super::LONGEST_MINUTES => Ok(minutes),
        _ => Err(format!("`{text}` is too long; the longest is `366d`")),
    }
}
