//! Implements `first_message`: the first message ever, or after a silence.

use super::{MessageAge, TriggerKind};
use crate::{base::time::Span, model::{answer, inbound::InboundKind}, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct FirstMessage {
    /// `None`: the first message ever.
    pub after_silence: Option<Span>,
    pub gather: Option<Span>,
}

const FIRST: FieldKind = FieldKind::Either(&[
    FieldKind::True,
    FieldKind::Record(&[FieldSpec::required("after_silence", FieldKind::Duration, "How long the contact was silent.")]),
]);

impl TriggerKind for FirstMessage {
    const SPEC: Spec = Spec {
        name: "first_message",
        summary: "The first message ever, or the first after a silence.",
        fields: &[FieldSpec::required("first_message", FIRST, "`true`, or `{after_silence: 30d}`."), super::GATHER],
        example: "first_message: {after_silence: 30d}",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let gather = super::read_gather(fields);
        let Some(node) = fields.required("first_message") else { return FirstMessage { after_silence: None, gather } };
        if node.map().is_none() {
            super::only_true(fields, "first_message");
            return FirstMessage { after_silence: None, gather };
        }
        let mut keys = fields.below(node, "first_message");
        keys.required("after_silence");
        let after_silence = keys.opt_duration("after_silence");
        keys.finish();
        FirstMessage { after_silence, gather }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let kind = &heard.message.kind;
        let begins =
            answer::says_something(kind) || matches!(kind, InboundKind::Welcome | InboundKind::Unsupported { .. });
        let first = match (self.after_silence, heard.heard_before) {
            (None, before) => before.is_none(),
            (Some(silence), before) => before.is_some_and(|before| heard.message.at - before >= silence),
        };
        (begins && first).then(|| Fit::of(Strength::First))
    }

    fn gather(&self) -> Option<Span> {
        self.gather
    }

    fn why_not(&self, _: &RoutedMessage<'_>) -> String {
        match self.after_silence {
            None => "it is not the first message".into(),
            Some(silence) => format!("it is not the first message after {silence} of silence"),
        }
    }
}
