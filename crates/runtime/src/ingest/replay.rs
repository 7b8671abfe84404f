//! Replays dead letters: items of webhooks after a fix, poison messages, and unknown sends.

use crate::{
    base::{
        clock::Clock,
        ids::{ConversationId, InboundId, OutboundId},
    },
    events::webhook_delivery::WebhookDelivery,
    ingest::Ingest,
    lane::{
        outbox::SendAnswer,
        queue::Queue,
        state::{LaneTask, RecordedMessage},
    },
    model::inbound::Inbound,
    process::{Process, metrics::Metrics},
    senders::registry::{Senders, opens_window},
    store::{
        CommitError, Store, WriteSet,
        tables::{
            contact, dead_letter, inbound,
            outbound::{self, SendState},
        },
    },
};
use std::sync::Arc;
use tokio::sync::oneshot;

/// The result of a replay.
#[derive(Debug)]
pub enum Replayed {
    Done,
    /// It is queued: its turn could not be stored yet.
    Waits,
    /// It is being sent; the channel gives the result.
    Sending(oneshot::Receiver<SendAnswer>),
    /// It failed again and is listed; the sentence is the reason.
    Again(String),
    /// There is no such dead letter.
    Missing,
    Before,
    /// There is nothing to replay: a status told this of its message. It is off the list.
    Settled(SendState),
    /// It cannot be replayed; the sentence is the reason.
    Impossible(String),
}

/// Takes dead letters up again, each on the path that it left.
pub struct Replay {
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    senders: Arc<Senders>,
    queue: Arc<Queue>,
    ingest: Arc<Ingest>,
    webhooks: Arc<WebhookDelivery>,
}

impl Replay {
    pub(crate) fn new(
        process: &Process,
        senders: &Arc<Senders>,
        queue: &Arc<Queue>,
        ingest: &Arc<Ingest>,
        webhooks: &Arc<WebhookDelivery>,
    ) -> Self {
        let Process { clock, store, metrics, .. } = process.clone();
        let (senders, queue) = (Arc::clone(senders), Arc::clone(queue));
        let (ingest, webhooks) = (Arc::clone(ingest), Arc::clone(webhooks));
        Replay { clock, store, metrics, senders, queue, ingest, webhooks }
    }
}

impl Replay {
    /// Processes a dead letter as if it came in now. If it fails again it stays listed, or is listed again.
    pub async fn replay(self: &Arc<Self>, id: i64) -> anyhow::Result<Replayed> {
        let Some(letter) = dead_letter::find(&self.store, id).await? else { return Ok(Replayed::Missing) };
        if letter.replayed_at.is_some() {
            return Ok(Replayed::Before);
        }
        let number = |name: &str| letter.data[name].as_i64();
        if letter.data["hook"].is_string() {
            return match self.ingest.replay_hook(&letter).await? {
                Ok(()) => self.mark_replayed(&letter, WriteSet::new()).await,
                Err(why) => Ok(Replayed::Impossible(why)),
            };
        }
        if let Some(delivery) = number("delivery_id") {
            return Ok(match self.webhooks.redeliver(delivery).await? {
                Some(_) => Replayed::Waits,
                None => Replayed::Impossible("The delivery is no longer kept.".to_owned()),
            });
        }
        match (number("inbound_id"), number("outbound_id"), letter.data["raw"].as_str()) {
            (Some(message), _, _) => self.replay_message(&letter, InboundId(message)).await,
            (None, Some(message), _) if letter.kind == "unknown_send" => {
                self.replay_send(&letter, OutboundId(message), number("conversation_id").map(ConversationId)).await
            }
            (None, None, Some(raw)) => {
                let provider = letter.data["provider"].as_str().unwrap_or_default();
                self.replay_item(&letter, provider, raw).await
            }
            (None, _, _) => {
                Ok(Replayed::Impossible(format!("A `{}` cannot be tried again: it has ended.", letter.kind)))
            }
        }
    }

    /// Closes a dead letter without a replay: an operator has decided that nothing is left to do.
    pub async fn dismiss(&self, id: i64) -> anyhow::Result<Replayed> {
        match dead_letter::find(&self.store, id).await? {
            None => Ok(Replayed::Missing),
            Some(letter) if letter.replayed_at.is_some() => Ok(Replayed::Before),
            Some(letter) => self.mark_replayed(&letter, WriteSet::new()).await,
        }
    }

    async fn replay_item(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
        kind: &str,
        raw: &str,
    ) -> anyhow::Result<Replayed> {
        let Some((kind, provider)) = self.senders.providers.get_key_value(kind) else {
            return Ok(Replayed::Impossible(format!("No sender of `{kind}` is configured.")));
        };
        if letter.kind == "wrong_secret" && !is_proven(raw) {
            let why = "Nothing that was kept tells who signed it; whoever sent it must send it again.";
            return Ok(Replayed::Impossible(why.to_owned()));
        }
        let items = provider.replay(raw);
        let dead = items.iter().filter_map(|item| match &item.what {
            Inbound::Dead { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        let dead: Vec<String> = dead.collect();
        let failed = dead.first().cloned().or_else(|| items.is_empty().then(|| "nothing in it can be read".to_owned()));
        if let Some(why) = failed.as_ref().filter(|_| dead.len() == items.len()) {
            return Ok(Replayed::Again(format!("It failed again and stays listed: {why}.")));
        }
        // Record first: the message's id prevents a second replay from creating a second message.
        self.ingest.take_items(kind, items).await?;
        Ok(match (self.mark_replayed(letter, WriteSet::new()).await?, failed) {
            (Replayed::Done, Some(why)) => {
                Replayed::Again(format!("A part of it was taken; the rest failed again and is listed anew: {why}."))
            }
            (done, _) => done,
        })
    }

    /// Makes a message unhandled again and closes its dead letter in one commit: if the process dies after that, the
    /// next start handles the message.
    async fn replay_message(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
        id: InboundId,
    ) -> anyhow::Result<Replayed> {
        let Some(row) = inbound::find(&self.store, id).await? else {
            return Ok(Replayed::Impossible("The message is no longer kept.".to_owned()));
        };
        let opens = self.senders.get(row.sender_id).is_some_and(|of| opens_window(&row.data.message.kind, of));
        let recorded = RecordedMessage {
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
        if !matches!(done, Replayed::Done) {
            return Ok(done);
        }
        self.queue.push(row.contact_id, LaneTask::Inbound(Box::new(recorded)));
        self.queue.lane_passed(row.contact_id).await?;
        if let Some(to) = contact::find(&self.store, row.contact_id).await?.and_then(|contact| contact.data.joined_to) {
            // It was passed on to the contact that this one was joined to.
            self.queue.lane_passed(to).await?;
        }
        let handled = inbound::find(&self.store, id).await?.is_some_and(|row| row.handled_at.is_some());
        let listed = match dead_letter::open_about(&self.store, id.0).await? {
            Some(letter) => dead_letter::find(&self.store, letter).await?,
            None => None,
        };
        Ok(match listed {
            Some(new) => {
                Replayed::Again(format!("It failed again: {}. It is listed as dead letter {}.", new.reason, new.id))
            }
            None if handled => Replayed::Done,
            None => Replayed::Waits,
        })
    }

    async fn replay_send(
        self: &Arc<Self>,
        letter: &dead_letter::DeadLetter,
        id: OutboundId,
        conversation: Option<ConversationId>,
    ) -> anyhow::Result<Replayed> {
        let Some(row) = outbound::find(&self.store, id).await? else {
            return Ok(Replayed::Impossible("The message is no longer kept.".to_owned()));
        };
        let (reply, answer) = oneshot::channel();
        let conversation = conversation.unwrap_or(row.conversation_id);
        self.queue.push(row.contact_id, LaneTask::Resend { conversation, id, reply });
        let Some(sent) = answer.await? else {
            let state = outbound::find(&self.store, id).await?.map_or(row.state, |row| row.state);
            // Its status came while the dead letter was written, so that neither knew of the other.
            if matches!(state, SendState::Sent | SendState::Delivered | SendState::Read | SendState::Failed) {
                self.mark_replayed(letter, WriteSet::new()).await?;
                return Ok(Replayed::Settled(state));
            }
            return Ok(Replayed::Impossible(format!("The message is `{state:?}` by now.").to_lowercase()));
        };
        Ok(match self.mark_replayed(letter, WriteSet::new()).await? {
            Replayed::Done => Replayed::Sending(sent),
            other => other,
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

/// True if the stored item names the keys that verified it, so that a provider can look for the sender's own among
/// them.
fn is_proven(raw: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(raw).is_ok_and(|raw| raw["verified_by"].is_array())
}
