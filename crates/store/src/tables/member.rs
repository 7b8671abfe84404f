//! `member`: the daemons that share a Postgres database. `engine/membership.rs` writes it.

use crate::{Query, ReadError, Row, Sql, Store, base::time::Time};
use serde::Serialize;

/// A daemon of this database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    pub id: i64,
    /// Its machine and process, for people.
    pub name: String,
    /// The URL at which the other members reach it; empty: it has none.
    pub address: String,
    /// Its version of Transom.
    pub version: String,
    pub since: Time,
    /// `None`: it stands by.
    pub active_since: Option<Time>,
    /// True if the server has its session.
    pub is_alive: bool,
}

pub(crate) static STATEMENTS: &[&Sql] = &[];

pub(crate) static ALL: Query = Query {
    name: "member.all",
    text: "select id, name, address, version, since, active_since, {is_alive} as is_alive
     from member order by id",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL];

/// All members, the active one included, oldest first. None on SQLite.
pub async fn all(store: &Store) -> Result<Vec<Member>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub(crate) fn read(row: &Row) -> Result<Member, ReadError> {
    Ok(Member {
        id: row.number("id")?,
        name: row.text("name")?,
        address: row.text("address")?,
        version: row.text("version")?,
        since: row.time("since")?,
        active_since: row.maybe_time("active_since")?,
        is_alive: row.flag("is_alive")?,
    })
}
