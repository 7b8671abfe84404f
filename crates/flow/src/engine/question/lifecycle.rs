//! Handles a waiting question: repeats it, and handles the outcome of its message, its reminders and its deadlines.

use crate::{
    base::time::{Span, Time},
    definition::Body,
    engine::{
        drive,
        message::{delivery_outcome::deliver_by, if_closed::WrittenIfClosed},
        question::answering,
        timers,
        turn::{Here, Next, Saying, StepFailure, Turn},
    },
    model::{
        content::Content,
        effect::RunEnd,
        event::DeliveryOutcome,
        session::{Question, Run, Waiting},
    },
    steps::{Step, ask::Ask},
};

/// Repeats the waiting question, after an aside or a tap on an old button. The deadline and the number of bad
/// answers stay. A reminder that is due is skipped, because the repetition replaces it; a question whose time is up
/// is not repeated.
pub fn ask_again(turn: &mut Turn<'_>, run: u32, asked_for: Option<Time>) {
    let Some((here, ask)) = answering::ask_step(turn, run) else { return };
    let now = turn.now();
    let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
    let called_until = turn.run(run).and_then(Run::called_until);
    let open = |question: &&mut Question| question.left && !due(question.deadline) && !due(called_until);
    let Some(question) = answering::question_mut(turn, run).filter(open) else { return };
    while due(question.remind_at) {
        question.reminders_sent += 1;
        question.remind_at = question.left_at.and_then(|at| ask.remind_at(question.reminders_sent, at));
    }
    let own = turn.run(run).and_then(|run| run.asked_for);
    if let Some(run) = turn.run_mut(run) {
        run.asked_for = asked_for.or(own);
    }
    let asked = turn.sentence(here, &ask.message.body, &[]).and_then(|body| answering::repeat(turn, here, ask, &body));
    if let Err(failure) = asked {
        turn.note_at(here, failure.text);
    }
    if let Some(run) = turn.run_mut(run) {
        run.asked_for = own;
    }
}

/// True if only an opt-out interrupts the question or talk: by the `protect` of the step, else of the flow.
pub fn is_protected(turn: &Turn<'_>, run: u32) -> bool {
    let Some(here) = turn.here(run) else { return false };
    match &here.node.step {
        Step::Ask(ask) => ask.protect.unwrap_or(here.flow.protect),
        Step::Agent(agent) => agent.protect.unwrap_or(here.flow.protect),
        _ => false,
    }
}

/// Handles the outcome of the question's message.
pub fn question_fate(turn: &mut Turn<'_>, run: u32, message: u32, fate: &DeliveryOutcome) {
    let now = turn.now();
    let Some((here, ask)) = answering::ask_step(turn, run) else { return };
    let Some(question) = answering::question_mut(turn, run).filter(|question| question.message == message) else {
        return;
    };
    match fate {
        DeliveryOutcome::Accepted { nudge, at, ttl, words, .. } => {
            template_asks(turn, run, words);
            match (nudge, answering::question_mut(turn, run)) {
                (true, Some(question)) => {
                    question.left = false;
                    question.nudged = true;
                }
                _ => question_left(turn, here, ask, *at, *ttl),
            }
        }
        DeliveryOutcome::Unknown => question_left(turn, here, ask, now, None),
        DeliveryOutcome::Held { .. } | DeliveryOutcome::Postponed { .. } => {
            question.left = false;
            // The failure may come after the acceptance: nobody saw the question, so its time has not begun. A
            // moment that the author wrote as the deadline stays.
            if question.timeout.is_some() {
                question.deadline = None;
            }
            question.remind_at = None;
            question.deliver_by = None;
        }
        DeliveryOutcome::Delivered | DeliveryOutcome::Read => question.deliver_by = None,
        DeliveryOutcome::Expired => {
            // The deadline has passed, as if the question had been sent and nobody had answered.
            question.deadline = Some(now);
            timers::run_due(turn, run);
        }
        DeliveryOutcome::Refused { reason } => {
            turn.note_at(here, format!("the question was not allowed out: {}", reason.as_str()));
            drive::end_run(turn, run, RunEnd::Refused);
        }
        DeliveryOutcome::Failed { code, text } => {
            question.left = true;
            // A failure after the provider accepted the message means that it was not delivered.
            let accepted = question.left_at.is_some();
            match (here.node.outline.on_undelivered, here.node.on_error) {
                (Some(_), None) => question_undelivered(turn, run),
                (Some(_), Some(_)) | (None, None) if accepted => question_undelivered(turn, run),
                _ => drive::resume(turn, here, Next::Fail(StepFailure::new(code, text.as_str()))),
            }
        }
    }
}

/// Stores the texts on the buttons of the template that replaces the question: they may differ from the options,
/// and people answer with what they read.
fn template_asks(turn: &mut Turn<'_>, run: u32, words: &[(String, String)]) {
    let world = turn.world;
    let Some(question) = answering::question_mut(turn, run) else { return };
    for (payload, title) in words {
        let Some(token) = world.token(payload) else { continue };
        if let Some(option) = question.options.iter().find(|option| token.means(&option.id))
            && option.title != *title
        {
            question.template_titles.insert(option.id.clone(), title.clone());
        }
    }
}

/// Starts the deadlines, because the question was sent.
fn question_left(turn: &mut Turn<'_>, here: Here<'_>, ask: &Ask, at: Time, ttl: Option<Span>) {
    let Some(question) = answering::question_mut(turn, here.run) else { return };
    question.left = true;
    question.nudged = false;
    question.left_at = Some(at);
    if let Some(span) = question.timeout {
        question.deadline = Some(at + span);
    }
    question.remind_at = ask.remind_at(question.reminders_sent, at);
    question.deliver_by = here.node.outline.on_undelivered.map(|_| deliver_by(at, ttl));
}

/// The question was not delivered: runs its `on_undelivered`, or ends the run, because nobody can answer it.
pub fn question_undelivered(turn: &mut Turn<'_>, run: u32) {
    let Some((here, _)) = answering::ask_step(turn, run) else { return };
    turn.note_at(here, "the question has not arrived");
    let left_at = answering::question(turn, run).and_then(|question| question.left_at);
    if let Some(at) = left_at.filter(|_| turn.run(run).is_some_and(|run| run.asked_for.is_none())) {
        give_back_unasked(turn, &here.flow.topic, at);
    }
    match here.node.outline.on_undelivered.filter(|_| !timers::must_be_silent(turn, run)) {
        None => drive::end_run(turn, run, RunEnd::Undelivered),
        Some(body) => {
            answering::leave_question(turn, run);
            if let Some(run) = turn.run_mut(run) {
                run.asked_for = None;
            }
            drive::resume(turn, here, Next::Body(body));
        }
    }
}

/// An undelivered message does not count towards the topic's cap.
fn give_back_unasked(turn: &mut Turn<'_>, topic: &str, at: Time) {
    let Some(stamps) = turn.contact.unasked.get_mut(topic) else { return };
    let newest = stamps.iter().rposition(|stamp| *stamp <= at);
    if let Some(place) = newest {
        stamps.remove(place);
        turn.contact_changed = true;
    }
}

/// Sends a reminder that is due.
pub fn remind(turn: &mut Turn<'_>, run: u32) {
    let Some((here, ask)) = answering::ask_step(turn, run) else { return };
    let Some(question) = answering::question_mut(turn, run) else { return };
    let sent = question.reminders_sent;
    question.reminders_sent += 1;
    question.remind_at = question.left_at.and_then(|at| ask.remind_at(sent + 1, at));
    let shown = question.options.clone();
    let Some(reminder) = ask.remind.get(sent as usize) else { return };
    let said = turn.sentence(here, &reminder.say, &[]).and_then(|body| {
        let if_closed = reminder.if_closed.as_ref().map(|way: &WrittenIfClosed| way.resolve(turn, here, &shown));
        let (content, if_closed) = (Content::Text { body }, if_closed.transpose()?);
        Ok(turn.say(here, Saying { content, if_closed, question: true, tells: false }))
    });
    match said {
        Ok(number) => {
            if let Some(question) = answering::question_mut(turn, run) {
                question.reminder = Some(number);
                question.messages.push(number);
            }
        }
        Err(failure) => turn.note_at(here, failure.text),
    }
}

/// Nobody answered in time: runs `on_timeout`, or ends the run with its `on_expire`.
pub fn time_out<'a>(turn: &mut Turn<'a>, here: Here<'a>, on_timeout: Option<Body>) {
    let run = here.run;
    answering::leave_question(turn, run);
    turn.note_at(here, "time is up");
    if let Some(body) = on_timeout {
        drive::resume(turn, here, Next::Body(body));
        return;
    }
    let set = here.set;
    let frames = turn.run(run).map(|run| run.frames.clone()).unwrap_or_default();
    let with_steps = frames.iter().rev().filter(|frame| frame.vars.is_some()).find_map(|frame| {
        let flow = set.any_flow(&frame.flow)?;
        Some((frame, flow, flow.on_expire?))
    });
    let Some((frame, flow, Body(Some(entry)))) = with_steps else {
        drive::end_run(turn, run, RunEnd::Expired);
        return;
    };
    let mut frame = frame.clone();
    frame.at = Some(flow.node(entry).id.clone());
    // The frame is now the first one: no caller waits for it.
    (frame.returns_as, frame.until) = (None, None);
    if let Some(run) = turn.run_mut(run) {
        run.frames = vec![frame];
        run.expired = true;
        run.handing = None;
        run.waiting = Waiting::Ready;
    }
    drive::run_steps(turn, run);
}
