//! Implements `return`: leaves the called block or flow, and its caller continues.

use super::{StepKind, end};
use crate::{
    engine::{
        turn::{Here, Next, Turn},
        variables,
    },
    load::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    text::Data,
};

pub struct Return {
    /// The value for the caller; `None`: nothing.
    pub gives: Option<Data>,
}

impl StepKind for Return {
    const SPEC: Spec = Spec {
        name: "return",
        summary: "Leaves the called block or flow, and the step below its `call` is next; where nothing was called, the flow ends.",
        fields: &[FieldSpec::optional(
            "return",
            FieldKind::Data,
            "What the caller gets in its `as`, or nothing. Of a flow with `returns` a value for each of its names.",
        )],
        example: "return: {booked: true}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let written = fields.value().is_some_and(|node| !node.is_null());
        Return { gives: if written { fields.opt_data("return") } else { None } }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match self.gives.as_ref().map(|data| turn.data(here, data)).transpose() {
            Err(failure) => Next::Fail(failure),
            Ok(value) if variables::in_block(turn, here.run) => Next::Return(value.unwrap_or_default()),
            Ok(value) => end::given_back(here, value),
        }
    }
}
