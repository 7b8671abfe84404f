//! Describes the person of the business who has the conversation, or who is needed.

use super::Case;
use crate::{
    base::{
        ids::{FlowName, StepId},
        time::{Span, Time},
    },
    effect::IfClosed,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub since: Time,
    /// The time of the person's last message; `give_back` counts from it.
    pub last_word: Time,
    pub give_back: Span,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The flow and run that handed over; this run may still write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    /// The text to send if nobody answers; `None`: it was sent, or a person has written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Box<Unanswered>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The open case; `None` for a conversation that came to the person before cases existed, until something happens
    /// in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Box<Case>>,
}

/// A text for the case that nobody answers. It is rendered at the hand-off, because the run may have ended by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unanswered {
    pub at: Time,
    pub body: String,
    pub topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_closed: Option<IfClosed>,
}

impl Person {
    /// True from a hand-off until somebody of the business takes the conversation over or writes.
    pub fn is_awaited(&self) -> bool {
        self.agent.is_none() && self.last_word == self.since && (self.flow.is_some() || self.team.is_some())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeedsPerson {
    pub since: Time,
    pub why: String,
}
