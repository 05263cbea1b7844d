//! Where things stand in a picture: nodes in layers along the edges, boxes around some of them.
//!
//! The steps are those of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of
//! Hierarchical System Structures"): edges that would close a circle are turned, each node gets a
//! rank, edges over several ranks get a place in each, ranks are ordered so that few edges cross,
//! and then everything gets coordinates. Boxes take part in the last two: all in one stands
//! together, and what is not in it stands beside it.

mod order;
mod place;
mod rank;

use std::collections::BTreeSet;

/// What is to be laid out. Ranks go from left to right.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Nodes, with their sizes.
    pub nodes: Vec<Item>,
    /// From node to node, the most important first. Edges from a node to itself are left out.
    pub edges: Vec<(usize, usize)>,
    /// Which edges lead against the ranks, where they can.
    pub against: Vec<bool>,
    /// The box that each box is in, one before it.
    pub frames: Vec<Option<usize>>,
    /// Where ranks go.
    pub direction: Direction,
}

/// A node to be laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The box that it is in.
    pub frame: Option<usize>,
}

/// Where edges lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From left to right.
    #[default]
    Right,
    /// From top to bottom.
    Down,
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Nodes.
    pub nodes: Vec<Rect>,
    /// Boxes.
    pub frames: Vec<Rect>,
    /// Edges, from the border of one node to that of the other: pairs of points that a bend
    /// connects, and between the pairs straight on.
    pub edges: Vec<Vec<Point>>,
    /// The width of all.
    pub width: f64,
    /// The height of all.
    pub height: f64,
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// The room that a box's title takes above what is in it.
pub const TITLE: f64 = 26.0;

/// A graph on its way to a layout: real nodes first, then places of edges.
#[derive(Debug, Default)]
struct Layered {
    /// Along the ranks.
    length: Vec<f64>,
    /// Across the ranks.
    breadth: Vec<f64>,
    frame: Vec<Option<usize>>,
    rank: Vec<usize>,
    /// How many of the nodes are real.
    real: usize,
    /// Without circles, each from one rank to the next.
    segments: Vec<(usize, usize)>,
    /// The nodes that each edge leads over, from the lower rank, and whether it was turned.
    chains: Vec<(Vec<usize>, bool)>,
    /// The box that each box is in.
    frames: Vec<Option<usize>>,
    /// The first and last rank of each box.
    spans: Vec<(usize, usize)>,
    ranks: usize,
    /// Room before what is in a box, and after it, across the ranks.
    before: f64,
    after: f64,
}

impl Layered {
    fn is_real(&self, node: usize) -> bool {
        node < self.real
    }

    /// The boxes around a node, the outermost first.
    fn chain(&self, frame: Option<usize>) -> Vec<usize> {
        let mut chain: Vec<usize> =
            std::iter::successors(frame, |frame| self.frames[*frame]).collect();
        chain.reverse();
        chain
    }

    fn add(&mut self, rank: usize, frame: Option<usize>) -> usize {
        self.length.push(0.0);
        self.breadth.push(0.0);
        self.frame.push(frame);
        self.rank.push(rank);
        self.rank.len() - 1
    }
}

/// Lays out a graph. The same input gives the same layout.
pub fn layout(input: &Input) -> Layout {
    let flipped = input.direction == Direction::Down;
    let title = if flipped { 10.0 } else { TITLE };
    let against = input.against.iter().copied().chain(std::iter::repeat(false));
    let edges = input.edges.iter().copied().zip(against).filter(|((from, to), _)| from != to);
    let edges: Vec<((usize, usize), bool)> = edges.collect();
    let sides = |item: &Item| match flipped {
        true => (item.height, item.width),
        false => (item.width, item.height),
    };
    let mut graph = Layered {
        length: input.nodes.iter().map(|item| sides(item).0).collect(),
        breadth: input.nodes.iter().map(|item| sides(item).1).collect(),
        frame: input.nodes.iter().map(|item| item.frame).collect(),
        real: input.nodes.len(),
        frames: input.frames.clone(),
        before: title + 6.0,
        after: 12.0,
        ..Layered::default()
    };
    let turned = rank::rank(&mut graph, &edges);
    rank::split(&mut graph, &edges, &turned);
    let order = order::order(&mut graph);
    let placed = place::place(&graph, &order, if flipped { TITLE } else { 0.0 });
    // An edge from a node to itself has no way to go; its place in the list stays.
    let mut ways = placed.edges.into_iter();
    let edges = input.edges.iter().map(|(from, to)| match from == to {
        true => Vec::new(),
        false => ways.next().unwrap_or_default(),
    });
    let layout = Layout { edges: edges.collect(), ..placed };
    if flipped { layout.flipped() } else { layout }
}

impl Layout {
    fn flipped(mut self) -> Self {
        for rect in self.nodes.iter_mut().chain(&mut self.frames) {
            std::mem::swap(&mut rect.x, &mut rect.y);
            std::mem::swap(&mut rect.width, &mut rect.height);
        }
        for point in self.edges.iter_mut().flatten() {
            std::mem::swap(&mut point.x, &mut point.y);
        }
        std::mem::swap(&mut self.width, &mut self.height);
        self
    }
}

/// For each node the others that segments lead to.
fn neighbours(count: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    let mut seen = BTreeSet::new();
    for (from, to) in pairs {
        if seen.insert((from, to)) {
            neighbours[from].push(to);
        }
    }
    neighbours
}
