//! Keeps the daemon's own keys in the database: draws them, reads them, and encrypts all secrets there at a start.

use super::boot::StartError;
use crate::{
    base::{counted::counted, limits::TOKEN_KEY_BYTES, secret::Secret},
    config::{Config, secrets_key},
    store::{
        Dialect, Store, WriteSet,
        encryption::Keyring,
        queries::secrets::{self, SecretCounts},
        tables::meta::{self, Meta, OPERATOR_TOKEN, TOKEN_KEY},
    },
};
use anyhow::Context;

/// The `meta` key that says `yes` while free pages of SQLite's files may hold what was encrypted since.
const SCRUB_DUE: &str = "secrets_scrub_due";

/// The store with the keys of the configuration, and all secrets in it encrypted under the first of them. Refused if a
/// key is missing: then nothing was written.
pub(super) async fn encrypted(store: Store, config: &Config) -> Result<Store, StartError> {
    let keyring = secrets_key::keyring(&config.secrets_key).map_err(StartError::Secrets)?;
    let store = store.with_keyring(keyring);
    let kept = secrets::all(&store).await.context("reading the secrets in the database")?;
    let counts = kept.counts(store.keyring());
    if let Some(sentence) = refusal(&counts) {
        return Err(StartError::Secrets(sentence));
    }
    if let Some((column, row, why)) = &counts.unreadable.damaged {
        tracing::error!(
            "{} in the database cannot be decrypted, first `{}` of `{}` {row}: {why}. {DAMAGED_CURE}",
            counted(counts.unreadable.count, "secret"),
            column.name,
            column.table
        );
    }
    if let Some(key) = store.keyring().current().filter(|_| counts.plain + counts.older > 0) {
        let mut set = kept.encrypted_anew(store.keyring()).context("encrypting the secrets in the database")?;
        // In the same commit, so that a death before the files are cleaned is made up for at the next start.
        set.push(&meta::SET, &Meta { key: SCRUB_DUE.into(), value: "yes".into() });
        store.commit(set).await.context("storing the encrypted secrets")?;
        let done = counted(counts.plain + counts.older, "secret");
        tracing::info!("Encrypted {done} in the database under key {key}");
    }
    clean(&store).await?;
    Ok(store)
}

pub const DAMAGED_CURE: &str = "Give a webhook a new secret by `POST /v1/webhooks/{id}/rotate-secret`";

/// The sentence for a daemon that must not start on this database; `None` if it may.
pub fn refusal(counts: &SecretCounts) -> Option<String> {
    let unreadable = &counts.unreadable;
    if !unreadable.keys.is_empty() {
        let ids: Vec<&str> = unreadable.keys.iter().map(String::as_str).collect();
        let (key, file) = if ids.len() == 1 { ("key", "the file with it") } else { ("keys", "the files with them") };
        return Some(format!(
            "the database holds {} that are encrypted under {key} {}, which `secrets_key` in the configuration does not \
             name: add {file} there. Nothing was changed",
            counted(unreadable.count, "secret"),
            ids.join(" and ")
        ));
    }
    // Without its own keys the daemon would draw new ones, and forget that people were erased.
    let (column, row, why) = unreadable.damaged.as_ref().filter(|(column, ..)| *column == meta::VALUE)?;
    Some(format!(
        "`{row}` in the table `{}` cannot be decrypted: {why}. Restore the row from a backup. Nothing was changed",
        column.table
    ))
}

/// Removes plain text that was encrypted since from SQLite's log and free pages. Postgres does so by `vacuum`.
pub(super) async fn clean(store: &Store) -> anyhow::Result<()> {
    if meta::find(store, SCRUB_DUE).await?.as_deref() != Some("yes") {
        return Ok(());
    }
    if !store.scrub().await? {
        tracing::debug!("The database's log is still read, and is emptied later");
        return Ok(());
    }
    let mut set = WriteSet::new();
    set.push(&meta::SET, &Meta { key: SCRUB_DUE.into(), value: "no".into() });
    store.commit(set).await.context("recording that the log is clean")?;
    Ok(())
}

/// The token by which commands on a daemon's machine show that they may read its files. All daemons of a Postgres
/// database accept the same one, because a standby hands requests to the active one; `None` on SQLite, and while no
/// daemon of this version has been active.
pub async fn operator_token(store: &Store) -> anyhow::Result<Option<Secret>> {
    match store.dialect() {
        Dialect::Sqlite => Ok(None),
        Dialect::Postgres => find(store, OPERATOR_TOKEN).await,
    }
}

/// Draws the token that the daemons of a Postgres database share, if there is none.
pub(super) async fn keep_operator_token(store: &Store) -> anyhow::Result<()> {
    if store.dialect() == Dialect::Postgres {
        kept(store, OPERATOR_TOKEN).await?;
    }
    Ok(())
}

/// The key that signs our buttons: created once and stored, so that old buttons stay valid.
pub(crate) async fn token_key(store: &Store) -> anyhow::Result<Vec<u8>> {
    Ok(kept(store, TOKEN_KEY).await?.expose().as_bytes().to_vec())
}

/// The secret of a key in the table `meta`; random bytes in hexadecimal the first time.
async fn kept(store: &Store, key: &'static str) -> anyhow::Result<Secret> {
    if let Some(known) = find(store, key).await? {
        return Ok(known);
    }
    let mut bytes = [0_u8; TOKEN_KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(no_random)?;
    let secret = Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let value = store.keyring().encrypt(meta::VALUE, key, &secret).map_err(no_random)?;
    let mut set = WriteSet::new();
    set.push(&meta::ADD, &Meta::secret(key, &value));
    store.commit(set).await?;
    find(store, key).await?.with_context(|| format!("`{key}` is missing in the database"))
}

async fn find(store: &Store, key: &'static str) -> anyhow::Result<Option<Secret>> {
    let Some(stored) = meta::find_secret(store, key).await? else { return Ok(None) };
    let keyring: &Keyring = store.keyring();
    keyring.decrypt(meta::VALUE, key, &stored).map(Some).with_context(|| format!("`{key}` in the database"))
}

fn no_random(error: getrandom::Error) -> anyhow::Error {
    anyhow::anyhow!("no random bytes: {error}")
}
