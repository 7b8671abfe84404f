//! Dashes and dots of word processors that stand where a list has its `- `.

use super::pitfalls::lines;
use crate::{
    diagnostic::Diagnostic,
    fix::{Edit, Fix},
    place::{Place, SourceFile},
};
use std::{collections::BTreeSet, sync::Arc};

/// Signs that programs write for a `-` at the beginning of a line, and the marks of other lists.
const MARKS: [char; 7] = ['–', '—', '−', '‐', '•', '·', '*'];

/// The items of lists that begin with such a mark: said once, with all of them mended.
pub fn odd_mark(file: &Arc<SourceFile>) -> Option<Diagnostic> {
    let text = file.text();
    if !text.contains(MARKS) {
        return None;
    }
    // Lines within a block of text (`|`) are none of these.
    let outside: BTreeSet<usize> = lines(text).iter().map(|line| line.start).collect();
    let mut items: BTreeSet<usize> = BTreeSet::new();
    let (mut start, mut above, mut found) = (0, "", Vec::new());
    for raw in text.split_inclusive('\n') {
        let (here, line) = (start, raw.trim_end());
        start += raw.len();
        let content = line.trim_start_matches(' ');
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - content.len();
        items.retain(|item| *item <= indent);
        let mark = content.chars().next().filter(|c| MARKS.contains(c) && content[c.len_utf8()..].starts_with(' '));
        if content.starts_with("- ") {
            items.insert(indent);
        } else if let Some(mark) = mark
            && outside.contains(&here)
            && (items.contains(&indent) || is_key(above))
        {
            items.insert(indent);
            found.push(Place::new(file, here + indent..here + indent + mark.len_utf8()));
        }
        above = content;
    }
    let first = found.first()?;
    let message = format!("`{}` begins no item of a list: word processors put it in the place of a `-`", first.text());
    let edits = found.iter().map(|place| Edit { place: place.clone(), text: "-".to_owned() }).collect();
    let fix = Fix { edits, ..Fix::replace("write `-`", first, "-") };
    let finding = Diagnostic::error("E100", first, message).help("write `- `, with the minus of the keyboard").fix(fix);
    Some(found[1..].iter().fold(finding, Diagnostic::and_at))
}

/// `steps:`, with nothing behind it: items follow.
fn is_key(line: &str) -> bool {
    let key = line.split(" #").next().unwrap_or_default().trim_end().strip_suffix(':');
    key.is_some_and(|key| {
        let word = key.trim_start_matches("- ");
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}
