//! Recognises statements in place of a single value, and map entries with `=`.

use super::{sentence::operand, words::bare};
use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place};
use rhai::ParseError;
use std::ops::Range;

/// The finding for a statement or a `=` at byte `at`, before `word`, where the parser stopped.
pub fn meant(
    code: &str,
    at: usize,
    word: &str,
    expression: bool,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Option<Diagnostic> {
    if code[at..].starts_with('=') && !code[at..].starts_with("==") && in_map(&code[..at]) {
        let before = &code[..at];
        // `"checkup" = 4000` becomes `"checkup": 4000`.
        let fix = Fix::replace("write `:`", &place(before.trim_end().len()..at + 1), ":");
        let key = before.trim_end().rsplit(['{', ',', '\n']).next().unwrap_or_default().trim();
        let value = code[at + 1..].trim_start().split([',', '}', '\n']).next().unwrap_or_default().trim_end();
        let finding = Diagnostic::error("E308", &place(at..at + 1), "in a map a value stands behind a `:`");
        return Some(finding.help(format!("write `{key}: {value}`")).fix(fix));
    }
    if let Some(open) = unmarked_map(code, at, word) {
        let finding = Diagnostic::error("E308", &place(open..open + 1), "a map begins with `#{`");
        let fix = Fix::replace("write `#{`", &place(open..open + 1), "#{");
        let inner = code[open + 1..].split('}').next().unwrap_or_default().trim();
        return Some(finding.help(format!("write `#{{{inner}}}`")).fix(fix.guess()));
    }
    if !expression {
        return None;
    }
    let finding =
        |length: usize, message: String| Diagnostic::error("E308", &place(at..(at + length).min(code.len())), message);
    let changes = ["+=", "-=", "*=", "/=", "++", "--"].into_iter().find(|sign| code[at..].starts_with(sign));
    if let Some(sign) = changes {
        let name = operand(code[..at].trim_end());
        let much = code[at + sign.len()..].trim();
        let much = if much.is_empty() { "1" } else { much };
        // In single quotes, because the expression often stands in double ones.
        let set = format!("- set: {{{name}: '${{{name} {} {much}}}'}}", &sign[..1]);
        return Some(
            finding(sign.len(), format!("`{sign}` would change `{name}`, and this only shows a value"))
                .help(format!("change it in a step before: `{set}`")),
        );
    }
    let help = match word {
        "let" | "const" => "give it its name in a step before, `- set: {name: '${…}'}`, or write a `script` step",
        "for" | "while" | "loop" | "do" => {
            "for a list in a text write `${list.join(\", \")}`; steps for each item stand under `repeat`"
        }
        "return" | "throw" => "write the value alone, without this word",
        _ => return None,
    };
    Some(finding(word.len(), format!("`{word}` begins a statement, and here stands one value")).help(help))
}

/// The finding for a statement of a script that its line does not end.
pub fn unended_line(
    error: &ParseError,
    code: &str,
    at: usize,
    expression: bool,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Option<Diagnostic> {
    let said = error.to_string().to_lowercase();
    let before = code[..at].trim_end();
    let is_below = code[before.len()..at].contains('\n');
    if expression || !is_below || !said.contains("';'") || !said.contains("terminate") {
        return None;
    }
    let last = before.chars().next_back().map_or(0, char::len_utf8);
    let place = place(before.len() - last..before.len());
    let line = before.lines().next_back().unwrap_or_default().trim();
    let fix = Fix::replace("write `;` behind it", &place, format!("{};", place.text())).guess();
    let finding = Diagnostic::error("E308", &place, "this line ends without its `;`");
    Some(finding.help(format!("write `{line};`")).fix(fix))
}

/// The `{` of `{a: 1}`, which is a block of statements without a `#`; the parser stops at it, or at the first key.
fn unmarked_map(code: &str, at: usize, word: &str) -> Option<usize> {
    let before = code[..at].trim_end();
    let open = match code[at..].starts_with('{') {
        true => at,
        false if before.ends_with('{') => before.len() - 1,
        // The parser reads `{ "a"` as a block with a text, and stops at the `:` behind it.
        false if code[at..].starts_with(':') && before.ends_with('"') => {
            let open = before.trim_end_matches('"').rfind('{')?;
            if !before[open + 1..].trim_start().starts_with('"') {
                return None;
            }
            open
        }
        false => return None,
    };
    let inner = code[open + 1..].trim_start();
    let key = inner.split(':').next().unwrap_or_default().trim().trim_matches('"');
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    let goes_on = inner.contains(':') && !inner.contains("::");
    (is_key && goes_on && !code[..open].ends_with(['#', '$']) && (word.is_empty() || inner.starts_with(word)))
        .then_some(open)
}

/// True if the innermost open bracket at the end of this code is that of a map.
fn in_map(code: &str) -> bool {
    let mut open = Vec::new();
    for (at, c) in bare(code) {
        match c {
            '{' | '[' | '(' => open.push(code[..at].ends_with('#') && c == '{'),
            '}' | ']' | ')' => drop(open.pop()),
            _ => {}
        }
    }
    open.last().copied().unwrap_or(false)
}
