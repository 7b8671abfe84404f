//! Reads the keys of a model that writes voice notes down: its use, and its price by the minute.

use crate::{
    base::{fields::Fields, limits::VOICE_LENGTH_MAX, time::Span},
    channel::llm::Api,
    config::Written,
    model::effect::millionths,
};

/// The use of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It answers questions.
    Chat,
    /// It writes voice notes down.
    Transcribe,
}

impl Purpose {
    pub const NAMES: &'static [&'static str] = &["chat", "transcribe"];

    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Chat => "chat",
            Purpose::Transcribe => "transcribe",
        }
    }
}

/// The price of a voice note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinutePrice {
    /// Of a minute, in millionths of the currency unit.
    pub minute: i64,
    /// A shorter note costs as much as one of this length.
    pub least: Span,
}

impl MinutePrice {
    /// The cost of a note of this length, rounded up to a millionth; nothing costs nothing.
    pub fn cost(&self, length: Span) -> i64 {
        if length <= Span::ZERO {
            return 0;
        }
        let ms = i128::from(length.max(self.least).0);
        let minute = i128::from(Span::minutes(1).0);
        i64::try_from((ms * i128::from(self.minute) + minute - 1) / minute).unwrap_or(i64::MAX)
    }
}

/// Findings for keys that mean something for questions alone.
pub(super) fn no_questions(fields: &mut Fields<'_>, api: Api) {
    if api != Api::OpenAi {
        let message = format!("the `{}` dialect has no transcriptions", api.as_str());
        fields.wrong_at(
            "api",
            "E906",
            message,
            "leave `api` out: servers that write voice notes down speak that of OpenAI",
        );
    }
    for key in ["output", "context", "structured"] {
        if fields.node(key).is_some() {
            let message = format!("`{key}` is about questions, and this model writes voice notes down");
            fields.wrong_at(key, "E906", message, "take it out");
        }
    }
}

/// `{minute: 0.006}`, and the shortest length that is paid.
pub(super) fn minute_price(mut fields: Fields<'_>) -> Option<MinutePrice> {
    fields.required("minute");
    let minute = fields.text_if("minute").map(millionths);
    if minute == Some(None) {
        let help = "write the price of a minute, like `0.006`";
        fields.wrong_at("minute", "E906", "`minute` is no amount".into(), help);
    }
    let least = fields.duration("least", Span::ZERO);
    if least < Span::ZERO || least > VOICE_LENGTH_MAX {
        let message = format!("`least` is at most {VOICE_LENGTH_MAX}");
        fields.wrong_at("least", "E906", message, "write the shortest length that is paid, like `10s`");
    }
    fields.finish();
    Some(MinutePrice { minute: minute??, least })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_costs_its_length_and_at_least_the_shortest_one() {
        let price = MinutePrice { minute: 6_000, least: Span::seconds(10) };
        let cost = |ms| price.cost(Span(ms));
        assert_eq!((cost(60_000), cost(60_001), cost(10_000), cost(1), cost(0)), (6_000, 6_001, 1_000, 1_000, 0));
        assert_eq!(MinutePrice { minute: i64::MAX, least: Span::ZERO }.cost(Span(i64::MAX)), i64::MAX);
    }
}
