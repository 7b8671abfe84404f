//! Asks the platform whether a window is open before a message is treated as outside a window that our record calls
//! closed.

use super::policy::Decision;
use crate::{
    base::{
        ids::{ConversationId, OutboundId},
        limits::{PROVIDER_TIMEOUT, WINDOW, WINDOW_ASK_EVERY},
        time::Time,
    },
    delivery::Delivery,
    lane::{
        error::LaneError,
        outbox::RateStage,
        rows,
        state::{LaneState, LaneTask},
    },
    store::WriteSet,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// When each conversation's window was last asked for.
#[derive(Default)]
pub struct WindowProbes(Mutex<HashMap<ConversationId, Time>>);

impl WindowProbes {
    /// True if it is time to ask; the time is then recorded.
    fn ask(&self, conversation: ConversationId, now: Time) -> bool {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| now - *at < WINDOW_ASK_EVERY);
        if asked.contains_key(&conversation) {
            return false;
        }
        asked.insert(conversation, now);
        true
    }
}

impl Delivery {
    /// True if the platform is being asked: the message keeps its place and waits for `LaneTask::WindowTold`.
    pub(crate) fn asks_window(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        decision: &Decision,
        now: Time,
    ) -> bool {
        let contact = lane.contact.id;
        let conversation = &lane.conversations[index];
        let pending = &conversation.outbox[place];
        if !decision.finds_closed(&pending.draft.content) || conversation.window.is_safe(now) {
            return false;
        }
        let (sender, of, id) = (conversation.sender, conversation.id, pending.id);
        let Some(provider) = self.senders.provider_of(sender).cloned() else { return false };
        // Our record is uncertain if a message may have come while the daemon was down, from a contact who has written
        // before.
        let was_there = now - self.started_at >= WINDOW || conversation.window.opened_at.is_none();
        if provider.tells_all() && was_there {
            return false;
        }
        let to = super::rules::address_of(&lane.contact);
        if provider.window(self.http.as_ref(), sender, &to).is_none() || !self.window_probes.ask(of, now) {
            return false;
        }
        let pending = &mut lane.conversations[index].outbox[place];
        // If the answer is lost, the message is decided without it.
        pending.not_before = Some(now + PROVIDER_TIMEOUT + PROVIDER_TIMEOUT);
        pending.in_order = true;
        // The message keeps the slot of the rate limit that it has taken.
        if matches!(decision, Decision::Go { .. }) {
            pending.place = RateStage::Taken;
        }
        let app = Arc::clone(self);
        self.queue.lanes.enter();
        tokio::spawn(async move {
            let heard = match provider.window(app.http.as_ref(), sender, &to) {
                Some(asked) => asked.await,
                None => Ok(None),
            };
            if let Err(trouble) = &heard {
                tracing::info!(sender.id = %sender, "The platform of sender {sender} did not tell whether a conversation's window is open: {trouble}");
            }
            let work = LaneTask::WindowTold { conversation: of, message: id, heard: heard.ok().flatten() };
            app.queue.push(contact, work);
            app.queue.lanes.leave();
        });
        true
    }

    /// Uses the platform's time only if it is plausible; the message must be decided again.
    pub(crate) async fn take_window(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        message: OutboundId,
        heard: Option<Time>,
    ) -> Result<(), LaneError> {
        let now = self.clock.now();
        let conversation = &mut lane.conversations[index];
        if let Some(pending) = conversation.outbox.iter_mut().find(|pending| pending.id == message) {
            pending.not_before = None;
        }
        if let Some(at) = heard.filter(|at| *at <= now && now - *at < WINDOW) {
            conversation.window.open(at);
            self.metrics.window_corrections.inc();
            let mut set = WriteSet::of(lane.contact.id.0);
            rows::open_window(&mut set, conversation.id, at);
            self.store.commit(set).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_conversation_is_asked_for_once_in_a_while() {
        let asked = WindowProbes::default();
        let (one, other, now) = (ConversationId(1), ConversationId(2), Time(1_000_000));
        assert!(asked.ask(one, now) && asked.ask(other, now));
        assert!(!asked.ask(one, now + WINDOW_ASK_EVERY - crate::base::time::Span(1)));
        assert!(asked.ask(one, now + WINDOW_ASK_EVERY));
    }
}
