//! `go`: jumps to a block or flow and does not come back.

use super::StepKind;
use crate::flow::{
    definition::Target,
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::StepFields,
    turn::{Next, Turn},
};

pub struct Go {
    pub to: Target,
}

impl StepKind for Go {
    const SPEC: Spec = Spec {
        name: "go",
        summary: "Jumps to a block, a flow or `top`, and does not come back.",
        fields: &[FieldSpec::required("go", FieldKind::Name, "A block of this flow, else a flow; `top` is the top of this one.")],
        example: "go: top",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Go { to: fields.target("go") }
    }

    fn run(&self, _turn: &mut Turn<'_>) -> Next {
        Next::Continue
    }
}
