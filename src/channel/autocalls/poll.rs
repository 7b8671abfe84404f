//! Asks for what customers wrote: the list of conversations, then the history of each that has grown.

use super::{Autocalls, AutocallsSender, last_heard};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::{CATALOGUE_PAGES_MAX, POLLED_CONVERSATIONS_MAX},
        query::encode,
        time::Time,
    },
    channel::{
        Http, loose,
        question::{Trouble, ask},
    },
    model::inbound::{Inbound, InboundKind, InboundMessage, Item},
};
use serde_json::Value;
use std::sync::PoisonError;

/// The messages of customers who wrote after `since`. Histories tell neither times nor ids: a message's id is its place
/// in its conversation, its time that of the customer's last message.
pub async fn poll(autocalls: &Autocalls, http: &dyn Http, id: SenderId, since: Time) -> Result<Vec<Item>, Trouble> {
    let sender = autocalls.sender(id).ok_or_else(|| Trouble::unknown(id, "Autocalls"))?;
    let mut items = Vec::new();
    for one in grown(autocalls, http, sender).await? {
        let heard = last_heard(sender, http, &one.phone).await?;
        let Some(at) = heard.filter(|at| *at > since) else {
            // Only we or their own AI spoke.
            autocalls.remember(&one);
            continue;
        };
        let history = ask(http, sender.question(&format!("/conversations/{}", encode(&one.id)))).await?;
        let Some(history) = loose::part(&history, "history").and_then(Value::as_array) else {
            return Err(Trouble::unreadable("a conversation", "Autocalls"));
        };
        let from = match one.seen {
            Some(seen) => seen.min(history.len()),
            // Met for the first time: what was said last and is not answered; what was before is not ours.
            None => history.iter().rposition(|said| !is_theirs(said)).map_or(0, |last| last + 1),
        };
        for (place, said) in history.iter().enumerate().skip(from).filter(|(_, said)| is_theirs(said)) {
            let Some(body) = loose::text(said, "content") else { continue };
            let message = InboundMessage {
                provider_id: ProviderId::from(format!("autocalls:{}:{place}", one.id)),
                at,
                from: loose::aliases([Some(one.phone.as_str())]),
                name: one.name.clone(),
                kind: InboundKind::Text { body },
                reply_to: None,
                referral: None,
            };
            items.push(Item { what: Inbound::Message { sender: id, message }, raw: said.to_string() });
        }
        autocalls.remember(&Grown { count: history.len().max(one.count), ..one });
    }
    Ok(items)
}

fn is_theirs(said: &Value) -> bool {
    loose::text(said, "role").as_deref() == Some("user")
}

/// A conversation with more messages than before.
struct Grown {
    id: String,
    phone: String,
    name: Option<String>,
    count: usize,
    /// How many there were; `None`: it was not met before.
    seen: Option<usize>,
}

async fn grown(autocalls: &Autocalls, http: &dyn Http, sender: &AutocallsSender) -> Result<Vec<Grown>, Trouble> {
    let phone = encode(&sender.phone);
    let base = format!("/user/conversations?type=whatsapp&whatsapp_sender_phone={phone}&per_page=100");
    let mut path = base.clone();
    let mut found = Vec::new();
    for _ in 0..CATALOGUE_PAGES_MAX {
        let page = ask(http, sender.question(&path)).await?;
        let Some(listed) = loose::part(&page, "data").and_then(Value::as_array) else {
            return Err(Trouble::unreadable("the conversations", "Autocalls"));
        };
        let before = found.len();
        found.extend(listed.iter().filter_map(|one| autocalls.grown(one)));
        // The newest stand first: a page of which nothing has grown ends the search.
        let cursor = loose::text(&page, "next_cursor").filter(|_| found.len() > before);
        match cursor {
            Some(cursor) if found.len() < POLLED_CONVERSATIONS_MAX => {
                path = format!("{base}&cursor={}", encode(&cursor))
            }
            _ => break,
        }
    }
    // The oldest first, as they were written.
    found.reverse();
    Ok(found)
}

impl Autocalls {
    fn grown(&self, listed: &Value) -> Option<Grown> {
        let id = loose::text(listed, "id")?;
        let phone = loose::text(listed, "customer.phone")?;
        let count = usize::try_from(loose::number(listed, "message_count")?).ok()?;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        let name = loose::text(listed, "customer.name").map(|name| loose::name(&name));
        seen.is_none_or(|seen| count > seen).then_some(Grown { id, phone, name, count, seen })
    }

    /// What is forgotten is only met for the first time again.
    fn remember(&self, one: &Grown) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= POLLED_CONVERSATIONS_MAX {
            seen.clear();
        }
        seen.insert(one.id.clone(), one.count);
    }
}
