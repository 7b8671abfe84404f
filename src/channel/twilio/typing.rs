//! The sign of typing (platform.md 5.4): it marks the message as read, too, and goes with the answer or after 25 seconds.

use super::TwilioSender;
use crate::{
    base::{ids::ProviderId, limits::PROVIDER_TIMEOUT},
    channel::{Body, Http, HttpRequest, Method, question::Trouble},
};
use serde_json::json;

pub async fn show(sender: &TwilioSender, http: &dyn Http, message: &ProviderId) -> Result<(), Trouble> {
    let body = json!({"channel": "WHATSAPP", "messageId": message});
    let request = HttpRequest {
        method: Method::Post,
        url: format!("{}/v3/Indicators/Typing.json", sender.messaging_base.trim_end_matches('/')),
        auth: sender.auth(),
        body: Some(Body::Json(body.to_string().into_bytes())),
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    let answer = http.send(request).await.map_err(|error| Trouble { kind: "unreachable", text: error.text })?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(Trouble { kind: "refused", text: format!("Twilio refused it (HTTP {status})") }),
    }
}
