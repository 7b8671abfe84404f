//! `support_case`: the work of people of the business, with the times by which it is due.

pub mod shadow;
pub mod suggestion;

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, FlowName, SenderId},
        limits::NEVER_DUE,
        time::Time,
    },
    model::session::{CaseState, Person},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SupportCase {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub team: Option<String>,
    pub agent: Option<String>,
    pub state: CaseState,
    pub priority: Option<String>,
    pub summary: Option<String>,
    pub flow: Option<FlowName>,
    /// The run's number in its conversation.
    pub run: Option<u32>,
    pub opened_at: Time,
    pub asked_at: Option<Time>,
    pub answered_at: Option<Time>,
    pub assigned_at: Option<Time>,
    /// `None`: it is not put aside.
    pub snoozed_until: Option<Time>,
    pub due_at: Option<Time>,
    /// `due_at`, or `NEVER_DUE`.
    pub sorted_at: Time,
    pub closed_at: Option<Time>,
}

/// The conversation of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CasePlace {
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
}

/// The end of a case that was open in this conversation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ClosedCase {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub at: Time,
}

/// The cases of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLoad {
    pub agent: String,
    pub open: i64,
}

impl SupportCase {
    /// The row of the person's open case; `None` if there is none, or it has no id yet.
    pub fn of(place: CasePlace, person: &Person) -> Option<SupportCase> {
        let (case, state) = (person.case.as_ref()?, person.case_state()?);
        let due_at = case.due_at();
        Some(SupportCase {
            id: case.id?,
            conversation_id: place.conversation_id,
            contact_id: place.contact_id,
            sender_id: place.sender_id,
            team: person.team.clone(),
            agent: person.agent.clone(),
            state,
            priority: case.priority.clone(),
            summary: case.summary.clone(),
            flow: person.flow.clone(),
            run: person.run,
            opened_at: case.opened_at,
            asked_at: case.asked_at,
            answered_at: case.answered_at,
            assigned_at: case.assigned_at,
            snoozed_until: case.snoozed_until.filter(|_| case.is_snoozed),
            due_at,
            sorted_at: due_at.unwrap_or(NEVER_DUE),
            closed_at: None,
        })
    }
}

/// Runs before `SAVE`: a conversation has one open case. A case that went on in another conversation stays open.
pub static CLOSE: Statement<ClosedCase> = Statement::new(
    "support_case.close",
    132,
    RowContract::Plain,
    |row| row.id.into(),
    "update support_case set state = 'closed', closed_at = cast(value ->> 'at' as bigint), snoozed_until = null
     from {rows} as input where support_case.id = cast(value ->> 'id' as bigint)
       and support_case.conversation_id = cast(value ->> 'conversation_id' as bigint)",
);

/// Inserts the case or changes it; where contacts were joined, it goes on in another conversation.
pub static SAVE: Statement<SupportCase> = Statement::new(
    "support_case.save",
    133,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into support_case (id, conversation_id, contact_id, sender_id, team, agent, state, priority, summary, flow,
       run, opened_at, asked_at, answered_at, assigned_at, snoozed_until, due_at, sorted_at, closed_at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'sender_id' as bigint), value ->> 'team',
       value ->> 'agent', value ->> 'state', value ->> 'priority', value ->> 'summary', value ->> 'flow',
       cast(value ->> 'run' as bigint), cast(value ->> 'opened_at' as bigint), cast(value ->> 'asked_at' as bigint),
       cast(value ->> 'answered_at' as bigint), cast(value ->> 'assigned_at' as bigint),
       cast(value ->> 'snoozed_until' as bigint), cast(value ->> 'due_at' as bigint),
       cast(value ->> 'sorted_at' as bigint), cast(value ->> 'closed_at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set conversation_id = excluded.conversation_id, contact_id = excluded.contact_id,
       sender_id = excluded.sender_id, team = excluded.team, agent = excluded.agent, state = excluded.state,
       priority = excluded.priority, summary = excluded.summary, flow = excluded.flow, run = excluded.run,
       opened_at = excluded.opened_at, asked_at = excluded.asked_at, answered_at = excluded.answered_at,
       assigned_at = excluded.assigned_at, snoozed_until = excluded.snoozed_until, due_at = excluded.due_at,
       sorted_at = excluded.sorted_at, closed_at = excluded.closed_at",
);

/// Closed cases; an open one is kept as long as it is open.
pub static EXPIRE: Expire = expire!("support_case", 136, "closed_at", "closed_at is not null");

pub(crate) static STATEMENTS: &[&Sql] = &[&CLOSE.sql, &SAVE.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, conversation_id, contact_id, sender_id, team, agent, state, priority, summary, flow, run, opened_at,
               asked_at, answered_at, assigned_at, snoozed_until, due_at, sorted_at, closed_at
             from support_case ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "support_case.find", text: select!("where id = $1") };

static OF: Query = Query { name: "support_case.of", text: select!("where contact_id = $1 order by id") };

static OPEN_OF: Query =
    Query { name: "support_case.open_of", text: select!("where conversation_id = $1 and closed_at is null") };

static DUE: Query = Query {
    name: "support_case.due",
    text: select!(
        "where closed_at is null and (sorted_at, id) > ($1, $2)
         order by sorted_at, id limit $3"
    ),
};

static NEWEST: Query = Query {
    name: "support_case.newest",
    text: select!("where closed_at is null and id < $1 order by id desc limit $2"),
};

static CLOSED: Query = Query {
    name: "support_case.closed",
    text: select!(
        "where closed_at is not null and (closed_at, id) < ($1, $2)
         order by closed_at desc, id desc limit $3"
    ),
};

/// Of the open cases: few beside the conversations.
static LOADS: Query = Query {
    name: "support_case.loads",
    text: "select agent, count(*) as n from support_case
      where closed_at is null and agent is not null group by agent order by agent",
};

/// The newest case that each person of a team was given, also of closed ones.
static TURNS: Query = Query {
    name: "support_case.turns",
    text: "select agent, max(assigned_at) as at from support_case
      where team = $1 and agent is not null and assigned_at is not null group by agent order by agent",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &OF, &OPEN_OF, &DUE, &NEWEST, &CLOSED, &LOADS, &TURNS, &EXPIRE.page];

pub async fn find(store: &Store, id: i64) -> Result<Option<SupportCase>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// All cases of a contact, oldest first.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<SupportCase>, ReadError> {
    store.all(&OF, &[contact.0.into()], read).await
}

/// The open case of a conversation.
pub async fn open_of(store: &Store, conversation: ConversationId) -> Result<Option<SupportCase>, ReadError> {
    store.one(&OPEN_OF, &[conversation.0.into()], read).await
}

/// Open cases, the earliest due first; those without a due time come last. `after` is the previous page's last
/// `(sorted_at, id)`.
pub async fn due(store: &Store, after: (Time, i64), limit: i64) -> Result<Vec<SupportCase>, ReadError> {
    store.all(&DUE, &[after.0.into(), after.1.into(), limit.into()], read).await
}

/// Open cases, newest first.
pub async fn newest(store: &Store, before: i64, limit: i64) -> Result<Vec<SupportCase>, ReadError> {
    store.all(&NEWEST, &[before.into(), limit.into()], read).await
}

/// Closed cases, the last one first. `after` is the previous page's last `(closed_at, id)`.
pub async fn closed(store: &Store, after: (Time, i64), limit: i64) -> Result<Vec<SupportCase>, ReadError> {
    store.all(&CLOSED, &[after.0.into(), after.1.into(), limit.into()], read).await
}

/// How many open cases each person has.
pub async fn loads(store: &Store) -> Result<Vec<CaseLoad>, ReadError> {
    store.all(&LOADS, &[], |row| Ok(CaseLoad { agent: row.text("agent")?, open: row.number("n")? })).await
}

/// When each person of a team was last given a case.
pub async fn turns(store: &Store, team: &str) -> Result<Vec<(String, Time)>, ReadError> {
    store.all(&TURNS, &[team.into()], |row| Ok((row.text("agent")?, row.time("at")?))).await
}

fn read(row: &Row) -> Result<SupportCase, ReadError> {
    Ok(SupportCase {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        team: row.maybe_text("team")?,
        agent: row.maybe_text("agent")?,
        state: row.word("state")?,
        priority: row.maybe_text("priority")?,
        summary: row.maybe_text("summary")?,
        flow: row.maybe_text("flow")?.map(FlowName::from),
        run: row.maybe_number("run")?.and_then(|run| u32::try_from(run).ok()),
        opened_at: row.time("opened_at")?,
        asked_at: row.maybe_time("asked_at")?,
        answered_at: row.maybe_time("answered_at")?,
        assigned_at: row.maybe_time("assigned_at")?,
        snoozed_until: row.maybe_time("snoozed_until")?,
        due_at: row.maybe_time("due_at")?,
        sorted_at: row.time("sorted_at")?,
        closed_at: row.maybe_time("closed_at")?,
    })
}
