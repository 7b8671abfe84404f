//! Handles a waiting question: repeats it, and handles the outcome of its message, its reminders and its deadlines.

use crate::{
    base::time::{Span, Time},
    definition::Body,
    engine::{
        message::{delivery_outcome::deliver_by, if_closed::WrittenIfClosed},
        turn::{Here, Next, Saying, StepFailure, Turn},
    },
    model::{
        content::Content,
        effect::RunEnd,
        event::DeliveryOutcome,
        session::{Question, Run, Waiting},
    },
    steps::ask::Ask,
};

impl<'a> Turn<'a> {
    /// Repeats the waiting question, after an aside or a tap on an old button. The deadline and the number of bad
    /// answers stay. A reminder that is due is skipped, because the repetition replaces it; a question whose time is up
    /// is not repeated.
    pub fn ask_again(&mut self, run: u32, asked_for: Option<Time>) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        let now = self.now();
        let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        let called_until = self.run(run).and_then(Run::called_until);
        let open = |question: &&mut Question| question.left && !due(question.deadline) && !due(called_until);
        let Some(question) = self.question_mut(run).filter(open) else { return };
        while due(question.remind_at) {
            question.reminders_sent += 1;
            question.remind_at = question.left_at.and_then(|at| ask.remind_at(question.reminders_sent, at));
        }
        let own = self.run(run).and_then(|run| run.asked_for);
        if let Some(run) = self.run_mut(run) {
            run.asked_for = asked_for.or(own);
        }
        let asked = self.sentence(here, &ask.message.body, &[]).and_then(|body| self.repeat(here, ask, &body));
        if let Err(failure) = asked {
            self.note_at(here, failure.text);
        }
        if let Some(run) = self.run_mut(run) {
            run.asked_for = own;
        }
    }

    /// Handles the outcome of the question's message.
    pub fn question_fate(&mut self, run: u32, message: u32, fate: &DeliveryOutcome) {
        let now = self.now();
        let Some((here, ask)) = self.ask_step(run) else { return };
        let Some(question) = self.question_mut(run).filter(|question| question.message == message) else { return };
        match fate {
            DeliveryOutcome::Accepted { nudge, at, ttl, words, .. } => {
                self.template_asks(run, words);
                match (nudge, self.question_mut(run)) {
                    (true, Some(question)) => {
                        question.left = false;
                        question.nudged = true;
                    }
                    _ => self.question_left(run, ask, *at, *ttl),
                }
            }
            DeliveryOutcome::Unknown => self.question_left(run, ask, now, None),
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
                self.run_due(run);
            }
            DeliveryOutcome::Refused { reason } => {
                self.note_at(here, format!("the question was not allowed out: {}", reason.as_str()));
                self.end_run(run, RunEnd::Refused);
            }
            DeliveryOutcome::Failed { code, text } => {
                question.left = true;
                // A failure after the provider accepted the message means that it was not delivered.
                let accepted = question.left_at.is_some();
                match (ask.message.on_undelivered, here.node.on_error) {
                    (Some(_), None) => self.question_undelivered(run),
                    (Some(_), Some(_)) | (None, None) if accepted => self.question_undelivered(run),
                    _ => self.resume(here, Next::Fail(StepFailure::new(code, text.as_str()))),
                }
            }
        }
    }

    /// Stores the texts on the buttons of the template that replaces the question: they may differ from the options,
    /// and people answer with what they read.
    fn template_asks(&mut self, run: u32, words: &[(String, String)]) {
        let world = self.world;
        let Some(question) = self.question_mut(run) else { return };
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
    fn question_left(&mut self, run: u32, ask: &Ask, at: Time, ttl: Option<Span>) {
        let Some(question) = self.question_mut(run) else { return };
        question.left = true;
        question.nudged = false;
        question.left_at = Some(at);
        if let Some(span) = question.timeout {
            question.deadline = Some(at + span);
        }
        question.remind_at = ask.remind_at(question.reminders_sent, at);
        question.deliver_by = ask.message.on_undelivered.map(|_| deliver_by(at, ttl));
    }

    /// The question was not delivered: runs its `on_undelivered`, or ends the run, because nobody can answer it.
    pub fn question_undelivered(&mut self, run: u32) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        self.note_at(here, "the question has not arrived");
        let left_at = self.question(run).and_then(|question| question.left_at);
        if let Some(at) = left_at.filter(|_| self.run(run).is_some_and(|run| run.asked_for.is_none())) {
            self.give_back_unasked(&here.flow.topic, at);
        }
        match ask.message.on_undelivered.filter(|_| !self.must_be_silent(run)) {
            None => self.end_run(run, RunEnd::Undelivered),
            Some(body) => {
                self.leave_question(run);
                if let Some(run) = self.run_mut(run) {
                    run.asked_for = None;
                }
                self.resume(here, Next::Body(body));
            }
        }
    }

    /// An undelivered message does not count towards the topic's cap.
    fn give_back_unasked(&mut self, topic: &str, at: Time) {
        let Some(stamps) = self.contact.unasked.get_mut(topic) else { return };
        let newest = stamps.iter().rposition(|stamp| *stamp <= at);
        if let Some(place) = newest {
            stamps.remove(place);
            self.contact_changed = true;
        }
    }

    /// Sends a reminder that is due.
    pub fn remind(&mut self, run: u32) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        let Some(question) = self.question_mut(run) else { return };
        let sent = question.reminders_sent;
        question.reminders_sent += 1;
        question.remind_at = question.left_at.and_then(|at| ask.remind_at(sent + 1, at));
        let shown = question.options.clone();
        let Some(reminder) = ask.remind.get(sent as usize) else { return };
        let said = self.sentence(here, &reminder.say, &[]).and_then(|body| {
            let if_closed = reminder.if_closed.as_ref().map(|way: &WrittenIfClosed| way.resolve(self, here, &shown));
            let (content, if_closed) = (Content::Text { body }, if_closed.transpose()?);
            Ok(self.say(here, Saying { content, if_closed, question: true, tells: false }))
        });
        match said {
            Ok(number) => {
                if let Some(question) = self.question_mut(run) {
                    question.reminder = Some(number);
                    question.messages.push(number);
                }
            }
            Err(failure) => self.note_at(here, failure.text),
        }
    }

    /// Nobody answered in time: runs `on_timeout`, or ends the run with its `on_expire`.
    pub fn time_out(&mut self, here: Here<'a>, on_timeout: Option<Body>) {
        let run = here.run;
        self.leave_question(run);
        self.note_at(here, "time is up");
        if let Some(body) = on_timeout {
            self.resume(here, Next::Body(body));
            return;
        }
        let set = here.set;
        let frames = self.run(run).map(|run| run.frames.clone()).unwrap_or_default();
        let with_steps = frames.iter().rev().filter(|frame| frame.vars.is_some()).find_map(|frame| {
            let flow = set.any_flow(&frame.flow)?;
            Some((frame, flow, flow.on_expire?))
        });
        let Some((frame, flow, Body(Some(entry)))) = with_steps else {
            self.end_run(run, RunEnd::Expired);
            return;
        };
        let mut frame = frame.clone();
        frame.at = Some(flow.node(entry).id.clone());
        // The frame is now the first one: no caller waits for it.
        (frame.returns_as, frame.until) = (None, None);
        if let Some(run) = self.run_mut(run) {
            run.frames = vec![frame];
            run.expired = true;
            run.handing = None;
            run.waiting = Waiting::Ready;
        }
        self.drive(run);
    }
}
