//! Puts a message on the wire and takes what comes back: one path for each `channel::Next`.

use super::{
    app::App,
    catch::caught,
    lane::{Conversation, LaneError, LaneState, Work},
    outbox::{Pending, PendingState, SendAnswer, backoff},
    rows,
};
use crate::{
    base::{
        ids::OutboundId,
        limits::{PAIR_WAIT_MAX, PAUSE_DEFAULT, SEND_ATTEMPTS_MAX},
        time::{Span, Time},
    },
    channel::{Next, OptOutScope, Outgoing, PauseScope, Receipt, SendError, TemplateFault, Why},
    model::{
        content::Content,
        effect::Origin,
        event::{Event, Fate, Reason},
        template::TemplateMessage,
    },
    store::WriteSet,
};
use std::sync::Arc;

impl App {
    /// Starts the request of a message whose `sending` is committed. Its result comes back as `Work::Sent`.
    pub(super) fn launch(self: &Arc<Self>, lane: &LaneState, index: usize, id: OutboundId, content: Content) {
        let conversation = &lane.conversations[index];
        let (contact, sender) = (lane.contact.id, conversation.sender);
        let passes_stop =
            conversation.outbox.iter().any(|p| p.id == id && p.draft.origin == Origin::OptOutConfirmation);
        let outgoing = Outgoing { id, sender, to: self.address_of(&lane.contact), content, reply_to: None };
        let conversation = conversation.id;
        let app = Arc::clone(self);
        self.lanes.enter();
        tokio::spawn(async move {
            let result = if app.stops.holds(contact) && !passes_stop {
                // The stop came between the commit and the wire: nothing queued leaves afterwards.
                let next = Next::OptedOut { from: OptOutScope::Everything };
                Err(SendError { next, code: "opted_out".into(), text: "the contact wrote STOP".into() })
            } else {
                match (app.provider_of(sender), app.http.as_ref()) {
                    (Some(provider), http) => {
                        caught(provider.send(http, &outgoing)).await.unwrap_or_else(|panic| {
                            tracing::error!(outbound.id = %id, "Sending panicked: {panic}");
                            Err(SendError { next: Next::Ambiguous, code: "panic".into(), text: panic })
                        })
                    }
                    (None, _) => Err(SendError {
                        next: Next::Misconfigured,
                        code: "unknown_sender".into(),
                        text: format!("no provider serves sender {sender}"),
                    }),
                }
            };
            app.push(contact, Work::Sent { conversation, id, result: Box::new(result) });
            app.lanes.leave();
        });
    }

    /// Takes the provider's answer. Gives back what the engine wants to hear of it.
    pub(super) async fn take_result(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
        result: Result<Receipt, SendError>,
    ) -> Result<Vec<Event>, LaneError> {
        let now = self.clock.now();
        let mut set = WriteSet::of(lane.contact.id.0);
        let mut events = Vec::new();
        let Some(place) = lane.conversations[index].outbox.iter().position(|pending| pending.id == id) else {
            return Ok(events);
        };
        let sender = lane.conversations[index].sender;
        match result {
            Ok(receipt) => {
                self.metrics.message(sender, "sent");
                self.learn_aliases(&lane.contact, &receipt.aliases, &mut set).await;
                let conversation = &mut lane.conversations[index];
                let mut pending = conversation.outbox.remove(place);
                rows::sent(&mut set, &pending, &receipt, now);
                // A cap counts what left; the contact's row says so in the same commit.
                if self.counts_against_cap(&pending.draft, now) {
                    rows::contact(&mut set, &lane.contact);
                }
                if pending.draft.tells {
                    let as_template = pending.sent_as.is_some() && !pending.draft.content.is_template();
                    let fate = Fate::Accepted { at: now, as_template, nudge: pending.is_nudge };
                    events.push(Event::Delivery { message: pending.draft.number, fate });
                }
                pending.answer(&SendAnswer::Accepted { provider_id: receipt.provider_id.to_string() });
                self.commit_later(set);
                return Ok(events);
            }
            Err(error) => {
                self.metrics.send_error(sender, error.next.as_str());
                tracing::info!(
                    outbound.id = %id, sender.id = %sender, error.code = error.code, next = error.next.as_str(),
                    "The provider did not take message {id}: {}", error.next.as_str()
                );
                self.take_error(lane, index, place, error, now, &mut set, &mut events);
            }
        }
        self.commit_marks(set).await?;
        Ok(events)
    }

    fn take_error(
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
        let pending = &mut conversation.outbox[place];
        let attempt = pending.attempt;
        let spent = attempt >= SEND_ATTEMPTS_MAX;
        match error.next {
            Next::Retry { after } if !spent => again(pending, now + after.unwrap_or_else(|| backoff(attempt)), true),
            Next::RetryPair { after } if !spent => {
                // 4^n seconds, Meta's own advice for 131056.
                let wait = after.unwrap_or_else(|| Span::seconds(4_i64.pow(attempt.min(5))).min(PAIR_WAIT_MAX));
                again(pending, now + wait, true);
            }
            Next::RetryOnce if attempt < 2 => again(pending, now + backoff(attempt), true),
            Next::Ambiguous => {
                pending.state = PendingState::Unknown { until: now + self.unknown_after(sender) };
                if pending.draft.tells {
                    events.push(Event::Delivery { message: pending.draft.number, fate: Fate::Unknown });
                }
            }
            Next::WindowClosed if !pending.planned_again && !pending.went_as_template() => {
                // The provider's refusal corrects our record, unless the contact has written since.
                let attempted_at = pending.attempted_at.unwrap_or(now);
                pending.planned_again = true;
                again(pending, now, true);
                if conversation.last_inbound_at.is_none_or(|at| at <= attempted_at) {
                    rows::close_window(set, conversation.id, conversation.window);
                    conversation.window.opened_at = None;
                    self.metrics.window_corrected(sender);
                }
            }
            Next::WaitDay if attempt < 2 => again(pending, now + Span::days(1), false),
            Next::OptedOut { from } => {
                self.record_refused_consent(lane, from, now, set, events);
                self.give_up(lane, index, place, Some(Reason::OptedOut), &error, now, set, events);
                return;
            }
            Next::PauseSender { what, after } => {
                let until = now + after.unwrap_or(PAUSE_DEFAULT);
                self.pause_sender(sender, what == PauseScope::Templates, until, &error, set, now);
                again(pending, until, true);
            }
            Next::Misconfigured => {
                self.pause_sender(sender, false, now + PAUSE_DEFAULT, &error, set, now);
                again(pending, now + PAUSE_DEFAULT, true);
            }
            Next::TemplateUnusable { why } if pending.attempt < SEND_ATTEMPTS_MAX => {
                if let Some(name) = pending.template_name() {
                    self.spoil_template(sender, &name, why == TemplateFault::Paused, set, now);
                }
                again(pending, now, true);
            }
            Next::Retry { .. }
            | Next::RetryPair { .. }
            | Next::RetryOnce
            | Next::WindowClosed
            | Next::WaitDay
            | Next::Rejected { .. }
            | Next::TemplateUnusable { .. } => {
                if matches!(error.next, Next::Rejected { why: Why::Request }) {
                    rows::dead_letter(set, self, now, sender, "rejected_send", &error, &conversation.outbox[place]);
                }
                let reason = matches!(error.next, Next::WindowClosed).then_some(Reason::WindowClosed);
                self.give_up(lane, index, place, reason, &error, now, set, events);
                return;
            }
        }
        let pending = &mut lane.conversations[index].outbox[place];
        pending.slot_taken = false;
        rows::mark(set, pending, Some((&error.code, &error.text)), None, now);
        if matches!(pending.state, PendingState::Unknown { .. }) {
            self.metrics.message(sender, "unknown");
            pending.answer(&SendAnswer::Unknown);
        }
    }

    /// The message will not be sent: its row, the engine and whoever waits for it hear so.
    #[expect(clippy::too_many_arguments, reason = "one row, two listeners and the clock; a struct would only rename them")]
    pub(super) fn give_up(
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
        self.metrics.message(conversation.sender, "failed");
        rows::failed(set, &pending, &error.code, &error.text, reason, now);
        if pending.draft.tells {
            let fate = match reason {
                Some(reason) => Fate::Refused { reason },
                None => Fate::Failed { code: error.code.clone(), text: error.text.clone() },
            };
            events.push(Event::Delivery { message: pending.draft.number, fate });
        }
        pending.answer(&SendAnswer::Failed { code: error.code.clone(), text: error.text.clone(), reason });
    }
}

fn again(pending: &mut Pending, at: Time, keeps_place: bool) {
    pending.state = PendingState::Queued;
    pending.not_before = Some(at);
    pending.in_order = keeps_place;
    pending.sent_as = None;
}

impl Pending {
    /// Tells whoever waits for this message's fate; each hears it once.
    pub fn answer(&mut self, answer: &SendAnswer) {
        for waiter in self.waiters.drain(..) {
            // Nobody listens any more when the request timed out.
            let _ = waiter.send(answer.clone());
        }
    }

    pub fn went_as_template(&self) -> bool {
        self.sent_as.is_some()
    }

    fn template_name(&self) -> Option<String> {
        match (&self.sent_as, &self.draft.content) {
            (Some(template), _) | (None, Content::Template(template)) => Some(template.name.clone()),
            _ => None,
        }
    }
}
