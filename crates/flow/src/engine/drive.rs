//! Drives a run: one step after the other, with the frames of calls, errors, and the end.

use super::turn::{Here, Next, StepFailure, Turn};
use crate::{
    base::{ids::FlowName, limits},
    definition::{Body, Flow, FlowSet, NodeIx},
    engine::{
        question::{answering, form, lifecycle},
        routing::{handover, stop_when},
        step_errors, variables,
    },
    model::{
        effect::{Effect, EndedRun, RunEnd, StepExit, StepLeft, StepVisit, WayOut},
        session::{Frame, Waiting},
        value::Value,
    },
    steps::{Step, repeat},
};
use std::collections::BTreeMap;

/// Verbs that send something: before each of them, the run's `stop_when` is tested again.
const SPEAKS: [&str; 4] = ["say", "ask", "template", "react"];

/// Runs steps until the run waits or ends.
pub fn run_steps(turn: &mut Turn<'_>, run: u32) {
    let outer = turn.depth;
    turn.depth = turn.run(run).map_or(outer, |run| run.depth);
    run_on(turn, run);
    turn.depth = outer;
}

fn run_on(turn: &mut Turn<'_>, run: u32) {
    while let Some(found) = turn.run(run) {
        if found.waiting != Waiting::Ready {
            return;
        }
        let at_end = found.frames.last().is_none_or(|frame| frame.at.is_none());
        if turn.fuel == 0 {
            let most = limits::STEPS_PER_TURN_MAX;
            give_up(turn, run, &format!("more than {most} steps without a wait: is there an endless loop?"));
            return;
        }
        turn.fuel -= 1;
        if at_end {
            leave_body(turn, run);
            continue;
        }
        let Some(here) = turn.here(run) else {
            give_up(turn, run, "the step it stood at is no longer there");
            return;
        };
        if SPEAKS.contains(&here.node.outline.verb) {
            if stop_when::stop_meanwhile(turn, run) {
                continue;
            }
            if is_hushed(turn, here) {
                follow(turn, here, Next::Continue);
                continue;
            }
        }
        // The `if` of a `repeat` is tested only before the first round.
        let again = repeat::in_loop(turn, here).is_some();
        let guard = here.node.guard.as_ref().filter(|_| !again);
        let (way, next) = match guard.map(|guard| turn.holds(here, guard, &[])) {
            Some(Ok(false)) => (StepExit::Guarded, Next::Continue),
            Some(Err(failure)) => (StepExit::Taken, Next::Fail(failure)),
            Some(Ok(true)) | None => {
                let next = here.node.step.run(turn, here);
                let fell = next == Next::Body(Body(here.node.next));
                (if fell { StepExit::Fell } else { StepExit::Taken }, next)
            }
        };
        let (flow, step) = (here.flow.name.clone(), here.node.id.clone());
        turn.passage.steps.push(StepVisit { run, flow, step, way });
        follow(turn, here, next);
    }
}

/// True if the step must be skipped: after a stop, only one message is sent, and no step that asks, reacts or costs
/// money runs.
fn is_hushed(turn: &mut Turn<'_>, here: Here<'_>) -> bool {
    let said = here.node.outline.verb != "say" || turn.run(here.run).is_some_and(|run| run.said.is_some());
    let hushed = said && turn.run(here.run).is_some_and(|run| run.confirms_stop);
    if hushed {
        turn.note_at(here, "after a stop only one confirmation is said");
    }
    hushed
}

/// Continues behind a step that waited.
pub fn resume<'a>(turn: &mut Turn<'a>, here: Here<'a>, next: Next) {
    if let Some(run) = turn.run_mut(here.run) {
        run.waiting = Waiting::Ready;
        run.postponed = false;
    }
    follow(turn, here, next);
    run_steps(turn, here.run);
}

pub(super) fn follow<'a>(turn: &mut Turn<'a>, here: Here<'a>, next: Next) {
    let run = here.run;
    match next {
        Next::Continue => {
            leave_step(turn, here, here.node.next);
            stand_at(turn, run, here.flow, here.node.next);
        }
        Next::Body(Body(entry)) => {
            leave_step(turn, here, entry);
            stand_at(turn, run, here.flow, entry);
        }
        Next::Jump(entry) => {
            left(turn, here, WayOut::Jump);
            jumped(turn, run);
            stand_at(turn, run, here.flow, entry);
        }
        Next::Go(name) => {
            left(turn, here, WayOut::Jump);
            go(turn, here, &name);
        }
        Next::CallBlock { entry, returns_as, until } => {
            let at = entry.map(|ix| here.flow.node(ix).id.clone());
            enter(turn, here, Frame { until, ..Frame::new(here.flow.name.clone(), at, None, returns_as) });
        }
        Next::CallFlow { flow, with, returns_as, until } => match here.set.flow(&flow) {
            Some(called) => match opening(turn, here.set, called, with) {
                Ok(vars) => {
                    let at = called.entry.map(|ix| called.node(ix).id.clone());
                    let knew = stop_when::knew_of(turn, called);
                    enter(turn, here, Frame { knew, until, ..Frame::new(flow, at, Some(vars), returns_as) });
                }
                Err(failure) => step_errors::fail(turn, here, failure),
            },
            None => {
                step_errors::fail(turn, here, StepFailure::new("unknown_flow", format!("there is no flow `{flow}`")))
            }
        },
        Next::Return(value) => come_back(turn, run, value),
        Next::End(value) => {
            let is_early = here.node.outline.verb == "end" && value == Value::Nothing;
            leave_flow(turn, run, value, is_early);
        }
        Next::EndAll => end_run(turn, run, RunEnd::Done),
        Next::HandedOff => end_run(turn, run, RunEnd::HandedOff),
        Next::Park(waiting) => {
            if let Some(run) = turn.run_mut(run) {
                run.waiting = waiting;
            }
        }
        Next::Fail(failure) => step_errors::fail(turn, here, failure),
    }
}

/// Records that the run goes on at `entry`.
pub fn leave_step(turn: &mut Turn<'_>, here: Here<'_>, entry: Option<NodeIx>) {
    let way = match entry {
        // An empty body begins with the step behind its parent.
        Some(ix) if entry != here.node.next => WayOut::Body(here.flow.node(ix).id.clone()),
        _ => WayOut::Next,
    };
    left(turn, here, way);
}

fn left(turn: &mut Turn<'_>, here: Here<'_>, way: WayOut) {
    let (flow, step) = (here.flow.name.clone(), here.node.id.clone());
    turn.passage.left.push(StepLeft { run: here.run, flow, step, way });
}

pub fn stand_at(turn: &mut Turn<'_>, run: u32, flow: &Flow, at: Option<NodeIx>) {
    let at = at.map(|ix| flow.node(ix).id.clone());
    if let Some(frame) = turn.run_mut(run).and_then(|run| run.frames.last_mut()) {
        frame.at = at;
        frame.agent = None;
    }
}

fn enter<'a>(turn: &mut Turn<'a>, here: Here<'a>, frame: Frame) {
    let depth = turn.run(here.run).map_or(0, |run| run.frames.len());
    if depth >= limits::CALL_DEPTH_MAX {
        let most = limits::CALL_DEPTH_MAX;
        step_errors::fail(
            turn,
            here,
            StepFailure::new("call_depth", format!("more than {most} calls inside each other")),
        );
    } else if let Some(run) = turn.run_mut(here.run) {
        run.frames.push(frame);
    }
}

/// Runs `go` to another flow, which takes the place of this one; the caller of this one gets the other one's
/// result.
fn go<'a>(turn: &mut Turn<'a>, here: Here<'a>, name: &FlowName) {
    let Some(flow) = here.set.flow(name) else {
        step_errors::fail(turn, here, StepFailure::new("unknown_flow", format!("there is no flow `{name}`")));
        return;
    };
    match opening(turn, here.set, flow, BTreeMap::new()) {
        Err(failure) => step_errors::fail(turn, here, failure),
        Ok(vars) => {
            let at = flow.entry.map(|ix| flow.node(ix).id.clone());
            let knew = stop_when::knew_of(turn, flow);
            let (returns_as, until) =
                pop_flow(turn, here.run).map(|frame| (frame.returns_as, frame.until)).unwrap_or_default();
            if let Some(run) = turn.run_mut(here.run) {
                run.frames.push(Frame { knew, until, ..Frame::new(name.clone(), at, Some(vars), returns_as) });
            }
        }
    }
}

/// The first variables of a flow: its inputs, checked, and `vars`.
pub fn opening(
    turn: &Turn<'_>,
    set: &FlowSet,
    flow: &Flow,
    inputs: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, StepFailure> {
    let mut vars = super::inputs::typed(&flow.inputs, inputs, &set.bot.timezone)
        .map_err(|text| StepFailure::new("input", format!("flow `{}`: {text}", flow.name)))?;
    for (name, data) in &flow.vars {
        let seen = super::turn::Seen {
            vars: Some(&vars),
            event: &Value::Nothing,
            msg: &Value::Nothing,
            handoff: &Value::Nothing,
            error: None,
            extra: &[],
        };
        let value = turn.in_scope(set, &seen, |scope| data.eval(scope))?;
        vars.insert(name.clone(), value);
    }
    Ok(vars)
}

/// Handles the end of a body: a called block returns, a flow ends. After the steps of an error, the whole flow
/// ends.
fn leave_body(turn: &mut Turn<'_>, run: u32) {
    let Some(frame) = turn.run(run).and_then(|run| run.frames.last()) else {
        end_run(turn, run, RunEnd::Done);
        return;
    };
    if frame.vars.is_some() || frame.error.is_some() {
        leave_flow(turn, run, Value::Nothing, false);
    } else {
        come_back(turn, run, Value::Nothing);
    }
}

/// Ends the called block, with the result `value`; an error that was handled in it is over too.
fn come_back(turn: &mut Turn<'_>, run: u32, value: Value) {
    if handover::handed(turn, run) {
        return;
    }
    let left = turn.run_mut(run).and_then(|run| run.frames.pop());
    let returns_as = left.and_then(|frame| frame.returns_as);
    variables::keep(turn, run, returns_as.as_deref(), value);
    step_over_call(turn, run);
}

/// Ends the flow, with the result `value` for its caller, if there is one. `is_early`: by a plain `end`, which an agent
/// does not count as done.
fn leave_flow(turn: &mut Turn<'_>, run: u32, value: Value, is_early: bool) {
    if handover::handed(turn, run) {
        return;
    }
    let handled = turn.run(run).and_then(|run| {
        let own = run.frames.iter().rev();
        let up_to_flow =
            own.scan(false, |ended, frame| (!std::mem::replace(ended, frame.vars.is_some())).then_some(frame));
        up_to_flow.filter_map(|frame| frame.error.clone()).next()
    });
    let left = pop_flow(turn, run);
    let Some(found) = turn.run_mut(run) else { return };
    if found.frames.is_empty() {
        // The variables are reported with the end of the run.
        found.frames.extend(left);
        if let Some(answering) = &mut found.answering {
            answering.returned = value;
        }
        end_run(turn, run, RunEnd::Done);
        return;
    }
    if let Some(here) = turn.here(run)
        && let Step::Agent(agent) = &here.node.step
    {
        let next = match handled {
            Some(error) => agent.tool_failed(turn, here, &error),
            None if is_early => agent.tool_ended_early(turn, here),
            None => agent.tool_done(turn, here, &value),
        };
        return follow(turn, here, next);
    }
    let returns_as = left.and_then(|frame| frame.returns_as);
    variables::keep(turn, run, returns_as.as_deref(), value);
    step_over_call(turn, run);
}

/// Removes the innermost flow, including its called blocks.
pub fn pop_flow(turn: &mut Turn<'_>, run: u32) -> Option<Frame> {
    let frames = &mut turn.run_mut(run)?.frames;
    while let Some(frame) = frames.pop() {
        if frame.vars.is_some() {
            return Some(frame);
        }
    }
    None
}

pub fn step_over_call(turn: &mut Turn<'_>, run: u32) {
    match turn.here(run) {
        Some(here) => {
            leave_step(turn, here, here.node.next);
            stand_at(turn, run, here.flow, here.node.next);
        }
        None => give_up(turn, run, "the `call` it came from is no longer there"),
    }
}

/// Handles a jump: it goes to the top or to a block, out of all loops. If steps of the flow's own `on_error` jump,
/// the error is handled, so that later errors are caught again; an error that a caller handles stays.
fn jumped(turn: &mut Turn<'_>, run: u32) {
    let Some(run) = turn.run_mut(run) else { return };
    if let Some(frame) = run.frames.last_mut() {
        frame.loops.clear();
    }
    for frame in run.frames.iter_mut().rev() {
        frame.error = None;
        if frame.vars.is_some() {
            break;
        }
    }
}

/// Ends a run that cannot continue, and records a dead letter.
pub fn give_up(turn: &mut Turn<'_>, run: u32, reason: &str) {
    turn.note(Some(run), None, reason);
    turn.effects.push(Effect::DeadLetter { run, reason: reason.to_owned() });
    end_run(turn, run, RunEnd::Failed);
}

/// Stops a run from outside: removes it from the session and drops all its messages that have not left. `why` is
/// the cause, as one word. A run that ends otherwise only loses its unsent question.
pub fn stop_because(turn: &mut Turn<'_>, number: u32, why: &str) {
    if let Some(run) = turn.run_mut(number) {
        run.why.get_or_insert_with(|| why.to_owned());
    }
    end_run(turn, number, RunEnd::Stopped);
}

pub fn end_run(turn: &mut Turn<'_>, run: u32, end: RunEnd) {
    let Some(place) = turn.session.runs.iter().position(|found| found.number == run) else { return };
    let mut gone = turn.session.runs.remove(place);
    let vars = gone.frames.iter_mut().find(|frame| frame.flow == gone.flow).and_then(|frame| frame.vars.take());
    turn.passage.ended.push(EndedRun { run, vars: vars.unwrap_or_default() });
    let from_outside = end == RunEnd::Stopped;
    let end = match end {
        RunEnd::Done if gone.expired => RunEnd::Expired,
        RunEnd::Done if gone.stopped => RunEnd::Stopped,
        other => other,
    };
    if from_outside {
        turn.effects.push(Effect::Drop { run: Some(run), message: None, reason: None });
    } else if let Waiting::Question(question) = &gone.waiting {
        answering::drop_question(turn, run, question);
    }
    for counted in turn.session.counted.iter_mut().filter(|counted| counted.run == run) {
        counted.ended = true;
    }
    give_back_starts(turn);
    if let Some(answering) = gone.answering.take() {
        form::form_answered(turn, answering, end);
    }
    let why = gone.why.take().filter(|_| end == RunEnd::Stopped);
    turn.effects.push(Effect::RunEnded { run, end, why });
    turn.note(Some(run), None, format!("the run of `{}` is over: {}", gone.flow, end.as_str()));
    if let Some(waiting) = gone.aside_of.filter(|_| matches!(end, RunEnd::Done | RunEnd::Expired | RunEnd::Failed)) {
        let asked_for = gone.asked_for;
        lifecycle::ask_again(turn, waiting, asked_for);
    }
}

/// Starts that ended without an accepted or unknown message do not count towards `at_most`.
pub fn give_back_starts(turn: &mut Turn<'_>) {
    let (back, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut turn.session.counted)
        .into_iter()
        .partition(|counted| counted.ended && counted.open.is_empty());
    turn.session.counted = kept;
    for counted in back {
        if let Some(stamps) = turn.contact.starts.get_mut(&counted.key)
            && let Some(place) = stamps.iter().position(|at| *at == counted.at)
        {
            stamps.remove(place);
            turn.contact_changed = true;
            turn.note(Some(counted.run), None, "nothing reached the contact: the start does not count");
        }
    }
}
