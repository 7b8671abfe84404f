//! Implements `location`: the contact shares a place.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::inbound::InboundKind, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Location;

impl TriggerKind for Location {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "location",
        summary: "The contact shares a place: `msg.location`.",
        fields: &[FieldSpec::required("location", FieldKind::True, "Always `true`.")],
        example: "location: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "location");
        Location
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        matches!(heard.message.kind, InboundKind::Location { .. }).then(|| Fit::of(Strength::Whole(3)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        format!("it is no place but {}", heard.kind_in_words())
    }
}
