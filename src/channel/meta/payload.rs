//! The JSON of `POST /{phone_number_id}/messages`, for every kind of content.

use crate::{
    base::ids::OutboundId,
    channel::Outgoing,
    model::{
        content::{Content, Edges, Media, MediaKind},
        inbound::AliasKind,
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
    },
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

/// What makes an opaque text ours: other applications on the same number write there as well.
const MARK: &str = "transom:";

/// Why a message cannot be written down; a fixed code and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsendable {
    pub code: &'static str,
    pub text: &'static str,
}

/// Our id as it travels in `biz_opaque_callback_data`.
pub fn opaque(id: OutboundId) -> String {
    format!("{MARK}{id}")
}

/// Our id out of a status, if the message was ours.
pub fn our_id(opaque: &str) -> Option<OutboundId> {
    opaque.strip_prefix(MARK)?.parse().ok().map(OutboundId)
}

/// The request's body.
pub fn payload(message: &Outgoing) -> Result<String, Unsendable> {
    let body = Body { recipient: recipient(message)?, part: content(&message.content)?, message };
    Ok(serde_json::to_string(&body).expect("texts and maps become JSON"))
}

/// Written down as it goes: for every message that leaves, a tree of its keys would be built and torn down again.
struct Body<'m> {
    recipient: (&'static str, String),
    part: (&'static str, Part<'m>),
    message: &'m Outgoing,
}

/// What a message consists of: nearly always a text.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<'m> {
    Text { preview_url: bool, body: &'m str },
    Other(Value),
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut body = out.serialize_map(None)?;
        body.serialize_entry("messaging_product", "whatsapp")?;
        body.serialize_entry("recipient_type", "individual")?;
        body.serialize_entry(self.recipient.0, &self.recipient.1)?;
        if let Some(quoted) = &self.message.reply_to {
            body.serialize_entry("context", &json!({"message_id": quoted.as_str()}))?;
        }
        body.serialize_entry("biz_opaque_callback_data", &opaque(self.message.id))?;
        if self.message.direct {
            body.serialize_entry("category", "utility")?;
        }
        let (kind, part) = &self.part;
        body.serialize_entry("type", kind)?;
        body.serialize_entry(kind, part)?;
        body.end()
    }
}

/// A phone as `+E.164`: without the plus Meta may prepend the country of the business. A BSUID goes into
/// `recipient`; where both stand, `to` wins, so only one does.
fn recipient(message: &Outgoing) -> Result<(&'static str, String), Unsendable> {
    let of = |kind| message.to.iter().find(|alias| alias.kind == kind && !alias.value.is_empty());
    match (of(AliasKind::Phone), of(AliasKind::Bsuid)) {
        (Some(phone), _) => Ok(("to", format!("+{}", phone.value.trim_start_matches('+')))),
        (None, Some(bsuid)) => Ok(("recipient", bsuid.value.clone())),
        (None, None) => Err(Unsendable { code: "no_recipient", text: "the contact has neither a phone nor a user id" }),
    }
}

fn content(content: &Content) -> Result<(&'static str, Part<'_>), Unsendable> {
    let (kind, part) = match content {
        Content::Text { body } => {
            let preview_url = body.contains("https://") || body.contains("http://");
            return Ok(("text", Part::Text { preview_url, body }));
        }
        Content::Buttons { body, buttons, media, edges } => {
            let buttons: Vec<Value> =
                buttons.iter().map(|b| json!({"type": "reply", "reply": {"id": b.id, "title": b.title}})).collect();
            interactive("button", body, (media.as_ref(), edges), json!({"buttons": buttons}))
        }
        Content::List { body, button, rows, edges } => {
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| match &row.description {
                    Some(description) => json!({"id": row.id, "title": row.title, "description": description}),
                    None => json!({"id": row.id, "title": row.title}),
                })
                .collect();
            // A single section needs no title.
            interactive("list", body, (None, edges), json!({"button": button, "sections": [{"rows": rows}]}))
        }
        Content::Link { body, title, url, media, edges } => {
            let action = json!({"name": "cta_url", "parameters": {"display_text": title, "url": url}});
            interactive("cta_url", body, (media.as_ref(), edges), action)
        }
        Content::Media { media, caption } => (media.kind.as_str(), file(media, caption.as_deref())),
        Content::Template(template) => ("template", template_part(template)?),
        Content::Location(place) => {
            let mut part = json!({"latitude": place.latitude, "longitude": place.longitude});
            for (key, text) in [("name", &place.name), ("address", &place.address)] {
                if let Some(text) = text {
                    part[key] = text.as_str().into();
                }
            }
            ("location", part)
        }
        // An empty emoji takes the reaction away.
        Content::Reaction { to, emoji } => {
            ("reaction", json!({"message_id": to.as_str(), "emoji": emoji.as_deref().unwrap_or_default()}))
        }
    };
    Ok((kind, Part::Other(part)))
}

/// A header is a file or a text; the file goes first, for the text can stand in the body as well.
fn interactive(
    kind: &str,
    body: &str,
    (media, edges): (Option<&Media>, &Edges),
    action: Value,
) -> (&'static str, Value) {
    let mut part = json!({"type": kind, "body": {"text": body}, "action": action});
    match (media, &edges.header) {
        (Some(media), _) => part["header"] = media_parameter(media),
        (None, Some(text)) => part["header"] = json!({"type": "text", "text": text}),
        (None, None) => {}
    }
    if let Some(text) = &edges.footer {
        part["footer"] = json!({"text": text});
    }
    ("interactive", part)
}

fn file(media: &Media, caption: Option<&str>) -> Value {
    let mut part = match media.upload_id() {
        Some(id) => json!({"id": id}),
        None => json!({"link": media.url}),
    };
    // Meta refuses a caption on these two.
    let captioned = !matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    if let Some(caption) = caption.filter(|text| captioned && !text.is_empty()) {
        part["caption"] = caption.into();
    }
    if let (MediaKind::Document, Some(filename)) = (media.kind, &media.filename) {
        part["filename"] = filename.as_str().into();
    }
    part
}

/// `{"type": "image", "image": {…}}`, as headers and template parameters have it.
fn media_parameter(media: &Media) -> Value {
    let kind = media.kind.as_str();
    let mut part = Map::new();
    part.insert("type".into(), kind.into());
    part.insert(kind.into(), file(media, None));
    Value::Object(part)
}

fn template_part(template: &TemplateMessage) -> Result<Value, Unsendable> {
    let Some(language) = &template.language else {
        return Err(Unsendable { code: "no_language", text: "no language was chosen for the template" });
    };
    let mut components = Vec::new();
    if let Some(header) = &template.header {
        let parameter = match header {
            HeaderValue::Text(text) => json!({"type": "text", "text": text}),
            HeaderValue::Media(media) => media_parameter(media),
        };
        components.push(json!({"type": "header", "parameters": [parameter]}));
    }
    let body: Vec<Value> = match &template.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(texts) => texts.iter().map(|text| json!({"type": "text", "text": text})).collect(),
        Parameters::Named(texts) => {
            texts.iter().map(|(name, text)| json!({"type": "text", "parameter_name": name, "text": text})).collect()
        }
    };
    if !body.is_empty() {
        components.push(json!({"type": "body", "parameters": body}));
    }
    for (place, button) in template.buttons.iter().enumerate() {
        let (sub_type, parameter) = match button {
            ButtonValue::Reply { payload, .. } => ("quick_reply", json!({"type": "payload", "payload": payload})),
            ButtonValue::UrlSuffix(suffix) => ("url", json!({"type": "text", "text": suffix})),
            ButtonValue::AsApproved => continue,
        };
        components.push(json!({
            "type": "button", "sub_type": sub_type, "index": place.to_string(), "parameters": [parameter]
        }));
    }
    let mut part = json!({"name": template.name, "language": {"code": language}});
    if !components.is_empty() {
        part["components"] = components.into();
    }
    Ok(part)
}
