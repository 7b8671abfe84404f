//! `test --update`: replaces expected texts by those that the bot sends.

use super::{compare::Difference, draft::excerpt, seen::Seen};
use crate::{
    base::place::Place,
    flow::tools::testfile::write::{line_scalar, scalar},
};

/// A new text for a place in a test file.
#[derive(Debug, Clone)]
pub struct Rewrite {
    pub place: Place,
    pub text: String,
}

/// The replacement for an expected text that differs; `None` if a person must decide.
pub(super) fn rewrite(difference: &Difference, said: &Seen) -> Option<Rewrite> {
    let is_text = matches!(difference.path.as_str(), "" | "text");
    let place = &difference.place;
    // A text over several lines has a layout of its own.
    if !is_text || place.text().contains('\n') || place.text().is_empty() {
        return None;
    }
    let new = excerpt(said.content.text());
    let alone = place.file().text()[..place.range().start].rsplit('\n').next().is_some_and(|line| !line.contains('{'));
    let text = if alone { line_scalar(new) } else { scalar(new) };
    (!new.is_empty()).then(|| Rewrite { place: place.clone(), text })
}

/// The text of a file with all replacements.
pub(super) fn apply(text: &str, rewrites: &[Rewrite]) -> String {
    let mut sorted: Vec<&Rewrite> = rewrites.iter().collect();
    sorted.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.place.range().start));
    let mut new = text.to_owned();
    for rewrite in sorted {
        new.replace_range(rewrite.place.range(), &rewrite.text);
    }
    new
}
