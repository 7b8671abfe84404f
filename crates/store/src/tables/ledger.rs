//! `ledger`: consents and withdrawals of contacts, with the text that the contact saw. Append-only.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, ContactId, InboundId},
        time::Time,
    },
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerEntry {
    pub id: i64,
    pub contact_id: ContactId,
    /// A topic, or `all`.
    pub topic: String,
    pub given: bool,
    /// The time of the contact's own act.
    pub at: Time,
    /// `contact`, `flow`, `platform, …`, `operator, as …` or `api, key …, as …`.
    pub by: String,
    pub message_id: Option<InboundId>,
    pub shown: Option<String>,
    /// The time of recording: later than `at` for an act that is reported afterwards.
    pub recorded_at: Time,
}

/// The source of an entry that came by the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntrySource<'a> {
    /// `api` or `operator`.
    pub by: &'a str,
    /// The id of the API key.
    pub key_id: Option<&'a str>,
    /// The calling program's own name.
    pub source: Option<&'a str>,
}

impl LedgerEntry {
    pub fn teller(&self) -> EntrySource<'_> {
        let (by, source) = self.by.split_once(", as ").map_or((self.by.as_str(), None), |(by, as_)| (by, Some(as_)));
        match by.split_once(", key ") {
            Some(("api", id)) => EntrySource { by: "api", key_id: Some(id), source },
            _ if matches!(by, "api" | "operator") => EntrySource { by, key_id: None, source },
            // An entry of the engine or of an older version: the text as stored.
            _ => EntrySource { by: &self.by, key_id: None, source: None },
        }
    }
}

/// An entry of a message that was not recorded, because it is a repetition, is not written again.
pub static INSERT: Statement<LedgerEntry> = Statement::new(
    "ledger.insert",
    220,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into ledger (id, contact_id, topic, given, at, by, message_id, shown, recorded_at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint), value ->> 'topic',
       cast(value ->> 'given' as boolean), cast(value ->> 'at' as bigint), value ->> 'by',
       cast(value ->> 'message_id' as bigint), value ->> 'shown', cast(value ->> 'recorded_at' as bigint)
     from {rows} as input
     where value ->> 'message_id' is null
       or exists (select 1 from inbound where inbound.id = cast(value ->> 'message_id' as bigint))",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql];

macro_rules! select {
    ($with:literal, $from:literal) => {
        concat!(
            $with,
            "select ledger.id as id, contact_id, topic, given, at, by, message_id, shown,
               coalesce(recorded_at, at) as recorded_at from ",
            $from
        )
    };
}

/// Includes the lines of contacts that were joined to this one: these keep the id under which they were written.
/// `cross join` makes SQLite begin with the few contacts.
static OF: Query = Query {
    name: "ledger.of",
    text: select!(
        "with recursive who (id) as (
           select cast($1 as bigint)
           union
           select contact.id from contact join who on cast(contact.data ->> 'joined_to' as text) = cast(who.id as text)
           where contact.data ->> 'joined_to' is not null
         ) ",
        "who cross join ledger where ledger.contact_id = who.id order by ledger.id"
    ),
};

static FIND: Query = Query { name: "ledger.find", text: select!("", "ledger where ledger.id = $1") };

static PAGE: Query = Query {
    name: "ledger.page",
    text: select!("", "ledger where ledger.id > $1 and ($2 = '' or topic = $2) order by ledger.id limit $3"),
};

/// `cross join` makes SQLite scan the ledger in its order and look each contact up.
static PAGE_OF: Query = Query {
    name: "ledger.page_of",
    text: select!(
        "",
        "ledger cross join contact where contact.id = ledger.contact_id and contact.account = $1 and ledger.id > $2
           and ($3 = '' or topic = $3) order by ledger.id limit $4"
    ),
};

pub(crate) static QUERIES: &[&Query] = &[&OF, &FIND, &PAGE, &PAGE_OF];

/// All consents and withdrawals of a contact, oldest first, including those of contacts that were joined to it.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<LedgerEntry>, ReadError> {
    store.all(&OF, &[contact.0.into()], read).await
}

pub async fn find(store: &Store, id: i64) -> Result<Option<LedgerEntry>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// The whole ledger, or that of one account, oldest first. `after` is the id of the previous page's last entry, 0 for
/// the first page; an empty `topic` matches all.
pub async fn page(
    store: &Store,
    account: Option<&AccountName>,
    topic: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<LedgerEntry>, ReadError> {
    match account {
        None => store.all(&PAGE, &[after.into(), topic.into(), limit.into()], read).await,
        Some(account) => {
            store.all(&PAGE_OF, &[account.as_str().into(), after.into(), topic.into(), limit.into()], read).await
        }
    }
}

fn read(row: &Row) -> Result<LedgerEntry, ReadError> {
    Ok(LedgerEntry {
        id: row.number("id")?,
        contact_id: ContactId(row.number("contact_id")?),
        topic: row.text("topic")?,
        given: row.flag("given")?,
        at: row.time("at")?,
        by: row.text("by")?,
        message_id: row.maybe_number("message_id")?.map(InboundId),
        shown: row.maybe_text("shown")?,
        recorded_at: row.time("recorded_at")?,
    })
}
