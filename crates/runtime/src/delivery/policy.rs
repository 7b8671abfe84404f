//! Decides what to do with a message now: runs the plan of `model::window` with templates, sender and rates.

use super::pacing::{quiet_hours_spread::QuietHoursSpread, recipient_cap::RecipientCaps, sender_rates::Rates};
use crate::{
    base::{
        ids::{ContactId, SenderId},
        limits::{ASKED_FOR, MORNING_LATEST, TEMPLATE_RETRY},
        time::Time,
    },
    billing::balance::Billing,
    bot::live::Live,
    config::{Config, Sender},
    contacts::Contacts,
    lane::{
        outbox::{NudgeState, QueuedMessage, QueuedState, RateStage},
        state::Conversation,
    },
    model::{
        contact::Contact,
        content::Content,
        direct_send,
        effect::{IfClosed, MessageDraft, Origin},
        event::Reason,
        template::TemplateMessage,
        window::{self, Plan, SenderState, SentAs, TemplateState, TopicRules},
    },
    process::Process,
    senders::{
        pausing::SenderHealth,
        registry::Senders,
        templates::{
            Templates,
            catalogue::{DIRECT_SEND_PRICED_AS, TemplateQuery},
        },
    },
    store::Store,
};
use std::{cell::Cell, sync::Arc};

/// The decision about the next message of an outbox.
pub(crate) enum Decision {
    Go {
        content: Content,
        as_template: Option<Box<TemplateMessage>>,
        /// Send it outside the window without a template.
        direct: bool,
    },
    /// Send this template first, as a message of its own; the message itself is held.
    Nudge {
        template: TemplateMessage,
        until: Time,
    },
    /// Decide again at this time; `keeps_place` if the sender is paused.
    Later {
        at: Time,
        keeps_place: bool,
        reason: Reason,
    },
    /// The rate of sender and pair allows it at this time; `place` is its state in the rate limit.
    Slot {
        at: Time,
        place: RateStage,
    },
    Hold {
        until: Time,
    },
    Expired,
    Refuse {
        reason: Reason,
        why: String,
    },
    Skip,
    Fail {
        code: &'static str,
        text: String,
    },
}

impl Decision {
    /// True if the decision would be different with an open window; `own` is the message's own content.
    pub(crate) fn finds_closed(&self, own: &Content) -> bool {
        match self {
            Decision::Go { as_template, direct, .. } => *direct || (as_template.is_some() && !own.is_template()),
            Decision::Nudge { .. } | Decision::Hold { .. } | Decision::Skip => true,
            Decision::Fail { code, .. } => *code == "window_closed",
            Decision::Later { .. } | Decision::Slot { .. } | Decision::Expired | Decision::Refuse { .. } => false,
        }
    }
}

/// Knows whether and how a message may leave now: the one place that asks the rules, for sending and for forecasts.
pub struct SendPolicy {
    pub(super) config: Arc<Config>,
    pub(super) store: Store,
    live: Arc<Live>,
    pub(crate) sender_rates: Rates,
    quiet_hours_spread: QuietHoursSpread,
    pub(crate) recipient_caps: RecipientCaps,
    pub(super) senders: Arc<Senders>,
    contacts: Arc<Contacts>,
    health: Arc<SenderHealth>,
    templates: Arc<Templates>,
    billing: Arc<Billing>,
}

impl SendPolicy {
    pub(crate) fn new(
        process: &Process,
        live: &Arc<Live>,
        (senders, health, templates): (&Arc<Senders>, &Arc<SenderHealth>, &Arc<Templates>),
        contacts: &Arc<Contacts>,
        billing: &Arc<Billing>,
    ) -> Self {
        let Process { config, store, .. } = process.clone();
        SendPolicy {
            config,
            store,
            live: Arc::clone(live),
            sender_rates: Rates::default(),
            quiet_hours_spread: QuietHoursSpread::default(),
            recipient_caps: RecipientCaps::default(),
            senders: Arc::clone(senders),
            contacts: Arc::clone(contacts),
            health: Arc::clone(health),
            templates: Arc::clone(templates),
            billing: Arc::clone(billing),
        }
    }
}

impl SendPolicy {
    /// Called each time the message is due; takes a slot of the rates if it may be sent.
    pub(crate) fn decide(&self, contact: &Contact, conversation: &Conversation, place: usize, now: Time) -> Decision {
        let pending = &conversation.outbox[place];
        let draft = &pending.draft;
        let Some(sender) = self.senders.get(conversation.sender) else {
            return Decision::Fail { code: "unknown_sender", text: "the sender is no longer configured".into() };
        };
        let live = self.live.get();
        let languages = live.rules.languages(contact, sender.language.as_deref());
        let rare_parts = sender.carries().rare_parts;
        let kind_is_said = matches!(draft.origin, Origin::Api | Origin::Person);
        let wish = TemplateQuery { sender: sender.id, languages: &languages, rare_parts, kind_is_said, now };
        let ready = |template: &TemplateMessage| self.templates.catalogue.usable(template, &wish);
        let of_list = |index: usize| match &draft.if_closed {
            Some(IfClosed::Template(list) | IfClosed::Nudge { templates: list, .. }) => list.get(index).map(&ready),
            _ => None,
        };
        let priced = |content: &Content| self.templates.catalogue.priced_as(sender.id, content);
        let affords = |sent_as: SentAs| {
            let category = match sent_as {
                SentAs::Itself => priced(&draft.content),
                SentAs::Direct => DIRECT_SEND_PRICED_AS,
                SentAs::Template(index) => match of_list(index) {
                    Some(Ok(template)) => priced(&Content::Template(template)),
                    _ => return true,
                },
            };
            let price = self.billing.price(contact, sender.id, pending.id, category, now);
            price.is_none_or(|price| self.billing.afford(price, pending.charge.as_deref(), now))
        };
        let taken = Cell::new(pending.place);
        let unasked = self.is_unasked(pending, now);
        let slot = || {
            let (at, place) = self.sender_rates.reserve(sender, contact.id, (pending.place, unasked), now);
            taken.set(place);
            at
        };
        match self.plan(contact, conversation, pending, &wish, (&affords, &slot), now) {
            Plan::Direct => Decision::Go { content: draft.content.clone(), as_template: None, direct: true },
            Plan::Send => match &draft.content {
                Content::Template(own) => match ready(own) {
                    Ok(template) => {
                        let content = Content::Template(template.clone());
                        Decision::Go { content, as_template: Some(Box::new(template)), direct: false }
                    }
                    Err(unusable) => Decision::Refuse { reason: Reason::TemplateUnusable, why: unusable.why },
                },
                own => Decision::Go { content: own.clone(), as_template: None, direct: false },
            },
            Plan::Template(index) => match of_list(index) {
                Some(Ok(template)) => {
                    let content = Content::Template(template.clone());
                    Decision::Go { content, as_template: Some(Box::new(template)), direct: false }
                }
                _ => Decision::Refuse { reason: Reason::TemplateUnusable, why: "no template is usable".into() },
            },
            Plan::Nudge { index, until } => match of_list(index) {
                Some(Ok(template)) => Decision::Nudge { template, until },
                _ => Decision::Refuse { reason: Reason::TemplateUnusable, why: "no template is usable".into() },
            },
            Plan::WaitTemplate { until } => {
                let at = until.min(now + TEMPLATE_RETRY);
                Decision::Later { at, keeps_place: false, reason: Reason::TemplateUnusable }
            }
            Plan::Hold { until } => Decision::Hold { until },
            Plan::Later { at, reason } => {
                let keeps_place = reason == Reason::SenderDown;
                Decision::Later { at, keeps_place, reason }
            }
            Plan::Slot { at } => Decision::Slot { at, place: taken.get() },
            Plan::Skip => Decision::Skip,
            Plan::Fail => Decision::Fail { code: "window_closed", text: "the 24-hour window is closed".into() },
            Plan::Expired => Decision::Expired,
            Plan::Refuse { reason } => {
                let why = match (&draft.content, reason) {
                    (Content::Template(own), Reason::TemplateUnusable) => ready(own).err().map(|unusable| unusable.why),
                    (_, Reason::NoBalance) => Some("the balance is used up".to_owned()),
                    _ => None,
                };
                Decision::Refuse { reason, why: why.unwrap_or_else(|| reason.as_str().into()) }
            }
        }
    }

    /// The time for a message that waits for the end of quiet hours; computed once for each message. All messages of a
    /// contact that wait for the same night get the same time, in their order.
    pub(crate) fn morning_of(
        &self,
        (contact, sender): (ContactId, SenderId),
        outbox: &[QueuedMessage],
        place: usize,
        end: Time,
    ) -> Time {
        let together = |pending: &QueuedMessage| {
            // A message that waits for a full day (a marketing limit), or for a template, has a time of its own.
            let by_night = pending.waits_for == Some(Reason::QuietHours);
            let waits = pending.state == QueuedState::Queued && !pending.in_order && by_night;
            pending.not_before.filter(|at| waits && *at >= end && *at - end <= MORNING_LATEST)
        };
        let known = outbox[..place].iter().rev().find_map(together);
        let line = (sender, self.senders.pace_of_morning(sender));
        known.unwrap_or_else(|| self.quiet_hours_spread.place(end, contact, line))
    }

    fn plan(
        &self,
        contact: &Contact,
        conversation: &Conversation,
        pending: &QueuedMessage,
        wish: &TemplateQuery<'_>,
        (affords, slot): (&dyn Fn(SentAs) -> bool, &dyn Fn() -> Time),
        now: Time,
    ) -> Plan {
        let live = self.live.get();
        let rules = &live.rules;
        let account = self.senders.account_of(conversation.sender);
        let state = |template: &TemplateMessage| match pending.refused_templates.contains(&template.name) {
            true => TemplateState::Never,
            false => self.templates.catalogue.state(template, wish),
        };
        let awake = is_awake(pending, now);
        window::plan(&window::PlanInput {
            now,
            draft: &pending.draft,
            written_at: pending.created_at,
            window: conversation.window,
            opted_out: contact.opted_out.is_some() || self.contacts.opt_outs.in_force(contact.id),
            undeliverable: contact.data.undeliverable_since(conversation.sender).is_some(),
            contact: &contact.data,
            answers_after: rules.answers_after,
            with_person: conversation.session.silences(pending.draft.run, pending.created_at),
            topic: match (rules.topic(&pending.draft.topic), pending.nudged) {
                // Its nudge was counted and answered.
                (topic, NudgeState::Answered) => TopicRules { at_most: &[], ..topic },
                (topic, NudgeState::No | NudgeState::Out) => topic,
            },
            consent_topics: &rules.consent_topics,
            require_consent: account.is_some_and(|account| account.require_consent),
            quiet_until: rules.quiet_until(&contact.data, now).filter(|_| !awake),
            unlawful_until: rules.unlawful_until(&contact.data, now).filter(|_| !awake),
            sender: self.state_of(conversation.sender, contact.id, now),
            template: &state,
            direct: self.may_go_direct(conversation.sender, pending, now),
            affords,
            slot,
        })
    }

    /// True if the message gives way to answers: a flow wrote it, and the contact neither requested it nor has just
    /// written.
    fn is_unasked(&self, pending: &QueuedMessage, now: Time) -> bool {
        let draft = &pending.draft;
        let asked_for = draft.asked_for.is_some_and(|at| now - at <= ASKED_FOR);
        matches!(draft.origin, Origin::Flow | Origin::HandoffFlow) && !asked_for && !is_awake(pending, now)
    }

    /// True if it may be sent without a template when none is usable: `direct_send` is set, and Meta has not refused
    /// this message or, lately, any.
    fn may_go_direct(&self, sender: SenderId, pending: &QueuedMessage, now: Time) -> bool {
        self.senders.get(sender).is_some_and(Sender::sends_direct)
            && !pending.direct_refused
            && direct_send::carries(&pending.draft.content)
            && self.health.paused_senders.sends_direct(sender, now)
    }

    pub(crate) fn give_place_back(&self, sender: SenderId, contact: ContactId) {
        if let Some(sender) = self.senders.get(sender) {
            self.sender_rates.give_back(sender, contact);
        }
    }

    /// True if the message counts against the caps of its topic: an unrequested message of a flow.
    pub(crate) fn counts_against_cap(&self, draft: &MessageDraft, now: Time) -> bool {
        self.live.get().rules.counts_against_cap(draft, now)
    }

    /// The reason why a template could never be sent with its values at this time, by the current catalogue.
    pub fn never_goes(
        &self,
        sender: SenderId,
        at: Time,
        contact: Option<&Contact>,
        template: &TemplateMessage,
    ) -> Option<String> {
        let of = self.senders.get(sender)?;
        let (own, rare_parts) = (of.language.as_deref(), of.carries().rare_parts);
        let live = self.live.get();
        let languages = contact.map(|contact| live.rules.languages(contact, own)).unwrap_or_default();
        let wish = TemplateQuery { sender, languages: &languages, rare_parts, kind_is_said: true, now: at };
        let unusable = self.templates.catalogue.usable(template, &wish).err()?;
        (!unusable.waits).then_some(unusable.why)
    }

    /// The reasons why a sender cannot send to a contact now.
    pub fn state_of(&self, sender: SenderId, contact: ContactId, now: Time) -> SenderState {
        SenderState {
            down_until: self
                .health
                .paused_senders
                .paused_until(sender, false, now)
                .max(self.health.breaker.holds(sender, now)),
            templates_until: self.health.paused_senders.paused_until(sender, true, now),
            full_until: self.recipient_caps.full_until(&self.senders, sender, contact, now),
        }
    }
}

/// True if the contact has just written.
fn is_awake(pending: &QueuedMessage, now: Time) -> bool {
    pending.released_at.is_some_and(|at| now - at <= ASKED_FOR)
}
