//! Gives access to customers' files, which stay at the platform until they are requested.

use crate::{
    base::{
        clock::Clock,
        ids::{InboundId, SenderId},
        time::Time,
    },
    channel::{
        Http,
        file::{FileReference, FileUrl},
        question::QuestionError,
    },
    process::Process,
    senders::registry::Senders,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;

/// Finds customers' files, and signs the URLs at which clients read them.
pub struct InboundMedia {
    clock: Arc<dyn Clock>,
    http: Arc<dyn Http>,
    token_key: Arc<[u8]>,
    senders: Arc<Senders>,
}

impl InboundMedia {
    pub(crate) fn new(process: &Process, senders: &Arc<Senders>) -> Self {
        let Process { clock, http, token_key, .. } = process.clone();
        InboundMedia { clock, http, token_key, senders: Arc::clone(senders) }
    }
}

impl InboundMedia {
    /// The token for a URL at which the file of a message can be read without a key until `until`.
    pub fn file_token(&self, message: InboundId, until: Time) -> String {
        let told = format!("{message}.{}", until.0);
        format!("{told}.{}", self.file_signature(&told))
    }

    /// The message of a token; `None` if it is not signed by us, or has expired.
    pub fn file_of_token(&self, token: &str) -> Option<InboundId> {
        let (told, given) = token.rsplit_once('.')?;
        let ours = subtle::ConstantTimeEq::ct_eq(self.file_signature(told).as_bytes(), given.as_bytes());
        let (message, until) = told.split_once('.').filter(|_| bool::from(ours))?;
        let until = Time(until.parse().ok()?);
        (self.clock.now() < until).then_some(InboundId(message.parse().ok()?))
    }

    /// The signed text has a prefix of its own, because tokens of buttons and of the bot's files use the same key.
    fn file_signature(&self, told: &str) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&self.token_key).expect("HMAC takes keys of any length");
        hmac.update(b"message ");
        hmac.update(told.as_bytes());
        URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes())
    }

    /// Resolves a file to an address that can be read now.
    pub async fn locate(&self, sender: SenderId, file: FileReference<'_>) -> Result<FileUrl, QuestionError> {
        let provider = self.senders.provider_of(sender).ok_or_else(|| QuestionError {
            kind: "unknown_sender",
            text: format!("sender {sender} is no longer in the configuration"),
        })?;
        provider.locate(self.http.as_ref(), sender, file).await
    }
}
