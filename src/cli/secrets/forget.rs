//! Takes out of the database all that a lost key has encrypted.

use super::{Failure, Outcome, out};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
    },
    cli::client::workplace::exclusive,
    runtime::config::{Config, secrets_key},
    store::{
        queries::secrets::{self, Forgotten},
        tables::{audit, meta},
    },
    web::audit::Doer,
};
use serde_json::json;

pub(super) async fn forget(config: &Config, key: &str) -> Outcome {
    let keyring = secrets_key::keyring(&config.secrets_key).map_err(Failure::Usage)?;
    let store = exclusive(config).await?;
    let now = SystemClock.now();
    let kept = secrets::all(&store).await.map_err(Failure::failed)?;
    if !kept.counts(&keyring).unreadable.keys.contains(key) {
        store.close().await;
        return Err(Failure::Failed(format!(
            "nothing in the database needs key {key}, or `secrets_key` names it; `transom doctor` says which key is missing"
        )));
    }
    let why =
        format!("Its secret was lost with key {key}: make a new one by `rotate-secret` and give it to the receiver.");
    let (mut set, gone) = kept.without_key(key, now, &why);
    let told = json!({"key": key, "webhooks": gone.webhooks, "old_secrets": gone.old_secrets, "answers": gone.answers,
        "keys": gone.keys});
    set.push(&audit::INSERT, &Doer::command().entry(&store, now, "forget_secrets", told.clone()));
    let done = store.commit(set).await.map_err(Failure::failed);
    store.close().await;
    done?;
    out::either(|| told, || tell(key, &gone));
    Ok(())
}

fn tell(key: &str, gone: &Forgotten) {
    println!("All that key {key} had encrypted is taken out.");
    for id in &gone.webhooks {
        println!(
            "Webhook {id} is paused: `POST /v1/webhooks/{id}/rotate-secret`, then `transom webhooks resume {id}`."
        );
    }
    if gone.old_secrets > 0 {
        println!("{} of before sign no more.", counted(gone.old_secrets, "secret"));
    }
    if gone.answers > 0 {
        println!("{} are forgotten: their repetition gets `outcome_unknown`.", counted(gone.answers, "stored answer"));
    }
    if gone.keys.contains(&meta::TOKEN_KEY) {
        println!(
            "Buttons and links of files that were sent before count no longer. Import nobody from old lists: a person who \
             was erased after a stop is not known to have said it."
        );
    }
    if gone.keys.contains(&meta::OPERATOR_TOKEN) {
        println!("The next daemon makes a new operator's token.");
    }
}
