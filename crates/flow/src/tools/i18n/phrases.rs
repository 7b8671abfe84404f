//! Lists the engine's own phrases for translators: those that a language file replaces, and those without a built-in
//! translation.

use super::{PHRASES, Taken, po};
use crate::{FlowSet, load::stock_phrases::Phrase};
use std::collections::BTreeMap;

/// The messages of a PO file. A language with built-in phrases uses those unless others are written.
pub(super) fn entries(set: &FlowSet, language: &str) -> Vec<po::Entry> {
    let own = |language: &str, phrase| set.locales.get(language).and_then(|locale| locale.phrases.get(&phrase));
    let mut all = Vec::new();
    for phrase in Phrase::ALL {
        let written = own(language, phrase);
        // If the bot has its own words for a phrase, the built-in translation does not match them.
        let asked = own(&set.bot.language, phrase).is_some() || phrase.built_in(language).is_none();
        if written.is_none() && !asked {
            continue;
        }
        let most = phrase.chars_max().map(|max| format!(", at most {max} characters")).unwrap_or_default();
        all.push(po::Entry {
            remarks: vec![format!("what the bot says by itself: {}{most}", phrase.as_str())],
            context: context(phrase),
            source: source(set, phrase),
            translation: written.cloned().unwrap_or_default(),
            ..po::Entry::default()
        });
    }
    all
}

/// The phrases of a language file; those of translators replace the old ones.
pub(super) fn written(set: &FlowSet, language: &str, taken: &Taken) -> BTreeMap<Phrase, String> {
    let mut all = set.locales.get(language).map(|locale| locale.phrases.clone()).unwrap_or_default();
    for phrase in Phrase::ALL {
        if let Some(text) = taken.text(&context(phrase), &source(set, phrase)) {
            all.insert(phrase, text.trim().to_owned());
        }
    }
    all
}

/// The context of a phrase, `phrases#choose`, which cannot be the name of a step.
fn context(phrase: Phrase) -> String {
    format!("{PHRASES}#{}", phrase.as_str())
}

/// The phrase in the bot's own language.
fn source(set: &FlowSet, phrase: Phrase) -> String {
    set.phrase(&set.bot.language, phrase).to_owned()
}
