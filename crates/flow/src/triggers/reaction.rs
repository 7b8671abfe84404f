//! Implements `reaction`: an emoji on a message. It answers no question, and `any_message` does not match it.

use super::{AllowedIn, TriggerKind};
use crate::{model::inbound::InboundKind, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Reaction {
    /// Empty: any emoji.
    pub emojis: Vec<String>,
}

impl TriggerKind for Reaction {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "reaction",
        summary: "The contact reacts to a message with an emoji: `msg.reaction`. Taking it away starts nothing.",
        fields: &[FieldSpec::required("reaction", super::ANY_OR_NAMES, "`any`, or emojis; colours of skin do not count.")],
        example: "reaction: [👍, ❤️]",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        Reaction { emojis: super::any_or_names(fields, "reaction") }
    }

    // A reaction opens no window, so the last message may be of any age.

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let InboundKind::Reaction { emoji: Some(emoji), .. } = &heard.message.kind else { return None };
        let fits = self.emojis.is_empty() || self.emojis.iter().any(|wanted| plain(wanted) == plain(emoji));
        fits.then(|| Fit::of(Strength::Whole(3)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        match &heard.message.kind {
            InboundKind::Reaction { emoji: Some(emoji), .. } => format!("the reaction is {emoji}"),
            InboundKind::Reaction { emoji: None, .. } => "a reaction was taken away".into(),
            _ => format!("it is no reaction but {}", heard.kind_in_words()),
        }
    }
}

/// The emoji without skin tone and variation selector.
fn plain(emoji: &str) -> String {
    emoji.trim().chars().filter(|c| !matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')).collect()
}
