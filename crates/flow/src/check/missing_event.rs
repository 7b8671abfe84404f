//! Checks for `event` and `body` in a flow that only messages start: they are always empty there.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        yaml,
    },
    definition::{Flow, Target},
};
use std::collections::BTreeSet;

/// Triggers for messages of the contact, which bring no event.
const BY_MESSAGE: [&str; 10] =
    ["message", "button", "any_message", "first_message", "media", "location", "order", "form", "reaction", "referral"];

pub fn check(set: &FlowSet, findings: &Findings) {
    let led_to = led_to(set);
    for flow in set.flows.values() {
        let by_message = flow.triggers.iter().all(|trigger| BY_MESSAGE.contains(&trigger.outline.verb));
        let comes = flow.triggers.is_empty() || !by_message || !flow.stop_when.is_empty();
        if comes || waits_for_event(flow) || led_to.contains(flow.name.as_str()) {
            continue;
        }
        let codes = flow.nodes.iter().flat_map(|node| &node.outline.codes);
        let read = codes.flat_map(|code| code.uses().properties.iter().map(move |found| (code, found)));
        for view in ["event", "body"] {
            let mut uses = read.clone().filter(|(_, (root, ..))| root == view);
            let Some((code, (_, part, at))) = uses.next() else { continue };
            let message = format!("a message starts this flow, so nothing is in `{view}`");
            let finding = Diagnostic::warning("W324", &code.place_at(*at, part.len()), message);
            findings.push(finding.help(match view {
                "event" => "what they wrote is `msg.text`; an event comes with `- event: NAME` under `when`",
                _ => "what they wrote is `msg.text`; a body comes with `- webhook: NAME` under `when`",
            }));
        }
    }
}

/// True if the flow waits for an event, which becomes its `event`.
fn waits_for_event(flow: &Flow) -> bool {
    flow.nodes.iter().any(|node| {
        let waits = node.outline.yaml.get("wait").is_some_and(|wait| wait.get("event").is_some());
        waits || node.outline.verb == "call" && matches!(node.outline.target, Some(Target::Flow(_)))
    })
}

/// The flows to which another one leads: they see the event of that one. Collected once, because a bot with hundreds of
/// flows is checked after each key in an editor.
fn led_to(set: &FlowSet) -> BTreeSet<&str> {
    let nodes = set.every_flow().flat_map(|flow| &flow.nodes);
    nodes
        .flat_map(|node| {
            let target = match &node.outline.target {
                Some(Target::Flow(name)) => Some(name.as_str()),
                Some(_) | None => None,
            };
            [target, node.outline.yaml.get("start").and_then(yaml::Node::text)]
        })
        .flatten()
        .collect()
}
