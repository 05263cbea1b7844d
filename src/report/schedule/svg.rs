//! As a picture: a strip of time, one row a job, and how much runs at once below.

use std::fmt::Write as _;

use jiff::tz::TimeZone as Clock;

use super::super::picture::{PALETTE, escape};
use super::{
    assumptions, count, date_and_time, day_and_time, minutes, runs_a_day, size, stands, told,
};
use crate::schedule::{Job, LengthFrom, Phase, Root, Timetable};

const WIDTH: f64 = 1280.0;
const LEFT: f64 = 216.0;
const RIGHT: f64 = 280.0;
const PLOT: f64 = WIDTH - LEFT - RIGHT;
const ROW: f64 = 22.0;
const BAR: f64 = 12.0;
/// The smallest width of a run, so that it can be seen.
const THIN: f64 = 1.6;
/// Rows with more runs than this have one tooltip for all of them.
const MOST_TOOLTIPS: usize = 48;

const STYLE: &str = "\
.sw-schedule{background:var(--sw-bg);font-family:system-ui,sans-serif}
.sw-schedule text{fill:var(--sw-fg);font-size:12px}
.sw-schedule .sw-title{font-size:17px;font-weight:600}
.sw-schedule .sw-root{font-size:13px;font-weight:600}
.sw-schedule .sw-small{font-size:11px;fill:var(--sw-muted)}
.sw-schedule .sw-code{font-family:ui-monospace,monospace;font-size:10.5px;fill:var(--sw-muted)}
.sw-schedule .sw-over{paint-order:stroke;stroke:var(--sw-bg);stroke-width:4px;stroke-linejoin:round}
.sw-schedule .sw-end{text-anchor:end}
.sw-schedule .sw-middle{text-anchor:middle}
.sw-schedule .sw-band{fill:var(--sw-panel)}
.sw-schedule .sw-clear{fill:transparent}
.sw-schedule .sw-row:hover .sw-clear{fill:var(--sw-line);fill-opacity:.5}
.sw-schedule .sw-hour{stroke:var(--sw-line);stroke-width:.6}
.sw-schedule .sw-day{stroke:var(--sw-muted);stroke-width:1}
.sw-schedule .sw-alone{fill:var(--sw-accent)}
.sw-schedule .sw-two{fill:var(--sw-update)}
.sw-schedule .sw-many{fill:var(--sw-destroy)}
.sw-schedule .sw-assumed{fill:var(--sw-muted);fill-opacity:.6}
.sw-schedule .sw-shade{fill:var(--sw-destroy);fill-opacity:.12}
.sw-schedule .sw-window{fill-opacity:.3}
.sw-schedule .sw-load{fill:var(--sw-accent);fill-opacity:.22;stroke:var(--sw-accent);stroke-width:1}
.sw-schedule .sw-peak{stroke:var(--sw-destroy);stroke-width:1.2;stroke-dasharray:4 3}
.sw-schedule .sw-peaktext{fill:var(--sw-destroy);font-weight:600}
.sw-schedule .sw-clock{stroke:var(--sw-create);stroke-width:1.4;stroke-dasharray:1 3;stroke-linecap:round}
.sw-schedule .sw-clocktext{fill:var(--sw-create);font-size:11px}
";

/// The timetable as an SVG picture without scripts. It can stand alone or in a page: its classes
/// begin with `sw-`, it has no ids, and each row has `data-stack`, `data-component` and `data-job`.
pub fn svg(timetable: &Timetable) -> String {
    let clock = timetable.window.zone.clock();
    let notes = assumptions(timetable);
    let mut picture = Picture { timetable, clock, under: String::new(), body: String::new() };
    let mut y = picture.head(&notes);
    let top = y;
    let grid_at = picture.body.len();
    for root in &timetable.roots {
        y = picture.root(root, y);
    }
    if timetable.roots.is_empty() {
        let _ = writeln!(
            picture.body,
            r#"<text x="{LEFT}" y="{}" class="sw-small">nothing has a schedule</text>"#,
            y + 18.0
        );
        y += 30.0;
    }
    let bottom = picture.load(y + 14.0);
    let grid = picture.grid(top, bottom);
    let under = std::mem::take(&mut picture.under);
    picture.body.insert_str(grid_at, &(under + &grid));
    picture.marks(top, bottom);
    let height = bottom + 40.0;
    let _ = writeln!(
        picture.body,
        r#"<text x="{LEFT}" y="{:.1}" class="sw-small">{}</text>"#,
        bottom + 20.0,
        escape(&legend_of_zone(timetable)),
    );
    let label = format!(
        "Schedules of {} from {} to {}",
        count(timetable.jobs().count(), "job"),
        date_and_time(timetable.window.from, &picture.clock),
        date_and_time(timetable.window.until(), &picture.clock),
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sw-schedule\" viewBox=\"0 0 {WIDTH} \
         {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{}\">\n\
         <style>\n{PALETTE}{STYLE}</style>\n{}</svg>\n",
        escape(&label),
        picture.body,
    )
}

fn legend_of_zone(timetable: &Timetable) -> String {
    format!("hours are those of {}", timetable.window.zone)
}

struct Picture<'a> {
    timetable: &'a Timetable,
    clock: Clock,
    /// What is under the lines of the grid.
    under: String,
    body: String,
}

/// How a run is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Assumed,
    Alone,
    Two,
    Many,
}

impl Look {
    const ALL: [Self; 4] = [Self::Assumed, Self::Alone, Self::Two, Self::Many];

    fn class(self) -> &'static str {
        match self {
            Self::Assumed => "sw-assumed",
            Self::Alone => "sw-alone",
            Self::Two => "sw-two",
            Self::Many => "sw-many",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Alone => "runs alone",
            Self::Two => "with others",
            Self::Many => "in a crowd: over half as many as the stack ever has at once",
            Self::Assumed => "a rate: counts from a time that is not known",
        }
    }
}

impl Picture<'_> {
    fn x(&self, minute: u32) -> f64 {
        LEFT + f64::from(minute) / f64::from(self.timetable.window.minutes) * PLOT
    }

    /// Title, what is assumed, and what the colours mean. Gives where rows begin.
    fn head(&mut self, notes: &[String]) -> f64 {
        let window = &self.timetable.window;
        let title = format!(
            "Schedules, {} to {}, {}",
            day_and_time(window.from, &self.clock),
            day_and_time(window.until(), &self.clock),
            window.zone,
        );
        let _ = writeln!(
            self.body,
            r#"<text x="16" y="28" class="sw-title">{}</text>"#,
            escape(&title)
        );
        let mut y = 48.0;
        for note in notes {
            let _ = writeln!(
                self.body,
                r#"<text x="16" y="{y}" class="sw-small">{}</text>"#,
                escape(note)
            );
            y += 16.0;
        }
        let mut x = 16.0;
        let looks = [Look::Alone, Look::Two, Look::Many, Look::Assumed];
        for look in
            looks.into_iter().filter(|look| *look != Look::Assumed || self.timetable.assumes())
        {
            let _ = writeln!(
                self.body,
                r#"<rect x="{x}" y="{}" width="12" height="{BAR}" rx="2" class="{}"/><text x="{}" y="{}" class="sw-small">{}</text>"#,
                y - 4.0,
                look.class(),
                x + 18.0,
                y + 6.0,
                look.meaning(),
            );
            x += 18.0 + 6.2 * f64::from(u32::try_from(look.meaning().len()).unwrap_or(0)) + 22.0;
        }
        y + 48.0
    }

    /// Hours or days, as lines and names above the rows.
    fn grid(&self, top: f64, bottom: f64) -> String {
        let mut grid = String::new();
        let window = &self.timetable.window;
        let hours = window.minutes.div_ceil(60);
        // Clocks differ by quarters of hours.
        let first = (15
            - u32::try_from(self.clock.to_datetime(window.from).minute()).unwrap_or(0) % 15)
            % 15;
        let mut last_day = -1000.0;
        for minute in (first..=window.minutes).step_by(15) {
            let local = self.clock.to_datetime(window.at(minute));
            if local.minute() != 0 {
                continue;
            }
            let x = self.x(minute);
            let is_day = local.hour() == 0;
            let every = match hours {
                0..=50 => 1,
                51..=200 => 6,
                _ => 24,
            };
            if local.hour() % every != 0 {
                continue;
            }
            let class = if is_day { "sw-day" } else { "sw-hour" };
            let class = if hours > 200 { "sw-hour" } else { class };
            let _ = writeln!(
                grid,
                r#"<line x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{bottom:.1}" class="{class}"/>"#,
                top - 6.0
            );
            let named = match hours {
                0..=26 => true,
                27..=50 => local.hour() % 3 == 0,
                51..=100 => true,
                _ => false,
            };
            if named {
                let _ = writeln!(
                    grid,
                    r#"<text x="{x:.1}" y="{:.1}" class="sw-small sw-middle">{:02}</text>"#,
                    top - 10.0,
                    local.hour(),
                );
            }
            if is_day && x - last_day > 76.0 && x < LEFT + PLOT - 40.0 {
                last_day = x;
                let _ = writeln!(
                    grid,
                    r#"<text x="{:.1}" y="{:.1}" class="sw-small">{}</text>"#,
                    x + 2.0,
                    top - 24.0,
                    local.strftime("%a %-d %b"),
                );
            }
        }
        let at = self.clock.to_datetime(window.from);
        let first = (1440 - u32::from(at.hour().unsigned_abs()) * 60) % 1440;
        if first > 0 && self.x(first.min(window.minutes)) - LEFT > 76.0 {
            let _ = writeln!(
                grid,
                r#"<text x="{LEFT}" y="{:.1}" class="sw-small">{}</text>"#,
                top - 24.0,
                at.strftime("%a %-d %b"),
            );
        }
        grid
    }

    /// The rows of a root. Gives where the next ones begin.
    fn root(&mut self, root: &Root, top: f64) -> f64 {
        let minutes = self.timetable.window.minutes as usize;
        let known = root.known_running(minutes);
        let mut head = escape(&root.name);
        // Of one root, it is told below.
        if let Some(peak) = root.peak.as_ref().filter(|_| self.timetable.roots.len() > 1) {
            let size = size(peak);
            let size = if size.is_empty() { size } else { format!(", {size}") };
            let busiest = format!(
                "busiest {}: {} running{size}",
                day_and_time(self.timetable.at(peak.minute), &self.clock),
                peak.running,
            );
            let _ = write!(
                head,
                r#" <tspan class="sw-small sw-over" font-weight="400" dx="8">{}</tspan>"#,
                escape(&busiest)
            );
        }
        let _ = writeln!(
            self.body,
            r#"<text x="16" y="{:.1}" class="sw-root sw-over">{head}</text>"#,
            top + 17.0
        );
        let mut y = top + 26.0;
        let rows = f64::from(u32::try_from(root.jobs.len()).unwrap_or(0));
        let mut bands = String::new();
        for band in (0..root.jobs.len()).step_by(2) {
            let top = y + f64::from(u32::try_from(band).unwrap_or(0)) * ROW;
            let _ = write!(bands, "M8 {top:.1}h{:.1}v{ROW}H8z", WIDTH - 16.0);
        }
        let _ = writeln!(self.under, r#"<path class="sw-band" d="{bands}"/>"#);
        let crowd = crowd(&known);
        self.shade(&known, crowd, y, rows * ROW);
        for job in &root.jobs {
            self.row(root, job, (&known, crowd), y);
            y += ROW;
        }
        y + 8.0
    }

    /// A column through all rows wherever there is a crowd.
    fn shade(&mut self, running: &[u32], crowd: u32, top: f64, height: f64) {
        let mut shade = Strip::default();
        for (minute, running) in running.iter().enumerate() {
            if *running >= crowd {
                let minute = u32::try_from(minute).unwrap_or(u32::MAX);
                shade.add(self.x(minute), self.x(minute + 1).max(self.x(minute) + THIN));
            }
        }
        let path = shade.path(top, height);
        if !path.is_empty() {
            let _ = writeln!(self.under, r#"<path class="sw-shade" d="{path}"/>"#);
        }
    }

    fn row(&mut self, root: &Root, job: &Job, running: (&[u32], u32), y: f64) {
        let bar = y + (ROW - BAR) / 2.0;
        let text = y + ROW / 2.0 + 4.0;
        let _ = writeln!(
            self.body,
            r#"<g class="sw-row" data-stack="{}" data-component="{}" data-job="{}"><title>{}</title>"#,
            escape(&root.name),
            escape(&job.component),
            escape(&job.address),
            escape(&self.summary(root, job)),
        );
        let _ = writeln!(
            self.body,
            r#"<rect x="8" y="{y:.1}" width="{:.1}" height="{ROW}" class="sw-clear"/><text x="24" y="{text:.1}">{}</text>"#,
            WIDTH - 16.0,
            escape(&cut(&job.label, 29)),
        );
        let right = LEFT + PLOT + 12.0;
        let _ = writeln!(
            self.body,
            r#"<text x="{right:.1}" y="{text:.1}" class="sw-code">{}</text>"#,
            escape(&cut(&job.expression(), 28)),
        );
        let a_day = runs_a_day(self.timetable, job);
        let often = stands(job).unwrap_or_else(|| match a_day < 10.0 {
            true => format!("{a_day}/day"),
            false => format!("{}/day", a_day.round()),
        });
        let _ = writeln!(
            self.body,
            r#"<text x="{:.1}" y="{text:.1}" class="sw-small sw-end">{}</text>"#,
            WIDTH - 16.0,
            escape(&cut(&often, 12)),
        );
        self.runs(job, running, bar);
        self.body.push_str("</g>\n");
    }

    /// The runs of a job.
    fn runs(&mut self, job: &Job, (running, crowd): (&[u32], u32), y: f64) {
        let window = self.timetable.window.minutes;
        let look = |span: &std::ops::Range<u32>| {
            let minutes = running.get(span.start as usize..span.end.min(window) as usize);
            match minutes.into_iter().flatten().max() {
                _ if job.phase == Phase::Assumed => Look::Assumed,
                None | Some(0 | 1) => Look::Alone,
                Some(most) if *most < crowd => Look::Two,
                Some(_) => Look::Many,
            }
        };
        let edges = |from: u32, to: u32| {
            let left = self.x(from);
            (left, self.x(to.min(window)).max(left + THIN))
        };
        let spans: Vec<(Look, std::ops::Range<u32>)> =
            job.spans().map(|span| (look(&span), span)).collect();
        let flexible = job.scheduled.flexible_minutes;
        let mut drawn = String::new();
        if spans.len() <= MOST_TOOLTIPS {
            for (look, span) in &spans {
                let (left, right) = edges(span.start, span.end);
                let when = day_and_time(self.timetable.at(span.start), &self.clock);
                let within = match flexible {
                    0 => String::new(),
                    _ => format!(", within {}", minutes(flexible)),
                };
                let title = format!("{}: {when}{within}", job.label);
                let faint = if flexible > 0 { " sw-window" } else { "" };
                let _ = writeln!(
                    drawn,
                    r#"<rect x="{left:.1}" y="{y:.1}" width="{:.1}" height="{BAR}" rx="1" class="{}{faint}"><title>{}</title></rect>"#,
                    right - left,
                    look.class(),
                    escape(&title),
                );
                if flexible > 0 {
                    let (left, right) = edges(span.start, span.end.saturating_sub(flexible));
                    let _ = writeln!(
                        drawn,
                        r#"<rect x="{left:.1}" y="{y:.1}" width="{:.1}" height="{BAR}" rx="1" class="{}"/>"#,
                        right - left,
                        look.class(),
                    );
                }
            }
        } else {
            // Those that matter most are on top.
            for which in Look::ALL {
                let mut strip = Strip::default();
                for (_, span) in spans.iter().filter(|(look, _)| *look == which) {
                    let (left, right) = edges(span.start, span.end);
                    strip.add(left, right);
                }
                let path = strip.path(y, BAR);
                if !path.is_empty() {
                    let _ = writeln!(drawn, r#"<path class="{}" d="{path}"/>"#, which.class());
                }
            }
        }
        self.body.push_str(&drawn);
    }

    /// What is known of a job, for those who point at it.
    fn summary(&self, root: &Root, job: &Job) -> String {
        let mut lines = vec![job.address.clone(), job.expression()];
        if let Some(zone) = job.zone() {
            lines[1] = format!("{} {zone}", lines[1]);
        }
        match stands(job) {
            Some(stands) => lines.push(stands),
            None => lines.push(format!("{} runs a day", runs_a_day(self.timetable, job))),
        }
        let says = match job.length_from {
            LengthFrom::Nobody => None,
            LengthFrom::Caller | LengthFrom::Description => Some("takes"),
            LengthFrom::Timeout => Some("takes at most"),
        };
        lines.extend(says.map(|says| format!("{says} {}", minutes(job.length_minutes))));
        if job.overlaps_itself() {
            lines.push("can run while its last run goes on".to_owned());
        }
        if let Some(next) = job.next.first() {
            let assumed = if job.phase == Phase::Assumed { " (assumed)" } else { "" };
            lines.push(format!("next {}{assumed}", date_and_time(*next, &self.clock)));
        }
        for note in job.notes.iter().take(4) {
            let what =
                if note.is_twice { "comes twice: runs once" } else { "is left out by clocks" };
            lines.push(format!("{} {what}", note.local.strftime("%Y-%m-%d %H:%M")));
        }
        let at = root.jobs.iter().position(|it| std::ptr::eq(it, job));
        let others: Vec<&str> = root
            .overlaps
            .iter()
            .filter(|it| it.first != it.second)
            .filter_map(|it| match at {
                at if at == Some(it.first) => Some(root.jobs[it.second].label.as_str()),
                at if at == Some(it.second) => Some(root.jobs[it.first].label.as_str()),
                _ => None,
            })
            .collect();
        match others.len() {
            0 => {}
            1..=6 => lines.push(format!("overlaps {}", others.join(", "))),
            more => {
                lines.push(format!("overlaps {} and {} more", others[..5].join(", "), more - 5))
            }
        }
        lines.join("\n")
    }

    /// How much runs at once. Gives where it ends.
    fn load(&mut self, top: f64) -> f64 {
        const HEIGHT: f64 = 64.0;
        let base = top + HEIGHT + 12.0;
        let most = self.timetable.running.iter().copied().max().unwrap_or(0);
        let _ = writeln!(
            self.body,
            r#"<text x="16" y="{:.1}" class="sw-root">running at once</text><text x="{:.1}" y="{:.1}" class="sw-small sw-end">{most}</text><text x="{:.1}" y="{base:.1}" class="sw-small sw-end">0</text>"#,
            top + 24.0,
            LEFT - 8.0,
            base - HEIGHT + 4.0,
            LEFT - 8.0,
        );
        if most == 0 {
            return base;
        }
        // One step a pixel, as high as the highest minute in it.
        let columns = 784_usize;
        let minutes = self.timetable.running.len();
        let mut path = format!("M{LEFT:.1} {base:.1}");
        let mut last = None;
        for column in 0..columns.min(minutes) {
            let from = column * minutes / columns.min(minutes);
            let to = ((column + 1) * minutes / columns.min(minutes)).max(from + 1);
            let height = self.timetable.running[from..to.min(minutes)].iter().max().copied();
            if last == Some(height) {
                continue;
            }
            last = Some(height);
            let y = base - f64::from(height.unwrap_or(0)) / f64::from(most) * HEIGHT;
            let _ = write!(path, "H{:.1}V{y:.1}", self.x(u32::try_from(from).unwrap_or(0)));
        }
        let _ = write!(path, "H{:.1}V{base:.1}Z", LEFT + PLOT);
        let _ = writeln!(self.body, r#"<path class="sw-load" d="{path}"/>"#);
        base
    }

    /// The busiest minute, and changes of clocks.
    fn marks(&mut self, top: f64, bottom: f64) {
        let mut marks = String::new();
        for change in &self.timetable.changes {
            let Some(minute) = self.timetable.window.minute(change.at) else { continue };
            let x = self.x(minute);
            let end = if x > LEFT + PLOT * 0.6 { " sw-end" } else { "" };
            let _ = writeln!(
                marks,
                r#"<g><title>{told}</title><line x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{bottom:.1}" class="sw-clock"/><text x="{x:.1}" y="{:.1}" class="sw-clocktext{end}">{told}</text></g>"#,
                top - 6.0,
                bottom + 34.0,
                told = escape(&told(change)),
            );
        }
        if let Some(peak) = &self.timetable.peak {
            let x = self.x(peak.minute);
            let (at, end) = match x > LEFT + PLOT * 0.6 {
                true => (x - 6.0, " sw-end"),
                false => (x + 6.0, ""),
            };
            let size = size(peak);
            let size = if size.is_empty() { size } else { format!(", {size}") };
            let text = format!(
                "busiest minute {}: {} running{size}",
                day_and_time(self.timetable.at(peak.minute), &self.clock),
                peak.running,
            );
            let jobs = cut(&peak.jobs.join(", "), 400);
            let _ = writeln!(
                marks,
                r#"<g><title>{}</title><line x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{bottom:.1}" class="sw-peak"/><text x="{at:.1}" y="{:.1}" class="sw-peaktext sw-over{end}">{}</text></g>"#,
                escape(&jobs),
                top - 6.0,
                bottom - 68.0,
                escape(&text),
            );
        }
        self.body.push_str(&marks);
    }
}

/// From how many on jobs that run at once are a crowd: more than half of the most, and three.
fn crowd(running: &[u32]) -> u32 {
    (running.iter().copied().max().unwrap_or(0) / 2 + 1).max(3)
}

/// Pieces of a row; those that touch are one.
#[derive(Default)]
struct Strip(Vec<(f64, f64)>);

impl Strip {
    fn add(&mut self, left: f64, right: f64) {
        match self.0.last_mut() {
            Some(last) if left <= last.1 + 0.3 => last.1 = last.1.max(right),
            _ => self.0.push((left, right)),
        }
    }

    fn path(&self, top: f64, height: f64) -> String {
        self.0.iter().fold(String::new(), |mut path, (left, right)| {
            let _ = write!(path, "M{left:.1} {top:.1}h{:.1}v{height}H{left:.1}z", right - left);
            path
        })
    }
}

/// The beginning of a text that is too long for its place.
fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}
