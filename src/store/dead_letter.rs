//! `dead_letter`: what could not be handled, in one list, to be replayed.

use super::{
    Query, ReadError, Row, Sql, Statement, Store, Wins,
    retention::{Expire, expire},
};
use crate::base::{ids::SenderId, time::Time};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    /// A fixed word: `malformed`, `wrong_secret`, `unknown_sender`, `poison`, `unknown_send`, `failed_run`, …
    pub kind: String,
    pub at: Time,
    pub sender_id: Option<SenderId>,
    /// The inbound or outbound message that it is about; of a webhook's body a number below 0.
    pub subject_id: Option<i64>,
    pub reason: String,
    /// What replaying needs; an object or array.
    pub data: serde_json::Value,
    pub replayed_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Replayed {
    pub id: i64,
    pub at: Time,
}

/// What a dead letter was about has settled itself: a status told what became of an unknown send.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Settled {
    pub subject_id: i64,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub kind: String,
    pub count: i64,
}

/// What was tried again and failed again is listed again; what is listed already stays as it is.
pub static INSERT: Statement<DeadLetter> = Statement::new(
    "dead_letter.insert",
    30,
    Wins::Plain,
    |row| row.id.into(),
    "insert into dead_letter (id, kind, at, sender_id, subject_id, reason, data, replayed_at)
     select cast(value ->> 'id' as bigint), value ->> 'kind', cast(value ->> 'at' as bigint),
       cast(value ->> 'sender_id' as bigint), cast(value ->> 'subject_id' as bigint), value ->> 'reason',
       value -> 'data', cast(value ->> 'replayed_at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set at = excluded.at, reason = excluded.reason, data = excluded.data, replayed_at = null
       where dead_letter.replayed_at is not null",
);

/// Loses when it was replayed already.
pub static REPLAYED: Statement<Replayed> = Statement::new(
    "dead_letter.replayed",
    31,
    Wins::Must,
    |row| row.id.into(),
    "update dead_letter set replayed_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where dead_letter.id = cast(value ->> 'id' as bigint) and dead_letter.replayed_at is null
     returning id",
);

/// After the statuses of its write-set: one of an earlier try of a message leaves this one unknown.
pub static SETTLED: Statement<Settled> = Statement::new(
    "dead_letter.settled",
    161,
    Wins::Tell,
    |row| row.subject_id.into(),
    "update dead_letter set replayed_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where dead_letter.subject_id = cast(value ->> 'subject_id' as bigint) and dead_letter.replayed_at is null
       and not exists (select 1 from outbound where outbound.id = dead_letter.subject_id and outbound.state = 'unknown')
     returning subject_id, id",
);

pub static EXPIRE: Expire = expire!("dead_letter", 33, "at");

pub(super) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &REPLAYED.sql, &SETTLED.sql, &EXPIRE.remove.sql];

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
    text: "select kind, count(*) as n from dead_letter where replayed_at is null group by kind order by kind",
};

pub(super) static QUERIES: &[&Query] = &[&EXPIRE.page, &FIND, &PAGE, &OPEN, &ABOUT, &COUNTS];

pub async fn find(store: &Store, id: i64) -> Result<Option<DeadLetter>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// All, newest first, replayed ones too; `before` is the last one's id, `i64::MAX` at first.
pub async fn page(store: &Store, before: i64, limit: i64) -> Result<Vec<DeadLetter>, ReadError> {
    store.all(&PAGE, &[before.into(), limit.into()], read).await
}

/// The open ones of a kind, newest first.
pub async fn open(store: &Store, kind: &str, before: i64, limit: i64) -> Result<Vec<DeadLetter>, ReadError> {
    store.all(&OPEN, &[kind.into(), before.into(), limit.into()], read).await
}

/// The open one about this message or body.
pub async fn open_about(store: &Store, subject: i64) -> Result<Option<i64>, ReadError> {
    store.one(&ABOUT, &[subject.into()], |row| row.number("id")).await
}

/// How many are open, by kind.
pub async fn counts(store: &Store) -> Result<Vec<Open>, ReadError> {
    store.all(&COUNTS, &[], |row| Ok(Open { kind: row.text("kind")?, count: row.number("n")? })).await
}

fn read(row: &Row) -> Result<DeadLetter, ReadError> {
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
