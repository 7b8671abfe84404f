//! The waiting question: what answers it, bad tries, asking again, and the fate of its message.

use super::{
    choose::Heard,
    definition::{Body, Kind},
    inputs,
    message::WrittenIfClosed,
    sentences,
    steps::{Step, ask::Ask, say},
    turn::{Failure, Here, Next, Turn},
};
use crate::{
    base::{limits::COUNT_ONCE, time::Time},
    model::{
        answer::{self, AnswerType, Hearing},
        content::Content,
        effect::{Effect, RunEnd},
        event::Fate,
        inbound::InboundKind,
        matching,
        session::{AnsweredLast, OptionShown, Question, Waiting},
        value::Value,
    },
};

impl<'a> Turn<'a> {
    /// The run whose question or `wait: reply` is open; of several (an aside that asks) the newest.
    pub fn asking(&self) -> Option<u32> {
        let asks = |waiting: &Waiting| matches!(waiting, Waiting::Question(_) | Waiting::Reply { .. });
        self.session.runs.iter().rev().find(|run| asks(&run.waiting)).map(|run| run.number)
    }

    fn question(&self, run: u32) -> Option<&Question> {
        match &self.run(run)?.waiting {
            Waiting::Question(question) => Some(question),
            _ => None,
        }
    }

    pub fn question_mut(&mut self, run: u32) -> Option<&mut Question> {
        match &mut self.run_mut(run)?.waiting {
            Waiting::Question(question) => Some(question),
            _ => None,
        }
    }

    fn ask_step(&self, run: u32) -> Option<(Here<'a>, &'a Ask)> {
        let here = self.here(run)?;
        match &here.node.step {
            Step::Ask(ask) => Some((here, ask)),
            _ => None,
        }
    }

    /// Level 6: exactly an option, or of the asked type other than text.
    pub fn answer_exactly(&mut self, run: u32, heard: &Heard<'_>) -> bool {
        let Some((here, ask)) = self.ask_step(run) else { return false };
        let Some(question) = self.question(run) else { return false };
        if let Some(option) = exact_option(&question.options, heard) {
            let option = option.clone();
            return self.take_option(here, ask, option, heard);
        }
        // What is kept back takes nothing but its options, in reply to its nudge.
        if !question.left || matches!(ask.kind, Kind::Text | Kind::Any | Kind::Choice(_)) {
            return false;
        }
        match self.understood(here, ask, heard) {
            Some(value) => self.take(here, ask, value, None, heard),
            None => false,
        }
    }

    /// Level 8: a near miss of an option, or any text that passes `check`; `wait: reply` takes all that says something.
    pub fn answer_if_it_fits(&mut self, run: u32, heard: &Heard<'_>) -> bool {
        if matches!(self.run(run).map(|run| &run.waiting), Some(Waiting::Reply { .. })) {
            return self.take_reply(run, heard);
        }
        let Some((here, ask)) = self.ask_step(run) else { return false };
        let Some(question) = self.question(run).filter(|question| question.left) else { return false };
        if let Some(option) = near_option(&question.options, heard) {
            let option = option.clone();
            return self.take_option(here, ask, option, heard);
        }
        if !matches!(ask.kind, Kind::Text | Kind::Any) {
            return false;
        }
        match self.understood(here, ask, heard) {
            Some(value) => self.take(here, ask, value, None, heard),
            None => false,
        }
    }

    /// A tap: the option that `means` names.
    pub fn answer_by_option(&mut self, run: u32, heard: &Heard<'_>, means: impl Fn(&str) -> bool) -> bool {
        let Some((here, ask)) = self.ask_step(run) else { return false };
        let option = self.question(run).and_then(|question| question.options.iter().find(|option| means(&option.id)));
        match option.cloned() {
            Some(option) => self.take_option(here, ask, option, heard),
            None => false,
        }
    }

    /// The message as the asked type, if it is that and passes `check`.
    fn understood(&mut self, here: Here<'a>, ask: &Ask, heard: &Heard<'_>) -> Option<Value> {
        let hearing =
            Hearing { now: self.local_now(here.set), language: self.language(), phone: self.contact.phone.as_deref() };
        let kind = inputs::answer_type(&ask.kind);
        let value = match answer::understand(kind, &heard.message.kind, &hearing)? {
            Value::Map(sent) if kind == AnswerType::Media => Value::Map(sent),
            value => value,
        };
        self.passes(here, ask, &value).then_some(value)
    }

    fn passes(&mut self, here: Here<'a>, ask: &Ask, value: &Value) -> bool {
        let Some(check) = &ask.check else { return true };
        let name = ask.fills.as_deref().unwrap_or("answer");
        match self.holds(here, check, &[(name, value.clone())]) {
            Ok(passes) => passes,
            Err(failure) => {
                self.note_at(here, format!("its `check` fails: {}", failure.text));
                false
            }
        }
    }

    fn take_option(&mut self, here: Here<'a>, ask: &'a Ask, option: OptionShown, heard: &Heard<'_>) -> bool {
        let kept_back = self.question(here.run).is_some_and(|question| !question.left && !question.nudged);
        if kept_back || !self.passes(here, ask, &option.value) {
            return false;
        }
        // A tap has carried out its consent already; typed, the option means the same.
        let tapped = matches!(heard.message.kind, InboundKind::Button { .. });
        for (topic, given) in option.consent.iter().filter(|_| !tapped) {
            if topic == "all" && !given {
                self.stop("an option, typed", heard.message.at, true);
                return true;
            }
            self.set_consent(topic, *given, &format!("message {}", heard.message.provider_id), None);
        }
        let body = ask.body_of(self, here, &option.id);
        self.take(here, ask, option.value, body, heard)
    }

    /// The answer is here: kept, and on with the steps.
    fn take(&mut self, here: Here<'a>, ask: &'a Ask, value: Value, body: Option<Body>, heard: &Heard<'_>) -> bool {
        self.leave_question(here.run);
        self.keep(here.run, ask.fills.as_deref(), value);
        self.moved_by(here.run, heard);
        self.session.answered_last = Some(AnsweredLast { run: here.run, step: here.node.id.clone(), at: self.now() });
        self.resume(here, body.map_or(Next::Continue, Next::Body));
        true
    }

    fn take_reply(&mut self, run: u32, heard: &Heard<'_>) -> bool {
        let Some(here) = self.here(run) else { return false };
        if !answer::says_something(&heard.message.kind) {
            return false;
        }
        if let Step::Wait(wait) = &here.node.step {
            self.keep(run, wait.fills.as_deref(), answer::value_of(&heard.message.kind));
        }
        self.moved_by(run, heard);
        self.resume(here, Next::Continue);
        true
    }

    fn moved_by(&mut self, run: u32, heard: &Heard<'_>) {
        if let Some(run) = self.run_mut(run) {
            run.asked_for = Some(heard.message.at);
            run.msg = heard.view.clone();
        }
    }

    /// The question is over: what asks it and has not left stays at home.
    fn leave_question(&mut self, run: u32) {
        let Some(question) = self.question(run).cloned() else { return };
        self.drop_question(run, &question);
    }

    pub fn drop_question(&mut self, run: u32, question: &Question) {
        if !question.left {
            self.effects.push(Effect::Drop { run: Some(run), message: Some(question.message) });
        }
        if let Some(reminder) = question.reminder {
            self.effects.push(Effect::Drop { run: Some(run), message: Some(reminder) });
        }
    }

    /// Level 10: a bad try.
    pub fn bad_answer(&mut self, run: u32, heard: &Heard<'_>) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        let now = self.now();
        let most = ask.tries;
        let Some(question) = self.question_mut(run) else { return };
        if !question.left {
            // It leaves now, released by this very message; nobody could answer it yet.
            question.nudged = false;
            self.note_at(here, "the question had not left: this costs no try");
            return;
        }
        if question.bad_at.is_some_and(|at| now - at <= COUNT_ONCE) {
            self.note_at(here, "bad answers within 10 s count once");
            return;
        }
        if let Some(body) = ask.other.filter(|_| heard.text.is_some()) {
            self.leave_question(run);
            self.moved_by(run, heard);
            self.resume(here, Next::Body(body));
            return;
        }
        question.bad_at = Some(now);
        question.tries += 1;
        if question.tries >= most {
            self.leave_question(run);
            self.moved_by(run, heard);
            return self.out_of_tries(here, ask);
        }
        if let Some(run) = self.run_mut(run) {
            run.asked_for = Some(heard.message.at);
        }
        if let Err(failure) = self.say_invalid(here, ask) {
            self.note_at(here, failure.text);
        }
    }

    fn out_of_tries(&mut self, here: Here<'a>, ask: &Ask) {
        self.note_at(here, "no valid answer after the last try");
        match (ask.on_fail, here.set.bot.defaults.ask_on_fail) {
            (Some(body), _) => self.resume(here, Next::Body(body)),
            (None, Some(body)) => {
                self.to_bot_steps(here.run, here.set, body);
                if let Some(run) = self.run_mut(here.run) {
                    run.waiting = Waiting::Ready;
                }
                self.drive(here.run);
            }
            (None, None) => {
                let failure = Failure::new("no_valid_answer", "nobody gave a valid answer");
                self.resume(here, Next::Fail(failure));
            }
        }
    }

    /// `invalid`, with the same buttons.
    fn say_invalid(&mut self, here: Here<'a>, ask: &Ask) -> Result<(), Failure> {
        let text = match (&ask.invalid, &here.set.bot.defaults.ask_invalid) {
            (Some(text), _) | (None, Some(text)) => self.render(here, text, &[])?,
            (None, None) => sentences::invalid(self.language()).to_owned(),
        };
        self.repeat(here, ask, &text)
    }

    /// Sends a text that asks the waiting question once more, with the options as they were shown.
    fn repeat(&mut self, here: Here<'a>, ask: &Ask, text: &str) -> Result<(), Failure> {
        let shown = self.question(here.run).map(|question| question.options.clone()).unwrap_or_default();
        // Only the words and the options are repeated: no files, no link.
        let bare = super::message::Message {
            body: ask.message.body.clone(),
            media: Vec::new(),
            buttons: Vec::new(),
            link: None,
            if_closed: None,
        };
        let number = say::send(self, here, &bare, text, &shown, true, false)?;
        if let Some(question) = self.question_mut(here.run) {
            question.messages.push(number);
        }
        Ok(())
    }

    /// Asks the waiting question again: after an aside, or for an old button. Deadline and tries stay.
    pub fn ask_again(&mut self, run: u32, asked_for: Option<Time>) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        if self.question(run).is_none_or(|question| !question.left) {
            return;
        }
        let own = self.run(run).and_then(|run| run.asked_for);
        if let Some(run) = self.run_mut(run) {
            run.asked_for = asked_for.or(own);
        }
        let asked = self.render(here, &ask.message.body, &[]).and_then(|body| self.repeat(here, ask, &body));
        if let Err(failure) = asked {
            self.note_at(here, failure.text);
        }
        if let Some(run) = self.run_mut(run) {
            run.asked_for = own;
        }
    }

    /// What became of the message that asks.
    pub fn question_fate(&mut self, run: u32, message: u32, fate: &Fate) {
        let now = self.now();
        let Some((here, ask)) = self.ask_step(run) else { return };
        let Some(question) = self.question_mut(run).filter(|question| question.message == message) else { return };
        match fate {
            Fate::Accepted { nudge: true, .. } => {
                question.left = false;
                question.nudged = true;
            }
            Fate::Accepted { at, .. } => self.question_left(run, ask, *at),
            Fate::Unknown => self.question_left(run, ask, now),
            Fate::Held { .. } | Fate::Postponed { .. } => question.left = false,
            Fate::Delivered | Fate::Read => {}
            Fate::Expired => self.time_out(here, ask.on_timeout),
            Fate::Refused { reason } => {
                self.note_at(here, format!("the question was not allowed out: {}", reason.as_str()));
                self.end_run(run, RunEnd::Refused);
            }
            Fate::Failed { code, text } => {
                question.left = true;
                self.resume(here, Next::Fail(Failure::new(code, text.as_str())));
            }
        }
    }

    /// From here on time counts.
    fn question_left(&mut self, run: u32, ask: &Ask, at: Time) {
        let Some(question) = self.question_mut(run) else { return };
        question.left = true;
        question.nudged = false;
        question.left_at = Some(at);
        if let Some(span) = question.timeout {
            question.deadline = Some(at + span);
        }
        question.remind_at = ask.remind_at(question.reminders_sent, at);
    }

    /// A reminder falls due.
    pub fn remind(&mut self, run: u32) {
        let Some((here, ask)) = self.ask_step(run) else { return };
        let Some(question) = self.question_mut(run) else { return };
        let sent = question.reminders_sent;
        question.reminders_sent += 1;
        question.remind_at = question.left_at.and_then(|at| ask.remind_at(sent + 1, at));
        let shown = question.options.clone();
        let Some(reminder) = ask.remind.get(sent as usize) else { return };
        if let Some(run) = self.run_mut(run) {
            run.asked_for = None;
        }
        let said = self.render(here, &reminder.say, &[]).and_then(|body| {
            let if_closed = reminder.if_closed.as_ref().map(|way: &WrittenIfClosed| way.resolve(self, here, &shown));
            let (content, if_closed) = (Content::Text { body }, if_closed.transpose()?);
            Ok(self.say(here, super::turn::Saying { content, if_closed, question: true, tells: false }))
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

    /// Nobody answered in time: `on_timeout`, else the run ends by `on_expire`.
    pub fn time_out(&mut self, here: Here<'a>, on_timeout: Option<Body>) {
        let run = here.run;
        self.leave_question(run);
        if let Some(run) = self.run_mut(run) {
            // A moment moved it, no message: what it says now is unasked.
            run.asked_for = None;
        }
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
        frame.returns_as = None;
        if let Some(run) = self.run_mut(run) {
            run.frames = vec![frame];
            run.expired = true;
            run.waiting = Waiting::Ready;
        }
        self.drive(run);
    }
}

/// By id, title or number; the id that a foreign button carries.
fn exact_option<'q>(options: &'q [OptionShown], heard: &Heard<'_>) -> Option<&'q OptionShown> {
    if let Some(button) = &heard.button
        && let Some(option) = options.iter().find(|option| option.id == *button)
    {
        return Some(option);
    }
    heard.text?;
    let said = heard.folded.as_str();
    let same = |text: &str| matching::fold(text) == said;
    let by_name =
        options.iter().find(|option| same(&option.id)).or_else(|| options.iter().find(|option| same(&option.title)));
    let by_yesno = || {
        let is_yesno = options.iter().any(|option| matches!(option.value, Value::YesNo(_)));
        let hearing = Hearing { now: jiff::Zoned::default(), language: "en", phone: None };
        let said = is_yesno.then(|| answer::understand(AnswerType::YesNo, &heard.message.kind, &hearing)).flatten()?;
        options.iter().find(|option| option.value == said)
    };
    let by_number = || options.get(said.parse::<usize>().ok()?.checked_sub(1)?);
    by_name.or_else(by_yesno).or_else(by_number)
}

/// One typing error per five letters, or the title as words of a longer text; only when one option fits.
fn near_option<'q>(options: &'q [OptionShown], heard: &Heard<'_>) -> Option<&'q OptionShown> {
    heard.text?;
    let said = heard.folded.as_str();
    let fits = |option: &&OptionShown| {
        [&option.id, &option.title].into_iter().any(|text| {
            let text = matching::fold(text);
            matching::near(said, &text).is_some()
                || (text.chars().any(char::is_alphabetic) && matching::has_word(said, &text))
        })
    };
    let mut fitting = options.iter().filter(fits);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}
