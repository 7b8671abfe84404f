//! Cuts texts between paragraphs, lines, sentences or words, and never inside an emoji.

/// Cuts a text to at most `max` characters; a cut text ends with `…`.
pub fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let end = safe_end(text, max.saturating_sub(1));
    dotted(&text[..end])
}

/// The beginning of a text with one `…` behind it, also where it ends in an author's own dots.
pub fn dotted(beginning: &str) -> String {
    format!("{}…", bare(beginning))
}

/// A text without the ellipsis and the blanks at its end; a full stop stays.
pub fn bare(text: &str) -> &str {
    let open = text.trim_end_matches(|c: char| c == '…' || c.is_whitespace());
    if open.ends_with("..") { open.trim_end_matches(['.', ' ', '…']) } else { open }
}

/// Splits a text into parts of at most `max` characters. The break is in the second half of the part, preferably after
/// a paragraph, then a line, a sentence or a word; otherwise anywhere outside an emoji.
pub fn split(text: &str, max: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while rest.chars().count() > max {
        let end = safe_end(rest, max);
        let head = &rest[..end];
        let from = safe_end(rest, max / 2);
        let found = ["\n\n", "\n", ". ", "! ", "? ", "… ", "。", " "]
            .iter()
            .find_map(|mark| head[from..].rfind(mark).map(|at| from + at + mark.len()));
        let (part, tail) = rest.split_at(found.unwrap_or(end));
        parts.push(part.trim_end().to_owned());
        rest = tail.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

/// The byte position after at most `max` characters that does not split a visible character: combining marks, joiners,
/// variation selectors, skin tones and pairs of flag letters stay with their base.
fn safe_end(text: &str, max: usize) -> usize {
    const LOOK_BACK: usize = 32;
    let Some((end, _)) = text.char_indices().nth(max) else { return text.len() };
    let mut at = end;
    for _ in 0..LOOK_BACK {
        let next = text[at..].chars().next();
        let before = text[..at].chars().next_back();
        let (Some(next), Some(before)) = (next, before) else { break };
        let flags = text[..at].chars().rev().take_while(|c| is_flag_letter(*c)).count();
        let torn = sticks(next) || before == '\u{200D}' || (is_flag_letter(next) && flags % 2 == 1);
        if !torn {
            return at;
        }
        at -= before.len_utf8();
    }
    if at == 0 { end } else { at }
}

fn sticks(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_ends_in_dots_is_cut_with_one_ellipsis() {
        assert_eq!(cut("Wait… for the next one", 6), "Wait…");
        assert_eq!(cut("Wait... for the next one", 8), "Wait…");
        assert_eq!(cut("Wait for the next one", 8), "Wait fo…");
        assert_eq!(bare("One moment. …"), "One moment.");
        assert_eq!(cut("Wait…", 5), "Wait…", "at the limit");
    }
}
