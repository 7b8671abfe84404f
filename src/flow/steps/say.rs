//! `say`: sends one message and goes on.

use super::StepKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::StepFields,
    text::Text,
    turn::{Next, Turn},
};

pub struct Say {
    pub body: Text,
}

impl StepKind for Say {
    const SPEC: Spec = Spec {
        name: "say",
        summary: "Sends one message and goes on.",
        fields: &[FieldSpec::required("say", FieldKind::Text, "What to say.")],
        example: "say: Hello ${contact.first_name ?? \"there\"}!",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        fields.later(&["header", "footer", "on_undelivered"]);
        fields.know(&["media", "buttons", "link", "if_closed"]);
        Say { body: fields.text("say") }
    }

    fn run(&self, _turn: &mut Turn<'_>) -> Next {
        Next::Continue
    }
}
