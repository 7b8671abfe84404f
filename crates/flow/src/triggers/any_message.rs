//! Implements `any_message`: any message that nothing else matched.

use super::{MessageAge, TriggerKind};
use crate::{base::time::Span, model::{answer, inbound::InboundKind}, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct AnyMessage {
    pub gather: Option<Span>,
}

impl TriggerKind for AnyMessage {
    const SPEC: Spec = Spec {
        name: "any_message",
        summary: "Any message that nothing else understood, and a chat that was opened without one.",
        fields: &[FieldSpec::required("any_message", FieldKind::True, "Always `true`."), super::GATHER],
        example: "any_message: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "any_message");
        AnyMessage { gather: super::read_gather(fields) }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let kind = &heard.message.kind;
        let counts =
            answer::says_something(kind) || matches!(kind, InboundKind::Welcome | InboundKind::Unsupported { .. });
        counts.then(|| Fit::of(Strength::Any))
    }

    fn gather(&self) -> Option<Span> {
        self.gather
    }

    fn why_not(&self, _: &RoutedMessage<'_>) -> String {
        "the message says nothing".into()
    }
}
