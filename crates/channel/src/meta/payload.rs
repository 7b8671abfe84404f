//! Builds the JSON of `POST /{phone_number_id}/messages`, for every kind of content.

use crate::{
    Outgoing,
    base::ids::OutboundId,
    model::{
        card::ContactCard,
        content::{Content, Edges, FormMessage, FormStart, Media, MediaKind},
        inbound::AliasKind,
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
        template_parts::CardValues,
    },
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

/// The prefix of our opaque ids: other applications on the same number write to the same field.
const MARK: &str = "transom:";

/// The reason why a message cannot be serialized; a fixed code and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsendable {
    pub code: &'static str,
    pub text: &'static str,
}

/// Our id as it is sent in `biz_opaque_callback_data`.
pub fn opaque(id: OutboundId) -> String {
    format!("{MARK}{id}")
}

/// Our id from a status, if the message was ours.
pub fn our_id(opaque: &str) -> Option<OutboundId> {
    opaque.strip_prefix(MARK)?.parse().ok().map(OutboundId)
}

/// The request's body.
pub fn payload(message: &Outgoing) -> Result<String, Unsendable> {
    let body = Body { recipient: recipient(message)?, part: content(&message.content)?, message };
    Ok(serde_json::to_string(&body).expect("texts and maps become JSON"))
}

/// Serialized as a stream: a JSON tree would cost allocations for every message.
struct Body<'m> {
    recipient: (&'static str, String),
    part: (&'static str, Part<'m>),
    message: &'m Outgoing,
}

/// The content of a message: nearly always a text.
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

/// The recipient: a phone as `+E.164`, because without the plus Meta may prepend the country of the business. A BSUID
/// goes into `recipient`; if both are set `to` wins, so only one is sent.
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
        Content::ContactCards { cards } => ("contacts", cards.iter().map(card).collect()),
        Content::PlaceRequest { body } => {
            interactive("location_request_message", body, (None, &Edges::default()), json!({"name": "send_location"}))
        }
        Content::Form(form) => interactive("flow", &form.body, (form.media.as_ref(), &form.edges), form_action(form)),
        // An empty emoji removes the reaction.
        Content::Reaction { to, emoji } => {
            ("reaction", json!({"message_id": to.as_str(), "emoji": emoji.as_deref().unwrap_or_default()}))
        }
    };
    Ok((kind, Part::Other(part)))
}

/// Meta requires a part of the name beside the full name (131009): if the card has none, the full name is used.
fn card(card: &ContactCard) -> Value {
    let mut name = json!({"formatted_name": card.name});
    match (&card.first_name, &card.last_name) {
        (None, None) => name["first_name"] = card.name.as_str().into(),
        (first, last) => {
            for (key, part) in [("first_name", first), ("last_name", last)] {
                if let Some(part) = part {
                    name[key] = part.as_str().into();
                }
            }
        }
    }
    let mut part = json!({"name": name});
    let mut org = Map::new();
    for (key, text) in [("company", &card.company), ("title", &card.title)] {
        if let Some(text) = text {
            org.insert(key.into(), text.as_str().into());
        }
    }
    if !org.is_empty() {
        part["org"] = org.into();
    }
    let phones: Vec<Value> = card
        .phones
        .iter()
        .map(|phone| {
            let mut entry = json!({"phone": phone.number, "type": phone.kind.as_deref().unwrap_or("CELL")});
            if let Some(wa_id) = &phone.wa_id {
                entry["wa_id"] = wa_id.as_str().into();
            }
            entry
        })
        .collect();
    let emails: Vec<Value> = card
        .emails
        .iter()
        .map(|email| json!({"email": email.address, "type": email.kind.as_deref().unwrap_or("WORK")}))
        .collect();
    let urls: Vec<Value> = card.urls.iter().map(|url| json!({"url": url, "type": "WORK"})).collect();
    for (key, entries) in [("phones", phones), ("emails", emails), ("urls", urls)] {
        if !entries.is_empty() {
            part[key] = entries.into();
        }
    }
    part
}

/// A header is a file or a text; the file has priority, because the text can be part of the body.
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

/// developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-flow-messages
fn form_action(form: &FormMessage) -> Value {
    let mut parameters = json!({"flow_message_version": "3", "flow_token": form.token, "flow_cta": form.button});
    parameters[if form.is_id() { "flow_id" } else { "flow_name" }] = form.form.as_str().into();
    if form.draft {
        parameters["mode"] = "draft".into();
    }
    match &form.opens {
        FormStart::Endpoint => parameters["flow_action"] = "data_exchange".into(),
        FormStart::Screen { screen, data } => {
            parameters["flow_action"] = "navigate".into();
            let mut opens = Map::new();
            opens.extend(screen.as_ref().map(|screen| ("screen".to_owned(), screen.as_str().into())));
            // Meta refuses empty data.
            opens.extend((!data.is_empty()).then(|| ("data".to_owned(), Value::Object(data.clone()))));
            if !opens.is_empty() {
                parameters["flow_action_payload"] = Value::Object(opens);
            }
        }
    }
    json!({"name": "flow", "parameters": parameters})
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

/// `{"type": "image", "image": {…}}`, for headers and template parameters.
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
    let mut components: Vec<Value> = Vec::new();
    components.extend(template.header.as_ref().map(template_header));
    components.extend(template_body(&template.body));
    if let Some(ends) = template.parts.offer_ends {
        let offer = json!({"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": ends.0}});
        components.push(json!({"type": "limited_time_offer", "parameters": [offer]}));
    }
    components.extend(template_buttons(&template.buttons));
    let card = |(place, card): (usize, &CardValues)| {
        let mut inside: Vec<Value> = Vec::new();
        inside.extend(card.header.as_ref().map(template_header));
        inside.extend(template_body(&card.body));
        inside.extend(template_buttons(&card.buttons));
        json!({"card_index": place, "components": inside})
    };
    let cards: Vec<Value> = template.parts.cards.iter().enumerate().map(card).collect();
    if !cards.is_empty() {
        components.push(json!({"type": "carousel", "cards": cards}));
    }
    let mut part = json!({"name": template.name, "language": {"code": language}});
    if !components.is_empty() {
        part["components"] = components.into();
    }
    Ok(part)
}

fn template_header(header: &HeaderValue) -> Value {
    let parameter = match header {
        HeaderValue::Text(text) => json!({"type": "text", "text": text}),
        HeaderValue::Media(media) => media_parameter(media),
        // Unlike in a message, the degrees are texts, and both lines below the map are required.
        HeaderValue::Location(place) => json!({"type": "location", "location": {
            "latitude": place.latitude.to_string(),
            "longitude": place.longitude.to_string(),
            "name": place.name.as_deref().unwrap_or_default(),
            "address": place.address.as_deref().unwrap_or_default(),
        }}),
    };
    json!({"type": "header", "parameters": [parameter]})
}

fn template_body(body: &Parameters) -> Option<Value> {
    let parameters: Vec<Value> = match body {
        Parameters::None => Vec::new(),
        Parameters::Positional(texts) => texts.iter().map(|text| json!({"type": "text", "text": text})).collect(),
        Parameters::Named(texts) => {
            texts.iter().map(|(name, text)| json!({"type": "text", "parameter_name": name, "text": text})).collect()
        }
    };
    (!parameters.is_empty()).then(|| json!({"type": "body", "parameters": parameters}))
}

fn template_buttons(buttons: &[ButtonValue]) -> impl Iterator<Item = Value> {
    buttons.iter().enumerate().filter_map(|(place, button)| {
        let (sub_type, parameter) = match button {
            ButtonValue::Reply { payload, .. } => ("quick_reply", json!({"type": "payload", "payload": payload})),
            ButtonValue::UrlSuffix(suffix) => ("url", json!({"type": "text", "text": suffix})),
            ButtonValue::CopyCode(code) => ("copy_code", json!({"type": "coupon_code", "coupon_code": code})),
            ButtonValue::Form { token, data } => {
                let mut action = json!({"flow_token": token.as_deref().unwrap_or("unused")});
                if let Some(data) = data {
                    action["flow_action_data"] = data.clone();
                }
                ("flow", json!({"type": "action", "action": action}))
            }
            ButtonValue::PlainReply { .. } | ButtonValue::AsApproved => return None,
        };
        let index = place.to_string();
        Some(json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}))
    })
}
