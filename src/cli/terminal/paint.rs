//! Colours texts for people: only on a terminal, and not with `NO_COLOR`.

use super::screen;
use std::{env, fmt::Display, io::IsTerminal};

#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    pub fn stdout() -> Self {
        Paint { on: wanted() && std::io::stdout().is_terminal() }
    }

    pub fn stderr() -> Self {
        Paint { on: wanted() && std::io::stderr().is_terminal() }
    }

    /// No colours, on any output.
    pub fn plain() -> Self {
        Paint { on: false }
    }

    pub fn is_on(self) -> bool {
        self.on
    }

    pub fn strong(self, text: impl Display) -> String {
        self.wrap("1", text)
    }
    pub fn faint(self, text: impl Display) -> String {
        self.wrap("2", text)
    }
    pub fn good(self, text: impl Display) -> String {
        self.wrap("32", text)
    }
    pub fn warn(self, text: impl Display) -> String {
        self.wrap("33", text)
    }
    pub fn bad(self, text: impl Display) -> String {
        self.wrap("1;31", text)
    }
    pub fn bot(self, text: impl Display) -> String {
        self.wrap("36", text)
    }
    pub fn button(self, text: impl Display) -> String {
        self.wrap("1;36", text)
    }

    fn wrap(self, code: &str, text: impl Display) -> String {
        if self.on {
            format!("{}{text}{}", screen::code(&format!("{code}m")), screen::code("0m"))
        } else {
            text.to_string()
        }
    }
}

fn wanted() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && env::var_os("TERM").is_none_or(|t| t != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_text_stays_as_it_is() {
        assert_eq!(Paint { on: false }.bad("no"), "no");
        let painted = format!("{}no{}", screen::code("1;31m"), screen::code("0m"));
        assert_eq!(Paint { on: true }.bad("no"), painted);
    }
}
