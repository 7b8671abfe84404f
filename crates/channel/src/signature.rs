//! Signs and verifies raw webhook bodies with HMAC-SHA256: `X-Hub-Signature-256` and similar headers.

use crate::base::secret::Secret;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use subtle::ConstantTimeEq;

const DIGEST_BYTES: usize = 32;
const PREFIX: &str = "sha256=";
/// The input from which a key's name is computed; no provider sends such a body.
const NAMED: &[u8] = b"transom: the name of a key";

/// A secret whose key schedule is computed once, not for each webhook.
#[derive(Clone)]
pub struct Key {
    secret: Secret,
    mac: Hmac<Sha256>,
}

impl Key {
    pub fn new(secret: Secret) -> Self {
        let mac = Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length");
        Key { secret, mac }
    }

    pub fn is(&self, secret: &Secret) -> bool {
        self.secret.matches(secret.expose())
    }

    /// A public name of the key, from which the secret cannot be derived.
    pub fn name(&self) -> String {
        self.digest(NAMED)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// True if `claimed` is this key's digest of exactly these bytes. Compares in constant time.
    pub fn verifies(&self, body: &[u8], claimed: &Claimed) -> bool {
        bool::from(self.digest(body).ct_eq(&claimed.0))
    }

    /// The header's value for a body that we sign: `trigger`, notifications, the emulator.
    pub fn sign(&self, body: &[u8]) -> String {
        let mut text = String::with_capacity(PREFIX.len() + 2 * DIGEST_BYTES);
        text.push_str(PREFIX);
        for byte in self.digest(body) {
            write!(text, "{byte:02x}").expect("writing to a String does not fail");
        }
        text
    }

    /// The signature in base64, without a prefix.
    pub fn sign_base64(&self, body: &[u8]) -> String {
        STANDARD.encode(self.digest(body))
    }

    fn digest(&self, body: &[u8]) -> [u8; DIGEST_BYTES] {
        let mut mac = self.mac.clone();
        mac.update(body);
        mac.finalize().into_bytes().into()
    }
}

/// The digest that a request claims.
pub struct Claimed([u8; DIGEST_BYTES]);

impl Claimed {
    /// From `sha256=<64 hex digits>` in either case; `None` for anything else.
    pub fn parse(header: &str) -> Option<Self> {
        Self::of_digits(header.trim().strip_prefix(PREFIX)?)
    }

    /// As `parse`, with an optional prefix.
    pub fn of_hex(header: &str) -> Option<Self> {
        let header = header.trim();
        Self::of_digits(header.strip_prefix(PREFIX).unwrap_or(header))
    }

    /// From base64, padded or not, with an optional prefix.
    pub fn of_base64(header: &str) -> Option<Self> {
        let header = header.trim();
        let bare = header.strip_prefix(PREFIX).unwrap_or(header).trim_end_matches('=');
        STANDARD_NO_PAD.decode(bare).ok()?.try_into().ok().map(Claimed)
    }

    fn of_digits(hex: &str) -> Option<Self> {
        let hex = hex.as_bytes();
        if hex.len() != 2 * DIGEST_BYTES {
            return None;
        }
        let mut digest = [0; DIGEST_BYTES];
        for (byte, pair) in digest.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Some(Claimed(digest))
    }
}

fn nibble(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str) -> Key {
        Key::new(Secret::new(secret))
    }

    #[test]
    fn the_digest_is_the_one_of_rfc_4231() {
        let signed = key("Jefe").sign(b"what do ya want for nothing?");
        assert_eq!(signed, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn only_the_right_secret_and_the_exact_bytes_verify() {
        let header = key("one").sign(b"{}");
        let claimed = Claimed::parse(&header).unwrap();
        assert!(key("one").verifies(b"{}", &claimed));
        assert!(!key("two").verifies(b"{}", &claimed));
        assert!(!key("one").verifies(b"{ }", &claimed));
        assert!(Claimed::parse(&header.to_uppercase().replace("SHA256", "sha256")).is_some());
    }

    #[test]
    fn what_is_no_signature_is_none() {
        let short = format!("sha256={}", "a".repeat(63));
        let long = format!("sha256={}", "a".repeat(65));
        let signs = format!("sha256={}", "+a".repeat(32));
        let foreign = format!("sha256={}", "é".repeat(32));
        for text in ["", "sha256=", "sha1=abcd", &short, &long, &signs, &foreign] {
            assert!(Claimed::parse(text).is_none(), "{text}");
        }
    }
}
