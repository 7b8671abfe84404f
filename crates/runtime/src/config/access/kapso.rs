//! Reads the settings of a number at Kapso.

use super::{Secrets, api_address, meta::version};
use crate::{
    base::{fields::Fields, secret::Secret},
    config::Written,
};

/// The settings for Kapso.
#[derive(Debug, Clone)]
pub struct Kapso {
    pub phone_number_id: String,
    /// For the template catalogue.
    pub waba_id: Option<String>,
    pub api_key: Secret,
    /// Several during a rotation; never empty.
    pub webhook_secrets: Vec<Secret>,
    pub api_base: String,
    /// The version of Meta's API behind it.
    pub api_version: String,
}

pub fn read(fields: &mut Fields<'_>) -> Kapso {
    let secrets = Secrets { who: "a Kapso sender", prefix: "KAPSO" };
    let kapso = Kapso {
        phone_number_id: fields.text("phone_number_id").to_owned(),
        waba_id: fields.text_if("waba_id").map(str::to_owned),
        api_key: secrets.one(fields, "api_key", "nothing can be sent without it"),
        webhook_secrets: secrets.several(
            fields,
            "webhook_secret",
            "anybody could send us messages in your customers' name",
        ),
        api_base: api_address(fields, "api_base", "https://api.kapso.ai"),
        api_version: version(fields),
    };
    if !kapso.phone_number_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
        let message = "`phone_number_id` is an id, as Kapso's dashboard shows it".to_owned();
        fields.wrong_at("phone_number_id", "E906", message, "it is not the phone number itself");
    }
    kapso
}
