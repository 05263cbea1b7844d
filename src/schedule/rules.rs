//! What is wrong with schedules, as far as descriptions alone can tell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone as Clock;

use crate::component::Scheduled;
use crate::component::schedule::{Length, Overlap};
use crate::diagnostic::{Diagnostic, codes};
use crate::report::count;
use crate::stack::{Id, Stack};
use crate::value::{Cron, Schedule, TimeZone, When};

/// A warning about a schedule that is right until it has fired for the last time.
#[derive(Debug, Clone)]
pub struct Ending {
    /// When it fires for the last time, or may.
    pub last: Timestamp,
    /// What is to be said after that.
    pub diagnostic: Diagnostic,
}

/// Warnings about the schedules of a stack, whatever the time is. `same_minute` is how many tasks
/// of a cluster may start in one minute; 0 for any number.
pub fn check(stack: &Stack, same_minute: u32) -> Vec<Diagnostic> {
    let jobs = jobs(stack, |_| true);
    let mut found = Vec::new();
    for job in &jobs {
        found.extend(never_fires(job).or_else(|| overlaps_itself(job)));
    }
    if same_minute > 0 {
        found.extend(crowds(&jobs, same_minute));
    }
    found
}

/// The schedules of a root that fire for the last time some day.
pub fn endings(stack: &Stack) -> Vec<Ending> {
    let jobs = jobs(stack, |id| stack.is_here(id));
    jobs.iter().filter_map(ending).collect()
}

/// A job of which it is known when it runs.
struct Known<'a> {
    scheduled: Scheduled,
    schedule: Schedule,
    zone: TimeZone,
    id: &'a Id,
}

fn jobs<'a>(stack: &'a Stack, is_wanted: impl Fn(&Id) -> bool) -> Vec<Known<'a>> {
    let components = stack.components.iter().filter(|(id, _)| is_wanted(id));
    let scheduled = components.flat_map(|(id, component)| {
        component.scheduled().into_iter().map(move |scheduled| (id, scheduled))
    });
    scheduled
        .filter(|(_, scheduled)| scheduled.is_on)
        .filter_map(|(id, scheduled)| {
            let schedule = scheduled.schedule.literal()?.clone();
            let zone = scheduled.time_zone.literal()?.clone();
            Some(Known { scheduled, schedule, zone, id })
        })
        .collect()
}

impl Known<'_> {
    fn warn(&self, code: crate::diagnostic::Code, message: String) -> Diagnostic {
        Diagnostic::warning(code, message).at(self.scheduled.place, "")
    }

    fn cron(&self) -> Option<&Cron> {
        match self.schedule.when() {
            When::Cron(cron) => Some(cron),
            When::Rate(_) | When::Once(_) => None,
        }
    }
}

/// A time that no calendar has, or none between two dates.
fn never_fires(job: &Known<'_>) -> Option<Diagnostic> {
    let schedule = &job.schedule;
    if job.cron()?.first_from(DateTime::MIN).is_none() {
        let message = format!("`{schedule}` never fires: no calendar has such a day");
        return Some(job.warn(codes::NEVER_FIRES, message).help(
            "write a day that its months have: `L` is the last of each, `5L` its last Thursday",
        ));
    }
    let (start, end) = (job.scheduled.start_date, job.scheduled.end_date?);
    let start = start.map_or(Timestamp::MIN, |start| start.timestamp());
    let clock = job.zone.clock();
    let first = schedule.runs(start, &clock, start).find_map(|run| run.at);
    let message = match job.scheduled.start_date {
        Some(start) => format!("`{schedule}` never fires between `{start}` and `{end}`"),
        None => format!("`{schedule}` never fires before `{end}`"),
    };
    first
        .is_none_or(|first| first > end.timestamp())
        .then(|| job.warn(codes::NEVER_FIRES, message).help("change its dates, or take it out"))
}

/// A run that takes longer than the time to the next.
fn overlaps_itself(job: &Known<'_>) -> Option<Diagnostic> {
    let Some(Length::Said(length)) = job.scheduled.length else { return None };
    if job.scheduled.overlap == Overlap::Skip {
        return None;
    }
    let gap = least_gap(&job.schedule)?;
    (u64::from(length) > gap).then(|| {
        let message = format!(
            "a run of `{length}` minutes goes on when the next begins: `{}` leaves {}",
            job.schedule,
            count(usize::try_from(gap).unwrap_or(usize::MAX), "minute"),
        );
        job.warn(codes::OVERLAPS_ITSELF, message).help(
            "EventBridge starts the next one anyway: run it less often, set `overlap = \"skip\"` in \
             a `scheduler` block, or correct `duration_minutes`",
        )
    })
}

/// The least number of minutes between two runs, by a clock that nobody changes.
fn least_gap(schedule: &Schedule) -> Option<u64> {
    // More than a dense day, or a hundred years of two days each.
    const MOST: usize = 1500;
    let cron = match schedule.when() {
        When::Once(_) => return None,
        When::Rate(minutes) => return Some(*minutes),
        When::Cron(cron) => cron,
    };
    let mut before: Option<DateTime> = None;
    let mut least = None;
    let mut from = DateTime::MIN;
    for _ in 0..MOST {
        let Some(run) = cron.first_from(from) else { break };
        if let Some(before) = before {
            let gap = u64::try_from(run.duration_since(before).as_mins()).unwrap_or(u64::MAX);
            least = Some(least.map_or(gap, |least: u64| least.min(gap)));
            if gap == 1 {
                break;
            }
        }
        before = Some(run);
        from = run.checked_add(jiff::Span::new().minutes(1)).ok()?;
    }
    least
}

/// The minutes in which too many tasks of a cluster start: of each cluster and zone the worst.
fn crowds(jobs: &[Known<'_>], most: u32) -> Vec<Diagnostic> {
    let mut groups: BTreeMap<(&str, &TimeZone), Vec<&Known<'_>>> = BTreeMap::new();
    for job in jobs {
        let Some(cluster) = &job.scheduled.cluster else { continue };
        // Rates begin whenever their rules are created, and what is flexible is spread.
        if job.cron().is_some() && job.scheduled.flexible_minutes == 0 {
            groups.entry((cluster, &job.zone)).or_default().push(job);
        }
    }
    groups.retain(|_, jobs| jobs.len() >= most as usize);
    groups
        .iter()
        .filter_map(|((cluster, zone), jobs)| {
            let (minute, there) = crowd(jobs, most)?;
            let (hour, minute) = (minute / 60, minute % 60);
            let (first, others) = there.split_first()?;
            let message = format!(
                "{} tasks of `cluster.{cluster}` start in one minute, {hour:02}:{minute:02} {zone}",
                there.len(),
            );
            let mut warning = first.warn(codes::SAME_MINUTE, message);
            for other in others.iter().take(3) {
                let also = other.scheduled.place.filter(|_| other.scheduled.place != first.scheduled.place);
                if let Some(place) = also {
                    warning = warning.also(place, "so does this one");
                }
            }
            let spread = match first.id.kind {
                "loaders" => "set `spread = true` on the loaders, or write other minutes",
                _ => "write other minutes",
            };
            Some(warning.help(format!(
                "{spread}; `same_minute` in the `schedule` block of `stackwright.hcl` says how many \
                 may"
            )))
        })
        .collect()
}

/// The minute of a day in which most of some jobs start on one day, and these, where they are too
/// many.
fn crowd<'a, 'b>(jobs: &[&'a Known<'b>], most: u32) -> Option<(u16, Vec<&'a Known<'b>>)> {
    let fires = |job: &Known<'_>, minute: u16| {
        job.cron().is_some_and(|cron| {
            cron.hours() >> (minute / 60) & 1 == 1 && cron.minutes() >> (minute % 60) & 1 == 1
        })
    };
    let mut minutes: Vec<(usize, u16)> = (0..1440)
        .map(|minute| (jobs.iter().filter(|job| fires(job, minute)).count(), minute))
        .filter(|(count, _)| *count >= most as usize)
        .collect();
    minutes.sort_by_key(|(count, minute)| (std::cmp::Reverse(*count), *minute));
    minutes.into_iter().find_map(|(_, minute)| {
        let there: Vec<&Known<'_>> =
            jobs.iter().copied().filter(|job| fires(job, minute)).collect();
        let same_day = busiest_day(&there);
        (same_day.len() >= most as usize).then_some((minute, same_day))
    })
}

/// The jobs that run on the day of a leap year on which most of them do.
fn busiest_day<'a, 'b>(jobs: &[&'a Known<'b>]) -> Vec<&'a Known<'b>> {
    let mut most = Vec::new();
    let year = date(2024, 1, 1).year();
    for month in 1..=12 {
        let days: Vec<u32> =
            jobs.iter().map(|job| job.cron().map_or(0, |cron| cron.days_of(year, month))).collect();
        for day in 1..=31 {
            let there = jobs.iter().zip(&days).filter(|(_, days)| **days >> day & 1 == 1);
            if there.clone().count() > most.len() {
                most = there.map(|(job, _)| *job).collect();
            }
        }
    }
    most
}

/// When a job fires for the last time.
fn ending(job: &Known<'_>) -> Option<Ending> {
    let clock: Clock = job.zone.clock();
    let last = match job.schedule.when() {
        When::Rate(_) => None,
        When::Cron(cron) => cron.last(),
        When::Once(time) => Some(*time),
    };
    let last = last.and_then(|last| clock.to_timestamp(last).ok());
    let end = job.scheduled.end_date.map(|end| end.timestamp());
    let last = last.into_iter().chain(end).min()?;
    let schedule = &job.schedule;
    let message = match end == Some(last) {
        true => format!("`{schedule}` is over since `{last}`"),
        false => format!("`{schedule}` has fired for the last time, at `{last}`"),
    };
    let diagnostic = job
        .warn(codes::SCHEDULE_OVER, message)
        .help("take it out, or give it a time that is to come");
    Some(Ending { last, diagnostic })
}

#[cfg(test)]
mod tests {
    use super::{check, endings};
    use crate::component::testing::stack;

    const NEEDED: &str = r#"
network "main" { cidr = "10.0.0.0/16" }
cluster "main" { network = network.main }
repository "app" { name = "app" }
image "app" { repository = repository.app }
"#;

    fn task(label: &str, fields: &str) -> String {
        format!(
            "scheduled_task \"{label}\" {{\ncluster = cluster.main\nimage = image.app\n{fields}\n}}\n"
        )
    }

    fn warnings(blocks: &str, same_minute: u32) -> Vec<String> {
        let stack = stack(&format!("{blocks}{NEEDED}"));
        let told = check(&stack, same_minute).into_iter();
        told.map(|it| format!("{} {}; {}", it.code.id, it.message, it.help.join("; "))).collect()
    }

    #[test]
    fn a_schedule_that_never_fires_is_told() {
        let never = task("a", "schedule = \"cron(0 4 31 2 ? *)\"");
        insta::assert_snapshot!(warnings(&never, 10).join("\n"), @"SW361 `cron(0 4 31 2 ? *)` never fires: no calendar has such a day; write a day that its months have: `L` is the last of each, `5L` its last Thursday");
        let dates = "scheduler {\nstart_date = \"2026-01-02T00:00:00Z\"\nend_date = \"2026-01-30T00:00:00Z\"\n}";
        let between = task("a", &format!("schedule = \"cron(0 4 31 * ? *)\"\n{dates}"));
        insta::assert_snapshot!(warnings(&between, 10).join("\n"), @"SW361 `cron(0 4 31 * ? *)` never fires between `2026-01-02T00:00:00Z` and `2026-01-30T00:00:00Z`; change its dates, or take it out");
        let off = task("a", "schedule = \"cron(0 4 31 2 ? *)\"\nenabled = false");
        assert_eq!(warnings(&off, 10), [""; 0]);
        let leap = task("a", "schedule = \"cron(0 4 29 2 ? *)\"");
        assert_eq!(warnings(&leap, 10), [""; 0]);
    }

    #[test]
    fn a_run_that_is_longer_than_the_time_to_the_next_is_told() {
        let with = |schedule: &str, minutes: u32, more: &str| {
            let fields = format!("schedule = \"{schedule}\"\nduration_minutes = {minutes}\n{more}");
            warnings(&task("a", &fields), 10)
        };
        insta::assert_snapshot!(with("rate(15 minutes)", 16, "").join("\n"), @r#"SW362 a run of `16` minutes goes on when the next begins: `rate(15 minutes)` leaves 15 minutes; EventBridge starts the next one anyway: run it less often, set `overlap = "skip"` in a `scheduler` block, or correct `duration_minutes`"#);
        assert_eq!(with("rate(15 minutes)", 15, ""), [""; 0]);
        // From ten to midnight to midnight.
        assert_eq!(with("cron(0,50 0,23 * * ? *)", 10, ""), [""; 0]);
        assert_eq!(with("cron(0,50 0,23 * * ? *)", 11, "").len(), 1);
        assert_eq!(with("cron(0/50 * * * ? *)", 11, "").len(), 1);
        assert_eq!(with("cron(0 4 1,28 * ? *)", 10_080, "").len(), 1);
        assert_eq!(with("rate(15 minutes)", 16, "scheduler { overlap = \"skip\" }"), [""; 0]);
    }

    #[test]
    fn many_tasks_in_one_minute_are_told_and_on_different_days_they_are_not() {
        let tasks = |schedules: &[&str]| -> String {
            let tasks = schedules.iter().enumerate();
            tasks.map(|(at, it)| task(&format!("t{at}"), &format!("schedule = \"{it}\""))).collect()
        };
        let same = tasks(&["cron(0/15 4 * * ? *)", "cron(30 4 ? * MON *)", "cron(30 * * * ? *)"]);
        insta::assert_snapshot!(warnings(&same, 3).join("\n"), @"SW363 3 tasks of `cluster.main` start in one minute, 04:30 UTC; write other minutes; `same_minute` in the `schedule` block of `stackwright.hcl` says how many may");
        assert_eq!(warnings(&same, 4), [""; 0]);
        assert_eq!(warnings(&same, 0), [""; 0]);
        let days = tasks(&["cron(0 4 ? * MON *)", "cron(0 4 ? * TUE *)", "cron(0 4 ? * WED *)"]);
        assert_eq!(warnings(&days, 2), [""; 0]);
        // Nobody knows when rates begin.
        let rates = tasks(&["rate(1 hour)", "rate(1 hour)", "cron(0 * * * ? *)"]);
        assert_eq!(warnings(&rates, 2), [""; 0]);
    }

    #[test]
    fn what_ends_some_day_is_known_without_a_clock() {
        let ends = |fields: &str| -> Vec<String> {
            let stack = stack(&format!("{}{NEEDED}", task("a", fields)));
            let endings = endings(&stack).into_iter();
            endings.map(|it| format!("{} {}", it.last, it.diagnostic.message)).collect()
        };
        assert_eq!(ends("schedule = \"cron(0 4 * * ? *)\""), [""; 0]);
        insta::assert_snapshot!(ends("schedule = \"cron(0 4 * * ? 2024-2025)\"").join("\n"), @"2025-12-31T04:00:00Z `cron(0 4 * * ? 2024-2025)` has fired for the last time, at `2025-12-31T04:00:00Z`");
        insta::assert_snapshot!(ends("schedule = \"at(2026-01-01T12:00:00)\"\nscheduler { time_zone = \"America/New_York\" }").join("\n"), @"2026-01-01T17:00:00Z `at(2026-01-01T12:00:00)` has fired for the last time, at `2026-01-01T17:00:00Z`");
        insta::assert_snapshot!(ends("schedule = \"rate(1 day)\"\nscheduler { end_date = \"2026-01-01T00:00:00Z\" }").join("\n"), @"2026-01-01T00:00:00Z `rate(1 day)` is over since `2026-01-01T00:00:00Z`");
    }
}
