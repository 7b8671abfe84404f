//! Parses `voice:` of `_bot.yaml`: the model that writes voice notes down.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    limits::{VOICE_LENGTH_DEFAULT, VOICE_LENGTH_MAX},
    place::Place,
    time::Span,
};

/// `voice:`, for all voice notes of contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// The name of a model of `use: transcribe` in the configuration.
    pub model: String,
    pub place: Place,
    /// A longer note stays a voice note.
    pub max: Span,
}

/// `None`: voice notes stay voice notes. `models`: those that answer questions.
pub(super) fn parse(fields: &mut Fields<'_>, models: &[String], findings: &Findings) -> Option<Voice> {
    let mut node = fields.fields("voice")?;
    let written = node.required("model").cloned();
    let model = node.opt_text("model").unwrap_or_default().to_owned();
    let max = node.duration("max", VOICE_LENGTH_DEFAULT);
    if let Some(place) = node.node("max").map(|max| max.place.clone())
        && (max <= Span::ZERO || max > VOICE_LENGTH_MAX)
    {
        let message = format!("`max` is more than nothing and at most {VOICE_LENGTH_MAX}");
        findings.push(Diagnostic::error("E210", &place, message).help("write `max: 2m`"));
    }
    node.finish();
    let place = written?.place;
    if models.contains(&model) {
        let message = format!("`{model}` cannot both answer questions, as `models` says, and write voice notes down");
        let help = format!(
            "take `{model}` out of `models`, or name another model here: one with `use: transcribe` in the configuration"
        );
        findings.push(Diagnostic::error("E548", &place, message).help(help));
    }
    Some(Voice { model, place, max: max.min(VOICE_LENGTH_MAX) })
}
