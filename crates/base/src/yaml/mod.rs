//! Parses YAML into a tree of nodes with their exact places.
//!
//! The text of a scalar always comes from the source: `+34600`, `007`, `1.10` and `yes` stay as written, and the field
//! that reads a node decides its type. `serde_yaml` itself would guess types and stop at the first duplicate key, so
//! only its underlying event parser is used.

mod align;
mod assign;
mod blocks;
mod brackets;
mod colons;
mod commas;
pub mod cst;
mod dashes;
mod foreign_syntax;
mod json;
mod load;
mod marks;
mod mend;
mod messages;
mod pitfalls;
mod truncation;

use super::{
    diagnostic::Findings,
    place::{Place, SourceFile},
};
pub use assign::assignment;
pub use commas::listed;
pub use foreign_syntax::filtered;
pub use json::to_json;
pub use mend::quoted;
pub use pitfalls::CODE_KEYS;
use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    pub place: Place,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub enum Kind {
    /// An empty value, or `~`.
    Null,
    Scalar(Arc<Scalar>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: Arc<Scalar>,
    pub value: Node,
}

/// A text with its style.
#[derive(Debug, Clone)]
pub struct Scalar {
    pub text: String,
    pub style: Style,
    /// From the first to the last character in the source, including quotes.
    pub place: Place,
    /// The alignment of text and source, computed when the place of a part is first needed.
    walk: OnceLock<align::Walk>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// It had a mistake that is reported; no further findings are made for it.
    Broken,
    /// A misspelt key: `text` is the intended key, and the source at `place` is the written one.
    Misspelt,
}

impl Style {
    /// Some code as it must be written in a scalar of this style: a quote of YAML would end the scalar.
    pub fn within_quotes(self, code: &str) -> String {
        match self {
            Style::DoubleQuoted => code.replace('"', "\\\""),
            Style::SingleQuoted => code.replace('\'', "''"),
            _ => code.to_owned(),
        }
    }
}

impl Scalar {
    /// The place of a part of the text, exact across escapes, folding and indentation.
    pub fn part(&self, range: Range<usize>) -> Place {
        align::part(self, range)
    }

    pub fn new(text: impl Into<String>, style: Style, place: Place) -> Scalar {
        Scalar { text: text.into(), style, place, walk: OnceLock::new() }
    }

    /// A scalar for a text that is not in a file by itself.
    pub fn at(place: &Place, text: impl Into<String>) -> Arc<Scalar> {
        Arc::new(Scalar::new(text, Style::Plain, place.clone()))
    }

    pub fn is_plain(&self) -> bool {
        self.style == Style::Plain
    }

    pub fn is_broken(&self) -> bool {
        self.style == Style::Broken
    }

    pub fn is_misspelt(&self) -> bool {
        self.style == Style::Misspelt
    }

    /// The text in the source, which differs from `text` for a misspelt key.
    pub fn written(&self) -> &str {
        if self.is_misspelt() { self.place.text() } else { &self.text }
    }
}

impl Node {
    pub fn scalar(&self) -> Option<&Arc<Scalar>> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| scalar.text.as_str())
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            Kind::Null | Kind::Scalar(_) | Kind::Map(_) => None,
        }
    }

    pub fn map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Null | Kind::Scalar(_) | Kind::List(_) => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.map()?.iter().find(|entry| entry.key.text == key)
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The items of a list; a single value counts as a list of one, null as an empty list.
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::Null => &[],
            Kind::List(items) => items,
            Kind::Scalar(_) | Kind::Map(_) => std::slice::from_ref(self),
        }
    }

    /// A description for messages: "a list", "the text `yes`".
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing".into(),
            Kind::Scalar(scalar) if scalar.text.chars().count() <= 30 => format!("the text `{}`", scalar.text),
            Kind::Scalar(_) => "a text".into(),
            Kind::List(_) => "a list".into(),
            Kind::Map(_) => "keys with values".into(),
        }
    }

    /// True if this node, or a key or value of this map, is broken.
    pub fn has_broken(&self) -> bool {
        self.is_broken()
            || self.map().unwrap_or_default().iter().any(|entry| entry.key.is_broken() || entry.value.is_broken())
    }

    /// The only text in a map or list: `{team: reception}`, `[marketing]`, where a plain text is expected.
    pub fn sole_value(&self) -> Option<&str> {
        let value = match (self.map(), self.list()) {
            (Some([entry]), _) => &entry.value,
            (_, Some([item])) => item,
            _ => return None,
        };
        value.text().filter(|text| !text.is_empty())
    }

    /// True if a mistake in it is already reported.
    pub fn is_broken(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.is_broken())
    }
}

/// Reads one file. `None` if too little could be parsed; the findings say why.
pub fn load(file: &Arc<SourceFile>, findings: &Findings) -> Option<Node> {
    load::load(file, findings)
}

#[cfg(test)]
mod tests;
