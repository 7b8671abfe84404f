//! Scans bracketed and quoted values: finds their end, and ends that come too early.

use crate::{
    diagnostic::Diagnostic,
    fix::Fix,
    place::{Place, SourceFile},
};
use std::{ops::Range, sync::Arc};

/// `{answers[]: …}`: the position of the name that appends to a list.
pub fn list_name(value: &str) -> Option<(usize, &str)> {
    let end = value.find("[]:")? + 2;
    let start = value[..end].rfind(['{', ',', ' '])? + 1;
    (!value[start..end].contains(['"', '\''])).then(|| (start, &value[start..end]))
}

/// True if the bracket at the beginning is not closed.
pub fn never_closed(text: &str) -> bool {
    closed_at(text).is_none()
}

/// The byte behind the bracket that closes the one at the beginning. Brackets in quotes or inside words (`a [b`) do
/// not count.
pub fn closed_at(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut previous) = (0usize, None, ' ');
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open || c == '\n' => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && matches!(previous, ' ' | '[' | '{' | ',' | '(') => quote = Some(c),
            None if matches!(c, '[' | '{') => depth += 1,
            None if matches!(c, ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            None => {}
        }
        previous = c;
    }
    None
}

/// The byte behind the closing quote.
pub fn closing(value: &str, quote: char) -> Option<usize> {
    let mut chars = value.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            ('"', '\\') => {
                chars.next();
            }
            ('\'', '\'') if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
            }
            (_, c) if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// `{say: "Hello}`: a text between brackets whose quote nothing closes. `begin` is where the value stands in the file.
pub fn open_quote(file: &Arc<SourceFile>, value: &str, begin: usize) -> Option<Diagnostic> {
    let (mut at, mut previous) = (0, ' ');
    loop {
        let c = value.get(at..)?.chars().next()?;
        let opens = matches!(c, '"' | '\'') && matches!(previous, ' ' | '[' | '{' | ',');
        at += match opens.then(|| closing(&value[at..], c)) {
            Some(None) => break,
            Some(Some(end)) => end,
            None => c.len_utf8(),
        };
        previous = c;
    }
    let quote = &value[at..=at];
    // The brackets behind it close what stands before it.
    let end = value.trim_end_matches([' ', '}', ']']).len().max(at + 1);
    let place = Place::new(file, begin + at..begin + value.len());
    let fix = Fix::replace("close the quote", &Place::new(file, begin + end..begin + end), quote).guess();
    let finding = Diagnostic::error("E114", &place, "this quote is never closed").fix(fix);
    Some(finding.help(format!("end the text with {quote}: `{}{quote}{}`", &value[..end], &value[end..])))
}

/// The position of the first `${` outside quotes.
pub fn unquoted_code(value: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in value.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && matches!(previous, ' ' | '[' | '{' | ',') => quote = Some(c),
            None if value[at..].starts_with("${") => return Some(at),
            None => {}
        }
        previous = c;
    }
    None
}

/// A quoted text in `{ }` or `[ ]` that contains its own quote: the range that the author meant, and the quote that
/// ends it too early.
pub fn ends_early(value: &str) -> Option<(Range<usize>, usize)> {
    let (mut at, mut previous) = (0, ' ');
    let closes = |rest: &str| rest.trim_start().is_empty() || rest.trim_start().starts_with([',', ']', '}', ':']);
    while let Some(c) = value[at..].chars().next() {
        if matches!(c, '"' | '\'') && matches!(previous, ' ' | '[' | '{' | ',') {
            let end = at + closing(&value[at..], c)?;
            if !closes(&value[end..]) {
                // The intended end is a quote that is followed by the end of an item, and that stands in no `${…}`.
                let mut meant = value[end..].match_indices(c).map(|(offset, _)| end + offset + 1);
                let in_code = |text: &str| text.matches('{').count() > text.matches('}').count();
                let last = meant.find(|end| closes(&value[*end..]) && !in_code(&value[at..*end]))?;
                return Some((at..last, end - 1));
            }
            (at, previous) = (end, c);
            continue;
        }
        at += c.len_utf8();
        previous = c;
    }
    None
}

/// `["Red, "Blue"]`: where the item begins whose last quote was forgotten, and where that quote belongs.
pub fn unended(value: &str) -> Option<(usize, usize)> {
    let (item, early) = ends_early(value)?;
    let own = value[item.start + 1..early].trim_end();
    let text = own.strip_suffix(',')?.trim_end();
    let goes_on = value[early + 1..].starts_with(|c: char| c.is_alphanumeric());
    (goes_on && !text.is_empty()).then_some((item.start, item.start + 1 + text.len()))
}

/// True if a text follows the bracket: `[Hello], how are you`.
pub fn goes_on(value: &str) -> bool {
    if value.contains(['"', '\'']) {
        return false;
    }
    let mut depth = 0usize;
    for (at, c) in value.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let rest = value[at + 1..].trim_start();
            return !rest.is_empty() && !rest.starts_with(['#', ']', '}']);
        }
    }
    false
}

/// The position of a second `: ` in a text within `{ }` or `[ ]`.
pub fn second_colon(value: &str) -> Option<usize> {
    let mut quote = None;
    let mut seen = false;
    let mut previous = ' ';
    for (at, c) in value.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if matches!(previous, ' ' | '[' | '{' | ',') => quote = Some(c),
            (None, '{' | '[' | ',' | '}' | ']') => seen = false,
            (None, ':') if value[at + 1..].starts_with(' ') => {
                if seen {
                    return Some(at);
                }
                seen = true;
            }
            (None, _) => {}
        }
        previous = c;
    }
    None
}
