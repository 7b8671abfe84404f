//! Prints a tree as YAML: two blanks for each level, lists indented below their keys, one option in each line.

use super::scalar::{ScalarContext, ScalarForm, form};
use crate::base::{
    limits::FMT_COLUMNS_MAX,
    yaml::{
        CODE_KEYS,
        cst::{Comment, Piece, Shape, Written},
    },
};

pub fn print(source: &str, written: &Written) -> String {
    let mut printer = Printer {
        source,
        comments: &written.comments,
        taken: vec![false; written.comments.len()],
        open: 0,
        out: String::new(),
        kept: 0,
    };
    let end = source.len();
    if let Some(root) = &written.root {
        match &root.shape {
            Shape::Map { flow: false, entries } if root.before.is_empty() => printer.entries(entries, 0, end),
            Shape::List { flow: false, items } if root.before.is_empty() => {
                printer.items(items, 0, end, false, root.range.start);
            }
            _ => {
                printer.above(root.range.start, 0, true);
                printer.value(root, 0, "");
                printer.out = printer.out.trim_start().to_owned();
                printer.line_end(root.range.end);
            }
        }
    }
    printer.above(end, 0, written.root.is_none());
    let text = printer.out.trim_end_matches('\n').len().max(printer.kept);
    printer.out.truncate(text);
    if text > 0 {
        printer.out.push('\n');
    }
    printer.out
}

struct Printer<'a> {
    source: &'a str,
    comments: &'a [Comment],
    /// For each comment, whether it has been written.
    taken: Vec<bool>,
    /// All comments before this one have been written.
    open: usize,
    out: String,
    /// Empty lines up to here belong to a text with `|+`.
    kept: usize,
}

impl Printer<'_> {
    /// Prints the entries of a map; the first one goes on the current line if that has a dash.
    fn entries(&mut self, entries: &[(Piece, Piece)], indent: usize, end: usize) {
        for (n, (key, value)) in entries.iter().enumerate() {
            let after = entries.get(n + 1).map_or(end, |(next, _)| next.range.start);
            let on_dash = n == 0 && self.out.ends_with("- ");
            if !on_dash {
                self.above(key.range.start, indent, n == 0);
                self.indent(indent);
            }
            let name = self.key(key, ScalarContext::Key);
            self.out.push_str(&name);
            self.out.push(':');
            let key_text = match &key.shape {
                Shape::Scalar { text, .. } => text.as_str(),
                _ => "",
            };
            self.pair_value(key, value, indent, key_text, after);
        }
        let column = entries.first().map_or(0, |(key, _)| self.column(key.range.start));
        self.tail(end, indent, column);
    }

    /// Prints the value behind `key:`, and the comment on the key's line.
    fn pair_value(&mut self, key: &Piece, value: &Piece, indent: usize, name: &str, end: usize) {
        let nested = matches!(&value.shape, Shape::Map { .. } | Shape::List { .. }) && !self.stays_on_line(value, name);
        if !nested {
            self.value(value, indent, name);
            self.line_end(value.range.end.max(key.range.end));
            return;
        }
        if !value.before.is_empty() {
            self.out.push(' ');
            self.out.push_str(&value.before);
        }
        // In `options: [A, B]  # why`, the comment stays with the key when the list is written in lines.
        match (self.is_flow(value), self.behind(value.range.end)) {
            (false, _) => self.line_end(key.range.end),
            (true, Some(n)) => {
                self.taken[n] = true;
                self.out.push_str("  ");
                self.out.push_str(&self.source[self.comments[n].range.clone()]);
                self.out.push('\n');
            }
            (true, None) => self.out.push('\n'),
        }
        match &value.shape {
            Shape::Map { entries, .. } => self.entries(entries, indent + 2, end),
            Shape::List { items, .. } => self.items(items, indent + 2, end, false, value.range.start),
            Shape::Null { .. } | Shape::Alias(_) | Shape::Scalar { .. } => {}
        }
    }

    /// Prints the items of a list. `on_dash`: the first one goes on the line with the dash of the outer list. `start`:
    /// the byte of the first dash.
    fn items(&mut self, items: &[Piece], indent: usize, end: usize, on_dash: bool, start: usize) {
        for (n, item) in items.iter().enumerate() {
            let after = items.get(n + 1).map_or(end, |next| self.item_start(next));
            if !(on_dash && n == 0) {
                self.above(item.range.start, indent, n == 0);
                self.indent(indent);
            }
            self.out.push_str("- ");
            if !item.before.is_empty() {
                self.out.push_str(&item.before);
                self.out.push(' ');
            }
            match &item.shape {
                Shape::Map { entries, .. } if !self.stays_on_line(item, "") => {
                    self.own_lines(item);
                    self.entries(entries, indent + 2, after);
                }
                Shape::List { items, .. } if !self.stays_on_line(item, "") => {
                    self.own_lines(item);
                    self.items(items, indent + 2, after, item.before.is_empty(), item.range.start);
                }
                _ => {
                    self.out.pop();
                    if !item.before.is_empty() {
                        self.out.truncate(self.out.len() - item.before.len() - 1);
                    }
                    self.value(item, indent, "");
                    self.line_end(item.range.end);
                }
            }
        }
        self.tail(end, indent, self.column(start));
    }

    /// Entries behind an anchor begin on a new line.
    fn own_lines(&mut self, item: &Piece) {
        if !item.before.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out.push('\n');
        }
    }

    /// Prints a value that begins on the current line: ` text`, ` [a, b]`, ` |` with lines below.
    fn value(&mut self, value: &Piece, indent: usize, key: &str) {
        if !value.before.is_empty() {
            self.out.push(' ');
            self.out.push_str(&value.before);
        }
        match &value.shape {
            Shape::Scalar { text, style } => {
                let code = CODE_KEYS.contains(&key);
                match form(text, *style, ScalarContext::Block, code) {
                    ScalarForm::Line(line) => {
                        self.out.push(' ');
                        self.out.push_str(&line);
                    }
                    ScalarForm::Below(mark, lines) => {
                        self.out.push(' ');
                        self.out.push_str(mark);
                        self.header_comment(value);
                        for line in lines {
                            self.out.push('\n');
                            if !line.is_empty() {
                                self.out.push_str(&" ".repeat(indent + 2));
                                self.out.push_str(&line);
                            }
                        }
                        if mark.ends_with('+') {
                            self.kept = self.out.len();
                        }
                    }
                }
            }
            Shape::Null { tilde: false } => {}
            _ => {
                let line = self.flow(value, ScalarContext::Flow);
                self.out.push(' ');
                self.out.push_str(&line);
            }
        }
    }

    /// True for a list or map in brackets that stays on one line.
    fn stays_on_line(&self, value: &Piece, key: &str) -> bool {
        let empty = match &value.shape {
            Shape::List { items, .. } => items.is_empty(),
            Shape::Map { entries, .. } => entries.is_empty(),
            Shape::Null { .. } | Shape::Alias(_) | Shape::Scalar { .. } => return true,
        };
        if empty {
            return true;
        }
        let options = key == "options" && matches!(value.shape, Shape::List { .. });
        let first = self.first_comment(value.range.start);
        let commented = self.comments.get(first).is_some_and(|comment| value.range.contains(&comment.range.start));
        if !self.is_flow(value) || options || commented {
            return false;
        }
        let line = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1);
        let flow = self.flow(value, ScalarContext::Flow);
        line + 1 + flow.chars().count() <= FMT_COLUMNS_MAX
    }

    fn is_flow(&self, value: &Piece) -> bool {
        matches!(&value.shape, Shape::List { flow: true, .. } | Shape::Map { flow: true, .. })
    }

    /// The value in one line, inside brackets.
    fn flow(&self, value: &Piece, around: ScalarContext) -> String {
        let mut line = String::new();
        match &value.shape {
            Shape::Null { tilde } => line.push_str(if *tilde { "~" } else { "" }),
            Shape::Alias(name) => line.push_str(name),
            Shape::Scalar { text, style } => match form(text, *style, around, false) {
                ScalarForm::Line(text) => line.push_str(&text),
                ScalarForm::Below(_, lines) => line.push_str(&lines.join(" ")),
            },
            Shape::List { items, .. } => {
                let items: Vec<String> = items.iter().map(|item| self.inner(item)).collect();
                line.push_str(&format!("[{}]", items.join(", ")));
            }
            Shape::Map { entries, .. } => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        let name = self.key(key, ScalarContext::FlowKey);
                        match &value.shape {
                            Shape::Null { tilde: false } if value.before.is_empty() => name,
                            _ => format!("{name}: {}", self.inner(value)),
                        }
                    })
                    .collect();
                line.push_str(&format!("{{{}}}", entries.join(", ")));
            }
        }
        line
    }

    fn inner(&self, value: &Piece) -> String {
        let text = self.flow(value, ScalarContext::Flow);
        if value.before.is_empty() { text } else { format!("{} {text}", value.before) }
    }

    fn key(&self, key: &Piece, around: ScalarContext) -> String {
        let before = if key.before.is_empty() { String::new() } else { format!("{} ", key.before) };
        match &key.shape {
            Shape::Scalar { text, style } => match form(text, *style, around, false) {
                ScalarForm::Line(line) => format!("{before}{line}"),
                ScalarForm::Below(_, lines) => format!("{before}{}", lines.join(" ")),
            },
            // A blank keeps the colon separate from the alias.
            Shape::Alias(name) => format!("{name} "),
            Shape::Null { tilde } => format!("{before}{}", if *tilde { "~" } else { "" }),
            Shape::List { .. } | Shape::Map { .. } => before,
        }
    }

    /// Prints the comments on the lines before `start`, and one empty line if there were some.
    fn above(&mut self, start: usize, indent: usize, first: bool) {
        let mut first = first && !self.out.ends_with("\n\n") || self.out.is_empty();
        for n in self.left(start) {
            let range = self.comments[n].range.clone();
            if self.taken[n] {
                continue;
            }
            self.taken[n] = true;
            self.empty_line(range.start, first);
            first = false;
            self.indent(indent);
            self.out.push_str(&self.source[range]);
            self.out.push('\n');
        }
        self.empty_line(start, first);
    }

    fn empty_line(&mut self, at: usize, first: bool) {
        let line_start = self.source[..at].rfind('\n').map_or(0, |at| at + 1);
        let before = self.source[..line_start].trim_end_matches(['\n', '\r']);
        let empty = before.len() + 1 < line_start && self.source[before.len()..line_start].matches('\n').count() > 1
            || self.source[..line_start].trim_end_matches([' ', '\t']).ends_with("\n\n");
        if empty && !first && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Prints the comments at the end of a list or map: those that are indented at least as deeply.
    fn tail(&mut self, end: usize, indent: usize, column: usize) {
        for n in self.left(end) {
            let comment = &self.comments[n];
            let range = comment.range.clone();
            if self.taken[n] {
                continue;
            }
            if column == 0 || !comment.own_line || self.column(range.start) < column {
                break;
            }
            self.taken[n] = true;
            self.empty_line(range.start, false);
            self.indent(indent);
            self.out.push_str(&self.source[range]);
            self.out.push('\n');
        }
    }

    /// Prints the comment on the line of `end`, in its column if that is free, and ends the line.
    fn line_end(&mut self, end: usize) {
        if let Some(n) = self.behind(end) {
            self.taken[n] = true;
            self.comment_behind(self.comments[n].range.clone());
        }
        self.out.push('\n');
    }

    /// The comment on the line of `end`.
    fn behind(&self, end: usize) -> Option<usize> {
        let line_end = self.source[end..].find('\n').map_or(self.source.len(), |at| end + at);
        (self.first_comment(end)..self.first_comment(line_end)).find(|n| !self.taken[*n] && !self.comments[*n].own_line)
    }

    /// The first comment at this byte or behind it, by binary search: comments are in the order of the file.
    fn first_comment(&self, at: usize) -> usize {
        self.comments.partition_point(|comment| comment.range.start < at)
    }

    /// The comments before this byte, without those at the start that have been written.
    fn left(&mut self, before: usize) -> std::ops::Range<usize> {
        while self.taken.get(self.open).is_some_and(|taken| *taken) {
            self.open += 1;
        }
        self.open..self.first_comment(before).max(self.open)
    }

    fn comment_behind(&mut self, range: std::ops::Range<usize>) {
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let source_line = &self.source[self.source[..range.start].rfind('\n').map_or(0, |at| at + 1)..];
        let out_line = &self.out[self.out.rfind('\n').map_or(0, |at| at + 1)..];
        let moved = self.column(range.start) + indent(out_line);
        let wanted = moved.saturating_sub(indent(source_line));
        let width = out_line.chars().count();
        let column = wanted.max(width + 2);
        self.out.push_str(&" ".repeat(column - width));
        self.out.push_str(&self.source[range]);
    }

    /// Prints the comment in `say: |  # why`; also the comment behind a quoted text that moves below its key.
    fn header_comment(&mut self, value: &Piece) {
        let found = self.first_comment(value.range.start).checked_sub(1).filter(|n| {
            let comment = &self.comments[*n];
            let same_line = self.source[comment.range.end..value.range.start.max(comment.range.end)].trim().is_empty();
            !self.taken[*n] && !comment.own_line && same_line
        });
        if let Some(n) = found.or_else(|| self.behind(value.range.end)) {
            self.taken[n] = true;
            self.comment_behind(self.comments[n].range.clone());
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.push_str(&" ".repeat(indent));
    }

    /// The column in characters, from 0.
    fn column(&self, at: usize) -> usize {
        let line_start = self.source[..at].rfind('\n').map_or(0, |at| at + 1);
        self.source[line_start..at].chars().count()
    }

    /// The byte of an item's dash, which is on the same line before its value.
    fn item_start(&self, item: &Piece) -> usize {
        let line_start = self.source[..item.range.start].rfind('\n').map_or(0, |at| at + 1);
        let line = &self.source[line_start..item.range.start];
        line.rfind("- ").map_or(item.range.start, |at| line_start + at)
    }
}
