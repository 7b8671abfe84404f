//! Foretells all fires and dates of the coming days in their order, contact by contact: each start begins where the
//! one before has left the contact, so caps and open questions of an earlier fire count for the later ones.

use super::{
    ContactForecast, ForecastInputs, ForecastOutcome,
    ground::ForecastConversation,
    start::{Follow, ForecastStart, foresee_in},
};
use crate::{
    base::{
        ids::{AccountName, ContactId, FlowName, SenderId},
        limits::{AHEAD_CHECKS_MAX, AHEAD_FIRES_MAX},
        time::{Span, Time},
    },
    delivery::pacing::quiet_hours_spread::QuietHoursSpread,
    flow::{self, DateTable, Timetable},
    model::{contact::Contact, event::Reason, prefilter::Prefilter, value::Value},
    starts::{
        clocks::{local, name_of, zone_named, zone_of},
        serves,
        walk::{ContactWalk, SlotLine},
    },
    store::{
        ReadError,
        tables::{contact, conversation, schedule},
    },
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The starts of the coming days, counted by cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ahead {
    pub cells: Vec<AheadCell>,
    /// The contacts that were looked at so far.
    pub contacts: i64,
    /// True once all contacts were looked at.
    pub complete: bool,
    /// True if there is more than is counted: the numbers are those of the first contacts and fires.
    pub cut: bool,
}

/// The people of one fire in one zone who come to the same end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AheadCell {
    pub key: CellKey,
    pub people: i64,
    /// In ten-thousandths of the currency unit.
    pub amount: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// The local minute, `2026-11-24T10:00`; of a date its moment.
    pub local: String,
    pub flow: FlowName,
    pub trigger: String,
    pub zone: String,
    /// `text template held refused asks_first silent`.
    pub outcome: &'static str,
    pub reason: Option<String>,
    pub template: Option<String>,
}

impl Ahead {
    fn of(cells: &BTreeMap<CellKey, (i64, i64)>, contacts: i64) -> Ahead {
        let cell = |(key, (people, amount)): (&CellKey, &(i64, i64))| AheadCell {
            key: key.clone(),
            people: *people,
            amount: *amount,
        };
        Ahead { cells: cells.iter().map(cell).collect(), contacts, complete: false, cut: false }
    }
}

/// One fire of a schedule in one zone.
struct PlaceFire {
    at: Time,
    /// Its table, by place.
    table: usize,
    minute: String,
}

/// A contact in the course of the coming days.
struct Person {
    contact: Contact,
    rows: Vec<conversation::Conversation>,
    talks: BTreeMap<SenderId, ForecastConversation>,
}

/// Counts what comes after `now` and up to `until`. Calls `tell` with the numbers so far after each batch of contacts.
pub async fn ahead(
    ground: &ForecastInputs<'_>,
    accounts: &[AccountName],
    (now, until): (Time, Time),
    tell: impl Fn(Ahead),
) -> Result<Ahead, ReadError> {
    let tables = flow::timetables(ground.set());
    let dates = flow::dates(ground.set());
    let mut cells = BTreeMap::new();
    let mut free: BTreeMap<(usize, String), Time> = BTreeMap::new();
    let (mut contacts, mut checks, mut cut) = (0, 0, false);
    let spread = QuietHoursSpread::default();
    for (account, name, clock) in places(ground, accounts, now).await? {
        let (fires, is_cut) = fires_in(ground, &tables, &clock, (now, until));
        cut |= is_cut;
        let mut lines = Vec::new();
        for fire in &fires {
            lines.push(line(ground, &account, &tables[fire.table], fire, now, &free).await?);
        }
        let everyone = Prefilter::default();
        let mut walk = ContactWalk::new(&ground.store, (&account, &name), ContactId(0), (&everyone, now));
        while let Some(page) = walk.next().await? {
            for contact in page {
                contacts += 1;
                checks += fires.len() + dates.len();
                if checks > AHEAD_CHECKS_MAX {
                    return Ok(Ahead { cut: true, complete: true, ..Ahead::of(&cells, contacts) });
                }
                let moments = moments(ground, &dates, &contact, (now, until));
                if fires.is_empty() && moments.is_empty() {
                    continue;
                }
                let rows = conversation::of(&ground.store, contact.id).await?;
                let mut person = Person { contact, rows, talks: BTreeMap::new() };
                live_through(
                    ground,
                    (&tables, &dates),
                    (&fires, &moments),
                    &mut lines,
                    &mut person,
                    &spread,
                    &mut cells,
                )
                .await?;
            }
            tell(Ahead { cut, ..Ahead::of(&cells, contacts) });
        }
        for (fire, line) in fires.into_iter().zip(lines) {
            free.insert((fire.table, fire.minute), line.free());
        }
    }
    Ok(Ahead { cut, complete: true, ..Ahead::of(&cells, contacts) })
}

/// Accounts and zones with contacts, from the east to the west, as their local minutes come.
async fn places(
    ground: &ForecastInputs<'_>,
    accounts: &[AccountName],
    now: Time,
) -> Result<Vec<(AccountName, String, TimeZone)>, ReadError> {
    let bots = &ground.set().bot.timezone;
    let stamp = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    let mut places = Vec::new();
    for account in accounts {
        for name in contact::zones(&ground.store, account).await? {
            let clock = zone_named(&name, bots);
            places.push((account.clone(), name, clock));
        }
    }
    places.sort_by_key(|(.., clock)| std::cmp::Reverse(clock.to_offset(stamp).seconds()));
    Ok(places)
}

/// The fires of all schedules in a zone, by time; true if there are more than are counted.
fn fires_in(
    ground: &ForecastInputs<'_>,
    tables: &[Timetable<'_>],
    own: &TimeZone,
    (now, until): (Time, Time),
) -> (Vec<PlaceFire>, bool) {
    let bots = &ground.set().bot.timezone;
    let mut fires = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let clock = if table.by_contact { own } else { bots };
        let coming = table.fires.between(now, until, clock).take(AHEAD_FIRES_MAX + 1);
        fires.extend(coming.map(|fire| PlaceFire { at: fire.at, table: place, minute: fire.minute }));
    }
    fires.sort_by_key(|fire| (fire.at, fire.table));
    let is_cut = fires.len() > AHEAD_FIRES_MAX;
    fires.truncate(AHEAD_FIRES_MAX);
    (fires, is_cut)
}

/// The queue of a fire, behind those of the same local minute in zones before.
async fn line(
    ground: &ForecastInputs<'_>,
    account: &AccountName,
    table: &Timetable<'_>,
    fire: &PlaceFire,
    now: Time,
    free: &BTreeMap<(usize, String), Time>,
) -> Result<SlotLine, ReadError> {
    let pace = ground.senders.pace(account, |sender| serves(table.flow, sender), table.rate);
    let known = match free.get(&(fire.table, fire.minute.clone())) {
        Some(known) => Some(*known),
        // Only a minute that has come in another zone already has a row.
        None if fire.at - now < Span::hours(27) => {
            schedule::line(&ground.store, &table.flow.name, table.key, &fire.minute).await?
        }
        None => None,
    };
    Ok(SlotLine::new(known.map_or(fire.at, |known| known.max(fire.at)), pace))
}

/// The dates of a contact in the period: the place of the table, the moment, and the value.
fn moments(
    ground: &ForecastInputs<'_>,
    dates: &[DateTable<'_>],
    contact: &Contact,
    (now, until): (Time, Time),
) -> Vec<(usize, Time, String)> {
    let all = dates.iter().enumerate().filter_map(|(place, table)| {
        let moment = table.date.moment(&contact.data, &ground.set().bot)?;
        (moment.at > now && moment.at <= until).then_some((place, moment.at, moment.value))
    });
    all.collect()
}

/// Takes one contact through all its fires and dates, in the order of time.
async fn live_through(
    ground: &ForecastInputs<'_>,
    (tables, dates): (&[Timetable<'_>], &[DateTable<'_>]),
    (fires, moments): (&[PlaceFire], &[(usize, Time, String)]),
    lines: &mut [SlotLine],
    person: &mut Person,
    spread: &QuietHoursSpread,
    cells: &mut BTreeMap<CellKey, (i64, i64)>,
) -> Result<(), ReadError> {
    let own = zone_of(&person.contact, &ground.set().bot.timezone);
    let nothing = BTreeMap::new();
    let mut order: Vec<(Time, Coming)> = fires.iter().enumerate().map(|(n, fire)| (fire.at, Coming::Fire(n))).collect();
    order.extend(moments.iter().enumerate().map(|(n, (_, at, _))| (*at, Coming::Date(n))));
    order.sort_by_key(|(at, _)| *at);
    for (at, coming) in order {
        let (begin, local, zone) = match coming {
            Coming::Fire(n) => {
                let (fire, table) = (&fires[n], &tables[fires[n].table]);
                if !flow::in_audience(&ground.versions, table, &ground.world(at, &person.contact)) {
                    continue;
                }
                let slot = lines[n].take();
                let clock = if table.by_contact { &own } else { &ground.set().bot.timezone };
                let event = Value::Nothing;
                let begin = ForecastStart { flow: table.flow, trigger: table.key, inputs: &nothing, event, slot };
                (begin, fire.minute.clone(), name_of(clock))
            }
            Coming::Date(n) => {
                let (place, at, value) = &moments[n];
                let table = &dates[*place];
                let event = flow::date_event(table.date, value);
                let begin = ForecastStart { flow: table.flow, trigger: table.key, inputs: &nothing, event, slot: *at };
                (begin, self::local(*at, &own), name_of(&own))
            }
        };
        let Some(seen) = start(ground, &begin, person, spread).await? else { continue };
        let (flow, trigger) = (begin.flow.name.clone(), begin.trigger.to_owned());
        let (outcome, reason, template) = words(&seen);
        let key = CellKey { local, flow, trigger, zone, outcome, reason, template };
        let cell = cells.entry(key).or_default();
        cell.0 += 1;
        cell.1 += seen.prices.iter().map(|price| price.amount).sum::<i64>();
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Coming {
    Fire(usize),
    Date(usize),
}

/// One start, in the conversation that it would choose, which stays as the start has left it.
async fn start(
    ground: &ForecastInputs<'_>,
    begin: &ForecastStart<'_>,
    person: &mut Person,
    spread: &QuietHoursSpread,
) -> Result<Option<ContactForecast>, ReadError> {
    let Some(sender) = ground.choose(begin.flow, &mut person.contact, &person.rows) else {
        return Ok(Some(ContactForecast::refused(begin.slot, Reason::SenderDown)));
    };
    let mut talk = match person.talks.remove(&sender) {
        Some(talk) => talk,
        None => ground.talk(sender, &person.contact, &person.rows).await?,
    };
    let seen = foresee_in(ground, begin, &mut person.contact, &mut talk, spread, Follow::Deliveries).await;
    person.talks.insert(sender, talk);
    seen
}

/// The words of a cell: outcome, reason, template.
fn words(seen: &ContactForecast) -> (&'static str, Option<String>, Option<String>) {
    let because = |reason: &Reason| Some(reason.as_str().to_owned());
    match &seen.what {
        ForecastOutcome::Text => ("text", None, None),
        ForecastOutcome::Template(name) | ForecastOutcome::Nudge(name) => ("template", None, Some(name.clone())),
        ForecastOutcome::Held(reason) | ForecastOutcome::Queued(reason) => ("held", because(reason), None),
        ForecastOutcome::Refused(reason) => ("refused", because(reason), None),
        ForecastOutcome::Skipped => ("refused", because(&Reason::WindowClosed), None),
        ForecastOutcome::Failed => ("refused", Some("failed".to_owned()), None),
        ForecastOutcome::AsksFirst => ("asks_first", None, None),
        ForecastOutcome::Silent => ("silent", None, None),
    }
}
