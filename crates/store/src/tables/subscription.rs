//! `subscription`: receivers of events by signed POST, and how far each has read the event log.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, SenderId},
        time::Time,
    },
    encryption::{SecretColumn, StoredSecret},
};
use serde::{Deserialize, Serialize};

/// The secrets of posts, encrypted for the id of their row.
pub const SECRET: SecretColumn = SecretColumn { table: "subscription", name: "secret" };
pub const OLD_SECRET: SecretColumn = SecretColumn { table: "subscription", name: "old_secret" };

#[derive(Debug, Clone)]
pub struct Subscription {
    pub id: i64,
    pub name: String,
    /// True if the configuration file sets its address, secrets and filter.
    pub configured: bool,
    /// The account whose events it gets; `None`: all.
    pub account: Option<AccountName>,
    pub url: String,
    /// Empty if the configuration file holds it.
    pub secret: StoredSecret,
    /// The previous secret, which also signs until this time.
    pub old_secret: Option<(StoredSecret, Time)>,
    pub filter: Filter,
    /// The time and the reason of a pause.
    pub paused: Option<(Time, String)>,
    pub resumed_at: Time,
    pub heard_at: Option<Time>,
    /// The id of the last event that was queued for it.
    pub after: i64,
    pub created_at: Time,
}

/// The events that a subscription wants; empty lists match all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    #[serde(default)]
    pub types: Vec<String>,
    #[serde(default)]
    pub senders: Vec<SenderId>,
}

#[derive(Serialize)]
struct Columns<'a> {
    id: i64,
    name: &'a str,
    configured: bool,
    account: &'a str,
    url: &'a str,
    secret: &'a str,
    old_secret: Option<&'a str>,
    old_secret_until: Option<Time>,
    filter: &'a Filter,
    state: &'a str,
    paused_at: Option<Time>,
    paused_why: Option<&'a str>,
    resumed_at: Time,
    heard_at: Option<Time>,
    after: i64,
    created_at: Time,
}

/// How far the event log was read for a subscription.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReadPosition {
    pub id: i64,
    pub after: i64,
}

/// The receiver accepted a post.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct AcceptedDelivery {
    pub id: i64,
    pub at: Time,
}

/// The secrets of a subscription under another key.
#[derive(Debug, Clone, Serialize)]
pub struct NewSecrets {
    pub id: i64,
    #[serde(serialize_with = "StoredSecret::write")]
    pub secret: StoredSecret,
    /// Empty: there is none.
    #[serde(serialize_with = "StoredSecret::write")]
    pub old_secret: StoredSecret,
}

/// A subscription whose secrets are lost, or one of them.
#[derive(Debug, Clone, Serialize)]
pub struct LostSecrets {
    pub id: i64,
    /// The secret that is left; empty: there is none.
    #[serde(serialize_with = "StoredSecret::write")]
    pub secret: StoredSecret,
    #[serde(serialize_with = "StoredSecret::write")]
    pub old_secret: StoredSecret,
    pub at: Time,
    /// The reason of the pause of one that has no secret any more.
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Paused {
    pub id: i64,
    pub at: Time,
    pub why: String,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct RemovedSubscription {
    pub id: i64,
}

/// Inserts it, or saves an operator's changes; its position in the event log stays.
pub static SAVE: Statement<Subscription> = Statement::new(
    "subscription.save",
    230,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into subscription (id, name, configured, account, url, secret, old_secret, old_secret_until, filter, state,
       paused_at, paused_why, resumed_at, heard_at, after, created_at)
     select cast(value ->> 'id' as bigint), value ->> 'name', cast(value ->> 'configured' as boolean),
       value ->> 'account', value ->> 'url', value ->> 'secret', value ->> 'old_secret',
       cast(value ->> 'old_secret_until' as bigint), value -> 'filter', value ->> 'state',
       cast(value ->> 'paused_at' as bigint), value ->> 'paused_why', cast(value ->> 'resumed_at' as bigint),
       cast(value ->> 'heard_at' as bigint), cast(value ->> 'after' as bigint), cast(value ->> 'created_at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set name = excluded.name, url = excluded.url, secret = excluded.secret,
       old_secret = excluded.old_secret, old_secret_until = excluded.old_secret_until, filter = excluded.filter,
       account = excluded.account, state = excluded.state, paused_at = excluded.paused_at,
       paused_why = excluded.paused_why, resumed_at = excluded.resumed_at",
);

/// Only moves forward. The row loses if the subscription is already further or was deleted: then no delivery is queued
/// for it.
pub static ADVANCED: Statement<ReadPosition> = Statement::new(
    "subscription.advanced",
    231,
    RowContract::Must,
    |row| row.id.into(),
    "update subscription set after = cast(value ->> 'after' as bigint)
     from {rows} as input
     where subscription.id = cast(value ->> 'id' as bigint)
       and subscription.after < cast(value ->> 'after' as bigint)
     returning id",
);

pub static HEARD: Statement<AcceptedDelivery> = Statement::new(
    "subscription.heard",
    232,
    RowContract::Plain,
    |row| row.id.into(),
    "update subscription set heard_at = cast(value ->> 'at' as bigint)
     from {rows} as input where subscription.id = cast(value ->> 'id' as bigint)",
);

/// Tells the ids that were not paused before.
pub static PAUSED: Statement<Paused> = Statement::new(
    "subscription.paused",
    233,
    RowContract::Tell,
    |row| row.id.into(),
    "update subscription set state = 'paused', paused_at = cast(value ->> 'at' as bigint),
       paused_why = value ->> 'why'
     from {rows} as input
     where subscription.id = cast(value ->> 'id' as bigint) and subscription.state = 'active'
     returning id",
);

/// The row loses if there is no such subscription.
pub static DELETE: Statement<RemovedSubscription> = Statement::new(
    "subscription.delete",
    234,
    RowContract::Must,
    |row| row.id.into(),
    "delete from subscription where id in (select cast(value ->> 'id' as bigint) from {rows} as input)
     returning id",
);

pub static ENCRYPT: Statement<NewSecrets> = Statement::new(
    "subscription.encrypt",
    300,
    RowContract::Plain,
    |row| row.id.into(),
    "update subscription set secret = value ->> 'secret', old_secret = nullif(value ->> 'old_secret', '')
     from {rows} as input where subscription.id = cast(value ->> 'id' as bigint)",
);

/// Pauses the subscription if it has no secret any more.
pub static FORGET: Statement<LostSecrets> = Statement::new(
    "subscription.forget",
    301,
    RowContract::Plain,
    |row| row.id.into(),
    "update subscription set secret = value ->> 'secret', old_secret = nullif(value ->> 'old_secret', ''),
       state = case when value ->> 'secret' = '' then 'paused' else subscription.state end,
       paused_at = case when value ->> 'secret' = '' then cast(value ->> 'at' as bigint)
         else subscription.paused_at end,
       paused_why = case when value ->> 'secret' = '' then value ->> 'why' else subscription.paused_why end
     from {rows} as input where subscription.id = cast(value ->> 'id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] =
    &[&SAVE.sql, &ADVANCED.sql, &HEARD.sql, &PAUSED.sql, &DELETE.sql, &ENCRYPT.sql, &FORGET.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, name, configured, account, url, secret, old_secret, old_secret_until,
               cast(filter as text) as filter, state, paused_at, paused_why, resumed_at, heard_at, after, created_at
             from subscription ",
            $rest
        )
    };
}

/// Reads the whole table: there are few (`SUBSCRIPTIONS_MAX` for each account).
static ALL: Query = Query { name: "subscription.all", text: select!("order by id") };
static FIND: Query = Query { name: "subscription.find", text: select!("where id = $1") };

pub(crate) static QUERIES: &[&Query] = &[&ALL, &FIND];

pub async fn all(store: &Store) -> Result<Vec<Subscription>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub async fn find(store: &Store, id: i64) -> Result<Option<Subscription>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

impl Serialize for Subscription {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = Columns {
            id: self.id,
            name: &self.name,
            configured: self.configured,
            account: self.account.as_ref().map_or("", AccountName::as_str),
            url: &self.url,
            secret: self.secret.text(),
            old_secret: self.old_secret.as_ref().map(|(secret, _)| secret.text()),
            old_secret_until: self.old_secret.as_ref().map(|(_, until)| *until),
            filter: &self.filter,
            state: if self.paused.is_some() { "paused" } else { "active" },
            paused_at: self.paused.as_ref().map(|(at, _)| *at),
            paused_why: self.paused.as_ref().map(|(_, why)| why.as_str()),
            resumed_at: self.resumed_at,
            heard_at: self.heard_at,
            after: self.after,
            created_at: self.created_at,
        };
        columns.serialize(serializer)
    }
}

fn read(row: &Row) -> Result<Subscription, ReadError> {
    let account = row.text("account")?;
    let old = row.maybe_text("old_secret")?.map(StoredSecret::of_column).zip(row.maybe_time("old_secret_until")?);
    let why = row.maybe_text("paused_why")?.unwrap_or_default();
    Ok(Subscription {
        id: row.number("id")?,
        name: row.text("name")?,
        configured: row.flag("configured")?,
        account: (!account.is_empty()).then(|| account.into()),
        url: row.text("url")?,
        secret: StoredSecret::of_column(row.text("secret")?),
        old_secret: old,
        filter: row.json("filter")?,
        paused: row.maybe_time("paused_at")?.map(|at| (at, why)),
        resumed_at: row.time("resumed_at")?,
        heard_at: row.maybe_time("heard_at")?,
        after: row.number("after")?,
        created_at: row.time("created_at")?,
    })
}
