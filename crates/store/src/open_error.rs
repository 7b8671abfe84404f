//! Lists the reasons why a database cannot be opened, each with its sentence for the operator.

use super::engine::dialect::DbError;
use std::{fmt, path::PathBuf};

/// The reason why a database cannot be opened; each displays as one sentence for the operator.
#[derive(Debug)]
pub enum OpenError {
    /// The address has an unknown form.
    Address(String),
    /// Another daemon uses it; `instead`: what else can be done than to stop that one.
    Held { what: String, instead: &'static str },
    /// The folder or file cannot be created, read or written.
    Files { path: PathBuf, error: std::io::Error },
    /// The lock file says that there was a database, and there is none any more.
    Gone(PathBuf),
    /// There is no database yet (when opened for reading).
    Missing(PathBuf),
    /// Its tables are those of an earlier Transom, or it has none: `has` is 0 (when opened for reading; a daemon brings
    /// them up to date).
    Older { has: i64, knows: i64 },
    /// Its tables are those of a newer Transom.
    Newer { has: i64, knows: i64 },
    /// The system cannot start a thread.
    Thread { error: std::io::Error },
    /// The server does not answer or refuses the login.
    Unreachable { at: String, error: DbError },
    /// The database returned an error.
    Database { doing: &'static str, error: DbError },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Address(text) => f.write_str(text),
            OpenError::Held { what, instead } => {
                write!(f, "{what} is held by another Transom daemon; stop that one first, or {instead}")
            }
            OpenError::Files { path, error } => write!(f, "`{}` cannot be used: {error}", path.display()),
            OpenError::Gone(path) => write!(
                f,
                "there was a database `{0}`, and it is gone or empty; put it back (a backup, or what was rescued of it), or \
                 remove `{0}.lock` to begin with an empty one",
                path.display()
            ),
            OpenError::Missing(path) => {
                write!(f, "there is no database `{}` yet; `transom serve` makes it", path.display())
            }
            OpenError::Older { has: 0, .. } => f.write_str(
                "the database has no tables of transom yet: run `transom migrate`, or start the daemon by \
                 `transom serve`, which makes them, too",
            ),
            OpenError::Older { has, knows } => write!(
                f,
                "the database has schema version {has}, and this version of transom needs {knows}: run `transom migrate`, \
                 or start the daemon of this version, which does the same"
            ),
            OpenError::Newer { has, knows } => write!(
                f,
                "the database has schema version {has}, which a newer transom wrote, and this version knows {knows} at most: \
                 use that newer version"
            ),
            OpenError::Thread { error } => write!(f, "the database's writer cannot start: {error}"),
            OpenError::Unreachable { at, error } => {
                write!(f, "cannot connect to {at}: {error}; is it running, and is `database:` right?")
            }
            OpenError::Database { doing, error } => write!(f, "{doing} failed: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}
