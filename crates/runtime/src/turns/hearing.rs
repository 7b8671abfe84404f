//! Fetches a voice note from its platform, measures it, and asks a model for its words.

use super::{Runner, calls::OutsideResult};
use crate::{
    base::{
        ids::{ContactId, SenderId},
        limits::VOICE_BYTES_MAX,
        time::Span,
    },
    channel::{fetch, file::FileReference, llm::Clip},
    model::{
        effect::{ModelCall, VoiceNote},
        event::CallError,
    },
};

impl Runner {
    /// Both together have the time of the question.
    pub(super) async fn hear(
        &self,
        call: &ModelCall,
        note: &VoiceNote,
        (contact, sender): (ContactId, SenderId),
    ) -> OutsideResult {
        let began = self.clock.now();
        match self.clip(sender, note, call.timeout).await {
            Ok(clip) => {
                let timeout = (call.timeout - (self.clock.now() - began)).max(Span::ZERO);
                let call = ModelCall { timeout, ..call.clone() };
                self.ask_model(&call, contact, None, Some(&clip)).await
            }
            Err(CallError { code, text }) => OutsideResult::failed(&code, &text),
        }
    }

    /// Reads a voice note whole, if it may be written down. The error says why it stays unheard.
    async fn clip(&self, sender: SenderId, note: &VoiceNote, within: Span) -> Result<Clip, CallError> {
        let read = tokio::time::timeout(within.to_std(), self.bytes_of(sender, note, within)).await;
        let late = || unheard("timeout", format!("the platform did not give the voice note within {within}"));
        let clip = Clip::measured(read.map_err(|_| late())??)
            .ok_or_else(|| unheard("unknown_format", "the voice note is no Opus in an Ogg file".into()))?;
        if clip.length > note.length_max {
            let text = format!("the voice note has {}, and `max` is {}", rounded(clip.length), note.length_max);
            return Err(unheard("too_long", text));
        }
        Ok(clip)
    }

    async fn bytes_of(&self, sender: SenderId, note: &VoiceNote, within: Span) -> Result<Vec<u8>, CallError> {
        let gone = |why: &str| unheard("not_fetched", format!("the voice note is not there: {why}"));
        let provider = self.senders.provider_of(sender).ok_or_else(|| gone("its sender is gone"))?;
        let file = FileReference { id: note.id.as_deref(), url: note.url.as_deref() };
        let at = provider.locate(self.http.as_ref(), sender, file).await.map_err(|trouble| gone(&trouble.text))?;
        match fetch::whole(self.calls.fetch(&at), VOICE_BYTES_MAX, within).await {
            Ok(file) => Ok(file.bytes),
            Err(CallError { code, text }) if matches!(code.as_str(), "gone" | "status") => Err(gone(&text)),
            Err(trouble) => Err(trouble),
        }
    }
}

fn unheard(code: &str, text: String) -> CallError {
    CallError { code: code.to_owned(), text }
}

/// A length in whole seconds, as people say it.
fn rounded(length: Span) -> Span {
    Span::seconds((length.0 + 999) / 1_000)
}
