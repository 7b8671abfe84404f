//! Repairs of what YAML reads otherwise than it was meant: the value in quotes, the rest of the file untouched.

use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place};

/// The value put in the quotes that need the least escaping.
pub fn quote(place: &Place, value: &str) -> Fix {
    let text = quoted(value);
    Fix::replace(format!("write {text}"), place, text)
}

/// In single quotes: for conditions, whose texts have double ones.
pub fn single(place: &Place, value: &str) -> Fix {
    Fix::replace("put it in single quotes", place, single_quoted(value))
}

/// A text whose quotes end too early: the outer ones become single.
pub fn outer(place: &Place, value: &str) -> Option<Fix> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    // An escape means something else without its double quotes.
    (!inner.contains('\\')).then(|| single(place, inner))
}

/// The item of a `{ }` or `[ ]` that holds an unquoted `${…}` at byte `offset` of `value`. Sure only where nothing
/// else can be meant: the value of a key, up to the end or the next key.
pub fn item(place: impl Fn(usize, usize) -> Place, value: &str, offset: usize) -> Option<Fix> {
    let (start, begins) = begin(value, offset)?;
    let (end, ends) = end(value, offset);
    let text = value.get(start..end)?.trim_end();
    let fix = quote(&place(start, text.len()), text);
    // A part at a comma may be one half of a sentence, and what has quotes already is not understood.
    let sure = begins == ':' && ends && !text.contains(['"', '\'']) || is_one(text) && begins != '{';
    Some(if sure { fix } else { fix.guess() })
}

/// `${…}` at byte `offset` of what stands between brackets.
pub fn unquoted(at: &dyn Fn(usize, usize) -> Place, value: &str, offset: usize) -> Diagnostic {
    let finding = Diagnostic::error("E113", &at(offset, 2), "`${…}` between `{ }` or `[ ]` needs quotes");
    let fix = item(at, value, offset);
    let written = fix.as_ref().and_then(|fix| fix.edits.first()).map(|edit| edit.text.clone());
    let help = match written {
        Some(text) => format!("write `{text}`, or one value a line"),
        None => "put the text in quotes, `{name: \"${value}\"}`, or write it over several lines".to_owned(),
    };
    finding.fix_if(fix).help(help)
}

/// Where the item begins, and what stands before it: a bracket, a comma, or the `:` of a key. The one of `https:`
/// has no blank behind it.
fn begin(value: &str, offset: usize) -> Option<(usize, char)> {
    let before = &value[..offset];
    let (at, mark) = before
        .char_indices()
        .rfind(|(at, c)| matches!(c, '{' | '[' | ',') || *c == ':' && before[at + 1..].starts_with([' ', '\t']))?;
    let start = at + 1;
    let start = start + (value[start..].len() - value[start..].trim_start().len());
    let open = value[..at].rfind(['{', '[', ',']).map_or(0, |open| open + 1);
    // `{a, ${b}}`: between braces a comma begins a key.
    let map = value[..at].rfind(['{', '[']).is_some_and(|open| value[open..].starts_with('{'));
    let mark = match mark {
        ',' if map => '{',
        // `{a: it's: ${b}}`: what stands before is no key.
        ':' if !is_word(value[open..at].trim()) => '{',
        mark => mark,
    };
    Some((start, mark))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Where the item ends, and whether that is surely its end: a bracket closes it, or another key follows.
fn end(value: &str, offset: usize) -> (usize, bool) {
    let mut depth = 0usize;
    for (at, c) in value[offset..].char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' if depth > 0 => depth -= 1,
            '}' | ']' => return (offset + at, true),
            ',' if depth == 0 => {
                let next = value[offset + at + 1..].split([',', '}', ']']).next().unwrap_or_default();
                return (offset + at, next.split_once(": ").is_some_and(|(key, _)| is_word(key.trim())));
            }
            _ => {}
        }
    }
    (value.len(), false)
}

/// Nothing but one `${…}`: in a list it is an item by itself.
fn is_one(text: &str) -> bool {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| !inner.contains(['{', '}', '"', '\'']))
}

pub fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) { single_quoted(value) } else { format!("\"{value}\"") }
}

fn single_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
