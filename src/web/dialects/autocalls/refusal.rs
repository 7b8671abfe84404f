//! Lists every error of this dialect: status, text and code (platform.md 1.2).

use super::KEYS;
use crate::web::dialects::ordered;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};

#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    Unauthorized,
    TooMany {
        retry_after_s: u64,
    },
    /// A Laravel validation error, with its whole body.
    Invalid(Json),
    InvalidPhone,
    /// The text for sends.
    SenderNotFound,
    /// The text for `GET` requests.
    SenderNotFoundShort,
    TemplateNotFound,
    TemplateNotApproved {
        status: String,
    },
    TemplateMismatch {
        why: String,
    },
    /// The template is in our catalogue but unknown to the platform.
    TemplateNotSynced {
        why: String,
    },
    /// A Twilio error without a text of its own here.
    Twilio {
        code: String,
        why: String,
    },
    /// 503 for freeform, 422 for templates: Autocalls itself is inconsistent here.
    SenderOffline {
        status: StatusCode,
    },
    InsufficientBalance,
    SessionExpired {
        session: Json,
    },
    OptedOut,
    /// The key lacks the scope of the route; a rule of ours, in the form of Laravel's other refusals.
    MissingScope {
        why: String,
    },
    /// The platform currently limits these messages.
    LimitUnavailable {
        why: String,
    },
    /// The provider refused it for a reason that this dialect has no text for.
    Unknown {
        why: String,
    },
    IdempotencyKeyReused,
    IdempotencyKeyInvalid,
    InProgress,
    TooLarge,
    BadBody {
        status: StatusCode,
    },
    Internal,
}

impl Refusal {
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Unauthorized => StatusCode::UNAUTHORIZED,
            Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::InsufficientBalance => StatusCode::PAYMENT_REQUIRED,
            Refusal::SessionExpired { .. } | Refusal::OptedOut | Refusal::MissingScope { .. } => StatusCode::FORBIDDEN,
            Refusal::SenderNotFound | Refusal::SenderNotFoundShort | Refusal::TemplateNotFound => StatusCode::NOT_FOUND,
            Refusal::SenderOffline { status } | Refusal::BadBody { status } => *status,
            Refusal::InProgress => StatusCode::CONFLICT,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Invalid(_)
            | Refusal::InvalidPhone
            | Refusal::TemplateNotApproved { .. }
            | Refusal::TemplateMismatch { .. }
            | Refusal::TemplateNotSynced { .. }
            | Refusal::Twilio { .. }
            | Refusal::LimitUnavailable { .. }
            | Refusal::Unknown { .. }
            | Refusal::IdempotencyKeyReused
            | Refusal::IdempotencyKeyInvalid => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    pub fn body(&self) -> Json {
        match self {
            Refusal::Unauthorized => json!({"error": "Unauthorized"}),
            Refusal::TooMany { retry_after_s } => {
                json!({"message": "Too Many Attempts.", "retry_after": retry_after_s})
            }
            Refusal::Invalid(body) => body.clone(),
            Refusal::InvalidPhone => {
                coded("INVALID_PHONE", "Invalid phone number format. Use E.164 format (e.g., +14155551234).")
            }
            Refusal::SenderNotFound => coded("SENDER_NOT_FOUND", "Sender not found or does not belong to you"),
            Refusal::SenderNotFoundShort => coded("SENDER_NOT_FOUND", "Sender not found"),
            Refusal::TemplateNotFound => {
                coded("TEMPLATE_NOT_FOUND", "Template not found or does not belong to this sender")
            }
            Refusal::TemplateNotApproved { status } => {
                coded("TEMPLATE_NOT_APPROVED", &format!("Template is not approved. Current status: {status}"))
            }
            Refusal::TemplateMismatch { why } => coded("TEMPLATE_MISMATCH", why),
            Refusal::TemplateNotSynced { why } => coded("TEMPLATE_NOT_SYNCED", why),
            Refusal::Twilio { code, why } => coded(&format!("TWILIO_ERROR_{code}"), why),
            Refusal::SenderOffline { .. } => coded("SENDER_OFFLINE", "Sender is not online. Current status: Offline"),
            Refusal::InsufficientBalance => {
                coded("INSUFFICIENT_BALANCE", "Insufficient balance. Please top up your account.")
            }
            Refusal::SessionExpired { session } => {
                let mut body = coded(
                    "SESSION_EXPIRED",
                    "The 24-hour messaging window is closed. Customer must reply first, or use a template message.",
                );
                body["session_status"] = session.clone();
                body
            }
            Refusal::OptedOut => coded("OPTED_OUT", "The recipient has opted out of receiving messages."),
            Refusal::LimitUnavailable { why } => coded("MESSAGING_LIMIT_UNAVAILABLE", why),
            Refusal::Unknown { why } => coded("UNKNOWN_ERROR", why),
            Refusal::IdempotencyKeyReused => {
                coded("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.")
            }
            Refusal::IdempotencyKeyInvalid => {
                coded("IDEMPOTENCY_KEY_INVALID", "The Idempotency-Key header is empty or too long.")
            }
            Refusal::InProgress => {
                coded("IN_PROGRESS", "The first request with this Idempotency-Key is still being answered.")
            }
            Refusal::MissingScope { why } => json!({"message": why}),
            Refusal::TooLarge => json!({"message": "The request body is too large."}),
            Refusal::BadBody { .. } => json!({"message": "The request body could not be read."}),
            Refusal::Internal => json!({"message": "Server Error"}),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = ordered::response(self.status(), &self.body(), KEYS);
        let retry_after_s = match self {
            Refusal::TooMany { retry_after_s } => Some(retry_after_s),
            Refusal::InProgress => Some(1),
            _ => None,
        };
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Refusal::TooMany { .. }) {
            let remaining = HeaderName::from_static("x-ratelimit-remaining");
            response.headers_mut().insert(remaining, HeaderValue::from_static("0"));
        }
        response
    }
}

fn coded(code: &str, words: &str) -> Json {
    json!({"success": false, "error": words, "error_code": code})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_seeds() {
        let offline = Refusal::SenderOffline { status: StatusCode::SERVICE_UNAVAILABLE };
        assert_eq!(
            (offline.status().as_u16(), offline.body()),
            (
                503,
                json!({
                    "success": false,
                    "error": "Sender is not online. Current status: Offline",
                    "error_code": "SENDER_OFFLINE",
                })
            )
        );
        assert_eq!(
            Refusal::TemplateNotApproved { status: "pending".into() }.body()["error"],
            "Template is not approved. Current status: pending"
        );
        assert_eq!(Refusal::Unauthorized.body(), json!({"error": "Unauthorized"}));
    }

    #[test]
    fn too_many_says_when_to_come_back_twice() {
        let response = Refusal::TooMany { retry_after_s: 60 }.into_response();
        assert_eq!(response.headers()["retry-after"], "60");
        assert_eq!(
            Refusal::TooMany { retry_after_s: 60 }.body(),
            json!({"message": "Too Many Attempts.", "retry_after": 60})
        );
    }
}
