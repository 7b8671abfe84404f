//! Parses `phrases:` of a question: its own texts in place of the built-in ones.

use crate::{
    base::diagnostic::Diagnostic,
    definition::Role,
    engine::turn::{Here, StepFailure, Turn},
    load::{step_fields::StepFields, stock_phrases::Phrase},
    text::Text,
};
use std::collections::BTreeMap;

/// The phrases of one question that replace the built-in ones.
#[derive(Default, Clone)]
pub struct Phrases(BTreeMap<Phrase, Text>);

impl Phrases {
    pub fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let Some(node) = fields.node("phrases") else { return Phrases::default() };
        let mut keys = fields.below(node, "phrases");
        let written = Phrase::OF_QUESTIONS.map(|phrase| (phrase, keys.node(phrase.as_str())));
        keys.finish();
        let mut all = BTreeMap::new();
        for (phrase, node) in written.into_iter().filter_map(|(phrase, node)| Some((phrase, node?))) {
            let text = fields.said_of(node, &format!("`{}`", phrase.as_str()));
            let length = text.fixed_chars();
            if let Some(max) = phrase.chars_max().filter(|max| length > *max) {
                let message = format!("`{}` has at most {max} characters, and this has {length}", phrase.as_str());
                fields.report(Diagnostic::error("E703", &node.place, message).help("shorten it"));
            }
            fields.sentence(Role::Other, &text);
            all.insert(phrase, text);
        }
        Phrases(all)
    }

    /// The text of a phrase for this question: its own, else the bot's. An own text that is empty does not count.
    pub fn said(&self, turn: &Turn<'_>, here: Here<'_>, phrase: Phrase) -> Result<String, StepFailure> {
        let own = self.0.get(&phrase).map(|text| turn.sentence(here, text, &[])).transpose()?;
        let own = own.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(own.unwrap_or_else(|| here.set.phrase(turn.language(), phrase).to_owned()))
    }
}
