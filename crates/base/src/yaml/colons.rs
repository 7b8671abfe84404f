//! Reads a second colon in a line: a step behind `then:`, or a line of a file of translations, where keys are texts. Also
//! a colon that YAML does not see.

use super::{Kind, Node, Scalar, mend};
use crate::{
    diagnostic::Diagnostic,
    fix::Fix,
    place::{Place, SourceFile},
};
use std::{ops::Range, sync::Arc};

/// The advice for a second colon that no quotes mend. `None`: the line is a text.
pub fn meant(file: &Arc<SourceFile>, key: &str, value: &str, colon: usize) -> Option<String> {
    of_step(key, value, colon).or_else(|| of_map(key, value, colon)).or_else(|| of_source(file, key, value, colon))
}

/// The advice for `then: say: Hello`: a key for steps, and a step in the same line.
fn of_step(key: &str, value: &str, colon: usize) -> Option<String> {
    let is_word = colon > 0 && value[..colon].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (STEPS.contains(&key) && is_word).then(|| format!("write the step a line below `{key}:`, deeper: `- {value}`"))
}

/// The advice for `return: ok: true`: a key for names with values, and the first of them in the same line.
fn of_map(key: &str, value: &str, colon: usize) -> Option<String> {
    let is_name =
        colon > 0 && value[..colon].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let (name, rest) = (&value[..colon], value[colon + 1..].trim());
    // Between `{ }` a `${` needs quotes.
    let rest = if rest.contains("${") { mend::quoted(rest) } else { rest.to_owned() };
    (MAPS.contains(&key) && is_name).then(|| format!("for names with values write `{key}: {{{name}: {rest}}}`"))
}

/// Keys that take names with values.
const MAPS: [&str; 8] = ["return", "with", "json", "form", "query", "headers", "data", "returns"];

/// Keys that take steps.
const STEPS: [&str; 9] = ["steps", "then", "else", "do", "on_error", "on_timeout", "on_fail", "other", "until_done"];

/// The advice for `Red: dark: Rojo` in a file of translations: the first colon may belong to the source. `None`: what
/// stands before it is a key of the file.
fn of_source(file: &Arc<SourceFile>, key: &str, value: &str, colon: usize) -> Option<String> {
    if !file.is_locale() || matches!(key, "from" | "to" | "locale" | "count" | "step") || key.contains('.') {
        return None;
    }
    let (source, translation) = (format!("{key}: {}", &value[..colon]), value[colon + 1..].trim());
    let whole = mend::quoted(value);
    Some(format!("where the source is `{source}` write `\"{source}\": {translation}`, else `{key}: {whole}`"))
}

/// `Red one: Rojo: claro` in a file of translations, where keys are texts; `start` is where the line stands in
/// the file, `colon` where that behind the key stands in the line.
pub fn translated(
    file: &Arc<SourceFile>,
    line: &str,
    start: usize,
    colon: usize,
) -> Option<(Diagnostic, Range<usize>)> {
    if !file.is_locale() {
        return None;
    }
    let value = line[colon + 1..].trim_start();
    if value.starts_with(['"', '\'', '{', '[', '|', '>']) {
        return None;
    }
    let begin = start + line.len() - value.len();
    let second = value.find(": ").or_else(|| value.ends_with(':').then(|| value.len() - 1))?;
    let range = begin..begin + value.len();
    let finding = Diagnostic::error(
        "E108",
        &Place::new(file, begin + second..begin + second + 1),
        "a text with `: ` needs quotes",
    );
    let finding = finding.fix(mend::quote(&Place::new(file, range.clone()), value));
    Some((finding.help(format!("write {}", mend::quoted(value))), range))
}

/// `{template:name}`, one long key for YAML: the key and the value that are meant, with the finding.
pub fn glued(file: &Arc<SourceFile>, key: &Scalar) -> Option<(Arc<Scalar>, Node, Diagnostic)> {
    let (name, value) = key.text.split_once(':').filter(|_| key.is_plain())?;
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !word || !value.starts_with(char::is_alphanumeric) || key.place.text() != key.text {
        return None;
    }
    let start = key.place.range().start;
    let colon = start + name.len();
    let place = Place::new(file, colon + 1..key.place.range().end);
    let finding = Diagnostic::error("E100", &Place::new(file, colon..colon + 1), "a `:` has no blank behind it");
    let fix = Fix::replace(format!("write `{name}: {value}`"), &key.place, format!("{name}: {value}"));
    let finding = finding.help(format!("write `{name}: {value}`, with a blank after the `:`")).fix(fix);
    let value = Node { place: place.clone(), kind: Kind::Scalar(Scalar::at(&place, value)) };
    Some((Scalar::at(&Place::new(file, start..colon), name), value, finding))
}
