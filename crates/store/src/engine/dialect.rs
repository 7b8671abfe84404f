//! Translates SQL where the two databases differ: a few tokens, replaced before a text is prepared.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A text with its tokens replaced:
    /// - `{rows}`: the one parameter, a JSON array of objects, as rows with a column `value`;
    /// - `{id}`: a bigint primary key (`bigint primary key` would be a second index in SQLite);
    /// - `{serial}`: the same, assigned by the database in the order of inserts and never reused;
    /// - `{field_kind}`, `{field_number}`, `{field_day}`, `{field_json}`, `{field_text}`: the JSON type, number, day
    ///   (of a date or timestamp), JSON and text of the contact field that the row `test` names;
    /// - `{is_alive}`: the session of the row of `member` exists;
    /// - `{has_tag}`: the contact has the tag that the row `test` names.
    pub fn text(self, template: &'static str) -> SqlStr {
        if !template.contains('{') {
            return SqlStr::from_static(template);
        }
        let (rows, id, serial) = match self {
            Dialect::Sqlite => ("json_each($1)", "integer primary key", "integer primary key autoincrement"),
            Dialect::Postgres => (
                "jsonb_array_elements($1::jsonb)",
                "bigint primary key",
                "bigint generated always as identity primary key",
            ),
        };
        let text = template.replace("{rows}", rows).replace("{id}", id).replace("{serial}", serial);
        let text = text.replace("{is_alive}", self.is_alive());
        if !text.contains("{field_") {
            return AssertSqlSafe(text).into_sql_str();
        }
        let [kind, number, day] = self.field();
        let text = text.replace("{field_kind}", kind).replace("{field_number}", number).replace("{field_day}", day);
        let text = text.replace("{field_json}", FIELD_JSON).replace("{field_text}", FIELD_TEXT);
        AssertSqlSafe(text.replace("{has_tag}", self.has_tag())).into_sql_str()
    }

    /// Each daemon holds an advisory lock of class 79 with its member's id as long as its session lives.
    fn is_alive(self) -> &'static str {
        match self {
            Dialect::Sqlite => "false",
            Dialect::Postgres => {
                "exists (select 1 from pg_locks as held where held.locktype = 'advisory' and held.granted
                   and held.database = (select oid from pg_database where datname = current_database())
                   and held.classid = 79 and held.objid = cast(member.id as oid) and held.objsubid = 2)"
            }
        }
    }

    fn has_tag(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "exists (select 1 from json_each(contact.data, '$.tags') as tag where tag.value = test.value ->> 'is')"
            }
            Dialect::Postgres => "coalesce(jsonb_exists(contact.data -> 'tags', test.value ->> 'is'), false)",
        }
    }

    fn field(self) -> [&'static str; 3] {
        match self {
            Dialect::Sqlite => [
                "json_type(contact.data, '$.fields.\"' || (test.value ->> 'field') || '\"')",
                "json_extract(contact.data, '$.fields.\"' || (test.value ->> 'field') || '\"')",
                "substr(coalesce(
                   json_extract(contact.data, '$.fields.\"' || (test.value ->> 'field') || '\".\"$date\"'),
                   json_extract(contact.data, '$.fields.\"' || (test.value ->> 'field') || '\".\"$datetime\"'), ''), 1, 10)",
            ],
            Dialect::Postgres => [
                "jsonb_typeof(contact.data -> 'fields' -> (test.value ->> 'field'))",
                "cast(contact.data -> 'fields' ->> (test.value ->> 'field') as numeric)",
                "substr(coalesce(contact.data -> 'fields' -> (test.value ->> 'field') ->> '$date',
                   contact.data -> 'fields' -> (test.value ->> 'field') ->> '$datetime', ''), 1, 10)",
            ],
        }
    }

    /// The statement that begins a writing transaction.
    pub fn begin(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin immediate",
            Dialect::Postgres => "begin",
        }
    }
}

impl Dialect {
    /// Classifies an error of a reader's connection.
    pub fn effect_on_read(self, error: &sqlx::Error) -> ErrorEffect {
        match (self, error) {
            (Dialect::Sqlite, sqlx::Error::Database(database)) => {
                let code = database.code().and_then(|code| code.parse().ok());
                code.map_or(ErrorEffect::Lost, effect_of_result_code)
            }
            (Dialect::Sqlite | Dialect::Postgres, _) => error_of_postgres(error),
        }
    }
}

/// The same SQL in both databases.
const FIELD_JSON: &str = "cast(contact.data -> 'fields' -> (test.value ->> 'field') as text)";
const FIELD_TEXT: &str = "contact.data -> 'fields' ->> (test.value ->> 'field')";

/// The effect of a database error on the write-sets of its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorEffect {
    /// The database refuses these rows; others may pass.
    Data,
    /// The same transaction may succeed when repeated at once: a deadlock or lock time-out aborted it.
    Again,
    /// The server refuses it for a reason of its own (a full disk, no memory); the connection stands, and nothing was
    /// written.
    Ill,
    /// The connection or the disk is unreliable: it is unknown whether a commit happened.
    Lost,
}

/// An error of the writer's connection, by database library.
#[derive(Debug)]
pub enum DbError {
    Sqlite(rusqlite::Error),
    Postgres(sqlx::Error),
    /// Another session holds the locks.
    Held,
    /// Another daemon held the locks meanwhile: what this process has in memory is out of date.
    Deposed,
    /// The server's session does not have our settings: a connection pooler stands before it.
    Pooled,
    /// The server is a standby of another one, and takes no writes.
    Replica,
}

impl DbError {
    /// The error for a server that did not answer in time.
    pub fn timed_out() -> Self {
        DbError::Postgres(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))
    }

    /// True if the server has ended a session that it had begun: it can be reached, and another session may last.
    pub fn is_end_of_session(&self) -> bool {
        use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
        match self {
            DbError::Postgres(sqlx::Error::Database(_)) => self.trouble() == ErrorEffect::Lost,
            DbError::Postgres(sqlx::Error::Io(error)) => {
                matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
            }
            DbError::Sqlite(_)
            | DbError::Postgres(_)
            | DbError::Held
            | DbError::Deposed
            | DbError::Pooled
            | DbError::Replica => false,
        }
    }

    /// True if SQLite's file holds something else than its database: it is damaged, or somebody wrote over it.
    pub fn is_damage(&self) -> bool {
        match self {
            DbError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => is_damage(failure.extended_code),
            DbError::Sqlite(_)
            | DbError::Postgres(_)
            | DbError::Held
            | DbError::Deposed
            | DbError::Pooled
            | DbError::Replica => false,
        }
    }

    /// Classifies an error by the next action.
    pub fn trouble(&self) -> ErrorEffect {
        match self {
            DbError::Sqlite(error) => error_of_sqlite(error),
            DbError::Postgres(error) => error_of_postgres(error),
            DbError::Held | DbError::Deposed | DbError::Pooled | DbError::Replica => ErrorEffect::Lost,
        }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        DbError::Sqlite(error)
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        DbError::Postgres(error)
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DbError::Sqlite(error) => error.fmt(f),
            DbError::Postgres(error) => error.fmt(f),
            DbError::Held => f.write_str("another daemon holds this database"),
            DbError::Deposed => f.write_str("another daemon has taken this database over"),
            DbError::Pooled => f.write_str(
                "a connection pooler stands before the database, and locks do not survive one; give the address of \
                 Postgres itself",
            ),
            DbError::Replica => f.write_str("the server is a replica that takes no writes"),
        }
    }
}

impl std::error::Error for DbError {}

/// SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html); the low byte is the primary result code.
pub(crate) fn is_damage(code: i32) -> bool {
    matches!(code & 0xff, 11 | 26)
}

fn error_of_sqlite(error: &rusqlite::Error) -> ErrorEffect {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => effect_of_result_code(failure.extended_code),
        // A value that could not be decoded or a text that could not be prepared is our bug in one statement.
        _ => ErrorEffect::Data,
    }
}

fn effect_of_result_code(extended: i32) -> ErrorEffect {
    // The low byte of the extended result code is the primary result code (sqlite.org/rescode.html).
    match extended & 0xff {
        5 | 6 => ErrorEffect::Again,
        1 | 18 | 19 | 20 | 25 => ErrorEffect::Data,
        _ => ErrorEffect::Lost,
    }
}

fn error_of_postgres(error: &sqlx::Error) -> ErrorEffect {
    let sqlx::Error::Database(database) = error else {
        // A value that could not be decoded is our bug in one statement; every other error without a code is the
        // connection.
        let ours = matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_));
        return if ours { ErrorEffect::Data } else { ErrorEffect::Lost };
    };
    // Five characters; the first two are the class (Postgres's manual, appendix A).
    match database.code().as_deref() {
        // An operator cancelled the statement; the session is still good.
        Some("57014") => ErrorEffect::Again,
        Some(code) => match code.get(..2) {
            Some("40" | "55") => ErrorEffect::Again,
            Some("53" | "58" | "XX") => ErrorEffect::Ill,
            // The session was ended, or the server is read-only.
            Some("08" | "57" | "25") | None => ErrorEffect::Lost,
            Some(_) => ErrorEffect::Data,
        },
        None => ErrorEffect::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_tokens_stays_as_it_is() {
        assert_eq!(Dialect::Postgres.text("select 1").as_str(), "select 1");
    }

    #[test]
    fn tokens_become_the_words_of_the_database() {
        let text = "create table x (id {id}); select value from {rows} as input";
        assert_eq!(
            Dialect::Sqlite.text(text).as_str(),
            "create table x (id integer primary key); select value from json_each($1) as input"
        );
        assert_eq!(
            Dialect::Postgres.text(text).as_str(),
            "create table x (id bigint primary key); select value from jsonb_array_elements($1::jsonb) as input"
        );
    }

    #[test]
    fn a_cut_wire_leaves_the_outcome_unknown() {
        assert_eq!(DbError::from(sqlx::Error::Io(std::io::Error::other("cut"))).trouble(), ErrorEffect::Lost);
        assert_eq!(DbError::from(sqlx::Error::WorkerCrashed).trouble(), ErrorEffect::Lost);
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert_eq!(dialect.effect_on_read(&sqlx::Error::PoolTimedOut), ErrorEffect::Lost);
            assert_eq!(dialect.effect_on_read(&sqlx::Error::Decode("a text".into())), ErrorEffect::Data);
        }
    }

    #[test]
    fn a_full_disk_loses_the_outcome_and_a_broken_key_is_the_rows_own() {
        let failed = |code| DbError::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        assert_eq!(failed(rusqlite::ffi::SQLITE_FULL).trouble(), ErrorEffect::Lost);
        assert_eq!(failed(rusqlite::ffi::SQLITE_IOERR_FSYNC).trouble(), ErrorEffect::Lost);
        assert_eq!(failed(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY).trouble(), ErrorEffect::Data);
        assert_eq!(failed(rusqlite::ffi::SQLITE_BUSY_SNAPSHOT).trouble(), ErrorEffect::Again);
    }
}
