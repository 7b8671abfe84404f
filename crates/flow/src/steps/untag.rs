//! Implements `untag`: removes a tag from the contact.

use super::{StepKind, tag};
use crate::{text::Text, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}};

pub struct Untag {
    pub names: Vec<Text>,
}

impl StepKind for Untag {
    const SPEC: Spec = Spec {
        name: "untag",
        summary: "Takes a tag off the contact.",
        fields: &[FieldSpec::required("untag", FieldKind::Many(&FieldKind::Text), "The tag, or a list of them.")],
        example: "untag: customer",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Untag { names: tag::read(fields, "untag") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        tag::change(turn, here, &self.names, false)
    }
}
