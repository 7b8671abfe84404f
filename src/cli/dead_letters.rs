//! Runs `transom dead-letters list|replay|dismiss`: shows and settles items that could not be handled, and unknown
//! sends.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{self, CommandAt, read_only},
    },
    terminal::{out, show, table},
};
use crate::{
    base::{counted::counted, limits::COMMAND_LETTERS_MAX, time::iso},
    runtime::{config::Config, process::metrics::DEAD_LETTER_KINDS},
    store::{ReadError, Store, tables::dead_letter},
};
use serde_json::json;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The newest dead letters
    List {
        /// Of this kind only
        #[arg(long, value_parser = DEAD_LETTER_KINDS)]
        kind: Option<String>,
        /// Also those that were replayed, settled or dismissed
        #[arg(long)]
        all: bool,
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=COMMAND_LETTERS_MAX))]
        limit: i64,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Try again what is in them; the daemon must be running
    Replay(LetterChoice),
    /// Take them off the list without trying them again; the daemon must be running
    Dismiss(LetterChoice),
}

/// Some by their ids, or all open ones that fit.
#[derive(Debug, clap::Args)]
pub struct LetterChoice {
    /// Their ids
    #[arg(conflicts_with_all = ["all", "kind", "sender"])]
    ids: Vec<i64>,
    /// Every open one, or each of `--kind` and `--sender`
    #[arg(long)]
    all: bool,
    /// All open ones of this kind
    #[arg(long, value_parser = DEAD_LETTER_KINDS)]
    kind: Option<String>,
    /// All open ones of this sender
    #[arg(long, value_name = "ID")]
    sender: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// The number of dead letters in one read.
const READ_AT_ONCE: i64 = 1_000;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::List { kind, all, limit, format } => {
            let store = read_only(&config).await?;
            let letters = read(&store, kind.as_deref(), all, limit).await;
            store.close().await;
            let (letters, count) = letters.map_err(Failure::failed)?;
            let is_cut = count > limit;
            print(letters, if out::is_json() { Format::Json } else { format });
            if is_cut {
                table::tell_cut(limit, Some(count), COMMAND_LETTERS_MAX);
            }
            Ok(())
        }
        Action::Replay(which) => decide(&config, which, "replay").await,
        Action::Dismiss(which) => decide(&config, which, "dismiss").await,
    }
}

/// The newest matching dead letters, and the number of all matching ones.
async fn read(
    store: &Store,
    kind: Option<&str>,
    all: bool,
    limit: i64,
) -> Result<(Vec<dead_letter::DeadLetter>, i64), ReadError> {
    let wanted = |letter: &dead_letter::DeadLetter| {
        (all || letter.replayed_at.is_none()) && kind.is_none_or(|kind| kind == letter.kind)
    };
    let (mut found, mut count, mut before) = (Vec::new(), 0, i64::MAX);
    // Old open dead letters may come after many replayed ones; beyond the limit they are only counted.
    loop {
        let page = match kind {
            Some(kind) if !all => dead_letter::open(store, kind, before, READ_AT_ONCE).await?,
            _ => dead_letter::page(store, before, READ_AT_ONCE).await?,
        };
        let Some(last) = page.last() else { return Ok((found, count)) };
        before = last.id;
        for letter in page.into_iter().filter(wanted) {
            count += 1;
            if count <= limit {
                found.push(letter);
            }
        }
    }
}

fn print(letters: Vec<dead_letter::DeadLetter>, format: Format) {
    if format == Format::Json {
        // `data` is left out, because it contains messages of people.
        let list = letters.iter().map(|letter| {
            json!({
                "id": letter.id, "kind": letter.kind, "at": iso(letter.at), "sender": letter.sender_id,
                "subject": letter.subject_id, "reason": letter.reason,
                "replayed_at": letter.replayed_at.map(iso),
            })
        });
        println!("{:#}", json!(list.collect::<Vec<_>>()));
        return;
    }
    let rows: Vec<Vec<String>> = letters
        .into_iter()
        .map(|letter| {
            let state = letter
                .replayed_at
                .map_or_else(|| "open".to_owned(), |at| format!("off the list since {}", show::time(at)));
            vec![
                letter.id.to_string(),
                letter.kind,
                show::cell(letter.at),
                letter.sender_id.map(|id| id.to_string()).unwrap_or_default(),
                state,
                show::short(&letter.reason, 80),
            ]
        })
        .collect();
    table::print(&["id", "kind", "since", "sender", "state", "reason"], &rows, "There are no open dead letters.");
}

async fn daemon(config: &Config) -> Result<Api, Failure> {
    workplace::daemon(config, "what is replayed or dismissed is work for it").await
}

/// All matching open dead letters, in the order in which they occurred.
async fn fitting(config: &Config, which: &LetterChoice) -> Result<Vec<i64>, Failure> {
    let store = read_only(config).await?;
    let mut ids = Vec::new();
    let mut before = i64::MAX;
    let done = loop {
        let page = match &which.kind {
            Some(kind) => dead_letter::open(&store, kind, before, READ_AT_ONCE).await,
            None => dead_letter::page(&store, before, READ_AT_ONCE).await,
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => break Err(Failure::failed(error)),
        };
        let Some(last) = page.last() else { break Ok(()) };
        before = last.id;
        let fits = |letter: &&dead_letter::DeadLetter| {
            let sender = letter.sender_id.map(|id| id.0);
            letter.replayed_at.is_none() && which.sender.is_none_or(|wanted| sender == Some(wanted))
        };
        ids.extend(page.iter().filter(fits).map(|letter| letter.id));
    };
    store.close().await;
    done?;
    ids.reverse();
    Ok(ids)
}

/// Replays or dismisses dead letters; `what` is `replay` or `dismiss`. Fails if one of them failed.
async fn decide(config: &Config, which: LetterChoice, what: &str) -> Outcome {
    let by_id = !which.ids.is_empty();
    if !by_id && !which.all && which.kind.is_none() && which.sender.is_none() {
        let ways = "their ids, as `transom dead-letters list` shows them, `--kind KIND`, `--sender ID` or `--all`";
        return Err(Failure::Usage(format!("say which ones to {what}: {ways}")));
    }
    let api = daemon(config).await?;
    let ids = if by_id { which.ids.clone() } else { fitting(config, &which).await? };
    let (mut failed, mut settled, mut told) = (0_usize, 0_usize, Vec::new());
    for id in &ids {
        let answer = api.post(&format!("/v1/dead-letters/{id}/{what}"), &json!({})).await?;
        let body = answer.json();
        let words = match (answer.status.is_success(), what) {
            (true, "dismiss") => "dismissed".to_owned(),
            (true, _) if body["waits"] == true => "taken up, and waits for its turn".to_owned(),
            (true, _) => "replayed".to_owned(),
            (false, _) => answer.refusal(),
        };
        // A status may have settled a dead letter before its turn; that is no failure if all were selected.
        let before = !by_id && body["code"] == "replayed_before";
        let good = answer.status.is_success() || before;
        failed += usize::from(!good);
        settled += usize::from(good);
        if !out::is_json() {
            println!("{id}: {words}");
        }
        told.push(json!({"id": id, "done": good, "what": words}));
    }
    if out::is_json() {
        out::document(&json!(told));
    } else if ids.is_empty() {
        println!("There are no such open dead letters.");
    } else if !by_id {
        println!("{} of {} off the list, {failed} failed.", settled, counted(ids.len(), "dead letter"));
    }
    if failed > 0 { Err(Failure::Said) } else { Ok(()) }
}
