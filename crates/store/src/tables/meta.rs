//! `meta`: single values of the whole installation.

use crate::{Query, ReadError, RowContract, Sql, Statement, Store};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct Meta {
    pub key: String,
    pub value: String,
}

pub static SET: Statement<Meta> = Statement::new(
    "meta.set",
    10,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "insert into meta (key, value)
     select input.value ->> 'key', max(input.value ->> 'value') from {rows} as input where true group by 1
     on conflict (key) do update set value = excluded.value",
);

/// Sets a value that must not change afterwards; tells the keys that were new.
pub static ADD: Statement<Meta> = Statement::new(
    "meta.add",
    11,
    RowContract::Tell,
    |row| row.key.as_str().into(),
    "insert into meta (key, value)
     select input.value ->> 'key', input.value ->> 'value' from {rows} as input where true
     on conflict (key) do nothing
     returning key",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SET.sql, &ADD.sql];

static FIND: Query = Query { name: "meta.find", text: "select value from meta where key = $1" };
pub(crate) static QUERIES: &[&Query] = &[&FIND];

pub async fn find(store: &Store, key: &str) -> Result<Option<String>, ReadError> {
    store.one(&FIND, &[key.into()], |row| row.text("value")).await
}
