//! `trace`: the actions of each turn and their reasons, for debugging.

use crate::model::effect::TraceEntry;
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
pub struct Trace {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub turn: u64,
    pub at: Time,
    pub data: Vec<TraceEntry>,
}

pub static INSERT: Statement<Trace> = Statement::new(
    "trace.insert",
    200,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into trace (id, conversation_id, contact_id, turn, at, data)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'turn' as bigint), cast(value ->> 'at' as bigint),
       value -> 'data'
     from {rows} as input where true",
);

pub static EXPIRE: Expire = expire!("trace", 201, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static OF: Query = Query {
    name: "trace.of",
    text: "select id, conversation_id, contact_id, turn, at, cast(data as text) as data from trace
      where conversation_id = $1 and id < $2 order by id desc limit $3",
};

static BETWEEN: Query = Query {
    name: "trace.between",
    text: "select id, conversation_id, contact_id, turn, at, cast(data as text) as data from trace
      where conversation_id = $1 and id > $2 and at >= $3 and at <= $4 order by id limit $5",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &OF, &BETWEEN];

/// The turns of a conversation, newest first. `before` is the id of the previous page's last one; `i64::MAX` for the
/// first page.
pub async fn of(store: &Store, conversation: ConversationId, before: i64, limit: i64) -> Result<Vec<Trace>, ReadError> {
    store.all(&OF, &[conversation.0.into(), before.into(), limit.into()], read).await
}

/// The turns of a conversation in a period, oldest first; `after` is the id of the previous page's last one, 0 for the
/// first page.
pub async fn between(
    store: &Store,
    conversation: ConversationId,
    after: i64,
    (from, until): (Time, Option<Time>),
    limit: i64,
) -> Result<Vec<Trace>, ReadError> {
    let until = until.unwrap_or(Time(i64::MAX));
    store.all(&BETWEEN, &[conversation.0.into(), after.into(), from.into(), until.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<Trace, ReadError> {
    Ok(Trace {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        turn: u64::try_from(row.number("turn")?).unwrap_or(0),
        at: row.time("at")?,
        data: row.json("data")?,
    })
}
