//! `template`: a message that is always an approved template.

use super::StepKind;
use crate::{
    flow::{
        definition::Body,
        fate::waits_for_fate,
        closed::{TemplateButton, TemplateChoice},
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
        turn::{Failure, Here, Next, Saying, Turn},
    },
    model::{content::Content, session::Waiting},
};

pub struct Template {
    pub choice: Option<TemplateChoice>,
    pub on_undelivered: Option<Body>,
}

impl StepKind for Template {
    const SPEC: Spec = Spec {
        name: "template",
        summary: "Sends an approved template, whether the window is open or not.",
        fields: &[
            FieldSpec::required("template", FieldKind::Known(Declared::Template), "The template's name."),
            FieldSpec::optional("vars", parts::TEMPLATE_VARS, "A list for positional parameters, a map for named ones."),
            FieldSpec::optional("header", FieldKind::Text, "The header's text, or its file: an address, or `files/…` of the bot."),
            FieldSpec::optional("buttons", parts::TEMPLATE_BUTTONS, "By the template's buttons: an id, or `{url: suffix}`."),
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
        let on_undelivered = fields.opt_steps("on_undelivered");
        let Some(names) = fields.required("template") else { return Template { choice: None, on_undelivered } };
        let names = names.one_or_many().iter().map(|node| fields.text_of(node)).collect();
        let vars = fields.opt_data("vars");
        let (header, language) = (fields.opt_text("header"), fields.opt_text("language"));
        let buttons = fields.list("buttons").iter();
        let buttons = buttons.map(|node| TemplateButton::parse(fields, node)).collect();
        Template { choice: Some(TemplateChoice { names, vars, header, buttons, language }), on_undelivered }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let Some(choice) = &self.choice else { return Next::Continue };
        let template = match choice.messages(turn, here, &[]) {
            Ok(templates) => templates.into_iter().next(),
            Err(failure) => return Next::Fail(failure),
        };
        let Some(template) = template else {
            return Next::Fail(Failure::new("empty_text", "the template's name came out empty"));
        };
        let waits = waits_for_fate(here);
        let tells = waits || turn.sequence_of(here.run).is_some();
        let message = turn.say(
            here,
            Saying { content: Content::Template(template), if_closed: None, question: false, tells },
        );
        if waits { Next::Park(Waiting::Fate { message }) } else { Next::Continue }
    }
}
