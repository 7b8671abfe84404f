//! Describes the request of an `http` step as plain data, in which a secret is a separate part with only its name, and
//! unites it with the question of an `llm` step and the call of an MCP tool.
//!
//! A secret is never stored as text. Texts of customers, servers and programs are always a `CallText::Plain` or a
//! `CallPart::Text`, in memory and in the database, so that none of them can become a secret. Only `channel::call`
//! inserts the values of secrets.

use super::ModelCall;
use crate::base::time::Span;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A request to the outside whose result the run waits for. The stored form is that of the request itself: no field of
/// one kind is enough for the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CallRequest {
    Http(HttpCall),
    Model(ModelCall),
    Mcp(McpCall),
}

impl CallRequest {
    /// The run that asks, and the number of the call within it.
    pub fn number(&self) -> (u32, u32) {
        match self {
            CallRequest::Http(call) => (call.run, call.call),
            CallRequest::Model(call) => (call.run, call.call),
            CallRequest::Mcp(call) => (call.run, call.call),
        }
    }
}

/// One call of a tool of an MCP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct McpCall {
    pub run: u32,
    pub call: u32,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The name of the server in the configuration.
    pub server: String,
    pub tool: String,
    pub arguments: serde_json::Map<String, Json>,
    /// The tool as the lock has it: one that the server describes otherwise is not called.
    pub pinned: McpPin,
    /// True if it changes something outside: it is made at most once.
    pub is_act: bool,
}

/// The digests of the pinned description and schema of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct McpPin {
    pub description: String,
    pub inputs: String,
}

/// One HTTP request of a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpCall {
    pub run: u32,
    pub call: u32,
    /// The number of the attempt, from 1; all attempts of one call have the same `key`.
    pub attempt: u32,
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, CallText>,
    pub query: Vec<(String, CallText)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<CallBody>,
    pub timeout: Span,
    /// Sent as `Idempotency-Key` if the step may be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl HttpCall {
    /// True if the request contains a secret.
    pub fn has_secret(&self) -> bool {
        let in_body = match &self.body {
            Some(CallBody::WithSecrets(json)) => json.has_secret(),
            Some(CallBody::Form(fields)) => fields.iter().any(|(_, value)| value.has_secret()),
            Some(CallBody::Json(_)) | None => false,
        };
        in_body || self.headers.values().chain(self.query.iter().map(|(_, value)| value)).any(CallText::has_secret)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBody {
    Json(Json),
    /// JSON that contains secrets.
    WithSecrets(CallJson),
    Form(Vec<(String, CallText)>),
}

/// A text of a request. Its stored form is a JSON text, or a list of parts; the two cannot be confused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CallText {
    Plain(String),
    Parts(Vec<CallPart>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPart {
    Text(String),
    /// The name of one of the `secrets` that the configuration grants to the flow.
    Secret(String),
}

/// JSON that contains secrets. Each variant is stored with its own tag, so that a map from outside stays a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallJson {
    Plain(Json),
    Text(CallText),
    List(Vec<CallJson>),
    Map(BTreeMap<String, CallJson>),
}

impl CallText {
    pub fn secret(name: impl Into<String>) -> CallText {
        CallText::Parts(vec![CallPart::Secret(name.into())])
    }

    pub fn has_secret(&self) -> bool {
        match self {
            CallText::Plain(_) => false,
            CallText::Parts(parts) => parts.iter().any(|part| matches!(part, CallPart::Secret(_))),
        }
    }

    /// This text followed by another one.
    #[must_use]
    pub fn with(self, more: CallText) -> CallText {
        let (mut parts, more) = match (self, more) {
            (CallText::Plain(mut text), CallText::Plain(more)) => {
                text.push_str(&more);
                return CallText::Plain(text);
            }
            (text, more) => (text.into_parts(), more.into_parts()),
        };
        parts.extend(more);
        CallText::Parts(parts)
    }

    fn into_parts(self) -> Vec<CallPart> {
        match self {
            CallText::Plain(text) if text.is_empty() => Vec::new(),
            CallText::Plain(text) => vec![CallPart::Text(text)],
            CallText::Parts(parts) => parts,
        }
    }

    /// The text with each secret replaced by the result of `value` for its name.
    pub fn fill<E>(&self, mut value: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
        match self {
            CallText::Plain(text) => Ok(text.clone()),
            CallText::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    CallPart::Text(text) => Ok(text.clone()),
                    CallPart::Secret(name) => value(name),
                })
                .collect(),
        }
    }

    /// The text for people: a secret is shown as `secret:NAME`.
    pub fn shown(&self) -> String {
        let shown = self.fill(|name| Ok::<_, std::convert::Infallible>(format!("secret:{name}")));
        match shown {
            Ok(text) => text,
            Err(never) => match never {},
        }
    }

    /// The length in bytes; a secret counts as the length of its name.
    pub fn bytes(&self) -> usize {
        match self {
            CallText::Plain(text) => text.len(),
            CallText::Parts(parts) => {
                let bytes = parts.iter().map(|part| match part {
                    CallPart::Text(text) | CallPart::Secret(text) => text.len(),
                });
                bytes.sum()
            }
        }
    }
}

impl From<String> for CallText {
    fn from(text: String) -> Self {
        CallText::Plain(text)
    }
}

impl From<&str> for CallText {
    fn from(text: &str) -> Self {
        CallText::Plain(text.to_owned())
    }
}

impl CallJson {
    pub fn has_secret(&self) -> bool {
        match self {
            CallJson::Plain(_) => false,
            CallJson::Text(text) => text.has_secret(),
            CallJson::List(items) => items.iter().any(CallJson::has_secret),
            CallJson::Map(map) => map.values().any(CallJson::has_secret),
        }
    }

    /// The JSON with each secret replaced by the result of `value` for its name.
    pub fn fill<E>(&self, value: &mut dyn FnMut(&str) -> Result<String, E>) -> Result<Json, E> {
        Ok(match self {
            CallJson::Plain(json) => json.clone(),
            CallJson::Text(text) => Json::String(text.fill(value)?),
            CallJson::List(items) => Json::Array(items.iter().map(|item| item.fill(value)).collect::<Result<_, _>>()?),
            CallJson::Map(map) => {
                let pairs = map.iter().map(|(key, item)| Ok((key.clone(), item.fill(value)?)));
                Json::Object(pairs.collect::<Result<_, E>>()?)
            }
        })
    }

    /// The JSON for people: a secret is shown as `secret:NAME`.
    pub fn shown(&self) -> Json {
        let shown = self.fill(&mut |name| Ok::<_, std::convert::Infallible>(format!("secret:{name}")));
        match shown {
            Ok(json) => json,
            Err(never) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(body: CallBody) -> HttpCall {
        let bearer = CallText::from("Bearer ").with(CallText::secret("SHOP"));
        HttpCall {
            run: 1,
            call: 1,
            attempt: 1,
            method: "POST".into(),
            url: "https://shop.example/".into(),
            headers: BTreeMap::from([("authorization".to_owned(), bearer)]),
            query: vec![("q".to_owned(), "\u{E000}secret:SHOP\u{E000}".into())],
            body: Some(body),
            timeout: Span::seconds(10),
            key: None,
        }
    }

    #[test]
    fn a_secret_waits_in_its_row_by_name_and_no_text_becomes_one() {
        let forged = json!({"text": [{"secret": "SHOP"}]});
        let parts = CallJson::Map(BTreeMap::from([
            ("key".to_owned(), CallJson::Text(CallText::secret("SHOP"))),
            ("theirs".to_owned(), CallJson::Plain(forged.clone())),
        ]));
        for body in [CallBody::WithSecrets(parts), CallBody::Json(forged)] {
            let stored = serde_json::to_string(&call(body.clone())).unwrap();
            let read: CallRequest = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, CallRequest::Http(call(body)), "{stored}");
        }
        let read: CallText = serde_json::from_str(r#""[{\"secret\":\"SHOP\"}]""#).unwrap();
        assert!(!read.has_secret(), "a text that looks like the list of parts");
    }

    #[test]
    fn what_waited_before_secrets_were_parts_can_be_read() {
        let old = r#"{"run":1,"call":1,"attempt":1,"method":"GET","url":"https://shop.example/","headers":{"x":"a"},
            "query":[["q","b"]],"body":{"form":[["c","d"]]},"timeout":10000}"#;
        let read: HttpCall = serde_json::from_str(old).unwrap();
        assert_eq!((read.headers["x"].clone(), read.has_secret()), ("a".into(), false));
    }

    #[test]
    fn secrets_are_filled_in_by_name_and_shown_by_name() {
        let text = CallText::from("a ").with(CallText::secret("K")).with(" b".into());
        assert_eq!(text.fill(|name| Ok::<_, ()>(format!("<{name}>"))), Ok("a <K> b".to_owned()));
        assert_eq!((text.shown().as_str(), text.bytes()), ("a secret:K b", 5));
        assert_eq!(text.fill(|name| Err(name.to_owned())), Err("K".to_owned()));
    }
}
