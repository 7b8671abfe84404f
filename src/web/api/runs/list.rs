//! `/v1/runs`: lists and shows runs of flows with their state and trace, and stops or resumes one.

use super::filter::Filter;
use crate::{
    base::{
        limits::{PAGE_ROWS_MAX, PAGES_READ_MAX, TURNS_SHOWN_MAX},
        time::iso,
    },
    model::{
        effect::RunEnd,
        event::Event,
        session::{Run as Standing, Waiting},
    },
    store::tables::{
        contact,
        run::{self, Place},
        session, trace,
    },
    web::{
        api::{
            conversations,
            page::{Listed, Page},
            tracking::{self, StartStatus},
        },
        auth::Caller,
        idempotency::{Answer, json, once, respond},
        input,
        problem::{ApiResult, Problem},
        request::no_body,
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/runs?flow=&contact=&state=open|done|…&error=&since=&until=&limit=&cursor=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/runs/{id}`: one run with its trace.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let mut body = described(&web, &row).await?;
    let (turns, more) = turns(&web, &row).await?;
    body["steps"] = json!(steps(&web, &turns, &row).await?);
    body["turns"] = shown(&turns, &row);
    body["more_turns"] = json!(more);
    Ok(json(StatusCode::OK, &body))
}

/// `GET /v1/runs/tracked/{tracking_id}`: the result of a start, also of one that was queued.
pub async fn tracked(State(web): State<Arc<Web>>, Path(name): Path<String>, caller: Caller) -> ApiResult {
    let missing = || Problem::not_found("There is no such start.");
    let (talk, number) = tracking::read(&name).ok_or_else(missing)?;
    let talk = conversations::owned(&web, &caller, &talk.to_string())
        .await
        .map_err(|problem| if problem.status == StatusCode::NOT_FOUND { missing() } else { problem })?;
    let stands = tracking::find(&web.app.store, talk.id, number).await.map_err(|error| Problem::bug(&error))?;
    let (state, flow, run, since) = match stands {
        StartStatus::Run(run) => ("started", Some(run.flow.clone()), Some(run.id), Some(run.started_at)),
        StartStatus::Queued(start, since) => ("queued", Some(start.flow), None, Some(since)),
        StartStatus::Refused => ("refused", None, None, None),
    };
    let body = json!({
        "tracking_id": name, "state": state, "flow": flow, "run": run, "conversation_id": talk.id,
        "since": since.map(iso),
    });
    Ok(json(StatusCode::OK, &body))
}

/// `POST /v1/runs/{id}/stop`: ends a run; its unsent messages are dropped.
pub async fn stop(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    act(web, &id, (caller, request), "stop", |run| Event::Stop { run }).await
}

/// `POST /v1/runs/{id}/resume`: ends the current wait, as if its time had passed.
pub async fn resume(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    act(web, &id, (caller, request), "resume", |run| Event::Resume { run }).await
}

async fn act(
    web: Arc<Web>,
    id: &str,
    (caller, request): (Caller, Request),
    verb: &'static str,
    event: impl Fn(u32) -> Event + Send + Sync + 'static,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let row = owned(&web, &caller, id).await?;
    no_body(&bytes)?;
    let conversation = conversations::owned(&web, &caller, &row.conversation_id.to_string()).await?;
    let account = conversations::account_of(&web, &conversation)?;
    let path = format!("runs/{}/{verb}", row.id);
    let acting = Arc::clone(&web);
    once(web, account, parts.headers, path, bytes, move |again| async move {
        if row.outcome.is_some() && !again.cut_off {
            return Err(Problem::conflict("ended", "The run has ended already."));
        }
        let app = &acting.app;
        if verb == "resume" && !again.cut_off && !may_resume(&acting, &row).await? {
            let why = "The run waits for what is out of our hands: a call under way, or a message on the wire.";
            return Err(Problem::conflict("not_waiting", why));
        }
        app.queue
            .happen(row.contact_id, row.conversation_id, event(row.number))
            .await
            .map_err(|error| Problem::bug(&error))?;
        let row = find(&acting, row.id).await?.ok_or_else(none)?;
        Ok(Answer { status: StatusCode::OK, body: described(&acting, &row).await?, took_effect: true })
    })
    .await
}

/// True if the run waits for something that may be cut short.
async fn may_resume(web: &Web, row: &run::Run) -> Result<bool, Problem> {
    let stored = session::find(&web.app.store, row.conversation_id).await.map_err(|error| Problem::bug(&error))?;
    let runs = stored.map(|stored| stored.session.runs).unwrap_or_default();
    let waiting = runs.into_iter().find(|run| run.number == row.number).map(|run| run.waiting);
    Ok(match waiting {
        Some(Waiting::Call(call)) => call.retry_at.is_some(),
        Some(Waiting::Ready | Waiting::Fate { .. }) | None => false,
        Some(_) => true,
    })
}

fn none() -> Problem {
    Problem::not_found("There is no such run.")
}

async fn find(web: &Web, id: i64) -> Result<Option<run::Run>, Problem> {
    run::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))
}

async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<run::Run, Problem> {
    let id = id.parse().map_err(|_| none())?;
    let row = find(web, id).await?.ok_or_else(none)?;
    if is_owned(web, caller, &row).await? { Ok(row) } else { Err(none()) }
}

async fn is_owned(web: &Web, caller: &Caller, row: &run::Run) -> Result<bool, Problem> {
    match conversations::owned(web, caller, &row.conversation_id.to_string()).await {
        Ok(_) => Ok(true),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Ok(false),
        Err(problem) => Err(problem),
    }
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<Json>, Problem> {
    let page = Page::read(text)?;
    let filter = &Filter::read(web, caller, text).await?;
    page.gather(
        |before: Option<Place>| filter.page(web, before, page.limit),
        |row: run::Run| async move {
            let fits =
                filter.fits(&row) && is_owned(web, caller, &row).await? && was_refused(web, filter, &row).await?;
            let shown = if fits { Some(described(web, &row).await?) } else { None };
            Ok((Place { at: row.started_at, id: row.id }, shown))
        },
    )
    .await
}

/// True if the run has the error that the filter names.
async fn was_refused(web: &Web, filter: &Filter, row: &run::Run) -> Result<bool, Problem> {
    match filter.refused_with() {
        Some(code) => run::has_error(&web.app.store, row, code).await.map_err(|error| Problem::bug(&error)),
        None => Ok(true),
    }
}

async fn described(web: &Web, row: &run::Run) -> Result<Json, Problem> {
    let standing = match row.outcome {
        Some(_) => None,
        None => {
            let stored = session::find(&web.app.store, row.conversation_id).await;
            let session = stored.map_err(|error| Problem::bug(&error))?.map(|stored| stored.session);
            session.and_then(|session| session.runs.into_iter().find(|run| run.number == row.number))
        }
    };
    let contact = contact::find(&web.app.store, row.contact_id).await.map_err(|error| Problem::bug(&error))?;
    Ok(json!({
        "id": row.id,
        "flow": row.flow,
        "conversation_id": row.conversation_id,
        "contact_id": row.contact_id,
        "contact": contact.map(|contact| json!({
            "id": contact.id, "phone": contact.data.phone, "name": contact.data.name,
        })),
        "number": row.number,
        "version": row.version_id,
        "trigger": row.trigger_key,
        "state": row.outcome.map_or("open", RunEnd::as_str),
        "reason": row.reason,
        "waits": standing.as_ref().map(waits),
        "started_at": iso(row.started_at),
        "ended_at": row.ended_at.map(iso),
    }))
}

/// The current step of a run, and its wait.
fn waits(run: &Standing) -> Json {
    let at = run.frames.last();
    let (what, until) = run.waits_for();
    json!({
        "for": what,
        "until": until.map(iso),
        "flow": at.map(|frame| frame.flow.as_str()),
        "step": at.and_then(|frame| frame.at.as_ref()).map(|step| step.as_str()),
    })
}

/// The trace of the run's turns, oldest first, and whether there are more; the first turn explains the choice of this
/// flow.
async fn turns(web: &Web, row: &run::Run) -> Result<(Vec<trace::Trace>, bool), Problem> {
    let mut own: Vec<trace::Trace> = Vec::new();
    let mut after = 0;
    for _ in 0..PAGES_READ_MAX {
        let stretch = (row.started_at, row.ended_at);
        let read = trace::between(&web.app.store, row.conversation_id, after, stretch, PAGE_ROWS_MAX).await;
        let page = read.map_err(|error| Problem::bug(&error))?;
        let Some(last) = page.last() else { return Ok((own, false)) };
        after = last.id;
        let during = |turn: &trace::Trace| {
            turn.at == row.started_at || turn.data.iter().any(|entry| entry.run == Some(row.number))
        };
        own.extend(page.into_iter().filter(during));
        if own.len() > TURNS_SHOWN_MAX {
            own.truncate(TURNS_SHOWN_MAX);
            break;
        }
    }
    Ok((own, true))
}

/// The steps that the run is known to have passed, in their order: those whose messages it wrote, and those that the
/// trace names.
async fn steps(web: &Web, turns: &[trace::Trace], row: &run::Run) -> Result<Vec<Json>, Problem> {
    let limit = i64::try_from(TURNS_SHOWN_MAX).unwrap_or(i64::MAX);
    let mut passed = run::said_at(&web.app.store, row, limit).await.map_err(|error| Problem::bug(&error))?;
    for turn in turns {
        let own = turn.data.iter().filter(|entry| entry.run == Some(row.number));
        passed.extend(own.filter_map(|entry| Some((entry.step.as_ref()?.as_str().to_owned(), turn.at))));
    }
    passed.sort_by_key(|(_, at)| *at);
    passed.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok(passed.into_iter().map(|(step, at)| json!({"step": step, "at": iso(at)})).collect())
}

fn shown(turns: &[trace::Trace], row: &run::Run) -> Json {
    let turns = turns.iter().map(|turn| {
        let lines = turn.data.iter().filter(|entry| entry.run.is_none_or(|run| run == row.number));
        let lines: Vec<Json> = lines.map(|entry| json!({"step": entry.step, "what": entry.what})).collect();
        json!({"turn": turn.turn, "at": iso(turn.at), "lines": lines})
    });
    turns.collect()
}
