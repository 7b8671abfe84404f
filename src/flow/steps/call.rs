//! `call`: runs a block or flow and comes back.

use super::StepKind;
use crate::flow::{
    definition::Target,
    spec::{Declared, FieldKind, FieldSpec, Spec},
    step_fields::StepFields,
    text::Data,
    turn::{Failure, Here, Next, Turn},
};
use std::collections::BTreeMap;

pub struct Call {
    pub to: Target,
    /// The inputs of a called flow.
    pub with: Vec<(String, Data)>,
    pub fills: Option<String>,
}

impl StepKind for Call {
    const SPEC: Spec = Spec {
        name: "call",
        summary: "Runs a block or flow and comes back with what it returns.",
        fields: &[
            FieldSpec::required("call", FieldKind::Known(Declared::Target), "A block of this flow, else a flow."),
            FieldSpec::optional("with", FieldKind::MapOf(&FieldKind::Data), "The inputs of a called flow: all that it sees."),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for what it returns."),
        ],
        example: "call: top",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Call { to: fields.target("call"), with: fields.data_map("with"), fills: fields.fills() }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let returns_as = self.fills.clone();
        match &self.to {
            Target::Top => Next::CallBlock { entry: here.flow.entry, returns_as },
            Target::Block { entry, .. } => Next::CallBlock { entry: *entry, returns_as },
            Target::Flow(flow) => {
                let mut with = BTreeMap::new();
                for (name, data) in &self.with {
                    match turn.data(here, data) {
                        Ok(value) => with.insert(name.clone(), value),
                        Err(failure) => return Next::Fail(failure),
                    };
                }
                Next::CallFlow { flow: flow.clone(), with, returns_as }
            }
            Target::Unknown(name) => Next::Fail(Failure::new("unknown_flow", format!("nothing is called `{name}`"))),
        }
    }
}
