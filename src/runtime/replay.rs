//! Dead letters tried again: items of webhooks after a fix, poison, and unknown sends.

use super::{
    app::App,
    inbound::opens_window,
    lane::{Recorded, Work},
};
use crate::{
    base::ids::{ConversationId, InboundId, OutboundId},
    store::{CommitError, WriteSet, dead_letter, inbound, outbound},
};
use std::sync::Arc;
use tokio::sync::oneshot;

/// What became of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    Done,
    /// There is no such dead letter.
    Missing,
    Before,
    /// One sentence: why it stays.
    Impossible(String),
}

impl App {
    /// Takes what a dead letter holds as if it came in now. One that fails again is listed anew.
    pub async fn replay(self: &Arc<Self>, id: i64) -> anyhow::Result<Replayed> {
        let Some(letter) = dead_letter::find(&self.store, id).await? else { return Ok(Replayed::Missing) };
        if letter.replayed_at.is_some() {
            return Ok(Replayed::Before);
        }
        let number = |name: &str| letter.data[name].as_i64();
        if letter.data["hook"].is_string() {
            return match self.replay_hook(&letter).await? {
                Ok(()) => self.mark_replayed(&letter, WriteSet::new()).await,
                Err(why) => Ok(Replayed::Impossible(why)),
            };
        }
        if let Some(delivery) = number("delivery_id") {
            return Ok(match self.redeliver(delivery).await? {
                Some(_) => Replayed::Done,
                None => Replayed::Impossible("The delivery is no longer kept.".to_owned()),
            });
        }
        let done = match (number("inbound_id"), number("outbound_id"), letter.data["raw"].as_str()) {
            (Some(message), _, _) => return self.replay_message(&letter, InboundId(message)).await,
            (None, Some(message), _) if letter.kind == "unknown_send" => {
                self.replay_send(OutboundId(message), number("conversation_id").map(ConversationId)).await?
            }
            (None, None, Some(raw)) => {
                let provider = letter.data["provider"].as_str().unwrap_or_default();
                return self.replay_item(&letter, provider, raw).await;
            }
            (None, _, _) => Replayed::Impossible(format!("A `{}` cannot be tried again: it has ended.", letter.kind)),
        };
        if done == Replayed::Done {
            return self.mark_replayed(&letter, WriteSet::new()).await;
        }
        Ok(done)
    }

    async fn replay_item(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
        kind: &str,
        raw: &str,
    ) -> anyhow::Result<Replayed> {
        let Some((kind, provider)) = self.providers.get_key_value(kind) else {
            return Ok(Replayed::Impossible(format!("No sender of `{kind}` is configured.")));
        };
        // Recorded first: the message's own id keeps a second try from being a second message.
        self.take_items(kind, provider.replay(raw)).await?;
        self.mark_replayed(letter, WriteSet::new()).await
    }

    /// Open again and off the list in one commit: whoever dies after it takes the message up at the next start.
    async fn replay_message(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
        id: InboundId,
    ) -> anyhow::Result<Replayed> {
        let Some(row) = inbound::find(&self.store, id).await? else {
            return Ok(Replayed::Impossible("The message is no longer kept.".to_owned()));
        };
        let opens = self.senders.get(row.sender_id).is_some_and(|of| opens_window(&row.data.message.kind, of));
        let recorded = Recorded {
            id: row.id,
            conversation: row.conversation_id,
            sender: row.sender_id,
            message: row.data.message,
            word: row.data.word,
            opens,
            fresh: None,
            recorded_at: row.received_at,
        };
        let mut set = WriteSet::new();
        set.push(&inbound::REOPEN, &inbound::Reopen { id });
        let done = self.mark_replayed(letter, set).await?;
        if done == Replayed::Done {
            self.push(row.contact_id, Work::Inbound(Box::new(recorded)));
        }
        Ok(done)
    }

    async fn replay_send(
        self: &Arc<Self>,
        id: OutboundId,
        conversation: Option<ConversationId>,
    ) -> anyhow::Result<Replayed> {
        let Some(row) = outbound::find(&self.store, id).await? else {
            return Ok(Replayed::Impossible("The message is no longer kept.".to_owned()));
        };
        let (reply, answer) = oneshot::channel();
        let conversation = conversation.unwrap_or(row.conversation_id);
        self.push(row.contact_id, Work::Resend { conversation, id, reply });
        Ok(if answer.await? {
            Replayed::Done
        } else {
            Replayed::Impossible(format!("The message is `{:?}` by now.", row.state).to_lowercase())
        })
    }

    async fn mark_replayed(&self, letter: &dead_letter::DeadLetter, mut set: WriteSet) -> anyhow::Result<Replayed> {
        set.push(&dead_letter::REPLAYED, &dead_letter::Replayed { id: letter.id, at: self.clock.now() });
        match self.store.commit(set).await {
            Ok(_) => {
                self.metrics.dead_letter(&letter.kind, -1);
                Ok(Replayed::Done)
            }
            Err(CommitError::Stale { .. }) => Ok(Replayed::Before),
            Err(error) => Err(error.into()),
        }
    }
}
