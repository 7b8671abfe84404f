//! Registers a daemon among the members of a Postgres database, and says which of them is active.
//!
//! A member lives as long as its session: it holds an advisory lock with its id, which the server releases when the
//! session ends. The active one also holds the locks of all shards. It is marked in its row, so that a daemon whose
//! session was cut can tell whether another one was active since: only if none was, its memory is still right.

use super::{
    conn::{Conn, Result},
    dialect::Dialect,
    read::{ReadError, Row},
};
use crate::{
    base::time::Time,
    tables::member::{self, Member},
};
use sqlx::PgConnection;

/// How a daemon presents itself to the other members.
#[derive(Debug, Clone, Default)]
pub struct NewMember {
    /// Its machine and process, for people.
    pub name: String,
    /// The URL at which the other members reach it; empty: it has none.
    pub address: String,
    /// The network stack of its machine or container: only there an address of loopback leads to it. Empty: unknown.
    pub network: String,
    /// Its version of Transom.
    pub version: String,
}

/// The lock is taken before the row is visible: nobody can take a member that has just joined for a dead one.
const JOIN: &str = "
    insert into member (name, address, network, version, since) values ($1, $2, $3, $4, $5)
    returning id, pg_advisory_lock(79, cast(id as integer))";

/// The row of a dead active member stays: it may be alive without its session, and must find out that way.
const FORGET_DEAD: &str = "delete from member where active_since is null and not {is_alive}";

const ACTIVATE: &str = "
    update member set active_since = case when id = $1 then $2 end where active_since is not null or id = $1";

const IS_ACTIVE: &str = "select id from member where id = $1 and active_since is not null";

impl Conn {
    /// Adds a member, whose id it gives. `None` on SQLite, and if the database is of a version without members.
    pub async fn join(&mut self, who: &NewMember, now: Time) -> Result<Option<i64>> {
        let has_table = self.is_there("member").await?;
        let Conn::Postgres(conn) = self else { return Ok(None) };
        if !has_table {
            return Ok(None);
        }
        sqlx::query(Dialect::Postgres.text(FORGET_DEAD)).execute(&mut *conn).await?;
        let row =
            sqlx::query(JOIN).bind(&who.name).bind(&who.address).bind(&who.network).bind(&who.version).bind(now.0);
        Ok(Some(sqlx::Row::try_get(&row.fetch_one(conn).await?, 0)?))
    }

    /// Marks the member as the active one. It must hold the locks of the shards.
    pub async fn activate(&mut self, member: i64, now: Time) -> Result<()> {
        if let Conn::Postgres(conn) = self {
            sqlx::query(ACTIVATE).bind(member).bind(now.0).execute(conn).await?;
        }
        Ok(())
    }

    /// True if no other daemon has been active since this member was.
    pub async fn is_still_active(&mut self, member: i64) -> Result<bool> {
        Ok(self.number(IS_ACTIVE, member).await?.is_some())
    }

    /// Takes the member's lock again, in a new session.
    pub async fn hold_membership(&mut self, member: i64) -> Result<()> {
        if let Conn::Postgres(conn) = self {
            sqlx::query("select pg_advisory_lock(79, cast($1 as integer))").bind(member).execute(conn).await?;
        }
        Ok(())
    }

    /// The members; none if the database is of a version without them.
    pub async fn members(&mut self) -> Result<Vec<Member>> {
        let has_table = self.is_there("member").await?;
        let Conn::Postgres(conn) = self else { return Ok(Vec::new()) };
        if !has_table {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(Dialect::Postgres.text(member::ALL.text)).fetch_all(conn).await?;
        let decoded: std::result::Result<Vec<Member>, ReadError> =
            rows.into_iter().map(|row| member::read(&Row::Postgres(row))).collect();
        decoded.map_err(|error| sqlx::Error::Decode(error.to_string().into()).into())
    }

    /// The number of the newest migration; 0 if there is none.
    pub async fn schema(&mut self) -> Result<i64> {
        if !self.is_there("migration").await? {
            return Ok(0);
        }
        Ok(self.number("select max(version) from migration where version >= $1", 0).await?.unwrap_or(0))
    }

    /// Names the session in `pg_stat_activity`.
    pub async fn is_named(&mut self, name: &'static str) -> Result<()> {
        if let Conn::Postgres(conn) = self {
            sqlx::query("select set_config('application_name', $1, false)").bind(name).execute(conn).await?;
        }
        Ok(())
    }

    async fn is_there(&mut self, table: &'static str) -> Result<bool> {
        let Conn::Postgres(conn) = self else { return Ok(false) };
        Ok(exists(conn, table).await?)
    }
}

async fn exists(conn: &mut PgConnection, table: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select to_regclass($1) is not null").bind(table).fetch_one(conn).await
}
