//! Checks the words of other languages that start flows or end them: `words` in a file of translations.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        yaml,
    },
    definition::{Flow, WrittenTrigger},
    load::locale::{Locale, TriggerWords, WHEN},
    model::consent_words::{Word, recognise},
    triggers::{
        Trigger,
        message::{MatchMode, is_pattern, pattern_in_text},
    },
};

pub fn check(set: &FlowSet, findings: &Findings) {
    for locale in set.locales.values().filter(|locale| !locale.language.is_empty()) {
        named(set, locale, findings);
    }
    for flow in set.flows.values() {
        for (_, trigger) in flow.words_triggers() {
            set.words_of(flow, trigger).for_each(|(_, words)| heard(set, flow, trigger, words, findings));
        }
    }
}

/// Reports `words` of a flow that does not exist, or that no words start or end.
fn named(set: &FlowSet, locale: &Locale, findings: &Findings) {
    let starts = locale.words.iter().map(|(name, words)| (name, words, false));
    let stops = locale.stop_words.iter().map(|(name, words)| (name, words, true));
    for (name, words, stops) in starts.chain(stops) {
        let (of, nth) = name.split_once(WHEN).map_or((name.as_str(), None), |(of, nth)| (of, Some(nth)));
        let Some(flow) = set.named(of) else {
            let finding = Diagnostic::warning("W902", &words.place, format!("there is no flow `{of}`"));
            findings.push(finding.meant(name, set.flows.keys().map(FlowName::as_str)));
            continue;
        };
        let keys: Vec<String> = flow.words_triggers().map(|(key, _)| key).collect();
        if let (Some(nth), false) = (nth, keys.is_empty()) {
            if !keys.contains(name) {
                let message = format!("`{of}` has no {nth}. trigger with words that could be translated");
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                let help = match pattern_of(flow) {
                    Some(pattern) => with_patterns(pattern, words),
                    None => format!("its words stand under {}", keys.join(", ")),
                };
                findings.push(Diagnostic::warning("W902", &words.place, message).help(help));
            }
            continue;
        }
        let (heard, what, help) = match stops {
            false => (!keys.is_empty(), "start", "begin the flow with `message: [...]`"),
            true => {
                (flow.stop_words_trigger().is_some(), "end", "write `message: [...]` under `stop_when` of the flow")
            }
        };
        if !heard {
            let message = format!("no words {what} `{name}` that could be translated");
            let finding = Diagnostic::warning("W902", &words.place, message);
            findings.push(match pattern_of(flow).filter(|_| !stops) {
                Some(pattern) => finding.help(with_patterns(pattern, words)),
                None => finding.help(format!("{help}, without `match: regex` and `language`")),
            });
        }
    }
}

/// Reports words that never start the flow: opt-out words, and patterns.
fn heard(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger, words: &TriggerWords, findings: &Findings) {
    let Trigger::Message(message) = &trigger.kind else { return };
    let own = set.bot.opt_out.extra_words();
    for ((text, _), place) in words.texts.iter().zip(&words.places) {
        if is_pattern(text) {
            let message = format!("`{text}` is compared as it stands: words of a language are no patterns");
            let help = match pattern_of(flow) {
                Some(pattern) => with_patterns(pattern, words),
                None => {
                    format!("write it into the flow, under `when`: `- message: '{text}'` with `match: regex` below it")
                }
            };
            findings.push(Diagnostic::warning("W425", place, message).help(help));
        } else if message.how == MatchMode::Exact && recognise(text, &own) == Some(Word::Stop) {
            let message = format!("`{text}` never starts this flow: it ends all messages, before any flow hears it");
            let help = "take it out; what is said to those who leave stands in a flow with `consent: {all: withdrawn}`";
            findings.push(Diagnostic::warning("W419", place, message).help(help));
        } else {
            findings.extend(pattern_in_text(text, message.how, place, false));
        }
    }
}

/// The first pattern that starts the flow for everybody.
fn pattern_of(flow: &Flow) -> Option<&str> {
    let regex = |trigger: &&WrittenTrigger| matches!(&trigger.kind, Trigger::Message(message) if message.how == MatchMode::Regex);
    let written = flow.triggers.iter().find(regex)?.outline.yaml.get("message")?;
    written.one_or_many().first().and_then(yaml::Node::text)
}

/// The advice to write the patterns of all languages into the flow.
fn with_patterns(own: &str, words: &TriggerWords) -> String {
    let texts = words.texts.iter().map(|(text, _)| text.as_str()).filter(|text| is_pattern(text));
    let all: Vec<String> = std::iter::once(own).chain(texts).map(|text| format!("'{text}'")).collect();
    let list = if all.len() > 1 { all.join(", ") } else { format!("{}, '…'", all[0]) };
    format!("a pattern is not translated: write those of all languages into the flow, `message: [{list}]`")
}
