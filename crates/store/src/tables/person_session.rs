//! `person_session`: browsers in which a person is signed in; only hashes of their cookies are kept.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store, base::time::Time, queries::retention::OlderThan,
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonSession {
    /// SHA-256 of the cookie, in hex.
    pub hash: String,
    pub person_id: i64,
    pub created_at: Time,
    pub seen_at: Time,
}

#[derive(Debug, Clone, Serialize)]
pub struct SessionSeen {
    pub hash: String,
    pub at: Time,
}

#[derive(Debug, Clone, Serialize)]
pub struct SessionHash {
    pub hash: String,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct SessionsOf {
    pub person_id: i64,
}

/// Runs after `END_ALL`, so that one write-set can end the others and begin a new one.
pub static INSERT: Statement<PersonSession> = Statement::new(
    "person_session.insert",
    343,
    RowContract::Plain,
    |row| row.hash.as_str().into(),
    "insert into person_session (hash, person_id, created_at, seen_at)
     select value ->> 'hash', cast(value ->> 'person_id' as bigint), cast(value ->> 'created_at' as bigint),
       cast(value ->> 'seen_at' as bigint)
     from {rows} as input where true
     on conflict (hash) do nothing",
);

pub static SEEN: Statement<SessionSeen> = Statement::new(
    "person_session.seen",
    340,
    RowContract::Plain,
    |row| row.hash.as_str().into(),
    "update person_session set seen_at = cast(value ->> 'at' as bigint)
     from {rows} as input where person_session.hash = value ->> 'hash'",
);

pub static END: Statement<SessionHash> = Statement::new(
    "person_session.end",
    341,
    RowContract::Plain,
    |row| row.hash.as_str().into(),
    "delete from person_session where hash in (select value ->> 'hash' from {rows} as input)",
);

pub static END_ALL: Statement<SessionsOf> = Statement::new(
    "person_session.end_all",
    342,
    RowContract::Plain,
    |row| row.person_id.into(),
    "delete from person_session where person_id in
       (select cast(value ->> 'person_id' as bigint) from {rows} as input)",
);

/// Removes sessions that were not used any more. The table is small: no index on the time.
pub static EXPIRE: Statement<OlderThan> = Statement::new(
    "person_session.expire",
    344,
    RowContract::All,
    |row| row.before.0.into(),
    "delete from person_session where hash in
       (select hash from person_session, {rows} as input where seen_at < cast(input.value ->> 'before' as bigint)
        limit 50)
     returning seen_at",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &SEEN.sql, &END.sql, &END_ALL.sql, &EXPIRE.sql];

static FIND: Query = Query {
    name: "person_session.find",
    text: "select hash, person_id, created_at, seen_at from person_session where hash = $1",
};

static OF: Query = Query {
    name: "person_session.of",
    text: "select hash, person_id, created_at, seen_at from person_session where person_id = $1 order by seen_at, hash",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &OF];

pub async fn find(store: &Store, hash: &str) -> Result<Option<PersonSession>, ReadError> {
    store.one(&FIND, &[hash.into()], read).await
}

/// Those of a person, the one that was unused for the longest time first.
pub async fn of(store: &Store, person: i64) -> Result<Vec<PersonSession>, ReadError> {
    store.all(&OF, &[person.into()], read).await
}

fn read(row: &Row) -> Result<PersonSession, ReadError> {
    Ok(PersonSession {
        hash: row.text("hash")?,
        person_id: row.number("person_id")?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
    })
}
