//! Runs `transom send`: sends one message through a running daemon, by its API.

use super::{Failure, Outcome, client::workplace::DaemonOptions, terminal::out};
use crate::{
    base::{diagnostic::did_you_mean, ids::SenderId},
    runtime::config::{Config, Sender},
};
use serde_json::{Map, Value as Json, json};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The number to write to, in E.164 format
    #[arg(long, value_name = "PHONE")]
    to: String,
    #[command(flatten)]
    what: Content,
    /// A value of the template, `1=Ada` or `name=Ada`; once for each
    #[arg(long = "var", value_name = "NAME=VALUE", requires = "template")]
    vars: Vec<String>,
    /// The sender's id; without it, the default one
    #[arg(long, value_name = "ID")]
    sender: Option<i64>,
    #[command(flatten)]
    call: DaemonOptions,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Content {
    /// The text to say inside the window
    #[arg(long)]
    text: Option<String>,
    /// The id of an approved template, outside of it
    #[arg(long, value_name = "ID")]
    template: Option<i64>,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.call.place.config()?;
    let sender = pick_sender(&config, args.sender)?;
    let api = args.call.api(&config, Some(&sender.account))?;
    let answer = match (args.what.template, args.what.text) {
        (Some(template), _) => {
            let body = json!({
                "sender_id": sender.id, "template_id": template, "recipient_phone": args.to,
                "variables": variables(&args.vars)?,
            });
            api.post("/api/user/whatsapp/send", &body).await?
        }
        (None, text) => {
            let body = json!({"sender_id": sender.id, "recipient_phone": args.to, "message": text});
            api.post("/api/user/whatsapp/send-freeform", &body).await?
        }
    };
    let sent = answer.ok()?;
    if out::is_json() {
        out::document(&sent);
        return Ok(());
    }
    match sent["message_sid"].as_str() {
        Some(sid) => println!("Sent: message {} ({sid})", sent["message_id"]),
        None => println!("Queued: message {}; the provider has not answered yet", sent["message_id"]),
    }
    Ok(())
}

/// The sender with this id; without one the default sender, else the first.
pub fn pick_sender(config: &Config, asked: Option<i64>) -> Result<&Sender, Failure> {
    if let Some(asked) = asked {
        return config.sender(SenderId(asked)).ok_or_else(|| {
            let ids: Vec<String> = config.senders.iter().map(|sender| sender.id.to_string()).collect();
            let help = did_you_mean(&asked.to_string(), ids.iter().map(String::as_str));
            let help = help.unwrap_or_else(|| format!("there are {}", ids.join(", ")));
            Failure::Failed(format!("there is no sender {asked}; {help}"))
        });
    }
    let default = config.senders.iter().find(|sender| sender.default);
    default.or_else(|| config.senders.first()).ok_or_else(|| Failure::Failed("the configuration has no sender".into()))
}

fn variables(given: &[String]) -> Result<Json, Failure> {
    let mut variables = Map::new();
    for pair in given {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::Usage(format!("`--var {pair}` has no `=`; write `--var 1=Ada`")));
        };
        variables.insert(name.trim().to_owned(), value.into());
    }
    Ok(Json::Object(variables))
}
