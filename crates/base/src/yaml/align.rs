//! Maps a range of a scalar's text back to its place in the file.

use super::{Scalar, Style};
use crate::place::Place;
use std::ops::Range;

/// The place of `range` (bytes of the text); the whole scalar if the text cannot be aligned with the source.
pub fn part(scalar: &Scalar, range: Range<usize>) -> Place {
    let raw = scalar.place.text();
    let found = match scalar.style {
        Style::Plain if raw == scalar.text => Some(range.clone()),
        Style::Literal => in_literal(raw, &scalar.text, &range),
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Folded => {
            scalar.walk.get_or_init(|| walk(raw, &scalar.text, scalar.style)).part(&range)
        }
        Style::Broken | Style::Misspelt => None,
    };
    let Some(found) = found else { return scalar.place.clone() };
    let base = scalar.place.range().start;
    Place::new(scalar.place.file(), base + found.start..base + found.end.max(found.start))
}

/// For a `|` block: each source line ends with the line of the text, after its indentation.
fn in_literal(raw: &str, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let locate = |at: usize| {
        let mut text_start = 0;
        let mut raw_start = 0;
        let mut raw_lines = raw.split_inclusive('\n');
        // The source begins at the first line that is not empty.
        let empty = text.len() - text.trim_start_matches('\n').len();
        for (number, line) in text.split('\n').enumerate() {
            let raw_line = if number < empty && !raw.starts_with(['\n', '\r']) { "" } else { raw_lines.next()? };
            let body = raw_line.trim_end_matches(['\n', '\r']);
            let line_body = line.trim_end_matches('\r');
            if at <= text_start + line.len() {
                let indent = body.ends_with(line_body).then(|| body.len() - line_body.len())?;
                return Some(raw_start + indent + (at - text_start).min(line_body.len()));
            }
            text_start += line.len() + 1;
            raw_start += raw_line.len();
        }
        None
    };
    Some(locate(range.start)?..locate(range.end)?)
}

/// The alignment of each character, in bytes of the text and of the source. It is cached, because a text of twelve
/// kilobytes with hundreds of expressions is looked up for each of them repeatedly.
#[derive(Debug, Clone)]
pub struct Walk {
    places: Vec<(usize, usize)>,
    /// The end of the source; `None` if the alignment failed before the end.
    end: Option<usize>,
}

impl Walk {
    fn part(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let at = |offset: usize| {
            let next = self.places.partition_point(|(text, _)| *text < offset);
            self.places.get(next).map(|(_, raw)| *raw).or(self.end)
        };
        Some(at(range.start)?..at(range.end)?)
    }
}

/// For plain, quoted and folded texts: walks source and text side by side, and skips escapes and line folds.
fn walk(raw: &str, text: &str, style: Style) -> Walk {
    let mut at = usize::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
    let mut places = Vec::with_capacity(text.len());
    for (offset, wanted) in text.char_indices() {
        let Some((here, next)) = step(raw, at, wanted, style) else { return Walk { places, end: None } };
        places.push((offset, here));
        at = next;
    }
    Walk { places, end: Some(at) }
}

/// The position of `wanted` in `raw` from `at` on, and the position behind it.
fn step(raw: &str, mut at: usize, wanted: char, style: Style) -> Option<(usize, usize)> {
    loop {
        let mut rest = raw.get(at..)?.chars();
        let here = rest.next()?;
        let next = rest.next();
        match (style, here) {
            // An escaped line end joins two lines.
            (Style::DoubleQuoted, '\\') if matches!(next, Some('\n' | '\r')) => {
                at += 1;
                at += raw[at..].len() - raw[at..].trim_start().len();
            }
            (Style::DoubleQuoted, '\\') => {
                let length = match next? {
                    'x' => 4,
                    'u' => 6,
                    'U' => 10,
                    other => 1 + other.len_utf8(),
                };
                return Some((at, at + length));
            }
            (Style::SingleQuoted, '\'') if next == Some('\'') => return Some((at, at + 2)),
            (_, here) if here == wanted && here != '\n' => return Some((at, at + here.len_utf8())),
            // A fold: a line end and indentation in the source are one blank or line end in the text.
            (_, '\n' | '\r' | ' ' | '\t') if matches!(wanted, ' ' | '\n') => {
                let blank = raw[at..].len() - raw[at..].trim_start().len();
                return Some((at, at + blank));
            }
            (_, '\n' | '\r' | ' ' | '\t') => at += 1,
            _ => return None,
        }
    }
}
