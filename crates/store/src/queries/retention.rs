//! Deletes rows older than their retention time in small batches, and shrinks SQLite's file.
//!
//! The connections for slow queries find the old rows; the writer only deletes rows by id, so that a message never
//! waits for a table scan.

use crate::{
    CommitError, Job, Query, ReadError, Statement, Store, WriteSet,
    base::{
        limits::{RETENTION_BATCH, RETENTION_PAGE_ROWS, RETENTION_PAGES_MAX, RETENTION_REST_MIN, RETENTION_REST_TIMES},
        time::{Span, Time},
    },
};
use serde::Serialize;
use std::fmt;
use tokio::sync::oneshot;

/// The retention statements of a table whose ids increase with time.
pub struct Expire {
    /// The next `$2` deletable rows after the id `$1`: their `id` and `at`, which may be null.
    pub(crate) page: Query,
    /// Deletes a row if it is still deletable.
    pub(crate) remove: Statement<OldRow>,
}

/// A row to delete, by its id.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OldRow {
    pub id: i64,
}

/// The row for a statement that finds the old rows itself: it deletes at most 50 rows that are older than this.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OlderThan {
    pub before: Time,
}

/// Whether to leave the writer to others between two batches.
#[derive(Clone, Copy)]
pub enum Pace<'a> {
    /// For tests and for a clock that is moved by hand: without a rest.
    AtOnce,
    /// For a running daemon: rests after each batch. The function gives the time in milliseconds.
    Gentle(&'a (dyn Fn() -> Time + Sync)),
}

/// The error that ended a pass early; the next pass continues.
#[derive(Debug)]
pub enum ForgetError {
    Read(ReadError),
    Commit(CommitError),
}

impl Pace<'_> {
    /// Runs one batch, then rests `RETENTION_REST_TIMES` as long as the batch took: retention gets a small share of
    /// the writer, and a smaller one when commits queue.
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

/// Deletes the rows of a table that are older than `before`; gives their number.
pub async fn forget(store: &Store, expire: &Expire, before: Time, pace: Pace<'_>) -> Result<usize, ForgetError> {
    let aside = store.aside();
    let (mut removed, mut after) = (0, 0);
    for _ in 0..RETENTION_PAGES_MAX {
        let page = [after.into(), RETENTION_PAGE_ROWS.into()];
        let rows = aside.all(&expire.page, &page, |row| Ok((row.number("id")?, row.maybe_time("at")?))).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let old: Vec<OldRow> =
            rows.iter().filter(|(_, at)| at.is_some_and(|at| at < before)).map(|(id, _)| OldRow { id: *id }).collect();
        // Ids increase with time, though not to the millisecond: the first whole page without an old row is the end.
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

/// As `forget`, for a small table without such ids, whose statement finds the old rows itself.
pub async fn forget_small(
    store: &Store,
    statement: &Statement<OlderThan>,
    before: Time,
    pace: Pace<'_>,
) -> Result<usize, ForgetError> {
    let mut removed = 0;
    for _ in 0..RETENTION_PAGES_MAX {
        let mut set = WriteSet::new();
        set.push(statement, &OlderThan { before });
        let gone = pace.after(store.commit(set)).await?.told(statement).count();
        removed += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(removed)
}

/// Returns free pages of SQLite's file to the disk, a few for each commit, until only the reserve for the next
/// messages is left. Postgres does this itself.
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

/// Builds the `Expire` of a table whose ids increase with time, by the column of its time. A fourth argument restricts
/// deletion to rows for which it is true; the others are kept, however old.
macro_rules! expire {
    ($table:literal, $order:literal, $at:literal) => {
        crate::queries::retention::expire!($table, $order, $at, "true")
    };
    ($table:literal, $order:literal, $at:literal, $done:literal) => {
        crate::queries::retention::Expire {
            page: crate::Query {
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
            remove: crate::Statement::new(
                concat!($table, ".expire"),
                $order,
                crate::RowContract::Tell,
                |row: &crate::queries::retention::OldRow| row.id.into(),
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
pub(crate) use expire;

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
