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

/// A version without its number.
#[derive(Debug, Clone, Serialize)]
pub struct NewVersion {
    pub hash: String,
    pub files: BTreeMap<String, String>,
    pub created_at: Time,
}

#[derive(Debug, Clone, Serialize)]
pub struct Live {
    pub hash: String,
    pub at: Time,
}

/// Numbers a new version, one after the other: authors read these numbers. Tells the hashes that are new.
pub static INSERT: Statement<NewVersion> = Statement::new(
    "version.insert",
    60,
    RowContract::Tell,
    |row| row.hash.as_str().into(),
    "insert into version (id, hash, files, created_at)
     select coalesce((select id from version where id > 0 order by id desc limit 1), 0) + 1,
       value ->> 'hash', value -> 'files', cast(value ->> 'created_at' as bigint)
     from {rows} as input where true
     on conflict (hash) do nothing
     returning hash",
);

pub static LIVE: Statement<Live> = Statement::new(
    "version.live",
    61,
    RowContract::Must,
    |row| row.hash.as_str().into(),
    "update version set live_at = cast(value ->> 'at' as bigint)
     from {rows} as input where version.hash = value ->> 'hash'
     returning hash",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &LIVE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!("select id, hash, cast(files as text) as files, created_at, live_at from version ", $rest)
    };
}

static FIND: Query = Query { name: "version.find", text: select!("where id = $1") };
static NUMBER: Query = Query { name: "version.number", text: "select id from version where hash = $1" };
static NEWEST: Query =
    Query { name: "version.newest", text: select!("where live_at is not null order by live_at desc, id desc limit 1") };

static BEFORE: Query = Query {
    name: "version.before",
    text: select!("where live_at is not null and (live_at, id) < ($1, $2) order by live_at desc, id desc limit 1"),
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &NUMBER, &NEWEST, &BEFORE];

pub async fn find(store: &Store, id: VersionId) -> Result<Option<Version>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// The number of the version with these files.
pub async fn number(store: &Store, hash: &str) -> Result<Option<VersionId>, ReadError> {
    store.one(&NUMBER, &[hash.into()], |row| row.number("id").map(VersionId)).await
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
