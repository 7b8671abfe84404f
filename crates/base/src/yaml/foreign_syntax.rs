//! Reports syntax of other languages: their comments, their blanks, their notation for values.

use crate::{
    diagnostic::Diagnostic,
    fix::Fix,
    place::{Place, SourceFile},
};
use std::{ops::Range, sync::Arc};

/// `// a comment` of another language in one of these lines. It may also be the author's text.
pub fn slashes(file: &Arc<SourceFile>, mut lines: impl Iterator<Item = Range<usize>>) -> Option<Diagnostic> {
    let line = lines.find(|line| file.text().get(line.clone()).is_some_and(|line| line.starts_with("//")))?;
    let place = Place::new(file, line.start..line.start + 2);
    let fix = Fix::replace("write `#`", &place, "#").guess();
    let finding = Diagnostic::error("E100", &place, "a comment does not begin with `//`");
    Some(finding.help("write `# …`").fix(fix))
}

/// Unusual blank characters in the indentation of a line, or before the colon of a key, where word processors write
/// them in French.
pub fn odd_blank(file: &Arc<SourceFile>) -> Option<Diagnostic> {
    let text = file.text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let odd = line.char_indices().take_while(|(_, c)| c.is_whitespace()).find(|(_, c)| !c.is_ascii());
        let odd = odd.filter(|_| !line.trim().is_empty()).or_else(|| before_colon(line));
        if let Some((at, blank)) = odd {
            let place = Place::new(file, start + at..start + at + blank.len_utf8());
            let message =
                format!("this blank is no ordinary one (U+{:04X}); it came with a copied text", u32::from(blank));
            let fix = Fix::replace("write a blank", &place, " ");
            return Some(Diagnostic::error("E115", &place, message).help("write ordinary blanks").fix(fix));
        }
        start += line.len();
    }
    None
}

/// The unusual blank between a key and its colon.
fn before_colon(line: &str) -> Option<(usize, char)> {
    let (key, rest) =
        line.split_once(':').filter(|(_, rest)| rest.is_empty() || rest.starts_with(char::is_whitespace))?;
    let (at, blank) = key.char_indices().next_back().filter(|(_, c)| c.is_whitespace() && !c.is_ascii())?;
    let name = key.trim_start_matches([' ', '-']).trim_end();
    (!rest.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')).then_some((at, blank))
}

/// The name in `{name} and more`, if a text follows the brace.
pub fn text_behind(value: &str) -> Option<&str> {
    let (name, rest) = value.strip_prefix('{')?.split_once('}')?;
    let goes_on = rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '.' | '!' | '?'));
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    (word && goes_on).then_some(name)
}

/// `say: {{ name }}`: YAML reads this as a map whose key is a map.
pub fn braces(file: &Arc<SourceFile>, start: &Place, flow_style: bool) -> Diagnostic {
    let text = &file.text()[start.range().start..];
    if flow_style && text.starts_with("{{") {
        let end = text.find("}}").map_or(2, |at| at + 2);
        let name = text.get(2..end.saturating_sub(2)).unwrap_or_default().trim();
        let place = Place::new(file, start.range().start..start.range().start + end);
        return handlebars(&place, name);
    }
    Diagnostic::error("E106", start, "a key is a single word or text, never a list or a map")
        .help("write `name: value`")
}

/// The advice for `{{1}}`, which is right in the text of a template and is filled by `vars`.
fn of_template(place: &Place, name: &str) -> Option<String> {
    let file = place.file();
    let above = file.text().get(..place.range().start).unwrap_or_default();
    if file.stem() == "_bot" && above.contains("templates:") {
        return Some(format!("put the whole text in quotes: `\"Hello {{{{{name}}}}}, …\"`"));
    }
    let number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| "the values of a template stand in a list, in its order: `vars: [Ana, \"10:30\"]`".to_owned())
}

/// Our code for a value with a filter of another language: `name | default("you")`, `name | upper`.
pub fn filtered(code: &str) -> Option<String> {
    let (value, filter) = code.split_once('|')?;
    let (value, filter) = (value.trim(), filter.trim());
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let (name, argument) = match filter.split_once(['(', ':']) {
        Some((name, rest)) => (name.trim(), rest.trim().trim_end_matches(')').trim()),
        None => (filter, ""),
    };
    if !word(value) || filter.starts_with('|') {
        return None;
    }
    Some(match name {
        "default" | "fallback" if !argument.is_empty() => {
            format!("{value} ?? \"{}\"", argument.trim_matches(['"', '\'']))
        }
        "upper" | "upcase" | "uppercase" => format!("{value}.upper()"),
        "lower" | "downcase" | "lowercase" => format!("{value}.lower()"),
        "trim" | "strip" => format!("{value}.trim()"),
        _ => return None,
    })
}

/// The finding for a value in the notation of other languages.
pub fn handlebars(place: &Place, name: &str) -> Diagnostic {
    if let Some(help) = of_template(place, name) {
        return Diagnostic::error("E117", place, "YAML cannot read `{{ }}` without quotes").help(help);
    }
    if let Some(meant) = filtered(name) {
        let finding = Diagnostic::error("E117", place, "`{{ }}` is not how a value is written here");
        return finding.help(format!("write `${{{meant}}}`, in single quotes"));
    }
    let fix = Fix::replace(format!("write `${{{name}}}`"), place, format!("${{{name}}}"));
    Diagnostic::error("E117", place, "`{{ }}` is not how a value is written here")
        .help(format!("write `${{{name}}}`"))
        .fix_if((!name.is_empty()).then_some(fix))
}
