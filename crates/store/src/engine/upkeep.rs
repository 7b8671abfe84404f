//! Maintains the writer's connection: checks it, identifies its session, and copies or shrinks its file.

use super::conn::{Conn, Result, closed};
use crate::base::limits::{SHRINK_KEEPS_ONE_OF, SHRINK_KEEPS_PAGES};
use rusqlite::config::DbConfig;
use sqlx::Row as _;
use std::path::Path;

/// A server session: process id and start time, because a process id may be reused later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionId {
    process: i32,
    began: String,
}

/// The value of `pragma auto_vacuum` for incremental mode.
const INCREMENTAL: i64 = 2;
/// Frees `SHRINK_PAGES` pages; a pragma takes no parameter.
const SHRINK: &str = "pragma incremental_vacuum(64)";

const SQLITE_PROBE: &str = "
    begin immediate;
    insert into meta (key, value) values ('probe', hex(zeroblob(131072)))
      on conflict (key) do update set value = excluded.value;
    commit;
    delete from meta where key = 'probe';";
/// One transaction; the data is digests, because repeated text would be compressed.
const POSTGRES_PROBE: &str = "
    insert into meta (key, value)
      select 'probe', string_agg(md5(cast(n as text)), '') from generate_series(1, 8000) as n
      on conflict (key) do update set value = excluded.value;
    delete from meta where key = 'probe';";

impl Conn {
    pub async fn session_id(&mut self) -> Result<Option<SessionId>> {
        let Conn::Postgres(conn) = self else { return Ok(None) };
        let text = "select pid, cast(backend_start as text) from pg_stat_activity where pid = pg_backend_pid()";
        let row = sqlx::query(text).fetch_one(conn).await?;
        Ok(Some(SessionId { process: row.try_get(0)?, began: row.try_get(1)? }))
    }

    /// Ends a dead session of ours that the server still keeps. A role may end its own sessions.
    pub async fn end_session(&mut self, own: &SessionId) -> Result<()> {
        if let Conn::Postgres(conn) = self {
            let text = "select pg_terminate_backend(pid) from pg_stat_activity
              where pid = $1 and cast(backend_start as text) = $2 and pid <> pg_backend_pid()";
            sqlx::query(text).bind(own.process).bind(&own.began).execute(conn).await?;
        }
        Ok(())
    }

    /// Commits as much data as a large group: a nearly full disk may have room for less.
    pub async fn probe(&mut self) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(SQLITE_PROBE).map_err(|error| {
                // Otherwise the next transaction could not begin.
                let _ = conn.execute_batch("rollback");
                error.into()
            }),
            Conn::Postgres(conn) => {
                sqlx::raw_sql(POSTGRES_PROBE).execute(conn).await?;
                Ok(())
            }
            Conn::Closed => Err(closed()),
        }
    }

    /// Writes a number into SQLite's header; it comes into the file with the next checkpoint.
    pub fn set_mark(&self, mark: i32) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => Ok(conn.pragma_update(None, "user_version", mark)?),
            Conn::Postgres(_) | Conn::Closed => Err(closed()),
        }
    }

    /// Copies SQLite's log into the file, as far as no reader needs the older state.
    pub fn checkpoint(&self) {
        if let Conn::Sqlite(conn) = self {
            let _ = conn.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
        }
    }

    /// Keeps SQLite from copying its log into the file when the connection closes.
    pub fn keep_log_apart(&self) {
        if let Conn::Sqlite(conn) = self {
            let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    /// Copies a SQLite database into a new file.
    pub fn copy(&self, file: &Path) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => {
                conn.execute("vacuum into ?1", [file.to_string_lossy()])?;
                Ok(())
            }
            Conn::Postgres(_) | Conn::Closed => Err(closed()),
        }
    }

    /// Returns at most `SHRINK_PAGES` free pages of SQLite's file to the disk, if more are free than the reserve for
    /// the next messages; true if more remain. The file becomes shorter at the next checkpoint.
    pub fn shrink(&mut self) -> Result<bool> {
        let Conn::Sqlite(conn) = self else { return Ok(false) };
        let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let worth = || -> Result<bool> {
            let kept = (number("page_count")? / SHRINK_KEEPS_ONE_OF).max(SHRINK_KEEPS_PAGES);
            Ok(number("freelist_count")? > kept)
        };
        // A file of an earlier version has no pointer map: `transom migrate --compact` makes one.
        if number("auto_vacuum")? != INCREMENTAL || !worth()? {
            return Ok(false);
        }
        // Each returned row stands for one page.
        let mut statement = conn.prepare_cached(SHRINK)?;
        let mut pages = statement.query([])?;
        while pages.next()?.is_some() {}
        drop(pages);
        drop(statement);
        worth()
    }

    /// Rewrites SQLite's file without free pages, in the mode in which `shrink` can shorten it.
    pub fn compact(&mut self) -> Result<()> {
        let Conn::Sqlite(conn) = self else { return Ok(()) };
        // The journal mode must not be WAL while `auto_vacuum` is changed.
        conn.execute_batch(
            "pragma journal_mode = delete; pragma auto_vacuum = incremental; vacuum; pragma journal_mode = wal;",
        )?;
        Ok(())
    }
}
