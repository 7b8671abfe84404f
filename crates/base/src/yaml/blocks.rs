//! The text of a `|` that is not indented: YAML takes the text for empty, and its lines for something else.

use super::pitfalls::{is_block, split_key};
use crate::{
    counted::counted,
    diagnostic::Diagnostic,
    place::{Place, SourceFile},
};
use std::sync::Arc;

/// The first such text of a file that cannot be read.
pub fn flat(file: &Arc<SourceFile>, text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    // Of the key before a `|`: its name, its column, and whether text has come.
    let mut head: Option<(&str, usize, bool)> = None;
    for raw in text.split_inclusive('\n') {
        let (here, line) = (start, raw.trim_end());
        start += raw.len();
        let content = line.trim_start_matches(' ');
        if content.is_empty() {
            continue;
        }
        let indent = line.len() - content.len();
        if let Some((key, column, begun)) = head {
            if indent > column {
                head = Some((key, column, true));
                continue;
            }
            if !begun && !content.starts_with(['#', '-', '}', ']']) && split_key(line, indent).0.is_empty() {
                let message = format!("the text of `{key}` does not stand deeper than `{key}`");
                let place = Place::new(file, here + indent..here + line.len());
                let help = format!("begin each line of it behind {}", counted(column + 2, "blank"));
                return Some(Diagnostic::error("E100", &place, message).help(help));
            }
        }
        let at = line.len() - content.trim_start_matches("- ").len();
        let (key, value) = split_key(line, at);
        head = (!key.is_empty() && is_block(&line[value..])).then_some((key, at, false));
    }
    None
}
