//! Forgetting: rows older than their retention time go in small batches, and SQLite's file becomes shorter.
//!
//! The old rows are looked for by the connections of those who may wait; the writer only removes rows whose ids it is
//! given, so that a message never waits for a walk over a table.

use super::{CommitError, Job, Query, ReadError, Statement, Store, WriteSet};
use crate::base::{
    limits::{RETENTION_BATCH, RETENTION_PAGE_ROWS, RETENTION_PAGES_MAX, RETENTION_REST_MIN, RETENTION_REST_TIMES},
    time::{Span, Time},
};
use serde::Serialize;
use std::fmt;
use tokio::sync::oneshot;

/// How a table whose ids grow with time forgets.
pub struct Expire {
    /// The next rows after the id `$1` that may go at all, `$2` of them: their `id` and `at`, which may be null.
    pub(in crate::store) page: Query,
    /// Removes a row if it may still go.
    pub(in crate::store) remove: Statement<Gone>,
}

/// A row that goes, by its id.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Gone {
    pub id: i64,
}

/// The row of a statement that finds what it removes by itself, at most 50 rows that are older than this.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Before {
    pub before: Time,
}

/// Whether others want the writer between two batches.
#[derive(Clone, Copy)]
pub enum Pace<'a> {
    /// Somebody moves the clock by hand and waits for the end.
    AtOnce,
    /// A daemon at work: after each batch the writer belongs to others for a while. Gives the time in milliseconds.
    Gentle(&'a (dyn Fn() -> Time + Sync)),
}

/// Why a pass ended early; the rest goes with the next one.
#[derive(Debug)]
pub enum ForgetError {
    Read(ReadError),
    Commit(CommitError),
}

impl Pace<'_> {
    /// Does one batch, then rests `RETENTION_REST_TIMES` as long as it took: retention has a small share of the
    /// writer, and a smaller one where commits queue.
    async fn after<T>(self, batch: impl Future<Output = Result<T, CommitError>>) -> Result<T, CommitError> {
        let Pace::Gentle(now) = self else { return batch.await };
        let began = now();
        let done = batch.await;
        let took = Span((now().0 - began.0).max(0));
        let rest = Span(took.0.saturating_mul(RETENTION_REST_TIMES)).max(RETENTION_REST_MIN);
        tokio::time::sleep(rest.to_std()).await;
        done
    }
}

/// Removes the rows of a table that are older than `before`; gives their number.
pub async fn forget(store: &Store, expire: &Expire, before: Time, pace: Pace<'_>) -> Result<usize, ForgetError> {
    let aside = store.aside();
    let (mut removed, mut after) = (0, 0);
    for _ in 0..RETENTION_PAGES_MAX {
        let page = [after.into(), RETENTION_PAGE_ROWS.into()];
        let rows = aside.all(&expire.page, &page, |row| Ok((row.number("id")?, row.maybe_time("at")?))).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let old: Vec<Gone> =
            rows.iter().filter(|(_, at)| at.is_some_and(|at| at < before)).map(|(id, _)| Gone { id: *id }).collect();
        // Ids grow with time, though not to the millisecond: a whole page without an old row is the end.
        if old.is_empty() {
            break;
        }
        for batch in old.chunks(RETENTION_BATCH) {
            let mut set = WriteSet::new();
            for row in batch {
                set.push(&expire.remove, row);
            }
            removed += pace.after(store.commit(set)).await?.told(&expire.remove).count();
        }
    }
    Ok(removed)
}

/// As `forget`, for a small table without such ids, whose statement finds the old rows by itself.
pub async fn forget_small(
    store: &Store,
    statement: &Statement<Before>,
    before: Time,
    pace: Pace<'_>,
) -> Result<usize, ForgetError> {
    let mut removed = 0;
    for _ in 0..RETENTION_PAGES_MAX {
        let mut set = WriteSet::new();
        set.push(statement, &Before { before });
        let gone = pace.after(store.commit(set)).await?.told(statement).count();
        removed += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(removed)
}

/// Gives free pages of SQLite's file back to the disk, a few a commit, until the file holds no more than what the next
/// messages will use again. Postgres does it by itself.
pub async fn shrink(store: &Store, pace: Pace<'_>) -> Result<(), ForgetError> {
    for _ in 0..RETENTION_PAGES_MAX {
        let (owner, answer) = oneshot::channel();
        let step = async {
            store.jobs()?.send(Job::Shrink(owner)).await.map_err(|_| CommitError::Closed)?;
            answer.await.map_err(|_| CommitError::Unknown)
        };
        if !pace.after(step).await? {
            break;
        }
    }
    Ok(())
}

/// An `Expire` of a table whose ids grow with time, by the column of its time. With a fourth argument only rows of
/// which that is true go, the others are kept however old.
macro_rules! expire {
    ($table:literal, $order:literal, $at:literal) => {
        crate::store::retention::expire!($table, $order, $at, "true")
    };
    ($table:literal, $order:literal, $at:literal, $done:literal) => {
        crate::store::retention::Expire {
            page: crate::store::Query {
                name: concat!($table, ".expired"),
                text: concat!(
                    "select id, ",
                    $at,
                    " as at from ",
                    $table,
                    " where id > $1 and ",
                    $done,
                    " order by id limit $2"
                ),
            },
            remove: crate::store::Statement::new(
                concat!($table, ".expire"),
                $order,
                crate::store::Wins::Tell,
                |row: &crate::store::retention::Gone| row.id.into(),
                concat!(
                    "delete from ",
                    $table,
                    " where id in (select cast(value ->> 'id' as bigint) from {rows} as input) and ",
                    $done,
                    " returning id"
                ),
            ),
        }
    };
}
pub(in crate::store) use expire;

impl From<ReadError> for ForgetError {
    fn from(error: ReadError) -> Self {
        ForgetError::Read(error)
    }
}

impl From<CommitError> for ForgetError {
    fn from(error: CommitError) -> Self {
        ForgetError::Commit(error)
    }
}

impl fmt::Display for ForgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ForgetError::Read(error) => error.fmt(f),
            ForgetError::Commit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ForgetError {}
