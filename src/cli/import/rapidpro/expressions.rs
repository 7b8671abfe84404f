//! Translates the expressions of RapidPro (`@results.age`, `@(upper(contact.name))`) into code of ours.

use super::super::texts::{clean, in_code, literal};
use crate::base::limits::IMPORT_EXPRESSION_DEPTH_MAX;

/// Code and what its value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub code: String,
    pub is: Is,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    Text,
    Number,
    Truth,
    /// A date, or a value of a server.
    Other,
}

impl Code {
    pub fn text(code: impl Into<String>) -> Code {
        Code { code: code.into(), is: Is::Text }
    }

    fn of(code: impl Into<String>, is: Is) -> Code {
        Code { code: code.into(), is }
    }

    /// As a text, to join or compare.
    pub fn as_text(&self) -> String {
        match self.is {
            Is::Text => self.code.clone(),
            Is::Number | Is::Truth | Is::Other => format!("({}).to_text()", self.code),
        }
    }

    fn as_number(&self) -> String {
        match self.is {
            Is::Number => self.code.clone(),
            Is::Text => format!("(({}).to_number() ?? 0)", self.code),
            Is::Truth | Is::Other => format!("(({}).to_text().to_number() ?? 0)", self.code),
        }
    }

    fn as_truth(&self) -> String {
        match self.is {
            Is::Truth => self.code.clone(),
            Is::Number => format!("({} != 0)", self.code),
            Is::Text | Is::Other => format!("(![\"\", \"false\"].contains({}))", self.as_text()),
        }
    }
}

/// The code of a path such as `results.age`; `Err` names what has no counterpart.
pub type Paths<'a> = dyn FnMut(&[String]) -> Result<Code, String> + 'a;

/// The roots of paths; an `@` before any other word is a character, as in an address.
const ROOTS: [&str; 18] = [
    "contact",
    "fields",
    "urns",
    "results",
    "input",
    "run",
    "child",
    "parent",
    "webhook",
    "legacy_extra",
    "trigger",
    "globals",
    "locals",
    "resume",
    "node",
    "ticket",
    "step",
    "extra",
];

/// The code so that a function may follow: in brackets, unless it is a name, a text or in brackets already.
pub fn bracketed(code: &str) -> String {
    let is_name = code.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
    let is_text = code.starts_with('"') && code[1..].find('"') == Some(code.len().saturating_sub(2));
    let is_closed = code.starts_with('(') && closing(code) == Some(code.len() - 1);
    if is_name || is_text || is_closed { code.to_owned() } else { format!("({code})") }
}

/// A piece of a text.
enum Piece {
    Plain(String),
    Code(Result<Code, String>, String),
}

/// A text with expressions as one with `${ }`, and the expressions that stay as they were.
pub fn template(text: &str, paths: &mut Paths<'_>) -> (String, Vec<String>) {
    let mut lost = Vec::new();
    let mut out = String::new();
    for piece in pieces(&clean(text), paths) {
        match piece {
            Piece::Plain(text) => out.push_str(&literal(&text)),
            Piece::Code(Ok(code), _) => {
                let is_closed = code.code.starts_with('(') && closing(&code.code) == Some(code.code.len() - 1);
                let inner = if is_closed { &code.code[1..code.code.len() - 1] } else { code.code.as_str() };
                out.push_str(&format!("${{{inner}}}"));
            }
            Piece::Code(Err(why), written) => {
                lost.push(format!("`{}` ({why})", super::super::report::quote(&written)));
                out.push_str(&literal(&written));
            }
        }
    }
    (out, lost)
}

/// A text with expressions as code: alone what it is, else a text joined of its pieces.
pub fn code(text: &str, paths: &mut Paths<'_>) -> Result<Code, String> {
    let mut parts = Vec::new();
    for piece in pieces(&clean(text), paths) {
        parts.push(match piece {
            Piece::Plain(text) => Code::text(in_code(&text)),
            Piece::Code(code, _) => code?,
        });
    }
    match parts.as_slice() {
        [] => Ok(Code::text("\"\"")),
        [one] => Ok(one.clone()),
        many => Ok(Code::text(many.iter().map(Code::as_text).collect::<Vec<_>>().join(" + "))),
    }
}

fn pieces(text: &str, paths: &mut Paths<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let word: String = behind.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if let Some(after) = behind.strip_prefix('@') {
            plain.push('@');
            rest = after;
        } else if behind.starts_with('(')
            && let Some(end) = closing(behind)
        {
            pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            pieces.push(Piece::Code(parse(&behind[1..end], paths), format!("@{}", &behind[..=end])));
            rest = &behind[end + 1..];
        } else if ROOTS.contains(&word.to_lowercase().as_str()) {
            let mut end = 0;
            for (at, c) in behind.char_indices() {
                let goes_on = c == '.' && behind[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
                if !(c.is_alphanumeric() || c == '_' || goes_on) {
                    break;
                }
                end = at + c.len_utf8();
            }
            let path: Vec<String> = behind[..end].split('.').map(str::to_lowercase).collect();
            pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            pieces.push(Piece::Code(paths(&path), format!("@{}", &behind[..end])));
            rest = &behind[end..];
        } else {
            plain.push('@');
            rest = behind;
        }
    }
    plain.push_str(rest);
    pieces.push(Piece::Plain(plain));
    pieces.retain(|piece| !matches!(piece, Piece::Plain(text) if text.is_empty()));
    pieces
}

/// The closing bracket of the first one, outside of texts.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

fn parse(text: &str, paths: &mut Paths<'_>) -> Result<Code, String> {
    let mut parser = Parser { rest: text, paths, depth: 0 };
    let code = parser.binary(0)?;
    parser.blank();
    if parser.rest.is_empty() { Ok(code) } else { Err("it cannot be read".to_owned()) }
}

struct Parser<'t, 'p, 'q> {
    rest: &'t str,
    paths: &'p mut Paths<'q>,
    depth: usize,
}

/// Operators from the loosest to the tightest.
const LEVELS: [&[&str]; 5] = [&["!=", "<>", "=", "<=", ">=", "<", ">"], &["&"], &["+", "-"], &["*", "/"], &["^"]];

impl Parser<'_, '_, '_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, what: &str) -> bool {
        self.blank();
        let found = self.rest.starts_with(what);
        if found {
            self.rest = &self.rest[what.len()..];
        }
        found
    }

    fn binary(&mut self, level: usize) -> Result<Code, String> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(sign) = signs.iter().find(|sign| self.take(sign)) {
            let right = self.binary(level + 1)?;
            left = match *sign {
                "&" => Code::text(format!("{} + {}", left.as_text(), right.as_text())),
                "=" => Code::of(format!("{} == {}", left.as_text(), right.as_text()), Is::Truth),
                "!=" | "<>" => Code::of(format!("{} != {}", left.as_text(), right.as_text()), Is::Truth),
                "<" | ">" | "<=" | ">=" => {
                    Code::of(format!("{} {sign} {}", left.as_number(), right.as_number()), Is::Truth)
                }
                "^" => return Err("there is no power".to_owned()),
                sign => Code::of(format!("({} {sign} {})", left.as_number(), right.as_number()), Is::Number),
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Code, String> {
        self.depth += 1;
        if self.depth > IMPORT_EXPRESSION_DEPTH_MAX {
            return Err("it is nested too deeply".to_owned());
        }
        let code = if self.take("-") {
            self.unary().map(|code| Code::of(format!("(-{})", code.as_number()), Is::Number))
        } else if self.take("(") {
            let inner = self.binary(0)?;
            if self.take(")") {
                Ok(Code { code: format!("({})", inner.code), ..inner })
            } else {
                Err("a bracket is open".to_owned())
            }
        } else {
            self.atom()
        };
        self.depth -= 1;
        code
    }

    fn atom(&mut self) -> Result<Code, String> {
        self.blank();
        let first = self.rest.chars().next().ok_or("it ends too early")?;
        if first == '"' {
            return self.quoted();
        }
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "_.[]".contains(c))).unwrap_or(self.rest.len());
        let (word, behind) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(format!("`{first}` has no counterpart"));
        }
        self.rest = behind;
        if word.parse::<f64>().is_ok() {
            return Ok(Code::of(word, Is::Number));
        }
        let word = word.to_lowercase();
        if self.take("(") {
            let mut values = Vec::new();
            while !self.take(")") {
                values.push(self.binary(0)?);
                if !self.take(",") && !self.rest.trim_start().starts_with(')') {
                    return Err("it cannot be read".to_owned());
                }
            }
            return super::functions::call(&word, &values);
        }
        match word.as_str() {
            "true" | "false" => Ok(Code::of(word, Is::Truth)),
            "null" => Ok(Code::text("\"\"")),
            _ => {
                let path: Vec<String> = word.replace('[', ".").replace(']', "").split('.').map(str::to_owned).collect();
                (self.paths)(&path)
            }
        }
    }

    fn quoted(&mut self) -> Result<Code, String> {
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Code::text(in_code(&out)));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push(' '),
                    Some((_, c)) => out.push(c),
                    None => break,
                },
                c => out.push(c),
            }
        }
        Err("a text is never closed".to_owned())
    }
}

impl Code {
    pub(super) fn number(code: impl Into<String>) -> Code {
        Code::of(code, Is::Number)
    }

    pub(super) fn truth(code: impl Into<String>) -> Code {
        Code::of(code, Is::Truth)
    }

    pub(super) fn other(code: impl Into<String>) -> Code {
        Code::of(code, Is::Other)
    }

    pub(super) fn numeric(&self) -> String {
        self.as_number()
    }

    pub(super) fn truthful(&self) -> String {
        self.as_truth()
    }
}
