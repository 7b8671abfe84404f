//! Forecasts a fire contact by contact: runs the real engine and the real sending decision, and writes nothing.
//!
//! It assumes that no contact writes until then and that nothing else fires. If both are true, its counts equal those
//! of the real fire; a test compares them.

mod ahead;
mod dates;
mod ground;
mod start;
mod sum;

use crate::{
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
    delivery::pacing::quiet_hours_spread::QuietHoursSpread,
    flow::{self, Flow, Timetable, Versions},
    model::{contact::Contact, prefilter::Prefilter, schedule::AtMost, value::Value},
    starts::{
        broadcast::BroadcastTime,
        clocks::{local, name_of, zone_named, zone_of},
        serves,
        walk::{ContactWalk, SlotLine},
    },
    store::{
        ReadError,
        tables::{contact, schedule},
    },
};
pub use ahead::{Ahead, AheadCell, CellKey, ahead};
pub use dates::{forecast_dates, next_date};
pub use ground::{AskSender, ForecastInputs};
use jiff::tz::TimeZone;
use start::{ForecastStart, foresee};
use std::collections::BTreeMap;
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
    /// At the time of a broadcast that is confirmed now.
    Broadcast(BroadcastTime, Time),
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
            let clock = zone_named(&zone, &ground.set().bot.timezone);
            if let Some(fire) = fire_in(ground, occasion, &clock) {
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
            When::Broadcast(..) => String::new(),
        };
        let own = match lines.get(&name) {
            Some(line) => Some(*line),
            None => schedule::line(&ground.store, &occasion.flow.name, occasion.trigger, &name).await?,
        };
        let first = own.unwrap_or(at).max(shared.1);
        let pace = ground.senders.pace(account, |sender| serves(occasion.flow, sender), occasion.rate);
        let mut line = SlotLine::new(first, pace);
        let is_meant = |contact: &Contact| (occasion.meant)(&ground.versions, &ground.world(at, contact));
        let mut walk = ContactWalk::new(&ground.store, (account, &zone), ContactId(0), (&occasion.prefilter, at));
        while let Some(page) = walk.next_tested(is_meant).await? {
            for (contact, _) in page.into_iter().filter(|(_, is_meant)| *is_meant) {
                let beginning = ForecastStart::of(occasion, line.take());
                let seen = foresee(ground, &beginning, contact.clone(), &spread).await?;
                let Some(seen) = seen else { continue };
                fire.people += 1;
                sum.add(&contact, &seen);
                tell(&contact, &seen);
            }
        }
        shared.1 = line.free();
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
    let Some(fire) = fire_in(ground, occasion, &zone_of(contact, &ground.set().bot.timezone)) else { return Ok(None) };
    if !(occasion.meant)(&ground.versions, &ground.world(fire.at, contact)) {
        return Ok(None);
    }
    let beginning = ForecastStart::of(occasion, fire.at);
    let seen = foresee(ground, &beginning, contact.clone(), &QuietHoursSpread::default()).await?;
    Ok(seen.map(|seen| (fire, seen)))
}

/// The fire on the clock of this time zone; `None`: there is none.
fn fire_in(ground: &ForecastInputs<'_>, occasion: &Occasion<'_>, own: &TimeZone) -> Option<ZoneFire> {
    let bots = &ground.set().bot.timezone;
    let by_contact = match occasion.when {
        When::Next(table, _) => table.by_contact,
        When::Minute(_, by_contact) => by_contact,
        When::Broadcast(..) => true,
    };
    let clock = if by_contact { own } else { bots };
    let at = match occasion.when {
        When::Next(table, now) => table.fires.next(now, clock)?.at,
        When::Broadcast(time, now) => time.moment(clock, now),
        When::Minute(minute, _) => {
            let at = clock.to_ambiguous_zoned(minute).later().ok()?;
            Time(at.timestamp().as_millisecond())
        }
    };
    Some(ZoneFire { zone: name_of(clock), minute: local(at, clock), at, people: 0 })
}
