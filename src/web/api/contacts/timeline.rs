//! `/v1/contacts/{id}/timeline`: what happened and what will happen with one contact, on one line.

use crate::{
    base::{
        body_fields::{At, Id},
        ids::{ContactId, SenderId},
        limits::{TIMELINE_AHEAD, TIMELINE_BACK},
        time::Time,
    },
    runtime::contacts::timeline::{TimelineItem, TimelineKind, TimelinePart, timeline},
    web::{
        api::{
            contacts,
            moments::moment,
            page::{Page, decode},
            schedules::forecasts,
        },
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// One thing on the line.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TimelineItem")]
pub struct TimelineEntry {
    at: At,
    /// `fire`: a start that reached them. `no_fire`: one that did not, or will not, with its reason. `planned`: to come,
    /// as the forecast has it, or as open runs wait for it. `date`: the moment of a `date:` ahead.
    #[schemars(extend("enum" = TimelineKind::ALL))]
    kind: &'static str,
    flow: Option<Id<String>>,
    trigger: Option<Id<String>>,
    step: Option<Id<String>>,
    /// One word: the state of a message, the end of a run, the result of a start or of the forecast, `given` or
    /// `withdrawn`, `opened` or `closes`, the wait of a run.
    outcome: Option<Id<String>>,
    /// Why not: the word of the reports, the provider's code, or `not_meant` of a fire that was not for them. Of a
    /// consent its topic.
    reason: Option<Id<String>>,
    /// The template that left, or will leave, instead of the text.
    template: Option<Id<String>>,
    /// Of a message its text; else a sentence.
    text: Option<String>,
    /// Of the message, run, start, line of consent, or conversation of the window.
    id: Option<i64>,
}

impl TimelineEntry {
    fn of(item: TimelineItem) -> TimelineEntry {
        TimelineEntry {
            at: At(item.at),
            kind: item.kind.as_str(),
            flow: item.flow.map(|flow| Id(flow.to_string())),
            trigger: item.trigger.map(Id),
            step: item.step.map(Id),
            outcome: item.outcome.map(|outcome| Id(outcome.to_string())),
            reason: item.reason.map(Id),
            template: item.template.map(Id),
            text: item.text,
            id: item.id,
        }
    }
}

/// `GET /v1/contacts/{id}/timeline?from=&to=&limit=&cursor=`: oldest first.
pub async fn show(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let contact = contacts::owned(&web, &caller, &id).await?;
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let now = web.app.clock.now();
    let live = web.app.live.get();
    let zone = &live.set.bot.timezone;
    let from = moment(&text, "from", zone)?.unwrap_or(now - TIMELINE_BACK);
    let to = moment(&text, "to", zone)?.unwrap_or(now + TIMELINE_AHEAD);
    if to <= from {
        let why = "`to` is not after `from`.".to_owned();
        return Err(Problem::invalid(vec![("/to".to_owned(), why)]));
    }
    let after = page.cursor.as_deref().map(decode).transpose()?;
    let asked = |sender: SenderId, contact: ContactId, at: Time| web.app.policy.state_of(sender, contact, at);
    let ground = forecasts::ground(&web, &asked).await?;
    let part = TimelinePart { from, to, after: after.as_ref(), limit: page.size() };
    let read = timeline(&ground, contact.id, now, part).await;
    let (items, next) = read.map_err(|error| Problem::bug(&error))?;
    Ok(respond(StatusCode::OK, &page.listed(items.into_iter().map(TimelineEntry::of).collect(), next)))
}
