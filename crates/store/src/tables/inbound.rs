//! `inbound`: messages from contacts, from the webhook's commit until a turn has handled them.

use super::conversation;
use crate::model::{event::ConsentWord, inbound::InboundMessage};
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, InboundId, ProviderId, SenderId},
        limits::LATEST_READ_MAX,
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::{Deserialize, Serialize};

/// A new message to record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewInbound {
    pub id: InboundId,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub provider_id: ProviderId,
    pub at: Time,
    pub received_at: Time,
    pub data: InboundData,
    /// Set at once for a message that is recorded only (a reaction that no flow handles).
    pub handled_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboundData {
    pub message: InboundMessage,
    /// The consent word (such as STOP) that was recognised at recording; see language.md 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<ConsentWord>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub id: InboundId,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub received_at: Time,
    pub data: InboundData,
    pub handled_at: Option<Time>,
    pub attempts: i64,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Handled {
    pub id: InboundId,
    pub at: Time,
}

/// A voice note whose words were heard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heard {
    pub id: InboundId,
    pub provider_id: ProviderId,
    pub data: InboundData,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Raise {
    pub id: InboundId,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Reopen {
    pub id: InboundId,
}

/// Tells the ids that were new; a repeated (sender, provider id) changes nothing.
pub static INSERT: Statement<NewInbound> = Statement::new(
    "inbound.insert",
    140,
    RowContract::Count,
    |row| row.id.0.into(),
    "insert into inbound
       (id, conversation_id, contact_id, sender_id, provider_id, at, received_at, data, handled_at, attempts)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'sender_id' as bigint), value ->> 'provider_id',
       cast(value ->> 'at' as bigint), cast(value ->> 'received_at' as bigint), value -> 'data',
       cast(value ->> 'handled_at' as bigint), 0
     from {rows} as input where true
     on conflict (sender_id, provider_id) do nothing
     returning id",
);

/// The row loses if the message was already handled: a turn that took it is committed.
pub static HANDLED: Statement<Handled> = Statement::new(
    "inbound.handled",
    141,
    RowContract::Must,
    |row| row.id.0.into(),
    "update inbound set handled_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where inbound.id = cast(value ->> 'id' as bigint) and inbound.handled_at is null
     returning id",
);

/// Replaces the message by the one with its words. The row may be past its time; one that was erased has another name.
pub static HEARD: Statement<Heard> = Statement::new(
    "inbound.heard",
    147,
    RowContract::Tell,
    |row| row.id.0.into(),
    "update inbound set data = value -> 'data'
     from {rows} as input
     where inbound.id = cast(value ->> 'id' as bigint) and inbound.provider_id = value ->> 'provider_id'
     returning id",
);

/// Counts an attempt of recovery, before the attempt. Tells the messages that are still unhandled.
pub static RAISE: Statement<Raise> = Statement::new(
    "inbound.raise",
    142,
    RowContract::Tell,
    |row| row.id.0.into(),
    "update inbound set attempts = attempts + 1
     from {rows} as input
     where inbound.id = cast(value ->> 'id' as bigint) and inbound.handled_at is null
     returning id, attempts",
);

/// Takes an attempt back that the end of the process cut short before the message was begun.
pub static LOWER: Statement<Raise> = Statement::new(
    "inbound.lower",
    146,
    RowContract::Tell,
    |row| row.id.0.into(),
    "update inbound set attempts = attempts - 1
     from {rows} as input
     where inbound.id = cast(value ->> 'id' as bigint) and inbound.handled_at is null and inbound.attempts > 0
     returning id, attempts",
);

pub static EXPIRE: Expire = expire!("inbound", 143, "received_at", "handled_at is not null");

/// Makes a dead-lettered message unhandled again, with no attempts.
pub static REOPEN: Statement<Reopen> = Statement::new(
    "inbound.reopen",
    145,
    RowContract::Must,
    |row| row.id.0.into(),
    "update inbound set handled_at = null, attempts = 0
     from {rows} as input
     where inbound.id = cast(value ->> 'id' as bigint)
     returning id",
);

pub(crate) static STATEMENTS: &[&Sql] =
    &[&INSERT.sql, &HANDLED.sql, &HEARD.sql, &RAISE.sql, &LOWER.sql, &EXPIRE.remove.sql, &REOPEN.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, conversation_id, contact_id, sender_id, received_at, cast(data as text) as data,
               handled_at, attempts from inbound ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "inbound.find", text: select!("where id = $1") };
static BY_PROVIDER: Query =
    Query { name: "inbound.by_provider", text: select!("where sender_id = $1 and provider_id = $2") };
static UNHANDLED: Query = Query {
    name: "inbound.unhandled",
    text: select!("where handled_at is null and id > $1 and received_at <= $2 order by id limit $3"),
};
static OLDEST: Query = Query {
    name: "inbound.oldest_unhandled",
    text: "select id from inbound where handled_at is null and id > 0 order by id limit 1",
};
// Uses the index of the conversation, not the one of all unhandled messages, which may have a hundred thousand
// entries.
static UNHANDLED_OF: Query = Query {
    name: "inbound.unhandled_of",
    text: select!("where conversation_id = $1 and id > $2 and coalesce(handled_at, 0) = 0 order by id limit $3"),
};
static OF: Query =
    Query { name: "inbound.of", text: select!("where conversation_id = $1 and id < $2 order by id desc limit $3") };
static AFTER: Query =
    Query { name: "inbound.after", text: select!("where conversation_id = $1 and id > $2 order by id limit $3") };
static LATEST: Query = Query { name: "inbound.latest", text: select!("where id < $1 order by id desc limit $2") };
static WAITING: Query = Query {
    name: "inbound.waiting",
    text: "select contact_id, count(*) as n from inbound where handled_at is null and received_at <= $1
      group by contact_id",
};
static COUNT: Query =
    Query { name: "inbound.count_unhandled", text: "select count(*) as n from inbound where handled_at is null" };

static NEWEST: Query = Query {
    name: "inbound.newest",
    text: "select received_at from
        (select id, sender_id, received_at from inbound order by id desc limit $2) as latest
      where sender_id = $1 order by id desc limit 1",
};

pub(crate) static QUERIES: &[&Query] = &[
    &EXPIRE.page,
    &FIND,
    &BY_PROVIDER,
    &UNHANDLED,
    &OLDEST,
    &UNHANDLED_OF,
    &OF,
    &AFTER,
    &LATEST,
    &WAITING,
    &COUNT,
    &NEWEST,
];

pub async fn find(store: &Store, id: InboundId) -> Result<Option<Recorded>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// The recorded message with this provider id.
pub async fn by_provider(store: &Store, sender: SenderId, id: &ProviderId) -> Result<Option<Recorded>, ReadError> {
    store.one(&BY_PROVIDER, &[sender.0.into(), id.as_str().into()], read).await
}

/// Unhandled messages with an id above `after` that were received at `until` or before, oldest first.
pub async fn unhandled(store: &Store, after: InboundId, until: Time, limit: i64) -> Result<Vec<Recorded>, ReadError> {
    store.all(&UNHANDLED, &[after.0.into(), until.into(), limit.into()], read).await
}

/// The unhandled messages of one contact, for a lane whose queue overflowed. A page of at least one, if there is any.
pub async fn unhandled_of(
    store: &Store,
    contact: ContactId,
    after: InboundId,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    // Messages before the oldest unhandled one of all contacts need not be read.
    let Some(oldest) = store.one(&OLDEST, &[], |row| row.number("id")).await? else { return Ok(Vec::new()) };
    let from = after.0.max(oldest - 1);
    let (mut open, mut whole_until) = (Vec::new(), i64::MAX);
    for talk in conversation::of(store, contact).await? {
        let page = store.all(&UNHANDLED_OF, &[talk.id.0.into(), from.into(), limit.into()], read).await?;
        if let Some(last) = page.last().filter(|_| page.len() as i64 >= limit) {
            whole_until = whole_until.min(last.id.0);
        }
        open.extend(page);
    }
    // Sort over all conversations; messages beyond the end of a truncated page come with the next page.
    open.retain(|row: &Recorded| row.id.0 <= whole_until);
    open.sort_by_key(|row| row.id);
    Ok(open)
}

/// The messages received in a conversation, newest first. `before` is the id of the previous page's last one;
/// `i64::MAX` for the first page.
pub async fn of(
    store: &Store,
    conversation: ConversationId,
    before: InboundId,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    store.all(&OF, &[conversation.0.into(), before.0.into(), limit.into()], read).await
}

/// The messages received in a conversation after this one, oldest first.
pub async fn after(
    store: &Store,
    conversation: ConversationId,
    message: InboundId,
    limit: i64,
) -> Result<Vec<Recorded>, ReadError> {
    store.all(&AFTER, &[conversation.0.into(), message.0.into(), limit.into()], read).await
}

/// The messages of all conversations, newest first.
pub async fn latest(store: &Store, before: InboundId, limit: i64) -> Result<Vec<Recorded>, ReadError> {
    store.all(&LATEST, &[before.0.into(), limit.into()], read).await
}

/// The contacts with unhandled messages that were received at `until` or before, each with their number.
pub async fn waiting(store: &Store, until: Time) -> Result<Vec<(ContactId, i64)>, ReadError> {
    store.all(&WAITING, &[until.into()], |row| Ok((ContactId(row.number("contact_id")?), row.number("n")?))).await
}

pub async fn count_unhandled(store: &Store) -> Result<i64, ReadError> {
    Ok(store.one(&COUNT, &[], |row| row.number("n")).await?.unwrap_or(0))
}

/// The time of the last message that a sender received.
pub async fn newest(store: &Store, sender: SenderId) -> Result<Option<Time>, ReadError> {
    store.one(&NEWEST, &[sender.0.into(), LATEST_READ_MAX.into()], |row| row.time("received_at")).await
}

fn read(row: &Row) -> Result<Recorded, ReadError> {
    Ok(Recorded {
        id: InboundId(row.number("id")?),
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        received_at: row.time("received_at")?,
        data: row.json("data")?,
        handled_at: row.maybe_time("handled_at")?,
        attempts: row.number("attempts")?,
    })
}
