//! For a log of GitHub Actions.

use super::PlanReport;
use crate::plan::group::{group, maybe};
use crate::plan::summary::Action;
use crate::report::diagnostics;

/// What is wrong and denied as errors, what goes as warnings, the rest as notices, and a line that
/// says how it stands.
pub fn plan(report: &PlanReport<'_>) -> String {
    let mut out = diagnostics::github(&report.diagnostics(), report.sources);
    for planned in report.planned {
        for component in planned.summary.iter().flat_map(group) {
            for group in &component.groups {
                let change = group.first();
                let level = match change.action {
                    Action::Replace | Action::Destroy => "warning",
                    _ if change.may_be_replaced() => "warning",
                    _ => "notice",
                };
                let place = match component.name.as_str() {
                    "" => planned.name.clone(),
                    name => format!("{} {name}", planned.name),
                };
                let note = change.protection.map(|it| format!(" ({})", it.words()));
                let title = diagnostics::github_property(&format!(
                    "{place}: {} {}{}",
                    group.things(),
                    group.done(),
                    note.unwrap_or_default(),
                ));
                let because: Vec<&str> =
                    change.forcing().map(|attribute| attribute.path.as_str()).collect();
                let mut because = match because.as_slice() {
                    [] => String::new(),
                    paths => format!("\nbecause of {}", paths.join(", ")),
                };
                for attribute in &change.attributes {
                    if let Some(words) = maybe(attribute) {
                        because.push_str(&format!("\n{}: {words}", attribute.path));
                    }
                }
                let addresses: Vec<&str> =
                    group.changes.iter().take(5).map(|change| change.address.as_str()).collect();
                let text = format!("{}{because}\n{}", group.words(), addresses.join("\n"));
                out.push_str(&format!(
                    "::{level} title={title}::{}\n",
                    diagnostics::github_data(text.trim_start())
                ));
            }
        }
    }
    out.push_str(&report.summary());
    out.push('\n');
    out.extend(report.honesty().map(|honesty| honesty + "\n"));
    out
}
