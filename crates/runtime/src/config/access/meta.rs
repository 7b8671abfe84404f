//! Reads the settings of a number at Meta's Cloud API.

use super::{Secrets, api_address};
use crate::{
    base::{fields::Fields, secret::Secret},
    channel::meta::sealed::FormKey,
    config::Written,
};
use std::sync::Arc;

/// The settings for Meta.
#[derive(Debug, Clone)]
pub struct Meta {
    pub phone_number_id: String,
    pub waba_id: Option<String>,
    pub access_token: Secret,
    /// Several during a rotation; never empty.
    pub app_secrets: Vec<Secret>,
    pub verify_token: Secret,
    /// Without a final slash.
    pub api_base: String,
    pub api_version: String,
    /// If no template is usable, messages without advertising are sent as they are, at the price of a utility
    /// template.
    pub direct_send: bool,
    /// The private keys that decrypt requests of forms (WhatsApp Flows); several during a rotation.
    pub form_keys: Vec<Arc<FormKey>>,
}

#[cfg(test)]
impl Meta {
    /// A number without a reachable API; tests set the fields that they need.
    pub fn of_tests(number: impl Into<String>) -> Self {
        Meta {
            phone_number_id: number.into(),
            waba_id: None,
            access_token: Secret::new("t"),
            app_secrets: vec![Secret::new("s")],
            verify_token: Secret::new("v"),
            api_base: "http://127.0.0.1:1".into(),
            api_version: "v24.0".into(),
            direct_send: false,
            form_keys: Vec::new(),
        }
    }
}

pub fn read(fields: &mut Fields<'_>) -> Meta {
    let secrets = Secrets { who: "a Meta sender", prefix: "META" };
    let meta = Meta {
        phone_number_id: fields.text("phone_number_id").to_owned(),
        waba_id: fields.text_if("waba_id").map(str::to_owned),
        access_token: secrets.one(fields, "access_token", "nothing can be sent without it"),
        app_secrets: secrets.several(fields, "app_secret", "anybody could send us messages in your customers' name"),
        verify_token: secrets.one(fields, "verify_token", "Meta could not confirm the webhook's address"),
        api_base: api_address(fields, "api_base", "https://graph.facebook.com"),
        api_version: version(fields),
        direct_send: fields.bool("direct_send"),
        form_keys: form_keys(fields),
    };
    if !meta.phone_number_id.bytes().all(|b| b.is_ascii_digit()) {
        let message = "`phone_number_id` is a number, as Meta's console shows it".to_owned();
        fields.wrong_at("phone_number_id", "E906", message, "it is not the phone number itself");
    }
    meta
}

fn form_keys(fields: &mut Fields<'_>) -> Vec<Arc<FormKey>> {
    let mut keys = Vec::new();
    for pem in fields.secrets("form_key") {
        match FormKey::read(&pem) {
            Ok(key) => keys.push(Arc::new(key)),
            Err(why) => {
                let help = "make one with `openssl genrsa 2048`, and give Meta its public half";
                fields.wrong_at("form_key", "E906", format!("`form_key` cannot be read: {why}"), help);
            }
        }
    }
    keys
}

/// The API version; also for Kapso.
pub fn version(fields: &mut Fields<'_>) -> String {
    let default = "v24.0".to_owned();
    let Some(version) = fields.text_if("api_version") else { return default };
    let good = version.strip_prefix('v').is_some_and(|number| number.parse::<f32>().is_ok());
    if good {
        return version.to_owned();
    }
    let message = format!("`{version}` is no version of the Graph API");
    fields.wrong_at("api_version", "E906", message, "write it like `v24.0`");
    default
}
