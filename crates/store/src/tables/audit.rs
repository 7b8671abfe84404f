//! `audit`: what people and commands did, without data of customers.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::AccountName, time::Time},
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
    /// Name and id of the API key.
    pub key_name: Option<String>,
    /// Of the object, else of the doer; `None`: it is of no single account.
    pub account: Option<AccountName>,
    /// The network address of the doer.
    pub address: Option<String>,
    pub means: Means,
    pub action: String,
    pub subject: Option<String>,
    /// An object.
    pub detail: Json,
    /// `BEGUN`, `DONE`, or the code of the refusal.
    pub outcome: String,
}

/// The outcome of an act of which nobody knows whether it was done: its process died in between.
pub const BEGUN: &str = "begun";
pub const DONE: &str = "done";

/// The end of an act that had begun.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEnd {
    pub id: i64,
    pub subject: Option<String>,
    pub detail: Json,
    pub outcome: String,
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
    "insert into audit (id, at, person_id, person, key_name, account, address, means, action, subject, detail, outcome)
     select cast(value ->> 'id' as bigint), cast(value ->> 'at' as bigint), cast(value ->> 'person_id' as bigint),
       value ->> 'person', value ->> 'key_name', value ->> 'account', value ->> 'address', value ->> 'means',
       value ->> 'action', value ->> 'subject', value -> 'detail', value ->> 'outcome'
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static EXPIRE: Expire = expire!("audit", 351, "at");

pub static END: Statement<AuditEnd> = Statement::new(
    "audit.end",
    352,
    RowContract::Plain,
    |row| row.id.into(),
    "update audit set subject = value ->> 'subject', detail = value -> 'detail', outcome = value ->> 'outcome'
     from {rows} as input where audit.id = cast(value ->> 'id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql, &END.sql];

static PAGE: Query = Query {
    name: "audit.page",
    text: "select id, at, person_id, person, key_name, account, address, means, action, subject,
       cast(detail as text) as detail, outcome
     from audit where id < $1 and at >= $3
     order by id desc limit $2",
};

pub(crate) static QUERIES: &[&Query] = &[&PAGE, &EXPIRE.page];

/// The `limit` entries before the id, newest first, that were made then or later.
pub async fn page(store: &Store, before: i64, limit: i64, since: Time) -> Result<Vec<AuditEntry>, ReadError> {
    store.all(&PAGE, &[before.into(), limit.into(), since.into()], read).await
}

fn read(row: &Row) -> Result<AuditEntry, ReadError> {
    Ok(AuditEntry {
        id: row.number("id")?,
        at: row.time("at")?,
        person_id: row.maybe_number("person_id")?,
        person: row.maybe_text("person")?,
        key_name: row.maybe_text("key_name")?,
        account: row.maybe_text("account")?.map(AccountName::from),
        address: row.maybe_text("address")?,
        means: row.word("means")?,
        action: row.text("action")?,
        subject: row.maybe_text("subject")?,
        detail: row.json("detail")?,
        outcome: row.maybe_text("outcome")?.unwrap_or_else(|| DONE.to_owned()),
    })
}
