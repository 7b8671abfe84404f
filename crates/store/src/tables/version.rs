//! `version`: the sets of flow files that were live; a run stays on its version.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::VersionId, time::Time},
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    pub id: VersionId,
    pub hash: String,
    /// File path to file text.
    pub files: BTreeMap<String, String>,
    pub created_at: Time,
    pub live_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Live {
    pub id: VersionId,
    pub at: Time,
}

/// Tells the ids that are new; look a known hash up with `by_hash`.
pub static INSERT: Statement<Version> = Statement::new(
    "version.insert",
    60,
    RowContract::Tell,
    |row| row.id.0.into(),
    "insert into version (id, hash, files, created_at, live_at)
     select cast(value ->> 'id' as bigint), value ->> 'hash', value -> 'files',
       cast(value ->> 'created_at' as bigint), cast(value ->> 'live_at' as bigint)
     from {rows} as input where true
     on conflict (hash) do nothing
     returning id",
);

pub static LIVE: Statement<Live> = Statement::new(
    "version.live",
    61,
    RowContract::Must,
    |row| row.id.0.into(),
    "update version set live_at = cast(value ->> 'at' as bigint)
     from {rows} as input where version.id = cast(value ->> 'id' as bigint)
     returning id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &LIVE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!("select id, hash, cast(files as text) as files, created_at, live_at from version ", $rest)
    };
}

static FIND: Query = Query { name: "version.find", text: select!("where id = $1") };
static BY_HASH: Query = Query { name: "version.by_hash", text: select!("where hash = $1") };
static NEWEST: Query =
    Query { name: "version.newest", text: select!("where live_at is not null order by live_at desc, id desc limit 1") };

static BEFORE: Query = Query {
    name: "version.before",
    text: select!("where live_at is not null and (live_at, id) < ($1, $2) order by live_at desc, id desc limit 1"),
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &BY_HASH, &NEWEST, &BEFORE];

pub async fn find(store: &Store, id: VersionId) -> Result<Option<Version>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

pub async fn by_hash(store: &Store, hash: &str) -> Result<Option<Version>, ReadError> {
    store.one(&BY_HASH, &[hash.into()], read).await
}

/// The version that went live last.
pub async fn live(store: &Store) -> Result<Option<Version>, ReadError> {
    store.one(&NEWEST, &[], read).await
}

/// The version that was live before this time and id.
pub async fn before(store: &Store, (at, id): (Time, VersionId)) -> Result<Option<Version>, ReadError> {
    store.one(&BEFORE, &[at.into(), id.0.into()], read).await
}

fn read(row: &Row) -> Result<Version, ReadError> {
    Ok(Version {
        id: VersionId(row.number("id")?),
        hash: row.text("hash")?,
        files: row.json("files")?,
        created_at: row.time("created_at")?,
        live_at: row.maybe_time("live_at")?,
    })
}
