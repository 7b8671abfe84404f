//! Errors of the native API as problem details (RFC 9457).

use super::{idempotency::to_json, routes::codes};
use crate::base::{diagnostic::Diagnostic, ids::OutboundId};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// The result of a native API handler: its answer or a problem.
pub type ApiResult = Result<Response, Problem>;

/// An error of a request: `code` is a fixed word for programs, `detail` a sentence for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    /// The wrong fields as JSON pointers, each with a sentence.
    pub errors: Vec<(String, String)>,
    /// One more field of the body, for a program that goes on with it.
    pub more: Option<Box<ProblemDetail>>,
    /// Seconds after which the same request may succeed.
    pub retry_after_s: Option<u64>,
}

/// The field of one code alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct ProblemDetail {
    /// With `has_errors`: what the checker says of the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Diagnostic>")]
    pub findings: Option<Vec<Diagnostic>>,
    /// With `changed_meanwhile`: the files that were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub paths: Option<Vec<String>>,
    /// Of a send: the message that was written and refused. Its key gives this answer again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OutboundId")]
    pub message_id: Option<OutboundId>,
}

/// The fault of a request (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemBody<'a> {
    /// `urn:transom:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'a str,
    /// The HTTP status once more.
    status: u16,
    /// A fixed word for programs.
    code: &'a str,
    /// A sentence for people.
    detail: &'a str,
    /// The fields of the request that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError<'a>>,
    #[serde(flatten)]
    more: Option<&'a ProblemDetail>,
}

#[derive(Serialize, JsonSchema)]
struct FieldError<'a> {
    /// A JSON pointer into the body; of a query parameter `/` and its name.
    pointer: &'a str,
    /// The fault, in a sentence.
    detail: &'a str,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        debug_assert!(codes::is_known(code, status.as_u16()), "`{code}` at {status} is not in `web/routes/codes.rs`");
        Problem { status, code, detail: detail.into(), errors: Vec::new(), more: None, retry_after_s: None }
    }

    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send a valid API key as `Authorization: Bearer <key>`; `transom keys create` makes one.",
        )
    }

    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what)
    }

    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// Some fields are invalid: `(JSON pointer, sentence)` each.
    pub fn invalid(errors: Vec<(String, String)>) -> Self {
        let detail = match errors.as_slice() {
            [(_, only)] => only.clone(),
            _ => format!("{} fields are not valid.", errors.len()),
        };
        Problem { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// An error of our own: logs the cause; the client learns only that the request was not at fault.
    pub fn bug(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = format!("{error:#}"), "A request failed inside the daemon");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here; it is in the log.")
    }

    /// The problem with one more field.
    #[must_use]
    pub fn with(self, more: ProblemDetail) -> Self {
        Problem { more: Some(Box::new(more)), ..self }
    }

    pub fn to_json(&self) -> Json {
        let errors = self.errors.iter().map(|(pointer, detail)| FieldError { pointer, detail });
        to_json(&ProblemBody {
            kind: format!("urn:transom:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            errors: errors.collect(),
            more: self.more.as_deref(),
        })
    }
}

/// The code of the problem that an answer tells, for what looks at the answer behind its handler.
#[derive(Debug, Clone, Copy)]
pub struct ProblemCode(pub &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.to_json().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.extensions_mut().insert(ProblemCode(self.code));
        let headers = response.headers_mut();
        if self.code == "unauthorized" {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_wrong_field_is_the_detail_itself() {
        let problem = Problem::invalid(vec![("/flow".into(), "`flow` is missing.".into())]);
        assert_eq!(
            problem.to_json(),
            json!({
                "type": "urn:transom:problem:invalid", "title": "Unprocessable Entity", "status": 422,
                "code": "invalid", "detail": "`flow` is missing.",
                "errors": [{"pointer": "/flow", "detail": "`flow` is missing."}],
            })
        );
    }

    #[test]
    fn a_problem_says_its_media_type() {
        let response = Problem::unauthorized().into_response();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }

    #[test]
    fn our_own_fault_tells_the_client_nothing_of_its_cause() {
        let problem = Problem::bug(&"disk /secret/path is full");
        assert!(!problem.to_json().to_string().contains("secret"));
    }
}
