//! `api_key`: keys made by `transom keys create`; only their hashes are kept.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::AccountName, time::Time},
    model::scope::Scopes,
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiKey {
    /// The part before the dot.
    pub id: String,
    pub account: AccountName,
    /// SHA-256 of the whole key, in hex.
    pub hash: String,
    pub name: String,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
    /// `None`: all that a key of an account may do.
    pub scopes: Option<Scopes>,
    /// `None`: never.
    pub expires_at: Option<Time>,
    /// To `KEY_USED_EVERY`; `None`: it was never used.
    pub used_at: Option<Time>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Revoke {
    pub id: String,
    pub at: Time,
}

#[derive(Debug, Clone, Serialize)]
pub struct Used {
    pub id: String,
    pub at: Time,
}

/// The row loses if the id is already used.
pub static INSERT: Statement<ApiKey> = Statement::new(
    "api_key.insert",
    13,
    RowContract::Must,
    |row| row.id.as_str().into(),
    "insert into api_key (id, account, hash, name, created_at, revoked_at, scopes, expires_at, used_at)
     select value ->> 'id', value ->> 'account', value ->> 'hash', value ->> 'name',
       cast(value ->> 'created_at' as bigint), cast(value ->> 'revoked_at' as bigint), value ->> 'scopes',
       cast(value ->> 'expires_at' as bigint), cast(value ->> 'used_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing
     returning id",
);

/// The row loses if no such key is active.
pub static REVOKE: Statement<Revoke> = Statement::new(
    "api_key.revoke",
    14,
    RowContract::Must,
    |row| row.id.as_str().into(),
    "update api_key set revoked_at = cast(value ->> 'at' as bigint)
     from {rows} as input where api_key.id = value ->> 'id' and api_key.revoked_at is null
     returning id",
);

pub static USED: Statement<Used> = Statement::new(
    "api_key.used",
    362,
    RowContract::Plain,
    |row| row.id.as_str().into(),
    "update api_key set used_at = cast(value ->> 'at' as bigint)
     from {rows} as input where api_key.id = value ->> 'id'",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &REVOKE.sql, &USED.sql];

/// Reads the whole table: keys are few, and requests are checked in memory.
static ALL: Query = Query {
    name: "api_key.all",
    text: "select id, account, hash, name, created_at, revoked_at, scopes, expires_at, used_at from api_key
     order by created_at, id",
};

static FIND: Query = Query {
    name: "api_key.find",
    text: "select id, account, hash, name, created_at, revoked_at, scopes, expires_at, used_at from api_key where id = $1",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL, &FIND];

/// All keys, revoked ones too, oldest first.
pub async fn all(store: &Store) -> Result<Vec<ApiKey>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub async fn find(store: &Store, id: &str) -> Result<Option<ApiKey>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

fn read(row: &Row) -> Result<ApiKey, ReadError> {
    Ok(ApiKey {
        id: row.text("id")?,
        account: row.text("account")?.into(),
        hash: row.text("hash")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
        // A name that this version does not know gives no right.
        scopes: row.maybe_text("scopes")?.map(|names| Scopes::parse(&names).unwrap_or_default()),
        expires_at: row.maybe_time("expires_at")?,
        used_at: row.maybe_time("used_at")?,
    })
}
