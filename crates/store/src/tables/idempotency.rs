//! `idempotency`: stored answers to requests with an `Idempotency-Key`, so that a repeated request gets the same
//! answer.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, OutboundId},
        time::Time,
    },
    encryption::{SecretColumn, StoredSecret},
    queries::retention::OlderThan,
};
use serde::Serialize;

/// The secrets of answers, encrypted for the `message_id` of their row: the key may be changed by an erasure.
pub const SECRET: SecretColumn = SecretColumn { table: "idempotency", name: "secret" };

/// A request that came with a key.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    pub account: AccountName,
    pub key: String,
    pub request_hash: String,
    /// The id of the message that the request will send: after a crash it shows whether it was sent.
    pub message_id: OutboundId,
    pub created_at: Time,
}

/// The answer to a request.
#[derive(Debug, Clone, Serialize)]
pub struct FinishedRequest {
    pub account: AccountName,
    pub key: String,
    pub status: u16,
    /// Without its secret.
    pub body: String,
    /// The field `secret` of the body; empty: it has none.
    #[serde(serialize_with = "StoredSecret::write")]
    pub secret: StoredSecret,
}

/// The secret of an answer under another key.
#[derive(Debug, Clone, Serialize)]
pub struct NewSecret {
    pub message_id: OutboundId,
    #[serde(serialize_with = "StoredSecret::write")]
    pub secret: StoredSecret,
}

/// An answer with a secret.
#[derive(Debug, Clone)]
pub struct AnsweredSecret {
    pub message_id: OutboundId,
    pub secret: StoredSecret,
}

#[derive(Debug, Clone)]
pub struct StoredRequest {
    pub request_hash: String,
    pub message_id: Option<OutboundId>,
    /// `None`: the first request has not been answered yet.
    pub answer: Option<(u16, String)>,
    /// The field `secret` of the answer's body; empty: it has none.
    pub secret: StoredSecret,
    pub created_at: Time,
}

/// Tells the message id if the key is new. If it is not told, the key was used before: see `find`. The returned key is
/// the message id, so that of two requests with one key in one group only the first is told.
pub static CLAIM: Statement<Claim> = Statement::new(
    "idempotency.claim",
    80,
    RowContract::Tell,
    |row| row.message_id.0.into(),
    "insert into idempotency (account, key, request_hash, message_id, created_at)
     select input.value ->> 'account', input.value ->> 'key', input.value ->> 'request_hash',
       cast(input.value ->> 'message_id' as bigint), cast(input.value ->> 'created_at' as bigint)
     from {rows} as input where true
     on conflict (account, key) do nothing
     returning message_id",
);

pub static ANSWER: Statement<FinishedRequest> = Statement::new(
    "idempotency.answer",
    81,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "update idempotency set status = cast(input.value ->> 'status' as bigint), body = input.value ->> 'body',
       secret = nullif(input.value ->> 'secret', '')
     from {rows} as input
     where idempotency.account = input.value ->> 'account' and idempotency.key = input.value ->> 'key'",
);

/// Removes a claim whose request was refused before it changed anything, so that it can be repeated.
pub static RELEASE: Statement<Claim> = Statement::new(
    "idempotency.release",
    82,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "delete from idempotency where status is null and (account, key) in
       (select input.value ->> 'account', input.value ->> 'key' from {rows} as input)",
);

pub static EXPIRE: Statement<OlderThan> = Statement::new(
    "idempotency.expire",
    83,
    RowContract::All,
    |row| row.before.0.into(),
    "delete from idempotency where (account, key) in
       (select oldest.account, oldest.its_key
        from (select account, key as its_key, created_at from idempotency order by created_at limit 50) as oldest,
          {rows} as input
        where oldest.created_at < cast(input.value ->> 'before' as bigint))
     returning created_at",
);

pub static ENCRYPT: Statement<NewSecret> = Statement::new(
    "idempotency.encrypt",
    84,
    RowContract::Plain,
    |row| row.message_id.0.into(),
    "update idempotency set secret = input.value ->> 'secret'
     from {rows} as input
     where idempotency.secret is not null and message_id = cast(input.value ->> 'message_id' as bigint)",
);

/// Forgets an answer whose secret is lost: its repetition hears that the outcome is unknown.
pub static FORGET: Statement<NewSecret> = Statement::new(
    "idempotency.forget",
    85,
    RowContract::Plain,
    |row| row.message_id.0.into(),
    "update idempotency set status = null, body = null, secret = null
     from {rows} as input
     where idempotency.secret is not null and message_id = cast(input.value ->> 'message_id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] =
    &[&CLAIM.sql, &ANSWER.sql, &RELEASE.sql, &EXPIRE.sql, &ENCRYPT.sql, &FORGET.sql];

static FIND: Query = Query {
    name: "idempotency.find",
    text: "select request_hash, message_id, status, body, secret, created_at from idempotency
      where account = $1 and key = $2",
};
static WITH_SECRET: Query = Query {
    name: "idempotency.with_secret",
    text: "select message_id, secret from idempotency where secret is not null and message_id is not null",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND, &WITH_SECRET];

pub async fn find(store: &Store, account: &AccountName, key: &str) -> Result<Option<StoredRequest>, ReadError> {
    store
        .one(&FIND, &[account.as_str().into(), key.into()], |row| {
            let status = row.maybe_number("status")?.and_then(|status| u16::try_from(status).ok());
            Ok(StoredRequest {
                request_hash: row.text("request_hash")?,
                message_id: row.maybe_number("message_id")?.map(OutboundId),
                answer: status.zip(row.maybe_text("body")?),
                secret: row.maybe_text("secret")?.map(StoredSecret::of_column).unwrap_or_default(),
                created_at: row.time("created_at")?,
            })
        })
        .await
}

/// The answers that hold a secret: those of a day, and few.
pub async fn with_secret(store: &Store) -> Result<Vec<AnsweredSecret>, ReadError> {
    let read = |row: &crate::Row| {
        let secret = StoredSecret::of_column(row.text("secret")?);
        Ok(AnsweredSecret { message_id: OutboundId(row.number("message_id")?), secret })
    };
    store.all(&WITH_SECRET, &[], read).await
}
