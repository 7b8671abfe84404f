//! One item of `messages`: what a customer wrote, tapped or sent.

use super::{
    body::{People, Text},
    receive::{Malformed, person, shape},
};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::{ALIAS_BYTES_MAX, CONTACT_NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX},
        time::Time,
    },
    model::{
        content::MediaKind,
        inbound::{Alias, AliasKind, Inbound, InboundKind, InboundMessage, Referral},
    },
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads a message. Everything that names no person, no id or no time is malformed; a kind that is not
/// known is `Unsupported`.
pub fn read(sender: SenderId, people: &People<'_>, raw: &str) -> Result<Inbound, Malformed> {
    let message: Message<'_> = shape(raw)?;
    if message.group_id.get().is_some() {
        return Ok(Inbound::Ignored { why: "group_message" });
    }
    let at = time(&message.timestamp)?;
    let known = person(people, message.from.get(), message.from_user_id.get());
    if let Some(system) = &message.system
        && let Some(identity) = new_number(sender, &message, system, at)
    {
        return Ok(identity);
    }
    let mut from = aliases(&[&message.from, &message.from_user_id])?;
    if let Some(known) = known {
        for alias in aliases(&[&known.wa_id, &known.user_id])? {
            if from.iter().all(|a| a.kind != alias.kind) {
                from.push(alias);
            }
        }
    }
    from.sort_by_key(|alias| alias.kind);
    if from.is_empty() {
        return Err("it names no sender".into());
    }
    let message = InboundMessage {
        provider_id: id(&message.id)?,
        at,
        from,
        name: known.and_then(|p| p.profile.name.get()).map(|n| n.chars().take(CONTACT_NAME_CHARS_MAX).collect()),
        kind: kind(&message)?,
        reply_to: message.context.as_ref().and_then(|c| c.id.get()).map(ProviderId::from),
        referral: message.referral.as_ref().map(Ad::ours),
    };
    Ok(Inbound::Message { sender, message })
}

/// A provider's id: there, and short enough for an index.
pub fn id(text: &Text<'_>) -> Result<ProviderId, Malformed> {
    match text.get() {
        Some(id) if id.len() <= PROVIDER_ID_BYTES_MAX => Ok(id.into()),
        Some(_) => Err("its `id` is too long".into()),
        None => Err("its `id` is missing".into()),
    }
}

/// Meta's seconds, as text or number; between 1970 and 2100.
pub fn time(text: &Text<'_>) -> Result<Time, Malformed> {
    const YEAR_2100: i64 = 4_102_444_800;
    match text.get().map(|t| t.trim().parse::<i64>()) {
        Some(Ok(seconds)) if (1..YEAR_2100).contains(&seconds) => Ok(Time(seconds * 1000)),
        Some(_) => Err("its `timestamp` is no time".into()),
        None => Err("its `timestamp` is missing".into()),
    }
}

/// The names a person goes by, whatever field they stand in: digits are a phone, all else is a BSUID.
pub fn aliases(texts: &[&Text<'_>]) -> Result<Vec<Alias>, Malformed> {
    let mut found: Vec<Alias> = Vec::with_capacity(texts.len());
    for text in texts.iter().filter_map(|t| t.get()).map(str::trim).filter(|t| !t.is_empty()) {
        if text.len() > ALIAS_BYTES_MAX {
            return Err("a person's id is too long".into());
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        let alias = if digits.bytes().all(|b| b.is_ascii_digit()) {
            Alias { kind: AliasKind::Phone, value: digits.into() }
        } else {
            Alias { kind: AliasKind::Bsuid, value: text.into() }
        };
        if !alias.value.is_empty() && !found.contains(&alias) {
            found.push(alias);
        }
    }
    Ok(found)
}

/// A value kept as JSON; U+0000 inside becomes U+FFFD, as in texts.
pub fn json(raw: &RawValue) -> Result<serde_json::Value, Malformed> {
    shape(raw.get()).map(without_nul)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    from: Text<'a>,
    #[serde(borrow)]
    from_user_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    group_id: Text<'a>,
    #[serde(borrow)]
    context: Option<Context<'a>>,
    #[serde(borrow)]
    text: Option<Body<'a>>,
    #[serde(borrow)]
    image: Option<File<'a>>,
    #[serde(borrow)]
    audio: Option<File<'a>>,
    #[serde(borrow)]
    video: Option<File<'a>>,
    #[serde(borrow)]
    document: Option<File<'a>>,
    #[serde(borrow)]
    sticker: Option<File<'a>>,
    #[serde(borrow)]
    location: Option<Location<'a>>,
    #[serde(borrow)]
    contacts: Option<&'a RawValue>,
    #[serde(borrow)]
    order: Option<&'a RawValue>,
    #[serde(borrow)]
    interactive: Option<Interactive<'a>>,
    #[serde(borrow)]
    button: Option<Tapped<'a>>,
    #[serde(borrow)]
    reaction: Option<Reaction<'a>>,
    #[serde(borrow)]
    system: Option<System<'a>>,
    #[serde(borrow)]
    edit: Option<Changed<'a>>,
    #[serde(borrow)]
    revoke: Option<Changed<'a>>,
    #[serde(borrow)]
    unsupported: Option<Unsupported<'a>>,
    #[serde(borrow)]
    referral: Option<Ad<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Context<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    body: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    mime_type: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    caption: Text<'a>,
    #[serde(borrow)]
    filename: Text<'a>,
    #[serde(borrow)]
    sha256: Text<'a>,
    voice: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Location<'a> {
    #[serde(borrow)]
    latitude: Text<'a>,
    #[serde(borrow)]
    longitude: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    address: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Interactive<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    button_reply: Option<Tapped<'a>>,
    #[serde(borrow)]
    list_reply: Option<Tapped<'a>>,
    #[serde(borrow)]
    nfm_reply: Option<FormReply<'a>>,
    #[serde(borrow)]
    call_permission_reply: Option<&'a RawValue>,
}

/// A tap: `id` and `title` on our own messages, `payload` and `text` on templates.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Tapped<'a> {
    #[serde(borrow, alias = "payload")]
    id: Text<'a>,
    #[serde(borrow, alias = "text")]
    title: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FormReply<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    response_json: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reaction<'a> {
    #[serde(borrow)]
    message_id: Text<'a>,
    #[serde(borrow)]
    emoji: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct System<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    /// Older webhooks say `new_wa_id`.
    #[serde(borrow, alias = "new_wa_id")]
    wa_id: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Changed<'a> {
    #[serde(borrow)]
    original_message_id: Text<'a>,
    #[serde(borrow)]
    message: Option<Edited<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Edited<'a> {
    #[serde(borrow)]
    text: Option<Body<'a>>,
    #[serde(borrow)]
    image: Option<File<'a>>,
    #[serde(borrow)]
    video: Option<File<'a>>,
    #[serde(borrow)]
    document: Option<File<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Unsupported<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ad<'a> {
    #[serde(borrow)]
    source_type: Text<'a>,
    #[serde(borrow, alias = "id")]
    source_id: Text<'a>,
    #[serde(borrow)]
    source_url: Text<'a>,
    #[serde(borrow)]
    headline: Text<'a>,
    #[serde(borrow)]
    body: Text<'a>,
    #[serde(borrow)]
    ctwa_clid: Text<'a>,
}

impl Ad<'_> {
    fn ours(&self) -> Referral {
        Referral {
            source_type: self.source_type.owned(),
            source_id: self.source_id.owned(),
            source_url: self.source_url.owned(),
            headline: self.headline.owned(),
            body: self.body.owned(),
            click_id: self.ctwa_clid.owned(),
        }
    }
}

/// A notice that the person has another number or BSUID from now on. These carry no `contacts`.
fn new_number(sender: SenderId, message: &Message<'_>, system: &System<'_>, at: Time) -> Option<Inbound> {
    let kind = system.kind.or_empty();
    if !matches!(kind, "user_changed_number" | "customer_changed_number" | "user_changed_user_id") {
        return None;
    }
    let old = aliases(&[&message.from, &message.from_user_id]).ok()?;
    let new = aliases(&[&system.wa_id, &system.user_id]).ok()?;
    (!old.is_empty() && !new.is_empty()).then_some(Inbound::Identity { sender, old, new, at })
}

fn kind(message: &Message<'_>) -> Result<InboundKind, Malformed> {
    let unsupported = |what: &str| InboundKind::Unsupported { what: what.chars().take(64).collect() };
    // A message without a type is what its parts say.
    let kind = message.kind.get().unwrap_or(if message.text.is_some() { "text" } else { "untyped" });
    Ok(match kind {
        "text" => match message.text.as_ref().and_then(|text| text.body.present()) {
            Some(body) => InboundKind::Text { body: body.into() },
            None => return Err("its `text.body` is missing".into()),
        },
        "button" => tapped(message.button.as_ref()).ok_or("its `button` says nothing")?,
        "interactive" => interactive(message.interactive.as_ref())?,
        "image" => file(MediaKind::Image, message.image.as_ref())?,
        "audio" | "voice" => file(MediaKind::Audio, message.audio.as_ref())?,
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
        "unsupported" => unsupported(message.unsupported.as_ref().and_then(|u| u.kind.get()).unwrap_or("unsupported")),
        other => unsupported(other),
    })
}

fn tapped(tap: Option<&Tapped<'_>>) -> Option<InboundKind> {
    let tap = tap?;
    let (id, title) = (tap.id.get(), tap.title.get());
    let either = id.or(title)?;
    Some(InboundKind::Button { id: id.unwrap_or(either).into(), title: title.unwrap_or(either).into() })
}

fn interactive(part: Option<&Interactive<'_>>) -> Result<InboundKind, Malformed> {
    // Meta sends an empty one with `errors` beside it, when it could not pass the content on.
    let Some(part) = part else { return Ok(InboundKind::Unsupported { what: "interactive".into() }) };
    if let Some(tap) = tapped(part.button_reply.as_ref()).or_else(|| tapped(part.list_reply.as_ref())) {
        return Ok(tap);
    }
    if let Some(form) = &part.nfm_reply {
        return Ok(InboundKind::Form { name: form.name.owned(), response: form_response(form)? });
    }
    if let Some(answer) = part.call_permission_reply {
        return Ok(InboundKind::Form { name: Some("call_permission_reply".into()), response: json(answer)? });
    }
    Ok(InboundKind::Unsupported { what: part.kind.get().unwrap_or("interactive").chars().take(64).collect() })
}

/// `response_json` is JSON inside a text; what is in it may be anything, even no JSON.
fn form_response(form: &FormReply<'_>) -> Result<serde_json::Value, Malformed> {
    let Some(raw) = form.response_json else { return Ok(serde_json::Value::Null) };
    Ok(match json(raw)? {
        serde_json::Value::String(text) => match serde_json::from_str(&text) {
            Ok(inside) => without_nul(inside),
            Err(_) => serde_json::Value::String(text),
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
    })
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

fn without_nul(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "\u{FFFD}")),
        Json::Array(items) => Json::Array(items.into_iter().map(without_nul).collect()),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(k, v)| (k.replace('\0', "\u{FFFD}"), without_nul(v))).collect())
        }
        other => other,
    }
}
