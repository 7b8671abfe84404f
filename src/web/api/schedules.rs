//! `/v1/schedules`: the scheduled starts of flows, their contacts and their results.

pub mod ahead;
pub mod forecasts;
pub mod reports;

use super::{
    contacts,
    page::{Page, decode},
};
use crate::{
    base::{
        diagnostic::nearest,
        ids::{AccountName, FlowName},
        limits::AGENDA_TALLIES_MAX,
        query,
        time::{Span, Time, iso},
    },
    flow::FlowSet,
    model::contact::Contact,
    runtime::starts::{
        agenda::{self, Entry, Moment, NextStart},
        history,
    },
    store::{ReadError, tables::start},
    web::{
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
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The limit of `next`, in days.
const DAYS_MAX: i64 = 400;

/// `GET /v1/schedules?limit=&cursor=`: every schedule and date of the live flows.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let from = page.cursor.as_deref().map(decode::<usize>).transpose()?.unwrap_or(0);
    let live = web.app.live.get();
    let entries = agenda::entries(&live.set, Some(&web.app.store)).await.map_err(|error| Problem::bug(&error))?;
    let data = entries.iter().skip(from).take(page.size()).map(entry_body);
    let next = from.saturating_add(page.size());
    Ok(json(StatusCode::OK, &page.body(data.collect(), Some(next).filter(|next| *next < entries.len()))))
}

/// `GET /v1/schedules/next?limit=&days=`: the next fires, earliest first, in each time zone that contacts have.
pub async fn next(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let days = match query::value(&text, "days").filter(|value| !value.is_empty()) {
        None => None,
        Some(value) => {
            Some(value.parse::<i64>().ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or_else(|| {
                Problem::invalid(vec![("/days".to_owned(), format!("`days` is a whole number from 1 to {DAYS_MAX}."))])
            })?)
        }
    };
    let accounts: Vec<AccountName> = web.app.senders.accounts().filter(|name| caller.owns(name)).cloned().collect();
    let live = web.app.live.get();
    let (store, now) = (&web.app.store, web.app.clock.now());
    let until = days.map_or(Time(i64::MAX), |days| now + Span::days(days));
    let moments = agenda::next(&accounts, &live.set, Some(store), (now, until), page.size()).await;
    let moments = moments.map_err(|error| Problem::bug(&error))?;
    Ok(json(
        StatusCode::OK,
        &json!({"data": moments.iter().map(|moment| moment_body(&live.set, moment)).collect::<Vec<_>>()}),
    ))
}

/// A schedule or date trigger, as the API and `schedule list --json` write it.
pub fn entry_body(entry: &Entry) -> Json {
    json!({
        "flow": entry.flow,
        "trigger": entry.key,
        "when": entry.when,
        "clock": if entry.zone.is_some() { "bot" } else { "contact" },
        "zone": entry.zone,
        "rate": entry.rate.map(|rate| json!({"count": rate.count, "per_ms": rate.per.0})),
        "live_since": entry.since.map(iso),
    })
}

/// A moment when one fires, as the API and `schedule next --json` write it.
pub fn moment_body(set: &FlowSet, moment: &Moment) -> Json {
    let minute = moment.minute.parse::<jiff::civil::DateTime>().ok();
    json!({
        "at": iso(moment.at),
        "local": moment.minute,
        "weekday": minute.map(|minute| minute.strftime("%A").to_string().to_lowercase()),
        "zone": moment.zone,
        "flow": moment.flow,
        "title": set.flow(&moment.flow).and_then(|flow| flow.title.as_deref()),
        "trigger": moment.key,
        "contact_id": moment.contact,
    })
}

/// How many starts came to one end, for one reason.
pub fn tally_body(tally: &start::Tally) -> Json {
    json!({
        "local": tally.minute, "trigger": tally.trigger_key, "contacts": tally.count, "state": tally.state,
        "reason": tally.reason,
    })
}

/// `GET /v1/schedules/{flow}/explain?contact=&since=30d`: the results of the fires by reason; for one contact, the
/// reason why it started or not.
pub async fn explain(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let text = query.unwrap_or_default();
    let live = web.app.live.get();
    let Some(flow) = live.set.named(&flow).map(|flow| flow.name.clone()) else {
        let names = live.set.flows.keys().map(FlowName::as_str);
        let help = nearest(&flow, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        return Err(Problem::not_found(format!("There is no such flow.{help}")));
    };
    let value = |name| query::value(&text, name).filter(|value: &String| !value.is_empty());
    let since = value("since").map_or(Ok(Span::days(30)), |since| Span::parse(&since));
    let since = since.map_err(|why| Problem::invalid(vec![("/since".to_owned(), format!("`since`: {why}."))]))?;
    let fires = fires(&web, &caller, &flow, web.app.clock.now() - since).await;
    let contact = match value("contact") {
        None => Json::Null,
        Some(id) => of_contact(&web, &flow, &contacts::owned(&web, &caller, &id).await?).await?,
    };
    let fires: Vec<Json> = fires.map_err(|error| Problem::bug(&error))?.iter().map(tally_body).collect();
    Ok(json(StatusCode::OK, &json!({"flow": flow, "fires": fires, "contact": contact})))
}

async fn fires(web: &Web, caller: &Caller, flow: &FlowName, since: Time) -> Result<Vec<start::Tally>, ReadError> {
    // Minutes are local to each contact: subtracting a day includes every time zone.
    let minute = jiff::Timestamp::from_millisecond((since - Span::days(1)).0).unwrap_or_default();
    let minute = minute.strftime("%Y-%m-%dT%H:%M").to_string();
    let store = &web.app.store;
    let Some(accounts) = caller.accounts() else {
        return start::tally(store, flow, &minute, AGENDA_TALLIES_MAX).await;
    };
    // A row for each of several accounts.
    let mut all = Vec::new();
    for account in accounts {
        all.extend(start::tally_of(store, account, flow, &minute, AGENDA_TALLIES_MAX).await?);
    }
    Ok(all)
}

async fn of_contact(web: &Web, flow: &FlowName, contact: &Contact) -> Result<Json, Problem> {
    let app = &web.app;
    let live = app.live.get();
    let env = live.env(&app.config.flows.env, app.senders.only_sandboxes());
    let outlook = agenda::outlook(&live.set, env, flow, contact, app.clock.now());
    let triggers: Vec<Json> = outlook
        .into_iter()
        .map(|one| {
            let mut told = json!({
                "trigger": one.key, "zone": one.zone, "meant": "yes", "local": null, "field": null, "why": null,
            });
            match one.what {
                NextStart::Yes(minute) => told["local"] = minute.into(),
                NextStart::HeldBack { minute, why } => {
                    (told["meant"], told["local"], told["why"]) = ("held_back".into(), minute.into(), why.into());
                }
                NextStart::Never => told["meant"] = "never_again".into(),
                NextStart::Outside(why) => (told["meant"], told["why"]) = ("outside".into(), why.into()),
                NextStart::Empty(field) => (told["meant"], told["field"]) = ("empty_field".into(), field.into()),
                NextStart::Passed(minute) => (told["meant"], told["local"]) = ("passed".into(), minute.into()),
            }
            told
        })
        .collect();
    let starts = history::past(&app.store, flow, contact.id).await.map_err(|error| Problem::bug(&error))?;
    let starts: Vec<Json> = starts
        .iter()
        .map(|start| {
            json!({
                "local": start.minute, "trigger": start.trigger_key, "at": iso(start.slot_at), "state": start.state,
                "what": start.what, "reason": start.reason, "why": start.why,
            })
        })
        .collect();
    let is_tester = contact.data.phone.as_ref().is_some_and(|phone| live.set.bot.draft_testers.contains(phone));
    let kept = match live.set.flow(flow) {
        Some(flow) => agenda::kept_back(&app.store, flow, is_tester).await.map_err(|error| Problem::bug(&error))?,
        None => Vec::new(),
    };
    let refused = agenda::refused(&live.set, flow, contact).or(kept.first().map(|kept| kept.reason()));
    let refused = refused.map(|reason| reason.as_str());
    Ok(json!({"id": contact.id, "refused": refused, "triggers": triggers, "starts": starts}))
}
