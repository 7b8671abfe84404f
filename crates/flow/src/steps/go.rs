//! Implements `go`: jumps to a block or flow and does not return.

use super::StepKind;
use crate::{definition::Target, load::{spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{StepFailure, Here, Next, Turn}};

pub struct Go {
    pub to: Target,
}

impl StepKind for Go {
    const SPEC: Spec = Spec {
        name: "go",
        summary: "Jumps to a block, a flow or `top`, and does not come back.",
        fields: &[FieldSpec::required("go", FieldKind::Known(Declared::Target), "A block of this flow, else a flow; `top` is the top of this one.")],
        example: "go: top",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Go { to: fields.target("go") }
    }

    fn run<'a>(&self, _turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match &self.to {
            Target::Top => Next::Jump(here.flow.entry),
            Target::Block { entry, .. } => Next::Jump(*entry),
            Target::Flow(flow) => Next::Go(flow.clone()),
            Target::Unknown(name) => Next::Fail(StepFailure::new("unknown_flow", format!("nothing is called `{name}`"))),
        }
    }
}
