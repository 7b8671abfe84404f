//! Records delivery statuses, which three of four webhooks are: one set-based update for all of them, and no lane
//! unless a run there waits for one.

use crate::{
    base::ids::{ContactId, ConversationId, OutboundId, SenderId},
    channel::{Next, SendError},
    daemon::app::App,
    delivery::outbox::{self, QueuedState, SendAnswer},
    lane::{
        error::LaneError,
        rows,
        state::{LaneState, LaneTask},
    },
    model::{
        event::{DeliveryOutcome, Event},
        inbound::{DeliveryState, StatusError, StatusUpdate},
        template::TemplateMessage,
    },
    store::{
        CommitError, WriteSet,
        tables::{
            dead_letter,
            outbound::{self, SendState},
        },
    },
};
use std::sync::{Arc, atomic::Ordering};

impl App {
    /// Records statuses. Gives the trace ids of the messages that they moved.
    pub(crate) async fn take_statuses(
        self: &Arc<Self>,
        statuses: Vec<(SenderId, StatusUpdate)>,
    ) -> anyhow::Result<Vec<i64>> {
        if statuses.is_empty() {
            return Ok(Vec::new());
        }
        let mut traces = Vec::new();
        let mut note = |id: OutboundId, state: DeliveryState| {
            let trace = self.trace_ids.of(id);
            traces.push(trace);
            tracing::debug!(trace.id = trace, outbound.id = %id, state = state.as_str(), "Message {id} is {}", state.as_str());
        };
        let now = self.clock.now();
        let mut set = WriteSet::new();
        for (sender, status) in &statuses {
            if status.ours.is_none() {
                self.early_statuses.store(true, Ordering::Relaxed);
            }
            outbound::status(&mut set, *sender, status, now);
            if let Some(id) = status.ours.filter(|id| self.listed_unknown.holds(*id)) {
                set.push(&dead_letter::SETTLED, &dead_letter::Settled { subject_id: id.0, at: now });
            }
        }
        let committed = match self.store.commit(set).await {
            Ok(committed) => committed,
            Err(error) => {
                if error == CommitError::Unknown {
                    self.report_known(&statuses).await?;
                }
                return Err(error.into());
            }
        };
        for id in committed.won(&dead_letter::SETTLED) {
            self.metrics.dead_letter("unknown_send", -1);
            self.listed_unknown.remove(OutboundId(id));
        }
        let mut charged = Vec::new();
        for id in outbound::moved_unfollowed(&committed) {
            let arrived = |status: &StatusUpdate| {
                status.ours == Some(id) && matches!(status.state, DeliveryState::Delivered | DeliveryState::Read)
            };
            let Some((sender, update)) = statuses.iter().rev().find(|(_, status)| arrived(status)) else { continue };
            note(id, update.state);
            self.metrics.message(*sender, update.state.as_str());
            charged.push((id, update));
            if self.unknown_sends.holds(id)
                && let Some(row) = outbound::find(&self.store, id).await?
            {
                self.late_receipts.tell(id, update.provider_id.clone());
                self.pass_on(row.contact_id, row.conversation_id, (id, row.draft.number), false, update);
            }
        }
        for moved in outbound::moved(&committed) {
            // If a status of another webhook in the same group was further, that webhook reports it.
            let Some((sender, update)) = statuses.iter().find(|(_, status)| says(status, &moved)) else { continue };
            note(moved.id, moved.state);
            match moved.state {
                DeliveryState::Delivered | DeliveryState::Read => {
                    self.metrics.message(*sender, moved.state.as_str());
                    charged.push((moved.id, update));
                }
                // Counted when the message leaves its outbox, mostly by the provider's answer.
                DeliveryState::Sent | DeliveryState::Failed => {}
            }
            if moved.state != DeliveryState::Failed && self.unknown_sends.holds(moved.id) {
                self.late_receipts.tell(moved.id, update.provider_id.clone());
            }
            let waited_for = moved.tells && moved.state != DeliveryState::Sent;
            if waited_for || moved.state == DeliveryState::Failed || self.unknown_sends.holds(moved.id) {
                let message = (moved.id, moved.number);
                self.pass_on(moved.contact_id, moved.conversation_id, message, moved.tells, update);
            }
        }
        self.settle_arrived(&charged, now).await?;
        Ok(traces)
    }

    /// The answer of the commit was lost. A repeated status would change nothing, so tell the lanes that wait for it
    /// now.
    async fn report_known(self: &Arc<Self>, statuses: &[(SenderId, StatusUpdate)]) -> anyhow::Result<()> {
        for (sender, update) in statuses {
            let Some(id) = update.ours else { continue };
            let Some(row) = outbound::find(&self.store, id).await? else { continue };
            let stands = row.sender_id == *sender && row.state == state_of(update.state);
            let waited_for = row.draft.tells && update.state != DeliveryState::Sent;
            if stands && (waited_for || update.state == DeliveryState::Failed || self.unknown_sends.holds(id)) {
                let (message, tells) = ((id, row.draft.number), row.draft.tells);
                self.pass_on(row.contact_id, row.conversation_id, message, tells, update);
            }
        }
        Ok(())
    }

    /// Passes a status to the lane of its message, identified by id and number.
    pub(crate) fn pass_on(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        (id, number): (OutboundId, u32),
        tells: bool,
        update: &StatusUpdate,
    ) {
        let update = Box::new(update.clone());
        self.push(contact, LaneTask::Status { conversation, id, number, tells, update });
    }

    /// Handles a status that a run here waits for, or a failure.
    pub(crate) async fn take_status(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
        number: u32,
        follows: bool,
        update: StatusUpdate,
    ) -> Result<(), LaneError> {
        self.unknown_sends.remove(id);
        let mut events = Vec::new();
        let mut set = WriteSet::of(lane.contact.id.0);
        let conversation = &mut lane.conversations[index];
        let place = conversation.outbox.iter().position(|pending| pending.id == id);
        if place.is_none() {
            // It was sent: no further check before a send is needed.
            self.late_receipts.take(id);
        }
        match update.state {
            DeliveryState::Delivered | DeliveryState::Read if lane.contact.data.is_reached() => {
                rows::contact(&mut set, &lane.contact);
            }
            DeliveryState::Sent if lane.contact.data.unreached.contains_key(&conversation.sender) => {
                self.unknown_sends.add(id);
            }
            DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read | DeliveryState::Failed => {}
        }
        let on_wire = place.filter(|place| conversation.outbox[*place].state == QueuedState::Sending);
        if let (Some(place), None, true) = (place, on_wire, update.state != DeliveryState::Failed) {
            // The status proves that it was sent, even if it was to be sent again; a message that is being sent waits
            // for its own answer.
            self.late_receipts.take(id);
            let outlived = outbox::has_outlived(&conversation.outbox, place);
            let mut pending = conversation.outbox.remove(place);
            if outlived {
                Arc::make_mut(&mut pending.draft).tells = false;
            }
            self.metrics.message(conversation.sender, "sent");
            if pending.draft.tells {
                let (at, as_template) = (pending.attempted_at.unwrap_or(update.at), pending.went_as_template());
                let (nudge, ttl) = (pending.draft.nudge, pending.time_to_live());
                let fate = DeliveryOutcome::Accepted { at, as_template, nudge, ttl, words: pending.words() };
                events.push(Event::Delivery { message: number, fate });
            }
            conversation.accepted_turn = conversation.accepted_turn.max(Some(pending.draft.turn));
            pending.answer(&SendAnswer::Accepted { provider_id: update.provider_id.to_string() });
        }
        events.extend(match (update.state, &update.error) {
            (DeliveryState::Failed, error) => {
                let unnamed = || StatusError { code: 0, text: "failed".into() };
                let error = error.clone().unwrap_or_else(unnamed);
                match on_wire {
                    // It may belong to this attempt or an earlier one: the answer, which has this attempt's id, will
                    // show.
                    Some(place) => {
                        conversation.outbox[place].failed_early = Some((update.provider_id, error));
                        Vec::new()
                    }
                    None => self.take_failed(lane, index, id, &error, &mut set).await?,
                }
            }
            (DeliveryState::Delivered, _) if follows => {
                vec![Event::Delivery { message: number, fate: DeliveryOutcome::Delivered }]
            }
            (DeliveryState::Read, _) if follows => {
                vec![Event::Delivery { message: number, fate: DeliveryOutcome::Read }]
            }
            (DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read, _) => Vec::new(),
        });
        self.tell(lane, index, events, set).await?;
        self.go_on(lane, index).await
    }

    /// Handles a failure status. Meta reports most refusals in this way: it takes the same paths as a refused request.
    pub(crate) async fn take_failed(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
        error: &StatusError,
        set: &mut WriteSet,
    ) -> Result<Vec<Event>, LaneError> {
        let now = self.clock.now();
        let sender = lane.conversations[index].sender;
        let Some(provider) = self.provider_of(sender) else { return Ok(Vec::new()) };
        let next = provider.judge(error);
        self.metrics.send_error(sender, next.as_str());
        let outbox = &mut lane.conversations[index].outbox;
        let place = match outbox.iter().position(|pending| pending.id == id) {
            Some(place) => place,
            None => {
                let Some(row) = outbound::find(&self.store, id).await? else { return Ok(Vec::new()) };
                let pending = self.restore(row);
                let outbox = &mut lane.conversations[index].outbox;
                let place = outbox.iter().position(|other| other.id > id).unwrap_or(outbox.len());
                outbox.insert(place, pending);
                place
            }
        };
        let failed = &lane.conversations[index].outbox[place];
        let media = failed.sent_as.as_ref().map_or(failed.draft.content.media(), TemplateMessage::media);
        self.forget_file(sender, media, &error.code.to_string()).await;
        // It was accepted before, so an ambiguous error is final here. Only a rate limit, which the platform itself
        // reports, lets it be sent again.
        let next = match next {
            Next::Ambiguous | Next::RetryOnce => Next::Rejected { why: crate::channel::RefusalCause::Dropped },
            other => other,
        };
        let error = SendError { next, code: error.code.to_string(), text: error.text.clone() };
        let mut events = Vec::new();
        self.take_error(lane, index, place, error, now, set, &mut events);
        if lane.conversations[index].outbox.iter().any(|pending| pending.id == id) {
            // It is sent again: a status that it was delivered after all must reach its lane.
            self.unknown_sends.add(id);
        }
        Ok(events)
    }
}

/// The state in the message's row.
fn state_of(told: DeliveryState) -> SendState {
    match told {
        DeliveryState::Sent => SendState::Sent,
        DeliveryState::Delivered => SendState::Delivered,
        DeliveryState::Read => SendState::Read,
        DeliveryState::Failed => SendState::Failed,
    }
}

/// True if this status moved the message.
fn says(status: &StatusUpdate, moved: &outbound::StatusChange) -> bool {
    let names = match &moved.provider_id {
        Some(provider_id) => status.ours.is_none() && status.provider_id == *provider_id,
        None => status.ours == Some(moved.id),
    };
    names && status.state == moved.state
}
