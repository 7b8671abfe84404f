//! `erasure` and `erased_stop`: deletes the data of one contact in one commit, and keeps the erasures whose search
//! through raw bodies is not finished.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
};
use serde::Serialize;

/// The contact whose data is erased. Rows that are counted for reports stay, without content.
#[derive(Debug, Clone, Serialize)]
pub struct Erased {
    pub contact_id: ContactId,
    pub at: Time,
    /// Replaces the content of each message from the contact; a JSON object.
    pub heard: serde_json::Value,
    /// Replaces the content of each message to the contact; a JSON object.
    pub said: serde_json::Value,
    /// Replaces the data (a JSON object) and the reason of each dead letter.
    pub letter: serde_json::Value,
    pub gone: &'static str,
    /// Replaces the stored answer to a repeated request.
    pub answer: &'static str,
}

/// An erasure whose names must still be searched for in raw bodies.
#[derive(Debug, Clone, Serialize)]
pub struct Erasure {
    pub id: ContactId,
    pub account: AccountName,
    pub names: Vec<String>,
    pub asked_at: Time,
    pub done_at: Option<Time>,
}

#[derive(Debug, Clone, Serialize)]
pub struct KeptOptOut {
    pub account: AccountName,
    pub digest: String,
    pub at: Time,
}

macro_rules! of_contact {
    ($name:literal, $order:literal, $text:expr) => {
        Statement::<Erased>::new($name, $order, RowContract::Plain, |row| row.contact_id.0.into(), $text)
    };
}

/// Deletes all rows of a table that belong to the contact.
macro_rules! rows_of {
    ($table:literal, $name:literal, $order:literal) => {
        of_contact!(
            $name,
            $order,
            concat!(
                "delete from ",
                $table,
                " where contact_id in (select cast(value ->> 'contact_id' as bigint) from {rows} as input)"
            )
        )
    };
}

pub static ALIASES: Statement<Erased> = rows_of!("alias", "erasure.aliases", 290);

/// Also removes the provider's message id: it may contain the phone number.
pub static HEARD: Statement<Erased> = of_contact!(
    "erasure.heard",
    291,
    "update inbound set data = talk.heard, provider_id = 'erased ' || inbound.id,
       handled_at = coalesce(inbound.handled_at, talk.at)
     from (select conversation.id as id, value -> 'heard' as heard, cast(value ->> 'at' as bigint) as at
       from {rows} as one join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint)
     ) as talk
     where inbound.conversation_id = talk.id"
);

pub static SAID: Statement<Erased> = of_contact!(
    "erasure.said",
    292,
    "update outbound set data = talk.said, sent_as = null, provider_id = null, error_text = null
     from (select conversation.id as id, value -> 'said' as said
       from {rows} as one join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint)
     ) as talk
     where outbound.conversation_id = talk.id"
);

/// Dead letters about the contact's messages in one direction.
macro_rules! letters_about {
    ($name:literal, $order:literal, $table:literal) => {
        of_contact!(
            $name,
            $order,
            concat!(
                "update dead_letter set reason = about.gone, data = about.letter,
                   replayed_at = coalesce(dead_letter.replayed_at, about.at)
                 from (select message.id as id, value ->> 'gone' as gone, value -> 'letter' as letter,
                     cast(value ->> 'at' as bigint) as at
                   from {rows} as one
                   join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint)
                   join ",
                $table,
                " as message on message.conversation_id = conversation.id
                 ) as about
                 where dead_letter.subject_id = about.id"
            )
        )
    };
}

/// Dead letters about the contact's messages and runs: the fact of the failure and its time stay.
pub static LETTERS_OF_HEARD: Statement<Erased> = letters_about!("erasure.letters_of_heard", 263, "inbound");
pub static LETTERS_OF_SAID: Statement<Erased> = letters_about!("erasure.letters_of_said", 264, "outbound");

pub static LETTERS_OF_RUNS: Statement<Erased> = of_contact!(
    "erasure.letters_of_runs",
    279,
    "update dead_letter set reason = value ->> 'gone', data = value -> 'letter',
       replayed_at = coalesce(dead_letter.replayed_at, cast(value ->> 'at' as bigint))
     from {rows} as input
     where cast(dead_letter.data ->> 'contact_id' as bigint) = cast(value ->> 'contact_id' as bigint)
       and dead_letter.data ->> 'contact_id' is not null"
);

/// Statuses that came before their messages: a platform's message id may contain a phone number.
pub static EARLY: Statement<Erased> = of_contact!(
    "erasure.early",
    278,
    "delete from early_status where (sender_id, provider_id) in (select outbound.sender_id, outbound.provider_id
       from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint)
       join outbound on outbound.conversation_id = conversation.id
       where outbound.provider_id is not null)"
);

/// Stored answers to requests that sent a message: they repeat its text. They are kept for a day, so the whole table
/// is scanned. The key stays, so that a repeated request still sends nothing.
pub static ANSWERS_OF_SAID: Statement<Erased> = of_contact!(
    "erasure.answers_of_said",
    277,
    "update idempotency set body = about.letter
     from (select outbound.id as id, value ->> 'answer' as letter
       from {rows} as one join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint)
       join outbound on outbound.conversation_id = conversation.id
     ) as about
     where idempotency.message_id = about.id and idempotency.body is not null"
);

pub static TRACES: Statement<Erased> = of_contact!(
    "erasure.traces",
    265,
    "delete from trace where conversation_id in (select conversation.id from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint))"
);

pub static MODEL_QUESTIONS: Statement<Erased> = of_contact!(
    "erasure.model_questions",
    382,
    "delete from model_question where conversation_id in (select conversation.id from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint))"
);

pub static CHATWOOT_MESSAGES: Statement<Erased> = of_contact!(
    "erasure.chatwoot_messages",
    383,
    "delete from chatwoot_message where conversation_id in (select conversation.id from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint))"
);

pub static CHATWOOT_PARTS: Statement<Erased> = of_contact!(
    "erasure.chatwoot_parts",
    288,
    "delete from chatwoot_part where conversation_id in (select conversation.id from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint))"
);

pub static CHATWOOT_TALKS: Statement<Erased> = of_contact!(
    "erasure.chatwoot_talks",
    384,
    "delete from chatwoot_talk where conversation_id in (select conversation.id from {rows} as input
       join conversation on conversation.contact_id = cast(value ->> 'contact_id' as bigint))"
);

pub static STARTS: Statement<Erased> = rows_of!("start", "erasure.starts", 266);

pub static ONCE: Statement<Erased> = rows_of!("once", "erasure.once", 267);

/// The fact and time of each consent and withdrawal stay; the texts that were shown or said go.
pub static LEDGER: Statement<Erased> = of_contact!(
    "erasure.ledger",
    268,
    "update ledger set shown = null
     from {rows} as input where ledger.contact_id = cast(value ->> 'contact_id' as bigint)"
);

pub static DELIVERIES: Statement<Erased> = rows_of!("delivery", "erasure.deliveries", 269);

/// Events are kept for three days: the whole table is scanned.
pub static EVENTS: Statement<Erased> = rows_of!("event", "erasure.events", 270);

/// The money that was spent stays, so that a budget holds.
pub static MODEL_CALLS: Statement<Erased> = of_contact!(
    "erasure.model_calls",
    373,
    "update model_call set contact_id = null
     from {rows} as input where model_call.contact_id = cast(value ->> 'contact_id' as bigint)"
);

/// How long a case was open, and with whom, stays; the words about the person go.
pub static CASES: Statement<Erased> = of_contact!(
    "erasure.cases",
    374,
    "update support_case set summary = null, priority = null
     from {rows} as input where support_case.contact_id = cast(value ->> 'contact_id' as bigint)"
);

/// Stored answers to requests that wrote a note: they repeat it. Runs before the notes are deleted.
pub static ANSWERS_OF_NOTES: Statement<Erased> = of_contact!(
    "erasure.answers_of_notes",
    369,
    "update idempotency set body = about.letter
     from (select note.id as id, value ->> 'answer' as letter
       from {rows} as one join note on note.contact_id = cast(value ->> 'contact_id' as bigint)
     ) as about
     where idempotency.message_id = about.id and idempotency.body is not null"
);

pub static NOTES: Statement<Erased> = rows_of!("note", "erasure.notes", 375);

pub static SUGGESTION_USES: Statement<Erased> = rows_of!("suggestion_use", "erasure.suggestion_uses", 391);

pub static SUGGESTIONS: Statement<Erased> = rows_of!("suggestion", "erasure.suggestions", 389);

pub static SHADOWS: Statement<Erased> = rows_of!("shadow", "erasure.shadows", 394);

/// Saves that an erasure begins, or that it is done.
pub static SAVE: Statement<Erasure> = Statement::new(
    "erasure.save",
    271,
    RowContract::Plain,
    |row| row.id.0.into(),
    "insert into erasure (id, account, names, asked_at, done_at)
     select cast(value ->> 'id' as bigint), value ->> 'account', value -> 'names', cast(value ->> 'asked_at' as bigint),
       cast(value ->> 'done_at' as bigint)
     from {rows} as input where true
     on conflict (id) do update set names = excluded.names, done_at = excluded.done_at",
);

/// Runs after `LIFT`: for a person who is erased a second time, the newer opt-out state counts.
pub static STOP: Statement<KeptOptOut> = Statement::new(
    "erasure.stop",
    273,
    RowContract::Plain,
    |row| row.digest.as_str().into(),
    "insert into erased_stop (account, digest, at)
     select value ->> 'account', value ->> 'digest', max(cast(value ->> 'at' as bigint)) from {rows} as input
     where true group by 1, 2
     on conflict (account, digest) do update set at = excluded.at",
);

pub static LIFT: Statement<KeptOptOut> = Statement::new(
    "erasure.lift",
    272,
    RowContract::Plain,
    |row| row.digest.as_str().into(),
    "delete from erased_stop where (account, digest) in
       (select value ->> 'account', value ->> 'digest' from {rows} as input)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[
    &ALIASES.sql,
    &HEARD.sql,
    &SAID.sql,
    &LETTERS_OF_HEARD.sql,
    &LETTERS_OF_SAID.sql,
    &ANSWERS_OF_SAID.sql,
    &TRACES.sql,
    &MODEL_QUESTIONS.sql,
    &CHATWOOT_MESSAGES.sql,
    &CHATWOOT_PARTS.sql,
    &CHATWOOT_TALKS.sql,
    &STARTS.sql,
    &ONCE.sql,
    &LEDGER.sql,
    &DELIVERIES.sql,
    &EVENTS.sql,
    &MODEL_CALLS.sql,
    &CASES.sql,
    &NOTES.sql,
    &SUGGESTIONS.sql,
    &SUGGESTION_USES.sql,
    &SHADOWS.sql,
    &ANSWERS_OF_NOTES.sql,
    &SAVE.sql,
    &STOP.sql,
    &LIFT.sql,
    &LETTERS_OF_RUNS.sql,
    &EARLY.sql,
];

/// All statements that erase by contact; they run in one write-set.
pub static BY_CONTACT: &[&Statement<Erased>] = &[
    &ALIASES,
    &HEARD,
    &SAID,
    &LETTERS_OF_HEARD,
    &LETTERS_OF_SAID,
    &ANSWERS_OF_SAID,
    &TRACES,
    &MODEL_QUESTIONS,
    &CHATWOOT_MESSAGES,
    &CHATWOOT_PARTS,
    &CHATWOOT_TALKS,
    &STARTS,
    &ONCE,
    &LEDGER,
    &DELIVERIES,
    &EVENTS,
    &MODEL_CALLS,
    &CASES,
    &NOTES,
    &SUGGESTIONS,
    &SUGGESTION_USES,
    &SHADOWS,
    &ANSWERS_OF_NOTES,
    &LETTERS_OF_RUNS,
    &EARLY,
];

static OPEN: Query = Query {
    name: "erasure.open",
    text: "select id, account, cast(names as text) as names, asked_at, done_at from erasure
      where done_at is null order by id",
};
static ANY: Query = Query { name: "erasure.any", text: "select account from erased_stop limit 1" };
static STOPPED: Query =
    Query { name: "erasure.stopped", text: "select at from erased_stop where account = $1 and digest = $2" };
static JOINED: Query = Query {
    name: "erasure.joined",
    text: "select id from contact
      where account = $1 and cast(data ->> 'joined_to' as text) = $2 and data ->> 'joined_to' is not null order by id",
};
static LETTERS: Query = Query {
    name: "erasure.letters",
    text: "select kind from dead_letter
      where cast(data ->> 'contact_id' as bigint) = $1 and data ->> 'contact_id' is not null and replayed_at is null",
};

pub(crate) static QUERIES: &[&Query] = &[&OPEN, &ANY, &STOPPED, &JOINED, &LETTERS];

/// Erasures that are not done yet.
pub async fn open(store: &Store) -> Result<Vec<Erasure>, ReadError> {
    store.all(&OPEN, &[], read).await
}

/// True if any erased contact had opted out.
pub async fn any(store: &Store) -> Result<bool, ReadError> {
    Ok(store.one(&ANY, &[], |row| row.text("account")).await?.is_some())
}

/// True if one of these digests belongs to an erased contact who had opted out.
pub async fn is_stopped(store: &Store, account: &AccountName, digests: &[String]) -> Result<bool, ReadError> {
    for digest in digests {
        let args = [account.as_str().into(), digest.as_str().into()];
        if store.one(&STOPPED, &args, |row| row.time("at")).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The contacts that were joined to this one: their messages stayed under their own ids.
pub async fn joined(store: &Store, account: &AccountName, to: ContactId) -> Result<Vec<ContactId>, ReadError> {
    let to = to.0.to_string();
    store.all(&JOINED, &[account.as_str().into(), to.as_str().into()], |row| Ok(ContactId(row.number("id")?))).await
}

/// The distinct kinds of a contact's open dead letters.
pub async fn letters(store: &Store, of: ContactId) -> Result<Vec<String>, ReadError> {
    store.all(&LETTERS, &[of.0.into()], |row| row.text("kind")).await
}

fn read(row: &Row) -> Result<Erasure, ReadError> {
    Ok(Erasure {
        id: ContactId(row.number("id")?),
        account: row.text("account")?.into(),
        names: row.json("names")?,
        asked_at: row.time("asked_at")?,
        done_at: row.maybe_time("done_at")?,
    })
}
