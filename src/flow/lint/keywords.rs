//! The same text at the same strength in two flows: nobody could say which of them starts.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
    },
    flow::{FlowSet, definition::Flow},
    model::matching::fold,
};
use std::collections::BTreeMap;

pub fn check(set: &FlowSet, findings: &Findings) {
    let mut seen: BTreeMap<(String, String), Vec<(&Flow, Place)>> = BTreeMap::new();
    for flow in set.flows.values() {
        for trigger in flow.triggers.iter().filter(|trigger| matches!(trigger.outline.verb, "message" | "button")) {
            let written = &trigger.outline.yaml;
            let word = |name: &str| written.get(name).and_then(|node| node.text()).unwrap_or_default().to_owned();
            let kind = match (trigger.outline.verb, word("match")) {
                ("message", matching) if matching.is_empty() => "exact".to_owned(),
                ("message", matching) => matching,
                (other, _) => other.to_owned(),
            };
            let strength = format!("{kind} {}", word("language"));
            let Some(value) = written.get(trigger.outline.verb) else { continue };
            for item in value.one_or_many() {
                let Some(text) = item.text() else { continue };
                let text =
                    if matches!(kind.as_str(), "regex" | "button") { text.trim().to_owned() } else { fold(text) };
                tie(&mut seen, (strength.clone(), text), flow, &item.place, findings);
            }
        }
    }
}

fn tie<'a>(
    seen: &mut BTreeMap<(String, String), Vec<(&'a Flow, Place)>>,
    key: (String, String),
    flow: &'a Flow,
    place: &Place,
    findings: &Findings,
) {
    let others = seen.entry(key).or_default();
    let rival = others.iter().find(|(other, _)| other.name != flow.name && share_a_sender(other, flow));
    if let Some((other, first)) = rival {
        let message = format!("`{}` starts the flow `{}` already", place.text().trim_matches(['"', '\'']), other.name);
        let finding = Diagnostic::error("E409", place, message);
        findings.push(finding.label(first, "here").help("take it out of one of the two"));
    }
    others.push((flow, place.clone()));
}

/// Flows of different senders never meet.
fn share_a_sender(a: &Flow, b: &Flow) -> bool {
    a.senders.is_empty() || b.senders.is_empty() || a.senders.iter().any(|sender| b.senders.contains(sender))
}
