//! `ledger`: consent as it was given and withdrawn, with what the person saw. Only grows.

use super::{Query, ReadError, Sql, Statement, Store, Wins};
use crate::base::{
    ids::{ContactId, InboundId},
    time::Time,
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerEntry {
    pub id: i64,
    pub contact_id: ContactId,
    /// A topic, or `all`.
    pub topic: String,
    pub given: bool,
    pub at: Time,
    pub by: String,
    pub message_id: Option<InboundId>,
    pub shown: Option<String>,
}

/// What a message says that was not recorded, because it was there already, is not written down again.
pub static INSERT: Statement<LedgerEntry> = Statement::new(
    "ledger.insert",
    220,
    Wins::Plain,
    |row| row.id.into(),
    "insert into ledger (id, contact_id, topic, given, at, by, message_id, shown)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint), value ->> 'topic',
       cast(value ->> 'given' as boolean), cast(value ->> 'at' as bigint), value ->> 'by',
       cast(value ->> 'message_id' as bigint), value ->> 'shown'
     from {rows} as input
     where value ->> 'message_id' is null
       or exists (select 1 from inbound where inbound.id = cast(value ->> 'message_id' as bigint))",
);

pub(super) static STATEMENTS: &[&Sql] = &[&INSERT.sql];

static OF: Query = Query {
    name: "ledger.of",
    text: "select id, contact_id, topic, given, at, by, message_id, shown from ledger
      where contact_id = $1 order by id",
};

pub(super) static QUERIES: &[&Query] = &[&OF];

/// All that a contact ever agreed to or withdrew, oldest first.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<LedgerEntry>, ReadError> {
    store
        .all(&OF, &[contact.0.into()], |row| {
            Ok(LedgerEntry {
                id: row.number("id")?,
                contact_id: ContactId(row.number("contact_id")?),
                topic: row.text("topic")?,
                given: row.flag("given")?,
                at: row.time("at")?,
                by: row.text("by")?,
                message_id: row.maybe_number("message_id")?.map(InboundId),
                shown: row.maybe_text("shown")?,
            })
        })
        .await
}
