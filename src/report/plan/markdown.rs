//! For one comment on a pull request.

use super::PlanReport;
use crate::plan::compare::Planned;
use crate::plan::group::{group, maybe};
use crate::plan::summary::{Action, Summary};
use crate::report::markdown::{code, escape, fence};
use crate::report::snippet::Style;
use crate::report::{diagnostics, terminal};

/// GitHub takes 65,536 characters in a comment; bytes are never fewer than characters.
pub const LIMIT: usize = 65_536;

/// What is kept for the words around what is left out.
const RESERVE: usize = 1_000;

/// The report, and what did not fit into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// At most [`LIMIT`] bytes.
    pub text: String,
    /// Everything, where the comment has not all of it.
    pub spilled: Option<String>,
}

/// The report as GitHub-flavoured Markdown; what does not fit is said to be in `file`.
pub fn plan(report: &PlanReport<'_>, file: &str) -> Comment {
    let head = head(report);
    let details: Vec<String> = report.planned.iter().filter_map(detail).collect();
    let tail = report.honesty().map(|honesty| format!("\n{}\n", honesty)).unwrap_or_default();
    let whole = format!("{head}{}{tail}", details.concat());
    if whole.len() <= LIMIT {
        return Comment { text: whole, spilled: None };
    }
    let note = format!("\nThe rest is too long for a comment: see {}\n", code(file));
    let room = LIMIT - RESERVE.max(note.len()) - tail.len().min(LIMIT / 4);
    let mut text = cut(&head, room / 2);
    for detail in &details {
        if text.len() + detail.len() > room {
            break;
        }
        text.push_str(detail);
    }
    text.push_str(&note);
    text.push_str(&cut(&tail, LIMIT / 4));
    Comment { text, spilled: Some(whole) }
}

/// What is read first: how it stands, what is wrong, and a line for each component.
fn head(report: &PlanReport<'_>) -> String {
    let mut out = format!("**stackwright plan**: {}\n", report.summary());
    let problems = diagnostics::markdown(&report.diagnostics(), report.sources);
    if !problems.is_empty() {
        out.push('\n');
        out.push_str(&problems);
    }
    if !report.has_changes() {
        return out;
    }
    out.push_str("\n| root | component | what happens |\n| --- | --- | --- |\n");
    for Planned { name, summary, .. } in report.planned {
        for component in summary.iter().flat_map(group) {
            let mut words: Vec<String> =
                component.headline().iter().map(|line| escape_cell(line)).collect();
            for group in &component.groups {
                let change = group.first();
                let goes = matches!(change.action, Action::Replace | Action::Destroy);
                let loud = goes || change.may_be_replaced();
                let note = match change.protection {
                    Some(protection) => format!(" ⚠ {}", protection.words()),
                    None if change.is_stateful() && loud => " ⚠ stateful".to_owned(),
                    None => String::new(),
                };
                let line = format!("{} {}{note}", group.things(), group.done());
                words.push(if loud {
                    format!("**{}**", escape_cell(&line))
                } else {
                    escape_cell(&line)
                });
                words.extend(
                    change
                        .forcing()
                        .take(3)
                        .map(|attribute| format!("because of {}", code(&attribute.path))),
                );
                let maybe = change.attributes.iter().filter_map(|attribute| {
                    let words = maybe(attribute)?;
                    Some(format!("{} {}", code(&attribute.path), escape_cell(&words)))
                });
                words.extend(maybe.take(3));
            }
            let component =
                if component.name.is_empty() { "the root itself" } else { &component.name };
            out.push_str(&format!(
                "| {} | {} | {} |\n",
                code(name),
                code(component),
                words.join("<br>")
            ));
        }
        let outputs = summary.as_ref().map_or(0, |summary| summary.outputs.len());
        if outputs > 0 {
            out.push_str(&format!(
                "| {} | outputs | {} |\n",
                code(name),
                crate::report::count(outputs, "output")
            ));
        }
    }
    out
}

/// The whole plan of a root, folded.
fn detail(planned: &Planned) -> Option<String> {
    let summary = planned.summary.as_ref().filter(|summary| !summary.is_empty())?;
    let text = super::terminal::root(summary, Style::Plain);
    let text = text.trim_start_matches('\n');
    let fence = fence(text);
    Some(format!(
        "\n<details><summary>{}: {}</summary>\n\n{fence}text\n{text}{fence}\n\n</details>\n",
        escape(&terminal::visible(&planned.name)),
        Summary::words(summary),
    ))
}

fn escape_cell(text: &str) -> String {
    diagnostics::escaped(text)
}

/// The start of a text, whole lines of it.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text[..text.floor_char_boundary(most)].rfind('\n').map_or(0, |at| at + 1);
    text[..end].to_owned()
}
