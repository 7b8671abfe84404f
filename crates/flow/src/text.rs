//! Parses texts with `${ Rhai }` once when flows are loaded, and fills in their values when a step runs.

mod forgotten;
mod placeholders;

use super::script::{Code, Scope, ScriptError, Scripts};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        yaml::{Kind, Node, Scalar, Style},
    },
    model::value::Value,
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// A text of an author.
#[derive(Debug, Clone)]
pub struct Text {
    parts: Vec<Part>,
    source: Arc<Scalar>,
}

#[derive(Debug, Clone)]
enum Part {
    Plain(String),
    Code(Code),
}

impl Text {
    /// Parses a scalar; mistakes in its expressions become findings with their places. `names` are the variables that
    /// it may read.
    pub fn parse(source: &Arc<Scalar>, scripts: &Scripts, names: &Names<'_>, findings: &Findings) -> Text {
        let mut parts = Vec::new();
        let mut plain = String::new();
        if source.is_broken() {
            return Text { parts, source: source.clone() };
        }
        let text = source.text.as_str();
        let mut at = 0;
        while let Some(found) = text[at..].find('$').map(|offset| at + offset) {
            plain.push_str(&text[at..found]);
            let rest = &text[found..];
            if rest.starts_with("$${") {
                escaped_value(source, found, names.own, findings);
                plain.push_str("${");
                at = found + 3;
            } else if rest.starts_with("${") {
                let inner = found + 2;
                let Some(end) = closing_brace(text, inner) else {
                    let place = source.part(found..found + 2);
                    let finding = Diagnostic::error("E301", &place, "this `${` is never closed");
                    findings.push(finding.help("write `}` at its end, or `$${` for the characters themselves"));
                    at = text.len();
                    break;
                };
                if !plain.is_empty() {
                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                }
                match Code::part(source, inner..end, scripts, names, findings) {
                    Some(code) => parts.push(Part::Code(code)),
                    None => parts.push(Part::Plain(String::new())),
                }
                at = end + 1;
            } else {
                plain.push('$');
                at = found + 1;
            }
        }
        plain.push_str(&text[at..]);
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        let plain = parts.iter().filter_map(|part| match part {
            Part::Plain(plain) => Some(plain.as_str()),
            Part::Code(_) => None,
        });
        for slip in plain.filter_map(|plain| forgotten::find(plain, text, names.own)) {
            findings.push(slip.finding(source));
        }
        Text { parts, source: source.clone() }
    }

    /// A text without expressions, for our own defaults.
    pub fn plain(text: impl Into<String>, place: &Place) -> Text {
        let text = text.into();
        Text { parts: vec![Part::Plain(text.clone())], source: Scalar::at(place, text) }
    }

    /// The value: a single `${…}` keeps its type, all else is text.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, ScriptError> {
        match self.parts.as_slice() {
            [Part::Code(code)] => code.eval(scope),
            _ => self.render(scope).map(Value::Text),
        }
    }

    /// The text with its values. A list or map in it is an error.
    pub fn render(&self, scope: &Scope<'_>) -> Result<String, ScriptError> {
        self.render_with(scope, |_| {})
    }

    /// As `render`; `without_value` gets each expression that had no value, in whose place nothing stands.
    pub fn render_with(&self, scope: &Scope<'_>, mut without_value: impl FnMut(&Code)) -> Result<String, ScriptError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(text) => out.push_str(text),
                Part::Code(code) => {
                    let value = code.eval(scope)?;
                    if value == Value::Nothing {
                        without_value(code);
                    }
                    match value.print() {
                        Some(text) => out.push_str(&text),
                        None => return Err(code.error(
                            "a list or a map cannot stand in a text; name a part of it, or use `.map(…)` and join it",
                        )),
                    }
                }
            }
        }
        Ok(out)
    }

    /// The text behind the first word, which must be plain (`GET ${env.URL}/x`).
    #[must_use]
    pub fn without_first_word(mut self) -> Text {
        if let Some(Part::Plain(first)) = self.parts.first_mut() {
            let rest = first.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
            *first = rest.to_owned();
        }
        self
    }

    /// The code of a text that is a single `${…}`.
    pub fn sole(&self) -> Option<&Code> {
        match self.parts.as_slice() {
            [Part::Code(code)] => Some(code),
            _ => None,
        }
    }

    /// The text, if it has no values to fill in.
    pub fn as_plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The text as the author wrote it: the key of translations.
    pub fn source(&self) -> &str {
        &self.source.text
    }

    pub fn place(&self) -> &Place {
        &self.source.place
    }

    /// The place of a part of `source`.
    pub fn part(&self, range: Range<usize>) -> Place {
        self.source.part(range)
    }

    /// The YAML style.
    pub fn style(&self) -> Style {
        self.source.style
    }

    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        self.parts.iter().filter_map(|part| match part {
            Part::Code(code) => Some(code),
            Part::Plain(_) => None,
        })
    }

    /// Its parts in order; `None` for the value of an expression.
    pub fn pieces(&self) -> impl Iterator<Item = Option<&str>> {
        self.parts.iter().map(|part| match part {
            Part::Plain(text) => Some(text.as_str()),
            Part::Code(_) => None,
        })
    }

    /// Its length in characters without filled-in values.
    pub fn fixed_chars(&self) -> usize {
        let plain = self.parts.iter().map(|part| match part {
            Part::Plain(text) => text.chars().count(),
            Part::Code(_) => 0,
        });
        plain.sum()
    }
}

/// The names that expressions in a place may read.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The flow's own names: answers, inputs, variables.
    pub own: &'a [String],
    /// True in the headers, query and body of `http`, which alone may read `secrets`.
    pub secrets: bool,
}

/// A value of any shape whose texts may contain `${…}`: `json`, `vars`, `data`, `set`.
#[derive(Debug, Clone)]
pub enum Data {
    Text(Text),
    /// A plain scalar with a YAML type: `5`, `true`.
    Value(Value),
    List(Vec<Data>),
    Map(Vec<(Text, Data)>),
}

impl Data {
    pub fn parse(node: &Node, scripts: &Scripts, names: &Names<'_>, findings: &Findings) -> Data {
        match &node.kind {
            Kind::Null => Data::Value(Value::Nothing),
            Kind::Scalar(scalar) => match typed(scalar) {
                Some(value) => Data::Value(value),
                None => Data::Text(Text::parse(scalar, scripts, names, findings)),
            },
            Kind::List(items) => {
                Data::List(items.iter().map(|item| Data::parse(item, scripts, names, findings)).collect())
            }
            Kind::Map(entries) => Data::Map(
                entries
                    .iter()
                    .map(|entry| {
                        let key = Text::parse(&entry.key, scripts, names, findings);
                        (key, Data::parse(&entry.value, scripts, names, findings))
                    })
                    .collect(),
            ),
        }
    }

    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, ScriptError> {
        Ok(match self {
            Data::Text(text) => text.eval(scope)?,
            Data::Value(value) => value.clone(),
            Data::List(items) => Value::List(items.iter().map(|item| item.eval(scope)).collect::<Result<_, _>>()?),
            Data::Map(entries) => {
                let mut map = BTreeMap::new();
                for (key, value) in entries {
                    map.insert(key.render(scope)?, value.eval(scope)?);
                }
                Value::Map(map)
            }
        })
    }

    pub fn texts<'a>(&'a self, found: &mut Vec<&'a Text>) {
        match self {
            Data::Text(text) => found.push(text),
            Data::Value(_) => {}
            Data::List(items) => items.iter().for_each(|item| item.texts(found)),
            Data::Map(entries) => entries.iter().for_each(|(key, value)| {
                found.push(key);
                value.texts(found);
            }),
        }
    }
}

/// The YAML value of a plain scalar in a field without a type of its own. A number counts as one only if it would be
/// printed as it was written: `007`, `+34600` and `1.10` are texts.
pub fn typed(scalar: &Scalar) -> Option<Value> {
    if !scalar.is_plain() {
        return None;
    }
    let text = scalar.text.as_str();
    match text {
        "true" => return Some(Value::YesNo(true)),
        "false" => return Some(Value::YesNo(false)),
        "null" | "none" => return Some(Value::Nothing),
        _ => {}
    }
    if let Ok(whole) = text.parse::<i64>() {
        return (whole.to_string() == text).then_some(Value::Whole(whole));
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    match text.parse::<f64>() {
        Ok(number) if digits && number.to_string() == text => Some(Value::Number(number)),
        _ => None,
    }
}

/// The byte of the `}` that closes a `${`, skipping texts and braces in the code.
pub fn closing_brace(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, start);
    let mut quote: Option<u8> = None;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'`' => quote = Some(byte),
                b'{' => depth += 1,
                b'}' if depth == 0 => return Some(at),
                b'}' => depth -= 1,
                _ => {}
            },
        }
        at += 1;
    }
    None
}

/// Reports `$${price}` if the flow has such a value: a price in dollars was meant.
fn escaped_value(source: &Arc<Scalar>, at: usize, own: &[String], findings: &Findings) {
    let text = source.text.as_str();
    let Some(end) = closing_brace(text, at + 3) else { return };
    let inner = text[at + 3..end].trim();
    let root = inner.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if !own.iter().any(|name| name == root) {
        return;
    }
    let message = format!("`$${{{inner}}}` is sent as `${{{inner}}}`: a `$` in front of it takes its meaning away");
    let finding = Diagnostic::warning("W118", &source.part(at..end + 1), message);
    findings
        .push(finding.help(format!("for dollars write `$ ${{{inner}}}`, or `${{money({inner}, \"USD\")}}` of cents")));
}

#[cfg(test)]
mod tests;
