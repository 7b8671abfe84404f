//! Estimates the width of a text and breaks it into lines, because a drawing is laid out before the viewer's font is
//! known.

use super::words::whole_expressions;
use crate::model::channel_limits::cut::{bare, dotted};

/// A font size in pixels, and whether all letters have the same width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Font {
    pub size: i32,
    pub mono: bool,
}

impl Font {
    pub const fn sans(size: i32) -> Font {
        Font { size, mono: false }
    }

    pub const fn mono(size: i32) -> Font {
        Font { size, mono: true }
    }

    /// The width in pixels, rounded up, in the widest font that viewers use in place of ours (DejaVu Sans), so that no
    /// text leaves its box.
    pub fn width(self, text: &str) -> i32 {
        let thousandths: i32 = text.chars().map(|c| self.letter(c)).sum();
        (thousandths * self.size + 999) / 1000
    }

    /// The width in bold letters.
    pub fn bold_width(self, text: &str) -> i32 {
        self.width(text) * 10 / 9
    }

    fn letter(self, c: char) -> i32 {
        match c {
            _ if is_wide(c) => 1050,
            '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{300}'..='\u{36f}' => 0,
            _ if self.mono => 605,
            'i' | 'j' | 'l' | 'I' | 'J' | '\'' => 295,
            '.' | ',' | ':' | ';' | '|' | '/' | '’' | ' ' | '·' => 340,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '!' => 410,
            's' | 'z' | 'c' | '"' | '_' => 550,
            'm' | 'M' | 'W' | '%' | '@' | '—' | '…' => 1000,
            'w' | 'O' | 'Q' | 'D' | 'N' | 'G' | 'H' | '=' | '+' | '<' | '>' | '~' => 840,
            'A'..='Z' | '&' => 735,
            _ => 640,
        }
    }

    /// At most `most` lines no wider than `width`; a text that does not fit ends with `…`. Lines break between words,
    /// and inside a word only if it is wider than a line.
    pub fn wrap(self, text: &str, width: i32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&longer) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for c in word.chars() {
                    if self.width(&line) + self.width(c.encode_utf8(&mut [0; 4])) > width && !line.is_empty() {
                        // Addresses and expressions break behind a punctuation mark, if there is one in the second
                        // half.
                        let mark = line.rfind(['/', '.', ',', '}', '_']).map(|at| at + 1);
                        let rest = mark.filter(|at| *at > line.len() / 2).map(|at| line.split_off(at));
                        lines.push(std::mem::replace(&mut line, rest.unwrap_or_default()));
                    }
                    line.push(c);
                }
            }
            if !line.is_empty() {
                lines.push(line);
            }
            if lines.len() > most {
                break;
            }
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                *last = self.cut(&format!("{} …", bare(last)), width);
            }
        }
        lines
    }

    /// The text in one line no wider than `width`.
    pub fn cut(self, text: &str, width: i32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut cut = bare(text).to_owned();
        while !cut.is_empty() && self.width(&cut) + self.width("…") > width {
            cut.pop();
        }
        dotted(whole_expressions(&cut))
    }
}

/// True for characters of double width: East Asian letters, and emoji.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1f3fa}'
        | '\u{1f400}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_and_the_last_says_that_there_is_more() {
        let font = Font::sans(13);
        let text = "Please choose a day in the next 60 days, for example *Friday* or *3 May* 👋🏽 or 明日でもいいです";
        let lines = font.wrap(text, 120, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| font.width(line) <= 120), "{lines:?}");
        assert!(lines[2].ends_with('…'), "{lines:?}");
        assert_eq!(font.wrap("short", 120, 3), ["short"]);
    }

    #[test]
    fn an_ellipsis_of_the_author_gets_no_second_one() {
        let font = Font::sans(13);
        assert_eq!(font.wrap("Wait…\nPlease…\nsoon", 120, 1), ["Wait …"]);
        let text = "One moment… we look for it";
        let width = font.width("One moment…") + font.width("…") + 1;
        assert_eq!(font.cut(text, width), "One moment…");
    }

    #[test]
    fn a_word_wider_than_a_line_is_broken() {
        let font = Font::mono(12);
        let lines = font.wrap(&"x".repeat(60), 120, 9);
        assert!(lines.len() > 2 && lines.iter().all(|line| font.width(line) <= 120), "{lines:?}");
        assert_eq!(lines.concat().len(), 60);
    }
}
