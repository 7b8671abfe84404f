//! Lets a model write a voice note down before the note is judged (`voice` of `_bot.yaml`). Messages that come meanwhile
//! wait behind it; an opt-out does not.

use super::{handover, route};
use crate::{
    base::limits::{HEARING_TIMEOUT, WAITING_MESSAGES_MAX},
    engine::{loop_guard, question::answering, turn::Turn, window_timers},
    model::{
        answer::AnswerType,
        effect::{CallRequest, Effect, ModelCall, VoiceNote},
        event::{CallError, CallReturn, ConsentWord},
        inbound::{InboundKind, InboundMessage},
        session::{ArrivedMessage, Hearing},
        value::Value,
        window::AnswersAfter,
    },
    steps::llm::told,
};

/// Handles a message or tap as the event `Received` brings it.
pub fn received(turn: &mut Turn<'_>, arrived: ArrivedMessage) {
    if turn.session.hearing.is_some() && !stops(turn, &arrived) {
        return wait(turn, arrived);
    }
    begin(turn, arrived);
}

/// Judges the next message that waited, if the words before it are known. True if there was one.
pub fn go_on(turn: &mut Turn<'_>) -> bool {
    let Some(hearing) = turn.session.hearing.as_mut().filter(|hearing| hearing.call.is_none()) else { return false };
    if hearing.messages.is_empty() {
        turn.session.hearing = None;
        return false;
    }
    let next = hearing.messages.remove(0);
    if hearing.messages.is_empty() {
        turn.session.hearing = None;
    }
    begin(turn, next);
    window_timers::plan_timed(turn);
    true
}

fn begin(turn: &mut Turn<'_>, arrived: ArrivedMessage) {
    let Some(model) = hearer(turn, &arrived) else { return judge(turn, arrived) };
    turn.session.questions += 1;
    let (number, message) = (turn.session.questions, &arrived.message);
    let note = note_of(turn, message);
    let call = ModelCall::of_voice(number, &model, note, HEARING_TIMEOUT);
    turn.note(None, None, format!("a voice note: the model `{model}` writes it down before it is judged"));
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(call.clone()))));
    let behind = turn.session.hearing.take().map(|hearing| hearing.messages).unwrap_or_default();
    let messages = [arrived].into_iter().chain(behind).collect();
    turn.session.hearing = Some(Box::new(Hearing { call: Some(call), messages }));
}

fn judge(turn: &mut Turn<'_>, arrived: ArrivedMessage) {
    let ArrivedMessage { id, message, reply_to, word, .. } = arrived;
    route::received(turn, id, message, reply_to, word);
}

/// The model that writes this message down; `None`: it is judged as it is.
fn hearer(turn: &mut Turn<'_>, arrived: &ArrivedMessage) -> Option<String> {
    let model = turn.live().bot.voice.as_ref()?.model.clone();
    if !arrived.message.kind.is_unheard() || arrived.unheard {
        return None;
    }
    let unread = turn.opted_out.is_some() && turn.live().bot.opt_out.answers_after != AnswersAfter::Bot;
    let why = if unread {
        "the contact has said stop"
    } else if loop_guard::is_reached(turn) {
        "the loop guard is silent"
    } else if wants_sound(turn) {
        "the waiting question takes the recording itself"
    } else {
        return Some(model);
    };
    turn.note(None, None, format!("a voice note that is not written down: {why}"));
    None
}

/// True if the waiting question asks for a file that a voice note is.
fn wants_sound(turn: &Turn<'_>) -> bool {
    let ask = answering::asking(turn).and_then(|run| answering::ask_step(turn, run));
    ask.is_some_and(|(_, ask)| matches!(ask.kind.of, AnswerType::Audio | AnswerType::Media))
}

fn note_of(turn: &Turn<'_>, message: &InboundMessage) -> VoiceNote {
    let (id, url) = match &message.kind {
        InboundKind::Media { id, url, .. } => (id.clone(), url.clone()),
        _ => (None, None),
    };
    // Of `pt-BR` servers take `pt`. Where the language is not known the model finds it.
    let language = turn.contact.language.as_deref().and_then(|language| language.split(['-', '_']).next());
    let language = language.filter(|code| code.len() == 2).map(str::to_owned);
    let length_max = turn.live().bot.voice.as_ref().map(|voice| voice.max).unwrap_or_default();
    VoiceNote { id, url, language, length_max }
}

/// True for an opt-out by a word or a button: it is in force at once, whatever came before it.
fn stops(turn: &Turn<'_>, arrived: &ArrivedMessage) -> bool {
    let by_button = || match &arrived.message.kind {
        InboundKind::Button { id, .. } => turn
            .world
            .token(id)
            .is_some_and(|token| token.consent.iter().any(|(topic, given)| topic == "all" && !given)),
        _ => false,
    };
    arrived.word == Some(ConsentWord::Stop) || by_button()
}

fn wait(turn: &mut Turn<'_>, arrived: ArrivedMessage) {
    turn.note(None, None, "a voice note is being written down: judged behind it");
    match turn.session.hearing.as_mut() {
        Some(hearing) if hearing.messages.len() <= WAITING_MESSAGES_MAX => hearing.messages.push(arrived),
        _ => handover::needs_person(turn, "more messages than can wait for a voice note"),
    }
}

/// Keeps the words; the message is judged in the same turn.
pub fn returned(turn: &mut Turn<'_>, result: Result<CallReturn, CallError>) {
    let heard = match result {
        Ok(CallReturn::Model(reply)) => {
            turn.note(None, None, told(&reply));
            match reply.answer {
                Ok(Value::Text(words)) if !words.trim().is_empty() => Ok(words),
                Ok(_) => Err("`bad_answer`: nothing was heard".to_owned()),
                Err(error) => Err(format!("`{}`: {}", error.kind.as_str(), error.text)),
            }
        }
        Ok(_) => Err("`bad_answer`: the answer is that of another call".to_owned()),
        Err(error) => Err(format!("`{}`: {}", error.code, error.text)),
    };
    keep(turn, heard);
}

/// Asks once more after a restart of the process; a second restart leaves the note unheard.
pub fn restarted(turn: &mut Turn<'_>) {
    let Some(mut call) = turn.session.hearing.as_mut().and_then(|hearing| hearing.call.take()) else { return };
    if !call.ask_after_restart() {
        return keep(turn, Err("the process ended twice while it was written down".to_owned()));
    }
    turn.note(None, None, "the process ended while a voice note was written down: it is asked for once more");
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(call.clone()))));
    if let Some(hearing) = &mut turn.session.hearing {
        hearing.call = Some(call);
    }
}

fn keep(turn: &mut Turn<'_>, words: Result<String, String>) {
    let Some(hearing) = turn.session.hearing.as_mut() else { return };
    hearing.call = None;
    let Some(first) = hearing.messages.first_mut() else { return };
    let id = first.id;
    match words {
        Ok(words) => {
            if let InboundKind::Media { heard, .. } = &mut first.message.kind {
                *heard = Some(words.trim().to_owned());
            }
            let message = Box::new(first.message.clone());
            turn.note(None, None, format!("🎤 heard: {}", shortened(&words)));
            turn.effects.push(Effect::Heard { id, message });
        }
        Err(why) => {
            first.unheard = true;
            turn.note(None, None, format!("🎤 not heard: {why}; it stays a voice note"));
        }
    }
}

/// The beginning of the words, for the trace; the message has all of them.
fn shortened(words: &str) -> String {
    const CHARS: usize = 200;
    let mut shown: String = words.chars().take(CHARS).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    shown
}
