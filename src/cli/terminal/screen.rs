//! Writes everything that goes to standard output and error, and escapes texts of strangers that would control the
//! terminal.
//!
//! Names of contacts, texts, file names and answers of platforms occur in nearly every line. Control sequences in them
//! could move the cursor over earlier lines, set the title of the terminal, or make it send input. So every control
//! character is escaped as in JSON, and only our own colours and cursor moves remain.

use std::{
    fmt::Arguments,
    hash::{BuildHasher, Hasher},
    io::{self, IsTerminal, Write},
    sync::OnceLock,
};

/// Prints to standard output.
pub fn out(text: Arguments<'_>) {
    std::print!("{}", safe(&text.to_string(), io::stdout().is_terminal()));
}

/// Prints to standard error.
pub fn err(text: Arguments<'_>) {
    std::eprint!("{}", safe(&text.to_string(), io::stderr().is_terminal()));
}

/// Marks our own escape sequence, the part behind `ESC [`. The mark becomes `ESC [` when it is printed.
pub fn code(sequence: &str) -> String {
    format!("{}{sequence}", mark())
}

/// Marks the colours of our own renderer, which prints findings with lines of the author's files.
pub fn coloured(text: &str) -> String {
    text.replace("\u{1b}[", mark())
}

/// Standard output for data: unchanged into a file or pipe, escaped on a terminal.
pub fn data() -> Box<dyn Write> {
    if io::stdout().is_terminal() { Box::new(Shown) } else { Box::new(io::stdout().lock()) }
}

/// Replaces `ESC [` in our own texts. The mark is random in each process, so that no text from outside can contain it.
fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| format!("\u{FDD0}{:016x}", std::hash::RandomState::new().build_hasher().finish()))
}

/// The escaped text. On a terminal, characters that change the direction of text are escaped too.
fn safe(text: &str, on_terminal: bool) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' => true,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => !on_terminal,
        c => !c.is_control(),
    };
    let mut out = String::with_capacity(text.len());
    for (place, part) in text.split(mark()).enumerate() {
        if place > 0 {
            out.push_str("\u{1b}[");
        }
        for c in part.chars() {
            if harmless(c) {
                out.push(c);
            } else {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
        }
    }
    out
}

/// Writes data to a terminal, escaped.
struct Shown;

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(safe(&String::from_utf8_lossy(bytes), true).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        for (written, shown) in [
            ("Ana\u{1b}]0;mine\u{7}", "Ana\\u001b]0;mine\\u0007"),
            ("\u{1b}[2J", "\\u001b[2J"),
            ("\u{9b}2J", "\\u009b2J"),
            ("paid\rlost", "paid\\u000dlost"),
            ("a\u{8}b\u{7f}", "a\\u0008b\\u007f"),
            ("a\tb\nñ 日 👍🏽", "a\tb\nñ 日 👍🏽"),
            ("\u{FDD0}0000000000000000[2J", "\u{FDD0}0000000000000000[2J"),
        ] {
            assert_eq!(safe(written, true), shown);
        }
        assert_eq!(safe("a\u{202e}b", true), "a\\u202eb");
        assert_eq!(safe("a\u{202e}b", false), "a\u{202e}b", "a translation may hold it");
    }

    #[test]
    fn our_own_colours_stay() {
        assert_eq!(safe(&format!("{}no{}", code("1;31m"), code("0m")), true), "\u{1b}[1;31mno\u{1b}[0m");
        assert_eq!(safe(&format!("{}{}", code("1m"), "\u{1b}[8m"), true), "\u{1b}[1m\\u001b[8m");
    }
}
