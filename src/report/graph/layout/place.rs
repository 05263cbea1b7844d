//! Coordinates.

use super::{Layered, Layout, Point, Rect, neighbours};

/// Between two nodes of a rank, where one is the place of an edge, and where both are.
const GAP: f64 = 16.0;
const GAP_TO_EDGE: f64 = 11.0;
const GAP_OF_EDGES: f64 = 7.0;
/// Between a rank and the next.
const STEP: f64 = 46.0;
/// Between the border of a box and what is in it, along the ranks.
const MARGIN: f64 = 14.0;
/// The highest band across all ranks in which nothing stands.
const BAND: f64 = 22.0;
/// Between the ends of edges at one side of a node.
const PORT: f64 = 11.0;

/// What has to be settled across the ranks: nodes, and the two borders of each box.
struct Across<'a> {
    graph: &'a Layered,
    /// For each, what stands before it, and at least how far.
    before: Vec<Vec<(usize, f64)>>,
    after: Vec<Vec<(usize, f64)>>,
    /// All of them, each after what stands before it.
    sorted: Vec<usize>,
    /// For each node, its neighbours in the rank before and in the rank after, with their weights.
    sources: Vec<Vec<(usize, f64)>>,
    targets: Vec<Vec<(usize, f64)>>,
}

impl<'a> Across<'a> {
    fn new(graph: &'a Layered, order: &[Vec<usize>]) -> Self {
        let (count, frames) = (graph.rank.len(), graph.frames.len());
        let mut before: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count + 2 * frames];
        let mut after = before.clone();
        for rank in order {
            let mut open: Vec<usize> = Vec::new();
            let mut last: Option<usize> = None;
            let mut put = |next: usize| {
                if let Some(last) = last {
                    let gap = gap(graph, last, next);
                    before[next].push((last, gap));
                    after[last].push((next, gap));
                }
                last = Some(next);
            };
            for node in rank {
                let chain = graph.chain(graph.frame[*node]);
                let same = open.iter().zip(&chain).take_while(|(a, b)| a == b).count();
                open.drain(same..).rev().for_each(|frame| put(count + frames + frame));
                chain[same..].iter().for_each(|frame| put(count + frame));
                open = chain;
                put(*node);
            }
            open.into_iter().rev().for_each(|frame| put(count + frames + frame));
        }
        let sorted = sorted(&before, &after);
        let weight = |a: usize, b: usize| match (graph.is_real(a), graph.is_real(b)) {
            (false, false) => 8.0,
            (true, true) => 1.0,
            _ => 2.0,
        };
        let weighted = |near: Vec<Vec<usize>>| -> Vec<Vec<(usize, f64)>> {
            let near = near.into_iter().enumerate();
            let of = |(node, near): (usize, Vec<usize>)| {
                near.into_iter().map(|it| (it, weight(node, it))).collect()
            };
            near.map(of).collect()
        };
        let targets = weighted(neighbours(count, graph.segments.iter().copied()));
        let turned = graph.segments.iter().map(|(from, to)| (*to, *from));
        let sources = weighted(neighbours(count, turned));
        Self { graph, before, after, sorted, sources, targets }
    }

    /// As near to the wishes as what stands before and after lets everything come: halfway between
    /// giving way to one side only and to the other only, both of which keep all distances.
    fn settle(&self, wishes: &[f64]) -> Vec<f64> {
        let mut later = wishes.to_vec();
        for it in &self.sorted {
            for (other, gap) in &self.before[*it] {
                later[*it] = later[*it].max(later[*other] + gap);
            }
        }
        let mut sooner = wishes.to_vec();
        for it in self.sorted.iter().rev() {
            for (other, gap) in &self.after[*it] {
                sooner[*it] = sooner[*it].min(sooner[*other] - gap);
            }
        }
        later.iter().zip(&sooner).map(|(a, b)| f64::midpoint(*a, *b)).collect()
    }

    fn wishes(&self, places: &[f64], round: usize) -> Vec<f64> {
        let count = self.graph.rank.len();
        let frames = self.graph.frames.len();
        let mut wishes = places.to_vec();
        for (node, wish) in wishes.iter_mut().enumerate().take(count) {
            let (sources, targets) = (&self.sources[node], &self.targets[node]);
            let near: Vec<(usize, f64)> = match round % 3 {
                0 if !sources.is_empty() => sources.clone(),
                1 if !targets.is_empty() => targets.clone(),
                _ => sources.iter().chain(targets).copied().collect(),
            };
            *wish = if !near.is_empty() {
                let sum: f64 = near.iter().map(|(it, weight)| places[*it] * weight).sum();
                sum / near.iter().map(|(_, weight)| weight).sum::<f64>()
            } else if let Some(least) = self.below(node, places) {
                least
            } else {
                // It comes near to what is in its box.
                self.middle(self.graph.frame[node], places)
            };
        }
        for frame in 0..frames {
            let (top, bottom) = (count + frame, count + frames + frame);
            wishes[top] = self.most(top, places).unwrap_or(places[top]);
            wishes[bottom] = self.least(bottom, places).unwrap_or(places[bottom]);
        }
        wishes
    }

    /// The place right below another node, for a node that nothing leads to.
    fn below(&self, node: usize, places: &[f64]) -> Option<f64> {
        let is_node = |it: usize| self.graph.is_real(it);
        let above = self.before[node].iter().any(|(other, _)| is_node(*other));
        (is_node(node) && above).then(|| self.least(node, places)).flatten()
    }

    fn is_alone(&self, node: usize) -> bool {
        self.sources[node].is_empty() && self.targets[node].is_empty()
    }

    /// The middle of a box, or of everything.
    fn middle(&self, frame: Option<usize>, places: &[f64]) -> f64 {
        let (count, frames) = (self.graph.rank.len(), self.graph.frames.len());
        match frame {
            Some(frame) => f64::midpoint(places[count + frame], places[count + frames + frame]),
            None => {
                #[allow(clippy::cast_precision_loss)]
                let all = count.max(1) as f64;
                places[..count].iter().sum::<f64>() / all
            }
        }
    }

    /// Takes out bands across all ranks in which nothing stands.
    fn close(&self, places: &mut [f64]) {
        let (count, frames) = (self.graph.rank.len(), self.graph.frames.len());
        let (before, after) = (self.graph.before, self.graph.after);
        let takes = |it: usize| match it {
            it if it < self.graph.real => {
                (self.graph.breadth[it] / 2.0, self.graph.breadth[it] / 2.0)
            }
            it if it < count => (2.0, 2.0),
            it if it < count + frames => (0.0, before),
            _ => (after, 0.0),
        };
        let solid = (0..places.len())
            .filter(|it| *it < self.graph.real || *it >= count || !self.is_alone(*it))
            .map(|it| (places[it] - takes(it).0, places[it] + takes(it).1));
        let mut solid: Vec<(f64, f64)> = solid.collect();
        solid.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        // Where a band ends, and by how much all below it moves up.
        let mut cuts: Vec<(f64, f64)> = Vec::new();
        let (mut end, mut cut) = (solid.first().map_or(0.0, |it| it.0), 0.0);
        for (from, to) in solid {
            if from - end > BAND {
                cut += from - end - BAND;
                cuts.push((from, cut));
            }
            end = end.max(to);
        }
        for (it, place) in places.iter_mut().enumerate() {
            let from = *place - takes(it).0 + 0.001;
            let at = cuts.partition_point(|(start, _)| *start <= from);
            *place -= at.checked_sub(1).map_or(0.0, |at| cuts[at].1);
        }
    }

    fn least(&self, it: usize, places: &[f64]) -> Option<f64> {
        self.before[it].iter().map(|(other, gap)| places[*other] + gap).reduce(f64::max)
    }

    fn most(&self, it: usize, places: &[f64]) -> Option<f64> {
        self.after[it].iter().map(|(other, gap)| places[*other] - gap).reduce(f64::min)
    }

    fn places(&self, rounds: usize) -> Vec<f64> {
        let mut places = vec![0.0; self.before.len()];
        for it in &self.sorted {
            places[*it] = self.least(*it, &places).unwrap_or(0.0);
        }
        for round in 0..rounds {
            places = self.settle(&self.wishes(&places, round));
        }
        let (count, frames) = (self.graph.rank.len(), self.graph.frames.len());
        for it in &self.sorted {
            if *it < count && self.is_alone(*it) {
                places[*it] = self.least(*it, &places).unwrap_or(places[*it]);
            }
        }
        // Boxes close around what is in them, the innermost first. What only keeps a place in a rank
        // for a box is nothing to close around.
        let held = |it: usize| it >= count || it < self.graph.real || !self.is_alone(it);
        for frame in (0..frames).rev() {
            let (top, bottom) = (count + frame, count + frames + frame);
            let inside = self.after[top].iter().filter(|(it, _)| held(*it));
            let most = inside.map(|(it, gap)| places[*it] - gap).reduce(f64::min);
            let inside = self.before[bottom].iter().filter(|(it, _)| held(*it));
            let least = inside.map(|(it, gap)| places[*it] + gap).reduce(f64::max);
            places[top] = most.unwrap_or(places[top]);
            places[bottom] = least.unwrap_or(places[bottom]);
        }
        self.close(&mut places);
        places
    }
}

/// Each after what stands before it.
fn sorted(before: &[Vec<(usize, f64)>], after: &[Vec<(usize, f64)>]) -> Vec<usize> {
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..before.len()).filter(|it| waits[*it] == 0).collect();
    let mut sorted = Vec::with_capacity(before.len());
    while let Some(it) = ready.pop() {
        sorted.push(it);
        for (next, _) in &after[it] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    sorted
}

/// At least how far the second has to be from the first, from middle to middle.
fn gap(graph: &Layered, first: usize, second: usize) -> f64 {
    enum Side {
        Node(f64),
        Edge,
        Top,
        Bottom,
    }
    use Side::{Bottom, Edge, Node, Top};
    let (count, frames) = (graph.rank.len(), graph.frames.len());
    let side = |it: usize| match it {
        it if it < graph.real => Node(graph.breadth[it] / 2.0),
        it if it < count => Edge,
        it if it < count + frames => Top,
        _ => Bottom,
    };
    match (side(first), side(second)) {
        (Node(a), Node(b)) => a + GAP + b,
        (Node(half), Edge) | (Edge, Node(half)) => half + GAP_TO_EDGE,
        (Edge, Edge) => GAP_OF_EDGES,
        (Top, Node(half)) => graph.before + half,
        (Top, Edge | Top | Bottom) => graph.before,
        (Node(half), Bottom) => half + graph.after,
        (Edge | Bottom, Bottom) => graph.after,
        (Node(half), Top) | (Bottom, Node(half)) => half + GAP,
        (Edge, Top) | (Bottom, Edge) => GAP_TO_EDGE,
        (Bottom, Top) => GAP,
    }
}

/// Where nodes and then borders of boxes are across the ranks.
pub(super) fn across(graph: &Layered, order: &[Vec<usize>], rounds: usize) -> Vec<f64> {
    Across::new(graph, order).places(rounds)
}

/// Where ranks begin and end.
struct Columns {
    first: Vec<f64>,
    last: Vec<f64>,
}

fn columns(graph: &Layered, levels: &[usize], lead: f64) -> Columns {
    let mut widths: Vec<f64> = vec![0.0; graph.ranks];
    for node in 0..graph.real {
        let width = &mut widths[graph.rank[node]];
        *width = width.max(graph.length[node]);
    }
    let mut crossing = vec![0.0_f64; graph.ranks + 1];
    for (from, _) in &graph.segments {
        crossing[graph.rank[*from] + 1] += 1.0;
    }
    let deepest = |ends: &dyn Fn((usize, usize)) -> bool| -> f64 {
        let levels = levels.iter().zip(&graph.spans).filter(|(_, span)| ends(**span));
        #[allow(clippy::cast_precision_loss)]
        let deepest = levels.map(|(level, _)| *level).max().unwrap_or(0) as f64;
        deepest
    };
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let mut at = 0.0;
    for (rank, width) in widths.iter().enumerate() {
        if rank > 0 {
            at += deepest(&|span| span.1 + 1 == rank) * MARGIN;
            at += STEP + (1.5 * crossing[rank]).min(70.0);
        }
        at += deepest(&|span| span.0 == rank) * (MARGIN + lead);
        first.push(at);
        at += width;
        last.push(at);
    }
    Columns { first, last }
}

/// Gives everything its place. `lead` is the room that a box's title takes before its first rank.
pub(super) fn place(graph: &Layered, order: &[Vec<usize>], lead: f64) -> Layout {
    let across = across(graph, order, 48);
    let (count, frames) = (graph.rank.len(), graph.frames.len());
    // How many boxes there are in each other, from the inside.
    let mut levels = vec![1; frames];
    for frame in (0..frames).rev() {
        if let Some(outer) = graph.frames[frame] {
            levels[outer] = levels[outer].max(levels[frame] + 1);
        }
    }
    let columns = columns(graph, &levels, lead);
    let mut nodes: Vec<Rect> = (0..graph.real)
        .map(|node| {
            let (first, last) = (columns.first[graph.rank[node]], columns.last[graph.rank[node]]);
            let (width, height) = (graph.length[node], graph.breadth[node]);
            let x = f64::midpoint(first, last) - width / 2.0;
            Rect { x, y: across[node] - height / 2.0, width, height }
        })
        .collect();
    let mut boxes: Vec<Rect> = (0..frames)
        .map(|frame| {
            #[allow(clippy::cast_precision_loss)]
            let level = levels[frame] as f64;
            let (first, last) = graph.spans[frame];
            let x = columns.first[first] - level * (MARGIN + lead);
            let width = columns.last[last] + level * MARGIN - x;
            let (top, bottom) = (across[count + frame], across[count + frames + frame]);
            Rect { x, y: top, width, height: bottom - top }
        })
        .collect();
    let mut edges = ways(graph, &across, &columns, &nodes);

    // All of it begins at nought.
    let rects = || nodes.iter().chain(&boxes);
    let points = || edges.iter().flatten();
    let left = rects().map(|it| it.x).chain(points().map(|it| it.x)).reduce(f64::min);
    let top = rects().map(|it| it.y).chain(points().map(|it| it.y)).reduce(f64::min);
    let (left, top) = (left.unwrap_or(0.0), top.unwrap_or(0.0));
    for rect in nodes.iter_mut().chain(&mut boxes) {
        (rect.x, rect.y) = (rect.x - left, rect.y - top);
    }
    for point in edges.iter_mut().flatten() {
        (point.x, point.y) = (point.x - left, point.y - top);
    }
    let rects = || nodes.iter().chain(&boxes);
    let points = || edges.iter().flatten();
    let width = rects().map(|it| it.x + it.width).chain(points().map(|it| it.x));
    let height = rects().map(|it| it.y + it.height).chain(points().map(|it| it.y));
    let (width, height) = (width.fold(0.0, f64::max), height.fold(0.0, f64::max));
    Layout { nodes, frames: boxes, edges, width, height }
}

/// The ways of the edges.
fn ways(graph: &Layered, across: &[f64], columns: &Columns, nodes: &[Rect]) -> Vec<Vec<Point>> {
    // At each side of a node its edges end in the order of where they come from.
    let mut sides: Vec<[Vec<(f64, usize)>; 2]> = vec![[Vec::new(), Vec::new()]; graph.real];
    for (edge, (chain, _)) in graph.chains.iter().enumerate() {
        if let [first, second, ..] = chain[..]
            && let [.., next_to_last, last] = chain[..]
        {
            sides[first][1].push((across[second], edge));
            sides[last][0].push((across[next_to_last], edge));
        }
    }
    let mut ports: Vec<[f64; 2]> = vec![[0.0; 2]; graph.chains.len()];
    for (node, sides) in sides.iter_mut().enumerate() {
        for (side, ends) in sides.iter_mut().enumerate() {
            ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            #[allow(clippy::cast_precision_loss)]
            let spaces = ends.len().saturating_sub(1) as f64;
            let room = nodes[node].height - 14.0;
            let step = if spaces > 0.0 { PORT.min(room / spaces) } else { 0.0 };
            for (at, (_, edge)) in ends.iter().enumerate() {
                #[allow(clippy::cast_precision_loss)]
                let from_middle = (at as f64 - spaces / 2.0) * step;
                ports[*edge][1 - side] = across[node] + from_middle;
            }
        }
    }
    let way = |(edge, (chain, turned)): (usize, &(Vec<usize>, bool))| {
        let [first, between @ .., last] = &chain[..] else { return Vec::new() };
        let from = &nodes[*first];
        let mut way = vec![Point { x: from.x + from.width, y: ports[edge][0] }];
        for node in between {
            let (rank, y) = (graph.rank[*node], across[*node]);
            way.push(Point { x: columns.first[rank], y });
            way.push(Point { x: columns.last[rank], y });
        }
        way.push(Point { x: nodes[*last].x, y: ports[edge][1] });
        if *turned {
            way.reverse();
        }
        way
    };
    graph.chains.iter().enumerate().map(way).collect()
}
