//! The small sections: `flows`, `llm`, `retention`, `log`, `telemetry`.

use super::{Written, web_address};
use crate::{
    base::{diagnostic::Diagnostic, fields::Fields, secret::Secret, time::Span},
    runtime::log::{Format, Level},
};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// What flows may see and reach.
#[derive(Debug, Clone, Default)]
pub struct FlowGrants {
    /// All that flows see as `env.*`.
    pub env: BTreeMap<String, String>,
    /// All that `http` may use as `secrets.*`.
    pub secrets: BTreeMap<String, Secret>,
    /// Private networks that `http` may reach all the same.
    pub allow_private: Vec<IpNet>,
}

impl FlowGrants {
    /// What flows see as `env.*` at a sandbox sender: the bot's own `sandbox.env` before what is granted.
    pub fn sandbox_env(&self, sandbox: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut env = self.env.clone();
        env.extend(sandbox.iter().map(|(name, value)| (name.clone(), value.clone())));
        env
    }
}

/// A language model behind an OpenAI-compatible address; no step of this version asks one.
#[derive(Debug, Clone)]
pub struct Llm {
    pub base_url: String,
    pub api_key: Secret,
    pub model: String,
}

/// How long things are kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    pub raw_webhooks: Span,
    pub messages: Span,
    pub traces: Span,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { raw_webhooks: Span::days(14), messages: Span::days(400), traces: Span::days(30) }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Log {
    /// `None`: text on a terminal, else JSON.
    pub format: Option<Format>,
    pub level: Level,
}

pub fn flows(mut fields: Fields<'_>) -> FlowGrants {
    let mut grants = FlowGrants::default();
    for entry in fields.map("env") {
        let name = &entry.key.text;
        match entry.value.text() {
            _ if entry.value.is_broken() => {}
            Some(text) => drop(grants.env.insert(name.clone(), text.to_owned())),
            None => fields.wrong(&entry.value, "E906", format!("`{name}` is a text")),
        }
    }
    for entry in fields.map("secrets") {
        let name = &entry.key.text;
        match entry.value.text() {
            _ if entry.value.is_broken() => {}
            Some(text) if !text.is_empty() => drop(grants.secrets.insert(name.clone(), Secret::new(text))),
            _ => fields.wrong(&entry.value, "E906", format!("the secret `{name}` is empty")),
        }
    }
    grants.allow_private = networks(&mut fields);
    fields.finish();
    grants
}

/// `allow_private`: networks, or single addresses.
pub fn networks(fields: &mut Fields<'_>) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for node in fields.list("allow_private") {
        let Some(text) = node.text() else {
            fields.wrong(node, "E906", "`allow_private` takes networks");
            continue;
        };
        // A single address is a network of one.
        let network = text.parse().ok().or_else(|| text.parse().ok().map(|ip: std::net::IpAddr| IpNet::from(ip)));
        match network {
            Some(network) => networks.push(network),
            None => fields.wrong(node, "E906", format!("`{text}` is no network; write it like `10.1.0.0/16`")),
        }
    }
    networks
}

pub fn llm(mut fields: Fields<'_>) -> Llm {
    let mut llm =
        Llm { base_url: "https://api.openai.com/v1".into(), api_key: Secret::default(), model: String::new() };
    if let Some(text) = fields.text_if("base_url") {
        match web_address(text) {
            Some(url) => llm.base_url = url,
            None => {
                let help = "write it like `https://api.openai.com/v1`";
                fields.wrong_at("base_url", "E906", "`base_url` is no web address".into(), help);
            }
        }
    }
    llm.api_key = fields.secret_if("api_key").unwrap_or_default();
    llm.model = fields.text_if("model").unwrap_or_default().to_owned();
    fields.finish();
    llm
}

pub fn retention(mut fields: Fields<'_>) -> Retention {
    let mut kept = Retention::default();
    for (name, value) in
        [("raw_webhooks", &mut kept.raw_webhooks), ("messages", &mut kept.messages), ("traces", &mut kept.traces)]
    {
        *value = fields.duration(name, *value);
        if *value < Span::ZERO {
            fields.wrong_at(name, "E906", format!("`{name}` cannot be negative"), "write it like `14d`");
        }
    }
    fields.finish();
    kept
}

pub fn log(mut fields: Fields<'_>) -> Log {
    let format = match fields.word("format", &["json", "text"]) {
        Some("json") => Some(Format::Json),
        Some(_) => Some(Format::Text),
        None => None,
    };
    let level = fields.word("level", Level::NAMES).and_then(Level::parse).unwrap_or_default();
    fields.finish();
    Log { format, level }
}

pub fn telemetry(mut fields: Fields<'_>) {
    if fields.text_if("otlp").is_some() {
        let place = fields.node("otlp").map(|node| node.place.clone());
        let message = "this version sends nothing to `telemetry.otlp`; its numbers are at `/metrics`";
        fields.findings().extend(place.map(|place| Diagnostic::warning("W909", &place, message)));
    }
    fields.finish();
}
