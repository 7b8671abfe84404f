//! Checks rules between the parts of a configuration.

use super::{Config, Sender};
use crate::base::{
    diagnostic::{Diagnostic, Findings, did_you_mean},
    place::Place,
    yaml::Node,
};
use std::collections::HashMap;

/// Reports repeated names, unknown accounts and senders, and two defaults.
pub fn check(config: &Config, node: &Node, findings: &Findings) {
    let accounts = items(node, "accounts");
    let senders = items(node, "senders");
    unique(accounts, "name", "account", findings, str::to_owned);
    unique(senders, "id", "sender", findings, str::to_owned);
    unique(senders, "phone", "phone", findings, |text| text.trim_start_matches('+').to_owned());
    unique(senders, "phone_number_id", "`phone_number_id`", findings, str::to_owned);
    unique(items(node, "models"), "name", "model", findings, str::to_owned);
    unique(items(node, "mcp"), "name", "MCP server", findings, str::to_owned);
    unique(items(node, "templates"), "id", "template", findings, str::to_owned);
    keys_once(accounts, findings);
    known_accounts(config, node, senders, findings);
    known_senders(config, node, findings);
    one_default(senders, findings);
    templates_once(config, findings);
    known_receivers(config, node, findings);
    public_where_needed(config, senders, findings);
    signed_where_public(config, senders, findings);
}

/// Twilio signs the URL that it was given, which may differ from the one that we see behind a proxy.
fn public_where_needed(config: &Config, senders: &[Node], findings: &Findings) {
    if config.public_url.is_some() {
        return;
    }
    for sender in config.senders.iter().filter(|sender| sender.access.needs_public_url()) {
        let Some(node) = written(sender, senders) else { continue };
        let (id, provider) = (sender.id, sender.provider());
        let message = format!("sender {id} at {provider} needs `public_url`: its signatures are over the address");
        let finding = Diagnostic::error("E905", &node.place, message);
        findings.push(finding.help("write `public_url: https://bot.example.com` at the top, as the provider calls it"));
    }
}

/// If the daemon is reachable from outside, every provider's webhooks must be signed.
fn signed_where_public(config: &Config, senders: &[Node], findings: &Findings) {
    let public = config.public_url.is_some() || !config.listen.ip().is_loopback();
    for sender in config.senders.iter().filter(|sender| public && sender.access.is_unsigned()) {
        let Some(node) = written(sender, senders) else { continue };
        let message = format!(
            "sender {} needs `webhook_secret`: the daemon can be reached from outside, and anybody could send us \
             messages in your customers' name",
            sender.id
        );
        let finding = Diagnostic::error("E905", &node.place, message);
        findings.push(finding.help("set a secret at the provider's webhook and write it here"));
    }
}

fn written<'n>(sender: &Sender, senders: &'n [Node]) -> Option<&'n Node> {
    let id = sender.id.to_string();
    senders.iter().find(|node| node.get("id").and_then(Node::text) == Some(id.as_str()))
}

fn items<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    node.get(name).map_or(&[], Node::one_or_many)
}

fn unique(items: &[Node], key: &str, what: &str, findings: &Findings, fold: fn(&str) -> String) {
    let mut seen: HashMap<String, &Place> = HashMap::new();
    for value in items.iter().filter_map(|item| item.get(key)) {
        let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
        match seen.get(&fold(text)) {
            Some(first) => {
                let message = format!("the {what} `{text}` is there twice");
                findings.push(Diagnostic::error("E903", &value.place, message).label(first, "first here"));
            }
            None => drop(seen.insert(fold(text), &value.place)),
        }
    }
}

/// A key in two accounts would belong to whichever is found first.
fn keys_once(accounts: &[Node], findings: &Findings) {
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for key in accounts.iter().filter_map(|account| account.get("api_keys")).flat_map(Node::one_or_many) {
        let Some(text) = key.text().filter(|text| !text.is_empty()) else { continue };
        match seen.get(text) {
            Some(first) => {
                let message = "this API key is there twice; each account needs keys of its own".to_owned();
                findings.push(Diagnostic::error("E903", &key.place, message).label(first, "first here"));
            }
            None => drop(seen.insert(text, &key.place)),
        }
    }
}

fn known_accounts(config: &Config, node: &Node, senders: &[Node], findings: &Findings) {
    if items(node, "accounts").iter().any(Node::is_broken) {
        return;
    }
    let names = || config.accounts.iter().map(|account| account.name.as_str());
    for value in senders.iter().filter_map(|sender| sender.get("account")) {
        let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
        if !names().any(|name| name == text) {
            let message = format!("there is no account `{text}`");
            let help = did_you_mean(text, names()).unwrap_or_else(|| "write it under `accounts`".to_owned());
            findings.push(Diagnostic::error("E904", &value.place, message).help(help));
        }
    }
}

fn known_senders(config: &Config, node: &Node, findings: &Findings) {
    // The name may belong to a sender that could not be read.
    if items(node, "senders").iter().any(Node::is_broken) {
        return;
    }
    for value in items(node, "templates").iter().filter_map(|template| template.get("sender")) {
        let Some(id) = value.text().and_then(|text| text.parse::<i64>().ok()) else { continue };
        // A sender with an unknown provider is already reported.
        let written = items(node, "senders").iter().any(|s| s.get("id").and_then(Node::text) == value.text());
        if !written && !config.senders.iter().any(|sender| sender.id.0 == id) {
            findings.push(Diagnostic::error("E904", &value.place, format!("there is no sender `{id}`")));
        }
    }
}

/// A webhook's name must be unique, and its account and senders must exist.
fn known_receivers(config: &Config, node: &Node, findings: &Findings) {
    let written = node.get("webhooks").map_or(&[] as &[Node], |webhooks| items(webhooks, "to"));
    unique(written, "name", "webhook", findings, str::to_owned);
    known_accounts(config, node, written, findings);
    for value in written.iter().flat_map(|one| items(one, "senders")) {
        let Some(id) = value.text().and_then(|text| text.parse::<i64>().ok()) else { continue };
        if !config.senders.iter().any(|sender| sender.id.0 == id) {
            findings.push(Diagnostic::error("E904", &value.place, format!("there is no sender `{id}`")));
        }
    }
}

fn one_default(senders: &[Node], findings: &Findings) {
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for sender in senders {
        let is_default = sender.get("default").is_some_and(|node| matches!(node.text(), Some("true" | "yes" | "on")));
        let (Some(account), true) = (sender.get("account").and_then(Node::text), is_default) else { continue };
        let place = &sender.entry("default").expect("it was just read").key.place;
        match seen.get(account) {
            Some(first) => {
                let message = format!("the account `{account}` has two default senders");
                findings.push(Diagnostic::error("E903", place, message).label(first, "first here"));
            }
            None => drop(seen.insert(account, place)),
        }
    }
}

fn templates_once(config: &Config, findings: &Findings) {
    let mut seen: HashMap<_, &Place> = HashMap::new();
    for entry in &config.templates {
        let key = (entry.sender, entry.template.name.as_str(), entry.template.language.as_str());
        match seen.get(&key) {
            Some(first) => {
                let message = format!("the template `{}` in `{}` is there twice for sender {}", key.1, key.2, key.0);
                findings.push(Diagnostic::error("E903", &entry.place, message).label(first, "first here"));
            }
            None => drop(seen.insert(key, &entry.place)),
        }
    }
}
