//! Lists conversations as an inbox shows them: with their contact, who has them, and how much is unanswered.

use crate::{
    Query, ReadError, Row, Sql, Store,
    base::{
        ids::{AccountName, ContactId, ConversationId, InboundId, OutboundId, SenderId},
        limits::UNANSWERED_MAX,
        time::Time,
    },
    model::{contact::Contact, session::Session},
    tables::conversation::Conversation,
};

/// A conversation with what its line in a list needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub conversation: Conversation,
    pub contact: Contact,
    pub session: Session,
    pub newest: Option<Newest>,
    /// Messages of the contact since our last one, counted up to `UNANSWERED_MAX`.
    pub unanswered: i64,
}

/// The newest message of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    Heard(InboundId),
    Said(OutboundId),
}

/// Conversations that need somebody, by sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub sender: SenderId,
    pub count: i64,
}

/// The place in a list: the time that orders it, and the conversation.
pub type Place = (Time, ConversationId);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select conversation.id as id, conversation.contact_id as contact_id, conversation.sender_id as sender_id,
               opened_at, last_inbound_at, conversation.created_at as created_at,
               (select accepted_at from outbound
                where outbound.conversation_id = conversation.id and accepted_at is not null
                order by outbound.id desc limit 1) as last_outbound_at,
               account, cast(contact.data as text) as contact_data, opted_out_at,
               cast(session.data as text) as session_data,
               (select inbound.id from inbound where inbound.conversation_id = conversation.id
                order by inbound.id desc limit 1) as heard_id,
               (select outbound.id from outbound where outbound.conversation_id = conversation.id
                order by outbound.id desc limit 1) as said_id,
               (select count(*) from (select inbound.id from inbound
                 where inbound.conversation_id = conversation.id and inbound.id > coalesce(
                   (select outbound.id from outbound where outbound.conversation_id = conversation.id
                      and state not in ('failed', 'dropped', 'skipped') order by outbound.id desc limit 1), 0)
                 limit $1) as newer) as unanswered
             from conversation join contact on contact.id = conversation.contact_id
               left join session on session.conversation_id = conversation.id ",
            $rest
        )
    };
}

static ONE: Query = Query { name: "inbox.one", text: select!("where conversation.id = $2") };
/// The first condition is for the index; SQLite finds no row of two values in one of an expression.
static RECENT: Query = Query {
    name: "inbox.recent",
    text: select!(
        "where coalesce(last_inbound_at, 0) <= $2
           and (coalesce(last_inbound_at, 0) < $2 or conversation.id < $3)
         order by coalesce(last_inbound_at, 0) desc, conversation.id desc limit $4"
    ),
};
static WAITING: Query = Query {
    name: "inbox.waiting",
    text: select!(
        "where waiting_since is not null and (waiting_since, session.conversation_id) > ($2, $3)
         order by waiting_since, session.conversation_id limit $4"
    ),
};
/// `+` keeps SQLite from walking the conversations of everybody: few are with a person.
static TAKEN: Query = Query {
    name: "inbox.taken",
    text: select!(
        "where session.person_since is not null and waiting_since is null
           and (+coalesce(last_inbound_at, 0), conversation.id) < ($2, $3)
         order by +coalesce(last_inbound_at, 0) desc, conversation.id desc limit $4"
    ),
};
static COUNT_WAITING: Query = Query {
    name: "inbox.count_waiting",
    text: "select sender_id, count(*) as n from session
        join conversation on conversation.id = session.conversation_id
      where waiting_since is not null group by sender_id",
};
static COUNT_TAKEN: Query = Query {
    name: "inbox.count_taken",
    text: "select sender_id, count(*) as n from session
        join conversation on conversation.id = session.conversation_id
      where person_since is not null and waiting_since is null group by sender_id",
};

/// This file only reads.
pub(crate) static STATEMENTS: &[&Sql] = &[];
pub(crate) static QUERIES: &[&Query] = &[&ONE, &RECENT, &WAITING, &TAKEN, &COUNT_WAITING, &COUNT_TAKEN];

pub async fn one(store: &Store, id: ConversationId) -> Result<Option<Listed>, ReadError> {
    store.one(&ONE, &[UNANSWERED_MAX.into(), id.0.into()], read).await
}

/// All conversations; whoever wrote last comes first. `after` is the place of the previous page's last one.
pub async fn recent(store: &Store, after: Option<Place>, limit: i64) -> Result<Vec<Listed>, ReadError> {
    down(store, &RECENT, after, limit).await
}

/// Those that a person has taken over, in the same order.
pub async fn taken(store: &Store, after: Option<Place>, limit: i64) -> Result<Vec<Listed>, ReadError> {
    down(store, &TAKEN, after, limit).await
}

/// Those that wait for a person, the longest waiting first.
pub async fn waiting(store: &Store, after: Option<Place>, limit: i64) -> Result<Vec<Listed>, ReadError> {
    let (at, id) = after.unwrap_or((Time(0), ConversationId(0)));
    store.all(&WAITING, &[UNANSWERED_MAX.into(), at.into(), id.0.into(), limit.into()], read).await
}

async fn down(store: &Store, query: &Query, after: Option<Place>, limit: i64) -> Result<Vec<Listed>, ReadError> {
    let (at, id) = after.unwrap_or((Time(i64::MAX), ConversationId(i64::MAX)));
    store.all(query, &[UNANSWERED_MAX.into(), at.into(), id.0.into(), limit.into()], read).await
}

/// How many wait for a person, by sender.
pub async fn count_waiting(store: &Store) -> Result<Vec<Counted>, ReadError> {
    store.all(&COUNT_WAITING, &[], counted).await
}

/// How many a person has taken over, by sender.
pub async fn count_taken(store: &Store) -> Result<Vec<Counted>, ReadError> {
    store.all(&COUNT_TAKEN, &[], counted).await
}

fn counted(row: &Row) -> Result<Counted, ReadError> {
    Ok(Counted { sender: SenderId(row.number("sender_id")?), count: row.number("n")? })
}

fn read(row: &Row) -> Result<Listed, ReadError> {
    let contact = ContactId(row.number("contact_id")?);
    let heard = row.maybe_number("heard_id")?;
    let said = row.maybe_number("said_id")?;
    Ok(Listed {
        conversation: Conversation {
            id: ConversationId(row.number("id")?),
            contact_id: contact,
            sender_id: SenderId(row.number("sender_id")?),
            opened_at: row.maybe_time("opened_at")?,
            last_inbound_at: row.maybe_time("last_inbound_at")?,
            last_outbound_at: row.maybe_time("last_outbound_at")?,
            created_at: row.time("created_at")?,
        },
        contact: Contact {
            id: contact,
            account: AccountName::from(row.text("account")?),
            opted_out: row.maybe_time("opted_out_at")?,
            data: row.json("contact_data")?,
        },
        session: match row.maybe_text("session_data")? {
            Some(_) => row.json("session_data")?,
            None => Session::default(),
        },
        // Ids of both tables come from one sequence.
        newest: match (heard, said) {
            (Some(heard), said) if said.is_none_or(|said| said < heard) => Some(Newest::Heard(InboundId(heard))),
            (_, said) => said.map(|id| Newest::Said(OutboundId(id))),
        },
        unanswered: row.number("unanswered")?,
    })
}
