//! Signs posts by the Standard Webhooks specification.

use crate::base::{limits::WEBHOOK_SECRET_BYTES, secret::Secret};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The event's id, the same at each repetition.
pub const ID_HEADER: &str = "webhook-id";
/// The time of signing, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// `v1,` and the signature in Base64; several separated by spaces during a rotation of the secret.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// The prefix of our secrets; the rest is the key in Base64.
const PREFIX: &str = "whsec_";

/// Generates a secret.
pub fn new_secret() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0_u8; WEBHOOK_SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes))))
}

/// One signature for each secret, over id, timestamp and body: the timestamp prevents replaying an old post.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let signatures = secrets.iter().map(|secret| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)).expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// `whsec_…` contains bytes; any other text is the key itself.
fn key(secret: &Secret) -> Vec<u8> {
    let text = secret.expose();
    let decoded = text.strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok());
    decoded.unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_has_its_signature() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let signed = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_rotated_both_sign() {
        let both = sign(&[Secret::new("new"), Secret::new("old")], "1", 2, "{}");
        let (new, old) = both.split_once(' ').unwrap();
        assert_eq!(new, sign(&[Secret::new("new")], "1", 2, "{}"));
        assert_eq!(old, sign(&[Secret::new("old")], "1", 2, "{}"));
        assert_ne!(new, old);
    }

    #[test]
    fn a_new_secret_holds_enough_bytes_and_is_new() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(key(&one).len(), WEBHOOK_SECRET_BYTES);
    }
}
