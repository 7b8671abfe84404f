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
        diagnostic::{Diagnostic, nearest},
        ids::{AccountName, FlowName},
        limits::{BROADCAST_DRAFT_KEPT, NAME_CHARS_MAX, PAGE_ROWS_MAX, TEXT_CHARS_MAX},
        time::{Span, Time, iso},
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
        idempotency::{Answer, json, once},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tokio::sync::watch;

/// `POST /v1/broadcasts`: creates a draft and gives its forecast.
pub async fn create(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let name = input.text("flow", NAME_CHARS_MAX);
    let account = account(&web, &caller, &mut input);
    let to = to(&mut input);
    let when = when(&mut input);
    let rate = rate(&mut input);
    let given = input.opt_map("inputs").unwrap_or_default();
    let live = web.app.live.get();
    let inputs = match live.set.named(&name) {
        Some(flow) => runs::typed(flow, given, &live.set.bot.timezone, &mut input),
        None if name.is_empty() => Default::default(),
        None => {
            let names = live.set.flows.keys().map(FlowName::as_str);
            let help = nearest(&name, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
            input.wrong("flow", format!("There is no flow `{name}`.{help}"));
            Default::default()
        }
    };
    if input.is_clean()
        && let Err(found) = web.app.starts.audience(&to).await.map_err(|error| Problem::bug(&error))?
    {
        let first = found.first().map(words).unwrap_or_default();
        input.wrong("to/if", first);
    }
    input.finish()?;
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
    let data: Vec<Json> = rows.iter().filter(|row| caller.owns(&row.account)).map(described).collect();
    Ok(json(StatusCode::OK, &page.body(data, next)))
}

/// `GET /v1/broadcasts/{id}`: shows a broadcast and its progress.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    Ok(json(StatusCode::OK, &reported(&web, &row).await?))
}

/// `POST /v1/broadcasts/{id}/start`: `people` must be the count that the draft gave.
pub async fn start(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let people = input.opt_whole("people");
    if people.is_none() && input.is_clean() {
        input.wrong("people", "`people` is missing: the number that the draft gave.");
    }
    input.finish()?;
    let row = owned(&web, &caller, &id).await?;
    let (starting, account) = (Arc::clone(&web), row.account.clone());
    once(web, account, parts.headers, format!("broadcasts/{}/start", row.id), bytes, move |_| async move {
        let web = starting;
        if row.state != Stands::Draft {
            return Err(Problem::conflict("not_a_draft", format!("Broadcast {} is {}.", row.id, row.state.as_str())));
        }
        if Some(row.people) != people {
            let why = format!("Broadcast {} means {} people, not {}.", row.id, row.people, people.unwrap_or(0));
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
    let bytes = input::bytes(body).await?;
    if !bytes.is_empty() {
        Input::parse(&bytes)?.finish()?;
    }
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
    let mut body = described(&row);
    body["forecast"] = json!(Forecast::of(&sum));
    Ok(Answer { status: StatusCode::CREATED, body, took_effect: true })
}

/// A broadcast as lists show it.
fn described(row: &Broadcast) -> Json {
    let wanted: Option<BroadcastSpec> = serde_json::from_value(row.data.clone()).ok();
    let (at, local) = match wanted.as_ref().map(|wanted| wanted.when) {
        Some(BroadcastTime::At(at)) => (Some(iso(at)), None),
        Some(BroadcastTime::Local(minute)) => (None, Some(minute.strftime("%Y-%m-%dT%H:%M").to_string())),
        Some(BroadcastTime::Now) | None => (None, None),
    };
    let to = wanted.as_ref().map(|wanted| json!({"tags": wanted.to.tags, "if": wanted.to.condition}));
    json!({
        "id": row.id,
        "account": row.account,
        "flow": row.flow,
        "to": to,
        "at": at,
        "local": local,
        "rate": wanted.as_ref().map(|wanted| wanted.rate.to_string()),
        "state": row.state.as_str(),
        "people": row.people,
        "planned": row.planned,
        "created_at": iso(row.created_at),
        "started_at": row.started_at.map(iso),
        "done_at": row.done_at.map(iso),
    })
}

async fn reported(web: &Web, row: &Broadcast) -> Result<Json, Problem> {
    with_report(&web.app.store.aside(), row, currency(web)).await.map_err(|error| Problem::bug(&error))
}

/// As `described`, with the report of its results.
pub async fn with_report(store: &Store, row: &Broadcast, currency: &str) -> Result<Json, ReadError> {
    let since = local_minute(row.created_at - Span::days(1));
    let key = broadcast_key(row.id);
    let fires = report::report(store, None, &row.flow, &since, Some(&key)).await?;
    let mut body = described(row);
    body["report"] = json!(fires.first().map(|fire| FireReport::of(fire, currency)));
    Ok(body)
}

async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<Broadcast, Problem> {
    let missing = || Problem::not_found("There is no such broadcast.");
    let id: i64 = id.parse().map_err(|_| missing())?;
    let row = broadcast::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| caller.owns(&row.account)).ok_or_else(missing)
}

/// The caller's account; an operator with several accounts must name one.
fn account(web: &Web, caller: &Caller, input: &mut Input) -> AccountName {
    let named = input.opt_text("account", NAME_CHARS_MAX).map(AccountName::from);
    let all: Vec<&AccountName> = web.app.senders.accounts().filter(|name| caller.owns(name)).collect();
    match (named, &all[..]) {
        (Some(named), all) if all.contains(&&named) => named,
        (Some(named), _) => {
            input.wrong("account", format!("There is no account `{named}`."));
            named
        }
        (None, [only]) => (*only).clone(),
        (None, _) => {
            input.wrong("account", "`account` is missing: there are several.");
            AccountName::from("")
        }
    }
}

/// `"everyone"`, or `{tags, if}` as in a schedule.
fn to(input: &mut Input) -> BroadcastAudience {
    match input.peek("to") {
        Some(Json::String(word)) if word == "everyone" => {
            input.opt_text("to", NAME_CHARS_MAX);
            return BroadcastAudience::default();
        }
        Some(Json::Object(_)) => {}
        Some(_) | None => {
            input.opt_json("to");
            input.wrong("to", "`to` is `everyone`, or an object with `tags`, `if` or both.");
            return BroadcastAudience::default();
        }
    }
    let read = |to: &mut Input| BroadcastAudience {
        tags: to.opt_texts("tags", NAME_CHARS_MAX),
        condition: to.opt_text("if", TEXT_CHARS_MAX),
    };
    let to = input.inside("to", read).unwrap_or_default();
    if to == BroadcastAudience::default() && input.is_clean_at("to") {
        input.wrong("to", "`to` says neither `tags` nor `if`; for all contacts write \"everyone\".");
    }
    to
}

/// A time with its zone, or a local minute for each contact.
fn when(input: &mut Input) -> BroadcastTime {
    let Some(text) = input.opt_text("at", NAME_CHARS_MAX) else { return BroadcastTime::Now };
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return BroadcastTime::At(Time(at.as_millisecond()));
    }
    match text.parse::<jiff::civil::DateTime>() {
        Ok(minute) => BroadcastTime::Local(minute),
        Err(_) => {
            let how = "`at` is a moment like 2026-11-24T10:00:00Z, or without a zone a minute on each contact's clock.";
            input.wrong("at", how);
            BroadcastTime::Now
        }
    }
}

fn rate(input: &mut Input) -> AtMost {
    let usual = AtMost::new(20, Span::seconds(1));
    let Some(text) = input.opt_text("rate", NAME_CHARS_MAX) else { return usual };
    AtMost::parse(&text).unwrap_or_else(|| {
        input.wrong("rate", "`rate` is written like `20/s`.");
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
