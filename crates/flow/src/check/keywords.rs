//! Checks for the same text at the same strength in two flows: it would be unclear which one starts.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
    },
    definition::{Flow, WrittenTrigger},
    model::matching::fold,
};
use std::collections::HashMap;

/// A text that starts a flow.
pub struct Word {
    /// The kind of match.
    kind: String,
    /// The text in the form in which it is compared.
    text: String,
    /// Only for contacts with this language.
    language: Option<String>,
    place: Place,
}

/// The texts that start a flow, in the form for the comparison; they depend on no other flow.
pub fn words(flow: &Flow) -> Vec<Word> {
    let mut all = Vec::new();
    for trigger in flow.triggers.iter().filter(|trigger| matches!(trigger.outline.verb, "message" | "button")) {
        let written = &trigger.outline.yaml;
        let word = |name: &str| written.get(name).and_then(|node| node.text()).unwrap_or_default();
        let kind = match (trigger.outline.verb, word("match")) {
            ("message", "") => "exact",
            ("message", matching) => matching,
            (other, _) => other,
        };
        let language = Some(word("language").to_owned()).filter(|language| !language.is_empty());
        let Some(value) = written.get(trigger.outline.verb) else { continue };
        for item in value.one_or_many() {
            let Some(text) = item.text() else { continue };
            let text = if matches!(kind, "regex" | "button") { text.trim().to_owned() } else { fold(text) };
            all.push(Word { kind: kind.to_owned(), text, language: language.clone(), place: item.place.clone() });
        }
    }
    all
}

/// The words of other languages that start flows, in the form for the comparison.
pub fn translated(set: &FlowSet) -> Vec<(&Flow, Vec<Word>)> {
    let flows = set.flows.values().map(|flow| &**flow);
    let of = |flow: &Flow| -> Vec<Word> {
        let triggers = flow.words_triggers();
        triggers.flat_map(|(_, trigger)| of_trigger(set, flow, trigger)).collect()
    };
    flows.map(|flow| (flow, of(flow))).collect()
}

fn of_trigger(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> Vec<Word> {
    let kind = trigger.outline.yaml.get("match").and_then(|node| node.text()).unwrap_or("exact");
    let word = |language: &str, text: &str, place: &Place| Word {
        kind: kind.to_owned(),
        text: text.to_owned(),
        language: Some(language.to_owned()),
        place: place.clone(),
    };
    let files = set.words_of(flow, trigger);
    let words = files.flat_map(|(language, words)| {
        words.texts.iter().zip(&words.places).map(move |((_, text), place)| word(language, text, place))
    });
    words.collect()
}

/// Compares the texts of all flows.
pub fn check<'a>(
    flows: impl Iterator<Item = (&'a Flow, &'a [Word])>,
    translated: &'a [(&'a Flow, Vec<Word>)],
    findings: &Findings,
) {
    let mut seen: HashMap<(&str, &str), Vec<(&Flow, &Word)>> = HashMap::new();
    for (flow, words) in flows.chain(translated.iter().map(|(flow, words)| (*flow, words.as_slice()))) {
        for word in words {
            let others = seen.entry((&word.kind, &word.text)).or_default();
            let rival = others.iter().find(|(other, first)| {
                // For its testers a draft wins over a flow that is live, and nobody else reaches it.
                let rivals = other.name != flow.name && other.draft == flow.draft;
                rivals && for_the_same(first, word) && share_a_sender(other, flow)
            });
            if let Some((other, first)) = rival {
                let text = word.place.text().trim_matches(['"', '\'']);
                let message = format!("`{text}` starts the flow `{}` already", other.name);
                let finding = Diagnostic::error("E409", &word.place, message);
                findings.push(finding.label(&first.place, "here").help("take it out of one of the two"));
            }
            others.push((flow, word));
        }
    }
}

/// True if both texts apply to the same contact: a text for all languages overlaps with one for a single language.
fn for_the_same(one: &Word, other: &Word) -> bool {
    match (&one.language, &other.language) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => true,
    }
}

/// True if the flows share a sender; otherwise they never compete.
fn share_a_sender(a: &Flow, b: &Flow) -> bool {
    a.senders.is_empty() || b.senders.is_empty() || a.senders.iter().any(|sender| b.senders.contains(sender))
}
