//! Where a command's words go: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use crate::diagnostic::{Code, Diagnostic, Sources};
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
    /// Whether people see what is said of errors, and want more of it.
    hints: bool,
    /// The codes of the errors that were shown.
    errors: Vec<Code>,
}

/// Of so many codes at most, a hint says how to learn more.
const MAX_HINTED: usize = 3;

/// How to learn more about errors; `None` where there are none.
fn hint(program: &str, codes: &[Code]) -> Option<String> {
    let (first, rest) = codes.split_first()?;
    let errors = if rest.is_empty() { "an error" } else { "errors" };
    let ids =
        rest.iter().take(MAX_HINTED - 1).fold(first.id.to_owned(), |ids, code| ids + " " + code.id);
    Some(format!("for more about {errors}, run `{program} explain {ids}`"))
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
            hints: !quiet && io::stderr().is_terminal(),
            errors: Vec::new(),
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
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
            if !self.errors.contains(&diagnostic.code) {
                self.errors.push(diagnostic.code);
            }
        }
        let text = terminal::diagnostics(&diagnostics, sources, self.error_style);
        match io::stderr().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Ends the output of a run: on a terminal, says how to learn more about its errors.
    pub fn close(&mut self, program: &str) {
        if let Some(hint) = hint(program, &self.errors).filter(|_| self.hints) {
            let _ = writeln!(io::stderr().lock(), "{hint}");
        }
    }

    /// The columns of the terminal that standard output is, where it is one.
    pub fn columns(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0))
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

#[cfg(test)]
mod tests {
    use super::hint;
    use crate::diagnostic::codes;

    #[test]
    fn a_run_with_errors_ends_with_how_to_learn_more() {
        let [one, two] = [codes::BAD_SCHEDULE, codes::CYCLE];
        let said = |codes: &[_]| hint("acme", codes).unwrap_or_default();
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[one]), "for more about an error, run `acme explain SW204`");
        assert_eq!(said(&[one, two]), "for more about errors, run `acme explain SW204 SW314`");
        let many = said(&[one, two, codes::CONFLICT, codes::DUPLICATE]);
        assert_eq!(many, "for more about errors, run `acme explain SW204 SW314 SW312`");
    }
}
