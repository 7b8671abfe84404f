//! Follows one start of a contact through the engine and the decision about sending.

use super::{ContactForecast, ForecastInputs, ForecastOutcome, Occasion, Price, ground::ForecastConversation};
use crate::{
    base::{
        limits::{FORECAST_MESSAGES_MAX, FORECAST_ROUNDS_MAX, HOLD_DEFAULT, TICKS_AT_ONCE_MAX},
        phone,
        time::{Span, Time},
    },
    config::Sender,
    delivery::{pacing::quiet_hours_spread::QuietHoursSpread, rules::count_unasked},
    flow::{self, Flow, Versions},
    model::{
        contact::Contact,
        content::Content,
        direct_send,
        effect::{Effect, IfClosed, MessageDraft, Origin},
        event::{DeliveryOutcome, Event, Reason, Start},
        template::TemplateMessage,
        value::Value,
        window::{self, Plan, PlanInput, SentAs},
    },
    senders::templates::catalogue::{DIRECT_SEND_PRICED_AS, TemplateQuery},
    store::{ReadError, tables::outbound},
};
use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// One contact's start.
pub(super) struct ForecastStart<'a> {
    pub flow: &'a Flow,
    pub trigger: &'a str,
    pub inputs: &'a BTreeMap<String, Value>,
    pub event: Value,
    pub slot: Time,
}

impl<'a> ForecastStart<'a> {
    pub fn of(occasion: &Occasion<'a>, slot: Time) -> Self {
        let Occasion { flow, trigger, inputs, .. } = *occasion;
        ForecastStart { flow, trigger, inputs, event: Value::Nothing, slot }
    }
}

/// How far a start is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// Up to its messages.
    Messages,
    /// Also after them: caps are counted, and the flow hears what became of them.
    Deliveries,
}

/// Runs the start in the engine, then decides its message.
pub(super) async fn foresee(
    ground: &ForecastInputs<'_>,
    beginning: &ForecastStart<'_>,
    mut contact: Contact,
    spread: &QuietHoursSpread,
) -> Result<Option<ContactForecast>, ReadError> {
    let Some(mut found) = ground.find(beginning.flow, &mut contact).await? else {
        return Ok(Some(ContactForecast::refused(beginning.slot, Reason::SenderDown)));
    };
    foresee_in(ground, beginning, &mut contact, &mut found, spread, Follow::Messages).await
}

/// As `foresee`, in this conversation; contact and conversation are afterwards as the start leaves them.
pub(super) async fn foresee_in(
    ground: &ForecastInputs<'_>,
    beginning: &ForecastStart<'_>,
    contact: &mut Contact,
    found: &mut ForecastConversation,
    spread: &QuietHoursSpread,
    follow: Follow,
) -> Result<Option<ContactForecast>, ReadError> {
    let slot = beginning.slot;
    let versions = ground.versions_for(&found.session).await?;
    // Waiting runs continue until then: a question that times out no longer keeps the contact busy.
    for _ in 0..TICKS_AT_ONCE_MAX {
        let Some(due) = found.session.due_at().filter(|due| *due <= slot) else { break };
        let session = std::mem::take(&mut found.session);
        let outcome = flow::advance(&versions, session, Event::Tick, &ground.world_in(due, contact, found));
        found.session = outcome.session;
        contact.data = outcome.contact.unwrap_or_else(|| std::mem::take(&mut contact.data));
    }
    let start = Start {
        id: Some(ground.next_start()),
        flow: beginning.flow.name.clone(),
        trigger: beginning.trigger.to_owned(),
        inputs: beginning.inputs.clone(),
        event: beginning.event.clone(),
        at: slot,
        depth: 0,
    };
    let had_person = found.session.person.is_some();
    let session = std::mem::take(&mut found.session);
    let outcome = flow::advance(&versions, session, Event::Start(start), &ground.world_in(slot, contact, found));
    found.session = outcome.session;
    contact.data = outcome.contact.unwrap_or_else(|| std::mem::take(&mut contact.data));
    let mut drafts = VecDeque::new();
    let mut calls = false;
    for effect in outcome.effects {
        match effect {
            Effect::StartDropped { .. } => return Ok(None),
            Effect::Started { refused: Some(reason), .. } => return Ok(Some(ContactForecast::refused(slot, reason))),
            Effect::Started { queued: true, .. } => {
                let reason = if had_person { Reason::WithPerson } else { Reason::Busy };
                return Ok(Some(ContactForecast::queued(slot, reason)));
            }
            Effect::Call(_) => calls = true,
            Effect::Send(draft) if matches!(draft.origin, Origin::Flow | Origin::HandoffFlow) => {
                drafts.push_back(draft)
            }
            _ => {}
        }
    }
    // The first message is what the person notices; the cost includes the run's other messages.
    let mut first: Option<ContactForecast> = None;
    let nudges = drafts.iter().any(|draft| matches!(draft.if_closed, Some(IfClosed::Nudge { .. })));
    let mut nudged = nudges && outbound::is_nudged(&ground.store, found.conversation).await?;
    for _ in 0..FORECAST_MESSAGES_MAX {
        let Some(draft) = drafts.pop_front() else { break };
        let seen = decide(ground, contact, (found, nudged), &draft, slot, spread);
        nudged |= matches!(seen.what, ForecastOutcome::Nudge(_));
        if follow == Follow::Deliveries {
            drafts.extend(delivered(ground, &versions, (contact, found), &draft, &seen));
        }
        match &mut first {
            None => first = Some(seen),
            Some(first) => first.prices.extend(seen.prices),
        }
    }
    Ok(Some(
        first.unwrap_or_else(|| if calls { ContactForecast::asks_first(slot) } else { ContactForecast::silent(slot) }),
    ))
}

/// Counts a message for the caps of its topic, and tells the flow what became of it. Gives the messages that it says
/// then.
fn delivered(
    ground: &ForecastInputs<'_>,
    versions: &Versions,
    (contact, found): (&mut Contact, &mut ForecastConversation),
    draft: &MessageDraft,
    seen: &ContactForecast,
) -> Vec<Arc<MessageDraft>> {
    let at = seen.at;
    let accepted =
        |as_template, nudge| DeliveryOutcome::Accepted { at, as_template, nudge, ttl: None, words: Vec::new() };
    let (leaves, fate) = match &seen.what {
        ForecastOutcome::Text => (true, accepted(false, false)),
        ForecastOutcome::Template(_) => (true, accepted(!draft.content.is_template(), false)),
        ForecastOutcome::Nudge(_) => (true, accepted(false, true)),
        ForecastOutcome::Held(_) => (false, DeliveryOutcome::Held { until: at + HOLD_DEFAULT }),
        ForecastOutcome::Refused(reason) | ForecastOutcome::Queued(reason) => {
            (false, DeliveryOutcome::Refused { reason: *reason })
        }
        ForecastOutcome::Skipped => (false, DeliveryOutcome::Refused { reason: Reason::WindowClosed }),
        ForecastOutcome::Failed => {
            (false, DeliveryOutcome::Failed { code: Reason::WindowClosed.as_str().to_owned(), text: String::new() })
        }
        ForecastOutcome::AsksFirst | ForecastOutcome::Silent => return Vec::new(),
    };
    if leaves && ground.rules.counts_against_cap(draft, at) {
        count_unasked(&mut contact.data, &draft.topic, at);
    }
    if !draft.tells {
        return Vec::new();
    }
    let session = std::mem::take(&mut found.session);
    let event = Event::Delivery { message: draft.number, fate };
    let outcome = flow::advance(versions, session, event, &ground.world_in(at, contact, found));
    found.session = outcome.session;
    contact.data = outcome.contact.unwrap_or_else(|| std::mem::take(&mut contact.data));
    let said = outcome.effects.into_iter().filter_map(|effect| match effect {
        Effect::Send(draft) if matches!(draft.origin, Origin::Flow | Origin::HandoffFlow) => Some(draft),
        _ => None,
    });
    said.collect()
}

fn decide(
    ground: &ForecastInputs<'_>,
    contact: &Contact,
    (found, nudged): (&ForecastConversation, bool),
    draft: &MessageDraft,
    slot: Time,
    spread: &QuietHoursSpread,
) -> ContactForecast {
    let sender = ground.senders.get(found.sender);
    let languages = ground.rules.languages(contact, sender.and_then(|sender| sender.language.as_deref()));
    let rare_parts = sender.is_some_and(|sender| sender.carries().rare_parts);
    let wish =
        TemplateQuery { sender: found.sender, languages: &languages, rare_parts, kind_is_said: false, now: slot };
    let ready = |template: &TemplateMessage| ground.catalogue.usable(template, &wish).ok();
    let of_list = |index: usize| match &draft.if_closed {
        Some(IfClosed::Template(list) | IfClosed::Nudge { templates: list, .. }) => list.get(index).and_then(ready),
        _ => None,
    };
    let state = |template: &TemplateMessage| ground.catalogue.state(template, &wish);
    let country = contact.data.phone.as_deref().and_then(phone::country).unwrap_or_default();
    let of_category = |category| Price { category, amount: ground.config.prices.of(category, country) };
    let priced = |content: &Content| of_category(ground.catalogue.priced_as(found.sender, content));
    let direct = sender.is_some_and(Sender::sends_direct) && direct_send::carries(&draft.content);
    let paid = Cell::new(None);
    let affords = |sent_as: SentAs| {
        let price = match sent_as {
            SentAs::Itself => priced(&draft.content),
            SentAs::Direct => of_category(DIRECT_SEND_PRICED_AS),
            SentAs::Template(index) => match of_list(index) {
                Some(template) => priced(&Content::Template(template)),
                None => priced(&draft.content),
            },
        };
        paid.set(Some(price));
        ground.pays(&contact.account, price.amount)
    };
    let account = ground.senders.account_of(found.sender);
    let (mut now, mut postponed) = (slot, false);
    for _ in 0..FORECAST_ROUNDS_MAX {
        let plan = window::plan(&PlanInput {
            now,
            draft,
            written_at: slot,
            window: found.window,
            opted_out: contact.opted_out.is_some(),
            undeliverable: contact.data.undeliverable_since(found.sender).is_some(),
            contact: &contact.data,
            answers_after: ground.rules.answers_after,
            with_person: found.session.silences(draft.run, slot),
            topic: ground.rules.topic(&draft.topic),
            consent_topics: &ground.rules.consent_topics,
            require_consent: account.is_some_and(|account| account.require_consent),
            quiet_until: ground.rules.quiet_until(&contact.data, now),
            unlawful_until: ground.rules.unlawful_until(&contact.data, now),
            sender: (ground.sender_state)(found.sender, contact.id, now),
            template: &state,
            direct,
            affords: &affords,
            slot: &|| now,
        });
        let prices: Vec<Price> = paid.get().into_iter().collect();
        let seen = match plan {
            Plan::Later { at, reason: Reason::QuietHours } => {
                let line = (found.sender, ground.senders.pace_of_morning(found.sender));
                (now, postponed) = (spread.place(at, contact.id, line), true);
                continue;
            }
            Plan::Send => match &draft.content {
                Content::Template(template) => ContactForecast::template(now, &template.name, prices),
                _ => ContactForecast::text(now, prices),
            },
            Plan::Direct => ContactForecast::text(now, prices),
            Plan::Template(index) => match of_list(index) {
                Some(template) => ContactForecast::template(now, &template.name, prices),
                None => ContactForecast::refused(now, Reason::TemplateUnusable),
            },
            // The answer to the nudge that is out releases all held messages.
            Plan::Nudge { .. } if nudged => ContactForecast::held(now, Reason::WindowClosed),
            Plan::Nudge { index, .. } => match of_list(index) {
                // With its own price, because it is sent as a message of its own.
                Some(template) => {
                    let name = template.name.clone();
                    ContactForecast::nudge(now, &name, vec![priced(&Content::Template(template))])
                }
                None => ContactForecast::refused(now, Reason::TemplateUnusable),
            },
            Plan::Hold { .. } if found.session.silences(draft.run, slot) => {
                ContactForecast::held(now, Reason::WithPerson)
            }
            Plan::Hold { .. } => ContactForecast::held(now, Reason::WindowClosed),
            Plan::WaitTemplate { .. } => ContactForecast::held(now, Reason::TemplateUnusable),
            Plan::Later { reason, .. } => ContactForecast::held(now, reason),
            Plan::Slot { .. } => ContactForecast::text(now, prices),
            Plan::Skip => ContactForecast::skipped(now),
            Plan::Fail => ContactForecast::failed(now),
            Plan::Expired => ContactForecast::refused(now, Reason::TooLate),
            Plan::Refuse { reason } => ContactForecast::refused(now, reason),
        };
        return ContactForecast { postponed, ..seen };
    }
    // Quiet hours without an end: the law or the time zones leave no hour.
    ContactForecast { postponed: true, ..ContactForecast::held(now + Span::ZERO, Reason::QuietHours) }
}
