//! For people: a table and a strip of characters.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Colour};
use jiff::tz::TimeZone as Clock;

use super::super::snippet::Style;
use super::super::terminal::paint;
use super::{
    assumptions, count, date_and_time, day_and_time, minutes, runs_a_day, size, stands, told,
};
use crate::schedule::{Certainty, Job, LengthFrom, Overlap, Phase, Root, Timetable};

/// How many characters a strip has.
const STRIP: usize = 48;
/// How many overlaps of a root are told.
const MOST_OVERLAPS: usize = 12;

/// The timetable as text.
pub fn terminal(timetable: &Timetable, style: Style) -> String {
    let clock = timetable.window.zone.clock();
    let mut text = Text { timetable, clock, style, out: String::new() };
    let window = &timetable.window;
    let _ = writeln!(
        text.out,
        "{} from {} to {}, {}",
        count(timetable.jobs().count(), "job"),
        date_and_time(window.from, &text.clock),
        date_and_time(window.until(), &text.clock),
        window.zone,
    );
    for root in &timetable.roots {
        text.root(root);
    }
    text.end();
    text.out
}

struct Text<'a> {
    timetable: &'a Timetable,
    clock: Clock,
    style: Style,
    out: String,
}

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn root(&mut self, root: &Root) {
        let columns: [Vec<String>; 5] = [
            root.jobs.iter().map(|job| job.label.clone()).collect(),
            root.jobs.iter().map(schedule).collect(),
            root.jobs.iter().map(|job| self.often(job)).collect(),
            root.jobs.iter().map(length).collect(),
            root.jobs.iter().map(|job| self.next(job)).collect(),
        ];
        let heads = [root.name.as_str(), "schedule", "runs a day", "takes", "next"];
        let widths: Vec<usize> = columns
            .iter()
            .zip(heads)
            .map(|(column, head)| {
                let cells = column.iter().map(|cell| cell.chars().count());
                cells.chain([head.chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let row = |cells: [&str; 5]| {
            let cells = cells.iter().zip(&widths);
            cells.map(|(cell, width)| format!("{cell:<width$}  ")).collect::<String>()
        };
        let head = row(heads);
        self.out.push('\n');
        let hours = self.hours();
        let head = paint(&head, Colour::new().bold(), self.style);
        self.line(&format!("{head}{hours}"));
        let minutes = self.timetable.window.minutes as usize;
        let known = root.known_running(minutes);
        for (at, job) in root.jobs.iter().enumerate() {
            let cells = row(std::array::from_fn(|column| columns[column][at].as_str()));
            let strip = self.strip(job, &known);
            let cells = paint(&cells, Colour::new(), self.style);
            self.line(&format!("{cells}{strip}"));
        }
        let indent = " ".repeat(row([""; 5]).chars().count() - "at once  ".len());
        let load = self.load(&root.running(minutes));
        self.line(&format!("{indent}at once  {load}"));
        self.told(root);
    }

    /// What is to be known of a root below its table.
    fn told(&mut self, root: &Root) {
        if let Some(peak) = &root.peak {
            let size = size(peak);
            let size = if size.is_empty() { size } else { format!(", {size}") };
            let when = day_and_time(self.timetable.at(peak.minute), &self.clock);
            let often = match peak.minutes {
                0 | 1 => String::new(),
                more => format!(", as in {more} minutes of the window"),
            };
            let jobs = names(&peak.jobs);
            let told = format!("{} running{size}{often}: {jobs}", peak.running);
            let told = paint(&told, Colour::new(), self.style);
            self.line(&format!("busiest minute {when}: {told}"));
        }
        if let Some(starts) = root.starts.as_ref().filter(|starts| starts.count > 1) {
            let when = day_and_time(self.timetable.at(starts.minute), &self.clock);
            let jobs = paint(&names(&starts.jobs), Colour::new(), self.style);
            self.line(&format!("most starts {when}: {} at once: {jobs}", starts.count));
        }
        let mut overlaps: Vec<&Overlap> = root.overlaps.iter().collect();
        overlaps.sort_by_key(|it| (it.first != it.second, std::cmp::Reverse(it.times)));
        for overlap in overlaps.iter().take(MOST_OVERLAPS) {
            let line = self.overlap(root, overlap);
            self.line(&paint(&line, Colour::new(), self.style));
        }
        if let Some(more) = overlaps.len().checked_sub(MOST_OVERLAPS).filter(|it| *it > 0) {
            self.line(&format!("and {more} more overlaps; `--format json` has them"));
        }
        for job in &root.jobs {
            for note in job.notes.iter() {
                let what = match note.is_twice {
                    true => "comes twice by its clocks, and counts once",
                    false => "is left out: its clocks are put forward",
                };
                let local = note.local.strftime("%Y-%m-%d %H:%M");
                let zone = job.zone().map(ToString::to_string).unwrap_or_default();
                let line = format!("{}: {local} {zone} {what}", job.label);
                self.line(&paint(&line, AnsiColor::Yellow.on_default(), self.style));
            }
        }
    }

    fn overlap(&self, root: &Root, overlap: &Overlap) -> String {
        let (first, second) = (&root.jobs[overlap.first].label, &root.jobs[overlap.second].label);
        let who = match overlap.first == overlap.second {
            true => format!("{first} runs while its last run goes on"),
            false => format!("{first} overlaps {second}"),
        };
        let times = match overlap.times {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        let first = overlap.at.map(|minute| day_and_time(self.timetable.at(minute), &self.clock));
        let first = first.map(|first| format!(", first {first}")).unwrap_or_default();
        match overlap.certainty {
            Certainty::Sure => format!("{who}: {times}{first}"),
            Certainty::Possible => format!("{who}, possibly: {times}{first}"),
            Certainty::EveryPhase => format!("{who}, whenever the rate was created"),
        }
    }

    fn end(&mut self) {
        let mut lines = Vec::new();
        if self.timetable.roots.len() > 1
            && let Some(peak) = &self.timetable.peak
        {
            let size = size(peak);
            let size = if size.is_empty() { size } else { format!(", {size}") };
            let when = day_and_time(self.timetable.at(peak.minute), &self.clock);
            lines.push(format!(
                "of all stacks, the busiest minute is {when}: {} running{size}",
                peak.running
            ));
        }
        for change in &self.timetable.changes {
            lines.push(format!("{} {}", date_and_time(change.at, &self.clock), told(change)));
        }
        lines.extend(assumptions(self.timetable).into_iter().map(|note| format!("note: {note}")));
        if !lines.is_empty() {
            self.out.push('\n');
        }
        for line in lines {
            self.line(&line);
        }
    }

    /// The minutes of a character of a strip.
    fn minutes(&self, column: usize) -> std::ops::Range<u32> {
        let all = u64::from(self.timetable.window.minutes);
        let at = |column: usize| u32::try_from(all * column as u64 / STRIP as u64).unwrap_or(0);
        at(column)..at(column + 1).max(at(column) + 1)
    }

    /// The hours or days above a strip.
    fn hours(&self) -> String {
        let mut line = String::new();
        let every = STRIP / 8;
        for column in (0..STRIP).step_by(every) {
            let at = self.clock.to_datetime(self.timetable.at(self.minutes(column).start));
            let named = match self.timetable.window.minutes {
                ..=2880 => at.strftime("%H:%M").to_string(),
                _ => at.strftime("%a %d").to_string(),
            };
            let _ = write!(line, "{named:<every$}");
        }
        line
    }

    fn strip(&self, job: &Job, running: &[u32]) -> String {
        let mut cells = [None; STRIP];
        let minutes = self.timetable.window.minutes;
        for span in job.spans() {
            let column = |minute: u32| {
                let at = u64::from(minute) * STRIP as u64 / u64::from(minutes);
                usize::try_from(at).unwrap_or(0).min(STRIP - 1)
            };
            let end = span.end.min(minutes);
            for (at, cell) in
                cells.iter_mut().enumerate().take(column(end - 1) + 1).skip(column(span.start))
            {
                let here = self.minutes(at);
                let (from, to) =
                    (here.start.max(span.start), here.end.min(end).max(span.start + 1));
                let others = running.get(from as usize..to.min(minutes) as usize);
                let most = others.into_iter().flatten().copied().max().unwrap_or(1);
                *cell = Some(cell.unwrap_or(0).max(most));
            }
        }
        let draw = |cell: &Option<u32>| match cell {
            None => paint("·", Colour::new().dimmed(), self.style),
            Some(_) if job.phase == Phase::Assumed => {
                paint("~", Colour::new().dimmed(), self.style)
            }
            Some(0 | 1) => paint("▪", AnsiColor::Blue.on_default(), self.style),
            Some(2) => paint("■", AnsiColor::Yellow.on_default(), self.style),
            Some(_) => paint("█", AnsiColor::Red.on_default(), self.style),
        };
        cells.iter().map(draw).collect()
    }

    fn load(&self, running: &[u32]) -> String {
        let most = running.iter().copied().max().unwrap_or(0);
        let draw = |column| {
            let minutes = self.minutes(column);
            let here = running.get(minutes.start as usize..minutes.end as usize);
            let here = here.into_iter().flatten().copied().max().unwrap_or(0);
            const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
            match here {
                0 => ' ',
                _ => STEPS[((here * 8).div_ceil(most.max(1)) as usize).clamp(1, 8) - 1],
            }
        };
        (0..STRIP).map(draw).collect()
    }

    fn often(&self, job: &Job) -> String {
        stands(job).unwrap_or_else(|| runs_a_day(self.timetable, job).to_string())
    }

    fn next(&self, job: &Job) -> String {
        let Some(next) = job.next.first() else { return "–".to_owned() };
        let now = self.clock.to_datetime(self.timetable.window.from);
        let at = self.clock.to_datetime(*next);
        let text = match at.year() == now.year() {
            true => day_and_time(*next, &self.clock),
            false => date_and_time(*next, &self.clock),
        };
        if job.phase == Phase::Assumed { format!("~{text}") } else { text }
    }
}

/// A job's schedule with its zone.
fn schedule(job: &Job) -> String {
    match job.zone() {
        Some(zone) if *zone != crate::value::TimeZone::UTC => {
            format!("{} {zone}", job.expression())
        }
        _ => job.expression(),
    }
}

fn length(job: &Job) -> String {
    match job.length_from {
        LengthFrom::Nobody => "?".to_owned(),
        LengthFrom::Timeout => format!("≤ {}", minutes(job.length_minutes)),
        LengthFrom::Caller | LengthFrom::Description => minutes(job.length_minutes),
    }
}

/// A list that stays short.
fn names(names: &[String]) -> String {
    const MOST: usize = 8;
    match names.len().checked_sub(MOST).filter(|more| *more > 0) {
        None => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}
