//! Reads the answer to one JSON-RPC request, whichever way it came, and hides the server's secrets in it.

use super::{McpFailure, McpPlace};
use crate::base::{limits::CALL_ANSWER_BYTES_MAX, private_use, secret::Secret};
use serde_json::{Value as Json, json};
use std::sync::Arc;

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
pub(super) fn result_of(message: Json, id: i64, hidden: &Hidden) -> Result<Json, Sent> {
    if let Some(error) = message.get("error").filter(|error| error.is_object()) {
        let text = hidden.words(error["message"].as_str().unwrap_or("no reason"));
        return Err(Sent::Refused { text: format!("the server refuses: {text}") });
    }
    match message {
        Json::Object(mut message) if message.get("id") == Some(&Json::from(id)) => match message.remove("result") {
            Some(result @ Json::Object(_)) => Ok(hidden.without_secrets(result)),
            _ => Err(Sent::bad("the answer has no `result`")),
        },
        _ => Err(Sent::bad("the answer is that of another request")),
    }
}

/// The answer to a question of the server itself: a `ping` shows that we live, and nothing else is answered. `None`: news,
/// which nobody waits for.
pub(super) fn answer_to(method: &str, id: &Json) -> Option<Json> {
    if !id.is_string() && !id.is_number() {
        return None;
    }
    Some(match method {
        "ping" => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
        _ => {
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "this client answers no such request"}})
        }
    })
}

/// Shorter secrets are not looked for: they would match by chance.
const ECHOED_BYTES_MIN: usize = 6;

/// The secrets that a server knows, and may say again.
#[derive(Debug, Clone)]
pub(super) struct Hidden(Arc<[Secret]>);

impl Hidden {
    pub fn of(place: &McpPlace) -> Hidden {
        let values = match place {
            McpPlace::Http(address) => &address.headers,
            McpPlace::Program(program) => &program.env,
        };
        Hidden(values.iter().map(|(_, value)| value.clone()).collect())
    }

    /// The words of a server, short, without secrets and signs that a terminal obeys.
    pub fn words(&self, text: &str) -> String {
        let short: String = text.chars().filter(|c| !c.is_control()).take(ERROR_CHARS_MAX).collect();
        self.cleaned(&private_use::without(&short))
    }

    fn cleaned(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.0.iter().flat_map(parts) {
            text = text.replace(secret, "***");
        }
        text
    }

    fn without_secrets(&self, json: Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.cleaned(&text)),
            Json::Array(items) => items.into_iter().map(|item| self.without_secrets(item)).collect(),
            Json::Object(map) => map.into_iter().map(|(key, item)| (key, self.without_secrets(item))).collect(),
            other => other,
        }
    }
}

/// The value of a header or a variable, and its last word: `Bearer abc` is echoed as `abc`, too.
fn parts(value: &Secret) -> impl Iterator<Item = &str> {
    let whole = value.expose();
    let last = whole.rsplit(' ').next().unwrap_or_default();
    [whole, last].into_iter().filter(|part| part.len() >= ECHOED_BYTES_MIN)
}
