//! Reads YAML with its styles, anchors, aliases and comments, for the formatter.

use super::Style;
use serde_yaml::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, StructureStyle};
use std::ops::Range;

/// A file: its content, and its comments from top to bottom.
pub struct Written {
    /// `None` if there are only comments.
    pub root: Option<Piece>,
    pub comments: Vec<Comment>,
}

/// A value and its range.
pub struct Piece {
    /// From the first to the last byte; without the `|` of a block text.
    pub range: Range<usize>,
    /// Anchor and tag, as written: `&name`.
    pub before: String,
    pub shape: Shape,
}

pub enum Shape {
    /// Empty, or `~`.
    Null {
        tilde: bool,
    },
    /// `*name`
    Alias(String),
    Scalar {
        text: String,
        style: Style,
    },
    List {
        flow: bool,
        items: Vec<Piece>,
    },
    Map {
        flow: bool,
        entries: Vec<(Piece, Piece)>,
    },
}

pub struct Comment {
    pub range: Range<usize>,
    /// True if the comment is alone on its line.
    pub own_line: bool,
}

/// Why a file cannot be read: the position, and the parser's message.
pub struct Refusal {
    pub at: usize,
    pub said: String,
}

/// Reads a text. It must be a single document without keys that are lists or maps.
pub fn read(text: &str) -> Result<Written, Refusal> {
    let mut options = Options::default();
    options.emit_anchor_events = true;
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str_with_options(text, options),
        ahead: None,
        comments: Vec::new(),
        scanned: 0,
    };
    let mut root = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentEnd => {}
            Event::DocumentStart(..) if root.is_none() => {}
            Event::DocumentStart(..) => return Err(reader.refuse(&span, "a second document begins here")),
            event => root = Some(reader.piece(event, &span)?),
        }
    }
    reader.scan(text.len());
    Ok(Written { root: root.filter(|root| !root.is_nothing()), comments: reader.comments })
}

impl Piece {
    fn is_nothing(&self) -> bool {
        matches!(self.shape, Shape::Null { tilde: false }) && self.before.is_empty()
    }
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, serde_yaml::granit_parser::StrInput<'a>>,
    ahead: Option<(Event<'a>, Span)>,
    comments: Vec<Comment>,
    /// The position up to which comments were searched.
    scanned: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Refusal> {
        if let Some(event) = self.ahead.take() {
            return Ok(event);
        }
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Refusal { at: self.byte(error.marker()), said: error.to_string() }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn refuse(&self, span: &Span, said: &str) -> Refusal {
        Refusal { at: self.byte(&span.start), said: said.to_owned() }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let at = marker.byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }

    /// Collects comments up to `end`. Outside values there are only blanks, punctuation and comments: a `#` behind a
    /// blank begins one.
    fn scan(&mut self, end: usize) {
        let mut at = self.scanned;
        while let Some(found) = self.text.get(at..end).and_then(|gap| gap.find('#')) {
            let start = at + found;
            let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
            let before = &self.text[line_start..start];
            at = start + 1;
            if before.is_empty() || before.ends_with([' ', '\t']) {
                let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
                let end = start + self.text[start..line_end].trim_end().len();
                self.comments.push(Comment { range: start..end, own_line: before.trim().is_empty() });
                at = line_end;
            }
        }
        self.scanned = self.scanned.max(end).max(at);
    }

    /// The bytes of a value; collects comments before it, and skips the value itself.
    fn leaf(&mut self, span: &Span) -> Range<usize> {
        let (start, end) = (self.byte(&span.start), self.byte(&span.end));
        let range = start..start + self.text.get(start..end).unwrap_or_default().trim_end().len();
        self.scan(start);
        self.scanned = self.scanned.max(range.end);
        range
    }

    fn before(&mut self, span: &Span, tagged: bool) -> Result<String, Refusal> {
        let mut before = String::new();
        if let (true, Some(tag)) = (tagged, &span.tag_start) {
            let start = self.byte(tag);
            before.push_str(self.text[start..].split([' ', '\n', '\r', '\t']).next().unwrap_or_default());
        }
        match self.next()? {
            (Event::Anchor(_, name), _) => {
                if !before.is_empty() {
                    before.push(' ');
                }
                before.push('&');
                before.push_str(&name);
            }
            other => self.ahead = Some(other),
        }
        Ok(before)
    }

    fn piece(&mut self, event: Event<'a>, span: &Span) -> Result<Piece, Refusal> {
        match event {
            Event::Alias(_) => {
                let range = self.leaf(span);
                let shape = Shape::Alias(self.text[range.clone()].to_owned());
                Ok(Piece { range, before: String::new(), shape })
            }
            Event::Scalar(text, style, _, tag) => {
                let range = self.leaf(span);
                let before = self.before(span, tag.is_some())?;
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let shape = match (style, &*text) {
                    (Style::Plain, "" | "~") => Shape::Null { tilde: !text.is_empty() && !range.is_empty() },
                    _ => Shape::Scalar { text: text.into_owned(), style },
                };
                Ok(Piece { range, before, shape })
            }
            Event::SequenceStart(style, _, tag) => {
                let start = self.byte(&span.start);
                self.scan(start);
                let before = self.before(span, tag.is_some())?;
                let mut items = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break self.closed(style, &span);
                    }
                    items.push(self.piece(event, &span)?);
                };
                let end = end.or(items.last().map(|item| item.range.end)).unwrap_or(start);
                let shape = Shape::List { flow: style == StructureStyle::Flow, items };
                Ok(Piece { range: start..end.max(start), before, shape })
            }
            Event::MappingStart(style, _, tag) => {
                let start = self.byte(&span.start);
                self.scan(start);
                let before = self.before(span, tag.is_some())?;
                let mut entries = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break self.closed(style, &span);
                    }
                    let key = self.piece(event, &span)?;
                    if matches!(key.shape, Shape::List { .. } | Shape::Map { .. }) {
                        return Err(self.refuse(&span, "a key is a list or a map"));
                    }
                    let (event, span) = self.next()?;
                    let value = self.piece(event, &span)?;
                    entries.push((key, value));
                };
                let last = entries.last().map(|(key, value): &(Piece, Piece)| key.range.end.max(value.range.end));
                let end = end.or(last).unwrap_or(start);
                let shape = Shape::Map { flow: style == StructureStyle::Flow, entries };
                Ok(Piece { range: start..end.max(start), before, shape })
            }
            _ => Err(self.refuse(span, "this cannot be read")),
        }
    }

    /// The position behind the bracket that closes a list or map.
    fn closed(&mut self, style: StructureStyle, span: &Span) -> Option<usize> {
        if style != StructureStyle::Flow {
            return None;
        }
        let end = self.byte(&span.end);
        // `[a: b]` is a map without braces: its end has no bracket of its own.
        let closed = self.text[..end].ends_with([']', '}']);
        self.scan(if closed { end - 1 } else { end });
        self.scanned = self.scanned.max(end);
        Some(end)
    }
}
