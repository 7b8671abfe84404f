//! Locates a range in a file: a byte range with its line and column.

use crate::test_paths;
use std::{fmt, ops::Range, sync::Arc};

/// A file's content. A byte order mark is removed, so that columns count from the first letter.
pub struct SourceFile {
    path: String,
    text: String,
    /// The byte offsets of the lines.
    lines: Vec<usize>,
}

impl SourceFile {
    /// `path` is relative to the project, as the author knows it: `flows/welcome.yaml`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<SourceFile> {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Arc::new(SourceFile { path: path.into(), text, lines })
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file's name without folders and extension: `welcome`, `booking.test`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// It is a test: `flows/NAME.test.yaml`.
    pub fn is_test(&self) -> bool {
        test_paths::is_test(&self.path)
    }

    /// It is an eval: `flows/NAME.eval.yaml`.
    pub fn is_eval(&self) -> bool {
        test_paths::is_eval(&self.path)
    }

    /// It holds the recorded answers of models for a test or an eval: `flows/NAME.model.yaml`, `flows/NAME.eval.model.yaml`.
    pub fn is_recording(&self) -> bool {
        test_paths::is_recording(&self.path)
    }

    /// It is a test, an eval or a recording; a version of the bot has none of them.
    pub fn is_of_tests(&self) -> bool {
        test_paths::is_of_tests(&self.path)
    }

    /// It holds translations.
    pub fn is_locale(&self) -> bool {
        self.path.starts_with("locales/") || self.path.contains("/locales/")
    }

    /// The line and column of a byte, both from 1; columns count characters.
    fn line_column(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.lines[line - 1];
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        (line, self.text[start..at].chars().count() + 1)
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// A range of a file. Cheap to clone; prints as `flows/welcome.yaml:3:9`.
#[derive(Clone)]
pub struct Place {
    file: Arc<SourceFile>,
    start: usize,
    end: usize,
}

impl Place {
    /// `range` is in bytes; it is cut to the file.
    pub fn new(file: &Arc<SourceFile>, range: Range<usize>) -> Place {
        let mut end = range.end.min(file.text.len());
        let mut start = range.start.min(end);
        // Never within a character, because printing slices the text there.
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        while !file.text.is_char_boundary(end) {
            end += 1;
        }
        Place { file: file.clone(), start, end }
    }

    /// The beginning of a file, for findings about the whole file.
    pub fn start_of(file: &Arc<SourceFile>) -> Place {
        Place::new(file, 0..0)
    }

    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    pub fn path(&self) -> &str {
        self.file.path()
    }

    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The text of the range.
    pub fn text(&self) -> &str {
        self.file.text.get(self.start..self.end).unwrap_or_default()
    }

    pub fn line(&self) -> usize {
        self.file.line_column(self.start).0
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> usize {
        self.file.line_column(self.start).1
    }

    /// The line and column behind the last character.
    pub fn end_line_column(&self) -> (usize, usize) {
        self.file.line_column(self.end)
    }

    /// From the start of this place to the end of the other.
    pub fn to(&self, other: &Place) -> Place {
        Place { file: self.file.clone(), start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.file.path == other.file.path && self.range() == other.range()
    }
}

impl Eq for Place {}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.file.line_column(self.start);
        write!(f, "{}:{line}:{column}", self.file.path)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, needle: &str) -> String {
        let file = SourceFile::new("a.yaml", text);
        let start = file.text().find(needle).unwrap();
        Place::new(&file, start..start + needle.len()).to_string()
    }

    #[test]
    fn a_column_counts_characters_after_an_emoji() {
        assert_eq!(at("a: 👋🏽 x\n", "x"), "a.yaml:1:7");
        assert_eq!(at("é: x", "x"), "a.yaml:1:4");
    }

    #[test]
    fn windows_line_ends_do_not_shift_lines_or_columns() {
        assert_eq!(at("a: 1\r\nbc: x\r\n", "x"), "a.yaml:2:5");
    }

    #[test]
    fn a_byte_order_mark_does_not_count() {
        assert_eq!(at("\u{feff}a: x", "x"), "a.yaml:1:4");
    }

    #[test]
    fn a_place_beyond_the_file_is_its_end() {
        let file = SourceFile::new("a.yaml", "ab\n");
        assert_eq!(Place::new(&file, 90..99).to_string(), "a.yaml:2:1");
    }
}
