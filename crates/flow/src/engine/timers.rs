//! Handles the passing of time (time-outs, reminders, waits, retries) and the outcomes of messages.

use super::turn::{Here, Next, Turn};
use crate::{
    base::time::Time,
    definition::IfBusy,
    engine::{
        drive,
        message::delivery_outcome,
        paused,
        question::{answering, gather, lifecycle},
        routing::{handover, hearing, meaning, stop_when, suggestion, summary},
        version_change, window_timers,
    },
    model::{
        effect::{CallRequest, ModelCall, NO_RUN, RunEnd},
        event::{CallError, CallReturn},
        session::{CallWait, Run, Waiting},
    },
    steps::{
        Step, agent, llm,
        wait::{self, WaitFor},
    },
};

/// Runs everything that is due, the oldest run first.
pub fn tick(turn: &mut Turn<'_>) {
    handover::person_due(turn);
    window_timers::welcome_due(turn);
    window_timers::timed_due(turn);
    for run in handover::all_runs(turn) {
        run_due(turn, run);
    }
}

/// Runs one run, if something of it is due.
pub(crate) fn run_due(turn: &mut Turn<'_>, number: u32) {
    let now = turn.now();
    let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
    let Some(run) = turn.run(number).filter(|run| !turn.session.reads_answer_of(run)) else { return };
    let (timed_out, reminder) = match &run.waiting {
        Waiting::Question(question) => match &question.gathering {
            Some(gathering) => (due(Some(gathering.until)), false),
            None => (due(question.deadline), due(question.remind_at) || due(question.deliver_by)),
        },
        Waiting::Reply { deadline }
        | Waiting::Event { deadline, .. }
        | Waiting::Delivery { deadline, .. }
        | Waiting::Person { deadline } => (due(*deadline), false),
        Waiting::Agent { deadline, think_at } => (due(*deadline) && think_at.is_none(), due(*think_at)),
        Waiting::Until { at, .. } => (due(Some(*at)), false),
        Waiting::Call(call) => (due(call.retry_at), false),
        Waiting::Ready | Waiting::Fate { .. } => (false, false),
    };
    let thinks_long = due(run.patience_at());
    let called = due(run.called_until()) && !paused::call_stands_still(turn, number);
    if thinks_long && !called {
        return agent::say_patience(turn, number);
    }
    if !called && !timed_out && !reminder {
        return;
    }
    let Some(waiting) = turn.run(number).map(|run| run.waiting.clone()) else { return };
    if !called && paused::stands_still(turn, number) {
        return;
    }
    if stop_when::stop_meanwhile(turn, number) {
        return drive::run_steps(turn, number);
    }
    if version_change::must_restart(turn, number) && !must_be_silent(turn, number) {
        return version_change::restart_run(turn, number, None);
    }
    let Some(here) = turn.here(number) else {
        return drive::give_up(turn, number, "the step it waited at is no longer there");
    };
    if must_be_silent(turn, number) {
        if called {
            wait_no_longer(turn, number);
        }
        return due_in_silence(turn, number, &waiting, timed_out || called);
    }
    if called {
        return call_took_too_long(turn, number);
    }
    match waiting {
        Waiting::Question(question) if question.gathering.is_some() => gather::gathered(turn, number),
        Waiting::Question(question) if !timed_out && due(question.deliver_by) => {
            lifecycle::question_undelivered(turn, number)
        }
        Waiting::Question(_) if !timed_out => lifecycle::remind(turn, number),
        Waiting::Question(_) => {
            lifecycle::time_out(turn, here, here.node.outline.on_timeout);
        }
        Waiting::Delivery { .. } => delivery_outcome::undelivered(turn, number),
        Waiting::Agent { deadline, .. } if !timed_out => {
            // The texts are complete: `agent::think_on` asks the model about them.
            if let Some(run) = turn.run_mut(number) {
                run.waiting = Waiting::Agent { deadline, think_at: None };
            }
        }
        Waiting::Reply { .. } | Waiting::Agent { .. } | Waiting::Event { .. } => {
            lifecycle::time_out(turn, here, here.node.outline.on_timeout);
        }
        Waiting::Person { .. } => person_took_too_long(turn, here),
        Waiting::Until { .. } => until_over(turn, here),
        Waiting::Call(call) => {
            let next = match &here.node.step {
                Step::Http(http) => http.again(turn, *call),
                Step::Agent(agent) => agent.http_again(turn, here, *call),
                _ => return,
            };
            drive::resume(turn, here, next);
        }
        Waiting::Ready | Waiting::Fate { .. } => {}
    }
}

/// Ends the wait of a run as if its time had passed: a wait continues, a question times out. A running call or a
/// message that is being sent is waited for nevertheless.
pub fn end_wait(turn: &mut Turn<'_>, number: u32) {
    let now = turn.now();
    let Some(run) = turn.run_mut(number) else { return };
    match &mut run.waiting {
        Waiting::Question(question) => match &mut question.gathering {
            Some(gathering) => gathering.until = now,
            None => question.deadline = Some(now),
        },
        Waiting::Reply { deadline }
        | Waiting::Event { deadline, .. }
        | Waiting::Delivery { deadline, .. }
        | Waiting::Person { deadline } => *deadline = Some(now),
        Waiting::Agent { deadline, think_at } => match think_at {
            Some(at) => *at = now,
            None => *deadline = Some(now),
        },
        Waiting::Until { at, rest } => (*at, *rest) = (now, None),
        Waiting::Call(call) if call.retry_at.is_some() => call.retry_at = Some(now),
        Waiting::Call(_) | Waiting::Ready | Waiting::Fate { .. } => return,
    }
    turn.note(Some(number), None, "somebody ended what it waited for");
    run_due(turn, number);
}

/// True if the run must not write: a person has the conversation and this run did not hand it over, or another run
/// asks, or waits in the middle of its steps for the outcome of its own message and may ask next.
pub fn must_be_silent(turn: &Turn<'_>, number: u32) -> bool {
    let person = turn.session.person.as_ref();
    let speaks = |run: &Run| run.number != number && matches!(run.waiting, Waiting::Fate { .. });
    let is_taken = || {
        let asks = answering::asking(turn).is_some_and(|asking| asking != number);
        asks || turn.session.runs.iter().any(speaks)
    };
    let others = !is_parallel(turn, number) && is_taken();
    person.is_some_and(|person| person.run != Some(number)) || others
}

/// True if the flow may write beside a waiting question.
fn is_parallel(turn: &Turn<'_>, number: u32) -> bool {
    let flow = turn.run(number).and_then(|run| turn.set_of(number).any_flow(&run.flow));
    flow.is_some_and(|flow| flow.if_busy == Some(IfBusy::Parallel))
}

/// Handles a due run that must not write. While a person has the conversation, there is no reminder, a time-out
/// ends the run without a message, and a wait is postponed. While another run asks, everything is postponed.
fn due_in_silence(turn: &mut Turn<'_>, number: u32, waiting: &Waiting, timed_out: bool) {
    let with_person = turn.session.person.is_some();
    match waiting {
        Waiting::Question(_) if with_person && !timed_out => {
            if let Some(question) = answering::question_mut(turn, number) {
                question.remind_at = None;
                question.deliver_by = None;
            }
        }
        // The contact has answered: the gathered texts are handled when the bot has the conversation again.
        Waiting::Question(question) if question.gathering.is_some() => postpone(turn, number),
        // The person answers the texts that waited.
        Waiting::Agent { deadline, .. } if with_person && !timed_out => {
            if let Some(run) = turn.run_mut(number) {
                run.waiting = Waiting::Agent { deadline: *deadline, think_at: None };
            }
        }
        Waiting::Question(_) | Waiting::Reply { .. } | Waiting::Agent { .. } if with_person => {
            drive::end_run(turn, number, RunEnd::Expired);
        }
        _ => postpone(turn, number),
    }
}

fn postpone(turn: &mut Turn<'_>, number: u32) {
    if let Some(run) = turn.run_mut(number) {
        run.postponed = true;
    }
}

/// Continues the runs that waited until no other one asks.
pub fn run_postponed(turn: &mut Turn<'_>) -> bool {
    let postponed = turn.session.runs.iter().filter(|run| run.postponed).map(|run| run.number);
    let next = postponed.collect::<Vec<_>>().into_iter().find(|number| !must_be_silent(turn, *number));
    let Some(run) = next.and_then(|number| turn.run_mut(number)) else { return false };
    run.postponed = false;
    let (number, mut waiting) = (run.number, run.waiting.clone());
    if let Waiting::Call(call) = &mut waiting
        && let Some(result) = call.back.take()
    {
        let number_of_call = call.call;
        run.waiting = waiting;
        returned(turn, number, number_of_call, result);
        return true;
    }
    let woken = match waiting {
        Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. } => {
            deadline.is_none_or(|at| at > turn.now())
        }
        _ => false,
    };
    match turn.here(number).filter(|_| woken) {
        Some(here) => wake(turn, here, Next::Continue),
        None => run_due(turn, number),
    }
    true
}

/// Continues a run because of the event that it waited for, or postpones it until it may write.
pub fn wake<'a>(turn: &mut Turn<'a>, here: Here<'a>, next: Next) {
    if must_be_silent(turn, here.run) {
        if let Some(run) = turn.run_mut(here.run) {
            run.postponed = true;
            // The event has arrived, so the time-out no longer applies.
            match &mut run.waiting {
                Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. } => *deadline = None,
                _ => {}
            }
        }
        return;
    }
    if version_change::must_restart(turn, here.run) {
        return version_change::restart_run(turn, here.run, None);
    }
    drive::resume(turn, here, next);
}

fn until_over<'a>(turn: &mut Turn<'a>, here: Here<'a>) {
    let closing = matches!(&here.node.step, Step::Wait(wait) if matches!(wait.on, WaitFor::WindowClosing));
    // The contact may have written meanwhile, so that the window ends later.
    let later = closing.then(|| wait::closing_moment(turn, here)).flatten();
    match later {
        Some(at) => {
            if let Some(run) = turn.run_mut(here.run) {
                run.waiting = Waiting::Until { at, rest: None };
            }
        }
        None => drive::resume(turn, here, Next::Continue),
    }
}

fn person_took_too_long<'a>(turn: &mut Turn<'a>, here: Here<'a>) {
    turn.session.person = None;
    lifecycle::time_out(turn, here, here.node.outline.on_timeout);
}

/// Ends a wait for an event or a delivery by setting its deadline to now, even if it had none.
fn wait_no_longer(turn: &mut Turn<'_>, number: u32) {
    let now = turn.now();
    if let Some(Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. }) =
        turn.run_mut(number).map(|run| &mut run.waiting)
    {
        *deadline = Some(now);
    }
}

/// Ends the outermost call whose time limit has passed, with everything that it called, and runs its `on_timeout`.
fn call_took_too_long(turn: &mut Turn<'_>, number: u32) {
    let now = turn.now();
    let Some(run) = turn.run(number) else { return };
    let Some(entered) = run.frames.iter().position(|frame| frame.until.is_some_and(|at| at <= now)) else { return };
    let with_person = matches!(run.waiting, Waiting::Person { .. });
    if let Some(run) = turn.run_mut(number) {
        run.frames.truncate(entered);
    }
    if with_person {
        turn.session.person = None;
    }
    let Some(here) = turn.here(number) else {
        return drive::give_up(turn, number, "the `call` it came from is no longer there");
    };
    lifecycle::time_out(turn, here, here.node.outline.on_timeout);
}

pub fn returned(turn: &mut Turn<'_>, number: u32, call: u32, result: Result<CallReturn, CallError>) {
    if number == NO_RUN {
        let is_asked = |asked: Option<&ModelCall>| asked.is_some_and(|asked| asked.call == call);
        return match () {
            () if is_asked(turn.session.hearing_call()) => hearing::returned(turn, result),
            () if is_asked(turn.session.meaning_call()) => meaning::returned(turn, result),
            () if is_asked(turn.session.summary_call()) => summary::returned(turn, result),
            () => stale(turn, "the answer of a model"),
        };
    }
    if suggestion::waits_for(turn, number, call) {
        return suggestion::returned(turn, call, result);
    }
    let waiting = turn.run(number).map(|run| run.waiting.clone());
    if !matches!(&waiting, Some(Waiting::Call(wait)) if wait.call == call) {
        agent::paid_in_vain(turn, number, &result);
    }
    let Some(Waiting::Call(wait)) = waiting else { return stale(turn, "a call") };
    if wait.call != call || wait.retry_at.is_some() || wait.back.is_some() {
        return stale(turn, "a call");
    }
    let answering = turn.run(number).is_some_and(|run| run.answering.is_some());
    if !answering && turn.session.person.as_ref().is_some_and(|person| person.run != Some(number)) {
        // The run waits (language.md 8): a message that it would send now would be outdated when it leaves.
        if let Some(run) = turn.run_mut(number) {
            run.waiting = Waiting::Call(Box::new(CallWait { back: Some(result), ..*wait }));
        }
        return postpone(turn, number);
    }
    let Some(here) = turn.here(number) else {
        return drive::give_up(turn, number, "the step that called is no longer there");
    };
    let next = match (&here.node.step, result, wait.request.clone()) {
        (Step::Http(http), Ok(CallReturn::Http(answer)), _) => http.returned(turn, here, *wait, Ok(answer)),
        (Step::Http(http), Err(error), _) => http.returned(turn, here, *wait, Err(error)),
        (Step::Llm(llm), Ok(CallReturn::Model(reply)), CallRequest::Model(call)) => {
            llm.returned(turn, here, (call, wait.unsaid), Ok(reply))
        }
        (Step::Llm(llm), Err(error), CallRequest::Model(call)) => {
            llm.returned(turn, here, (call, wait.unsaid), Err(error))
        }
        (Step::Agent(agent), Ok(CallReturn::Model(reply)), CallRequest::Model(call)) => {
            agent.returned(turn, here, call, Ok(reply))
        }
        (Step::Agent(agent), Ok(CallReturn::Http(answer)), _) => agent.http_returned(turn, here, *wait, Ok(answer)),
        (Step::Agent(agent), Err(error), CallRequest::Http(_)) => agent.http_returned(turn, here, *wait, Err(error)),
        (Step::Agent(agent), Err(error), CallRequest::Model(call)) => agent.returned(turn, here, call, Err(error)),
        (Step::Agent(agent), Ok(CallReturn::Mcp(answer)), CallRequest::Mcp(call)) => {
            agent.mcp_returned(turn, here, &call, Ok(answer))
        }
        (Step::Agent(agent), Err(error), CallRequest::Mcp(call)) => agent.mcp_returned(turn, here, &call, Err(error)),
        _ => return drive::give_up(turn, number, "the step that called is another one now"),
    };
    drive::resume(turn, here, next);
}

/// Handles a restart of the process: running calls are repeated with the same key, or have an unknown outcome.
pub fn restarted(turn: &mut Turn<'_>) {
    hearing::restarted(turn);
    meaning::restarted(turn);
    summary::restarted(turn);
    suggestion::restarted(turn);
    for number in handover::all_runs(turn) {
        let waiting = turn.run(number).map(|run| run.waiting.clone());
        let (Some(Waiting::Call(wait)), Some(here)) = (waiting, turn.here(number)) else { continue };
        if wait.retry_at.is_some() || wait.back.is_some() {
            continue;
        }
        let next = match (&here.node.step, &wait.request) {
            (Step::Http(http), _) => http.restarted(turn, here.run, *wait),
            (Step::Llm(_), CallRequest::Model(call)) => llm::restarted(turn, here, call.clone(), wait.unsaid.clone()),
            (Step::Agent(agent), CallRequest::Http(_)) => agent.http_restarted(turn, here, *wait),
            (Step::Agent(agent), CallRequest::Model(call)) => agent.model_restarted(turn, here, call.clone()),
            (Step::Agent(agent), CallRequest::Mcp(call)) => agent.mcp_restarted(turn, here, call.clone()),
            _ => continue,
        };
        drive::resume(turn, here, next);
    }
}

fn stale(turn: &mut Turn<'_>, what: &str) {
    turn.note(None, None, format!("{what} came back that nobody waits for: dropped"));
}
