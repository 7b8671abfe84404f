//! What was deleted is gone from SQLite's files: from the log, where older states of pages stand until it begins anew, and
//! from the parts of pages that nothing uses.

use super::{OpenError, Store, read::Readers};
use crate::base::limits::{SCRUB_VACUUM_BYTES_MAX, SCRUB_WAIT};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

impl Store {
    /// Writes the log back into the file, which overwrites what is deleted (`secure_delete`), and empties it. False:
    /// somebody still reads or writes; try again later. Postgres forgets by its own `vacuum`.
    pub async fn scrub(&self) -> Result<bool, OpenError> {
        let Readers::Sqlite(pool) = self.readers() else { return Ok(true) };
        let file = pool.connect_options().get_filename().to_owned();
        match tokio::task::spawn_blocking(move || scrub(&file)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) if is_busy(&error) => Ok(false),
            Ok(Err(error)) => Err(OpenError::Database { doing: "emptying the database's log", error: error.into() }),
            // Cancelled: the daemon ends.
            Err(_) => Ok(false),
        }
    }
}

fn scrub(file: &Path) -> rusqlite::Result<bool> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.busy_timeout(SCRUB_WAIT.to_std())?;
    // Where a page was split a copy of a row may stand in a part of it that nothing uses. To write all pages anew stops
    // the writer meanwhile, so it is done where that takes no time.
    if std::fs::metadata(file).is_ok_and(|file| file.len() <= SCRUB_VACUUM_BYTES_MAX) {
        conn.execute_batch("vacuum")?;
    }
    conn.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0)).map(|busy| busy == 0)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
