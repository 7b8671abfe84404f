//! Defines the voice note that a model writes down, and the messages that wait behind it.

use super::{Session, WaitingMessage};
use crate::{base::ids::InboundId, effect::ModelCall, event::ConsentWord, inbound::InboundMessage};
use serde::{Deserialize, Serialize};

/// Messages that nobody has judged yet, in their order: a voice note, and everything that came after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hearing {
    /// The question to the model about the first message; `None`: the first message is judged next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<ModelCall>,
    /// Never empty.
    pub messages: Vec<ArrivedMessage>,
}

/// A message as the event `Received` brought it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrivedMessage {
    pub id: InboundId,
    pub message: InboundMessage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<ConsentWord>,
    /// True for a voice note whose words were asked for in vain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unheard: bool,
}

impl Session {
    /// The question to the model that writes a voice note down; all later messages wait behind it.
    pub fn hearing_call(&self) -> Option<&ModelCall> {
        self.hearing.as_deref()?.call.as_ref()
    }

    /// True while messages of the contact wait for a call, for their meaning, or behind a voice note.
    pub fn holds_messages(&self) -> bool {
        !self.waiting_messages.is_empty() || self.hearing.is_some()
    }

    /// Drops the messages that wait. True if there were any.
    pub fn drop_messages(&mut self) -> bool {
        let waiting: Vec<WaitingMessage> = std::mem::take(&mut self.waiting_messages);
        let hearing = self.hearing.take();
        !waiting.is_empty() || hearing.is_some()
    }
}
