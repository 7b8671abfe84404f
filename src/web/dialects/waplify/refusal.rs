//! Lists every error of this dialect, each in the one of Waplify's two forms that its endpoint uses (platform.md 2.1).

use crate::base::time::{Time, iso_z};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    Unauthorized,
    TooMany,
    /// pydantic's list of field errors.
    Invalid(Vec<Json>),
    InvalidPhone,
    /// A part of the request is missing or does not match; `{error, message}`.
    Bad(String),
    NotFound(String),
    /// 403; the free-form send has a form of its own.
    Forbidden {
        why: String,
        at: RefusalEndpoint,
    },
    NoBalance(RefusalEndpoint),
    Offline(RefusalEndpoint),
    KeyReused(RefusalEndpoint),
    InProgress(RefusalEndpoint),
    TooLarge,
    BadBody {
        status: StatusCode,
    },
    Internal,
}

/// The endpoint, which decides the form of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalEndpoint {
    /// The free-form send: `{detail}`.
    Freeform,
    /// All else: `{error, message}`.
    Other,
}

impl Refusal {
    pub fn not_found(message: String) -> Self {
        Refusal::NotFound(message)
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Refusal::Bad(message.into())
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Unauthorized => StatusCode::UNAUTHORIZED,
            Refusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Invalid(_) | Refusal::KeyReused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::InvalidPhone | Refusal::Bad(_) => StatusCode::BAD_REQUEST,
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Forbidden { .. } => StatusCode::FORBIDDEN,
            Refusal::NoBalance(_) => StatusCode::PAYMENT_REQUIRED,
            Refusal::Offline(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::InProgress(_) => StatusCode::CONFLICT,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::BadBody { status } => *status,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body. Errors have an id and a time where Waplify's documentation shows them.
    pub fn body(&self, request_id: &str, now: Time) -> Json {
        let traced = |code: &str, message: &str| json!({"error": code, "message": message, "request_id": request_id, "timestamp": iso_z(now)});
        let said = |at: &RefusalEndpoint, code: &str, message: &str| match at {
            RefusalEndpoint::Freeform => json!({"detail": message}),
            RefusalEndpoint::Other => traced(code, message),
        };
        match self {
            Refusal::Unauthorized => json!({"detail": "Invalid or expired API key"}),
            Refusal::TooMany => traced("rate_limit_exceeded", "Rate limit exceeded. Limit: 100 requests per minute"),
            Refusal::Invalid(errors) => json!({"detail": errors}),
            Refusal::InvalidPhone => plain("bad_request", "Invalid phone number format"),
            Refusal::Bad(message) => plain("bad_request", message),
            Refusal::NotFound(message) => plain("not_found", message),
            Refusal::Forbidden { why, at } => said(at, "forbidden", why),
            Refusal::NoBalance(at) => said(at, "payment_required", "Insufficient balance. Please top up your account."),
            Refusal::Offline(at) => said(at, "service_unavailable", "The WhatsApp number is not connected."),
            Refusal::KeyReused(at) => {
                said(at, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
            }
            Refusal::InProgress(at) => {
                let why = "The first request with this Idempotency-Key is still being answered.";
                said(at, "conflict", why)
            }
            Refusal::TooLarge => traced("bad_request", "The request body is too large."),
            Refusal::BadBody { .. } => traced("bad_request", "The request body could not be read."),
            Refusal::Internal => traced("internal_error", "Something went wrong on our end."),
        }
    }
}

/// The form without an id and a time, as the documentation of single endpoints shows it.
fn plain(code: &str, message: &str) -> Json {
    json!({"error": code, "message": message})
}

/// Logs an error of our own.
pub fn bug(error: &dyn std::fmt::Display) -> Refusal {
    crate::web::dialects::sending::internal(error);
    Refusal::Internal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_the_shape_of_its_place() {
        let id = "550e8400-e29b-41d4-a716-446655440000";
        let now = Time(1_781_517_632_000);
        let body = |refusal: Refusal| refusal.body(id, now);
        assert_eq!(body(Refusal::Unauthorized), json!({"detail": "Invalid or expired API key"}));
        assert_eq!(
            body(Refusal::InvalidPhone),
            json!({"error": "bad_request", "message": "Invalid phone number format"})
        );
        assert_eq!(
            body(Refusal::TooMany),
            json!({
                "error": "rate_limit_exceeded", "message": "Rate limit exceeded. Limit: 100 requests per minute",
                "request_id": id, "timestamp": "2026-06-15T10:00:32Z",
            })
        );
        let why = "no".to_owned();
        assert_eq!(body(Refusal::Forbidden { why, at: RefusalEndpoint::Freeform }), json!({"detail": "no"}));
        assert_eq!(body(Refusal::NoBalance(RefusalEndpoint::Other))["error"], "payment_required");
    }
}
