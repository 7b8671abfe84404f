//! Implements `handed_over`, in `stop_when`: a person now has the conversation.

use super::{AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct HandedOver {
    /// `None`: any team.
    pub team: Option<String>,
}

impl TriggerKind for HandedOver {
    const STANDS: AllowedIn = AllowedIn::Stop;
    const SPEC: Spec = Spec {
        name: "handed_over",
        summary: "In `stop_when`: a person took the conversation over, by a hand-off of another run, from the phone app or by the API.",
        fields: &[FieldSpec::required(
            "handed_over",
            FieldKind::Either(&[FieldKind::Word(&["any"]), FieldKind::Known(Declared::Team)]),
            "The team, or `any`.",
        )],
        example: "handed_over: any",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let team = fields.required("handed_over").filter(|node| node.text() != Some("any"));
        HandedOver { team: team.map(|node| fields.team_of(node)) }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::HandedOver { team } if self.team.is_none() || self.team == *team)
    }
}
