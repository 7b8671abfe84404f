//! Shows the typing indicator: this also marks the message as read, and ends with the answer or after 25 seconds.
//!
//! The form is documented for WhatsApp (docs/whatsapp/api/typing-indicators-resource, public beta).

use super::TwilioSender;
use crate::{
    Body, Http, HttpRequest, Method,
    base::{ids::ProviderId, limits::PROVIDER_TIMEOUT, query::encode},
    question::QuestionError,
};

pub async fn show(sender: &TwilioSender, http: &dyn Http, message: &ProviderId) -> Result<(), QuestionError> {
    let body = format!("messageId={}&channel=whatsapp", encode(message.as_str()));
    let request = HttpRequest {
        method: Method::Post,
        url: format!("{}/v2/Indicators/Typing.json", sender.messaging_base.trim_end_matches('/')),
        auth: sender.auth(),
        body: Some(Body::Form(body.into_bytes())),
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    let answer = http.send(request).await.map_err(|error| QuestionError { kind: "unreachable", text: error.text })?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(QuestionError { kind: "refused", text: format!("Twilio refused it (HTTP {status})") }),
    }
}
