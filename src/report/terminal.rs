//! For people at a terminal.

use anstyle::{AnsiColor, Style as Colour};

use super::Report;
use super::snippet::{self, Style};
use crate::diagnostic::{Diagnostic, Sources};
use crate::tree::compare::{Class, Drift};

/// Every drift with its change, and a line that says how it stands.
pub fn check(report: &Report<'_>, style: Style) -> String {
    let mut out = String::new();
    for drift in &report.rendered.drifts {
        let colour = match drift.class {
            Class::Missing => AnsiColor::Green,
            Class::Stale => AnsiColor::Yellow,
            Class::Edited | Class::Orphan | Class::Foreign => AnsiColor::Red,
        };
        let class = paint(drift.class.name(), colour.on_default().bold(), style);
        out.push_str(&format!("{class} {}\n  {}\n", drift.path, drift.class.meaning()));
        out.push_str(&diff(drift, style));
        out.push('\n');
    }
    out.push_str(&report.summary());
    out.push('\n');
    out
}

/// The change alone, as a unified diff.
pub fn diff(drift: &Drift, style: Style) -> String {
    let text = drift.diff();
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        let colour = match line.as_bytes().first() {
            _ if line.starts_with("---") || line.starts_with("+++") => Colour::new().bold(),
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => Colour::new(),
        };
        out.push_str(&paint(line, colour, style));
        out.push_str(end);
    }
    out
}

/// Every diagnostic with its place underlined.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&snippet::render(diagnostic, sources, style));
        out.push('\n');
    }
    out
}

pub(super) fn paint(text: &str, colour: Colour, style: Style) -> String {
    let text = visible(text);
    match style {
        Style::Plain => text,
        Style::Colored => format!("{colour}{text}{colour:#}"),
    }
}

/// Text without the control characters that could take over a terminal.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(snippet::visible).collect()
}
