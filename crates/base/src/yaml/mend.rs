//! Builds repairs for values that YAML reads in another way than the author meant: quotes the value and leaves the
//! rest untouched.

use crate::{diagnostic::Diagnostic, fix::Fix, place::Place};

/// Quotes the value with the quotes that need the least escaping.
pub fn quote(place: &Place, value: &str) -> Fix {
    let text = quoted(value);
    Fix::replace(format!("write {text}"), place, text)
}

/// Uses single quotes, for conditions, whose texts have double quotes.
pub fn single(place: &Place, value: &str) -> Fix {
    Fix::replace("put it in single quotes", place, single_quoted(value))
}

/// For a text that contains its own quotes: replaces the outer ones by single quotes.
pub fn outer(place: &Place, value: &str) -> Option<Fix> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    // An escape has another meaning outside double quotes.
    (!inner.contains('\\')).then(|| single(place, inner))
}

/// The condition within double quotes that were meant for YAML: `"wish == "book""`. In `"a" == x || y == "b"` they
/// belong to the texts.
pub fn within_quotes(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let first = inner.split('"').next().unwrap_or_default();
    let compares = ["==", "!=", "&&", "||", "<", ">"].iter().any(|op| first.contains(op));
    (compares && inner.matches('"').count().is_multiple_of(2)).then_some(inner)
}

/// Puts an item that has its own quotes within into the quotes of the other kind.
pub fn other_quotes(place: &Place, item: &str, inner: &str) -> Option<Fix> {
    match item.chars().next()? {
        _ if inner.contains('\\') => None,
        '"' => Some(single(place, inner)),
        _ if inner.contains('"') => None,
        _ => {
            let text = format!("\"{}\"", inner.replace("''", "'"));
            Some(Fix::replace(format!("write {text}"), place, text))
        }
    }
}

/// Quotes the item of a `{ }` or `[ ]` that has an unquoted `${…}` at byte `offset` of `value`. Sure only if the item
/// is certain: the value of a key, up to the end or the next key.
pub fn item(place: impl Fn(usize, usize) -> Place, value: &str, offset: usize) -> Option<Fix> {
    let (start, begins) = begin(value, offset)?;
    let (end, ends) = end(value, offset);
    let text = value.get(start..end)?.trim_end();
    let fix = quote(&place(start, text.len()), text);
    // An item beside a comma may be half of a sentence, and an item with quotes is unclear.
    let sure = begins == ':' && ends && !text.contains(['"', '\'']) || is_one(text) && begins != '{';
    Some(if sure { fix } else { fix.guess() })
}

/// The finding for a `${…}` at byte `offset` of a bracketed value.
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

/// The start of the item, and the character before it: a bracket, a comma, or the `:` of a key. The `:` of `https:`
/// has no blank behind it.
fn begin(value: &str, offset: usize) -> Option<(usize, char)> {
    let before = &value[..offset];
    let (at, mark) = before
        .char_indices()
        .rfind(|(at, c)| matches!(c, '{' | '[' | ',') || *c == ':' && before[at + 1..].starts_with([' ', '\t']))?;
    let start = at + 1;
    let start = start + (value[start..].len() - value[start..].trim_start().len());
    let open = value[..at].rfind(['{', '[', ',']).map_or(0, |open| open + 1);
    // `{a, ${b}}`: within braces a comma begins a key.
    let map = value[..at].rfind(['{', '[']).is_some_and(|open| value[open..].starts_with('{'));
    let mark = match mark {
        ',' if map => '{',
        // `{a: it's: ${b}}`: the text before the colon is no key.
        ':' if !is_word(value[open..at].trim()) => '{',
        mark => mark,
    };
    Some((start, mark))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The end of the item, and whether it is certain: a bracket closes it, or another key follows.
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

/// True if the text is a single `${…}`: in a list this is a whole item.
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
