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
    let mut seen: Seen<'_> = BTreeMap::new();
    for flow in set.flows.values() {
        for trigger in flow.triggers.iter().filter(|trigger| matches!(trigger.outline.verb, "message" | "button")) {
            let written = &trigger.outline.yaml;
            let word = |name: &str| written.get(name).and_then(|node| node.text()).unwrap_or_default().to_owned();
            let kind = match (trigger.outline.verb, word("match")) {
                ("message", matching) if matching.is_empty() => "exact".to_owned(),
                ("message", matching) => matching,
                (other, _) => other.to_owned(),
            };
            let language = Some(word("language")).filter(|language| !language.is_empty());
            let Some(value) = written.get(trigger.outline.verb) else { continue };
            for item in value.one_or_many() {
                let Some(text) = item.text() else { continue };
                let text =
                    if matches!(kind.as_str(), "regex" | "button") { text.trim().to_owned() } else { fold(text) };
                let written = Written { flow, place: item.place.clone(), language: language.clone() };
                tie(&mut seen, (kind.clone(), text), written, findings);
            }
        }
    }
}

/// By kind and text.
type Seen<'a> = BTreeMap<(String, String), Vec<Written<'a>>>;

struct Written<'a> {
    flow: &'a Flow,
    place: Place,
    /// Only for contacts with this language.
    language: Option<String>,
}

fn tie<'a>(seen: &mut Seen<'a>, key: (String, String), written: Written<'a>, findings: &Findings) {
    let others = seen.entry(key).or_default();
    let rival = others.iter().find(|other| {
        let same_people = match (&other.language, &written.language) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        other.flow.name != written.flow.name && same_people && share_a_sender(other.flow, written.flow)
    });
    if let Some(other) = rival {
        let text = written.place.text().trim_matches(['"', '\'']);
        let message = format!("`{text}` starts the flow `{}` already", other.flow.name);
        let finding = Diagnostic::error("E409", &written.place, message);
        findings.push(finding.label(&other.place, "here").help("take it out of one of the two"));
    }
    others.push(written);
}

/// Flows of different senders never meet.
fn share_a_sender(a: &Flow, b: &Flow) -> bool {
    a.senders.is_empty() || b.senders.is_empty() || a.senders.iter().any(|sender| b.senders.contains(sender))
}
