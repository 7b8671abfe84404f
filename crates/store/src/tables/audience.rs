//! `audience`: one-off starts of a flow for many contacts, and how far they are planned.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audience {
    pub id: i64,
    pub account: AccountName,
    /// The flow, the filter of contacts and the inputs; a JSON object.
    pub data: serde_json::Value,
    /// Contacts of earlier zones, and contacts of this zone up to the cursor, are planned.
    pub zone: String,
    pub cursor_contact_id: ContactId,
    pub planned: i64,
    pub created_at: Time,
    pub done_at: Option<Time>,
}

pub static INSERT: Statement<Audience> = Statement::new(
    "audience.insert",
    46,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into audience (id, account, data, zone, cursor_contact_id, planned, created_at, done_at)
     select cast(value ->> 'id' as bigint), value ->> 'account', value -> 'data', value ->> 'zone',
       cast(value ->> 'cursor_contact_id' as bigint), cast(value ->> 'planned' as bigint),
       cast(value ->> 'created_at' as bigint), cast(value ->> 'done_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

/// Moves the cursor forward, in the commit that makes the start rows; `done_at` set ends it.
pub static ADVANCE: Statement<Audience> = Statement::new(
    "audience.advance",
    47,
    RowContract::Must,
    |row| row.id.into(),
    "update audience set zone = value ->> 'zone', cursor_contact_id = cast(value ->> 'cursor_contact_id' as bigint),
       planned = cast(value ->> 'planned' as bigint), done_at = cast(value ->> 'done_at' as bigint)
     from {rows} as input
     where audience.id = cast(value ->> 'id' as bigint) and audience.done_at is null
     returning id",
);

pub static EXPIRE: Expire = expire!("audience", 48, "done_at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &ADVANCE.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, account, cast(data as text) as data, zone, cursor_contact_id, planned, created_at, done_at
             from audience ",
            $rest
        )
    };
}

static OPEN: Query =
    Query { name: "audience.open", text: select!("where done_at is null and id > $1 order by id limit $2") };
static FIND: Query = Query { name: "audience.find", text: select!("where id = $1") };

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &OPEN, &FIND];

/// Audiences whose contacts are not all planned, oldest first.
pub async fn open(store: &Store, after: i64, limit: i64) -> Result<Vec<Audience>, ReadError> {
    store.all(&OPEN, &[after.into(), limit.into()], read).await
}

pub async fn find(store: &Store, id: i64) -> Result<Option<Audience>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

fn read(row: &Row) -> Result<Audience, ReadError> {
    Ok(Audience {
        id: row.number("id")?,
        account: row.text("account")?.into(),
        data: row.json("data")?,
        zone: row.text("zone")?,
        cursor_contact_id: ContactId(row.number("cursor_contact_id")?),
        planned: row.number("planned")?,
        created_at: row.time("created_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}
