//! Rewrites a statement over many rows for SQLite, which runs it once for each row with the fields as bound
//! parameters.
//!
//! The texts are written for rows that come as one JSON array. SQLite would serialize and parse a row's JSON again for
//! every field that is read; a prepared statement with parameters avoids that.

use super::fields::{Fields, Value};
use rusqlite::Statement;

/// A source of one empty row, for statements that join the row with others.
const ONE: &str = "(select 1) as ";

/// A statement over one row.
#[derive(Debug, Clone, PartialEq)]
pub struct OneRow {
    pub text: String,
    /// The fields for `?1`, `?2` …
    slots: Vec<Slot>,
    /// True if some field is used both as plain value and as JSON.
    twice: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Slot {
    field: String,
    /// `->`: as JSON, a text in quotes; otherwise `->>`, as plain value.
    as_json: bool,
}

impl OneRow {
    /// Rewrites the text over `{rows}`: `value ->> 'field'` becomes a parameter, and the row source and a `group by`
    /// over it are removed. `insert … select` becomes `values`, because SQLite opens a statement journal for an insert
    /// from a `select`.
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
        let text = match text.split_once("select ").zip(text.split_once(" where true")) {
            // A row that is joined with others needs the `select`.
            Some(((insert, _), (whole, rest)))
                if insert.starts_with("insert into ") && !insert.contains(" where ") && !whole.contains(ONE) =>
            {
                let columns = whole[insert.len() + "select ".len()..].trim_end();
                format!("{insert}values ({}){rest}", ungrouped(columns))
            }
            _ => inlined(text),
        };
        let twice =
            slots.iter().enumerate().any(|(at, slot)| slots[..at].iter().any(|other| other.field == slot.field));
        OneRow { text, slots, twice }
    }

    /// Binds the fields of a row; missing fields are null.
    pub fn bind(&self, statement: &mut Statement<'_>, row: &Fields) -> rusqlite::Result<()> {
        statement.clear_bindings();
        // Texts mostly name the fields in struct order, so search from the next slot.
        let mut next = 0;
        for (name, value) in row.iter() {
            let (before, after) = self.slots.split_at(next);
            let places = (next..).zip(after).chain((0..).zip(before)).filter(|(_, slot)| slot.field == name);
            // Twice at most: as plain value and as JSON.
            for (place, slot) in places.take(if self.twice { 2 } else { 1 }) {
                slot.bind(statement, place + 1, value)?;
                next = place + 1;
            }
        }
        Ok(())
    }
}

impl Slot {
    /// Parses the text behind `value ->`: an optional second `>`, and the field in quotes.
    fn read(behind: &str) -> (Slot, &str) {
        let (as_json, behind) = behind.strip_prefix('>').map_or((true, behind), |behind| (false, behind));
        let (field, after) = behind
            .trim_start()
            .strip_prefix('\'')
            .and_then(|behind| behind.split_once('\''))
            .expect("texts name a field behind `value ->`, and a test walks all of them");
        (Slot { field: field.to_owned(), as_json }, after)
    }

    fn bind(&self, statement: &mut Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
        match value {
            Value::Json(json) => statement.raw_bind_parameter(index, json),
            value if self.as_json => statement.raw_bind_parameter(index, value.as_json()),
            // An unbound parameter is null.
            Value::Null => Ok(()),
            Value::Bool(flag) => statement.raw_bind_parameter(index, flag),
            Value::Number(number) => statement.raw_bind_parameter(index, number),
            Value::Real(real) => statement.raw_bind_parameter(index, real),
            Value::Word(word) => statement.raw_bind_parameter(index, word),
            Value::Text(text) => statement.raw_bind_parameter(index, text),
        }
    }
}

/// Writes the replacement of `{rows} as NAME` for one row, and gives the text after it.
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
            text.push_str(ONE);
            text.push_str(named);
            rest
        }
    }
}

/// Moves the expressions of an update's one-row `select` to the places that use them: SQLite would build a temporary
/// table for the row.
fn inlined(text: String) -> String {
    const FROM: &str = "from (select ";
    let Some((head, list, rest)) = text.split_once(FROM).and_then(|(head, behind)| {
        let (list, rest) = behind.split_at(closing(behind)?);
        Some((head, list, rest.strip_prefix(") as input")?))
    }) else {
        return text;
    };
    if !head.trim_start().starts_with("update ") || list.contains(" from ") {
        return text;
    }
    let list = ungrouped(list);
    let columns: Vec<(&str, &str)> = columns(&list).filter_map(|column| column.trim().rsplit_once(" as ")).collect();
    let mut out = String::with_capacity(text.len());
    let whole = format!("{}{}", head.trim_end(), rest);
    let mut left = whole.as_str();
    while let Some((before, behind)) = left.split_once("input.") {
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        let (value, _) = columns
            .iter()
            .find(|(_, name)| *name == &behind[..end])
            .expect("an update uses columns that its `input` has, and a test walks all of them");
        out.push_str(&format!("{before}({value})"));
        left = &behind[end..];
    }
    out.push_str(left);
    out
}

/// The position of the bracket that closes the one opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.char_indices().find_map(|(at, c)| match c {
        '(' => {
            open += 1;
            None
        }
        ')' if open == 0 => Some(at),
        ')' => {
            open -= 1;
            None
        }
        _ => None,
    })
}

/// Splits at commas outside brackets.
fn columns(list: &str) -> impl Iterator<Item = &str> {
    let mut open = 0_usize;
    list.split(move |c: char| {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        c == ',' && open == 0
    })
}

/// Removes `max` and `min`, which have no effect over one row.
fn ungrouped(columns: &str) -> String {
    let mut out = String::with_capacity(columns.len());
    let mut rest = columns;
    while let Some(at) = ["max(", "min("].into_iter().filter_map(|name| rest.find(name)).min() {
        out.push_str(&rest[..at]);
        rest = &rest[at + "max".len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    fn text(template: &str) -> String {
        OneRow::of(template).text
    }

    #[test]
    fn fields_become_parameters_and_the_source_of_one_row_goes() {
        let insert = "insert into t (a, b) select value ->> 'a', cast(input.value -> 'b' as text), value ->> 'a'
          from {rows} as input where true on conflict do nothing";
        let one = OneRow::of(insert);
        assert_eq!(one.text, "insert into t (a, b) values (?1, cast(?2 as text), ?1) on conflict do nothing");
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
    fn an_insert_of_one_row_is_of_values() {
        assert_eq!(
            text(
                "insert into t (a, b)
 select value ->> 'a', max(cast(value ->> 'b' as bigint))
 from {rows} as input where true group by 1
 on conflict (a) do nothing"
            ),
            "insert into t (a, b)\n values (?1, (cast(?2 as bigint)))\n on conflict (a) do nothing"
        );
        for sql in crate::statements().filter(|sql| sql.text.contains("from {rows} as input where true")) {
            let one = text(sql.text);
            // A value may be read from a table by itself, as the next number is; the row is not.
            let (columns, values) = one.split_once(" values (").unwrap_or_else(|| panic!("{}: {one}", sql.name));
            let reads_the_row = values.contains("(select 1)") || values.contains("input");
            assert!(!columns.contains("select") && !one.contains("max(") && !reads_the_row, "{}: {one}", sql.name);
        }
    }

    #[test]
    fn an_insert_of_what_a_row_leads_to_stays_a_select() {
        assert_eq!(
            text(
                "insert into t (a) select b.a from {rows} as input join b on b.c = value ->> 'c' where true on conflict do nothing"
            ),
            "insert into t (a) select b.a from (select 1) as input join b on b.c = ?1 where true on conflict do nothing"
        );
    }

    #[test]
    fn an_update_from_one_row_uses_its_parameters() {
        assert_eq!(
            text(
                "update t set a = coalesce(input.at, t.a), b = input.at_all
 from (select cast(value ->> 'id' as bigint) as id, max(value ->> 'at') as at, min(case when value ->> 'at' = 1 then 2 end) as at_all
 from {rows} as one group by 1) as input where t.id = input.id returning id"
            ),
            "update t set a = coalesce(((?2)), t.a), b = ((case when ?2 = 1 then 2 end)) where t.id = (cast(?1 as bigint)) returning id"
        );
        for sql in crate::statements().filter(|sql| sql.text.contains("from {rows} as one group by")) {
            let one = text(sql.text);
            assert!(!one.contains("input.") && !one.contains("select"), "{}: {one}", sql.name);
        }
    }

    #[test]
    fn every_statement_can_be_written_for_one_row() {
        for sql in crate::statements() {
            let one = text(sql.text);
            assert!(!one.contains('{') && !one.contains("value ->"), "{}: {one}", sql.name);
        }
    }

    #[derive(Serialize, Default)]
    struct Sample {
        n: i64,
        r: f64,
        t: &'static str,
        y: bool,
        no: bool,
        nil: Option<i64>,
        o: BTreeMap<&'static str, Vec<i64>>,
        big: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<i64>,
    }

    #[test]
    fn a_row_is_bound_as_sqlite_would_read_its_json() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let o = BTreeMap::from([("k", vec![1, 2])]);
        let row =
            Sample { n: -7, r: 1.5, t: "a\"b\n😀", y: true, o, big: 9_007_199_254_740_993, ..Sample::default() };
        let names = ["big", "n", "r", "t", "y", "no", "nil", "o", "absent"];
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
            let json = serde_json::to_string(&[&row]).unwrap();
            let expected = conn.query_row(&whole, [json], read).unwrap();
            let one = OneRow::of(&list(arrow));
            let mut statement = conn.prepare(&one.text).unwrap();
            one.bind(&mut statement, &Fields::of(&row)).unwrap();
            let mut rows = statement.raw_query();
            let found = read(rows.next().unwrap().unwrap()).unwrap();
            assert_eq!(found, expected, "{arrow}");
        }
    }

    #[test]
    fn a_field_may_stand_in_both_forms() {
        #[derive(Serialize)]
        struct Row {
            a: &'static str,
        }
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let one = OneRow::of("select value ->> 'a', value -> 'a'");
        let mut statement = conn.prepare(&one.text).unwrap();
        one.bind(&mut statement, &Fields::of(&Row { a: "x" })).unwrap();
        let mut rows = statement.raw_query();
        let row = rows.next().unwrap().unwrap();
        assert_eq!((row.get(0), row.get(1)), (Ok("x".to_owned()), Ok("\"x\"".to_owned())));
    }

    #[test]
    fn what_the_row_before_had_is_forgotten() {
        #[derive(Serialize)]
        struct Row {
            #[serde(skip_serializing_if = "Option::is_none")]
            a: Option<i64>,
            b: i64,
        }
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let one = OneRow::of("select value ->> 'a', value ->> 'b'");
        let mut statement = conn.prepare(&one.text).unwrap();
        let mut pair = |a: Option<i64>, b: i64| {
            one.bind(&mut statement, &Fields::of(&Row { a, b })).unwrap();
            let mut rows = statement.raw_query();
            let row = rows.next().unwrap().unwrap();
            (row.get::<_, Option<i64>>(0).unwrap(), row.get::<_, Option<i64>>(1).unwrap())
        };
        assert_eq!(pair(Some(1), 2), (Some(1), Some(2)));
        assert_eq!(pair(None, 3), (None, Some(3)));
    }
}
