//! Runs `transom senders list|resume|form-key`: lists the numbers that we send from, ends their pauses, and uploads the
//! key of forms.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{CommandAt, daemon},
    },
    terminal::{out, table},
};
use crate::{
    base::{clock::SystemClock, ids::SenderId},
    channel::client::Client,
    runtime::{
        config::{Access, Config},
        senders::templates::catalogue_sync,
    },
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The senders, whether each may send now, and why not
    List,
    /// Have one go on before its pause ends: the cause is mended, and what waited for it leaves now
    Resume {
        /// Its number in the configuration
        #[arg(value_name = "ID")]
        sender: i64,
    },
    /// Give Meta the public half of the sender's `form_key`, by which it seals what forms ask; of a list the first
    FormKey {
        /// Its number in the configuration
        #[arg(value_name = "ID")]
        sender: i64,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    if let Action::FormKey { sender } = args.what {
        return upload_form_key(&config, SenderId(sender)).await;
    }
    let api = daemon(&config, "it alone knows which senders may send now").await?;
    match args.what {
        Action::FormKey { .. } => Ok(()),
        Action::List => list(&api).await,
        Action::Resume { sender } => {
            let told = api.post(&format!("/v1/senders/{sender}/resume"), &json!({})).await?.ok()?;
            let name = told["name"].as_str().unwrap_or_default();
            out::either(|| told.clone(), || println!("Sender {sender} ({name}) goes on."));
            Ok(())
        }
    }
}

async fn upload_form_key(config: &Config, id: SenderId) -> Outcome {
    let Some(sender) = config.senders.iter().find(|sender| sender.id == id) else {
        return Err(Failure::Failed(format!("the configuration has no sender {id}")));
    };
    let Access::Meta(access) = &sender.access else {
        let provider = sender.provider();
        return Err(Failure::Failed(format!("sender {id} is one of `{provider}`, and forms are opened by Meta alone")));
    };
    let Some(key) = access.form_keys.first() else {
        let why = "has no `form_key` in the configuration; `openssl genrsa -out form_key.pem 2048` makes one";
        return Err(Failure::Failed(format!("sender {id} {why}")));
    };
    let (meta, http) = (catalogue_sync::meta(config), Client::new(Arc::new(SystemClock), None));
    // The same key is not uploaded again, because Meta would have to sign it again.
    let there = meta.public_key(&http, id).await.map_err(Failure::failed)?;
    let same = there.is_some_and(|there| there.is_valid && there.is(&key.public));
    if !same {
        meta.upload_public_key(&http, id, &key.public).await.map_err(Failure::failed)?;
    }
    let words = if same { "has this key already" } else { "has the key now" };
    out::either(
        || json!({"sender": id, "uploaded": !same}),
        || println!("Meta {words}: forms of sender {id} are sealed by it."),
    );
    Ok(())
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
