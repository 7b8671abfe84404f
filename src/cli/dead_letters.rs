//! `transom dead-letters list|replay|dismiss`: what could not be handled, and unknown sends.

use super::{
    Failure, Outcome,
    call::Api,
    place::{At, read_only, running},
    show, table,
};
use crate::{
    runtime::config::Config,
    store::{ReadError, Store, dead_letter},
};
use serde_json::json;

pub type Args = At<What>;

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// The newest dead letters
    List {
        /// Of this kind only: `malformed`, `wrong_secret`, `poison`, `unknown_send` …
        #[arg(long)]
        kind: Option<String>,
        /// Also those that were replayed, settled or dismissed
        #[arg(long)]
        all: bool,
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Try again what is in them; the daemon must be running
    Replay {
        /// Their ids
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<i64>,
        /// Every open one
        #[arg(long)]
        all: bool,
    },
    /// Take them off the list without trying them again; the daemon must be running
    Dismiss {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Dead letters taken up by one `replay --all`.
const REPLAYED_MAX: i64 = 10_000;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        What::List { kind, all, limit, format } => {
            let store = read_only(&config).await?;
            let letters = read(&store, kind.as_deref(), all, limit).await;
            store.close().await;
            print(letters.map_err(Failure::failed)?, format);
            Ok(())
        }
        What::Replay { ids, all } => replay(&config, ids, all).await,
        What::Dismiss { ids } => dismiss(&config, &ids).await,
    }
}

async fn read(
    store: &Store,
    kind: Option<&str>,
    all: bool,
    limit: i64,
) -> Result<Vec<dead_letter::DeadLetter>, ReadError> {
    let wanted = |letter: &dead_letter::DeadLetter| {
        (all || letter.replayed_at.is_none()) && kind.is_none_or(|kind| kind == letter.kind)
    };
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    // Old open ones may stand behind many that were replayed.
    while (found.len() as i64) < limit {
        let page = match kind {
            Some(kind) if !all => dead_letter::open(store, kind, before, limit).await?,
            _ => dead_letter::page(store, before, limit).await?,
        };
        let Some(last) = page.last() else { break };
        before = last.id;
        found.extend(page.into_iter().filter(wanted));
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn print(letters: Vec<dead_letter::DeadLetter>, format: Format) {
    if format == Format::Json {
        // Without `data`: it holds what people wrote.
        let list = letters.iter().map(|letter| {
            json!({
                "id": letter.id, "kind": letter.kind, "at": show::time(letter.at), "sender": letter.sender_id,
                "subject": letter.subject_id, "reason": letter.reason,
                "replayed_at": letter.replayed_at.map(show::time),
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
                show::time(letter.at),
                letter.sender_id.map(|id| id.to_string()).unwrap_or_default(),
                state,
                show::short(&letter.reason, 80),
            ]
        })
        .collect();
    table::print(&["id", "kind", "since", "sender", "state", "reason"], &rows, "There are no open dead letters.");
}

async fn daemon(config: &Config) -> Result<Api, Failure> {
    let none = "no daemon runs on this database; start it with `transom serve`, then try again";
    running(config).await.ok_or_else(|| Failure::Failed(none.to_owned()))
}

async fn dismiss(config: &Config, ids: &[i64]) -> Outcome {
    let api = daemon(config).await?;
    let mut failed = false;
    for id in ids {
        let answer = api.post(&format!("/v1/dead-letters/{id}/dismiss"), &json!({})).await?;
        failed |= !answer.status.is_success();
        println!("{id}: {}", if answer.status.is_success() { "dismissed".to_owned() } else { answer.refusal() });
    }
    if failed { Err(Failure::Said) } else { Ok(()) }
}

async fn replay(config: &Config, ids: Vec<i64>, all: bool) -> Outcome {
    let api = daemon(config).await?;
    let ids = if all {
        let store = read_only(config).await?;
        let letters = read(&store, None, false, REPLAYED_MAX).await;
        store.close().await;
        let mut ids: Vec<i64> = letters.map_err(Failure::failed)?.into_iter().map(|letter| letter.id).collect();
        // Oldest first, as it happened.
        ids.reverse();
        ids
    } else {
        ids
    };
    let mut failed = 0_usize;
    for id in &ids {
        let answer = api.post(&format!("/v1/dead-letters/{id}/replay"), &json!({})).await?;
        if answer.status.is_success() {
            let waits = answer.json()["waits"] == true;
            println!("{id}: {}", if waits { "taken up, and waits for its turn" } else { "replayed" });
        } else {
            // Of all that were open one may be settled by its status before its turn comes: nothing is left to do.
            failed += usize::from(!(all && answer.status.as_u16() == 409));
            println!("{id}: {}", answer.refusal());
        }
    }
    if ids.is_empty() {
        println!("There are no open dead letters.");
    }
    if failed > 0 { Err(Failure::Said) } else { Ok(()) }
}
