//! Webhook bodies as Meta sends them, for `trigger`: whole, signed, with ids that no other has.

use crate::base::{secret::Secret, time::Time};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

/// The number that a webhook is for, as Meta names it.
#[derive(Debug, Clone)]
pub struct Number {
    pub phone: String,
    pub phone_number_id: String,
    pub waba_id: String,
}

/// Who writes.
#[derive(Debug, Clone)]
pub struct Customer {
    /// `+` and digits.
    pub phone: String,
    pub name: String,
}

/// The customer writes a text.
pub fn text(to: &Number, from: &Customer, body: &str, id: &str, at: Time) -> Json {
    message(to, from, json!({"type": "text", "text": {"body": body}}), id, at, None)
}

/// The customer taps a reply button of one of our messages, or a quick reply of a template.
pub fn tap(to: &Number, from: &Customer, tapped: (&str, &str), of: Tapped<'_>, id: &str, at: Time) -> Json {
    let (reply, title) = tapped;
    let kind = match of.kind {
        TapKind::Button => json!({
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": reply, "title": title}},
        }),
        TapKind::Row => json!({
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"id": reply, "title": title}},
        }),
        TapKind::Template => json!({"type": "button", "button": {"payload": reply, "text": title}}),
    };
    message(to, from, kind, id, at, of.message)
}

/// The message that carries what is tapped.
#[derive(Debug, Clone, Copy)]
pub struct Tapped<'a> {
    pub kind: TapKind,
    /// The provider's id of that message.
    pub message: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapKind {
    Button,
    Row,
    Template,
}

/// What became of a message of ours. `code` belongs to `failed`.
pub fn status(to: &Number, recipient: &str, provider_id: &str, state: &str, code: Option<i64>, at: Time) -> Json {
    let mut status = json!({
        "id": provider_id,
        "status": state,
        "timestamp": seconds(at),
        "recipient_id": digits(recipient),
    });
    if let Some(code) = code {
        let title = "Message failed (set off by `transom trigger`)";
        status["errors"] = json!([{"code": code, "title": title, "message": title}]);
    }
    envelope(to, "statuses", vec![status], None)
}

/// What `X-Hub-Signature-256` says of these bytes.
pub fn signature(secret: &Secret, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// An id like the platform's own: unlike any other, so that nothing is taken for a duplicate.
pub fn fresh_id() -> String {
    let mut random = [0_u8; 16];
    // Without randomness the id may repeat, and the daemon would say so: it is for testing.
    let _ = getrandom::fill(&mut random);
    format!("wamid.TRIGGER{}", random.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
}

fn message(to: &Number, from: &Customer, mut kind: Json, id: &str, at: Time, reply_to: Option<&str>) -> Json {
    kind["from"] = digits(&from.phone).into();
    kind["id"] = id.into();
    kind["timestamp"] = seconds(at).into();
    if let Some(replied) = reply_to {
        kind["context"] = json!({"from": digits(&to.phone), "id": replied});
    }
    let contact = json!({"profile": {"name": from.name}, "wa_id": digits(&from.phone)});
    envelope(to, "messages", vec![kind], Some(contact))
}

fn envelope(to: &Number, list: &str, items: Vec<Json>, contact: Option<Json>) -> Json {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": digits(&to.phone), "phone_number_id": to.phone_number_id},
    });
    value[list] = items.into();
    if let Some(contact) = contact {
        value["contacts"] = json!([contact]);
    }
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": to.waba_id, "changes": [{"value": value, "field": "messages"}]}],
    })
}

/// The platform writes timestamps as text, in seconds.
fn seconds(at: Time) -> String {
    at.0.div_euclid(1_000).to_string()
}

fn digits(phone: &str) -> &str {
    phone.trim_start_matches('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_shape_of_the_platform() {
        let to = Number { phone: "+15550001111".into(), phone_number_id: "106".into(), waba_id: "102".into() };
        let from = Customer { phone: "+34600111222".into(), name: "Ada".into() };
        assert_eq!(
            text(&to, &from, "hi", "wamid.X", Time(1_790_000_000_500)),
            json!({
                "object": "whatsapp_business_account",
                "entry": [{"id": "102", "changes": [{"field": "messages", "value": {
                    "messaging_product": "whatsapp",
                    "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106"},
                    "contacts": [{"profile": {"name": "Ada"}, "wa_id": "34600111222"}],
                    "messages": [{
                        "from": "34600111222", "id": "wamid.X", "timestamp": "1790000000",
                        "type": "text", "text": {"body": "hi"},
                    }],
                }}]}],
            })
        );
    }

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        let signed = signature(&Secret::new("Jefe"), b"what do ya want for nothing?");
        assert_eq!(signed, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
