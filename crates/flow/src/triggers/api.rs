//! Implements `api: true`: a start by the API with the flow's inputs.

use super::TriggerKind;
use crate::load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields};

/// Every API key of the account may start the flow.
pub struct Api;

impl TriggerKind for Api {
    const SPEC: Spec = Spec {
        name: "api",
        summary: "Started by the API, with the flow's inputs.",
        fields: &[FieldSpec::required("api", FieldKind::True, "Always `true`.")],
        example: "api: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "api");
        Api
    }
}
