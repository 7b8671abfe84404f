//! Sends the due messages of an outbox, and handles those that are not sent.

use super::{News, policy::Decision, rules::count_unasked};
use crate::{
    base::{
        ids::OutboundId,
        limits::{RESEND_WITHIN, SEND_ATTEMPTS_MAX},
        time::Time,
    },
    channel::{Next, SendError},
    config::OnUnknown,
    delivery::Delivery,
    lane::{
        error::LaneError,
        outbox::{self, NudgeState, QueuedMessage, QueuedState, RateStage, SendAnswer},
        rows,
        state::{Conversation, LaneState},
    },
    model::{
        content::Content,
        effect::{IfClosed, MessageDraft, Origin},
        event::{DeliveryOutcome, Event, Reason},
        template::TemplateMessage,
    },
    store::{
        CommitError, WriteSet,
        tables::outbound::{self, SendState},
    },
};
use std::sync::Arc;

impl Delivery {
    /// Sends due messages in order, until one is being sent, nothing is due, or the engine must hear of one. If it
    /// must, there may be more to send after that turn.
    pub(crate) async fn dispatch(self: &Arc<Self>, lane: &mut LaneState, index: usize) -> Result<News, LaneError> {
        let mut events = Vec::new();
        let mut set = WriteSet::of(lane.contact.id.0);
        let now = self.clock.now();
        if let Some(to) = lane.contact.data.joined_to.filter(|_| !lane.conversations[index].outbox.is_empty()) {
            Box::pin(self.contacts.apply_opt_out_of(lane, to)).await?;
        }
        self.expire(lane, index, now, &mut set, &mut events);
        while events.is_empty()
            && let Some(place) = outbox::next(&lane.conversations[index].outbox, now)
        {
            let pending = &mut lane.conversations[index].outbox[place];
            if pending.attempt > 0 && pending.charge.is_none() {
                pending.charge = self.billing.stored(pending.id).await?.map(Box::new);
            }
            let decision = self.policy.decide(&lane.contact, &lane.conversations[index], place, now);
            if self.asks_window(lane, index, place, &decision, now) {
                break;
            }
            match decision {
                Decision::Go { content, as_template, direct } => {
                    if let Err(at) = self.health.breaker.claim(lane.conversations[index].sender, now) {
                        // Another message is already the probe of the breaker.
                        let later = Decision::Later { at, keeps_place: true, reason: Reason::SenderDown };
                        self.settle(lane, index, place, later, now, &mut set, &mut events);
                        continue;
                    }
                    if !set.is_empty() {
                        // The row may already be `sending` (an unknown message that is sent again), and within a
                        // write-set `sending` runs before other changes of the message.
                        self.store.commit(std::mem::replace(&mut set, WriteSet::of(lane.contact.id.0))).await?;
                    }
                    let id = self.put_on_wire(
                        lane,
                        index,
                        place,
                        (as_template.map(|template| *template), direct),
                        now,
                        &mut set,
                    );
                    match self.store.commit(set).await {
                        Err(CommitError::Unknown) if self.stands_sending(&lane.conversations[index], id).await => {}
                        Err(error) => {
                            self.policy.give_place_back(lane.conversations[index].sender, lane.contact.id);
                            return Err(error.into());
                        }
                        Ok(_) => {}
                    }
                    self.launch(lane, index, id, content);
                    return Ok(News { set: WriteSet::of(lane.contact.id.0), events });
                }
                // The answer to the nudge that is out releases all held messages.
                Decision::Nudge { until, .. } if outbox::is_nudged(&lane.conversations[index].outbox) => {
                    self.settle(lane, index, place, Decision::Hold { until }, now, &mut set, &mut events);
                }
                Decision::Nudge { template, until } => {
                    self.put_nudge(lane, index, place, template, until, now, &mut set);
                }
                other => self.settle(lane, index, place, other, now, &mut set, &mut events),
            }
        }
        Ok(News { set, events })
    }

    /// True if the answer of the commit was lost but the commit happened: then the message is not in doubt, it was not
    /// sent yet.
    async fn stands_sending(&self, conversation: &Conversation, id: OutboundId) -> bool {
        let pending = conversation.outbox.iter().find(|pending| pending.id == id);
        let row = outbound::find(&self.store, id).await;
        let (Some(pending), Ok(Some(row))) = (pending, row) else { return false };
        row.state == SendState::Sending && row.attempt == pending.attempt
    }

    /// Prepares the first message of a turn if it may be sent at once: its row is written as `sending` in the turn's
    /// commit, which saves one of three commits. Gives its id and content.
    pub(crate) fn prepare(
        &self,
        lane: &mut LaneState,
        index: usize,
        fresh: &[OutboundId],
    ) -> Option<(OutboundId, Content)> {
        let now = self.clock.now();
        let place = outbox::next(&lane.conversations[index].outbox, now)?;
        if !fresh.contains(&lane.conversations[index].outbox[place].id) {
            return None;
        }
        match self.policy.decide(&lane.contact, &lane.conversations[index], place, now) {
            Decision::Go { content, as_template: None, direct: false } => {
                let sender = lane.conversations[index].sender;
                if self.policy.counts_against_cap(&lane.conversations[index].outbox[place].draft, now)
                    || self.health.breaker.claim(sender, now).is_err()
                {
                    return None;
                }
                let pending = &mut lane.conversations[index].outbox[place];
                pending.state = QueuedState::Sending;
                pending.attempt = 1;
                pending.attempted_at = Some(now);
                let id = pending.id;
                if let Some(charge) = self.billing.reserved(sender, id) {
                    lane.conversations[index].outbox[place].charge = Some(Box::new(charge));
                }
                Some((id, content))
            }
            Decision::Slot { at, place: taken } => {
                let pending = &mut lane.conversations[index].outbox[place];
                (pending.not_before, pending.place) = (Some(at), taken);
                None
            }
            // `dispatch` handles every other decision, with rows of its own.
            _ => None,
        }
    }

    /// Adds to `set` that the message is being sent: after that commit a crash makes it unknown.
    fn put_on_wire(
        &self,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        (as_template, direct): (Option<TemplateMessage>, bool),
        now: Time,
        set: &mut WriteSet,
    ) -> OutboundId {
        let sender = lane.conversations[index].sender;
        if (direct || as_template.is_some()) && !lane.conversations[index].window.is_open(now) {
            self.policy.recipient_caps.note(&self.senders, sender, lane.contact.id, now);
        }
        let pending = &mut lane.conversations[index].outbox[place];
        if let Some(charge) = self.billing.reserved(sender, pending.id) {
            pending.charge = Some(Box::new(charge));
        }
        pending.state = QueuedState::Sending;
        pending.attempt += 1;
        let before = pending.attempted_at.replace(now);
        pending.not_before = None;
        pending.place = RateStage::None;
        pending.sent_as = as_template;
        pending.direct = direct;
        rows::sending(set, pending, now);
        let (id, topic) = (pending.id, pending.draft.topic.clone());
        // An earlier unknown attempt is still counted; a refused one was given back.
        let stamps = lane.contact.data.unasked.get(&topic);
        let counted = before.is_some_and(|at| stamps.is_some_and(|stamps| stamps.contains(&at)));
        let announced = pending.nudged == NudgeState::Answered;
        if !counted && !announced && self.policy.counts_against_cap(&pending.draft, now) {
            // Count it before the send, so that two messages of one second cannot both be below the cap.
            count_unasked(&mut lane.contact.data, &topic, now);
            rows::contact(set, &lane.contact);
        }
        id
    }

    /// Splits a message in two: its template is sent first, and the message itself is held for the answer.
    #[expect(clippy::too_many_arguments, reason = "the row, its parts and the clock")]
    fn put_nudge(
        &self,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        template: TemplateMessage,
        until: Time,
        now: Time,
        set: &mut WriteSet,
    ) {
        let contact = lane.contact.id;
        let conversation = &mut lane.conversations[index];
        let kept = &mut conversation.outbox[place];
        kept.state = QueuedState::Held { until };
        kept.not_before = None;
        kept.in_order = false;
        kept.nudged = NudgeState::Out;
        // One nudge only: if the window is closed again when the answer comes, the message only waits.
        if let Some(IfClosed::Nudge { hold, .. }) = kept.draft.if_closed {
            Arc::make_mut(&mut kept.draft).if_closed = Some(IfClosed::Hold(hold));
        }
        rows::mark(set, conversation.sender, kept, None, Some(Reason::WindowClosed));
        let mut draft = MessageDraft::clone(&kept.draft);
        draft.content = Content::Template(template);
        draft.if_closed = None;
        draft.nudge = true;
        let nudge = QueuedMessage::new(OutboundId(self.store.next_id()), Arc::new(draft), now);
        rows::insert_outbound(set, &nudge, contact, conversation.id, conversation.sender);
        conversation.outbox.insert(place + 1, nudge);
        self.metrics.message(conversation.sender, "held");
    }

    #[expect(clippy::too_many_arguments, reason = "one message, what was decided, and where the outcome goes")]
    fn settle(
        &self,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        decision: Decision,
        now: Time,
        set: &mut WriteSet,
        events: &mut Vec<Event>,
    ) {
        let contact = lane.contact.id;
        let conversation = &mut lane.conversations[index];
        let sender = conversation.sender;
        let morning = match decision {
            Decision::Later { at, reason: Reason::QuietHours, .. } => {
                Some(self.policy.morning_of((contact, sender), &conversation.outbox, place, at))
            }
            _ => None,
        };
        let pending = &mut conversation.outbox[place];
        let number = pending.draft.number;
        let fate = match decision {
            Decision::Go { .. } | Decision::Nudge { .. } => return,
            Decision::Slot { at, place } => {
                // Not stored: after a restart it takes another slot.
                (pending.not_before, pending.waits_for, pending.in_order) = (Some(at), None, true);
                pending.place = place;
                return;
            }
            Decision::Later { at, keeps_place, reason } => {
                // The engine was not told while the message kept its place, for a rate or a stopped sender.
                let first = pending.in_order || pending.not_before.is_none();
                // The next time must be later than now: otherwise this would loop for ever.
                let at = morning.unwrap_or(at).max(Time(now.0 + 1));
                pending.not_before = Some(at);
                pending.waits_for = Some(reason);
                pending.in_order = keeps_place;
                pending.place = RateStage::None;
                rows::mark(set, sender, pending, None, Some(reason));
                (first && !keeps_place).then_some(DeliveryOutcome::Postponed { until: at, reason })
            }
            Decision::Hold { until } => {
                pending.state = QueuedState::Held { until };
                // A hold has no time of its own: one left from a refusal would stay due for ever.
                pending.not_before = None;
                pending.in_order = false;
                rows::mark(set, sender, pending, None, Some(Reason::WindowClosed));
                self.metrics.message(sender, "held");
                if pending.draft.if_closed.is_none()
                    && !conversation.session.silences(pending.draft.run, pending.created_at)
                {
                    self.metrics.held_unplanned.inc();
                }
                Some(DeliveryOutcome::Held { until })
            }
            Decision::Expired => {
                let mut pending = conversation.outbox.remove(place);
                rows::gone(set, sender, pending.id, SendState::Dropped, Some(Reason::TooLate));
                self.metrics.message(sender, "expired");
                pending.answer(&SendAnswer::failed("expired", "it was held too long", None));
                pending.draft.tells.then_some(DeliveryOutcome::Expired)
            }
            Decision::Skip => {
                let mut pending = conversation.outbox.remove(place);
                rows::gone(set, sender, pending.id, SendState::Skipped, Some(Reason::WindowClosed));
                self.metrics.message(sender, "skipped");
                pending.answer(&SendAnswer::failed("skipped", "the window is closed", Some(Reason::WindowClosed)));
                pending.draft.tells.then_some(DeliveryOutcome::Refused { reason: Reason::WindowClosed })
            }
            Decision::Refuse { reason, why } => {
                if let Some(flow) = &pending.draft.flow {
                    self.metrics.start_refused(flow.as_str(), pending.draft.by_clock, reason);
                }
                let error = SendError { next: Next::WaitDay, code: reason.as_str().into(), text: why };
                self.give_up(lane, index, place, Some(reason), &error, now, set, events);
                return;
            }
            Decision::Fail { code, text } => {
                let error = SendError { next: Next::WaitDay, code: code.into(), text };
                self.give_up(lane, index, place, None, &error, now, set, events);
                return;
            }
        };
        if let Some(fate) = fate {
            let tells = match &fate {
                DeliveryOutcome::Held { .. } | DeliveryOutcome::Postponed { .. } => {
                    lane.conversations[index].outbox.get(place).is_some_and(|p| p.draft.tells)
                }
                _ => true,
            };
            if tells {
                events.push(Event::Delivery { message: number, fate });
            }
        }
    }

    /// Handles holds that have expired, and unknown sends whose wait for a status is over.
    fn expire(&self, lane: &mut LaneState, index: usize, now: Time, set: &mut WriteSet, events: &mut Vec<Event>) {
        let conversation = &mut lane.conversations[index];
        for pending in conversation.outbox.iter_mut().filter(|pending| pending.interrupted) {
            pending.interrupted = false;
            rows::mark(set, conversation.sender, pending, None, None);
            self.metrics.message(conversation.sender, "unknown");
            if pending.draft.tells {
                events.push(Event::Delivery { message: pending.draft.number, fate: DeliveryOutcome::Unknown });
            }
        }
        events.append(&mut conversation.missed);
        let mut place = 0;
        while place < lane.conversations[index].outbox.len() {
            match lane.conversations[index].outbox[place].state {
                QueuedState::Held { until } if until <= now => {
                    self.settle(lane, index, place, Decision::Expired, now, set, events);
                }
                QueuedState::Unknown { until } if until <= now => {
                    if !self.resend_unknown(lane, index, place, now, set) {
                        lane.conversations[index].outbox.remove(place);
                    } else {
                        place += 1;
                    }
                }
                _ => place += 1,
            }
        }
    }

    /// Decides whether an unknown message is sent again (product.md, *Unknown sends*): with `replies`, an answer to a
    /// message of the last 15 minutes, unless a later turn's message was accepted meanwhile. False: it stays unknown,
    /// and is listed.
    fn resend_unknown(&self, lane: &mut LaneState, index: usize, place: usize, now: Time, set: &mut WriteSet) -> bool {
        let contact = lane.contact.id;
        let conversation = &mut lane.conversations[index];
        let outlived = outbox::has_outlived(&conversation.outbox, place);
        let policy = self.senders.get(conversation.sender).map_or(OnUnknown::Keep, |sender| sender.on_unknown);
        let later_accepted = conversation.accepted_turn;
        let pending = &mut conversation.outbox[place];
        let asked_recently = pending.draft.asked_for.is_some_and(|at| now - at <= RESEND_WITHIN);
        let reply = asked_recently
            && !pending.went_as_template()
            && !pending.direct
            && !pending.draft.content.is_template()
            && matches!(pending.draft.origin, Origin::Flow | Origin::HandoffFlow | Origin::OptOutConfirmation)
            && later_accepted.is_none_or(|turn| turn <= pending.draft.turn);
        // If no status ever comes, each attempt may be another copy on the same phone.
        let again = !outlived
            && pending.attempt < SEND_ATTEMPTS_MAX
            && match policy {
                OnUnknown::Keep => false,
                OnUnknown::Replies => reply,
                OnUnknown::Resend => true,
            };
        if again {
            pending.state = QueuedState::Queued;
            pending.not_before = None;
            rows::mark(set, conversation.sender, pending, None, None);
        } else {
            // It stays in the database as `unknown`, without a time at which it is due, until an operator replays it.
            rows::gone(set, conversation.sender, pending.id, SendState::Unknown, None);
            let data = serde_json::json!({
                "outbound_id": pending.id, "conversation_id": conversation.id, "contact_id": contact,
            });
            let why = "nobody knows whether this message left";
            self.events.dead_letter_with(set, pending.id.0, "unknown_send", Some(conversation.sender), why, data, now);
            self.statuses.unknown_sends.remove(pending.id);
            self.statuses.listed_unknown.add(pending.id);
            pending.answer(&SendAnswer::Unknown);
        }
        again
    }
}
