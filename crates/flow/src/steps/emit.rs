//! Implements `emit`: an event for webhooks, statistics and `event:` triggers.

use super::{StepKind, tag::not_empty};
use crate::{base::blank::is_blank, text::{Data, Text}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{StepFailure, Here, Next, Turn}, model::{effect::Effect, event::FlowEvent, value::Value}};

pub struct Emit {
    pub name: Text,
    pub data: Option<Data>,
}

impl StepKind for Emit {
    const SPEC: Spec = Spec {
        name: "emit",
        summary: "Tells webhooks, statistics and `event:` triggers that something happened.",
        fields: &[
            FieldSpec::required("emit", FieldKind::Text, "The name of the event."),
            FieldSpec::optional("data", FieldKind::Data, "What is known of it: `event.data`."),
        ],
        example: "emit: booked\ndata: {place: Madrid}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let name = fields.text("emit");
        if fields.node("emit").is_some_and(|node| node.scalar().is_some()) {
            not_empty(fields, &name, "an event");
        }
        Emit { name, data: fields.opt_data("data") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let data = self.data.as_ref().map_or(Ok(Value::Nothing), |data| turn.data(here, data));
        match (turn.render(here, &self.name, &[]), data) {
            (Ok(name), Ok(_)) if is_blank(&name) => {
                Next::Fail(StepFailure::new("empty_text", "an event needs a name"))
            }
            (Ok(name), Ok(data)) => {
                let flow = here.flow.name.clone();
                turn.note_at(here, format!("event `{name}`"));
                turn.effects.push(Effect::Emit { flow, name: name.clone(), data: data.clone() });
                turn.emit(FlowEvent::Event { name, data });
                Next::Continue
            }
            (Err(failure), _) | (_, Err(failure)) => Next::Fail(failure),
        }
    }
}
