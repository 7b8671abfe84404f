//! Words that start a flow, or end a run of it, in one version only.

use crate::{
    base::ids::FlowName,
    definition::{FlowSet, WrittenTrigger},
    load::locale::WHEN,
    triggers::Trigger,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Of a flow that both versions have: the words that only one of them hears.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordDifferences {
    pub flow: FlowName,
    /// They end a run of the flow; else they start one.
    pub ends: bool,
    /// `None`: the flow's own words.
    pub language: Option<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// Flow, whether it is ended, and language.
type List<'a> = (&'a FlowName, bool, Option<&'a str>);

pub fn heard(old: &FlowSet, new: &FlowSet) -> Vec<WordDifferences> {
    let (before, after) = (words(old), words(new));
    let nothing = BTreeSet::new();
    let lists: BTreeSet<&List<'_>> = before.keys().chain(after.keys()).collect();
    let of = |list: &List<'_>| {
        let (flow, ends, language) = *list;
        let (was, is) = (before.get(list).unwrap_or(&nothing), after.get(list).unwrap_or(&nothing));
        let only = |these: &BTreeSet<&str>, others: &BTreeSet<&str>| {
            these.difference(others).map(|word| (*word).to_owned()).collect::<Vec<_>>()
        };
        let (flow, language) = (flow.clone(), language.map(str::to_owned));
        WordDifferences { flow, ends, language, added: only(is, was), removed: only(was, is) }
    };
    let both = lists.into_iter().filter(|(flow, ..)| old.flows.contains_key(*flow) && new.flows.contains_key(*flow));
    both.map(of).filter(|heard| !heard.added.is_empty() || !heard.removed.is_empty()).collect()
}

fn words(set: &FlowSet) -> BTreeMap<List<'_>, BTreeSet<&str>> {
    let mut all: BTreeMap<List<'_>, BTreeSet<&str>> = BTreeMap::new();
    for (name, flow) in &set.flows {
        for (triggers, ends) in [(&flow.triggers, false), (&flow.stop_when, true)] {
            let own = triggers.iter().flat_map(own_words);
            all.entry((name, ends, None)).or_default().extend(own);
        }
        for locale in set.locales.values() {
            for (lists, ends) in [(&locale.words, false), (&locale.stop_words, true)] {
                let of = |key: &str| key.split(WHEN).next() == Some(name.as_str());
                let texts = lists.iter().filter(|(key, _)| of(key)).flat_map(|(_, words)| &words.texts);
                let list = (name, ends, Some(locale.language.as_str()));
                all.entry(list).or_default().extend(texts.map(|(text, _)| text.as_str()));
            }
        }
    }
    all
}

fn own_words(trigger: &WrittenTrigger) -> Vec<&str> {
    let Trigger::Message(message) = &trigger.kind else { return Vec::new() };
    let patterns = message.patterns.iter().map(|pattern| pattern.regex.as_str());
    message.texts.iter().map(|(text, _)| text.as_str()).chain(patterns).collect()
}
