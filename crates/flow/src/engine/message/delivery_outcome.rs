//! Handles the outcomes of messages: for steps that wait for them, for deliveries, and for undelivered messages.

use super::undelivered_limit::is_lost;
use crate::{
    base::{
        limits::{DELIVERY_GRACE, DELIVERY_TTL_DEFAULT},
        time::{Span, Time},
    },
    definition::{Body, Node},
    engine::turn::{Here, Next, StepFailure, Turn},
    model::{
        effect::RunEnd,
        event::{DeliveryOutcome, Reason},
        session::{LastMessage, Waiting},
    },
    steps::Step,
};

/// True if the author has a handler for the outcome of this step's message.
pub fn waits_for_outcome(here: Here<'_>) -> bool {
    here.node.on_error.is_some() || on_undelivered(here.node).is_some()
}

/// The steps for an undelivered message.
pub fn on_undelivered(node: &Node) -> Option<Body> {
    match &node.step {
        Step::Say(say) => say.message.on_undelivered,
        Step::Ask(ask) => ask.message.on_undelivered,
        Step::Template(template) => template.on_undelivered,
        _ => None,
    }
}

/// The time by which a message that was accepted at `at` should be delivered. An expired message brings no status:
/// Meta's page on time to live says to count from the acceptance and to assume that the message was dropped.
pub fn deliver_by(at: Time, ttl: Option<Span>) -> Time {
    at + ttl.unwrap_or(DELIVERY_TTL_DEFAULT) + DELIVERY_GRACE
}

impl<'a> Turn<'a> {
    pub fn delivery(&mut self, message: u32, fate: &DeliveryOutcome) {
        self.settle_counted(message, fate);
        self.news_of_message(message, fate);
        for run in &mut self.session.runs {
            if let Some(said) = run.said.as_mut().filter(|said| said.message == message) {
                said.delivered |= matches!(fate, DeliveryOutcome::Delivered | DeliveryOutcome::Read);
                said.read |= matches!(fate, DeliveryOutcome::Read);
            }
        }
        self.sequence_told(message, fate);
        for number in self.all_runs() {
            if is_lost(fate) && self.waits_for(number, message) && self.lost_too_many(number) {
                continue;
            }
            let Some(run) = self.run(number) else { continue };
            match &run.waiting {
                Waiting::Question(question) if question.message == message => self.question_fate(number, message, fate),
                Waiting::Fate { message: awaited } if *awaited == message => {
                    if let Some(here) = self.here(number) {
                        let next = next_of(here, message, fate);
                        self.resume(here, next);
                    }
                }
                Waiting::Delivery { message: awaited, read, .. } if *awaited == message => {
                    let read = *read;
                    self.delivery_outcome(number, read, fate);
                }
                _ => {}
            }
        }
    }

    fn waits_for(&self, run: u32, message: u32) -> bool {
        self.run(run).is_some_and(|run| match &run.waiting {
            Waiting::Question(question) => question.message == message,
            Waiting::Fate { message: awaited } | Waiting::Delivery { message: awaited, .. } => *awaited == message,
            _ => false,
        })
    }

    /// Handles the outcome of the message whose delivery a run waits for, by `wait: {delivery: …}` or because of
    /// `on_undelivered`.
    fn delivery_outcome(&mut self, number: u32, read: bool, fate: &DeliveryOutcome) {
        let Some(here) = self.here(number) else { return };
        match fate {
            DeliveryOutcome::Read => self.wake(here, Next::Continue),
            DeliveryOutcome::Delivered if !read => self.wake(here, Next::Continue),
            DeliveryOutcome::Failed { .. } | DeliveryOutcome::Refused { .. } | DeliveryOutcome::Expired => {
                self.undelivered(number)
            }
            DeliveryOutcome::Accepted { at, ttl, nudge: false, .. } if on_undelivered(here.node).is_some() => {
                let by = deliver_by(*at, *ttl);
                if let Some(Waiting::Delivery { deadline, .. }) = self.run_mut(number).map(|run| &mut run.waiting) {
                    *deadline = Some(by);
                }
            }
            DeliveryOutcome::Delivered
            | DeliveryOutcome::Accepted { .. }
            | DeliveryOutcome::Held { .. }
            | DeliveryOutcome::Postponed { .. }
            | DeliveryOutcome::Unknown => {}
        }
    }

    /// Handles an undelivered message: runs the step's `on_undelivered`, or the `on_timeout` of a `wait`, at once or
    /// when the run may write again.
    pub fn undelivered(&mut self, number: u32) {
        let Some(here) = self.here(number) else { return };
        if self.must_be_silent(number) {
            let now = self.now();
            if let Some(run) = self.run_mut(number) {
                run.postponed = true;
                if let Waiting::Delivery { deadline, .. } = &mut run.waiting {
                    *deadline = Some(now);
                }
            }
            return;
        }
        let body = match &here.node.step {
            Step::Wait(wait) => wait.on_timeout,
            _ => on_undelivered(here.node),
        };
        self.note_at(here, "its message has not arrived");
        self.time_out(here, body);
    }

    /// Ends a sequence if one of its messages cannot be sent now or ever, unless its step has a handler for that. A
    /// message that is left out by `skip` does not end it.
    fn sequence_told(&mut self, message: u32, fate: &DeliveryOutcome) {
        let why = match fate {
            DeliveryOutcome::Postponed { reason: Reason::TemplateUnusable, .. } => Reason::TemplateUnusable.as_str(),
            DeliveryOutcome::Refused {
                reason: why @ (Reason::TemplateUnusable | Reason::OptedOut | Reason::NoConsent | Reason::Undeliverable),
            } => why.as_str(),
            DeliveryOutcome::Failed { .. } => RunEnd::Undelivered.as_str(),
            DeliveryOutcome::Expired => Reason::WindowClosed.as_str(),
            _ => return,
        };
        for number in self.all_runs() {
            let is_its_newest = |said: LastMessage| said.message == message;
            let told = self.run(number).is_some_and(|run| !run.stopped && run.said.is_some_and(is_its_newest));
            if !told || self.waits_for(number, message) {
                continue;
            }
            if let Some(flow) = self.sequence_of(number) {
                self.stop_run(number, flow, why);
                self.drive(number);
            }
        }
    }

    /// Decides whether a counted start stays counted, by the outcome of its message.
    fn settle_counted(&mut self, message: u32, fate: &DeliveryOutcome) {
        let open = self.session.counted.iter().position(|counted| counted.open.contains(&message));
        let Some(place) = open else { return };
        match fate {
            DeliveryOutcome::Accepted { .. }
            | DeliveryOutcome::Unknown
            | DeliveryOutcome::Delivered
            | DeliveryOutcome::Read => {
                self.session.counted.remove(place);
            }
            DeliveryOutcome::Expired | DeliveryOutcome::Refused { .. } | DeliveryOutcome::Failed { .. } => {
                self.session.counted[place].open.retain(|open| *open != message);
                self.give_back_starts();
            }
            DeliveryOutcome::Held { .. } | DeliveryOutcome::Postponed { .. } => {}
        }
    }
}

/// The continuation of a step that waited for the outcome of its message.
fn next_of(here: Here<'_>, message: u32, fate: &DeliveryOutcome) -> Next {
    let undelivered = on_undelivered(here.node);
    let until_there = |deadline| match undelivered {
        Some(_) => Next::Park(Waiting::Delivery { message, read: false, deadline }),
        None => Next::Continue,
    };
    // A refusal is an error if the author handles errors; otherwise the message counts as undelivered.
    let failed = |failure| match undelivered.filter(|_| here.node.on_error.is_none()) {
        Some(body) => Next::Body(body),
        None => Next::Fail(failure),
    };
    match fate {
        DeliveryOutcome::Failed { code, text } => failed(StepFailure::new(code, text.as_str())),
        DeliveryOutcome::Refused { reason } => {
            failed(StepFailure::new(reason.as_str(), "the message was not allowed out"))
        }
        DeliveryOutcome::Expired => undelivered.map_or(Next::Continue, Next::Body),
        DeliveryOutcome::Accepted { at, ttl, nudge: false, .. } => until_there(Some(deliver_by(*at, *ttl))),
        // A held message has not failed: the run continues, and the message is sent when it may be. If the step handles
        // undelivered messages, its delivery is followed from the moment it is sent.
        DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Held { .. }
        | DeliveryOutcome::Postponed { .. }
        | DeliveryOutcome::Unknown => until_there(None),
        DeliveryOutcome::Delivered | DeliveryOutcome::Read => Next::Continue,
    }
}
