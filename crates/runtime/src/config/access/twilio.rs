//! Reads the settings of a WhatsApp sender at Twilio.

use super::{Secrets, api_address};
use crate::{
    base::{fields::Fields, secret::Secret},
    config::Written,
};

/// The settings for Twilio, beside `public_url`, which is part of its signature.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// `AC` and 32 hex digits.
    pub account_sid: String,
    /// Several during a rotation; the first one sends. Never empty.
    pub auth_tokens: Vec<Secret>,
    /// The shared keys of the account's webhook settings, if they sign with one.
    pub webhook_secrets: Vec<Secret>,
    /// `MG…`: the messaging service of `phone`.
    pub messaging_service_sid: Option<String>,
    pub api_base: String,
    /// The API for content templates.
    pub content_base: String,
    /// The API for the typing indicator.
    pub messaging_base: String,
}

pub fn read(fields: &mut Fields<'_>) -> Twilio {
    let secrets = Secrets { who: "a Twilio sender", prefix: "TWILIO" };
    let twilio = Twilio {
        account_sid: fields.text("account_sid").to_owned(),
        auth_tokens: secrets.several(fields, "auth_token", "it signs webhooks and opens the API"),
        webhook_secrets: fields.secrets("webhook_secret"),
        messaging_service_sid: fields.text_if("messaging_service_sid").map(str::to_owned),
        api_base: api_address(fields, "api_base", "https://api.twilio.com"),
        content_base: api_address(fields, "content_base", "https://content.twilio.com"),
        messaging_base: api_address(fields, "messaging_base", "https://messaging.twilio.com"),
    };
    sid(fields, "account_sid", "AC", &twilio.account_sid);
    sid(fields, "messaging_service_sid", "MG", twilio.messaging_service_sid.as_deref().unwrap_or_default());
    twilio
}

/// Checks a SID strictly, because it becomes a part of URLs.
fn sid(fields: &mut Fields<'_>, name: &'static str, prefix: &str, text: &str) {
    let good = text.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !text.is_empty() && !good {
        let help = format!("copy it from Twilio's console; it begins with `{prefix}`");
        fields.wrong_at(name, "E906", format!("`{name}` is no id of Twilio's"), &help);
    }
}
