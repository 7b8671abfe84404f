//! `early_status`: statuses that came before the provider's answer to the send whose id they carry.
//!
//! `outbound::status` writes a row if no message has the id yet; `outbound::settle` applies and removes it.

use super::outbound::StatusRow;
use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::ids::{OutboundId, ProviderId, SenderId},
    queries::retention::OlderThan,
};
use serde::Serialize;

/// A message whose provider's id has become known.
#[derive(Debug, Clone, Serialize)]
pub struct IdentifiedMessage {
    pub id: OutboundId,
    pub sender_id: SenderId,
    pub provider_id: ProviderId,
}

pub(crate) static INSERT: Statement<StatusRow> = Statement::new(
    "early_status.insert",
    157,
    RowContract::Plain,
    |row| row.provider_id.as_str().into(),
    "insert into early_status (sender_id, provider_id, rank, at, error_code, error_text, received_at)
     select cast(value ->> 'sender_id' as bigint), value ->> 'provider_id', cast(value ->> 'rank' as bigint),
       cast(value ->> 'at' as bigint), value ->> 'error_code', value ->> 'error_text',
       cast(value ->> 'received_at' as bigint)
     from {rows} as input
     where not exists (select 1 from outbound
       where outbound.sender_id = cast(value ->> 'sender_id' as bigint)
         and outbound.provider_id = value ->> 'provider_id')
     on conflict (sender_id, provider_id, rank) do nothing",
);

pub(crate) static FORGET: Statement<IdentifiedMessage> = Statement::new(
    "early_status.forget",
    159,
    RowContract::Plain,
    |row| row.id.0.into(),
    "delete from early_status
     where (sender_id, provider_id) in
       (select cast(value ->> 'sender_id' as bigint), value ->> 'provider_id' from {rows} as input)",
);

/// Removes statuses whose message never came. The table is small: no index on the time.
pub static EXPIRE: Statement<OlderThan> = Statement::new(
    "early_status.expire",
    160,
    RowContract::All,
    |row| row.before.0.into(),
    "delete from early_status where (sender_id, provider_id, rank) in
       (select sender_id, provider_id, rank from early_status, {rows} as input
        where received_at < cast(input.value ->> 'before' as bigint) limit 50)
     returning sender_id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &FORGET.sql, &EXPIRE.sql];

static ANY: Query = Query { name: "early_status.any", text: "select sender_id from early_status limit 1" };

pub(crate) static QUERIES: &[&Query] = &[&ANY];

/// True if any status waits for its message.
pub async fn any(store: &Store) -> Result<bool, ReadError> {
    Ok(store.one(&ANY, &[], |row| row.number("sender_id")).await?.is_some())
}
