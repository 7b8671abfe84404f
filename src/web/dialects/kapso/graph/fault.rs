//! Lists every error of the Meta proxy in the form of the Graph API; the platform API gives the same error as a
//! sentence.

use crate::web::{
    dialects::{
        kapso::Refusal,
        sending::{KeyFault, Refused, TemplateTrouble, internal},
    },
    idempotency::json,
    problem::Problem,
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};

/// A Graph API error code with its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphError {
    pub status: StatusCode,
    pub code: i64,
    /// The meaning of the code, in the platform's words.
    pub title: &'static str,
    /// The error in this request.
    pub details: String,
}

/// An invalid parameter.
const PARAMETER: (i64, &str) = (100, "Invalid parameter");

impl GraphError {
    pub fn new(status: StatusCode, (code, title): (i64, &'static str), details: impl Into<String>) -> Self {
        GraphError { status, code, title, details: details.into() }
    }

    pub fn parameter(details: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, PARAMETER, details)
    }

    /// The object in the path does not exist.
    pub fn unknown(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        let why = format!("There is no object with the id `{id}`, or this key does not reach it");
        Self::new(StatusCode::NOT_FOUND, (100, "Unsupported request"), why)
    }

    pub fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, (100, "Unsupported request"), format!("{what} not found"))
    }

    /// Logs an error of our own.
    pub fn bug(error: &dyn std::fmt::Display) -> Self {
        internal(error);
        Self::internal()
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, (131_000, "Something went wrong"), "Internal server error")
    }

    pub fn body(&self) -> Json {
        json!({"error": {
            "message": format!("(#{}) {}", self.code, self.title),
            "type": if self.code == 190 { "OAuthException" } else { "GraphMethodException" },
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
        }})
    }
}

impl From<Refused> for GraphError {
    fn from(refused: Refused) -> Self {
        let bad = |code: i64, title: &'static str, why: &str| Self::new(StatusCode::BAD_REQUEST, (code, title), why);
        let parsed = |code: &str, usual: i64| code.parse().unwrap_or(usual);
        match refused {
            Refused::Offline => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                (131_016, "Service unavailable"),
                "The number is not connected at present",
            ),
            Refused::NoBalance => bad(131_042, "Business eligibility payment issue", "Insufficient balance"),
            Refused::OptedOut => bad(
                131_050,
                "The recipient has chosen to stop receiving messages",
                "The contact has opted out of receiving messages",
            ),
            Refused::Closed(_) => bad(
                131_047,
                "Re-engagement message",
                "More than 24 hours have passed since the customer last replied to this number",
            ),
            Refused::Unreachable { code, why } => bad(parsed(&code, 131_026), "Message undeliverable", &why),
            Refused::Limited { why } => Self::new(StatusCode::TOO_MANY_REQUESTS, (130_429, "Rate limit hit"), why),
            Refused::Template(TemplateTrouble::Mismatch { why }) => bad(132_012, "Template parameter mismatch", &why),
            Refused::Template(TemplateTrouble::NotSynced { why }) => bad(132_001, "Template does not exist", &why),
            Refused::Template(TemplateTrouble::Paused) => bad(132_015, "Template is paused", "The template is paused"),
            Refused::Template(TemplateTrouble::Disabled) => {
                bad(132_016, "Template is disabled", "The template is disabled")
            }
            Refused::Other { code, why, .. } => bad(parsed(&code, 131_000), "The platform refused the message", &why),
            Refused::Key(KeyFault::OtherBody) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                PARAMETER,
                "This Idempotency-Key was used for another request",
            ),
            Refused::Key(KeyFault::BadKey) => Self::parameter("The Idempotency-Key header is empty or too long"),
            Refused::Key(KeyFault::Busy) => Self::new(
                StatusCode::CONFLICT,
                (131_056, "Another request is in flight"),
                "The first request with this Idempotency-Key is still being answered",
            ),
            Refused::Internal => Self::internal(),
        }
    }
}

/// An error of authentication or of the body.
impl From<Refusal> for GraphError {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.status {
            StatusCode::UNAUTHORIZED => (190, "Invalid API key"),
            StatusCode::FORBIDDEN => (10, "Application does not have permission for this action"),
            StatusCode::INTERNAL_SERVER_ERROR => (131_000, "Something went wrong"),
            _ => PARAMETER,
        };
        // The Graph API answers 400 for an invalid parameter, Kapso 422.
        let status = match refusal.status {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            other => other,
        };
        Self::new(status, kind, refusal.words)
    }
}

impl From<GraphError> for Refusal {
    fn from(fault: GraphError) -> Self {
        // The platform API answers 422 for errors in a request.
        let status = match fault.status {
            StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
            other => other,
        };
        Refusal::new(status, fault.details)
    }
}

/// The same error of the native API.
impl From<Problem> for GraphError {
    fn from(problem: Problem) -> Self {
        match problem.status {
            StatusCode::INTERNAL_SERVER_ERROR => Self::internal(),
            StatusCode::NOT_FOUND => Self::new(StatusCode::NOT_FOUND, (100, "Unsupported request"), problem.detail),
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(problem.status, PARAMETER, problem.detail)
            }
            _ => Self::parameter(problem.detail),
        }
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.body());
        if matches!(self.status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1_u64));
        }
        response
    }
}
