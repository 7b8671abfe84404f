//! Builds nodes from the parser's events, and resolves duplicate keys, anchors, merge keys and size limits.

use super::{Entry, Kind, Node, Scalar, Style, colons, commas, dashes, foreign_syntax, marks, pitfalls, truncation};
use crate::{
    diagnostic::{Diagnostic, Findings},
    limits,
    place::{Place, SourceFile},
    synonyms,
};
use serde_yaml::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, ScanError, Span, StructureStyle};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

/// Reads a file. If a line is broken, replaces it in a copy of the text and reads again, so that it does not hide the
/// findings of other lines.
pub fn load(file: &Arc<SourceFile>, findings: &Findings) -> Option<Node> {
    if file.text().len() > limits::YAML_BYTES_MAX {
        let message = format!("the file is larger than {} KiB", limits::YAML_BYTES_MAX / 1024);
        findings.push(Diagnostic::error("E101", &Place::start_of(file), message).help("split it into several flows"));
        return None;
    }
    if let Some(finding) = foreign_syntax::odd_blank(file).or_else(|| dashes::odd_mark(file)) {
        findings.push(finding);
        return None;
    }
    let mut text = file.text().to_owned();
    let mut mended: Vec<Range<usize>> = Vec::new();
    for _ in 0..limits::YAML_MENDS_MAX {
        match read(file, &text, &mended, findings) {
            Ok(node) => return Some(node),
            Err(Stop::Reported) => return None,
            Err(Stop::Syntax(error)) => {
                let at = byte_of(&text, error.marker());
                let (finding, broken) = pitfalls::explain(file, &text, at, &error.to_string());
                findings.push(finding);
                let range = broken?;
                // The replacement has the same length, so that all other places stay right.
                text.replace_range(range.clone(), &"x".repeat(range.len()));
                mended.push(range);
            }
        }
    }
    None
}

enum Stop {
    Syntax(ScanError),
    /// A limit is exceeded; the finding is reported.
    Reported,
}

fn byte_of(text: &str, marker: &Marker) -> usize {
    marker
        .byte_offset()
        .unwrap_or_else(|| text.char_indices().nth(marker.index()).map_or(text.len(), |(at, _)| at))
        .min(text.len())
}

fn read(file: &Arc<SourceFile>, text: &str, mended: &[Range<usize>], findings: &Findings) -> Result<Node, Stop> {
    let mut options = Options::default();
    options.block_nesting_limit = limits::YAML_DEPTH_MAX * 2;
    options.flow_nesting_limit = limits::YAML_DEPTH_MAX;
    let own = Findings::default();
    let mut reader = Reader {
        file,
        text,
        mended,
        findings: &own,
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        marks: HashMap::new(),
        nodes: 0,
    };
    let outcome = reader.document();
    // A text that is read again after a repair may give other findings; only those of the last reading count.
    if !matches!(outcome, Err(Stop::Syntax(_))) {
        findings.extend(own.into_sorted());
    }
    outcome
}

struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    text: &'a str,
    mended: &'a [Range<usize>],
    findings: &'a Findings,
    parser: Parser<'a, serde_yaml::granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    /// By its number, the finding about a mark before a text, until something refers to it.
    marks: HashMap<usize, Diagnostic>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Stop::Syntax(error)),
            None => Err(Stop::Reported),
        }
    }

    fn document(&mut self) -> Result<Node, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    let place = self.place(&span);
                    let finding = Diagnostic::error("E102", &place, "a second document begins here");
                    self.findings.push(finding.help("one file holds one document: take the line `---` out"));
                    break;
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &span, 0)?),
            }
        }
        self.findings.extend(self.marks.drain().map(|(_, finding)| finding));
        Ok(root.unwrap_or_else(|| Node { place: Place::start_of(self.file), kind: Kind::Null }))
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Stop> {
        self.count(1, span)?;
        if depth > limits::YAML_DEPTH_MAX {
            let message = format!("nested more than {} levels deep", limits::YAML_DEPTH_MAX);
            self.findings.push(Diagnostic::error("E101", &self.place(span), message).help("move a part into a block"));
            return Err(Stop::Reported);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text.into_owned(), style, span);
                if let Some(node) = self.marked(anchor, &node) {
                    return Ok(node);
                }
                if let Some(tag) = tag {
                    let core = tag.to_string().contains("tag:yaml.org");
                    if !core {
                        self.findings.push(pitfalls::tag(self.file, &self.place(span)));
                        return Ok(broken(node));
                    }
                }
                Ok(self.remember(anchor, node))
            }
            Event::SequenceStart(_, anchor, tag) => {
                let mut items = Vec::new();
                let start = self.place(span);
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break self.place(&span);
                    }
                    items.push(self.node(event, &span, depth + 1)?);
                };
                self.untagged(tag.is_some(), &start);
                let place = self.whole(start, items.last().map(|item| &item.place), &end);
                Ok(self.remember(anchor, Node { place, kind: Kind::List(items) }))
            }
            Event::MappingStart(style, anchor, tag) => {
                let start = self.place(span);
                let before = self.findings.len();
                let (entries, end, spoilt) = self.entries(style, &start, depth)?;
                self.untagged(tag.is_some(), &start);
                let place = self.whole(start, entries.last().map(|entry| &entry.value.place), &end);
                let node = Node { place, kind: Kind::Map(entries) };
                // The intended value is unknown, so that it is a map must not cause a second finding.
                let node = if spoilt && self.findings.len() > before { broken(node) } else { node };
                Ok(self.remember(anchor, node))
            }
            Event::Alias(id) => {
                self.marks.remove(&id);
                let node = self.anchors.get(&id).cloned();
                let node = node.unwrap_or_else(|| Node { place: self.place(span), kind: Kind::Null });
                self.count(size(&node), span)?;
                Ok(node)
            }
            _ => Ok(Node { place: self.place(span), kind: Kind::Null }),
        }
    }

    fn entries(
        &mut self,
        style: StructureStyle,
        start: &Place,
        depth: usize,
    ) -> Result<(Vec<Entry>, Place, bool), Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        // The index of each key, so that thousands of keys need not be compared with each other.
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut spoilt = false;
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break self.place(&span);
            }
            let key = self.node(event, &span, depth + 1)?;
            let (event, span) = self.next()?;
            let mut value = self.node(event, &span, depth + 1)?;
            let mut key = match key.kind {
                Kind::Scalar(key) => key,
                Kind::Null => Scalar::at(&key.place, ""),
                Kind::Map(_) | Kind::List(_) => {
                    self.findings.push(foreign_syntax::braces(self.file, start, style == StructureStyle::Flow));
                    spoilt = true;
                    continue;
                }
            };
            if let Some((name, behind, finding)) =
                colons::glued(self.file, &key).filter(|_| style == StructureStyle::Flow && value.is_null())
            {
                self.findings.push(finding);
                (key, value) = (name, behind);
            }
            if key.text == "<<" && key.is_plain() {
                merged.extend(self.merge(&value));
                continue;
            }
            if let Some(first) = known.get(&key.text).map(|at| &entries[*at]) {
                // The second `then` of an `elseif`: the finding about `elseif` covers it.
                if entries.iter().any(|entry| synonyms::is_elseif(&entry.key.text)) {
                    continue;
                }
                let message = format!("`{}` is written twice", key.text);
                let finding = Diagnostic::error("E104", &key.place, message).label(&first.key.place, "first here");
                self.findings.push(finding.help("keep one of the two, or begin a step or item of its own with `- `"));
                continue;
            }
            if matches!(key.text.as_str(), "options" | "buttons") {
                commas::split_sentence(self.text, &key.text, &value, self.findings);
            }
            if value.is_null() {
                value.place = key.place.clone();
                if let Some(finding) = truncation::cut_whole(self.file, &key.place) {
                    self.findings.push(finding);
                    value = broken(value);
                }
            }
            known.insert(key.text.clone(), entries.len());
            entries.push(Entry { key, value });
        };
        for entry in merged {
            if !known.contains_key(&entry.key.text) {
                known.insert(entry.key.text.clone(), entries.len());
                entries.push(entry);
            }
        }
        Ok((entries, end, spoilt))
    }

    fn merge(&self, value: &Node) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        let mut known: HashSet<String> = HashSet::new();
        for part in value.one_or_many() {
            match &part.kind {
                Kind::Map(entries) => {
                    for entry in entries {
                        if known.insert(entry.key.text.clone()) {
                            all.push(entry.clone());
                        }
                    }
                }
                Kind::Null | Kind::Scalar(_) | Kind::List(_) => {
                    let finding = Diagnostic::error("E105", &part.place, "`<<` takes in keys, and this has none");
                    self.findings.push(finding.help("write `<<: *name`, where `&name` stands before keys with values"));
                }
            }
        }
        all
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: &Span) -> Node {
        let place = self.place(span);
        let mended = self.mended.iter().any(|range| range.contains(&place.range().start));
        let style = match style {
            _ if mended => Style::Broken,
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        if style == Style::Plain && (text.is_empty() || text == "~") {
            return Node { place, kind: Kind::Null };
        }
        let text = if mended { place.text().to_owned() } else { text };
        let cut = (style == Style::Plain).then(|| truncation::cut(self.file, &place)).flatten();
        let style = if cut.is_some() { Style::Broken } else { style };
        if cut.is_none() && style == Style::Plain {
            self.findings.extend(truncation::number_cut(self.file, &place));
        }
        self.findings.extend(cut);
        Node { place: place.clone(), kind: Kind::Scalar(Arc::new(Scalar::new(text, style, place))) }
    }

    /// `say: &one`: what a mark stands before is broken where nothing follows, and is remembered where words do.
    fn marked(&mut self, anchor: usize, node: &Node) -> Option<Node> {
        let finding = marks::lost(self.file, node).filter(|_| anchor != 0)?;
        if node.is_null() {
            self.findings.push(finding);
            return Some(broken(node.clone()));
        }
        self.marks.insert(anchor, finding);
        None
    }

    fn remember(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 && self.anchors.len() < limits::YAML_ANCHORS_MAX {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn untagged(&self, tagged: bool, place: &Place) {
        if tagged {
            self.findings.push(pitfalls::tag(self.file, place));
        }
    }

    /// Counts the values of a file; an alias counts as its whole content.
    fn count(&mut self, more: usize, span: &Span) -> Result<(), Stop> {
        self.nodes += more;
        if self.nodes <= limits::YAML_NODES_MAX {
            return Ok(());
        }
        let message = format!("the file unfolds to more than {} values", limits::YAML_NODES_MAX);
        self.findings.push(Diagnostic::error("E101", &self.place(span), message).help("split it into several flows"));
        Err(Stop::Reported)
    }

    fn place(&self, span: &Span) -> Place {
        let (start, end) = (byte_of(self.text, &span.start), byte_of(self.text, &span.end));
        let mut range = start..end.max(start);
        // The parser's range of blocks and plain texts may include trailing blanks and line ends.
        let trimmed = self.text.get(range.clone()).unwrap_or_default().trim_end();
        range.end = range.start + trimmed.len();
        Place::new(self.file, range)
    }

    fn whole(&self, start: Place, last: Option<&Place>, end: &Place) -> Place {
        let closed = matches!(end.text(), "]" | "}");
        match last {
            _ if closed => start.to(end),
            // A merged or aliased value is elsewhere in the file and must not extend the place.
            Some(last) if last.range().start >= start.range().start => start.to(last),
            Some(_) | None => start,
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Null | Kind::Scalar(_) => 1,
        Kind::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
    }
}

fn broken(node: Node) -> Node {
    let text = node.place.text().to_owned();
    let scalar = Scalar::new(text, Style::Broken, node.place.clone());
    Node { place: node.place, kind: Kind::Scalar(Arc::new(scalar)) }
}
