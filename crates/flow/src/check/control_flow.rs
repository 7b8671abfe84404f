//! Lists the next steps of each step: the edges of the graph that all checks use.

use crate::{
    FlowSet,
    base::yaml::{self, Kind},
    definition::{Body, Flow, Node, NodeIx, Target},
    model::answer::AnswerType,
};
use std::collections::BTreeSet;

/// A step of a flow.
pub type Spot<'a> = (&'a Flow, NodeIx);

/// One branch of a step.
pub struct Way<'a> {
    /// The key of the branch; empty: the step behind.
    pub by: &'a str,
    /// `None`: the end of the flow or of the called block.
    pub to: Option<Spot<'a>>,
}

/// All branches of a step, including those of errors and time-outs. A `call` returns, so its target is not among them.
pub fn ways<'a>(set: &'a FlowSet, flow: &'a Flow, node: &'a Node) -> Vec<Way<'a>> {
    let mut ways = step_ways(set, flow, node);
    if node.guard.is_some() {
        ways.push(Way { by: "", to: node.next.map(|ix| (flow, ix)) });
    }
    ways
}

/// As `ways`, without the branch that skips a step with an `if`.
pub fn step_ways<'a>(set: &'a FlowSet, flow: &'a Flow, node: &'a Node) -> Vec<Way<'a>> {
    let at = |ix: Option<NodeIx>| ix.map(|ix| (flow, ix));
    let mut ways: Vec<Way<'a>> =
        node.outline.bodies.iter().map(|(label, Body(to))| Way { by: label.as_str(), to: at(*to) }).collect();
    if node.outline.verb == "go" {
        ways.extend(target(set, flow, node).map(|to| Way { by: "", to }));
    } else if goes_on(node) {
        ways.push(Way { by: "", to: at(node.next) });
    }
    ways
}

/// The steps of a flow that follow some others without the targets of `call`, because a called block returns.
pub fn in_frame(set: &FlowSet, flow: &Flow, starts: impl IntoIterator<Item = NodeIx>) -> BTreeSet<NodeIx> {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<NodeIx> = starts.into_iter().collect();
    while let Some(ix) = todo.pop() {
        if seen.insert(ix) {
            let on = ways(set, flow, flow.node(ix)).into_iter().filter_map(|way| way.to);
            todo.extend(on.filter(|(other, _)| std::ptr::eq(*other, flow)).map(|(_, ix)| ix));
        }
    }
    seen
}

/// The target of the `go` or `call` of a step; outer `None`: unknown.
pub fn target<'a>(set: &'a FlowSet, flow: &'a Flow, node: &Node) -> Option<Option<Spot<'a>>> {
    match node.outline.target.as_ref()? {
        Target::Top => Some(flow.entry.map(|ix| (flow, ix))),
        Target::Block { entry, .. } => Some(entry.map(|ix| (flow, ix))),
        Target::Flow(name) => set.flow(name).map(|other| other.entry.map(|ix| (other, ix))),
        Target::Unknown(_) => None,
    }
}

/// True if the step itself, without its bodies, continues with the next one.
fn goes_on(node: &Node) -> bool {
    let written = &node.outline.yaml;
    let has = |label: &str| node.outline.bodies.iter().any(|(by, _)| by == label);
    match node.outline.verb {
        "go" | "end" | "return" => false,
        // Only a `split` with a mistake has no ways.
        "split" => node.outline.bodies.is_empty(),
        "handoff" => written.get("until_done").is_some(),
        "if" => !(has("then") && has("else")),
        "switch" => !has("else"),
        "ask" => !every_option_leads_on(node),
        _ => true,
    }
}

/// True if every option has steps, so that no answer continues with the next step. A question of another type takes
/// typed answers beside its options, and these do continue.
fn every_option_leads_on(node: &Node) -> bool {
    let kind = node.outline.yaml.get("type").and_then(yaml::Node::text).and_then(AnswerType::parse);
    if !matches!(kind, None | Some(AnswerType::Choice | AnswerType::YesNo)) {
        return false;
    }
    let Some(options) = node.outline.yaml.get("options") else { return false };
    match &options.kind {
        Kind::List(items) => !items.is_empty() && items.iter().all(leads_on),
        Kind::Null | Kind::Scalar(_) | Kind::Map(_) => false,
    }
}

pub fn leads_on(option: &yaml::Node) -> bool {
    match option.map() {
        Some([entry]) if !matches!(entry.key.text.as_str(), "id" | "title") => true,
        Some(_) => option.get("do").is_some(),
        None => false,
    }
}

/// True if the step waits until somebody writes or time passes.
pub fn waits(node: &Node) -> bool {
    matches!(node.outline.verb, "ask" | "wait" | "handoff" | "agent")
}
