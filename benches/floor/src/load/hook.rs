//! Builds webhooks as Meta sends them: the whole envelope, and the signature over its bytes.

use crate::{
    Options,
    book::{self, Question},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt::Write,
    time::{SystemTime, UNIX_EPOCH},
};

/// The statuses that Meta posts for a message, one webhook each.
pub const STATES: [&str; 3] = ["sent", "delivered", "read"];

/// A whole HTTP request with a contact's text.
pub fn message(options: &Options, host: &str, question: Question) -> Vec<u8> {
    let (phone, at) = (book::phone(question.contact), seconds());
    let id = inbound_id(question);
    let content = format!(
        r#""contacts":[{{"profile":{{"name":"Contact {}"}},"wa_id":"{phone}"}}],"messages":[{{"from":"{phone}","id":"{id}","timestamp":"{at}","text":{{"body":"ping {}"}},"type":"text"}}]"#,
        question.contact, question.number,
    );
    request(options, host, &content)
}

/// A whole HTTP request with one status of an accepted reply. `ours` is the sender's callback data.
pub fn status(options: &Options, host: &str, id: &str, phone: &str, state: &str, ours: Option<&str>) -> Vec<u8> {
    let data = ours.map_or(String::new(), |ours| {
        let quoted = serde_json::to_string(ours).expect("a text becomes JSON");
        format!(r#","biz_opaque_callback_data":{quoted}"#)
    });
    let content = format!(
        r#""statuses":[{{"id":"{id}","status":"{state}","timestamp":"{}","recipient_id":"{phone}"{data},"pricing":{{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"}}}}]"#,
        seconds(),
    );
    request(options, host, &content)
}

fn request(options: &Options, host: &str, content: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001111","phone_number_id":"{}"}},{content}}},"field":"messages"}}]}}]}}"#,
        options.phone_number_id,
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(options.secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    let mut signature = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        let _ = write!(signature, "{byte:02x}");
    }
    format!(
        "POST /webhooks/meta HTTP/1.1\r\nhost: {host}\r\nuser-agent: facebookexternalua\r\naccept: */*\r\n\
         content-type: application/json\r\nx-hub-signature-256: sha256={signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

/// An id as long as Meta's.
fn inbound_id(question: Question) -> String {
    format!("wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz{:010}Q{:010}A=", question.contact, question.number)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
