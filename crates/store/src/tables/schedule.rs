//! `schedule` and `fire`: scheduled triggers, and how far their fires are planned.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, FlowName},
        time::Time,
    },
};
use serde::Serialize;

/// A scheduled trigger of a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    pub flow: FlowName,
    pub trigger_key: String,
    pub published_at: Time,
    pub planned_until: Time,
}

/// One local minute of a trigger in one zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FireRow {
    pub flow: FlowName,
    pub trigger_key: String,
    /// The contacts' time zone; empty: contacts without one.
    pub zone: String,
    /// `2026-03-28T10:00`.
    pub minute: String,
    pub at: Time,
    pub cursor_contact_id: ContactId,
    /// The first free slot of the rate limit.
    pub next_slot_at: Time,
    pub created_at: Time,
    pub done_at: Option<Time>,
}

/// Registers a trigger from now on; a known trigger keeps its times.
pub static PUBLISH: Statement<Schedule> = Statement::new(
    "schedule.publish",
    40,
    RowContract::Plain,
    |row| row.trigger_key.as_str().into(),
    "insert into schedule (flow, trigger_key, published_at, planned_until)
     select value ->> 'flow', value ->> 'trigger_key', cast(value ->> 'published_at' as bigint),
       cast(value ->> 'planned_until' as bigint)
     from {rows} as input where true
     on conflict (flow, trigger_key) do nothing",
);

/// Moves `planned_until` forward, in the commit that inserts the fires.
pub static PLANNED: Statement<Schedule> = Statement::new(
    "schedule.planned",
    41,
    RowContract::Plain,
    |row| row.trigger_key.as_str().into(),
    "update schedule set planned_until = cast(value ->> 'planned_until' as bigint)
     from {rows} as input
     where schedule.flow = value ->> 'flow' and schedule.trigger_key = value ->> 'trigger_key'
       and schedule.planned_until < cast(value ->> 'planned_until' as bigint)",
);

/// Begins to plan a fire; an existing one keeps its cursor.
pub static FIRE: Statement<FireRow> = Statement::new(
    "fire.insert",
    42,
    RowContract::Plain,
    |row| row.minute.as_str().into(),
    "insert into fire (flow, trigger_key, zone, minute, at, cursor_contact_id, next_slot_at, created_at, done_at)
     select value ->> 'flow', value ->> 'trigger_key', value ->> 'zone', value ->> 'minute',
       cast(value ->> 'at' as bigint), cast(value ->> 'cursor_contact_id' as bigint),
       cast(value ->> 'next_slot_at' as bigint), cast(value ->> 'created_at' as bigint),
       cast(value ->> 'done_at' as bigint)
     from {rows} as input where true
     on conflict (flow, trigger_key, zone, minute) do nothing",
);

/// Moves the cursor forward, in the commit that inserts the starts; `done_at` ends it.
pub static ADVANCE: Statement<FireRow> = Statement::new(
    "fire.advance",
    43,
    RowContract::Plain,
    |row| row.minute.as_str().into(),
    "update fire set cursor_contact_id = cast(value ->> 'cursor_contact_id' as bigint),
       next_slot_at = cast(value ->> 'next_slot_at' as bigint), done_at = cast(value ->> 'done_at' as bigint)
     from {rows} as input
     where fire.flow = value ->> 'flow' and fire.trigger_key = value ->> 'trigger_key'
       and fire.zone = value ->> 'zone' and fire.minute = value ->> 'minute'
       and fire.cursor_contact_id <= cast(value ->> 'cursor_contact_id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&PUBLISH.sql, &PLANNED.sql, &FIRE.sql, &ADVANCE.sql];

macro_rules! fire {
    ($rest:literal) => {
        concat!(
            "select flow, trigger_key, zone, minute, at, cursor_contact_id, next_slot_at, created_at, done_at
             from fire ",
            $rest
        )
    };
}

/// Reads the whole table: it has one row for each trigger.
static ALL: Query = Query {
    name: "schedule.all",
    text: "select flow, trigger_key, published_at, planned_until from schedule order by flow, trigger_key",
};
static OF: Query =
    Query { name: "fire.of", text: fire!("where flow = $1 and trigger_key = $2 order by zone, minute desc limit $3") };

static ONE: Query =
    Query { name: "fire.one", text: fire!("where flow = $1 and trigger_key = $2 and zone = $3 and minute = $4") };

static LINE: Query = Query {
    name: "fire.line",
    text: "select max(next_slot_at) as at from fire where flow = $1 and trigger_key = $2 and minute = $3",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL, &OF, &ONE, &LINE];

pub async fn all(store: &Store) -> Result<Vec<Schedule>, ReadError> {
    store
        .all(&ALL, &[], |row| {
            Ok(Schedule {
                flow: row.text("flow")?.into(),
                trigger_key: row.text("trigger_key")?,
                published_at: row.time("published_at")?,
                planned_until: row.time("planned_until")?,
            })
        })
        .await
}

/// How far a fire is planned; `None` if it has not begun.
pub async fn fire(
    store: &Store,
    flow: &FlowName,
    trigger_key: &str,
    zone: &str,
    minute: &str,
) -> Result<Option<FireRow>, ReadError> {
    store.one(&ONE, &[flow.as_str().into(), trigger_key.into(), zone.into(), minute.into()], read).await
}

/// The first free slot of a local minute over all zones; `None` if no zone has reached the minute.
pub async fn line(store: &Store, flow: &FlowName, trigger_key: &str, minute: &str) -> Result<Option<Time>, ReadError> {
    let args = [flow.as_str().into(), trigger_key.into(), minute.into()];
    let found = store.one(&LINE, &args, |row| row.maybe_time("at")).await?;
    Ok(found.flatten())
}

/// The fires of a trigger, for `schedule explain`.
pub async fn fires(store: &Store, flow: &FlowName, trigger_key: &str, limit: i64) -> Result<Vec<FireRow>, ReadError> {
    store.all(&OF, &[flow.as_str().into(), trigger_key.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<FireRow, ReadError> {
    Ok(FireRow {
        flow: row.text("flow")?.into(),
        trigger_key: row.text("trigger_key")?,
        zone: row.text("zone")?,
        minute: row.text("minute")?,
        at: row.time("at")?,
        cursor_contact_id: ContactId(row.number("cursor_contact_id")?),
        next_slot_at: row.time("next_slot_at")?,
        created_at: row.time("created_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}
