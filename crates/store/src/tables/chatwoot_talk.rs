//! `chatwoot_talk`: the conversations that an inbox of Chatwoot shows, too.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::ids::{AccountName, ConversationId},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatwootTalk {
    pub conversation_id: ConversationId,
    pub account: AccountName,
    /// The number that Chatwoot gave the conversation.
    pub theirs: i64,
    /// Chatwoot's number of the last message that we put there; 0: none yet.
    pub posted: i64,
    /// The last status that is known.
    pub status: String,
}

/// Chatwoot's number of the last message that we put there.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Posted {
    pub conversation_id: ConversationId,
    pub posted: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatusKnown {
    pub conversation_id: ConversationId,
    pub status: String,
}

/// A conversation that Chatwoot no longer has gets another one there.
pub static SAVE: Statement<ChatwootTalk> = Statement::new(
    "chatwoot_talk.save",
    251,
    RowContract::Plain,
    |row| row.conversation_id.0.into(),
    "insert into chatwoot_talk (conversation_id, account, theirs, posted, status)
     select cast(value ->> 'conversation_id' as bigint), value ->> 'account', cast(value ->> 'theirs' as bigint),
       cast(value ->> 'posted' as bigint), value ->> 'status'
     from {rows} as input where true
     on conflict (conversation_id) do update set account = excluded.account, theirs = excluded.theirs,
       posted = excluded.posted, status = excluded.status",
);

pub static POSTED: Statement<Posted> = Statement::new(
    "chatwoot_talk.posted",
    252,
    RowContract::Plain,
    |row| row.conversation_id.0.into(),
    "update chatwoot_talk set posted = cast(value ->> 'posted' as bigint)
     from {rows} as input
     where chatwoot_talk.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and chatwoot_talk.posted < cast(value ->> 'posted' as bigint)",
);

pub static STATUS: Statement<StatusKnown> = Statement::new(
    "chatwoot_talk.status",
    253,
    RowContract::Plain,
    |row| row.conversation_id.0.into(),
    "update chatwoot_talk set status = value ->> 'status'
     from {rows} as input
     where chatwoot_talk.conversation_id = cast(value ->> 'conversation_id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SAVE.sql, &POSTED.sql, &STATUS.sql];

static FIND: Query = Query {
    name: "chatwoot_talk.find",
    text: "select conversation_id, account, theirs, posted, status from chatwoot_talk where conversation_id = $1",
};
static OF: Query = Query {
    name: "chatwoot_talk.of",
    text: "select conversation_id, account, theirs, posted, status from chatwoot_talk
      where account = $1 and theirs = $2",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &OF];

pub async fn find(store: &Store, conversation: ConversationId) -> Result<Option<ChatwootTalk>, ReadError> {
    store.one(&FIND, &[conversation.0.into()], read).await
}

/// The conversation to which Chatwoot gave this number.
pub async fn of(store: &Store, account: &AccountName, theirs: i64) -> Result<Option<ChatwootTalk>, ReadError> {
    store.one(&OF, &[account.as_str().into(), theirs.into()], read).await
}

fn read(row: &Row) -> Result<ChatwootTalk, ReadError> {
    Ok(ChatwootTalk {
        conversation_id: ConversationId(row.number("conversation_id")?),
        account: row.text("account")?.into(),
        theirs: row.number("theirs")?,
        posted: row.number("posted")?,
        status: row.text("status")?,
    })
}
