//! Builds webhooks as Autocalls and its automations post them, for tests and `transom trigger`.

use super::{AutocallsSender, SIGNATURE, receive::Mapping};
use crate::{
    base::time::iso,
    imitation::{ImitatedEvent, Posted},
    meta::compose::{CustomerAction, CustomerEvent, News},
    model::inbound::AliasKind,
    signature::Key,
};
use serde_json::{Map, Value, json};

/// The webhook for an event; `None` if Autocalls has no such webhook.
pub fn told(sender: &AutocallsSender, what: ImitatedEvent<'_>) -> Option<Posted> {
    let path = format!("/webhooks/autocalls/{}", sender.id);
    match what {
        ImitatedEvent::Message(act) => {
            let body = message(&sender.inbound, act)?.to_string();
            if sender.inbound_token.is_empty() {
                return signed(sender, path, body);
            }
            let token = format!("Bearer {}", sender.inbound_token.expose());
            Some(Posted { path, headers: vec![("authorization", token)], body })
        }
        ImitatedEvent::Status(news) => signed(sender, path, status(sender, news).to_string()),
    }
}

fn signed(sender: &AutocallsSender, path: String, body: String) -> Option<Posted> {
    let key = Key::new(sender.webhook_secrets.first()?.clone());
    let headers = vec![(SIGNATURE, key.sign(body.as_bytes()))];
    Some(Posted { path, headers, body })
}

fn message(paths: &Mapping, act: &CustomerAction) -> Option<Value> {
    if act.from.kind != AliasKind::Phone {
        return None;
    }
    let mut body = Value::Object(Map::new());
    put(&mut body, &paths.from, format!("+{}", act.from.value));
    put(&mut body, &paths.id, act.id.clone());
    put(&mut body, &paths.at, iso(act.at));
    if let Some(name) = &act.name {
        put(&mut body, &paths.name, name.clone());
    }
    match &act.what {
        CustomerEvent::Text(text) | CustomerEvent::FromAd { text, .. } => put(&mut body, &paths.text, text.clone()),
        // A template button is reported as its text.
        CustomerEvent::Tap { title, .. }
        | CustomerEvent::TapRow { title, .. }
        | CustomerEvent::TapTemplate { title, .. } => {
            put(&mut body, &paths.text, title.clone());
        }
        CustomerEvent::Media { kind, id, caption, .. } => {
            put(&mut body, &paths.media, format!("https://files.example/{id}"));
            put(&mut body, &paths.media_type, kind.clone());
            put(&mut body, &paths.text, caption.clone().unwrap_or_default());
        }
        CustomerEvent::Voice { id } => {
            put(&mut body, &paths.media, format!("https://files.example/{id}"));
            put(&mut body, &paths.media_type, "voice".to_owned());
        }
        CustomerEvent::Location { .. }
        | CustomerEvent::Welcome
        | CustomerEvent::Order(_)
        | CustomerEvent::Form(_)
        | CustomerEvent::Reaction { .. }
        | CustomerEvent::Card { .. }
        | CustomerEvent::MissedCall => return None,
    }
    Some(body)
}

/// Writes a text at a path; a list index is written as an object key, which the reader also accepts.
fn put(body: &mut Value, path: &str, text: String) {
    if path.is_empty() {
        return;
    }
    let mut at = body;
    for name in path.split('.') {
        at = &mut at[name];
    }
    *at = text.into();
}

fn status(sender: &AutocallsSender, news: &News) -> Value {
    json!({
        "event": "message_status",
        "whatsapp_message_id": news.provider_id.parse::<i64>().map_or_else(|_| news.provider_id.clone().into(), Value::from),
        "message_sid": null,
        "meta_message_id": null,
        "conversation_id": null,
        "sender": {"id": sender.sender_id, "phone_number": sender.phone},
        "to": format!("+{}", news.to.trim_start_matches('+')),
        "from": sender.phone,
        "direction": "outbound",
        "status": news.state.as_str(),
        "error_code": news.code,
        "error_message": news.code.map(|_| "made up for a test"),
        "timestamp": iso(news.at),
        "provider_timestamp": null,
    })
}
