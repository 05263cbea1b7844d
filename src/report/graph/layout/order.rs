//! The order of each rank, so that few edges cross, and boxes stay together.

use std::cmp::Ordering;

use super::place::across;
use super::{Layered, neighbours};

/// How often all ranks are ordered anew.
const SWEEPS: usize = 14;

/// The nodes of each rank in their order. Boxes that stand side by side do so in the same order in
/// every rank.
pub(super) fn order(graph: &mut Layered) -> Vec<Vec<usize>> {
    let count = graph.rank.len();
    let after = neighbours(count, graph.segments.iter().copied());
    let before = neighbours(count, graph.segments.iter().map(|(from, to)| (*to, *from)));
    let mut by_rank: Vec<Vec<usize>> = vec![Vec::new(); graph.ranks];
    for node in 0..count {
        by_rank[graph.rank[node]].push(node);
    }
    #[allow(clippy::cast_precision_loss)]
    let mut keys: Vec<f64> = (0..count).map(|node| node as f64).collect();
    for (nodes, _) in &graph.chains {
        for pair in nodes.windows(2) {
            if !graph.is_real(pair[1]) {
                keys[pair[1]] = keys[pair[0]];
            }
        }
    }
    let mut best = arrange(graph, &by_rank, &keys, &keys);
    let mut places = across(graph, &best, 4);
    let mut least = (crossings(graph, &best, &after), height(&places));
    for sweep in 0..SWEEPS {
        let old = places.clone();
        let mut keys = places;
        let ranks: Vec<usize> = match sweep % 2 {
            0 => (0..graph.ranks).collect(),
            _ => (0..graph.ranks).rev().collect(),
        };
        let towards = if sweep % 2 == 0 { &before } else { &after };
        for node in ranks.iter().flat_map(|rank| &by_rank[*rank]) {
            let near = &towards[*node];
            if !near.is_empty() {
                #[allow(clippy::cast_precision_loss)]
                let mean = near.iter().map(|it| keys[*it]).sum::<f64>() / near.len() as f64;
                keys[*node] = mean;
            }
        }
        // What nothing leads to goes below what is connected.
        for node in 0..graph.real {
            if before[node].is_empty() && after[node].is_empty() {
                #[allow(clippy::cast_precision_loss)]
                let below = 1e9 + node as f64;
                keys[node] = below;
            }
        }
        let mut order = arrange(graph, &by_rank, &keys, &old);
        transpose(graph, &mut order, &before, &after);
        places = across(graph, &order, 6);
        let cost = (crossings(graph, &order, &after), height(&places));
        if cost < least || sweep == 0 {
            (best, least) = (order, cost);
        }
    }
    best
}

/// How much room places take across the ranks.
fn height(places: &[f64]) -> f64 {
    let first = places.iter().copied().fold(f64::INFINITY, f64::min);
    places.iter().copied().fold(first, f64::max) - first
}

/// Sorts every rank by the nodes' keys, and what is in a box by that of the box first.
fn arrange(graph: &Layered, by_rank: &[Vec<usize>], keys: &[f64], old: &[f64]) -> Vec<Vec<usize>> {
    let mut sums = vec![(0.0, 0.0); graph.frames.len()];
    let chains: Vec<Vec<usize>> = graph.frame.iter().map(|frame| graph.chain(*frame)).collect();
    for (node, chain) in chains.iter().enumerate() {
        for frame in chain {
            // What nothing leads to says nothing of where its box should be.
            let key = if keys[node] < 1e9 { keys[node] } else { old[node] };
            sums[*frame].0 += key;
            sums[*frame].1 += 1.0;
        }
    }
    let path = |node: usize| -> Vec<(f64, f64, usize)> {
        let frames = chains[node].iter().map(|frame| {
            let (sum, count) = sums[*frame];
            (sum / count, 0.0, *frame)
        });
        let own = (keys[node], old[node], graph.frames.len() + node);
        frames.chain([own]).collect()
    };
    let paths: Vec<Vec<(f64, f64, usize)>> = (0..chains.len()).map(path).collect();
    let compare = |a: &usize, b: &usize| {
        let steps = paths[*a].iter().zip(&paths[*b]);
        let different = steps.map(|(a, b)| match a.2 == b.2 {
            true => Ordering::Equal,
            false => a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)),
        });
        different.fold(Ordering::Equal, Ordering::then)
    };
    let mut order = by_rank.to_vec();
    order.iter_mut().for_each(|rank| rank.sort_by(compare));
    order
}

/// Where each node stands in its rank.
fn positions(graph: &Layered, order: &[Vec<usize>]) -> Vec<usize> {
    let mut positions = vec![0; graph.rank.len()];
    for rank in order {
        rank.iter().enumerate().for_each(|(at, node)| positions[*node] = at);
    }
    positions
}

/// How many pairs of segments cross.
fn crossings(graph: &Layered, order: &[Vec<usize>], after: &[Vec<usize>]) -> usize {
    let positions = positions(graph, order);
    let mut crossed = 0;
    for (rank, nodes) in order.iter().enumerate() {
        let width = order.get(rank + 1).map_or(0, Vec::len);
        // How many ends there are so far at each place or before it (Fenwick's tree).
        let mut ends = vec![0_usize; width + 1];
        let mut so_far = 0;
        for node in nodes {
            let mut targets: Vec<usize> = after[*node].iter().map(|it| positions[*it]).collect();
            targets.sort_unstable();
            for target in &targets {
                let mut not_beyond = 0;
                let mut at = target + 1;
                while at > 0 {
                    not_beyond += ends[at];
                    at -= at & at.wrapping_neg();
                }
                crossed += so_far - not_beyond;
            }
            for target in targets {
                so_far += 1;
                let mut at = target + 1;
                while at <= width {
                    ends[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    crossed
}

/// Swaps neighbours of one box where that makes fewer edges cross.
fn transpose(
    graph: &Layered,
    order: &mut [Vec<usize>],
    before: &[Vec<usize>],
    after: &[Vec<usize>],
) {
    let mut positions = positions(graph, order);
    for _ in 0..4 {
        let mut better = false;
        for rank in order.iter_mut() {
            for at in 1..rank.len() {
                let (a, b) = (rank[at - 1], rank[at]);
                if graph.frame[a] != graph.frame[b] {
                    continue;
                }
                let crossed = |left: &[usize], right: &[usize]| {
                    let pairs = left
                        .iter()
                        .map(|l| right.iter().filter(|r| positions[**r] < positions[*l]).count());
                    pairs.sum::<usize>()
                };
                let now = crossed(&before[a], &before[b]) + crossed(&after[a], &after[b]);
                let then = crossed(&before[b], &before[a]) + crossed(&after[b], &after[a]);
                if then < now {
                    rank.swap(at - 1, at);
                    positions.swap(a, b);
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}
