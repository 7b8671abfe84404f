//! `tag`: puts a tag on the contact.

use super::StepKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::StepFields,
    text::Text,
    turn::{Failure, Here, Next, Turn},
};

pub struct Tag {
    pub names: Vec<Text>,
}

impl StepKind for Tag {
    const SPEC: Spec = Spec {
        name: "tag",
        summary: "Puts a tag on the contact.",
        fields: &[FieldSpec::required("tag", FieldKind::Many(&FieldKind::Text), "The tag, or a list of them.")],
        example: "tag: customer",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        fields.required("tag");
        Tag { names: fields.texts("tag") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        for name in &self.names {
            let tag = match turn.render(here, name, &[]) {
                Ok(tag) => tag.trim().to_owned(),
                Err(failure) => return Next::Fail(failure),
            };
            if tag.is_empty() {
                return Next::Fail(Failure::new("empty_text", "a tag needs a name"));
            }
            turn.contact_changed |= turn.contact.tags.insert(tag.clone());
        }
        Next::Continue
    }
}
