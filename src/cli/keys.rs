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
        time::{Span, iso},
    },
    model::scope::{Scope, Scopes},
    runtime::config::Config,
    store::{
        CommitError,
        tables::{api_key, audit::AuditEntry},
    },
    web::{
        api::people::keys::life,
        audit::Doer,
        auth::{self, KeyRights},
    },
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
        /// The rights of the key, of read, flows, send, people; without this, all that a key of an account may do
        #[arg(long, value_delimiter = ',', value_parser = scope)]
        scopes: Vec<Scope>,
        /// How long it counts, as 90d; without this, until it is revoked
        #[arg(long, value_parser = life, value_name = "TIME")]
        expires: Option<Span>,
    },
    /// All keys, without their secrets: scopes, expiry, last use
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
        Action::Create { account, name, scopes, expires } => {
            let account = pick_account(&config, account.as_deref())?;
            let scopes = (!scopes.is_empty()).then(|| Scopes::of(scopes));
            create(&config, NewKey { account, name, scopes, life: expires }).await
        }
        Action::List => list(&config).await,
        // A whole key is accepted in place of its id.
        Action::Revoke { id } => revoke(&config, id.split('.').next().unwrap_or_default()).await,
    }
}

/// The arguments of `create`.
struct NewKey {
    account: AccountName,
    name: String,
    scopes: Option<Scopes>,
    life: Option<Span>,
}

async fn create(config: &Config, new: NewKey) -> Outcome {
    let NewKey { account, name, scopes, life } = new;
    let names = scopes.map(|scopes| scopes.all().map(Scope::as_str).collect::<Vec<_>>());
    let expires_at = life.map(|life| SystemClock.now() + life);
    let key = match running(config).await {
        Some(api) => {
            let name = if name.is_empty() { json!(null) } else { json!(name) };
            let life = life.map(|life| life.to_string());
            let asked = json!({"account": account, "name": name, "scopes": names, "expires_in": life});
            let made = api.post("/v1/keys", &asked).await?.ok()?;
            made["key"].as_str().unwrap_or_default().to_owned()
        }
        None => {
            let store = exclusive(config).await?;
            let rights = KeyRights { account: account.clone(), name, scopes, expires_at };
            let detail = json!({"account": account, "scopes": names, "expires_at": expires_at.map(iso)});
            let entry = Doer::command().entry(&store, SystemClock.now(), "create_key", detail);
            let entry = AuditEntry { account: Some(account.clone()), ..entry };
            let made = auth::create_key(&store, rights, SystemClock.now(), Some(entry)).await;
            store.close().await;
            made?.key.expose().to_owned()
        }
    };
    let id = key.split('.').next().unwrap_or_default();
    let made = || json!({"id": id, "account": account, "scopes": names, "expires_at": expires_at.map(iso), "key": key});
    out::either(made, || println!("{key}"));
    let may = match scopes {
        Some(scopes) => format!("with the scopes {scopes}"),
        None => "that may do all; `--scopes` makes one that may do less".to_owned(),
    };
    let until = expires_at.map(|at| format!(", until {}", show::time(at))).unwrap_or_default();
    eprintln!("A key of account `{account}` {may}{until}. It is shown this once; keep it.");
    Ok(())
}

fn scope(text: &str) -> Result<Scope, String> {
    let help = || did_you_mean(text, Scope::NAMES.iter().copied());
    Scope::parse(text).ok_or_else(|| help().unwrap_or_else(|| format!("there are {}", Scope::NAMES.join(", "))))
}

async fn list(config: &Config) -> Outcome {
    let store = read_only(config).await?;
    let keys = api_key::all(&store).await.map_err(Failure::failed);
    store.close().await;
    let now = SystemClock.now();
    let rows: Vec<Vec<String>> = keys?
        .into_iter()
        .map(|key| {
            let state = match (key.revoked_at, key.expires_at) {
                (Some(at), _) => format!("revoked {}", show::time(at)),
                (None, Some(end)) if end <= now => format!("expired {}", show::time(end)),
                (None, Some(end)) => format!("until {}", show::time(end)),
                (None, None) => "live".to_owned(),
            };
            let scopes = key.scopes.map_or_else(|| "all".to_owned(), |scopes| scopes.to_string());
            let used = key.used_at.map_or_else(|| "never".to_owned(), show::time);
            vec![key.id, key.account.to_string(), key.name, scopes, show::cell(key.created_at), used, state]
        })
        .collect();
    table::print(
        &["id", "account", "name", "scopes", "created", "last used", "state"],
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
            let entry = Doer::command().entry(&store, SystemClock.now(), "revoke_key", json!({}));
            let done = auth::revoke_key(&store, id, SystemClock.now(), Some(entry)).await;
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
