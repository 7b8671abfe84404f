//! Sends read marks and typing indicators, without waiting for their results.

use crate::{
    base::{
        clock::Clock,
        ids::{ProviderId, SenderId},
        limits::{READ_MARK_FRESH, READ_MARKS_AT_ONCE_MAX},
        time::Time,
    },
    channel::{Http, question::QuestionError},
    config::Shows,
    lane::state::LaneState,
    model::effect::Effect,
    process::Process,
    senders::registry::Senders,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Shows contacts that their messages were read.
pub struct ReadReceipts {
    clock: Arc<dyn Clock>,
    http: Arc<dyn Http>,
    /// Limits concurrent read marks.
    read_marks: Arc<Semaphore>,
    senders: Arc<Senders>,
}

impl ReadReceipts {
    pub(crate) fn new(process: &Process, senders: &Arc<Senders>) -> Self {
        let Process { clock, http, .. } = process.clone();
        let read_marks = Arc::new(Semaphore::new(READ_MARKS_AT_ONCE_MAX));
        ReadReceipts { clock, http, read_marks, senders: Arc::clone(senders) }
    }
}

impl ReadReceipts {
    /// Marks a message as read for a program. Platforms without read marks, and sandboxes, ignore it.
    pub async fn mark_read(&self, sender: SenderId, message: ProviderId, typing: bool) -> Result<(), QuestionError> {
        let Some(provider) = self.senders.provider_of(sender) else { return Ok(()) };
        match provider.mark_read(self.http.as_ref(), sender, &message, typing) {
            Some(asked) => asked.await,
            None => Ok(()),
        }
    }

    /// Shows that the bot has taken a message. The typing indicator is sent only if the answer waits for an external
    /// call: otherwise it would arrive after the answer.
    pub(crate) fn show_read(
        self: &Arc<Self>,
        lane: &LaneState,
        index: usize,
        message: ProviderId,
        at: Time,
        effects: &[Effect],
    ) {
        let conversation = &lane.conversations[index];
        let sender = conversation.sender;
        let shows = self.senders.get(sender).map_or(Shows::Nothing, |sender| sender.shows);
        let by_person = conversation.session.person.is_some();
        if shows == Shows::Nothing || by_person || self.clock.now() - at > READ_MARK_FRESH {
            return;
        }
        let typing = shows == Shows::Typing && effects.iter().any(|effect| matches!(effect, Effect::Call(_)));
        self.mark_soon(sender, message, typing);
    }

    /// Shows that a person of the business types an answer to a message, where the sender shows the typing indicator.
    pub fn show_typing(self: &Arc<Self>, sender: SenderId, message: ProviderId) {
        if self.senders.get(sender).is_some_and(|sender| sender.shows == Shows::Typing) {
            self.mark_soon(sender, message, true);
        }
    }

    fn mark_soon(self: &Arc<Self>, sender: SenderId, message: ProviderId, typing: bool) {
        // If the platform is slow, leave marks out instead of queueing them.
        let Ok(place) = Arc::clone(&self.read_marks).try_acquire_owned() else { return };
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let _until = place;
            let Some(provider) = app.senders.provider_of(sender) else { return };
            let Some(asked) = provider.mark_read(app.http.as_ref(), sender, &message, typing) else { return };
            if let Err(trouble) = asked.await {
                tracing::debug!(sender.id = %sender, kind = trouble.kind, "A read mark was not taken: {}", trouble.kind);
            }
        });
    }
}
