//! What a conversation keeps so that triggers can start flows and end runs later: moments, messages, and what was
//! known before.

use crate::{
    base::{
        ids::{FlowName, InboundId, StepId},
        time::Time,
    },
    model::{
        inbound::{DeliveryState, InboundKind, InboundMessage},
        value::Value,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A trigger that starts its flow at a moment, unless the contact writes before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimedStart {
    pub flow: FlowName,
    pub trigger: String,
    pub at: Time,
    /// What it hangs on: the end of the window, or the contact's last message.
    pub of: Time,
    /// It has started its flow: no second time for the same moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// A message that waits for what may follow it: an opened chat (`request_welcome`) for the text that mostly comes, or
/// a text for the rest of what its writer says in one breath (a trigger with `gather`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingWelcome {
    pub id: InboundId,
    pub message: InboundMessage,
    /// When the contact wrote here before; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_before: Option<Time>,
    pub until: Time,
}

impl WaitingWelcome {
    /// It is a text, and a trigger gathers it.
    pub fn is_burst(&self) -> bool {
        !matches!(self.message.kind, InboundKind::Welcome)
    }
}

/// A message of a flow, for `delivery:` triggers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    pub message: u32,
    pub flow: FlowName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Of its run, in a chain of events.
    pub depth: usize,
    /// The newest state that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<DeliveryState>,
}

/// How many messages that runs waited for have not arrived, since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub since: Time,
    pub count: u32,
}

/// What a flow knew of its contact when it began, to see before each message whether something has changed that stops
/// it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Knew {
    /// The contact's newest message at any sender that its run knows of.
    pub heard_at: Option<Time>,
    pub tags: BTreeSet<String>,
    /// Of the fields that it looks at.
    pub fields: BTreeMap<String, Value>,
    /// Of the topics that it looks at.
    pub consent: BTreeMap<String, bool>,
}

/// One start of a trigger with `at_most`: given back when it ended and nothing was accepted or unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountedStart {
    pub key: String,
    pub at: Time,
    pub run: u32,
    /// Its messages whose fate is open.
    pub open: Vec<u32>,
    pub ended: bool,
}
