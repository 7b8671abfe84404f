//! `transom templates pull|list`: the catalogue of each sender.

use super::{
    Failure, Outcome,
    place::{At, exclusive, read_only, running},
    show, table,
};
use crate::{
    base::clock::{Clock, SystemClock},
    channel::client::Client,
    runtime::{config::Config, graph, providers::providers},
    store::template,
};
use serde_json::json;
use std::sync::Arc;

pub type Args = At<What>;

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Read the catalogues from the provider
    Pull,
    /// The templates that are known
    List,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        What::Pull => pull(&config).await,
        What::List => list(&config).await,
    }
}

async fn pull(config: &Config) -> Outcome {
    let mut failed = false;
    let mut tell = |name: &str, result: Result<(u64, u64), String>| match result {
        Ok((count, 0)) => println!("{name}: {count} template(s)"),
        Ok((count, gone)) => {
            println!("{name}: {count} template(s); {gone} that were known are gone and will not be sent any more");
        }
        Err(why) => {
            failed = true;
            println!("{name}: {why}");
        }
    };
    if !config.senders.iter().any(|sender| !sender.is_sandbox()) {
        println!("There are only sandboxes, which take every template.");
        return Ok(());
    }
    if let Some(api) = running(config).await {
        let pulled = api.post("/v1/templates/pull", &json!({})).await?.ok()?;
        for sender in pulled["data"].as_array().into_iter().flatten() {
            let result = match sender["error"].as_str() {
                Some(why) => Err(why.to_owned()),
                None => Ok((sender["templates"].as_u64().unwrap_or(0), sender["gone"].as_u64().unwrap_or(0))),
            };
            tell(sender["name"].as_str().unwrap_or_default(), result);
        }
    } else {
        let store = exclusive(config).await?;
        let (providers, _) = providers(config);
        let http = Client::new(Arc::new(SystemClock), None);
        for sender in config.senders.iter().filter(|sender| !sender.is_sandbox()) {
            let Some(provider) = providers.get(sender.provider()) else { continue };
            let pulled = graph::pull(&store, config, provider.as_ref(), &http, sender.id, SystemClock.now()).await;
            let counts = pulled.map(|pulled| (pulled.listed as u64, pulled.gone as u64));
            tell(&sender.name, counts.map_err(|why| format!("{why:#}")));
        }
        store.close().await;
    }
    if failed { Err(Failure::Said) } else { Ok(()) }
}

async fn list(config: &Config) -> Outcome {
    let store = read_only(config).await?;
    let known = template::all(&store).await.map_err(Failure::failed);
    store.close().await;
    let rows: Vec<Vec<String>> = known?
        .into_iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.sender_id.to_string(),
                row.name,
                row.language,
                word(&row.category),
                word(&row.status),
                word(&row.source),
                show::short(&row.data.body, 50),
            ]
        })
        .collect();
    let headings = ["id", "sender", "name", "language", "category", "status", "said by", "body"];
    table::print(&headings, &rows, "No templates are known; `transom templates pull` reads them from the provider.");
    Ok(())
}

/// The word under which an enum is written down.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default()
}
