//! Runs `transom knowledge ask|list`: shows what the bot finds in the business's own papers, and why.

use super::{
    Failure, Outcome,
    terminal::{out, paint::Paint, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        diagnostic::{Diagnostic, did_you_mean},
        limits::{KNOWLEDGE_RANKED_DEFAULT, KNOWLEDGE_RANKED_MAX},
    },
    flow::{
        self, FlowSet,
        knowledge::{Found, MatchedWord, Question, WordMatch},
    },
    runtime::bot::source_files,
    web::api::knowledge::{KnowledgeAnswer, KnowledgeFile},
};
use jiff::civil::Date;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: Action,
    /// The bot's folder
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    bot: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show which parts of `knowledge/` answer a question, and why
    Ask(Ask),
    /// The files, until when each is used, and when somebody last looked at it
    List,
}

#[derive(Debug, clap::Args)]
struct Ask {
    /// The question, as a customer writes it
    question: String,
    /// Only this file or folder, as flows name it: `prices.csv`, `faq`; may be repeated
    #[arg(long = "in", value_name = "NAME")]
    within: Vec<String>,
    /// The customer's language, by its code; without it the bot's
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// At most so many parts
    #[arg(long, value_name = "COUNT", default_value_t = KNOWLEDGE_RANKED_DEFAULT as u8,
        value_parser = clap::value_parser!(u8).range(1..=KNOWLEDGE_RANKED_MAX as i64))]
    top: u8,
    /// As if it were asked on this day, like 2027-01-31
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
}

pub async fn run(args: Args) -> Outcome {
    let set = set_of(&args)?;
    let today = set.today(SystemClock.now());
    match args.what {
        Action::Ask(ask) => answer(&set, &ask, ask.on.unwrap_or(today)),
        Action::List => {
            list(&set, today);
            Ok(())
        }
    }
}

/// The bot of the folder. Errors in its flows do not matter here; those in its knowledge are told.
fn set_of(args: &Args) -> Result<FlowSet, Failure> {
    let files = source_files::read(&args.bot).map_err(Failure::failed)?;
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings);
    let is_own =
        |finding: &&Diagnostic| finding.is_error() && finding.place.path().starts_with(flow::knowledge::FOLDER);
    let paint = Paint::stderr();
    for finding in findings.iter().filter(is_own) {
        eprintln!("{} {finding}", paint.bad("error:"));
    }
    Ok(set)
}

fn answer(set: &FlowSet, ask: &Ask, today: Date) -> Outcome {
    let knowledge = &set.knowledge;
    if knowledge.is_empty() {
        let why = "the bot has no knowledge: write what customers ask about into files `.md` in a folder `knowledge`";
        return Err(Failure::failed(why));
    }
    for name in &ask.within {
        if knowledge.named(name).next().is_none() {
            let help = did_you_mean(name, knowledge.names()).map(|help| format!("; {help}")).unwrap_or_default();
            return Err(Failure::Usage(format!("there is no knowledge `{name}`{help}")));
        }
    }
    let language = ask.language.as_ref().unwrap_or(&set.bot.language);
    let question = Question { text: &ask.question, language, within: &ask.within, today };
    let found = knowledge.rank(&question, usize::from(ask.top));
    if out::is_json() {
        out::document(&json!(KnowledgeAnswer::of(set, &found, today)));
        return Ok(());
    }
    if found.is_empty() {
        println!("No part of the knowledge speaks of this.");
    }
    for (number, found) in found.iter().enumerate() {
        print!("{}", described(set, number + 1, found, Paint::stdout()));
    }
    let expired = knowledge.documents().iter().filter(|document| document.has_expired(today)).count();
    if expired > 0 {
        println!("{} not searched, because the last day has passed: `transom knowledge list`.", were(expired));
    }
    Ok(())
}

fn were(files: usize) -> String {
    format!("{} {}", counted(files, "file"), if files == 1 { "was" } else { "were" })
}

/// A part with its place, its text, and a sentence for each word.
fn described(set: &FlowSet, number: usize, found: &Found<'_>, paint: Paint) -> String {
    let place = set.knowledge.place_of(found.chunk);
    let heading = if found.chunk.headings.is_empty() { found.document.title.clone() } else { found.chunk.path() };
    let mut text = format!("{number}. {}  {}:{}\n", paint.strong(&heading), place.path(), place.line());
    for line in found.chunk.text.lines() {
        text.push_str(&format!("   {line}\n"));
    }
    let told: Vec<String> = found.why.iter().map(sentence).collect();
    let tenths = (found.score + 50) / 100;
    let score = format!("score {}.{}", tenths / 10, tenths % 10);
    text.push_str(&format!("   {score}, {} % of the question: {}\n", found.share, told.join(" · ")));
    let last = found.chunk.valid_until.or(found.document.valid_until.as_ref().map(|(last, _)| *last));
    let mut about: Vec<String> = last.map(|last| format!("valid until {last}")).into_iter().collect();
    about.extend(found.document.source.clone());
    if !about.is_empty() {
        text.push_str(&format!("   {}\n", about.join(" · ")));
    }
    text.push('\n');
    text
}

/// How a word was found: "`garantee` with 1 typing error, in a heading".
fn sentence(word: &MatchedWord) -> String {
    let how = match word.how {
        WordMatch::Same if word.found == word.asked => String::new(),
        WordMatch::Same => format!(" as `{}…`", word.found),
        WordMatch::Errors(errors) => format!(" as `{}…` with {}", word.found, counted(errors, "typing error")),
    };
    let mut places = Vec::new();
    if word.in_headings > 0 {
        places.push("in the title or headings, which counts twice".to_owned());
    }
    match word.in_text {
        0 => {}
        1 => places.push("once in the text".to_owned()),
        times => places.push(format!("{times} times in the text")),
    }
    format!("`{}`{how} {}", word.asked, places.join(" and "))
}

fn list(set: &FlowSet, today: Date) {
    let documents = set.knowledge.documents();
    if out::is_json() {
        let all = documents.iter().map(|document| KnowledgeFile::of(set, document, today));
        let all = json!(all.collect::<Vec<_>>());
        return out::document(&all);
    }
    let rows: Vec<Vec<String>> = documents
        .iter()
        .map(|document| {
            let last = document.valid_until.as_ref().map(|(last, _)| last.to_string());
            let state = if document.has_expired(today) { ", expired" } else { "" };
            vec![
                document.name().to_owned(),
                document.title.clone(),
                document.language.clone(),
                set.knowledge.chunks_of(document).len().to_string(),
                last.map(|last| format!("{last}{state}")).unwrap_or_default(),
                document.checked.as_ref().map(|(day, _)| day.to_string()).unwrap_or_default(),
            ]
        })
        .collect();
    let headings = ["file", "title", "language", "parts", "valid until", "checked"];
    table::print(&headings, &rows, "The bot has no files in `knowledge/`.");
}
