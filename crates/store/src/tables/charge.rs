//! `fund` and `charge`: the money added to an account, and the cost of its messages. The available balance is always
//! computed: opening balance and top-ups, less settled and reserved charges. It is not stored, so it cannot disagree.

use super::outbound;
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store, WriteSet,
    base::{
        ids::{AccountName, OutboundId},
        time::Time,
    },
};
use serde::{Deserialize, Serialize};

/// Money that was added to an account, or taken out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BalanceChange {
    pub id: i64,
    pub account: AccountName,
    /// In ten-thousandths of the currency unit.
    pub amount: i64,
    /// `opening` or `operator`.
    pub by: String,
    pub note: String,
    pub at: Time,
}

/// The charge for one message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Charge {
    pub outbound_id: OutboundId,
    pub account: AccountName,
    pub state: State,
    pub amount: i64,
    pub category: String,
    pub country: String,
    pub at: Time,
    pub ended_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Reserved,
    Settled,
    Returned,
}

/// The message was delivered and is charged at this price.
#[derive(Debug, Clone, Serialize)]
pub struct Settled {
    pub outbound_id: OutboundId,
    pub amount: i64,
    pub category: String,
    pub at: Time,
}

/// All sums of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub opening: i64,
    pub topped_up: i64,
    pub settled: i64,
    pub reserved: i64,
}

impl Sums {
    pub fn available(&self) -> i64 {
        self.opening + self.topped_up - self.settled - self.reserved
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
struct About {
    id: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Named {
    sender_id: i64,
    provider_id: String,
}

/// Adds money. An opening balance exists once; repeating an id changes nothing. An amount that would bring the
/// account's sum above `BALANCE_MAX` is not added, because a larger sum could not be read any more.
pub static FUND: Statement<BalanceChange> = Statement::new(
    "charge.fund",
    280,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into fund (id, account, amount, by, note, at)
     select cast(value ->> 'id' as bigint), value ->> 'account', cast(value ->> 'amount' as bigint), value ->> 'by',
       value ->> 'note', cast(value ->> 'at' as bigint)
     from {rows} as input
     where abs(coalesce((select sum(fund.amount) from fund where fund.account = input.value ->> 'account'), 0)
       + cast(value ->> 'amount' as bigint)) <= 1000000000000000000
     on conflict do nothing",
);

/// Belongs into the commit that sends the message. A message that is tried again has one charge, not two.
pub static RESERVE: Statement<Charge> = Statement::new(
    "charge.reserve",
    281,
    RowContract::Plain,
    |row| row.outbound_id.0.into(),
    "insert into charge (outbound_id, account, state, amount, category, country, at, ended_at)
     select cast(value ->> 'outbound_id' as bigint), value ->> 'account', value ->> 'state',
       cast(value ->> 'amount' as bigint), value ->> 'category', value ->> 'country', cast(value ->> 'at' as bigint),
       cast(value ->> 'ended_at' as bigint)
     from {rows} as input where true
     on conflict (outbound_id) do update set state = excluded.state, amount = excluded.amount,
       category = excluded.category, at = excluded.at, ended_at = null
     where charge.state <> 'settled'",
);

/// Changes only `reserved` charges: a repeated status settles once.
pub static SETTLE: Statement<Settled> = Statement::new(
    "charge.settle",
    284,
    RowContract::Plain,
    |row| row.outbound_id.0.into(),
    "update charge set state = 'settled', amount = cast(value ->> 'amount' as bigint),
       category = value ->> 'category', ended_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where charge.outbound_id = cast(value ->> 'outbound_id' as bigint) and charge.state = 'reserved'",
);

/// Runs after the statements that change the message's state, in the same commit: it reads the new state.
static RETURN: Statement<About> = Statement::new(
    "charge.return",
    282,
    RowContract::Plain,
    |row| row.id.into(),
    "update charge set state = 'returned', ended_at = lost.at
     from (select outbound.id as id, coalesce(outbound.failed_at, outbound.created_at) as at
       from {rows} as one join outbound on outbound.id = cast(value ->> 'id' as bigint)
       where outbound.state in ('failed', 'skipped', 'dropped')) as lost
     where charge.outbound_id = lost.id and charge.state = 'reserved'",
);

static RETURN_NAMED: Statement<Named> = Statement::new(
    "charge.return_named",
    283,
    RowContract::Plain,
    |row| row.provider_id.as_str().into(),
    "update charge set state = 'returned', ended_at = lost.at
     from (select outbound.id as id, coalesce(outbound.failed_at, outbound.created_at) as at
       from {rows} as one join outbound on outbound.sender_id = cast(value ->> 'sender_id' as bigint)
         and outbound.provider_id = value ->> 'provider_id'
       where outbound.state in ('failed', 'skipped', 'dropped')) as lost
     where charge.outbound_id = lost.id and charge.state = 'reserved'",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&FUND.sql, &RESERVE.sql, &SETTLE.sql, &RETURN.sql, &RETURN_NAMED.sql];

static FUNDS: Query = Query {
    name: "charge.funds",
    text: "select cast(coalesce(sum(case when by = 'opening' then amount else 0 end), 0) as bigint) as opening,
        cast(coalesce(sum(case when by = 'opening' then 0 else amount end), 0) as bigint) as topped_up
      from fund where account = $1",
};
static CHARGES: Query = Query {
    name: "charge.charges",
    text: "select cast(coalesce(sum(case when state = 'settled' then amount else 0 end), 0) as bigint) as settled,
        cast(coalesce(sum(case when state = 'reserved' then amount else 0 end), 0) as bigint) as reserved
      from charge where account = $1 and state <> 'returned'",
};
static FUNDED: Query = Query { name: "charge.funded", text: "select id from fund where id = $1" };
static FIND: Query = Query {
    name: "charge.find",
    text: "select outbound_id, account, state, amount, category, country, at, ended_at from charge
      where outbound_id = $1",
};
static PAGE: Query = Query {
    name: "charge.page",
    text: "select outbound_id, account, state, amount, category, country, at, ended_at from charge
      where account = $1 and outbound_id < $2 order by outbound_id desc limit $3",
};
/// Messages that were delivered, but the process died before it settled their charges.
static ARRIVED: Query = Query {
    name: "charge.arrived",
    text: "select charge.outbound_id as outbound_id, account, charge.state as state, amount, category, country, at,
        ended_at
      from charge join outbound on outbound.id = charge.outbound_id
      where charge.state = 'reserved' and charge.outbound_id > $1
        and (outbound.state = 'delivered' or outbound.state = 'read')
        and coalesce(outbound.delivered_at, outbound.read_at) < $2
      order by charge.outbound_id limit $3",
};

pub(crate) static QUERIES: &[&Query] = &[&FUNDS, &CHARGES, &FUNDED, &FIND, &PAGE, &ARRIVED];

pub async fn sums(store: &Store, account: &AccountName) -> Result<Sums, ReadError> {
    let account = [account.as_str().into()];
    // Reads charges before funds: money added between the two reads is missed, and never counted twice.
    let charges = |row: &Row| Ok((row.number("settled")?, row.number("reserved")?));
    let (settled, reserved) = store.one(&CHARGES, &account, charges).await?.unwrap_or_default();
    let funds = |row: &Row| Ok((row.number("opening")?, row.number("topped_up")?));
    let (opening, topped_up) = store.one(&FUNDS, &account, funds).await?.unwrap_or_default();
    Ok(Sums { opening, topped_up, settled, reserved })
}

/// True if a fund with this id exists.
pub async fn is_funded(store: &Store, id: i64) -> Result<bool, ReadError> {
    Ok(store.one(&FUNDED, &[id.into()], |row| row.number("id")).await?.is_some())
}

pub async fn find(store: &Store, id: OutboundId) -> Result<Option<Charge>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// The charges of one account, newest first. `before` is the message id of the previous page's last one; `i64::MAX`
/// for the first page.
pub async fn page(
    store: &Store,
    account: &AccountName,
    before: OutboundId,
    limit: i64,
) -> Result<Vec<Charge>, ReadError> {
    store.all(&PAGE, &[account.as_str().into(), before.0.into(), limit.into()], read).await
}

/// Reserved charges of messages that were delivered before `until`.
pub async fn arrived(store: &Store, after: OutboundId, until: Time, limit: i64) -> Result<Vec<Charge>, ReadError> {
    store.all(&ARRIVED, &[after.0.into(), until.into(), limit.into()], read).await
}

/// Adds to a write-set the rows that return the reserved money of messages which will not be sent.
pub(crate) fn add_charges(set: &mut WriteSet) {
    let mut returned = WriteSet::new();
    for entry in &set.rows {
        let order = entry.sql.order;
        if order == outbound::SETTLE.sql.order || order == outbound::STATUS_BY_ID.sql.order {
            let failed = entry.row.text("state").is_some_and(|state| matches!(state, "failed" | "skipped" | "dropped"))
                || entry.row.number("rank") == Some(FAILED);
            if let (Some(id), true) = (entry.key.number(), failed) {
                returned.replace(&RETURN, &About { id });
            }
        } else if order == outbound::STATUS_EARLY.sql.order {
            if let Some(id) = entry.row.number("id") {
                returned.replace(&RETURN, &About { id });
            }
        } else if order == outbound::STATUS_BY_PROVIDER.sql.order
            && entry.row.number("rank") == Some(FAILED)
            && let (Some(sender_id), Some(name)) = (entry.row.number("sender_id"), entry.row.text("provider_id"))
        {
            returned.replace(&RETURN_NAMED, &Named { sender_id, provider_id: name.to_owned() });
        }
    }
    set.merge(returned);
}

/// The `rank` of the status `failed`.
const FAILED: i64 = 2;

fn read(row: &Row) -> Result<Charge, ReadError> {
    Ok(Charge {
        outbound_id: OutboundId(row.number("outbound_id")?),
        account: row.text("account")?.into(),
        state: row.word("state")?,
        amount: row.number("amount")?,
        category: row.text("category")?,
        country: row.text("country")?,
        at: row.time("at")?,
        ended_at: row.maybe_time("ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::{BALANCE_MAX, CONNECTIONS_MAX, TOP_UP_MAX};

    #[test]
    fn the_statement_knows_the_limit_and_whatever_passes_at_the_same_time_fits() {
        assert!(FUND.sql.text.contains(&format!("<= {BALANCE_MAX}\n")), "{}", FUND.sql.text);
        let at_once = i64::try_from(TOP_UP_MAX).unwrap().checked_mul(i64::try_from(CONNECTIONS_MAX).unwrap());
        assert!(at_once.and_then(|sum| sum.checked_add(BALANCE_MAX)).is_some());
    }
}
