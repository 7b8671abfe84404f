//! Builds events as Waplify posts them, for tests and `transom trigger`.

use super::WaplifySender;
use crate::{
    base::time::Time,
    imitation::ImitatedEvent,
    meta::compose::{CustomerAction, CustomerEvent, News},
    model::inbound::AliasKind,
};
use serde_json::{Value, json};

/// The event; `None` if Waplify has no such event.
pub fn told(sender: &WaplifySender, what: ImitatedEvent<'_>) -> Option<Value> {
    match what {
        ImitatedEvent::Message(act) => message(sender, act),
        ImitatedEvent::Status(news) => Some(status(news)),
    }
}

fn message(sender: &WaplifySender, act: &CustomerAction) -> Option<Value> {
    if act.from.kind != AliasKind::Phone {
        return None;
    }
    let at = naive(act.at);
    let mut inside = json!({
        "message_id": act.id, "contact_phone": act.from.value, "contact_name": act.name, "timestamp": at,
        "is_reply": act.reply_to.is_some(), "is_from_ad": false,
    });
    if !sender.waba_phone_id.is_empty() {
        inside["waba_phone_id"] = sender.waba_phone_id.as_str().into();
    }
    if let Some(id) = &act.reply_to {
        inside["original_message_id"] = id.as_str().into();
    }
    let mut event = "message.received";
    match &act.what {
        CustomerEvent::Text(body) => {
            inside["message_type"] = "text".into();
            inside["content"] = body.as_str().into();
        }
        // The documentation has no button id.
        CustomerEvent::Tap { title, .. } | CustomerEvent::TapTemplate { title, .. } => {
            event = "button.clicked";
            inside["message_type"] = "button".into();
            inside["button_text"] = title.as_str().into();
        }
        CustomerEvent::Media { kind, id, mime, caption } => {
            inside["message_type"] = kind.as_str().into();
            inside["media_url"] = format!("{}/media/{id}", sender.api_base).into();
            inside["mime_type"] = mime.as_str().into();
            inside["content"] = caption.clone().into();
        }
        CustomerEvent::Voice { id } => {
            inside["message_type"] = "voice".into();
            inside["media_url"] = format!("{}/media/{id}", sender.api_base).into();
            inside["mime_type"] = "audio/ogg; codecs=opus".into();
        }
        CustomerEvent::FromAd { text, ad } => {
            inside["message_type"] = "text".into();
            inside["content"] = text.as_str().into();
            inside["is_from_ad"] = true.into();
            inside["referral"] = json!({
                "source_type": ad.source_type, "source_id": ad.source_id, "source_url": ad.source_url,
                "headline": ad.headline, "body": ad.body, "ctwa_clid": ad.click_id,
            });
        }
        CustomerEvent::TapRow { .. }
        | CustomerEvent::Location { .. }
        | CustomerEvent::Welcome
        | CustomerEvent::Order(_)
        | CustomerEvent::Form(_)
        | CustomerEvent::Reaction { .. }
        | CustomerEvent::Card { .. }
        | CustomerEvent::MissedCall => return None,
    }
    Some(json!({"event": event, "timestamp": at, "message": inside}))
}

fn status(news: &News) -> Value {
    let (at, state) = (naive(news.at), news.state.as_str());
    let mut inside = json!({
        "message_id": news.provider_id, "contact_phone": news.to.trim_start_matches('+'), "status": state,
        "status_timestamp": at,
    });
    if let Some(code) = news.code {
        inside["error_code"] = code.into();
        inside["error_message"] = "made up for a test".into();
    }
    json!({"event": format!("message.{state}"), "timestamp": at, "message": inside})
}

/// UTC without a zone suffix.
fn naive(at: Time) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
