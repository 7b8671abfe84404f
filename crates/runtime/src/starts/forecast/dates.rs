//! Forecasts the starts by contacts' dates in the coming days: each has a time of its own.

use super::{ContactForecast, Forecast, ForecastInputs, ForecastStart, ZoneFire, foresee};
use crate::{
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
    delivery::pacing::quiet_hours_spread::QuietHoursSpread,
    flow::{self, DateTable},
    model::{contact::Contact, prefilter::Prefilter},
    starts::{
        clocks::{local, name_of, zone_of},
        walk::ContactWalk,
    },
    store::{ReadError, tables::contact},
};
use std::collections::BTreeMap;

/// Forecasts all dates after `now` and up to `until`. A fire here is one day in a time zone: `minute` is the date,
/// `at` the first time.
pub async fn forecast_dates(
    ground: &ForecastInputs<'_>,
    accounts: &[AccountName],
    table: &DateTable<'_>,
    (now, until): (Time, Time),
    mut tell: impl FnMut(&Contact, &ContactForecast),
) -> Result<Forecast, ReadError> {
    let mut sum = Forecast::new(table.flow.name.clone(), table.key, ground.currency().to_owned());
    let mut days: BTreeMap<(String, String), ZoneFire> = BTreeMap::new();
    let spread = QuietHoursSpread::default();
    for account in accounts {
        for zone in contact::zones(&ground.store, account).await? {
            let everyone = Prefilter::default();
            let mut walk = ContactWalk::new(&ground.store, (account, &zone), ContactId(0), (&everyone, now));
            while let Some(page) = walk.next().await? {
                for contact in page {
                    let ahead = |at: Time| at > now && at <= until;
                    let Some((at, value)) = moment(ground, table, &contact).filter(|(at, _)| ahead(*at)) else {
                        continue;
                    };
                    let Some(seen) = foresee_at(ground, table, &contact, (at, value), &spread).await? else {
                        continue;
                    };
                    let (zone, minute) = clock(ground, &contact, at);
                    let day = minute.split('T').next().unwrap_or_default().to_owned();
                    let key = (day.clone(), zone.clone());
                    let fire = days.entry(key).or_insert(ZoneFire { zone, minute: day, at, people: 0 });
                    fire.at = fire.at.min(at);
                    fire.people += 1;
                    sum.add(&contact, &seen);
                    tell(&contact, &seen);
                }
            }
        }
    }
    sum.fires.extend(days.into_values());
    Ok(sum)
}

/// The message that the contact gets at its next date; `None` if it has none ahead, or is not in the audience.
pub async fn next_date(
    ground: &ForecastInputs<'_>,
    table: &DateTable<'_>,
    contact: &Contact,
    now: Time,
) -> Result<Option<(ZoneFire, ContactForecast)>, ReadError> {
    let Some((at, value)) = moment(ground, table, contact).filter(|(at, _)| *at > now) else { return Ok(None) };
    let seen = foresee_at(ground, table, contact, (at, value), &QuietHoursSpread::default()).await?;
    let (zone, minute) = clock(ground, contact, at);
    Ok(seen.map(|seen| (ZoneFire { zone, minute, at, people: 1 }, seen)))
}

fn moment(ground: &ForecastInputs<'_>, table: &DateTable<'_>, contact: &Contact) -> Option<(Time, String)> {
    table.date.moment(&contact.data, &ground.set().bot).map(|moment| (moment.at, moment.value))
}

async fn foresee_at(
    ground: &ForecastInputs<'_>,
    table: &DateTable<'_>,
    contact: &Contact,
    (at, value): (Time, String),
    spread: &QuietHoursSpread,
) -> Result<Option<ContactForecast>, ReadError> {
    let inputs = BTreeMap::new();
    let event = flow::date_event(table.date, &value);
    let beginning = ForecastStart { flow: table.flow, trigger: table.key, inputs: &inputs, event, slot: at };
    foresee(ground, &beginning, contact.clone(), spread).await
}

/// The contact's time zone, and the local time.
fn clock(ground: &ForecastInputs<'_>, contact: &Contact, at: Time) -> (String, String) {
    let zone = zone_of(contact, &ground.set().bot.timezone);
    (name_of(&zone), local(at, &zone))
}
