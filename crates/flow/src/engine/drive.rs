//! Drives a run: one step after the other, with the frames of calls, errors, and the end.

use super::turn::{Here, Next, StepFailure, Turn};
use crate::{
    base::{ids::FlowName, limits},
    definition::{Body, Flow, FlowSet, NodeIx},
    model::{
        effect::{Effect, EndedRun, RunEnd, StepExit, StepLeft, StepVisit, WayOut},
        session::{Frame, Waiting},
        value::Value,
    },
};
use std::collections::BTreeMap;

/// Verbs that send something: before each of them, the run's `stop_when` is tested again.
const SPEAKS: [&str; 4] = ["say", "ask", "template", "react"];

impl<'a> Turn<'a> {
    /// Runs steps until the run waits or ends.
    pub fn drive(&mut self, run: u32) {
        let outer = self.depth;
        self.depth = self.run(run).map_or(outer, |run| run.depth);
        self.drive_on(run);
        self.depth = outer;
    }

    fn drive_on(&mut self, run: u32) {
        while let Some(found) = self.run(run) {
            if found.waiting != Waiting::Ready {
                return;
            }
            let at_end = found.frames.last().is_none_or(|frame| frame.at.is_none());
            if self.fuel == 0 {
                let most = limits::STEPS_PER_TURN_MAX;
                self.give_up(run, &format!("more than {most} steps without a wait: is there an endless loop?"));
                return;
            }
            self.fuel -= 1;
            if at_end {
                self.leave_body(run);
                continue;
            }
            let Some(here) = self.here(run) else {
                self.give_up(run, "the step it stood at is no longer there");
                return;
            };
            if SPEAKS.contains(&here.node.outline.verb) {
                if self.stop_meanwhile(run) {
                    continue;
                }
                if self.is_hushed(here) {
                    self.follow(here, Next::Continue);
                    continue;
                }
            }
            // The `if` of a `repeat` is tested only before the first round.
            let again = self.in_loop(here).is_some();
            let guard = here.node.guard.as_ref().filter(|_| !again);
            let (way, next) = match guard.map(|guard| self.holds(here, guard, &[])) {
                Some(Ok(false)) => (StepExit::Guarded, Next::Continue),
                Some(Err(failure)) => (StepExit::Taken, Next::Fail(failure)),
                Some(Ok(true)) | None => {
                    let next = here.node.step.run(self, here);
                    let fell = next == Next::Body(Body(here.node.next));
                    (if fell { StepExit::Fell } else { StepExit::Taken }, next)
                }
            };
            let (flow, step) = (here.flow.name.clone(), here.node.id.clone());
            self.passage.steps.push(StepVisit { run, flow, step, way });
            self.follow(here, next);
        }
    }

    /// True if the step must be skipped: after a stop, only one message is sent, and no step that asks, reacts or costs
    /// money runs.
    fn is_hushed(&mut self, here: Here<'_>) -> bool {
        let said = here.node.outline.verb != "say" || self.run(here.run).is_some_and(|run| run.said.is_some());
        let hushed = said && self.run(here.run).is_some_and(|run| run.confirms_stop);
        if hushed {
            self.note_at(here, "after a stop only one confirmation is said");
        }
        hushed
    }

    /// Continues behind a step that waited.
    pub fn resume(&mut self, here: Here<'a>, next: Next) {
        if let Some(run) = self.run_mut(here.run) {
            run.waiting = Waiting::Ready;
            run.postponed = false;
        }
        self.follow(here, next);
        self.drive(here.run);
    }

    fn follow(&mut self, here: Here<'a>, next: Next) {
        let run = here.run;
        match next {
            Next::Continue => {
                self.leave_step(here, here.node.next);
                self.stand_at(run, here.flow, here.node.next);
            }
            Next::Body(Body(entry)) => {
                self.leave_step(here, entry);
                self.stand_at(run, here.flow, entry);
            }
            Next::Jump(entry) => {
                self.left(here, WayOut::Jump);
                self.jumped(run);
                self.stand_at(run, here.flow, entry);
            }
            Next::Go(name) => {
                self.left(here, WayOut::Jump);
                self.go(here, &name);
            }
            Next::CallBlock { entry, returns_as, until } => {
                let at = entry.map(|ix| here.flow.node(ix).id.clone());
                self.enter(here, Frame { until, ..Frame::new(here.flow.name.clone(), at, None, returns_as) });
            }
            Next::CallFlow { flow, with, returns_as, until } => match here.set.flow(&flow) {
                Some(called) => match self.opening(here.set, called, with) {
                    Ok(vars) => {
                        let at = called.entry.map(|ix| called.node(ix).id.clone());
                        let knew = self.knew_of(called);
                        self.enter(here, Frame { knew, until, ..Frame::new(flow, at, Some(vars), returns_as) });
                    }
                    Err(failure) => self.fail(here, failure),
                },
                None => self.fail(here, StepFailure::new("unknown_flow", format!("there is no flow `{flow}`"))),
            },
            Next::Return(value) => self.come_back(run, value),
            Next::End(value) => self.leave_flow(run, value),
            Next::EndAll => self.end_run(run, RunEnd::Done),
            Next::HandedOff => self.end_run(run, RunEnd::HandedOff),
            Next::Park(waiting) => {
                if let Some(run) = self.run_mut(run) {
                    run.waiting = waiting;
                }
            }
            Next::Fail(failure) => self.fail(here, failure),
        }
    }

    /// Records that the run goes on at `entry`.
    pub fn leave_step(&mut self, here: Here<'_>, entry: Option<NodeIx>) {
        let way = match entry {
            // An empty body begins with the step behind its parent.
            Some(ix) if entry != here.node.next => WayOut::Body(here.flow.node(ix).id.clone()),
            _ => WayOut::Next,
        };
        self.left(here, way);
    }

    fn left(&mut self, here: Here<'_>, way: WayOut) {
        let (flow, step) = (here.flow.name.clone(), here.node.id.clone());
        self.passage.left.push(StepLeft { run: here.run, flow, step, way });
    }

    pub fn stand_at(&mut self, run: u32, flow: &Flow, at: Option<NodeIx>) {
        let at = at.map(|ix| flow.node(ix).id.clone());
        if let Some(frame) = self.run_mut(run).and_then(|run| run.frames.last_mut()) {
            frame.at = at;
        }
    }

    fn enter(&mut self, here: Here<'a>, frame: Frame) {
        let depth = self.run(here.run).map_or(0, |run| run.frames.len());
        if depth >= limits::CALL_DEPTH_MAX {
            let most = limits::CALL_DEPTH_MAX;
            self.fail(here, StepFailure::new("call_depth", format!("more than {most} calls inside each other")));
        } else if let Some(run) = self.run_mut(here.run) {
            run.frames.push(frame);
        }
    }

    /// Runs `go` to another flow, which takes the place of this one; the caller of this one gets the other one's
    /// result.
    fn go(&mut self, here: Here<'a>, name: &FlowName) {
        let Some(flow) = here.set.flow(name) else {
            self.fail(here, StepFailure::new("unknown_flow", format!("there is no flow `{name}`")));
            return;
        };
        match self.opening(here.set, flow, BTreeMap::new()) {
            Err(failure) => self.fail(here, failure),
            Ok(vars) => {
                let at = flow.entry.map(|ix| flow.node(ix).id.clone());
                let knew = self.knew_of(flow);
                let (returns_as, until) =
                    self.pop_flow(here.run).map(|frame| (frame.returns_as, frame.until)).unwrap_or_default();
                if let Some(run) = self.run_mut(here.run) {
                    run.frames.push(Frame { knew, until, ..Frame::new(name.clone(), at, Some(vars), returns_as) });
                }
            }
        }
    }

    /// The first variables of a flow: its inputs, checked, and `vars`.
    pub fn opening(
        &self,
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
            let value = self.in_scope(set, &seen, |scope| data.eval(scope))?;
            vars.insert(name.clone(), value);
        }
        Ok(vars)
    }

    /// Handles the end of a body: a called block returns, a flow ends. After the steps of an error, the whole flow
    /// ends.
    fn leave_body(&mut self, run: u32) {
        let Some(frame) = self.run(run).and_then(|run| run.frames.last()) else {
            self.end_run(run, RunEnd::Done);
            return;
        };
        if frame.vars.is_some() || frame.error.is_some() {
            self.leave_flow(run, Value::Nothing);
        } else {
            self.come_back(run, Value::Nothing);
        }
    }

    /// Ends the called block, with the result `value`; an error that was handled in it is over too.
    fn come_back(&mut self, run: u32, value: Value) {
        if self.handed(run) {
            return;
        }
        let left = self.run_mut(run).and_then(|run| run.frames.pop());
        let returns_as = left.and_then(|frame| frame.returns_as);
        self.keep(run, returns_as.as_deref(), value);
        self.step_over_call(run);
    }

    /// Ends the flow, with the result `value` for its caller, if there is one.
    fn leave_flow(&mut self, run: u32, value: Value) {
        if self.handed(run) {
            return;
        }
        let left = self.pop_flow(run);
        let Some(found) = self.run_mut(run) else { return };
        if found.frames.is_empty() {
            // The variables are reported with the end of the run.
            found.frames.extend(left);
            if let Some(answering) = &mut found.answering {
                answering.returned = value;
            }
            self.end_run(run, RunEnd::Done);
            return;
        }
        let returns_as = left.and_then(|frame| frame.returns_as);
        self.keep(run, returns_as.as_deref(), value);
        self.step_over_call(run);
    }

    /// Removes the innermost flow, including its called blocks.
    pub fn pop_flow(&mut self, run: u32) -> Option<Frame> {
        let frames = &mut self.run_mut(run)?.frames;
        while let Some(frame) = frames.pop() {
            if frame.vars.is_some() {
                return Some(frame);
            }
        }
        None
    }

    pub fn step_over_call(&mut self, run: u32) {
        match self.here(run) {
            Some(here) => {
                self.leave_step(here, here.node.next);
                self.stand_at(run, here.flow, here.node.next);
            }
            None => self.give_up(run, "the `call` it came from is no longer there"),
        }
    }

    /// Handles a jump: it goes to the top or to a block, out of all loops. If steps of the flow's own `on_error` jump,
    /// the error is handled, so that later errors are caught again; an error that a caller handles stays.
    fn jumped(&mut self, run: u32) {
        let Some(run) = self.run_mut(run) else { return };
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
    pub fn give_up(&mut self, run: u32, reason: &str) {
        self.note(Some(run), None, reason);
        self.effects.push(Effect::DeadLetter { run, reason: reason.to_owned() });
        self.end_run(run, RunEnd::Failed);
    }

    /// Stops a run from outside: removes it from the session and drops all its messages that have not left. `why` is
    /// the cause, as one word. A run that ends otherwise only loses its unsent question.
    pub fn stop_because(&mut self, number: u32, why: &str) {
        if let Some(run) = self.run_mut(number) {
            run.why.get_or_insert_with(|| why.to_owned());
        }
        self.end_run(number, RunEnd::Stopped);
    }

    pub fn end_run(&mut self, run: u32, end: RunEnd) {
        let Some(place) = self.session.runs.iter().position(|found| found.number == run) else { return };
        let mut gone = self.session.runs.remove(place);
        let vars = gone.frames.iter_mut().find(|frame| frame.flow == gone.flow).and_then(|frame| frame.vars.take());
        self.passage.ended.push(EndedRun { run, vars: vars.unwrap_or_default() });
        let from_outside = end == RunEnd::Stopped;
        let end = match end {
            RunEnd::Done if gone.expired => RunEnd::Expired,
            RunEnd::Done if gone.stopped => RunEnd::Stopped,
            other => other,
        };
        if from_outside {
            self.effects.push(Effect::Drop { run: Some(run), message: None, reason: None });
        } else if let Waiting::Question(question) = &gone.waiting {
            self.drop_question(run, question);
        }
        for counted in self.session.counted.iter_mut().filter(|counted| counted.run == run) {
            counted.ended = true;
        }
        self.give_back_starts();
        if let Some(answering) = gone.answering.take() {
            self.form_answered(answering, end);
        }
        let why = gone.why.take().filter(|_| end == RunEnd::Stopped);
        self.effects.push(Effect::RunEnded { run, end, why });
        self.note(Some(run), None, format!("the run of `{}` is over: {}", gone.flow, end.as_str()));
        if let Some(waiting) = gone.aside_of.filter(|_| matches!(end, RunEnd::Done | RunEnd::Expired | RunEnd::Failed))
        {
            let asked_for = gone.asked_for;
            self.ask_again(waiting, asked_for);
        }
    }

    /// Starts that ended without an accepted or unknown message do not count towards `at_most`.
    pub fn give_back_starts(&mut self) {
        let (back, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.session.counted)
            .into_iter()
            .partition(|counted| counted.ended && counted.open.is_empty());
        self.session.counted = kept;
        for counted in back {
            if let Some(stamps) = self.contact.starts.get_mut(&counted.key)
                && let Some(place) = stamps.iter().position(|at| *at == counted.at)
            {
                stamps.remove(place);
                self.contact_changed = true;
                self.note(Some(counted.run), None, "nothing reached the contact: the start does not count");
            }
        }
    }
}
