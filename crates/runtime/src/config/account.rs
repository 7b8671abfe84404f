//! Reads `accounts`: API keys, rate limits and balances.

use super::{
    Written,
    chatwoot::{self, Chatwoot},
    prices::amount,
};
use crate::{
    base::{
        counted::counted,
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        ids::AccountName,
        limits::{API_KEY_CHARS_MIN, MESSAGING_LIMIT_MAX},
        secret::Secret,
        yaml::Node,
    },
    process::limiter::Rate,
};

/// A customer of this daemon, with separate contacts.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: AccountName,
    /// The keys in the configuration; those of `keys create` are stored as hashes in the database.
    pub api_keys: Vec<Secret>,
    /// The limit for all sends of the account.
    pub rate_limit: Rate,
    /// True if MARKETING messages by API need the contact's consent.
    pub require_consent: bool,
    /// The opening balance, in ten-thousandths of the currency unit; `None`: unlimited.
    pub balance: Option<i64>,
    /// How many people the account's portfolio may reach by templates outside their windows in 24 hours; `None`: no
    /// limit.
    pub messaging_limit: Option<i64>,
    /// The inbox of Chatwoot that shows the account's conversations; `None`: none.
    pub chatwoot: Option<Chatwoot>,
}

impl Account {
    /// The account of a daemon without a configuration.
    pub fn sandbox() -> Account {
        Account {
            name: AccountName::from("sandbox"),
            api_keys: Vec::new(),
            rate_limit: default_rate(),
            require_consent: false,
            balance: None,
            messaging_limit: None,
            chatwoot: None,
        }
    }
}

/// Reads one item of `accounts`. Errors are reported and replaced by defaults.
pub fn read(node: &Node, findings: &Findings) -> Account {
    let mut fields = Fields::new(node, "an account", findings);
    let name = fields.text("name");
    let mut account = Account { name: AccountName::from(name), ..Account::sandbox() };
    for key in fields.list("api_keys") {
        match key.text() {
            _ if key.is_broken() => {}
            Some(text) if text.trim().is_empty() => fields.wrong(key, "E906", "an API key is empty"),
            Some(text) => match text.trim().chars().count() {
                API_KEY_CHARS_MIN.. => account.api_keys.push(Secret::new(text)),
                short => {
                    let message = format!(
                        "an API key has {}; with fewer than {API_KEY_CHARS_MIN} it can be guessed",
                        counted(short, "character")
                    );
                    let help = "`openssl rand -hex 32` makes one, and so does `transom keys create`";
                    findings.push(Diagnostic::error("E906", &key.place, message).help(help));
                }
            },
            None => fields.wrong(key, "E906", "an API key is a text"),
        }
    }
    if let Some(text) = fields.text_if("rate_limit") {
        match Rate::parse(text) {
            Some(rate) => account.rate_limit = rate,
            None => fields.wrong_at("rate_limit", "E906", "`rate_limit` is no rate".into(), "write it like `5/s`"),
        }
    }
    account.require_consent = fields.bool("require_consent");
    if let Some(text) = fields.text_if("balance") {
        account.balance = opening(text);
        if account.balance.is_none() {
            fields.wrong_at("balance", "E906", "`balance` is no amount".into(), "write it like `100.00`");
        }
    }
    if fields.node("messaging_limit").is_some() {
        let limit = fields.whole("messaging_limit", MESSAGING_LIMIT_MAX, 1..=MESSAGING_LIMIT_MAX);
        account.messaging_limit = Some(limit);
    }
    account.chatwoot = fields.fields_if("chatwoot").and_then(|fields| chatwoot::read(fields, findings));
    fields.finish();
    account
}

// The documentation of the Autocalls dialect says 5 requests per second for each account, over both sends.
fn default_rate() -> Rate {
    Rate::parse("5/s").expect("a rate of our own is valid")
}

/// A balance has at most two decimals; prices may have more.
fn opening(text: &str) -> Option<i64> {
    let part = text.split_once('.').map_or("", |(_, part)| part);
    amount(text).filter(|_| part.len() <= 2)
}
