//! `dead_letter`: messages, webhooks and runs that failed for good, in one list, for replay.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::SenderId, time::Time},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    /// One of the words `malformed`, `wrong_secret`, `unknown_sender`, `poison`, `unknown_send`, `failed_run`, …
    pub kind: String,
    pub at: Time,
    pub sender_id: Option<SenderId>,
    /// The id of the inbound or outbound message; for a webhook body a negative number.
    pub subject_id: Option<i64>,
    pub reason: String,
    /// The data that a replay needs; a JSON object or array.
    pub data: serde_json::Value,
    pub replayed_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Replayed {
    pub id: i64,
    pub at: Time,
}

/// The cause of a dead letter is resolved: a status reported the result of an unknown send.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Settled {
    pub subject_id: i64,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub kind: String,
    pub count: i64,
    /// When the oldest of them was made.
    pub since: Time,
}

/// A replay that fails again reopens its entry; an entry that is already open stays unchanged.
pub static INSERT: Statement<DeadLetter> = Statement::new(
    "dead_letter.insert",
    30,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into dead_letter (id, kind, at, sender_id, subject_id, reason, data, replayed_at)
     select cast(value ->> 'id' as bigint), value ->> 'kind', cast(value ->> 'at' as bigint),
       cast(value ->> 'sender_id' as bigint), cast(value ->> 'subject_id' as bigint), value ->> 'reason',
       value -> 'data', cast(value ->> 'replayed_at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set at = excluded.at, reason = excluded.reason, data = excluded.data, replayed_at = null
       where dead_letter.replayed_at is not null",
);

/// The row loses if the dead letter was already replayed.
pub static REPLAYED: Statement<Replayed> = Statement::new(
    "dead_letter.replayed",
    31,
    RowContract::Must,
    |row| row.id.into(),
    "update dead_letter set replayed_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where dead_letter.id = cast(value ->> 'id' as bigint) and dead_letter.replayed_at is null
     returning id",
);

/// Runs after the status statements of its write-set: a status of an earlier try leaves the message `unknown`.
pub static SETTLED: Statement<Settled> = Statement::new(
    "dead_letter.settled",
    161,
    RowContract::Tell,
    |row| row.subject_id.into(),
    "update dead_letter set replayed_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where dead_letter.subject_id = cast(value ->> 'subject_id' as bigint) and dead_letter.replayed_at is null
       and not exists (select 1 from outbound where outbound.id = dead_letter.subject_id and outbound.state = 'unknown')
     returning subject_id, id",
);

pub static EXPIRE: Expire = expire!("dead_letter", 33, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &REPLAYED.sql, &SETTLED.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, kind, at, sender_id, subject_id, reason, cast(data as text) as data, replayed_at
             from dead_letter ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "dead_letter.find", text: select!("where id = $1") };
static PAGE: Query = Query { name: "dead_letter.page", text: select!("where id < $1 order by id desc limit $2") };
static OPEN: Query = Query {
    name: "dead_letter.open",
    text: select!("where replayed_at is null and kind = $1 and id < $2 order by id desc limit $3"),
};
static ABOUT: Query = Query {
    name: "dead_letter.about",
    text: "select id from dead_letter where subject_id = $1 and replayed_at is null order by id limit 1",
};
static COUNTS: Query = Query {
    name: "dead_letter.counts",
    text: "select kind, count(*) as n, min(at) as since from dead_letter where replayed_at is null
      group by kind order by kind",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &FIND, &PAGE, &OPEN, &ABOUT, &COUNTS];

pub async fn find(store: &Store, id: i64) -> Result<Option<DeadLetter>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// All dead letters, newest first, including replayed ones. `before` is the id of the previous page's last one;
/// `i64::MAX` for the first page.
pub async fn page(store: &Store, before: i64, limit: i64) -> Result<Vec<DeadLetter>, ReadError> {
    store.all(&PAGE, &[before.into(), limit.into()], read).await
}

/// The open dead letters of a kind, newest first.
pub async fn open(store: &Store, kind: &str, before: i64, limit: i64) -> Result<Vec<DeadLetter>, ReadError> {
    store.all(&OPEN, &[kind.into(), before.into(), limit.into()], read).await
}

/// The id of the open dead letter about this message or webhook body.
pub async fn open_about(store: &Store, subject: i64) -> Result<Option<i64>, ReadError> {
    store.one(&ABOUT, &[subject.into()], |row| row.number("id")).await
}

/// The number of open dead letters by kind.
pub async fn counts(store: &Store) -> Result<Vec<Open>, ReadError> {
    store
        .all(&COUNTS, &[], |row| {
            Ok(Open { kind: row.text("kind")?, count: row.number("n")?, since: row.time("since")? })
        })
        .await
}

pub(crate) fn read(row: &Row) -> Result<DeadLetter, ReadError> {
    Ok(DeadLetter {
        id: row.number("id")?,
        kind: row.text("kind")?,
        at: row.time("at")?,
        sender_id: row.maybe_number("sender_id")?.map(SenderId),
        subject_id: row.maybe_number("subject_id")?,
        reason: row.text("reason")?,
        data: row.json("data")?,
        replayed_at: row.maybe_time("replayed_at")?,
    })
}
