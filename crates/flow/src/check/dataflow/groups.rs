//! Decides which flows are walked together. A walk follows each `go` into other flows, so flows that lead to one
//! another would each walk through all of them: five hundred flows in a circle would need 250,000 walks through a flow.

use super::starts::first_age;
use crate::{
    FlowSet,
    base::{ids::FlowName, limits::LINT_WALKS_MAX},
    definition::{Flow, Target},
};
use std::collections::{BTreeMap, BTreeSet};

/// The flows that each flow leads to by `go`.
pub struct Jumps<'a>(BTreeMap<&'a FlowName, BTreeSet<&'a FlowName>>);

impl<'a> Jumps<'a> {
    pub fn of(set: &'a FlowSet) -> Self {
        let leads_to = |flow: &'a Flow| {
            let goes = flow.nodes.iter().filter(|node| node.outline.verb == "go");
            let to = |node: &'a crate::definition::Node| match &node.outline.target {
                Some(Target::Flow(name)) => set.flows.get_key_value(name).map(|(name, _)| name),
                _ => None,
            };
            goes.filter_map(to).collect()
        };
        Self(set.flows.iter().map(|(name, flow)| (name, leads_to(flow))).collect())
    }

    /// The flows with triggers, in groups for one walk each. Flows that share no other flow are walked alone, and so are
    /// few that do: a walk of several flows knows less exactly which of them need templates.
    pub fn groups(&self, set: &'a FlowSet) -> Vec<Vec<&'a Flow>> {
        let mut groups = Vec::new();
        for connected in self.connected() {
            let mut flows: Vec<&Flow> =
                connected.iter().filter_map(|name| set.flows.get(*name)).map(|flow| &**flow).collect();
            flows.retain(|flow| !flow.triggers.is_empty());
            // Flows that start at the same age of the contact's last message belong together.
            flows.sort_by_cached_key(|flow| {
                let oldest = flow.triggers.iter().map(|trigger| first_age(set, flow, trigger).most).max();
                (oldest, flow.name.clone())
            });
            let size = flows.len().div_ceil(LINT_WALKS_MAX).max(1);
            groups.extend(flows.chunks(size).map(<[&Flow]>::to_vec));
        }
        groups
    }

    /// The flow and those that it reaches.
    pub fn reached_from(&self, flow: &'a Flow) -> impl Iterator<Item = &'a FlowName> {
        let mut reached: BTreeSet<&FlowName> = BTreeSet::new();
        let mut todo = vec![&flow.name];
        while let Some(name) = todo.pop() {
            if reached.insert(name) {
                todo.extend(self.0.get(name).into_iter().flatten());
            }
        }
        reached.into_iter()
    }

    /// The flows that are connected by jumps in any direction.
    fn connected(&self) -> Vec<Vec<&'a FlowName>> {
        let mut beside: BTreeMap<&FlowName, Vec<&'a FlowName>> = BTreeMap::new();
        for (from, all) in &self.0 {
            for to in all {
                beside.entry(from).or_default().push(to);
                beside.entry(to).or_default().push(from);
            }
        }
        let mut seen: BTreeSet<&FlowName> = BTreeSet::new();
        let mut found = Vec::new();
        for name in self.0.keys() {
            let (mut together, mut todo) = (Vec::new(), vec![*name]);
            while let Some(name) = todo.pop() {
                if seen.insert(name) {
                    together.push(name);
                    todo.extend(beside.get(name).into_iter().flatten());
                }
            }
            if !together.is_empty() {
                together.sort_unstable();
                found.push(together);
            }
        }
        found
    }
}
