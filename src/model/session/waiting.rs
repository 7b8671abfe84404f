//! What a run waits for.

use super::{Question, Rest};
use crate::{
    base::time::Time,
    model::{
        effect::HttpCall,
        event::{CallAnswer, CallError},
    },
};
use serde::{Deserialize, Serialize};

/// Why a run stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Waiting {
    /// Not parked: only inside a turn.
    Ready,
    Question(Box<Question>),
    /// `wait: reply`.
    Reply {
        deadline: Option<Time>,
    },
    /// `wait: 2h`, `{until: …}`, `window_closing`.
    Until {
        at: Time,
        /// Of a length of time; `None`: of a moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rest: Option<Rest>,
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
    /// An external call is under way, or waits for its next try.
    Call(Box<CallWait>),
    /// The step waits for the fate of its own message.
    Fate {
        message: u32,
    },
    /// `handoff` with `until_done`.
    Person {
        deadline: Option<Time>,
    },
}

impl Waiting {
    /// Steps are under way that only the outside can end: what the contact writes meanwhile waits for it.
    pub fn is_in_call(&self) -> bool {
        match self {
            Waiting::Call(call) => call.back.is_none(),
            Waiting::Fate { .. } => true,
            Waiting::Question(_)
            | Waiting::Reply { .. }
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
    pub request: HttpCall,
    /// When the next try begins; `None` while one is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Time>,
    /// What came back while a person had the conversation: it is looked at when the bot has it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Result<CallAnswer, CallError>>,
}
