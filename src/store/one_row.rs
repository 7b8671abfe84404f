//! SQLite's way to write a group: each statement over one row at a time, with the row's fields as bound parameters.
//!
//! The texts are written for rows that come as one JSON array. There SQLite would make a text of every row for every
//! field that is read from it, and parse it again; a statement that stays prepared costs it nothing.

use rusqlite::{Statement, ToSql, types::Null};
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// A statement over one row.
#[derive(Debug, Clone, PartialEq)]
pub struct OneRow {
    pub text: String,
    /// What `?1`, `?2` … stand for.
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq)]
struct Slot {
    field: String,
    /// `->`: as JSON, a text in quotes; else `->>`, as a plain value.
    as_json: bool,
}

impl OneRow {
    /// From the text over `{rows}`: `value ->> 'field'` becomes a parameter, and the source of one row goes, with a
    /// grouping of it that has nothing to group.
    pub fn of(template: &str) -> Self {
        let mut slots = Vec::new();
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find("value ->").into_iter().chain(rest.find("{rows}")).min() {
            let (before, here) = rest.split_at(at);
            if let Some(after) = here.strip_prefix("{rows}") {
                rest = source(before, after, &mut text);
                continue;
            }
            let table = ["input.", "one."].into_iter().find_map(|table| before.strip_suffix(table));
            text.push_str(table.unwrap_or(before));
            let (slot, after) = Slot::read(&here["value ->".len()..]);
            let place = slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
                slots.push(slot);
                slots.len() - 1
            });
            text.push_str(&format!("?{}", place + 1));
            rest = after;
        }
        text.push_str(rest);
        OneRow { text, slots }
    }

    /// Binds the fields of a row, which is a JSON object; those that it has not are null.
    pub fn bind(&self, statement: &mut Statement<'_>, row: &str) -> rusqlite::Result<()> {
        statement.clear_bindings();
        let mut fields = serde_json::Deserializer::from_str(row);
        fields.deserialize_map(Binding { slots: &self.slots, statement }).map_err(|error| refused(error.to_string()))
    }
}

impl Slot {
    /// What stands behind `value ->`: perhaps another `>`, and the field in quotes.
    fn read(behind: &str) -> (Slot, &str) {
        let (as_json, behind) = behind.strip_prefix('>').map_or((true, behind), |behind| (false, behind));
        let (field, after) = behind
            .trim_start()
            .strip_prefix('\'')
            .and_then(|behind| behind.split_once('\''))
            .expect("texts name a field behind `value ->`, and a test walks all of them");
        (Slot { field: field.to_owned(), as_json }, after)
    }

    fn bind(&self, statement: &mut Statement<'_>, index: usize, value: &str) -> rusqlite::Result<()> {
        let mut put = |value: &dyn ToSql| statement.raw_bind_parameter(index, value);
        match value.as_bytes().first() {
            _ if self.as_json => put(&value),
            Some(b'n') => put(&Null),
            Some(b't') => put(&1),
            Some(b'f') => put(&0),
            Some(b'"') => {
                let text: Cow<'_, str> = parsed(value)?;
                put(&text)
            }
            Some(b'-' | b'0'..=b'9') => match value.parse::<i64>() {
                Ok(number) => put(&number),
                Err(_) => put(&parsed::<f64>(value)?),
            },
            _ => put(&value),
        }
    }
}

/// Writes what stands for one row instead of `{rows} as NAME`, and gives what comes after it.
fn source<'t>(before: &str, after: &'t str, text: &mut String) -> &'t str {
    let (named, rest) = ["input", "one"]
        .into_iter()
        .find_map(|name| Some((name, after.strip_prefix(" as ")?.strip_prefix(name)?)))
        .expect("texts call their rows `input` or `one`, and a test walks all of them");
    let joined = rest.trim_start().starts_with("join ") || rest.trim_start().starts_with(',');
    match before.trim_end().strip_suffix("from") {
        Some(before) if !joined => {
            text.push_str(before.trim_end());
            let (filter, grouping) = match rest.trim_start().strip_prefix("where true") {
                Some(grouping) => (" where true", grouping),
                None => ("", rest),
            };
            text.push_str(filter);
            let Some(columns) = grouping.trim_start().strip_prefix("group by ") else { return grouping };
            let after = columns.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',' || c == ' ');
            text.push_str(if after.starts_with(char::is_alphabetic) { " " } else { "" });
            after
        }
        _ => {
            text.push_str(before);
            text.push_str("(select 1) as ");
            text.push_str(named);
            rest
        }
    }
}

struct Binding<'a, 's> {
    slots: &'a [Slot],
    statement: &'a mut Statement<'s>,
}

impl<'de> Visitor<'de> for Binding<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some((name, value)) = fields.next_entry::<&str, &RawValue>()? {
            for (index, slot) in self.slots.iter().enumerate().filter(|(_, slot)| slot.field == name) {
                slot.bind(self.statement, index + 1, value.get()).map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }
}

fn parsed<'v, T: serde::Deserialize<'v>>(value: &'v str) -> rusqlite::Result<T> {
    serde_json::from_str(value).map_err(|error| refused(error.to_string()))
}

fn refused(why: String) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(template: &str) -> String {
        OneRow::of(template).text
    }

    #[test]
    fn fields_become_parameters_and_the_source_of_one_row_goes() {
        let insert = "insert into t (a, b) select value ->> 'a', cast(input.value -> 'b' as text), value ->> 'a'
          from {rows} as input where true on conflict do nothing";
        let one = OneRow::of(insert);
        assert_eq!(one.text, "insert into t (a, b) select ?1, cast(?2 as text), ?1 where true on conflict do nothing");
        let slots: Vec<_> = one.slots.iter().map(|slot| (slot.field.as_str(), slot.as_json)).collect();
        assert_eq!(slots, [("a", false), ("b", true)]);
        assert_eq!(
            text("update t set a = 1 from {rows} as input where b = value ->> 'b'"),
            "update t set a = 1 where b = ?1"
        );
    }

    #[test]
    fn a_grouping_of_one_row_goes_and_another_stays() {
        assert_eq!(
            text("select value ->> 'a', max(value ->> 'b') from {rows} as input where true group by 1, 2 on conflict"),
            "select ?1, max(?2) where true on conflict"
        );
        assert_eq!(
            text("(select max(value ->> 'a') from {rows} as one group by 1) as input"),
            "(select max(?1)) as input"
        );
        assert_eq!(
            text("select 1 from {rows} as one join b on b.c = value ->> 'c' group by 1"),
            "select 1 from (select 1) as one join b on b.c = ?1 group by 1"
        );
        assert_eq!(text("from a, {rows} as input where x"), "from a, (select 1) as input where x");
    }

    #[test]
    fn every_statement_can_be_written_for_one_row() {
        for sql in crate::store::statements() {
            let one = text(sql.text);
            assert!(!one.contains('{') && !one.contains("value ->"), "{}: {one}", sql.name);
        }
    }

    #[test]
    fn a_row_is_bound_as_sqlite_would_read_its_json() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let row = r#"{"n":-7,"r":1.5,"t":"a\"b\n😀","y":true,"no":false,"nil":null,"o":{"k":[1,"x"]},"big":9007199254740993}"#;
        let names = ["n", "r", "t", "y", "no", "nil", "o", "big", "absent"];
        let list = |arrow: &str| {
            let all: Vec<String> = names.iter().map(|name| format!("value {arrow} '{name}'")).collect();
            let kinds: Vec<String> = all.iter().map(|one| format!("typeof({one})")).collect();
            format!("select {}, {} from {{rows}} as input", all.join(", "), kinds.join(", "))
        };
        for arrow in ["->>", "->"] {
            let whole = list(arrow).replace("{rows}", "json_each(?1)");
            let read = |row: &rusqlite::Row<'_>| {
                (0..names.len() * 2).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect::<Result<Vec<_>, _>>()
            };
            let expected = conn.query_row(&whole, [format!("[{row}]")], read).unwrap();
            let one = OneRow::of(&list(arrow));
            let mut statement = conn.prepare(&one.text).unwrap();
            one.bind(&mut statement, row).unwrap();
            let mut rows = statement.raw_query();
            let found = read(rows.next().unwrap().unwrap()).unwrap();
            assert_eq!(found, expected, "{arrow}");
        }
    }

    #[test]
    fn what_the_row_before_had_is_forgotten() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let one = OneRow::of("select value ->> 'a', value ->> 'b'");
        let mut statement = conn.prepare(&one.text).unwrap();
        let mut pair = |row: &str| {
            one.bind(&mut statement, row).unwrap();
            let mut rows = statement.raw_query();
            let row = rows.next().unwrap().unwrap();
            (row.get::<_, Option<i64>>(0).unwrap(), row.get::<_, Option<i64>>(1).unwrap())
        };
        assert_eq!(pair(r#"{"a":1,"b":2}"#), (Some(1), Some(2)));
        assert_eq!(pair(r#"{"b":3}"#), (None, Some(3)));
    }
}
