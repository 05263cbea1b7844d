//! For calendars: iCalendar (RFC 5545).
//!
//! A job is one event that recurs, where a rule of that format says exactly when: the crates for
//! it bring chrono, and what is needed is a few lines. A job that goes by the clocks of a time
//! zone, and what no rule can say, is one event a run within the window, in UTC.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone as Clock;

use super::{assumptions, minutes};
use crate::schedule::{Job, Phase, State, Timetable};
use crate::stack::value::Value;
use crate::value::{TimeZone, When};

/// The timetable as a calendar.
pub fn ics(timetable: &Timetable) -> String {
    let mut calendar = Calendar(String::new());
    calendar.line("BEGIN:VCALENDAR");
    calendar.line("VERSION:2.0");
    calendar.line("PRODID:-//Stackwright//stackwright schedule//EN");
    calendar.line("CALSCALE:GREGORIAN");
    calendar.text("X-WR-CALNAME", "Schedules");
    let notes = assumptions(timetable);
    if !notes.is_empty() {
        calendar.text("X-WR-CALDESC", &notes.join("\n"));
    }
    for (root, job) in timetable.jobs().filter(|(_, job)| job.state == State::Runs) {
        let about = About { timetable, root: &root.name, job };
        match recurrence(timetable, job) {
            Some(rule) => about.event(&mut calendar, job.next[0], "", Some(&rule)),
            None => {
                for minute in job.starts.iter() {
                    let at = timetable.at(*minute);
                    about.event(&mut calendar, at, &format!("-{}", time(at)), None);
                }
            }
        }
    }
    calendar.line("END:VCALENDAR");
    calendar.0
}

/// Lines as RFC 5545 has them ("Content Lines").
struct Calendar(String);

impl Calendar {
    /// A line that is folded where it is longer than 75 octets, never within a character.
    fn line(&mut self, line: &str) {
        const LONGEST: usize = 75;
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            octets += c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }

    /// A property whose value is text ("Text").
    fn text(&mut self, name: &str, text: &str) {
        let mut line = format!("{name}:");
        for c in text.chars() {
            match c {
                '\\' | ';' | ',' => line.extend(['\\', c]),
                '\n' => line.push_str("\\n"),
                c if c.is_control() => {}
                c => line.push(c),
            }
        }
        self.line(&line);
    }
}

struct About<'a> {
    timetable: &'a Timetable,
    root: &'a str,
    job: &'a Job,
}

impl About<'_> {
    fn event(&self, calendar: &mut Calendar, at: Timestamp, which: &str, rule: Option<&str>) {
        let job = self.job;
        calendar.line("BEGIN:VEVENT");
        calendar.text("UID", &format!("{}.{}{which}@stackwright", self.root, job.address));
        calendar.line(&format!("DTSTAMP:{}", time(self.timetable.window.from)));
        calendar.line(&format!("DTSTART:{}", time(at)));
        calendar.line(&format!("DURATION:PT{}M", job.length_minutes));
        if let Some(rule) = rule {
            calendar.line(&format!("RRULE:{rule}"));
        }
        calendar.text("SUMMARY", &format!("{} ({})", job.label, self.root));
        let mut told = format!("{}\n{}", job.address, job.expression());
        if let Some(zone) = job.zone() {
            let _ = write!(told, " {zone}");
        }
        if job.phase == Phase::Assumed {
            told.push_str("\nIts times are assumed: a rate counts from the creation of its rule.");
        }
        if job.scheduled.flexible_minutes > 0 {
            let _ = write!(told, "\nIt starts within {}.", minutes(job.scheduled.flexible_minutes));
        }
        calendar.text("DESCRIPTION", &told);
        calendar.line("TRANSP:TRANSPARENT");
        calendar.line("END:VEVENT");
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The rule ("Recurrence Rule") by which a job recurs; `None` for what no rule says exactly.
fn recurrence(timetable: &Timetable, job: &Job) -> Option<String> {
    let (Value::Literal(schedule), Value::Literal(zone)) =
        (&job.scheduled.schedule, &job.scheduled.time_zone)
    else {
        return None;
    };
    let end = job.scheduled.end_date.map(|date| date.timestamp());
    let (rule, last) = match schedule.when() {
        When::Once(_) => return None,
        When::Rate(minutes) => {
            let (every, count) = match minutes {
                minutes if minutes % 1440 == 0 => ("DAILY", minutes / 1440),
                minutes if minutes % 60 == 0 => ("HOURLY", minutes / 60),
                minutes => ("MINUTELY", *minutes),
            };
            (format!("FREQ={every};INTERVAL={count}"), None)
        }
        When::Cron(cron) => {
            if *zone != TimeZone::UTC {
                return None;
            }
            let from: DateTime = Clock::UTC.to_datetime(timetable.window.from);
            let rule = cron.recurrence(from.year())?;
            (rule, cron.last().and_then(|last| Clock::UTC.to_timestamp(last).ok()))
        }
    };
    let until = last.into_iter().chain(end).min();
    Some(match until {
        Some(until) => format!("{rule};UNTIL={}", time(until)),
        None => rule,
    })
}
