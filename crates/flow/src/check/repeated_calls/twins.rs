//! A request that a called block makes on the way of an error, and that its caller makes again in a step of its own.

use super::{
    Map,
    bookings::{called_flow, posted_to},
    is_trouble, named,
};
use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings},
    definition::Node,
};
use std::collections::BTreeSet;

/// A `go` after an error, and the request that it leads to.
struct Jump<'a> {
    at: usize,
    node: &'a Node,
    request: &'a Node,
}

impl<'a> Map<'a> {
    /// Reports a `go` of a called block or flow to a POST that the caller makes as well, behind the call. `told`: the
    /// jumps of this flow that have a finding.
    pub(super) fn made_by_both(&self, set: &'a FlowSet, told: &mut BTreeSet<usize>, findings: &Findings) {
        let nodes = &self.flow.nodes;
        let own: Vec<usize> = (0..nodes.len()).filter(|at| posted_to(&nodes[*at]).is_some()).collect();
        if own.is_empty() {
            return;
        }
        for (call, node) in nodes.iter().enumerate().filter(|(_, node)| node.outline.verb == "call") {
            let other = called_flow(node).and_then(|name| set.flow(name));
            let jumps = match other {
                Some(other) => {
                    let map = Map::new(set, other);
                    map.jumps(|at| map.callers[at].is_empty())
                }
                None => self.jumps(|at| self.callers[at].contains(&call)),
            };
            let behind: Vec<usize> =
                self.ways[call].iter().filter(|way| way.by.is_empty()).filter_map(|way| self.place(way)).collect();
            for jump in jumps {
                let is_twin =
                    |twin: &Node| !std::ptr::eq(twin, jump.request) && posted_to(twin) == posted_to(jump.request);
                let follows = |at: usize| {
                    let unasked = self.unasked_to(at);
                    behind.iter().any(|start| unasked[*start])
                };
                let Some(again) = own.iter().find(|at| is_twin(&nodes[**at]) && follows(**at)) else { continue };
                if other.is_none() && !told.insert(jump.at) {
                    continue;
                }
                let message = format!(
                    "this leads to `{}`, and behind the call its caller does that once more",
                    named(jump.request)
                );
                let finding = Diagnostic::warning("W616", &jump.node.place, message);
                let finding = finding.label(&jump.request.place, "done here").label(&node.place, "the call");
                let finding = finding.label(&nodes[*again].place, "done once more here");
                let leave = if other.is_some() { "end" } else { "return" };
                findings.push(finding.help(format!("write `- {leave}` instead: the step below the `call` is next")));
            }
        }
    }

    /// The jumps after an error among these steps, to a request of theirs behind which the caller goes on.
    fn jumps(&self, holds: impl Fn(usize) -> bool) -> Vec<Jump<'a>> {
        let nodes = &self.flow.nodes;
        let trouble = self.ways.iter().flatten().filter(|way| is_trouble(way.by)).filter_map(|way| self.place(way));
        let trouble = self.without_jumps(trouble.collect());
        let gos: Vec<usize> = trouble.into_iter().filter(|at| self.verb(*at) == "go" && holds(*at)).collect();
        let makes = |at: usize| holds(at) && posted_to(&nodes[at]).is_some() && self.comes_back_after(at);
        let requests = (0..nodes.len()).filter(|at| !gos.is_empty() && makes(*at));
        let ways: Vec<(usize, Vec<bool>)> = requests.map(|at| (at, self.unasked_to(at))).collect();
        gos.into_iter()
            .filter_map(|at| {
                let to = self.ways[at].iter().find_map(|way| self.place(way))?;
                let (request, _) = ways.iter().find(|(_, unasked)| unasked[to])?;
                Some(Jump { at, node: &nodes[at], request: &nodes[*request] })
            })
            .collect()
    }
}
