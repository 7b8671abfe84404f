//! Implements `referral`: a message from an advertisement.

use super::{MessageAge, TriggerKind};
use crate::{model::{inbound, matching}, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Referral {
    /// Empty: any advertisement.
    pub wanted: Vec<String>,
}

impl TriggerKind for Referral {
    const SPEC: Spec = Spec {
        name: "referral",
        summary: "The contact comes from an advertisement: `msg.referral.id`, `.headline`, `.body`, `.url`, `.click_id`.",
        fields: &[FieldSpec::required(
            "referral",
            super::ANY_OR_NAMES,
            "`any`, or a list of ids of advertisements, and of texts that stand in the headline or text of one.",
        )],
        example: "referral: any",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        Referral { wanted: super::any_or_names(fields, "referral") }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        let referral = heard.message.referral.as_ref()?;
        let fits = self.wanted.is_empty() || self.wanted.iter().any(|wanted| is(referral, wanted));
        fits.then(|| Fit::of(Strength::Whole(2)))
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        match &heard.message.referral {
            Some(_) => format!("it comes from another advertisement than `{}`", self.wanted.join("`, `")),
            None => "it comes from no advertisement".into(),
        }
    }
}

fn is(referral: &inbound::Referral, wanted: &str) -> bool {
    let text = matching::fold(wanted);
    let says = |said: &Option<String>| said.as_deref().is_some_and(|said| matching::has_word(&matching::fold(said), &text));
    referral.source_id.as_deref() == Some(wanted) || says(&referral.headline) || says(&referral.body)
}
