//! Builds webhooks in Meta's form, for `trigger`, the sandbox and tests.

use crate::{
    base::{ids::OutboundId, time::Time},
    model::{
        content::MediaKind,
        inbound::{Alias, AliasKind, DeliveryState, Referral},
    },
};
use serde_json::{Value, json};

/// The business number that the customer writes to.
#[derive(Debug, Clone)]
pub struct Number {
    pub waba_id: String,
    /// For a sandbox sender, its id in the configuration.
    pub phone_number_id: String,
    /// `+` and digits.
    pub phone: String,
}

/// A customer and one action.
#[derive(Debug, Clone)]
pub struct CustomerAction {
    pub from: Alias,
    pub name: Option<String>,
    /// The id of the message: a repeated id is a duplicate.
    pub id: String,
    pub at: Time,
    pub what: CustomerEvent,
    /// The provider id of our message that is replied to.
    pub reply_to: Option<String>,
}

#[derive(Debug, Clone)]
pub enum CustomerEvent {
    Text(String),
    /// A tap on a reply button.
    Tap {
        id: String,
        title: String,
    },
    /// A tap on a list row.
    TapRow {
        id: String,
        title: String,
    },
    /// A tap on a template's quick reply.
    TapTemplate {
        payload: String,
        title: String,
    },
    Location {
        latitude: f64,
        longitude: f64,
    },
    /// `image`, `audio`, `video`, `document`, `sticker`.
    Media {
        kind: String,
        id: String,
        mime: String,
        caption: Option<String>,
    },
    /// A voice note; its file has this id.
    Voice {
        id: String,
    },
    Welcome,
    /// In the wire format: `text`, `product_items`.
    Order(Value),
    /// The values of a form; its `flow_token` identifies the form.
    Form(Value),
    /// An empty emoji removes the reaction.
    Reaction {
        emoji: String,
        to: String,
    },
    /// A text of a customer who comes from an advertisement.
    FromAd {
        text: String,
        ad: Referral,
    },
    /// A contact card; the phone with `+`.
    Card {
        name: String,
        phone: String,
    },
    /// A call that was not answered.
    MissedCall,
}

impl CustomerEvent {
    /// A file of this kind, in the format that a phone sends.
    pub fn media(kind: MediaKind, caption: Option<String>) -> Self {
        let mime = match kind {
            MediaKind::Image => "image/jpeg",
            MediaKind::Audio => "audio/ogg; codecs=opus",
            MediaKind::Video => "video/mp4",
            MediaKind::Document => "application/pdf",
            MediaKind::Sticker => "image/webp",
        };
        CustomerEvent::Media {
            kind: kind.as_str().to_owned(),
            id: "media.1".to_owned(),
            mime: mime.to_owned(),
            caption,
        }
    }
}

/// A webhook body with one message.
pub fn message(number: &Number, act: &CustomerAction) -> String {
    if matches!(act.what, CustomerEvent::MissedCall) {
        return missed_call(number, act);
    }
    let mut message = json!({"id": act.id, "timestamp": (act.at.0 / 1000).to_string()});
    let mut contact = json!({});
    match act.from.kind {
        AliasKind::Phone => {
            message["from"] = act.from.value.as_str().into();
            contact["wa_id"] = act.from.value.as_str().into();
        }
        AliasKind::Bsuid => {
            message["from_user_id"] = act.from.value.as_str().into();
            contact["user_id"] = act.from.value.as_str().into();
        }
    }
    if let Some(name) = &act.name {
        contact["profile"] = json!({"name": name});
    }
    if let Some(id) = &act.reply_to {
        message["context"] = json!({"from": digits(&number.phone), "id": id});
    }
    let (kind, part) = match &act.what {
        CustomerEvent::Text(body) => ("text", json!({"body": body})),
        CustomerEvent::Tap { id, title } => {
            ("interactive", json!({"type": "button_reply", "button_reply": {"id": id, "title": title}}))
        }
        CustomerEvent::TapRow { id, title } => {
            ("interactive", json!({"type": "list_reply", "list_reply": {"id": id, "title": title}}))
        }
        CustomerEvent::TapTemplate { payload, title } => ("button", json!({"payload": payload, "text": title})),
        CustomerEvent::Location { latitude, longitude } => {
            ("location", json!({"latitude": latitude, "longitude": longitude}))
        }
        CustomerEvent::Media { kind, id, mime, caption } => {
            let mut file = json!({"id": id, "mime_type": mime});
            if let Some(caption) = caption {
                file["caption"] = caption.as_str().into();
            }
            (kind.as_str(), file)
        }
        CustomerEvent::Voice { id } => {
            ("audio", json!({"id": id, "mime_type": "audio/ogg; codecs=opus", "voice": true}))
        }
        CustomerEvent::Welcome => ("request_welcome", Value::Null),
        CustomerEvent::Order(order) => ("order", order.clone()),
        CustomerEvent::Form(answers) => {
            let form = json!({"name": "flow", "body": "Sent", "response_json": answers.to_string()});
            ("interactive", json!({"type": "nfm_reply", "nfm_reply": form}))
        }
        CustomerEvent::Reaction { emoji, to } => ("reaction", json!({"message_id": to, "emoji": emoji})),
        CustomerEvent::FromAd { text, ad } => {
            message["referral"] = json!({
                "source_type": ad.source_type, "source_id": ad.source_id, "source_url": ad.source_url,
                "headline": ad.headline, "body": ad.body, "ctwa_clid": ad.click_id,
            });
            ("text", json!({"body": text}))
        }
        CustomerEvent::Card { name, phone } => {
            let card = json!({
                "name": {"formatted_name": name, "first_name": name},
                "phones": [{"phone": phone, "wa_id": digits(phone), "type": "CELL"}],
            });
            ("contacts", json!([card]))
        }
        CustomerEvent::MissedCall => ("call", Value::Null),
    };
    message["type"] = kind.into();
    if !part.is_null() {
        message[kind] = part;
    }
    envelope(number, json!({"contacts": [contact], "messages": [message]}))
}

/// A webhook body with the end of an unanswered call.
fn missed_call(number: &Number, act: &CustomerAction) -> String {
    let mut call = json!({
        "id": act.id, "timestamp": (act.at.0 / 1000).to_string(), "event": "terminate", "direction": "USER_INITIATED",
    });
    let from = match act.from.kind {
        AliasKind::Phone => "from",
        AliasKind::Bsuid => "from_user_id",
    };
    call[from] = act.from.value.as_str().into();
    in_field("calls", number, json!({"calls": [call]}))
}

/// A status of our message.
#[derive(Debug, Clone)]
pub struct News {
    pub provider_id: String,
    /// Repeated in the webhook as Meta does, if the message carried it.
    pub ours: Option<OutboundId>,
    pub state: DeliveryState,
    pub at: Time,
    /// The recipient's digits.
    pub to: String,
    /// The error code for `Failed`.
    pub code: Option<i64>,
}

/// A webhook body with one status.
pub fn status(number: &Number, news: &News) -> String {
    let mut status = json!({
        "id": news.provider_id,
        "status": news.state.as_str(),
        "timestamp": (news.at.0 / 1000).to_string(),
        "recipient_id": digits(&news.to),
    });
    if let Some(ours) = news.ours {
        status["biz_opaque_callback_data"] = super::payload::opaque(ours).into();
    }
    if let Some(code) = news.code {
        let text = format!("(#{code}) made up for a test");
        status["errors"] = json!([{"code": code, "title": text, "message": text, "error_data": {"details": text}}]);
    }
    envelope(number, json!({"statuses": [status]}))
}

fn envelope(number: &Number, value: Value) -> String {
    in_field("messages", number, value)
}

fn in_field(field: &str, number: &Number, mut value: Value) -> String {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] =
        json!({"display_phone_number": digits(&number.phone), "phone_number_id": number.phone_number_id});
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [{"field": field, "value": value}]}],
    })
    .to_string()
}

fn digits(phone: &str) -> &str {
    phone.trim_start_matches('+')
}
