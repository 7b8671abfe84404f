//! `tester_session`: phones that become testers for a day when they send a code.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, SenderId},
        limits::TESTER_SESSIONS_READ_MAX,
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TesterSession {
    pub id: i64,
    pub account: AccountName,
    pub sender_id: SenderId,
    /// `+` and digits.
    pub phone: String,
    pub code: String,
    pub created_at: Time,
    pub activated_at: Option<Time>,
    pub expires_at: Time,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Activated {
    pub id: i64,
    pub at: Time,
    pub expires_at: Time,
}

pub static INSERT: Statement<TesterSession> = Statement::new(
    "tester_session.insert",
    260,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into tester_session (id, account, sender_id, phone, code, created_at, activated_at, expires_at)
     select cast(value ->> 'id' as bigint), value ->> 'account', cast(value ->> 'sender_id' as bigint),
       value ->> 'phone', value ->> 'code', cast(value ->> 'created_at' as bigint),
       cast(value ->> 'activated_at' as bigint), cast(value ->> 'expires_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

/// The phone sent its code; only the first time counts.
pub static ACTIVATE: Statement<Activated> = Statement::new(
    "tester_session.activate",
    261,
    RowContract::Plain,
    |row| row.id.into(),
    "update tester_session set activated_at = cast(value ->> 'at' as bigint),
       expires_at = cast(value ->> 'expires_at' as bigint)
     from {rows} as input
     where tester_session.id = cast(value ->> 'id' as bigint) and tester_session.activated_at is null",
);

pub static EXPIRE: Expire = expire!("tester_session", 262, "expires_at");

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &ACTIVATE.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, account, sender_id, phone, code, created_at, activated_at, expires_at from tester_session ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "tester_session.find", text: select!("where id = $1") };
static OF: Query = Query { name: "tester_session.of", text: select!("where account = $1 order by id desc limit $2") };
static WAITING: Query = Query {
    name: "tester_session.waiting",
    text: select!("where sender_id = $1 and code = $2 and activated_at is null and expires_at > $3 order by id desc"),
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &FIND, &OF, &WAITING];

pub async fn find(store: &Store, id: i64) -> Result<Option<TesterSession>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// The newest tester sessions of an account.
pub async fn of(store: &Store, account: &AccountName) -> Result<Vec<TesterSession>, ReadError> {
    store.all(&OF, &[account.as_str().into(), TESTER_SESSIONS_READ_MAX.into()], read).await
}

/// The tester sessions that wait for this code at this sender.
pub async fn waiting(store: &Store, sender: SenderId, code: &str, now: Time) -> Result<Vec<TesterSession>, ReadError> {
    store.all(&WAITING, &[sender.0.into(), code.into(), now.0.into()], read).await
}

fn read(row: &Row) -> Result<TesterSession, ReadError> {
    Ok(TesterSession {
        id: row.number("id")?,
        account: row.text("account")?.into(),
        sender_id: SenderId(row.number("sender_id")?),
        phone: row.text("phone")?,
        code: row.text("code")?,
        created_at: row.time("created_at")?,
        activated_at: row.maybe_time("activated_at")?,
        expires_at: row.time("expires_at")?,
    })
}
