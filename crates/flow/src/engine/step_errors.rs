//! Finds the handler for a failed step (language.md 7).

use super::turn::{Here, StepFailure, Turn};
use crate::steps::Step;
use crate::{
    base::{limits, time::Time},
    definition::{Body, FlowSet},
    engine::{drive, routing::handover},
    load::stock_phrases::Phrase,
    model::{
        content::Content,
        effect::{Effect, Origin, RunEnd},
        session::{Frame, StepError},
    },
};
use std::collections::BTreeMap;

/// The beginning of a trace line about a failed step.
const FAILED: &str = "failed: `";

/// True if a trace line is about a failed step.
pub fn tells_of_failure(said: &str) -> bool {
    said.starts_with(FAILED)
}

/// Handles a failed step by the first existing `on_error`: that of the step or of the `call` of its block, of the
/// flow, of the caller, of the bot; else by our own message (language.md 7).
pub fn fail<'a>(turn: &mut Turn<'a>, here: Here<'a>, failure: StepFailure) {
    let run = here.run;
    turn.note_at(here, format!("{FAILED}{}`: {}", failure.code, failure.text));
    let error = StepError { code: failure.code, text: failure.text, step: here.node.id.clone() };
    if turn.run(run).is_none_or(|run| run.frames.iter().any(|frame| frame.error.is_some())) {
        drive::give_up(turn, run, &format!("an error inside error handling: `{}`: {}", error.code, error.text));
        return;
    }
    let mut steps = here.node.on_error;
    let (mut flow, mut owner) = (here.flow, here);
    loop {
        while steps.is_none() && leave_block(turn, run) {
            owner = turn.here(run).unwrap_or(owner);
            steps = owner.node.on_error;
        }
        if let Some(Body(entry)) = steps.or(flow.on_error) {
            if steps.is_some() {
                drive::leave_step(turn, owner, entry);
            }
            drive::stand_at(turn, run, flow, entry);
            set_error(turn, run, error);
            return;
        }
        drive::pop_flow(turn, run);
        match turn.here(run) {
            Some(caller) => {
                // The model is told that its tool failed, and decides what to do.
                if let Step::Agent(agent) = &caller.node.step {
                    let next = agent.tool_failed(turn, caller, &error);
                    return drive::follow(turn, caller, next);
                }
                (steps, flow, owner) = (caller.node.on_error, caller.flow, caller);
            }
            None => break,
        }
    }
    fail_unhandled(turn, here, error);
}

/// Removes the innermost frame if it is a called block: the run is then at its `call`.
fn leave_block(turn: &mut Turn<'_>, run: u32) -> bool {
    let frames = turn.run_mut(run).map(|run| &mut run.frames);
    frames.is_some_and(|frames| frames.pop_if(|frame| frame.vars.is_none()).is_some())
}

fn set_error(turn: &mut Turn<'_>, run: u32, error: StepError) {
    if let Some(frame) = turn.run_mut(run).and_then(|run| run.frames.last_mut()) {
        frame.error = Some(error);
    }
}

/// No `on_error` of the flows handled the error. The bot's steps and our own message run only while the
/// conversation is active.
fn fail_unhandled<'a>(turn: &mut Turn<'a>, here: Here<'a>, error: StepError) {
    let run = here.run;
    turn.effects.push(Effect::Failed {
        run,
        flow: here.flow.name.clone(),
        step: here.node.id.clone(),
        code: error.code.clone(),
        text: error.text.clone(),
    });
    if turn.run(run).is_some_and(|run| run.answering.is_some()) {
        turn.note(Some(run), None, "it answers a form, which says so itself");
        drive::end_run(turn, run, RunEnd::Failed);
        return;
    }
    if !talking(turn) {
        turn.note(Some(run), None, "nobody is talking to us now: logged and counted only");
        drive::end_run(turn, run, RunEnd::Failed);
        return;
    }
    if let Some(body) = here.set.bot.defaults.on_error {
        to_bot_steps(turn, run, here.set, body);
        set_error(turn, run, error);
        return;
    }
    let sentence = here.set.phrase(turn.language(), Phrase::WentWrong);
    let asked_for = turn.run(run).and_then(|run| run.asked_for);
    // The hand-off follows at once, so this message is sent by the flow that hands over.
    turn.say_ourselves(Content::Text { body: sentence.into() }, Origin::HandoffFlow, asked_for);
    drive::end_run(turn, run, RunEnd::Failed);
    let failure = StepFailure { code: error.code, text: error.text };
    handover::hand_over_error(turn, run, here.flow.name.clone(), &failure);
}

/// Leaves all frames of the run, for steps of `_bot.yaml`.
pub fn to_bot_steps(turn: &mut Turn<'_>, run: u32, set: &FlowSet, Body(entry): Body) {
    let flow = &set.bot.flow;
    let at = entry.map(|ix| flow.node(ix).id.clone());
    let frame = Frame::new(flow.name.clone(), at, Some(BTreeMap::new()), None);
    if let Some(run) = turn.run_mut(run) {
        run.frames = vec![frame];
    }
}

/// True if the contact wrote within the last 15 minutes.
pub fn talking(turn: &Turn<'_>) -> bool {
    let recent = |at: Time| turn.now() - at <= limits::TALKING;
    turn.session.person.is_none() && turn.session.heard_at.is_some_and(recent)
}
