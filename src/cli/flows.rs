//! Runs `transom flows list|pause|resume`: shows and changes which flows are live or paused.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{CommandAt, daemon},
    },
    terminal::{out, table},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// List the live flows, and since when each paused one stands still
    List,
    /// Have one stand still: it begins for nobody, and the rest of each of its waits is kept
    Pause { flow: String },
    /// Let one go on with what was left of each wait
    Resume { flow: String },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let api = daemon(&config, "flows are live in it alone (`transom check` looks at the files)").await?;
    match args.what {
        Action::List => list(&api).await,
        Action::Pause { flow } => {
            let now = turn(&api, &flow, "pause").await?;
            let words = format!(
                "`{flow}` stands still. What it has said already leaves; `transom flows resume {flow}` lets it go on."
            );
            out::either(|| now, || println!("{words}"));
            Ok(())
        }
        Action::Resume { flow } => {
            let now = turn(&api, &flow, "resume").await?;
            out::either(|| now, || println!("`{flow}` goes on."));
            Ok(())
        }
    }
}

async fn turn(api: &Api, flow: &str, what: &str) -> Result<Json, Failure> {
    let name = utf8_percent_encode(flow, NON_ALPHANUMERIC);
    api.post(&format!("/v1/flows/{name}/{what}"), &json!({})).await?.ok()
}

async fn list(api: &Api) -> Outcome {
    let all = api.pages("/v1/flows").await?;
    if out::is_json() {
        out::document(&json!(all));
        return Ok(());
    }
    let rows = all.iter().map(row).collect::<Vec<_>>();
    table::print(&["flow", "title", "file", "state", "findings", "begins by"], &rows, "No flow is live.");
    Ok(())
}

fn row(flow: &Json) -> Vec<String> {
    let text = |name: &str| flow[name].as_str().unwrap_or_default().to_owned();
    let triggers = flow["triggers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let by: Vec<&str> = triggers.iter().filter_map(Json::as_str).collect();
    let state = match flow["paused_at"].as_str() {
        Some(at) => format!("paused since {at}"),
        None => text("state"),
    };
    let findings = flow["errors"].as_i64().unwrap_or_default() + flow["warnings"].as_i64().unwrap_or_default();
    vec![text("name"), text("title"), text("file"), state, findings.to_string(), by.join(", ")]
}
