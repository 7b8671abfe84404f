//! Runs queries on the readers' pool, and gives typed access to the columns of their rows.

use super::{
    deterministic,
    dialect::{self, ErrorEffect},
};
use crate::{
    InjectedFaults, Store,
    base::{
        limits::{READ_ASIDE_TIMEOUT, READ_AWAY_TIMEOUT, READ_TIMEOUT},
        time::{Span, Time},
    },
};
use serde::de::DeserializeOwned;
use sqlx::{
    PgPool, Row as _, SqlStr, Sqlite, SqliteConnection, SqlitePool,
    postgres::PgRow,
    query::Query as Bound,
    sqlite::{SqliteArguments, SqliteRow},
};
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// A query: its name for logs, and its text, in which `{rows}` stands for a JSON array of rows.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    pub name: &'static str,
    pub text: &'static str,
}

/// The only reader of a store in the simulator, where tasks run in a fixed order.
#[derive(Debug)]
pub(crate) struct InStep {
    pub conn: Mutex<Option<SqliteConnection>>,
    pub faults: Arc<InjectedFaults>,
}

#[derive(Debug)]
pub(crate) enum Readers {
    Sqlite(SqlitePool),
    /// One connection for all queries; no other task of the thread runs while it reads.
    InStep(Arc<InStep>),
    Postgres(PgPool),
}

/// A parameter of a query.
#[derive(Debug, Clone)]
pub enum Arg {
    Number(Option<i64>),
    Text(Option<String>),
}

/// A row of either database.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A failed query: a broken disk, a lost connection, or our bug.
#[derive(Debug)]
pub struct ReadError {
    query: &'static str,
    what: String,
}

type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, ReadError>> + Send + 'a>>;

macro_rules! column {
    ($row:expr, $name:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($name),
            Row::Postgres(row) => row.try_get($name),
        }
        .map_err(|error| ReadError { query: "a column", what: error.to_string() })
    };
}

impl Store {
    /// All rows, each decoded by `decode`.
    pub async fn all<T>(
        &self,
        query: &Query,
        args: &[Arg],
        decode: impl Fn(&Row) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let named = |error: ReadError| ReadError { query: query.name, ..error };
        let rows = self.rows(query, args).await?;
        rows.iter().map(|row| decode(row).map_err(named)).collect()
    }

    /// Boxed: messages seldom need a read, and the future would make every caller's future larger. The compiler makes a
    /// future of `async fn` in each crate that waits for it, and `all` anew for each of some hundred decoders: behind
    /// `dyn` this part is made once.
    fn rows<'a>(&'a self, query: &'a Query, args: &'a [Arg]) -> Reading<'a> {
        Box::pin(self.read_rows(query, args))
    }

    async fn read_rows(&self, query: &Query, args: &[Arg]) -> Result<Vec<Row>, ReadError> {
        let text = self.dialect().text(query.text);
        let failed = |error: sqlx::Error| {
            if self.dialect().effect_on_read(&error) != ErrorEffect::Data {
                self.inner.health.loses_read();
            }
            ReadError { query: query.name, what: error.to_string() }
        };
        match self.readers() {
            Readers::Sqlite(pool) => {
                let rows = bound(text, args).fetch_all(pool).await.map_err(|error| {
                    self.note_damage(&error);
                    failed(error)
                })?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Readers::InStep(reader) => {
                reader.faults.others_first().await;
                let mut conn = reader.conn.lock().unwrap_or_else(PoisonError::into_inner);
                let conn = conn.as_mut().ok_or_else(|| failed(sqlx::Error::PoolClosed))?;
                let rows = deterministic::to_the_end(bound(text, args).fetch_all(conn)).map_err(failed)?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Readers::Postgres(pool) => {
                let bound = args.iter().fold(sqlx::query(text), |bound, arg| match arg {
                    Arg::Number(number) => bound.bind(*number),
                    Arg::Text(text) => bound.bind(text.clone()),
                });
                let limit = self.read_timeout();
                let rows = tokio::time::timeout(limit.to_std(), bound.fetch_all(pool)).await;
                let late = |_| {
                    self.inner.health.loses_read();
                    let what = format!("the database did not answer within {} s", limit.0 / 1_000);
                    ReadError { query: query.name, what }
                };
                let rows = rows.map_err(late)?.map_err(failed)?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// A damaged file is found by whoever reads it first; the writer then ends the daemon.
    fn note_damage(&self, error: &sqlx::Error) {
        let sqlx::Error::Database(database) = error else { return };
        if database.code().and_then(|code| code.parse().ok()).is_some_and(dialect::is_damage) {
            self.inner.health.is_damaged(&error.to_string());
        }
    }

    /// A stopped server gives no answer and no error.
    fn read_timeout(&self) -> Span {
        match (self.is_connected(), self.is_aside) {
            (false, _) => READ_AWAY_TIMEOUT,
            (true, false) => READ_TIMEOUT,
            (true, true) => READ_ASIDE_TIMEOUT,
        }
    }

    /// The first row, if there is one.
    pub async fn one<T>(
        &self,
        query: &Query,
        args: &[Arg],
        decode: impl Fn(&Row) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        Ok(self.all(query, args, decode).await?.into_iter().next())
    }
}

fn bound(text: SqlStr, args: &[Arg]) -> Bound<'static, Sqlite, SqliteArguments> {
    args.iter().fold(sqlx::query(text), |bound, arg| match arg {
        Arg::Number(number) => bound.bind(*number),
        Arg::Text(text) => bound.bind(text.clone()),
    })
}

impl Row {
    pub fn number(&self, name: &str) -> Result<i64, ReadError> {
        column!(self, name)
    }

    pub fn maybe_number(&self, name: &str) -> Result<Option<i64>, ReadError> {
        column!(self, name)
    }

    pub fn text(&self, name: &str) -> Result<String, ReadError> {
        column!(self, name)
    }

    pub fn maybe_text(&self, name: &str) -> Result<Option<String>, ReadError> {
        column!(self, name)
    }

    /// An enum variant that serde stores as text.
    pub fn word<T: DeserializeOwned>(&self, name: &str) -> Result<T, ReadError> {
        let text = self.text(name)?;
        serde_json::from_value(serde_json::Value::String(text))
            .map_err(|error| ReadError { query: "a column", what: format!("`{name}`: {error}") })
    }

    /// A count that fits in 32 bits.
    pub fn small(&self, name: &str) -> Result<u32, ReadError> {
        let number = self.number(name)?;
        u32::try_from(number).map_err(|_| ReadError { query: "a column", what: format!("`{name}` is {number}") })
    }

    pub fn flag(&self, name: &str) -> Result<bool, ReadError> {
        column!(self, name)
    }

    pub fn time(&self, name: &str) -> Result<Time, ReadError> {
        self.number(name).map(Time)
    }

    pub fn maybe_time(&self, name: &str) -> Result<Option<Time>, ReadError> {
        Ok(self.maybe_number(name)?.map(Time))
    }

    /// A JSON column, selected as `cast(data as text) as data`.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, ReadError> {
        let text = self.text(name)?;
        serde_json::from_str(&text).map_err(|error| ReadError {
            query: "a column",
            what: format!("`{name}` holds JSON of another shape: {error}"),
        })
    }

    pub fn maybe_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ReadError> {
        match self.maybe_text(name)? {
            Some(_) => self.json(name).map(Some),
            None => Ok(None),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the database did not answer the query `{}`: {}", self.query, self.what)
    }
}

impl std::error::Error for ReadError {}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Arg::Number(Some(number))
    }
}

impl From<Option<i64>> for Arg {
    fn from(number: Option<i64>) -> Self {
        Arg::Number(number)
    }
}

impl From<Time> for Arg {
    fn from(time: Time) -> Self {
        Arg::Number(Some(time.0))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        // The same replacement as in rows, so that a search finds what was stored.
        Arg::Text(Some(text.replace('\0', "\u{2400}")))
    }
}

impl From<Option<&str>> for Arg {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Arg::Text(None), Arg::from)
    }
}
