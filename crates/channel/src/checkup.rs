//! Defines the result of asking a platform about one of our senders: every provider fills in the same few checks.

use super::question::QuestionError;
use crate::base::ids::SenderId;
use serde::Serialize;
use serde_json::Value as Json;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Good,
    /// Not checked, or the platform has no answer.
    Unknown,
    /// It works, but an operator should look at it.
    Poor,
    /// It does not work.
    Bad,
}

/// One check and its result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// `token`, `number`, `quality`, `sending`, `limit`, `throughput` or `subscription`; `runtime::checkup` adds more.
    pub name: &'static str,
    pub grade: Grade,
    /// A sentence, with advice if something is wrong; contains no secret.
    pub text: String,
    /// Data for programs, in the platform's own words; `null`: none.
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

/// The check result for a question that was not answered.
pub fn unanswered(trouble: &QuestionError) -> Check {
    let name = if trouble.kind == "not_found" { "number" } else { "token" };
    Check::new(name, Grade::Bad, sentence(&trouble.text))
}

/// Adds a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end_matches([' ', ':', '.']);
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The checks for a sender that the provider does not have.
pub fn unknown_sender(sender: SenderId) -> Vec<Check> {
    vec![Check::new("token", Grade::Bad, format!("Sender {sender} is not in the configuration of its platform."))]
}
