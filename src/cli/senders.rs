//! `transom senders list|resume`: the numbers that we send from, and which of them stand still.

use super::{
    Failure, Outcome,
    call::Api,
    place::{At, running},
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
    let Some(api) = running(&config).await else {
        return Err(Failure::Failed("no daemon runs on this database; start it with `transom serve`".into()));
    };
    match args.what {
        What::List => list(&api).await,
        What::Resume { sender } => {
            let told = api.post(&format!("/v1/senders/{sender}/resume"), &json!({})).await?.ok()?;
            println!("Sender {sender} ({}) goes on.", told["name"].as_str().unwrap_or_default());
            Ok(())
        }
    }
}

async fn list(api: &Api) -> Outcome {
    let rows = api.pages("/v1/senders").await?.iter().map(row).collect::<Vec<_>>();
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
