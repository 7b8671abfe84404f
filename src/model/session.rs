//! The state of one conversation between two turns: its runs, what waits in line, who has it.
//!
//! Stored as one JSON document. It changes only in the engine; `turn` grows by one each time.

mod kept;
mod part;
mod person;
mod question;
mod size;
mod waiting;

pub use kept::{CountedStart, Followed, Knew, Lost, TimedStart, WaitingWelcome};
pub use part::Part;
pub use person::{NeedsPerson, Person, Unanswered};
pub use question::{Gathering, OptionShown, Question};
pub use waiting::{CallWait, Waiting};

use super::{event::Start, inbound::InboundMessage, value::Value};
use crate::base::{
    ids::{FlowName, InboundId, ProviderId, StepId, VersionId},
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    pub turn: u64,
    /// The last run number given out.
    pub last_run: u32,
    /// The last message number given out.
    pub last_message: u32,
    /// Runs that have not ended, oldest first. At most one is asking.
    pub runs: Vec<Run>,
    /// Starts that wait until the conversation is free, in order.
    pub queue: Vec<Queued>,
    /// Set while a person has the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_person: Option<NeedsPerson>,
    /// When the bot answered the contact, for the loop guard.
    pub answered: Vec<Time>,
    /// The question answered last: a second tap on it within 10 s changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_last: Option<AnsweredLast>,
    /// When a question was last asked again because of an old button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_again_at: Option<Time>,
    /// When an opt-out was last confirmed (at most once a day).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_stop_at: Option<Time>,
    /// An unsure opt-out word was asked back; the answer to that comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure_stop: Option<Time>,
    /// The contact was asked for a language: the message that waits for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_asked: Option<Box<WaitingMessage>>,
    /// Messages that arrived while a run was in a call; judged when it parks, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting_messages: Vec<WaitingMessage>,
    /// The contact's newest message here, by its own timestamp: whether we are talking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Time>,
    /// The provider's id of that message, if it says something: what a `react` goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_id: Option<ProviderId>,
    /// The loop guard is silent at present, and said so once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guarded: bool,
    /// Starts that count against an `at_most` until it is clear that nothing of them reached the contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<CountedStart>,
    /// Starts at a moment that hangs on the contact's last message (`window_closing`, `quiet_for`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timed: Vec<TimedStart>,
    /// The chat was opened: a text that follows at once is answered in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Box<WaitingWelcome>>,
    /// The newest messages whose delivery may start a flow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<Followed>,
    /// Messages that have not arrived since the contact wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lost>,
}

/// A message that waits for a call to come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingMessage {
    pub id: InboundId,
    pub message: InboundMessage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u32>,
    /// When the contact wrote here before; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_before: Option<Time>,
}

/// One passage through a flow and the flows it calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub number: u32,
    pub version: VersionId,
    pub flow: FlowName,
    pub trigger: String,
    pub started_at: Time,
    /// Innermost last.
    pub frames: Vec<Frame>,
    pub waiting: Waiting,
    /// The contact's message that started or last moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Time>,
    /// What the `event`, `body` and `handoff` of expressions show.
    #[serde(default)]
    pub event: Value,
    /// The run whose waiting question is asked again when this one ends (`if_busy: aside`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside_of: Option<u32>,
    /// Depth in a chain of events.
    #[serde(default)]
    pub depth: usize,
    /// What `msg` shows: the message that started or last moved it.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub msg: Value,
    /// What `handoff` shows.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub handoff: Value,
    /// Something of it fell due while it may not speak (another run asks, a person has the
    /// conversation): it goes on when that is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub postponed: bool,
    /// Its first `say` is the confirmation of an opt-out, the only thing that it says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirms_stop: bool,
    /// External calls made so far.
    #[serde(default)]
    pub calls: u32,
    /// Its hand-off is done, and the steps of `out_of_hours` are being said: then it ends or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handing: Option<StepId>,
    /// A time-out ended it: only its `on_expire` is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    /// The number of its newest message, and how far the newest ones have come (`wait: {delivery: …}`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// Its `stop_when` ended it: only `on_stop` is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// What stopped it, in a word: `reply`, `event purchase`, `opted_out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Turns in a row in which nothing moved it but what became of its own messages and calls.
    #[serde(default, skip_serializing_if = "is_none")]
    pub by_itself: u32,
    /// It answers an open form, and does nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answering: Option<Answering>,
}

/// Which request of a form a run answers, and what it returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    pub id: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub returned: Value,
}

/// What is known of a run's newest message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub message: u32,
    #[serde(default)]
    pub delivered: bool,
    #[serde(default)]
    pub read: bool,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

fn is_nothing(value: &Value) -> bool {
    *value == Value::Nothing
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub flow: FlowName,
    /// The step it stands at: the next one, the waiting one, or the `call` that it is inside. `None`: the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<StepId>,
    /// A called flow has variables of its own; a called block shares its flow's (then this is `None`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vars: Option<BTreeMap<String, Value>>,
    /// The texts that were written for answers among its variables, where their values are something else: for `in two
    /// weeks` a date is kept in `vars`, and the text here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
    /// Where the caller keeps what comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_as: Option<String>,
    /// The error whose `on_error` steps run; an error inside them ends the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
    /// The `repeat` steps that it is inside, innermost last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loops: Vec<Loop>,
    /// What of the contact the flow's `stop_when` looks at, as it was when the flow began; `None`: it looks at nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knew: Option<Box<Knew>>,
    /// When the time of the `call` that entered it is up; `None`: it has all the time it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Frame {
    /// At the step that comes first in it.
    pub fn new(
        flow: FlowName,
        at: Option<StepId>,
        vars: Option<BTreeMap<String, Value>>,
        returns_as: Option<String>,
    ) -> Frame {
        Frame {
            flow,
            at,
            vars,
            texts: BTreeMap::new(),
            returns_as,
            error: None,
            loops: Vec::new(),
            knew: None,
            until: None,
        }
    }
}

/// How far a `repeat` is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    pub step: StepId,
    /// From 1.
    pub round: u32,
    /// The items to come, the next one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<Value>,
    /// What its variable held before, and holds again afterwards.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub before: Value,
}

/// What `error` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepError {
    pub code: String,
    pub text: String,
    pub step: StepId,
}

/// How much of a wait was left at a moment: while its flow is paused nothing of it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    pub since: Time,
    pub left: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    pub start: Start,
    pub since: Time,
    pub until: Time,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredLast {
    pub run: u32,
    pub step: StepId,
    pub at: Time,
}

impl Session {
    /// When something falls due next without anybody doing anything.
    pub fn due_at(&self) -> Option<Time> {
        self.dues().map(|(_, at)| at).min()
    }

    /// The answer of an external call is owed to it, or the fate of a message that is on its way: after a crash
    /// somebody must look what became of it. A question that is kept back is not meant: its message has a moment.
    pub fn is_owed(&self) -> bool {
        self.runs.iter().any(|run| match &run.waiting {
            Waiting::Call(call) => call.retry_at.is_none(),
            Waiting::Question(question) => question.deadline.is_none() && question.left,
            Waiting::Fate { .. } => true,
            _ => false,
        })
    }

    /// A person has the conversation, it was not this run that handed it over, and what it said then was not
    /// said in the very turn of the hand-off, before it: that still goes out.
    pub fn silences(&self, run: Option<u32>, said_at: Time) -> bool {
        let Some(person) = &self.person else { return false };
        (person.run.is_none() || person.run != run) && said_at != person.since
    }

    /// The messages whose fate its runs wait for: of questions without a deadline, and of steps that go on by it.
    pub fn awaits(&self) -> Vec<u32> {
        let of_run = |run: &Run| match &run.waiting {
            Waiting::Question(question) if question.deadline.is_none() => Some(question.message),
            Waiting::Fate { message } => Some(*message),
            _ => None,
        };
        self.runs.iter().filter_map(of_run).collect()
    }

    /// The versions that its runs stand on.
    pub fn versions(&self) -> impl Iterator<Item = VersionId> + '_ {
        self.runs.iter().map(|run| run.version)
    }
}
