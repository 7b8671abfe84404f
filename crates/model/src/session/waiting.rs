//! Defines what a run can wait for.

use super::{Question, RemainingWait, Unsaid};
use crate::{
    base::time::Time,
    effect::CallRequest,
    event::{CallError, CallReturn},
};
use serde::{Deserialize, Serialize};

/// The reason why a run waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Waiting {
    /// The run does not wait: only within a turn.
    Ready,
    Question(Box<Question>),
    /// `wait: reply`.
    Reply {
        deadline: Option<Time>,
    },
    /// An `agent` listens.
    Agent {
        deadline: Option<Time>,
        /// The time at which the texts that arrived so far are answered (`gather`); `None`: no text waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        think_at: Option<Time>,
    },
    /// `wait: 2h`, `{until: …}`, `window_closing`.
    Until {
        at: Time,
        /// The time left of a span; `None` for a wait until a moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rest: Option<RemainingWait>,
    },
    /// `wait: {event: NAME}`.
    Event {
        name: String,
        deadline: Option<Time>,
    },
    /// `wait: {delivery: …}` for the message with this number.
    Delivery {
        message: u32,
        read: bool,
        deadline: Option<Time>,
    },
    /// An external call is running, or waits for its next attempt.
    Call(Box<CallWait>),
    /// The step waits for the outcome of its own message.
    Fate {
        message: u32,
    },
    /// `handoff` with `until_done`.
    Person {
        deadline: Option<Time>,
    },
}

impl Waiting {
    /// True while a message of the contact is an answer: to a question, to `wait: reply`, or to an agent.
    pub fn asks(&self) -> bool {
        match self {
            Waiting::Question(_) | Waiting::Reply { .. } | Waiting::Agent { .. } => true,
            Waiting::Ready
            | Waiting::Until { .. }
            | Waiting::Event { .. }
            | Waiting::Delivery { .. }
            | Waiting::Call(_)
            | Waiting::Fate { .. }
            | Waiting::Person { .. } => false,
        }
    }

    /// True while steps run that only an outside result can end: the contact's messages wait meanwhile.
    pub fn is_in_call(&self) -> bool {
        match self {
            Waiting::Call(call) => call.back.is_none(),
            Waiting::Fate { .. } => true,
            Waiting::Question(_)
            | Waiting::Reply { .. }
            | Waiting::Agent { .. }
            | Waiting::Event { .. }
            | Waiting::Delivery { .. }
            | Waiting::Person { .. }
            | Waiting::Until { .. }
            | Waiting::Ready => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallWait {
    pub call: u32,
    pub attempt: u32,
    pub request: CallRequest,
    /// The time of the next attempt; `None` while one is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Time>,
    /// The result that arrived while a person had the conversation; it is handled when the bot has it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Result<CallReturn, CallError>>,
    /// The answer of an `llm` step that the question of a second model is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsaid: Option<Unsaid>,
}
