//! Implements `say`: sends one message and continues.

use super::{StepKind, agent};
use crate::{
    base::diagnostic::Diagnostic,
    engine::{
        message::{
            delivery_outcome::waits_for_outcome,
            parts::{FilledMessage, Message, shown_buttons},
        },
        routing::stop_when,
        turn::{Here, Next, Saying, StepFailure, Turn},
    },
    load::{
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{content::Content, effect::IfClosed, session::Waiting},
};

pub struct Say {
    pub message: Message,
}

impl StepKind for Say {
    const SPEC: Spec = Spec {
        name: "say",
        summary: "Sends one message and goes on.",
        fields: &[
            FieldSpec::required("say", FieldKind::Text, "What to say."),
            FieldSpec::optional(
                "media",
                FieldKind::Many(&FieldKind::Text),
                "A picture, film, sound or document, or a list: an address, or a file of the bot's folder, `files/menu.pdf`.",
            ),
            FieldSpec::optional("buttons", FieldKind::Many(&parts::BUTTON), "At most three: `{id, title, consent}`."),
            FieldSpec::optional(
                "link",
                parts::LINK,
                "A button that opens a page: `{title, url}`. Beside `buttons` or `options` it goes ahead as a message of its own, with its `text` above it.",
            ),
            FieldSpec::optional(
                "place",
                parts::PLACE,
                "A point on the map, as a message of its own: `{latitude, longitude, name, address}`.",
            ),
            FieldSpec::optional(
                "card",
                parts::CARD,
                "A contact card that the customer can save, or a list, as a message of its own: `{name, phone, whatsapp, email, company, title, url}`.",
            ),
            FieldSpec::optional(
                "header",
                FieldKind::Text,
                "A short line above (60 characters), or a file. Without buttons a line in bold.",
            ),
            FieldSpec::optional(
                "footer",
                FieldKind::Text,
                "A short line below (60 characters). Without buttons a line in italics.",
            ),
            FieldSpec::default(
                "if_closed",
                parts::IF_CLOSED,
                "hold",
                "When the window is closed: `{template: NAME}`, `{nudge: NAME}`, `hold`, `skip` or `fail`.",
            ),
            FieldSpec::optional(
                "on_undelivered",
                FieldKind::Steps,
                "What to do when it fails, or has not arrived within its template's time to live (30 days unless the \
                 template says less). With it the flow waits here until the message has arrived.",
            ),
        ],
        example: "say: Hello ${contact.first_name ?? \"there\"}!",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let message = Message::parse(fields, "say");
        let asks = ["options", "as", "type"].into_iter().find_map(|key| fields.entry(key));
        // Two verbs beside each other have a finding.
        if let (Some(entry), false) = (asks, fields.has("ask")) {
            let message = format!("`say` has no key `{}`: it asks nothing", entry.key.text);
            fields.report(Diagnostic::error("E203", &entry.key.place, message).help("write `ask:` instead of `say:`"));
        }
        Say { message }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        if agent::is_outdated(turn, here.run) {
            turn.note_at(here, "a person has talked with the contact meanwhile: it is not said");
            return Next::Continue;
        }
        // The run waits for the outcome of the message only if the author has a handler for it.
        let waits = waits_for_outcome(here) || self.message.fails_when_closed();
        // A sequence is told the outcomes of its messages, without waiting for them.
        let tells = waits || stop_when::sequence_of(turn, here.run).is_some();
        let said = turn
            .sentence(here, &self.message.body, &[])
            .and_then(|body| Ok((body, shown_buttons(turn, here, &self.message.buttons)?)))
            .and_then(|(body, shown)| {
                let worded = FilledMessage { body: &body, shown: &shown, page: 0, asks: false };
                send(turn, here, &self.message, worded, Asking::No { tells })
            });
        match said {
            Ok(message) if waits => Next::Park(Waiting::Fate { message }),
            Ok(_) => Next::Continue,
            Err(failure) => Next::Fail(failure),
        }
    }
}

/// Whether the messages ask a question, and whether the engine needs the outcome of the last one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Question { tells: bool },
    No { tells: bool },
}

/// Sends the parts of a message and returns the number of the last one, which has the buttons.
pub fn send(
    turn: &mut Turn<'_>,
    here: Here<'_>,
    message: &Message,
    worded: FilledMessage<'_>,
    asking: Asking,
) -> Result<u32, StepFailure> {
    let (question, tells) = match asking {
        Asking::Question { tells } => (true, tells),
        Asking::No { tells } => (false, tells),
    };
    let mut parts = message.contents(turn, here, worded)?;
    let if_closed = message.if_closed(turn, here, worded.shown)?;
    let last = parts.pop().unwrap_or(Content::Text { body: worded.body.to_owned() });
    for content in parts {
        // A template replaces the whole message; its other parts are left out then.
        let part = match &if_closed {
            None => None,
            // After a nudge, the whole message is sent when the contact answers.
            Some(IfClosed::Hold(span) | IfClosed::Nudge { hold: span, .. }) => Some(IfClosed::Hold(*span)),
            Some(_) => Some(IfClosed::Skip),
        };
        turn.say(here, Saying { content, if_closed: part, question, tells: false });
    }
    Ok(turn.say(here, Saying { content: last, if_closed, question, tells }))
}
