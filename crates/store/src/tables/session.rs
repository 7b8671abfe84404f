//! `session`: the state of a conversation between two turns.

use crate::model::session::Session;
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId},
        time::Time,
    },
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

#[derive(Debug, Clone, PartialEq)]
pub struct StoredSession {
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub session: Session,
    pub due_at: Option<Time>,
}

/// A session after a turn: its `turn` is one more than the one that was read (from 0 if there was none).
#[derive(Debug, Serialize)]
pub struct SessionUpdate {
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub turn: u64,
    pub data: Box<RawValue>,
    pub due_at: Option<Time>,
    pub calling: bool,
    pub person_since: Option<Time>,
    pub needs_person_at: Option<Time>,
    pub waiting_since: Option<Time>,
}

impl SessionUpdate {
    pub fn new(conversation_id: ConversationId, contact_id: ContactId, session: &Session) -> Self {
        SessionUpdate {
            conversation_id,
            contact_id,
            turn: session.turn,
            data: to_raw_value(session).expect("a session is plain data"),
            due_at: session.due_at(),
            calling: session.is_owed(),
            person_since: session.person.as_ref().map(|person| person.since),
            needs_person_at: session.needs_person.as_ref().map(|needs| needs.since),
            waiting_since: session.waiting_since(),
        }
    }
}

/// The row loses if another turn was stored since the session was read.
pub static TURN: Statement<SessionUpdate> = Statement::new(
    "session.turn",
    130,
    RowContract::Must,
    |row| row.conversation_id.0.into(),
    "insert into session
       (conversation_id, contact_id, turn, data, due_at, calling, person_since, needs_person_at, waiting_since)
     select cast(value ->> 'conversation_id' as bigint), cast(value ->> 'contact_id' as bigint),
       cast(value ->> 'turn' as bigint), value -> 'data', cast(value ->> 'due_at' as bigint),
       cast(value ->> 'calling' as boolean), cast(value ->> 'person_since' as bigint),
       cast(value ->> 'needs_person_at' as bigint), cast(value ->> 'waiting_since' as bigint)
     from {rows} as input where true
     on conflict (conversation_id) do update set
       turn = excluded.turn, data = excluded.data, due_at = excluded.due_at, calling = excluded.calling,
       person_since = excluded.person_since, needs_person_at = excluded.needs_person_at,
       waiting_since = excluded.waiting_since
     where session.turn = excluded.turn - 1
     returning conversation_id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&TURN.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!("select conversation_id, contact_id, cast(data as text) as data, due_at from session ", $rest)
    };
}

static FIND: Query = Query { name: "session.find", text: select!("where conversation_id = $1") };
static WITH_RUNS: Query = Query {
    name: "session.with_runs",
    text: select!(
        "where conversation_id in
           (select conversation_id from run where ended_at is null and conversation_id > $1
            group by conversation_id order by conversation_id limit $2)
         order by conversation_id"
    ),
};
/// Selects only the columns that the runtime needs to wake a lane.
static DUE: Query = Query {
    name: "session.due",
    text: "select conversation_id, contact_id, due_at from session
      where due_at is not null and due_at <= $1 order by due_at limit $2",
};
static CALLING: Query = Query {
    name: "session.calling",
    text: "select conversation_id, contact_id, due_at from session
      where calling and conversation_id > $1 order by conversation_id limit $2",
};
/// Uses the two partial indexes: few conversations are with a person or need one.
static LEFT_BEHIND: Query = Query {
    name: "session.left_behind",
    text: "select contact_id from session where person_since is not null
        and exists (select 1 from contact where contact.id = session.contact_id and contact.data ->> 'joined_to' is not null)
      union select contact_id from session where needs_person_at is not null
        and exists (select 1 from contact where contact.id = session.contact_id and contact.data ->> 'joined_to' is not null)
      order by contact_id",
};
static NEXT_DUE: Query = Query {
    name: "session.next_due",
    text: "select due_at from session where due_at is not null and due_at > $1 order by due_at limit 1",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &WITH_RUNS, &DUE, &CALLING, &LEFT_BEHIND, &NEXT_DUE];

/// A conversation that is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub due_at: Option<Time>,
}

pub async fn find(store: &Store, conversation: ConversationId) -> Result<Option<StoredSession>, ReadError> {
    store.one(&FIND, &[conversation.0.into()], read_all).await
}

/// The sessions with open runs, by id from `after` on.
pub async fn with_runs(store: &Store, after: ConversationId, limit: i64) -> Result<Vec<StoredSession>, ReadError> {
    store.all(&WITH_RUNS, &[after.0.into(), limit.into()], read_all).await
}

/// The conversations due at `until` or before, earliest first.
pub async fn due(store: &Store, until: Time, limit: i64) -> Result<Vec<Due>, ReadError> {
    store.all(&DUE, &[until.into(), limit.into()], read).await
}

/// The next time after `now` at which a conversation is due.
pub async fn next_due(store: &Store, now: Time) -> Result<Option<Time>, ReadError> {
    store.one(&NEXT_DUE, &[now.into()], |row| row.time("due_at")).await
}

/// Conversations that wait for an external call or for the result of a send, by id from `after` on.
pub async fn calling(store: &Store, after: ConversationId, limit: i64) -> Result<Vec<Due>, ReadError> {
    store.all(&CALLING, &[after.0.into(), limit.into()], read).await
}

/// Contacts that were joined to another and have a conversation that is with a person or needs one.
pub async fn left_behind(store: &Store) -> Result<Vec<ContactId>, ReadError> {
    store.all(&LEFT_BEHIND, &[], |row| Ok(ContactId(row.number("contact_id")?))).await
}

fn read(row: &Row) -> Result<Due, ReadError> {
    Ok(Due {
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        due_at: row.maybe_time("due_at")?,
    })
}

fn read_all(row: &Row) -> Result<StoredSession, ReadError> {
    Ok(StoredSession {
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        session: row.json("data")?,
        due_at: row.maybe_time("due_at")?,
    })
}
