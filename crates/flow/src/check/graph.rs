//! Checks for unreachable steps, unused blocks, loops without a wait, and calls that never return.

use super::control_flow::{Spot, in_frame, target, waits, ways};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        synonyms::JUMPS,
    },
    definition::{Body, Flow, Node, NodeIx, Target},
};
use std::collections::{BTreeSet, HashMap};

/// All checks of this file for a flow that names no other flow.
pub fn alone(set: &FlowSet, flow: &Flow, findings: &Findings) {
    reach(set, flow, findings);
    if leads_to(flow).next().is_none() {
        loops(&StepGraph::new(set, &[flow], &[]), findings);
    }
}

/// The checks for flows that name others.
pub fn check(set: &FlowSet, findings: &Findings) {
    let (leading, others): (Vec<&Flow>, Vec<&Flow>) =
        set.flows.values().map(AsRef::as_ref).partition(|flow: &&Flow| leads_to(flow).next().is_some());
    let led: BTreeSet<&FlowName> = leading.iter().flat_map(|flow| leads_to(flow)).collect();
    let led: Vec<&Flow> = others.into_iter().filter(|flow| led.contains(&flow.name)).collect();
    loops(&StepGraph::new(set, &leading, &led), findings);
}

fn loops(all: &StepGraph<'_>, findings: &Findings) {
    recursion(all, findings);
    asked_for_ever(all, findings);
    endless(all, findings);
}

/// The flows that a flow names in its steps.
fn leads_to(flow: &Flow) -> impl Iterator<Item = &FlowName> {
    flow.nodes.iter().filter_map(|node| match &node.outline.target {
        Some(Target::Flow(name)) => Some(name),
        _ => None,
    })
}

/// The steps of one flow that can be reached from some steps, by `go`, `call` and all bodies, without the known ones.
fn within(set: &FlowSet, flow: &Flow, starts: Vec<NodeIx>, known: &BTreeSet<NodeIx>) -> BTreeSet<NodeIx> {
    let mut seen: BTreeSet<NodeIx> = BTreeSet::new();
    let mut todo = starts;
    while let Some(ix) = todo.pop() {
        if known.contains(&ix) || !seen.insert(ix) {
            continue;
        }
        let node = flow.node(ix);
        let back = node.guard.is_some() || comes_back(set, flow, node);
        let on = ways(set, flow, node).into_iter().filter(|way| back || !way.by.is_empty());
        let led = on.filter_map(|way| way.to).chain(target(set, flow, node).flatten());
        todo.extend(led.filter(|(other, _)| other.name == flow.name).map(|(_, ix)| ix));
    }
    seen
}

/// False for the call of a block of this flow that ends the flow, or leaves it, on each of its ways.
fn comes_back(set: &FlowSet, flow: &Flow, node: &Node) -> bool {
    let Some(Target::Block { entry: Some(entry), .. }) = &node.outline.target else { return true };
    if node.outline.verb != "call" {
        return true;
    }
    in_frame(set, flow, [*entry]).into_iter().map(|ix| flow.node(ix)).any(|node| {
        let unknown = node.outline.verb.is_empty() || matches!(node.outline.target, Some(Target::Unknown(_)));
        let over = ways(set, flow, node).iter().any(|way| way.to.is_none());
        unknown || over || node.outline.verb == "return"
    })
}

/// Reports unreachable steps and unused blocks.
fn reach(set: &FlowSet, flow: &Flow, findings: &Findings) {
    let ends = [flow.on_error, flow.on_expire, flow.on_stop].into_iter().flatten().filter_map(|body| body.0);
    let reached = within(set, flow, flow.entry.into_iter().chain(ends).collect(), &BTreeSet::new());
    let mut known = reached.clone();
    // While a jump has an unknown target, it may mean any block.
    let lost = flow.nodes.iter().any(|node| {
        // `next: bye` of another product has a finding, and leads somewhere.
        let jumps = JUMPS.iter().any(|key| node.outline.yaml.get(key).is_some());
        jumps || matches!(node.outline.target, Some(Target::Unknown(_))) || node.outline.verb.is_empty()
    });
    let used: BTreeSet<&str> = reached
        .iter()
        .filter_map(|ix| match &flow.node(*ix).outline.target {
            Some(Target::Block { name, .. }) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let unused = || flow.blocks.iter().filter(|(name, _)| !used.contains(name.as_str()));
    let aims = |from: &str| -> BTreeSet<&str> {
        let entry = flow.blocks.get(from).and_then(|block| block.entry);
        let steps = within(set, flow, entry.into_iter().collect(), &reached).into_iter().map(|ix| flow.node(ix));
        let blocks = steps.filter_map(|node| match &node.outline.target {
            Some(Target::Block { name, .. }) => Some(name.as_str()),
            _ => None,
        });
        blocks.filter(|to| *to != from).collect()
    };
    let aimed_at: BTreeSet<&str> = unused().flat_map(|(name, _)| aims(name)).collect();
    // A block that only an unused block uses gets no finding; of unused blocks that use each other, one gets a finding.
    let (later, first): (Vec<_>, Vec<_>) = unused().partition(|(name, _)| aimed_at.contains(name.as_str()));
    for (name, block) in first.into_iter().chain(later) {
        if aimed_at.contains(name.as_str()) && block.entry.is_none_or(|entry| known.contains(&entry)) {
            continue;
        }
        // A block with the name `top` has a finding of its own.
        if !lost && name != "top" {
            let finding = Diagnostic::warning("W602", &block.place, format!("nothing goes to the block `{name}`"));
            findings.push(finding.help(format!("write `go: {name}` or `call: {name}` somewhere, or take it out")));
        }
        let more = within(set, flow, block.entry.into_iter().collect(), &known);
        known.extend(more);
    }
    for (at, node) in flow.nodes.iter().enumerate() {
        let ix = NodeIx(at as u32);
        // One finding for several steps in a row, at the first; a body of an unreachable step belongs to it.
        if known.contains(&ix) || node.outline.verb.is_empty() {
            continue;
        }
        // An `end` behind an end only documents the intention.
        if matches!(node.outline.verb, "end" | "return") {
            continue;
        }
        findings.push(never_reached(set, flow, ix));
        known.extend(within(set, flow, vec![ix], &known));
    }
}

fn never_reached(set: &FlowSet, flow: &Flow, ix: NodeIx) -> Diagnostic {
    let node = flow.node(ix);
    let finding = Diagnostic::warning("W603", &node.place, "nothing leads to this step");
    let before = flow.nodes.iter().find(|before| before.next == Some(ix) && !comes_back(set, flow, before));
    match before.map(|before| (before, &before.outline.target)) {
        Some((before, Some(Target::Block { name, .. }))) => finding
            .label(&before.place, format!("`{name}` ends the flow on each of its ways"))
            .help(format!("to come back here write `return` in `{name}`, in place of `end`; or take this step out")),
        _ => match hand_off_above(flow, node) {
            Some(handoff) => finding.label(&handoff.place, "a hand-off ends the run").help(
                "to go on when the person has finished write `until_done: true` below the `handoff`; else put this \
                 step before it",
            ),
            None => {
                finding.help("the step before it always leads elsewhere: take this one out, or put it before that step")
            }
        },
    }
}

/// The `handoff` that is the nearest step above this one.
fn hand_off_above<'f>(flow: &'f Flow, node: &Node) -> Option<&'f Node> {
    let starts = |node: &Node| node.place.range().start;
    let above = flow.nodes.iter().filter(|other| !other.outline.verb.is_empty() && starts(other) < starts(node));
    above.max_by_key(|other| starts(other)).filter(|nearest| nearest.outline.verb == "handoff")
}

/// The steps of some flows, one flow behind the other; a step is known by its index.
struct StepGraph<'a> {
    set: &'a FlowSet,
    first: HashMap<usize, usize>,
    steps: Vec<(&'a Flow, &'a Node)>,
    /// Only the first `told` steps get findings; the others belong to paths through them.
    told: usize,
}

impl<'a> StepGraph<'a> {
    fn new(set: &'a FlowSet, flows: &[&'a Flow], led: &[&'a Flow]) -> StepGraph<'a> {
        let mut all = StepGraph { set, first: HashMap::new(), steps: Vec::new(), told: 0 };
        for &flow in flows.iter().chain(led) {
            all.first.insert(address(flow), all.steps.len());
            all.steps.extend(flow.nodes.iter().map(|node| (flow, node)));
        }
        all.told = flows.iter().map(|flow| flow.nodes.len()).sum();
        all
    }

    fn place(&self, (flow, ix): Spot<'_>) -> Option<usize> {
        Some(self.first.get(&address(flow))? + ix.0 as usize)
    }

    /// The first step that a `call` runs.
    fn called(&self, flow: &'a Flow, node: &Node) -> Option<usize> {
        let called = if node.outline.verb == "call" { target(self.set, flow, node)? } else { None };
        self.place(called?)
    }

    /// The next steps of each step; for a `call` also the called ones.
    fn deep(&self) -> Vec<Vec<usize>> {
        let edges = self.steps.iter().map(|&(flow, node)| {
            let ways = ways(self.set, flow, node).into_iter().filter_map(|way| self.place(way.to?));
            ways.chain(self.called(flow, node)).collect()
        });
        edges.collect()
    }
}

/// Reports a call whose target leads to the same call again: each round adds a frame.
fn recursion(all: &StepGraph<'_>, findings: &Findings) {
    let circles = circles(&all.deep());
    // One finding for each cycle, at its first call.
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (here, &(flow, node)) in all.steps.iter().enumerate().take(all.told) {
        if all.called(flow, node).is_some_and(|called| circles[called] == circles[here]) && told.insert(circles[here]) {
            let finding =
                Diagnostic::error("E604", &node.place, "this call comes back to itself, each time one deeper");
            let jumps = |at: &usize| circles[*at] == circles[here] && all.steps[*at].1.outline.verb == "go";
            findings.push(match (0..all.steps.len()).find(jumps) {
                Some(at) => finding.label(&all.steps[at].1.place, "this leads back to the call").help(
                    "a `go` leaves the block, but not the call: write `return` there, and let the caller `go` on",
                ),
                None => finding.help("use `go` for the way back"),
            });
        }
    }
}

/// Steps that lead to each other get the same number (Tarjan's strongly connected components).
fn circles(edges: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let (mut order, mut low) = (vec![NEW; edges.len()], vec![0; edges.len()]);
    let (mut circle, mut open) = (vec![NEW; edges.len()], Vec::new());
    let mut seen = 0;
    for root in 0..edges.len() {
        // The steps of the current path, each with the number of its edges that were followed.
        let mut way = if order[root] == NEW { vec![(root, 0)] } else { Vec::new() };
        while let Some((at, followed)) = way.pop() {
            if followed == 0 {
                (order[at], low[at]) = (seen, seen);
                seen += 1;
                open.push(at);
            } else if let Some(before) = edges[at].get(followed - 1).filter(|to| circle[**to] == NEW) {
                low[at] = low[at].min(low[*before]);
            }
            match edges[at].get(followed) {
                Some(to) => {
                    way.push((at, followed + 1));
                    if order[*to] == NEW {
                        way.push((*to, 0));
                    }
                }
                None if low[at] == order[at] => {
                    while let Some(member) = open.pop() {
                        circle[member] = at;
                        if member == at {
                            break;
                        }
                    }
                }
                None => {}
            }
        }
    }
    circle
}

/// The waiting step that a step leads to.
#[derive(Clone, Copy, PartialEq)]
enum Leads {
    Nowhere,
    /// Always to this waiting step.
    Only(usize),
    /// To several waiting steps, or to an end.
    Out,
}

impl Leads {
    fn join(self, other: Leads) -> Leads {
        match (self, other) {
            (Leads::Nowhere, one) | (one, Leads::Nowhere) => one,
            (Leads::Only(one), Leads::Only(other)) if one == other => self,
            _ => Leads::Out,
        }
    }
}

/// Reports a question that gives up and asks itself again, without any other wait between.
fn asked_for_ever(all: &StepGraph<'_>, findings: &Findings) {
    let mut leads = vec![Leads::Nowhere; all.steps.len()];
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); all.steps.len()];
    for (here, &(flow, node)) in all.steps.iter().enumerate() {
        if waits(node) {
            leads[here] = Leads::Only(here);
            continue;
        }
        let ways: Vec<_> = ways(all.set, flow, node).into_iter().filter(|way| way.by != "on_error").collect();
        // A branch that ends is a way out.
        if ways.is_empty() || ways.iter().any(|way| way.to.is_none()) {
            leads[here] = Leads::Out;
        }
        ways.iter().filter_map(|way| all.place(way.to?)).for_each(|to| back[to].push(here));
    }
    let mut todo: Vec<usize> = (0..leads.len()).filter(|at| leads[*at] != Leads::Nowhere).collect();
    while let Some(at) = todo.pop() {
        for from in &back[at] {
            let joined = leads[*from].join(leads[at]);
            if joined != leads[*from] {
                leads[*from] = joined;
                todo.push(*from);
            }
        }
    }
    for (here, &(flow, node)) in
        all.steps.iter().enumerate().take(all.told).filter(|(_, (_, node))| node.outline.verb == "ask")
    {
        let gives_up = node.outline.bodies.iter().find(|(by, _)| by == "on_fail");
        let start = gives_up.and_then(|(_, Body(start))| all.place((flow, (*start)?)));
        if start.is_some_and(|start| leads[start] == Leads::Only(here)) {
            let message = "this question gives up, and `on_fail` asks it again: who cannot answer it never gets out";
            let finding = Diagnostic::error("E607", &node.place, message);
            findings.push(finding.help("let `on_fail` hand off, end, or ask for something else"));
        }
    }
}

/// Reports loops without a way out and without a wait.
fn endless(all: &StepGraph<'_>, findings: &Findings) {
    let waiting = waiting(all);
    let edges: Vec<Vec<usize>> = all
        .steps
        .iter()
        .map(|&(flow, node)| {
            let waits = waits(node) || all.called(flow, node).is_some_and(|called| waiting[called]);
            let open = waits || matches!(node.outline.verb, "end" | "return");
            // An error is not a way out of a loop; the end of a flow is.
            let on = ways(all.set, flow, node).into_iter().filter(|way| way.by != "on_error");
            let leads: Option<Vec<usize>> = if open { None } else { on.map(|way| all.place(way.to?)).collect() };
            leads.unwrap_or_default()
        })
        .collect();
    // A step that can lead to a wait or to an end is not part of an endless loop.
    let safe = can_come_to(&edges, (0..edges.len()).filter(|at| edges[*at].is_empty()).collect());
    let circles = circles(&edges);
    for (here, (_, node)) in all.steps.iter().enumerate().take(all.told) {
        let back = edges[here].first().is_some_and(|to| *to <= here && circles[*to] == circles[here]);
        if node.outline.verb == "go" && !safe[here] && back {
            let finding = Diagnostic::error("E605", &node.place, "this closes a loop that never ends and never waits");
            findings.push(finding.help(
                "put an `ask` into the loop, or an `if` that leaves it; with a `wait` instead, its messages need \
                 `if_closed`",
            ));
        }
    }
}

/// For each step, whether it can lead to a wait, also inside a call.
fn waiting(all: &StepGraph<'_>) -> Vec<bool> {
    can_come_to(&all.deep(), (0..all.steps.len()).filter(|at| waits(all.steps[*at].1)).collect())
}

/// For each step, whether it leads to one of these or is one of them.
fn can_come_to(edges: &[Vec<usize>], mut todo: Vec<usize>) -> Vec<bool> {
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, to) in edges.iter().enumerate() {
        to.iter().for_each(|to| back[*to].push(from));
    }
    let mut can = vec![false; edges.len()];
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut can[at], true) {
            todo.extend(&back[at]);
        }
    }
    can
}

fn address(flow: &Flow) -> usize {
    std::ptr::from_ref(flow) as usize
}
