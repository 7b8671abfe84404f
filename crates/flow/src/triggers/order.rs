//! Implements `order`: a basket of the catalogue.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::inbound::InboundKind, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Order;

impl TriggerKind for Order {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "order",
        summary: "The contact sends a basket from the catalogue: `msg.order.product_items`, `msg.order.text`.",
        fields: &[FieldSpec::required("order", FieldKind::True, "Always `true`.")],
        example: "order: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "order");
        Order
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        matches!(heard.message.kind, InboundKind::Order { .. }).then(|| Fit::of(Strength::Whole(3)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        format!("it is no order but {}", heard.kind_in_words())
    }
}
