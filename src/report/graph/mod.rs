//! Graphs of systems, as pictures and for other programs.

pub mod dot;
pub mod layout;
pub mod mermaid;
pub mod svg;
pub mod terminal;
pub mod text;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::component::Relation;
use crate::graph::{Changed, Graph, Origin};
use crate::plan::summary::Action;

use super::plan::json::Plan;

/// Marks what a plan changes.
pub fn mark(graph: &mut Graph, plan: &Plan) {
    for root in &plan.roots {
        for component in root.components.iter().flatten() {
            for group in &component.groups {
                let action = Action::ALL.into_iter().find(|it| it.name() == group.action);
                let Some(action) = action else { continue };
                let (root, component) = (root.name.as_str(), component.name.as_str());
                let resources = group.resources.len();
                graph.mark([Changed { root, component, action, resources }]);
            }
        }
    }
}

/// The relations that a graph has edges of, of which pictures say what they mean.
fn relations(graph: &Graph) -> BTreeSet<Relation> {
    let edges = |system| crate::graph::System::picture(system).edges;
    graph.systems.iter().flat_map(edges).map(|edge| edge.relation).collect()
}

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
