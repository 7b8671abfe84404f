//! Sends one message as a form to `Messages.json`; parses the answer as untrusted input.

use super::{Twilio, TwilioSender, errors, receive::OURS};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method, Next, Outgoing, Receipt, RefusalCause, SendError, TemplateFault,
    answer::{by_status, cut, no_answer, ours, with_retry_after},
    base::{limits::PROVIDER_TIMEOUT, query::encode},
    model::{
        content::Content,
        inbound::AliasKind,
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
    },
    untrusted_json,
};
use serde_json::{Map, Value};

pub async fn send(twilio: &Twilio, http: &dyn Http, message: &Outgoing) -> Result<Receipt, SendError> {
    let Some(sender) = twilio.sender(message.sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    let mut form = form(sender, message)?;
    // Statuses carry our id only as part of the callback address.
    form.push(("StatusCallback", format!("{}?{OURS}={}", twilio.webhook(Some(sender.id)), message.id)));
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let request = HttpRequest {
        method: Method::Post,
        url: sender.url("/Messages.json"),
        auth: sender.auth(),
        body: Some(Body::Form(body.join("&").into_bytes())),
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    match http.send(request).await {
        Ok(answer) => read(&answer),
        Err(error) => Err(no_answer(error)),
    }
}

/// Parses the answer to a send.
fn read(answer: &HttpResponse) -> Result<Receipt, SendError> {
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = untrusted_json::number(&json, "code").or_else(|| untrusted_json::number(&json, "error_code"));
    if let Some(code) = code {
        let said = untrusted_json::text(&json, "message")
            .or_else(|| untrusted_json::text(&json, "error_message"))
            .unwrap_or_default();
        let next = errors::next(code).unwrap_or_else(|| by_status(answer.status.max(400), &answer.headers).next);
        return Err(SendError {
            next: with_retry_after(next, &answer.headers),
            code: code.to_string(),
            text: cut(&said),
        });
    }
    let id = untrusted_json::text(&json, "sid").filter(|_| (200..300).contains(&answer.status));
    match id.as_deref().and_then(untrusted_json::id) {
        Some(provider_id) => {
            // `to` is the recipient in Twilio's form.
            let to = untrusted_json::text(&json, "to");
            let aliases = untrusted_json::aliases([to.as_deref()]);
            Ok(Receipt { provider_id, aliases, held_for_quality: false })
        }
        None => Err(by_status(answer.status, &answer.headers)),
    }
}

fn form(sender: &TwilioSender, message: &Outgoing) -> Result<Vec<(&'static str, String)>, SendError> {
    let refused = |code: &str, text: &str| ours(Next::Rejected { why: RefusalCause::Request }, code, text);
    let of = |kind| message.to.iter().find(|alias| alias.kind == kind && !alias.value.is_empty());
    let to = match (of(AliasKind::Phone), of(AliasKind::Bsuid)) {
        (Some(phone), _) => format!("whatsapp:+{}", phone.value.trim_start_matches('+')),
        (None, Some(bsuid)) => format!("whatsapp:{}", bsuid.value),
        (None, None) => return Err(refused("no_recipient", "the contact has neither a phone nor a user id")),
    };
    let mut form = vec![("To", to)];
    // Beside a service, `From` selects one of its numbers; otherwise the service chooses any.
    let number = message.number.as_deref().filter(|_| sender.messaging_service_sid.is_some());
    form.push(("From", format!("whatsapp:{}", number.unwrap_or(&sender.phone))));
    if let Some(service) = &sender.messaging_service_sid {
        form.push(("MessagingServiceSid", service.clone()));
    }
    match &message.content {
        Content::Text { body } => form.push(("Body", body.clone())),
        Content::Media { media, caption } => {
            form.push(("MediaUrl", media.url.clone()));
            form.extend(caption.clone().map(|caption| ("Body", caption)));
        }
        Content::Location(place) => {
            let label = place.name.as_deref().map(|name| format!("|{name}")).unwrap_or_default();
            form.push(("PersistentAction", format!("geo:{},{}{label}", place.latitude, place.longitude)));
            // The line below the map; Twilio accepts no message without a text.
            let below = place.address.as_deref().or(place.name.as_deref()).unwrap_or("📍");
            form.push(("Body", below.to_owned()));
        }
        Content::Template(template) => {
            let Some(sid) = &template.reference else {
                let text = format!(
                    "nobody knows the ContentSid of template `{}`: pull the catalogue, or write `reference: HX…` beside it",
                    template.name
                );
                return Err(ours(Next::TemplateUnusable { why: TemplateFault::Data }, "no_content_sid", &text));
            };
            form.push(("ContentSid", sid.clone()));
            let variables = variables(template);
            if !variables.is_empty() {
                form.push(("ContentVariables", Value::Object(variables).to_string()));
            }
        }
        Content::Buttons { .. }
        | Content::List { .. }
        | Content::Link { .. }
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => {
            return Err(refused("not_carried", "Twilio carries texts, files and content templates only"));
        }
    }
    Ok(form)
}

/// Twilio numbers all variables of a template together; the catalogue has the numbers. Without it: first those of the
/// text, then the header's, then the link suffixes, in order.
fn variables(template: &TemplateMessage) -> Map<String, Value> {
    let slots = &template.parts.slots;
    let mut all = Map::new();
    let mut last = 0;
    match &template.body {
        Parameters::None => {}
        Parameters::Positional(values) => {
            last = values.len();
            let name = |n: usize| slots.body.get(n).cloned().unwrap_or_else(|| (n + 1).to_string());
            all.extend(values.iter().enumerate().map(|(n, value)| (name(n), Value::from(value.as_str()))));
        }
        Parameters::Named(values) => {
            all.extend(values.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        }
    }
    let header = template.header.as_ref().and_then(|header| match header {
        HeaderValue::Text(text) => Some((slots.header.as_ref(), text.as_str())),
        HeaderValue::Media(media) => Some((slots.header.as_ref(), media.url.as_str())),
        // Refused before: this platform has no such template.
        HeaderValue::Location(_) => None,
    });
    let ends = template.buttons.iter().filter_map(|button| match button {
        ButtonValue::UrlSuffix(end) => Some(end.as_str()),
        ButtonValue::Reply { .. }
        | ButtonValue::PlainReply { .. }
        | ButtonValue::CopyCode(_)
        | ButtonValue::Form { .. }
        | ButtonValue::AsApproved => None,
    });
    let ends = ends.enumerate().map(|(n, end)| (slots.links.get(n), end));
    for (slot, value) in header.into_iter().chain(ends) {
        last += 1;
        all.insert(slot.cloned().unwrap_or_else(|| last.to_string()), Value::from(value));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Span,
        model::{content::Media, template_parts::Slots},
    };
    use serde_json::json;

    fn answered(status: u16, body: &str) -> Result<Receipt, SendError> {
        read(&HttpResponse { status, body: body.as_bytes().to_vec(), ..HttpResponse::default() })
    }

    #[test]
    fn a_receipt_has_the_sid() {
        let receipt = answered(201, r#"{"sid":"SM11","status":"queued","to":"whatsapp:+15550100","error_code":null}"#);
        assert_eq!(receipt.unwrap().provider_id.as_str(), "SM11");
    }

    #[test]
    fn the_code_counts_and_not_the_status() {
        let error = answered(400, r#"{"code":63016,"message":"outside","status":400}"#).unwrap_err();
        assert_eq!((error.next, error.code.as_str(), error.text.as_str()), (Next::WindowClosed, "63016", "outside"));
        assert_eq!(answered(400, r#"{"code":99999}"#).unwrap_err().next, Next::Rejected { why: RefusalCause::Request });
        assert_eq!(answered(503, r#"{"code":99999}"#).unwrap_err().next, Next::Ambiguous);
    }

    #[test]
    fn twilio_says_when_to_come_back() {
        let mut answer = HttpResponse { status: 429, body: br#"{"code":20429}"#.to_vec(), ..HttpResponse::default() };
        answer.headers.insert("retry-after", "9".parse().unwrap());
        assert_eq!(read(&answer).unwrap_err().next, Next::Retry { after: Some(Span::seconds(9)) });
    }

    #[test]
    fn all_values_of_a_template_are_numbered_together() {
        let file =
            Media { kind: crate::model::content::MediaKind::Image, url: "https://x.example/i".into(), filename: None };
        let mut template = TemplateMessage {
            name: "a".into(),
            language: None,
            header: Some(HeaderValue::Media(file)),
            body: Parameters::Positional(vec!["Ana".into(), "9:00".into()]),
            buttons: vec![ButtonValue::AsApproved, ButtonValue::UrlSuffix("x/1".into())],
            ttl: None,
            reference: Some("HX1".into()),
            parts: Default::default(),
        };
        let seen = Value::Object(variables(&template));
        assert_eq!(seen, json!({"1": "Ana", "2": "9:00", "3": "https://x.example/i", "4": "x/1"}));
        template.parts.slots =
            Slots { body: vec!["2".into(), "4".into()], header: Some("1".into()), links: vec!["3".into()] };
        let seen = Value::Object(variables(&template));
        assert_eq!(seen, json!({"1": "https://x.example/i", "2": "Ana", "3": "x/1", "4": "9:00"}), "as pulled");
        template.body = Parameters::None;
        template.header = None;
        template.buttons.clear();
        assert!(variables(&template).is_empty());
    }
}
