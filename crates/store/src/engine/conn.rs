//! The writer's own database connection, outside any pool, so that nothing recycles or re-opens it.
//!
//! SQLite is called through rusqlite, on the writer's own thread: calls block, and none waits for another thread.
//! Through sqlx each statement and each returned row would be handed over to a second thread.

use super::{
    dialect::{DbError, Dialect},
    group::{array, distinct_keys},
    one_row::OneRow,
    servers::Servers,
    statement::{Entry, Key, ReturnedRow, RowContract, Sql},
};
use crate::base::limits::WRITER_SESSION_TIMEOUT;
use rusqlite::types::ValueRef;
use sqlx::{Connection, PgConnection, Row, SqlStr, postgres::PgConnectOptions};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The database's address and options; enough to open a connection again.
#[derive(Debug, Clone)]
pub(crate) enum DatabaseAddress {
    Sqlite { file: PathBuf, durable: bool },
    Postgres(Arc<Servers>),
}

pub(crate) enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres(PgConnection),
    /// The old connection is closed, and a new one is not open yet.
    Closed,
}

/// A statement in one database's SQL: `silent` without its `returning` clause, `telling` with it.
pub(crate) enum StatementText {
    /// SQLite: runs once for each row.
    Each { silent: OneRow, telling: ReturningMode },
    /// Postgres: runs once for all rows of a group.
    Whole { silent: SqlStr, telling: SqlStr },
}

/// How SQLite reports the result of a row. It builds a temporary table for each `returning`, even for no rows, so the
/// two cheaper ways are used where possible.
pub(crate) enum ReturningMode {
    /// `returning` would give only the key: the count of changed rows says the same.
    Changed,
    /// The returned columns are selected by the key, which is the row's id.
    Asked(String),
    Returned(OneRow),
}

/// The rows that won at a statement.
pub(crate) enum WinningRows {
    Everyone,
    /// The rows with these keys.
    Told(Vec<ReturnedRow>),
    /// At least one row lost; only the statement with `returning` can say which.
    Few,
}

pub(crate) type Result<T> = std::result::Result<T, DbError>;

/// The capacity of the cache of prepared statements.
const PREPARED: usize = 256;

/// A checkpoint blocks commits, so it runs seldom and on many pages. `secure_delete` overwrites deleted data with
/// zeros: neither an erased person nor the old value of a changed row must be readable in the file.
const SQLITE_SETTINGS: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma foreign_keys = on;
    pragma secure_delete = on;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 8000;
    pragma cache_size = -16384;
    pragma journal_size_limit = 67108864;";

/// Takes effect only before the first page is written. It waits for the write lock even if it changes nothing, and a
/// reconnect after a full disk may find that lock held by the failed connection.
const SQLITE_NEW: &str = "pragma auto_vacuum = incremental";

/// The class of the one lock that serializes writers of the event log.
const LOCK_CLASS_LOG: i32 = 78;

impl DatabaseAddress {
    pub fn sqlite(file: &Path, durable: bool) -> Self {
        DatabaseAddress::Sqlite { file: file.to_owned(), durable }
    }

    pub async fn connect(&self) -> Result<Conn> {
        Ok(match self {
            DatabaseAddress::Sqlite { file, durable } => {
                let conn = rusqlite::Connection::open(file)?;
                conn.set_prepared_statement_cache_capacity(PREPARED);
                if conn.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0))? == 0 {
                    conn.execute_batch(SQLITE_NEW)?;
                }
                conn.execute_batch(SQLITE_SETTINGS)?;
                let synchronous = if *durable { "pragma synchronous = full" } else { "pragma synchronous = off" };
                conn.execute_batch(synchronous)?;
                Conn::Sqlite(conn)
            }
            DatabaseAddress::Postgres(servers) => servers.connect().await?,
        })
    }
}

impl StatementText {
    pub fn of(sql: &Sql, dialect: Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => {
                StatementText::Each { silent: OneRow::of(sql.silent()), telling: ReturningMode::of(sql) }
            }
            Dialect::Postgres => {
                StatementText::Whole { silent: dialect.text(sql.silent()), telling: dialect.text(sql.text) }
            }
        }
    }
}

impl ReturningMode {
    fn of(sql: &Sql) -> Self {
        let updated = sql.text.strip_prefix("update ").and_then(|rest| rest.split_once(' '));
        match (sql.returned(), updated) {
            // For `RowContract::All` the returned rows are not those of the input.
            (_, _) if sql.wins == RowContract::All => ReturningMode::Returned(OneRow::of(sql.text)),
            (Some(key), _) if !key.contains(',') => ReturningMode::Changed,
            (Some(columns), Some((table, _))) if columns.starts_with("id,") => {
                ReturningMode::Asked(format!("select {columns} from {table} where id = ?1"))
            }
            _ => ReturningMode::Returned(OneRow::of(sql.text)),
        }
    }
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite(_) => Dialect::Sqlite,
            // Only a Postgres connection is closed before the new one is open.
            Conn::Postgres(_) | Conn::Closed => Dialect::Postgres,
        }
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.close().map_err(|(_, error)| error.into()),
            Conn::Postgres(conn) => Ok(conn.close().await?),
            Conn::Closed => Ok(()),
        }
    }

    /// Runs several statements without parameters from one text, such as a migration.
    pub async fn script(&mut self, text: SqlStr) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(text.as_str())?,
            Conn::Postgres(conn) => {
                sqlx::raw_sql(text).execute(conn).await?;
            }
            Conn::Closed => return Err(closed()),
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
            Conn::Closed => return Err(closed()),
        }
        Ok(())
    }

    /// Writes the rows, which are sorted by key. With `counted`, the number of changed rows must show that every key
    /// won; without it, `returning` says which keys won.
    pub async fn write(
        &mut self,
        text: &StatementText,
        rows: &[(usize, &Entry)],
        counted: bool,
    ) -> Result<WinningRows> {
        match (self, text) {
            (Conn::Sqlite(conn), StatementText::Each { silent, .. }) if counted => count_each(conn, silent, rows),
            (Conn::Sqlite(conn), StatementText::Each { silent, telling }) => match telling {
                ReturningMode::Changed => count_each(conn, silent, rows),
                ReturningMode::Asked(question) => ask_each(conn, silent, question, rows),
                ReturningMode::Returned(telling) => tell_each(conn, telling, rows),
            },
            (Conn::Postgres(conn), StatementText::Whole { silent, .. }) if counted => {
                let done = sqlx::query(silent.clone()).bind(array(rows)).execute(conn).await?;
                let all = usize::try_from(done.rows_affected()).is_ok_and(|changed| changed == distinct_keys(rows));
                Ok(if all { WinningRows::Everyone } else { WinningRows::Few })
            }
            (Conn::Postgres(conn), StatementText::Whole { telling, .. }) => {
                let returned = sqlx::query(telling.clone()).bind(array(rows)).fetch_all(conn).await?;
                let textual = matches!(rows.first(), Some((_, Entry { key: Key::Text(_), .. })));
                let told =
                    returned.iter().map(|row| returned_by_postgres(row, textual)).collect::<sqlx::Result<_>>()?;
                Ok(WinningRows::Told(told))
            }
            (Conn::Closed, _) => Err(closed()),
            (Conn::Sqlite(_), StatementText::Whole { .. }) | (Conn::Postgres(_), StatementText::Each { .. }) => {
                unreachable!("a text is made for its connection's dialect")
            }
        }
    }

    /// Reads one number; `None` if there is no row or the value is null.
    pub async fn number(&mut self, text: &'static str, arg: i64) -> Result<Option<i64>> {
        let number: Option<Option<i64>> = match self {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(text)?;
                let mut rows = statement.query([arg])?;
                rows.next()?.map(|row| row.get(0)).transpose()?
            }
            Conn::Postgres(conn) => sqlx::query_scalar(text).bind(arg).fetch_optional(conn).await?,
            Conn::Closed => return Err(closed()),
        };
        Ok(number.flatten())
    }

    /// Takes the lock that lets one writer at a time append to the event log, until the transaction ends. Event ids
    /// are assigned before the commit: without the lock a higher id could become visible first, and a reader that has
    /// passed it would never see the lower one.
    pub async fn stand_in_line(&mut self) -> Result<()> {
        if let Conn::Postgres(conn) = self {
            sqlx::query("select pg_advisory_xact_lock($1, $2)").bind(LOCK_CLASS_LOG).bind(0).execute(conn).await?;
        }
        Ok(())
    }
}

/// The options of a writer's session. The session time-outs make the server end the session of a stopped or
/// disconnected daemon: it loses its locks and its ability to commit at the same moment. The planner's settings keep a
/// plan that was made while a table was tiny from becoming a scan of a large one.
pub(crate) fn postgres_session(options: PgConnectOptions) -> PgConnectOptions {
    let millis = WRITER_SESSION_TIMEOUT.0.to_string();
    options.statement_cache_capacity(256).options([
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
    ])
}

pub(crate) fn closed() -> DbError {
    sqlx::Error::PoolClosed.into()
}

fn count_each(conn: &rusqlite::Connection, one: &OneRow, rows: &[(usize, &Entry)]) -> Result<WinningRows> {
    let mut statement = conn.prepare_cached(&one.text)?;
    let mut won = Vec::new();
    for (at, (_, entry)) in rows.iter().enumerate() {
        one.bind(&mut statement, &entry.row)?;
        if statement.raw_execute()? > 0 {
            won.push(at);
        }
    }
    Ok(if won.len() == rows.len() {
        WinningRows::Everyone
    } else {
        WinningRows::Told(
            won.into_iter().map(|at| ReturnedRow { key: rows[at].1.key.clone(), more: Vec::new() }).collect(),
        )
    })
}

fn ask_each(
    conn: &rusqlite::Connection,
    one: &OneRow,
    question: &str,
    rows: &[(usize, &Entry)],
) -> Result<WinningRows> {
    let mut statement = conn.prepare_cached(&one.text)?;
    let mut told = Vec::new();
    for (_, entry) in rows {
        one.bind(&mut statement, &entry.row)?;
        if statement.raw_execute()? > 0
            && let Some(id) = entry.key.number()
        {
            let mut question = conn.prepare_cached(question)?;
            let columns = question.column_count();
            told.push(question.query_row([id], |row| returned_by_sqlite(row, columns))?);
        }
    }
    Ok(WinningRows::Told(told))
}

fn tell_each(conn: &rusqlite::Connection, one: &OneRow, rows: &[(usize, &Entry)]) -> Result<WinningRows> {
    let mut statement = conn.prepare_cached(&one.text)?;
    let columns = statement.column_count();
    let mut told = Vec::new();
    for (_, entry) in rows {
        one.bind(&mut statement, &entry.row)?;
        let mut returned = statement.raw_query();
        while let Some(row) = returned.next()? {
            told.push(returned_by_sqlite(row, columns)?);
        }
    }
    Ok(WinningRows::Told(told))
}

fn returned_by_sqlite(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<ReturnedRow> {
    let key = match row.get_ref(0)? {
        ValueRef::Integer(number) => Key::Number(number),
        _ => Key::Text(row.get(0)?),
    };
    let more = (1..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
    Ok(ReturnedRow { key, more })
}

fn returned_by_postgres(row: &sqlx::postgres::PgRow, textual: bool) -> sqlx::Result<ReturnedRow> {
    let key = if textual { Key::Text(row.try_get(0)?) } else { Key::Number(row.try_get(0)?) };
    let more = (1..row.len()).map(|column| row.try_get(column)).collect::<sqlx::Result<_>>()?;
    Ok(ReturnedRow { key, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_commit_on_sqlite_is_on_the_disk_before_it_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("transom.db");
        for (durable, full) in [(true, 2), (false, 0)] {
            let Conn::Sqlite(conn) = DatabaseAddress::sqlite(&file, durable).connect().await.unwrap() else {
                unreachable!()
            };
            let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(number("synchronous"), full);
            assert_eq!(number("foreign_keys"), 1);
            assert_eq!(number("secure_delete"), 1);
            assert_eq!(number("busy_timeout"), 5_000);
            assert_eq!(number("wal_autocheckpoint"), 8_000);
            let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            assert_eq!(mode, "wal");
        }
    }

    #[tokio::test]
    async fn a_connection_opens_while_another_is_in_the_middle_of_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let place = DatabaseAddress::sqlite(&folder.path().join("transom.db"), false);
        let mut old = place.connect().await.unwrap();
        old.script(SqlStr::from_static("create table of_a_test (n bigint)")).await.unwrap();
        old.begin().await.unwrap();
        let Conn::Sqlite(fresh) = place.connect().await.expect("it waits for no lock") else { unreachable!() };
        let mode: i64 = fresh.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).unwrap();
        assert_eq!(mode, 2, "as the file was made");
    }
}
