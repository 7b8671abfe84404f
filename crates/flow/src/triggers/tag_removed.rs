//! Implements `tag_removed`: the contact lost a tag.

use super::{AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct TagRemoved {
    /// Empty: any tag.
    pub tags: Vec<String>,
}

impl TriggerKind for TagRemoved {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "tag_removed",
        summary: "The contact lost a tag that it had, by a flow or from outside: `event.data.tag`.",
        fields: &[FieldSpec::required("tag_removed", super::ANY_OR_NAMES, "The tag, a list of them, or `any`.")],
        example: "tag_removed: trial",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        TagRemoved { tags: super::any_or_names(fields, "tag_removed") }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::TagRemoved { tag } if self.tags.is_empty() || self.tags.contains(tag))
    }
}
