//! Asks one model: makes the requests of a question, and sorts what comes back by what to do next.

use super::{
    Answer, Api, Endpoint, Given, Structured, anthropic, ollama, openai,
    prompt::ANSWER,
    prompt_bytes,
    thoughts::{said_without_thoughts, without_thoughts},
};
use crate::{
    base::{
        clock::Clock,
        fence::Fence,
        limits::{MODEL_ANSWER_BYTES_MAX, MODEL_RETRY_AFTER_MAX, MODEL_RETRY_DEFAULT},
        secret::Secret,
        time::{Span, Time},
    },
    call::FlowClient,
    guard::Guard,
    model::{
        effect::{AnswerShape, CallBody, CallText, HttpCall, ModelError, ModelErrorKind, ModelQuestion, Tokens},
        event::{CallAnswer, CallError},
        value::Value,
    },
    untrusted_json::text,
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The client of one configured model. It remembers until the process ends what its server refuses.
pub struct ModelClient {
    endpoint: Endpoint,
    pub(super) client: FlowClient,
    pub(super) secrets: BTreeMap<String, Secret>,
    known: Mutex<Known>,
}

/// The habits of a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// The way to a typed answer that it takes.
    pub mode: Option<Structured>,
    /// It takes `max_completion_tokens` in place of `max_tokens`.
    pub completion_tokens: bool,
}

/// The outcome of one question to one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub answer: Result<Value, ModelError>,
    /// The tokens of all requests; `None`: nobody knows them, so the most that was possible counts.
    pub tokens: Option<Tokens>,
    pub next: Next,
}

/// Whether another model may succeed where this one did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The answer is there, or another model would say the same.
    Done,
    /// The server is down, slow or overloaded.
    Fallback,
}

/// The name of the key among the secrets of a request.
pub(super) const KEY: &str = "key";

impl ModelClient {
    /// Fails only if TLS cannot be set up. The guard lets the requests go to public addresses and to the networks that
    /// the operator named; `fence`: asks only while this process may act for its database.
    pub fn new(endpoint: Endpoint, fence: Option<Arc<Fence>>) -> Result<ModelClient, reqwest::Error> {
        let guard = Guard::new(endpoint.allow_private.iter().copied()).named("models.allow_private");
        let mut client = FlowClient::new(guard)?.without_redirects();
        if let Some(fence) = fence {
            client = client.behind(fence);
        }
        let secrets = endpoint.key.iter().map(|key| (KEY.to_owned(), key.clone())).collect();
        Ok(ModelClient { endpoint, client, secrets, known: Mutex::default() })
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The habits of the server as far as they are known.
    pub fn known(&self) -> Known {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to a typed answer that is tried first.
    pub fn first_mode(&self, question: &ModelQuestion) -> Structured {
        self.modes(question)[0]
    }

    /// The longest answer to this question, in tokens.
    pub fn output_max(&self, question: &ModelQuestion) -> u32 {
        question.output_max.map_or(self.endpoint.output, |own| own.min(self.endpoint.output))
    }

    /// Asks once. A server that refuses a way to typed answers is asked in the next way; one that is overloaded, once
    /// more when it says so. The error is for a process that may not act any more.
    pub async fn ask(&self, question: &ModelQuestion, within: Span, clock: &dyn Clock) -> Result<Asked, CallError> {
        let bytes = prompt_bytes(question);
        let output = self.output_max(question);
        // About four bytes are a token.
        if self.endpoint.context.is_some_and(|context| bytes as u64 / 4 + u64::from(output) > u64::from(context)) {
            let why = "the question is too long for the model's `context`";
            return Ok(unasked(ModelErrorKind::CutPrompt, why.to_owned()));
        }
        let until = clock.now() + within;
        let used = Usage::default();
        let mut waited = false;
        loop {
            let known = self.known();
            let modes = self.modes(question);
            let mode = known.mode.filter(|mode| modes.contains(mode)).unwrap_or(modes[0]);
            let left = left(until, clock).min(self.endpoint.timeout);
            if left <= Span::ZERO {
                return Ok(used.failed(ModelErrorKind::ModelSlow, "no answer came in time".into(), Next::Fallback));
            }
            let sent = self.client.call(&self.request(question, mode, known, output, left), &self.secrets).await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) if error.code == "deposed" => return Err(error),
                Err(error) => return Ok(used.lost(&error)),
            };
            match answer.status {
                200..=299 => return Ok(self.read(question, &answer, bytes, used)),
                400 | 413 | 422 if is_too_long(&answer) => {
                    let why = "the question is too long for the context that the model has at its server";
                    return Ok(used.failed(ModelErrorKind::CutPrompt, why.into(), Next::Done));
                }
                400 | 422 => match self.other_way(&answer, mode, &modes, known) {
                    Some(known) => *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known,
                    None => return Ok(used.failed(ModelErrorKind::ModelRefused, refusal(&answer), Next::Done)),
                },
                408 | 429 | 503 | 529 if !waited => {
                    waited = true;
                    let after = answer.headers.get("retry-after").map(String::as_str);
                    let Some(pause) = pause(after, self::left(until, clock)) else {
                        return Ok(used.failed(ModelErrorKind::ModelDown, refusal(&answer), Next::Fallback));
                    };
                    tokio::time::sleep(pause.to_std()).await;
                }
                408 | 429 | 500..=599 => {
                    return Ok(used.failed(ModelErrorKind::ModelDown, refusal(&answer), Next::Fallback));
                }
                _ => return Ok(used.failed(ModelErrorKind::ModelRefused, refusal(&answer), Next::Done)),
            }
        }
    }

    /// Reads the body of a server's answer with status 200 to this question, as `ask` does once it is there.
    pub fn read_answer(&self, question: &ModelQuestion, answer: &CallAnswer) -> Asked {
        self.read(question, answer, prompt_bytes(question), Usage::default())
    }

    /// The ways to the answer, best first; the last one works with every server.
    fn modes(&self, question: &ModelQuestion) -> Vec<Structured> {
        if question.shape == AnswerShape::Text {
            return vec![Structured::Json];
        }
        match (self.endpoint.structured, self.endpoint.api) {
            (Structured::Auto, Api::OpenAi) => vec![Structured::Schema, Structured::Tool, Structured::Json],
            (Structured::Auto, Api::Anthropic) => vec![Structured::Tool, Structured::Json],
            // Ollama forces no tool.
            (Structured::Auto, Api::Ollama) => vec![Structured::Schema, Structured::Json],
            (mode @ (Structured::Schema | Structured::Tool | Structured::Json), _) => vec![mode],
        }
    }

    /// The habits to try after a refused request.
    fn other_way(&self, answer: &CallAnswer, mode: Structured, modes: &[Structured], known: Known) -> Option<Known> {
        if !known.completion_tokens && answer.body.to_json().to_string().contains("max_completion_tokens") {
            return Some(Known { completion_tokens: true, ..known });
        }
        let at = modes.iter().position(|tried| *tried == mode)?;
        modes.get(at + 1).map(|next| Known { mode: Some(*next), ..known })
    }

    fn request(
        &self,
        question: &ModelQuestion,
        mode: Structured,
        known: Known,
        output: u32,
        timeout: Span,
    ) -> HttpCall {
        let endpoint = &self.endpoint;
        let (path, mut body) = match endpoint.api {
            Api::OpenAi => (openai::PATH, openai::body(endpoint, question, mode, known, output)),
            Api::Anthropic => (anthropic::PATH, anthropic::body(endpoint, question, mode, output)),
            Api::Ollama => (ollama::PATH, ollama::body(endpoint, question, mode, output)),
        };
        if endpoint.api != Api::Ollama {
            for (name, value) in &endpoint.params {
                body[name] = value.clone();
            }
        }
        let mut headers = BTreeMap::new();
        if endpoint.api == Api::Anthropic {
            headers.insert("anthropic-version".to_owned(), CallText::from(anthropic::VERSION));
        }
        if endpoint.key.is_some() {
            let (name, value) = match endpoint.api {
                Api::OpenAi | Api::Ollama => ("authorization", CallText::from("Bearer ").with(CallText::secret(KEY))),
                Api::Anthropic => ("x-api-key", CallText::secret(KEY)),
            };
            headers.insert(name.to_owned(), value);
        }
        HttpCall {
            run: 0,
            call: 0,
            attempt: 1,
            method: "POST".to_owned(),
            url: format!("{}{path}", endpoint.base_url.as_str().trim_end_matches('/')),
            headers,
            query: Vec::new(),
            body: Some(CallBody::Json(body)),
            timeout,
            key: None,
        }
    }

    fn read(&self, question: &ModelQuestion, answer: &CallAnswer, bytes: usize, mut used: Usage) -> Asked {
        let body = answer.body.to_json();
        if !body.is_object() {
            used.is_unknown = true;
            return used.failed(ModelErrorKind::BadAnswer, "the server's answer is no JSON".into(), Next::Done);
        }
        let Answer { given, tokens } = match self.endpoint.api {
            Api::OpenAi => openai::read(&body),
            Api::Anthropic => anthropic::read(&body),
            Api::Ollama => ollama::read(&body),
        };
        match tokens {
            Some(tokens) => used.tokens += tokens,
            None => used.is_unknown = true,
        }
        // Servers of local models cut a long question silently, instructions first.
        if tokens.is_some_and(|tokens| tokens.input.saturating_mul(8) < bytes as u64) {
            let why = "the model read only a part of the question: its server cut it; give it a larger context";
            return used.failed(ModelErrorKind::CutPrompt, why.into(), Next::Done);
        }
        Asked {
            answer: given.and_then(|given| value_of(&question.shape, given)),
            tokens: used.known(),
            next: Next::Done,
        }
    }
}

/// The tokens of the requests of one question.
#[derive(Default, Clone, Copy)]
struct Usage {
    tokens: Tokens,
    /// A request may have been answered, and nobody counted.
    is_unknown: bool,
}

impl Usage {
    fn known(self) -> Option<Tokens> {
        (!self.is_unknown).then_some(self.tokens)
    }

    fn failed(self, kind: ModelErrorKind, text: String, next: Next) -> Asked {
        Asked { answer: Err(ModelError::new(kind, text)), tokens: self.known(), next }
    }

    /// No answer came back whole. The model may have worked nevertheless, if the request could leave.
    fn lost(mut self, error: &CallError) -> Asked {
        self.is_unknown = !matches!(error.code.as_str(), "blocked" | "invalid_url");
        let (kind, next) = match error.code.as_str() {
            "timeout" => (ModelErrorKind::ModelSlow, Next::Fallback),
            "too_large" => (ModelErrorKind::BadAnswer, Next::Done),
            "unreachable" => (ModelErrorKind::ModelDown, Next::Fallback),
            _ => (ModelErrorKind::ModelRefused, Next::Done),
        };
        self.failed(kind, error.text.clone(), next)
    }
}

pub(super) fn left(until: Time, clock: &dyn Clock) -> Span {
    until - clock.now()
}

fn unasked(kind: ModelErrorKind, why: String) -> Asked {
    Usage::default().failed(kind, why, Next::Done)
}

/// The answer as the form has it: a text, one value, or an object.
fn value_of(shape: &AnswerShape, given: Given) -> Result<Value, ModelError> {
    let bad = |why: &str| Err(ModelError::new(ModelErrorKind::BadAnswer, why));
    let given = match given {
        Given::Text(text) => Given::Text(without_thoughts(&text).to_owned()),
        json => json,
    };
    if let Given::Text(text) = &given {
        if text.trim().is_empty() {
            return bad("the answer is empty");
        }
        if text.len() > MODEL_ANSWER_BYTES_MAX {
            return bad("the answer is too long");
        }
    }
    let json = match (shape, given) {
        (AnswerShape::Text, Given::Text(text)) => return Ok(Value::Text(text.trim().to_owned())),
        (_, Given::Json(json)) => json,
        // Small models forget the form. Their words are a reply, unless they look like the beginning of the form.
        (AnswerShape::Act(_), Given::Text(text)) if is_prose(&text) => {
            let with = Value::Map([("text".to_owned(), Value::text(text.trim()))].into());
            return Ok(Value::Map([("do".to_owned(), Value::text("say")), ("with".to_owned(), with)].into()));
        }
        (AnswerShape::One(_) | AnswerShape::Record(_) | AnswerShape::Act(_), Given::Text(text)) => {
            match serde_json::from_str::<Json>(bare(&text)) {
                Ok(json) => json,
                Err(_) => return bad("the answer is no JSON"),
            }
        }
    };
    let value = match shape {
        AnswerShape::Text => return bad("the answer is no text"),
        AnswerShape::Act(_) => said_without_thoughts(Value::from_json(json.get(ANSWER).unwrap_or(&json))),
        AnswerShape::One(_) => match json.get(ANSWER) {
            Some(value) => Value::from_json(value),
            None => return bad("the answer has no field `answer`"),
        },
        AnswerShape::Record(_) if json.is_object() => Value::from_json(&json),
        AnswerShape::Record(_) => return bad("the answer is no JSON object"),
    };
    // The arguments of a tool come as JSON, whose text had no limit of its own.
    if value.estimated_bytes() > MODEL_ANSWER_BYTES_MAX { bad("the answer is too long") } else { Ok(value) }
}

/// True for words that look like no form: neither JSON nor the name of an act.
fn is_prose(text: &str) -> bool {
    let looks_like_form = text.contains(['{', '}', '[', '<']) || text.contains("```") || text.contains("\"do\"");
    let begins_act =
        ["call_", "exit_", "do:", "say:", "with:"].iter().any(|begin| text.trim_start().starts_with(begin));
    !looks_like_form && !begins_act && serde_json::from_str::<Json>(text.trim()).is_err()
}

/// JSON without the marks of a code block that models like to put around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let Some(inside) = text.strip_prefix("```").and_then(|text| text.strip_suffix("```")) else { return text };
    inside.split_once('\n').map_or(inside, |(_, rest)| rest).trim()
}

/// The time after which an overloaded server is asked again; `None`: it is too long, or no time is left for the answer.
pub(super) fn pause(retry_after: Option<&str>, left: Span) -> Option<Span> {
    let seconds = retry_after.and_then(|after| after.trim().parse::<i64>().ok()).filter(|seconds| *seconds >= 0);
    if seconds.is_some_and(|seconds| seconds > MODEL_RETRY_AFTER_MAX.0 / 1_000) {
        return None;
    }
    let pause = seconds.map_or(MODEL_RETRY_DEFAULT, Span::seconds);
    (pause < left).then_some(pause)
}

/// The server's status and the fixed word of its error. Its sentence is left out: it may repeat the question.
pub(super) fn refusal(answer: &CallAnswer) -> String {
    let body = answer.body.to_json();
    let word = ["error.code", "error.type"].iter().find_map(|path| text(&body, path));
    let word = word.filter(|word| word.len() <= 60 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    match word {
        Some(word) => format!("the server answered with status {} (`{word}`)", answer.status),
        None => format!("the server answered with status {}", answer.status),
    }
}

/// True if the server refuses a question because of its length. Each names that in its own words; they are looked for
/// and not repeated.
fn is_too_long(answer: &CallAnswer) -> bool {
    let said = answer.body.to_json().to_string().to_lowercase();
    ["context length", "context_length", "context size", "prompt is too long"].iter().any(|words| said.contains(words))
}

pub(super) fn refused() -> ModelError {
    ModelError::new(ModelErrorKind::ModelRefused, "the model refuses to answer")
}

pub(super) fn cut() -> ModelError {
    ModelError::new(ModelErrorKind::BadAnswer, "the answer was cut at its longest length; answer in fewer words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_before_an_answer_are_no_part_of_it() {
        let read = |shape: &AnswerShape, text: &str| value_of(shape, Given::Text(text.to_owned()));
        for thoughts in [
            "<think>\nIs it {45}?\n</think>\n\n",
            "<think></think>",
            "  <thinking>Hm.</thinking> ",
            "Hm, 45?\n</think>\n",
        ] {
            let text = read(&AnswerShape::Text, &format!("{thoughts}It is 45 €."));
            assert_eq!(text, Ok(Value::text("It is 45 €.")), "{thoughts}");
            let said = read(&AnswerShape::Act(Vec::new()), &format!("{thoughts}It is 45 €.")).unwrap();
            assert!(said.to_json().to_string().contains("\"It is 45 €.\""), "{said:?}");
            let act = format!("{thoughts}{{\"answer\": {{\"do\": \"say\", \"with\": {{\"text\": \"Yes\"}}}}}}");
            let act = read(&AnswerShape::Act(Vec::new()), &act).unwrap();
            assert_eq!(act.to_json()["with"]["text"], "Yes", "{thoughts}");
            let inside = serde_json::json!({"do": "say", "with": {"text": format!("{thoughts}Yes")}}).to_string();
            let act = read(&AnswerShape::Act(Vec::new()), &inside).unwrap();
            assert_eq!(act.to_json()["with"]["text"], "Yes", "{thoughts}");
        }
        for text in ["<think>It is", "<think>It is</think>", "<think>a</think>  "] {
            assert!(read(&AnswerShape::Text, text).is_err(), "{text}");
        }
        assert_eq!(read(&AnswerShape::Text, "I think so."), Ok(Value::text("I think so.")));
    }

    #[test]
    fn a_pause_of_the_limit_is_waited_for_and_a_longer_one_is_not() {
        let limit = MODEL_RETRY_AFTER_MAX.0 / 1_000;
        let after = |seconds: i64| pause(Some(&seconds.to_string()), Span::minutes(1));
        assert_eq!((after(limit), after(limit + 1), after(i64::MAX)), (Some(MODEL_RETRY_AFTER_MAX), None, None));
        assert_eq!(pause(Some("tomorrow"), Span::minutes(1)), Some(MODEL_RETRY_DEFAULT));
        assert_eq!(pause(None, MODEL_RETRY_DEFAULT), None, "no time is left behind it");
    }
}
