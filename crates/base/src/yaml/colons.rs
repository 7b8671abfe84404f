//! Reads a second colon in a line: a step behind `then:`, or a line of a file of translations, where keys are texts.

use super::mend;
use crate::{
    diagnostic::Diagnostic,
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
    let is_name = colon > 0 && value[..colon].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (MAPS.contains(&key) && is_name).then(|| format!("for names with values write `{key}: {{{value}}}`"))
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
