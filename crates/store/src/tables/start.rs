//! `start`: planned starts of flows, one per flow, trigger, contact and local minute.

mod tally;

use super::broadcast;
use crate::model::event::Reason;
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, FlowName, StartId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::{Deserialize, Serialize};
pub use tally::{Tally, by_steps, tally, tally_of};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedStart {
    pub id: StartId,
    pub flow: FlowName,
    pub trigger_key: String,
    pub contact_id: ContactId,
    /// The local minute of its fire, `2026-03-28T10:00`; for `date:` the value of the field, in the bot's time zone;
    /// for `webhook:` a digest of the request; for a `start` step the value that makes it unique.
    pub minute: String,
    pub slot_at: Time,
    pub state: StartState,
    pub reason: Option<Reason>,
    /// Inputs and event data; a JSON object.
    pub data: serde_json::Value,
    pub created_at: Time,
    pub ended_at: Option<Time>,
}

impl PlannedStart {
    /// True if a `start` step planned it, not a trigger.
    pub fn by_step(&self) -> bool {
        self.trigger_key == "start" || self.trigger_key.starts_with("start ")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartState {
    /// Waits for its slot, or for the end of quiet hours.
    Waiting,
    /// Queued at a busy conversation.
    Queued,
    Begun,
    Refused,
    /// A newer fire of its trigger replaced it.
    Superseded,
}

/// The result of a start, or its new slot.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Decided {
    pub id: StartId,
    pub state: StartState,
    pub reason: Option<Reason>,
    /// The new slot of a postponed start; `None`: unchanged.
    pub slot_at: Option<Time>,
    pub ended_at: Option<Time>,
}

/// Gives all waiting starts of a paused broadcast new slots, in the order in which they were planned.
#[derive(Debug, Clone, Serialize)]
pub struct NewSlots {
    pub broadcast: i64,
    pub flow: FlowName,
    pub trigger_key: String,
    /// The slot of the first start.
    pub from: Time,
    /// The distance between two slots, in microseconds.
    pub gap_us: i64,
}

/// Supersedes all waiting starts of a date trigger and contact, except the one for the value `keeps`.
#[derive(Debug, Clone, Serialize)]
pub struct SupersededDates {
    pub flow: FlowName,
    pub trigger_key: String,
    pub contact_id: ContactId,
    /// Empty: supersede all.
    pub keeps: String,
    pub at: Time,
}

/// Moves the waiting starts of one contact to another.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct MovedStarts {
    pub from: ContactId,
    pub to: ContactId,
}

/// Supersedes the waiting starts under a key of a `start` step, except those of the `minute` in `keeps`. It runs after
/// `DECIDED`: a run that such a start begins may plan the next one under the same key.
#[derive(Debug, Clone, Serialize)]
pub struct SupersededStarts {
    pub contact_id: ContactId,
    pub trigger_key: String,
    /// Empty: supersede all.
    pub keeps: String,
    pub at: Time,
}

pub static TAKE_BACK: Statement<SupersededStarts> = Statement::new(
    "start.take_back",
    57,
    RowContract::Plain,
    |row| row.contact_id.0.into(),
    "update start set state = 'superseded', ended_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where start.contact_id = cast(value ->> 'contact_id' as bigint)
       and start.trigger_key = value ->> 'trigger_key'
       and start.state = 'waiting' and start.minute <> value ->> 'keeps'",
);

/// Inserts planned starts; the argument says what to do with an existing one.
macro_rules! insert {
    ($rest:literal) => {
        concat!(
            "insert into start
               (id, flow, trigger_key, contact_id, minute, slot_at, state, reason, data, created_at, ended_at)
             select cast(value ->> 'id' as bigint), value ->> 'flow', value ->> 'trigger_key',
               cast(value ->> 'contact_id' as bigint), value ->> 'minute',
               cast(value ->> 'slot_at' as bigint), value ->> 'state', value ->> 'reason', value -> 'data',
               cast(value ->> 'created_at' as bigint), cast(value ->> 'ended_at' as bigint)
             from {rows} as input where true
             on conflict (flow, trigger_key, contact_id, minute) ",
            $rest
        )
    };
}

/// Tells the ids that are new: a contact gets each fire once.
pub static INSERT: Statement<PlannedStart> =
    Statement::new("start.insert", 50, RowContract::Tell, |row| row.id.0.into(), insert!("do nothing returning id"));

/// The row loses if the start was already begun, refused or superseded.
pub static DECIDED: Statement<Decided> = Statement::new(
    "start.decided",
    51,
    RowContract::Must,
    |row| row.id.0.into(),
    "update start set state = value ->> 'state', reason = value ->> 'reason',
       slot_at = coalesce(cast(value ->> 'slot_at' as bigint), slot_at),
       ended_at = cast(value ->> 'ended_at' as bigint)
     from {rows} as input
     where start.id = cast(value ->> 'id' as bigint) and start.state in ('waiting', 'queued')
     returning id",
);

/// The date of a contact has changed or is gone: supersedes waiting starts for any other value.
pub static CANCEL: Statement<SupersededDates> = Statement::new(
    "start.cancel",
    54,
    RowContract::Plain,
    |row| row.contact_id.0.into(),
    "update start set state = 'superseded', ended_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where start.flow = value ->> 'flow' and start.trigger_key = value ->> 'trigger_key'
       and start.contact_id = cast(value ->> 'contact_id' as bigint)
       and start.state = 'waiting' and start.minute <> value ->> 'keeps'",
);

/// Plans a contact's start by a date, or moves its slot. A start that has begun or was refused stays so.
pub static PLAN: Statement<PlannedStart> = Statement::new(
    "start.plan",
    55,
    RowContract::Plain,
    |row| row.id.0.into(),
    insert!(
        "do update set slot_at = excluded.slot_at, state = 'waiting', ended_at = null
         where start.state in ('waiting', 'superseded')"
    ),
);

/// Moves the waiting starts of a contact to the contact of the same person, except fires that the other contact
/// already has.
pub static MOVE: Statement<MovedStarts> = Statement::new(
    "start.move",
    56,
    RowContract::Plain,
    |row| row.from.0.into(),
    "update start set contact_id = cast(value ->> 'to' as bigint)
     from {rows} as input
     where start.contact_id = cast(value ->> 'from' as bigint) and start.state = 'waiting'
       and not exists (select 1 from start as other
         where other.flow = start.flow and other.trigger_key = start.trigger_key
           and other.contact_id = cast(value ->> 'to' as bigint) and other.minute = start.minute)",
);

/// Supersedes the waiting starts of a broadcast, if it is in the state `from`.
#[derive(Debug, Clone, Serialize)]
pub struct BroadcastCancel {
    pub broadcast: i64,
    pub from: broadcast::BroadcastState,
    pub flow: FlowName,
    pub trigger_key: String,
    pub at: Time,
}

pub static CALL_OFF: Statement<BroadcastCancel> = Statement::new(
    "start.call_off",
    59,
    RowContract::Plain,
    |row| row.trigger_key.as_str().into(),
    "update start set state = 'superseded', ended_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where start.flow = value ->> 'flow' and start.trigger_key = value ->> 'trigger_key' and start.state = 'waiting'
       and exists (select 1 from broadcast
         where broadcast.id = cast(value ->> 'broadcast' as bigint) and broadcast.state = value ->> 'from')",
);

/// Runs in the commit that resumes the broadcast, before that statement: if the broadcast is not paused, it changes
/// nothing.
pub static LINE_UP: Statement<NewSlots> = Statement::new(
    "start.line_up",
    58,
    RowContract::Plain,
    |row| row.trigger_key.as_str().into(),
    "update start set slot_at = line.slot_at
     from (select waiting.id as id, cast(value ->> 'from' as bigint)
         + (row_number() over (order by waiting.id) - 1) * cast(value ->> 'gap_us' as bigint) / 1000 as slot_at
       from {rows} as input join start as waiting
         on waiting.flow = value ->> 'flow' and waiting.trigger_key = value ->> 'trigger_key'
       where waiting.state = 'waiting' and exists (select 1 from broadcast
         where broadcast.id = cast(value ->> 'broadcast' as bigint) and broadcast.state = 'paused')) as line
     where start.id = line.id",
);

/// Waiting and queued starts stay: a start by a date may wait for years.
pub static EXPIRE: Expire = expire!("start", 53, "created_at", "state not in ('waiting', 'queued')");

pub(crate) static STATEMENTS: &[&Sql] = &[
    &INSERT.sql,
    &DECIDED.sql,
    &CANCEL.sql,
    &PLAN.sql,
    &MOVE.sql,
    &EXPIRE.remove.sql,
    &TAKE_BACK.sql,
    &LINE_UP.sql,
    &CALL_OFF.sql,
];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, flow, trigger_key, contact_id, minute, slot_at, state, reason,
               cast(data as text) as data, created_at, ended_at from start ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "start.find", text: select!("where id = $1") };
static DUE: Query = Query {
    name: "start.due",
    text: select!(
        "where state = 'waiting' and (slot_at, id) > ($1, $2) and slot_at <= $3 order by slot_at, id limit $4"
    ),
};
static WAITING: Query = Query {
    name: "start.waiting",
    text: "select count(*) as n from start where flow = $1 and trigger_key = $2 and state = 'waiting'",
};
static IN_LINE: Query = Query {
    name: "start.in_line",
    text: "select contact_id from start where flow = $1 and trigger_key = $2 and state = 'queued'",
};
static NEXT: Query = Query {
    name: "start.next",
    text: "select slot_at from start where state = 'waiting' and slot_at > $1 order by slot_at limit 1",
};
static OF: Query =
    Query { name: "start.of", text: select!("where contact_id = $1 and id < $2 order by id desc limit $3") };
static CREATED: Query = Query {
    name: "start.created",
    text: "select created_at from start
      where flow = $1 and trigger_key = $2 and contact_id = $3 and minute = $4",
};
static DELIVERED: Query = Query {
    name: "start.delivered",
    text: "select created_at from start
      where flow = $1 and trigger_key = $2 and contact_id = $3 and data ->> 'delivery' = $4 limit 1",
};
pub(crate) static QUERIES: &[&Query] = &[
    &EXPIRE.page,
    &FIND,
    &DUE,
    &WAITING,
    &IN_LINE,
    &NEXT,
    &OF,
    &CREATED,
    &DELIVERED,
    &tally::TALLY,
    &tally::TALLY_OF,
    &tally::BY_STEPS,
];

pub async fn find(store: &Store, id: StartId) -> Result<Option<PlannedStart>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// The starts with a slot at `until` or before, earliest first; `after` is the previous page's last `(slot_at, id)`.
pub async fn due(
    store: &Store,
    after: (Time, StartId),
    until: Time,
    limit: i64,
) -> Result<Vec<PlannedStart>, ReadError> {
    store.all(&DUE, &[after.0.into(), after.1.0.into(), until.into(), limit.into()], read).await
}

/// The number of a trigger's starts that wait for their slot.
pub async fn waiting(store: &Store, flow: &FlowName, trigger_key: &str) -> Result<i64, ReadError> {
    let args = [flow.as_str().into(), trigger_key.into()];
    Ok(store.one(&WAITING, &args, |row| row.number("n")).await?.unwrap_or(0))
}

/// The contacts at whose conversations starts of a trigger are queued.
pub async fn in_line(store: &Store, flow: &FlowName, trigger_key: &str) -> Result<Vec<ContactId>, ReadError> {
    let args = [flow.as_str().into(), trigger_key.into()];
    store.all(&IN_LINE, &args, |row| Ok(ContactId(row.number("contact_id")?))).await
}

/// The first slot after `now`, of all waiting starts.
pub async fn next_slot(store: &Store, now: Time) -> Result<Option<Time>, ReadError> {
    store.one(&NEXT, &[now.into()], |row| row.time("slot_at")).await
}

/// All starts of a contact, newest first; `before` is the id of the previous page's last one.
pub async fn of(
    store: &Store,
    contact: ContactId,
    before: StartId,
    limit: i64,
) -> Result<Vec<PlannedStart>, ReadError> {
    store.all(&OF, &[contact.0.into(), before.0.into(), limit.into()], read).await
}

/// The time at which the start with this key was inserted, if there is one.
pub async fn created(
    store: &Store,
    (flow, trigger_key, contact): (&FlowName, &str, ContactId),
    minute: &str,
) -> Result<Option<Time>, ReadError> {
    let values = [flow.as_str().into(), trigger_key.into(), contact.0.into(), minute.into()];
    store.one(&CREATED, &values, |row| row.time("created_at")).await
}

/// The time at which a start with this delivery id was inserted, if there is one.
pub async fn delivered(
    store: &Store,
    (flow, trigger_key, contact): (&FlowName, &str, ContactId),
    name: &str,
) -> Result<Option<Time>, ReadError> {
    let values = [flow.as_str().into(), trigger_key.into(), contact.0.into(), name.into()];
    store.one(&DELIVERED, &values, |row| row.time("created_at")).await
}

fn read(row: &Row) -> Result<PlannedStart, ReadError> {
    let reason = match row.maybe_text("reason")? {
        Some(_) => Some(row.word("reason")?),
        None => None,
    };
    Ok(PlannedStart {
        id: StartId(row.number("id")?),
        flow: row.text("flow")?.into(),
        trigger_key: row.text("trigger_key")?,
        contact_id: ContactId(row.number("contact_id")?),
        minute: row.text("minute")?,
        slot_at: row.time("slot_at")?,
        state: row.word("state")?,
        reason,
        data: row.json("data")?,
        created_at: row.time("created_at")?,
        ended_at: row.maybe_time("ended_at")?,
    })
}
