//! `chatwoot_part`: the messages that a message of Chatwoot became beside the one in `chatwoot_message`.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::ConversationId, time::Time},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChatwootPart {
    /// The id of a message of ours.
    pub id: i64,
    pub conversation_id: ConversationId,
    /// Chatwoot's number of the message.
    pub theirs: i64,
    pub at: Time,
}

pub static INSERT: Statement<ChatwootPart> = Statement::new(
    "chatwoot_part.insert",
    285,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into chatwoot_part (id, conversation_id, theirs, at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'theirs' as bigint), cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict do nothing",
);

pub static EXPIRE: Expire = expire!("chatwoot_part", 286, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static FIND: Query = Query {
    name: "chatwoot_part.find",
    text: "select id, conversation_id, theirs, at from chatwoot_part where id = $1",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &EXPIRE.page];

/// By our number.
pub async fn find(store: &Store, id: i64) -> Result<Option<ChatwootPart>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

fn read(row: &Row) -> Result<ChatwootPart, ReadError> {
    Ok(ChatwootPart {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        theirs: row.number("theirs")?,
        at: row.time("at")?,
    })
}
