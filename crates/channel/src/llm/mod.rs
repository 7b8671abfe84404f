//! Asks language models: one question, one answer, in the dialect of each server.

mod anthropic;
mod client;
mod clip;
mod endpoint;
mod ollama;
mod openai;
mod prompt;
mod schema;
mod thoughts;
mod transcribe;

pub use client::{Asked, Known, ModelClient, Next};
pub use clip::{Clip, silent_note};
pub use endpoint::{Api, Endpoint, Structured, checked_url};
pub use prompt::prompt_bytes;
pub use transcribe::{NOTHING_HEARD, Transcribed};

use crate::model::effect::{ModelError, Tokens};

/// The text or JSON of an answer, as a dialect found it in the body.
#[derive(Debug, Clone, PartialEq)]
enum Given {
    Text(String),
    /// Of a forced tool, or already parsed.
    Json(serde_json::Value),
}

/// A body with status 200, read.
struct Answer {
    given: Result<Given, ModelError>,
    /// `None`: the server did not count.
    tokens: Option<Tokens>,
}
