//! `webhook`: raw bodies, kept for a while so that dead letters can be replayed.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{ids::SenderId, time::Time},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Webhook {
    pub id: i64,
    pub provider: String,
    pub sender_id: Option<SenderId>,
    pub received_at: Time,
    pub body: String,
}

pub static INSERT: Statement<Webhook> = Statement::new(
    "webhook.insert",
    20,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into webhook (id, provider, sender_id, received_at, body)
     select cast(value ->> 'id' as bigint), value ->> 'provider', cast(value ->> 'sender_id' as bigint),
       cast(value ->> 'received_at' as bigint), value ->> 'body'
     from {rows} as input where true",
);

pub static EXPIRE: Expire = expire!("webhook", 21, "received_at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static FIND: Query = Query {
    name: "webhook.find",
    text: "select id, provider, sender_id, received_at, body from webhook where id = $1",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &FIND];

pub async fn find(store: &Store, id: i64) -> Result<Option<Webhook>, ReadError> {
    store
        .one(&FIND, &[id.into()], |row| {
            Ok(Webhook {
                id: row.number("id")?,
                provider: row.text("provider")?,
                sender_id: row.maybe_number("sender_id")?.map(SenderId),
                received_at: row.time("received_at")?,
                body: row.text("body")?,
            })
        })
        .await
}
