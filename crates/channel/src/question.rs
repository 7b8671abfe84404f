//! Asks a platform something that sends no message, and gives its answer as JSON.

use super::{Auth, Http, HttpRequest, Method};
use crate::base::{ids::SenderId, limits::PROVIDER_TIMEOUT};

/// The reason why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionError {
    /// `unreachable`, `token`, `busy`, `not_found`, `refused`, `unreadable`, `unknown_sender`.
    pub kind: &'static str,
    /// A sentence with advice.
    pub text: String,
}

impl QuestionError {
    pub fn unknown(sender: SenderId, platform: &str) -> Self {
        let text = format!("sender {sender} is no {platform} sender of this configuration");
        QuestionError { kind: "unknown_sender", text }
    }

    pub fn unreadable(what: &str, platform: &str) -> Self {
        let text =
            format!("the answer about {what} is not what {platform} sends; check the address in the configuration");
        QuestionError { kind: "unreadable", text }
    }

    /// True if every other question now would fail in the same way.
    pub fn is_general(&self) -> bool {
        matches!(self.kind, "unreachable" | "token" | "busy")
    }
}

impl std::fmt::Display for QuestionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A question to a platform.
pub struct Question<'q> {
    pub url: String,
    pub auth: Auth,
    pub sender: SenderId,
    /// The configuration key of the credentials, for advice.
    pub secret: &'q str,
    /// The configuration keys that name the object of the question.
    pub names: &'q str,
}

/// Asks, and gives the JSON of a good answer.
pub async fn ask(http: &dyn Http, question: Question<'_>) -> Result<serde_json::Value, QuestionError> {
    let place = question.url.split('?').next().unwrap_or_default().to_owned();
    let request = HttpRequest {
        method: Method::Get,
        url: question.url,
        auth: question.auth,
        body: None,
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(question.sender),
    };
    let answer = http.send(request).await.map_err(|error| QuestionError {
        kind: "unreachable",
        text: format!("`{}` cannot be reached: {}", origin(&place), error.text),
    })?;
    let json: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    if (200..300).contains(&answer.status) && !answer.cut {
        return json.ok_or_else(|| QuestionError {
            kind: "unreadable",
            text: format!("`{}` answers with something that is no JSON; check the address", origin(&place)),
        });
    }
    let said = json.as_ref().and_then(|json| {
        ["message", "error", "detail", "error.message"]
            .into_iter()
            .find_map(|path| super::untrusted_json::text(json, path))
    });
    let said = said.map(|said| format!(": {}", super::answer::cut(&said))).unwrap_or_default();
    let (kind, what) = match answer.status {
        401 | 403 => ("token", format!("`{}` is not valid; make a new one", question.secret)),
        404 => ("not_found", format!("{} is wrong, or belongs to another account", question.names)),
        429 => ("busy", "the platform wants no more questions for now".to_owned()),
        300..=399 => ("refused", format!("`{}` leads elsewhere; check the address", origin(&place))),
        _ => ("refused", "the platform refused to answer".to_owned()),
    };
    Err(QuestionError { kind, text: format!("{what} (HTTP {}{said})", answer.status) })
}

/// Scheme and host.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url.get(host..).and_then(|rest| rest.find('/')).map_or(url, |end| &url[..host + end])
}
