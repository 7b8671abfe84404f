//! Sends one message: free-form by `send-message`, templates by `send`; parses the answer as untrusted input.

use super::{Waplify, errors};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method, Next, Outgoing, Receipt, RefusalCause, SendError,
    answer::{by_status, no_answer, ours},
    base::limits::PROVIDER_TIMEOUT,
    model::{
        content::{Content, MediaKind},
        inbound::AliasKind,
        template::{HeaderValue, Parameters, TemplateMessage},
    },
    untrusted_json,
};
use serde_json::{Map, Value, json};

pub async fn send(waplify: &Waplify, http: &dyn Http, message: &Outgoing) -> Result<Receipt, SendError> {
    let Some(sender) = waplify.sender(message.sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    let (path, mut body) = request(message)?;
    // The phone's digits without a plus.
    let phone = message.to.iter().find(|alias| alias.kind == AliasKind::Phone && !alias.value.is_empty());
    let Some(phone) = phone else {
        let next = Next::Rejected { why: RefusalCause::Request };
        return Err(ours(next, "no_recipient", "Waplify reaches people by their phone, and the contact has none"));
    };
    body["contact_phone"] = phone.value.trim_start_matches('+').into();
    if !sender.waba_phone_id.is_empty() {
        body["waba_phone_id"] = sender.waba_phone_id.as_str().into();
    }
    let request = HttpRequest {
        method: Method::Post,
        url: sender.url(path),
        auth: sender.auth(),
        body: Some(Body::Json(body.to_string().into_bytes())),
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    match http.send(request).await {
        Ok(answer) => read(&answer),
        Err(error) => Err(no_answer(error)),
    }
}

fn read(answer: &HttpResponse) -> Result<Receipt, SendError> {
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if !(200..300).contains(&answer.status) {
        return Err(errors::refused(answer, &json));
    }
    match untrusted_json::text(&json, "message_id").as_deref().and_then(untrusted_json::id) {
        Some(provider_id) => Ok(Receipt { provider_id, aliases: Vec::new(), held_for_quality: false }),
        None => Err(by_status(answer.status, &answer.headers)),
    }
}

fn request(message: &Outgoing) -> Result<(&'static str, Value), SendError> {
    const FREE: &str = "/messages/send-message";
    Ok(match &message.content {
        Content::Text { body } => (FREE, json!({"message_type": "text", "message": body})),
        Content::Buttons { body, buttons, .. } => {
            let buttons: Vec<Value> = buttons.iter().map(|b| json!({"id": b.id, "title": b.title})).collect();
            let buttons = json!({"type": "reply", "reply_buttons": buttons});
            (FREE, json!({"message_type": "text", "message": body, "buttons": buttons}))
        }
        Content::Link { body, title, url, .. } => {
            let buttons = json!({"type": "cta_url", "url_button": {"display_text": title, "url": url}});
            (FREE, json!({"message_type": "text", "message": body, "buttons": buttons}))
        }
        Content::Media { media, caption } if media.kind != MediaKind::Sticker => {
            let mut body = json!({"message_type": media.kind.as_str(), "media_url": media.url});
            if let Some(caption) = caption {
                body["caption"] = caption.as_str().into();
            }
            if let (MediaKind::Document, Some(filename)) = (media.kind, &media.filename) {
                body["filename"] = filename.as_str().into();
            }
            (FREE, body)
        }
        Content::Template(template) => ("/messages/send", by_template(template)),
        Content::List { .. }
        | Content::Media { .. }
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => {
            let text = "Waplify carries texts, buttons, links, files and templates only";
            return Err(ours(Next::Rejected { why: RefusalCause::Request }, "not_carried", text));
        }
    })
}

/// The template by name only: Waplify has no language parameter.
fn by_template(template: &TemplateMessage) -> Value {
    let mut body = json!({"template_name": template.name});
    let values: Map<String, Value> = match &template.body {
        Parameters::None => Map::new(),
        Parameters::Positional(values) => {
            values.iter().enumerate().map(|(n, value)| ((n + 1).to_string(), value.as_str().into())).collect()
        }
        Parameters::Named(values) => values.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
    };
    if !values.is_empty() {
        body["body_data"] = values.into();
    }
    match &template.header {
        Some(HeaderValue::Text(text)) => body["header_data"] = json!({"1": text}),
        Some(HeaderValue::Media(media)) => {
            body["media_url"] = media.url.as_str().into();
            if let Some(filename) = &media.filename {
                body["filename"] = filename.as_str().into();
            }
        }
        // Refused before: this platform has no such template.
        Some(HeaderValue::Location(_)) | None => {}
    }
    body
}
