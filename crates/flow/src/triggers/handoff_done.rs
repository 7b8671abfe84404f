//! Implements `handoff_done`: a person returned the conversation.

use super::{AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct HandoffDone {
    /// `None`: any team.
    pub team: Option<String>,
}

impl TriggerKind for HandoffDone {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "handoff_done",
        summary: "A person gave the conversation back: `handoff.team`, `handoff.agent`, `handoff.flow`.",
        fields: &[FieldSpec::required("handoff_done", FieldKind::Either(&[FieldKind::Word(&["any"]), FieldKind::Known(Declared::Team)]), "The team, or `any`.")],
        example: "handoff_done: any",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let team = fields.required("handoff_done").filter(|node| node.text() != Some("any"));
        HandoffDone { team: team.map(|node| fields.team_of(node)) }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::HandoffDone { team, .. } if self.team.is_none() || self.team == *team)
    }
}
