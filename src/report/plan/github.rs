//! For a log of GitHub Actions.

use super::PlanReport;
use super::json::Plan;
use crate::report::diagnostics;

/// What is wrong and denied as errors, what goes as warnings, the rest as notices, and a line that
/// says how it stands.
pub fn plan(report: &PlanReport<'_>) -> String {
    let mut out = diagnostics::github(&report.diagnostics(), report.sources);
    let plan = Plan::of(report);
    for root in &plan.roots {
        for (component, group) in root.groups() {
            let level = if group.goes() || group.may_be_replaced { "warning" } else { "notice" };
            let place = match component.name.as_str() {
                "" => root.name.clone(),
                name => format!("{} {name}", root.name),
            };
            let note = group.protection().map(|words| format!(" ({words})"));
            let title = diagnostics::github_property(&format!(
                "{place}: {} {}{}",
                group.things(),
                group.done(),
                note.unwrap_or_default(),
            ));
            let because: Vec<&str> = group.forcing().map(|it| it.path.as_str()).collect();
            let mut because = match because.as_slice() {
                [] => String::new(),
                paths => format!("\nbecause of {}", paths.join(", ")),
            };
            for attribute in &group.attributes {
                if let Some(words) = attribute.maybe() {
                    because.push_str(&format!("\n{}: {words}", attribute.path));
                }
            }
            let addresses: Vec<&str> =
                group.resources.iter().take(5).map(|it| it.address.as_str()).collect();
            let text = format!("{}{because}\n{}", group.words, addresses.join("\n"));
            out.push_str(&format!(
                "::{level} title={title}::{}\n",
                diagnostics::github_data(text.trim_start())
            ));
        }
    }
    out.push_str(&plan.summary);
    out.push('\n');
    out.extend(plan.note.map(|note| note + "\n"));
    out
}
