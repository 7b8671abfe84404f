//! `once`: the keys of `once_per` that contacts have used. They are kept as long as the contact.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{ids::ContactId, limits::ONCE_KEYS_READ, time::Time},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Once {
    pub contact_id: ContactId,
    pub key: String,
    pub at: Time,
}

pub static INSERT: Statement<Once> = Statement::new(
    "once.insert",
    240,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "insert into once (contact_id, key, at)
     select cast(value ->> 'contact_id' as bigint), value ->> 'key', cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (contact_id, key) do nothing",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql];

static OF: Query =
    Query { name: "once.of", text: "select key from once where contact_id = $1 order by at desc limit $2" };
static ANY: Query = Query { name: "once.any", text: "select contact_id from once where contact_id > $1 limit 1" };

pub(crate) static QUERIES: &[&Query] = &[&OF, &ANY];

/// The newest keys of a contact.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<String>, ReadError> {
    store.all(&OF, &[contact.0.into(), ONCE_KEYS_READ.into()], |row| row.text("key")).await
}

/// True if any contact has used a key.
pub async fn any(store: &Store) -> Result<bool, ReadError> {
    let first = store.one(&ANY, &[i64::MIN.into()], |row| row.number("contact_id")).await?;
    Ok(first.is_some())
}
