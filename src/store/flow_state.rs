//! `flow_state`: flows that were paused because all their last runs failed.

use super::{Query, ReadError, Sql, Statement, Store, Wins};
use crate::base::{ids::FlowName, time::Time};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowState {
    pub flow: FlowName,
    /// `None`: running.
    pub paused_at: Option<Time>,
    pub reason: Option<String>,
    /// Runs up to this id no longer count for the alarm: the flow was mended and started again.
    pub since_run: i64,
}

pub static SET: Statement<FlowState> = Statement::new(
    "flow_state.set",
    90,
    Wins::Plain,
    |row| row.flow.as_str().into(),
    "insert into flow_state (flow, paused_at, reason, since_run)
     select value ->> 'flow', cast(value ->> 'paused_at' as bigint), value ->> 'reason',
       cast(value ->> 'since_run' as bigint)
     from {rows} as input where true
     on conflict (flow) do update set paused_at = excluded.paused_at, reason = excluded.reason,
       since_run = excluded.since_run",
);

pub(super) static STATEMENTS: &[&Sql] = &[&SET.sql];

/// Read whole: one row per flow that ever failed so.
static ALL: Query =
    Query { name: "flow_state.all", text: "select flow, paused_at, reason, since_run from flow_state order by flow" };

pub(super) static QUERIES: &[&Query] = &[&ALL];

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
