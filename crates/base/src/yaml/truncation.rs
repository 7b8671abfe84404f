//! Reports texts that a `#` cuts off as a comment although the author meant it as text.

use super::mend;
use crate::{
    diagnostic::Diagnostic,
    place::{Place, SourceFile},
};
use std::sync::Arc;

/// A plain text that ends at ` #` without a blank behind it, which is probably no comment.
pub fn cut(file: &Arc<SourceFile>, place: &Place) -> Option<Diagnostic> {
    let rest = &file.text()[place.range().end..];
    let line = rest.lines().next().unwrap_or_default();
    let comment = line.trim_start_matches([' ', '\t']);
    let meant = comment.strip_prefix('#')?;
    if meant.is_empty() || meant.starts_with([' ', '\t', '#', '!', '-', '=']) || comment.len() == line.len() {
        return None;
    }
    let at = place.range().end + line.len() - comment.len();
    let finding =
        Diagnostic::error("E103", &Place::new(file, at..at + 1), "the text stops at ` #`, which begins a comment");
    let whole = place.range().start..place.range().end + line.trim_end().len();
    let fix = mend::quote(&Place::new(file, whole.clone()), &file.text()[whole]);
    // `#12` and `#${no}` are numbers; any other word may be a comment.
    let number = meant.starts_with(|c: char| c.is_ascii_digit() || c == '$');
    let fix = if number { fix } else { fix.guess() };
    Some(finding.help("put the text in quotes or use `|`; for a comment write a blank after the `#`").fix(fix))
}

/// `say: #hashtag`: only a comment follows the key.
pub fn cut_whole(file: &Arc<SourceFile>, key: &Place) -> Option<Diagnostic> {
    let rest = file.text()[key.range().end..].lines().next().unwrap_or_default();
    let comment = rest.strip_prefix(':')?.trim_start_matches([' ', '\t']);
    let meant = comment.strip_prefix('#')?;
    if meant.is_empty() || meant.starts_with([' ', '\t', '#', '!', '-', '=']) {
        return None;
    }
    let at = key.range().end + rest.len() - comment.len();
    let finding = Diagnostic::error(
        "E103",
        &Place::new(file, at..at + 1),
        "a `#` begins a comment, and nothing else stands here",
    );
    let whole = at..key.range().end + rest.trim_end().len();
    let fix = mend::quote(&Place::new(file, whole.clone()), &file.text()[whole]).guess();
    Some(finding.help("put the text in quotes or use `|`; for a comment write a blank after the `#`").fix(fix))
}

/// `say: Price # 5`: a number behind `# ` in a text is probably no comment.
pub fn number_cut(file: &Arc<SourceFile>, place: &Place) -> Option<Diagnostic> {
    let text = file.text();
    let range = place.range();
    let rest = text[range.end..].lines().next().unwrap_or_default();
    let comment = rest.trim_start_matches([' ', '\t']).strip_prefix("# ")?;
    let words: Vec<&str> = comment.split_whitespace().collect();
    let number = words.first()?.trim_matches(|c: char| matches!(c, '.' | ',' | '!' | '€' | '$' | '£' | '%'));
    if words.len() > COMMENT_WORDS_MAX || number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    // `timeout: 2h # 3 would be too long` is a comment.
    if !is_sentence(&text[..range.start]) {
        return None;
    }
    let at = range.end + rest.len() - rest.trim_start().len();
    let whole = range.start..range.end + rest.trim_end().len();
    let fix = mend::quote(&Place::new(file, whole.clone()), &text[whole]).guess();
    let finding =
        Diagnostic::warning("W120", &Place::new(file, at..at + 1), "the text stops at ` #`: what follows is a comment");
    let help =
        format!("is it part of the text? then write {}", fix.edits.first().map_or("", |edit| edit.text.as_str()));
    Some(finding.help(help).fix(fix))
}

/// Behind this people write sentences: an item of a list, or the value of a key that the contact reads.
pub fn is_sentence(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start().trim_start_matches("- ").trim_end();
    line.is_empty() || line.strip_suffix(':').is_some_and(|key| TEXT_KEYS.contains(&key))
}

/// A longer comment is probably an explanation.
const COMMENT_WORDS_MAX: usize = 3;

/// Keys whose values the contact reads.
const TEXT_KEYS: [&str; 9] = ["say", "ask", "title", "desc", "invalid", "unclear", "header", "footer", "summary"];
