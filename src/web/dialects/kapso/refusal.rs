//! Lists every error of this dialect: a status and a sentence.

use super::KEYS;
use crate::web::dialects::{
    ordered,
    sending::{KeyFault, Refused, TemplateTrouble},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: StatusCode,
    pub words: String,
}

impl Refusal {
    pub fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Refusal { status, words: words.into() }
    }

    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid API key")
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    pub fn invalid(words: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, words)
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }

    pub fn body(&self) -> Json {
        json!({"error": self.words})
    }
}

/// A provider's refusal as Kapso forwards it: Meta's text and, in brackets, its code.
impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let busy = "The first request with this Idempotency-Key is still being answered";
        match refused {
            Refused::Offline => Self::new(StatusCode::SERVICE_UNAVAILABLE, "WhatsApp configuration is not connected"),
            Refused::NoBalance => Self::new(StatusCode::PAYMENT_REQUIRED, "Insufficient balance"),
            Refused::OptedOut => Self::new(StatusCode::FORBIDDEN, "The contact has opted out of receiving messages"),
            Refused::Closed(_) => Self::invalid(
                "Re-engagement message: more than 24 hours have passed since the customer last replied to this number \
                 (131047)",
            ),
            Refused::Unreachable { code, why } => Self::invalid(format!("Invalid WhatsApp number: {why} ({code})")),
            Refused::Limited { why }
            | Refused::Template(TemplateTrouble::Mismatch { why } | TemplateTrouble::NotSynced { why }) => {
                Self::invalid(why)
            }
            Refused::Template(TemplateTrouble::Paused) => Self::invalid("The template is paused (132015)"),
            Refused::Template(TemplateTrouble::Disabled) => Self::invalid("The template is disabled (132016)"),
            Refused::Other { code, why, .. } => Self::invalid(format!("{why} ({code})")),
            Refused::Key(KeyFault::OtherBody) => Self::invalid("This Idempotency-Key was used for another request"),
            Refused::Key(KeyFault::BadKey) => {
                Self::new(StatusCode::BAD_REQUEST, "The Idempotency-Key header is empty or too long")
            }
            Refused::Key(KeyFault::Busy) => Self::new(StatusCode::CONFLICT, busy),
            Refused::Internal => Self::internal(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = ordered::response(self.status, &self.body(), KEYS);
        if self.status == StatusCode::CONFLICT {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1_u64));
        }
        response
    }
}

/// Logs an error of our own.
pub fn bug(error: &dyn std::fmt::Display) -> Refusal {
    crate::web::dialects::sending::internal(error);
    Refusal::internal()
}
