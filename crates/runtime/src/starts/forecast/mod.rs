//! Forecasts a fire contact by contact: runs the real engine and the real sending decision, and writes nothing.
//!
//! It assumes that no contact writes until then and that nothing else fires. If both are true, its counts equal those
//! of the real fire; a test compares them.

mod dates;
mod ground;
mod sum;

use crate::{
    base::{
        ids::{AccountName, ContactId, StartId},
        limits::{FORECAST_ROUNDS_MAX, PLAN_BATCH, TICKS_AT_ONCE_MAX},
        phone,
        time::{Span, Time},
    },
    config::Sender,
    daemon::long_work::apart,
    delivery::pacing::quiet_hours_spread::QuietHoursSpread,
    flow::{self, Flow, Timetable, Versions},
    ingest::webhook_triggers::serves,
    model::{
        contact::Contact,
        content::Content,
        direct_send,
        effect::{Effect, IfClosed, MessageDraft, Origin},
        event::{Event, Reason, Start},
        prefilter::Prefilter,
        schedule::AtMost,
        template::TemplateMessage,
        value::Value,
        window::{self, Plan, PlanInput, SentAs},
    },
    senders::templates::catalogue::{DIRECT_SEND_PRICED_AS, TemplateQuery},
    store::{
        ReadError,
        tables::{contact, outbound, schedule},
    },
};
pub use dates::{forecast_dates, next_date};
use ground::ForecastConversation;
pub use ground::{AskSender, ForecastInputs};
use jiff::tz::TimeZone;
use std::{cell::Cell, collections::BTreeMap};
pub use sum::{ContactForecast, Cost, Forecast, ForecastOutcome, Outlook, Price};

/// The fire to forecast: a flow, an audience and a rate.
pub struct Occasion<'a> {
    pub flow: &'a Flow,
    pub trigger: &'a str,
    pub inputs: &'a BTreeMap<String, Value>,
    pub rate: AtMost,
    /// The part of the audience's condition that SQL can test.
    pub prefilter: Prefilter,
    pub meant: &'a (dyn Fn(&Versions, &flow::World<'_>) -> bool + Sync),
    pub when: When<'a>,
}

/// The times of a fire, by time zone.
#[derive(Clone, Copy)]
pub enum When<'a> {
    /// At its next fires.
    Next(&'a Timetable<'a>, Time),
    /// At this local minute of each contact, or in the bot's time zone.
    Minute(jiff::civil::DateTime, bool),
    /// At this local minute of each contact; where it has passed, now.
    Local(jiff::civil::DateTime, Time),
    /// At the same time in all zones.
    At(Time),
}

/// A fire in one zone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ZoneFire {
    pub zone: String,
    /// In local time: `2026-03-28T10:00`.
    pub minute: String,
    pub at: Time,
    pub people: i64,
}

/// Forecasts all contacts of the accounts. Calls `tell` for each contact of the audience.
pub async fn forecast(
    ground: &ForecastInputs<'_>,
    accounts: &[AccountName],
    occasion: &Occasion<'_>,
    mut tell: impl FnMut(&Contact, &ContactForecast),
) -> Result<Forecast, ReadError> {
    let mut sum = Forecast::new(occasion.flow.name.clone(), occasion.trigger, ground.currency().to_owned());
    let mut places = Vec::new();
    for account in accounts {
        for zone in contact::zones(&ground.store, account).await? {
            if let Some(fire) = fire_in(ground, occasion, &zone) {
                places.push((fire.at, account, zone, fire));
            }
        }
    }
    // In the order of planning: by time, then by account.
    places.sort_by_key(|(at, ..)| *at);
    let spread = QuietHoursSpread::default();
    // Zones in which it fires at the same time share a queue of slots, and so do zones with the same local minute.
    let mut lines: BTreeMap<String, Time> = BTreeMap::new();
    let mut shared = (Time(i64::MIN), Time(i64::MIN));
    for (at, account, zone, mut fire) in places {
        if shared.0 != at {
            shared = (at, at);
        }
        let name = match occasion.when {
            When::Next(..) | When::Minute(..) => fire.minute.clone(),
            // A broadcast has one queue.
            When::Local(..) | When::At(_) => String::new(),
        };
        let own = match lines.get(&name) {
            Some(line) => Some(*line),
            None => schedule::line(&ground.store, &occasion.flow.name, occasion.trigger, &name).await?,
        };
        let line = own.unwrap_or(at).max(shared.1);
        let pace = ground.senders.pace(account, |sender| serves(occasion.flow, sender), occasion.rate);
        let mut slots = 0_i64;
        let mut after = ContactId(0);
        loop {
            let page =
                contact::page_prefiltered(&ground.store, account, &zone, after, (&occasion.prefilter, at), PLAN_BATCH)
                    .await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let is_meant = |contact: &Contact| (occasion.meant)(&ground.versions, &ground.world(at, contact));
            let are_meant: Vec<bool> = apart(|| page.iter().map(is_meant).collect());
            for (contact, _) in page.into_iter().zip(are_meant).filter(|(_, is_meant)| *is_meant) {
                let slot = pace.slot(line, slots);
                let beginning = ForecastStart::of(occasion, slot);
                let seen = foresee(ground, &beginning, contact.clone(), &spread).await?;
                // A contact who leaves the audience before its slot still uses the slot.
                slots += 1;
                let Some(seen) = seen else { continue };
                fire.people += 1;
                sum.add(&contact, &seen);
                tell(&contact, &seen);
            }
        }
        shared.1 = pace.slot(line, slots);
        lines.insert(name, shared.1);
        sum.fires.push(fire);
    }
    Ok(sum)
}

/// The message that one contact would get, and its time; `None` if it is not in the audience.
pub async fn for_contact(
    ground: &ForecastInputs<'_>,
    occasion: &Occasion<'_>,
    contact: &Contact,
) -> Result<Option<(ZoneFire, ContactForecast)>, ReadError> {
    let own = contact.data.zone.clone();
    let zone = own.or_else(|| contact.data.phone.as_deref().and_then(phone::zone).map(str::to_owned));
    let Some(fire) = fire_in(ground, occasion, &zone.unwrap_or_default()) else { return Ok(None) };
    if !(occasion.meant)(&ground.versions, &ground.world(fire.at, contact)) {
        return Ok(None);
    }
    let beginning = ForecastStart::of(occasion, fire.at);
    let seen = foresee(ground, &beginning, contact.clone(), &QuietHoursSpread::default()).await?;
    Ok(seen.map(|seen| (fire, seen)))
}

fn fire_in(ground: &ForecastInputs<'_>, occasion: &Occasion<'_>, zone: &str) -> Option<ZoneFire> {
    let bots = &ground.set().bot.timezone;
    let own = TimeZone::get(zone).ok().filter(|_| !zone.is_empty()).unwrap_or_else(|| bots.clone());
    let by_contact = match occasion.when {
        When::Next(table, _) => table.by_contact,
        When::Minute(_, by_contact) => by_contact,
        When::At(_) | When::Local(..) => true,
    };
    let clock = if by_contact { own } else { bots.clone() };
    let at = match occasion.when {
        When::Next(table, now) => table.fires.next(now, &clock)?.at,
        When::At(at) => at,
        When::Minute(minute, _) => moment_of(minute, &clock)?,
        When::Local(minute, now) => moment_of(minute, &clock)?.max(now),
    };
    let local = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(clock.clone());
    let zone = clock.iana_name().unwrap_or("UTC").to_owned();
    Some(ZoneFire { zone, minute: local.strftime("%Y-%m-%dT%H:%M").to_string(), at, people: 0 })
}

fn moment_of(minute: jiff::civil::DateTime, clock: &TimeZone) -> Option<Time> {
    let at = clock.to_ambiguous_zoned(minute).later().ok()?;
    Some(Time(at.timestamp().as_millisecond()))
}

/// One contact's start.
struct ForecastStart<'a> {
    flow: &'a Flow,
    trigger: &'a str,
    inputs: &'a BTreeMap<String, Value>,
    event: Value,
    slot: Time,
}

impl<'a> ForecastStart<'a> {
    fn of(occasion: &Occasion<'a>, slot: Time) -> Self {
        let Occasion { flow, trigger, inputs, .. } = *occasion;
        ForecastStart { flow, trigger, inputs, event: Value::Nothing, slot }
    }
}

/// Runs the start in the engine, then decides its message.
async fn foresee(
    ground: &ForecastInputs<'_>,
    beginning: &ForecastStart<'_>,
    mut contact: Contact,
    spread: &QuietHoursSpread,
) -> Result<Option<ContactForecast>, ReadError> {
    let slot = beginning.slot;
    let Some(mut found) = ground.find(beginning.flow, &mut contact).await? else {
        return Ok(Some(ContactForecast::refused(slot, Reason::SenderDown)));
    };
    let versions = ground.versions_for(&found.session).await?;
    // Waiting runs continue until then: a question that times out no longer keeps the contact busy.
    for _ in 0..TICKS_AT_ONCE_MAX {
        let Some(due) = found.session.due_at().filter(|due| *due <= slot) else { break };
        let session = std::mem::take(&mut found.session);
        let outcome = flow::advance(&versions, session, Event::Tick, &ground.world_in(due, &contact, &found));
        found.session = outcome.session;
        contact.data = outcome.contact.unwrap_or(contact.data);
    }
    let start = Start {
        id: Some(StartId(0)),
        flow: beginning.flow.name.clone(),
        trigger: beginning.trigger.to_owned(),
        inputs: beginning.inputs.clone(),
        event: beginning.event.clone(),
        at: slot,
        depth: 0,
    };
    let had_person = found.session.person.is_some();
    let session = std::mem::take(&mut found.session);
    let outcome = flow::advance(&versions, session, Event::Start(start), &ground.world_in(slot, &contact, &found));
    found.session = outcome.session;
    contact.data = outcome.contact.unwrap_or(contact.data);
    let mut drafts = Vec::new();
    let mut calls = false;
    for effect in &outcome.effects {
        match effect {
            Effect::StartDropped { .. } => return Ok(None),
            Effect::Started { refused: Some(reason), .. } => return Ok(Some(ContactForecast::refused(slot, *reason))),
            Effect::Started { queued: true, .. } => {
                let reason = if had_person { Reason::WithPerson } else { Reason::Busy };
                return Ok(Some(ContactForecast::queued(slot, reason)));
            }
            Effect::Call(_) => calls = true,
            Effect::Send(draft) if matches!(draft.origin, Origin::Flow | Origin::HandoffFlow) => drafts.push(draft),
            _ => {}
        }
    }
    // The first message is what the person notices; the cost includes the run's other messages.
    let mut first: Option<ContactForecast> = None;
    let nudges = drafts.iter().any(|draft| matches!(draft.if_closed, Some(IfClosed::Nudge { .. })));
    let mut nudged = nudges && outbound::is_nudged(&ground.store, found.conversation).await?;
    for draft in drafts {
        let seen = decide(ground, &contact, (&found, nudged), draft, slot, spread);
        nudged |= matches!(seen.what, ForecastOutcome::Nudge(_));
        match &mut first {
            None => first = Some(seen),
            Some(first) => first.prices.extend(seen.prices),
        }
    }
    Ok(Some(
        first.unwrap_or_else(|| if calls { ContactForecast::asks_first(slot) } else { ContactForecast::silent(slot) }),
    ))
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
