//! Parses a change of one of our messages as its delivery status.
//!
//! The webhook of a message says nothing of its status. The conversation in it holds its newest message with the
//! status; of an older message only the error of a failure is told, and that WhatsApp gave it an id.

use super::receive::time_of;
use crate::{
    base::{limits::PROVIDER_TEXT_CHARS_MAX, time::Time},
    model::inbound::{DeliveryState, StatusError, StatusUpdate},
    untrusted_json::{self, part, text},
};
use serde_json::Value;

/// `None`: the change was another one.
pub fn status(event: &Value, talk: &Value, now: Time) -> Result<Option<StatusUpdate>, &'static str> {
    let id = text(event, "id").ok_or("the message has no `id`")?;
    let listed = part(talk, "messages").and_then(Value::as_array).into_iter().flatten();
    let newest = listed.into_iter().find(|one| text(one, "id").as_deref() == Some(id.as_str()));
    let word = newest.and_then(|one| text(one, "status"));
    let words = text(event, "content_attributes.external_error");
    let state = match word.as_deref() {
        Some("failed") => DeliveryState::Failed,
        Some("delivered") => DeliveryState::Delivered,
        Some("read") => DeliveryState::Read,
        _ if words.is_some() => DeliveryState::Failed,
        // Until WhatsApp has taken it, `sent` says only that Chatwoot has.
        _ if text(event, "source_id").is_some() => DeliveryState::Sent,
        _ => return Ok(None),
    };
    let error = (state == DeliveryState::Failed).then(|| error(words.as_deref().unwrap_or("failed")));
    let at = newest.and_then(|one| time_of(one, "updated_at")).unwrap_or(now);
    Ok(Some(StatusUpdate {
        provider_id: untrusted_json::id(&id).ok_or("the message has no `id`")?,
        ours: None,
        state,
        at,
        error,
        price: None,
    }))
}

/// `131047: Re-engagement message`, or words alone.
fn error(words: &str) -> StatusError {
    let code = words.split_once(':').and_then(|(code, _)| code.trim().trim_start_matches("(#").parse().ok());
    StatusError { code: code.unwrap_or(0), text: words.chars().take(PROVIDER_TEXT_CHARS_MAX).collect() }
}
