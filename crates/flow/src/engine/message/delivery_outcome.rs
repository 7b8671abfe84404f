//! Handles the outcomes of messages: for steps that wait for them, for deliveries, and for undelivered messages.

use super::undelivered_limit::is_lost;
use crate::{
    base::{
        limits::{DELIVERY_GRACE, DELIVERY_TTL_DEFAULT},
        time::{Span, Time},
    },
    engine::{
        drive,
        message::{delivery_watch, undelivered_limit},
        question::lifecycle,
        routing::{handover, stop_when},
        timers,
        turn::{Here, Next, StepFailure, Turn},
    },
    model::{
        effect::RunEnd,
        event::{DeliveryOutcome, Reason},
        session::{LastMessage, Waiting},
    },
    steps::agent,
};

/// True if the author has a handler for the outcome of this step's message.
pub fn waits_for_outcome(here: Here<'_>) -> bool {
    here.node.on_error.is_some() || here.node.outline.on_undelivered.is_some()
}

/// The time by which a message that was accepted at `at` should be delivered. An expired message brings no status:
/// Meta's page on time to live says to count from the acceptance and to assume that the message was dropped.
pub fn deliver_by(at: Time, ttl: Option<Span>) -> Time {
    at + ttl.unwrap_or(DELIVERY_TTL_DEFAULT) + DELIVERY_GRACE
}

pub fn delivery(turn: &mut Turn<'_>, message: u32, fate: &DeliveryOutcome) {
    settle_counted(turn, message, fate);
    delivery_watch::news_of_message(turn, message, fate);
    if let DeliveryOutcome::Accepted { at, .. } = fate {
        agent::question_sent(turn, message, *at);
    }
    for run in &mut turn.session.runs {
        if let Some(said) = run.said.as_mut().filter(|said| said.message == message) {
            said.delivered |= matches!(fate, DeliveryOutcome::Delivered | DeliveryOutcome::Read);
            said.read |= matches!(fate, DeliveryOutcome::Read);
        }
    }
    sequence_told(turn, message, fate);
    for number in handover::all_runs(turn) {
        if is_lost(fate) && waits_for(turn, number, message) && undelivered_limit::lost_too_many(turn, number) {
            continue;
        }
        let Some(run) = turn.run(number) else { continue };
        match &run.waiting {
            Waiting::Question(question) if question.message == message => {
                lifecycle::question_fate(turn, number, message, fate)
            }
            Waiting::Fate { message: awaited } if *awaited == message => {
                if let Some(here) = turn.here(number) {
                    let next = next_of(here, message, fate);
                    drive::resume(turn, here, next);
                }
            }
            Waiting::Delivery { message: awaited, read, .. } if *awaited == message => {
                let read = *read;
                delivery_outcome(turn, number, read, fate);
            }
            _ => {}
        }
    }
}

fn waits_for(turn: &Turn<'_>, run: u32, message: u32) -> bool {
    turn.run(run).is_some_and(|run| match &run.waiting {
        Waiting::Question(question) => question.message == message,
        Waiting::Fate { message: awaited } | Waiting::Delivery { message: awaited, .. } => *awaited == message,
        _ => false,
    })
}

/// Handles the outcome of the message whose delivery a run waits for, by `wait: {delivery: …}` or because of
/// `on_undelivered`.
fn delivery_outcome(turn: &mut Turn<'_>, number: u32, read: bool, fate: &DeliveryOutcome) {
    let Some(here) = turn.here(number) else { return };
    match fate {
        DeliveryOutcome::Read => timers::wake(turn, here, Next::Continue),
        DeliveryOutcome::Delivered if !read => timers::wake(turn, here, Next::Continue),
        DeliveryOutcome::Failed { .. } | DeliveryOutcome::Refused { .. } | DeliveryOutcome::Expired => {
            undelivered(turn, number)
        }
        DeliveryOutcome::Accepted { at, ttl, nudge: false, .. } if here.node.outline.on_undelivered.is_some() => {
            let by = deliver_by(*at, *ttl);
            if let Some(Waiting::Delivery { deadline, .. }) = turn.run_mut(number).map(|run| &mut run.waiting) {
                *deadline = Some(by);
            }
        }
        DeliveryOutcome::Delivered
        | DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Held { .. }
        | DeliveryOutcome::Postponed { .. }
        | DeliveryOutcome::Unknown => {}
    }
}

/// Handles an undelivered message: runs the step's `on_undelivered`, or the `on_timeout` of a `wait`, at once or
/// when the run may write again.
pub fn undelivered(turn: &mut Turn<'_>, number: u32) {
    let Some(here) = turn.here(number) else { return };
    if timers::must_be_silent(turn, number) {
        let now = turn.now();
        if let Some(run) = turn.run_mut(number) {
            run.postponed = true;
            if let Waiting::Delivery { deadline, .. } = &mut run.waiting {
                *deadline = Some(now);
            }
        }
        return;
    }
    // A `wait` has the one, a message the other.
    let body = here.node.outline.on_timeout.filter(|_| here.node.outline.verb == "wait");
    let body = body.or(here.node.outline.on_undelivered);
    turn.note_at(here, "its message has not arrived");
    lifecycle::time_out(turn, here, body);
}

/// Ends a sequence if one of its messages cannot be sent now or ever, unless its step has a handler for that. A
/// message that is left out by `skip` does not end it.
fn sequence_told(turn: &mut Turn<'_>, message: u32, fate: &DeliveryOutcome) {
    let why = match fate {
        DeliveryOutcome::Postponed { reason: Reason::TemplateUnusable, .. } => Reason::TemplateUnusable.as_str(),
        DeliveryOutcome::Refused {
            reason: why @ (Reason::TemplateUnusable | Reason::OptedOut | Reason::NoConsent | Reason::Undeliverable),
        } => why.as_str(),
        DeliveryOutcome::Failed { .. } => RunEnd::Undelivered.as_str(),
        DeliveryOutcome::Expired => Reason::WindowClosed.as_str(),
        _ => return,
    };
    for number in handover::all_runs(turn) {
        let is_its_newest = |said: LastMessage| said.message == message;
        let told = turn.run(number).is_some_and(|run| !run.stopped && run.said.is_some_and(is_its_newest));
        if !told || waits_for(turn, number, message) {
            continue;
        }
        if let Some(flow) = stop_when::sequence_of(turn, number) {
            stop_when::stop_run(turn, number, flow, why);
            drive::run_steps(turn, number);
        }
    }
}

/// Decides whether a counted start stays counted, by the outcome of its message.
fn settle_counted(turn: &mut Turn<'_>, message: u32, fate: &DeliveryOutcome) {
    let open = turn.session.counted.iter().position(|counted| counted.open.contains(&message));
    let Some(place) = open else { return };
    match fate {
        DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Unknown
        | DeliveryOutcome::Delivered
        | DeliveryOutcome::Read => {
            turn.session.counted.remove(place);
        }
        DeliveryOutcome::Expired | DeliveryOutcome::Refused { .. } | DeliveryOutcome::Failed { .. } => {
            turn.session.counted[place].open.retain(|open| *open != message);
            drive::give_back_starts(turn);
        }
        DeliveryOutcome::Held { .. } | DeliveryOutcome::Postponed { .. } => {}
    }
}

/// The continuation of a step that waited for the outcome of its message.
fn next_of(here: Here<'_>, message: u32, fate: &DeliveryOutcome) -> Next {
    let undelivered = here.node.outline.on_undelivered;
    let until_there = |deadline| match undelivered {
        Some(_) => Next::Park(Waiting::Delivery { message, read: false, deadline }),
        None => Next::Continue,
    };
    // A refusal is an error if the author handles errors; otherwise the message counts as undelivered.
    let failed = |failure| match undelivered.filter(|_| here.node.on_error.is_none()) {
        Some(body) => Next::Body(body),
        None => Next::Fail(failure),
    };
    match fate {
        DeliveryOutcome::Failed { code, text } => failed(StepFailure::new(code, text.as_str())),
        DeliveryOutcome::Refused { reason } => {
            failed(StepFailure::new(reason.as_str(), "the message was not allowed out"))
        }
        DeliveryOutcome::Expired => undelivered.map_or(Next::Continue, Next::Body),
        DeliveryOutcome::Accepted { at, ttl, nudge: false, .. } => until_there(Some(deliver_by(*at, *ttl))),
        // A held message has not failed: the run continues, and the message is sent when it may be. If the step handles
        // undelivered messages, its delivery is followed from the moment it is sent.
        DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Held { .. }
        | DeliveryOutcome::Postponed { .. }
        | DeliveryOutcome::Unknown => until_there(None),
        DeliveryOutcome::Delivered | DeliveryOutcome::Read => Next::Continue,
    }
}
