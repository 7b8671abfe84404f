//! The engine's own phrases, for translators: those that a language's file puts in the place of the
//! built-in ones, and those that it has none for.

use super::{PHRASES, Taken, po};
use crate::flow::{FlowSet, sentences::Phrase};
use std::collections::BTreeMap;

/// The messages of a PO file. Of a language with built-in phrases these are said unless others are written.
pub(super) fn entries(set: &FlowSet, language: &str) -> Vec<po::Entry> {
    let own = |language: &str, phrase| set.locales.get(language).and_then(|locale| locale.phrases.get(&phrase));
    let mut all = Vec::new();
    for phrase in Phrase::ALL {
        let written = own(language, phrase);
        // Where the bot says it in words of its own, a translation of the built-in ones says something else.
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

/// The phrases of a language's file: those that translators gave back replace the old ones.
pub(super) fn written(set: &FlowSet, language: &str, taken: &Taken) -> BTreeMap<Phrase, String> {
    let mut all = set.locales.get(language).map(|locale| locale.phrases.clone()).unwrap_or_default();
    for phrase in Phrase::ALL {
        if let Some(text) = taken.text(&context(phrase), &source(set, phrase)) {
            all.insert(phrase, text.trim().to_owned());
        }
    }
    all
}

/// `phrases#choose`: no step is called so.
fn context(phrase: Phrase) -> String {
    format!("{PHRASES}#{}", phrase.as_str())
}

/// As the bot says it in its own language.
fn source(set: &FlowSet, phrase: Phrase) -> String {
    set.phrase(&set.bot.language, phrase).to_owned()
}
