//! What both sends do once they know what to send and to whom.

use super::{Refusal, order, session};
use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId},
        limits::API_SEND_WAIT,
        time::Time,
    },
    model::{content::Content, effect::Origin, event::Reason, window::Window},
    runtime::{config::Sender, outbox::SendAnswer},
    store::{contact, conversation, outbound},
    web::{idempotency, idempotency::Answer, state::Web},
};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Which of the two endpoints asks; they differ in one status and in two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Freeform,
    Template,
}

/// Who gets the message, as far as we know the person already.
pub struct Recipient {
    pub phone: String,
    pub name: Option<String>,
    pub known: Option<Known>,
}

pub struct Known {
    pub contact: ContactId,
    pub opted_out: bool,
    pub conversation: Option<conversation::Conversation>,
}

/// The body of a send request.
pub async fn bytes(body: Body) -> Result<axum::body::Bytes, Refusal> {
    crate::web::body::read(body, crate::base::limits::API_BODY_BYTES_MAX).await.map_err(|bad| match bad {
        crate::web::body::BadBody::TooLarge => Refusal::TooLarge,
        other => Refusal::BadBody { status: other.status() },
    })
}

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
pub fn allowed(web: &Web, sender: &Sender, recipient: &Recipient, kind: Kind, now: Time) -> Result<(), Refusal> {
    if web.app.health.of(sender.id, now).is_some() {
        return Err(offline(kind));
    }
    if web.app.config.account(&sender.account).is_some_and(|account| account.balance_cents.is_some_and(|b| b <= 0)) {
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
    allowed(web, sender, recipient, kind, web.app.clock.now())?;
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
        }
    }
}

/// What became of the message of an earlier try that a crash cut off; `None`: it was never queued.
async fn earlier(web: &Web, id: OutboundId) -> Result<Option<SendAnswer>, Refusal> {
    use outbound::SendState;
    let row = outbound::find(&web.app.store, id).await.map_err(|error| internal(&error))?;
    Ok(row.map(|row| match (row.state, row.provider_id) {
        (SendState::Failed | SendState::Skipped | SendState::Dropped, _) => SendAnswer::Failed {
            code: row.error_code.unwrap_or_default(),
            text: row.error_text.unwrap_or_default(),
            reason: row.reason.and_then(|word| serde_json::from_value(Json::String(word)).ok()),
        },
        (_, Some(provider_id)) => SendAnswer::Accepted { provider_id: provider_id.to_string() },
        (_, None) => SendAnswer::Unknown,
    }))
}

async fn success(
    web: &Web,
    kind: Kind,
    id: OutboundId,
    conversation: ConversationId,
    provider_id: Option<String>,
) -> Result<Json, Refusal> {
    let mut body = json!({
        "success": true,
        "conversation_id": conversation.0,
        // One record serves as both here.
        "message_id": id.0,
        "whatsapp_message_id": id.0,
        "message_sid": provider_id,
    });
    match kind {
        Kind::Freeform => body["session_status"] = session_now(web, conversation, web.app.clock.now()).await?,
        Kind::Template => body["status"] = "queued".into(),
    }
    Ok(body)
}

async fn session_now(web: &Web, conversation: ConversationId, now: Time) -> Result<Json, Refusal> {
    let row = conversation::find(&web.app.store, conversation).await.map_err(|error| internal(&error))?;
    Ok(session::status(row.map(|row| Window { opened_at: row.opened_at }).unwrap_or_default(), now))
}

/// The provider's or our own rule's "no" in the words of this dialect.
fn refused(kind: Kind, code: &str, text: &str, reason: Option<Reason>, session: Json) -> Refusal {
    match reason {
        Some(Reason::OptedOut | Reason::NoConsent) => return Refusal::OptedOut,
        Some(Reason::WindowClosed) => return Refusal::SessionExpired { session },
        Some(Reason::NoBalance) => return Refusal::InsufficientBalance,
        Some(Reason::SenderDown) => return offline(kind),
        Some(Reason::TemplateUnusable) => return Refusal::TemplateMismatch { why: text.to_owned() },
        Some(
            Reason::Capped
            | Reason::QuietHours
            | Reason::Busy
            | Reason::WithPerson
            | Reason::TooLate
            | Reason::Draft
            | Reason::Paused,
        )
        | None => {}
    }
    // Meta's codes (platform.md 4.11); a number of another kind has no meaning here.
    match code.parse::<i64>() {
        Ok(131_047) => Refusal::SessionExpired { session },
        Ok(131_050) => Refusal::OptedOut,
        Ok(131_042) => Refusal::InsufficientBalance,
        Ok(132_015) => Refusal::TemplateNotApproved { status: "paused".into() },
        Ok(132_016) => Refusal::TemplateNotApproved { status: "disabled".into() },
        Ok(132_000..=132_999) => Refusal::TemplateMismatch { why: text.to_owned() },
        Ok(131_048 | 131_049 | 131_056 | 130_429) => Refusal::LimitUnavailable { why: text.to_owned() },
        _ => Refusal::Unknown { why: if text.is_empty() { code.to_owned() } else { text.to_owned() } },
    }
}

fn refusal_of_key(refused: idempotency::Refused) -> Refusal {
    match refused {
        idempotency::Refused::OtherBody => Refusal::IdempotencyKeyReused,
        idempotency::Refused::BadKey => Refusal::IdempotencyKeyInvalid,
        idempotency::Refused::Busy | idempotency::Refused::Before(..) => Refusal::InProgress,
        idempotency::Refused::Problem(_) => Refusal::Internal,
    }
}

fn offline(kind: Kind) -> Refusal {
    let status = match kind {
        Kind::Freeform => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Template => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Refusal::SenderOffline { status }
}

fn window(recipient: &Recipient) -> Window {
    let conversation = recipient.known.as_ref().and_then(|known| known.conversation.as_ref());
    Window { opened_at: conversation.and_then(|conversation| conversation.opened_at) }
}

pub fn internal(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(error = format!("{error:#}"), "A send request failed for a reason of our own");
    Refusal::Internal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_provider_become_those_of_the_dialect() {
        let code = |code: &str, reason| {
            let body = refused(Kind::Freeform, code, "words", reason, json!({})).body();
            body["error_code"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(code("131047", None), "SESSION_EXPIRED");
        assert_eq!(code("131050", None), "OPTED_OUT");
        assert_eq!(code("132012", None), "TEMPLATE_MISMATCH");
        assert_eq!(code("132015", None), "TEMPLATE_NOT_APPROVED");
        assert_eq!(code("131049", None), "MESSAGING_LIMIT_UNAVAILABLE");
        assert_eq!(code("131026", None), "UNKNOWN_ERROR");
        assert_eq!(code("no_consent", Some(Reason::NoConsent)), "OPTED_OUT");
        assert_eq!(code("sender_down", Some(Reason::SenderDown)), "SENDER_OFFLINE");
    }

    #[test]
    fn an_offline_sender_has_the_status_of_its_endpoint() {
        assert_eq!(offline(Kind::Freeform).status().as_u16(), 503);
        assert_eq!(offline(Kind::Template).status().as_u16(), 422);
    }
}
