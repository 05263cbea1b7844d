//! Which boxes stand around what: layers, and the components that others are in.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, Node, System};
use crate::component::Relation;

/// A graph as it is drawn: with boxes in place of the edges that they show.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture<'a> {
    /// What is drawn, with the box that it is in.
    pub nodes: Vec<(&'a Node, Option<usize>)>,
    /// Between these nodes.
    pub edges: Vec<Edge>,
    /// The boxes, each after those that it is in.
    pub frames: Vec<Frame<'a>>,
    /// How many edges are not drawn.
    pub left_out: BTreeMap<Relation, usize>,
}

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<'a> {
    /// `layer`, or the component's kind.
    pub kind: &'a str,
    /// Its name.
    pub label: &'a str,
    /// The component that it is, where it is one.
    pub node: Option<&'a Node>,
    /// The box that it is in.
    pub inside: Option<usize>,
}

impl System {
    /// With boxes.
    pub fn picture(&self) -> Picture<'_> {
        let around = self.around();
        let boxes: BTreeSet<usize> = around.values().copied().collect();
        // The box around it says so; and a network of which a cluster is a part is around that, and
        // around the cluster's parts.
        let implied = |edge: &&Edge| {
            edge.relation == Relation::Placement
                && chain(&around, edge.from).skip(1).any(|it| it == edge.to)
        };
        let edges: Vec<&Edge> = self.edges.iter().filter(|edge| !implied(edge)).collect();
        let is_drawn = |edge: &&Edge| self.placements || edge.relation != Relation::Placement;
        let (edges, unboxed): (Vec<&Edge>, Vec<&Edge>) = edges.into_iter().partition(is_drawn);
        let mut left_out = self.left_out.clone();
        if !unboxed.is_empty() {
            left_out.insert(Relation::Placement, unboxed.len());
        }
        let mut picture =
            Picture { nodes: Vec::new(), edges: Vec::new(), frames: Vec::new(), left_out };
        for layer in &self.layers {
            let frame = Frame { kind: "layer", label: layer, node: None, inside: None };
            picture.frames.push(frame);
        }
        let layer_of =
            |node: &Node| self.layers.iter().position(|layer| node.layer.as_ref() == Some(layer));
        // Outer boxes first.
        let mut ordered: Vec<usize> = boxes.iter().copied().collect();
        ordered.sort_by_key(|at| (chain(&around, *at).count(), *at));
        let mut frames: BTreeMap<usize, usize> = BTreeMap::new();
        for at in ordered {
            let node = &self.nodes[at];
            let outer = around.get(&at).and_then(|outer| frames.get(outer).copied());
            let inside = outer.or_else(|| layer_of(node));
            let (kind, label) = (node.kind.as_str(), node.label.as_str());
            frames.insert(at, picture.frames.len());
            picture.frames.push(Frame { kind, label, node: Some(node), inside });
        }
        let ends: BTreeSet<usize> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let own = frames.get(&at).copied();
            // A box is no node beside that, unless it has edges of its own.
            if own.is_some() && !ends.contains(&at) {
                continue;
            }
            let outer = around.get(&at).and_then(|outer| frames.get(outer).copied());
            places.insert(at, picture.nodes.len());
            picture.nodes.push((node, own.or(outer).or_else(|| layer_of(node))));
        }
        picture.edges = edges
            .into_iter()
            .filter_map(|edge| {
                let (from, to) = (*places.get(&edge.from)?, *places.get(&edge.to)?);
                Some(Edge { from, to, ..edge.clone() })
            })
            .collect();
        picture.drop_empty();
        picture
    }

    /// The box that each node is in: the innermost of those that it names, in its own layer.
    fn around(&self) -> BTreeMap<usize, usize> {
        let mut named: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for edge in self.edges.iter().filter(|edge| edge.relation == Relation::Placement) {
            if self.nodes[edge.from].layer == self.nodes[edge.to].layer {
                named.entry(edge.from).or_default().push(edge.to);
            }
        }
        let mut around: BTreeMap<usize, usize> = BTreeMap::new();
        for (inner, outers) in &named {
            // The innermost is the one that is in the others.
            let depth = |at: usize| {
                let mut seen = BTreeSet::from([at]);
                let mut last = vec![at];
                while let Some(at) = last.pop() {
                    for outer in named.get(&at).into_iter().flatten() {
                        if seen.insert(*outer) {
                            last.push(*outer);
                        }
                    }
                }
                seen.len()
            };
            let best = outers.iter().copied().rev().max_by_key(|outer| depth(*outer));
            // Two that are in each other are in none.
            if let Some(outer) = best.filter(|outer| !chain(&around, *outer).any(|it| it == *inner))
            {
                around.insert(*inner, outer);
            }
        }
        around
    }
}

/// The node, and the boxes around it from the inside out.
fn chain(around: &BTreeMap<usize, usize>, at: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(at), |at| around.get(at).copied())
}

impl Picture<'_> {
    /// Takes out boxes in which nothing is.
    fn drop_empty(&mut self) {
        let mut holds: BTreeSet<usize> =
            self.nodes.iter().filter_map(|(_, inside)| *inside).collect();
        for at in (0..self.frames.len()).rev() {
            if holds.contains(&at) {
                holds.extend(self.frames[at].inside);
            }
        }
        let places: BTreeMap<usize, usize> =
            holds.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let place = |inside: &mut Option<usize>| {
            *inside = inside.and_then(|at| places.get(&at).copied());
        };
        let mut at = 0;
        self.frames.retain(|_| {
            at += 1;
            holds.contains(&(at - 1))
        });
        self.frames.iter_mut().for_each(|frame| place(&mut frame.inside));
        self.nodes.iter_mut().for_each(|(_, inside)| place(inside));
    }
}
