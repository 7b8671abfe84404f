//! Defines the state of one conversation between two turns: its runs, its waiting starts, and the person who has it.
//!
//! The session is stored as one JSON document. Only the engine changes it, and `turn` grows by one with each change.

mod agent;
mod case;
mod due;
mod hearing;
mod kept;
mod meaning;
mod part;
mod person;
mod question;
mod size;
mod suggestion;
mod waiting;

pub use agent::{AgentDraft, AgentState, AskedAct, Offered, Reach, ToolRun, ToolState, Unsaid};
pub use case::{Case, CaseLimit, CaseState, PRIORITIES, rank};
pub use due::{Due, DueKind};
pub use hearing::{ArrivedMessage, Hearing};
pub use kept::{CountedStart, Followed, StopSnapshot, TimedStart, UndeliveredCount, WaitingWelcome};
pub use meaning::{Meaning, MeaningCall, MeaningChoice, MeaningOf, MeantAnswer, MeantStart};
pub use part::Part;
pub use person::{NeedsPerson, Person, Unanswered};
pub use question::{Gathering, OptionShown, Question};
pub use suggestion::{
    BeganWith, DraftMode, NoSuggestion, Suggestion, SuggestionSource, SuggestionState, SuggestionUse,
};
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
    /// Runs that have not ended, oldest first. At most one of them asks a question.
    pub runs: Vec<Run>,
    /// Starts that wait until the conversation is free, in order.
    pub queue: Vec<Queued>,
    /// Set while a person of the business has the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_person: Option<NeedsPerson>,
    /// The times of the bot's answers to the contact, for the loop guard.
    pub answered: Vec<Time>,
    /// The last answered question: a second tap on it within 10 s changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_last: Option<AnsweredLast>,
    /// The last time a question was repeated because of a tap on an old button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_again_at: Option<Time>,
    /// The last time an opt-out was confirmed (at most once a day).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_stop_at: Option<Time>,
    /// Set if the contact was asked to confirm an unsure opt-out word; the next message is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure_stop: Option<Time>,
    /// Set if the contact was asked for its language: the message that waits for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_asked: Option<Box<WaitingMessage>>,
    /// Messages that arrived during an external call of a run, or wait for a model to tell their meaning, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting_messages: Vec<WaitingMessage>,
    /// A voice note that a model writes down, with the messages behind it, none of which is judged yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hearing: Option<Box<Hearing>>,
    /// The number of questions to models that belong to no run, so far.
    #[serde(skip_serializing_if = "is_none")]
    pub questions: u32,
    /// The timestamp of the contact's newest message here; decides whether the conversation is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Time>,
    /// The provider's id of that message, if it has content; a `react` step reacts to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_id: Option<ProviderId>,
    /// True while the loop guard keeps the bot silent; its alarm has been raised.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guarded: bool,
    /// Starts that count towards an `at_most` until it is known that nothing of them reached the contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<CountedStart>,
    /// Starts at a time that depends on the contact's last message (`window_closing`, `quiet_for`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timed: Vec<TimedStart>,
    /// Set after the chat was opened: a text that follows at once is answered in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Box<WaitingWelcome>>,
    /// The newest messages whose delivery may start a flow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<Followed>,
    /// The last time the contact was told that a machine answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosed_at: Option<Time>,
    /// The messages that failed to arrive since the contact last wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<UndeliveredCount>,
}

/// A message that waits until a call returns, or until a model has told its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingMessage {
    pub id: InboundId,
    pub message: InboundMessage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u32>,
    /// The time of the contact's previous message here; `None`: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_before: Option<Time>,
    /// True if it waits for the meaning of an earlier message, so that what is asked because of that one was asked later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub behind_meaning: bool,
    /// Set once a model is asked about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Box<Meaning>>,
}

/// One run of a flow and of the flows that it calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub number: u32,
    pub version: VersionId,
    pub flow: FlowName,
    pub trigger: String,
    pub started_at: Time,
    /// The innermost frame is last.
    pub frames: Vec<Frame>,
    pub waiting: Waiting,
    /// The contact's message that started the run or last moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Time>,
    /// The value of `event` in expressions, and of `body` and `handoff`.
    #[serde(default)]
    pub event: Value,
    /// The run whose question is repeated when this run ends (`if_busy: aside`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside_of: Option<u32>,
    /// The depth in a chain of events.
    #[serde(default)]
    pub depth: usize,
    /// The value of `msg` in expressions: the message that started the run or last moved it.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub msg: Value,
    /// The value of `handoff` in expressions.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub handoff: Value,
    /// True if something fell due while the run may not write (another run asks, or a person has the conversation); it
    /// continues afterwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub postponed: bool,
    /// True if the first `say` is the confirmation of an opt-out, the only message of the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirms_stop: bool,
    /// The number of external calls so far.
    #[serde(default)]
    pub calls: u32,
    /// The number of questions of agents to their models since a message of the contact moved the run.
    #[serde(default, skip_serializing_if = "is_none")]
    pub agent_calls: u32,
    /// Set while the steps of `out_of_hours` run after a hand-off; then the run ends or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handing: Option<StepId>,
    /// True if a time-out ended the run: only `on_expire` is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    /// The number of the newest message, and the delivery states of the newest messages (`wait: {delivery: …}`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<LastMessage>,
    /// True if `stop_when` ended the run: only `on_stop` is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// The cause of a stop, as one word: `reply`, `event purchase`, `opted_out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The number of turns in a row in which the run was moved only by the outcomes of its own messages and calls.
    #[serde(default, skip_serializing_if = "is_none")]
    pub by_itself: u32,
    /// Set for a run that only answers a request of an open form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answering: Option<Answering>,
}

/// The form request that a run answers, and the value that it returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answering {
    pub id: i64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub returned: Value,
}

/// The newest message of a run and its delivery states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMessage {
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
    /// The step of the frame: the next one, the waiting one, or the `call` whose frame lies above. `None`: the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<StepId>,
    /// The variables of a called flow; `None` for a called block, which uses the variables of its flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vars: Option<BTreeMap<String, Value>>,
    /// The texts of answers whose values are not texts: for `in two weeks`, `vars` has a date, and this map has the
    /// text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
    /// The variable of the caller that receives the returned value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_as: Option<String>,
    /// The error whose `on_error` steps run; an error inside them ends the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
    /// The `repeat` steps that contain the current step, innermost last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loops: Vec<Loop>,
    /// The data of the contact that the flow's `stop_when` compares, as it was when the flow began; `None`: there is no
    /// `stop_when` for such data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knew: Option<Box<StopSnapshot>>,
    /// The time limit of the `call` that entered the frame; `None`: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Set while the current step of the frame is an `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<AgentState>>,
}

impl Frame {
    /// A frame at the first step of a flow or block.
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
            agent: None,
        }
    }
}

/// The state of a `repeat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    pub step: StepId,
    /// The number of the round, from 1.
    pub round: u32,
    /// The remaining items in reverse order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<Value>,
    /// The earlier value of the variable, which is restored afterwards.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub before: Value,
}

/// The value of `error` in expressions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepError {
    pub code: String,
    pub text: String,
    pub step: StepId,
}

/// The time left of a wait at a moment: it does not pass while the flow is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemainingWait {
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
    /// The next time at which something is due without an event from outside.
    pub fn due_at(&self) -> Option<Time> {
        self.due_times().map(|(_, at)| at).min()
    }

    /// One word for who has the conversation.
    pub fn who_has_it(&self) -> &'static str {
        match (&self.person, &self.needs_person) {
            (Some(_), _) => "with_person",
            (None, Some(_)) => "needs_person",
            (None, None) => "bot",
        }
    }

    /// Since when the conversation waits for a person: it needs one, or it was handed over and nobody has taken it.
    pub fn waiting_since(&self) -> Option<Time> {
        match &self.person {
            Some(person) => Some(person.since).filter(|_| person.is_awaited()),
            None => self.needs_person.as_ref().map(|needs| needs.since),
        }
    }

    /// True if a run waits for the result of an external call or the outcome of a message on its way: after a crash the
    /// runtime must look it up. A question that is held back does not count, because its message has a time.
    pub fn is_owed(&self) -> bool {
        self.meaning_call().or(self.summary_call()).or(self.hearing_call()).is_some()
            || self.suggestion().is_some_and(Suggestion::is_thinking)
            || self.runs.iter().any(|run| match &run.waiting {
                Waiting::Call(call) => call.retry_at.is_none(),
                Waiting::Question(question) => question.deadline.is_none() && question.left,
                Waiting::Fate { .. } => true,
                _ => false,
            })
    }

    /// True if the run may not send: a person has the conversation, and another run handed it over. Messages that were
    /// written in the turn of the hand-off, before it, are still sent.
    pub fn silences(&self, run: Option<u32>, said_at: Time) -> bool {
        let Some(person) = &self.person else { return false };
        (person.run.is_none() || person.run != run) && said_at != person.since
    }

    /// The messages whose outcome the runs wait for: questions without a deadline, and steps that wait for their own
    /// message.
    pub fn awaits(&self) -> Vec<u32> {
        let of_run = |run: &Run| match &run.waiting {
            Waiting::Question(question) if question.deadline.is_none() => Some(question.message),
            Waiting::Fate { message } => Some(*message),
            _ => None,
        };
        self.runs.iter().filter_map(of_run).collect()
    }

    /// The versions of the flows that the runs use.
    pub fn versions(&self) -> impl Iterator<Item = VersionId> + '_ {
        let drafting = self.suggestion().and_then(|suggestion| match &suggestion.state {
            SuggestionState::Thinking { run } => Some(run.version),
            SuggestionState::Ready { .. } | SuggestionState::Without { .. } => None,
        });
        self.runs.iter().map(|run| run.version).chain(drafting)
    }
}
