//! `meta`: single values of the whole installation.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    encryption::{SecretColumn, StoredSecret},
};
use serde::Serialize;

/// The values that are secrets, encrypted for their key.
pub const VALUE: SecretColumn = SecretColumn { table: "meta", name: "value" };
/// The key that signs our buttons and the addresses of our files, and that digests the names of erased people.
pub const TOKEN_KEY: &str = "token_key";
/// The token that all daemons of a Postgres database accept of an operator's commands.
pub const OPERATOR_TOKEN: &str = "operator_token";

#[derive(Clone, Serialize)]
pub struct Meta {
    pub key: String,
    pub value: String,
}

impl Meta {
    pub fn secret(key: &str, value: &StoredSecret) -> Meta {
        Meta { key: key.to_owned(), value: value.text().to_owned() }
    }
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

/// Removes a value; the next start draws a new one.
pub static FORGET: Statement<Meta> = Statement::new(
    "meta.forget",
    12,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "delete from meta where key in (select input.value ->> 'key' from {rows} as input)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SET.sql, &ADD.sql, &FORGET.sql];

static FIND: Query = Query { name: "meta.find", text: "select value from meta where key = $1" };
pub(crate) static QUERIES: &[&Query] = &[&FIND];

pub async fn find(store: &Store, key: &str) -> Result<Option<String>, ReadError> {
    store.one(&FIND, &[key.into()], |row| row.text("value")).await
}

/// The value of `TOKEN_KEY` or `OPERATOR_TOKEN`.
pub async fn find_secret(store: &Store, key: &str) -> Result<Option<StoredSecret>, ReadError> {
    Ok(find(store, key).await?.map(StoredSecret::of_column))
}
