//! Which rank each node has, and the places of edges that lead over several.

use super::{Layered, neighbours};

/// Gives each node a rank; which edges are turned.
pub(super) fn rank(graph: &mut Layered, edges: &[((usize, usize), bool)]) -> Vec<bool> {
    let count = graph.real;
    let turned = turned(count, edges);
    let directed: Vec<(usize, usize)> = edges
        .iter()
        .zip(&turned)
        .map(|(((from, to), _), turned)| if *turned { (*to, *from) } else { (*from, *to) })
        .collect();
    let after = neighbours(count, directed.iter().copied());
    let before = neighbours(count, directed.iter().map(|(from, to)| (*to, *from)));

    let mut rank = vec![0; count];
    let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(node) = ready.pop() {
        order.push(node);
        for next in &after[node] {
            rank[*next] = rank[*next].max(rank[node] + 1);
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    // What more edges lead out of than into stands near to where they lead.
    for _ in 0..8 {
        for node in order.iter().rev().copied() {
            let least = before[node].iter().map(|it| rank[*it] + 1).max().unwrap_or(0);
            let most = after[node].iter().map(|it| rank[*it] - 1).min();
            if let Some(most) = most
                && after[node].len() > before[node].len()
            {
                rank[node] = most.max(least);
            }
        }
        for node in order.iter().copied() {
            let least = before[node].iter().map(|it| rank[*it] + 1).max();
            if let Some(least) = least
                && before[node].len() >= after[node].len()
            {
                rank[node] = least;
            }
        }
    }
    let first = (0..count).filter(|it| !is_alone(&before, &after, *it)).map(|it| rank[it]).min();
    rank.iter_mut().for_each(|rank| *rank -= first.unwrap_or(0).min(*rank));
    graph.rank = rank;
    let alone: Vec<bool> = (0..count).map(|it| is_alone(&before, &after, it)).collect();
    spread(graph, &alone);
    turned
}

fn is_alone(before: &[Vec<usize>], after: &[Vec<usize>], node: usize) -> bool {
    before[node].is_empty() && after[node].is_empty()
}

/// The edges that are to lead against the ranks, and those that would close a circle of those before
/// them; where one is both, it leads along.
fn turned(count: usize, edges: &[((usize, usize), bool)]) -> Vec<bool> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    // An edge has to be looked at closely only when it leads back in an order that all others keep.
    let mut place: Vec<usize> = (0..count).collect();
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut turned = Vec::with_capacity(edges.len());
    for ((from, to), against) in edges.iter().copied() {
        let (from, to) = if against { (to, from) } else { (from, to) };
        let closes = place[from] > place[to] && !insert(&mut place, &after, &before, from, to);
        let (from, to) = if closes { (to, from) } else { (from, to) };
        after[from].push(to);
        before[to].push(from);
        turned.push(closes != against);
    }
    turned
}

/// Changes an order so that `from` comes before `to`; false when there is a way back already (Pearce
/// and Kelly, "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs").
fn insert(
    place: &mut [usize],
    after: &[Vec<usize>],
    before: &[Vec<usize>],
    from: usize,
    to: usize,
) -> bool {
    let (low, high) = (place[to], place[from]);
    let reach = |start: usize, next: &[Vec<usize>], within: &dyn Fn(usize) -> bool| {
        let mut found = vec![start];
        let mut seen = std::collections::BTreeSet::from([start]);
        let mut at = 0;
        while at < found.len() {
            for other in &next[found[at]] {
                if within(place[*other]) && seen.insert(*other) {
                    found.push(*other);
                }
            }
            at += 1;
        }
        found
    };
    let mut forward = reach(to, after, &|at| at <= high);
    if forward.contains(&from) {
        return false;
    }
    let mut backward = reach(from, before, &|at| at >= low);
    backward.sort_by_key(|node| place[*node]);
    forward.sort_by_key(|node| place[*node]);
    let nodes: Vec<usize> = backward.into_iter().chain(forward).collect();
    let mut places: Vec<usize> = nodes.iter().map(|node| place[*node]).collect();
    places.sort_unstable();
    for (node, at) in nodes.into_iter().zip(places) {
        place[node] = at;
    }
    true
}

/// Puts what no edge leads to into the ranks that its box has, side by side.
fn spread(graph: &mut Layered, alone: &[bool]) {
    let spans = spans(graph, |node| !alone[node]);
    let all = (0..graph.real).filter(|node| !alone[*node]).map(|node| graph.rank[node]);
    let whole = all.clone().min().zip(all.max());
    let mut boxes: Vec<Option<usize>> = vec![None];
    boxes.extend((0..graph.frames.len()).map(Some));
    for frame in boxes {
        let members: Vec<usize> =
            (0..graph.real).filter(|node| alone[*node] && graph.frame[*node] == frame).collect();
        // A box without edges begins where the one around it does.
        let own = graph.chain(frame).into_iter().rev().find_map(|frame| spans[frame]).or(whole);
        let (first, last) = own.unwrap_or((0, 0));
        #[allow(
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss
        )]
        let square = (members.len() as f64 / 2.0).sqrt().ceil() as usize;
        let columns = (last - first + 1).max(square);
        for (at, node) in members.into_iter().enumerate() {
            graph.rank[node] = first + at % columns;
        }
    }
}

/// The first and last rank of each box, of these nodes in it.
fn spans(graph: &Layered, takes: impl Fn(usize) -> bool) -> Vec<Option<(usize, usize)>> {
    let mut spans: Vec<Option<(usize, usize)>> = vec![None; graph.frames.len()];
    for node in (0..graph.frame.len()).filter(|node| takes(*node)) {
        let rank = graph.rank[node];
        for frame in graph.chain(graph.frame[node]) {
            let (first, last) = spans[frame].unwrap_or((rank, rank));
            spans[frame] = Some((first.min(rank), last.max(rank)));
        }
    }
    spans
}

/// Cuts edges into segments from one rank to the next, and gives each box something in every rank
/// that it goes over.
pub(super) fn split(graph: &mut Layered, edges: &[((usize, usize), bool)], turned: &[bool]) {
    graph.ranks = graph.rank.iter().max().map_or(0, |last| last + 1);
    graph.spans = spans(graph, |_| true).into_iter().map(|span| span.unwrap_or((0, 0))).collect();
    for (((from, to), _), turned) in edges.iter().zip(turned) {
        let (from, to) = if *turned { (*to, *from) } else { (*from, *to) };
        let (out_of, into) = (graph.chain(graph.frame[from]), graph.chain(graph.frame[to]));
        let shared = out_of.iter().zip(&into).take_while(|(a, b)| a == b).count();
        let mut nodes = vec![from];
        for rank in graph.rank[from] + 1..graph.rank[to] {
            let left = out_of[shared..].iter().rev().find(|it| graph.spans[**it].1 >= rank);
            let entered = into[shared..].iter().rev().find(|it| graph.spans[**it].0 <= rank);
            let common = shared.checked_sub(1).map(|last| &out_of[last]);
            let frame = left.or(entered).or(common).copied();
            nodes.push(graph.add(rank, frame));
        }
        nodes.push(to);
        graph.segments.extend(nodes.windows(2).map(|pair| (pair[0], pair[1])));
        graph.chains.push((nodes, *turned));
    }
    for frame in 0..graph.frames.len() {
        let (first, last) = graph.spans[frame];
        for rank in first..=last {
            let is_in = |node: usize| {
                graph.rank[node] == rank && graph.chain(graph.frame[node]).contains(&frame)
            };
            if !(0..graph.rank.len()).any(is_in) {
                graph.add(rank, Some(frame));
            }
        }
    }
}
