//! `meta`: single values of the whole installation.

use super::{Query, ReadError, Sql, Statement, Store, Wins};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct Meta {
    pub key: String,
    pub value: String,
}

/// Sets a value, or replaces it.
pub static SET: Statement<Meta> = Statement::new(
    "meta.set",
    10,
    Wins::Plain,
    |row| row.key.as_str().into(),
    "insert into meta (key, value)
     select input.value ->> 'key', max(input.value ->> 'value') from {rows} as input where true group by 1
     on conflict (key) do update set value = excluded.value",
);

/// Sets a value that must not change once it is there; tells the keys that were new.
pub static ADD: Statement<Meta> = Statement::new(
    "meta.add",
    11,
    Wins::Tell,
    |row| row.key.as_str().into(),
    "insert into meta (key, value)
     select input.value ->> 'key', input.value ->> 'value' from {rows} as input where true
     on conflict (key) do nothing
     returning key",
);

/// Removes a value.
pub static REMOVE: Statement<Meta> = Statement::new(
    "meta.remove",
    12,
    Wins::Plain,
    |row| row.key.as_str().into(),
    "delete from meta where key in (select input.value ->> 'key' from {rows} as input)",
);

pub(super) static STATEMENTS: &[&Sql] = &[&SET.sql, &ADD.sql, &REMOVE.sql];

static FIND: Query = Query { name: "meta.find", text: "select value from meta where key = $1" };
static WITH_PREFIX: Query = Query {
    name: "meta.with_prefix",
    text: "select key, value from meta where key >= $1 and key < $1 || '\u{10ffff}' order by key",
};

pub(super) static QUERIES: &[&Query] = &[&FIND, &WITH_PREFIX];

pub async fn find(store: &Store, key: &str) -> Result<Option<String>, ReadError> {
    store.one(&FIND, &[key.into()], |row| row.text("value")).await
}

/// All values whose keys begin so, by key: `sender:` and the like.
pub async fn with_prefix(store: &Store, prefix: &str) -> Result<Vec<Meta>, ReadError> {
    store.all(&WITH_PREFIX, &[prefix.into()], |row| Ok(Meta { key: row.text("key")?, value: row.text("value")? })).await
}
