//! Runs `transom balance show|add`: prints the amount that each account has left for messages.

use super::{
    Failure, Outcome,
    client::workplace::{self, CommandAt, read_only},
    terminal::{out, table},
};
use crate::{
    runtime::config::{Config, amount, shown},
    store::tables::charge,
};
use serde_json::json;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Opening balance, top-ups, what is settled and reserved, and what is left
    Show {
        /// Of this account only
        #[arg(long)]
        account: Option<String>,
    },
    /// Add an amount like 50.00, or take one out: -5.00; the daemon must be running
    Add {
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// Needed when there are several
        #[arg(long)]
        account: Option<String>,
        /// A word by which you know it
        #[arg(long, default_value = "")]
        note: String,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::Show { account } => show(&config, account.as_deref()).await,
        Action::Add { amount, account, note } => add(&config, &amount, account.as_deref(), &note).await,
    }
}

async fn show(config: &Config, wanted: Option<&str>) -> Outcome {
    if wanted.is_some() {
        workplace::account(config, wanted)?;
    }
    if config.prices.is_empty() {
        let none = || println!("There are no `prices` in the configuration, so nothing is used up.");
        out::either(|| json!([]), none);
        return Ok(());
    }
    let store = read_only(config).await?;
    let mut rows = Vec::new();
    let accounts = config.accounts.iter().filter(|account| wanted.is_none_or(|name| account.name.as_str() == name));
    for account in accounts {
        if account.balance.is_none() {
            let mut row = vec![account.name.to_string(), "unlimited".to_owned()];
            row.resize(6, String::new());
            rows.push(row);
            continue;
        }
        let sums = charge::sums(&store, &account.name).await.map_err(Failure::failed)?;
        let amounts = [sums.available(), sums.opening, sums.topped_up, sums.settled, sums.reserved];
        rows.push(std::iter::once(account.name.to_string()).chain(amounts.map(shown)).collect());
    }
    store.close().await;
    let headings = ["account", "available", "opening", "topped up", "settled", "reserved"];
    if out::is_json() {
        let mut all = out::rows(&headings, &rows);
        for row in all.as_array_mut().into_iter().flatten() {
            row["currency"] = config.prices.currency.clone().into();
        }
        out::document(&all);
        return Ok(());
    }
    println!("In {}:", config.prices.currency);
    table::print(&headings, &rows, "There are no accounts.");
    Ok(())
}

async fn add(config: &Config, text: &str, account: Option<&str>, note: &str) -> Outcome {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let units = amount(digits).filter(|units| *units > 0);
    let units = units.ok_or_else(|| Failure::Usage(format!("`{text}` is no amount; write it like `50.00`")))?;
    workplace::account(config, account)?;
    let api = workplace::daemon(config, "it would not know of what is added behind its back").await?;
    let mut body = json!({"amount": sign * units, "account": account});
    if !note.is_empty() {
        body["note"] = note.into();
    }
    let now = api.post("/v1/balance/top-ups", &body).await?.ok()?;
    let left = now["shown"].as_str().unwrap_or_default();
    let account = now["account"].as_str().unwrap_or_default();
    out::either(|| now.clone(), || println!("{account}: {left} {} available", config.prices.currency));
    Ok(())
}
