//! Builds webhooks as Chatwoot posts them to an agent bot, for tests and `transom trigger`.

use super::ChatwootSender;
use crate::{
    base::time::{Time, iso},
    imitation::ImitatedEvent,
    meta::compose::{CustomerAction, CustomerEvent, News},
    model::inbound::{AliasKind, DeliveryState},
};
use serde_json::{Value, json};

/// The number of the conversation in which imitated messages stand.
const TALK: i64 = 41;

/// The webhook and the time at which it is sent; `None` if Chatwoot has no such webhook.
pub fn told(sender: &ChatwootSender, what: ImitatedEvent<'_>) -> Option<(Value, Time)> {
    match what {
        ImitatedEvent::Message(act) => Some((message(sender, act)?, act.at)),
        ImitatedEvent::Status(news) => Some((status(sender, news), news.at)),
    }
}

fn message(sender: &ChatwootSender, act: &CustomerAction) -> Option<Value> {
    let (mut content, mut attachments, mut attributes) = (Value::Null, Vec::new(), json!({}));
    match &act.what {
        CustomerEvent::Text(text) | CustomerEvent::FromAd { text, .. } => content = text.as_str().into(),
        // A tap comes as the title of what was tapped.
        CustomerEvent::Tap { title, .. }
        | CustomerEvent::TapRow { title, .. }
        | CustomerEvent::TapTemplate { title, .. } => content = title.as_str().into(),
        CustomerEvent::Media { kind, id, caption, .. } => {
            let kind = match kind.as_str() {
                "sticker" => "image",
                "document" => "file",
                other => other,
            };
            content = caption.clone().into();
            attachments.push(json!({"id": 1, "file_type": kind, "data_url": format!("{}/files/{id}", sender.url)}));
        }
        CustomerEvent::Voice { id } => attachments.push(json!({
            "id": 1, "file_type": "audio", "data_url": format!("{}/files/{id}.ogg", sender.url),
        })),
        CustomerEvent::Location { latitude, longitude } => attachments.push(json!({
            "id": 1, "file_type": "location", "coordinates_lat": latitude, "coordinates_long": longitude,
            "fallback_title": "", "data_url": null,
        })),
        CustomerEvent::Card { name, phone } => {
            content = name.as_str().into();
            attachments.push(json!({"id": 1, "file_type": "contact", "fallback_title": phone, "meta": {}}));
        }
        // Chatwoot stores neither, and calls are not messages there.
        CustomerEvent::Reaction { .. } | CustomerEvent::Welcome | CustomerEvent::MissedCall => return None,
        // It stores them without content.
        CustomerEvent::Order(_) | CustomerEvent::Form(_) => {}
    }
    if let Some(id) = &act.reply_to {
        attributes["in_reply_to"] = numbered(id);
    }
    let phone = (act.from.kind == AliasKind::Phone).then(|| format!("+{}", act.from.value));
    let writer = json!({"id": 9, "name": act.name, "phone_number": phone, "type": "contact"});
    let mut event = event(sender, "message_created", &act.id, act.at);
    event["content"] = content;
    event["message_type"] = "incoming".into();
    event["content_attributes"] = attributes;
    event["conversation"] = talk(sender, &act.from.value, &writer, act.at);
    event["sender"] = writer;
    if !attachments.is_empty() {
        event["attachments"] = attachments.into();
    }
    Some(event)
}

fn status(sender: &ChatwootSender, news: &News) -> Value {
    let mut event = event(sender, "message_updated", &news.provider_id, news.at);
    let digits = news.to.trim_start_matches('+');
    let writer = json!({"id": 9, "name": null, "phone_number": format!("+{digits}"), "type": "contact"});
    let mut talk = talk(sender, digits, &writer, news.at);
    let newest = json!({"id": numbered(&news.provider_id), "status": news.state.as_str(), "updated_at": iso(news.at)});
    talk["messages"] = json!([newest]);
    event["conversation"] = talk;
    event["content"] = "…".into();
    event["message_type"] = "outgoing".into();
    event["sender"] = json!({"id": 3, "name": "Transom", "type": "agent_bot"});
    event["source_id"] = "wamid.OF.META".into();
    event["content_attributes"] = match (news.state, news.code) {
        (DeliveryState::Failed, Some(code)) => json!({"external_error": format!("{code}: made up for a test")}),
        (DeliveryState::Failed, None) => json!({"external_error": "made up for a test"}),
        (DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read, _) => json!({}),
    };
    event
}

fn event(sender: &ChatwootSender, name: &str, id: &str, at: Time) -> Value {
    json!({
        "event": name, "id": numbered(id), "created_at": iso(at), "private": false, "content_type": "text",
        "account": {"id": sender.account, "name": "Shop"}, "inbox": {"id": sender.inbox, "name": "WhatsApp"},
        "source_id": null,
    })
}

fn talk(sender: &ChatwootSender, source: &str, contact: &Value, at: Time) -> Value {
    json!({
        "id": TALK, "inbox_id": sender.inbox, "status": "pending", "can_reply": true, "channel": "Channel::Whatsapp",
        "contact_inbox": {"source_id": source, "inbox_id": sender.inbox}, "messages": [], "labels": [],
        "meta": {"sender": contact, "assignee": null, "team": null}, "timestamp": at.0 / 1_000,
    })
}

/// Chatwoot's numbers; an id of another form stays a text.
fn numbered(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| id.into(), Value::from)
}
