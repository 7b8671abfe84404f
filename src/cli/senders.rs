//! `transom senders list|resume`: the numbers that we send from, and which of them stand still.

use super::{
    Outcome,
    call::Api,
    out,
    place::{At, daemon},
    table,
};
use serde_json::{Value as Json, json};

pub type Args = At<What>;

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// The senders, whether each may send now, and why not
    List,
    /// Have one go on before its pause ends: the cause is mended, and what waited for it leaves now
    Resume {
        /// Its number in the configuration
        #[arg(value_name = "ID")]
        sender: i64,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let api = daemon(&config, "it alone knows which senders may send now").await?;
    match args.what {
        What::List => list(&api).await,
        What::Resume { sender } => {
            let told = api.post(&format!("/v1/senders/{sender}/resume"), &json!({})).await?.ok()?;
            let name = told["name"].as_str().unwrap_or_default();
            out::either(|| told.clone(), || println!("Sender {sender} ({name}) goes on."));
            Ok(())
        }
    }
}

async fn list(api: &Api) -> Outcome {
    let all = api.pages("/v1/senders").await?;
    if out::is_json() {
        out::document(&json!(all));
        return Ok(());
    }
    let rows = all.iter().map(row).collect::<Vec<_>>();
    table::print(&["id", "name", "provider", "phone", "state", "why"], &rows, "There is no sender.");
    Ok(())
}

fn row(sender: &Json) -> Vec<String> {
    let text = |name: &str| sender[name].as_str().unwrap_or_default().to_owned();
    let state = match (sender["paused_until"].as_str(), sender["templates_paused_until"].as_str()) {
        (Some(until), _) => format!("paused until {until}"),
        (None, Some(until)) => format!("no templates until {until}"),
        (None, None) => text("state"),
    };
    vec![sender["id"].to_string(), text("name"), text("provider"), text("phone"), state, text("why")]
}
