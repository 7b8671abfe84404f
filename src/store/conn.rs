//! The writer's own connection, of either database, outside any pool: nothing recycles or re-opens it.
//!
//! SQLite's is rusqlite's, used on the writer's own thread: a call of it blocks, and none of it waits for another
//! thread. Through sqlx each statement and each returned row would be handed over to a second one.

use super::dialect::{DbError, Dialect};
use super::statement::{Key, Told};
use crate::base::limits::{SHARDS, WRITER_SESSION_TIMEOUT};
use rusqlite::types::ValueRef;
use sqlx::{ConnectOptions as _, Connection, PgConnection, Row, SqlStr, postgres::PgConnectOptions};
use std::path::{Path, PathBuf};

/// Where the database is and how it is opened; enough to open it once more.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Sqlite { file: PathBuf, durable: bool },
    Postgres(Box<PgConnectOptions>),
}

pub(super) enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres(PgConnection),
}

type Result<T> = std::result::Result<T, DbError>;

/// Statements that stay prepared.
const PREPARED: usize = 256;

/// A checkpoint stands in the way of commits: rarely and much, not often and little.
const SQLITE_SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma foreign_keys = on;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 8000;
    pragma cache_size = -16384;
    pragma journal_size_limit = 67108864;";

/// The class of our advisory locks; the other half of the key is the shard.
const LOCK_CLASS: i32 = 77;

impl Place {
    pub fn sqlite(file: &Path, durable: bool) -> Self {
        Place::Sqlite { file: file.to_owned(), durable }
    }

    pub fn postgres(options: PgConnectOptions) -> Self {
        let millis = WRITER_SESSION_TIMEOUT.0.to_string();
        // The session time-outs make the server end the session of a daemon that is stopped or cut off: its
        // locks and its power to commit go together. The planner's settings keep a plan that was made while a
        // table was tiny from becoming a scan of a large one.
        let options = options.statement_cache_capacity(256).options([
            ("application_name", "transom-writer"),
            ("idle_session_timeout", millis.as_str()),
            ("idle_in_transaction_session_timeout", &millis),
            ("tcp_user_timeout", &millis),
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("enable_seqscan", "off"),
        ]);
        Place::Postgres(Box::new(options))
    }

    pub async fn connect(&self) -> Result<Conn> {
        Ok(match self {
            Place::Sqlite { file, durable } => {
                let conn = rusqlite::Connection::open(file)?;
                conn.set_prepared_statement_cache_capacity(PREPARED);
                conn.execute_batch(SQLITE_SETTINGS)?;
                let synchronous = if *durable { "pragma synchronous = full" } else { "pragma synchronous = off" };
                conn.execute_batch(synchronous)?;
                Conn::Sqlite(conn)
            }
            Place::Postgres(options) => Conn::Postgres(options.connect().await?),
        })
    }
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.close().map_err(|(_, error)| error.into()),
            Conn::Postgres(conn) => Ok(conn.close().await?),
        }
    }

    /// Statements without parameters, several in one text: a migration.
    pub async fn script(&mut self, text: SqlStr) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(text.as_str())?,
            Conn::Postgres(conn) => {
                sqlx::raw_sql(text).execute(conn).await?;
            }
        }
        Ok(())
    }

    pub async fn begin(&mut self) -> Result<()> {
        self.command(self.dialect().begin()).await
    }

    pub async fn commit(&mut self) -> Result<()> {
        self.command("commit").await
    }

    pub async fn rollback(&mut self) -> Result<()> {
        self.command("rollback").await
    }

    async fn command(&mut self, text: &'static str) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => drop(conn.prepare_cached(text)?.execute([])?),
            Conn::Postgres(conn) => {
                sqlx::raw_sql(text).execute(conn).await?;
            }
        }
        Ok(())
    }

    /// A set-based statement that returns nothing: the rows as one JSON array in, the number of changed rows out.
    pub async fn change(&mut self, text: SqlStr, rows: String) -> Result<usize> {
        Ok(match self {
            Conn::Sqlite(conn) => conn.prepare_cached(text.as_str())?.execute([rows])?,
            Conn::Postgres(conn) => {
                let done = sqlx::query(text).bind(rows).execute(conn).await?;
                usize::try_from(done.rows_affected()).unwrap_or(usize::MAX)
            }
        })
    }

    /// A set-based statement with a `returning`: the rows as one JSON array in, the returned rows out.
    pub async fn run(&mut self, text: SqlStr, rows: String, textual: bool) -> Result<Vec<Told>> {
        match self {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(text.as_str())?;
                let columns = statement.column_count();
                let mut returned = statement.query([rows])?;
                let mut all = Vec::new();
                while let Some(row) = returned.next()? {
                    all.push(told_by_sqlite(row, columns)?);
                }
                Ok(all)
            }
            Conn::Postgres(conn) => {
                let returned = sqlx::query(text).bind(rows).fetch_all(conn).await?;
                Ok(returned.iter().map(|row| told_by_postgres(row, textual)).collect::<sqlx::Result<_>>()?)
            }
        }
    }

    /// One number; `None` where there is no row, or null in it.
    pub async fn number(&mut self, text: &'static str, arg: i64) -> Result<Option<i64>> {
        let number: Option<Option<i64>> = match self {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(text)?;
                let mut rows = statement.query([arg])?;
                rows.next()?.map(|row| row.get(0)).transpose()?
            }
            Conn::Postgres(conn) => sqlx::query_scalar(text).bind(arg).fetch_optional(conn).await?,
        };
        Ok(number.flatten())
    }

    /// Takes the locks of all shards. False: somebody else holds one; then the connection must be dropped,
    /// because it may hold others. SQLite has one owner by its lock file.
    pub async fn take_shards(&mut self) -> Result<bool> {
        let Conn::Postgres(conn) = self else { return Ok(true) };
        let text = "select count(*) from generate_series(0, $2 - 1) as shard where pg_try_advisory_lock($1, shard)";
        let taken: i64 = sqlx::query_scalar(text).bind(LOCK_CLASS).bind(SHARDS).fetch_one(conn).await?;
        Ok(taken == i64::from(SHARDS))
    }
}

fn told_by_sqlite(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Told> {
    let key = match row.get_ref(0)? {
        ValueRef::Integer(number) => Key::Number(number),
        _ => Key::Text(row.get(0)?),
    };
    let more = (1..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
    Ok(Told { key, more })
}

fn told_by_postgres(row: &sqlx::postgres::PgRow, textual: bool) -> sqlx::Result<Told> {
    let key = if textual { Key::Text(row.try_get(0)?) } else { Key::Number(row.try_get(0)?) };
    let more = (1..row.len()).map(|column| row.try_get(column)).collect::<sqlx::Result<_>>()?;
    Ok(Told { key, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_commit_on_sqlite_is_on_the_disk_before_it_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("transom.db");
        for (durable, full) in [(true, 2), (false, 0)] {
            let Conn::Sqlite(conn) = Place::sqlite(&file, durable).connect().await.unwrap() else { unreachable!() };
            let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(number("synchronous"), full);
            assert_eq!(number("foreign_keys"), 1);
            assert_eq!(number("busy_timeout"), 5_000);
            assert_eq!(number("wal_autocheckpoint"), 8_000);
            let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            assert_eq!(mode, "wal");
        }
    }
}
