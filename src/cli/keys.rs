//! Runs `transom keys create|list|revoke`: manages API keys, of which only hashes are stored.

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, exclusive, read_only, running},
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::did_you_mean,
        ids::AccountName,
    },
    runtime::config::Config,
    store::{CommitError, tables::api_key},
    web::auth,
};
use serde_json::json;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Make a key and print it, this once
    Create {
        /// The account that it opens; needed when there are several
        #[arg(long)]
        account: Option<String>,
        /// A word by which you know it in the list
        #[arg(long, default_value = "")]
        name: String,
    },
    /// All keys, without their secrets
    List,
    /// Make a key useless
    Revoke {
        /// The part before the dot
        id: String,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::Create { account, name } => create(&config, account.as_deref(), &name).await,
        Action::List => list(&config).await,
        // A whole key is accepted in place of its id.
        Action::Revoke { id } => revoke(&config, id.split('.').next().unwrap_or_default()).await,
    }
}

async fn create(config: &Config, account: Option<&str>, name: &str) -> Outcome {
    let account = pick_account(config, account)?;
    let key = match running(config).await {
        Some(api) => {
            let name = if name.is_empty() { json!(null) } else { json!(name) };
            let made = api.post("/v1/keys", &json!({"account": account, "name": name})).await?.ok()?;
            made["key"].as_str().unwrap_or_default().to_owned()
        }
        None => {
            let store = exclusive(config).await?;
            let made = auth::create_key(&store, account.clone(), name.to_owned(), SystemClock.now()).await;
            store.close().await;
            made?.key.expose().to_owned()
        }
    };
    let id = key.split('.').next().unwrap_or_default();
    out::either(|| json!({"id": id, "account": account, "key": key}), || println!("{key}"));
    eprintln!("A key of account `{account}`. It is shown this once; keep it.");
    Ok(())
}

async fn list(config: &Config) -> Outcome {
    let store = read_only(config).await?;
    let keys = api_key::all(&store).await.map_err(Failure::failed);
    store.close().await;
    let rows: Vec<Vec<String>> = keys?
        .into_iter()
        .map(|key| {
            let state = key.revoked_at.map_or_else(|| "live".to_owned(), |at| format!("revoked {}", show::time(at)));
            vec![key.id, key.account.to_string(), key.name, show::cell(key.created_at), state]
        })
        .collect();
    table::print(
        &["id", "account", "name", "created", "state"],
        &rows,
        "There are no keys; `transom keys create` makes one.",
    );
    Ok(())
}

async fn revoke(config: &Config, id: &str) -> Outcome {
    match running(config).await {
        Some(api) => drop(api.delete(&format!("/v1/keys/{id}")).await?.ok()?),
        None => {
            let store = exclusive(config).await?;
            let done = auth::revoke_key(&store, id, SystemClock.now()).await;
            store.close().await;
            done.map_err(|error| match error {
                CommitError::Stale { .. } => {
                    Failure::Failed(format!("there is no key `{id}`, or it is revoked already"))
                }
                other => Failure::failed(other),
            })?;
        }
    }
    out::either(|| json!({"id": id, "revoked": true}), || println!("Key {id} opens nothing any more"));
    Ok(())
}

fn pick_account(config: &Config, asked: Option<&str>) -> Result<AccountName, Failure> {
    let names = || config.accounts.iter().map(|account| account.name.as_str());
    match (asked, config.accounts.as_slice()) {
        (Some(name), _) if names().any(|known| known == name) => Ok(name.into()),
        (Some(name), _) => {
            let help = did_you_mean(name, names()).map(|help| format!("; {help}")).unwrap_or_default();
            Err(Failure::Failed(format!("there is no account `{name}`{help}")))
        }
        (None, [only]) => Ok(only.name.clone()),
        (None, _) => {
            let all: Vec<&str> = names().collect();
            Err(Failure::Usage(format!("say for which account: `--account {}`", all.join("` or `--account "))))
        }
    }
}
