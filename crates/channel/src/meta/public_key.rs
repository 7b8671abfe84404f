//! The public key by which Meta seals what forms ask their endpoint: `/{phone_number_id}/whatsapp_business_encryption`
//! (Meta, *WhatsApp Business Encryption*). It counts for one number.

use super::{
    Meta,
    doctor::{ask, get, unknown, unreadable, with_form},
};
use crate::{Http, Method, base::ids::SenderId, question::QuestionError, untrusted_json};

const EDGE: &str = "whatsapp_business_encryption";

/// The public key that Meta has of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    pub pem: String,
    /// Meta has signed it: `false` where it says `MISMATCH`, and seals with it are refused by people's phones.
    pub is_valid: bool,
}

impl Uploaded {
    /// It is this key, however its lines are broken.
    pub fn is(&self, pem: &str) -> bool {
        bare(&self.pem) == bare(pem)
    }
}

/// Its letters alone; one that came through the environment may have `\n` for its line ends.
fn bare(pem: &str) -> String {
    let pem = pem.replace("\\n", "\n");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

impl Meta {
    /// The key that Meta has of a number; `None`: it has none.
    pub async fn public_key(&self, http: &dyn Http, sender: SenderId) -> Result<Option<Uploaded>, QuestionError> {
        let sender = self.sender(sender).ok_or_else(|| unknown(sender))?;
        let text = get(http, sender, &format!("{}/{EDGE}", sender.phone_number_id)).await?;
        let told: serde_json::Value = serde_json::from_str(&text).map_err(|_| unreadable("the public key"))?;
        let one = told.get("data").map_or(&told, |data| data.get(0).unwrap_or(data));
        let Some(pem) = untrusted_json::text(one, "business_public_key").filter(|pem| !pem.is_empty()) else {
            return Ok(None);
        };
        let status = untrusted_json::text(one, "business_public_key_signature_status");
        Ok(Some(Uploaded { pem, is_valid: status.as_deref() != Some("MISMATCH") }))
    }

    /// Gives Meta the key: from then on forms are sealed by it.
    pub async fn upload_public_key(&self, http: &dyn Http, sender: SenderId, pem: &str) -> Result<(), QuestionError> {
        let sender = self.sender(sender).ok_or_else(|| unknown(sender))?;
        let path = format!("{}/{EDGE}", sender.phone_number_id);
        let text = ask(http, sender, Method::Post, &path, Some(with_form(&[("business_public_key", pem)]))).await?;
        let told: serde_json::Value = serde_json::from_str(&text).map_err(|_| unreadable("the public key"))?;
        match told.get("success").and_then(serde_json::Value::as_bool) {
            Some(true) => Ok(()),
            Some(false) | None => Err(unreadable("the public key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_however_its_lines_are_broken() {
        let key = |pem: &str| Uploaded { pem: pem.into(), is_valid: true };
        let whole = "-----BEGIN PUBLIC KEY-----\nMIIB\nabcd\n-----END PUBLIC KEY-----\n";
        for same in [whole, "-----BEGIN PUBLIC KEY-----\r\nMIIBab\r\ncd\r\n-----END PUBLIC KEY-----", "MIIBabcd"] {
            assert!(key(same).is(whole), "{same}");
        }
        assert!(key("-----BEGIN PUBLIC KEY-----\\nMIIB\\nabcd\\n-----END PUBLIC KEY-----").is(whole));
        assert!(!key("MIIBabce").is(whole));
    }
}
