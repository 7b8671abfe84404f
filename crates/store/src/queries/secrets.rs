//! Goes over all secrets that the daemon itself keeps in the database: `subscription.secret` and `old_secret`, the keys
//! in `meta`, and the secrets in stored answers. A new secret column is added here, and in `docs/security.md`.

use crate::{
    ReadError, Store, WriteSet,
    base::time::Time,
    encryption::{DecryptError, Keyring, Protection, SecretColumn, StoredSecret},
    tables::{
        idempotency::{self, NewSecret},
        meta::{self, Meta},
        subscription::{self, LostSecrets, NewSecrets},
    },
};
use std::{collections::BTreeSet, fmt};

/// The rows that hold secrets.
pub struct KeptSecrets(Vec<SecretRow>);

/// One row with its secrets.
enum SecretRow {
    Subscription { id: i64, secret: StoredSecret, old_secret: StoredSecret },
    Meta { key: &'static str, value: StoredSecret },
    Answer(idempotency::AnsweredSecret),
}

/// How many secrets are protected in which way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretCounts {
    pub plain: usize,
    /// Under the key that encrypts now.
    pub current: usize,
    /// Under another key of the keyring.
    pub older: usize,
    pub unreadable: Unreadable,
}

/// The secrets that cannot be decrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    pub count: usize,
    /// The ids of the keys that are missing.
    pub keys: BTreeSet<String>,
    /// The first one that no missing key explains: its column, its row and the reason.
    pub damaged: Option<(SecretColumn, String, DecryptError)>,
}

/// Reads them all: some for each webhook, and those of answers of one day.
pub async fn all(store: &Store) -> Result<KeptSecrets, ReadError> {
    let mut rows = Vec::new();
    for row in subscription::all(store).await? {
        let old_secret = row.old_secret.map(|(secret, _)| secret).unwrap_or_default();
        rows.push(SecretRow::Subscription { id: row.id, secret: row.secret, old_secret });
    }
    for key in [meta::TOKEN_KEY, meta::OPERATOR_TOKEN] {
        let found = meta::find_secret(store, key).await?;
        rows.extend(found.map(|value| SecretRow::Meta { key, value }));
    }
    rows.extend(idempotency::with_secret(store).await?.into_iter().map(SecretRow::Answer));
    Ok(KeptSecrets(rows))
}

impl KeptSecrets {
    pub fn counts(&self, keyring: &Keyring) -> SecretCounts {
        let mut counts = SecretCounts::default();
        for (column, row, secret) in self.0.iter().flat_map(SecretRow::values) {
            match keyring.protection(column, &row, secret) {
                Protection::Plain => counts.plain += 1,
                Protection::Current => counts.current += 1,
                Protection::Older => counts.older += 1,
                Protection::Unreadable(error) => counts.unreadable.add(column, row, error),
            }
        }
        counts
    }

    /// The rows that hold a secret in plain text or under an older key, under the current key. A value that cannot be
    /// decrypted stays as it is.
    pub fn encrypted_anew(&self, keyring: &Keyring) -> Result<WriteSet, getrandom::Error> {
        let mut set = WriteSet::new();
        if keyring.current().is_none() {
            return Ok(set);
        }
        let is_due = |(column, row, secret): &(SecretColumn, String, &StoredSecret)| {
            matches!(keyring.protection(*column, row, secret), Protection::Plain | Protection::Older)
        };
        for row in self.0.iter().filter(|row| row.values().iter().any(is_due)) {
            let anew = |column: SecretColumn, of: &dyn fmt::Display, secret: &StoredSecret| {
                let Ok(plain) = keyring.decrypt(column, of, secret) else { return Ok(secret.clone()) };
                keyring.encrypt(column, of, &plain)
            };
            match row {
                SecretRow::Subscription { id, secret, old_secret } => {
                    let secret = anew(subscription::SECRET, id, secret)?;
                    let old_secret = anew(subscription::OLD_SECRET, id, old_secret)?;
                    set.push(&subscription::ENCRYPT, &NewSecrets { id: *id, secret, old_secret });
                }
                SecretRow::Meta { key, value } => {
                    set.push(&meta::SET, &Meta::secret(key, &anew(meta::VALUE, key, value)?));
                }
                SecretRow::Answer(answer) => {
                    let secret = anew(idempotency::SECRET, &answer.message_id, &answer.secret)?;
                    set.push(&idempotency::ENCRYPT, &NewSecret { message_id: answer.message_id, secret });
                }
            }
        }
        Ok(set)
    }
}

/// The values that are gone with a lost key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Webhooks that are paused until they have a new secret.
    pub webhooks: Vec<i64>,
    /// Webhooks whose secret of before is gone.
    pub old_secrets: usize,
    pub answers: usize,
    /// `TOKEN_KEY` and `OPERATOR_TOKEN`.
    pub keys: Vec<&'static str>,
}

impl KeptSecrets {
    /// Takes out all that was encrypted under a lost key. `why` is the reason of paused webhooks.
    pub fn without_key(&self, key_id: &str, now: Time, why: &str) -> (WriteSet, Forgotten) {
        let (mut set, mut gone) = (WriteSet::new(), Forgotten::default());
        let is_lost = |secret: &StoredSecret| secret.key_id() == Some(key_id);
        let left = |secret: &StoredSecret| if is_lost(secret) { StoredSecret::default() } else { secret.clone() };
        for row in &self.0 {
            match row {
                SecretRow::Subscription { id, secret, old_secret } if is_lost(secret) || is_lost(old_secret) => {
                    if is_lost(secret) {
                        gone.webhooks.push(*id);
                    }
                    gone.old_secrets += usize::from(is_lost(old_secret));
                    let (secret, old_secret) = (left(secret), left(old_secret));
                    let lost = LostSecrets { id: *id, secret, old_secret, at: now, why: why.to_owned() };
                    set.push(&subscription::FORGET, &lost);
                }
                SecretRow::Meta { key, value } if is_lost(value) => {
                    gone.keys.push(key);
                    set.push(&meta::FORGET, &Meta::secret(key, &StoredSecret::default()));
                }
                SecretRow::Answer(answer) if is_lost(&answer.secret) => {
                    gone.answers += 1;
                    let (message_id, secret) = (answer.message_id, StoredSecret::default());
                    set.push(&idempotency::FORGET, &NewSecret { message_id, secret });
                }
                SecretRow::Subscription { .. } | SecretRow::Meta { .. } | SecretRow::Answer(_) => {}
            }
        }
        (set, gone)
    }
}

impl SecretRow {
    /// The secrets of the row, without empty ones.
    fn values(&self) -> Vec<(SecretColumn, String, &StoredSecret)> {
        let mut values = match self {
            SecretRow::Subscription { id, secret, old_secret } => vec![
                (subscription::SECRET, id.to_string(), secret),
                (subscription::OLD_SECRET, id.to_string(), old_secret),
            ],
            SecretRow::Meta { key, value } => vec![(meta::VALUE, (*key).to_owned(), value)],
            SecretRow::Answer(answer) => vec![(idempotency::SECRET, answer.message_id.to_string(), &answer.secret)],
        };
        values.retain(|(_, _, secret)| !secret.is_empty());
        values
    }
}

impl Unreadable {
    fn add(&mut self, column: SecretColumn, row: String, error: DecryptError) {
        self.count += 1;
        match error {
            DecryptError::NoKey(id) => {
                self.keys.insert(id);
            }
            DecryptError::Changed | DecryptError::OtherForm => {
                self.damaged.get_or_insert((column, row, error));
            }
        }
    }
}
