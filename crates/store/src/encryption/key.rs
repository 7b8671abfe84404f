//! Makes and reads the keys of `secrets_key`.

use crate::base::{limits::SECRETS_KEY_BYTES, secret::Secret};
use aes_gcm::{Aes256Gcm, Key, KeyInit};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// The length of the id of a key: enough to tell an operator's keys apart, and nothing to guess one by.
pub(super) const ID_CHARS: usize = 8;

/// A key that encrypts secrets. `Debug` prints its id alone.
#[derive(Clone)]
pub struct SecretsKey {
    id: String,
    cipher: Aes256Gcm,
}

/// The reason why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadKey {
    Empty,
    /// Neither base64 nor hexadecimal digits.
    NoText,
    /// The length in bytes is another one.
    Length(usize),
    /// All bytes are the same, so that nobody has drawn it.
    Constant,
}

impl SecretsKey {
    /// Reads one line of base64 or hexadecimal digits.
    pub fn parse(text: &str) -> Result<SecretsKey, BadKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadKey::Empty);
        }
        let bytes = hex(text).or_else(|| base64(text)).ok_or(BadKey::NoText)?;
        let bytes = <[u8; SECRETS_KEY_BYTES]>::try_from(bytes).map_err(|bytes| BadKey::Length(bytes.len()))?;
        match bytes.iter().all(|byte| *byte == bytes[0]) {
            true => Err(BadKey::Constant),
            false => Ok(SecretsKey::of(bytes)),
        }
    }

    /// Draws a key; the text is the line of its file.
    pub fn draw() -> Result<(SecretsKey, Secret), getrandom::Error> {
        let mut bytes = [0_u8; SECRETS_KEY_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok((SecretsKey::of(bytes), Secret::new(general_purpose::STANDARD.encode(bytes))))
    }

    fn of(bytes: [u8; SECRETS_KEY_BYTES]) -> SecretsKey {
        let digest = Sha256::new().chain_update("transom secrets key id").chain_update(bytes).finalize();
        let id = digest.iter().take(ID_CHARS / 2).map(|byte| format!("{byte:02x}")).collect();
        SecretsKey { id, cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(bytes)) }
    }

    /// The name of the key, which stands in each value that it has encrypted: digits of a hash.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn cipher(&self) -> &Aes256Gcm {
        &self.cipher
    }
}

impl fmt::Debug for SecretsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// `None` for any other text than digits. A key in base64 has 44 characters, so none is taken for the other form.
fn hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Fewer digits than a key has may be base64 as well: both are too short.
    let pairs = is_hex.then(|| text.as_bytes().chunks_exact(2))?;
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Both alphabets, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let form = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let [standard, of_urls] = [STANDARD, URL_SAFE].map(|alphabet| GeneralPurpose::new(&alphabet, form));
    standard.decode(text).or_else(|_| of_urls.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn a_key_is_read_in_each_form_and_has_one_id() {
        let id = SecretsKey::parse(HEX).unwrap().id().to_owned();
        assert_eq!(id.len(), ID_CHARS);
        for text in [BASE64, BASE64.trim_end_matches('='), &HEX.to_uppercase(), &format!(" {HEX}\r\n")] {
            assert_eq!(SecretsKey::parse(text).unwrap().id(), id, "{text}");
        }
        assert_ne!(SecretsKey::parse(&HEX.replace("1f", "1e")).unwrap().id(), id);
    }

    #[test]
    fn a_text_of_another_length_is_no_key() {
        for (text, wrong) in [
            ("", BadKey::Empty),
            (" \n", BadKey::Empty),
            ("not a key at all", BadKey::NoText),
            (&HEX[..62], BadKey::Length(31)),
            (&format!("{HEX}20"), BadKey::Length(33)),
            (&BASE64[..40], BadKey::Length(30)),
            (&format!("{HEX}\n{HEX}"), BadKey::NoText),
            (&"0".repeat(64), BadKey::Constant),
        ] {
            assert_eq!(SecretsKey::parse(text).err(), Some(wrong), "{text}");
        }
    }

    #[test]
    fn a_drawn_key_is_new_reads_back_and_is_not_printed() {
        let ((one, text), (other, _)) = (SecretsKey::draw().unwrap(), SecretsKey::draw().unwrap());
        assert_ne!(one.id(), other.id());
        assert_eq!(SecretsKey::parse(text.expose()).unwrap().id(), one.id());
        assert_eq!(format!("{one:?}"), format!("SecretsKey {{ id: {:?}, .. }}", one.id()));
    }
}
