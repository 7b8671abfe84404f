//! Reads the rows of a CSV file: each is a part, with the names of its columns.

use super::{Chunk, front_matter::parse_date};
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    limits::{KNOWLEDGE_CHUNK_CHARS_MAX, KNOWLEDGE_COLUMNS_MAX},
    place::{Place, SourceFile},
};
use std::sync::Arc;

/// The column that says until which day its row is used.
const VALID_UNTIL: &str = "valid_until";

/// Findings about rows of one file; more of them say nothing new.
const ROW_FINDINGS_MAX: usize = 10;

/// At most `room` rows from the byte `body` on; the first row names the columns.
pub(super) fn chunks(
    file: &Arc<SourceFile>,
    body: usize,
    document: usize,
    room: usize,
    findings: &Findings,
) -> Vec<Chunk> {
    let text = &file.text()[body..];
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Rows { file, document, names: Vec::new(), findings, wrong: 0 };
    let mut all = Vec::new();
    let mut record = csv::StringRecord::new();
    while all.len() < room {
        let at = body + usize::try_from(reader.position().byte()).unwrap_or(text.len());
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return all,
            // The text is UTF-8 and rows may have any length, so that nothing is left that could go wrong.
            Err(error) => {
                rows.wrong(at, format!("this row cannot be read: {error}"), "write it as a program for tables does");
                return all;
            }
        }
        // Empty lines before the row belong to none.
        let at = at + (file.text()[at..].len() - file.text()[at..].trim_start().len());
        if rows.names.is_empty() {
            rows.name_columns(&record, at);
        } else if let Some(chunk) = rows.row(&record, at) {
            all.push(chunk);
        }
    }
    all
}

/// The sign between cells: of comma, semicolon (where the comma is the decimal sign) and tabulator the most frequent in
/// the first row.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in first.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(sign, _)| *sign == byte).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.filter(|(_, count)| *count > 0).map_or(b',', |(sign, _)| *sign)
}

struct Rows<'a> {
    file: &'a Arc<SourceFile>,
    document: usize,
    names: Vec<Arc<str>>,
    findings: &'a Findings,
    /// The number of findings about rows.
    wrong: usize,
}

impl Rows<'_> {
    fn name_columns(&mut self, record: &csv::StringRecord, at: usize) {
        self.names = record.iter().map(Arc::from).collect();
        if let Some(number) = self.names.iter().position(|name| name.is_empty()) {
            let message = format!("column {} of this table has no name", number + 1);
            self.wrong(at, message, "write a name into each cell of the first row: `item,price`");
        }
        let twice = (1..self.names.len()).find(|at| self.names[..*at].contains(&self.names[*at]));
        if let Some(number) = twice.filter(|number| !self.names[*number].is_empty()) {
            let message = format!("two columns of this table are called `{}`", self.names[number]);
            self.wrong(at, message, "give each column a name of its own");
        }
        if self.names.len() > KNOWLEDGE_COLUMNS_MAX {
            let message =
                format!("this table has {} columns, and at most {KNOWLEDGE_COLUMNS_MAX} are read", self.names.len());
            self.wrong(at, message, "take out the columns that no customer asks about");
            self.names.truncate(KNOWLEDGE_COLUMNS_MAX);
        }
    }

    fn row(&mut self, record: &csv::StringRecord, at: usize) -> Option<Chunk> {
        let beyond = record.iter().skip(self.names.len()).any(|cell| !cell.is_empty());
        if beyond && self.names.len() < KNOWLEDGE_COLUMNS_MAX {
            let (cells, names) = (record.len(), self.names.len());
            let message = format!("this row has {cells} cells, and the first row names {names}");
            self.wrong(at, message, "put a cell with a comma into quotes: `\"Monday, Tuesday\"`");
            return None;
        }
        let cells = || self.names.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
        let mut valid_until = None;
        if let Some((_, written)) = cells().find(|(name, _)| ***name == *VALID_UNTIL) {
            valid_until = parse_date(written);
            if valid_until.is_none() {
                let message = format!("`{VALID_UNTIL}` is a day such as 2027-03-31, and this row has `{written}`");
                self.wrong(at, message, "write year, month and day, or leave the cell empty");
                return None;
            }
        }
        let said = cells().filter(|(name, _)| ***name != *VALID_UNTIL);
        let row: Vec<(Arc<str>, String)> = said.map(|(name, cell)| (Arc::clone(name), cell.to_owned())).collect();
        let text: Vec<String> = row.iter().map(|(name, cell)| format!("{name}: {cell}")).collect();
        let text = text.join("\n");
        let letters = text.chars().count();
        if letters > KNOWLEDGE_CHUNK_CHARS_MAX {
            let message = format!("this row has {letters} letters, and at most {KNOWLEDGE_CHUNK_CHARS_MAX} are read");
            self.wrong(at, message, "write long texts into a file `.md`, below headings");
            return None;
        }
        let (_, first) = row.first()?;
        Some(Chunk { headings: vec![first.clone()], text, row, at, valid_until, document: self.document })
    }

    fn wrong(&mut self, at: usize, message: String, help: &str) {
        self.wrong += 1;
        if self.wrong <= ROW_FINDINGS_MAX {
            let end = self.file.text()[at..].find('\n').map_or(self.file.text().len(), |length| at + length);
            let place = Place::new(self.file, at..end);
            self.findings.push(Diagnostic::error("E537", &place, message).help(help));
        }
    }
}
