//! Implements `script`: runs Rhai and stores the result.

use super::StepKind;
use crate::{
    engine::{
        turn::{Here, Next, Turn},
        variables,
    },
    load::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    script::Code,
};

pub struct Script {
    pub code: Option<Code>,
    pub fills: Option<String>,
}

impl StepKind for Script {
    const SPEC: Spec = Spec {
        name: "script",
        summary: "Runs Rhai and keeps what it gives; the files of `scripts/` are modules.",
        fields: &[
            FieldSpec::required("script", FieldKind::Script, "The code; its last expression is what it gives."),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for what it gives."),
        ],
        example: "script: '1 + 2'\nas: three",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let code = fields.required("script").map(|node| fields.script_of(node));
        Script { code, fills: fields.fills() }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let Some(code) = &self.code else { return Next::Continue };
        match turn.eval(here, code, &[]) {
            Ok(value) => {
                variables::keep(turn, here.run, self.fills.as_deref(), value);
                Next::Continue
            }
            Err(failure) => Next::Fail(failure),
        }
    }
}
