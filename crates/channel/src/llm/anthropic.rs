//! Speaks Anthropic's messages. A typed answer is a forced tool.

use super::{
    Answer, Endpoint, Given, Structured,
    client::{cut, refused},
    openai::count,
    prompt::{ANSWER, prompt},
    schema::schema,
};
use crate::{
    model::effect::{ModelError, ModelErrorKind, ModelQuestion, Tokens},
    untrusted_json::{part, text},
};
use serde_json::{Value as Json, json};

pub(super) const PATH: &str = "/v1/messages";
/// The version of the interface.
pub(super) const VERSION: &str = "2023-06-01";

pub(super) fn body(endpoint: &Endpoint, question: &ModelQuestion, mode: Structured, output: u32) -> Json {
    let prompt = prompt(question, mode);
    let mut body = json!({
        "model": endpoint.model,
        "max_tokens": output,
        "system": prompt.system,
        "messages": [{"role": "user", "content": prompt.user}],
    });
    if let (Structured::Tool, Some(schema)) = (mode, schema(&question.shape)) {
        body["tools"] = json!([{"name": ANSWER, "description": "Takes the answer.", "input_schema": schema}]);
        body["tool_choice"] = json!({"type": "tool", "name": ANSWER});
    }
    body
}

pub(super) fn read(body: &Json) -> Answer {
    let tokens = part(body, "usage").filter(|usage| usage.is_object()).map(|usage| {
        let cached = count(usage, "cache_read_input_tokens");
        Tokens {
            input: count(usage, "input_tokens") + cached + count(usage, "cache_creation_input_tokens"),
            cached,
            output: count(usage, "output_tokens"),
        }
    });
    Answer { given: given(body), tokens: tokens.filter(|tokens| tokens.input + tokens.output > 0) }
}

fn given(body: &Json) -> Result<Given, ModelError> {
    match text(body, "stop_reason").as_deref() {
        Some("refusal") => return Err(refused()),
        Some("max_tokens" | "model_context_window_exceeded") => return Err(cut()),
        Some(_) | None => {}
    }
    let Some(parts) = part(body, "content").and_then(Json::as_array) else {
        return Err(ModelError::new(ModelErrorKind::BadAnswer, "the server's answer has no content"));
    };
    if let Some(tool) = parts.iter().find(|part| part["type"] == "tool_use") {
        return Ok(Given::Json(tool["input"].clone()));
    }
    let texts: Vec<String> =
        parts.iter().filter(|part| part["type"] == "text").filter_map(|part| text(part, "text")).collect();
    Ok(Given::Text(texts.concat()))
}
