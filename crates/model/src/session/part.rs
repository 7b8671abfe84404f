//! Defines the parts of a session that can move it, so that a part on which the engine fails can be separated from the
//! others.

use super::{Run, Session, Suggestion, Waiting};
use crate::base::time::Time;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Run(u32),
    /// Starts that wait in the queue.
    Queue,
    /// The person who has the conversation, and the runs that wait for this person.
    Person,
    /// Starts at a time that depends on the contact's last message.
    Timed,
    /// The opened chat without a message.
    Welcome,
    /// The draft that an agent is writing while a person has the conversation.
    Suggestion,
    /// Messages that wait until a call of a run or a question about them returns, or behind a voice note.
    Messages,
}

impl Run {
    /// The next time at which something of the run is due without an event from outside.
    pub fn due_at(&self) -> Option<Time> {
        [self.wait_due_at(), self.called_until()].into_iter().flatten().min()
    }

    /// One word for what the run waits for, and the end of the wait.
    pub fn waits_for(&self) -> (&'static str, Option<Time>) {
        let (what, until) = match &self.waiting {
            Waiting::Ready => ("step", None),
            Waiting::Question(question) => ("answer", question.deadline),
            Waiting::Reply { deadline } => ("reply", *deadline),
            Waiting::Agent { deadline, .. } => ("message", *deadline),
            Waiting::Until { at, .. } => ("time", Some(*at)),
            Waiting::Event { deadline, .. } => ("event", *deadline),
            Waiting::Delivery { deadline, .. } => ("delivery", *deadline),
            Waiting::Call(call) => ("call", call.retry_at),
            Waiting::Fate { .. } => ("delivery", None),
            Waiting::Person { deadline } => ("person", *deadline),
        };
        // The time limit of an enclosing `call` may end earlier.
        (what, until.into_iter().chain(self.called_until()).min())
    }

    /// The earliest time limit of the calls that contain the current step. Steps for a hand-off out of hours have none
    /// and run to their end, because a person has the conversation already.
    pub fn called_until(&self) -> Option<Time> {
        let all = self.frames.iter().filter(|_| self.handing.is_none());
        all.filter_map(|frame| frame.until).min()
    }

    /// When an agent says that its model still thinks; `None`: nothing is to be said.
    pub fn patience_at(&self) -> Option<Time> {
        let Waiting::Call(call) = &self.waiting else { return None };
        self.frames.last()?.agent.as_ref().filter(|_| call.back.is_none())?.patience_at
    }

    fn wait_due_at(&self) -> Option<Time> {
        match &self.waiting {
            Waiting::Question(question) => question.due_at(),
            Waiting::Reply { deadline }
            | Waiting::Event { deadline, .. }
            | Waiting::Delivery { deadline, .. }
            | Waiting::Person { deadline } => *deadline,
            Waiting::Agent { deadline, think_at } => [*deadline, *think_at].into_iter().flatten().min(),
            Waiting::Until { at, .. } => Some(*at),
            Waiting::Call(call) => [call.retry_at, self.patience_at()].into_iter().flatten().min(),
            Waiting::Ready | Waiting::Fate { .. } => None,
        }
    }
}

impl Session {
    /// The parts that are due at a time, without runs that wait until they may write.
    pub fn due_times(&self) -> impl Iterator<Item = (Part, Time)> + '_ {
        let runs = self.runs.iter().filter(|run| !run.postponed && !self.reads_answer_of(run));
        let runs = runs.filter_map(|run| Some((Part::Run(run.number), run.due_at()?)));
        let queue = self.queue.iter().map(|queued| (Part::Queue, queued.until));
        let person = self
            .person
            .iter()
            .flat_map(|person| {
                let case_at = person.case.as_ref().and_then(|case| case.acts_at());
                [Some(person.gives_back_at()), person.unanswered.as_ref().map(|u| u.at), case_at]
            })
            .flatten()
            .map(|at| (Part::Person, at));
        let timed = self.timed.iter().filter(|timed| !timed.done).map(|timed| (Part::Timed, timed.at));
        let welcome = self.welcome.iter().map(|welcome| (Part::Welcome, welcome.until));
        runs.chain(queue).chain(person).chain(timed).chain(welcome)
    }

    /// All parts.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = self.runs.iter().map(|run| Part::Run(run.number)).collect();
        parts.extend((!self.queue.is_empty()).then_some(Part::Queue));
        parts.extend(self.person.is_some().then_some(Part::Person));
        parts.extend(self.timed.iter().any(|timed| !timed.done).then_some(Part::Timed));
        parts.extend(self.welcome.is_some().then_some(Part::Welcome));
        parts.extend(self.suggestion().is_some_and(Suggestion::is_thinking).then_some(Part::Suggestion));
        parts.extend(self.holds_messages().then_some(Part::Messages));
        parts
    }
}
