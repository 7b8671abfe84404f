//! Reads `chatwoot` of an account: the inbox of Chatwoot that shows its conversations and in which people answer.

use super::{Account, Receiver, Written, web_address};
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    secret::Secret,
};
use std::collections::BTreeMap;

/// The name of the subscription of an account begins with it.
pub const CHATWOOT: &str = "chatwoot:";

/// The events that Chatwoot is told.
const TYPES: [&str; 4] = ["message.in", "message.out", "message.status", "assigned"];

#[derive(Debug, Clone)]
pub struct Chatwoot {
    /// The address of the installation, without a final slash.
    pub url: String,
    /// The number of the account there.
    pub account: i64,
    /// The number of an API inbox there.
    pub inbox: i64,
    /// The access token of a person there.
    pub token: Secret,
    /// Signs the posts of the inbox, or stands in their address.
    pub secret: Secret,
    /// The number there of each team of the bot.
    pub teams: BTreeMap<String, i64>,
}

/// `None` if it cannot be used; then there is a finding.
pub fn read(mut fields: Fields<'_>, findings: &Findings) -> Option<Chatwoot> {
    for name in ["url", "account", "inbox", "token", "secret"] {
        fields.required(name);
    }
    let url = fields.text_if("url").map(web_address);
    if url == Some(None) {
        let help = "write the address of the installation, like `https://app.chatwoot.com`";
        fields.wrong_at("url", "E906", "`url` is no web address".into(), help);
    }
    let account = number(&mut fields, "account", "write the number behind `/app/accounts/` in the address of Chatwoot");
    let inbox = number(&mut fields, "inbox", "write the number at the end of the address of the inbox's settings");
    let token = fields.secret_if("token");
    let secret = fields.secret_if("secret");
    let mut teams = BTreeMap::new();
    for entry in fields.map("teams") {
        match entry.value.text().and_then(|text| text.parse().ok()).filter(|number: &i64| *number > 0) {
            Some(number) => drop(teams.insert(entry.key.text.clone(), number)),
            None if entry.value.is_broken() => {}
            None => {
                let message = format!("the team `{}` needs the number of a team in Chatwoot", entry.key.text);
                let help = "write it like `workshop: 3`: the number is in the address of the team's settings";
                findings.push(Diagnostic::error("E906", &entry.value.place, message).help(help));
            }
        }
    }
    fields.finish();
    Some(Chatwoot { url: url??, account: account?, inbox: inbox?, token: token?, secret: secret?, teams })
}

fn number(fields: &mut Fields<'_>, name: &'static str, help: &str) -> Option<i64> {
    let text = fields.text_if(name)?;
    let number = text.parse().ok().filter(|number: &i64| *number > 0);
    if number.is_none() {
        fields.wrong_at(name, "E906", format!("`{name}` is a whole number above 0"), help);
    }
    number
}

/// The subscription that tells the inbox what happens.
pub fn receiver(account: &Account) -> Option<Receiver> {
    let url = account.chatwoot.as_ref()?.url.clone();
    let (name, of) = (format!("{CHATWOOT}{}", account.name), Some(account.name.clone()));
    let types = TYPES.map(str::to_owned).to_vec();
    Some(Receiver { name, account: of, url, secrets: Vec::new(), types, senders: Vec::new() })
}
