//! Handles the statuses of a message that a run waits for, or that report a failure.

use super::{Delivery, News};
use crate::{
    base::ids::OutboundId,
    channel::{Next, SendError},
    lane::{
        error::LaneError,
        outbox::{self, QueuedState, SendAnswer},
        rows,
        state::LaneState,
    },
    model::{
        event::{DeliveryOutcome, Event},
        inbound::{DeliveryState, StatusError, StatusUpdate},
        template::TemplateMessage,
    },
    store::{WriteSet, tables::outbound},
};
use std::sync::Arc;

impl Delivery {
    /// Handles a status that a run here waits for, or a failure.
    pub(crate) async fn take_status(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
        number: u32,
        follows: bool,
        update: StatusUpdate,
    ) -> Result<News, LaneError> {
        self.statuses.unknown_sends.remove(id);
        let mut events = Vec::new();
        let mut set = WriteSet::of(lane.contact.id.0);
        let conversation = &mut lane.conversations[index];
        let place = conversation.outbox.iter().position(|pending| pending.id == id);
        if place.is_none() {
            // It was sent: no further check before a send is needed.
            self.statuses.late_receipts.take(id);
        }
        match update.state {
            DeliveryState::Delivered | DeliveryState::Read if lane.contact.data.is_reached() => {
                rows::contact(&mut set, &lane.contact);
            }
            DeliveryState::Sent if lane.contact.data.unreached.contains_key(&conversation.sender) => {
                self.statuses.unknown_sends.add(id);
            }
            DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read | DeliveryState::Failed => {}
        }
        let on_wire = place.filter(|place| conversation.outbox[*place].state == QueuedState::Sending);
        if let (Some(place), None, true) = (place, on_wire, update.state != DeliveryState::Failed) {
            // The status proves that it was sent, even if it was to be sent again; a message that is being sent waits
            // for its own answer.
            self.statuses.late_receipts.take(id);
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
        Ok(News { set, events })
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
        let Some(provider) = self.senders.provider_of(sender) else { return Ok(Vec::new()) };
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
        self.uploads.forget_file(sender, media, &error.code.to_string()).await;
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
            self.statuses.unknown_sends.add(id);
        }
        Ok(events)
    }
}
