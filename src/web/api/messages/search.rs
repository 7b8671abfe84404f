//! `GET /v1/messages?search=`: finds messages by their words, in all conversations.
//!
//! No index is kept, so that a message costs nothing more when it comes or leaves. A request reads the newest messages
//! up to a limit, and its cursor goes on behind them.

use crate::{
    base::{
        body_fields::{At, Id, PersonName, Phone},
        ids::{AccountName, ContactId, ConversationId, InboundId, OutboundId, SenderId},
        limits::{SEARCH_CHARS_MAX, SEARCH_MESSAGES_AT_ONCE, SEARCH_READS_MAX},
        query,
    },
    model::{answer, matching::fold},
    store::{
        ReadError, Store,
        tables::{
            contact,
            inbound::{self, Recorded},
            outbound::{self, Outbound},
        },
    },
    web::{
        api::{
            contacts::may_search,
            narrowing::Narrowing,
            page::{Page, decode, encode},
        },
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{cmp::Reverse, sync::Arc};

/// A message with the wanted words, and whose it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundMessage {
    id: i64,
    #[schemars(extend("enum" = ["in", "out"]))]
    direction: &'static str,
    at: At,
    /// The whole text.
    text: String,
    /// Of a message of ours: the person who wrote it.
    agent: Option<String>,
    conversation_id: ConversationId,
    account: AccountName,
    contact: FoundContact,
    /// For the list of the conversation's messages: the page that begins with this one.
    cursor: Id<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundContact {
    id: ContactId,
    phone: Option<Phone<String>>,
    name: Option<PersonName<String>>,
}

/// `GET /v1/messages?search=&sender=&account=&limit=&cursor=`: the messages with these words, newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    may_search(&caller)?;
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let mut before = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(i64::MAX);
    let filter = Filter::read(&web, &caller, &text)?;
    let mut data = Vec::new();
    for _ in 0..SEARCH_READS_MAX {
        let rows = latest(&web.app.store, before).await.map_err(|error| Problem::bug(&error))?;
        let read_all = (rows.len() as i64) < SEARCH_MESSAGES_AT_ONCE;
        for row in rows {
            before = row.id();
            if filter.fits(&web, &caller, &row) {
                data.extend(shown(&web, &row).await?);
            }
            if data.len() == page.size() {
                return Ok(respond(StatusCode::OK, &page.listed(data, Some(before))));
            }
        }
        if read_all {
            return Ok(respond(StatusCode::OK, &page.listed(data, None::<i64>)));
        }
    }
    Ok(respond(StatusCode::OK, &page.listed(data, Some(before))))
}

/// A message of either direction.
enum Message {
    In(Box<Recorded>),
    Out(Box<Outbound>),
}

impl Message {
    /// Ids of both directions come from one sequence.
    fn id(&self) -> i64 {
        match self {
            Message::In(row) => row.id.0,
            Message::Out(row) => row.id.0,
        }
    }

    fn place(&self) -> (SenderId, ConversationId, ContactId) {
        match self {
            Message::In(row) => (row.sender_id, row.conversation_id, row.contact_id),
            Message::Out(row) => (row.sender_id, row.conversation_id, row.contact_id),
        }
    }

    /// The words that people read; those of a template are with the platform.
    fn text(&self) -> &str {
        match self {
            Message::In(row) => answer::words_of(&row.data.message.kind).unwrap_or_default(),
            Message::Out(row) => row.sent_as.as_ref().unwrap_or(&row.draft.content).text(),
        }
    }
}

/// The messages of all conversations with an id below `before`, newest first; at most `SEARCH_MESSAGES_AT_ONCE`.
async fn latest(store: &Store, before: i64) -> Result<Vec<Message>, ReadError> {
    let theirs = inbound::latest(store, InboundId(before), SEARCH_MESSAGES_AT_ONCE).await?;
    let ours = outbound::latest(store, OutboundId(before), SEARCH_MESSAGES_AT_ONCE).await?;
    let mut all: Vec<Message> = theirs.into_iter().map(|row| Message::In(Box::new(row))).collect();
    all.extend(ours.into_iter().map(|row| Message::Out(Box::new(row))));
    all.sort_by_key(|row| Reverse(row.id()));
    all.truncate(usize::try_from(SEARCH_MESSAGES_AT_ONCE).unwrap_or(usize::MAX));
    Ok(all)
}

/// The requested messages.
struct Filter {
    /// In the form of `fold`; each of them stands in the message.
    words: Vec<String>,
    narrowing: Narrowing,
}

impl Filter {
    fn read(web: &Web, caller: &Caller, text: &str) -> Result<Filter, Problem> {
        let value = |name: &str| query::value(text, name).filter(|value| !value.is_empty());
        let wrong = |why: String| Problem::invalid(vec![("/search".to_owned(), why)]);
        let search = value("search").unwrap_or_default();
        if search.chars().count() > SEARCH_CHARS_MAX {
            return Err(wrong(format!("`search` has more than {SEARCH_CHARS_MAX} characters.")));
        }
        let words: Vec<String> = fold(&search).split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return Err(wrong("Give the words to look for as `search`.".to_owned()));
        }
        Ok(Filter { words, narrowing: Narrowing::read(web, caller, text)? })
    }

    fn fits(&self, web: &Web, caller: &Caller, row: &Message) -> bool {
        let (sender, ..) = row.place();
        let Some(own) = caller.sender(web, sender) else { return false };
        if !self.narrowing.holds(sender, &own.account) {
            return false;
        }
        let text = row.text();
        !text.is_empty() && {
            let text = fold(text);
            self.words.iter().all(|word| text.contains(word.as_str()))
        }
    }
}

/// A found message with whose it is; `None` for a contact who was erased or goes on as another one.
async fn shown(web: &Web, row: &Message) -> Result<Option<FoundMessage>, Problem> {
    let (_, conversation_id, contact) = row.place();
    let found = contact::find(&web.app.store, contact).await.map_err(|error| Problem::bug(&error))?;
    let Some(contact) = found.filter(|contact| !contact.data.is_gone()) else { return Ok(None) };
    let (direction, at, agent) = match row {
        Message::In(row) => ("in", row.data.message.at, None),
        Message::Out(row) => ("out", row.accepted_at.unwrap_or(row.created_at), row.draft.agent.clone()),
    };
    Ok(Some(FoundMessage {
        id: row.id(),
        direction,
        at: At(at),
        text: row.text().to_owned(),
        agent,
        conversation_id,
        account: contact.account,
        contact: FoundContact {
            id: contact.id,
            phone: contact.data.phone.map(Phone),
            name: contact.data.name.map(PersonName),
        },
        cursor: Id(encode(&row.id().saturating_add(1))),
    }))
}
