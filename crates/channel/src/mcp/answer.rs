//! Reads the answer to one JSON-RPC request, whichever way it came, and hides the server's secrets in it.

use super::{McpEndpoint, McpFailure};
use crate::base::{limits::CALL_ANSWER_BYTES_MAX, private_use, secret::Secret};
use serde_json::Value as Json;

/// The words of a server's error that are repeated.
const ERROR_CHARS_MAX: usize = 300;

/// The result of a request, and the session that the server has named beside it.
#[derive(Debug)]
pub(super) struct Received {
    pub result: Json,
    pub session: Option<String>,
}

/// A request without a result, by what the caller does next.
#[derive(Debug)]
pub(super) enum Sent {
    /// The server knows no such session; it has done nothing.
    SessionGone,
    /// The server says no, and has done nothing.
    Refused {
        text: String,
    },
    Failed(McpFailure),
}

impl Sent {
    pub fn into_failure(self) -> McpFailure {
        match self {
            Sent::SessionGone => McpFailure::new("refused", "the server ends each session at once"),
            Sent::Refused { text } => McpFailure::new("refused", text),
            Sent::Failed(failure) => failure,
        }
    }

    pub fn bad(text: impl Into<String>) -> Sent {
        Sent::Failed(McpFailure { may_be_done: true, ..McpFailure::new("bad_answer", text) })
    }
}

pub(super) fn too_large() -> Sent {
    let text = format!("the answer is larger than {} KiB", CALL_ANSWER_BYTES_MAX / 1024);
    Sent::Failed(McpFailure { may_be_done: true, ..McpFailure::new("too_large", text) })
}

pub(super) fn broken_off() -> Sent {
    let text = "the connection broke off before the answer";
    Sent::Failed(McpFailure { may_be_done: true, ..McpFailure::new("unreachable", text) })
}

/// The result in the answer to the request with this id.
pub(super) fn result_of(message: Json, id: i64, endpoint: &McpEndpoint) -> Result<Json, Sent> {
    if let Some(error) = message.get("error").filter(|error| error.is_object()) {
        let text = words(error["message"].as_str().unwrap_or("no reason"), endpoint);
        return Err(Sent::Refused { text: format!("the server refuses: {text}") });
    }
    match message {
        Json::Object(mut message) if message.get("id") == Some(&Json::from(id)) => match message.remove("result") {
            Some(result @ Json::Object(_)) => Ok(without_secrets(result, endpoint)),
            _ => Err(Sent::bad("the answer has no `result`")),
        },
        _ => Err(Sent::bad("the answer is that of another request")),
    }
}

/// The words of a server, short, without secrets and signs that a terminal obeys.
pub(super) fn words(text: &str, endpoint: &McpEndpoint) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(ERROR_CHARS_MAX).collect();
    cleaned(&private_use::without(&short), endpoint)
}

/// Shorter secrets are not looked for: they would match by chance.
const ECHOED_BYTES_MIN: usize = 6;

fn cleaned(text: &str, endpoint: &McpEndpoint) -> String {
    let mut text = text.to_owned();
    for secret in endpoint.headers.iter().flat_map(|(_, value)| parts(value)) {
        text = text.replace(secret, "***");
    }
    text
}

/// A header's value, and its last word: `Bearer abc` is echoed as `abc`, too.
fn parts(value: &Secret) -> impl Iterator<Item = &str> {
    let whole = value.expose();
    let last = whole.rsplit(' ').next().unwrap_or_default();
    [whole, last].into_iter().filter(|part| part.len() >= ECHOED_BYTES_MIN)
}

fn without_secrets(json: Json, endpoint: &McpEndpoint) -> Json {
    match json {
        Json::String(text) => Json::String(cleaned(&text, endpoint)),
        Json::Array(items) => items.into_iter().map(|item| without_secrets(item, endpoint)).collect(),
        Json::Object(map) => map.into_iter().map(|(key, item)| (key, without_secrets(item, endpoint))).collect(),
        other => other,
    }
}
