//! Where things stand in a picture: nodes in layers along the edges, boxes around some of them.
//!
//! The steps are those of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of
//! Hierarchical System Structures"): edges that would close a circle are turned, each node gets a
//! rank, edges over several ranks get a place in each, ranks are ordered so that few edges cross,
//! and then everything gets coordinates. Boxes take part in the last two: all in one stands
//! together, and what is not in it stands beside it: neither of the crates that lay out graphs this way,
//! `layout-rs` and `rust-sugiyama`, knows boxes.

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inputs() -> impl Strategy<Value = Input> {
        let sizes = (1_usize..28, 0_usize..5, any::<bool>());
        sizes.prop_flat_map(|(nodes, frames, right)| {
            let inside = |count: usize| proptest::option::of(0..count.max(1));
            let items = proptest::collection::vec((30.0..80.0, inside(frames)), nodes);
            let edges = proptest::collection::vec((0..nodes, 0..nodes, any::<bool>()), 0..60);
            let outer = proptest::collection::vec(any::<proptest::sample::Index>(), frames);
            (items, edges, outer).prop_map(move |(items, edges, outer)| Input {
                nodes: items
                    .into_iter()
                    .map(|(height, frame)| Item {
                        width: 120.0,
                        height,
                        frame: frame.filter(|_| frames > 0),
                    })
                    .collect(),
                edges: edges.iter().map(|(from, to, _)| (*from, *to)).collect(),
                against: edges.iter().map(|(.., against)| *against).collect(),
                frames: outer
                    .iter()
                    .enumerate()
                    .map(|(at, outer)| outer.index(at + 1).checked_sub(1))
                    .collect(),
                direction: if right { Direction::Right } else { Direction::Down },
            })
        })
    }

    fn overlap(a: &Rect, b: &Rect) -> bool {
        let apart = 0.01;
        a.x + a.width > b.x + apart
            && b.x + b.width > a.x + apart
            && a.y + a.height > b.y + apart
            && b.y + b.height > a.y + apart
    }

    fn holds(outer: &Rect, inner: &Rect) -> bool {
        outer.x <= inner.x + 0.01
            && outer.y <= inner.y + 0.01
            && outer.x + outer.width + 0.01 >= inner.x + inner.width
            && outer.y + outer.height + 0.01 >= inner.y + inner.height
    }

    /// The boxes around a node or a box.
    fn around(input: &Input, frame: Option<usize>) -> Vec<usize> {
        std::iter::successors(frame, |frame| input.frames[*frame]).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_stands_on_something_else(input in inputs()) {
            let layout = layout(&input);
            for (at, a) in layout.nodes.iter().enumerate() {
                for b in &layout.nodes[at + 1..] {
                    prop_assert!(!overlap(a, b), "{a:?} {b:?}");
                }
                let around = around(&input, input.nodes[at].frame);
                for (frame, rect) in layout.frames.iter().enumerate() {
                    if around.contains(&frame) {
                        prop_assert!(holds(rect, a), "{rect:?} {a:?}");
                    } else if rect.height > 0.0 {
                        prop_assert!(!overlap(rect, a), "{rect:?} {a:?}");
                    }
                }
                prop_assert!(a.x >= 0.0 && a.y >= 0.0);
                prop_assert!(a.x + a.width <= layout.width + 0.01);
                prop_assert!(a.y + a.height <= layout.height + 0.01);
            }
        }

        #[test]
        fn every_edge_ends_at_its_nodes(input in inputs()) {
            let layout = layout(&input);
            prop_assert_eq!(layout.edges.len(), input.edges.len());
            for ((from, to), way) in input.edges.iter().zip(&layout.edges) {
                if from == to {
                    prop_assert!(way.is_empty());
                    continue;
                }
                let ends = |point: &Point, rect: &Rect| {
                    let at_x = (point.x - rect.x).abs() < 0.01
                        || (point.x - rect.x - rect.width).abs() < 0.01;
                    let at_y = (point.y - rect.y).abs() < 0.01
                        || (point.y - rect.y - rect.height).abs() < 0.01;
                    let in_x = point.x > rect.x - 0.01 && point.x < rect.x + rect.width + 0.01;
                    let in_y = point.y > rect.y - 0.01 && point.y < rect.y + rect.height + 0.01;
                    (at_x && in_y) || (at_y && in_x)
                };
                prop_assert!(way.len() % 2 == 0 && way.len() >= 2);
                prop_assert!(ends(&way[0], &layout.nodes[*from]));
                prop_assert!(ends(&way[way.len() - 1], &layout.nodes[*to]));
            }
        }

        #[test]
        fn the_same_graph_is_laid_out_the_same(input in inputs()) {
            prop_assert_eq!(layout(&input), layout(&input));
        }
    }

    #[test]
    fn a_circle_has_one_edge_back() {
        let item = Item { width: 100.0, height: 40.0, frame: None };
        let edges = vec![(0, 1), (1, 2), (2, 0)];
        let layout = layout(&Input { nodes: vec![item; 3], edges, ..Input::default() });
        let x: Vec<f64> = layout.nodes.iter().map(|node| node.x).collect();
        assert!(x[0] < x[1] && x[1] < x[2], "{x:?}");
        assert!(layout.edges[2][0].x > layout.edges[2].last().unwrap().x);
    }

    #[test]
    fn a_long_edge_goes_around_what_is_between() {
        let item = Item { width: 100.0, height: 40.0, frame: None };
        let edges = vec![(0, 1), (1, 2), (0, 2)];
        let layout = layout(&Input { nodes: vec![item; 3], edges, ..Input::default() });
        let middle = &layout.nodes[1];
        let straight = &layout.edges[2][1..3];
        for point in straight {
            assert!(point.y < middle.y || point.y > middle.y + middle.height, "{layout:?}");
        }
    }
}
