//! Parses Waplify's events (platform.md 2.3). An event has no id, and its times have no zone.

use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::PROVIDER_TEXT_CHARS_MAX,
        time::Time,
    },
    model::{
        content::MediaKind,
        inbound::{
            DeliveryState, Echo, EchoSource, Inbound, InboundKind, InboundMessage, Item, Referral, StatusError,
            StatusUpdate,
        },
    },
    untrusted_json,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Added to the event in a dead letter: its sender.
const SENDER: &str = "transom_sender";

/// The item of a body posted to this sender's address. `number`: the sender's `waba_phone_id`, if it has one.
pub fn receive(sender: SenderId, number: &str, body: &[u8]) -> Vec<Item> {
    let text = untrusted_json::text_of(body);
    let Ok(mut event) = serde_json::from_str::<Value>(&text) else {
        return vec![dead(Some(sender), "malformed", "the body is not JSON", text.into_owned())];
    };
    if let Some(map) = event.as_object_mut() {
        map.insert(SENDER.into(), sender.0.into());
    }
    let raw = event.to_string();
    let theirs = ["message.waba_phone_id", "conversation.waba_phone_id"]
        .iter()
        .find_map(|path| untrusted_json::text(&event, path));
    if theirs.is_some_and(|theirs| !number.is_empty() && theirs != number) {
        return vec![dead(None, "unknown_sender", "the event is about another number of the account", raw)];
    }
    match read(sender, &event) {
        Ok(what) => vec![Item { what, raw }],
        Err(why) => vec![dead(Some(sender), "malformed", why, raw)],
    }
}

/// Parses a dead letter again; one without a sender belongs to the only sender.
pub fn again(only: Option<SenderId>, raw: &str) -> Vec<Item> {
    let named =
        serde_json::from_str::<Value>(raw).ok().and_then(|event| untrusted_json::number(&event, SENDER)).map(SenderId);
    match named.or(only) {
        Some(sender) => receive(sender, "", raw.as_bytes()),
        None => vec![dead(None, "unknown_sender", "no Waplify sender is configured", raw.to_owned())],
    }
}

fn dead(sender: Option<SenderId>, kind: &'static str, reason: &str, raw: String) -> Item {
    Item { what: Inbound::Dead { sender, kind, reason: reason.to_owned() }, raw }
}

fn read(sender: SenderId, event: &Value) -> Result<Inbound, &'static str> {
    let name = untrusted_json::text(event, "event").ok_or("the body has no `event`")?;
    let ignored = |why| Ok(Inbound::Ignored { why });
    match name.as_str() {
        "message.received" => message(sender, event, "message", false),
        // The same message is announced again as an answer to a campaign, with another id, so the id is computed from
        // the content.
        "message.reply" => message(sender, event, "reply", false),
        "button.clicked" => {
            let part = if event.get("button").is_some() { "button" } else { "message" };
            message(sender, event, part, true)
        }
        "message.sent" | "message.delivered" | "message.read" | "message.failed" => status(sender, event, &name),
        "conversation.assigned" => assigned(sender, event),
        "conversation.unassigned" | "conversation.resolved" | "conversation.reopened" => ignored("conversation_event"),
        "webhook.test" => ignored("webhook_test"),
        _ => ignored("unknown_event"),
    }
}

fn message(sender: SenderId, event: &Value, part: &str, tapped: bool) -> Result<Inbound, &'static str> {
    let inside = untrusted_json::part(event, part).ok_or("its message is missing")?;
    let text = |path: &str| untrusted_json::text(inside, path);
    let from = untrusted_json::phones(text("contact_phone").as_deref());
    if from.is_empty() {
        return Err("it names nobody who wrote");
    }
    let at = text("timestamp").or_else(|| text("clicked_at")).or_else(|| untrusted_json::text(event, "timestamp"));
    let at = at.as_deref().and_then(untrusted_json::time).ok_or("its `timestamp` is no time")?;
    let kind = kind(inside, tapped)?;
    let phone = from[0].value.clone();
    let said = ["button_text", "text", "content", "media_url"].into_iter().find_map(text).unwrap_or_default();
    let message = InboundMessage {
        provider_id: id(&phone, at, &said),
        at,
        from,
        name: text("contact_name").map(|name| untrusted_json::name(&name)),
        username: None,
        kind,
        reply_to: text("original_message_id").as_deref().and_then(untrusted_json::id),
        referral: referral(inside),
        number: None,
    };
    Ok(Inbound::Message { sender, message })
}

/// One message may be announced as received and as a reply, once with a wamid and once with an internal id: the digest
/// of person, time and text is the same for both.
fn id(phone: &str, at: Time, said: &str) -> ProviderId {
    let digest = Sha256::digest(format!("{phone}\n{}\n{said}", at.0));
    let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    ProviderId::from(format!("waplify:{short}"))
}

fn kind(inside: &Value, tapped: bool) -> Result<InboundKind, &'static str> {
    let text = |path: &str| untrusted_json::text(inside, path);
    let words = text("content");
    // No id or payload is documented: the option is found by its title.
    let title = text("button_text").or_else(|| text("text")).or_else(|| words.clone());
    let button_id = text("button_id").or_else(|| text("button_payload")).or_else(|| text("id").filter(|_| tapped));
    let kind = text("message_type").unwrap_or_else(|| "text".into());
    if tapped || button_id.is_some() || matches!(kind.as_str(), "button" | "interactive") {
        let title = title.ok_or("the tap says nothing")?;
        return Ok(InboundKind::Button { id: button_id.unwrap_or_else(|| title.clone()), title });
    }
    let media = match kind.as_str() {
        "text" => return words.map(|body| InboundKind::Text { body }).ok_or("its `content` is missing"),
        "image" => MediaKind::Image,
        "audio" | "voice" => MediaKind::Audio,
        "video" => MediaKind::Video,
        "document" => MediaKind::Document,
        "sticker" => MediaKind::Sticker,
        other => return Ok(InboundKind::Unsupported { what: other.chars().take(64).collect(), unknown: true }),
    };
    Ok(InboundKind::Media {
        media,
        id: None,
        mime: text("mime_type"),
        url: text("media_url"),
        caption: text("caption").or(words),
        filename: text("filename"),
        sha256: None,
        voice: kind == "voice",
        heard: None,
    })
}

fn referral(inside: &Value) -> Option<Referral> {
    let text = |name: &str| untrusted_json::text(inside, &format!("referral.{name}"));
    let told = untrusted_json::part(inside, "referral").is_some_and(Value::is_object)
        || untrusted_json::flag(inside, "is_from_ad");
    told.then(|| Referral {
        source_type: text("source_type").or_else(|| Some("ad".into())),
        source_id: text("source_id"),
        source_url: text("source_url"),
        headline: text("headline"),
        body: text("body"),
        click_id: text("ctwa_clid"),
    })
}

/// A status carries an internal id that no answer to a send contains: it is stored as the status of an unknown
/// message.
fn status(sender: SenderId, event: &Value, name: &str) -> Result<Inbound, &'static str> {
    let text = |path: &str| untrusted_json::text(event, &format!("message.{path}"));
    let state = match text("status").unwrap_or_else(|| name.trim_start_matches("message.").to_owned()).as_str() {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" | "clicked" => DeliveryState::Read,
        "failed" => DeliveryState::Failed,
        _ => return Ok(Inbound::Ignored { why: "status_kind" }),
    };
    let at = text("status_timestamp").or_else(|| untrusted_json::text(event, "timestamp"));
    let error = (state == DeliveryState::Failed).then(|| StatusError {
        code: untrusted_json::number(event, "message.error_code").unwrap_or(0),
        text: text("error_message").unwrap_or_else(|| "failed".into()).chars().take(PROVIDER_TEXT_CHARS_MAX).collect(),
    });
    let status = StatusUpdate {
        provider_id: text("message_id").as_deref().and_then(untrusted_json::id).ok_or("its `message_id` is missing")?,
        ours: None,
        state,
        at: at.as_deref().and_then(untrusted_json::time).ok_or("its time is none")?,
        error,
        price: None,
    };
    Ok(Inbound::Status { sender, status })
}

/// An employee took the conversation over at Waplify: the bot is silent. Ignores changes by the API or a rule, which
/// are no person, and those that we caused ourselves.
fn assigned(sender: SenderId, event: &Value) -> Result<Inbound, &'static str> {
    let source = untrusted_json::text(event, "conversation.actor.source").unwrap_or_default();
    if source != "manual" {
        return Ok(Inbound::Ignored { why: "conversation_event" });
    }
    let to = untrusted_json::phones(untrusted_json::text(event, "conversation.contact_phone").as_deref());
    if to.is_empty() {
        return Err("it names no contact");
    }
    let at = untrusted_json::text(event, "timestamp")
        .as_deref()
        .and_then(untrusted_json::time)
        .ok_or("its `timestamp` is no time")?;
    let provider_id = id(&to[0].value, at, "assigned");
    Ok(Inbound::Echo { sender, echo: Echo { provider_id, at, to, text: None, by: EchoSource::App } })
}
