//! Builds messages, conversations and contacts as Kapso's lists show them: Meta's form, with Kapso's additions under
//! `kapso`.

use super::{called, card, content::Fields};
use crate::{
    base::time::{Time, iso_z},
    model::{
        answer,
        contact::Contact,
        content::{Content, Edges, Media},
        inbound::{InboundKind, InboundMessage},
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
    },
    runtime::config::Sender,
    store::tables::{
        conversation::Conversation,
        inbound::Recorded,
        outbound::{Outbound, SendState},
    },
    web::dialects::kapso::uuid,
};
use serde_json::{Map, Value as Json, json};

/// The context of a message.
pub struct MessageContext<'a> {
    pub sender: &'a Sender,
    pub contact: &'a Contact,
    /// The URL of the customer's file.
    pub media_url: Option<String>,
}

impl MessageContext<'_> {
    fn wa_id(&self) -> Json {
        self.contact.data.phone.as_deref().map_or(Json::Null, |phone| phone.trim_start_matches('+').into())
    }

    fn extras(&self, direction: &str, status: &str, conversation: i64, text: &str) -> Json {
        json!({
            "direction": direction,
            "status": status,
            "processing_status": "completed",
            "origin": "cloud_api",
            "phone_number": self.wa_id(),
            "phone_number_id": called(self.sender),
            "has_media": false,
            "whatsapp_conversation_id": uuid(conversation),
            "contact_name": self.contact.data.name,
            "content": text,
        })
    }
}

fn seconds(at: Time) -> String {
    (at.0 / 1000).to_string()
}

/// A customer's message.
pub fn incoming(row: &Recorded, around: &MessageContext<'_>) -> Json {
    let message = &row.data.message;
    let (kind, part) = told(row.id.0, message);
    let text = answer::text_of(&message.kind).unwrap_or_default();
    let mut kapso = around.extras("inbound", "received", row.conversation_id.0, text);
    if let Some(url) = &around.media_url {
        kapso["has_media"] = true.into();
        kapso["media_url"] = url.as_str().into();
    }
    let mut shown = json!({
        "id": message.provider_id, "type": kind, "timestamp": seconds(message.at), "from": around.wa_id(),
        "kapso": kapso,
    });
    if let Some(user) = &around.contact.data.bsuid {
        shown["from_user_id"] = user.as_str().into();
    }
    if let Some(to) = &message.reply_to {
        shown["context"] = json!({"id": to});
    }
    if !part.is_null() {
        shown[kind] = part;
    }
    shown
}

fn told(id: i64, message: &InboundMessage) -> (&'static str, Json) {
    match &message.kind {
        InboundKind::Text { body } => ("text", json!({"body": body})),
        InboundKind::Button { id, title } => {
            ("interactive", json!({"type": "button_reply", "button_reply": {"id": id, "title": title}}))
        }
        // The file's id is ours: the platform's id is useless to a client that has no account there.
        InboundKind::Media { media, mime, caption, filename, sha256, voice, .. } => {
            let all = [("mime_type", mime), ("caption", caption), ("filename", filename), ("sha256", sha256)];
            let mut file = json!({"id": uuid(id)});
            for (name, value) in all {
                if let Some(value) = value {
                    file[name] = value.as_str().into();
                }
            }
            if *voice {
                file["voice"] = true.into();
            }
            (media.as_str(), file)
        }
        InboundKind::Location { latitude, longitude, name, address } => {
            ("location", json!({"latitude": latitude, "longitude": longitude, "name": name, "address": address}))
        }
        InboundKind::Contacts { contacts } => ("contacts", contacts.clone()),
        InboundKind::Order { order } => ("order", order.clone()),
        InboundKind::Form { name, response } => (
            "interactive",
            json!({"type": "nfm_reply", "nfm_reply": {"name": name, "response_json": response.to_string()}}),
        ),
        InboundKind::Reaction { emoji, to } => ("reaction", json!({"emoji": emoji, "message_id": to})),
        InboundKind::Welcome => ("request_welcome", Json::Null),
        InboundKind::Call { .. } => ("call", Json::Null),
        InboundKind::Edit { .. }
        | InboundKind::Revoke { .. }
        | InboundKind::System { .. }
        | InboundKind::Unsupported { .. } => ("unsupported", Json::Null),
    }
}

/// A message to a customer, sent or queued.
pub fn outgoing(row: &Outbound, around: &MessageContext<'_>) -> Json {
    let content = row.sent_as.as_ref().unwrap_or(&row.draft.content);
    let (kind, part) = said(content);
    let mut kapso = around.extras("outbound", status(row.state), row.conversation_id.0, content.text());
    let link = content.media().filter(|media| media.upload_id().is_none()).map(|media| media.url.as_str());
    kapso["has_media"] = content.media().is_some().into();
    if let Some(link) = link {
        kapso["media_url"] = link.into();
    }
    let reached =
        [("sent", row.accepted_at), ("delivered", row.delivered_at), ("read", row.read_at), ("failed", row.failed_at)];
    let id = row.provider_id.as_ref().map_or_else(|| uuid(row.id.0), ToString::to_string);
    let statuses: Vec<Json> = reached
        .iter()
        .filter_map(|(word, at)| {
            Some(json!({"id": id, "status": word, "timestamp": seconds((*at)?), "recipient_id": around.wa_id()}))
        })
        .collect();
    kapso["statuses"] = statuses.into();
    if let Some(code) = &row.error_code {
        kapso["error"] = json!({"code": code, "details": row.error_text});
    }
    let mut shown = json!({
        "id": id, "type": kind, "timestamp": seconds(row.accepted_at.unwrap_or(row.created_at)), "to": around.wa_id(),
        "from": around.sender.phone.trim_start_matches('+'), "kapso": kapso,
    });
    shown[kind] = part;
    shown
}

pub fn status(state: SendState) -> &'static str {
    match state {
        SendState::Queued | SendState::Sending | SendState::Held | SendState::Unknown => "pending",
        SendState::Sent => "sent",
        SendState::Delivered => "delivered",
        SendState::Read => "read",
        SendState::Failed | SendState::Dropped | SendState::Skipped => "failed",
    }
}

fn file(media: &Media) -> Json {
    let mut shown = match media.upload_id() {
        Some(id) => json!({"id": id}),
        None => json!({"link": media.url}),
    };
    if let Some(name) = &media.filename {
        shown["filename"] = name.as_str().into();
    }
    shown
}

fn framed(body: &str, media: Option<&Media>, edges: &Edges, kind: &str, action: Json) -> Json {
    let mut shown = json!({"type": kind, "body": {"text": body}, "action": action});
    if let Some(media) = media {
        shown["header"] = json!({"type": media.kind.as_str(), media.kind.as_str(): file(media)});
    }
    if let Some(header) = &edges.header {
        shown["header"] = json!({"type": "text", "text": header});
    }
    if let Some(footer) = &edges.footer {
        shown["footer"] = json!({"text": footer});
    }
    shown
}

fn said(content: &Content) -> (&'static str, Json) {
    match content {
        Content::Text { body } => ("text", json!({"body": body})),
        Content::Media { media, caption } => {
            let mut shown = file(media);
            if let Some(caption) = caption {
                shown["caption"] = caption.as_str().into();
            }
            (media.kind.as_str(), shown)
        }
        Content::Buttons { body, buttons, media, edges } => {
            let replies: Vec<Json> =
                buttons.iter().map(|b| json!({"type": "reply", "reply": {"id": b.id, "title": b.title}})).collect();
            ("interactive", framed(body, media.as_ref(), edges, "button", json!({"buttons": replies})))
        }
        Content::List { body, button, rows, edges } => {
            let action = json!({"button": button, "sections": [{"rows": rows}]});
            ("interactive", framed(body, None, edges, "list", action))
        }
        Content::Link { body, title, url, media, edges } => {
            let action = json!({"name": "cta_url", "parameters": {"display_text": title, "url": url}});
            ("interactive", framed(body, media.as_ref(), edges, "cta_url", action))
        }
        Content::Template(template) => ("template", template_shown(template)),
        Content::Location(place) => ("location", json!(place)),
        Content::PlaceRequest { body } => {
            let action = json!({"name": "send_location"});
            ("interactive", framed(body, None, &Edges::default(), "location_request_message", action))
        }
        Content::Form(form) => {
            let parameters = json!({"flow_id": form.form, "flow_cta": form.button, "flow_token": form.token});
            let action = json!({"name": "flow", "parameters": parameters});
            ("interactive", framed(&form.body, form.media.as_ref(), &form.edges, "flow", action))
        }
        Content::ContactCards { cards } => ("contacts", card::shown(cards)),
        Content::Reaction { to, emoji } => ("reaction", json!({"message_id": to, "emoji": emoji})),
    }
}

fn template_shown(template: &TemplateMessage) -> Json {
    let text = |value: &String| json!({"type": "text", "text": value});
    let mut components = Vec::new();
    match &template.header {
        Some(HeaderValue::Text(value)) => components.push(json!({"type": "header", "parameters": [text(value)]})),
        Some(HeaderValue::Media(media)) => {
            let kind = media.kind.as_str();
            components.push(json!({"type": "header", "parameters": [{"type": kind, kind: file(media)}]}));
        }
        Some(HeaderValue::Location(place)) => {
            components.push(json!({"type": "header", "parameters": [{"type": "location", "location": place}]}));
        }
        None => {}
    }
    let body: Vec<Json> = match &template.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(values) => values.iter().map(text).collect(),
        Parameters::Named(values) => {
            values.iter().map(|(name, value)| json!({"type": "text", "parameter_name": name, "text": value})).collect()
        }
    };
    if !body.is_empty() {
        components.push(json!({"type": "body", "parameters": body}));
    }
    for (place, button) in template.buttons.iter().enumerate() {
        let (kind, parameter) = match button {
            ButtonValue::Reply { payload, .. } => ("quick_reply", json!({"type": "payload", "payload": payload})),
            ButtonValue::UrlSuffix(suffix) => ("url", json!({"type": "text", "text": suffix})),
            ButtonValue::CopyCode(code) => ("copy_code", json!({"type": "coupon_code", "coupon_code": code})),
            ButtonValue::Form { token, data } => {
                ("flow", json!({"type": "action", "action": {"flow_token": token, "flow_action_data": data}}))
            }
            ButtonValue::PlainReply { .. } | ButtonValue::AsApproved => continue,
        };
        let part = json!({"type": "button", "sub_type": kind, "index": place.to_string(), "parameters": [parameter]});
        components.push(part);
    }
    json!({"name": template.name, "language": {"code": template.language}, "components": components})
}

/// A conversation is active until 24 hours after its last message.
pub fn conversation(row: &Conversation, around: &MessageContext<'_>, last: Option<&Json>, active: bool) -> Json {
    let newest = row.last_inbound_at.max(row.last_outbound_at).unwrap_or(row.created_at);
    let of_last = |pointer: &str| last.and_then(|last| last.pointer(pointer)).cloned().unwrap_or_default();
    let at = of_last("/timestamp").as_str().and_then(|text| text.parse::<i64>().ok());
    json!({
        "id": uuid(row.id.0),
        "phone_number": around.wa_id(),
        "phone_number_id": called(around.sender),
        "status": if active { "active" } else { "ended" },
        "last_active_at": iso_z(newest),
        "created_at": iso_z(row.created_at),
        "updated_at": iso_z(newest),
        "metadata": {},
        "kapso": {
            "contact_name": around.contact.data.name,
            "last_message_id": of_last("/id"),
            "last_message_type": of_last("/type"),
            "last_message_timestamp": at.map(|seconds| iso_z(Time(seconds * 1000))),
            "last_message_text": of_last("/kapso/content"),
            "last_inbound_at": row.last_inbound_at.map(iso_z),
            "last_outbound_at": row.last_outbound_at.map(iso_z),
        },
    })
}

/// A contact; the data that flows use is under `metadata`.
pub fn contact(contact: &Contact) -> Json {
    let data = &contact.data;
    let mut metadata: Map<String, Json> =
        data.fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    metadata.insert("tags".to_owned(), json!(data.tags));
    json!({
        "id": uuid(contact.id.0),
        "wa_id": data.phone.as_deref().map(|phone| phone.trim_start_matches('+')),
        "whatsapp_user_id": data.bsuid,
        "username": data.username,
        "profile_name": data.name,
        "display_name": data.name,
        "customer_id": null,
        "metadata": metadata,
    })
}

/// Selects Kapso's fields by `fields=kapso(a,b)`: `kapso()` selects none; all without the parameter.
pub fn selected(mut shown: Json, fields: Option<&str>) -> Json {
    let inside = fields.and_then(|fields| fields.split_once("kapso(")?.1.split_once(')').map(|(inside, _)| inside));
    let Some(inside) = inside else { return shown };
    let wanted: Vec<&str> = inside.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if wanted.iter().any(|name| matches!(*name, "default" | "*" | "all")) {
        return shown;
    }
    if let Some(body) = shown.as_object_mut() {
        let own: Option<Fields> = body.remove("kapso").and_then(|own| own.as_object().cloned());
        let kept: Fields = own.into_iter().flatten().filter(|(name, _)| wanted.contains(&name.as_str())).collect();
        if !wanted.is_empty() {
            body.insert("kapso".to_owned(), kept.into());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kapsos_own_fields_are_chosen_by_name() {
        let all = || json!({"id": "a", "kapso": {"direction": "inbound", "content": "hi"}});
        for whole in [None, Some("kapso(default)"), Some("kapso(*)"), Some("id")] {
            assert_eq!(selected(all(), whole), all());
        }
        assert_eq!(selected(all(), Some("kapso()")), json!({"id": "a"}));
        assert_eq!(selected(all(), Some("kapso(content, nope)")), json!({"id": "a", "kapso": {"content": "hi"}}));
    }
}
