//! For a log of GitHub Actions, which shows each line at its place in the pull request.

use super::{Report, diagnostics};

/// The report as workflow commands, and a line that says how it stands.
pub fn check(report: &Report<'_>) -> String {
    let (all, sources) = report.all();
    format!("{}{}\n", diagnostics::github(&all, &sources), report.summary())
}

/// What GitHub Actions reads from the file in `GITHUB_OUTPUT` (GitHub Docs, "Workflow commands":
/// setting an output parameter).
pub fn outputs(values: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in values {
        // A value that holds its own end would set outputs of its own.
        let mut end = "EOF".to_owned();
        while value.contains(&end) {
            end.push('_');
        }
        text.push_str(&format!("{name}<<{end}\n{}\n{end}\n", value.trim_end()));
    }
    text
}
