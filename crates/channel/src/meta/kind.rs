//! Parses the kind of a message: text, tap, file, location, form, reaction and so on.

use super::{
    body::Text,
    message::{json, without_nul},
    parts::{Changed, Edited, File, FormReply, Interactive, Location, Message, Tapped},
    receive::Malformed,
};
use crate::{
    base::{ids::ProviderId, private_use},
    model::{content::MediaKind, inbound::InboundKind, value::is_too_deep},
};

/// The kind and content of a message. A message without the part that its kind needs is malformed; an unknown kind is
/// `Unsupported`.
pub fn kind(message: &Message<'_>) -> Result<InboundKind, Malformed> {
    let unsupported = |what: &str, unknown| InboundKind::Unsupported { what: what.chars().take(64).collect(), unknown };
    // The kind of a message without a type follows from its parts.
    let kind = message.kind.get().unwrap_or(if message.text.is_some() { "text" } else { "untyped" });
    Ok(match kind {
        "text" => match message.text.as_ref().and_then(|text| text.body.present()) {
            Some(body) => InboundKind::Text { body: body.into() },
            None => return Err("its `text.body` is missing".into()),
        },
        "button" => tapped(message.button.as_ref()).ok_or("its `button` says nothing")?,
        "interactive" => interactive(message.interactive.as_ref())?,
        "image" => file(MediaKind::Image, message.image.as_ref())?,
        "audio" => file(MediaKind::Audio, message.audio.as_ref())?,
        "voice" => spoken(file(MediaKind::Audio, message.voice.as_ref().or(message.audio.as_ref()))?),
        "video" => file(MediaKind::Video, message.video.as_ref())?,
        "document" => file(MediaKind::Document, message.document.as_ref())?,
        "sticker" => file(MediaKind::Sticker, message.sticker.as_ref())?,
        "location" => location(message.location.as_ref())?,
        "contacts" => InboundKind::Contacts { contacts: json(message.contacts.ok_or("its `contacts` are missing")?)? },
        "order" => InboundKind::Order { order: json(message.order.ok_or("its `order` is missing")?)? },
        "reaction" => {
            let reaction = message.reaction.as_ref().ok_or("its `reaction` is missing")?;
            InboundKind::Reaction { emoji: reaction.emoji.owned(), to: reaction.message_id.get().map(ProviderId::from) }
        }
        "request_welcome" => InboundKind::Welcome,
        "edit" => {
            let edit = message.edit.as_ref();
            InboundKind::Edit { of: original(edit), body: edit.and_then(|e| e.message.as_ref()).and_then(edited) }
        }
        "revoke" => InboundKind::Revoke { of: original(message.revoke.as_ref()) },
        "system" => InboundKind::System {
            what: message.system.as_ref().and_then(|s| s.kind.get()).unwrap_or("system").chars().take(64).collect(),
        },
        // An edit, as it arrives at a number that has not subscribed to edits.
        "unsupported" if message.unsupported.as_ref().and_then(|u| u.kind.get()) == Some("edit") => {
            InboundKind::Edit { of: None, body: None }
        }
        "unsupported" => {
            unsupported(message.unsupported.as_ref().and_then(|u| u.kind.get()).unwrap_or("unsupported"), false)
        }
        other => unsupported(other, true),
    })
}

fn tapped(tap: Option<&Tapped<'_>>) -> Option<InboundKind> {
    let tap = tap?;
    let (id, title) = (tap.id.get(), tap.title.get());
    let either = id.or(title)?;
    Some(InboundKind::Button { id: id.unwrap_or(either).into(), title: title.unwrap_or(either).into() })
}

fn interactive(part: Option<&Interactive<'_>>) -> Result<InboundKind, Malformed> {
    // Meta sends an empty one with `errors` beside it if it could not forward the content.
    let Some(part) = part else { return Ok(InboundKind::Unsupported { what: "interactive".into(), unknown: false }) };
    if let Some(tap) = tapped(part.button_reply.as_ref()).or_else(|| tapped(part.list_reply.as_ref())) {
        return Ok(tap);
    }
    if let Some(form) = &part.nfm_reply {
        return Ok(InboundKind::Form { name: form.name.owned(), response: form_response(form)? });
    }
    if let Some(answer) = part.call_permission_reply {
        return Ok(InboundKind::Form { name: Some("call_permission_reply".into()), response: json(answer)? });
    }
    let what = part.kind.get().unwrap_or("interactive").chars().take(64).collect();
    Ok(InboundKind::Unsupported { what, unknown: true })
}

/// `response_json` is JSON inside a text; its content may be anything, even invalid JSON.
fn form_response(form: &FormReply<'_>) -> Result<serde_json::Value, Malformed> {
    let Some(raw) = form.response_json else { return Ok(serde_json::Value::Null) };
    Ok(match json(raw)? {
        serde_json::Value::String(text) => match serde_json::from_str(&private_use::plain_json(&text)) {
            Ok(inside) if !is_too_deep(&inside) => without_nul(inside),
            // JSON within a text has nesting of its own: together with the outer levels its row could not be parsed
            // again.
            Ok(_) | Err(_) => serde_json::Value::String(text),
        },
        other => other,
    })
}

fn file(media: MediaKind, file: Option<&File<'_>>) -> Result<InboundKind, Malformed> {
    let file = file.ok_or("its file is missing")?;
    if file.id.get().is_none() && file.url.get().is_none() {
        return Err("its file has no `id`".into());
    }
    Ok(InboundKind::Media {
        media,
        id: file.id.owned(),
        mime: file.mime_type.owned(),
        url: file.url.owned(),
        caption: file.caption.owned(),
        filename: file.filename.owned(),
        sha256: file.sha256.owned(),
        voice: file.voice.unwrap_or(false),
        heard: None,
    })
}

fn spoken(mut kind: InboundKind) -> InboundKind {
    if let InboundKind::Media { voice, .. } = &mut kind {
        *voice = true;
    }
    kind
}

fn location(place: Option<&Location<'_>>) -> Result<InboundKind, Malformed> {
    let place = place.ok_or("its `location` is missing")?;
    let degrees = |text: &Text<'_>| text.get().and_then(|t| t.parse::<f64>().ok()).filter(|d| d.is_finite());
    match (degrees(&place.latitude), degrees(&place.longitude)) {
        (Some(latitude), Some(longitude)) => {
            Ok(InboundKind::Location { latitude, longitude, name: place.name.owned(), address: place.address.owned() })
        }
        _ => Err("its `location` has no coordinates".into()),
    }
}

fn original(change: Option<&Changed<'_>>) -> Option<ProviderId> {
    change.and_then(|c| c.original_message_id.get()).map(ProviderId::from)
}

fn edited(message: &Edited<'_>) -> Option<String> {
    let files = [&message.image, &message.video, &message.document];
    let caption = files.into_iter().flatten().find_map(|file| file.caption.owned());
    message.text.as_ref().and_then(|text| text.body.owned()).or(caption)
}
