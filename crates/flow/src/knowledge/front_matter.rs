//! Reads the head of a file of knowledge: keys with values between two lines of `---`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        limits::KNOWLEDGE_HEAD_BYTES_MAX,
        place::{Place, SourceFile},
        yaml,
    },
    load::language_codes::{code_of, not_a_language},
};
use jiff::civil::Date;
use std::sync::Arc;

/// The head of a file; a file without one has defaults only.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub title: Option<String>,
    pub source: Option<String>,
    pub language: Option<String>,
    pub valid_until: Option<(Date, Place)>,
    pub checked: Option<(Date, Place)>,
    /// The byte where the text behind the head begins.
    pub body: usize,
}

const FENCE: &str = "---";

pub(super) fn read(file: &Arc<SourceFile>, findings: &Findings) -> Head {
    let text = file.text();
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == FENCE) else { return Head::default() };
    let mut end = first.len();
    let mut closed = None;
    for line in lines {
        if end > KNOWLEDGE_HEAD_BYTES_MAX {
            break;
        }
        if line.trim_end() == FENCE {
            closed = Some(end + line.len());
            break;
        }
        end += line.len();
    }
    let Some(body) = closed else {
        // In Markdown a single `---` is a line across the page: only keys with values begin a head.
        let next = text[first.len()..].lines().next().unwrap_or_default();
        if !next.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key.trim())) {
            return Head::default();
        }
        let place = Place::new(file, 0..FENCE.len());
        let finding = Diagnostic::error("E537", &place, "the head that begins here is never closed");
        findings.push(finding.help("write a line `---` below its last key"));
        return Head { body: text.len(), ..Head::default() };
    };
    // A file of the head alone, so that each place in it is one of the whole file. Only `---` begins it.
    let head = SourceFile::new(file.path(), &text[..end]);
    let Some(root) = yaml::load(&head, findings) else { return Head { body, ..Head::default() } };
    let mut fields = Fields::new(&root, "the head of a file of knowledge", findings);
    let mut read = Head { body, ..Head::default() };
    read.title = fields.opt_text("title").map(str::to_owned).filter(|title| !title.trim().is_empty());
    read.source = fields.opt_text("source").map(str::to_owned).filter(|source| !source.trim().is_empty());
    if let Some(written) = fields.opt_text("language").map(str::to_owned)
        && let Some(node) = fields.node("language").filter(|node| !node.is_broken())
    {
        findings.extend(not_a_language(&written, &node.place));
        read.language = Some(code_of(&written).map_or(written, str::to_owned));
    }
    read.valid_until = date(&mut fields, "valid_until");
    read.checked = date(&mut fields, "checked");
    fields.finish();
    read
}

/// The keys of a head.
const KEYS: [&str; 5] = ["title", "source", "language", "valid_until", "checked"];

fn date(fields: &mut Fields<'_>, key: &'static str) -> Option<(Date, Place)> {
    let text = fields.opt_text(key)?;
    let node = fields.node(key)?;
    match parse_date(text) {
        Some(date) => Some((date, node.place.clone())),
        None => {
            let message = format!("`{key}` is a day such as 2027-03-31, and this is `{text}`");
            fields.wrong(node, "E210", format!("{message}; write year, month and day"));
            None
        }
    }
}

/// A day as ISO 8601 writes it; no other form, because `03/04/2027` is another day in another country.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    text.parse().ok().filter(|_| text.len() == "2027-03-31".len())
}
