//! Copies a SQLite database into a new file while the daemon runs.

use super::{
    OpenError, Store,
    engine::{dialect::DbError, open::private, read::Readers},
};
use std::path::Path;

impl Store {
    /// Copies the database; the file must not exist.
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
        let copied = sqlx::query("vacuum into $1").bind(target).execute(pool).await.map_err(DbError::from);
        // Without the mark of the daemon, which would take the copy for its own file.
        let unmarked =
            copied.and_then(|_| Ok(rusqlite::Connection::open(file)?.pragma_update(None, "user_version", 0)?));
        unmarked.map_err(|error| {
            // Remove the partial copy: it could be mistaken for a complete one.
            let _ = std::fs::remove_file(file);
            OpenError::Database { doing: "copying the database", error }
        })
    }
}
