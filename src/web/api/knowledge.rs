//! `/v1/knowledge`: the files of `knowledge/` of the live version, and the parts of them that answer a question.

use crate::{
    base::{
        diagnostic::did_you_mean,
        limits::{
            KNOWLEDGE_NAMES_MAX, KNOWLEDGE_QUESTION_CHARS_MAX, KNOWLEDGE_RANKED_DEFAULT, KNOWLEDGE_RANKED_MAX,
            NAME_CHARS_MAX,
        },
    },
    flow::{
        FlowSet,
        knowledge::{Document, Found, Question, WordMatch},
    },
    runtime::process::long_work::blocking,
    web::{idempotency::respond, problem::ApiResult, request, server::body, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Knowledge")]
pub struct KnowledgeListed<'a> {
    /// The version that is live.
    version: i64,
    /// By path.
    files: Vec<KnowledgeFile<'a>>,
}

/// A file of `knowledge/`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KnowledgeFile<'a> {
    path: &'a str,
    title: &'a str,
    /// Its origin: an address or a name.
    source: Option<&'a str>,
    language: &'a str,
    /// The last day on which it is used, in the bot's time zone.
    valid_until: Option<String>,
    /// It is not searched any more.
    expired: bool,
    /// The day on which somebody compared it with the facts.
    checked: Option<String>,
    /// Sections below headings, or rows.
    parts: usize,
    bytes: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct KnowledgeQuestion {
    /// As a customer writes it.
    #[schemars(length(min = 1, max = KNOWLEDGE_QUESTION_CHARS_MAX))]
    question: String,
    /// Of the customer; without it the bot's. Parts in it count a quarter more.
    #[schemars(length(min = 1, max = NAME_CHARS_MAX))]
    language: Option<String>,
    /// Files and folders, as flows name them: `prices.csv`, `faq`; without it all.
    #[serde(rename = "in")]
    #[schemars(inner(length(min = 1, max = NAME_CHARS_MAX)))]
    within: Option<Vec<String>>,
    /// The number of parts, at most; without it 4.
    #[schemars(range(min = 1, max = KNOWLEDGE_RANKED_MAX))]
    top: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct KnowledgeAnswer<'a> {
    /// The best first; empty: no part speaks of it.
    found: Vec<KnowledgeFound<'a>>,
    /// Files that were not searched, because they have expired.
    expired: Vec<&'a str>,
}

/// A part of a file that fits the question.
#[derive(Debug, Serialize, JsonSchema)]
struct KnowledgeFound<'a> {
    path: &'a str,
    line: usize,
    /// Of the file.
    title: &'a str,
    /// Above it, outermost first; for a row of a table its first cell.
    headings: &'a [String],
    /// In Markdown; of a row a line for each cell.
    text: &'a str,
    source: Option<&'a str>,
    language: &'a str,
    /// Of the row, else of the file.
    valid_until: Option<String>,
    /// Comparable among the parts of one answer only.
    score: f64,
    /// How much of the question it speaks of, in percent; rare words count more.
    share: u8,
    /// The words of the question that it holds.
    why: Vec<KnowledgeWord<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KnowledgeWord<'a> {
    /// As it was asked, in lower case.
    asked: &'a str,
    /// The form by which it was found.
    found: &'a str,
    /// Typing errors that were forgiven.
    errors: usize,
    /// How often it stands in title and headings, where it counts twice.
    in_headings: i64,
    in_text: i64,
    /// Its part of the score.
    score: f64,
}

/// The size of a request: a question of the greatest length with every letter escaped, and the names of files.
const ASK_BYTES_MAX: usize = 64 * 1024;

/// `GET /v1/knowledge`: the files, by path.
pub async fn list(State(web): State<Arc<Web>>) -> ApiResult {
    let live = web.app.live.get();
    let today = live.set.today(web.app.clock.now());
    let files = live.set.knowledge.documents().iter();
    let files = files.map(|document| KnowledgeFile::of(&live.set, document, today)).collect();
    Ok(respond(StatusCode::OK, &KnowledgeListed { version: live.version.0, files }))
}

/// `POST /v1/knowledge/ask`: the parts that fit a question best, and why.
pub async fn ask(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let bytes = body::read(request.into_body(), ASK_BYTES_MAX).await.map_err(|bad| bad.problem(ASK_BYTES_MAX))?;
    let (KnowledgeQuestion { question: text, language, within, top }, mut errors) = request::verbatim(&bytes)?;
    let within = within.unwrap_or_default();
    let live = web.app.live.get();
    let set = &live.set;
    if within.len() > KNOWLEDGE_NAMES_MAX {
        errors.wrong("in", format!("`in` names at most {KNOWLEDGE_NAMES_MAX} files and folders."));
    } else if let Some(name) = within.iter().find(|name| set.knowledge.named(name).next().is_none()) {
        let help = did_you_mean(name, set.knowledge.names()).map(|help| format!(" {}", capital(&help)));
        errors.wrong("in", format!("There is no knowledge `{name}`.{}", help.unwrap_or_default()));
    }
    errors.finish()?;
    let top = top.and_then(|top| usize::try_from(top).ok()).unwrap_or(KNOWLEDGE_RANKED_DEFAULT);
    let today = set.today(web.app.clock.now());
    let language = language.unwrap_or_else(|| set.bot.language.clone());
    let question = Question { text: &text, language: &language, within: &within, today };
    // A question in words that nobody has written is compared with each word of the knowledge.
    let found = blocking(|| set.knowledge.rank(&question, top));
    Ok(respond(StatusCode::OK, &KnowledgeAnswer::of(set, &found, today)))
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl<'a> KnowledgeAnswer<'a> {
    /// Also of `transom knowledge ask`.
    pub fn of(set: &'a FlowSet, found: &'a [Found<'a>], today: Date) -> KnowledgeAnswer<'a> {
        let expired = set.knowledge.documents().iter().filter(|document| document.has_expired(today));
        KnowledgeAnswer {
            found: found.iter().map(|found| KnowledgeFound::of(set, found)).collect(),
            expired: expired.map(|document| document.file.path()).collect(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a score has some thousands at most")]
fn points(thousandths: u64) -> f64 {
    thousandths as f64 / 1000.0
}

impl<'a> KnowledgeFound<'a> {
    fn of(set: &'a FlowSet, found: &'a Found<'a>) -> KnowledgeFound<'a> {
        let last = found.chunk.valid_until.or(found.document.valid_until.as_ref().map(|(last, _)| *last));
        let why = found.why.iter().map(|word| KnowledgeWord {
            asked: &word.asked,
            found: &word.found,
            errors: match word.how {
                WordMatch::Same => 0,
                WordMatch::Errors(errors) => errors,
            },
            in_headings: word.in_headings.into(),
            in_text: word.in_text.into(),
            score: points(word.points),
        });
        KnowledgeFound {
            path: found.document.file.path(),
            line: set.knowledge.place_of(found.chunk).line(),
            title: &found.document.title,
            headings: &found.chunk.headings,
            text: &found.chunk.text,
            source: found.document.source.as_deref(),
            language: &found.document.language,
            valid_until: last.map(|last| last.to_string()),
            score: points(found.score),
            share: found.share,
            why: why.collect(),
        }
    }
}

impl<'a> KnowledgeFile<'a> {
    /// Also of `transom knowledge list`.
    pub fn of(set: &FlowSet, document: &'a Document, today: Date) -> KnowledgeFile<'a> {
        KnowledgeFile {
            path: document.file.path(),
            title: &document.title,
            source: document.source.as_deref(),
            language: &document.language,
            valid_until: document.valid_until.as_ref().map(|(last, _)| last.to_string()),
            expired: document.has_expired(today),
            checked: document.checked.as_ref().map(|(day, _)| day.to_string()),
            parts: set.knowledge.chunks_of(document).len(),
            bytes: document.file.text().len(),
        }
    }
}
