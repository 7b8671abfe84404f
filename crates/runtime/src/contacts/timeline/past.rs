//! Reads the past of a contact: messages, consent, runs, starts, and the fires that planned nothing for them.

use super::{Source, TimelineItem, TimelineKind, TimelinePart};
use crate::{
    base::{phone, time::Time},
    flow,
    model::{answer::words_of, contact::Contact, content::Content, window::Window},
    starts::{
        forecast::ForecastInputs,
        history::{self, StartRecord},
    },
    store::{
        ReadError,
        queries::timeline::{self, Said, Started, Stretch},
        tables::{conversation, ledger, start::StartState},
    },
};

/// The rows of the contact's past, and its planned starts.
pub async fn rows(
    ground: &ForecastInputs<'_>,
    contact: &Contact,
    part: TimelinePart<'_>,
) -> Result<Vec<TimelineItem>, ReadError> {
    let store = &ground.store;
    let stretch = |source| Stretch { after: part.start(source), until: part.to, limit: part.rows() };
    let mut items = Vec::new();
    for talk in conversation::of(store, contact.id).await? {
        for row in timeline::heard(store, talk.id, stretch(Source::Heard)).await? {
            let kind = &row.data.message.kind;
            let heard = kind.heard().map(|words| format!("🎤 heard: {words}"));
            let text = heard.or_else(|| words_of(kind).map(str::to_owned));
            let item = TimelineItem::new(row.at, TimelineKind::MessageIn, Source::Heard, row.id);
            items.push(TimelineItem { text, id: Some(row.id), ..item });
        }
        items.extend(timeline::said(store, talk.id, stretch(Source::Said)).await?.into_iter().map(said));
        for row in timeline::ran(store, talk.id, stretch(Source::Run)).await? {
            let outcome = Some(row.outcome.unwrap_or_else(|| "open".to_owned()));
            let (flow, trigger) = (Some(row.flow), Some(row.trigger_key));
            let item = TimelineItem::new(row.at, TimelineKind::Run, Source::Run, row.id);
            items.push(TimelineItem { flow, trigger, outcome, reason: row.reason, id: Some(row.id), ..item });
        }
    }
    let dates = flow::dates(ground.set());
    for row in timeline::started(store, contact.id, stretch(Source::Start)).await? {
        // The forecast tells of a date that waits, with what it will say.
        let by_date = dates.iter().any(|table| table.flow.name == row.flow && table.key == row.trigger_key);
        if by_date && row.state == StartState::Waiting {
            continue;
        }
        items.extend(history::of_start(store, row.id).await?.map(|record| started(row, record)));
    }
    for row in ledger::of(store, contact.id).await? {
        let item = TimelineItem::new(row.at, TimelineKind::Consent, Source::Consent, row.id);
        let outcome = Some(if row.given { "given" } else { "withdrawn" }.to_owned());
        items.push(TimelineItem { outcome, reason: Some(row.topic), text: row.shown, id: Some(row.id), ..item });
    }
    Ok(items)
}

fn said(row: Said) -> TimelineItem {
    let shown = row.sent_as.as_ref().unwrap_or(&row.draft.content);
    let template = match shown {
        Content::Template(template) => Some(template.name.clone()),
        _ => None,
    };
    TimelineItem {
        flow: row.draft.flow.clone(),
        step: row.draft.step.as_ref().map(ToString::to_string),
        outcome: Some(row.state),
        reason: row.reason.or(row.error_code),
        text: Some(shown.text().to_owned()),
        template,
        id: Some(row.id),
        ..TimelineItem::new(row.at, TimelineKind::MessageOut, Source::Said, row.id)
    }
}

/// A start with what became of it.
fn started(row: Started, record: StartRecord) -> TimelineItem {
    let kind = match (row.state, record.what) {
        (StartState::Waiting | StartState::Queued, _) => TimelineKind::Planned,
        (StartState::Refused | StartState::Superseded, _) => TimelineKind::NoFire,
        (StartState::Begun, "refused" | "skipped" | "failed" | "undelivered") => TimelineKind::NoFire,
        (StartState::Begun, _) => TimelineKind::Fire,
    };
    let superseded = (row.state == StartState::Superseded).then(|| "superseded".to_owned());
    TimelineItem {
        flow: Some(row.flow),
        trigger: Some(row.trigger_key),
        outcome: Some(record.what.to_owned()),
        reason: record.reason.or(superseded),
        text: Some(record.why),
        id: Some(row.id.0),
        ..TimelineItem::new(row.at, kind, Source::Start, row.id.0)
    }
}

/// The fires of the present schedules that planned nothing for the contact, since it is known and while its starts
/// are kept.
pub async fn gaps(
    ground: &ForecastInputs<'_>,
    contact: &Contact,
    (known_since, now): (Time, Time),
    part: TimelinePart<'_>,
) -> Result<Vec<TimelineItem>, ReadError> {
    let own = contact.data.zone.clone();
    let zone = own.or_else(|| contact.data.phone.as_deref().and_then(phone::zone).map(str::to_owned));
    let place = format!("{}/{}", contact.account, zone.unwrap_or_default());
    let kept_since = now - ground.kept_messages();
    let (from, _) = part.start(Source::Gap);
    // Of fires of one moment there is one a trigger, so one row more than the page holds is enough.
    let after = (from.max(known_since).max(kept_since), i64::MIN);
    let stretch = Stretch { after, until: part.to.min(now), limit: part.rows() + 1 };
    let mut items = Vec::new();
    for (number, table) in flow::timetables(ground.set()).iter().enumerate() {
        let named = (&table.flow.name, table.key, place.as_str());
        let gaps = timeline::gaps(&ground.store, named, contact.id, stretch).await?;
        if gaps.is_empty() {
            continue;
        }
        let world = ground.world(now, contact);
        let today = match flow::outside(&ground.versions, table, &world) {
            Some(why) => format!("it was not for them; today: {why}"),
            None => "it was not for them then; today it would be".to_owned(),
        };
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        items.extend(gaps.into_iter().map(|gap| {
            let mut item = TimelineItem::new(gap.at, TimelineKind::NoFire, Source::Gap, number);
            item.place.name = gap.minute;
            TimelineItem {
                flow: Some(table.flow.name.clone()),
                trigger: Some(table.key.to_owned()),
                outcome: Some("outside".to_owned()),
                reason: Some("not_meant".to_owned()),
                text: Some(today.clone()),
                ..item
            }
        }));
    }
    Ok(items)
}

/// The newest window of each conversation.
pub async fn windows(ground: &ForecastInputs<'_>, contact: &Contact) -> Result<Vec<TimelineItem>, ReadError> {
    let mut items = Vec::new();
    for talk in conversation::of(&ground.store, contact.id).await? {
        let window = Window { opened_at: talk.opened_at };
        let ends = [(window.opened_at, "opened"), (window.ends_at(), "closes")];
        items.extend(ends.into_iter().filter_map(|(at, outcome)| {
            let mut item = TimelineItem::new(at?, TimelineKind::Window, Source::Window, talk.id.0);
            item.place.name = outcome.to_owned();
            let text = ground.senders.get(talk.sender_id).map(|sender| sender.name.clone());
            Some(TimelineItem { outcome: Some(outcome.to_owned()), text, id: Some(talk.id.0), ..item })
        }));
    }
    Ok(items)
}
