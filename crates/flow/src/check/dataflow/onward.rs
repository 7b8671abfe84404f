//! Computes the next steps that are no branch of a step: behind a skipped step, and after a hand-off.

use super::{Spot, Walk, state::State, transfer};
use crate::definition::{Flow, Node};

impl<'a> Walk<'a, '_> {
    /// The next step behind a skipped one.
    pub(super) fn onward(
        &self,
        flow: &'a Flow,
        node: &'a Node,
        state: State,
        leads: &mut Vec<(Option<Spot<'a>>, State)>,
    ) {
        match node.next {
            None if state.handing.is_some() => leads.extend(self.handed(state)),
            next => leads.push((next.map(|ix| (flow, ix)), state.at_end(next.is_none()))),
        }
    }

    /// The end of the steps of `out_of_hours`: the person has the conversation, and the run ends with all its callers,
    /// unless it continues when the person is done.
    pub(super) fn handed(&self, state: State) -> Option<(Option<Spot<'a>>, State)> {
        let handing = state.handing.clone()?;
        let flow = self.set.any_flow(&handing.0)?;
        let node = flow.node(flow.find(&handing.1)?);
        node.outline.yaml.get("until_done")?;
        let state = State { handing: None, over: false, ..state };
        let after = transfer::along(self.set, flow, node, "", &state).into_iter().next()?;
        Some((node.next.map(|ix| (flow, ix)), after))
    }
}
