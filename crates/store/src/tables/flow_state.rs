//! `flow_state`: flows that are paused, by the alarm for failing runs or by an operator.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{ids::FlowName, time::Time},
    model::pauses::{Paused, Pauses},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowState {
    pub flow: FlowName,
    /// `None`: running.
    pub paused_at: Option<Time>,
    pub reason: Option<String>,
    /// Runs up to this id no longer count for the alarm: an operator has started the flow again.
    pub since_run: i64,
}

pub static SET: Statement<FlowState> = Statement::new(
    "flow_state.set",
    90,
    RowContract::Plain,
    |row| row.flow.as_str().into(),
    "insert into flow_state (flow, paused_at, reason, since_run)
     select value ->> 'flow', cast(value ->> 'paused_at' as bigint), value ->> 'reason',
       cast(value ->> 'since_run' as bigint)
     from {rows} as input where true
     on conflict (flow) do update set paused_at = excluded.paused_at, reason = excluded.reason,
       since_run = excluded.since_run",
);

/// The periods in which an operator paused a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowPauses {
    pub flow: FlowName,
    pub pauses: Pauses,
}

pub static SET_PAUSES: Statement<FlowPauses> = Statement::new(
    "flow_state.set_pauses",
    91,
    RowContract::Plain,
    |row| row.flow.as_str().into(),
    "insert into flow_state (flow, since_run, pauses)
     select value ->> 'flow', 0, cast(value -> 'pauses' as text) from {rows} as input where true
     on conflict (flow) do update set pauses = excluded.pauses",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SET.sql, &SET_PAUSES.sql];

/// Reads the whole table: it has one row for each flow that was ever paused.
static ALL: Query =
    Query { name: "flow_state.all", text: "select flow, paused_at, reason, since_run from flow_state order by flow" };

static PAUSES: Query =
    Query { name: "flow_state.pauses", text: "select flow, pauses from flow_state where pauses is not null" };

/// Stopped broadcasts that still have starts queued at a busy conversation.
static CALLED_OFF: Query = Query {
    name: "flow_state.called_off",
    text: "select id from broadcast where state = 'stopped' and exists (select 1 from start
      where start.flow = broadcast.flow and start.trigger_key = 'broadcast ' || broadcast.id
        and start.state = 'queued')",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL, &PAUSES, &CALLED_OFF];

pub async fn all(store: &Store) -> Result<Vec<FlowState>, ReadError> {
    store
        .all(&ALL, &[], |row| {
            Ok(FlowState {
                flow: row.text("flow")?.into(),
                paused_at: row.maybe_time("paused_at")?,
                reason: row.maybe_text("reason")?,
                since_run: row.number("since_run")?,
            })
        })
        .await
}

/// The flows that are paused now, and the periods in which an operator paused them.
pub async fn paused(store: &Store) -> Result<Paused, ReadError> {
    let failing = all(store).await?.into_iter().filter(|state| state.paused_at.is_some());
    let by_hand = store.all(&PAUSES, &[], |row| Ok((row.text("flow")?.into(), row.json("pauses")?))).await?;
    let called_off = store.all(&CALLED_OFF, &[], |row| row.number("id")).await?;
    Ok(Paused {
        failing: failing.map(|state| state.flow).collect(),
        by_hand: by_hand.into_iter().collect(),
        called_off: called_off.into_iter().collect(),
    })
}
