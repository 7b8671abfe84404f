//! `conversation`: a contact at one sender, and the state of its customer service window.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, SenderId},
        time::Time,
    },
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    pub id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub opened_at: Option<Time>,
    pub last_inbound_at: Option<Time>,
    /// The time at which the provider last accepted a message of ours.
    pub last_outbound_at: Option<Time>,
    pub created_at: Time,
}

/// A new conversation, or one in which the contact has written. Times only move forward.
#[derive(Debug, Clone, Serialize)]
pub struct ConversationUpdate {
    pub id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    /// The timestamp of the message that opens the window; `None` if it does not open it.
    pub opened_at: Option<Time>,
    pub last_inbound_at: Option<Time>,
    pub created_at: Time,
}

/// The provider reports that the window is closed. Applies only if nothing has opened the window since `opened_at`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CloseWindow {
    pub id: ConversationId,
    pub opened_at: Time,
}

/// The provider accepted a template, at a provider where that opens the window.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WindowOpened {
    pub id: ConversationId,
    pub at: Time,
}

/// Inserts the row or moves its times forward. The row loses if the conversation has another id: look it up again.
pub static HEARD: Statement<ConversationUpdate> = Statement::new(
    "conversation.heard",
    120,
    RowContract::Must,
    |row| row.id.0.into(),
    "insert into conversation (id, contact_id, sender_id, opened_at, last_inbound_at, created_at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint),
       cast(value ->> 'sender_id' as bigint), max(cast(value ->> 'opened_at' as bigint)),
       max(cast(value ->> 'last_inbound_at' as bigint)), min(cast(value ->> 'created_at' as bigint))
     from {rows} as input where true group by 1, 2, 3
     on conflict (contact_id, sender_id) do update set
       opened_at = case when coalesce(conversation.opened_at, 0) < excluded.opened_at
         then excluded.opened_at else conversation.opened_at end,
       last_inbound_at = case when coalesce(conversation.last_inbound_at, 0) < excluded.last_inbound_at
         then excluded.last_inbound_at else conversation.last_inbound_at end
     where conversation.id = excluded.id
     returning id",
);

/// Tells the id if `opened_at` was still the stored one.
pub static CLOSE_WINDOW: Statement<CloseWindow> = Statement::new(
    "conversation.close_window",
    125,
    RowContract::Tell,
    |row| row.id.0.into(),
    "update conversation set opened_at = null
     from {rows} as input
     where conversation.id = cast(value ->> 'id' as bigint)
       and conversation.opened_at = cast(value ->> 'opened_at' as bigint)
     returning id",
);

/// Moves the opening of the window forward, never back.
pub static OPENED: Statement<WindowOpened> = Statement::new(
    "conversation.opened",
    126,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update conversation set opened_at = input.at
     from (select cast(value ->> 'id' as bigint) as id, max(cast(value ->> 'at' as bigint)) as at
       from {rows} as one group by 1) as input
     where conversation.id = input.id and coalesce(conversation.opened_at, 0) < input.at",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&HEARD.sql, &CLOSE_WINDOW.sql, &OPENED.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select conversation.id as id, conversation.contact_id as contact_id, sender_id, opened_at,
               last_inbound_at, conversation.created_at as created_at,
               (select accepted_at from outbound
                where outbound.conversation_id = conversation.id and accepted_at is not null
                order by outbound.id desc limit 1) as last_outbound_at
             from conversation ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "conversation.find", text: select!("where conversation.id = $1") };
static BETWEEN: Query =
    Query { name: "conversation.between", text: select!("where contact_id = $1 and sender_id = $2") };
static OF: Query = Query { name: "conversation.of", text: select!("where contact_id = $1 order by conversation.id") };
static WITH_PERSON: Query = Query {
    name: "conversation.with_person",
    text: select!(
        "join session on session.conversation_id = conversation.id
         where person_since is not null and (person_since, session.conversation_id) > ($1, $2)
         order by person_since, session.conversation_id limit $3"
    ),
};
static NEEDS_PERSON: Query = Query {
    name: "conversation.needs_person",
    text: select!(
        "join session on session.conversation_id = conversation.id
         where needs_person_at is not null and (needs_person_at, session.conversation_id) > ($1, $2)
         order by needs_person_at, session.conversation_id limit $3"
    ),
};
static COUNT_NEEDS_PERSON: Query = Query {
    name: "conversation.count_needs_person",
    text: "select count(*) as n from session where needs_person_at is not null",
};
static PAGE: Query = Query {
    name: "conversation.page",
    text: select!("where conversation.id < $1 order by conversation.id desc limit $2"),
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &BETWEEN, &OF, &WITH_PERSON, &NEEDS_PERSON, &COUNT_NEEDS_PERSON, &PAGE];

pub async fn find(store: &Store, id: ConversationId) -> Result<Option<Conversation>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

pub async fn between(store: &Store, contact: ContactId, sender: SenderId) -> Result<Option<Conversation>, ReadError> {
    store.one(&BETWEEN, &[contact.0.into(), sender.0.into()], read).await
}

/// All conversations of a contact, oldest first.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<Conversation>, ReadError> {
    store.all(&OF, &[contact.0.into()], read).await
}

/// Conversations that a person has taken over, longest first; `after` is the previous page's last `(person_since,
/// id)`.
pub async fn with_person(
    store: &Store,
    after: (Time, ConversationId),
    limit: i64,
) -> Result<Vec<Conversation>, ReadError> {
    store.all(&WITH_PERSON, &[after.0.into(), after.1.0.into(), limit.into()], read).await
}

/// Conversations that need a person, longest first; `after` is the previous page's last `(needs_person_at, id)`.
pub async fn needs_person(
    store: &Store,
    after: (Time, ConversationId),
    limit: i64,
) -> Result<Vec<Conversation>, ReadError> {
    store.all(&NEEDS_PERSON, &[after.0.into(), after.1.0.into(), limit.into()], read).await
}

pub async fn count_needs_person(store: &Store) -> Result<i64, ReadError> {
    Ok(store.one(&COUNT_NEEDS_PERSON, &[], |row| row.number("n")).await?.unwrap_or(0))
}

/// All conversations, newest first. `before` is the id of the previous page's last one; `i64::MAX` for the first page.
pub async fn page(store: &Store, before: ConversationId, limit: i64) -> Result<Vec<Conversation>, ReadError> {
    store.all(&PAGE, &[before.0.into(), limit.into()], read).await
}

fn read(row: &Row) -> Result<Conversation, ReadError> {
    Ok(Conversation {
        id: ConversationId(row.number("id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        opened_at: row.maybe_time("opened_at")?,
        last_inbound_at: row.maybe_time("last_inbound_at")?,
        last_outbound_at: row.maybe_time("last_outbound_at")?,
        created_at: row.time("created_at")?,
    })
}
