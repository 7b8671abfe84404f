//! Reads the settings of a sender at Autocalls or one of its white labels.

use super::{Secrets, api_address};
use crate::{
    base::{fields::Fields, limits::POLL_EVERY_MIN, secret::Secret, time::Span, yaml::Node},
    channel::autocalls::Mapping,
    config::Written,
};

/// The settings for Autocalls.
#[derive(Debug, Clone)]
pub struct Autocalls {
    /// Autocalls' id of the sender.
    pub sender_id: i64,
    pub api_key: Secret,
    /// Several during a rotation. Without one, no statuses are accepted.
    pub webhook_secrets: Vec<Secret>,
    /// The token of an automation that posts messages; empty: none are accepted.
    pub inbound_token: Secret,
    pub inbound: Mapping,
    pub poll: Option<Span>,
    pub api_base: String,
}

pub fn read(fields: &mut Fields<'_>) -> Autocalls {
    let secrets = Secrets { who: "an Autocalls sender", prefix: "AUTOCALLS" };
    fields.required("sender_id");
    // `null` counts as missing.
    let is_null = fields.node("poll").is_some_and(Node::is_null);
    let autocalls = Autocalls {
        sender_id: fields.whole("sender_id", 0, 1..=9_007_199_254_740_991),
        api_key: secrets.one(fields, "api_key", "nothing can be sent without it"),
        webhook_secrets: fields.secrets("webhook_secret"),
        inbound_token: fields.secret_if("inbound_token").unwrap_or_default(),
        inbound: fields.fields_if("inbound").map(mapping).unwrap_or_default(),
        poll: if is_null { None } else { fields.opt_duration("poll") },
        api_base: api_address(fields, "api_base", "https://app.autocalls.ai/api"),
    };
    if autocalls.poll.is_some_and(|every| every < POLL_EVERY_MIN) {
        let message = format!("`poll` is at least {POLL_EVERY_MIN}: the platform counts requests");
        fields.wrong_at("poll", "E906", message, "write it like `poll: 30s`");
    }
    autocalls
}

/// Only differences from the automation's own field names need to be configured.
fn mapping(mut fields: Fields<'_>) -> Mapping {
    let mut mapping = Mapping::default();
    for (name, path) in [
        ("from", &mut mapping.from),
        ("text", &mut mapping.text),
        ("id", &mut mapping.id),
        ("name", &mut mapping.name),
        ("at", &mut mapping.at),
        ("media", &mut mapping.media),
        ("media_type", &mut mapping.media_type),
    ] {
        if let Some(written) = fields.text_if(name) {
            written.trim_start_matches("$.").clone_into(path);
        }
    }
    fields.finish();
    mapping
}
