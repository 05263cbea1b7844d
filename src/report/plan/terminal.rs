//! For people at a terminal.

use anstyle::AnsiColor;

use super::PlanReport;
use crate::plan::compare::Planned;
use crate::plan::group::{Group, group, limited, maybe};
use crate::plan::summary::{Action, Forces, Output, Summary};
use crate::report::snippet::Style;
use crate::report::terminal::paint;

/// So many addresses are listed of a group.
const ADDRESSES: usize = 3;

/// Characters of a value that are shown.
const VALUE: usize = 120;

/// Every root with what happens to it, and a line that says how it stands.
pub fn plan(report: &PlanReport<'_>, style: Style) -> String {
    let mut out = String::new();
    for Planned { name, summary, .. } in report.planned {
        let words = summary.as_ref().map_or("no plan".to_owned(), Summary::words);
        let name = paint(name, anstyle::Style::new().bold(), style);
        out.push_str(&format!("{name}: {words}\n"));
        if let Some(summary) = summary {
            out.push_str(&root(summary, style));
        }
        out.push('\n');
    }
    out.push_str(&report.summary());
    out.push('\n');
    if let Some(honesty) = report.honesty() {
        out.push_str(&paint(&honesty, anstyle::Style::new().dimmed(), style));
        out.push('\n');
    }
    out
}

/// What happens to one root, without its name.
pub(super) fn root(summary: &Summary, style: Style) -> String {
    let mut out = String::new();
    for component in group(summary) {
        let name = if component.name.is_empty() { "the root itself" } else { &component.name };
        let name = paint(name, anstyle::Style::new().bold(), style);
        let headline = component.headline();
        match &headline {
            Some(headline) => out.push_str(&format!(
                "\n  {name}: {}\n",
                paint(headline, anstyle::Style::new(), style)
            )),
            None => out.push_str(&format!("\n  {name}\n")),
        }
        for group in &component.groups {
            out.push_str(&lines(group, headline.is_none(), style));
        }
    }
    if !summary.outputs.is_empty() {
        out.push_str("\n  outputs\n");
        for output in &summary.outputs {
            out.push_str(&output_line(output, style));
        }
    }
    out
}

fn lines(group: &Group<'_>, with_words: bool, style: Style) -> String {
    let change = group.first();
    let sign = paint(
        &format!("{:>3}", change.action.sign()),
        colour(change.action).on_default().bold(),
        style,
    );
    // What attributes and addresses say below is not said twice.
    let words = match (change.follows, group.new_image().or(change.reason.map(str::to_owned))) {
        (true, _) => ", which follows".to_owned(),
        (false, Some(words)) if with_words => format!(": {words}"),
        (false, _) => String::new(),
    };
    let note = match change.protection {
        Some(protection) => format!(" ({})", protection.words()),
        None if change.is_stateful() && change.action != Action::Create => " (stateful)".to_owned(),
        None => String::new(),
    };
    let note = paint(&note, AnsiColor::Red.on_default().bold(), style);
    let done = group.done();
    let mut out = format!(
        "    {sign} {} {done}{note}{}\n",
        group.things(),
        paint(&words, anstyle::Style::new(), style)
    );
    if !change.follows {
        for attribute in &change.attributes {
            let forces = match maybe(attribute) {
                Some(words) => paint(&format!("  {words}"), AnsiColor::Yellow.on_default(), style),
                None if attribute.forces == Forces::Yes => {
                    paint("  forces the replacement", AnsiColor::Red.on_default(), style)
                }
                None => String::new(),
            };
            let text = format!(
                "{}: {} → {}",
                attribute.path,
                limited(&attribute.old, VALUE),
                limited(&attribute.new, VALUE)
            );
            out.push_str(&format!(
                "          {}{forces}\n",
                paint(&text, anstyle::Style::new(), style)
            ));
        }
    }
    let dim = anstyle::Style::new().dimmed();
    for change in group.changes.iter().take(ADDRESSES) {
        let before = match (&change.moved_from, &change.imported) {
            (Some(from), _) => format!(", from {from}"),
            (None, Some(id)) => format!(", as {id}"),
            (None, None) => String::new(),
        };
        let address = format!("{}{before}", change.address);
        out.push_str(&format!("        {}\n", paint(&address, dim, style)));
    }
    if let Some(more) = group.changes.len().checked_sub(ADDRESSES).filter(|more| *more > 0) {
        out.push_str(&format!("        {}\n", paint(&format!("and {more} more"), dim, style)));
    }
    out
}

fn output_line(output: &Output, style: Style) -> String {
    let sign = paint(
        &format!("{:>3}", output.action.sign()),
        colour(output.action).on_default().bold(),
        style,
    );
    let text = format!(
        "{}: {} → {}",
        output.name,
        limited(&output.old, VALUE),
        limited(&output.new, VALUE)
    );
    format!("    {sign} {}\n", paint(&text, anstyle::Style::new(), style))
}

fn colour(action: Action) -> AnsiColor {
    match action {
        Action::Replace | Action::Destroy => AnsiColor::Red,
        Action::Update | Action::Forget => AnsiColor::Yellow,
        Action::Create => AnsiColor::Green,
        Action::Import | Action::Move => AnsiColor::Cyan,
    }
}
