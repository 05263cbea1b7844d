//! For a log of GitHub Actions, which shows each line at its place in the pull request.

use super::{Report, diagnostics};

/// The report as workflow commands, and a line that says how it stands.
pub fn check(report: &Report<'_>) -> String {
    let (all, sources) = report.all();
    format!("{}{}\n", diagnostics::github(&all, &sources), report.summary())
}
