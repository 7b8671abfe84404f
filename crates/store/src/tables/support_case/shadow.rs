//! `shadow`: the drafts that agents write while a person has the conversation, and that nobody is shown; and the pairs of
//! such a draft and the reply that the person then wrote. The reply has no row here: it is among the messages.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId},
        limits::SHADOW_MESSAGES_MAX,
        time::Time,
    },
    model::{
        answer::says_something,
        session::{NoSuggestion, Suggestion, SuggestionSource, SuggestionState},
    },
    queries::retention::{Expire, expire},
    tables::{
        inbound::{self, Recorded},
        outbound::{self, Outbound},
    },
};
use serde::Serialize;

/// A draft that is there, or will not come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowDraft {
    pub id: i64,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub agent: String,
    /// The newest message of the contact that it answers.
    pub message_id: InboundId,
    pub text: Option<String>,
    /// The reason why there is none, and the same as a sentence.
    pub why: Option<NoSuggestion>,
    pub reason: Option<String>,
    pub sources: Vec<SuggestionSource>,
    /// In millionths of the currency unit.
    pub cost: i64,
    pub at: Time,
}

/// A draft, and what was really written.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub draft: ShadowDraft,
    /// The messages that the draft answers, the oldest first: all of the contact since the last message to them.
    pub asked: Vec<Recorded>,
    /// The messages of a person of the business before the contact's next message, the oldest first.
    pub reply: Vec<Outbound>,
}

/// How many drafts an agent wrote at a sender, or had none for this reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowCounts {
    pub agent: String,
    pub sender: SenderId,
    pub why: Option<NoSuggestion>,
    pub count: i64,
    /// In millionths of the currency unit.
    pub cost: i64,
}

impl ShadowDraft {
    /// The row of a draft as the session has it.
    pub fn of(
        id: i64,
        (conversation_id, contact_id, sender_id): (ConversationId, ContactId, SenderId),
        draft: &Suggestion,
        at: Time,
    ) -> ShadowDraft {
        let (agent, message_id, cost) = (draft.agent.clone(), draft.message, draft.cost);
        let (text, why, reason, sources) = match &draft.state {
            SuggestionState::Thinking { .. } => (None, None, None, Vec::new()),
            SuggestionState::Ready { text, sources } => (Some(text.clone()), None, None, sources.clone()),
            SuggestionState::Without { why, text } => (None, Some(*why), Some(text.clone()), Vec::new()),
        };
        ShadowDraft {
            id,
            conversation_id,
            contact_id,
            sender_id,
            agent,
            message_id,
            text,
            why,
            reason,
            sources,
            cost,
            at,
        }
    }
}

pub static INSERT: Statement<ShadowDraft> = Statement::new(
    "shadow.insert",
    392,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into shadow
       (id, conversation_id, contact_id, sender_id, agent, message_id, text, why, reason, sources, cost, at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'sender_id' as bigint), value ->> 'agent',
       cast(value ->> 'message_id' as bigint), value ->> 'text', value ->> 'why', value ->> 'reason',
       value -> 'sources', cast(value ->> 'cost' as bigint), cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static EXPIRE: Expire = expire!("shadow", 393, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, conversation_id, contact_id, sender_id, agent, message_id, text, why, reason,
               cast(sources as text) as sources, cost, at from shadow ",
            $rest
        )
    };
}

static PAGE: Query = Query {
    name: "shadow.page",
    text: select!("where (at, id) < ($1, $2) and at >= $3 order by at desc, id desc limit $4"),
};
static OF_AGENT: Query = Query {
    name: "shadow.of_agent",
    text: select!("where agent = $5 and (at, id) < ($1, $2) and at >= $3 order by at desc, id desc limit $4"),
};
static OF: Query = Query { name: "shadow.of", text: select!("where contact_id = $1 order by id limit $2") };
static COUNTS: Query = Query {
    name: "shadow.counts",
    text: "select agent, sender_id, why, count(*) as n, cast(sum(cost) as bigint) as cost from shadow where at >= $1
      group by agent, sender_id, why order by agent, sender_id, why",
};

pub(crate) static QUERIES: &[&Query] = &[&PAGE, &OF_AGENT, &OF, &COUNTS, &EXPIRE.page];

/// The `limit` drafts since a time and before the place `(at, id)` of the previous page's last one, newest first; of one
/// agent, or of all.
pub async fn page(
    store: &Store,
    agent: Option<&str>,
    since: Time,
    before: (Time, i64),
    limit: i64,
) -> Result<Vec<ShadowDraft>, ReadError> {
    let mut args = vec![before.0.into(), before.1.into(), since.into(), limit.into()];
    match agent {
        None => store.all(&PAGE, &args, read).await,
        Some(agent) => {
            args.push(agent.into());
            store.all(&OF_AGENT, &args, read).await
        }
    }
}

/// The first `limit` drafts about a contact, oldest first.
pub async fn of(store: &Store, contact: ContactId, limit: i64) -> Result<Vec<ShadowDraft>, ReadError> {
    store.all(&OF, &[contact.0.into(), limit.into()], read).await
}

/// The number and cost of all drafts since a time, by agent, sender and reason. A reason that only a newer program knows
/// counts as `failed`.
pub async fn counts(store: &Store, since: Time) -> Result<Vec<ShadowCounts>, ReadError> {
    let read = |row: &Row| {
        Ok(ShadowCounts {
            agent: row.text("agent")?,
            sender: SenderId(row.number("sender_id")?),
            why: why(row)?,
            count: row.number("n")?,
            cost: row.number("cost")?,
        })
    };
    store.all(&COUNTS, &[since.into()], read).await
}

/// Finds the messages around a draft: those that it answers, and those that a person wrote in answer to the same ones.
/// Messages that were refused, taken back or only planned are no replies.
pub async fn pair(store: &Store, draft: ShadowDraft) -> Result<Pair, ReadError> {
    let (conversation, message, limit) = (draft.conversation_id, draft.message_id.0, SHADOW_MESSAGES_MAX);
    let has_left = |row: &Outbound| !row.state.never_left() && row.draft.at.is_none();
    let says = |row: &Recorded| says_something(&row.data.message.kind);
    let before = outbound::of(store, conversation, OutboundId(message), limit).await?;
    let from = before.iter().find(|row| has_left(row)).map_or(0, |row| row.id.0);
    let mut asked = inbound::of(store, conversation, InboundId(message.saturating_add(1)), limit).await?;
    asked.retain(|row| row.id.0 > from && says(row));
    asked.reverse();
    let after = inbound::after(store, conversation, draft.message_id, limit).await?;
    let is_cut = after.len() as i64 == limit;
    let next = after.iter().find(|row| says(row)).or(after.last().filter(|_| is_cut));
    let until = next.map_or(OutboundId(i64::MAX), |row| OutboundId(row.id.0));
    let mut reply = outbound::of_person(store, conversation, (OutboundId(message), until), limit).await?;
    reply.retain(has_left);
    Ok(Pair { draft, asked, reply })
}

fn why(row: &Row) -> Result<Option<NoSuggestion>, ReadError> {
    Ok(row.maybe_text("why")?.map(|why| NoSuggestion::parse(&why).unwrap_or(NoSuggestion::Failed)))
}

fn read(row: &Row) -> Result<ShadowDraft, ReadError> {
    Ok(ShadowDraft {
        id: row.number("id")?,
        conversation_id: ConversationId(row.number("conversation_id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        agent: row.text("agent")?,
        message_id: InboundId(row.number("message_id")?),
        text: row.maybe_text("text")?,
        why: why(row)?,
        reason: row.maybe_text("reason")?,
        sources: row.json("sources")?,
        cost: row.number("cost")?,
        at: row.time("at")?,
    })
}
