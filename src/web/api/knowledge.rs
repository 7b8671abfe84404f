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
    web::{idempotency::json, input::Input, problem::ApiResult, server::body, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The size of a request: a question of the greatest length with every letter escaped, and the names of files.
const ASK_BYTES_MAX: usize = 64 * 1024;

/// `GET /v1/knowledge`: the files, by path.
pub async fn list(State(web): State<Arc<Web>>) -> ApiResult {
    let live = web.app.live.get();
    let today = live.set.today(web.app.clock.now());
    let files = live.set.knowledge.documents().iter().map(|document| document_body(&live.set, document, today));
    Ok(json(StatusCode::OK, &json!({"version": live.version, "files": files.collect::<Vec<_>>()})))
}

/// `POST /v1/knowledge/ask`: the parts that fit a question best, and why.
pub async fn ask(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let bytes = body::read(request.into_body(), ASK_BYTES_MAX).await.map_err(|bad| bad.problem(ASK_BYTES_MAX))?;
    let mut input = Input::verbatim(&bytes)?;
    let text = input.text("question", KNOWLEDGE_QUESTION_CHARS_MAX);
    let language = input.opt_text("language", NAME_CHARS_MAX);
    let within = input.opt_list("in", NAME_CHARS_MAX).unwrap_or_default();
    let top = input.opt_whole("top");
    let live = web.app.live.get();
    let set = &live.set;
    if within.len() > KNOWLEDGE_NAMES_MAX {
        input.wrong("in", format!("`in` names at most {KNOWLEDGE_NAMES_MAX} files and folders."));
    } else if let Some(name) = within.iter().find(|name| set.knowledge.named(name).next().is_none()) {
        let help = did_you_mean(name, set.knowledge.names()).map(|help| format!(" {}", capital(&help)));
        input.wrong("in", format!("There is no knowledge `{name}`.{}", help.unwrap_or_default()));
    }
    let top = usize::try_from(top.unwrap_or(KNOWLEDGE_RANKED_DEFAULT as i64)).unwrap_or_default();
    if !(1..=KNOWLEDGE_RANKED_MAX).contains(&top) {
        input.wrong("top", format!("`top` is a number from 1 to {KNOWLEDGE_RANKED_MAX}."));
    }
    input.finish()?;
    let today = set.today(web.app.clock.now());
    let language = language.unwrap_or_else(|| set.bot.language.clone());
    let question = Question { text: &text, language: &language, within: &within, today };
    // A question in words that nobody has written is compared with each word of the knowledge.
    let found = blocking(|| set.knowledge.rank(&question, top));
    Ok(json(StatusCode::OK, &answer_body(set, &found, today)))
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The parts that were found, and the files that were left out because they have expired; also of `transom knowledge ask`.
pub fn answer_body(set: &FlowSet, found: &[Found<'_>], today: Date) -> Json {
    let expired = set.knowledge.documents().iter().filter(|document| document.has_expired(today));
    json!({
        "found": found.iter().map(|found| found_body(set, found)).collect::<Vec<_>>(),
        "expired": expired.map(|document| document.file.path()).collect::<Vec<_>>(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a score has some thousands at most")]
fn found_body(set: &FlowSet, found: &Found<'_>) -> Json {
    let points = |thousandths: u64| thousandths as f64 / 1000.0;
    let last = found.chunk.valid_until.or(found.document.valid_until.as_ref().map(|(last, _)| *last));
    let why = found.why.iter().map(|word| {
        json!({
            "asked": word.asked,
            "found": word.found,
            "errors": match word.how {
                WordMatch::Same => 0,
                WordMatch::Errors(errors) => errors,
            },
            "in_headings": word.in_headings,
            "in_text": word.in_text,
            "score": points(word.points),
        })
    });
    json!({
        "path": found.document.file.path(),
        "line": set.knowledge.place_of(found.chunk).line(),
        "title": found.document.title,
        "headings": found.chunk.headings,
        "text": found.chunk.text,
        "source": found.document.source,
        "language": found.document.language,
        "valid_until": last.map(|last| last.to_string()),
        "score": points(found.score),
        "share": found.share,
        "why": why.collect::<Vec<_>>(),
    })
}

/// A file; also of `transom knowledge list`.
pub fn document_body(set: &FlowSet, document: &Document, today: Date) -> Json {
    json!({
        "path": document.file.path(),
        "title": document.title,
        "source": document.source,
        "language": document.language,
        "valid_until": document.valid_until.as_ref().map(|(last, _)| last.to_string()),
        "expired": document.has_expired(today),
        "checked": document.checked.as_ref().map(|(day, _)| day.to_string()),
        "parts": set.knowledge.chunks_of(document).len(),
        "bytes": document.file.text().len(),
    })
}
