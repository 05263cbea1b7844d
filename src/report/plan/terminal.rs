//! For people at a terminal.

use anstyle::AnsiColor;

use super::PlanReport;
use super::json::{Group, Output, Plan, Root};
use crate::plan::group::NEW_IMAGE;
use crate::plan::summary::Action;
use crate::report::snippet::Style;
use crate::report::terminal::paint;

/// So many addresses are listed of a group.
const ADDRESSES: usize = 3;

/// Characters of a value that are shown.
const VALUE: usize = 120;

/// Every root with what happens to it, and a line that says how it stands.
pub fn plan(report: &PlanReport<'_>, style: Style) -> String {
    let mut out = String::new();
    let plan = Plan::of(report);
    for it in &plan.roots {
        let name = paint(&it.name, anstyle::Style::new().bold(), style);
        out.push_str(&format!("{name}: {}\n", it.words()));
        out.push_str(&root(it, style));
        out.push('\n');
    }
    out.push_str(&plan.summary);
    out.push('\n');
    if let Some(note) = &plan.note {
        out.push_str(&paint(note, anstyle::Style::new().dimmed(), style));
        out.push('\n');
    }
    out
}

/// What happens to one root, without its name.
pub(in crate::report) fn root(root: &Root, style: Style) -> String {
    let mut out = String::new();
    for component in root.components.iter().flatten() {
        let name = paint(component.title(), anstyle::Style::new().bold(), style);
        match &component.headline {
            Some(headline) => out.push_str(&format!(
                "\n  {name}: {}\n",
                paint(headline, anstyle::Style::new(), style)
            )),
            None => out.push_str(&format!("\n  {name}\n")),
        }
        for group in &component.groups {
            out.push_str(&lines(group, component.headline.is_none(), style));
        }
    }
    let outputs = root.outputs.as_deref().unwrap_or_default();
    if !outputs.is_empty() {
        out.push_str("\n  outputs\n");
        for output in outputs {
            out.push_str(&output_line(output, style));
        }
    }
    out
}

fn lines(group: &Group, with_words: bool, style: Style) -> String {
    let (sign, colour) = sign(&group.action);
    let sign = paint(&format!("{sign:>3}"), colour.on_default().bold(), style);
    // What attributes and addresses say below is not said twice.
    let image = Some(&group.words).filter(|words| words.starts_with(NEW_IMAGE));
    let words = match (group.follows, image.or(group.reason.as_ref())) {
        (true, _) => ", which follows".to_owned(),
        (false, Some(words)) if with_words => format!(": {words}"),
        (false, _) => String::new(),
    };
    let note = match group.protection() {
        Some(protection) => format!(" ({protection})"),
        None if group.stateful && group.action != Action::Create.name() => " (stateful)".to_owned(),
        None => String::new(),
    };
    let note = paint(&note, AnsiColor::Red.on_default().bold(), style);
    let mut out = format!(
        "    {sign} {} {}{note}{}\n",
        group.things(),
        group.done(),
        paint(&words, anstyle::Style::new(), style)
    );
    if !group.follows {
        for attribute in &group.attributes {
            let forces = match attribute.maybe() {
                Some(words) => paint(&format!("  {words}"), AnsiColor::Yellow.on_default(), style),
                None if attribute.forces => {
                    paint("  forces the replacement", AnsiColor::Red.on_default(), style)
                }
                None => String::new(),
            };
            let text = format!(
                "{}: {} → {}",
                attribute.path,
                attribute.old.limited(VALUE),
                attribute.new.limited(VALUE)
            );
            out.push_str(&format!(
                "          {}{forces}\n",
                paint(&text, anstyle::Style::new(), style)
            ));
        }
    }
    let dim = anstyle::Style::new().dimmed();
    for resource in group.resources.iter().take(ADDRESSES) {
        let before = match (&resource.moved_from, &resource.imported) {
            (Some(from), _) => format!(", from {from}"),
            (None, Some(id)) => format!(", as {id}"),
            (None, None) => String::new(),
        };
        let address = format!("{}{before}", resource.address);
        out.push_str(&format!("        {}\n", paint(&address, dim, style)));
    }
    if let Some(more) = group.resources.len().checked_sub(ADDRESSES).filter(|more| *more > 0) {
        out.push_str(&format!("        {}\n", paint(&format!("and {more} more"), dim, style)));
    }
    out
}

fn output_line(output: &Output, style: Style) -> String {
    let (sign, colour) = sign(&output.action);
    let sign = paint(&format!("{sign:>3}"), colour.on_default().bold(), style);
    let text =
        format!("{}: {} → {}", output.name, output.old.limited(VALUE), output.new.limited(VALUE));
    format!("    {sign} {}\n", paint(&text, anstyle::Style::new(), style))
}

/// How an action is marked.
fn sign(action: &str) -> (&'static str, AnsiColor) {
    let Some(action) = Action::named(action) else { return ("?", AnsiColor::Yellow) };
    let colour = match action {
        Action::Replace | Action::Destroy => AnsiColor::Red,
        Action::Update | Action::Forget => AnsiColor::Yellow,
        Action::Create => AnsiColor::Green,
        Action::Import | Action::Move => AnsiColor::Cyan,
    };
    (action.sign(), colour)
}
