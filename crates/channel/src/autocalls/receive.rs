//! Parses webhooks: statuses in their documented form, messages by the configured mapping.

use super::{Autocalls, AutocallsSender};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::PROVIDER_TEXT_CHARS_MAX,
        time::Time,
    },
    model::{
        content::MediaKind,
        inbound::{DeliveryState, Inbound, InboundKind, InboundMessage, Item, StatusError, StatusUpdate},
    },
    untrusted_json,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The paths to the parts of a message in a posted JSON: keys and indexes (`data.messages.0.text`).
#[derive(Debug, Clone)]
pub struct Mapping {
    pub from: String,
    pub text: String,
    /// If missing, the id is a digest of phone, time and text.
    pub id: String,
    pub name: String,
    /// ISO 8601, or seconds or milliseconds since 1970; if missing, the time of receipt.
    pub at: String,
    /// The URL of a file.
    pub media: String,
    /// `image`, `audio`, `video`, `document`; if missing, derived from the URL.
    pub media_type: String,
}

impl Default for Mapping {
    /// The field names of Autocalls' automations.
    fn default() -> Self {
        let path = |text: &str| text.to_owned();
        Mapping {
            from: path("customer_phone"),
            text: path("message"),
            id: path("message_id"),
            name: path("customer_name"),
            at: path("timestamp"),
            media: path("media_url"),
            media_type: path("media_type"),
        }
    }
}

/// Added to the JSON of a dead letter: its sender and the time of receipt.
const SENDER: &str = "transom_sender";
const RECEIVED: &str = "transom_received_at";

pub fn receive(sender: &AutocallsSender, body: &[u8], now: Time) -> Vec<Item> {
    let text = untrusted_json::text_of(body);
    let Ok(mut json) = serde_json::from_str::<Value>(&text) else {
        return vec![dead(Some(sender.id), "malformed", "the body is not JSON", text.into_owned())];
    };
    let now = untrusted_json::number(&json, RECEIVED).map_or(now, Time);
    if let Some(map) = json.as_object_mut() {
        map.insert(SENDER.into(), sender.id.0.into());
        map.insert(RECEIVED.into(), now.0.into());
    }
    let raw = json.to_string();
    match read(sender, &json, now) {
        Ok(what) => vec![Item { what, raw }],
        Err(why) => vec![dead(Some(sender.id), "malformed", &why, raw)],
    }
}

/// Parses a dead letter again; one without a sender belongs to the only sender.
pub fn again(autocalls: &Autocalls, raw: &str) -> Vec<Item> {
    let named =
        serde_json::from_str::<Value>(raw).ok().and_then(|json| untrusted_json::number(&json, SENDER)).map(SenderId);
    let sender = match named {
        Some(id) => autocalls.sender(id),
        None => autocalls.senders.first(),
    };
    match sender {
        Some(sender) => receive(sender, raw.as_bytes(), Time(0)),
        None => vec![dead(None, "unknown_sender", "the sender is no longer in the configuration", raw.to_owned())],
    }
}

fn dead(sender: Option<SenderId>, kind: &'static str, reason: &str, raw: String) -> Item {
    Item { what: Inbound::Dead { sender, kind, reason: reason.to_owned() }, raw }
}

fn read(sender: &AutocallsSender, json: &Value, now: Time) -> Result<Inbound, String> {
    if untrusted_json::flag(json, "test") {
        return Ok(Inbound::Ignored { why: "webhook_test" });
    }
    match untrusted_json::text(json, "event").as_deref() {
        Some("message_status") => return status(sender, json, now),
        Some("conversation_ended") => return Ok(Inbound::Ignored { why: "conversation_event" }),
        _ => {}
    }
    // The webhook at the end of a conversation repeats its messages.
    if untrusted_json::part(json, "transcript").is_some_and(Value::is_array) {
        return Ok(Inbound::Ignored { why: "conversation_event" });
    }
    message(sender, json, now)
}

fn status(sender: &AutocallsSender, json: &Value, now: Time) -> Result<Inbound, String> {
    if untrusted_json::text(json, "direction").as_deref() == Some("inbound") {
        return Ok(Inbound::Ignored { why: "status_kind" });
    }
    let state = match untrusted_json::text(json, "status").unwrap_or_default().as_str() {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" | "undelivered" => DeliveryState::Failed,
        _ => return Ok(Inbound::Ignored { why: "status_kind" }),
    };
    let error = (state == DeliveryState::Failed).then(|| {
        let said =
            untrusted_json::text(json, "error_description").or_else(|| untrusted_json::text(json, "error_message"));
        let text = said.unwrap_or_else(|| "failed".into()).chars().take(PROVIDER_TEXT_CHARS_MAX).collect();
        StatusError { code: untrusted_json::number(json, "error_code").unwrap_or(0), text }
    });
    let at = ["provider_timestamp", "timestamp"]
        .iter()
        .find_map(|path| untrusted_json::time(&untrusted_json::text(json, path)?));
    let id = untrusted_json::text(json, "whatsapp_message_id").as_deref().and_then(untrusted_json::id);
    let status = StatusUpdate {
        provider_id: id.ok_or("its `whatsapp_message_id` is missing")?,
        ours: None,
        state,
        at: at.unwrap_or(now),
        error,
        price: None,
    };
    Ok(Inbound::Status { sender: sender.id, status })
}

fn message(sender: &AutocallsSender, json: &Value, now: Time) -> Result<Inbound, String> {
    let paths = &sender.inbound;
    let text = |path: &str| if path.is_empty() { None } else { untrusted_json::text(json, path) };
    let from = untrusted_json::phones(text(&paths.from).as_deref());
    if from.is_empty() {
        return Err(format!("nobody stands at `{}`; `inbound.from` says where", paths.from));
    }
    let words = text(&paths.text);
    let kind = match (text(&paths.media), words.clone()) {
        (Some(url), caption) => file(url, text(&paths.media_type), caption),
        (None, Some(body)) => InboundKind::Text { body },
        (None, None) => return Err(format!("no text stands at `{}`; `inbound.text` says where", paths.text)),
    };
    let at = text(&paths.at).and_then(|at| untrusted_json::time(&at));
    // A clock that runs ahead must not extend the window.
    let at = at.map_or(now, |at| at.min(now));
    let said = words.or_else(|| text(&paths.media)).unwrap_or_default();
    let provider_id = match text(&paths.id).as_deref().and_then(untrusted_json::id) {
        Some(id) => id,
        None => made_id(&from[0].value, at, &said),
    };
    let name = text(&paths.name).map(|name| untrusted_json::name(&name));
    let message = InboundMessage {
        provider_id,
        at,
        from,
        name,
        username: None,
        kind,
        reply_to: None,
        referral: None,
        number: None,
    };
    Ok(Inbound::Message { sender: sender.id, message })
}

/// Two messages with the same person, time and text get the same id.
fn made_id(phone: &str, at: Time, said: &str) -> ProviderId {
    let digest = Sha256::digest(format!("{phone}\n{}\n{said}", at.0));
    let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    ProviderId::from(format!("autocalls:{short}"))
}

fn file(url: String, kind: Option<String>, caption: Option<String>) -> InboundKind {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let kind = kind.unwrap_or_else(|| path.rsplit('.').next().unwrap_or_default().to_owned());
    let media = match kind.split('/').next().unwrap_or_default() {
        "image" | "jpg" | "jpeg" | "png" => MediaKind::Image,
        "audio" | "voice" | "ogg" | "mp3" | "m4a" | "aac" | "amr" => MediaKind::Audio,
        "video" | "mp4" | "3gp" => MediaKind::Video,
        "sticker" | "webp" => MediaKind::Sticker,
        _ => MediaKind::Document,
    };
    let url = Some(url);
    InboundKind::Media {
        media,
        id: None,
        mime: None,
        url,
        caption,
        filename: None,
        sha256: None,
        voice: kind == "voice",
        heard: None,
    }
}
