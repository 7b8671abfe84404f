//! Reads our messages: for recovery, for lists, for replies.

use super::{SendState, waiting};
use crate::base::{
    ids::{ContactId, ConversationId, OutboundId, ProviderId, SenderId},
    limits::LATEST_READ_MAX,
    time::Time,
};
use crate::model::{content::Content, effect::MessageDraft, event::Reason};
use crate::{Query, ReadError, Row, Store};
use std::collections::BTreeSet;

/// A message to a contact with its send and delivery results.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    pub id: OutboundId,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub state: SendState,
    pub draft: MessageDraft,
    pub sent_as: Option<Content>,
    pub not_before: Option<Time>,
    pub hold_until: Option<Time>,
    pub attempt: u32,
    pub attempted_at: Option<Time>,
    pub provider_id: Option<ProviderId>,
    pub accepted_at: Option<Time>,
    pub delivered_at: Option<Time>,
    pub read_at: Option<Time>,
    pub failed_at: Option<Time>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    /// The name of a `model::event::Reason`.
    pub reason: Option<String>,
    /// When it was planned again because the window was closed.
    pub planned_again_at: Option<Time>,
    pub created_at: Time,
}

impl Outbound {
    /// The trace id that joins its log lines with their cause: the id of the contact's message, else its own.
    pub fn trace(&self) -> i64 {
        self.draft.trace.map_or(self.id.0, |id| id.0)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, conversation_id, contact_id, sender_id, state, cast(data as text) as data,
               cast(sent_as as text) as sent_as, not_before, hold_until, attempt, attempted_at, provider_id,
               accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, planned_again_at,
               created_at
             from outbound ",
            $rest
        )
    };
}

// The states are listed as in the partial index, word for word: otherwise SQLite does not use the index.
static FIND: Query = Query { name: "outbound.find", text: select!("where id = $1") };
static BY_PROVIDER: Query =
    Query { name: "outbound.by_provider", text: select!("where sender_id = $1 and provider_id = $2") };
// A nudge has the number of the message that it announces and is written after it: it counts while that message is
// held.
static BY_NUMBER: Query = Query {
    name: "outbound.by_number",
    text: select!(
        "where conversation_id = $1 and number = $2
         order by case when state = 'held' then 1 else 0 end, id limit 1"
    ),
};
static AFTER: Query = Query {
    name: "outbound.after",
    text: select!("where conversation_id = $1 and number = $2 and id > $3 order by id limit 1"),
};
// Of two messages with one number, the later is the nudge and the earlier the message that it announces.
static NUDGED: Query = Query {
    name: "outbound.nudged",
    text: "select kept.id as id from outbound as kept join outbound as nudge
        on nudge.conversation_id = kept.conversation_id and nudge.number = kept.number and nudge.id > kept.id
      where (kept.state = 'queued' or kept.state = 'sending' or kept.state = 'held' or kept.state = 'unknown')
        and kept.state = 'held' and kept.conversation_id = $1
        and nudge.state <> 'failed' and nudge.state <> 'skipped' and nudge.state <> 'dropped'
      limit 1",
};
static OF: Query =
    Query { name: "outbound.of", text: select!("where conversation_id = $1 and id < $2 order by id desc limit $3") };
static OF_PERSON: Query = Query {
    name: "outbound.of_person",
    text: select!("where conversation_id = $1 and id > $2 and id < $3 and origin = 'person' order by id limit $4"),
};
static LATEST: Query = Query { name: "outbound.latest", text: select!("where id < $1 order by id desc limit $2") };
static UNFINISHED: Query = Query {
    name: "outbound.unfinished",
    text: select!(
        "where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
           and (conversation_id, id) > ($1, $2)
           and created_at <= $3
         order by conversation_id, id limit $4"
    ),
};
static UNFINISHED_OF: Query = Query {
    name: "outbound.unfinished_of",
    text: select!(
        "where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
           and conversation_id = $1 order by id limit $2"
    ),
};
static ACCEPTED_TURN: Query = Query {
    name: "outbound.accepted_turn",
    text: "select max(cast(data ->> 'turn' as bigint)) as turn from outbound
      where conversation_id = $1 and id > $2 and accepted_at is not null",
};

/// `not_before` and `hold_until` are never both set.
static NEXT_DUE: Query = Query {
    name: "outbound.next_due",
    text: "select coalesce(not_before, hold_until) as at from outbound
      where coalesce(not_before, hold_until) > $1 and (state = 'queued' or state = 'held' or state = 'unknown')
      order by coalesce(not_before, hold_until) limit 1",
};
static STUCK: Query = Query {
    name: "outbound.stuck",
    text: "select distinct contact_id from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
        and state = 'queued' and not_before is null and conversation_id > 0
        and created_at <= $1
      limit $2",
};
/// The messages of one paused sender; rarely run, by an operator.
static RESTING: Query = Query {
    name: "outbound.resting",
    text: "select distinct contact_id from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
        and state = 'queued' and not_before is not null and conversation_id > 0
        and sender_id = $1 and contact_id > $2
      order by contact_id limit $3",
};
static PUT_OFF: Query = Query {
    name: "outbound.put_off",
    text: "select contact_id from outbound
      where coalesce(not_before, hold_until) > $1 and coalesce(not_before, hold_until) <= $2
        and (state = 'queued' or state = 'held' or state = 'unknown')
        and state = 'queued' and reason = $3 and sender_id = $4
      limit $5",
};
static DUE: Query = Query {
    name: "outbound.due",
    text: "select contact_id, coalesce(not_before, hold_until) as at from outbound
      where coalesce(not_before, hold_until) <= $1 and (state = 'queued' or state = 'held' or state = 'unknown')
      order by coalesce(not_before, hold_until) limit $2",
};

static NEWEST: Query = Query {
    name: "outbound.newest",
    text: "select accepted_at from
        (select id, sender_id, accepted_at from outbound order by id desc limit $2) as latest
      where sender_id = $1 and accepted_at is not null order by id desc limit 1",
};

/// Has no index of its own: it runs once at a start.
static REACHED: Query = Query {
    name: "outbound.reached",
    text: "select sender_id, contact_id, max(attempted_at) as at from outbound
      where attempted_at > $1 and sent_as is not null group by sender_id, contact_id",
};

static PLANNED: Query = Query {
    name: "outbound.planned",
    text: select!(
        "where coalesce(not_before, hold_until) > $1 and (state = 'queued' or state = 'held' or state = 'unknown')
           and state = 'queued' and data ->> 'at' is not null and (coalesce(not_before, hold_until), id) > ($2, $3)
         order by coalesce(not_before, hold_until), id limit $4"
    ),
};
static PLANNED_COUNT: Query = Query {
    name: "outbound.planned_count",
    text: "select count(*) as n from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
        and conversation_id = $1 and state = 'queued' and data ->> 'at' is not null",
};

pub(crate) static QUERIES: &[&Query] = &[
    &super::EXPIRE.page,
    &NEXT_DUE,
    &PLANNED,
    &PLANNED_COUNT,
    &PUT_OFF,
    &DUE,
    &FIND,
    &BY_PROVIDER,
    &BY_NUMBER,
    &OF,
    &OF_PERSON,
    &LATEST,
    &UNFINISHED,
    &UNFINISHED_OF,
    &ACCEPTED_TURN,
    &STUCK,
    &RESTING,
    &waiting::COUNTS,
    &waiting::OLDEST_UNSENT,
    &waiting::NEXT_PROBE,
    &NEWEST,
    &REACHED,
    &AFTER,
    &NUDGED,
];

/// The next time after `now` at which a waiting message may be sent, or its hold or its wait for a status ends.
pub async fn next_due(store: &Store, now: Time) -> Result<Option<Time>, ReadError> {
    store.one(&NEXT_DUE, &[now.into()], |row| row.time("at")).await
}

/// Contacts with messages that wait for a time up to `until`, and that time.
pub async fn due(store: &Store, until: Time, limit: i64) -> Result<Vec<(ContactId, Time)>, ReadError> {
    store
        .all(&DUE, &[until.into(), limit.into()], |row| Ok((ContactId(row.number("contact_id")?), row.time("at")?)))
        .await
}

/// Contacts with a message that waits for no time and was written at `until` or before.
pub async fn stuck(store: &Store, until: Time, limit: i64) -> Result<Vec<ContactId>, ReadError> {
    store.all(&STUCK, &[until.into(), limit.into()], |row| Ok(ContactId(row.number("contact_id")?))).await
}

/// Contacts with messages of this sender that wait for a time, with an id above `after`, by id.
pub async fn resting(
    store: &Store,
    sender: SenderId,
    after: ContactId,
    limit: i64,
) -> Result<Vec<ContactId>, ReadError> {
    let args = [sender.0.into(), after.0.into(), limit.into()];
    store.all(&RESTING, &args, |row| Ok(ContactId(row.number("contact_id")?))).await
}

/// Messages of a sender that are postponed for a reason, to a time after `from` and up to `until`.
#[derive(Debug, Clone, Copy)]
pub struct PutOff {
    pub sender: SenderId,
    pub reason: Reason,
    pub from: Time,
    pub until: Time,
}

/// Contacts with such messages.
pub async fn put_off(store: &Store, what: &PutOff, limit: i64) -> Result<BTreeSet<ContactId>, ReadError> {
    let given = [what.from.into(), what.until.into(), what.reason.as_str().into(), what.sender.0.into(), limit.into()];
    let all = store.all(&PUT_OFF, &given, |row| Ok(ContactId(row.number("contact_id")?))).await?;
    Ok(all.into_iter().collect())
}

/// Messages that the API or an operator scheduled for a time after `now`, earliest first; `after` is the time and id
/// of the previous page's last one.
pub async fn planned(
    store: &Store,
    now: Time,
    after: (Time, OutboundId),
    limit: i64,
) -> Result<Vec<Outbound>, ReadError> {
    store.all(&PLANNED, &[now.into(), after.0.into(), after.1.0.into(), limit.into()], read).await
}

/// The number of scheduled messages of a conversation.
pub async fn planned_count(store: &Store, conversation: ConversationId) -> Result<i64, ReadError> {
    Ok(store.one(&PLANNED_COUNT, &[conversation.0.into()], |row| row.number("n")).await?.unwrap_or(0))
}

pub async fn find(store: &Store, id: OutboundId) -> Result<Option<Outbound>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// The message to which a reply, status or reaction refers by the provider's id.
pub async fn by_provider(store: &Store, sender: SenderId, id: &ProviderId) -> Result<Option<Outbound>, ReadError> {
    store.one(&BY_PROVIDER, &[sender.0.into(), id.as_str().into()], read).await
}

pub async fn by_number(
    store: &Store,
    conversation: ConversationId,
    number: u32,
) -> Result<Option<Outbound>, ReadError> {
    store.one(&BY_NUMBER, &[conversation.0.into(), i64::from(number).into()], read).await
}

/// The next message with the same number, after the given one: its nudge.
pub async fn after(
    store: &Store,
    conversation: ConversationId,
    number: u32,
    id: OutboundId,
) -> Result<Option<Outbound>, ReadError> {
    store.one(&AFTER, &[conversation.0.into(), i64::from(number).into(), id.0.into()], read).await
}

/// True if a nudge was sent in a conversation and the message that it announces is still held.
pub async fn is_nudged(store: &Store, conversation: ConversationId) -> Result<bool, ReadError> {
    Ok(store.one(&NUDGED, &[conversation.0.into()], |row| row.number("id")).await?.is_some())
}

/// The messages sent in a conversation, newest first. `before` is the id of the previous page's last one; `i64::MAX`
/// for the first page.
pub async fn of(
    store: &Store,
    conversation: ConversationId,
    before: OutboundId,
    limit: i64,
) -> Result<Vec<Outbound>, ReadError> {
    store.all(&OF, &[conversation.0.into(), before.0.into(), limit.into()], read).await
}

/// The messages that persons of the business wrote in a conversation between two ids, oldest first.
pub async fn of_person(
    store: &Store,
    conversation: ConversationId,
    (after, before): (OutboundId, OutboundId),
    limit: i64,
) -> Result<Vec<Outbound>, ReadError> {
    store.all(&OF_PERSON, &[conversation.0.into(), after.0.into(), before.0.into(), limit.into()], read).await
}

/// The messages of all conversations, newest first.
pub async fn latest(store: &Store, before: OutboundId, limit: i64) -> Result<Vec<Outbound>, ReadError> {
    store.all(&LATEST, &[before.0.into(), limit.into()], read).await
}

/// Messages that are `queued`, `sending`, `held` or `unknown` and were written at `until` or before, ordered by
/// conversation and id; `after` is the previous page's last `(conversation, id)`.
pub async fn unfinished(
    store: &Store,
    after: (ConversationId, OutboundId),
    until: Time,
    limit: i64,
) -> Result<Vec<Outbound>, ReadError> {
    store.all(&UNFINISHED, &[after.0.0.into(), after.1.0.into(), until.into(), limit.into()], read).await
}

/// The unfinished messages of one conversation, by id.
pub async fn unfinished_of(
    store: &Store,
    conversation: ConversationId,
    limit: i64,
) -> Result<Vec<Outbound>, ReadError> {
    store.all(&UNFINISHED_OF, &[conversation.0.into(), limit.into()], read).await
}

/// The newest turn after a message of which the provider accepted a message.
pub async fn accepted_turn(
    store: &Store,
    conversation: ConversationId,
    after: OutboundId,
) -> Result<Option<u64>, ReadError> {
    let args = [conversation.0.into(), after.0.into()];
    let turn = store.one(&ACCEPTED_TURN, &args, |row| row.maybe_number("turn")).await?;
    Ok(turn.flatten().and_then(|turn| u64::try_from(turn).ok()))
}

/// When the provider last accepted a message of this sender.
pub async fn newest(store: &Store, sender: SenderId) -> Result<Option<Time>, ReadError> {
    store.one(&NEWEST, &[sender.0.into(), LATEST_READ_MAX.into()], |row| row.time("accepted_at")).await
}

/// The contacts that got a template since `since`: the sender, and the time of the last one.
pub async fn reached(store: &Store, since: Time) -> Result<Vec<(SenderId, ContactId, Time)>, ReadError> {
    let read =
        |row: &Row| Ok((SenderId(row.number("sender_id")?), ContactId(row.number("contact_id")?), row.time("at")?));
    store.all(&REACHED, &[since.into()], read).await
}

fn read(row: &Row) -> Result<Outbound, ReadError> {
    Ok(Outbound {
        id: OutboundId(row.number("id")?),
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        state: row.word("state")?,
        draft: row.json("data")?,
        sent_as: row.maybe_json("sent_as")?,
        not_before: row.maybe_time("not_before")?,
        hold_until: row.maybe_time("hold_until")?,
        attempt: row.small("attempt")?,
        attempted_at: row.maybe_time("attempted_at")?,
        provider_id: row.maybe_text("provider_id")?.map(ProviderId::from),
        accepted_at: row.maybe_time("accepted_at")?,
        delivered_at: row.maybe_time("delivered_at")?,
        read_at: row.maybe_time("read_at")?,
        failed_at: row.maybe_time("failed_at")?,
        error_code: row.maybe_text("error_code")?,
        error_text: row.maybe_text("error_text")?,
        reason: row.maybe_text("reason")?,
        planned_again_at: row.maybe_time("planned_again_at")?,
        created_at: row.time("created_at")?,
    })
}
