//! `/v1/schedules/{flow}/report`: the results of each fire, also as CSV.

use crate::{
    base::{
        body_fields::{At, Id},
        diagnostic::nearest,
        ids::FlowName,
        limits::REPORT_SINCE,
        query,
        time::{Span, Time},
    },
    runtime::{config::shown, starts::report},
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{StatusCode, header},
    response::IntoResponse,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Serialize, JsonSchema)]
pub struct ScheduleReport<'a> {
    flow: &'a str,
    /// Newest first.
    fires: Vec<FireReport<'a>>,
}

/// One fire over all zones.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FireReport<'a> {
    trigger: Id<&'a str>,
    /// The local minute; for a date its value.
    local: Id<&'a str>,
    /// The contacts that it means; while `planning`, those found so far.
    planned: i64,
    /// Contacts are looked at still.
    planning: bool,
    /// Decided, of the planned ones.
    done: i64,
    /// For their slot, or in the line of a busy conversation.
    waiting: i64,
    begun: i64,
    /// A newer fire took their place, or they are meant no more.
    superseded: i64,
    /// The contacts that got the message itself.
    text: i64,
    /// The contacts that got a template.
    template: i64,
    /// By name.
    templates: &'a BTreeMap<String, i64>,
    delivered: i64,
    read: i64,
    /// The provider took it and could not deliver it.
    undelivered: i64,
    /// Wrote within three days.
    answered: i64,
    /// Withdrew something, or everything, within three days.
    opted_out: i64,
    /// Their message waits: for quiet hours, an answer, a template.
    kept: i64,
    /// Begun without a word so far.
    silent: i64,
    /// By reason, or the provider's code.
    refused: &'a BTreeMap<String, i64>,
    /// Of all that these runs said; `null` without a table of prices.
    cost: Option<Id<String>>,
    currency: Option<Id<&'a str>>,
    /// When the first message left.
    first_at: Option<At>,
    /// When the last one left.
    last_at: Option<At>,
}

/// `GET /v1/schedules/{flow}/report?since=30d&trigger=`.
pub async fn report(
    State(web): State<Arc<Web>>,
    Path(flow): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let (flow, fires) = asked(&web, &flow, &query.unwrap_or_default(), &caller).await?;
    let fires = fires.iter().map(|fire| FireReport::of(fire, currency(&web))).collect();
    Ok(respond(StatusCode::OK, &ScheduleReport { flow: flow.as_str(), fires }))
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

impl<'a> FireReport<'a> {
    /// The currency is empty without a table of prices.
    pub fn of(fire: &'a report::FireReport, currency: &'a str) -> FireReport<'a> {
        let currency = Some(currency).filter(|currency| !currency.is_empty());
        FireReport {
            trigger: Id(&fire.trigger),
            local: Id(&fire.minute),
            planned: fire.planned,
            planning: fire.is_planning,
            done: fire.done(),
            waiting: fire.waiting,
            begun: fire.begun,
            superseded: fire.superseded,
            text: fire.text,
            template: fire.template,
            templates: &fire.templates,
            delivered: fire.delivered,
            read: fire.read,
            undelivered: fire.undelivered,
            answered: fire.answered,
            opted_out: fire.opted_out,
            kept: fire.kept,
            silent: fire.silent(),
            refused: &fire.refused,
            cost: currency.map(|_| Id(shown(fire.cost))),
            currency: currency.map(Id),
            first_at: fire.first_at.map(At),
            last_at: fire.last_at.map(At),
        }
    }
}

/// The currency of the price table; empty without a table.
pub fn currency(web: &Web) -> &str {
    let prices = &web.app.config.prices;
    if prices.is_empty() { "" } else { &prices.currency }
}

async fn asked(
    web: &Web,
    flow: &str,
    text: &str,
    caller: &Caller,
) -> Result<(FlowName, Vec<report::FireReport>), Problem> {
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
