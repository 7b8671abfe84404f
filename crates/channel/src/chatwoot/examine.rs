//! Asks Chatwoot whether the token of the agent bot is valid.

use super::{ChatwootBot, ChatwootSender};
use crate::{
    Http, HttpRequest, Method,
    answer::cut,
    base::{ids::SenderId, limits::PROVIDER_TIMEOUT},
    checkup::{Check, Grade, unknown_sender},
    untrusted_json::text,
};
use serde_json::Value;

/// No conversation has this number: every token is told so, and one that counts for nothing is refused before.
const NOBODY: &str = "0";

pub async fn examine(chatwoot: &ChatwootBot, http: &dyn Http, id: SenderId) -> Vec<Check> {
    let Some(sender) = chatwoot.sender(id) else { return unknown_sender(id) };
    let (grade, said) = token(sender, http).await;
    let mut all = vec![Check::new("token", grade, said)];
    if grade != Grade::Bad {
        let text = format!(
            "Chatwoot does not show an agent bot where its webhooks go: its address must end with \
             `/webhooks/chatwoot/{id}`, and the bot must be connected with inbox {}.",
            sender.inbox
        );
        all.push(Check::new("subscription", Grade::Unknown, text));
    }
    all
}

async fn token(sender: &ChatwootSender, http: &dyn Http) -> (Grade, String) {
    let request = HttpRequest {
        method: Method::Get,
        url: sender.url(NOBODY),
        auth: sender.auth(),
        body: None,
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    let answer = match http.send(request).await {
        Ok(answer) => answer,
        Err(error) => return (Grade::Bad, format!("Chatwoot cannot be reached at `{}`: {}.", sender.url, error.text)),
    };
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = text(&json, "error").map(|said| cut(&said));
    let account = sender.account;
    match (answer.status, said.as_deref()) {
        (404, Some(_)) => (Grade::Good, "The access token is valid.".to_owned()),
        // An older version lets an agent bot read no conversation, and says so once it knows whose token it is.
        (401, Some(said)) if said.contains("for bots") => {
            (Grade::Good, "The access token is that of an agent bot.".to_owned())
        }
        (401, Some(said)) if said.contains("this account") => {
            let text = format!(
                "The agent bot belongs to no inbox of account {account}: connect it with inbox {}, or look at `account_id`.",
                sender.inbox
            );
            (Grade::Bad, text)
        }
        (401 | 403, _) => {
            let said = said.map(|said| format!(" ({said})")).unwrap_or_default();
            (Grade::Bad, format!("`token` is not the access token of an agent bot of account {account}{said}."))
        }
        (429, _) => (Grade::Unknown, "Chatwoot wants no more questions for now.".to_owned()),
        (status, _) => {
            (Grade::Bad, format!("`{}` does not answer as Chatwoot does (HTTP {status}): look at `url`.", sender.url))
        }
    }
}
