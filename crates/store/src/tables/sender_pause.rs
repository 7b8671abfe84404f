//! `sender_pause`: senders that must not send, or must send less, until a time that the platform set.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{ids::SenderId, time::Time},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SenderPause {
    pub sender_id: SenderId,
    pub scope: Scope,
    pub until: Time,
    /// The platform's error code and text.
    pub why: String,
    pub at: Time,
}

/// The messages that are paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Everything,
    Templates,
    /// Messages outside the window without a template (Direct Send).
    Direct,
}

/// An operator lets a sender send again.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Lifted {
    pub sender_id: SenderId,
}

/// If there is already a pause, the later end counts.
pub static SET: Statement<SenderPause> = Statement::new(
    "sender_pause.set",
    95,
    RowContract::Plain,
    |row| format!("{} {:?}", row.sender_id, row.scope).as_str().into(),
    "insert into sender_pause (sender_id, scope, until, why, at)
     select cast(value ->> 'sender_id' as bigint), value ->> 'scope', cast(value ->> 'until' as bigint),
       value ->> 'why', cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (sender_id, scope) do update set until = excluded.until, why = excluded.why, at = excluded.at
     where sender_pause.until < excluded.until",
);

pub static LIFT: Statement<Lifted> = Statement::new(
    "sender_pause.lift",
    96,
    RowContract::Plain,
    |row| row.sender_id.0.into(),
    "delete from sender_pause where sender_id in
       (select cast(value ->> 'sender_id' as bigint) from {rows} as input)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SET.sql, &LIFT.sql];

/// Reads the whole table at a start: it has at most three rows for each sender.
static ALL: Query = Query {
    name: "sender_pause.all",
    text: "select sender_id, scope, until, why, at from sender_pause order by sender_id, scope",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL];

pub async fn all(store: &Store) -> Result<Vec<SenderPause>, ReadError> {
    store
        .all(&ALL, &[], |row| {
            Ok(SenderPause {
                sender_id: SenderId(row.number("sender_id")?),
                scope: row.word("scope")?,
                until: row.time("until")?,
                why: row.text("why")?,
                at: row.time("at")?,
            })
        })
        .await
}
