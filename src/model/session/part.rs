//! The parts of a session that can move it, so that one that breaks the engine can be told from the others.

use super::{Run, Session, Waiting};
use crate::base::time::Time;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Run(u32),
    /// Starts that wait in line.
    Queue,
    /// Who has the conversation, and the runs that wait for them.
    Person,
    /// Starts at a moment that hangs on the contact's last message.
    Timed,
    /// The chat that was opened without a word.
    Welcome,
    /// Messages that wait for a call to come back.
    Messages,
}

impl Run {
    /// When something of it falls due without anybody doing anything.
    pub fn due_at(&self) -> Option<Time> {
        [self.wait_due_at(), self.called_until()].into_iter().flatten().min()
    }

    /// When the first of the calls that it is inside has had its time. What is said of a hand-off out of hours is said
    /// to its end: a person has the conversation already.
    pub fn called_until(&self) -> Option<Time> {
        let all = self.frames.iter().filter(|_| self.handing.is_none());
        all.filter_map(|frame| frame.until).min()
    }

    fn wait_due_at(&self) -> Option<Time> {
        match &self.waiting {
            Waiting::Question(question) => question.due_at(),
            Waiting::Reply { deadline }
            | Waiting::Event { deadline, .. }
            | Waiting::Delivery { deadline, .. }
            | Waiting::Person { deadline } => *deadline,
            Waiting::Until { at, .. } => Some(*at),
            Waiting::Call(call) => call.retry_at,
            Waiting::Ready | Waiting::Fate { .. } => None,
        }
    }
}

impl Session {
    /// What falls due, and when; a run that waits its turn does not.
    pub fn dues(&self) -> impl Iterator<Item = (Part, Time)> + '_ {
        let runs = self.runs.iter().filter(|run| !run.postponed);
        let runs = runs.filter_map(|run| Some((Part::Run(run.number), run.due_at()?)));
        let queue = self.queue.iter().map(|queued| (Part::Queue, queued.until));
        let person = self
            .person
            .iter()
            .flat_map(|person| [Some(person.last_word + person.give_back), person.unanswered.as_ref().map(|u| u.at)])
            .flatten()
            .map(|at| (Part::Person, at));
        let timed = self.timed.iter().filter(|timed| !timed.done).map(|timed| (Part::Timed, timed.at));
        let welcome = self.welcome.iter().map(|welcome| (Part::Welcome, welcome.until));
        runs.chain(queue).chain(person).chain(timed).chain(welcome)
    }

    /// Every part that there is.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = self.runs.iter().map(|run| Part::Run(run.number)).collect();
        parts.extend((!self.queue.is_empty()).then_some(Part::Queue));
        parts.extend(self.person.is_some().then_some(Part::Person));
        parts.extend(self.timed.iter().any(|timed| !timed.done).then_some(Part::Timed));
        parts.extend(self.welcome.is_some().then_some(Part::Welcome));
        parts.extend((!self.waiting_messages.is_empty()).then_some(Part::Messages));
        parts
    }
}
