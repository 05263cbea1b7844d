//! Where a command's words go: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use crate::diagnostic::{Diagnostic, Sources};
use crate::report::snippet::Style;
use crate::report::terminal;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::Color;

/// Standard output and standard error, with the right to colour.
#[derive(Debug)]
pub struct Output {
    /// The style of standard output.
    pub style: Style,
    error_style: Style,
    progress: bool,
}

impl Output {
    /// Decides about colours and progress.
    pub fn new(color: Color, quiet: bool, logging: bool) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let style = |terminal: bool| match color {
            Color::Always => Style::Colored,
            Color::Auto if terminal && !no_color && !dumb => Style::Colored,
            Color::Auto | Color::Never => Style::Plain,
        };
        Self {
            style: style(io::stdout().is_terminal()),
            error_style: style(io::stderr().is_terminal()),
            progress: !quiet && !logging && io::stderr().is_terminal(),
        }
    }

    /// Prints a result.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // Whoever read has seen enough: `stackwright diff | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// A result for other programs, indented.
    pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(value)? + "\n")
    }

    /// Prints problems with their places.
    pub fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &Sources) -> io::Result<()> {
        let mut diagnostics = diagnostics.to_vec();
        crate::diagnostic::as_written(&mut diagnostics, sources);
        let text = terminal::diagnostics(&diagnostics, sources, self.error_style);
        match io::stderr().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Prints an error that has no place.
    pub fn error(&mut self, message: &str) {
        let _ = writeln!(io::stderr().lock(), "error: {message}");
    }

    /// Prints what may be worth knowing.
    pub fn note(&mut self, message: &str) {
        let _ = writeln!(io::stderr().lock(), "note: {message}");
    }

    /// Shows progress of long work: a bar on a terminal, nothing elsewhere.
    pub fn progress(&self, what: &'static str) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner().with_message(what);
        let style = ProgressStyle::with_template("{spinner} {msg} {pos}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar
    }
}
