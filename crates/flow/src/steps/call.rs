//! Implements `call`: runs a block or flow and returns.

use super::{
    StepKind,
    ask::{Timeout, read_timeout},
};
use crate::{
    definition::Target,
    engine::turn::{Here, Next, StepFailure, Turn},
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    text::Data,
};
use std::collections::BTreeMap;

pub struct Call {
    pub to: Target,
    /// The inputs of a called flow.
    pub with: Vec<(String, Data)>,
    pub fills: Option<String>,
    pub timeout: Option<Timeout>,
}

impl StepKind for Call {
    const SPEC: Spec = Spec {
        name: "call",
        summary: "Runs a block or flow and comes back with what it returns.",
        fields: &[
            FieldSpec::required(
                "call",
                FieldKind::Known(Declared::Target),
                "A block of this flow, else a flow. It comes back at its end or by `return`.",
            ),
            FieldSpec::optional(
                "with",
                FieldKind::MapOf(&FieldKind::Data),
                "The inputs of a called flow: all that it sees.",
            ),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for what it returns."),
            FieldSpec::optional(
                "timeout",
                parts::TIMEOUT,
                "How long it may take in all, with the questions and waits in it.",
            ),
            FieldSpec::optional(
                "on_timeout",
                FieldKind::Steps,
                "What to do when its time is up: what was called ends there, unanswered.",
            ),
        ],
        example: "call: top",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        if fields.node("on_timeout").is_some() {
            // Only the timeout ends a call before its end.
            fields.required("timeout");
        }
        Call {
            to: fields.target("call"),
            with: fields.data_map("with"),
            fills: fields.fills(),
            timeout: read_timeout(fields),
        }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let returns_as = self.fills.clone();
        let until = match self.timeout.as_ref().map(|timeout| timeout.ends(turn, here)).transpose() {
            Ok(until) => until,
            Err(failure) => return Next::Fail(failure),
        };
        match &self.to {
            Target::Top => Next::CallBlock { entry: here.flow.entry, returns_as, until },
            Target::Block { entry, .. } => Next::CallBlock { entry: *entry, returns_as, until },
            Target::Flow(flow) => {
                let mut with = BTreeMap::new();
                for (name, data) in &self.with {
                    match turn.data(here, data) {
                        Ok(value) => with.insert(name.clone(), value),
                        Err(failure) => return Next::Fail(failure),
                    };
                }
                Next::CallFlow { flow: flow.clone(), with, returns_as, until }
            }
            Target::Unknown(name) => {
                Next::Fail(StepFailure::new("unknown_flow", format!("nothing is called `{name}`")))
            }
        }
    }
}
