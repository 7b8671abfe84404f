//! Copies a SQLite database into a new file while the daemon runs.

use super::{
    OpenError, Store,
    engine::{dialect::DbError, open::private, read::Readers},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

impl Store {
    /// Copies the database; the file must not exist. A copy that is there was read as a whole, and is on the disk.
    pub async fn backup(&self, file: &Path) -> Result<(), OpenError> {
        let aside = self.aside();
        let Readers::Sqlite(pool) = aside.readers() else {
            return Err(OpenError::Address(
                "`backup` copies SQLite databases; for Postgres use `pg_dump`, which copies a running database too"
                    .to_owned(),
            ));
        };
        if file.exists() {
            let error = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "the file exists already");
            return Err(OpenError::Files { path: file.to_owned(), error });
        }
        private(file).map_err(|error| OpenError::Files { path: file.to_owned(), error })?;
        let target = file.to_string_lossy().into_owned();
        let copied = sqlx::query("vacuum into $1").bind(target).execute(pool).await;
        let checked = match copied {
            Ok(_) => {
                let file = file.to_owned();
                tokio::task::spawn_blocking(move || finished(&file)).await.unwrap_or_else(|ended| {
                    Err(OpenError::Files { path: PathBuf::new(), error: io::Error::other(ended) })
                })
            }
            Err(error) => Err(OpenError::Database { doing: "copying the database", error: DbError::from(error) }),
        };
        checked.inspect_err(|_| {
            // Remove the partial copy: it could be mistaken for a complete one.
            let _ = fs::remove_file(file);
        })
    }
}

/// Takes the daemon's mark out of a copy, which would be taken for the daemon's own file; reads all of it, and flushes it.
fn finished(file: &Path) -> Result<(), OpenError> {
    let database = |error: rusqlite::Error| OpenError::Database {
        doing: "checking the copy of the database",
        error: DbError::Sqlite(error),
    };
    let copy = rusqlite::Connection::open(file).map_err(database)?;
    copy.pragma_update(None, "user_version", 0).map_err(database)?;
    let told: String = copy.query_row("pragma integrity_check(1)", [], |row| row.get(0)).map_err(database)?;
    drop(copy);
    let files = |error| OpenError::Files { path: file.to_owned(), error };
    if told != "ok" {
        return Err(files(io::Error::new(io::ErrorKind::InvalidData, format!("the copy is damaged: {told}"))));
    }
    fs::File::open(file).and_then(|file| file.sync_all()).map_err(files)
}
