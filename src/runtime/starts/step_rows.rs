//! Defines the JSON data in rows of `audience` and `start` that steps plan.

use crate::model::{
    effect::{Audience, PlannedFlow, Whom},
    value::Value,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The data of a row of `audience`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::runtime) enum Wanted {
    Start(PlannedFlow),
    TakeBack { key: String, audience: Audience },
}

/// The data of a row of `start` that a step planned.
#[derive(Serialize, Deserialize)]
pub(in crate::runtime) struct Given {
    pub inputs: BTreeMap<String, Value>,
    pub depth: usize,
    /// Its audience, which is checked again when it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<i64>,
}

impl Wanted {
    pub fn audience(&self) -> Option<&Audience> {
        match self {
            Wanted::Start(PlannedFlow { whom: Whom::Audience(audience), .. }) => Some(audience),
            Wanted::TakeBack { audience, .. } => Some(audience),
            Wanted::Start(_) => None,
        }
    }

    pub fn key(&self) -> Option<&str> {
        match self {
            Wanted::Start(planned) => planned.key.as_deref(),
            Wanted::TakeBack { key, .. } => Some(key),
        }
    }
}
