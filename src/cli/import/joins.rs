//! Finds where the ways of a step come together again, so that they need no jump.

use super::graph::{Graph, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// For each node the one below it where most of its ways come together: a node that is reached through it alone.
pub fn joins(graph: &Graph) -> BTreeMap<NodeId, NodeId> {
    let order = order(graph);
    let above = dominators(graph, &order);
    let mut led_to: BTreeMap<NodeId, usize> = BTreeMap::new();
    order.iter().flat_map(|node| graph.targets(*node)).for_each(|to| *led_to.entry(to).or_default() += 1);
    let mut joins: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for node in &order {
        let Some(of) = above.get(node).filter(|of| *of != node) else { continue };
        let count = |node: &NodeId| led_to.get(node).copied().unwrap_or_default();
        if count(node) > 1 && joins.get(of).is_none_or(|other| count(other) < count(node)) {
            joins.insert(*of, *node);
        }
    }
    joins
}

/// The nodes that the start leads to, each before those behind it where there is no loop.
fn order(graph: &Graph) -> Vec<NodeId> {
    let (mut seen, mut done) = (BTreeSet::new(), Vec::new());
    let mut open: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
    if let Some(start) = graph.start {
        seen.insert(start);
        open.push((start, graph.targets(start)));
    }
    while let Some((node, targets)) = open.last_mut() {
        match targets.pop() {
            Some(next) if seen.insert(next) => {
                let behind = graph.targets(next);
                open.push((next, behind));
            }
            Some(_) => {}
            None => {
                done.push(*node);
                open.pop();
            }
        }
    }
    done.reverse();
    done
}

/// For each node the nearest one through which all ways from the start to it lead, by Cooper, Harvey and Kennedy.
fn dominators(graph: &Graph, order: &[NodeId]) -> BTreeMap<NodeId, NodeId> {
    let place: BTreeMap<NodeId, usize> = order.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); order.len()];
    for (at, node) in order.iter().enumerate() {
        graph.targets(*node).iter().filter_map(|to| place.get(to)).for_each(|to| from[*to].push(at));
    }
    let mut above: Vec<Option<usize>> = vec![None; order.len()];
    if let Some(first) = above.first_mut() {
        *first = Some(0);
    }
    let mut changed = true;
    while changed {
        changed = false;
        for at in 1..order.len() {
            let mut found = None;
            for &before in from[at].iter().filter(|before| above[**before].is_some()) {
                found = Some(found.map_or(before, |other| common(&above, before, other)));
            }
            if found.is_some() && above[at] != found {
                above[at] = found;
                changed = true;
            }
        }
    }
    order.iter().zip(&above).filter_map(|(node, above)| Some((*node, order[(*above)?]))).collect()
}

fn common(above: &[Option<usize>], mut one: usize, mut other: usize) -> usize {
    while one != other {
        if one > other {
            one = above[one].unwrap_or(0);
        } else {
            other = above[other].unwrap_or(0);
        }
    }
    one
}
