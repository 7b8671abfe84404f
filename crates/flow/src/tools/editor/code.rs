//! Finds the expressions of a file, and the names in them.

use crate::{
    base::yaml::{Node, Scalar},
    load::spec::FieldKind,
    text::closing_brace,
};
use std::ops::Range;

/// The parts of a value that are code, as byte ranges of its text.
pub fn parts(scalar: &Scalar, kinds: &[FieldKind]) -> Vec<Range<usize>> {
    let text = scalar.text.as_str();
    if kinds.iter().any(|kind| matches!(kind, FieldKind::Code | FieldKind::Script)) {
        return std::iter::once(0..text.len()).collect();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|offset| at + offset) {
        if start > 0 && text[..start].ends_with('$') {
            at = start + 2;
            continue;
        }
        let inner = start + 2;
        // An expression that is being typed may not be closed yet.
        let end = closing_brace(text, inner).unwrap_or(text.len());
        found.push(inner..end);
        at = end;
    }
    found
}

/// A word in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The byte range in the code.
    pub range: Range<usize>,
    /// The word before the dot or the colons: `contact` in `contact.name`, `orders` in `orders::eta`.
    pub of: Option<String>,
    /// The word before that: `hours` for the `open` of `hours.shop.open`.
    pub of_of: Option<String>,
    /// True behind `::`.
    pub in_module: bool,
    /// True for a called function or method.
    pub called: bool,
    /// True for a declaration: by `let`, or as an argument of a function.
    pub declared: bool,
}

/// All words of some code, without the words in its texts and comments.
pub fn words(code: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let bytes = code.as_bytes();
    let mut at = 0;
    // The previous word, and the character before the next one: `contact` and `.`.
    let mut before: Option<(usize, &str)> = None;
    let mut in_bars = false;
    let mut after_let = false;
    while at < bytes.len() {
        let rest = &code[at..];
        let c = rest.chars().next().unwrap_or(' ');
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if matches!(c, '"' | '\'' | '`') {
            at += text_length(rest, c);
            before = None;
        } else if c.is_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let word = &rest[..length];
            let owner = before.and_then(|(n, mark)| Some((found.get(n)?, mark)));
            let of = owner.map(|(owner, _)| code[owner.range.clone()].to_owned());
            let of_of = owner.filter(|(_, mark)| *mark == ".").and_then(|(owner, _)| owner.of.clone());
            let in_module = owner.is_some_and(|(_, mark)| mark == "::");
            let next = rest[length..].trim_start();
            found.push(Word {
                range: at..at + length,
                of,
                of_of,
                in_module,
                called: next.starts_with('('),
                declared: in_bars || after_let,
            });
            after_let = matches!(word, "let" | "const" | "for");
            at += length;
            before = match () {
                () if next.starts_with("::") => Some((found.len() - 1, "::")),
                () if next.starts_with("?.") || (next.starts_with('.') && !next.starts_with("..")) => {
                    Some((found.len() - 1, "."))
                }
                () => None,
            };
            if before.is_some() {
                at += code[at..].find(['.', ':']).unwrap_or(0);
                at += if code[at..].starts_with("::") { 2 } else { 1 };
            }
        } else if c.is_ascii_digit() {
            at += rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            before = None;
        } else {
            if rest.starts_with("||") {
                at += 2;
            } else {
                if c == '|' {
                    in_bars = !in_bars;
                }
                // In `calls(…).name` and `list[0].name`, the owner of the property has no name.
                at += c.len_utf8();
            }
            if !c.is_whitespace() {
                before = None;
            }
            if c == '.' {
                // A property of something without a name is not a variable.
                let next = code[at..].trim_start();
                let length = next.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(next.len());
                let start = at + (code[at..].len() - next.len());
                if length > 0 && !next.starts_with(|c: char| c.is_ascii_digit()) {
                    let called = next[length..].trim_start().starts_with('(');
                    found.push(Word {
                        range: start..start + length,
                        of: Some(String::new()),
                        of_of: None,
                        in_module: false,
                        called,
                        declared: false,
                    });
                    at = start + length;
                }
            }
        }
    }
    found
}

fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\\' if !escaped && quote != '`' => escaped = true,
            c if c == quote && !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// The range of the code in a value that contains a byte of its text.
pub fn part_at(node: &Node, kinds: &[FieldKind], at: usize) -> Option<Range<usize>> {
    parts(node.scalar()?, kinds).into_iter().find(|part| part.start <= at && at <= part.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str) -> Vec<String> {
        let word = |word: Word| {
            let name = &code[word.range.clone()];
            let of = word.of.map(|of| format!("{of}{}", if word.in_module { "::" } else { "." })).unwrap_or_default();
            format!("{of}{name}{}{}", if word.called { "()" } else { "" }, if word.declared { "!" } else { "" })
        };
        words(code).into_iter().map(word).collect()
    }

    #[test]
    fn names_are_told_from_texts_properties_and_arguments() {
        assert_eq!(told("day > today() && \"day\" != day.format(`day`)"), ["day", "today()", "day", "day.format()"]);
        assert_eq!(told("list.filter(|x| x.id == no) // no"), ["list", "list.filter()", "x!", "x", "x.id", "no"]);
        assert_eq!(told("orders::eta(shop.body).words"), ["orders", "orders::eta()", "shop", "shop.body", ".words"]);
        assert_eq!(told("a?.b ?? \"\\\"c\""), ["a", "a.b"]);
        assert_eq!(told("0..10 || x1 + 2e5"), ["x1"]);
    }

    #[test]
    fn the_second_owner_is_known() {
        assert_eq!(words("hours.shop.open")[2].of_of.as_deref(), Some("hours"));
    }
}
