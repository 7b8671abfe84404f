//! Steps that nothing reaches, blocks that nothing uses, loops without a wait, calls that never come back.

use super::ways::{Spot, target, waits, ways};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
    },
    flow::{
        FlowSet,
        definition::{Flow, Node, NodeIx, Target},
    },
};
use std::collections::{BTreeMap, BTreeSet};

type Key = (FlowName, NodeIx);

pub fn check(set: &FlowSet, findings: &Findings) {
    for flow in set.flows.values() {
        reach(set, flow, findings);
        recursion(set, flow, findings);
    }
    endless(set, findings);
}

fn key((flow, ix): Spot<'_>) -> Key {
    (flow.name.clone(), ix)
}

/// What can be reached within one flow from some steps, over `go`, `call` and all bodies.
fn within(set: &FlowSet, flow: &Flow, starts: Vec<NodeIx>) -> BTreeSet<NodeIx> {
    let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
    let mut todo = starts;
    while let Some(ix) = todo.pop() {
        if !seen.insert(ix) {
            continue;
        }
        let node = flow.node(ix);
        let led = ways(set, flow, node).into_iter().filter_map(|way| way.to).chain(target(set, flow, node).flatten());
        todo.extend(led.filter(|(other, _)| other.name == flow.name).map(|(_, ix)| ix));
    }
    seen
}

fn reach(set: &FlowSet, flow: &Flow, findings: &Findings) {
    let ends = [flow.on_error, flow.on_expire].into_iter().flatten().filter_map(|body| body.0);
    let reached = within(set, flow, flow.entry.into_iter().chain(ends).collect());
    let mut known = reached.clone();
    // While a jump leads nowhere, nobody knows which block it means.
    let lost = flow
        .nodes
        .iter()
        .any(|node| matches!(node.outline.target, Some(Target::Unknown(_))) || node.outline.verb.is_empty());
    for (name, block) in &flow.blocks {
        let used = flow.nodes.iter().enumerate().any(|(at, node)| {
            reached.contains(&NodeIx(at as u32))
                && matches!(&node.outline.target, Some(Target::Block { name: to, .. }) if to == name)
        });
        if lost {
            known.extend(within(set, flow, block.entry.into_iter().collect()));
        } else if !used {
            let finding = Diagnostic::warning("W602", &block.place, format!("nothing goes to the block `{name}`"));
            findings.push(finding.help(format!("write `go: {name}` or `call: {name}` somewhere, or take it out")));
            known.extend(within(set, flow, block.entry.into_iter().collect()));
        }
    }
    let mut before = None;
    for (at, node) in flow.nodes.iter().enumerate() {
        let ix = NodeIx(at as u32);
        // Said once for a row of steps, at the first; a body within an unreached step belongs to it.
        if known.contains(&ix) || node.outline.verb.is_empty() {
            continue;
        }
        let row = within(set, flow, vec![ix]);
        if before.as_ref().is_some_and(|earlier: &BTreeSet<NodeIx>| earlier.contains(&ix)) {
            continue;
        }
        findings.push(
            Diagnostic::warning("W603", &node.place, "nothing leads to this step")
                .help("what stands before it always goes elsewhere"),
        );
        before.get_or_insert_with(BTreeSet::new).extend(row);
    }
}

/// A call whose target comes to the same call again: each round goes one deeper.
fn recursion(set: &FlowSet, flow: &Flow, findings: &Findings) {
    for (at, node) in flow.nodes.iter().enumerate().filter(|(_, node)| node.outline.verb == "call") {
        let here = (flow.name.clone(), NodeIx(at as u32));
        let Some(Some(start)) = target(set, flow, node) else { continue };
        let mut seen: BTreeSet<Key> = BTreeSet::new();
        let mut todo = vec![start];
        while let Some((other, ix)) = todo.pop() {
            if !seen.insert((other.name.clone(), ix)) {
                continue;
            }
            let next = other.node(ix);
            todo.extend(ways(set, other, next).into_iter().filter_map(|way| way.to));
            todo.extend(target(set, other, next).flatten());
        }
        if seen.contains(&here) {
            let finding =
                Diagnostic::error("E604", &node.place, "this call comes back to itself, each time one deeper");
            findings.push(finding.help("use `go` for the way back"));
        }
    }
}

/// Loops that nothing leaves and in which nothing waits.
fn endless(set: &FlowSet, findings: &Findings) {
    let mut edges: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    let mut nodes: BTreeMap<Key, &Node> = BTreeMap::new();
    for flow in set.flows.values() {
        for (at, node) in flow.nodes.iter().enumerate() {
            let here = (flow.name.clone(), NodeIx(at as u32));
            let open = waits(node) || node.outline.verb == "end";
            // An error is no way out of a loop; the end of a flow is one.
            let on = ways(set, flow, node).into_iter().filter(|way| way.by != "on_error");
            let leads: Option<Vec<Key>> = if open { None } else { on.map(|way| way.to.map(key)).collect() };
            nodes.insert(here.clone(), node);
            edges.insert(here, leads.unwrap_or_default());
        }
    }
    // What can come to a step that waits, or to an end, is no endless loop; the rest is.
    let mut safe: BTreeSet<Key> = edges.iter().filter(|(_, to)| to.is_empty()).map(|(key, _)| key.clone()).collect();
    loop {
        let more: Vec<Key> = edges
            .iter()
            .filter(|(key, to)| !safe.contains(*key) && to.iter().any(|to| safe.contains(to)))
            .map(|(key, _)| key.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        safe.extend(more);
    }
    for (here, node) in &nodes {
        let closes = node.outline.verb == "go" && !safe.contains(here) && comes_back(&edges, here);
        let back = edges[here].first().is_some_and(|to| (&to.0, to.1) <= (&here.0, here.1));
        if closes && back {
            let finding = Diagnostic::error("E605", &node.place, "this closes a loop that never ends and never waits");
            findings.push(finding.help("put an `ask` or a `wait` into the loop, or a condition that leaves it"));
        }
    }
}

fn comes_back(edges: &BTreeMap<Key, Vec<Key>>, start: &Key) -> bool {
    let mut seen: BTreeSet<&Key> = BTreeSet::new();
    let mut todo: Vec<&Key> = edges[start].iter().collect();
    while let Some(next) = todo.pop() {
        if next == start {
            return true;
        }
        if seen.insert(next) {
            todo.extend(edges.get(next).into_iter().flatten());
        }
    }
    false
}
