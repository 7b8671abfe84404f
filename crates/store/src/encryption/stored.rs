//! Holds a secret as its column has it: plain, or encrypted.

use super::{ANY_FORM, FORM};
use crate::base::secret::Secret;
use serde::{Serialize, Serializer};

/// A column whose values are secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretColumn {
    pub table: &'static str,
    pub name: &'static str,
}

/// The text of a column that holds a secret; the keyring of the store makes the secret of it. `Debug` prints `***`.
#[derive(Debug, Clone, Default)]
pub struct StoredSecret(Secret);

impl StoredSecret {
    /// A secret that is not encrypted.
    pub fn plain(text: Secret) -> StoredSecret {
        StoredSecret(text)
    }

    /// True if the column holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of_column(text: String) -> StoredSecret {
        StoredSecret(Secret::new(text))
    }

    pub(crate) fn text(&self) -> &str {
        self.0.expose()
    }

    /// For rows only: no other `Serialize` may write a secret.
    pub(crate) fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text().serialize(serializer)
    }

    /// True for an encrypted value of any form, also one that this version cannot read.
    pub(super) fn is_encrypted(&self) -> bool {
        let digits =
            |rest: &str| rest.split_once(':').is_some_and(|(form, _)| form.bytes().all(|b| b.is_ascii_digit()));
        self.text().strip_prefix(ANY_FORM).is_some_and(digits)
    }

    /// The id of the key under which it is encrypted.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.text().strip_prefix(FORM)?.strip_prefix(':')?.split_once(':').map(|(id, _)| id)
    }
}
