//! Decrypts the requests of open forms (WhatsApp Flows endpoint) and encrypts the answers: an AES key for each
//! request, encrypted for our RSA key.
//!
//! developers.facebook.com/docs/whatsapp/flows/guides/implementingyourflowendpoint: the key by RSA-OAEP with SHA-256
//! (also in MGF1), request and answer by AES-128-GCM with an initialization vector of 16 bytes, whose bits are
//! inverted for the answer.

use crate::base::secret::Secret;
use aes_gcm::{
    AesGcm, KeyInit, Nonce,
    aead::Aead,
    aes::{Aes128, cipher::consts::U16},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rsa::{
    RsaPrivateKey,
    oaep::DecryptingKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding},
    traits::Decryptor,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

type Cipher = AesGcm<Aes128, U16>;

const AES_KEY_BYTES: usize = 16;
const VECTOR_BYTES: usize = 16;

/// Our private key, with the public key that Meta takes.
pub struct FormKey {
    private: DecryptingKey<Sha256>,
    /// The public key in PEM.
    pub public: String,
}

impl std::fmt::Debug for FormKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A decrypted request, and the key for its answer.
pub struct DecryptedRequest {
    pub request: Value,
    cipher: Cipher,
    vector: [u8; VECTOR_BYTES],
}

/// The request is encrypted for another key, or was not made by Meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotDecrypt;

#[derive(Deserialize)]
struct Sealed {
    encrypted_flow_data: String,
    encrypted_aes_key: String,
    initial_vector: String,
}

impl FormKey {
    /// From PEM, PKCS#8 or PKCS#1, without a passphrase. A value from the environment may have `\n` for line ends.
    pub fn read(pem: &Secret) -> Result<FormKey, String> {
        let pem = pem.expose().replace("\\n", "\n");
        let pem = pem.trim();
        if pem.contains("ENCRYPTED") {
            return Err("the key is sealed with a passphrase".to_owned());
        }
        let key = RsaPrivateKey::from_pkcs8_pem(pem).or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem));
        let key = key.map_err(|_| "this is no RSA key in PEM".to_owned())?;
        let public = key.to_public_key().to_public_key_pem(LineEnding::LF);
        let public = public.map_err(|_| "its public half cannot be written".to_owned())?;
        Ok(FormKey { private: DecryptingKey::new(key), public })
    }

    /// Decrypts a request. Call it only with a body that Meta has signed: an attacker who could choose the bytes could
    /// measure the time of decryption.
    pub fn open(&self, body: &[u8]) -> Result<DecryptedRequest, CannotDecrypt> {
        let sealed: Sealed = serde_json::from_slice(body).map_err(|_| CannotDecrypt)?;
        let bytes = |text: &str| STANDARD.decode(text.trim()).map_err(|_| CannotDecrypt);
        let key = self.private.decrypt(&bytes(&sealed.encrypted_aes_key)?).map_err(|_| CannotDecrypt)?;
        let key: [u8; AES_KEY_BYTES] = key.try_into().map_err(|_| CannotDecrypt)?;
        let vector: [u8; VECTOR_BYTES] = bytes(&sealed.initial_vector)?.try_into().map_err(|_| CannotDecrypt)?;
        let cipher = Cipher::new(&key.into());
        let nonce = Nonce::<U16>::from(vector);
        let plain =
            cipher.decrypt(&nonce, bytes(&sealed.encrypted_flow_data)?.as_slice()).map_err(|_| CannotDecrypt)?;
        let request = serde_json::from_slice(&plain).map_err(|_| CannotDecrypt)?;
        Ok(DecryptedRequest { request, cipher, vector })
    }
}

impl DecryptedRequest {
    /// Encrypts the answer to base64: the whole body of the response.
    pub fn seal(&self, answer: &Value) -> String {
        let flipped = Nonce::<U16>::from(self.vector.map(|byte| !byte));
        let sealed = self.cipher.encrypt(&flipped, answer.to_string().as_bytes());
        STANDARD.encode(sealed.expect("AES-GCM seals whatever fits into memory"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = include_str!("sealed/key.pem");
    /// The AES key of the tests, sealed for `key.pem` by OpenSSL.
    const AES_KEY: [u8; 16] = *b"sixteen bytes ok";
    const SEALED_KEY: &str = include_str!("sealed/aes_key.b64");
    /// A ping, sealed by another implementation (Python's `cryptography`) under the vector of the bytes 0 to 15.
    const SEALED_PING: &str = include_str!("sealed/ping.b64");

    fn vector() -> [u8; 16] {
        std::array::from_fn(|n| u8::try_from(n).unwrap())
    }

    fn key() -> FormKey {
        FormKey::read(&Secret::new(KEY)).unwrap_or_else(|why| panic!("{why}"))
    }

    fn body(data: &str) -> Vec<u8> {
        json!({"encrypted_flow_data": data.trim(), "encrypted_aes_key": SEALED_KEY.trim(),
            "initial_vector": STANDARD.encode(vector())})
        .to_string()
        .into_bytes()
    }

    #[test]
    fn what_another_implementation_sealed_is_opened_and_answered() {
        let opened = key().open(&body(SEALED_PING)).unwrap_or_else(|_| panic!("not opened"));
        assert_eq!(opened.request, json!({"version": "3.0", "action": "ping"}));
        let answer = opened.seal(&json!({"data": {"status": "active"}}));
        let cipher = Cipher::new(&AES_KEY.into());
        let flipped = Nonce::<U16>::from(vector().map(|byte| byte ^ 0xff));
        let plain = cipher.decrypt(&flipped, STANDARD.decode(answer).unwrap().as_slice()).unwrap();
        assert_eq!(plain, br#"{"data":{"status":"active"}}"#);
    }

    #[test]
    fn a_changed_byte_and_a_foreign_body_are_not_opened() {
        let mut data = STANDARD.decode(SEALED_PING.trim()).unwrap();
        data[3] ^= 1;
        for bad in [body(&STANDARD.encode(&data)), body(""), b"{}".to_vec(), b"\xff".to_vec(), b"[1]".to_vec()] {
            assert_eq!(key().open(&bad).err(), Some(CannotDecrypt));
        }
    }

    #[test]
    fn the_public_half_is_told_in_pem() {
        let public = key().public;
        assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\nMII"), "{public}");
        assert!(public.trim_end().ends_with("-----END PUBLIC KEY-----"), "{public}");
    }

    #[test]
    fn a_key_is_read_with_either_line_ends_and_else_refused() {
        assert!(FormKey::read(&Secret::new(KEY.replace('\n', "\\n"))).is_ok());
        for bad in [
            "",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        ] {
            assert!(FormKey::read(&Secret::new(bad)).is_err(), "{bad}");
        }
    }
}
