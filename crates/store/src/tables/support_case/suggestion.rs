//! `suggestion` and `suggestion_use`: the drafts that agents write for the people of the business, the newest of each
//! conversation, and how people used them.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{ContactId, ConversationId, InboundId, SenderId},
        time::Time,
    },
    model::session::{NoSuggestion, Suggestion, SuggestionSource, SuggestionState, SuggestionUse},
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuggestionRow {
    /// The conversation.
    pub id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub number: u32,
    pub agent: String,
    pub message_id: InboundId,
    pub state: DraftState,
    pub text: Option<String>,
    pub why: Option<NoSuggestion>,
    pub reason: Option<String>,
    pub sources: Vec<SuggestionSource>,
    pub at: Time,
}

/// One word for how far a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    Thinking,
    Ready,
    None,
}

impl DraftState {
    pub const NAMES: &'static [&'static str] = &["thinking", "ready", "none"];

    pub fn as_str(self) -> &'static str {
        match self {
            DraftState::Thinking => "thinking",
            DraftState::Ready => "ready",
            DraftState::None => "none",
        }
    }

    pub fn parse(text: &str) -> Option<DraftState> {
        [DraftState::Thinking, DraftState::Ready, DraftState::None].into_iter().find(|state| state.as_str() == text)
    }
}

/// A draft of this conversation is over: somebody wrote, threw it away, or the bot has the conversation again.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OverSuggestion {
    pub id: ConversationId,
    pub at: Time,
}

/// The use that a person made of a draft.
#[derive(Debug, Clone, Serialize)]
pub struct SuggestionUsed {
    pub id: i64,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub agent: String,
    pub how: SuggestionUse,
    pub at: Time,
}

/// How people used the drafts of an agent at a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestionCounts {
    pub agent: String,
    pub sender: SenderId,
    pub how: SuggestionUse,
    pub count: i64,
}

impl SuggestionRow {
    /// The row of a draft as the session has it.
    pub fn of(
        (id, contact_id, sender_id): (ConversationId, ContactId, SenderId),
        draft: &Suggestion,
        at: Time,
    ) -> SuggestionRow {
        let row = SuggestionRow {
            id,
            contact_id,
            sender_id,
            number: draft.number,
            agent: draft.agent.clone(),
            message_id: draft.message,
            state: DraftState::Thinking,
            text: None,
            why: None,
            reason: None,
            sources: Vec::new(),
            at,
        };
        match &draft.state {
            SuggestionState::Thinking { .. } => row,
            SuggestionState::Ready { text, sources } => {
                SuggestionRow { state: DraftState::Ready, text: Some(text.clone()), sources: sources.clone(), ..row }
            }
            SuggestionState::Without { why, text } => {
                SuggestionRow { state: DraftState::None, why: Some(*why), reason: Some(text.clone()), ..row }
            }
        }
    }
}

pub static SAVE: Statement<SuggestionRow> = Statement::new(
    "suggestion.save",
    385,
    RowContract::Plain,
    |row| row.id.0.into(),
    "insert into suggestion (id, contact_id, sender_id, number, agent, message_id, state, text, why, reason, sources, at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint),
       cast(value ->> 'sender_id' as bigint), cast(value ->> 'number' as bigint), value ->> 'agent',
       cast(value ->> 'message_id' as bigint), value ->> 'state', value ->> 'text', value ->> 'why',
       value ->> 'reason', value -> 'sources', cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set number = excluded.number, agent = excluded.agent,
       message_id = excluded.message_id, state = excluded.state, text = excluded.text, why = excluded.why,
       reason = excluded.reason, sources = excluded.sources, at = excluded.at",
);

/// Empties the draft.
pub static OVER: Statement<OverSuggestion> = Statement::new(
    "suggestion.over",
    386,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update suggestion set state = 'none', text = null, why = null, reason = null, sources = null,
       at = cast(value ->> 'at' as bigint)
     from {rows} as input where suggestion.id = cast(value ->> 'id' as bigint)",
);

/// Stands in the commit that empties the draft.
pub static USED: Statement<SuggestionUsed> = Statement::new(
    "suggestion.used",
    387,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into suggestion_use (id, contact_id, sender_id, agent, how, at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'contact_id' as bigint),
       cast(value ->> 'sender_id' as bigint), value ->> 'agent', value ->> 'how', cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static EXPIRE: Expire = expire!("suggestion", 388, "at");
pub static EXPIRE_USES: Expire = expire!("suggestion_use", 390, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[&SAVE.sql, &OVER.sql, &USED.sql, &EXPIRE.remove.sql, &EXPIRE_USES.remove.sql];

static FIND: Query = Query {
    name: "suggestion.find",
    text: "select id, contact_id, sender_id, number, agent, message_id, state, text, why, reason,
        cast(sources as text) as sources, at from suggestion where id = $1",
};

static COUNTS: Query = Query {
    name: "suggestion.counts",
    text: "select agent, sender_id, how, count(*) as n from suggestion_use group by agent, sender_id, how
      order by agent, sender_id, how",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &COUNTS, &EXPIRE.page, &EXPIRE_USES.page];

/// The draft of a conversation; `None`: no agent has drafted there yet.
pub async fn find(store: &Store, conversation: ConversationId) -> Result<Option<SuggestionRow>, ReadError> {
    store.one(&FIND, &[conversation.0.into()], read).await
}

/// How people used all drafts, by agent, sender and use. A use that only a newer program knows is left out.
pub async fn counts(store: &Store) -> Result<Vec<SuggestionCounts>, ReadError> {
    let read = |row: &Row| {
        let Some(how) = SuggestionUse::parse(&row.text("how")?) else { return Ok(None) };
        let (agent, sender) = (row.text("agent")?, SenderId(row.number("sender_id")?));
        Ok(Some(SuggestionCounts { agent, sender, how, count: row.number("n")? }))
    };
    Ok(store.all(&COUNTS, &[], read).await?.into_iter().flatten().collect())
}

fn read(row: &Row) -> Result<SuggestionRow, ReadError> {
    Ok(SuggestionRow {
        id: ConversationId(row.number("id")?),
        contact_id: ContactId(row.number("contact_id")?),
        sender_id: SenderId(row.number("sender_id")?),
        number: u32::try_from(row.number("number")?).unwrap_or(0),
        agent: row.text("agent")?,
        message_id: InboundId(row.number("message_id")?),
        state: DraftState::parse(&row.text("state")?).unwrap_or(DraftState::None),
        text: row.maybe_text("text")?,
        why: row.maybe_text("why")?.and_then(|why| NoSuggestion::parse(&why)),
        reason: row.maybe_text("reason")?,
        sources: match row.maybe_text("sources")? {
            Some(_) => row.json("sources")?,
            None => Vec::new(),
        },
        at: row.time("at")?,
    })
}
