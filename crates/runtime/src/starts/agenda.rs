//! Lists what schedules and dates will start: the triggers of the flows, planned starts, the next fires, and the
//! contacts that they reach.

use crate::{
    base::{
        ids::{AccountName, ContactId, FlowName, StartId, VersionId},
        limits::{AGENDA_AHEAD, AGENDA_FIRES_MAX, AGENDA_STARTS_MAX, PAGES_READ_MAX},
        time::Time,
    },
    flow::{self, Flow, FlowSet, Timetable, Versions, World},
    model::{contact::Contact, event::Reason, schedule::AtMost},
    starts::clocks::{local, name_of, zone_named, zone_of},
    store::{
        ReadError, Store,
        tables::{contact, flow_state, schedule, start},
    },
};
use jiff::tz::TimeZone;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One scheduled trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub flow: FlowName,
    pub key: String,
    /// The schedule in words.
    pub when: String,
    /// `None`: each contact's own time zone.
    pub zone: Option<String>,
    /// The rate of starts; a date has none.
    pub rate: Option<AtMost>,
    /// The time since which it is live; `None`: not yet.
    pub since: Option<Time>,
}

/// One planned or computed start time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Time,
    /// In the local time of the zone: `2026-03-28T10:00`.
    pub minute: String,
    pub zone: String,
    pub flow: FlowName,
    pub key: String,
    /// The contact, for a date or a start that a step planned.
    pub contact: Option<ContactId>,
}

/// The next action of a trigger for one contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    pub key: String,
    pub what: NextStart,
    /// The time zone in which it counts.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NextStart {
    /// It will start a run for the contact at this local minute.
    Yes(String),
    /// The contact is in the audience, but one of its conditions is false at its next time.
    HeldBack { minute: String, why: String },
    /// The contact is in the audience, and the trigger never fires again.
    Never,
    /// The contact is outside its `to`, with the reason.
    Outside(String),
    /// This field of the contact, which the date needs, is empty.
    Empty(String),
    /// Its time, this local minute, has passed.
    Passed(String),
}

/// Every schedule and date of the flows; without a database none is live yet.
pub async fn entries(set: &FlowSet, store: Option<&Store>) -> Result<Vec<Entry>, ReadError> {
    let known = match store {
        Some(store) => schedule::all(store).await?,
        None => Vec::new(),
    };
    let since = |flow: &FlowName, key: &str| {
        known.iter().find(|row| row.flow == *flow && row.trigger_key == key).map(|row| row.published_at)
    };
    let by_clock = flow::timetables(set).into_iter().map(|table| Entry {
        flow: table.flow.name.clone(),
        key: table.key.to_owned(),
        when: table.fires.describe().to_owned(),
        zone: (!table.by_contact).then(|| name_of(&set.bot.timezone)),
        rate: Some(table.rate),
        since: since(&table.flow.name, table.key),
    });
    let by_date = flow::dates(set).into_iter().map(|table| Entry {
        flow: table.flow.name.clone(),
        key: table.key.to_owned(),
        when: table.date.describe(),
        zone: None,
        rate: None,
        since: since(&table.flow.name, table.key),
    });
    Ok(by_clock.chain(by_date).collect())
}

/// A schedule or date in words, without the full stop: `Every Tuesday at 10:00`.
pub fn said(set: &FlowSet, flow: &FlowName, key: &str) -> Option<String> {
    let tables = flow::timetables(set);
    let by_clock = tables.iter().find(|table| table.flow.name == *flow && table.key == key);
    let by_clock = by_clock.map(|table| table.fires.describe().trim_end_matches('.').to_owned());
    let dates = flow::dates(set);
    let by_date = || dates.iter().find(|table| table.flow.name == *flow && table.key == key);
    by_clock.or_else(|| by_date().map(|table| table.date.describe()))
}

/// The next start times up to `until`, earliest first, in each time zone that contacts of these accounts have.
pub async fn next(
    accounts: &[AccountName],
    set: &FlowSet,
    store: Option<&Store>,
    (now, until): (Time, Time),
    limit: usize,
) -> Result<Vec<Moment>, ReadError> {
    let until = until.min(now + AGENDA_AHEAD);
    let zones = zones(accounts, set, store).await?;
    let bots = BTreeMap::from([(name_of(&set.bot.timezone), set.bot.timezone.clone())]);
    let mut moments = Vec::new();
    for table in flow::timetables(set) {
        for (name, zone) in if table.by_contact { &zones } else { &bots } {
            for fire in table.fires.between(now, until, zone).take(limit.min(AGENDA_FIRES_MAX)) {
                moments.push(Moment {
                    at: fire.at,
                    minute: fire.minute,
                    zone: name.clone(),
                    flow: table.flow.name.clone(),
                    key: table.key.to_owned(),
                    contact: None,
                });
            }
        }
    }
    if let Some(store) = store {
        moments.extend(planned(accounts, set, store, (now, until)).await?);
    }
    moments.sort();
    moments.truncate(limit);
    Ok(moments)
}

/// The reason why an unrequested message of this flow would not be sent to the contact now, whatever its triggers.
pub fn refused(set: &FlowSet, flow: &FlowName, contact: &Contact) -> Option<Reason> {
    if contact.opted_out.is_some() {
        return Some(Reason::OptedOut);
    }
    // The sender of a flow is known only when it begins, but a number that is undeliverable at any sender most likely
    // does not exist.
    if contact.data.unreached.values().any(|unreached| unreached.since.is_some()) {
        return Some(Reason::Undeliverable);
    }
    let topic = set.flow(flow).map(|flow| flow.topic.as_str()).unwrap_or_default();
    let needed = set.bot.topics.get(topic).is_some_and(|topic| topic.needs_consent);
    let given = contact.data.consent.get(topic).is_some_and(|consent| consent.given);
    (needed && !given).then_some(Reason::NoConsent)
}

/// The reason why a whole flow does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithheldReason {
    /// It is a draft: only testers reach it.
    Draft,
    /// Paused by the alarm for failing runs, since this time.
    Failing(Time),
    /// Paused by an operator, since this time.
    Paused(Time),
}

impl WithheldReason {
    pub const fn reason(self) -> Reason {
        match self {
            WithheldReason::Draft => Reason::Draft,
            WithheldReason::Failing(_) | WithheldReason::Paused(_) => Reason::Paused,
        }
    }
}

/// The reasons why the flow does not start for this contact.
pub async fn kept_back(store: &Store, flow: &Flow, is_tester: bool) -> Result<Vec<WithheldReason>, ReadError> {
    let states = flow_state::all(store).await?;
    let failing = states.into_iter().find(|state| state.flow == flow.name).and_then(|state| state.paused_at);
    let paused = flow_state::paused(store).await?.by_hand(&flow.name);
    let draft = (flow.draft && !is_tester).then_some(WithheldReason::Draft);
    Ok(draft
        .into_iter()
        .chain(failing.map(WithheldReason::Failing))
        .chain(paused.map(WithheldReason::Paused))
        .collect())
}

/// The next action of each schedule and date of a flow for a contact.
pub fn outlook(
    set: &Arc<FlowSet>,
    env: &BTreeMap<String, String>,
    flow: &FlowName,
    contact: &Contact,
    now: Time,
) -> Vec<Outlook> {
    let own_zone = zone_of(contact, &set.bot.timezone);
    let versions = Versions::new(VersionId(0), Arc::clone(set));
    let world = |now| World::of_contact(now, contact, env);
    let tables = flow::timetables(set);
    let own = tables.iter().filter(|table| table.flow.name == *flow);
    let by_clock = own.map(|table: &Timetable<'_>| {
        let clock = if table.by_contact { &own_zone } else { &set.bot.timezone };
        let what = match (flow::outside(&versions, table, &world(now)), table.fires.next(now, clock)) {
            (Some(why), _) => NextStart::Outside(why),
            (None, None) => NextStart::Never,
            (None, Some(fire)) => match flow::held_back(&versions, table, &world(fire.at)) {
                Some(why) => NextStart::HeldBack { minute: fire.minute, why },
                None => NextStart::Yes(fire.minute),
            },
        };
        Outlook { key: table.key.to_owned(), what, zone: name_of(clock) }
    });
    let dates = flow::dates(set).into_iter().filter(|table| table.flow.name == *flow);
    let by_date = dates.map(|table| {
        let what = match table.date.moment(&contact.data, &set.bot) {
            None => NextStart::Empty(table.date.field.clone()),
            Some(moment) if moment.at > now => NextStart::Yes(local(moment.at, &own_zone)),
            Some(moment) => NextStart::Passed(local(moment.at, &own_zone)),
        };
        Outlook { key: table.key.to_owned(), what, zone: name_of(&own_zone) }
    });
    by_clock.chain(by_date).collect()
}

/// Starts by dates and steps that wait for their time, in the contact's local time.
async fn planned(
    accounts: &[AccountName],
    set: &FlowSet,
    store: &Store,
    (now, until): (Time, Time),
) -> Result<Vec<Moment>, ReadError> {
    let dates = flow::dates(set);
    let by_date = |row: &start::PlannedStart| dates.iter().any(|d| d.flow.name == row.flow && d.key == row.trigger_key);
    let mut waiting: Vec<start::PlannedStart> = Vec::new();
    let mut after = (now, StartId(0));
    // The slots of a large schedule may lie between them.
    for _ in 0..PAGES_READ_MAX {
        let page = start::due(store, after, until, AGENDA_STARTS_MAX).await?;
        let Some(last) = page.last() else { break };
        after = (last.slot_at, last.id);
        waiting.extend(page.into_iter().filter(|row| row.by_step() || by_date(row)));
        if waiting.len() as i64 >= AGENDA_STARTS_MAX {
            break;
        }
    }
    let mut planned = Vec::new();
    for row in waiting {
        let Some(contact) = contact::find(store, row.contact_id).await? else { continue };
        if !accounts.contains(&contact.account) {
            continue;
        }
        let zone = zone_of(&contact, &set.bot.timezone);
        planned.push(Moment {
            at: row.slot_at,
            minute: local(row.slot_at, &zone),
            zone: name_of(&zone),
            flow: row.flow,
            key: row.trigger_key,
            contact: Some(row.contact_id),
        });
    }
    Ok(planned)
}

/// The time zones of contacts, and the bot's own for contacts without one.
async fn zones(
    accounts: &[AccountName],
    set: &FlowSet,
    store: Option<&Store>,
) -> Result<BTreeMap<String, TimeZone>, ReadError> {
    let mut names = BTreeSet::from([String::new()]);
    if let Some(store) = store {
        for account in accounts {
            names.extend(contact::zones(store, account).await?);
        }
    }
    let zone = |name: String| match zone_named(&name, &set.bot.timezone) {
        zone if name.is_empty() => (name_of(&zone), zone),
        zone => (name, zone),
    };
    Ok(names.into_iter().map(zone).collect())
}
