//! Writes a template as `template_params`, from which Chatwoot makes the parts of Meta's API.

use crate::model::{
    content::Media,
    template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
};
use serde_json::{Map, Value, json};

/// The body of a message; its text is for the people of the inbox, WhatsApp shows the approved one.
pub fn body(template: &TemplateMessage) -> Value {
    let values: Map<String, Value> = match &template.body {
        Parameters::None => Map::new(),
        Parameters::Positional(values) => {
            values.iter().enumerate().map(|(n, value)| ((n + 1).to_string(), value.as_str().into())).collect()
        }
        Parameters::Named(values) => values.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
    };
    let shown: Vec<&str> = values.values().filter_map(Value::as_str).collect();
    let text = format!("[{}] {}", template.name, shown.join(", "));
    let mut parts = json!({});
    if !values.is_empty() {
        parts["body"] = values.into();
    }
    match &template.header {
        Some(HeaderValue::Text(text)) => parts["header"] = json!({"1": text}),
        Some(HeaderValue::Media(media)) => parts["header"] = header(media),
        // Refused before: this platform has no such template.
        Some(HeaderValue::Location(_)) | None => {}
    }
    let buttons: Vec<Value> = template.buttons.iter().map(button).collect();
    if buttons.iter().any(|button| button.as_object().is_some_and(|fields| !fields.is_empty())) {
        parts["buttons"] = buttons.into();
    }
    let mut params = json!({"name": template.name, "processed_params": parts});
    if let Some(language) = &template.language {
        params["language"] = language.as_str().into();
    }
    json!({
        "content": text.trim_end(), "message_type": "outgoing", "private": false, "content_type": "text",
        "template_params": params,
    })
}

fn header(media: &Media) -> Value {
    let mut header = json!({"media_url": media.url, "media_type": media.kind.as_str()});
    if let Some(name) = &media.filename {
        header["media_name"] = name.as_str().into();
    }
    header
}

/// The place in the list is the place of the button; an empty object stands for a button without a value.
fn button(value: &ButtonValue) -> Value {
    match value {
        ButtonValue::UrlSuffix(end) => json!({"type": "url", "parameter": end}),
        ButtonValue::CopyCode(code) => json!({"type": "copy_code", "parameter": code}),
        // Chatwoot has no field for the payload of a reply: a tap comes as the button's title.
        ButtonValue::Reply { .. }
        | ButtonValue::PlainReply { .. }
        | ButtonValue::Form { .. }
        | ButtonValue::AsApproved => json!({}),
    }
}
