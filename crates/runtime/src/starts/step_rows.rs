//! Defines the JSON data in rows of `audience` and `start` that steps plan.

use crate::model::{
    effect::{Audience, PlannedFlow, StartTarget},
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The data of a row of `audience`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepRowData {
    Start(PlannedFlow),
    TakeBack { key: String, audience: Audience },
}

/// The data of a row of `start` that a step planned.
#[derive(Serialize, Deserialize)]
pub(crate) struct StepStartData {
    pub inputs: BTreeMap<String, Value>,
    pub depth: usize,
    /// Its audience, which is checked again when it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<i64>,
}

impl StepRowData {
    pub fn audience(&self) -> Option<&Audience> {
        match self {
            StepRowData::Start(PlannedFlow { whom: StartTarget::Audience(audience), .. }) => Some(audience),
            StepRowData::TakeBack { audience, .. } => Some(audience),
            StepRowData::Start(_) => None,
        }
    }

    pub fn key(&self) -> Option<&str> {
        match self {
            StepRowData::Start(planned) => planned.key.as_deref(),
            StepRowData::TakeBack { key, .. } => Some(key),
        }
    }
}
