//! Reads `webhooks` and `notify`: subscriptions to events, and the private networks that they may reach.

use super::{Written, access::AGENT_BOT, chatwoot::CHATWOOT, has_blank, sections::networks, web_address};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        ids::{AccountName, SenderId},
        secret::Secret,
        yaml::Node,
    },
    store::tables::event::KINDS,
};
use ipnet::IpNet;

/// The name of the subscription that `notify` creates.
pub const NOTIFY: &str = "notify";

/// The events of `notify`: all that may need a person.
const NOTIFY_TYPES: &[&str] =
    &["handoff", "needs_person", "case.overdue", "sender_stopped", "unknown_send", "dead_letter", "alarm"];

#[derive(Debug, Clone, Default)]
pub struct Webhooks {
    /// Private networks that subscriptions made by API may reach nevertheless.
    pub allow_private: Vec<IpNet>,
    /// Includes the one of `notify`.
    pub to: Vec<Receiver>,
}

/// A subscription in the configuration.
#[derive(Debug, Clone)]
pub struct Receiver {
    pub name: String,
    /// `None`: events of all accounts, and of none.
    pub account: Option<AccountName>,
    pub url: String,
    /// The newest first; several during a rotation, and all of them sign.
    pub secrets: Vec<Secret>,
    /// Empty: all kinds.
    pub types: Vec<String>,
    pub senders: Vec<SenderId>,
}

impl Webhooks {
    /// The secrets that sign the posts to this subscription.
    pub fn secrets(&self, name: &str) -> Vec<Secret> {
        self.to.iter().find(|to| to.name == name).map(|to| to.secrets.clone()).unwrap_or_default()
    }
}

pub fn webhooks(mut fields: Fields<'_>, findings: &Findings) -> Webhooks {
    let allow_private = networks(&mut fields, "allow_private");
    let to = fields.list("to").iter().filter_map(|node| receiver(node, findings)).collect();
    fields.finish();
    Webhooks { allow_private, to }
}

/// `None` if there is no `url`.
pub fn notify(mut fields: Fields<'_>) -> Option<Receiver> {
    let (url, secrets) = address(&mut fields, "`notify`", "${NOTIFY_SECRET}");
    fields.finish();
    let types = NOTIFY_TYPES.iter().map(|kind| (*kind).to_owned()).collect();
    let (url, name) = (url?, NOTIFY.to_owned());
    (!secrets.is_empty()).then_some(Receiver { name, account: None, url, secrets, types, senders: Vec::new() })
}

fn receiver(node: &Node, findings: &Findings) -> Option<Receiver> {
    let mut fields = Fields::new(node, "a webhook", findings);
    let name = fields.text("name").to_owned();
    if name == NOTIFY {
        fields.wrong_at("name", "E906", "`notify` is a key of its own".into(), "give the webhook another name");
    }
    if let Some(own) = [CHATWOOT, AGENT_BOT].into_iter().find(|own| name.starts_with(own)) {
        let message = format!("a name with `{own}` belongs to an inbox of Chatwoot");
        fields.wrong_at("name", "E906", message, "give the webhook another name");
    }
    let account = fields.text_if("account").map(AccountName::from);
    let (url, secrets) = address(&mut fields, "a webhook", "${WEBHOOK_SECRET}");
    if url.is_none() && !fields.node("url").is_some_and(Node::is_broken) {
        findings.push(Diagnostic::error("E906", &node.place, "a webhook needs a `url`"));
    }
    let mut types = Vec::new();
    for node in fields.list("types") {
        match node.text() {
            Some(kind) if KINDS.contains(&kind) => types.push(kind.to_owned()),
            Some(kind) => {
                let help = did_you_mean(kind, KINDS.iter().copied());
                let help = help.unwrap_or_else(|| format!("there are {}", KINDS.join(", ")));
                let message = format!("there is no event `{kind}`");
                findings.push(Diagnostic::error("E906", &node.place, message).help(help));
            }
            None => fields.wrong(node, "E906", "`types` takes names of events"),
        }
    }
    let mut senders = Vec::new();
    for node in fields.list("senders") {
        match node.text().and_then(|text| text.parse().ok()) {
            Some(id) => senders.push(SenderId(id)),
            None => fields.wrong(node, "E906", "`senders` takes ids of senders"),
        }
    }
    fields.finish();
    Some(Receiver { name, account, url: url?, secrets, types, senders })
}

/// Reads `url` and `secret`, which need each other.
fn address(fields: &mut Fields<'_>, what: &str, example: &str) -> (Option<String>, Vec<Secret>) {
    let url = fields.text_if("url").map(str::to_owned);
    let secrets = fields.secrets("secret");
    if let Some(text) = &url {
        if web_address(text).is_none() {
            let help = "write it like `https://desk.example.com/transom`";
            fields.wrong_at("url", "E906", "`url` is no web address".into(), help);
        }
        let reported = |node: &Node| node.one_or_many().iter().any(Node::is_broken) || has_blank(node);
        if secrets.is_empty() && !fields.node("secret").is_some_and(reported) {
            let message =
                format!("{what} needs a `secret`: without one the receiver cannot tell our posts from others");
            fields.wrong_at("url", "E906", message, &format!("write `secret: {example}` beside it"));
        }
    }
    (url, secrets)
}
