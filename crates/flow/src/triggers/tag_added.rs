//! Implements `tag_added`: the contact got a tag.

use super::{AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct TagAdded {
    /// Empty: any tag.
    pub tags: Vec<String>,
}

impl TriggerKind for TagAdded {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "tag_added",
        summary: "The contact got a tag that it did not have, by a flow or from outside: `event.data.tag`.",
        fields: &[FieldSpec::required("tag_added", super::ANY_OR_NAMES, "The tag, a list of them, or `any`.")],
        example: "tag_added: customer",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        TagAdded { tags: super::any_or_names(fields, "tag_added") }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::TagAdded { tag } if self.tags.is_empty() || self.tags.contains(tag))
    }
}
