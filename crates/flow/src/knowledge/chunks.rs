//! Cuts Markdown and plain text into parts by headings and paragraphs.

use super::Chunk;
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    limits::{KNOWLEDGE_CHUNK_CHARS_MAX, KNOWLEDGE_HEADING_CHARS_MAX},
    place::{Place, SourceFile},
};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::{ops::Range, sync::Arc};

/// The beginning of a comment, which is a note of the authors for themselves.
const COMMENT: &str = "<!--";

/// Findings about HTML in one file; more of them say nothing new.
const HTML_FINDINGS_MAX: usize = 10;

/// Findings about long headings in one file.
const HEADING_FINDINGS_MAX: usize = 10;

/// The first heading of the first level, if nothing stands before it, and at most `room` parts from the byte `body` on.
pub(super) fn of_markdown(
    file: &Arc<SourceFile>,
    body: usize,
    document: usize,
    room: usize,
    findings: &Findings,
) -> (Option<String>, Vec<Chunk>) {
    let text = &file.text()[body..];
    let mut reader = Sections::new(text, body, document, room);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut title = None;
    let (mut unread, mut too_long) = (0, 0);
    // The start of the present section, and the heading that is being read.
    let (mut start, mut heading): (usize, Option<String>) = (0, None);
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        if reader.is_full() {
            break;
        }
        match event {
            // A heading within a list or a quotation belongs to it.
            Event::Start(Tag::Heading { .. }) if depth == 0 => {
                reader.section(start..range.start);
                heading = Some(String::new());
                depth += 1;
            }
            Event::End(TagEnd::Heading(level)) if heading.is_some() => {
                let mut words = heading.take().unwrap_or_default().trim().to_owned();
                if let Some((end, _)) = words.char_indices().nth(KNOWLEDGE_HEADING_CHARS_MAX) {
                    if too_long < HEADING_FINDINGS_MAX {
                        too_long += 1;
                        findings.push(long_heading(file, body + range.start, words.chars().count()));
                    }
                    words.truncate(end);
                }
                if level == HeadingLevel::H1 && title.is_none() && reader.chunks.is_empty() {
                    title = Some(words.clone()).filter(|words| !words.is_empty());
                }
                reader.enter(level, words);
                start = range.end;
                depth -= 1;
            }
            Event::Start(Tag::HtmlBlock) => {
                // No chat shows it, and a script in it is no answer.
                if unread < HTML_FINDINGS_MAX && holds_text(&text[range.clone()]) {
                    unread += 1;
                    findings.push(html(file, body + range.start));
                }
                reader.cut.push(range);
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(heading) = &mut heading {
                    heading.push(' ');
                }
            }
            Event::InlineHtml(html) if html.starts_with(COMMENT) => reader.cut.push(range),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    reader.section(start..text.len());
    (title, reader.chunks)
}

/// At most `room` parts of a text without headings.
pub(super) fn of_text(file: &Arc<SourceFile>, body: usize, document: usize, room: usize) -> Vec<Chunk> {
    let text = &file.text()[body..];
    let mut reader = Sections::new(text, body, document, room);
    reader.section(0..text.len());
    reader.chunks
}

/// True if a person would read something of this HTML: there are letters outside of its tags and comments. A comment
/// without an end holds the rest of the file, so that it counts.
fn holds_text(html: &str) -> bool {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        if rest[..at].contains(char::is_alphanumeric) {
            return true;
        }
        let end = if rest[at..].starts_with(COMMENT) { "-->" } else { ">" };
        let Some(length) = rest[at..].find(end) else { break };
        rest = &rest[at + length + end.len()..];
    }
    rest.contains(char::is_alphanumeric)
}

fn html(file: &Arc<SourceFile>, at: usize) -> Diagnostic {
    let length = file.text()[at..].lines().next().map_or(0, str::len);
    let place = Place::new(file, at..at + length);
    Diagnostic::warning("W542", &place, "the HTML that begins here is not read").help("write its text in Markdown")
}

fn long_heading(file: &Arc<SourceFile>, at: usize, letters: usize) -> Diagnostic {
    let length = file.text()[at..].lines().next().map_or(0, str::len);
    let place = Place::new(file, at..at + length);
    let message = format!("this heading has {letters} letters, and at most {KNOWLEDGE_HEADING_CHARS_MAX} are read");
    Diagnostic::error("E537", &place, message).help("write a short heading, and the rest as a text below it")
}

struct Sections<'a> {
    /// The text behind the head, which begins at the byte `body` of the file.
    text: &'a str,
    body: usize,
    document: usize,
    headings: Vec<(HeadingLevel, String)>,
    /// Ranges that are left out.
    cut: Vec<Range<usize>>,
    chunks: Vec<Chunk>,
    /// The number of parts that are kept.
    room: usize,
}

impl<'a> Sections<'a> {
    fn new(text: &'a str, body: usize, document: usize, room: usize) -> Self {
        Sections { text, body, document, headings: Vec::new(), cut: Vec::new(), chunks: Vec::new(), room }
    }

    fn is_full(&self) -> bool {
        self.chunks.len() >= self.room
    }

    fn enter(&mut self, level: HeadingLevel, words: String) {
        self.headings.retain(|(above, _)| *above < level);
        self.headings.push((level, words));
    }

    /// Adds the parts of the text below the present headings.
    fn section(&mut self, range: Range<usize>) {
        let mut kept: Vec<Range<usize>> = Vec::new();
        let mut at = range.start;
        for cut in self.cut.drain(..) {
            kept.push(at..cut.start.max(at));
            at = at.max(cut.end);
        }
        kept.push(at..range.end.max(at));
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for range in kept {
            pieces.extend(paragraphs(self.text, range).into_iter().flat_map(|part| fitting(self.text, part)));
        }
        let headings: Vec<String> = self.headings.iter().map(|(_, words)| words.clone()).collect();
        let mut text = String::new();
        let mut begin = 0;
        let mut letters = 0;
        for piece in pieces {
            let part = &self.text[piece.clone()];
            let count = part.chars().count();
            if letters > 0 && letters + 2 + count > KNOWLEDGE_CHUNK_CHARS_MAX {
                self.push(&headings, std::mem::take(&mut text), begin);
                letters = 0;
            }
            if letters == 0 {
                begin = piece.start;
            } else {
                text.push_str("\n\n");
                letters += 2;
            }
            text.push_str(part);
            letters += count;
        }
        if letters > 0 {
            self.push(&headings, text, begin);
        }
    }

    fn push(&mut self, headings: &[String], text: String, begin: usize) {
        // A part of signs alone (`***`) says nothing.
        if !self.is_full() && text.chars().any(char::is_alphanumeric) {
            let (headings, document) = (headings.to_vec(), self.document);
            let at = self.body + begin;
            self.chunks.push(Chunk { headings, text, row: Vec::new(), at, valid_until: None, document });
        }
    }
}

/// The paragraphs of a range: text between empty lines, trimmed.
fn paragraphs(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let mut at = range.start;
    for line in text[range.clone()].split_inclusive('\n') {
        let end = at + line.len();
        if line.trim().is_empty() {
            all.extend(open.take());
        } else {
            open = Some(open.map_or(at, |open| open.start)..at + line.trim_end().len());
        }
        at = end;
    }
    all.extend(open);
    all
}

/// The range itself if it fits into a part, else pieces of it: by lines, then sentences, then words, then letters.
fn fitting(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut rest = range;
    loop {
        let own = &text[rest.clone()];
        let Some((limit, _)) = own.char_indices().nth(KNOWLEDGE_CHUNK_CHARS_MAX) else {
            all.push(rest);
            return all;
        };
        let head = &own[..limit];
        let after = |found: Option<usize>, length: usize| found.map(|at| at + length).filter(|end| *end > limit / 4);
        let cut = after(head.rfind('\n'), 1)
            .or_else(|| after(head.rfind(". "), 2))
            .or_else(|| after(head.rfind('。'), '。'.len_utf8()))
            .or_else(|| after(head.rfind(' '), 1))
            .unwrap_or(limit);
        let piece = rest.start..rest.start + head[..cut].trim_end().len();
        if !piece.is_empty() {
            all.push(piece);
        }
        let left = &own[cut..];
        rest = rest.start + cut + (left.len() - left.trim_start().len())..rest.end;
        if rest.is_empty() {
            return all;
        }
    }
}
