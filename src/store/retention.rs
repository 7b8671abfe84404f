//! Forgetting: what is older than its retention time goes, a bounded batch per commit.

use super::{CommitError, Statement, Store, WriteSet};
use crate::base::{limits::RETENTION_BATCHES_MAX, time::Time};
use serde::Serialize;

/// The row of every `EXPIRE` statement, which removes at most 500 of the oldest rows that are older than this.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Before {
    pub before: Time,
}

/// Removes what is older, batch by batch, so that no commit of others waits long; gives the number of rows.
/// Stops after a bounded number of batches: the rest goes the next time.
pub async fn forget(store: &Store, statement: &Statement<Before>, before: Time) -> Result<usize, CommitError> {
    let mut removed = 0;
    for _ in 0..RETENTION_BATCHES_MAX {
        let mut set = WriteSet::new();
        set.push(statement, &Before { before });
        let gone = store.commit(set).await?.told(statement).count();
        removed += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(removed)
}

/// An `EXPIRE` of a table whose ids grow with time: only its oldest rows are looked at, so it needs no index
/// on the time. With a fourth argument only rows of which that is true go, the others are kept however old.
macro_rules! expire {
    ($table:literal, $order:literal, $at:literal) => {
        crate::store::retention::expire!($table, $order, $at, "true")
    };
    ($table:literal, $order:literal, $at:literal, $done:literal) => {
        crate::store::Statement::new(
            concat!($table, ".expire"),
            $order,
            crate::store::Wins::All,
            |row: &crate::store::retention::Before| row.before.0.into(),
            concat!(
                "delete from ",
                $table,
                " where id in
                   (select oldest.id from (select id, ",
                $at,
                " from ",
                $table,
                " where ",
                $done,
                " order by id limit 500) as oldest,
                      {rows} as input
                    where oldest.",
                $at,
                " < cast(value ->> 'before' as bigint))
                 returning id"
            ),
        )
    };
}
pub(in crate::store) use expire;
