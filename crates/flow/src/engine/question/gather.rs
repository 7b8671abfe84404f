//! Implements `gather` of a question: several messages of a contact become one answer.

use crate::{
    base::{limits::GATHERED_CHARS_MAX, time::Time},
    engine::{question::answering, routing::choose::RoutedMessage, turn::Turn},
    model::{answer, effect::Effect, inbound::InboundKind, session::Gathering},
};

/// Adds a text to the answer that is being gathered. `false`: this question does not gather.
pub fn gather(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some((here, ask)) = answering::ask_step(turn, run) else { return false };
    let (Some(span), Some(body)) = (ask.gather, heard.message.kind.own_words()) else { return false };
    let now = turn.now();
    let Some(question) = answering::question_mut(turn, run).filter(|question| question.left) else { return false };
    let mut message = heard.message.clone();
    let until = match question.gathering.take() {
        Some(before) => {
            if let Some(first) = before.message.kind.own_words() {
                message.kind = InboundKind::Text { body: format!("{first}\n{body}") };
            }
            before.until
        }
        None => now + span,
    };
    let full = message.kind.own_words().is_some_and(|body| body.chars().count() >= GATHERED_CHARS_MAX);
    question.gathering = Some(Box::new(Gathering { message, until: if full { now } else { until } }));
    turn.note_at(here, "gathered: the answer may go on in the next message");
    if full {
        gathered(turn, run);
    }
    true
}

/// Ends the gathering: the texts count as one message.
pub fn gathered(turn: &mut Turn<'_>, run: u32) {
    let Some(gathering) = answering::question_mut(turn, run).and_then(|question| question.gathering.take()) else {
        return;
    };
    let before: Option<Time> = turn.session.heard_at;
    let language = turn.contact.language.clone();
    let heard = RoutedMessage::new(&gathering.message, turn, language.as_deref(), before);
    let effects = turn.effects.len();
    if !answering::answer_as_text(turn, run, &heard) {
        answering::bad_answer(turn, run, &heard);
    }
    if turn.effects[effects..].iter().any(|effect| matches!(effect, Effect::Send(_))) {
        turn.session.answered.push(turn.now());
    }
}

/// Ends the gathering because of a tap or a file: the gathered text is the answer, and the tap or file is handled
/// after it.
pub fn end_gathering(turn: &mut Turn<'_>, heard: &RoutedMessage<'_>) {
    let kind = &heard.message.kind;
    if kind.own_words().is_some() || !answer::says_something(kind) {
        return;
    }
    if let Some(run) =
        answering::asking(turn).filter(|run| answering::question(turn, *run).is_some_and(|q| q.gathering.is_some()))
    {
        gathered(turn, run);
    }
}
