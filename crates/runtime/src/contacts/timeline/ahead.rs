//! Foretells the coming fires and dates of a contact by the engine, and what its open runs wait for.

use super::{Source, TimelineItem, TimelineKind, TimelinePart};
use crate::{
    base::{ids::FlowName, limits::TIMELINE_AHEAD, time::Time},
    flow,
    model::contact::Contact,
    starts::{
        clocks::zone_of,
        forecast::{ContactForecast, ForecastInputs, ForecastOutcome, Occasion, When, for_contact, next_date},
    },
    store::{
        ReadError,
        tables::{conversation, session},
    },
};
use std::collections::BTreeMap;

/// The coming fires and dates, and the ends of waits, all after `now`.
pub async fn items(
    ground: &ForecastInputs<'_>,
    contact: &Contact,
    now: Time,
    part: TimelinePart<'_>,
) -> Result<Vec<TimelineItem>, ReadError> {
    let mut items = fires(ground, contact, now, part).await?;
    for (number, table) in flow::dates(ground.set()).iter().enumerate() {
        let Some((fire, seen)) = next_date(ground, table, contact, now).await? else { continue };
        let item = foreseen(&table.flow.name, table.key, (fire.at, number), &seen);
        items.push(TimelineItem { kind: TimelineKind::Date, ..item });
    }
    for talk in conversation::of(&ground.store, contact.id).await? {
        let Some(stored) = session::find(&ground.store, talk.id).await? else { continue };
        for run in &stored.session.runs {
            let (what, until) = run.waits_for();
            let Some(until) = until.filter(|until| *until > now) else { continue };
            let at = run.frames.last();
            let mut item = TimelineItem::new(until, TimelineKind::Planned, Source::Ahead, i64::from(run.number));
            item.place.name = format!("wait {}", talk.id);
            items.push(TimelineItem {
                flow: at.map(|frame| frame.flow.clone()),
                step: at.and_then(|frame| frame.at.as_ref()).map(ToString::to_string),
                outcome: Some(what.to_owned()),
                ..item
            });
        }
    }
    Ok(items)
}

/// The coming fires of schedules, those that are not for the contact too.
async fn fires(
    ground: &ForecastInputs<'_>,
    contact: &Contact,
    now: Time,
    part: TimelinePart<'_>,
) -> Result<Vec<TimelineItem>, ReadError> {
    let until = part.to.min(now + TIMELINE_AHEAD);
    let (from, _) = part.start(Source::Ahead);
    // A fire at the time of the place may be new: the place says which are known.
    let from = now.max(Time(from.0.saturating_sub(1)));
    let bots = &ground.set().bot.timezone;
    let own = zone_of(contact, bots);
    let inputs = BTreeMap::new();
    let mut items = Vec::new();
    for (number, table) in flow::timetables(ground.set()).iter().enumerate() {
        let clock = if table.by_contact { &own } else { bots };
        let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
        // One more than the page holds, and the one at the place itself.
        for fire in table.fires.between(from, until, clock).take(part.limit + 2) {
            let occasion = Occasion {
                flow: table.flow,
                trigger: table.key,
                inputs: &inputs,
                rate: table.rate,
                prefilter: table.prefilter(ground.set()),
                meant: &meant,
                when: When::Next(table, Time(fire.at.0 - 1)),
            };
            items.push(match for_contact(ground, &occasion, contact).await? {
                Some((_, seen)) => foreseen(&table.flow.name, table.key, (fire.at, number), &seen),
                None => {
                    let world = ground.world(fire.at, contact);
                    let why = flow::outside(&ground.versions, table, &world)
                        .or_else(|| flow::held_back(&ground.versions, table, &world));
                    let item = unmarked(&table.flow.name, table.key, (fire.at, number), TimelineKind::NoFire);
                    TimelineItem {
                        outcome: Some("outside".to_owned()),
                        reason: Some("not_meant".to_owned()),
                        text: why,
                        ..item
                    }
                }
            });
        }
    }
    Ok(items)
}

fn unmarked(flow: &FlowName, trigger: &str, (at, number): (Time, usize), kind: TimelineKind) -> TimelineItem {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let mut item = TimelineItem::new(at, kind, Source::Ahead, number);
    item.place.name = trigger.to_owned();
    TimelineItem { flow: Some(flow.clone()), trigger: Some(trigger.to_owned()), ..item }
}

/// A start as the forecast sees it.
fn foreseen(flow: &FlowName, trigger: &str, place: (Time, usize), seen: &ContactForecast) -> TimelineItem {
    let kind = match &seen.what {
        ForecastOutcome::Refused(_) | ForecastOutcome::Skipped | ForecastOutcome::Failed => TimelineKind::NoFire,
        ForecastOutcome::Text
        | ForecastOutcome::Template(_)
        | ForecastOutcome::Nudge(_)
        | ForecastOutcome::Held(_)
        | ForecastOutcome::Queued(_)
        | ForecastOutcome::AsksFirst
        | ForecastOutcome::Silent => TimelineKind::Planned,
    };
    let (template, reason) = match &seen.what {
        ForecastOutcome::Template(name) | ForecastOutcome::Nudge(name) => (Some(name.clone()), None),
        ForecastOutcome::Held(reason) | ForecastOutcome::Queued(reason) | ForecastOutcome::Refused(reason) => {
            (None, Some(*reason))
        }
        ForecastOutcome::Text
        | ForecastOutcome::Skipped
        | ForecastOutcome::Failed
        | ForecastOutcome::AsksFirst
        | ForecastOutcome::Silent => (None, None),
    };
    TimelineItem {
        outcome: Some(seen.what.word().to_owned()),
        reason: reason.map(|reason| reason.as_str().to_owned()),
        text: reason.map(|reason| reason.words().to_owned()),
        template,
        ..unmarked(flow, trigger, place, kind)
    }
}
