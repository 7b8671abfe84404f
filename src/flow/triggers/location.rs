//! `location`: the contact shares a place.

use super::TriggerKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::TriggerFields,
};

pub struct Location;

impl TriggerKind for Location {
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
}
