//! Implements `log`: a line in the trace.

use super::StepKind;
use crate::{text::Text, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}};

pub struct Log {
    pub line: Text,
}

impl StepKind for Log {
    const SPEC: Spec = Spec {
        name: "log",
        summary: "Writes a line into the trace; nobody outside sees it.",
        fields: &[FieldSpec::required("log", FieldKind::Text, "The line.")],
        example: "log: asked ${contact.name}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Log { line: fields.text("log") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match turn.render(here, &self.line, &[]) {
            Ok(line) => {
                turn.note_at(here, line);
                Next::Continue
            }
            Err(failure) => Next::Fail(failure),
        }
    }
}
