//! Implements `consent`: records the contact's consent in the ledger.

use super::StepKind;
use crate::{
    engine::{
        routing::opt_out,
        turn::{Here, Next, Turn},
    },
    load::{
        spec::{FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
};

pub struct Consent {
    pub topics: Vec<(String, bool)>,
}

impl StepKind for Consent {
    const SPEC: Spec = Spec {
        name: "consent",
        summary: "Records that the contact agreed to a topic, or withdrew it.",
        fields: &[FieldSpec::required(
            "consent",
            parts::CONSENT,
            "`topic: given` or `topic: withdrawn`; `all: withdrawn` is a stop.",
        )],
        example: "consent: {service: given}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let topics = match fields.required("consent") {
            Some(node) => super::consent_map(fields, node),
            None => Vec::new(),
        };
        Consent { topics }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        for (topic, given) in &self.topics {
            opt_out::record_consent(turn, here.run, topic, *given, &format!("step {}", here.node.id));
        }
        Next::Continue
    }
}
