//! A called flow that goes on to another one, which its caller runs behind the call as well.

use super::{Bookings, Map, bookings::called_flow, is_trouble, named};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
    },
    definition::{Node, Target},
};

impl Map<'_> {
    /// A called flow goes to another one, which its caller runs behind the call as well.
    pub(super) fn left_by_go_of_a_flow(&self, set: &FlowSet, bookings: &Bookings<'_>, findings: &Findings) {
        for call in 0..self.ways.len() {
            for (jump, to, trouble) in gos_of_called(set, &self.flow.nodes[call]) {
                let again = (0..self.ways.len()).filter(|at| leads_to(&self.flow.nodes[*at], to));
                let on = || self.ways[call].iter().filter(|w| w.by.is_empty()).filter_map(|w| self.place(w));
                let meets = |goal: &usize| {
                    let (unasked, past) = (self.unasked_to(*goal), self.past(*goal));
                    on().any(|at| self.leads(at, *goal) && (!past[at] || trouble && unasked[at]))
                };
                let Some(goal) = again.filter(|goal| *goal != call).find(meets) else { continue };
                let Some(request) = bookings.of_flow(to) else { continue };
                let message = format!(
                    "this leaves `{}` and not its call: behind it the caller does `{}` once more",
                    called_flow(&self.flow.nodes[call]).map_or("", |name| name.as_str()),
                    named(&self.flow.nodes[goal])
                );
                let finding = Diagnostic::warning("W616", &jump.place, message);
                let finding = finding.label(&self.flow.nodes[call].place, "the call");
                let finding = finding.label(&self.flow.nodes[goal].place, "done once more here");
                let finding = finding.label(&request.place, "done twice");
                findings.push(finding.help("write `- end` instead: the step below the `call` is next"));
            }
        }
    }
}

/// The other flow that a `go` leads to.
fn left_for(node: &Node) -> Option<&FlowName> {
    match &node.outline.target {
        Some(Target::Flow(name)) if node.outline.verb == "go" => Some(name),
        _ => None,
    }
}

/// A `go` within the flow that this step calls, to a flow: behind it the caller goes on. With whether it stands on the
/// way of an error or a time-out.
fn gos_of_called<'a>(set: &'a FlowSet, node: &'a Node) -> Vec<(&'a Node, &'a FlowName, bool)> {
    let Some(flow) = called_flow(node).and_then(|name| set.flow(name)) else { return Vec::new() };
    let map = Map::new(set, flow);
    let trouble = map.ways.iter().flatten().filter(|way| is_trouble(way.by)).filter_map(|way| map.place(way)).collect();
    let trouble = map.without_jumps(trouble);
    let gos = flow.nodes.iter().enumerate();
    gos.filter_map(|(at, node)| Some((node, left_for(node)?, trouble.contains(&at)))).collect()
}

/// The step calls this flow, or goes to it.
fn leads_to(node: &Node, flow: &FlowName) -> bool {
    called_flow(node).or_else(|| left_for(node)) == Some(flow)
}
