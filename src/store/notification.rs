//! `notification`: what is to be posted to `notify.url`, until it was taken.

use super::{
    Query, ReadError, Row, Sql, Statement, Store, Wins,
    retention::{Before, expire},
};
use crate::base::time::Time;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notification {
    pub id: i64,
    pub kind: String,
    pub at: Time,
    /// The body; an object.
    pub data: serde_json::Value,
    pub attempts: u32,
    pub next_at: Time,
    pub done_at: Option<Time>,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Tried {
    pub id: i64,
    pub attempts: u32,
    pub next_at: Time,
    pub done_at: Option<Time>,
}

pub static INSERT: Statement<Notification> = Statement::new(
    "notification.insert",
    230,
    Wins::Plain,
    |row| row.id.into(),
    "insert into notification (id, kind, at, data, attempts, next_at, done_at)
     select cast(value ->> 'id' as bigint), value ->> 'kind', cast(value ->> 'at' as bigint), value -> 'data',
       cast(value ->> 'attempts' as bigint), cast(value ->> 'next_at' as bigint),
       cast(value ->> 'done_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static TRIED: Statement<Tried> = Statement::new(
    "notification.tried",
    231,
    Wins::Plain,
    |row| row.id.into(),
    "update notification set attempts = cast(value ->> 'attempts' as bigint),
       next_at = cast(value ->> 'next_at' as bigint), done_at = cast(value ->> 'done_at' as bigint)
     from {rows} as input where notification.id = cast(value ->> 'id' as bigint)",
);

pub static EXPIRE: Statement<Before> = expire!("notification", 232, "at");

pub(super) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &TRIED.sql, &EXPIRE.sql];

static DUE: Query = Query {
    name: "notification.due",
    text: "select id, kind, at, cast(data as text) as data, attempts, next_at, done_at from notification
      where done_at is null and next_at <= $1 order by next_at limit $2",
};

pub(super) static QUERIES: &[&Query] = &[&DUE];

/// What is to be posted now, longest due first.
pub async fn due(store: &Store, now: Time, limit: i64) -> Result<Vec<Notification>, ReadError> {
    store.all(&DUE, &[now.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<Notification, ReadError> {
    Ok(Notification {
        id: row.number("id")?,
        kind: row.text("kind")?,
        at: row.time("at")?,
        data: row.json("data")?,
        attempts: row.small("attempts")?,
        next_at: row.time("next_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}
