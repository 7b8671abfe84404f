//! Implements `missed_call`: the contact called, and nobody answered.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::inbound::InboundKind, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct MissedCall;

impl TriggerKind for MissedCall {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "missed_call",
        summary: "The contact called, and nobody answered. A call opens the window like a message.",
        fields: &[FieldSpec::required("missed_call", FieldKind::True, "Always `true`.")],
        example: "missed_call: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "missed_call");
        MissedCall
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        matches!(heard.message.kind, InboundKind::Call { missed: true }).then(|| Fit::of(Strength::Whole(3)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        format!("it is no missed call but {}", heard.kind_in_words())
    }
}
