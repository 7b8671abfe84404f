//! `/v1/schedules/{flow}/report`: the results of each fire, also as CSV.

use crate::{
    base::{
        diagnostic::nearest,
        ids::FlowName,
        limits::REPORT_SINCE,
        query,
        time::{Span, Time, iso},
    },
    runtime::{
        config::shown,
        starts::report::{self, FireReport},
    },
    web::{
        auth::Caller,
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/schedules/{flow}/report?since=30d&trigger=`.
pub async fn report(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let (flow, fires) = asked(&web, &flow, &query.unwrap_or_default(), &caller).await?;
    let fires: Vec<Json> = fires.iter().map(|fire| fire_json(fire, currency(&web))).collect();
    Ok(json(StatusCode::OK, &json!({"flow": flow, "fires": fires})))
}

/// `GET /v1/schedules/{flow}/report.csv`: the report for a spreadsheet.
pub async fn as_csv(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let (flow, fires) = asked(&web, &flow, &query.unwrap_or_default(), &caller).await?;
    let text = report::csv(&flow, &fires, currency(&web));
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

/// One fire as JSON.
pub fn fire_json(fire: &FireReport, currency: &str) -> Json {
    json!({
        "trigger": fire.trigger,
        "local": fire.minute,
        "planned": fire.planned,
        "planning": fire.is_planning,
        "done": fire.done(),
        "waiting": fire.waiting,
        "begun": fire.begun,
        "superseded": fire.superseded,
        "text": fire.text,
        "template": fire.template,
        "templates": fire.templates,
        "delivered": fire.delivered,
        "read": fire.read,
        "undelivered": fire.undelivered,
        "answered": fire.answered,
        "opted_out": fire.opted_out,
        "kept": fire.kept,
        "silent": fire.silent(),
        "refused": fire.refused,
        "cost": Some(shown(fire.cost)).filter(|_| !currency.is_empty()),
        "currency": Some(currency).filter(|currency| !currency.is_empty()),
        "first_at": fire.first_at.map(iso),
        "last_at": fire.last_at.map(iso),
    })
}

/// The currency of the price table; empty without a table.
pub fn currency(web: &Web) -> &str {
    let prices = &web.app.config.prices;
    if prices.is_empty() { "" } else { &prices.currency }
}

async fn asked(web: &Web, flow: &str, text: &str, caller: &Caller) -> Result<(FlowName, Vec<FireReport>), Problem> {
    let value = |name| query::value(text, name).filter(|value: &String| !value.is_empty());
    let live = web.app.live.get();
    let Some(flow) = live.set.named(flow).map(|flow| flow.name.clone()) else {
        let names = live.set.flows.keys().map(FlowName::as_str);
        let help = nearest(flow, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        return Err(Problem::not_found(format!("There is no such flow.{help}")));
    };
    let since = value("since").map_or(Ok(REPORT_SINCE), |since| Span::parse(&since));
    let since = since.map_err(|why| Problem::invalid(vec![("/since".to_owned(), format!("`since`: {why}."))]))?;
    let since = local_minute(web.app.clock.now() - since);
    let accounts = match caller.accounts() {
        None => vec![None],
        Some(accounts) => accounts.iter().map(Some).collect(),
    };
    // A row for each of several accounts.
    let (store, trigger, mut fires) = (web.app.store.aside(), value("trigger"), Vec::new());
    for account in accounts {
        let read = report::report(&store, account, &flow, &since, trigger.as_deref()).await;
        fires.extend(read.map_err(|error| Problem::bug(&error))?);
    }
    Ok((flow, fires))
}

/// Minutes are local to each contact: subtracting a day includes every time zone.
pub fn local_minute(since: Time) -> String {
    let minute = jiff::Timestamp::from_millisecond((since - Span::days(1)).0).unwrap_or_default();
    minute.strftime("%Y-%m-%dT%H:%M").to_string()
}
