//! One turn: the pure engine decides, one write-set stores all of it, then the world is touched.

use super::{
    app::App,
    catch::text_of,
    lane::{LaneError, LaneState, Work},
    outbox::{Pending, PendingState},
    rows,
};
use crate::{
    base::{
        ids::{InboundId, OutboundId},
        time::Time,
    },
    flow::{self, World},
    model::{
        effect::{Effect, Outcome, RunEnd},
        event::Event,
        session::Session,
    },
    store::WriteSet,
};
use std::{panic::AssertUnwindSafe, sync::Arc};

impl App {
    /// Lets the engine take one event of one conversation. `handled` is the recorded message that the
    /// event came from; its row is marked in the same commit. `set` carries rows that belong to it.
    pub(super) async fn take_turn(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        event: Event,
        handled: Option<InboundId>,
        mut set: WriteSet,
    ) -> Result<Vec<Effect>, LaneError> {
        let now = self.clock.now();
        let conversation = &lane.conversations[index];
        let versions = self
            .bot
            .versions_for(&self.store, &conversation.session)
            .await
            .map_err(|error| LaneError::Reload(format!("a flow version cannot be read: {error:#}")))?;
        let sandboxed = self.senders.is_sandbox(conversation.sender);
        let session = conversation.session.clone();
        let was = session.turn;
        let world = World {
            now,
            contact: &lane.contact,
            conversation: conversation.id,
            sender: self.senders.view(conversation.sender),
            window: conversation.window,
            env: self.bot.env(sandboxed),
            token_key: &self.token_key,
        };
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| flow::advance(&versions, session, event, &world)));
        let Outcome { session, contact, effects, trace } = match outcome {
            Ok(outcome) => outcome,
            Err(panic) => return Err(LaneError::Poison(format!("the engine panicked: {}", text_of(panic.as_ref())))),
        };
        let conversation = &mut lane.conversations[index];
        let contact_changed = contact.is_some();
        if let Some(data) = contact {
            lane.contact.data = data;
        }
        let turn = session.turn;
        if turn != was {
            rows::session(&mut set, lane.contact.id, conversation.id, was, &session);
        }
        let before = std::mem::replace(&mut conversation.session, session);
        let mut after = AfterCommit::default();
        for effect in &effects {
            self.apply(lane, index, effect, turn, now, &mut set, &mut after).await?;
        }
        if contact_changed {
            rows::contact(&mut set, &lane.contact);
        }
        if let Some(id) = handled {
            rows::handled(&mut set, id, now);
        }
        if !trace.is_empty() {
            let id = self.next_id().await?;
            rows::trace(&mut set, id, lane.contact.id, lane.conversations[index].id, turn, now, &trace);
        }
        let ready = self.prepare(lane, index, &mut set);
        for id in &after.inserted {
            if let Some(pending) = lane.conversations[index].outbox.iter().find(|p| p.id == *id) {
                rows::insert_outbound(&mut set, pending, lane.contact.id, &lane.conversations[index], now);
            }
        }
        if !set.is_empty() {
            self.commit(set).await?;
        }
        drop(before);
        if let Some((id, content)) = ready {
            self.launch(lane, index, id, content);
        }
        self.after_commit(lane, index, after);
        Ok(effects)
    }
}
