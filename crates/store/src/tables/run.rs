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
use serde::{Deserialize, Serialize};

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

/// The place of a run in a list by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub at: Time,
    pub id: i64,
}

impl Place {
    /// Behind all runs: the first page of a list, which begins with the newest.
    pub const LAST: Place = Place { at: Time(i64::MAX), id: i64::MAX };
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

/// An empty `flow` means all.
static BETWEEN: Query = Query {
    name: "run.between",
    text: select!(
        "where started_at >= $1 and started_at < $2 and (started_at, id) < ($3, $4) and ($5 = '' or flow = $5)
         order by started_at desc, id desc limit $6"
    ),
};
/// The states are listed as in the partial index, word for word: otherwise SQLite does not use the index.
static BAD: Query = Query {
    name: "run.bad",
    text: select!(
        "where (outcome = 'failed' or outcome = 'undelivered' or outcome = 'refused') and outcome = $1 and id < $2
         order by id desc limit $3"
    ),
};
/// As of `open`, `+id` makes SQLite begin with the few runs that have such a message.
static WITH_ERROR: Query = Query {
    name: "run.with_error",
    text: select!(
        "where (conversation_id, number) in (select outbound.conversation_id, outbound.run from outbound
             where outbound.error_code is not null and outbound.error_code = $1 and outbound.run is not null)
           and +id < $2 order by +id desc limit $3"
    ),
};
static HAS_ERROR: Query = Query {
    name: "run.has_error",
    text: "select id from outbound
      where error_code is not null and error_code = $1 and conversation_id = $2 and run = $3 limit 1",
};

static SAID_AT: Query = Query {
    name: "run.said_at",
    text: "select data ->> 'step' as step, created_at from outbound
      where conversation_id = $1 and run = $2 and created_at >= $3 and data ->> 'step' is not null
      order by id limit $4",
};

static EXITS: Query = Query {
    name: "run.exits",
    text: "select flow, coalesce(reason, outcome) as word, count(*) as n from run
      where flow = $1 and ended_at is not null group by flow, coalesce(reason, outcome) order by n desc, word",
};

pub(crate) static QUERIES: &[&Query] = &[
    &EXPIRE.page,
    &PAGE,
    &OF_FLOW,
    &OF,
    &NUMBERED,
    &FIND,
    &OF_START,
    &OF_CONTACT,
    &OPEN,
    &BETWEEN,
    &BAD,
    &WITH_ERROR,
    &HAS_ERROR,
    &SAID_AT,
    &EXITS,
];

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

/// The runs that began in a period (its end excluded), newest first.
pub async fn between(
    store: &Store,
    (since, until): (Time, Time),
    flow: Option<&FlowName>,
    before: Place,
    limit: i64,
) -> Result<Vec<Run>, ReadError> {
    let flow = flow.map(FlowName::as_str).unwrap_or_default();
    let period = [since.into(), until.into(), before.at.into(), before.id.into(), flow.into(), limit.into()];
    store.all(&BETWEEN, &period, read).await
}

/// True if the run went wrong; few runs do.
pub fn is_bad(end: RunEnd) -> bool {
    matches!(end, RunEnd::Failed | RunEnd::Undelivered | RunEnd::Refused)
}

/// The runs that went wrong in this way, newest first.
pub async fn bad(store: &Store, end: RunEnd, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&BAD, &[end.as_str().into(), before.into(), limit.into()], read).await
}

/// The runs of whose messages one has this error code of the provider, newest first.
pub async fn with_error(store: &Store, code: &str, before: i64, limit: i64) -> Result<Vec<Run>, ReadError> {
    store.all(&WITH_ERROR, &[code.into(), before.into(), limit.into()], read).await
}

/// True if a message of this run has the error code.
pub async fn has_error(store: &Store, run: &Run, code: &str) -> Result<bool, ReadError> {
    let place = [code.into(), run.conversation_id.0.into(), i64::from(run.number).into()];
    Ok(store.one(&HAS_ERROR, &place, |row| row.number("id")).await?.is_some())
}

/// The steps whose messages the run has written, with the time of each, oldest first.
pub async fn said_at(store: &Store, run: &Run, limit: i64) -> Result<Vec<(String, Time)>, ReadError> {
    let args = [run.conversation_id.0.into(), i64::from(run.number).into(), run.started_at.into(), limit.into()];
    store.all(&SAID_AT, &args, |row| Ok((row.text("step")?, row.time("created_at")?))).await
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
