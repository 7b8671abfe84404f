//! Searches the business's own papers, the files of `knowledge/`, for the parts that answer a customer's question.
//!
//! `Knowledge::of` reads the files of one version: `front_matter` the head of each, `chunks` its parts, `tables` the rows
//! of a CSV file. [`Knowledge::rank`] ranks the parts by BM25 (`ranking`) over words as `words` folds and stems them.
//! All of it is pure: the same files and the same question give the same parts in the same order on every machine.

mod chunks;
mod dictionary;
mod front_matter;
mod function_words;
mod names;
mod ranking;
mod search;
mod tables;
#[cfg(test)]
mod tests;
mod whatsapp;
mod words;

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    limits::{KNOWLEDGE_BYTES_MAX, KNOWLEDGE_CHUNKS_MAX},
    place::{Place, SourceFile},
};
use dictionary::Index;
use jiff::civil::Date;
pub use search::{Found, MatchedWord, Question, WordMatch};
use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};
pub use whatsapp::as_message;

/// The folder of these files in a bot.
pub const FOLDER: &str = "knowledge";

/// The endings of files that are read.
pub const EXTENSIONS: [&str; 3] = ["md", "txt", "csv"];

/// The share of a question, in percent, that a part must speak of to be its answer, where a flow says nothing else.
/// `tests/knowledge` measures how many questions it answers, and how many wrongly.
pub const SHARE_DEFAULT: u8 = 50;

/// The files of `knowledge/` of one version.
#[derive(Default)]
pub struct Knowledge {
    documents: Vec<Document>,
    chunks: Vec<Chunk>,
    /// The language of documents that name none.
    language: String,
    /// Made at the first search, or by `prepare`.
    index: OnceLock<Index>,
}

/// One file.
#[derive(Debug)]
pub struct Document {
    pub file: Arc<SourceFile>,
    /// `title` of its front matter, else its first heading of the first level, else its name.
    pub title: String,
    /// The address or name of its origin: shown where a reply cites the file.
    pub source: Option<String>,
    /// The code of its language, `es`.
    pub language: String,
    /// The last day on which it is used.
    pub valid_until: Option<(Date, Place)>,
    /// The day on which a person last compared it with the facts.
    pub checked: Option<(Date, Place)>,
    chunks: Range<usize>,
}

/// A part of a file: what stands below one heading, or a row of a table.
#[derive(Debug, PartialEq)]
pub struct Chunk {
    /// The headings above it, outermost first; for a row of a table its first cell.
    pub headings: Vec<String>,
    /// At most `KNOWLEDGE_CHUNK_CHARS_MAX` letters, in Markdown; a row has a line for each cell, `Price: 45 €`.
    pub text: String,
    /// The cells of a row by the names of their columns, in the order of the file; empty for a section.
    pub row: Vec<(Arc<str>, String)>,
    /// The byte of the file where it begins.
    at: usize,
    /// The last day of a row, of its cell `valid_until`.
    pub valid_until: Option<Date>,
    document: usize,
}

impl Knowledge {
    /// Reads the files of `knowledge/`, in the order of their paths. `language` is the bot's own, for files that name
    /// none. A file with a mistake is read as far as it can be understood.
    pub fn of(files: &[Arc<SourceFile>], language: &str, findings: &Findings) -> Knowledge {
        let mut all = Knowledge { language: language.to_owned(), ..Knowledge::default() };
        let mut files: Vec<&Arc<SourceFile>> = files.iter().filter(|file| is_knowledge(file.path())).collect();
        files.sort_by(|a, b| a.path().cmp(b.path()));
        let mut bytes = 0;
        for file in files {
            bytes += file.text().len();
            if bytes > KNOWLEDGE_BYTES_MAX {
                let message = format!(
                    "the files of `{FOLDER}/` have more than {} MiB together, beginning with this one",
                    KNOWLEDGE_BYTES_MAX / (1024 * 1024)
                );
                findings.push(too_large(file, message));
                break;
            }
            // One part more than there may be: it tells that there are too many, and the rest of the file is not kept.
            all.add(file, KNOWLEDGE_CHUNKS_MAX + 1 - all.chunks.len(), findings);
            if all.chunks.len() > KNOWLEDGE_CHUNKS_MAX {
                let message = format!(
                    "the files of `{FOLDER}/` have more than {KNOWLEDGE_CHUNKS_MAX} parts together, beginning with this one"
                );
                findings.push(too_large(file, message));
                break;
            }
        }
        all
    }

    /// Adds a file with at most `room` of its parts.
    fn add(&mut self, file: &Arc<SourceFile>, room: usize, findings: &Findings) {
        if let Some(finding) = hidden_character(file) {
            findings.push(finding);
            return;
        }
        let said = findings.len();
        let head = front_matter::read(file, findings);
        let number = self.documents.len();
        let first = self.chunks.len();
        let mut title = head.title;
        if file.path().ends_with(".csv") {
            self.chunks.extend(tables::chunks(file, head.body, number, room, findings));
        } else if file.path().ends_with(".md") {
            let (own_title, chunks) = chunks::of_markdown(file, head.body, number, room, findings);
            title = title.or(own_title);
            self.chunks.extend(chunks);
        } else {
            self.chunks.extend(chunks::of_text(file, head.body, number, room));
        }
        if self.chunks.len() == first && findings.len() == said {
            let finding = Diagnostic::warning("W540", &Place::start_of(file), "nothing in this file can be found");
            findings.push(finding.help("write text below a heading, or take the file away"));
        }
        self.documents.push(Document {
            file: Arc::clone(file),
            title: title.unwrap_or_else(|| file.stem().replace(['_', '-'], " ")),
            source: head.source,
            language: head.language.unwrap_or_else(|| self.language.clone()),
            valid_until: head.valid_until,
            checked: head.checked,
            chunks: first..self.chunks.len(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The files, ordered by path.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    pub fn chunks_of(&self, document: &Document) -> &[Chunk] {
        &self.chunks[document.chunks.clone()]
    }

    /// The parts of all files.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    pub fn document_of(&self, chunk: &Chunk) -> &Document {
        &self.documents[chunk.document]
    }

    /// The part as WhatsApp shows it.
    pub fn message_of(&self, chunk: &Chunk) -> String {
        self.document_of(chunk).message_of(chunk)
    }

    /// The place where a part begins, with the rest of its line.
    pub fn place_of(&self, chunk: &Chunk) -> Place {
        let file = &self.document_of(chunk).file;
        let length = file.text()[chunk.at..].lines().next().map_or(0, str::len);
        Place::new(file, chunk.at..chunk.at + length)
    }

    /// Makes the index for searches now, which takes about a second for the largest knowledge: before a version goes
    /// live rather than while a customer waits.
    pub fn prepare(&self) {
        self.index();
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// True if both hold the same texts, so that one of them can serve both versions.
    pub fn is_same(&self, other: &Knowledge) -> bool {
        let same = |(a, b): (&Document, &Document)| {
            a.file.path() == b.file.path() && (Arc::ptr_eq(&a.file, &b.file) || a.file.text() == b.file.text())
        };
        self.language == other.language
            && self.documents.len() == other.documents.len()
            && self.documents.iter().zip(&other.documents).all(same)
    }
}

impl Document {
    /// The path as flows name it, without the folder: `faq/repairs.md`.
    pub fn name(&self) -> &str {
        name_of(self.file.path())
    }

    /// Only Markdown is written anew: a sign in a plain text or a cell means itself.
    fn message_of(&self, chunk: &Chunk) -> String {
        match self.file.path().ends_with(".md") {
            true => whatsapp::message(&chunk.text),
            false => chunk.text.clone(),
        }
    }

    /// True if the file is not used on this day any more.
    pub fn has_expired(&self, today: Date) -> bool {
        self.valid_until.as_ref().is_some_and(|(last, _)| *last < today)
    }
}

impl Chunk {
    /// True if the row is not used on this day any more; its file may be another matter.
    pub fn has_expired(&self, today: Date) -> bool {
        self.valid_until.is_some_and(|last| last < today)
    }

    /// The headings in one line: `Repairs › Guarantee`.
    pub fn path(&self) -> String {
        self.headings.join(" › ")
    }
}

/// True for a path below `knowledge/` with one of the endings.
pub fn is_knowledge(path: &str) -> bool {
    let below = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|name| EXTENSIONS.iter().any(|ending| name.ends_with(&format!(".{ending}"))))
}

fn name_of(path: &str) -> &str {
    path.strip_prefix(FOLDER).map_or(path, |rest| rest.trim_start_matches('/'))
}

fn too_large(file: &Arc<SourceFile>, message: String) -> Diagnostic {
    Diagnostic::error("E538", &Place::start_of(file), message)
        .help("keep what customers ask about, and take the rest out")
}

/// The tags of the longest flag, that of a part of a country: six letters and an end.
const FLAG_TAGS_MAX: usize = 7;

/// A finding for a character that no text has. PostgreSQL refuses a zero byte; a terminal obeys an escape sequence; a
/// model reads tags (U+E0020…), which people do not see; behind U+202E people read the letters in another order.
fn hidden_character(file: &Arc<SourceFile>) -> Option<Diagnostic> {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}');
    // Tags that may still come, behind a black flag.
    let mut tags = 0;
    let hidden = |c: char| {
        let is_tag = matches!(c, '\u{e0000}'..='\u{e007f}');
        let is_hidden = control(c) || matches!(c, '\u{202d}' | '\u{202e}') || (is_tag && tags == 0);
        tags = match c {
            '🏴' => FLAG_TAGS_MAX,
            _ if is_tag => tags.saturating_sub(1),
            _ => 0,
        };
        is_hidden
    };
    let text = file.text();
    let at = text.find(hidden)?;
    let found = text[at..].chars().next()?;
    let place = Place::new(file, at..at + found.len_utf8());
    let message = format!("the character U+{:04X} belongs into no text", u32::from(found));
    let help = "take it out: copy the text into an editor that shows plain text, and save it in UTF-8";
    Some(Diagnostic::error("E537", &place, message).help(help))
}
