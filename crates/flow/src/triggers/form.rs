//! Implements `form`: a submitted form (a WhatsApp Flow).

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::inbound::InboundKind, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Form {
    /// Empty: any form.
    pub names: Vec<String>,
}

impl TriggerKind for Form {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "form",
        summary: "A form that the contact has filled in comes back: `msg.form` holds its answers.",
        fields: &[FieldSpec::required(
            "form",
            super::ANY_OR_NAMES,
            "`any`, or names: the `flow_token` that the form was sent with, up to its first `:`, or the name that the \
             platform gives.",
        )],
        example: "form: visit_request",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        Form { names: super::any_or_names(fields, "form") }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let InboundKind::Form { name, response } = &heard.message.kind else { return None };
        // Meta gives every form the name `flow`; the token in it names the form.
        let token = response.get("flow_token").and_then(|token| token.as_str());
        let own = token.map(|token| token.split(':').next().unwrap_or(token));
        let named = |wanted: &String| [name.as_deref(), token, own].into_iter().flatten().any(|name| name == wanted);
        (self.names.is_empty() || self.names.iter().any(named)).then(|| Fit::of(Strength::Whole(3)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        match heard.message.kind {
            InboundKind::Form { .. } => format!("it is another form than `{}`", self.names.join("`, `")),
            _ => format!("it is no form but {}", heard.kind_in_words()),
        }
    }
}
