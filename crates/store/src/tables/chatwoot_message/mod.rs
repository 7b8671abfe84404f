//! `chatwoot_message`: the messages that stand in Chatwoot, too. Each has one row, so that none is put there or sent
//! twice.

pub mod part;

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::ConversationId, time::Time},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatwootMessage {
    /// The id of a message of either direction.
    pub id: i64,
    pub conversation_id: ConversationId,
    /// Chatwoot's number of the message.
    pub theirs: i64,
    pub at: Time,
    /// Why a message that was written in Chatwoot does not go to the customer; `None`: it goes.
    pub refused: Option<String>,
}

/// A message that is known by either number changes nothing.
pub static INSERT: Statement<ChatwootMessage> = Statement::new(
    "chatwoot_message.insert",
    254,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into chatwoot_message (id, conversation_id, theirs, at, refused)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'theirs' as bigint), cast(value ->> 'at' as bigint), value ->> 'refused'
     from {rows} as input where true
     on conflict do nothing",
);

/// Why a message of Chatwoot, or a part of it, does not reach the customer after all.
#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    pub conversation_id: ConversationId,
    pub theirs: i64,
    pub refused: String,
}

pub static REFUSE: Statement<Refusal> = Statement::new(
    "chatwoot_message.refuse",
    287,
    RowContract::Plain,
    |row| row.theirs.into(),
    "update chatwoot_message set refused = value ->> 'refused'
     from {rows} as input
     where chatwoot_message.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and chatwoot_message.theirs = cast(value ->> 'theirs' as bigint)",
);

pub static EXPIRE: Expire = expire!("chatwoot_message", 255, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &REFUSE.sql, &EXPIRE.remove.sql];

static FIND: Query = Query {
    name: "chatwoot_message.find",
    text: "select id, conversation_id, theirs, at, refused from chatwoot_message where id = $1",
};
static OF: Query = Query {
    name: "chatwoot_message.of",
    text: "select id, conversation_id, theirs, at, refused from chatwoot_message
      where conversation_id = $1 and theirs = $2",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &OF, &EXPIRE.page];

/// By our number.
pub async fn find(store: &Store, id: i64) -> Result<Option<ChatwootMessage>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// By Chatwoot's number.
pub async fn of(
    store: &Store,
    conversation: ConversationId,
    theirs: i64,
) -> Result<Option<ChatwootMessage>, ReadError> {
    store.one(&OF, &[conversation.0.into(), theirs.into()], read).await
}

fn read(row: &Row) -> Result<ChatwootMessage, ReadError> {
    Ok(ChatwootMessage {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        theirs: row.number("theirs")?,
        at: row.time("at")?,
        refused: row.maybe_text("refused")?,
    })
}
