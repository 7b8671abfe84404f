//! Implements `event`: an event of a flow or of the API.

use super::{AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Event {
    pub name: String,
}

impl TriggerKind for Event {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "event",
        summary: "An event of an `emit` step or of the API; `event.data` is what is known of it.",
        fields: &[FieldSpec::required("event", FieldKind::Name, "The name of the event.")],
        example: "event: paid",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        Event { name: fields.name("event") }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        matches!(happened, FlowEvent::Event { name, .. } if *name == self.name)
    }
}
