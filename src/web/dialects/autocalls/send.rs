//! Sends a message and builds the answer, for both sends of this dialect.

use super::{KEYS, Refusal, session};
use crate::web::{
    dialects::{
        ordered,
        sending::{self, ClientAnswer, KeyFault, Order, Refused, Sent, TemplateTrouble},
    },
    idempotency,
    state::Web,
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The endpoint; the two differ in one status and in two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Freeform,
    Template,
}

/// The body of a send request.
pub async fn bytes(body: axum::body::Body) -> Result<axum::body::Bytes, Refusal> {
    crate::web::server::body::read(body, crate::base::limits::API_BODY_BYTES_MAX).await.map_err(|bad| match bad {
        crate::web::server::body::BadBody::TooLarge => Refusal::TooLarge,
        other => Refusal::BadBody { status: other.status() },
    })
}

/// Sends once per `Idempotency-Key`, and answers as Autocalls does.
pub async fn once(web: Arc<Web>, kind: Kind, order: Order) -> Response {
    let clock = Arc::clone(&web.app.clock);
    let words = move |outcome: Result<Sent, Refused>| match outcome {
        Ok(sent) => (StatusCode::OK, success(kind, &sent, clock.now())),
        Err(refused) => {
            let refusal = said(kind, refused, clock.now());
            (refusal.status(), refusal.body())
        }
    };
    respond(sending::once(web, order, words).await)
}

/// A refusal as an error of this dialect.
pub fn said(kind: Kind, refused: Refused, now: crate::base::time::Time) -> Refusal {
    match refused {
        Refused::Offline => offline(kind),
        Refused::NoBalance => Refusal::InsufficientBalance,
        Refused::OptedOut => Refusal::OptedOut,
        Refused::Closed(shut) => Refusal::SessionExpired { session: session::status(shut.window, now) },
        Refused::Limited { why } => Refusal::LimitUnavailable { why },
        Refused::Template(TemplateTrouble::Paused) => Refusal::TemplateNotApproved { status: "paused".into() },
        Refused::Template(TemplateTrouble::Disabled) => Refusal::TemplateNotApproved { status: "disabled".into() },
        Refused::Template(TemplateTrouble::NotSynced { why }) => Refusal::TemplateNotSynced { why },
        Refused::Template(TemplateTrouble::Mismatch { why }) => Refusal::TemplateMismatch { why },
        Refused::Other { provider: "twilio", code, why } => Refusal::Twilio { code, why },
        // Meta's codes for people who cannot be reached have six digits.
        Refused::Unreachable { code, why } if code.len() == TWILIO_DIGITS => Refusal::Twilio { code, why },
        Refused::Unreachable { why, .. } | Refused::Other { why, .. } => Refusal::Unknown { why },
        Refused::Key(KeyFault::OtherBody) => Refusal::IdempotencyKeyReused,
        Refused::Key(KeyFault::BadKey) => Refusal::IdempotencyKeyInvalid,
        Refused::Key(KeyFault::Busy) => Refusal::InProgress,
        Refused::Internal => Refusal::Internal,
    }
}

/// The number of digits of every Twilio code.
const TWILIO_DIGITS: usize = 5;

fn success(kind: Kind, sent: &Sent, now: crate::base::time::Time) -> Json {
    let mut body = json!({
        "success": true,
        "conversation_id": sent.conversation.0,
        // In Transom both are the same record.
        "message_id": sent.id.0,
        "whatsapp_message_id": sent.id.0,
        "message_sid": sent.provider_id,
    });
    match kind {
        Kind::Freeform => body["session_status"] = session::status(sent.window, now),
        Kind::Template => body["status"] = "queued".into(),
    }
    body
}

fn respond(answered: ClientAnswer) -> Response {
    let mut response = ordered::response(answered.status, &answered.body, KEYS);
    if let Some(seconds) = answered.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if answered.replayed { idempotency::replayed(response) } else { response }
}

fn offline(kind: Kind) -> Refusal {
    let status = match kind {
        Kind::Freeform => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Template => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Refusal::SenderOffline { status }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Time,
        model::{event::Reason, window::Window},
        web::dialects::sending::ClosedWindow,
    };

    #[test]
    fn refusals_of_the_provider_become_those_of_the_dialect() {
        let shut = ClosedWindow { window: Window::default(), last_inbound_at: None };
        let of = |provider: &'static str, code: &str, reason| {
            let refused = Refused::by(provider, code, "words", reason, shut);
            let body = said(Kind::Freeform, refused, Time(0)).body();
            body["error_code"].as_str().unwrap_or_default().to_owned()
        };
        let code = |code: &str, reason| of("meta", code, reason);
        assert_eq!(code("131047", None), "SESSION_EXPIRED");
        assert_eq!(code("131050", None), "OPTED_OUT");
        assert_eq!(code("132012", None), "TEMPLATE_MISMATCH");
        assert_eq!(code("132001", None), "TEMPLATE_NOT_SYNCED");
        assert_eq!(code("132015", None), "TEMPLATE_NOT_APPROVED");
        assert_eq!(code("131049", None), "MESSAGING_LIMIT_UNAVAILABLE");
        assert_eq!(code("131026", None), "UNKNOWN_ERROR");
        assert_eq!(code("no_consent", Some(Reason::NoConsent)), "OPTED_OUT");
        assert_eq!(code("sender_down", Some(Reason::SenderDown)), "SENDER_OFFLINE");
        assert_eq!(of("twilio", "63018", None), "TWILIO_ERROR_63018");
        assert_eq!(of("twilio", "63024", None), "TWILIO_ERROR_63024");
        assert_eq!(of("twilio", "63016", None), "SESSION_EXPIRED");
    }

    #[test]
    fn an_offline_sender_has_the_status_of_its_endpoint() {
        assert_eq!(offline(Kind::Freeform).status().as_u16(), 503);
        assert_eq!(offline(Kind::Template).status().as_u16(), 422);
    }
}
