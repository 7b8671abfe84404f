//! Steps that nothing reaches, blocks that nothing uses, loops without a wait, calls that never come back.

use super::ways::{Spot, target, waits, ways};
use crate::{
    base::diagnostic::{Diagnostic, Findings},
    flow::{
        FlowSet,
        definition::{Body, Flow, Node, NodeIx, Target},
    },
};
use std::collections::{BTreeSet, HashMap};

pub fn check(set: &FlowSet, findings: &Findings) {
    for flow in set.flows.values() {
        recursion(set, flow, findings);
        asked_for_ever(set, flow, findings);
    }
    endless(set, findings);
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

/// Steps that nothing leads to, blocks that nothing goes to.
pub fn reach(set: &FlowSet, flow: &Flow, findings: &Findings) {
    let ends = [flow.on_error, flow.on_expire, flow.on_stop].into_iter().flatten().filter_map(|body| body.0);
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
        } else if name == "top" {
            // It was said that no block may be called so.
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
        let here = (address(flow), at);
        let Some(Some(start)) = target(set, flow, node) else { continue };
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut todo = vec![start];
        while let Some((other, ix)) = todo.pop() {
            if !seen.insert((address(other), ix.0 as usize)) {
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

/// A question that gives up and asks itself again, with nothing between that waits for anything else.
fn asked_for_ever(set: &FlowSet, flow: &Flow, findings: &Findings) {
    for (at, node) in flow.nodes.iter().enumerate().filter(|(_, node)| node.outline.verb == "ask") {
        let Some((_, Body(Some(start)))) = node.outline.bodies.iter().find(|(by, _)| by == "on_fail") else { continue };
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut todo: Vec<Spot<'_>> = vec![(flow, *start)];
        // Only where every way leads back to it: a branch that ends is a way out.
        let (mut back, mut out) = (false, false);
        while let Some((other, ix)) = todo.pop() {
            if (address(other), ix.0 as usize) == (address(flow), at) {
                back = true;
                continue;
            }
            if !seen.insert((address(other), ix.0 as usize)) {
                continue;
            }
            let next = other.node(ix);
            let ways = ways(set, other, next);
            out |= waits(next) || next.outline.verb == "end" || ways.iter().any(|way| way.to.is_none());
            todo.extend(ways.into_iter().filter(|way| way.by != "on_error").filter_map(|way| way.to));
        }
        if back && !out {
            let message = "this question gives up, and `on_fail` asks it again: who cannot answer it never gets out";
            let finding = Diagnostic::error("E607", &node.place, message);
            findings.push(finding.help("let `on_fail` hand off, end, or ask for something else"));
        }
    }
}

/// Loops that nothing leaves and in which nothing waits.
fn endless(set: &FlowSet, findings: &Findings) {
    // Steps get numbers: the flows stand one behind the other.
    let mut first: HashMap<usize, usize> = HashMap::new();
    let mut nodes: Vec<&Node> = Vec::new();
    for flow in set.flows.values() {
        first.insert(address(flow), nodes.len());
        nodes.extend(&flow.nodes);
    }
    let number = |(flow, ix): Spot<'_>| Some(first.get(&address(flow))? + ix.0 as usize);
    let mut edges: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
    for flow in set.flows.values() {
        for node in &flow.nodes {
            let open = waits(node) || node.outline.verb == "end";
            // An error is no way out of a loop; the end of a flow is one.
            let on = ways(set, flow, node).into_iter().filter(|way| way.by != "on_error");
            let leads: Option<Vec<usize>> = if open { None } else { on.map(|way| number(way.to?)).collect() };
            edges.push(leads.unwrap_or_default());
        }
    }
    // What can come to a step that waits, or to an end, is no endless loop; the rest is.
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (from, to) in edges.iter().enumerate() {
        to.iter().for_each(|to| back[*to].push(from));
    }
    let mut todo: Vec<usize> = (0..nodes.len()).filter(|at| edges[*at].is_empty()).collect();
    let mut safe = vec![false; nodes.len()];
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut safe[at], true) {
            todo.extend(&back[at]);
        }
    }
    for (here, node) in nodes.iter().enumerate().filter(|(here, node)| node.outline.verb == "go" && !safe[*here]) {
        let back = edges[here].first().is_some_and(|to| *to <= here);
        if back && comes_back(&edges, here) {
            let finding = Diagnostic::error("E605", &node.place, "this closes a loop that never ends and never waits");
            findings.push(finding.help("put an `ask` or a `wait` into the loop, or a condition that leaves it"));
        }
    }
}

fn address(flow: &Flow) -> usize {
    std::ptr::from_ref(flow) as usize
}

fn comes_back(edges: &[Vec<usize>], start: usize) -> bool {
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut todo: Vec<usize> = edges[start].clone();
    while let Some(next) = todo.pop() {
        if next == start {
            return true;
        }
        if seen.insert(next) {
            todo.extend(&edges[next]);
        }
    }
    false
}
