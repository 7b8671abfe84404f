//! Lists the events that flows hear, to tell a misspelt name.

use crate::definition::FlowSet;
use std::collections::BTreeSet;

/// The events that a flow of the set starts by, waits for or stops by.
pub fn event_names(set: &FlowSet) -> BTreeSet<&str> {
    let triggers = set.every_flow().flat_map(|flow| flow.triggers.iter().chain(&flow.stop_when));
    let named = triggers.filter_map(|trigger| trigger.outline.yaml.get("event"));
    let nodes = set.every_flow().flat_map(|flow| &flow.nodes);
    let waits = nodes.filter_map(|node| node.outline.yaml.get("wait")?.get("event"));
    named.chain(waits).filter_map(|node| node.text()).collect()
}
