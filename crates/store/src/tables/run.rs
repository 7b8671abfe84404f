//! `run`: executions of flows, for lists, statistics and the alarm of a failing flow.

use crate::model::effect::RunEnd;
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, FlowName, StartId, VersionId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub number: u32,
    pub contact_id: ContactId,
    pub flow: FlowName,
    pub version_id: VersionId,
    pub trigger_key: String,
    /// The planned start of this run.
    pub start_id: Option<StartId>,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub outcome: Option<RunEnd>,
    /// Why a stopped run was stopped: one word.
    pub reason: Option<String>,
}

/// How many runs of a flow ended in this way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exits {
    pub flow: FlowName,
    /// The reason if there is one, otherwise the outcome.
    pub reason: String,
    pub count: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Ended {
    pub conversation_id: ConversationId,
    pub number: u32,
    pub at: Time,
    pub outcome: RunEnd,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct RunVersion {
    pub conversation_id: ConversationId,
    pub number: u32,
    pub version_id: VersionId,
}

/// Inserts a run that began. A run that began and ended in the same turn is written once, with its end.
pub static BEGAN: Statement<Run> = Statement::new(
    "run.began",
    210,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into run
       (id, conversation_id, number, contact_id, flow, version_id, trigger_key, start_id, started_at, ended_at,
        outcome, reason)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'number' as bigint), cast(value ->> 'contact_id' as bigint), value ->> 'flow',
       cast(value ->> 'version_id' as bigint), value ->> 'trigger_key', cast(value ->> 'start_id' as bigint),
       cast(value ->> 'started_at' as bigint), cast(value ->> 'ended_at' as bigint), value ->> 'outcome',
       value ->> 'reason'
     from {rows} as input where true
     on conflict (conversation_id, number) do nothing",
);

pub static ENDED: Statement<Ended> = Statement::new(
    "run.ended",
    211,
    RowContract::Plain,
    |row| row.conversation_id.0.into(),
    "update run set ended_at = cast(value ->> 'at' as bigint), outcome = value ->> 'outcome',
       reason = value ->> 'reason'
     from {rows} as input
     where run.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and run.number = cast(value ->> 'number' as bigint) and run.ended_at is null",
);

pub static EXPIRE: Expire = expire!("run", 212, "started_at", "ended_at is not null");

/// The run moves to another version of its flow.
pub static MOVED: Statement<RunVersion> = Statement::new(
    "run.moved",
    213,
    RowContract::Plain,
    |row| row.conversation_id.0.into(),
    "update run set version_id = cast(value ->> 'version_id' as bigint)
     from {rows} as input
     where run.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and run.number = cast(value ->> 'number' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&BEGAN.sql, &ENDED.sql, &MOVED.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, conversation_id, number, contact_id, flow, version_id, trigger_key, start_id, started_at,
               ended_at, outcome, reason from run ",
            $rest
        )
    };
}

static PAGE: Query = Query { name: "run.page", text: select!("where id < $1 order by id desc limit $2") };
static OF_FLOW: Query =
    Query { name: "run.of_flow", text: select!("where flow = $1 and id < $2 order by id desc limit $3") };
static OF: Query =
    Query { name: "run.of", text: select!("where conversation_id = $1 and number < $2 order by number desc limit $3") };
static NUMBERED: Query = Query { name: "run.numbered", text: select!("where conversation_id = $1 and number = $2") };
static FIND: Query = Query { name: "run.find", text: select!("where id = $1") };
static OF_START: Query = Query { name: "run.of_start", text: select!("where start_id = $1 and start_id is not null") };
static OF_CONTACT: Query = Query {
    name: "run.of_contact",
    text: select!(
        "where conversation_id in (select conversation.id from conversation where conversation.contact_id = $1)
           and id < $2 order by id desc limit $3"
    ),
};
/// `+id` makes SQLite sort the few open runs instead of walking the primary key past all ended ones.
static OPEN: Query =
    Query { name: "run.open", text: select!("where ended_at is null and +id < $1 order by +id desc limit $2") };

static EXITS: Query = Query {
    name: "run.exits",
    text: "select flow, coalesce(reason, outcome) as word, count(*) as n from run
      where flow = $1 and ended_at is not null group by flow, coalesce(reason, outcome) order by n desc, word",
};

pub(crate) static QUERIES: &[&Query] =
    &[&EXPIRE.page, &PAGE, &OF_FLOW, &OF, &NUMBERED, &FIND, &OF_START, &OF_CONTACT, &OPEN, &EXITS];

/// All runs, newest first. `before` is the id of the previous page's last one; `i64::MAX` for the first page.
pub async fn page(store: &Store, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&PAGE, &[before.into(), limit.into()], read).await
}

pub async fn find(store: &Store, id: i64) -> Result<Option<Run>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// The run of a start.
pub async fn of_start(store: &Store, start: StartId) -> Result<Option<Run>, ReadError> {
    store.one(&OF_START, &[start.0.into()], read).await
}

/// A run by its number within its conversation, which is the only id that the engine knows.
pub async fn numbered(store: &Store, conversation: ConversationId, number: u32) -> Result<Option<Run>, ReadError> {
    store.one(&NUMBERED, &[conversation.0.into(), i64::from(number).into()], read).await
}

/// The runs of a contact in all its conversations, newest first; `before` is the id of the previous page's last one.
pub async fn of_contact(store: &Store, contact: ContactId, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&OF_CONTACT, &[contact.0.into(), before.into(), limit.into()], read).await
}

pub async fn of_flow(store: &Store, flow: &FlowName, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&OF_FLOW, &[flow.as_str().into(), before.into(), limit.into()], read).await
}

/// The runs of a conversation, newest first; `before` is the number of the previous page's last one.
pub async fn of(store: &Store, conversation: ConversationId, before: u32, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&OF, &[conversation.0.into(), i64::from(before).into(), limit.into()], read).await
}

/// Runs that have not ended, newest first; `before` is the id of the previous page's last one.
pub async fn open(store: &Store, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&OPEN, &[before.into(), limit.into()], read).await
}

/// The reasons for which runs of a flow ended, the most frequent first.
pub async fn exits(store: &Store, flow: &FlowName) -> Result<Vec<Exits>, ReadError> {
    store
        .all(&EXITS, &[flow.as_str().into()], |row| {
            Ok(Exits { flow: row.text("flow")?.into(), reason: row.text("word")?, count: row.number("n")? })
        })
        .await
}

fn read(row: &Row) -> Result<Run, ReadError> {
    let outcome = match row.maybe_text("outcome")? {
        Some(_) => Some(row.word("outcome")?),
        None => None,
    };
    Ok(Run {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        number: row.small("number")?,
        contact_id: ContactId(row.number("contact_id")?),
        flow: row.text("flow")?.into(),
        version_id: VersionId(row.number("version_id")?),
        trigger_key: row.text("trigger_key")?,
        start_id: row.maybe_number("start_id")?.map(StartId),
        started_at: row.time("started_at")?,
        ended_at: row.maybe_time("ended_at")?,
        outcome,
        reason: row.maybe_text("reason")?,
    })
}
