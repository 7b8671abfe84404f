//! Sends a message for a dialect: the steps that all dialects share.
//!
//! Refusals are classified here; each dialect maps them to its own texts.

mod refused;

use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId},
        limits::API_SEND_WAIT,
        time::Time,
    },
    model::{content::Content, effect::Origin, window::Window},
    runtime::{
        config::Sender,
        lane::{outbox::SendAnswer, requests::MessageRequest},
    },
    store::tables::{contact, conversation, outbound},
    web::{
        idempotency::{self, Answer},
        state::Web,
    },
};
use axum::http::{HeaderMap, StatusCode};
pub use refused::{ClosedWindow, KeyFault, Refused, TemplateTrouble};
use serde_json::Value as Json;
use std::sync::Arc;

/// The recipient, with our records if the person is known.
pub struct Recipient {
    /// `+` and digits; empty if the conversation is given by its id, which is then in `known`.
    pub phone: String,
    /// The name for a new contact.
    pub name: Option<String>,
    pub known: Option<KnownRecipient>,
}

pub struct KnownRecipient {
    pub contact: ContactId,
    pub opted_out: bool,
    pub conversation: Option<conversation::Conversation>,
}

/// A send that must happen once.
pub struct Order {
    pub sender: Sender,
    pub recipient: Recipient,
    pub content: Content,
    pub headers: HeaderMap,
    /// A name for the endpoint, and the whole body: the `Idempotency-Key` is bound to both.
    pub path: String,
    pub body: Vec<u8>,
}

/// The provider accepted the message, or it is queued.
pub struct Sent {
    pub id: OutboundId,
    pub contact: ContactId,
    pub conversation: ConversationId,
    /// The provider's id; `None` if there is no answer yet.
    pub provider_id: Option<String>,
    pub window: Window,
    pub at: Time,
}

/// The answer to the client.
pub struct ClientAnswer {
    pub status: StatusCode,
    pub body: Json,
    /// True if it repeats the first answer to this `Idempotency-Key`.
    pub replayed: bool,
    pub retry_after_s: Option<u64>,
}

/// Looks the recipient up without creating one. `phone` is `+` and digits.
pub async fn recipient(web: &Web, sender: &Sender, phone: String, name: Option<String>) -> Result<Recipient, Refused> {
    let contact = web.app.contacts.contact_by_phone(&sender.account, &phone).await.map_err(|error| internal(&error))?;
    let Some(id) = contact else { return Ok(Recipient { phone, name, known: None }) };
    let row = contact::find(&web.app.store, id).await.map_err(|error| internal(&error))?;
    let conversation = conversation::between(&web.app.store, id, sender.id).await.map_err(|error| internal(&error))?;
    let opted_out = row.is_some_and(|row| row.opted_out.is_some());
    Ok(Recipient { phone, name, known: Some(KnownRecipient { contact: id, opted_out, conversation }) })
}

/// Sends once per `Idempotency-Key`, in a task of its own, so that a disconnected client cannot interrupt it. `words`
/// builds the dialect's answer.
pub async fn once(
    web: Arc<Web>,
    order: Order,
    words: impl Fn(Result<Sent, Refused>) -> (StatusCode, Json) + Send + Sync + 'static,
) -> ClientAnswer {
    let plain = |(status, body)| ClientAnswer { status, body, replayed: false, retry_after_s: None };
    let words = Arc::new(words);
    let said = Arc::clone(&words);
    let task = tokio::spawn(async move {
        let account = &order.sender.account;
        let begun = match idempotency::begin(&web, account, &order.headers, &order.path, &order.body).await {
            Ok(begun) => begun,
            Err(idempotency::Refused::Before(status, body)) => {
                return ClientAnswer { replayed: true, ..plain((status, body)) };
            }
            Err(refused) => {
                let refused = key_refused(&refused);
                let retry_after_s = (refused == Refused::Key(KeyFault::Busy)).then_some(1);
                return ClientAnswer { retry_after_s, ..plain(said(Err(refused))) };
            }
        };
        let outcome = settle(&web, &order, begun.message, begun.is_again).await;
        // It is unknown whether it was queued: the row stays, and the next request looks at the message.
        if matches!(outcome, Err(Refused::Internal)) {
            return plain(said(outcome));
        }
        // Only a queued message must not be repeated: refusals before that changed nothing.
        let took_effect = match &outcome {
            Ok(_) => true,
            Err(_) => outbound::find(&web.app.store, begun.message).await.is_ok_and(|row| row.is_some()),
        };
        let (status, body) = said(outcome);
        let answer = begun.finish(&web, Answer { status, body, took_effect }).await;
        plain((answer.status, answer.body))
    });
    task.await.unwrap_or_else(|panic| plain(words(Err(internal(&panic)))))
}

/// Logs an error of our own.
pub fn internal(error: &dyn std::fmt::Display) -> Refused {
    tracing::error!(
        error = format!("{error:#}"),
        "A request to send a message failed inside the daemon, and was answered with 500"
    );
    Refused::Internal
}

/// An idempotency error as a refusal, for requests that send in another way.
pub fn key_refused(refused: &idempotency::Refused) -> Refused {
    match refused {
        idempotency::Refused::Problem(_) => Refused::Internal,
        other => Refused::Key(KeyFault::of(other)),
    }
}

/// Checks sender and recipient before anything is queued, in the order of Autocalls.
fn allowed(web: &Web, order: &Order, now: Time) -> Result<(), Refused> {
    let Order { sender, recipient, content, .. } = order;
    // If only templates are paused, texts are sent; a template would only wait.
    if web.app.health.paused_senders.paused_until(sender.id, content.is_template(), now).is_some() {
        return Err(Refused::Offline);
    }
    let category = web.app.templates.catalogue.priced_as(sender.id, content);
    if !web.app.billing.can_pay(&sender.account, &recipient.phone, category) {
        return Err(Refused::NoBalance);
    }
    if recipient.known.as_ref().is_some_and(|known| known.opted_out) {
        return Err(Refused::OptedOut);
    }
    let conversation = recipient.known.as_ref().and_then(|known| known.conversation.as_ref());
    let shut = ClosedWindow::of(conversation);
    if !content.is_template() && !shut.window.is_open(now) {
        return Err(Refused::Closed(shut));
    }
    Ok(())
}

async fn settle(web: &Web, order: &Order, id: OutboundId, is_again: bool) -> Result<Sent, Refused> {
    if is_again && let Some(answer) = earlier(web, id).await? {
        return answered(web, &order.sender, id, answer).await;
    }
    let app = &web.app;
    let now = app.clock.now();
    allowed(web, order, now)?;
    let Order { sender, recipient, content, .. } = order;
    let by_id = recipient.known.as_ref().filter(|_| recipient.phone.is_empty());
    let (contact, conversation) = match by_id.and_then(|known| known.conversation.as_ref()) {
        Some(row) => (row.contact_id, row.id),
        None => app
            .contacts
            .reach(&sender.account, sender.id, &recipient.phone, recipient.name.as_deref())
            .await
            .map_err(|error| internal(&error))?,
    };
    let content = content.clone();
    let said = app
        .queue
        .say_as(id, contact, conversation, MessageRequest::now(content, Origin::Api))
        .await
        .map_err(|error| internal(&error))?;
    let Some(said) = said else {
        let why = "The data of this contact was erased".to_owned();
        return Err(Refused::Unreachable { code: "131026".to_owned(), why });
    };
    match tokio::time::timeout(API_SEND_WAIT.to_std(), said.sent).await {
        Ok(Ok(answer)) => answered(web, sender, id, answer).await,
        // No answer yet, or the lane was restarted: the message stays queued, without a provider id.
        Ok(Err(_)) | Err(_) => answered(web, sender, id, SendAnswer::Unknown).await,
    }
}

/// The answer for a message with a known result.
async fn answered(web: &Web, sender: &Sender, id: OutboundId, answer: SendAnswer) -> Result<Sent, Refused> {
    let row = outbound::find(&web.app.store, id).await.map_err(|error| internal(&error))?;
    let Some(row) = row else { return Err(internal(&"a message that was sent has no row")) };
    let conversation = conversation::find(&web.app.store, row.conversation_id).await;
    let conversation = conversation.map_err(|error| internal(&error))?;
    let provider_id = match answer {
        SendAnswer::Accepted { provider_id } => Some(provider_id),
        // It may have been sent: its status will tell.
        SendAnswer::Unknown => None,
        SendAnswer::Failed { code, text, reason } => {
            // The correction of our record is committed with the next group, so use the provider's answer.
            let shut = ClosedWindow { window: Window::default(), ..ClosedWindow::of(conversation.as_ref()) };
            return Err(Refused::by(sender.provider(), &code, &text, reason, shut));
        }
    };
    Ok(Sent {
        id,
        contact: row.contact_id,
        conversation: row.conversation_id,
        provider_id,
        window: ClosedWindow::of(conversation.as_ref()).window,
        at: row.created_at,
    })
}

/// The result of an earlier request that a crash interrupted; `None`: it was never queued.
async fn earlier(web: &Web, id: OutboundId) -> Result<Option<SendAnswer>, Refused> {
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
