//! What a platform says of one of our senders when it is asked: each provider fills in the same few checks.

use super::question::Trouble;
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
    /// `token`, `number`, `quality`, `sending`, `limit`, `throughput` or `subscription`; `runtime::checkup` has more of its own.
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

/// What a question that was not answered says of token and number.
pub fn unanswered(trouble: &Trouble) -> Check {
    let name = if trouble.kind == "not_found" { "number" } else { "token" };
    Check::new(name, Grade::Bad, sentence(&trouble.text))
}

/// With a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end_matches([' ', ':', '.']);
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// For a sender that the provider does not have.
pub fn unknown_sender(sender: SenderId) -> Vec<Check> {
    vec![Check::new("token", Grade::Bad, format!("Sender {sender} is not in the configuration of its platform."))]
}
