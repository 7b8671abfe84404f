//! Encrypts the daemon's own secrets, each in its column, under a key that the database does not have: AES-256-GCM with
//! a random vector for each value, bound to table, column and row, so that no value can be moved to another place.

mod key;
mod stored;

pub use key::{BadKey, SecretsKey};
pub use stored::{SecretColumn, StoredSecret};

use crate::base::secret::Secret;
use aes_gcm::{
    Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    fmt::{self, Display},
    sync::Arc,
};

/// The first word of an encrypted value: the form `enc1:KEY ID:BASE64`, of the vector, the encrypted bytes and the tag.
const FORM: &str = "enc1";
/// The first letters of an encrypted value of any form, also one of a later version. No plain value begins so: they
/// begin with `whsec_`, or are digits of hexadecimal numbers.
const ANY_FORM: &str = "enc";
/// The length of the random vector.
const NONCE_BYTES: usize = 12;

/// The keys of `secrets_key`: the first encrypts, and each decrypts what it has encrypted. Without a key, values stay
/// plain.
#[derive(Debug, Clone, Default)]
pub struct Keyring(Arc<[SecretsKey]>);

/// How a stored value is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    Plain,
    /// Under the key that encrypts now.
    Current,
    /// Under another key of the keyring.
    Older,
    Unreadable(DecryptError),
}

/// The reason why a value cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecryptError {
    /// The keyring lacks the key with this id.
    NoKey(String),
    /// The value was changed, cut, or moved from another row, or another key has the same id.
    Changed,
    /// A later version of Transom has encrypted it.
    OtherForm,
}

impl Keyring {
    /// The first key encrypts.
    pub fn new(keys: Vec<SecretsKey>) -> Keyring {
        Keyring(keys.into())
    }

    /// The id of the key that encrypts; `None`: values stay plain.
    pub fn current(&self) -> Option<&str> {
        self.0.first().map(SecretsKey::id)
    }

    /// The text for a column; `row` is a number or name of the row that never changes. Fails only without random bytes.
    pub fn encrypt(
        &self,
        column: SecretColumn,
        row: impl Display,
        secret: &Secret,
    ) -> Result<StoredSecret, getrandom::Error> {
        let Some(key) = self.0.first().filter(|_| !secret.is_empty()) else {
            return Ok(StoredSecret::plain(secret.clone()));
        };
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let aad = bound_to(key.id(), column, &row);
        let payload = Payload { msg: secret.expose().as_bytes(), aad: aad.as_bytes() };
        let sealed = key.cipher().encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.expect("a secret is shorter than the 64 GiB that AES-GCM takes");
        let text = format!("{FORM}:{}:{}", key.id(), URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()));
        Ok(StoredSecret::of_column(text))
    }

    /// The secret in a column. A plain value is the secret itself.
    pub fn decrypt(
        &self,
        column: SecretColumn,
        row: impl Display,
        stored: &StoredSecret,
    ) -> Result<Secret, DecryptError> {
        if !stored.is_encrypted() {
            return Ok(Secret::new(stored.text()));
        }
        let mut parts = stored.text().splitn(3, ':');
        if parts.next() != Some(FORM) {
            return Err(DecryptError::OtherForm);
        }
        let (id, sealed) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut keys = self.0.iter().filter(|key| key.id() == id).peekable();
        if keys.peek().is_none() {
            return Err(DecryptError::NoKey(shown(id)));
        }
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| DecryptError::Changed)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(DecryptError::Changed)?;
        let aad = bound_to(id, column, &row);
        let opened = keys.find_map(|key| {
            let payload = Payload { msg: sealed, aad: aad.as_bytes() };
            key.cipher().decrypt(&Nonce::from(*nonce), payload).ok()
        });
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(DecryptError::Changed)?;
        Ok(Secret::new(text))
    }

    pub fn protection(&self, column: SecretColumn, row: impl Display, stored: &StoredSecret) -> Protection {
        if !stored.is_encrypted() {
            return Protection::Plain;
        }
        match self.decrypt(column, row, stored) {
            Ok(_) if stored.key_id() == self.current() => Protection::Current,
            Ok(_) => Protection::Older,
            Err(error) => Protection::Unreadable(error),
        }
    }
}

/// The place of a value, which is checked with it. A list as JSON is unambiguous, whatever stands in the names.
fn bound_to(key_id: &str, column: SecretColumn, row: &impl Display) -> String {
    serde_json::json!([FORM, key_id, column.table, column.name, row.to_string()]).to_string()
}

/// The id as it may be printed: it comes from the database, in which somebody may have written anything.
fn shown(id: &str) -> String {
    id.chars().filter(char::is_ascii_hexdigit).take(key::ID_CHARS).collect()
}

impl Display for DecryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecryptError::NoKey(id) => write!(f, "it is encrypted under key {id}, which `secrets_key` does not name"),
            DecryptError::Changed => f.write_str("it was changed after it was encrypted, or stood in another row"),
            DecryptError::OtherForm => f.write_str("a later version of Transom has encrypted it"),
        }
    }
}

impl std::error::Error for DecryptError {}

#[cfg(test)]
mod tests;
