//! A flowchart in Mermaid's language, which GitHub and GitLab draw (Mermaid, "Flowcharts - Basic
//! Syntax").

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::layout::Direction;
use super::relations;
use super::svg::action_sign;
use crate::component::Relation;
use crate::graph::{Frame, Graph, Node, Origin, Picture};
use crate::plan::summary::Action;

/// The graph as one flowchart, each system in a box.
pub fn mermaid(graph: &Graph, direction: Direction) -> String {
    let direction = match direction {
        Direction::Right => "LR",
        Direction::Down => "TB",
    };
    let mut text = format!("flowchart {direction}\n");
    let mut lines: Vec<Relation> = Vec::new();
    for (at, system) in graph.systems.iter().enumerate() {
        let picture = system.picture();
        let _ = writeln!(text, "  subgraph s{at}[\"{}\"]", label(&system.name));
        let _ = writeln!(text, "    direction {direction}");
        let mut chart = Chart { text: &mut text, picture: &picture, system: at, direction };
        chart.inside(None, 2);
        text.push_str("  end\n");
        for edge in &picture.edges {
            let (from, to) = (edge.from, edge.to);
            let _ = writeln!(text, "  n{at}_{from} {} n{at}_{to}", arrow(edge.relation));
            lines.push(edge.relation);
        }
    }
    let relations = relations(graph);
    if !relations.is_empty() {
        text.push_str("  subgraph legend[\"what the lines mean\"]\n");
        let _ = writeln!(text, "    direction {direction}");
        for (at, relation) in relations.into_iter().enumerate() {
            let (from, to) = relation.ends();
            let (arrow, name) = (arrow(relation), relation.name());
            let _ = writeln!(text, "    a{at}([\"{from}\"]) {arrow}|{name}| b{at}([\"{to}\"])");
            lines.push(relation);
        }
        text.push_str("  end\n");
    }
    let mut by_relation: BTreeMap<Relation, Vec<String>> = BTreeMap::new();
    for (at, relation) in lines.into_iter().enumerate() {
        by_relation.entry(relation).or_default().push(at.to_string());
    }
    for (relation, lines) in by_relation {
        let _ = writeln!(text, "  linkStyle {} {}", lines.join(","), style(relation));
    }
    for (action, colour) in [
        (Action::Create, "#2da44e"),
        (Action::Update, "#bf8700"),
        (Action::Replace, "#e16f24"),
        (Action::Destroy, "#cf222e"),
        (Action::Import, "#218bff"),
        (Action::Move, "#218bff"),
        (Action::Forget, "#8c959f"),
    ] {
        let name = action.name();
        if text.contains(&format!(":::{name}\n")) {
            let _ = writeln!(text, "  classDef {name} stroke:{colour},stroke-width:3px");
        }
    }
    if text.contains(":::outside\n") {
        text.push_str("  classDef outside stroke-dasharray:4 3\n");
    }
    text
}

struct Chart<'a> {
    text: &'a mut String,
    picture: &'a Picture<'a>,
    system: usize,
    direction: &'static str,
}

impl Chart<'_> {
    /// Boxes and nodes in a box.
    fn inside(&mut self, frame: Option<usize>, depth: usize) {
        let indent = "  ".repeat(depth);
        let system = self.system;
        for (at, (node, inside)) in self.picture.nodes.iter().enumerate() {
            if *inside == frame {
                let shape = shape(node);
                let _ = writeln!(self.text, "{indent}n{system}_{at}{shape}");
            }
        }
        for (at, inner) in self.picture.frames.iter().enumerate() {
            if inner.inside == frame {
                let title = title(inner);
                let _ = writeln!(self.text, "{indent}subgraph f{system}_{at}[\"{title}\"]");
                let _ = writeln!(self.text, "{indent}  direction {}", self.direction);
                self.inside(Some(at), depth + 1);
                let _ = writeln!(self.text, "{indent}end");
            }
        }
    }
}

fn shape(node: &Node) -> String {
    let sign =
        node.mark.as_ref().map_or_else(String::new, |it| format!("{} ", action_sign(it.action)));
    let text = format!("{}{}<br/>{}", label(&sign), label(&node.kind), label(&node.label));
    let class = match (&node.mark, node.origin) {
        (Some(mark), _) => format!(":::{}", mark.action.name()),
        (None, Origin::Outside) => ":::outside".to_owned(),
        (None, _) => String::new(),
    };
    match node.origin {
        Origin::Schedule => format!("([\"{text}\"]){class}"),
        _ => format!("[\"{text}\"]{class}"),
    }
}

fn title(frame: &Frame<'_>) -> String {
    let mark = frame.node.and_then(|node| node.mark.as_ref());
    let sign = mark.map_or_else(String::new, |mark| format!("{} ", action_sign(mark.action)));
    label(&format!("{sign}{} {}", frame.kind, frame.label))
}

/// A text in quotes: what could be syntax, of Mermaid, Markdown or HTML, is written by its number
/// (Mermaid, "Entity codes to escape characters").
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '/' | ':' | '?' | '=') => {
                label.push(c);
            }
            '_' | '-' => label.push(c),
            c if c.is_control() => label.push('\u{fffd}'),
            c => {
                let _ = write!(label, "#{};", u32::from(c));
            }
        }
    }
    label
}

fn arrow(relation: Relation) -> &'static str {
    match relation {
        Relation::Traffic => "==>",
        Relation::Access | Relation::Uses => "-->",
        _ => "-.->",
    }
}

/// Colours that can be seen on white and on black.
fn style(relation: Relation) -> &'static str {
    match relation {
        Relation::Traffic => "stroke:#218bff",
        Relation::Access => "stroke:#2da44e",
        Relation::Messages => "stroke:#a475f9,stroke-dasharray:7 3",
        Relation::Schedules => "stroke:#1b9aaa,stroke-dasharray:2 3",
        Relation::Images => "stroke:#bf8130,stroke-dasharray:9 3 2 3",
        Relation::Uses => "stroke:#8c959f",
        Relation::Encryption => "stroke:#e85aad,stroke-dasharray:1 3",
        Relation::Values => "stroke:#8c959f,stroke-dasharray:4 4",
        Relation::Placement => "stroke:#8c959f,stroke-dasharray:1 4",
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn nothing_in_a_label_is_syntax() {
        assert_eq!(label("cron(0 1 * * ? *)"), "cron#40;0 1 #42; #42; ? #42;#41;");
        assert_eq!(label("\"]<script>`#"), "#34;#93;#60;script#62;#96;#35;");
        assert_eq!(label("größe_服务\u{1}"), "größe_服务\u{fffd}");
    }
}
