//! Hashes and checks passwords by Argon2id.

use super::{names, used_passwords};
use crate::base::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORDS_AT_ONCE_MAX, PASSWORDS_WAITING_MAX};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

/// The smallest parameters that OWASP recommends for Argon2id: 19 MiB, 2 passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Begins the text of a hash; other parameters, in a later version, get another beginning.
const SCHEME: &str = "argon2id-19456-2-1";

/// The hash that a name without a password is checked against, so that the answer takes the same time.
const NOBODYS: &str = "argon2id-19456-2-1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The places for hashes: each takes much memory and a core.
#[derive(Debug)]
pub struct Hashing {
    at_once: Semaphore,
    /// The running ones, and those that wait.
    all: Semaphore,
}

/// Too many sign-ins wait.
#[derive(Debug, PartialEq, Eq)]
pub struct Crowded;

impl Default for Hashing {
    fn default() -> Self {
        Hashing {
            at_once: Semaphore::new(PASSWORDS_AT_ONCE_MAX),
            all: Semaphore::new(PASSWORDS_AT_ONCE_MAX + PASSWORDS_WAITING_MAX),
        }
    }
}

impl Hashing {
    /// True if the password has this hash; without a hash it is never true, and takes as long.
    pub async fn fits(&self, password: String, stored: Option<String>) -> Result<bool, Crowded> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODYS.to_owned());
        let fits = self.work(move || is_password(&password, &stored)).await?;
        Ok(fits && known)
    }

    /// The text to store; `None` without randomness.
    pub async fn stored(&self, password: String) -> Result<Option<String>, Crowded> {
        self.work(move || new_hash(&password)).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Crowded> {
        let _place = self.all.try_acquire().map_err(|_| Crowded)?;
        let _turn = self.at_once.acquire().await.map_err(|_| Crowded)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Crowded)
    }
}

/// The sentence that says why a password is too weak; `None` if it is good enough.
pub fn weakness(password: &str, name: &str) -> Option<String> {
    let count = password.chars().count();
    if count < PASSWORD_CHARS_MIN {
        return Some(format!("A password has at least {PASSWORD_CHARS_MIN} characters."));
    }
    if count > PASSWORD_CHARS_MAX {
        return Some(format!("A password has at most {PASSWORD_CHARS_MAX} characters."));
    }
    let folded = names::folded(password).replace(' ', "");
    let name = names::folded(name).replace(' ', "");
    let rest = folded.replace(&name, "");
    if rest.chars().count() < PASSWORD_CHARS_MIN / 2 {
        return Some("The password is hardly more than the name.".to_owned());
    }
    if used_passwords::is_used(&password.to_lowercase()) {
        return Some("This password is one of the most used ones; take another.".to_owned());
    }
    None
}

fn new_hash(password: &str) -> Option<String> {
    let mut salt = [0_u8; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let hash = hashed(password, &salt)?;
    Some(format!("{SCHEME}${}${}", BASE64_STANDARD_NO_PAD.encode(salt), BASE64_STANDARD_NO_PAD.encode(hash)))
}

fn is_password(password: &str, stored: &str) -> bool {
    let mut parts = stored.split('$');
    let (Some(SCHEME), Some(salt), Some(hash), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Ok(salt), Ok(hash)) = (BASE64_STANDARD_NO_PAD.decode(salt), BASE64_STANDARD_NO_PAD.decode(hash)) else {
        return false;
    };
    hashed(password, &salt).is_some_and(|is| bool::from(is.ct_eq(hash.as_slice())))
}

fn hashed(password: &str, salt: &[u8]) -> Option<[u8; HASH_BYTES]> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(HASH_BYTES)).ok()?;
    let mut out = [0_u8; HASH_BYTES];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), salt, &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let hashing = Hashing::default();
        let stored = hashing.stored("correct horse battery".into()).await.unwrap().unwrap();
        assert!(stored.starts_with(SCHEME) && !stored.contains("horse"));
        assert_eq!(hashing.fits("correct horse battery".into(), Some(stored.clone())).await, Ok(true));
        assert_eq!(hashing.fits("correct horse batterY".into(), Some(stored.clone())).await, Ok(false));
        assert_eq!(hashing.fits("correct horse battery".into(), None).await, Ok(false));
        assert_ne!(hashing.stored("correct horse battery".into()).await.unwrap().unwrap(), stored, "a new salt");
        assert_eq!(hashing.fits(String::new(), Some("plain".into())).await, Ok(false));
    }

    #[test]
    fn the_hash_of_nobody_is_as_dear_as_another() {
        assert_eq!(NOBODYS.split('$').next(), Some(SCHEME));
        assert_eq!(NOBODYS.len(), new_hash("correct horse battery").unwrap().len());
        assert!(!is_password("", NOBODYS));
    }

    #[tokio::test]
    async fn more_sign_ins_than_may_wait_are_refused() {
        let hashing = Hashing::default();
        let places = u32::try_from(PASSWORDS_AT_ONCE_MAX + PASSWORDS_WAITING_MAX).unwrap();
        let held = hashing.all.acquire_many(places - 1).await.unwrap();
        assert_eq!(hashing.fits("x".into(), Some("y".into())).await, Ok(false));
        let last = hashing.all.acquire().await.unwrap();
        assert_eq!(hashing.fits("x".into(), Some("y".into())).await, Err(Crowded));
        drop((held, last));
    }

    #[test]
    fn weak_passwords_are_told() {
        let long: String = (0..PASSWORD_CHARS_MAX).map(|n| format!("{n} ")).collect();
        let (most, more) = (&long[..PASSWORD_CHARS_MAX], &long[..=PASSWORD_CHARS_MAX]);
        for bad in
            ["short", "ninechars", "1234567890", "QWERTYUIOP", "aaaaaaaaaaaa", "Ana-Maria-1", "password123", more]
        {
            assert!(weakness(bad, "Ana María").is_some(), "{bad}");
        }
        for good in ["tenchars-x", "correct horse", "пароль для Анны", most] {
            assert_eq!(weakness(good, "Ana María"), None, "{good}");
        }
    }
}
