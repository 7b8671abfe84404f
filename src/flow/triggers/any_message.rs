//! `any_message`: whatever nothing else understood.

use super::TriggerKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::TriggerFields,
};

pub struct AnyMessage;

impl TriggerKind for AnyMessage {
    const SPEC: Spec = Spec {
        name: "any_message",
        summary: "Any message that nothing else understood.",
        fields: &[FieldSpec::required("any_message", FieldKind::True, "Always `true`.")],
        example: "any_message: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "any_message");
        AnyMessage
    }
}
