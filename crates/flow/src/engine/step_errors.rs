//! Finds the handler for a failed step (language.md 7).

use super::turn::{Here, StepFailure, Turn};
use crate::{
    base::{limits, time::Time},
    definition::{Body, FlowSet},
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

impl<'a> Turn<'a> {
    /// Handles a failed step by the first existing `on_error`: that of the step or of the `call` of its block, of the
    /// flow, of the caller, of the bot; else by our own message (language.md 7).
    pub fn fail(&mut self, here: Here<'a>, failure: StepFailure) {
        let run = here.run;
        self.note_at(here, format!("{FAILED}{}`: {}", failure.code, failure.text));
        let error = StepError { code: failure.code, text: failure.text, step: here.node.id.clone() };
        if self.run(run).is_none_or(|run| run.frames.iter().any(|frame| frame.error.is_some())) {
            self.give_up(run, &format!("an error inside error handling: `{}`: {}", error.code, error.text));
            return;
        }
        let mut steps = here.node.on_error;
        let (mut flow, mut owner) = (here.flow, here);
        loop {
            while steps.is_none() && self.leave_block(run) {
                owner = self.here(run).unwrap_or(owner);
                steps = owner.node.on_error;
            }
            if let Some(Body(entry)) = steps.or(flow.on_error) {
                if steps.is_some() {
                    self.leave_step(owner, entry);
                }
                self.stand_at(run, flow, entry);
                self.set_error(run, error);
                return;
            }
            self.pop_flow(run);
            match self.here(run) {
                Some(caller) => (steps, flow, owner) = (caller.node.on_error, caller.flow, caller),
                None => break,
            }
        }
        self.fail_unhandled(here, error);
    }

    /// Removes the innermost frame if it is a called block: the run is then at its `call`.
    fn leave_block(&mut self, run: u32) -> bool {
        let frames = self.run_mut(run).map(|run| &mut run.frames);
        frames.is_some_and(|frames| frames.pop_if(|frame| frame.vars.is_none()).is_some())
    }

    fn set_error(&mut self, run: u32, error: StepError) {
        if let Some(frame) = self.run_mut(run).and_then(|run| run.frames.last_mut()) {
            frame.error = Some(error);
        }
    }

    /// No `on_error` of the flows handled the error. The bot's steps and our own message run only while the
    /// conversation is active.
    fn fail_unhandled(&mut self, here: Here<'a>, error: StepError) {
        let run = here.run;
        self.effects.push(Effect::Failed {
            run,
            flow: here.flow.name.clone(),
            step: here.node.id.clone(),
            code: error.code.clone(),
            text: error.text.clone(),
        });
        if self.run(run).is_some_and(|run| run.answering.is_some()) {
            self.note(Some(run), None, "it answers a form, which says so itself");
            self.end_run(run, RunEnd::Failed);
            return;
        }
        if !self.talking() {
            self.note(Some(run), None, "nobody is talking to us now: logged and counted only");
            self.end_run(run, RunEnd::Failed);
            return;
        }
        if let Some(body) = here.set.bot.defaults.on_error {
            self.to_bot_steps(run, here.set, body);
            self.set_error(run, error);
            return;
        }
        let sentence = here.set.phrase(self.language(), Phrase::WentWrong);
        let asked_for = self.run(run).and_then(|run| run.asked_for);
        // The hand-off follows at once, so this message is sent by the flow that hands over.
        self.say_ourselves(Content::Text { body: sentence.into() }, Origin::HandoffFlow, asked_for);
        self.end_run(run, RunEnd::Failed);
        let failure = StepFailure { code: error.code, text: error.text };
        self.hand_over_error(run, here.flow.name.clone(), &failure);
    }

    /// Leaves all frames of the run, for steps of `_bot.yaml`.
    pub fn to_bot_steps(&mut self, run: u32, set: &FlowSet, Body(entry): Body) {
        let flow = &set.bot.flow;
        let at = entry.map(|ix| flow.node(ix).id.clone());
        let frame = Frame::new(flow.name.clone(), at, Some(BTreeMap::new()), None);
        if let Some(run) = self.run_mut(run) {
            run.frames = vec![frame];
        }
    }

    /// True if the contact wrote within the last 15 minutes.
    pub fn talking(&self) -> bool {
        let recent = |at: Time| self.now() - at <= limits::TALKING;
        self.session.person.is_none() && self.session.heard_at.is_some_and(recent)
    }
}
