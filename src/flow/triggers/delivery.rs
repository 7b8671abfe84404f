//! Implements `delivery`: one of our messages was delivered, read, or failed.

use super::{Stands, TriggerKind};
use crate::{model::{event::Happened, inbound::DeliveryState}, flow::load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Delivery {
    pub state: DeliveryState,
}

impl TriggerKind for Delivery {
    const STANDS: Stands = Stands::Both;
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

    fn happens(&self, happened: &Happened) -> bool {
        matches!(happened, Happened::Delivery { state, .. } if *state == self.state)
    }
}
