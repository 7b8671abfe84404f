//! Implements `gather` of a trigger: several messages in a row, before any flow runs, count as one.

use super::choose::{Choice, RoutedMessage};
use crate::{
    base::limits::GATHERED_CHARS_MAX,
    engine::{
        question::answering,
        routing::{choose, meaning::Arrival, route},
        turn::Turn,
    },
    model::{
        consent_words,
        inbound::{InboundKind, InboundMessage},
        session::{WaitingMessage, WaitingWelcome},
    },
};

/// True if the trigger waits for more messages before its flow starts; false if the flow starts at once.
pub fn opens_burst<'a>(turn: &mut Turn<'a>, choice: &Choice<'a>, heard: &RoutedMessage<'_>) -> bool {
    let (Some(id), Some(span)) = (heard.may_gather, choice.trigger.kind.gather()) else { return false };
    if heard.message.kind.own_words().is_none() {
        return false;
    }
    let until = turn.now() + span;
    turn.note(
        None,
        None,
        format!("gathered: `{}` starts in {span}, with what is written until then", choice.flow.name),
    );
    let (message, heard_before) = (heard.message.clone(), heard.heard_before);
    turn.session.welcome = Some(Box::new(WaitingWelcome { id, message, heard_before, until }));
    true
}

/// As `opens_burst`, for the flow that would start if no model found a meaning.
pub fn joins_more<'a>(turn: &mut Turn<'a>, fitting: &[Choice<'a>], heard: &RoutedMessage<'_>) -> bool {
    let starts = |choice: &&Choice<'a>| {
        let may = || choose::may_start(turn, choice.flow, choice.trigger, &choice.inputs, heard, false);
        choice.strength.level() == 11 && may().is_ok()
    };
    fitting.iter().find(starts).cloned().is_some_and(|choice| opens_burst(turn, &choice, heard))
}

/// True if the text continues the gathered message: no question waits for it, and it is not a keyword itself.
pub fn joins(turn: &mut Turn<'_>, message: &InboundMessage) -> bool {
    let Some(body) = message.kind.own_words() else { return false };
    if answering::asking(turn).is_some() {
        return false;
    }
    let opt_out = &turn.live().bot.opt_out;
    if consent_words::recognise(body, &opt_out.extra_words()).is_some() {
        return false;
    }
    let language = turn.contact.language.clone();
    let heard = RoutedMessage::new(message, turn, language.as_deref(), turn.session.heard_at);
    let fitting = choose::fitting(turn, &heard);
    choose::pick(turn, &fitting, &heard, 7, false).is_none() && choose::pick(turn, &fitting, &heard, 9, false).is_none()
}

/// Adds a text, as `gather` of a question does: the time counts from the first text, and too long a text ends it.
pub fn join_burst(turn: &mut Turn<'_>, mut burst: WaitingWelcome, message: &InboundMessage) {
    if let (Some(first), Some(body)) = (burst.message.kind.own_words(), message.kind.own_words()) {
        burst.message.kind = InboundKind::Text { body: format!("{first}\n{body}") };
    }
    if burst.message.referral.is_none() {
        burst.message.referral.clone_from(&message.referral);
    }
    turn.note(None, None, "gathered: it goes on with the message before it");
    let full = burst.message.kind.own_words().is_some_and(|body| body.chars().count() >= GATHERED_CHARS_MAX);
    match full {
        true => burst_over(turn, burst),
        false => turn.session.welcome = Some(Box::new(burst)),
    }
}

/// Ends the gathering: the texts count as one message.
pub fn burst_over(turn: &mut Turn<'_>, burst: WaitingWelcome) {
    let WaitingWelcome { id, message, heard_before, .. } = burst;
    if turn.session.is_in_call() {
        return route::wait_for_call(turn, WaitingMessage::new(id, message, None, heard_before));
    }
    let language = turn.contact.language.clone();
    let heard = RoutedMessage::new(&message, turn, language.as_deref(), heard_before);
    route::weigh(turn, heard, Arrival { id, reply_to: None }, None, false);
}
