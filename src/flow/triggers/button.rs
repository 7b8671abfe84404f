//! `button`: a button with this id of a template, an old message or an ad.

use super::TriggerKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::TriggerFields,
};

pub struct Button {
    pub ids: Vec<String>,
}

impl TriggerKind for Button {
    const SPEC: Spec = Spec {
        name: "button",
        summary: "A tap on a button with this id, of a template or an old message; open questions need none.",
        fields: &[FieldSpec::required("button", FieldKind::Many(&FieldKind::Name), "The id, or a list of them.")],
        example: "button: track",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("button");
        Button { ids: fields.names_of("button") }
    }
}
