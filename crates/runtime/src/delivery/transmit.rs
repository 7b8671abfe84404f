//! Sends messages and handles the results: one path for each `channel::Next`.

use super::{
    News,
    rules::{address_of, give_back_unasked},
    unstored::SentMark,
};
use crate::{
    base::{
        clock::Stopwatch,
        ids::OutboundId,
        limits::{PAIR_WAIT_MAX, PAUSE_DEFAULT, SEND_ATTEMPTS_MAX, UNKNOWN_AFTER, WINDOW},
        time::{Span, Time},
    },
    channel::{Next, OptOutScope, Outgoing, PauseScope, Receipt, RefusalCause, SendError, TemplateFault, spans::Part},
    delivery::Delivery,
    lane::{
        error::LaneError,
        outbox::{self, QueuedMessage, QueuedState, RateStage, SendAnswer, backoff},
        rows,
        state::{LaneState, LaneTask},
    },
    model::{
        contact::ContactPatch,
        content::Content,
        effect::Origin,
        event::{DeliveryOutcome, Event, Reason},
        inbound::StatusError,
        template::TemplateStatus,
    },
    senders::{breaker::never_left, pausing::refuses_direct},
    store::WriteSet,
};
use std::sync::{Arc, atomic::Ordering};

/// The result of a send, for the lane.
#[derive(Default)]
pub(crate) struct SendResult {
    /// To be told and stored first.
    pub news: Option<News>,
    /// A failure status that came before the answer of the send: to be applied after that.
    pub failed: Option<StatusError>,
}

impl Delivery {
    /// Starts the request of a message whose `sending` is committed. Its result comes back as `LaneTask::Sent`.
    pub(crate) fn launch(self: &Arc<Self>, lane: &LaneState, index: usize, id: OutboundId, content: Content) {
        let conversation = &lane.conversations[index];
        let (contact, sender) = (lane.contact.id, conversation.sender);
        // A message that was decided after the opt-out may be sent: its confirmation, and messages that
        // `answers_after` allows.
        let passes_stop = lane.contact.opted_out.is_some()
            || conversation.outbox.iter().any(|p| p.id == id && p.draft.origin == Origin::OptOutConfirmation);
        let template = matches!(content, Content::Template(_));
        let pending = conversation.outbox.iter().find(|pending| pending.id == id);
        let direct = pending.is_some_and(|pending| pending.direct);
        let reply_to = pending.and_then(|pending| pending.draft.quotes.clone());
        let closes_at = conversation.window.opened_at.filter(|_| !template && !direct).map(|at| at + WINDOW);
        let to = address_of(&lane.contact);
        let number = conversation.number.as_deref().map(str::to_owned);
        let mut outgoing = Outgoing { id, sender, to, content, reply_to, direct, number, file: None };
        let trace = pending.and_then(|pending| pending.draft.trace).map_or(id.0, |trace| trace.0);
        self.statuses.trace_ids.put(id, trace);
        tracing::debug!(trace.id = trace, outbound.id = %id, sender.id = %sender, "Message {id} goes on the wire");
        let conversation = conversation.id;
        let goes_on = lane.contact.data.joined_to.unwrap_or(contact);
        let app = Arc::clone(self);
        let (led, turn) = pending.map_or((false, 0), |pending| (pending.draft.trace.is_some(), pending.draft.turn));
        self.queue.lanes.enter();
        tokio::spawn(async move {
            let (began, started) = (app.clock.now(), Stopwatch::start());
            // The upload may take a while, so make all other checks after it.
            let attached = app.uploads.attach(&mut outgoing).await;
            let stopped = app.contacts.opt_outs.in_force(contact) || app.contacts.opt_outs.in_force(goes_on);
            let result = if stopped && !passes_stop {
                // The opt-out came between the commit and the send: no queued message is sent after it.
                let next = Next::OptedOut { from: OptOutScope::Everything };
                Err(SendError { next, code: "opted_out".into(), text: "the contact wrote STOP".into() })
            } else if closes_at.is_some_and(|at| app.clock.now() >= at) {
                // The commit took so long that the window has closed in the meantime.
                let text = "the window closed before it left".to_owned();
                Err(SendError { next: Next::WindowClosed, code: "window_closed".into(), text })
            } else if let Err(error) = &attached {
                Err(error.clone())
            } else if let Some(provider_id) = app.statuses.late_receipts.take(id) {
                // A status of an earlier attempt came between the commit and the send: that attempt was sent.
                Ok(Receipt { provider_id, aliases: Vec::new(), held_for_quality: false })
            } else {
                app.health.hand_over(trace, &outgoing).await
            };
            let result = app.uploads.unless_forgotten(result, attached.ok().flatten()).await;
            // A message that neither a message nor a start led to begins its trace.
            let parent = led.then_some(Part::Turn { conversation: conversation.0, turn });
            app.tell_of_send((trace, parent), (id, sender), &result, (began, started));
            let work = LaneTask::Sent { conversation, id, result: Box::new(result) };
            // From here on the running lane counts as busy.
            app.queue.push_and_run(contact, work).await;
            app.queue.lanes.leave();
        });
    }

    /// Handles the provider's answer. Gives the events that the engine waits for.
    pub(crate) async fn take_result(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
        result: Result<Receipt, SendError>,
    ) -> Result<SendResult, LaneError> {
        let now = self.clock.now();
        let mut set = WriteSet::of(lane.contact.id.0);
        self.statuses.late_receipts.take(id);
        let Some(place) = lane.conversations[index].outbox.iter().position(|pending| pending.id == id) else {
            return Ok(SendResult::default());
        };
        let sender = lane.conversations[index].sender;
        match result {
            Ok(receipt) => {
                self.metrics.message(sender, "sent");
                let account = lane.contact.account.clone();
                if let Err(error) =
                    self.contacts.learn_aliases(&account, lane.contact.id, &receipt.aliases, &mut set).await
                {
                    tracing::warn!(
                        "The platform told another number or id of a recipient, and it could not be stored: {error:#}"
                    );
                }
                let conversation = &mut lane.conversations[index];
                let mut pending = conversation.outbox.remove(place);
                conversation.accepted_turn = conversation.accepted_turn.max(Some(pending.draft.turn));
                // If statuses do not carry our id, one may be arriving at this moment.
                let blind = self.senders.provider_of(sender).is_some_and(|provider| !provider.carries().echoes_our_id);
                let early = blind || self.statuses.early_statuses.load(Ordering::Relaxed);
                rows::sent(&mut set, sender, id, &receipt, early, now);
                if pending.went_as_template() && self.senders.get(sender).is_some_and(|of| of.template_opens_window) {
                    conversation.window.open(now);
                    rows::open_window(&mut set, conversation.id, now);
                }
                pending.answer(&SendAnswer::Accepted { provider_id: receipt.provider_id.to_string() });
                // Watch for its delivery only if the contact was unreachable lately.
                if lane.contact.data.unreached.contains_key(&sender) {
                    self.statuses.unknown_sends.add(id);
                } else {
                    self.statuses.unknown_sends.remove(id);
                }
                let failed = pending.failed_early.take().filter(|(of, _)| *of == receipt.provider_id);
                // The status `failed` came before the answer.
                let failed = failed.map(|(_, error)| error);
                if pending.draft.tells {
                    // In one commit: otherwise the row could be `sent` while the engine waits for the event for ever.
                    let as_template = pending.went_as_template();
                    let (nudge, ttl) = (pending.draft.nudge, pending.time_to_live());
                    let fate = DeliveryOutcome::Accepted { at: now, as_template, nudge, ttl, words: pending.words() };
                    let event = Event::Delivery { message: pending.draft.number, fate };
                    Ok(SendResult { news: Some(News { set, events: vec![event] }), failed })
                } else {
                    let (contact, turn) = (lane.contact.id, pending.draft.turn);
                    self.commit_later(id, SentMark { contact, conversation: conversation.id, turn, set }).await;
                    Ok(SendResult { news: None, failed })
                }
            }
            Err(error) => {
                self.note_refusal(sender, id, &error);
                let told = lane.conversations[index].outbox[place].failed_early.take();
                if let (Next::Ambiguous, Some((_, told))) = (&error.next, told) {
                    return Ok(SendResult { news: None, failed: Some(told) });
                }
                let mut events = Vec::new();
                self.take_error(lane, index, place, error, now, &mut set, &mut events);
                Ok(SendResult { news: Some(News { set, events }), failed: None })
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one message, its error, and where the outcome goes")]
    pub(crate) fn take_error(
        &self,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        error: SendError,
        now: Time,
        set: &mut WriteSet,
        events: &mut Vec<Event>,
    ) {
        let conversation = &mut lane.conversations[index];
        let sender = conversation.sender;
        let outlived = outbox::has_outlived(&conversation.outbox, place);
        let pending = &mut conversation.outbox[place];
        // If its message was sent itself meanwhile, the result of a nudge is no news about that message.
        if outlived {
            Arc::make_mut(&mut pending.draft).tells = false;
        }
        let attempt = pending.attempt;
        let spent = attempt >= SEND_ATTEMPTS_MAX;
        if let (Some(at), false) = (pending.attempted_at, error.next == Next::Ambiguous)
            && self.policy.counts_against_cap(&pending.draft, at)
            && give_back_unasked(&mut lane.contact.data, &pending.draft.topic, at)
        {
            // Otherwise the refused attempt would count against the message when it is planned again.
            rows::contact(set, &lane.contact);
        }
        let mut waits_for = None;
        // For a message without a template, several errors mean that it needs one.
        let next = if pending.direct && refuses_direct(error.next) { Next::DirectRefused } else { error.next };
        match next {
            // It was not sent, so its attempts do not count: it waits with all others until the platform is back.
            Next::Retry { .. } if never_left(&error) && self.health.breaker.degraded(sender).is_some() => {
                again(pending, now + PAUSE_DEFAULT, true);
                waits_for = Some(Reason::SenderDown);
            }
            Next::Retry { after } if !spent => again(pending, now + after.unwrap_or_else(|| backoff(attempt)), true),
            Next::RetryPair { after } if !spent => {
                // 4^n seconds, as Meta recommends for 131056.
                let wait = after.unwrap_or_else(|| Span::seconds(4_i64.pow(attempt.min(5))).min(PAIR_WAIT_MAX));
                again(pending, now + wait, true);
            }
            Next::RetryOnce if attempt < 2 => again(pending, now + backoff(attempt), true),
            Next::Ambiguous => {
                let after = self.senders.get(sender).map_or(UNKNOWN_AFTER, |of| of.unknown_after);
                // Counted from the attempt: a request that timed out has used a part of this time.
                let until = (pending.attempted_at.unwrap_or(now) + after).max(now);
                pending.state = QueuedState::Unknown { until };
                self.statuses.unknown_sends.add(pending.id);
                if pending.draft.tells {
                    events.push(Event::Delivery { message: pending.draft.number, fate: DeliveryOutcome::Unknown });
                }
            }
            Next::WindowClosed if !pending.planned_again && !pending.went_as_template() => {
                // The provider's refusal corrects our record, unless the contact has written since.
                let attempted_at = pending.attempted_at.unwrap_or(now);
                pending.planned_again = true;
                rows::planned_again(set, pending.id, now);
                again(pending, now, true);
                if !conversation.heard_since(attempted_at) {
                    rows::close_window(set, conversation.id, conversation.window);
                    // Ignore a time that contradicts the refusal.
                    let told = self.senders.provider_of(sender).and_then(|provider| provider.opened_at(&error));
                    conversation.window.opened_at = told.filter(|at| now - *at >= WINDOW);
                    if let Some(at) = conversation.window.opened_at {
                        rows::open_window(set, conversation.id, at);
                    }
                    self.metrics.window_corrections.inc();
                }
            }
            Next::WaitDay if attempt < 2 => {
                let until = now + Span::days(1);
                again(pending, until, false);
                // The platform's own limit for marketing. The reason tells the next start that this message blocks no
                // other.
                waits_for = Some(Reason::Capped);
                if pending.draft.tells {
                    let fate = DeliveryOutcome::Postponed { until, reason: Reason::Capped };
                    events.push(Event::Delivery { message: pending.draft.number, fate });
                }
            }
            Next::OptedOut { from } => {
                let source = format!("platform, {}", error.code);
                match from {
                    OptOutScope::Marketing => events.push(Event::Preference { given: false, by: source }),
                    // The opt-out was known only to the platform: record it, so that it is in force here, too.
                    OptOutScope::Everything if !self.contacts.opt_outs.in_force(lane.contact.id) => {
                        let patch = ContactPatch { opted_out: Some(true), by: source, ..ContactPatch::default() };
                        events.push(Event::Changed(Box::new(patch)));
                    }
                    OptOutScope::Everything => {}
                }
                self.give_up(lane, index, place, Some(Reason::OptedOut), &error, now, set, events);
                return;
            }
            Next::PauseSender { what, after } => {
                let until = now + after.unwrap_or(PAUSE_DEFAULT);
                let templates_only = what == PauseScope::Templates;
                self.health.pause_sender(sender, templates_only, (until, after.is_some()), &error, set, now);
                again(pending, until, !templates_only);
                // The reason shows that the time is the sender's: after a restart, with the problem fixed, the message
                // is decided again.
                waits_for = Some(Reason::SenderDown);
                if templates_only {
                    waits_for = Some(Reason::TemplateUnusable);
                    if pending.draft.tells {
                        let fate = DeliveryOutcome::Postponed { until, reason: Reason::TemplateUnusable };
                        events.push(Event::Delivery { message: pending.draft.number, fate });
                    }
                }
            }
            Next::Misconfigured => {
                self.health.pause_sender(sender, false, (now + PAUSE_DEFAULT, false), &error, set, now);
                again(pending, now + PAUSE_DEFAULT, true);
                waits_for = Some(Reason::SenderDown);
            }
            Next::TemplateUnusable { why } if pending.attempt < SEND_ATTEMPTS_MAX => {
                let name = pending.template_name().unwrap_or_default();
                let is_own = pending.draft.content.is_template();
                match why {
                    TemplateFault::Paused => {
                        self.templates.spoil_template(sender, &name, TemplateStatus::Paused, set, now)
                    }
                    TemplateFault::Disabled => {
                        self.templates.spoil_template(sender, &name, TemplateStatus::Disabled, set, now)
                    }
                    TemplateFault::Data => self.templates.tell_of_template(sender, &name, &error, set, now),
                }
                // An API request for this very template gets the provider's error at once.
                let asked_for = is_own && matches!(pending.draft.origin, Origin::Api | Origin::Person);
                if asked_for || is_own && why == TemplateFault::Data {
                    return self.give_up(lane, index, place, None, &error, now, set, events);
                }
                if why == TemplateFault::Data {
                    pending.refused_templates.push(name);
                }
                again(pending, now, true);
            }
            Next::DirectRefused if pending.direct => {
                self.health.rest_direct(sender, &error, set, now);
                pending.direct_refused = true;
                again(pending, now, true);
            }
            Next::DirectRefused
            | Next::Retry { .. }
            | Next::RetryPair { .. }
            | Next::RetryOnce
            | Next::WindowClosed
            | Next::WaitDay
            | Next::Rejected { .. }
            | Next::TemplateUnusable { .. } => {
                if matches!(error.next, Next::Rejected { why: RefusalCause::Request }) {
                    let data = serde_json::json!({
                        "outbound_id": pending.id, "conversation_id": conversation.id, "contact_id": lane.contact.id,
                    });
                    let why = format!("{}: {}", error.code, error.text);
                    self.events.dead_letter(set, "rejected_send", Some(sender), &why, data, now);
                }
                if matches!(error.next, Next::Rejected { why: RefusalCause::Nobody }) {
                    lane.contact.data.is_not_reached(sender, now);
                    rows::contact(set, &lane.contact);
                }
                let reason = matches!(error.next, Next::WindowClosed).then_some(Reason::WindowClosed);
                self.give_up(lane, index, place, reason, &error, now, set, events);
                return;
            }
        }
        let pending = &mut lane.conversations[index].outbox[place];
        if outlived && pending.state == QueuedState::Queued {
            self.give_up(lane, index, place, None, &error, now, set, events);
            return;
        }
        pending.place = RateStage::None;
        pending.waits_for = waits_for;
        rows::mark(set, sender, pending, Some((&error.code, &error.text)), waits_for);
        if matches!(pending.state, QueuedState::Unknown { .. }) {
            // An API request that waits for the result goes on waiting: a status may come within seconds.
            self.metrics.message(sender, "unknown");
        }
    }

    /// Gives the message up: changes its row, tells the engine, and answers the API requests that wait for it.
    #[expect(
        clippy::too_many_arguments,
        reason = "one row, two listeners and the clock; a struct would only rename them"
    )]
    pub(crate) fn give_up(
        &self,
        lane: &mut LaneState,
        index: usize,
        place: usize,
        reason: Option<Reason>,
        error: &SendError,
        now: Time,
        set: &mut WriteSet,
        events: &mut Vec<Event>,
    ) {
        let conversation = &mut lane.conversations[index];
        let mut pending = conversation.outbox.remove(place);
        outbox::nudge_failed(&mut conversation.outbox, &pending.draft);
        self.metrics.message(conversation.sender, "failed");
        rows::failed(set, conversation.sender, pending.id, (&error.code, &error.text), reason, now);
        if pending.draft.tells {
            let fate = match reason {
                Some(reason) => DeliveryOutcome::Refused { reason },
                None => DeliveryOutcome::Failed { code: error.code.clone(), text: error.text.clone() },
            };
            events.push(Event::Delivery { message: pending.draft.number, fate });
        }
        pending.answer(&SendAnswer::failed(&error.code, &error.text, reason));
    }
}

fn again(pending: &mut QueuedMessage, at: Time, keeps_place: bool) {
    pending.state = QueuedState::Queued;
    pending.not_before = Some(at);
    pending.in_order = keeps_place;
    pending.sent_as = None;
    pending.direct = false;
}
