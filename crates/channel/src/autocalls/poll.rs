//! Polls customers' messages: the list of conversations, then the history of each that has grown.

use super::{Autocalls, AutocallsSender, last_heard};
use crate::{
    Http, Polled,
    base::{
        ids::{ProviderId, SenderId},
        limits::{CATALOGUE_PAGES_MAX, POLLED_CONVERSATIONS_MAX},
        query::encode,
        time::Time,
    },
    model::inbound::{Inbound, InboundKind, InboundMessage, Item},
    question::{QuestionError, ask},
    untrusted_json,
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

/// The known conversations, in memory only. After a start each conversation is unknown again.
#[derive(Default)]
pub struct Memory {
    /// How many messages each conversation had when they were last stored.
    seen: HashMap<String, usize>,
    /// Conversations that could not be read, and the time from which their messages are new.
    owed: HashMap<String, Time>,
    /// The messages that the last poll of a sender read and that are not stored yet, as counts by conversation.
    read: HashMap<SenderId, Vec<(String, usize)>>,
}

impl Memory {
    /// Keeps the older `since` for a conversation that could not be read, because other conversations' messages move
    /// the sender's `since` forward.
    fn owe(&mut self, id: &str, since: Time) {
        if self.owed.len() >= POLLED_CONVERSATIONS_MAX {
            self.owed.clear();
        }
        self.owed.entry(id.to_owned()).or_insert(since);
    }

    fn since(&self, id: &str, since: Time) -> Time {
        self.owed.get(id).map_or(since, |owed| since.min(*owed))
    }

    /// Marks the last poll as stored. If the memory is full it is cleared: the conversations are then unknown again.
    fn settle(&mut self, sender: SenderId) {
        for (id, count) in self.read.remove(&sender).unwrap_or_default() {
            if self.seen.len() >= POLLED_CONVERSATIONS_MAX {
                self.seen.clear();
            }
            self.owed.remove(&id);
            self.seen.insert(id, count);
        }
    }
}

/// The messages of customers who wrote after `since`. Histories have neither times nor ids: the id of a message is its
/// index in the conversation, its time that of the customer's last message. A conversation that cannot be read does
/// not stop the others.
pub async fn poll(autocalls: &Autocalls, http: &dyn Http, id: SenderId, since: Time) -> Result<Polled, QuestionError> {
    let sender = autocalls.sender(id).ok_or_else(|| QuestionError::unknown(id, "Autocalls"))?;
    let mut polled = Polled::default();
    let mut read = Vec::new();
    let mut all = grown(autocalls, http, sender).await?.into_iter();
    while let Some(one) = all.next() {
        let from = autocalls.memory().since(&one.id, since);
        match look(sender, http, &one, from).await {
            Ok((items, count)) => {
                polled.items.extend(items);
                read.push((one.id, count));
            }
            Err(trouble) => {
                autocalls.memory().owe(&one.id, since);
                if trouble.is_general() {
                    all.by_ref().for_each(|rest| autocalls.memory().owe(&rest.id, since));
                }
                polled.trouble.get_or_insert(trouble);
            }
        }
    }
    autocalls.memory().read.insert(id, read);
    Ok(polled)
}

/// The new messages of one conversation, and its number of messages.
async fn look(
    sender: &AutocallsSender,
    http: &dyn Http,
    one: &ChangedConversation,
    since: Time,
) -> Result<(Vec<Item>, usize), QuestionError> {
    let heard = last_heard(sender, http, &one.phone).await?;
    let Some(at) = heard.filter(|at| *at > since) else {
        // Only we or Autocalls' AI wrote.
        return Ok((Vec::new(), one.count));
    };
    let history = ask(http, sender.question(&format!("/conversations/{}", encode(&one.id)))).await?;
    let Some(history) = untrusted_json::part(&history, "history").and_then(Value::as_array) else {
        return Err(QuestionError::unreadable("a conversation", "Autocalls"));
    };
    let from = match one.seen {
        Some(seen) => seen.min(history.len()),
        // An unknown conversation: take the customer's messages after the last answer.
        None => history.iter().rposition(|said| !is_theirs(said)).map_or(0, |last| last + 1),
    };
    let mut items = Vec::new();
    for (place, said) in history.iter().enumerate().skip(from).filter(|(_, said)| is_theirs(said)) {
        let Some(body) = untrusted_json::text(said, "content") else { continue };
        let message = InboundMessage {
            provider_id: ProviderId::from(format!("autocalls:{}:{place}", one.id)),
            at,
            from: untrusted_json::phones(Some(one.phone.as_str())),
            name: one.name.clone(),
            username: None,
            kind: InboundKind::Text { body },
            reply_to: None,
            referral: None,
            number: None,
        };
        items.push(Item { what: Inbound::Message { sender: sender.id, message }, raw: said.to_string() });
    }
    Ok((items, history.len().max(one.count)))
}

fn is_theirs(said: &Value) -> bool {
    untrusted_json::text(said, "role").as_deref() == Some("user")
}

/// A conversation with more messages than before.
struct ChangedConversation {
    id: String,
    phone: String,
    name: Option<String>,
    count: usize,
    /// The stored number of messages; `None`: the conversation is unknown.
    seen: Option<usize>,
}

async fn grown(
    autocalls: &Autocalls,
    http: &dyn Http,
    sender: &AutocallsSender,
) -> Result<Vec<ChangedConversation>, QuestionError> {
    let phone = encode(&sender.phone);
    let base = format!("/user/conversations?type=whatsapp&whatsapp_sender_phone={phone}&per_page=100");
    let mut path = base.clone();
    let mut found = Vec::new();
    for _ in 0..CATALOGUE_PAGES_MAX {
        let page = ask(http, sender.question(&path)).await?;
        let Some(listed) = untrusted_json::part(&page, "data").and_then(Value::as_array) else {
            return Err(QuestionError::unreadable("the conversations", "Autocalls"));
        };
        let before = found.len();
        found.extend(listed.iter().filter_map(|one| autocalls.grown(one)));
        // The list is sorted by newest first: a page without a grown conversation ends the search.
        let cursor = untrusted_json::text(&page, "next_cursor").filter(|_| found.len() > before);
        match cursor {
            Some(cursor) if found.len() < POLLED_CONVERSATIONS_MAX => {
                path = format!("{base}&cursor={}", encode(&cursor))
            }
            _ => break,
        }
    }
    // Oldest first, in the order of writing.
    found.reverse();
    Ok(found)
}

impl Autocalls {
    fn grown(&self, listed: &Value) -> Option<ChangedConversation> {
        let id = untrusted_json::text(listed, "id")?;
        let phone = untrusted_json::text(listed, "customer.phone")?;
        let count = usize::try_from(untrusted_json::number(listed, "message_count")?).ok()?;
        let seen = self.memory().seen.get(&id).copied();
        let name = untrusted_json::text(listed, "customer.name").map(|name| untrusted_json::name(&name));
        seen.is_none_or(|seen| count > seen).then_some(ChangedConversation { id, phone, name, count, seen })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the messages of the last poll of this sender as stored.
    pub(super) fn settle(&self, sender: SenderId) {
        self.memory().settle(sender);
    }
}
