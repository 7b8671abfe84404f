//! Implements `template`: a message that is always an approved template.

use super::StepKind;
use crate::{
    engine::{
        message::{
            delivery_outcome::waits_for_outcome,
            if_closed::{TemplateButton, TemplateChoice, filled},
            template_parts::{TemplateCard, TemplateTop},
        },
        routing::stop_when,
        turn::{Here, Next, Saying, StepFailure, Turn},
    },
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{content::Content, session::Waiting},
};

pub struct Template {
    pub choice: Option<TemplateChoice>,
}

impl StepKind for Template {
    const SPEC: Spec = Spec {
        name: "template",
        summary: "Sends an approved template, whether the window is open or not.",
        fields: &[
            FieldSpec::required("template", FieldKind::Known(Declared::Template), "The template's name."),
            FieldSpec::optional(
                "vars",
                parts::TEMPLATE_VARS,
                "A list for positional parameters, a map for named ones.",
            ),
            FieldSpec::optional(
                "header",
                parts::TEMPLATE_HEADER,
                "The header's text, its file (an address, or `files/…` of the bot), or its place.",
            ),
            FieldSpec::optional(
                "buttons",
                parts::TEMPLATE_BUTTONS,
                "By the template's buttons: an id, `{url: suffix}`, `{code: …}` or `{form: …}`.",
            ),
            FieldSpec::optional("cards", parts::TEMPLATE_CARDS, "Of a carousel, from the left."),
            FieldSpec::optional("offer_ends", FieldKind::Data, "When the offer ends to which it counts down."),
            FieldSpec::default("language", FieldKind::Text, "the contact's", "As the provider spells it."),
            FieldSpec::optional(
                "on_undelivered",
                FieldKind::Steps,
                "What to do when it fails, or has not arrived within its time to live. With it the flow waits here \
                 until the template has arrived.",
            ),
        ],
        example: "template: order_shipped\nvars: [\"48213\"]",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        fields.opt_steps("on_undelivered");
        let Some(names) = fields.required("template") else { return Template { choice: None } };
        let names = names.one_or_many().iter().map(|node| fields.text_of(node)).collect();
        let vars = fields.opt_data("vars");
        let header = fields.node("header").map(|node| TemplateTop::parse(fields, node));
        let language = fields.opt_text("language");
        let cards = fields.list("cards").iter();
        let cards = cards.map(|node| TemplateCard::parse(fields, node)).collect();
        let offer_ends = fields.opt_data("offer_ends");
        let buttons = fields.list("buttons").iter();
        let buttons = buttons.map(|node| TemplateButton::parse(fields, node)).collect();
        Template { choice: Some(TemplateChoice { names, vars, header, buttons, language, cards, offer_ends }) }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let Some(choice) = &self.choice else { return Next::Continue };
        let messages = choice.messages(turn, here, &[]);
        let template = match messages.and_then(|all| all.iter().try_for_each(filled).map(|()| all)) {
            Ok(templates) => templates.into_iter().next(),
            Err(failure) => return Next::Fail(failure),
        };
        let Some(template) = template else {
            return Next::Fail(StepFailure::new("empty_text", "the template's name came out empty"));
        };
        let waits = waits_for_outcome(here);
        let tells = waits || stop_when::sequence_of(turn, here.run).is_some();
        let message =
            turn.say(here, Saying { content: Content::Template(template), if_closed: None, question: false, tells });
        if waits { Next::Park(Waiting::Fate { message }) } else { Next::Continue }
    }
}
