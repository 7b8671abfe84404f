//! Reports a tag that is tested but never given, if a step gives a similar one.
//!
//! Tags also come from the API and from people, so a tag that no step gives is not a mistake by itself.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, only_near},
        place::Place,
        yaml,
    },
    script::Code,
};
use std::collections::{BTreeMap, BTreeSet};

/// Shorter tags that differ by a letter are usually both intended: `cold`, `gold`.
const LETTERS_MIN: usize = 5;

pub fn check(set: &FlowSet, findings: &Findings) {
    let nodes = || set.every_flow().flat_map(|flow| &flow.nodes);
    let texts = |node: Option<&yaml::Node>| -> Vec<String> {
        let all = node.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter();
        all.filter_map(yaml::Node::text).map(str::to_owned).collect()
    };
    let given: BTreeSet<String> = nodes().flat_map(|node| texts(node.outline.yaml.get("tag"))).collect();
    let given_at = |tag: &str| -> Option<Place> {
        let items = nodes().filter_map(|node| node.outline.yaml.get("tag")).flat_map(yaml::Node::one_or_many);
        items.into_iter().find(|item| item.text() == Some(tag)).map(|item| item.place.clone())
    };
    if given.is_empty() {
        return;
    }
    let mut asked: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut ask = |node: Option<&yaml::Node>| {
        for item in node.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
            if let Some(text) = item.text() {
                asked.entry(text.to_owned()).or_default().push(item.place.clone());
            }
        }
    };
    for node in nodes() {
        let written = &node.outline.yaml;
        ask(written.get("untag"));
        ask(written.get("for").and_then(|whom| whom.get("tags")));
    }
    for trigger in set.flows.values().flat_map(|flow| flow.triggers.iter().chain(&flow.stop_when)) {
        let written = &trigger.outline.yaml;
        ["tag_added", "tag_removed"].iter().for_each(|key| ask(written.get(key)));
        ask(written.get("to").and_then(|whom| whom.get("tags")));
    }
    let codes = nodes().flat_map(|node| node.outline.codes.iter());
    let triggers = set.flows.values().flat_map(|flow| flow.triggers.iter().chain(&flow.stop_when));
    for code in codes.chain(triggers.flat_map(|trigger| trigger.outline.codes.iter())) {
        for tag in tested(code) {
            asked.entry(tag).or_default().push(code.place());
        }
    }
    let known: Vec<&str> = given.iter().map(String::as_str).filter(|tag| !tag.contains("${")).collect();
    for (tag, places) in asked {
        if given.contains(&tag) || tag.contains("${") || tag.chars().count() < LETTERS_MIN {
            continue;
        }
        let Some(near) = only_near(&tag, &known).filter(|near| is_misspelt(&tag, near)) else { continue };
        let mut places = places.into_iter();
        let Some(first) = places.next() else { continue };
        let message = format!("no step gives the tag `{tag}`, and one gives `{near}`: one of the two may be misspelt");
        let help = format!(
            "write one of them everywhere: `{near}`, or `{tag}` where it is given; if both are right, because `{tag}` \
             is given from outside, name them less alike"
        );
        let mut finding = Diagnostic::warning("W612", &first, message).help(help);
        if let Some(place) = given_at(near) {
            finding = finding.label(&place, "given here");
        }
        for place in places {
            finding = finding.label(&place, "and here");
        }
        findings.push(finding);
    }
}

/// False for `week_1` and `week_2`, or `lead_es` and `lead_en`: numbers and short words that differ by a letter are
/// usually both intended.
fn is_misspelt(tag: &str, near: &str) -> bool {
    let letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect() };
    if letters(tag) == letters(near) {
        return tag.to_lowercase() == near.to_lowercase();
    }
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).map(|word| word.to_lowercase()).collect()
    };
    let (a, b) = (words(tag), words(near));
    let long = |(a, b): (&String, &String)| a != b && a.chars().count().max(b.chars().count()) >= LETTERS_MIN;
    a.len() != b.len() || a.iter().zip(&b).any(long)
}

/// The tags in `contact.tags.contains("vip")`.
fn tested(code: &Code) -> Vec<String> {
    const ASKS: &str = "contact.tags.contains(\"";
    let source = code.source();
    let behind = source.match_indices(ASKS).map(|(at, _)| &source[at + ASKS.len()..]);
    behind.filter_map(|rest| rest.split_once('"')).map(|(tag, _)| tag.to_owned()).collect()
}
