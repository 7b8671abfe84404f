//! Defines set-based SQL statements, and the write-sets that carry their rows to the writer.

use super::fields::Fields;
use serde::Serialize;
use std::fmt;

/// A statement that writes any number of rows at once: `{rows}` stands for them.
///
/// `R` is the type of a row; the text reads its fields with `value ->> 'field'`.
pub struct Statement<R> {
    pub sql: Sql,
    key: fn(&R) -> Key,
}

/// A statement without its row type.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// `table.action`, for logs and errors.
    pub name: &'static str,
    /// Statements of a group run in this order, which is the same in every process: no deadlocks.
    pub order: u16,
    pub text: &'static str,
    pub wins: RowContract,
}

/// How the rows that `returning` gives are used. The first column is the key, the others are bigints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowContract {
    /// The statement has no `returning`.
    Plain,
    /// The owner is told which keys were returned: `Committed::won`.
    Tell,
    /// As `Tell`, for keys with one row each that are nearly always returned: they are counted, and read only if one
    /// is missing.
    Count,
    /// Every key must be returned, otherwise the whole write-set is `Stale` and is not applied. Each key is one row, a
    /// losing row is unchanged (changed rows are counted), and a key must not occur in two write-sets of a group: it
    /// contains a new id, or an id of the contact.
    Must,
    /// All returned rows are told to every owner: the statement deletes or claims rows that the input does not name.
    All,
}

/// The key of a row: matches returned rows to input rows, and sorts rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Number(i64),
    Text(String),
}

/// Rows that are committed together or not at all.
#[derive(Debug, Clone, Default)]
pub struct WriteSet {
    contact: Option<i64>,
    /// No task waits for it: it need not have a commit of its own.
    patient: bool,
    pub(crate) rows: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub sql: Sql,
    pub key: Key,
    /// Serialized by the owner, so that the writer has less work.
    pub row: Fields,
}

/// The returned rows of a committed write-set.
#[derive(Debug, Default, PartialEq)]
pub struct Committed {
    pub(crate) told: Vec<(u16, ReturnedRow)>,
}

/// One returned row: its key and the other columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnedRow {
    pub key: Key,
    pub more: Vec<Option<i64>>,
}

/// The reason why a write-set was not, or perhaps not, committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitError {
    /// A `Must` row lost: another commit changed the state since it was read. Nothing was applied.
    Stale { statement: &'static str },
    /// The database refuses these rows; nothing was applied. The text is for the log.
    Refused(String),
    /// The connection was lost: the set may or may not be applied. Read the state again, then repeat the missing part.
    Unknown,
    /// The database takes no commits now (full disk, unreachable server): nothing was applied.
    Away,
    /// The store is closed.
    Closed,
}

impl<R: Serialize> Statement<R> {
    /// `order` must be unique to the statement; `key` gives the value that the first returned column will have.
    pub const fn new(
        name: &'static str,
        order: u16,
        wins: RowContract,
        key: fn(&R) -> Key,
        text: &'static str,
    ) -> Self {
        Statement { sql: Sql { name, order, text, wins }, key }
    }
}

impl WriteSet {
    /// For the writes of one contact's lane or webhook. A group contains at most one write-set of a contact, so two of
    /// them are applied in the order of their `commit` calls.
    pub fn of(contact: i64) -> Self {
        WriteSet { contact: Some(contact), patient: false, rows: Vec::new() }
    }

    /// For rows of no contact, or whose statements may run beside any other set (statuses, catalogues).
    pub fn new() -> Self {
        WriteSet::default()
    }

    pub fn push<R: Serialize>(&mut self, statement: &Statement<R>, row: &R) {
        self.rows.push(Entry { sql: statement.sql, key: (statement.key)(row), row: Fields::of(row) });
    }

    /// As `push`, but replaces a row with the same key: if one statement gets two changes of one row, the database
    /// applies either.
    pub fn replace<R: Serialize>(&mut self, statement: &Statement<R>, row: &R) {
        let key = (statement.key)(row);
        self.rows.retain(|entry| entry.sql.order != statement.sql.order || entry.key != key);
        self.push(statement, row);
    }

    /// True if this set has a row of the statement.
    pub fn holds<R: Serialize>(&self, statement: &Statement<R>) -> bool {
        self.rows.iter().any(|entry| entry.sql.order == statement.sql.order)
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds the rows of another write-set of the same contact.
    pub fn merge(&mut self, other: WriteSet) {
        self.contact = self.contact.or(other.contact);
        self.rows.extend(other.rows);
    }

    /// Marks the set as patient: it joins the next group, and gets a commit of its own only if none comes.
    pub fn patient(self) -> Self {
        WriteSet { patient: true, ..self }
    }

    pub(crate) fn is_patient(&self) -> bool {
        self.patient
    }

    pub(crate) fn contact(&self) -> Option<i64> {
        self.contact
    }
}

impl Committed {
    /// The returned rows of a `Tell` or `All` statement.
    pub fn told<R>(&self, statement: &Statement<R>) -> impl Iterator<Item = &ReturnedRow> {
        let order = statement.sql.order;
        self.told.iter().filter(move |(of, _)| *of == order).map(|(_, told)| told)
    }

    /// The numeric keys that won, such as the ids of new inbound messages.
    pub fn won<R>(&self, statement: &Statement<R>) -> Vec<i64> {
        self.told(statement).filter_map(|told| told.key.number()).collect()
    }
}

impl Sql {
    /// The text without `returning`, which must stand last.
    pub(crate) fn silent(&self) -> &'static str {
        self.text.rfind("returning ").map_or(self.text, |at| &self.text[..at])
    }

    /// The columns after `returning`, the key first.
    pub(crate) fn returned(&self) -> Option<&'static str> {
        self.text.rfind("returning ").map(|at| self.text[at + "returning ".len()..].trim())
    }
}

impl Key {
    pub fn number(&self) -> Option<i64> {
        match self {
            Key::Number(number) => Some(*number),
            Key::Text(_) => None,
        }
    }
}

impl From<i64> for Key {
    fn from(number: i64) -> Self {
        Key::Number(number)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Key::Text(text.to_owned())
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommitError::Stale { statement } => write!(f, "`{statement}` lost: the row was changed meanwhile"),
            CommitError::Refused(why) => write!(f, "the database refuses the rows: {why}"),
            CommitError::Unknown => f.write_str("the database did not confirm it; doing it again does no harm"),
            CommitError::Away => f.write_str("the database takes no commits now; nothing was written"),
            CommitError::Closed => f.write_str("the store is closed"),
        }
    }
}

impl std::error::Error for CommitError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_a_row_is_the_one_that_is_written() {
        #[derive(Serialize)]
        struct Named {
            id: i64,
            state: &'static str,
        }
        static SET: Statement<Named> = Statement::new("t", 1, RowContract::Plain, |row| row.id.into(), "");
        let mut set = WriteSet::of(1);
        for (id, state) in [(1, "queued"), (2, "queued"), (1, "dropped")] {
            set.replace(&SET, &Named { id, state });
        }
        let expected = [Named { id: 2, state: "queued" }, Named { id: 1, state: "dropped" }];
        let rows: Vec<&Fields> = set.rows.iter().map(|entry| &entry.row).collect();
        assert_eq!(rows, expected.each_ref().map(Fields::of).iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_statement_without_its_returning_is_the_same_statement() {
        for sql in crate::statements() {
            let silent = sql.silent();
            assert!(!silent.contains("returning"), "{}: {silent}", sql.name);
            assert_eq!(silent.matches('(').count(), silent.matches(')').count(), "{}: {silent}", sql.name);
            assert_eq!(sql.text.contains("returning"), sql.wins != RowContract::Plain, "{}", sql.name);
        }
    }
}
