//! Implements `consent`: the contact gave consent to a topic or withdrew it.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::event::FlowEvent, load::{spec::{FieldSpec, Spec, parts}, step_fields::TriggerFields}};

pub struct Consent {
    /// Topic (or `all`) and whether it was given.
    pub topics: Vec<(String, bool)>,
}

impl Consent {
    /// True for `{all: withdrawn}`: the confirmation for contacts who opt out.
    pub fn is_stop(&self) -> bool {
        self.topics.iter().any(|(topic, given)| topic == "all" && !given)
    }
}

impl TriggerKind for Consent {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "consent",
        summary: "The contact agreed to a topic or withdrew it; `{all: withdrawn}` supplies the words for those who leave.",
        fields: &[FieldSpec::required("consent", parts::CONSENT, "`{topic: given}` or `{topic: withdrawn}`.")],
        example: "consent: {all: withdrawn}",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let topics = match fields.required("consent") {
            Some(node) => crate::steps::consent_map(fields, node),
            None => Vec::new(),
        };
        Consent { topics }
    }

    /// An opt-out starts the flow only by the contact's own message (language.md 8); other statements may also come
    /// from the API.
    fn since(&self) -> MessageAge {
        if self.is_stop() { MessageAge::Now } else { MessageAge::AnyTime }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        match happened {
            FlowEvent::Consent { topic, given } => {
                self.topics.iter().any(|(wanted, how)| wanted == topic && how == given)
            }
            _ => false,
        }
    }

    fn key(&self) -> Option<String> {
        let word = |given: bool| if given { "given" } else { "withdrawn" };
        let all: Vec<String> = self.topics.iter().map(|(topic, given)| format!("{topic} {}", word(*given))).collect();
        Some(format!("consent {}", all.join(" ")))
    }
}
