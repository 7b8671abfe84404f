//! Implements `if`: one of two branches.

use super::StepKind;
use crate::{definition::Body, script::Code, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}};

pub struct If {
    pub condition: Code,
    pub then: Body,
    pub otherwise: Body,
}

impl StepKind for If {
    const SPEC: Spec = Spec {
        name: "if",
        summary: "Takes `then` when the condition holds, else `else`.",
        fields: &[
            FieldSpec::required("if", FieldKind::Code, "The condition, in Rhai."),
            FieldSpec::optional("then", FieldKind::Steps, "What to do when it holds."),
            FieldSpec::optional("else", FieldKind::Steps, "What to do when it does not."),
        ],
        example: "if: window.open\nthen:\n  - say: Good to hear from you.",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let condition = fields.code("if");
        let (then, otherwise) = (fields.opt_steps("then"), fields.opt_steps("else"));
        if then.is_none() && otherwise.is_none() && !fields.is_said_elsewhere() {
            let place = fields.place();
            let finding = crate::base::diagnostic::Diagnostic::error("E226", &place, "this `if` does nothing");
            fields.report(finding.help("write what to do under `then:`"));
        }
        let next = fields.next();
        If { condition, then: then.unwrap_or(next), otherwise: otherwise.unwrap_or(next) }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match turn.holds(here, &self.condition, &[]) {
            Ok(true) => Next::Body(self.then),
            Ok(false) => Next::Body(self.otherwise),
            Err(failure) => Next::Fail(failure),
        }
    }
}
