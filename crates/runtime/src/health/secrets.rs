//! Checks the secrets that the daemon itself keeps in the database, and the keys of `secrets_key` on the disk.

use super::{HealthCheck, HealthInputs};
use crate::{
    base::counted::counted,
    config::secrets_key,
    process::long_work::blocking,
    store::{
        ReadError, Store,
        encryption::Keyring,
        queries::secrets::{self, SecretCounts},
    },
};

const TITLE: &str = "Secrets";

pub async fn checks(inputs: &HealthInputs<'_>) -> Vec<HealthCheck> {
    let files = &inputs.config.secrets_key;
    let keyring = match blocking(|| secrets_key::keyring(files)) {
        Ok(keyring) => keyring,
        Err(why) => {
            let told = format!("{why}. A daemon that runs goes on; the next one would not start.");
            return vec![HealthCheck::bad("secrets_key", TITLE, told)];
        }
    };
    let open = blocking(|| files.iter().filter_map(secrets_key::SecretsKeyFile::open_to_others).collect::<Vec<_>>());
    let open = open.into_iter().map(|why| HealthCheck::warning("secrets_key", TITLE, format!("{why}.")));
    let mut checks: Vec<HealthCheck> = open.collect();
    // A database that cannot be read has a check of its own.
    let Ok(store) = inputs.store else { return checks };
    match counted_secrets(store, &keyring).await {
        Ok(counts) => checks.extend(of(&counts, &keyring)),
        Err(error) => {
            checks.push(HealthCheck::bad("secrets", TITLE, format!("The secrets cannot be read: {error}.")));
        }
    }
    checks
}

async fn counted_secrets(store: &Store, keyring: &Keyring) -> Result<SecretCounts, ReadError> {
    Ok(secrets::all(store).await?.counts(keyring))
}

fn of(counts: &SecretCounts, keyring: &Keyring) -> Vec<HealthCheck> {
    let mut checks = Vec::new();
    let all = counts.plain + counts.current + counts.older;
    match keyring.current() {
        None if all > 0 => {
            let told = format!("{} in the database: plain text, because there is no `secrets_key`.", there(all));
            checks.push(HealthCheck::good("secrets", TITLE, told));
        }
        None => {}
        Some(key) if counts.plain + counts.older > 0 => {
            let told = format!(
                "{} in the database: {} plain, {} under an older key, {} under key {key}. The next start of the daemon \
                 encrypts all of them under {key}.",
                there(all),
                counts.plain,
                counts.older,
                counts.current
            );
            checks.push(HealthCheck::warning("secrets", TITLE, told));
        }
        Some(key) => {
            let told = format!("{} in the database, encrypted under key {key}.", there(all));
            checks.push(HealthCheck::good("secrets", TITLE, told));
        }
    }
    let unreadable = &counts.unreadable;
    if !unreadable.keys.is_empty() {
        let ids: Vec<&str> = unreadable.keys.iter().map(String::as_str).collect();
        let told = format!(
            "{} in the database cannot be decrypted: `secrets_key` lacks key {}. A daemon does not start without it.",
            counted(unreadable.count, "secret"),
            ids.join(" and key ")
        );
        checks.push(HealthCheck::bad("secrets.unreadable", TITLE, told));
    } else if let Some((column, row, why)) = &unreadable.damaged {
        let told = format!(
            "{} in the database cannot be decrypted, first `{}` of `{}` {row}: {why}. Give a webhook a new secret by \
             `POST /v1/webhooks/{{id}}/rotate-secret`.",
            counted(unreadable.count, "secret"),
            column.name,
            column.table
        );
        checks.push(HealthCheck::bad("secrets.unreadable", TITLE, told));
    }
    checks
}

/// `There are 3 secrets`.
fn there(count: usize) -> String {
    format!("There {} {}", if count == 1 { "is" } else { "are" }, counted(count, "secret"))
}
