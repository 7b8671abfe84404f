//! `/v1/contacts/{id}/timeline`: what happened and what will happen with one contact, on one line.

use crate::{
    base::{
        ids::{ContactId, SenderId},
        limits::{TIMELINE_AHEAD, TIMELINE_BACK},
        time::Time,
    },
    runtime::contacts::timeline::{TimelineItem, TimelinePart, timeline},
    web::{
        api::{
            contacts,
            moments::moment,
            page::{Page, decode},
            schedules::forecasts,
        },
        auth::Caller,
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use std::sync::Arc;

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
    Ok(json(StatusCode::OK, &page.body(items.iter().map(TimelineItem::to_json).collect(), next)))
}
