//! Where the SQL of the two databases differs: a few tokens, replaced before a text is prepared.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A text with its tokens replaced:
    /// - `{rows}`: the one parameter, a JSON array of objects, as rows with a column `value`;
    /// - `{id}`: a bigint primary key (`bigint primary key` would be a second index in SQLite).
    pub fn text(self, template: &'static str) -> SqlStr {
        if !template.contains('{') {
            return SqlStr::from_static(template);
        }
        let (rows, id) = match self {
            Dialect::Sqlite => ("json_each($1)", "integer primary key"),
            Dialect::Postgres => ("jsonb_array_elements($1::jsonb)", "bigint primary key"),
        };
        AssertSqlSafe(template.replace("{rows}", rows).replace("{id}", id)).into_sql_str()
    }

    /// How a transaction that will write begins.
    pub fn begin(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin immediate",
            Dialect::Postgres => "begin",
        }
    }
}

/// What an error of the database means for the write-sets of the transaction that met it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// These rows are refused, others may pass.
    Data,
    /// The same transaction may succeed now: a deadlock or lock time-out broke it.
    Again,
    /// The connection or the disk cannot be relied on: whether a commit happened is unknown.
    Lost,
}

/// Sorts an error by what to do next.
pub fn trouble(error: &sqlx::Error) -> Trouble {
    let sqlx::Error::Database(database) = error else {
        // A value that could not be decoded is our bug in one statement; all else is the wire.
        let ours = matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_));
        return if ours { Trouble::Data } else { Trouble::Lost };
    };
    let code = database.code().unwrap_or_default();
    match code.parse::<u32>() {
        // SQLite gives its extended result code; the low byte says what it is (sqlite.org/rescode.html).
        Ok(number) if code.len() < 5 => match number & 0xff {
            5 | 6 => Trouble::Again,
            1 | 18 | 19 | 20 | 25 => Trouble::Data,
            _ => Trouble::Lost,
        },
        // Postgres gives five characters; the first two are the class (its manual, appendix A).
        _ => match code.get(..2) {
            Some("40") => Trouble::Again,
            Some("08" | "53" | "57" | "58" | "25" | "XX") | None => Trouble::Lost,
            Some("55") => Trouble::Again,
            Some(_) => Trouble::Data,
        },
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
        assert_eq!(trouble(&sqlx::Error::Io(std::io::Error::other("cut"))), Trouble::Lost);
        assert_eq!(trouble(&sqlx::Error::WorkerCrashed), Trouble::Lost);
    }
}
