//! `broadcast`: one-off sends of a flow to many contacts, and how far they are planned.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, ContactId, ConversationId, FlowName, OutboundId},
        time::Time,
    },
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Broadcast {
    pub id: i64,
    pub account: AccountName,
    pub flow: FlowName,
    /// The audience, the time, the rate and the inputs; a JSON object.
    pub data: serde_json::Value,
    pub state: BroadcastState,
    /// The number of contacts in the audience when the draft was made.
    pub people: i64,
    /// Contacts of earlier moments and zones, and contacts of this zone up to the cursor, are planned.
    pub zone: String,
    pub cursor_contact_id: ContactId,
    pub planned: i64,
    pub next_slot_at: Time,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub done_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BroadcastState {
    /// Not confirmed yet.
    Draft,
    Running,
    Paused,
    Stopped,
    /// All contacts are planned; the last ones may still wait for their slots.
    Done,
}

impl BroadcastState {
    pub const fn as_str(self) -> &'static str {
        match self {
            BroadcastState::Draft => "draft",
            BroadcastState::Running => "running",
            BroadcastState::Paused => "paused",
            BroadcastState::Stopped => "stopped",
            BroadcastState::Done => "done",
        }
    }
}

/// A state change by an operator. The row loses if the broadcast is in none of the states from which the change is
/// allowed.
#[derive(Debug, Clone, Serialize)]
pub struct BroadcastTransition {
    pub id: i64,
    pub from: BroadcastState,
    pub to: BroadcastState,
    pub at: Time,
    /// For a change back to running: the next slot is at this time or at its planned time, whichever is later.
    pub slots_from: Time,
}

pub static INSERT: Statement<Broadcast> = Statement::new(
    "broadcast.insert",
    310,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into broadcast
       (id, account, flow, data, state, people, zone, cursor_contact_id, planned, next_slot_at, created_at, started_at,
        done_at)
     select cast(value ->> 'id' as bigint), value ->> 'account', value ->> 'flow', value -> 'data',
       value ->> 'state', cast(value ->> 'people' as bigint), value ->> 'zone',
       cast(value ->> 'cursor_contact_id' as bigint), cast(value ->> 'planned' as bigint),
       cast(value ->> 'next_slot_at' as bigint), cast(value ->> 'created_at' as bigint),
       cast(value ->> 'started_at' as bigint), cast(value ->> 'done_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static TURN: Statement<BroadcastTransition> = Statement::new(
    "broadcast.turn",
    311,
    RowContract::Tell,
    |row| row.id.into(),
    "update broadcast set state = value ->> 'to',
       started_at = case when value ->> 'to' = 'running' and broadcast.started_at is null
         then cast(value ->> 'at' as bigint) else broadcast.started_at end,
       next_slot_at = case when value ->> 'to' = 'running'
           and broadcast.next_slot_at < cast(value ->> 'slots_from' as bigint)
         then cast(value ->> 'slots_from' as bigint) else broadcast.next_slot_at end,
       done_at = case when value ->> 'to' = 'stopped' then cast(value ->> 'at' as bigint) else broadcast.done_at end
     from {rows} as input
     where broadcast.id = cast(value ->> 'id' as bigint) and broadcast.state = value ->> 'from'
     returning id",
);

/// Moves the cursor forward, in the commit that inserts the starts. The row loses if the broadcast is not running:
/// then these starts are not inserted.
pub static ADVANCE: Statement<Broadcast> = Statement::new(
    "broadcast.advance",
    312,
    RowContract::Must,
    |row| row.id.into(),
    "update broadcast set zone = value ->> 'zone', cursor_contact_id = cast(value ->> 'cursor_contact_id' as bigint),
       planned = cast(value ->> 'planned' as bigint), next_slot_at = cast(value ->> 'next_slot_at' as bigint),
       state = value ->> 'state', done_at = cast(value ->> 'done_at' as bigint)
     from {rows} as input
     where broadcast.id = cast(value ->> 'id' as bigint) and broadcast.state = 'running'
     returning id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &TURN.sql, &ADVANCE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, account, flow, cast(data as text) as data, state, people, zone, cursor_contact_id, planned,
               next_slot_at, created_at, started_at, done_at from broadcast ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "broadcast.find", text: select!("where id = $1") };
static RUNNING: Query =
    Query { name: "broadcast.running", text: select!("where state = 'running' and id > $1 order by id limit $2") };
static PAGE: Query = Query { name: "broadcast.page", text: select!("where id < $1 order by id desc limit $2") };
static PAGE_OF: Query =
    Query { name: "broadcast.page_of", text: select!("where account = $1 and id < $2 order by id desc limit $3") };

/// Begins with the unsent messages: they are few, however much was sent before.
static KEPT: Query = Query {
    name: "broadcast.kept",
    text: "select outbound.id as id, outbound.contact_id as contact_id, outbound.conversation_id as conversation_id,
        outbound.run as run
      from outbound join run on run.conversation_id = outbound.conversation_id and run.number = outbound.run
        join broadcast on broadcast.state = 'stopped'
          and run.trigger_key = 'broadcast ' || cast(broadcast.id as text)
      where (outbound.state = 'queued' or outbound.state = 'sending' or outbound.state = 'held'
          or outbound.state = 'unknown')
        and outbound.state = 'queued' and outbound.id > $1
      order by outbound.id limit $2",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &RUNNING, &PAGE, &PAGE_OF, &KEPT];

pub async fn find(store: &Store, id: i64) -> Result<Option<Broadcast>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// Running broadcasts whose contacts are not all planned, oldest first.
pub async fn running(store: &Store, after: i64, limit: i64) -> Result<Vec<Broadcast>, ReadError> {
    store.all(&RUNNING, &[after.into(), limit.into()], read).await
}

/// All broadcasts, or those of one account, newest first. `before` is the id of the previous page's last one;
/// `i64::MAX` for the first page.
pub async fn page(
    store: &Store,
    account: Option<&AccountName>,
    before: i64,
    limit: i64,
) -> Result<Vec<Broadcast>, ReadError> {
    match account {
        None => store.all(&PAGE, &[before.into(), limit.into()], read).await,
        Some(account) => store.all(&PAGE_OF, &[account.as_str().into(), before.into(), limit.into()], read).await,
    }
}

fn read(row: &Row) -> Result<Broadcast, ReadError> {
    Ok(Broadcast {
        id: row.number("id")?,
        account: row.text("account")?.into(),
        flow: row.text("flow")?.into(),
        data: row.json("data")?,
        state: row.word("state")?,
        people: row.number("people")?,
        zone: row.text("zone")?,
        cursor_contact_id: ContactId(row.number("cursor_contact_id")?),
        planned: row.number("planned")?,
        next_slot_at: row.time("next_slot_at")?,
        created_at: row.time("created_at")?,
        started_at: row.maybe_time("started_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}

/// An unsent message of a stopped broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsentMessage {
    pub id: OutboundId,
    pub contact: ContactId,
    pub conversation: ConversationId,
    pub run: u32,
}

/// The unsent messages of all stopped broadcasts with an id above `after`, by id.
pub async fn kept(store: &Store, after: OutboundId, limit: i64) -> Result<Vec<UnsentMessage>, ReadError> {
    let read = |row: &Row| {
        Ok(UnsentMessage {
            id: OutboundId(row.number("id")?),
            contact: ContactId(row.number("contact_id")?),
            conversation: ConversationId(row.number("conversation_id")?),
            run: u32::try_from(row.number("run")?).unwrap_or(u32::MAX),
        })
    };
    store.all(&KEPT, &[after.0.into(), limit.into()], read).await
}
