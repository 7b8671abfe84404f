//! What both sends of this dialect answer.

use super::{KEYS, Refusal, session};
use crate::web::{
    api::{
        ordered,
        sending::{self, Answered, KeyFault, Order, Refused, Sent, TemplateTrouble},
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

/// Which of the two endpoints asks; they differ in one status and in two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Freeform,
    Template,
}

/// The body of a send request.
pub async fn bytes(body: axum::body::Body) -> Result<axum::body::Bytes, Refusal> {
    crate::web::body::read(body, crate::base::limits::API_BODY_BYTES_MAX).await.map_err(|bad| match bad {
        crate::web::body::BadBody::TooLarge => Refusal::TooLarge,
        other => Refusal::BadBody { status: other.status() },
    })
}

<<<<<<< HEAD
/// Sends, once per `Idempotency-Key`, and answers as the product does.
pub async fn once(web: Arc<Web>, kind: Kind, order: Order) -> Response {
    let clock = Arc::clone(&web.app.clock);
    let words = move |outcome: Result<Sent, Refused>| match outcome {
        Ok(sent) => (StatusCode::OK, success(kind, &sent, clock.now())),
        Err(refused) => {
            let refusal = said(kind, refused, clock.now());
            (refusal.status(), refusal.body())
=======
/// Looks the recipient up without making one.
pub async fn recipient(web: &Web, sender: &Sender, phone: String, name: Option<String>) -> Result<Recipient, Refusal> {
    let contact = web.app.contact_by_phone(&sender.account, &phone).await.map_err(|error| internal(&error))?;
    let Some(id) = contact else { return Ok(Recipient { phone, name, known: None }) };
    let row = contact::find(&web.app.store, id).await.map_err(|error| internal(&error))?;
    let conversation = conversation::between(&web.app.store, id, sender.id).await.map_err(|error| internal(&error))?;
    let opted_out = row.is_some_and(|row| row.opted_out.is_some());
    Ok(Recipient { phone, name, known: Some(Known { contact: id, opted_out, conversation }) })
}

/// What must be right of sender and recipient before anything is queued, in the order of the product.
pub fn allowed(
    web: &Web,
    sender: &Sender,
    recipient: &Recipient,
    kind: Kind,
    content: &Content,
    now: Time,
) -> Result<(), Refusal> {
    if web.app.health.of(sender.id, now).is_some() {
        return Err(offline(kind));
    }
    if !web.app.can_pay(&sender.account, sender.id, &recipient.phone, content) {
        return Err(Refusal::InsufficientBalance);
    }
    if recipient.known.as_ref().is_some_and(|known| known.opted_out) {
        return Err(Refusal::OptedOut);
    }
    if kind == Kind::Freeform && !window(recipient).is_open(now) {
        return Err(Refusal::SessionExpired { session: session::status(window(recipient), now) });
    }
    Ok(())
}

/// Sends, once per `Idempotency-Key`, in a task of its own: a client that hangs up stops nothing half-way.
pub async fn once(
    web: Arc<Web>,
    headers: HeaderMap,
    body: Vec<u8>,
    kind: Kind,
    sender: Sender,
    recipient: Recipient,
    content: Content,
) -> Response {
    let work = tokio::spawn(async move {
        let path = match kind {
            Kind::Freeform => "autocalls/send-freeform",
            Kind::Template => "autocalls/send",
        };
        let begun = match idempotency::begin(&web, &sender.account, &headers, path, &body).await {
            Ok(begun) => begun,
            Err(idempotency::Refused::Before(status, body)) => {
                return idempotency::replayed(order::response(status, &body));
            }
            Err(refused) => return refusal_of_key(refused).into_response(),
        };
        let again = if begun.is_again { earlier(&web, begun.message).await } else { Ok(None) };
        let outcome = match again {
            Ok(Some(answer)) => settled(&web, kind, begun.message, answer).await,
            Ok(None) => send(&web, kind, &sender, &recipient, content, begun.message).await,
            Err(refusal) => Err(refusal),
        };
        let answer = match outcome {
            Ok(body) => Answer { status: StatusCode::OK, body, took_effect: true },
            // Whether it was queued is not known: the row stays, and the next request asks the message itself.
            Err(Refusal::Internal) => return Refusal::Internal.into_response(),
            Err(refusal) => {
                // Only what was queued may not be repeated: all refusals before left no trace.
                let queued = outbound::find(&web.app.store, begun.message).await.is_ok_and(|row| row.is_some());
                Answer { status: refusal.status(), body: refusal.body(), took_effect: queued }
            }
        };
        let answer = begun.finish(&web, answer).await;
        order::response(answer.status, &answer.body)
    });
    work.await.unwrap_or_else(|panic| internal(&panic).into_response())
}

async fn send(
    web: &Web,
    kind: Kind,
    sender: &Sender,
    recipient: &Recipient,
    content: Content,
    id: OutboundId,
) -> Result<Json, Refusal> {
    allowed(web, sender, recipient, kind, &content, web.app.clock.now())?;
    let app = &web.app;
    let (contact, conversation) = app
        .reach(&sender.account, sender.id, &recipient.phone, recipient.name.as_deref())
        .await
        .map_err(|error| internal(&error))?;
    let said = app.say_as(id, contact, conversation, content, Origin::Api).await.map_err(|error| internal(&error))?;
    let answer = tokio::time::timeout(API_SEND_WAIT.to_std(), said.sent).await;
    match answer {
        Ok(Ok(answer)) => settled(web, kind, id, answer).await,
        // Not yet, or the lane started again: it stays queued and nobody knows its id.
        Ok(Err(_)) | Err(_) => success(web, kind, id, conversation, None).await,
    }
}

/// The answer for a message of which we know what became.
async fn settled(web: &Web, kind: Kind, id: OutboundId, answer: SendAnswer) -> Result<Json, Refusal> {
    let row = outbound::find(&web.app.store, id).await.map_err(|error| internal(&error))?;
    let Some(row) = row else { return Err(internal(&"a message that was sent has no row")) };
    match answer {
        SendAnswer::Accepted { provider_id } => success(web, kind, id, row.conversation_id, Some(provider_id)).await,
        // It may have left: its status tells, and `message_sid` is not known yet.
        SendAnswer::Unknown => success(web, kind, id, row.conversation_id, None).await,
        SendAnswer::Failed { code, text, reason } => {
            // The correction of our record is committed with the next group; the provider's word counts.
            let closed = session::status(Window::default(), web.app.clock.now());
            Err(refused(kind, &code, &text, reason, closed))
>>>>>>> 4a9b354 (web, runtime: Erase, export, assign, resume; balances by a table of prices)
        }
    };
    respond(sending::once(web, order, words).await)
}

/// A refusal in the words of this dialect.
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
        Refused::Unreachable { why, .. } | Refused::Other { why, .. } => Refusal::Unknown { why },
        Refused::Key(KeyFault::OtherBody) => Refusal::IdempotencyKeyReused,
        Refused::Key(KeyFault::BadKey) => Refusal::IdempotencyKeyInvalid,
        Refused::Key(KeyFault::Busy) => Refusal::InProgress,
        Refused::Internal => Refusal::Internal,
    }
}

fn success(kind: Kind, sent: &Sent, now: crate::base::time::Time) -> Json {
    let mut body = json!({
        "success": true,
        "conversation_id": sent.conversation.0,
        // One record serves as both here.
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

fn respond(answered: Answered) -> Response {
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
        web::api::sending::Shut,
    };

    #[test]
    fn refusals_of_the_provider_become_those_of_the_dialect() {
        let shut = Shut { window: Window::default(), last_inbound_at: None };
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
        assert_eq!(of("twilio", "63016", None), "SESSION_EXPIRED");
    }

    #[test]
    fn an_offline_sender_has_the_status_of_its_endpoint() {
        assert_eq!(offline(Kind::Freeform).status().as_u16(), 503);
        assert_eq!(offline(Kind::Template).status().as_u16(), 422);
    }
}
