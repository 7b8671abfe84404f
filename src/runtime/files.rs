//! Files that customers sent stay with the platform, and are read there when somebody asks for one.

use super::app::App;
use crate::{
    base::{
        ids::{InboundId, SenderId},
        time::Time,
    },
    channel::{
        file::{Located, Told},
        question::Trouble,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

impl App {
    /// For an address at which the file of a message can be read without a key until then.
    pub fn file_token(&self, message: InboundId, until: Time) -> String {
        let told = format!("{message}.{}", until.0);
        format!("{told}.{}", self.file_signature(&told))
    }

    /// The message whose file a token names; `None`: it is not signed by us, or no longer good.
    pub fn file_of_token(&self, token: &str) -> Option<InboundId> {
        let (told, given) = token.rsplit_once('.')?;
        let ours = subtle::ConstantTimeEq::ct_eq(self.file_signature(told).as_bytes(), given.as_bytes());
        let (message, until) = told.split_once('.').filter(|_| bool::from(ours))?;
        let until = Time(until.parse().ok()?);
        (self.clock.now() < until).then_some(InboundId(message.parse().ok()?))
    }

    /// Neither a button's token nor the address of the bot's own file begins so, though the key is the same.
    fn file_signature(&self, told: &str) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&self.token_key).expect("HMAC takes keys of any length");
        hmac.update(b"message ");
        hmac.update(told.as_bytes());
        URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes())
    }

    /// Where a file can be read just now.
    pub async fn locate(&self, sender: SenderId, file: Told<'_>) -> Result<Located, Trouble> {
        let provider = self.provider_of(sender).ok_or_else(|| Trouble {
            kind: "unknown_sender",
            text: format!("sender {sender} is no longer in the configuration"),
        })?;
        provider.locate(self.http.as_ref(), sender, file).await
    }
}
