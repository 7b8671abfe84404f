//! Defines the data that a conversation keeps for later starts and ends of runs: times, messages, and the contact's
//! earlier data.

use crate::{
    base::{
        ids::{FlowName, InboundId, StepId},
        time::Time,
    },
    inbound::{DeliveryState, InboundKind, InboundMessage},
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A trigger that starts its flow at a time, unless the contact writes before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimedStart {
    pub flow: FlowName,
    pub trigger: String,
    pub at: Time,
    /// The time from which it counts: the end of the window, or the contact's last message.
    pub of: Time,
    /// True if it has started its flow: it does not start again for the same time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// A message that waits for a following one: an opened chat (`request_welcome`) for the text that usually follows, or a
/// text for the further messages of the contact (a trigger with `gather`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitingWelcome {
    pub id: InboundId,
    pub message: InboundMessage,
    /// The time of the contact's previous message here; `None`: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_before: Option<Time>,
    pub until: Time,
}

impl WaitingWelcome {
    /// True for a text that a trigger gathers.
    pub fn is_burst(&self) -> bool {
        !matches!(self.message.kind, InboundKind::Welcome)
    }
}

/// A message of a flow that `delivery:` triggers follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    pub message: u32,
    pub flow: FlowName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The depth of its run in a chain of events.
    pub depth: usize,
    /// The newest delivery state that triggers have seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<DeliveryState>,
}

/// The number of undelivered messages that runs waited for, and the time of the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndeliveredCount {
    pub since: Time,
    pub count: u32,
}

/// The contact's data when a flow began; before each message it is compared, because a change may stop the flow.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StopSnapshot {
    /// The contact's newest message to any sender that the run knows of.
    pub heard_at: Option<Time>,
    pub tags: BTreeSet<String>,
    /// The fields that `stop_when` names.
    pub fields: BTreeMap<String, Value>,
    /// The topics that `stop_when` names.
    pub consent: BTreeMap<String, bool>,
}

/// One start of a trigger with `at_most`; it is not counted if its run ended and none of its messages was accepted or
/// is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountedStart {
    pub key: String,
    pub at: Time,
    pub run: u32,
    /// Its messages without a known outcome.
    pub open: Vec<u32>,
    pub ended: bool,
}
