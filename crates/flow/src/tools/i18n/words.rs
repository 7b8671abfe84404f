//! Words that start a flow, or end a run of it, in the file of a language and in its PO file.

use super::{FlowSet, Taken, WORDS, arranged, file::one_line, file::quoted, po};
use crate::{
    definition::WrittenTrigger,
    load::locale::{STOPS, TriggerWords, WHEN, fallbacks},
    triggers::Trigger,
};
use std::fmt::Write;

/// The words that people may write in another language.
struct TranslatableWords<'a> {
    /// The key under `words`: `course`, or `course.stop_when`.
    key: String,
    trigger: &'a WrittenTrigger,
    /// As the flow itself has them.
    own: Vec<&'a str>,
}

/// The words of all flows that a file of translations may have, in the order of flows.
fn listed(set: &FlowSet) -> Vec<TranslatableWords<'_>> {
    let mut all = Vec::new();
    for flow in set.flows.values() {
        let stops = flow.stop_words_trigger().map(|trigger| (format!("{}{STOPS}", flow.name), trigger));
        for (key, trigger) in flow.words_triggers().chain(stops) {
            let Trigger::Message(message) = &trigger.kind else { continue };
            let own = message.texts.iter().map(|(text, _)| text.as_str()).collect();
            all.push(TranslatableWords { key, trigger, own });
        }
    }
    all
}

/// The words of one language under this key, as its file has them.
fn written<'a>(set: &'a FlowSet, language: &str, key: &str) -> Option<&'a TriggerWords> {
    let locale = set.locales.get(language)?;
    match key.strip_suffix(STOPS) {
        Some(flow) => locale.stop_words.get(flow),
        None => locale.words.get(key),
    }
}

/// The keys that the file of a language has, in its order.
fn keys_of(set: &FlowSet, language: &str) -> Vec<String> {
    let Some(locale) = set.locales.get(language) else { return Vec::new() };
    let starts = locale.words.iter().map(|(flow, words)| (flow.clone(), words));
    let stops = locale.stop_words.iter().map(|(flow, words)| (format!("{flow}{STOPS}"), words));
    let mut all: Vec<(String, &TriggerWords)> = starts.chain(stops).collect();
    all.sort_by_key(|(_, words)| words.place.range().start);
    all.into_iter().map(|(key, _)| key).collect()
}

/// How many of the flows that words start or end have words of this language, or of what stands in for it; and how
/// many there are.
pub fn words(set: &FlowSet, language: &str) -> (usize, usize) {
    let all = listed(set);
    let of = |language: &str, key: &str| written(set, language, key).is_some_and(|words| !words.texts.is_empty());
    let translated = all.iter().filter(|one| {
        let mut own = fallbacks(language, &set.bot.languages).take_while(|other| *other != set.bot.language);
        own.any(|language| of(language, &one.key))
    });
    (translated.count(), all.len())
}

/// `words:` of a language's file. What has no words yet stands there empty, beside the bot's own; words of a flow that
/// is gone stay.
pub(super) fn section(set: &FlowSet, language: &str, taken: &Taken) -> Option<String> {
    let (listed, known) = (listed(set), keys_of(set, language));
    let wanted: Vec<String> = listed.iter().map(|one| one.key.clone()).chain(known.iter().cloned()).collect();
    if wanted.is_empty() {
        return None;
    }
    let mut out = format!("{WORDS}:\n");
    for key in arranged(&known, &wanted) {
        let own = listed.iter().find(|one| one.key == key).map(|one| one.own.join(", ")).unwrap_or_default();
        let own = if own.is_empty() { own } else { format!("  # {}", one_line(&own)) };
        let texts = texts(set, language, taken, &key);
        let _ = writeln!(out, "  {key}:{}{own}", if texts.is_empty() { " []" } else { "" });
        for text in texts {
            let _ = writeln!(out, "    - {}", quoted(&text));
        }
    }
    Some(out)
}

/// Those that translators gave back replace the old ones.
fn texts(set: &FlowSet, language: &str, taken: &Taken, key: &str) -> Vec<String> {
    let given = taken.of_context(&context(key)).map(|entry| entry.translation.lines());
    let given = given.into_iter().flatten().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let given: Vec<String> = given.collect();
    if !given.is_empty() {
        return given;
    }
    let written = written(set, language, key).map(|words| words.texts.as_slice()).unwrap_or_default();
    written.iter().map(|(text, _)| text.clone()).collect()
}

/// The messages of a PO file: one for each list, a word in each line.
pub(super) fn entries(set: &FlowSet, language: &str) -> Vec<po::Entry> {
    let entry = |one: TranslatableWords<'_>| {
        let what = match one.key.strip_suffix(STOPS) {
            Some(flow) => format!("what people write to end `{flow}`"),
            None => format!("what people write to start `{}`", one.key.split(WHEN).next().unwrap_or_default()),
        };
        let place = &one.trigger.place;
        po::Entry {
            remarks: vec![format!("{what}, one in each line; as many as you like")],
            place: Some(format!("{}:{}", place.path(), place.line())),
            context: context(&one.key),
            source: one.own.join("\n"),
            translation: texts(set, language, &Taken::nothing(), &one.key).join("\n"),
            ..po::Entry::default()
        }
    };
    listed(set).into_iter().map(entry).collect()
}

/// `words#course`: no step is called so.
fn context(key: &str) -> String {
    format!("{WORDS}#{key}")
}
