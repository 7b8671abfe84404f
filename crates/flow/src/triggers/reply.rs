//! Implements `reply`, in `stop_when`: any message of the contact.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::answer, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Reply;

impl TriggerKind for Reply {
    const STANDS: AllowedIn = AllowedIn::Stop;
    const SPEC: Spec = Spec {
        name: "reply",
        summary: "In `stop_when`: the contact writes, taps or sends anything that is no answer to this run's own question.",
        fields: &[FieldSpec::required("reply", FieldKind::True, "Always `true`.")],
        example: "reply: true",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        super::only_true(fields, "reply");
        Reply
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        answer::says_something(&heard.message.kind).then(|| Fit::of(Strength::Any))
    }
}
