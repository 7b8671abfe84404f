//! Handles each kind of work of a lane: updates memory, runs a turn of the engine, sends.

use crate::{
    base::{ids::ConversationId, time::Time},
    delivery::{News, transmit::SendResult},
    lane::{
        error::LaneError,
        outbox::{self, QueuedState},
        rows,
        state::{Conversation, LaneState, LaneTask, RecordedMessage, TurnAnswer},
    },
    model::{
        consent_words::{self, Word},
        effect::Effect,
        event::{ConsentWord, DeliveryOutcome, Event},
        inbound::InboundKind,
    },
    process::metrics::in_seconds,
    starts::Begun,
    store::{
        WriteSet,
        tables::{contact, outbound},
    },
    turns::Runner,
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Runner {
    /// Handles a message of the contact: moves the window, releases held messages, runs a turn.
    pub(crate) async fn inbound_turn(
        self: &Arc<Self>,
        lane: &mut LaneState,
        recorded: RecordedMessage,
    ) -> Result<(), LaneError> {
        let now = self.clock.now();
        let index = self.conversation_index(lane, recorded.conversation).await?;
        let recorded = self.with_own_button(recorded, lane.contact.id).await?;
        lane.heard = true;
        let mut set = WriteSet::of(lane.contact.id.0);
        let message = &recorded.message;
        let at = message.at.min(recorded.recorded_at);
        let conversation = &mut lane.conversations[index];
        if recorded.opens {
            conversation.window.open(at);
        }
        conversation.last_inbound_at = conversation.last_inbound_at.max(Some(at));
        conversation.heard_at = conversation.heard_at.max(Some(recorded.recorded_at));
        if let Some(number) = &message.number {
            conversation.number = Some(number.as_str().into());
        }
        let newest = lane.contact.data.last_message_at.is_none_or(|last| last <= at);
        lane.contact.data.last_message_at = lane.contact.data.last_message_at.max(Some(at));
        let unnamed = lane.contact.data.name.is_none() && message.name.is_some();
        if unnamed {
            lane.contact.data.name.clone_from(&message.name);
        }
        // The user name is the person's own and may change: the newest message has it.
        let renamed = newest && message.username.is_some() && lane.contact.data.username != message.username;
        if renamed {
            lane.contact.data.username.clone_from(&message.username);
        }
        let reached = lane.contact.data.is_reached();
        if (newest && self.starts.move_to(&mut lane.contact, &message.from, now, &mut set))
            || unnamed
            || renamed
            || reached
        {
            rows::contact(&mut set, &lane.contact);
        }
        let word = self.take_word(lane, &recorded, now, &mut set);
        let conversation = &mut lane.conversations[index];
        if word != Some(ConsentWord::Stop) && conversation.session.person.is_none() && recorded.opens {
            let released = outbox::release(&mut conversation.outbox, now);
            for id in released.dropped {
                rows::gone(&mut set, conversation.sender, id, outbound::SendState::Dropped, None);
            }
            for id in released.again {
                if let Some(pending) = conversation.outbox.iter().find(|pending| pending.id == id) {
                    rows::mark(&mut set, conversation.sender, pending, None, None);
                }
            }
        }
        if let Some(session) = self.session_of_code(lane, &recorded, now).await? {
            self.begin_tester_session(lane, index, &recorded, &session, set, now).await?;
            return self.go_on(lane, index).await;
        }
        self.metrics.lane_wait_seconds.observe(in_seconds(now - recorded.recorded_at));
        let reply_to = self.replies_to(&recorded, &lane.conversations[index].session).await?;
        let tapped = self.doubtful_tap(&recorded, &lane.conversations[index].outbox).await?;
        self.confirm_unknown_sends(lane, index, message, reply_to.or(tapped), &mut set, now);
        let RecordedMessage { id, message, recorded_at, opens, .. } = recorded;
        let read = opens.then(|| message.provider_id.clone());
        let event = Event::Received { id, message, reply_to, word };
        let effects = self.take_turn(lane, index, event, Some(id), set).await?;
        if let Some(read) = read {
            self.read_receipts.show_read(lane, index, read, at, &effects);
        }
        self.metrics.turn_seconds.observe(in_seconds(self.clock.now() - recorded_at));
        // The message is handled; an error after this is not the message's fault.
        self.go_on(lane, index).await.map_err(|error| LaneError::Reload(error.to_string()))
    }

    /// Sends due messages and gives the engine its events, until nothing changes any more.
    pub(crate) async fn go_on(self: &Arc<Self>, lane: &mut LaneState, index: usize) -> Result<(), LaneError> {
        loop {
            let News { set, events } = self.delivery.dispatch(lane, index).await?;
            let heard = !events.is_empty();
            if heard || !set.is_empty() {
                Box::pin(self.tell(lane, index, events, set)).await?;
            }
            if !heard {
                return Ok(());
            }
        }
    }

    /// Gives the engine the results of messages. The rows with the results are in the commit of the last turn, so that
    /// no result is known only to a process that died.
    pub(crate) async fn tell(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        mut events: Vec<Event>,
        mut set: WriteSet,
    ) -> Result<(), LaneError> {
        let contact = lane.contact.id;
        let last = events.pop();
        for event in events {
            self.take_own_turn(lane, index, event, WriteSet::of(contact.0)).await?;
        }
        // The earlier turns may have changed the contact: use the current data, not the older row.
        if set.holds(&contact::CHANGE) {
            rows::contact(&mut set, &lane.contact);
        }
        let Some(last) = last else { return Ok(self.store.commit(set).await.map(drop)?) };
        match self.take_own_turn(lane, index, last, set.clone()).await {
            Err(LaneError::Poison(why)) => {
                // The turn cannot be stored, but the message's result must be: otherwise it would be reported again
                // for ever.
                self.metrics.bug("news");
                tracing::error!(contact.id = %contact, "The run of contact {contact} could not take the result of its message; the result is stored, and the run is read again: {why}");
                self.statuses.report_identified(&self.store.commit(set).await?);
                Err(LaneError::Reload(why))
            }
            done => done.map(drop),
        }
    }

    pub(crate) async fn take_other(self: &Arc<Self>, lane: &mut LaneState, work: LaneTask) -> Result<(), LaneError> {
        match work {
            LaneTask::Inbound(_) | LaneTask::Forget => Ok(()),
            LaneTask::Event { conversation, event, reply } => {
                let index = self.conversation_index(lane, conversation).await?;
                let set = WriteSet::of(lane.contact.id.0);
                let effects = match *event {
                    Event::Published | Event::Preference { .. } => self.take_own_turn(lane, index, *event, set).await?,
                    event => self.take_turn(lane, index, event, None, set).await?,
                };
                answer(reply, conversation, effects);
                self.go_on(lane, index).await
            }
            LaneTask::Returned(returned) => Box::pin(self.take_returned(lane, returned)).await,
            LaneTask::Begin(start, _held) => {
                let Some(Begun { sender, start }) = Box::pin(self.starts.begin(lane, *start)).await? else {
                    return Ok(());
                };
                Box::pin(self.take_start(lane, sender, start)).await
            }
            LaneTask::Say { id, conversation, draft, began_with, reply } => {
                Box::pin(self.say_in_lane(lane, id, conversation, (*draft, began_with), reply)).await
            }
            LaneTask::Sent { conversation, id, result } => {
                let index = self.conversation_index(lane, conversation).await?;
                let SendResult { news, failed } = self.delivery.take_result(lane, index, id, *result).await?;
                if let Some(News { set, events }) = news {
                    Box::pin(self.tell(lane, index, events, set)).await?;
                }
                if let Some(error) = failed {
                    let mut set = WriteSet::of(lane.contact.id.0);
                    let events = Box::pin(self.delivery.take_failed(lane, index, id, &error, &mut set)).await?;
                    Box::pin(self.tell(lane, index, events, set)).await?;
                }
                self.go_on(lane, index).await
            }
            LaneTask::WindowTold { conversation, message, heard } => {
                let index = self.conversation_index(lane, conversation).await?;
                self.delivery.take_window(lane, index, message, heard).await?;
                self.go_on(lane, index).await
            }
            LaneTask::Moved { names, reply } => {
                let mut set = WriteSet::of(lane.contact.id.0);
                if self.starts.move_to(&mut lane.contact, &names, self.clock.now(), &mut set) {
                    rows::contact(&mut set, &lane.contact);
                    self.store.commit(set).await?;
                }
                let _ = reply.send(());
                Ok(())
            }
            LaneTask::Leave { to, show, joined } => Box::pin(self.be_joined(lane, to, show, joined)).await,
            LaneTask::Join { leaver, reply } => {
                Box::pin(self.take_over(lane, *leaver)).await?;
                let _ = reply.send(lane.contact.opted_out);
                Ok(())
            }
            LaneTask::Erase { others, reply } => {
                self.erase_in_lane(lane, &others).await?;
                let _ = reply.send(());
                Ok(())
            }
            LaneTask::Status { conversation, id, number, tells, update } => {
                let index = self.conversation_index(lane, conversation).await?;
                let News { set, events } =
                    Box::pin(self.delivery.take_status(lane, index, id, number, tells, *update)).await?;
                Box::pin(self.tell(lane, index, events, set)).await?;
                self.go_on(lane, index).await
            }
            LaneTask::Resend { conversation, id, reply } => {
                let index = self.conversation_index(lane, conversation).await?;
                let found = Box::pin(self.delivery.resend(lane, index, id)).await?;
                let _ = reply.send(found);
                self.go_on(lane, index).await
            }
            LaneTask::TakeBack { conversation, id, reply } => {
                let index = self.conversation_index(lane, conversation).await?;
                let taken = Box::pin(self.delivery.take_back_in_lane(lane, index, id)).await?;
                let _ = reply.send(taken);
                self.go_on(lane, index).await
            }
            LaneTask::Pass { reply } => {
                let _ = reply.send(());
                Ok(())
            }
            LaneTask::CallOff { conversation, run } => {
                let index = self.conversation_index(lane, conversation).await?;
                Box::pin(self.take_back_run(lane, index, run)).await
            }
            LaneTask::AskAnew { sender } => {
                let now = self.clock.now();
                for index in 0..lane.conversations.len() {
                    if lane.conversations[index].sender == sender {
                        outbox::ask_anew(&mut lane.conversations[index].outbox, now);
                        self.go_on(lane, index).await?;
                    }
                }
                Ok(())
            }
            LaneTask::Wake => {
                lane.armed = None;
                let now = self.clock.now();
                for index in 0..lane.conversations.len() {
                    // A tick may make the next thing due at once; each tick advances the session.
                    let mut turns = 0;
                    while lane.conversations[index].session.due_at().is_some_and(|at| at <= now)
                        || self.has_called_off(&lane.conversations[index])
                    {
                        let set = WriteSet::of(lane.contact.id.0);
                        self.take_own_turn(lane, index, Event::Tick, set).await?;
                        turns += 1;
                        if turns > crate::base::limits::TICKS_AT_ONCE_MAX {
                            self.metrics.bug("tick");
                            let of = lane.conversations[index].id;
                            tracing::error!(
                                conversation.id = %of,
                                "Conversation {of} is due again after {turns} timers at one time, which is a bug of ours; the rest waits for its next timer"
                            );
                            break;
                        }
                    }
                    if self.lacks_a_call(&lane.conversations[index]) {
                        let set = WriteSet::of(lane.contact.id.0);
                        self.take_own_turn(lane, index, Event::Restarted, set).await?;
                    }
                    self.go_on(lane, index).await?;
                }
                Ok(())
            }
        }
    }

    /// True if a queued start belongs to a stopped broadcast.
    fn has_called_off(&self, conversation: &Conversation) -> bool {
        let queue = &conversation.session.queue;
        !queue.is_empty() && {
            let paused = self.starts.flow_health.paused();
            queue.iter().any(|queued| paused.cancels(&queued.start.trigger))
        }
    }

    /// START lifts an opt-out; an opt-out that `accept` has written is copied to memory.
    fn take_word(
        &self,
        lane: &mut LaneState,
        recorded: &RecordedMessage,
        now: Time,
        set: &mut WriteSet,
    ) -> Option<ConsentWord> {
        if recorded.word == Some(ConsentWord::Stop) {
            lane.contact.opted_out = lane.contact.opted_out.or(Some(recorded.recorded_at));
            // Its row already says so, unless an earlier START was handled after it.
            rows::opt_out(set, &lane.contact);
            return recorded.word;
        }
        let InboundKind::Text { body } = &recorded.message.kind else { return None };
        lane.contact.opted_out?;
        if consent_words::recognise(body, &self.live.get().rules.words) != Some(Word::Start) {
            return None;
        }
        if !self.contacts.opt_outs.lift(lane.contact.id, recorded.id) {
            // A newer STOP is already recorded.
            return None;
        }
        lane.contact.opted_out = None;
        rows::opt_out(set, &lane.contact);
        let line = rows::LedgerLine {
            topic: "all",
            given: true,
            at: recorded.message.at.min(now),
            by: "contact",
            message: Some(recorded.id),
            shown: None,
        };
        rows::ledger(set, self.store.next_id(), lane.contact.id, &line, now);
        Some(ConsentWord::Start)
    }

    /// True if a reply to an unknown message, or a tap on one of its buttons, proves that it was sent. A tap that
    /// names another message proves nothing: the same question may have been asked again.
    fn confirm_unknown_sends(
        &self,
        lane: &mut LaneState,
        index: usize,
        message: &crate::model::inbound::InboundMessage,
        reply_to: Option<u32>,
        set: &mut WriteSet,
        now: Time,
    ) {
        let conversation = &mut lane.conversations[index];
        let tapped = match &message.kind {
            InboundKind::Button { id, .. } => self.token_of(id, conversation.id),
            _ => None,
        };
        let missed = &mut conversation.missed;
        conversation.outbox.retain(|pending| {
            let unknown = matches!(pending.state, QueuedState::Unknown { .. });
            let meant = reply_to == Some(pending.draft.number)
                || tapped.as_ref().filter(|_| reply_to.is_none()).is_some_and(|token| {
                    // The run alone proves nothing: the button may belong to an earlier question.
                    Some(token.run) == pending.draft.run
                        && pending.draft.step.as_ref().is_some_and(|step| token.is_of(step))
                });
            if unknown && meant {
                self.statuses.unknown_sends.remove(pending.id);
                rows::gone(set, conversation.sender, pending.id, outbound::SendState::Sent, None);
                if pending.draft.tells {
                    let (at, as_template) = (pending.attempted_at.unwrap_or(now), pending.went_as_template());
                    let (nudge, ttl) = (pending.draft.nudge, pending.time_to_live());
                    let fate = DeliveryOutcome::Accepted { at, as_template, nudge, ttl, words: pending.words() };
                    missed.push(Event::Delivery { message: pending.draft.number, fate });
                }
            }
            !(unknown && meant)
        });
    }
}

fn answer(reply: Option<oneshot::Sender<TurnAnswer>>, conversation: ConversationId, effects: Vec<Effect>) {
    if let Some(reply) = reply {
        let _ = reply.send(TurnAnswer { effects, conversation });
    }
}
