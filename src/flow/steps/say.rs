//! `say`: sends one message and goes on.

use super::StepKind;
use crate::{
    flow::{
        message::{Message, shown_buttons},
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
        turn::{Failure, Here, Next, Saying, Turn},
    },
    model::{
        content::Content,
        effect::IfClosed,
        event::Fate,
        session::{OptionShown, Waiting},
    },
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
            FieldSpec::optional("media", FieldKind::Many(&FieldKind::Text), "The address of a picture, film, sound or document, or a list."),
            FieldSpec::optional("buttons", FieldKind::Many(&parts::BUTTON), "At most three: `{id, title, consent}`."),
            FieldSpec::optional("link", parts::LINK, "A button that opens a page: `{title, url}`."),
            FieldSpec::default(
                "if_closed",
                parts::IF_CLOSED,
                "hold",
                "When the window is closed: `{template: NAME}`, `{nudge: NAME}`, `hold`, `skip` or `fail`.",
            ),
        ],
        example: "say: Hello ${contact.first_name ?? \"there\"}!",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Say { message: Message::parse(fields, "say") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        if turn.run(here.run).is_some_and(|run| run.confirms_stop && run.said.is_some()) {
            turn.note_at(here, "after a stop only one confirmation is said");
            return Next::Continue;
        }
        // Only where the author has something to do with it does the run wait for the message's fate.
        let waits = here.node.on_error.is_some() || self.message.fails_when_closed();
        let said = turn
            .sentence(here, &self.message.body, &[])
            .and_then(|body| Ok((body, shown_buttons(turn, here, &self.message.buttons)?)))
            .and_then(|(body, shown)| send(turn, here, &self.message, &body, &shown, false, waits));
        match said {
            Ok(message) if waits => Next::Park(Waiting::Fate { message }),
            Ok(_) => Next::Continue,
            Err(failure) => Next::Fail(failure),
        }
    }
}

/// The step waited for the fate of its message.
pub fn fate(fate: &Fate) -> Option<Next> {
    Some(match fate {
        Fate::Failed { code, text } => Next::Fail(Failure::new(code, text.as_str())),
        Fate::Refused { reason } => Next::Fail(Failure::new(reason.as_str(), "the message was not allowed out")),
        // Kept is not failed: it goes on, and the message follows when it may.
        Fate::Accepted { .. }
        | Fate::Held { .. }
        | Fate::Postponed { .. }
        | Fate::Expired
        | Fate::Unknown
        | Fate::Delivered
        | Fate::Read => Next::Continue,
    })
}

/// Sends the parts of a message and gives the number of the last one, which carries the buttons.
pub fn send(
    turn: &mut Turn<'_>,
    here: Here<'_>,
    message: &Message,
    body: &str,
    shown: &[OptionShown],
    question: bool,
    tells: bool,
) -> Result<u32, Failure> {
    let mut parts = message.contents(turn, here, body, shown)?;
    let if_closed = message.if_closed(turn, here, shown)?;
    let last = parts.pop().unwrap_or(Content::Text { body: body.to_owned() });
    for content in parts {
        // A template stands for the whole message; parts that only belong to it are left out then.
        let part = match &if_closed {
            None => None,
            Some(IfClosed::Hold(span)) => Some(IfClosed::Hold(*span)),
            Some(_) => Some(IfClosed::Skip),
        };
        turn.say(here, Saying { content, if_closed: part, question, tells: false });
    }
    Ok(turn.say(here, Saying { content: last, if_closed, question, tells }))
}
