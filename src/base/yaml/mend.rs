//! Repairs of what YAML reads otherwise than it was meant: the value in quotes, the rest of the file untouched.

use crate::base::{fix::Fix, place::Place};

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

/// The item of a `{ }` or `[ ]` that holds an unquoted `${…}` at byte `offset` of `value`.
pub fn item(place: impl Fn(usize, usize) -> Place, value: &str, offset: usize) -> Option<Fix> {
    let before = &value[..offset];
    let start = before.rfind(['{', '[', ',', ':'])? + 1;
    let start = start + (value[start..].len() - value[start..].trim_start().len());
    let mut depth = 0usize;
    let mut end = value.len();
    for (at, c) in value[offset..].char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' if depth > 0 => depth -= 1,
            '}' | ']' | ',' if depth == 0 => {
                end = offset + at;
                break;
            }
            _ => {}
        }
    }
    let text = value[start..end].trim_end();
    let text = text.strip_suffix(['\n', '\r']).unwrap_or(text);
    Some(quote(&place(start, text.len()), text))
}

pub fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) { single_quoted(value) } else { format!("\"{value}\"") }
}

fn single_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
