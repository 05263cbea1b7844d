//! In Graphviz's language (Graphviz, "DOT Language").

use std::fmt::Write as _;

use super::layout::Direction;
use super::relations;
use super::svg::action_sign;
use crate::component::Relation;
use crate::graph::{Frame, Graph, Node, Origin, Picture};
use crate::plan::summary::Action;

/// The graph as one digraph, each system in a box.
pub fn dot(graph: &Graph, direction: Direction) -> String {
    let direction = match direction {
        Direction::Right => "LR",
        Direction::Down => "TB",
    };
    let mut text = format!(
        "digraph {{\n  rankdir={direction}\n  fontname=\"Helvetica\"\n  \
         node [fontname=\"Helvetica\" fontsize=11 shape=box style=rounded]\n  \
         edge [fontname=\"Helvetica\" fontsize=10]\n"
    );
    for (at, system) in graph.systems.iter().enumerate() {
        let picture = system.picture();
        let _ = writeln!(text, "  subgraph cluster_s{at} {{\n    label={}", quoted(&system.name));
        let mut chart = Chart { text: &mut text, picture: &picture, system: at };
        chart.inside(None, 2);
        text.push_str("  }\n");
        for edge in &picture.edges {
            let fields: Vec<&str> = edge.fields.iter().map(String::as_str).collect();
            let tip = format!("{}: {}", edge.relation.name(), fields.join(", "));
            let _ = writeln!(
                text,
                "  n{at}_{} -> n{at}_{} [{} tooltip={}]",
                edge.from,
                edge.to,
                style(edge.relation),
                quoted(&tip),
            );
        }
    }
    let relations = relations(graph);
    if !relations.is_empty() {
        text.push_str("  subgraph cluster_legend {\n    label=\"what the lines mean\"\n");
        for (at, relation) in relations.into_iter().enumerate() {
            let (from, to) = relation.ends();
            let (style, name) = (style(relation), relation.name());
            let _ = writeln!(
                text,
                "    a{at} [label=\"{from}\" shape=plain]\n    \
                 b{at} [label=\"{to}\" shape=plain]\n    a{at} -> b{at} [{style} label=\"{name}\"]",
            );
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

struct Chart<'a> {
    text: &'a mut String,
    picture: &'a Picture<'a>,
    system: usize,
}

impl Chart<'_> {
    /// Boxes and nodes in a box.
    fn inside(&mut self, frame: Option<usize>, depth: usize) {
        let indent = "  ".repeat(depth);
        let system = self.system;
        for (at, (node, inside)) in self.picture.nodes.iter().enumerate() {
            if *inside == frame {
                let _ = writeln!(self.text, "{indent}n{system}_{at} [{}]", attributes(node));
            }
        }
        for (at, inner) in self.picture.frames.iter().enumerate() {
            if inner.inside == frame {
                let title = title(inner);
                let _ = writeln!(
                    self.text,
                    "{indent}subgraph cluster_f{system}_{at} {{\n{indent}  label={title}"
                );
                self.inside(Some(at), depth + 1);
                let _ = writeln!(self.text, "{indent}}}");
            }
        }
    }
}

fn attributes(node: &Node) -> String {
    let sign =
        node.mark.as_ref().map_or_else(String::new, |it| format!("{} ", action_sign(it.action)));
    let mut attributes =
        format!("label={}", quoted(&format!("{sign}{}\n{}", node.kind, node.label)));
    match node.origin {
        Origin::Schedule => attributes.push_str(" shape=oval"),
        Origin::Outside | Origin::Gone => attributes.push_str(" style=\"rounded,dashed\""),
        Origin::Component => {}
    }
    if let Some(mark) = &node.mark {
        let colour = match mark.action {
            Action::Create => "#1a7f37",
            Action::Update => "#9a6700",
            Action::Replace => "#bc4c00",
            Action::Destroy => "#cf222e",
            Action::Import | Action::Move => "#0969da",
            Action::Forget => "#59636e",
        };
        let _ = write!(attributes, " color=\"{colour}\" penwidth=2");
    }
    attributes
}

fn title(frame: &Frame<'_>) -> String {
    let mark = frame.node.and_then(|node| node.mark.as_ref());
    let sign = mark.map_or_else(String::new, |mark| format!("{} ", action_sign(mark.action)));
    quoted(&format!("{sign}{} {}", frame.kind, frame.label))
}

/// A text in quotes. A backslash begins an escape sequence of a label, and `&` an entity of HTML.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            c if c.is_control() => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn style(relation: Relation) -> &'static str {
    match relation {
        Relation::Traffic => "color=\"#0969da\" penwidth=2",
        Relation::Access => "color=\"#1a7f37\"",
        Relation::Messages => "color=\"#8250df\" style=dashed",
        Relation::Schedules => "color=\"#0e7490\" style=dotted penwidth=2",
        Relation::Images => "color=\"#9a5b13\" style=dashed arrowhead=vee",
        Relation::Uses => "color=\"#59636e\"",
        Relation::Encryption => "color=\"#bf3989\" style=dotted",
        Relation::Values => "color=\"#59636e\" style=dashed",
        Relation::Placement => "color=\"#6e7781\" style=dotted",
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_in_a_text_ends_it() {
        assert_eq!(quoted("a\"b\\\n&\u{1}"), "\"a\\\"b\\\\\\n&amp;\u{fffd}\"");
    }
}
