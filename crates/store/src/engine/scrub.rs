//! Removes deleted data from SQLite's files: from the log, which keeps older versions of pages until it is reset, and
//! from unused parts of pages.

use super::read::Readers;
use crate::{
    OpenError, Store,
    base::limits::{SCRUB_VACUUM_BYTES_MAX, SCRUB_WAIT},
};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

impl Store {
    /// Checkpoints the log, which overwrites deleted data (`secure_delete`), and truncates it. False if another
    /// connection still reads or writes: try again later. On Postgres `vacuum` does this.
    pub async fn scrub(&self) -> Result<bool, OpenError> {
        let Readers::Sqlite(pool) = self.readers() else { return Ok(true) };
        let file = pool.connect_options().get_filename().to_owned();
        match tokio::task::spawn_blocking(move || scrub(&file)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) if is_busy(&error) => Ok(false),
            Ok(Err(error)) => Err(OpenError::Database { doing: "emptying the database's log", error: error.into() }),
            // The task was cancelled because the daemon ends.
            Err(_) => Ok(false),
        }
    }
}

fn scrub(file: &Path) -> rusqlite::Result<bool> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.busy_timeout(SCRUB_WAIT.to_std())?;
    // A page split may leave a copy of a row in an unused part of a page. Rewriting all pages blocks the writer, so it
    // is done only for a small file.
    if std::fs::metadata(file).is_ok_and(|file| file.len() <= SCRUB_VACUUM_BYTES_MAX) {
        conn.execute_batch("vacuum")?;
    }
    conn.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0)).map(|busy| busy == 0)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
