//! Runs `transom webhooks list|deliveries|resume|redeliver`: shows addresses that hear of events, and their deliveries.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{self, CommandAt, read_only},
    },
    terminal::{out, show, table},
};
use crate::{
    base::limits::COMMAND_ROWS_MAX,
    runtime::config::Config,
    store::{
        Store,
        tables::{delivery, subscription},
    },
};
use reqwest::Method;
use serde_json::json;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// All of them, and what waits
    List,
    /// Posts to one, made and waiting, newest first
    Deliveries {
        /// Its id in the list
        id: i64,
        /// Only those that are `pending`, `done` or `dead`
        #[arg(long, value_parser = ["pending", "done", "dead"])]
        state: Option<String>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
    /// Go on with one that is paused; the daemon must be running
    Resume { id: i64 },
    /// Post a delivery again, under the same event id; the daemon must be running
    Redeliver {
        /// Their ids among the deliveries
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::List => list(&config).await,
        Action::Deliveries { id, state, limit } => deliveries(&config, id, state.as_deref(), limit).await,
        Action::Resume { id } => resume(&config, id).await,
        Action::Redeliver { ids } => redeliver(&config, &ids).await,
    }
}

async fn list(config: &Config) -> Outcome {
    let store = read_only(config).await?;
    let mut rows = Vec::new();
    for row in subscription::all(&store).await.map_err(Failure::failed)? {
        let waiting = delivery::waiting(&store, row.id).await.map_err(Failure::failed)?;
        let state = match &row.paused {
            Some((at, why)) => format!("paused {}: {}", show::time(*at), show::short(why, 60)),
            None => "active".to_owned(),
        };
        rows.push(vec![
            row.id.to_string(),
            row.name,
            row.account.map_or_else(|| "all".to_owned(), |account| account.to_string()),
            show::short(&row.url, 50),
            row.filter.types.join(" "),
            waiting.to_string(),
            row.heard_at.map(show::time).unwrap_or_default(),
            state,
        ]);
    }
    store.close().await;
    let headings = ["id", "name", "account", "url", "types", "waiting", "last taken", "state"];
    table::print(
        &headings,
        &rows,
        "Nobody is told; `webhooks` in the configuration or `POST /v1/webhooks` changes that.",
    );
    Ok(())
}

async fn deliveries(config: &Config, id: i64, state: Option<&str>, limit: i64) -> Outcome {
    let store = read_only(config).await?;
    let known = subscription::find(&store, id).await.map_err(Failure::failed)?;
    let found = newest(&store, id, state, limit + 1).await;
    store.close().await;
    if known.is_none() {
        return Err(Failure::Failed(format!("there is no webhook {id}; `transom webhooks list` shows them")));
    }
    let mut found = found?;
    let cut = table::is_cut(&mut found, limit);
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|row| {
            let last = match (row.status, row.trouble) {
                (Some(status), _) => status.to_string(),
                (None, trouble) => trouble.unwrap_or_default(),
            };
            vec![
                row.id.to_string(),
                row.event_id.to_string(),
                row.kind,
                show::cell(row.at),
                row.state.as_str().to_owned(),
                row.attempts.to_string(),
                last,
            ]
        })
        .collect();
    table::print(&["id", "event", "type", "at", "state", "tries", "last answer"], &rows, "There are none.");
    if cut {
        table::tell_cut(limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// The newest deliveries in this state.
async fn newest(store: &Store, id: i64, state: Option<&str>, limit: i64) -> Result<Vec<delivery::Delivery>, Failure> {
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    // Old ones in this state may stand behind many others.
    while (found.len() as i64) < limit {
        let page = delivery::page(store, id, before, limit).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        before = last.id;
        found.extend(page.into_iter().filter(|row| state.is_none_or(|state| state == row.state.as_str())));
    }
    Ok(found)
}

async fn resume(config: &Config, id: i64) -> Outcome {
    let api = daemon(config).await?;
    let body = json!({"state": "active"}).to_string().into_bytes();
    let now = api.request(Method::PATCH, &format!("/v1/webhooks/{id}"), &[], Some(body)).await?.ok()?;
    let words = format!("Webhook {id} is active; what waits for it goes out now.");
    out::either(|| now, || println!("{words}"));
    Ok(())
}

async fn redeliver(config: &Config, ids: &[i64]) -> Outcome {
    let api = daemon(config).await?;
    let store = read_only(config).await?;
    let (mut failed, mut done) = (false, Vec::new());
    let mut tell = |id: i64, good: bool, what: String| {
        failed |= !good;
        if !out::is_json() {
            println!("{id}: {what}");
        }
        done.push(json!({"id": id, "done": good, "what": what}));
    };
    for id in ids {
        let Some(row) = delivery::find(&store, *id).await.map_err(Failure::failed)? else {
            tell(*id, false, "there is no such delivery".to_owned());
            continue;
        };
        let path = format!("/v1/webhooks/{}/deliveries/{id}/redeliver", row.subscription_id);
        let answer = api.post(&path, &json!({})).await?;
        match answer.status.is_success() {
            true => tell(*id, true, "goes out again".to_owned()),
            false => tell(*id, false, answer.refusal()),
        }
    }
    store.close().await;
    out::either(|| json!(done), || ());
    if failed { Err(Failure::Said) } else { Ok(()) }
}

async fn daemon(config: &Config) -> Result<Api, Failure> {
    workplace::daemon(config, "it is what posts").await
}
