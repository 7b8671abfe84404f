//! What a platform says of one of our senders when it is asked: each provider fills in the same few checks.

use crate::base::ids::SenderId;
use serde::Serialize;
use serde_json::Value as Json;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Good,
    /// It was not asked, or this platform has no answer.
    Unknown,
    /// It works, and somebody should look at it.
    Poor,
    /// It does not work.
    Bad,
}

/// One question and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// `token`, `number`, `quality`, `sending` or `subscription`; `runtime::checkup` has more of its own.
    pub name: &'static str,
    pub grade: Grade,
    /// A sentence, with what to do where something is wrong; holds no secret.
    pub text: String,
    /// Facts for programs, in the platform's own words; `null`: none.
    pub details: Json,
}

impl Check {
    pub fn new(name: &'static str, grade: Grade, text: impl Into<String>) -> Self {
        Check { name, grade, text: text.into(), details: Json::Null }
    }

    pub fn with(self, details: Json) -> Self {
        Check { details, ..self }
    }
}

/// For a sender that the provider does not have.
pub fn unknown_sender(sender: SenderId) -> Vec<Check> {
    vec![Check::new("token", Grade::Bad, format!("Sender {sender} is not in the configuration of its platform."))]
}
