//! Graphs of systems, as pictures and for other programs.

pub mod layout;
pub mod svg;
pub mod text;

use serde_json::{Value, json};

use crate::graph::{Graph, Origin};

/// The graph as one JSON value. Fields are added, never renamed or taken away.
pub fn json(graph: &Graph) -> Value {
    let systems = graph.systems.iter().map(|system| {
        let nodes = system.nodes.iter().map(|node| {
            json!({
                "name": node.name,
                "kind": node.kind,
                "label": node.label,
                "root": node.root,
                "layer": node.layer,
                "family": node.family.name(),
                "origin": match node.origin {
                    Origin::Component => "component",
                    Origin::Schedule => "schedule",
                    Origin::Outside => "outside",
                    Origin::Gone => "gone",
                },
                "action": node.mark.as_ref().map(|mark| mark.action.name()),
                "details": node.details,
            })
        });
        let edges = system.edges.iter().map(|edge| {
            json!({
                "from": system.nodes[edge.from].name,
                "to": system.nodes[edge.to].name,
                "relation": edge.relation.name(),
                "fields": edge.fields,
            })
        });
        json!({
            "name": system.name,
            "nodes": nodes.collect::<Vec<_>>(),
            "edges": edges.collect::<Vec<_>>(),
        })
    });
    json!({ "version": 1, "systems": systems.collect::<Vec<_>>() })
}
