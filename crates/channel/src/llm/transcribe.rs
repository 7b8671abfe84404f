//! Speaks OpenAI's `POST /audio/transcriptions`, which Groq, vLLM, Speaches, LocalAI and the server of whisper.cpp also
//! speak: the file of a voice note goes there, its words come back.

use super::{
    Clip, ModelClient, Next,
    client::{KEY, left, pause, refusal},
};
use crate::{
    base::{
        clock::Clock,
        limits::{MODEL_ANSWER_BYTES_MAX, VOICE_SECONDS_BELIEVED_MAX},
        time::Span,
    },
    model::{
        effect::{CallText, HttpCall, ModelError, ModelErrorKind},
        event::{CallAnswer, CallError},
        value::Value,
    },
    untrusted_json::{part, text},
    upload::Upload,
};
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::Arc};

const PATH: &str = "/audio/transcriptions";
/// Servers tell the format by the ending of the name: OpenAI knows `.ogg`, and refuses `.opus`.
const FILE_NAME: &str = "voice.ogg";
const MIME: &str = "audio/ogg";

/// The outcome for one voice note at one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcribed {
    pub answer: Result<Value, ModelError>,
    /// The length that is paid; `None`: nobody knows whether the server has heard it.
    pub paid: Option<Span>,
    pub next: Next,
}

impl ModelClient {
    /// Asks for the words once. An overloaded server is asked once more when it says so. The error is for a process that
    /// may not act any more.
    pub async fn transcribe(
        &self,
        clip: &Clip,
        language: Option<&str>,
        within: Span,
        clock: &dyn Clock,
    ) -> Result<Transcribed, CallError> {
        let until = clock.now() + within;
        let mut waited = false;
        let (kind, bytes) = self.form(clip, language);
        loop {
            let left = left(until, clock).min(self.endpoint().timeout);
            if left <= Span::ZERO {
                return Ok(unheard(ModelErrorKind::ModelSlow, "no answer came in time".into(), Next::Fallback));
            }
            let sent = self.client.call_with(&self.voice_request(left), &self.secrets, &kind, bytes.clone()).await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) if error.code == "deposed" => return Err(error),
                Err(error) => return Ok(lost(&error)),
            };
            match answer.status {
                200..=299 => return Ok(read(&answer, clip.length)),
                408 | 429 | 503 | 529 if !waited => {
                    waited = true;
                    let after = answer.headers.get("retry-after").map(String::as_str);
                    let Some(pause) = pause(after, self::left(until, clock)) else {
                        return Ok(unheard(ModelErrorKind::ModelDown, refusal(&answer), Next::Fallback));
                    };
                    tokio::time::sleep(pause.to_std()).await;
                }
                408 | 429 | 500..=599 => {
                    return Ok(unheard(ModelErrorKind::ModelDown, refusal(&answer), Next::Fallback));
                }
                _ => return Ok(unheard(ModelErrorKind::ModelRefused, refusal(&answer), Next::Done)),
            }
        }
    }

    /// The content type and the bytes of the form.
    fn form(&self, clip: &Clip, language: Option<&str>) -> (String, Vec<u8>) {
        let endpoint = self.endpoint();
        // `verbose_json` is refused by newer models, and `json` by none.
        let mut fields = vec![("model", endpoint.model.clone()), ("response_format", "json".to_owned())];
        fields.extend(language.map(|language| ("language", language.to_owned())));
        let params = endpoint.params.iter();
        fields.extend(
            params
                .map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))),
        );
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let file = Upload { name: FILE_NAME.into(), mime: MIME.into(), bytes: Arc::new(clip.bytes.clone()) };
        let form = file.form("file", &fields);
        (form.content_type().into_owned(), form.into_bytes())
    }

    fn voice_request(&self, timeout: Span) -> HttpCall {
        let endpoint = self.endpoint();
        let mut headers = BTreeMap::new();
        if endpoint.key.is_some() {
            headers.insert("authorization".to_owned(), CallText::from("Bearer ").with(CallText::secret(KEY)));
        }
        HttpCall {
            run: 0,
            call: 0,
            attempt: 1,
            method: "POST".to_owned(),
            url: format!("{}{PATH}", endpoint.base_url.as_str().trim_end_matches('/')),
            headers,
            query: Vec::new(),
            body: None,
            timeout,
            key: None,
        }
    }
}

fn read(answer: &CallAnswer, length: Span) -> Transcribed {
    let body = answer.body.to_json();
    let paid = Some(told_length(&body).unwrap_or(length));
    let bad = |why: &str| Transcribed {
        answer: Err(ModelError::new(ModelErrorKind::BadAnswer, why)),
        paid,
        next: Next::Done,
    };
    let Some(heard) = part(&body, "text").and_then(Json::as_str) else {
        return bad("the server's answer has no text");
    };
    if heard.len() > MODEL_ANSWER_BYTES_MAX {
        return bad("the answer is too long");
    }
    let heard = text(&body, "text").unwrap_or_default();
    let heard: String = heard.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if !heard.chars().any(char::is_alphanumeric) {
        return bad(NOTHING_HEARD);
    }
    Transcribed { answer: Ok(Value::Text(heard.trim().to_owned())), paid, next: Next::Done }
}

/// The reason of a voice note in which there are no words.
pub const NOTHING_HEARD: &str = "nothing was heard";

/// The length that the server has counted: OpenAI tells it in `usage`, others as `duration`.
fn told_length(body: &Json) -> Option<Span> {
    let told = ["usage.seconds", "duration"].iter().find_map(|path| part(body, path)?.as_f64());
    let seconds = told.filter(|seconds| seconds.is_finite() && *seconds > 0.0)?;
    let seconds = seconds.min(VOICE_SECONDS_BELIEVED_MAX as f64);
    Some(Span((seconds * 1_000.0).ceil() as i64))
}

fn unheard(kind: ModelErrorKind, why: String, next: Next) -> Transcribed {
    Transcribed { answer: Err(ModelError::new(kind, why)), paid: Some(Span::ZERO), next }
}

/// No answer came back whole. The server may have worked nevertheless, if the request could leave.
fn lost(error: &CallError) -> Transcribed {
    let (kind, next) = match error.code.as_str() {
        "timeout" => (ModelErrorKind::ModelSlow, Next::Fallback),
        "too_large" => (ModelErrorKind::BadAnswer, Next::Done),
        "unreachable" => (ModelErrorKind::ModelDown, Next::Fallback),
        _ => (ModelErrorKind::ModelRefused, Next::Done),
    };
    let has_left = !matches!(error.code.as_str(), "blocked" | "invalid_url");
    let paid = (!has_left).then_some(Span::ZERO);
    Transcribed { paid, ..unheard(kind, error.text.clone(), next) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(body: Json) -> Transcribed {
        let answer = CallAnswer { status: 200, headers: BTreeMap::new(), body: Value::from_json(&body) };
        read(&answer, Span::seconds(7))
    }

    #[test]
    fn the_words_come_trimmed_and_in_one_line() {
        let heard = told(json!({"text": " Tomorrow\nat ten.\u{7} "}));
        assert_eq!(heard.answer, Ok(Value::text("Tomorrow at ten.")));
        assert_eq!(heard.paid, Some(Span::seconds(7)));
        let kept = "a".repeat(MODEL_ANSWER_BYTES_MAX);
        assert_eq!(told(json!({ "text": kept })).answer, Ok(Value::Text(kept)));
    }

    #[test]
    fn an_answer_without_words_is_none() {
        let long = "a".repeat(MODEL_ANSWER_BYTES_MAX + 1);
        for body in [
            json!({"text": ""}),
            json!({"text": " . \n"}),
            json!({"text": 7}),
            json!({}),
            json!("words"),
            json!({ "text": long }),
        ] {
            let heard = told(body.clone());
            let error = heard.answer.unwrap_err();
            assert_eq!((error.kind, heard.paid), (ModelErrorKind::BadAnswer, Some(Span::seconds(7))), "{body}");
        }
    }

    #[test]
    fn the_length_of_the_server_counts_up_to_a_limit() {
        let paid = |body| told(body).paid.unwrap();
        assert_eq!(paid(json!({"text": "a", "usage": {"type": "duration", "seconds": 9}})), Span::seconds(9));
        assert_eq!(paid(json!({"text": "a", "duration": 8.25})), Span(8_250));
        assert_eq!(paid(json!({"text": "a", "usage": {"type": "tokens", "total_tokens": 99}})), Span::seconds(7));
        assert_eq!(paid(json!({"text": "a", "duration": 1e300})), Span::seconds(VOICE_SECONDS_BELIEVED_MAX));
        assert_eq!(paid(json!({"text": "a", "duration": -5})), Span::seconds(7));
    }
}
