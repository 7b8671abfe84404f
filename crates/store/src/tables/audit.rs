//! `audit`: what people and commands did, without data of customers.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::time::Time,
    queries::retention::{Expire, expire},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Time,
    /// `None`: nobody was signed in.
    pub person_id: Option<i64>,
    /// The name at that time.
    pub person: Option<String>,
    pub means: Means,
    pub action: String,
    pub subject: Option<String>,
    /// An object.
    pub detail: Json,
}

/// The way by which somebody did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// They were signed in.
    Person,
    /// The `transom` command on the daemon's own machine.
    Command,
    /// The studio's page on the daemon's own machine, where nobody signs in.
    Page,
    /// An API key.
    Key,
}

pub static INSERT: Statement<AuditEntry> = Statement::new(
    "audit.insert",
    350,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into audit (id, at, person_id, person, means, action, subject, detail)
     select cast(value ->> 'id' as bigint), cast(value ->> 'at' as bigint), cast(value ->> 'person_id' as bigint),
       value ->> 'person', value ->> 'means', value ->> 'action', value ->> 'subject', value -> 'detail'
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static EXPIRE: Expire = expire!("audit", 351, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

static PAGE: Query = Query {
    name: "audit.page",
    text: "select id, at, person_id, person, means, action, subject, cast(detail as text) as detail
     from audit where id < $1
     order by id desc limit $2",
};

pub(crate) static QUERIES: &[&Query] = &[&PAGE, &EXPIRE.page];

/// The `limit` entries before the id, newest first.
pub async fn page(store: &Store, before: i64, limit: i64) -> Result<Vec<AuditEntry>, ReadError> {
    store.all(&PAGE, &[before.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<AuditEntry, ReadError> {
    Ok(AuditEntry {
        id: row.number("id")?,
        at: row.time("at")?,
        person_id: row.maybe_number("person_id")?,
        person: row.maybe_text("person")?,
        means: row.word("means")?,
        action: row.text("action")?,
        subject: row.maybe_text("subject")?,
        detail: row.json("detail")?,
    })
}
