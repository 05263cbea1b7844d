//! For a comment on a pull request.

use std::fmt::Write as _;

use super::{Report, diagnostics};
use crate::tree::compare::{Class, Drift};

/// Bytes of diffs that are shown; GitHub takes 65,536 characters in a comment.
const BUDGET: usize = 50_000;

/// The report as GitHub-flavoured Markdown.
pub fn check(report: &Report<'_>) -> String {
    let mut out = format!("**stackwright check**: {}\n", report.summary());
    if !report.rendered.diagnostics.is_empty() {
        out.push('\n');
        out.push_str(&diagnostics::markdown(&report.rendered.diagnostics, report.sources));
    }
    let drifts = &report.rendered.drifts;
    if drifts.is_empty() {
        return out;
    }
    out.push_str("\n| file | state | what to do |\n| --- | --- | --- |\n");
    let mut shown = 0;
    for Drift { path, class, .. } in drifts {
        let row = format!("| {} | {} | {} |\n", code(path), class.name(), class.meaning());
        if out.len() + row.len() > BUDGET / 2 {
            break;
        }
        out.push_str(&row);
        shown += 1;
    }
    if shown < drifts.len() {
        let _ = writeln!(out, "\nand {} more files", drifts.len() - shown);
    }
    let mut folded = 0;
    for drift in drifts.iter().filter(|drift| drift.class != Class::Foreign) {
        let diff = drift.diff();
        let fence = fence(&diff);
        let block = format!(
            "\n<details><summary>{}</summary>\n\n{fence}diff\n{diff}{}{fence}\n\n</details>\n",
            escape(&drift.path),
            if diff.ends_with('\n') { "" } else { "\n" },
        );
        if out.len() + block.len() > BUDGET {
            folded += 1;
        } else {
            out.push_str(&block);
        }
    }
    if folded > 0 {
        let _ = writeln!(
            out,
            "\n{folded} more changes are too long for a comment: run `stackwright diff`"
        );
    }
    out
}

/// A code span around text that may hold backquotes and pipes.
pub(crate) fn code(text: &str) -> String {
    let ticks = if text.contains('`') { "``" } else { "`" };
    let space = if text.contains('`') { " " } else { "" };
    format!("{ticks}{space}{}{space}{ticks}", text.replace('|', "\\|").replace('\n', " "))
}

/// Text inside HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A fence longer than any run of backquotes in the text.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
