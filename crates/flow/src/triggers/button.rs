//! Implements `button`: a button with this id of a template, an old message or an ad.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Button {
    pub ids: Vec<String>,
}

impl TriggerKind for Button {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "button",
        summary: "A tap on a button with this id, of a template or an old message; open questions need none.",
        fields: &[FieldSpec::required("button", FieldKind::Many(&FieldKind::Name), "The id, or a list of them.")],
        example: "button: track",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("button");
        Button { ids: fields.names_of("button") }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let id = heard.button.as_ref()?;
        self.ids.contains(id).then(|| Fit::of(Strength::Whole(1)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        match &heard.button {
            Some(id) => format!("the button that was tapped is `{id}`"),
            None => "no button was tapped".into(),
        }
    }
}
