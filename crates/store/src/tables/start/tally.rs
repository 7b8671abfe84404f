//! Counts the planned starts of a flow in each state, by fire.

use super::StartState;
use crate::{
    Query, ReadError, Row, Store,
    base::{
        ids::{AccountName, FlowName},
        time::Time,
    },
};

/// The number of starts of a fire in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Empty for starts by steps.
    pub minute: String,
    pub trigger_key: String,
    pub state: StartState,
    pub reason: Option<String>,
    pub count: i64,
}

pub(super) static TALLY: Query = Query {
    name: "start.tally",
    text: "select minute, trigger_key, state, reason, count(*) as n from start
      where flow = $1 and minute >= $2 and minute < ':' group by minute, trigger_key, state, reason
      order by minute desc, trigger_key, state, reason limit $3",
};

pub(super) static TALLY_OF: Query = Query {
    name: "start.tally_of",
    text: "select start.minute as minute, start.trigger_key as trigger_key, start.state as state,
        start.reason as reason, count(*) as n
      from start join contact on contact.id = start.contact_id
      where start.flow = $1 and start.minute >= $2 and start.minute < ':' and contact.account = $3
      group by start.minute, start.trigger_key, start.state, start.reason
      order by start.minute desc, start.trigger_key, start.state, start.reason limit $4",
};

pub(super) static BY_STEPS: Query = Query {
    name: "start.by_steps",
    text: "select trigger_key, state, reason, count(*) as n from start
      where flow = $1 and slot_at >= $2 and (trigger_key = 'start' or trigger_key like 'start %')
      group by trigger_key, state, reason order by trigger_key, state, reason limit $3",
};

/// The fires of a flow since a local minute, by state, newest first.
pub async fn tally(store: &Store, flow: &FlowName, since: &str, limit: i64) -> Result<Vec<Tally>, ReadError> {
    store.all(&TALLY, &[flow.as_str().into(), since.into(), limit.into()], read_tally).await
}

/// As `tally`, for the contacts of one account.
pub async fn tally_of(
    store: &Store,
    account: &AccountName,
    flow: &FlowName,
    since: &str,
    limit: i64,
) -> Result<Vec<Tally>, ReadError> {
    let values = [flow.as_str().into(), since.into(), account.as_str().into(), limit.into()];
    store.all(&TALLY_OF, &values, read_tally).await
}

fn read_tally(row: &Row) -> Result<Tally, ReadError> {
    Ok(Tally {
        minute: row.text("minute")?,
        trigger_key: row.text("trigger_key")?,
        state: row.word("state")?,
        reason: row.maybe_text("reason")?,
        count: row.number("n")?,
    })
}

/// The starts of a flow that steps planned for `since` or later, by key and state.
pub async fn by_steps(store: &Store, flow: &FlowName, since: Time, limit: i64) -> Result<Vec<Tally>, ReadError> {
    store
        .all(&BY_STEPS, &[flow.as_str().into(), since.into(), limit.into()], |row| {
            Ok(Tally {
                minute: String::new(),
                trigger_key: row.text("trigger_key")?,
                state: row.word("state")?,
                reason: row.maybe_text("reason")?,
                count: row.number("n")?,
            })
        })
        .await
}
