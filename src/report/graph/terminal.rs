//! The graph as a tree of lines: each box with what is in it, each component with where it leads.

use std::fmt::Write as _;

use super::svg::action_sign;
use crate::graph::{Graph, Origin, Picture};
use crate::plan::summary::Action;
use crate::report::snippet::Style;

/// One system after the other.
pub fn terminal(graph: &Graph, style: Style) -> String {
    let mut text = String::new();
    for (at, system) in graph.systems.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let picture = system.picture();
        let _ = writeln!(text, "{}", paint(&plain(&system.name), "1", style));
        if picture.nodes.is_empty() {
            text.push_str("  nothing to draw\n");
        }
        Tree { text: &mut text, picture: &picture, style }.inside(None, 1);
        let missing: Vec<String> = picture
            .left_out
            .iter()
            .map(|(relation, count)| format!("{} ({count})", relation.name()))
            .collect();
        if !missing.is_empty() {
            let note = format!("  not shown: {}", missing.join(", "));
            let _ = writeln!(text, "{}", paint(&note, "2", style));
        }
    }
    text
}

struct Tree<'a> {
    text: &'a mut String,
    picture: &'a Picture<'a>,
    style: Style,
}

impl Tree<'_> {
    /// What is in a box, the boxes in it last.
    fn inside(&mut self, frame: Option<usize>, depth: usize) {
        let indent = "  ".repeat(depth);
        let style = self.style;
        for (at, (node, inside)) in self.picture.nodes.iter().enumerate() {
            if *inside != frame {
                continue;
            }
            let sign = node.mark.as_ref().map_or_else(String::new, |it| sign(it.action, style));
            let name = match node.origin {
                Origin::Schedule => format!("schedule {}", node.label),
                Origin::Outside => format!("{} (written by hand)", node.name),
                Origin::Gone => format!("{} (described no more)", node.name),
                Origin::Component => node.name.clone(),
            };
            let _ = writeln!(self.text, "{indent}{sign}{}", plain(&name));
            for edge in self.picture.edges.iter().filter(|edge| edge.from == at) {
                let to = plain(&self.picture.nodes[edge.to].0.name);
                let why = paint(edge.relation.name(), "2", style);
                let _ = writeln!(self.text, "{indent}  → {to}  {why}");
            }
        }
        for (at, inner) in self.picture.frames.iter().enumerate() {
            if inner.inside == frame {
                let mark = inner.node.and_then(|node| node.mark.as_ref());
                let sign = mark.map_or_else(String::new, |it| sign(it.action, style));
                let title = format!("{} {}", inner.kind, inner.label);
                let title = paint(&plain(&title), "1", style);
                let _ = writeln!(self.text, "{indent}{sign}{title}");
                self.inside(Some(at), depth + 1);
            }
        }
    }
}

/// Without what a terminal would act on.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn paint(text: &str, code: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colored => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
    }
}

fn sign(action: Action, style: Style) -> String {
    let code = match action {
        Action::Create => "32",
        Action::Update => "33",
        Action::Replace | Action::Destroy => "31",
        Action::Import | Action::Move => "34",
        Action::Forget => "2",
    };
    format!("{} ", paint(action_sign(action), code, style))
}
