//! Reserves blocks of ids for the writer ahead of need, and returns the unused rest at the end.

use super::{dialect::DbError, faults::InjectedFaults, writer::Writer};
use crate::base::limits::{COMMIT_TIMEOUT, ID_BLOCK};
use sqlx::SqlSafeStr;

/// Reserves a block; the table has one row.
const TAKE_BLOCK: &str = "update id_block set next = next + $1 returning next - $1";

impl Writer {
    /// Keeps a spare block of ids in memory.
    pub(crate) async fn refill(&mut self) -> Result<(), DbError> {
        while self.ids.wants_block() {
            if self.faults.has_full_disk() {
                return Err(InjectedFaults::full_disk());
            }
            let taken = tokio::time::timeout(COMMIT_TIMEOUT.to_std(), self.conn.number(TAKE_BLOCK, ID_BLOCK)).await;
            let first = taken.unwrap_or_else(|_| Err(DbError::timed_out()))?;
            self.ids.give(first.expect("the migration made the row"));
        }
        Ok(())
    }

    /// Returns the unused rest of the blocks, unless another process has reserved a block since.
    pub(crate) async fn give_back(&mut self) {
        let Some((next, end)) = self.ids.left() else { return };
        let text = sqlx::AssertSqlSafe(format!("update id_block set next = {next} where next = {end}"));
        if let Err(error) = self.conn.script(text.into_sql_str()).await {
            tracing::debug!(error = %error, "Unused ids were not given back");
        }
    }
}
