//! Reads the settings of a number at Waplify.

use super::{Secrets, api_address};
use crate::{
    base::{fields::Fields, secret::Secret},
    config::Written,
};

/// The settings for Waplify.
#[derive(Debug, Clone)]
pub struct Waplify {
    pub api_key: Secret,
    /// The id of one of the account's numbers; `None` if it has only one.
    pub waba_phone_id: Option<String>,
    /// Several during a rotation. Without one its webhooks are not signed, which only a daemon without a public
    /// address accepts.
    pub webhook_secrets: Vec<Secret>,
    pub api_base: String,
}

pub fn read(fields: &mut Fields<'_>) -> Waplify {
    let secrets = Secrets { who: "a Waplify sender", prefix: "WAPLIFY" };
    Waplify {
        api_key: secrets.one(fields, "api_key", "nothing can be sent without it"),
        waba_phone_id: fields.text_if("waba_phone_id").map(str::to_owned),
        webhook_secrets: fields.secrets("webhook_secret"),
        api_base: api_address(fields, "api_base", "https://server.waplify.io"),
    }
}
