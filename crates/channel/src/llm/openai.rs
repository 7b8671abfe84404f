//! Speaks OpenAI's chat completions, which Ollama, llama.cpp, vLLM and most gateways also speak.

use super::{
    Answer, Endpoint, Given, Structured,
    client::{Known, cut, refused},
    prompt::{ANSWER, prompt},
    schema::schema,
};
use crate::{
    base::limits::MODEL_COUNTED_TOKENS_MAX,
    model::effect::{ModelError, ModelErrorKind, ModelQuestion, Tokens},
    untrusted_json::{number, part, text},
};
use serde_json::{Value as Json, json};

pub(super) const PATH: &str = "/chat/completions";

pub(super) fn body(endpoint: &Endpoint, question: &ModelQuestion, mode: Structured, known: Known, output: u32) -> Json {
    let prompt = prompt(question, mode);
    let mut body = json!({
        "model": endpoint.model,
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
    });
    let tokens = if known.completion_tokens { "max_completion_tokens" } else { "max_tokens" };
    body[tokens] = output.into();
    match (mode, schema(&question.shape)) {
        (Structured::Schema, Some(schema)) => {
            let schema = json!({"name": ANSWER, "strict": true, "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
        }
        (Structured::Tool, Some(schema)) => {
            body["tools"] = json!([{"type": "function", "function": {"name": ANSWER, "parameters": schema}}]);
            body["tool_choice"] = json!({"type": "function", "function": {"name": ANSWER}});
        }
        (Structured::Auto | Structured::Json, _) | (_, None) => {}
    }
    body
}

pub(super) fn read(body: &Json) -> Answer {
    let tokens = part(body, "usage").filter(|usage| usage.is_object()).map(|usage| Tokens {
        input: count(usage, "prompt_tokens"),
        cached: count(usage, "prompt_tokens_details.cached_tokens"),
        output: count(usage, "completion_tokens"),
    });
    Answer { given: given(body), tokens: tokens.filter(|tokens| tokens.input + tokens.output > 0) }
}

fn given(body: &Json) -> Result<Given, ModelError> {
    let Some(choice) = part(body, "choices.0") else {
        return Err(ModelError::new(ModelErrorKind::BadAnswer, "the server's answer has no choice"));
    };
    let ended = text(choice, "finish_reason").unwrap_or_default();
    if text(choice, "message.refusal").is_some() || ended == "content_filter" {
        return Err(refused());
    }
    if ended == "length" {
        return Err(cut());
    }
    if let Some(arguments) = part(choice, "message.tool_calls.0.function.arguments") {
        // Some servers give the object itself.
        return Ok(arguments
            .as_str()
            .map_or_else(|| Given::Json(arguments.clone()), |text| Given::Text(text.to_owned())));
    }
    Ok(Given::Text(text(choice, "message.content").unwrap_or_default()))
}

/// A number of tokens. The server could name any number, so it is limited: sums of costs must stay numbers.
pub(super) fn count(usage: &Json, path: &str) -> u64 {
    number(usage, path).and_then(|number| u64::try_from(number).ok()).unwrap_or(0).min(MODEL_COUNTED_TOKENS_MAX)
}
