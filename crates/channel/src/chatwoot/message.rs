//! Parses a message of a customer, as Chatwoot stores it: a text, files, a place, contact cards, a chosen option.

use super::{is_number, receive::time_of};
use crate::{
    base::{
        limits::{CHATWOOT_ATTACHMENTS_MAX, UNKNOWN_KIND_CHARS_MAX},
        query::unescaped,
        time::Time,
    },
    model::{
        content::MediaKind,
        inbound::{Alias, InboundKind, InboundMessage},
    },
    untrusted_json::{self, flag, part, text},
};
use serde_json::{Value, json};

/// The messages of one message there: a file each, the text with the first one.
pub fn messages(event: &Value, from: Vec<Alias>, place: &str) -> Result<Vec<InboundMessage>, &'static str> {
    let id = text(event, "id").as_deref().and_then(untrusted_json::id).ok_or("the message has no `id`")?;
    let at = time_of(event, "created_at").ok_or("its `created_at` is no time")?;
    let name = text(event, "sender.name").or_else(|| text(event, "conversation.meta.sender.name"));
    // Chatwoot's own number of the quoted message, by which a receipt of ours knows it.
    let reply_to = text(event, "content_attributes.in_reply_to").filter(|id| is_number(id));
    let first = InboundMessage {
        provider_id: id.clone(),
        at,
        from,
        name: name.map(|name| untrusted_json::name(&name)),
        username: None,
        kind: InboundKind::Welcome,
        reply_to: reply_to.as_deref().and_then(untrusted_json::id),
        referral: None,
        number: Some(place.to_owned()),
    };
    let numbered = |(n, kind): (usize, InboundKind)| {
        let own = if n == 0 { Some(id.clone()) } else { untrusted_json::id(&format!("{id}:{n}")) };
        own.map(|provider_id| InboundMessage { provider_id, kind, ..first.clone() })
    };
    Ok(kinds(event).into_iter().enumerate().filter_map(numbered).collect())
}

/// Never empty.
fn kinds(event: &Value) -> Vec<InboundKind> {
    let words = text(event, "content").filter(|words| !words.trim().is_empty());
    let attachments = part(event, "attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let kind_of = |attachment: &Value| text(attachment, "file_type").unwrap_or_default();
    let cards: Vec<&Value> = attachments.iter().filter(|attachment| kind_of(attachment) == "contact").collect();
    let others = attachments.iter().filter(|attachment| kind_of(attachment) != "contact");
    let mut all: Vec<InboundKind> = others
        .take(CHATWOOT_ATTACHMENTS_MAX)
        .map(|attachment| of_attachment(&kind_of(attachment), attachment))
        .collect();
    if !cards.is_empty() {
        // Each number of a card is an attachment there, and the card's name is the text.
        all.push(InboundKind::Contacts { contacts: card(&cards, words.as_deref()) });
        return all;
    }
    match (all.first_mut(), words) {
        (Some(InboundKind::Media { caption, .. }), words) => *caption = words,
        // The text beside a place names it.
        (Some(_), _) => {}
        (None, Some(words)) => all.push(of_words(event, words)),
        (None, None) => all.push(unsupported(event)),
    }
    all
}

/// A text. A tap comes as the title of its option; some installations keep its id, too.
fn of_words(event: &Value, words: String) -> InboundKind {
    let id = ["interactive_reply_id", "button_payload"]
        .iter()
        .find_map(|name| text(event, &format!("content_attributes.{name}")));
    match id {
        Some(id) => InboundKind::Button { id, title: words },
        None => InboundKind::Text { body: words },
    }
}

/// An order, a form or a message of a kind that WhatsApp itself does not show: Chatwoot stores it without content.
fn unsupported(event: &Value) -> InboundKind {
    let is_known = flag(event, "content_attributes.is_unsupported");
    let what = if is_known { "unsupported".to_owned() } else { short(text(event, "content_type"), "empty") };
    InboundKind::Unsupported { what, unknown: !is_known }
}

fn of_attachment(kind: &str, attachment: &Value) -> InboundKind {
    let media = match kind {
        "image" => MediaKind::Image,
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        "file" => MediaKind::Document,
        "location" => return place(attachment),
        other => return InboundKind::Unsupported { what: short(Some(other.to_owned()), "attachment"), unknown: true },
    };
    let url = text(attachment, "data_url");
    let filename = url.as_deref().and_then(name_in);
    let ending = filename.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    // Chatwoot stores a voice note as any recording; WhatsApp records in Opus, and other files are seldom so.
    let is_recorded = matches!(ending.as_deref(), Some("ogg" | "oga" | "opus"));
    InboundKind::Media {
        media,
        id: None,
        mime: None,
        url,
        caption: None,
        filename: filename.filter(|_| media == MediaKind::Document),
        sha256: None,
        heard: None,
        voice: media == MediaKind::Audio && is_recorded,
    }
}

fn place(attachment: &Value) -> InboundKind {
    let degrees = |name: &str, most: f64| {
        let degrees = part(attachment, name).and_then(Value::as_f64)?;
        (degrees.abs() <= most).then_some(degrees)
    };
    match (degrees("coordinates_lat", 90.0), degrees("coordinates_long", 180.0)) {
        (Some(latitude), Some(longitude)) => {
            // `Shop, Main Street 1`: name and address of the place.
            let title = text(attachment, "fallback_title").filter(|title| title.trim() != ",");
            InboundKind::Location { latitude, longitude, name: title, address: None }
        }
        _ => InboundKind::Unsupported { what: "location".into(), unknown: true },
    }
}

/// The card in Meta's form, which flows read.
fn card(phones: &[&Value], words: Option<&str>) -> Value {
    let meta = |name: &str| phones.first().and_then(|phone| text(phone, &format!("meta.{name}")));
    let (first, last) = (meta("firstName"), meta("lastName"));
    let both: Vec<&str> = [first.as_deref(), last.as_deref()].into_iter().flatten().collect();
    let shown = words.map(str::to_owned).or_else(|| Some(both.join(" ")).filter(|name| !name.is_empty()));
    let is_phone = |phone: &String| phone.chars().any(|c| c.is_ascii_digit());
    let numbers: Vec<Value> = phones
        .iter()
        .take(CHATWOOT_ATTACHMENTS_MAX)
        .filter_map(|phone| text(phone, "fallback_title").filter(is_phone))
        .map(|phone| json!({"phone": phone}))
        .collect();
    let mut name = json!({"formatted_name": shown.unwrap_or_default()});
    for (key, value) in [("first_name", first), ("last_name", last)] {
        if let Some(value) = value {
            name[key] = value.into();
        }
    }
    json!([{"name": name, "phones": numbers}])
}

/// The option that somebody chose in a chat window of a website, where the bot's own message changes; `None`: nothing
/// was chosen. Its person and conversation are still missing.
pub fn chosen(event: &Value, now: Time) -> Option<InboundMessage> {
    let chosen = part(event, "content_attributes.submitted_values")?.as_array()?.first()?;
    let title = text(chosen, "title")?;
    let id = text(chosen, "value").unwrap_or_else(|| title.clone());
    let message = text(event, "id").as_deref().and_then(untrusted_json::id)?;
    Some(InboundMessage {
        provider_id: untrusted_json::id(&format!("{message}:chosen"))?,
        at: now,
        from: Vec::new(),
        name: None,
        username: None,
        kind: InboundKind::Button { id, title },
        reply_to: Some(message),
        referral: None,
        number: None,
    })
}

/// The last part of an address.
fn name_in(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().map(unescaped).filter(|name| !name.is_empty())?;
    Some(untrusted_json::name(&last))
}

fn short(text: Option<String>, otherwise: &str) -> String {
    let text = text.filter(|text| !text.is_empty()).unwrap_or_else(|| otherwise.to_owned());
    text.chars().take(UNKNOWN_KIND_CHARS_MAX).collect()
}
