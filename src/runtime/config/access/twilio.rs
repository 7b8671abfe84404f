//! A WhatsApp sender at Twilio.

use super::{Secrets, api_address};
use crate::{
    base::{fields::Fields, secret::Secret},
    runtime::config::Written,
};

/// What Twilio needs, beside `public_url`, which it signs.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// `AC` and 32 hex digits.
    pub account_sid: String,
    /// Several during a rotation, the one to send with first; never empty.
    pub auth_tokens: Vec<Secret>,
    /// Secrets of shared keys, where a webhook setting of the account signs by one.
    pub webhook_secrets: Vec<Secret>,
    /// `MG…`: the service that `phone` belongs to.
    pub messaging_service_sid: Option<String>,
    pub api_base: String,
    /// Where the content templates are listed.
    pub content_base: String,
    /// Where the sign of typing goes.
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

/// It goes into addresses, so it is looked at closely.
fn sid(fields: &mut Fields<'_>, name: &'static str, prefix: &str, text: &str) {
    let good = text.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !text.is_empty() && !good {
        let help = format!("copy it from Twilio's console; it begins with `{prefix}`");
        fields.wrong_at(name, "E906", format!("`{name}` is no id of Twilio's"), &help);
    }
}
