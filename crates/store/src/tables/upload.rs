//! `upload`: media files that we uploaded to a platform, by content.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{ids::SenderId, time::Time},
    queries::retention::OlderThan,
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uploaded {
    pub sender_id: SenderId,
    /// SHA-256 of the file, in hex.
    pub hash: String,
    /// The platform's media id.
    pub platform_id: String,
    pub at: Time,
}

/// The platform no longer has the file.
#[derive(Debug, Clone, Serialize)]
pub struct MissingUpload {
    pub sender_id: SenderId,
    pub hash: String,
}

/// The newest id counts: a file is uploaded again only after the platform reported the old one as gone or expiring.
pub static SET: Statement<Uploaded> = Statement::new(
    "upload.set",
    97,
    RowContract::Plain,
    |row| format!("{} {}", row.sender_id, row.hash).as_str().into(),
    "insert into upload (sender_id, hash, platform_id, at)
     select cast(value ->> 'sender_id' as bigint), value ->> 'hash', value ->> 'platform_id',
       cast(value ->> 'at' as bigint)
     from {rows} as input where true
     on conflict (sender_id, hash) do update set platform_id = excluded.platform_id, at = excluded.at",
);

pub static FORGET: Statement<MissingUpload> = Statement::new(
    "upload.forget",
    98,
    RowContract::Plain,
    |row| format!("{} {}", row.sender_id, row.hash).as_str().into(),
    "delete from upload where (sender_id, hash) in
       (select cast(value ->> 'sender_id' as bigint), value ->> 'hash' from {rows} as input)",
);

/// Removes uploads that the platform has expired. The table is small: no index on the time.
pub static EXPIRE: Statement<OlderThan> = Statement::new(
    "upload.expire",
    99,
    RowContract::All,
    |row| row.before.0.into(),
    "delete from upload where (sender_id, hash) in
       (select sender_id, hash from upload, {rows} as input
        where at < cast(input.value ->> 'before' as bigint) limit 50)
     returning sender_id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&SET.sql, &FORGET.sql, &EXPIRE.sql];

static FIND: Query = Query {
    name: "upload.find",
    text: "select sender_id, hash, platform_id, at from upload where sender_id = $1 and hash = $2",
};

pub(crate) static QUERIES: &[&Query] = &[&FIND];

pub async fn find(store: &Store, sender: SenderId, hash: &str) -> Result<Option<Uploaded>, ReadError> {
    store
        .one(&FIND, &[sender.0.into(), hash.into()], |row| {
            Ok(Uploaded {
                sender_id: SenderId(row.number("sender_id")?),
                hash: row.text("hash")?,
                platform_id: row.text("platform_id")?,
                at: row.time("at")?,
            })
        })
        .await
}
