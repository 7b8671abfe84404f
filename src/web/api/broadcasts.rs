//! `/v1/broadcasts`: one-off sends of a flow to many contacts: drafted with a forecast, started with its count as
//! confirmation, paused, stopped, reported.

use super::{
    page::{Page, decode},
    runs,
    schedules::{
        forecasts::Forecast,
        reports::{FireReport, currency, local_minute},
    },
};
use crate::{
    base::{
        body_fields::{At, Id, Text},
        diagnostic::{Diagnostic, nearest},
        ids::{AccountName, FlowName},
        limits::{BROADCAST_DRAFT_KEPT, NAME_CHARS_MAX, PAGE_ROWS_MAX, TEXT_CHARS_MAX},
        time::{Span, Time},
    },
    model::{effect::broadcast_key, schedule::AtMost},
    runtime::starts::{
        broadcast::{BroadcastAudience, BroadcastSpec, BroadcastTime, DraftResult},
        report,
    },
    store::{
        ReadError, Store,
        tables::broadcast::{self, Broadcast, BroadcastState as Stands},
    },
    web::{
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, FieldErrors, no_body},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewBroadcast {
    /// The flow that each of them starts.
    flow: Text<NAME_CHARS_MAX>,
    #[schemars(extend("x-missing" = TO_MISFIT, "x-misfit" = TO_MISFIT))]
    to: MeantBy,
    /// Those of the flow.
    inputs: Option<Map<String, Json>>,
    /// A moment with its zone, or without one a minute on each contact's clock; absent: at once.
    at: Option<Text<NAME_CHARS_MAX>>,
    /// How many starts in how long: `20/s` unless said otherwise.
    rate: Option<Text<NAME_CHARS_MAX>>,
    /// For an operator with several.
    account: Option<Text<NAME_CHARS_MAX>>,
}

const TO_MISFIT: &str = "`to` is `everyone`, or an object with `tags`, `if` or both.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum MeantBy {
    Condition(BroadcastTo),
    Word(Everyone),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Everyone {
    Everyone,
}

/// As in a schedule.
#[derive(Debug, Deserialize, JsonSchema)]
struct BroadcastTo {
    /// Those who have all of these tags.
    tags: Option<Vec<Text<NAME_CHARS_MAX>>>,
    /// Those for whom this holds: Rhai, as in a flow.
    r#if: Option<Text<TEXT_CHARS_MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct StartBroadcast {
    /// The number that the draft gave: so nobody is surprised.
    #[schemars(extend("x-missing" = "`people` is missing: the number that the draft gave."))]
    people: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Broadcast")]
pub struct BroadcastShown<'a> {
    id: i64,
    account: AccountName,
    flow: FlowName,
    to: Option<BroadcastMeans>,
    /// When it begins; `null`: at once, or on each contact's clock.
    at: Option<At>,
    /// The minute on each contact's clock.
    local: Option<Id<String>>,
    rate: Option<Id<String>>,
    /// `done`: all contacts are planned; `waiting` and `kept` of the report say how much is still to come.
    #[schemars(extend("enum" = ["draft", "running", "paused", "stopped", "done"]))]
    state: &'static str,
    /// The contacts that were meant when it was drafted.
    people: i64,
    /// Starts so far.
    planned: i64,
    created_at: At,
    started_at: Option<At>,
    done_at: Option<At>,
    /// Of a new draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Forecast")]
    forecast: Option<Forecast<'a>>,
    /// Of one alone; `null` before its first start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FireReport>")]
    report: Option<Option<FireReport<'a>>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BroadcastMeans {
    tags: Vec<String>,
    r#if: Option<String>,
}

/// `POST /v1/broadcasts`: creates a draft and gives its forecast.
pub async fn create(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (asked, mut errors) = request::parse::<NewBroadcast>(&bytes)?;
    let (name, given) = (asked.flow.0, asked.inputs.unwrap_or_default());
    let account = account(&web, &caller, &mut errors, asked.account);
    let to = to(&mut errors, asked.to);
    let when = when(&mut errors, asked.at);
    let rate = rate(&mut errors, asked.rate);
    let live = web.app.live.get();
    let inputs = match live.set.named(&name) {
        Some(flow) => runs::typed(flow, given, &live.set.bot.timezone, &mut errors),
        None if name.is_empty() => Default::default(),
        None => {
            let names = live.set.flows.keys().map(FlowName::as_str);
            let help = nearest(&name, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
            errors.wrong("flow", format!("There is no flow `{name}`.{help}"));
            Default::default()
        }
    };
    if errors.is_clean()
        && let Err(found) = web.app.starts.audience(&to).await.map_err(|error| Problem::bug(&error))?
    {
        let first = found.first().map(words).unwrap_or_default();
        errors.wrong("to/if", first);
    }
    errors.finish()?;
    let wanted = BroadcastSpec { to, when, rate, inputs };
    let drafting = Arc::clone(&web);
    let of = account.clone();
    // Dropped with this handler when the client disconnects; the work goes on in a task of its own.
    let (_here, client) = watch::channel(());
    once(web, of, parts.headers, "broadcasts".to_owned(), bytes, move |_| async move {
        draft(&drafting, account, &FlowName::from(name), wanted, &client).await
    })
    .await
}

/// `GET /v1/broadcasts?limit=&cursor=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let before = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(i64::MAX);
    let limit = i64::try_from(page.size()).unwrap_or(PAGE_ROWS_MAX);
    let rows = broadcast::page(&web.app.store, caller.only_account(), before, limit)
        .await
        .map_err(|error| Problem::bug(&error))?;
    let next = rows.last().map(|row| row.id).filter(|_| rows.len() == page.size());
    let data = rows.iter().filter(|row| caller.owns(&row.account)).map(described).collect();
    Ok(respond(StatusCode::OK, &page.listed(data, next)))
}

/// `GET /v1/broadcasts/{id}`: shows a broadcast and its progress.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    Ok(respond(StatusCode::OK, &reported(&web, &row).await?))
}

/// `POST /v1/broadcasts/{id}/start`: `people` must be the count that the draft gave.
pub async fn start(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (StartBroadcast { people }, errors) = request::parse(&bytes)?;
    errors.finish()?;
    let row = owned(&web, &caller, &id).await?;
    let (starting, account) = (Arc::clone(&web), row.account.clone());
    once(web, account, parts.headers, format!("broadcasts/{}/start", row.id), bytes, move |_| async move {
        let web = starting;
        if row.state != Stands::Draft {
            return Err(Problem::conflict("not_a_draft", format!("Broadcast {} is {}.", row.id, row.state.as_str())));
        }
        if row.people != people {
            let why = format!("Broadcast {} means {} people, not {}.", row.id, row.people, people);
            return Err(Problem::conflict("other_count", why));
        }
        if web.app.clock.now() - row.created_at > BROADCAST_DRAFT_KEPT {
            let why = format!("The count of broadcast {} is older than an hour; draft it anew.", row.id);
            return Err(Problem::conflict("old_draft", why));
        }
        turn(&web, row, &[Stands::Draft], Stands::Running).await
    })
    .await
}

pub async fn pause(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    change(web, id, (caller, request), "pause", &[Stands::Running, Stands::Done], Stands::Paused).await
}

pub async fn resume(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    change(web, id, (caller, request), "resume", &[Stands::Paused], Stands::Running).await
}

/// Stops a broadcast: starts that have not begun never begin.
pub async fn stop(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let from = &[Stands::Running, Stands::Paused, Stands::Done, Stands::Draft];
    change(web, id, (caller, request), "stop", from, Stands::Stopped).await
}

async fn change(
    web: Arc<Web>,
    id: String,
    (caller, request): (Caller, Request),
    what: &'static str,
    from: &'static [Stands],
    to: Stands,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    no_body(&bytes)?;
    let row = owned(&web, &caller, &id).await?;
    let (changing, account) = (Arc::clone(&web), row.account.clone());
    let path = format!("broadcasts/{}/{what}", row.id);
    once(web, account, parts.headers, path, bytes, move |_| async move { turn(&changing, row, from, to).await }).await
}

async fn turn(web: &Arc<Web>, row: Broadcast, from: &[Stands], to: Stands) -> Result<Answer, Problem> {
    let turned = web.app.starts.turn_broadcast(row.id, from, to).await.map_err(|error| Problem::bug(&error))?;
    let now = broadcast::find(&web.app.store, row.id).await.map_err(|error| Problem::bug(&error))?.unwrap_or(row);
    if !turned && now.state != to {
        let why = format!("Broadcast {} is {}.", now.id, now.state.as_str());
        return Err(Problem::conflict("not_possible", why));
    }
    Ok(Answer { status: StatusCode::OK, body: reported(web, &now).await?, took_effect: true })
}

async fn draft(
    web: &Arc<Web>,
    account: AccountName,
    name: &FlowName,
    wanted: BroadcastSpec,
    client: &watch::Receiver<()>,
) -> Result<Answer, Problem> {
    let drafted = web.app.starts.draft_broadcast(account, name, &wanted, client).await;
    let drafted = drafted.map_err(|error| Problem::bug(&error))?;
    let (row, sum) = match drafted {
        DraftResult::Done(done) => *done,
        DraftResult::Unfit => {
            return Err(Problem::not_found("The flow is gone meanwhile, or `to` does not fit the flows any more."));
        }
        // Nobody reads this; a repeated request with the same key begins anew.
        DraftResult::Abandoned => {
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The client has gone."));
        }
        DraftResult::TooLong => {
            let why = "The condition works for too long over all contacts: compare fields of the contact.";
            return Err(Problem::invalid(vec![("/to/if".to_owned(), why.to_owned())]));
        }
    };
    let body = to_json(&BroadcastShown { forecast: Some(Forecast::of(&sum)), ..described(&row) });
    Ok(Answer { status: StatusCode::CREATED, body, took_effect: true })
}

/// A broadcast as lists show it.
fn described<'a>(row: &Broadcast) -> BroadcastShown<'a> {
    let wanted: Option<BroadcastSpec> = serde_json::from_value(row.data.clone()).ok();
    let (at, local) = match wanted.as_ref().map(|wanted| wanted.when) {
        Some(BroadcastTime::At(at)) => (Some(At(at)), None),
        Some(BroadcastTime::Local(minute)) => (None, Some(Id(minute.strftime("%Y-%m-%dT%H:%M").to_string()))),
        Some(BroadcastTime::Now) | None => (None, None),
    };
    BroadcastShown {
        id: row.id,
        account: row.account.clone(),
        flow: row.flow.clone(),
        at,
        local,
        rate: wanted.as_ref().map(|wanted| Id(wanted.rate.to_string())),
        to: wanted.map(|wanted| BroadcastMeans { tags: wanted.to.tags, r#if: wanted.to.condition }),
        state: row.state.as_str(),
        people: row.people,
        planned: row.planned,
        created_at: At(row.created_at),
        started_at: row.started_at.map(At),
        done_at: row.done_at.map(At),
        forecast: None,
        report: None,
    }
}

async fn reported(web: &Web, row: &Broadcast) -> Result<Json, Problem> {
    with_report(&web.app.store.aside(), row, currency(web)).await.map_err(|error| Problem::bug(&error))
}

/// As `described`, with the report of its results.
pub async fn with_report(store: &Store, row: &Broadcast, currency: &str) -> Result<Json, ReadError> {
    let since = local_minute(row.created_at - Span::days(1));
    let key = broadcast_key(row.id);
    let fires = report::report(store, None, &row.flow, &since, Some(&key)).await?;
    let report = fires.first().map(|fire| FireReport::of(fire, currency));
    Ok(to_json(&BroadcastShown { report: Some(report), ..described(row) }))
}

async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<Broadcast, Problem> {
    let missing = || Problem::not_found("There is no such broadcast.");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let row = broadcast::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| caller.owns(&row.account)).ok_or_else(missing)
}

/// The caller's account; an operator with several accounts must name one.
fn account(web: &Web, caller: &Caller, errors: &mut FieldErrors, named: Option<Text<NAME_CHARS_MAX>>) -> AccountName {
    let named = named.map(|Text(name)| AccountName::from(name));
    let all: Vec<&AccountName> = web.app.senders.accounts().filter(|name| caller.owns(name)).collect();
    match (named, &all[..]) {
        (Some(named), all) if all.contains(&&named) => named,
        (Some(named), _) => {
            errors.wrong("account", format!("There is no account `{named}`."));
            named
        }
        (None, [only]) => (*only).clone(),
        (None, _) => {
            errors.wrong("account", "`account` is missing: there are several.");
            AccountName::from("")
        }
    }
}

/// `"everyone"`, or `{tags, if}` as in a schedule.
fn to(errors: &mut FieldErrors, meant: MeantBy) -> BroadcastAudience {
    let MeantBy::Condition(BroadcastTo { tags, r#if }) = meant else { return BroadcastAudience::default() };
    let tags = tags.unwrap_or_default().into_iter().map(|Text(tag)| tag).collect();
    let to = BroadcastAudience { tags, condition: r#if.map(|Text(condition)| condition) };
    if to == BroadcastAudience::default() && errors.is_clean_at("to") {
        errors.wrong("to", "`to` says neither `tags` nor `if`; for all contacts write \"everyone\".");
    }
    to
}

/// A time with its zone, or a local minute for each contact.
fn when(errors: &mut FieldErrors, at: Option<Text<NAME_CHARS_MAX>>) -> BroadcastTime {
    let Some(Text(text)) = at else { return BroadcastTime::Now };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return BroadcastTime::At(Time(at.as_millisecond()));
    }
    match text.parse::<jiff::civil::DateTime>() {
        Ok(minute) => BroadcastTime::Local(minute),
        Err(_) => {
            let how = "`at` is a moment like 2026-11-24T10:00:00Z, or without a zone a minute on each contact's clock.";
            errors.wrong("at", how);
            BroadcastTime::Now
        }
    }
}

fn rate(errors: &mut FieldErrors, rate: Option<Text<NAME_CHARS_MAX>>) -> AtMost {
    let usual = AtMost::new(20, Span::seconds(1));
    let Some(Text(text)) = rate else { return usual };
    AtMost::parse(&text).unwrap_or_else(|| {
        errors.wrong("rate", "`rate` is written like `20/s`.");
        usual
    })
}

fn words(finding: &Diagnostic) -> String {
    match &finding.help {
        Some(help) if help.ends_with('?') => format!("{}; {help}", finding.message),
        Some(help) => format!("{}; {help}.", finding.message),
        None => format!("{}.", finding.message),
    }
}
