//! `say: &one`: YAML takes a word that begins with `&` for a mark of its own, and nobody reads it.

use super::{Node, mend, truncation::is_sentence};
use crate::{
    diagnostic::Diagnostic,
    place::{Place, SourceFile},
};
use std::sync::Arc;

/// The finding about the mark in front of this text, where a sentence was meant.
pub fn lost(file: &Arc<SourceFile>, node: &Node) -> Option<Diagnostic> {
    let (text, range) = (file.text(), node.place.range());
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    // The place of a text that is not there is the mark's own, or the key's.
    let at = match node.is_null() {
        true => line + text[line..].lines().next()?.find('&')?,
        false => line + text[line..range.start].rfind('&')?,
    };
    if !is_sentence(&text[..at]) {
        return None;
    }
    let end = at + text[at..].lines().next()?.trim_end().len();
    let mark = &text[at..at + text[at..end].find(' ').unwrap_or(end - at)];
    let finding = Diagnostic::error(
        "E110",
        &Place::new(file, at..at + mark.len()),
        format!("`{mark}` is never sent: behind `&` stands a mark of YAML"),
    );
    let whole = Place::new(file, at..end);
    let fix = mend::quote(&whole, whole.text());
    Some(finding.help(format!("write {}", mend::quoted(whole.text()))).fix(fix.guess()))
}
