//! Sends one message: `send-freeform` for texts, `send` for templates; parses the answer as untrusted input.

use super::{Autocalls, errors};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method, Next, Outgoing, Receipt, RefusalCause, SendError, TemplateFault,
    answer::{by_status, no_answer, ours},
    base::limits::PROVIDER_TIMEOUT,
    model::{
        content::Content,
        inbound::AliasKind,
        template::{Parameters, TemplateMessage},
    },
    untrusted_json,
};
use serde_json::{Map, Value, json};

pub async fn send(autocalls: &Autocalls, http: &dyn Http, message: &Outgoing) -> Result<Receipt, SendError> {
    let Some(sender) = autocalls.sender(message.sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    let rejected = Next::Rejected { why: RefusalCause::Request };
    let phone = message.to.iter().find(|alias| alias.kind == AliasKind::Phone && !alias.value.is_empty());
    let Some(phone) = phone else {
        let text = "Autocalls reaches people by their phone, and the contact has none";
        return Err(ours(rejected, "no_recipient", text));
    };
    let (path, mut body) = match &message.content {
        Content::Text { body } => ("/user/whatsapp/send-freeform", json!({"message": body})),
        Content::Template(template) => ("/user/whatsapp/send", by_template(template)?),
        Content::Buttons { .. }
        | Content::List { .. }
        | Content::Link { .. }
        | Content::Media { .. }
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => {
            return Err(ours(rejected, "not_carried", "Autocalls carries texts and templates only"));
        }
    };
    body["sender_id"] = sender.sender_id.into();
    body["recipient_phone"] = format!("+{}", phone.value.trim_start_matches('+')).into();
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
    let refused = untrusted_json::part(&json, "success") == Some(&Value::Bool(false))
        || untrusted_json::part(&json, "error").is_some();
    if refused || !(200..300).contains(&answer.status) {
        return Err(errors::refused(answer, &json));
    }
    // Statuses carry this id; `message_sid` and `message_id` are others.
    match untrusted_json::text(&json, "whatsapp_message_id").as_deref().and_then(untrusted_json::id) {
        Some(provider_id) => Ok(Receipt { provider_id, aliases: Vec::new(), held_for_quality: false }),
        None => Err(by_status(answer.status, &answer.headers)),
    }
}

fn by_template(template: &TemplateMessage) -> Result<Value, SendError> {
    let id = template.reference.as_deref().and_then(|id| id.parse::<i64>().ok());
    let Some(id) = id else {
        let text = format!(
            "nobody knows the template_id of `{}`: pull the catalogue, or write `reference: \"45\"` beside it",
            template.name
        );
        return Err(ours(Next::TemplateUnusable { why: TemplateFault::Data }, "no_template_id", &text));
    };
    let variables: Map<String, Value> = match &template.body {
        Parameters::None => Map::new(),
        Parameters::Positional(values) => {
            values.iter().enumerate().map(|(n, value)| ((n + 1).to_string(), value.as_str().into())).collect()
        }
        Parameters::Named(values) => values.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
    };
    let mut body = json!({"template_id": id});
    if !variables.is_empty() {
        body["variables"] = variables.into();
    }
    Ok(body)
}
