//! Implements `delivery`: one of our messages was delivered, read, or failed.

use super::{AllowedIn, TriggerKind};
use crate::{model::{event::FlowEvent, inbound::DeliveryState}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Delivery {
    pub state: DeliveryState,
}

impl TriggerKind for Delivery {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "delivery",
        summary: "A message that a flow has sent arrived, was read, or failed: `event.data.flow`, `event.data.step`, \
                  `event.data.code`. What a flow says because of it starts that flow no second time.",
        fields: &[FieldSpec::required("delivery", FieldKind::Word(&["delivered", "read", "failed"]), "`delivered`, `read` or `failed`.")],
        example: "delivery: failed\nat_most: 1/1d",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("delivery");
        let state = match fields.word("delivery", &["delivered", "read", "failed"]) {
            Some("read") => DeliveryState::Read,
            Some("failed") => DeliveryState::Failed,
            Some(_) | None => DeliveryState::Delivered,
        };
        Delivery { state }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::Delivery { state, .. } if *state == self.state)
    }
}
