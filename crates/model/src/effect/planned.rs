//! Describes the starts that `start` steps plan: the flow, the time and the contacts.

use crate::{
    base::{
        ids::{FlowName, StepId, VersionId},
        time::Time,
    },
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A flow that a `start` step plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedFlow {
    pub flow: FlowName,
    pub inputs: BTreeMap<String, Value>,
    pub when: PlannedTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The number of starts and events in the chain that led to it.
    pub depth: usize,
    pub whom: StartTarget,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedTime {
    Now,
    At(Time),
    /// The next such time on each contact's local clock: `10:00:00`.
    Clock(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartTarget {
    /// The contact of the run itself.
    Contact,
    Audience(Audience),
}

/// The contacts that `for:` of a `start` step selects. Its condition is in that step of that version of the flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audience {
    pub version: VersionId,
    pub flow: FlowName,
    pub step: StepId,
    pub tags: Vec<String>,
    /// The variables of the run, for the condition.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, Value>,
    /// The value of `event` in the condition.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub event: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

fn is_nothing(value: &Value) -> bool {
    *value == Value::Nothing
}

/// The trigger key of runs that a `start` step began: `start`, or `start KEY`.
pub fn start_key(key: Option<&str>) -> String {
    key.map_or_else(|| "start".to_owned(), |key| format!("start {key}"))
}

/// The trigger key of runs that a broadcast began.
pub fn broadcast_key(id: i64) -> String {
    format!("broadcast {id}")
}

/// The broadcast of a key that `broadcast_key` made.
pub fn broadcast_of(key: &str) -> Option<i64> {
    key.strip_prefix("broadcast ")?.parse().ok()
}

/// True for a key that `start_key` made.
pub fn is_start_key(key: &str) -> bool {
    key == "start" || key.starts_with("start ")
}
