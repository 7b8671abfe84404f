//! Speaks Ollama's own interface. There each request names the context that the server gives to the model; over the
//! dialect of OpenAI Ollama knows only the one that it was started with, and drops the rest of a question silently.

use super::{Answer, Endpoint, Given, Structured, client::cut, openai::count, prompt::prompt, schema::schema};
use crate::{
    model::effect::{ModelError, ModelErrorKind, ModelQuestion, Tokens},
    untrusted_json::{part, text},
};
use serde_json::{Value as Json, json};

pub(super) const PATH: &str = "/api/chat";
/// The keys of `params` that stand beside `options`, where all the others belong.
const BESIDE_OPTIONS: [&str; 2] = ["think", "keep_alive"];

pub(super) fn body(endpoint: &Endpoint, question: &ModelQuestion, mode: Structured, output: u32) -> Json {
    // `format` binds the model to the schema and does not show it, so it stands in words, too.
    let prompt = prompt(question, Structured::Json);
    let mut body = json!({
        "model": endpoint.model,
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
        "stream": false,
        // Thoughts would count as a part of the answer, and might leave no room for it.
        "think": false,
        // A question beyond the context is then refused. Older servers do not know these fields, and cut it.
        "truncate": false,
        "shift": false,
        "options": {"num_predict": output},
    });
    if let Some(context) = endpoint.context {
        body["options"]["num_ctx"] = context.into();
    }
    if let (Structured::Schema, Some(schema)) = (mode, schema(&question.shape)) {
        body["format"] = schema;
    }
    for (name, value) in &endpoint.params {
        let at = if BESIDE_OPTIONS.contains(&name.as_str()) { &mut body } else { &mut body["options"] };
        at[name] = value.clone();
    }
    body
}

pub(super) fn read(body: &Json) -> Answer {
    // Some versions leave the count out when they remember the question from the time before.
    let input = Some(count(body, "prompt_eval_count")).filter(|input| *input > 0);
    let tokens = input.map(|input| Tokens { input, cached: 0, output: count(body, "eval_count") });
    Answer { given: given(body), tokens }
}

fn given(body: &Json) -> Result<Given, ModelError> {
    if part(body, "message").is_none() {
        return Err(ModelError::new(ModelErrorKind::BadAnswer, "the server's answer has no message"));
    }
    if text(body, "done_reason").as_deref() == Some("length") {
        return Err(cut());
    }
    Ok(Given::Text(text(body, "message.content").unwrap_or_default()))
}
