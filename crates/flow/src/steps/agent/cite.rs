//! Says which parts of the papers a reply was taken from, under the reply and in the trace.
//!
//! The model is not asked: what it names may be wrong, and a small model names nothing. A part is cited if it was among the
//! sources of the question and speaks of what the reply speaks of.

use super::{Agent, state};
use crate::{
    base::{blank::is_blank, diagnostic::Diagnostic, limits::KNOWLEDGE_RANKED_MAX},
    engine::turn::{Here, Turn},
    knowledge::{Found, Question},
    load::{step_fields::StepFields, stock_phrases::Phrase},
    model::{effect::CitedPart, session::SuggestionSource},
    steps::llm::papers::as_source,
};
use regex::Regex;
use std::sync::LazyLock;

/// How a reply names its papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cite {
    /// The title of the file with the headings of the part.
    Title,
    /// The address in `source` of the file's front matter; without one, as `Title`.
    Link,
}

/// A point within a number or an address ends no sentence.
static SENTENCE_END: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[.!?]\\s+|[。！？।؟]|\n").expect("the pattern is right"));

/// The words of `cite`.
pub(super) const WORDS: &[&str] = &["no", "title", "link"];

/// The share of a sentence, in percent, that a part must speak of. A greeting and one common word reach less.
const SHARE_MIN: u8 = 50;
/// The sentences of a reply that are compared; the later ones of a long reply are not.
const SENTENCES_MAX: usize = 20;
/// The papers that one reply names.
const CITED_MAX: usize = 3;

pub(super) fn read_cite(fields: &mut StepFields<'_, '_>, has_papers: bool) -> Option<Cite> {
    let cite = match fields.word("cite", WORDS) {
        Some("title") => Some(Cite::Title),
        Some("link") => Some(Cite::Link),
        _ => None,
    };
    if let Some(entry) = fields.entry("cite").filter(|_| cite.is_some() && !has_papers) {
        let finding = Diagnostic::error("E529", &entry.key.place, "there are no papers that a reply could name");
        fields.report(finding.help("write `knowledge: all`, or take `cite` out"));
    }
    cite
}

/// Notes the parts that the reply was taken from, and gives the reply with their names.
pub(super) fn with_sources(agent: &Agent, turn: &mut Turn<'_>, here: Here<'_>, reply: &str) -> String {
    let cited = cited(agent, turn, here, reply);
    let mut names: Vec<String> = Vec::new();
    for (found, name) in &cited {
        let part = CitedPart { file: found.document.name().to_owned(), headings: found.chunk.headings.clone() };
        turn.note_at(here, format!("cites `{part}`, which speaks of {} % of a sentence", found.share));
        turn.passage.cited.push(part);
        if let Some(name) = name.as_ref().filter(|name| !names.contains(name)) {
            names.push(name.clone());
        }
    }
    if names.is_empty() {
        return reply.to_owned();
    }
    let word = here.set.phrase(turn.language(), Phrase::Source);
    format!("{reply}\n\n{word}: {}", names.join(", "))
}

/// The papers that a draft was taken from, each once.
pub(super) fn sources(agent: &Agent, turn: &mut Turn<'_>, here: Here<'_>, reply: &str) -> Vec<SuggestionSource> {
    let mut sources: Vec<SuggestionSource> = Vec::new();
    for (found, _) in cited(agent, turn, here, reply) {
        let part = CitedPart { file: found.document.name().to_owned(), headings: found.chunk.headings.clone() };
        turn.note_at(here, format!("cites `{part}`, which speaks of {} % of a sentence", found.share));
        let (title, link) = (name(Cite::Title, &found), address(&found).cloned());
        let source = SuggestionSource { title, file: part.file, link };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// For each sentence of the reply the part that speaks of it most, with the name by which the reply shows it; `None`: it
/// shows none.
fn cited<'a>(agent: &Agent, turn: &Turn<'_>, here: Here<'a>, reply: &str) -> Vec<(Found<'a>, Option<String>)> {
    let (Some(within), Some(known)) = (&agent.knowledge, state::of(turn, here.run)) else { return Vec::new() };
    let mut all: Vec<Found<'a>> = Vec::new();
    for text in SENTENCE_END.split(reply).filter(|text| !is_blank(text)).take(SENTENCES_MAX) {
        let question = Question { text, language: turn.language(), within, today: here.set.today(turn.now()) };
        let mut ranked = here.set.knowledge.rank(&question, KNOWLEDGE_RANKED_MAX).into_iter();
        let best = ranked.find(|found| found.share >= SHARE_MIN && known.papers.contains(&as_source(found)));
        let Some(best) = best.filter(|best| all.iter().all(|found| found.chunk != best.chunk)) else { continue };
        all.push(best);
    }
    all.truncate(CITED_MAX);
    all.into_iter()
        .map(|found| {
            let name = agent.cite.map(|cite| name(cite, &found));
            (found, name)
        })
        .collect()
}

fn name(cite: Cite, found: &Found<'_>) -> String {
    match (cite, address(found)) {
        (Cite::Link, Some(address)) => address.clone(),
        _ => match found.chunk.headings.last() {
            Some(heading) if *heading != found.document.title => format!("{} › {heading}", found.document.title),
            _ => found.document.title.clone(),
        },
    }
}

/// The address in `source` of the file, where it is one of the web.
fn address<'f>(found: &Found<'f>) -> Option<&'f String> {
    found.document.source.as_ref().filter(|source| source.starts_with("https://") || source.starts_with("http://"))
}
