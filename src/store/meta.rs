//! `meta`: single values of the whole installation.

use super::{Query, ReadError, Sql, Statement, Store, Wins};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct Meta {
    pub key: String,
    pub value: String,
}

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

pub(super) static STATEMENTS: &[&Sql] = &[&ADD.sql];

static FIND: Query = Query { name: "meta.find", text: "select value from meta where key = $1" };
pub(super) static QUERIES: &[&Query] = &[&FIND];

pub async fn find(store: &Store, key: &str) -> Result<Option<String>, ReadError> {
    store.one(&FIND, &[key.into()], |row| row.text("value")).await
}
