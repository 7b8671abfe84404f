//! Runs `transom contacts consent show|give|withdraw|export`: reads and extends the consent ledger by hand.

use super::{accepted, daemon, find};
use crate::{
    base::{ids::AccountName, limits::LEDGER_READ_MAX, time::iso},
    cli::{
        Failure, Outcome,
        client::workplace::read_only,
        terminal::{out, screen, show, table},
    },
    runtime::config::Config,
    store::{
        Store,
        tables::{
            contact,
            ledger::{self, LedgerEntry},
        },
    },
};
use serde_json::{Value as Json, json};
use std::io::Write;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// All that one agreed to and withdrew, oldest first
    Show {
        /// Their phone with `+`, or their id
        who: String,
    },
    /// Write down that one agreed to a topic; `all` lifts the stop
    Give {
        /// Their phone with `+`, or their id
        who: String,
        topic: String,
        /// The words that they agreed to, and where
        #[arg(long, required = true)]
        proof: String,
        /// When they said so, such as 2026-03-01T10:00:00Z; a newer word of theirs stands then
        #[arg(long)]
        at: Option<String>,
        /// The name to record as its author
        #[arg(long, default_value = "by hand")]
        by: String,
    },
    /// Write down that one withdrew a topic; `all` is the stop itself
    Withdraw {
        /// Their phone with `+`, or their id
        who: String,
        topic: String,
        /// How they said so
        #[arg(long)]
        proof: Option<String>,
        /// When they said so
        #[arg(long)]
        at: Option<String>,
        /// The name to record as its author
        #[arg(long, default_value = "by hand")]
        by: String,
    },
    /// The whole ledger to the standard output
    Export {
        /// Only this topic; `all`: stops and their ends
        #[arg(long, default_value = "")]
        topic: String,
        /// Of this account only
        #[arg(long)]
        account: Option<String>,
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    /// An object a line
    Json,
}

const COLUMNS: [&str; 10] =
    ["id", "contact_id", "phone", "topic", "word", "said_at", "recorded_at", "by", "message_id", "proof"];

pub async fn run(config: &Config, what: Action) -> Outcome {
    match what {
        Action::Show { who } => print(config, &who).await,
        Action::Give { who, topic, proof, at, by } => {
            record(config, &who, json!({"topic": topic, "given": true, "proof": proof, "at": at, "by": by})).await
        }
        Action::Withdraw { who, topic, proof, at, by } => {
            record(config, &who, json!({"topic": topic, "given": false, "proof": proof, "at": at, "by": by})).await
        }
        Action::Export { topic, account, format } => {
            export(config, &topic, account.map(AccountName::from), format).await
        }
    }
}

async fn print(config: &Config, who: &str) -> Outcome {
    let store = read_only(config).await?;
    let contact = find(config, &store, who).await;
    let entries = match &contact {
        Ok(contact) => ledger::of(&store, contact.id).await.map_err(Failure::failed),
        Err(_) => Ok(Vec::new()),
    };
    store.close().await;
    contact?;
    let rows: Vec<Vec<String>> = entries?
        .into_iter()
        .map(|entry| {
            vec![
                show::cell(entry.at),
                entry.topic,
                if entry.given { "given" } else { "withdrawn" }.to_owned(),
                show::short(&entry.by, 50),
                entry.message_id.map(|id| id.to_string()).unwrap_or_default(),
                show::short(&entry.shown.unwrap_or_default().replace('\n', " "), 80),
            ]
        })
        .collect();
    table::print(
        &["at", "topic", "word", "by", "message", "proof"],
        &rows,
        "They never agreed to anything, and withdrew nothing.",
    );
    Ok(())
}

async fn record(config: &Config, who: &str, body: Json) -> Outcome {
    let api = daemon(config).await?;
    let store = read_only(config).await?;
    let contact = find(config, &store, who).await;
    store.close().await;
    let now = accepted(api.post(&format!("/v1/contacts/{}/consent", contact?.id), &body).await?)?;
    let (topic, wanted) = (body["topic"].as_str().unwrap_or_default(), body["given"] == true);
    let name = now["phone"].as_str().unwrap_or(who);
    let stands = match topic {
        "all" => now["opted_out_at"].is_null(),
        topic => now["consent"][topic]["given"] == true,
    };
    if stands != wanted {
        return Err(Failure::Failed(format!(
            "{name} has said something else about `{topic}` since then, and the newer word stands; \
             `transom contacts consent show {who}` prints both"
        )));
    }
    let words = format!("{name}: `{topic}` is {}", if wanted { "given" } else { "withdrawn" });
    out::either(|| now.clone(), || println!("{words}"));
    Ok(())
}

async fn export(config: &Config, topic: &str, account: Option<AccountName>, format: Format) -> Outcome {
    if let Some(name) = account.as_ref().filter(|name| config.account(name).is_none()) {
        return Err(Failure::Usage(format!("there is no account `{name}`")));
    }
    let store = read_only(config).await?;
    let written = match format {
        Format::Csv if !out::is_json() => as_table(&store, topic, account.as_ref()).await,
        Format::Csv | Format::Json => {
            let mut lines = screen::data();
            let mut line = |cells: [String; 10]| {
                let pairs = COLUMNS.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.into()));
                writeln!(lines, "{}", Json::Object(pairs.collect())).map_err(Failure::failed)
            };
            walk(&store, topic, account.as_ref(), &mut line).await
        }
    };
    store.close().await;
    written
}

async fn as_table(store: &Store, topic: &str, account: Option<&AccountName>) -> Outcome {
    let mut table = csv::Writer::from_writer(screen::data());
    table.write_record(COLUMNS).map_err(Failure::failed)?;
    let mut line = |cells: [String; 10]| table.write_record(cells.map(|cell| harmless(&cell))).map_err(Failure::failed);
    walk(store, topic, account, &mut line).await?;
    table.flush().map_err(Failure::failed)
}

/// Calls a function with each entry of the ledger, page by page.
async fn walk(
    store: &Store,
    topic: &str,
    account: Option<&AccountName>,
    take: &mut dyn FnMut([String; 10]) -> Outcome,
) -> Outcome {
    let mut after = 0;
    loop {
        let page = ledger::page(store, account, topic, after, LEDGER_READ_MAX).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for entry in &page {
            let who = contact::find(store, entry.contact_id).await.map_err(Failure::failed)?;
            take(cells(entry, who.and_then(|who| who.data.phone).unwrap_or_default()))?;
        }
    }
}

fn cells(entry: &LedgerEntry, phone: String) -> [String; 10] {
    [
        entry.id.to_string(),
        entry.contact_id.to_string(),
        phone,
        entry.topic.clone(),
        if entry.given { "given" } else { "withdrawn" }.to_owned(),
        iso(entry.at),
        iso(entry.recorded_at),
        entry.by.clone(),
        entry.message_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.shown.clone().unwrap_or_default(),
    ]
}

/// A cell for a spreadsheet: one that would be read as a formula gets an apostrophe, but the `+` of a phone number does
/// not.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '@', '-', '\t', '\r'])
        || (cell.starts_with('+') && !cell[1..].chars().all(|c| c.is_ascii_digit()));
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_starts_a_formula() {
        let all = ["plain", "a,b", "=1+1", "+34600111222", "+A1", "-2"].map(harmless);
        assert_eq!(all, ["plain", "a,b", "'=1+1", "+34600111222", "'+A1", "'-2"]);
    }
}
