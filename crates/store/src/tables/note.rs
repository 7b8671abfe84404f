//! `note`: what people of the business write down about a conversation for each other.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub at: Time,
    /// `None`: it was not said.
    pub author: Option<String>,
    pub text: String,
}

pub static INSERT: Statement<Note> = Statement::new(
    "note.insert",
    134,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into note (id, conversation_id, contact_id, at, author, text)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'at' as bigint), value ->> 'author', value ->> 'text'
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static EXPIRE: Expire = expire!("note", 135, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static PAGE: Query = Query {
    name: "note.page",
    text: "select id, conversation_id, contact_id, at, author, text from note
      where conversation_id = $1 and id < $2 order by id desc limit $3",
};

static OF: Query = Query {
    name: "note.of",
    text: "select id, conversation_id, contact_id, at, author, text from note where contact_id = $1 order by id",
};

static COUNT: Query = Query { name: "note.count", text: "select count(*) as n from note where conversation_id = $1" };

pub(crate) static QUERIES: &[&Query] = &[&PAGE, &OF, &COUNT, &EXPIRE.page];

/// The `limit` notes of a conversation before the id, newest first.
pub async fn page(
    store: &Store,
    conversation: ConversationId,
    before: i64,
    limit: i64,
) -> Result<Vec<Note>, ReadError> {
    store.all(&PAGE, &[conversation.0.into(), before.into(), limit.into()], read).await
}

/// All notes about a contact, oldest first.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<Note>, ReadError> {
    store.all(&OF, &[contact.0.into()], read).await
}

/// How many notes a conversation has.
pub async fn count(store: &Store, conversation: ConversationId) -> Result<i64, ReadError> {
    Ok(store.one(&COUNT, &[conversation.0.into()], |row| row.number("n")).await?.unwrap_or(0))
}

fn read(row: &Row) -> Result<Note, ReadError> {
    Ok(Note {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        at: row.time("at")?,
        author: row.maybe_text("author")?,
        text: row.text("text")?,
    })
}
