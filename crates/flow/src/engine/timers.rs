//! Handles the passing of time (time-outs, reminders, waits, retries) and the outcomes of messages.

use super::turn::{Here, Next, Turn};
use crate::{
    base::time::Time,
    definition::IfBusy,
    model::{
        effect::RunEnd,
        event::{CallAnswer, CallError},
        session::{CallWait, Waiting},
    },
    steps::{Step, wait::WaitFor},
};

impl<'a> Turn<'a> {
    /// Runs everything that is due, the oldest run first.
    pub fn tick(&mut self) {
        self.person_due();
        self.welcome_due();
        self.timed_due();
        for run in self.all_runs() {
            self.run_due(run);
        }
    }

    /// Runs one run, if something of it is due.
    pub(crate) fn run_due(&mut self, number: u32) {
        let now = self.now();
        let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        let Some(run) = self.run(number) else { return };
        let (timed_out, reminder) = match &run.waiting {
            Waiting::Question(question) => match &question.gathering {
                Some(gathering) => (due(Some(gathering.until)), false),
                None => (due(question.deadline), due(question.remind_at) || due(question.deliver_by)),
            },
            Waiting::Reply { deadline }
            | Waiting::Event { deadline, .. }
            | Waiting::Delivery { deadline, .. }
            | Waiting::Person { deadline } => (due(*deadline), false),
            Waiting::Until { at, .. } => (due(Some(*at)), false),
            Waiting::Call(call) => (due(call.retry_at), false),
            Waiting::Ready | Waiting::Fate { .. } => (false, false),
        };
        let called = due(run.called_until()) && !self.call_stands_still(number);
        if !called && !timed_out && !reminder {
            return;
        }
        let Some(waiting) = self.run(number).map(|run| run.waiting.clone()) else { return };
        if !called && self.stands_still(number) {
            return;
        }
        if self.stop_meanwhile(number) {
            return self.drive(number);
        }
        if self.must_restart(number) && !self.must_be_silent(number) {
            return self.restart_run(number, None);
        }
        let Some(here) = self.here(number) else {
            return self.give_up(number, "the step it waited at is no longer there");
        };
        if self.must_be_silent(number) {
            if called {
                self.wait_no_longer(number);
            }
            return self.due_in_silence(number, &waiting, timed_out || called);
        }
        if called {
            return self.call_took_too_long(number);
        }
        match waiting {
            Waiting::Question(question) if question.gathering.is_some() => self.gathered(number),
            Waiting::Question(question) if !timed_out && due(question.deliver_by) => self.question_undelivered(number),
            Waiting::Question(_) if !timed_out => self.remind(number),
            Waiting::Question(_) => {
                let on_timeout = match &here.node.step {
                    Step::Ask(ask) => ask.on_timeout,
                    _ => None,
                };
                self.time_out(here, on_timeout);
            }
            Waiting::Delivery { .. } => self.undelivered(number),
            Waiting::Reply { .. } | Waiting::Event { .. } => {
                let on_timeout = match &here.node.step {
                    Step::Wait(wait) => wait.on_timeout,
                    _ => None,
                };
                self.time_out(here, on_timeout);
            }
            Waiting::Person { .. } => self.person_took_too_long(here),
            Waiting::Until { .. } => self.until_over(here),
            Waiting::Call(call) => {
                if let Step::Http(http) = &here.node.step {
                    let next = http.again(self, *call);
                    self.resume(here, next);
                }
            }
            Waiting::Ready | Waiting::Fate { .. } => {}
        }
    }

    /// Ends the wait of a run as if its time had passed: a wait continues, a question times out. A running call or a
    /// message that is being sent is waited for nevertheless.
    pub fn end_wait(&mut self, number: u32) {
        let now = self.now();
        let Some(run) = self.run_mut(number) else { return };
        match &mut run.waiting {
            Waiting::Question(question) => match &mut question.gathering {
                Some(gathering) => gathering.until = now,
                None => question.deadline = Some(now),
            },
            Waiting::Reply { deadline }
            | Waiting::Event { deadline, .. }
            | Waiting::Delivery { deadline, .. }
            | Waiting::Person { deadline } => *deadline = Some(now),
            Waiting::Until { at, rest } => (*at, *rest) = (now, None),
            Waiting::Call(call) if call.retry_at.is_some() => call.retry_at = Some(now),
            Waiting::Call(_) | Waiting::Ready | Waiting::Fate { .. } => return,
        }
        self.note(Some(number), None, "somebody ended what it waited for");
        self.run_due(number);
    }

    /// True if the run must not write: a person has the conversation and this run did not hand it over, or another run
    /// asks.
    pub fn must_be_silent(&self, number: u32) -> bool {
        let person = self.session.person.as_ref();
        let others = !self.is_parallel(number) && self.asking().is_some_and(|asking| asking != number);
        person.is_some_and(|person| person.run != Some(number)) || others
    }

    /// True if the flow may write beside a waiting question.
    fn is_parallel(&self, number: u32) -> bool {
        let flow = self.run(number).and_then(|run| self.set_of(number).any_flow(&run.flow));
        flow.is_some_and(|flow| flow.if_busy == Some(IfBusy::Parallel))
    }

    /// Handles a due run that must not write. While a person has the conversation, there is no reminder, a time-out
    /// ends the run without a message, and a wait is postponed. While another run asks, everything is postponed.
    fn due_in_silence(&mut self, number: u32, waiting: &Waiting, timed_out: bool) {
        let with_person = self.session.person.is_some();
        match waiting {
            Waiting::Question(_) if with_person && !timed_out => {
                if let Some(question) = self.question_mut(number) {
                    question.remind_at = None;
                    question.deliver_by = None;
                }
            }
            // The contact has answered: the gathered texts are handled when the bot has the conversation again.
            Waiting::Question(question) if question.gathering.is_some() => self.postpone(number),
            Waiting::Question(_) | Waiting::Reply { .. } if with_person => self.end_run(number, RunEnd::Expired),
            _ => self.postpone(number),
        }
    }

    fn postpone(&mut self, number: u32) {
        if let Some(run) = self.run_mut(number) {
            run.postponed = true;
        }
    }

    /// Continues the runs that waited until no other one asks.
    pub fn run_postponed(&mut self) -> bool {
        let postponed = self.session.runs.iter().filter(|run| run.postponed).map(|run| run.number);
        let next = postponed.collect::<Vec<_>>().into_iter().find(|number| !self.must_be_silent(*number));
        let Some(run) = next.and_then(|number| self.run_mut(number)) else { return false };
        run.postponed = false;
        let (number, mut waiting) = (run.number, run.waiting.clone());
        if let Waiting::Call(call) = &mut waiting
            && let Some(result) = call.back.take()
        {
            let number_of_call = call.call;
            run.waiting = waiting;
            self.returned(number, number_of_call, result);
            return true;
        }
        let woken = match waiting {
            Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. } => {
                deadline.is_none_or(|at| at > self.now())
            }
            _ => false,
        };
        match self.here(number).filter(|_| woken) {
            Some(here) => self.wake(here, Next::Continue),
            None => self.run_due(number),
        }
        true
    }

    /// Continues a run because of the event that it waited for, or postpones it until it may write.
    pub fn wake(&mut self, here: Here<'a>, next: Next) {
        if self.must_be_silent(here.run) {
            if let Some(run) = self.run_mut(here.run) {
                run.postponed = true;
                // The event has arrived, so the time-out no longer applies.
                match &mut run.waiting {
                    Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. } => *deadline = None,
                    _ => {}
                }
            }
            return;
        }
        if self.must_restart(here.run) {
            return self.restart_run(here.run, None);
        }
        self.resume(here, next);
    }

    fn until_over(&mut self, here: Here<'a>) {
        let closing = matches!(&here.node.step, Step::Wait(wait) if matches!(wait.on, WaitFor::WindowClosing));
        // The contact may have written meanwhile, so that the window ends later.
        let later = closing.then(|| self.closing_moment(here)).flatten();
        match later {
            Some(at) => {
                if let Some(run) = self.run_mut(here.run) {
                    run.waiting = Waiting::Until { at, rest: None };
                }
            }
            None => self.resume(here, Next::Continue),
        }
    }

    fn person_took_too_long(&mut self, here: Here<'a>) {
        let on_timeout = match &here.node.step {
            Step::Handoff(handoff) => handoff.on_timeout,
            _ => None,
        };
        self.session.person = None;
        self.time_out(here, on_timeout);
    }

    /// Ends a wait for an event or a delivery by setting its deadline to now, even if it had none.
    fn wait_no_longer(&mut self, number: u32) {
        let now = self.now();
        if let Some(Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. }) =
            self.run_mut(number).map(|run| &mut run.waiting)
        {
            *deadline = Some(now);
        }
    }

    /// Ends the outermost call whose time limit has passed, with everything that it called, and runs its `on_timeout`.
    fn call_took_too_long(&mut self, number: u32) {
        let now = self.now();
        let Some(run) = self.run(number) else { return };
        let Some(entered) = run.frames.iter().position(|frame| frame.until.is_some_and(|at| at <= now)) else { return };
        let with_person = matches!(run.waiting, Waiting::Person { .. });
        if let Some(run) = self.run_mut(number) {
            run.frames.truncate(entered);
        }
        if with_person {
            self.session.person = None;
        }
        let Some(here) = self.here(number) else {
            return self.give_up(number, "the `call` it came from is no longer there");
        };
        let on_timeout = match &here.node.step {
            Step::Call(call) => call.on_timeout,
            _ => None,
        };
        self.time_out(here, on_timeout);
    }

    pub fn returned(&mut self, number: u32, call: u32, result: Result<CallAnswer, CallError>) {
        let waiting = self.run(number).map(|run| run.waiting.clone());
        let Some(Waiting::Call(wait)) = waiting else { return self.stale("a call") };
        if wait.call != call || wait.retry_at.is_some() || wait.back.is_some() {
            return self.stale("a call");
        }
        let answering = self.run(number).is_some_and(|run| run.answering.is_some());
        if !answering && self.session.person.as_ref().is_some_and(|person| person.run != Some(number)) {
            // The run waits (language.md 8): a message that it would send now would be outdated when it leaves.
            if let Some(run) = self.run_mut(number) {
                run.waiting = Waiting::Call(Box::new(CallWait { back: Some(result), ..*wait }));
            }
            return self.postpone(number);
        }
        let Some(here) = self.here(number) else {
            return self.give_up(number, "the step that called is no longer there");
        };
        if let Step::Http(http) = &here.node.step {
            let next = http.returned(self, here, *wait, result);
            self.resume(here, next);
        }
    }

    /// Handles a restart of the process: running calls are repeated with the same key, or have an unknown outcome.
    pub fn restarted(&mut self) {
        for number in self.all_runs() {
            let waiting = self.run(number).map(|run| run.waiting.clone());
            let (Some(Waiting::Call(wait)), Some(here)) = (waiting, self.here(number)) else { continue };
            if wait.retry_at.is_none()
                && wait.back.is_none()
                && let Step::Http(http) = &here.node.step
            {
                let next = http.restarted(self, *wait);
                self.resume(here, next);
            }
        }
    }

    fn stale(&mut self, what: &str) {
        self.note(None, None, format!("{what} came back that nobody waits for: dropped"));
    }
}
