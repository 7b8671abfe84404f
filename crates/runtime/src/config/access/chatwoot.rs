//! Reads the settings of an inbox of Chatwoot whose agent bot we are.

use super::{Access, Secrets, api_address};
use crate::{
    base::{diagnostic::Diagnostic, fields::Fields, limits::CHATWOOT_NUMBER_MAX, secret::Secret},
    config::{Chatwoot, Receiver, Sender},
};
use std::collections::BTreeMap;

/// The name of the subscription of a sender begins with it.
pub const AGENT_BOT: &str = "chatwoot_bot:";

/// The settings for Chatwoot.
#[derive(Debug, Clone)]
pub struct ChatwootBot {
    /// The address of the installation, without a final slash.
    pub url: String,
    /// The numbers that Chatwoot gave its account and the inbox.
    pub account_id: i64,
    pub inbox: i64,
    /// The access token of the agent bot.
    pub token: Secret,
    /// Several during a rotation; never empty.
    pub secrets: Vec<Secret>,
    /// The number there of each team of the bot.
    pub teams: BTreeMap<String, i64>,
}

impl ChatwootBot {
    /// The inbox, for requests to its conversations.
    pub fn inbox(&self) -> Chatwoot {
        Chatwoot {
            url: self.url.clone(),
            account: self.account_id,
            inbox: self.inbox,
            token: self.token.clone(),
            secret: Secret::default(),
            teams: self.teams.clone(),
        }
    }
}

/// The subscription that tells Chatwoot when a conversation goes to people, or back to the bot.
pub fn receiver(sender: &Sender) -> Option<Receiver> {
    let Access::Chatwoot(bot) = &sender.access else { return None };
    let (name, url, account) = (format!("{AGENT_BOT}{}", sender.id), bot.url.clone(), Some(sender.account.clone()));
    let types = vec!["assigned".to_owned()];
    Some(Receiver { name, account, url, secrets: Vec::new(), types, senders: vec![sender.id] })
}

pub fn read(fields: &mut Fields<'_>) -> ChatwootBot {
    let secrets = Secrets { who: "a Chatwoot sender", prefix: "CHATWOOT" };
    fields.required("account_id");
    fields.required("inbox");
    ChatwootBot {
        url: api_address(fields, "url", "https://app.chatwoot.com"),
        account_id: fields.whole("account_id", 1, 1..=CHATWOOT_NUMBER_MAX),
        inbox: fields.whole("inbox", 1, 1..=CHATWOOT_NUMBER_MAX),
        token: secrets.one(fields, "token", "nothing can be sent without it"),
        secrets: secrets.several(fields, "secret", "anybody could send us messages in your customers' name"),
        teams: teams(fields),
    }
}

/// The number in Chatwoot of each team.
fn teams(fields: &mut Fields<'_>) -> BTreeMap<String, i64> {
    let mut teams = BTreeMap::new();
    for entry in fields.map("teams") {
        let number = entry.value.text().and_then(|text| text.parse().ok());
        match number.filter(|number| (1..=CHATWOOT_NUMBER_MAX).contains(number)) {
            Some(number) => drop(teams.insert(entry.key.text.clone(), number)),
            None if entry.value.is_broken() => {}
            None => {
                let message = format!("the team `{}` needs the number of a team in Chatwoot", entry.key.text);
                let help = "write it like `workshop: 3`: the number is in the address of the team's settings";
                fields.findings().push(Diagnostic::error("E906", &entry.value.place, message).help(help));
            }
        }
    }
    teams
}
