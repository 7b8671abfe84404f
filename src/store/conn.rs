//! The writer's own connection, of either database, outside any pool: nothing recycles or re-opens it.

use super::{
    dialect::Dialect,
    in_step,
    statement::{Key, Told},
};
use crate::base::limits::{SHARDS, SQLITE_ROWS_BUFFERED, WRITER_SESSION_TIMEOUT};
use sqlx::{
    ColumnIndex, ConnectOptions as _, Connection, Database, Decode, PgConnection, Row, SqlStr, SqliteConnection, Type,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// Where the database is and how it is opened; enough to open it once more.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Sqlite { options: SqliteConnectOptions, in_step: bool },
    Postgres(PgConnectOptions),
}

pub(super) enum Conn {
    /// `in_step`: nothing else of this thread runs while SQLite's own works.
    Sqlite {
        conn: SqliteConnection,
        in_step: bool,
    },
    Postgres(PgConnection),
}

/// The class of our advisory locks; the other half of the key is the shard.
const LOCK_CLASS: i32 = 77;

impl Place {
    pub fn sqlite(file: &Path, durable: bool, in_step: bool) -> Self {
        let synchronous = if durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256)
            // A group returns hundreds of keys: through a small buffer each costs a switch of threads.
            .row_buffer_size(SQLITE_ROWS_BUFFERED)
            .disable_statement_logging()
            .pragma("temp_store", "memory")
            // A checkpoint stands in the way of commits: rarely and much, not often and little.
            .pragma("wal_autocheckpoint", "8000")
            .pragma("cache_size", "-16384")
            .pragma("journal_size_limit", "67108864");
        Place::Sqlite { options, in_step }
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
        Place::Postgres(options)
    }

    pub async fn connect(&self) -> sqlx::Result<Conn> {
        Ok(match self {
            Place::Sqlite { options, in_step } => {
                let conn = in_step::paced(*in_step, SqliteConnection::connect_with(options)).await?;
                Conn::Sqlite { conn, in_step: *in_step }
            }
            Place::Postgres(options) => Conn::Postgres(PgConnection::connect_with(options).await?),
        })
    }
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite { .. } => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    pub async fn close(self) -> sqlx::Result<()> {
        match self {
            Conn::Sqlite { conn, in_step } => in_step::paced(in_step, conn.close()).await,
            Conn::Postgres(conn) => conn.close().await,
        }
    }

    /// Statements without parameters: schema, begin, commit.
    pub async fn raw(&mut self, text: SqlStr) -> sqlx::Result<()> {
        match self {
            Conn::Sqlite { conn, in_step } => {
                in_step::paced(*in_step, sqlx::raw_sql(text).execute(conn)).await.map(drop)
            }
            Conn::Postgres(conn) => sqlx::raw_sql(text).execute(conn).await.map(drop),
        }
    }

    pub async fn begin(&mut self) -> sqlx::Result<()> {
        self.raw(SqlStr::from_static(self.dialect().begin())).await
    }

    pub async fn commit(&mut self) -> sqlx::Result<()> {
        self.raw(SqlStr::from_static("commit")).await
    }

    pub async fn rollback(&mut self) -> sqlx::Result<()> {
        self.raw(SqlStr::from_static("rollback")).await
    }

    /// A set-based statement: the rows as one JSON array in, the returned rows out.
    pub async fn run(&mut self, text: SqlStr, rows: String, textual: bool) -> sqlx::Result<Vec<Told>> {
        match self {
            Conn::Sqlite { conn, in_step } => {
                let fetched = in_step::paced(*in_step, sqlx::query(text).bind(rows).fetch_all(conn)).await?;
                fetched.iter().map(|row| told(row, textual)).collect()
            }
            Conn::Postgres(conn) => {
                sqlx::query(text).bind(rows).fetch_all(conn).await?.iter().map(|row| told(row, textual)).collect()
            }
        }
    }

    /// One number; `None` where there is no row, or null in it.
    pub async fn number(&mut self, text: &'static str, arg: i64) -> sqlx::Result<Option<i64>> {
        let number: Option<Option<i64>> = match self {
            Conn::Sqlite { conn, in_step } => {
                in_step::paced(*in_step, sqlx::query_scalar(text).bind(arg).fetch_optional(conn)).await?
            }
            Conn::Postgres(conn) => sqlx::query_scalar(text).bind(arg).fetch_optional(conn).await?,
        };
        Ok(number.flatten())
    }

    /// Takes the locks of all shards. False: somebody else holds one; then the connection must be dropped,
    /// because it may hold others. SQLite has one owner by its lock file.
    pub async fn take_shards(&mut self) -> sqlx::Result<bool> {
        let Conn::Postgres(conn) = self else { return Ok(true) };
        let text = "select count(*) from generate_series(0, $2 - 1) as shard where pg_try_advisory_lock($1, shard)";
        let taken: i64 = sqlx::query_scalar(text).bind(LOCK_CLASS).bind(SHARDS).fetch_one(conn).await?;
        Ok(taken == i64::from(SHARDS))
    }
}

fn told<'r, R>(row: &'r R, textual: bool) -> sqlx::Result<Told>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    let key = if textual { Key::Text(row.try_get(0)?) } else { Key::Number(row.try_get(0)?) };
    let more = (1..row.len()).map(|column| row.try_get(column)).collect::<sqlx::Result<_>>()?;
    Ok(Told { key, more })
}
