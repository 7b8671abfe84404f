//! `/v1/runs`: lists and shows runs of flows with their state and trace, and stops or resumes one.

use super::filter::Filter;
use crate::{
    base::{
        body_fields::{At, Id, PersonName, Phone},
        ids::{ContactId, ConversationId, FlowName, StepId, VersionId},
        limits::{PAGE_ROWS_MAX, PAGES_READ_MAX, TURNS_SHOWN_MAX},
    },
    model::{
        effect::RunEnd,
        event::Event,
        session::{self, Waiting},
    },
    store::tables::{
        contact,
        run::{self, Place},
        session as sessions, trace,
    },
    web::{
        api::{
            conversations,
            page::{Listed, Page},
            tracking::{self, StartStatus},
        },
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, no_body},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// A passage through a flow.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Run {
    id: i64,
    flow: FlowName,
    conversation_id: ConversationId,
    contact_id: ContactId,
    contact: Option<RunContact>,
    /// Within the conversation, from 1.
    number: u32,
    /// The set of files that it stands on.
    version: VersionId,
    /// The trigger that started it.
    trigger: Id<String>,
    #[schemars(extend("enum" = RUN_STATES))]
    state: &'static str,
    /// Of one that was stopped: `reply`, `handed_over`, `opted_out`, `by_hand`, a trigger.
    reason: Option<Id<String>>,
    /// Where it stands, while it is open.
    waits: Option<Waits>,
    started_at: At,
    ended_at: Option<At>,
    #[serde(flatten)]
    passage: Option<Passage>,
}

/// `open`, and the ends of a run.
pub const RUN_STATES: &[&str] =
    &["open", "done", "expired", "replaced", "restarted", "stopped", "failed", "handed_off", "refused", "undelivered"];

#[derive(Debug, Serialize, JsonSchema)]
struct RunContact {
    id: ContactId,
    phone: Option<Phone<String>>,
    name: Option<PersonName<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Waits {
    #[schemars(extend("enum" = ["step", "answer", "reply", "time", "event", "delivery", "call", "person"]))]
    r#for: &'static str,
    until: Option<At>,
    /// The flow that it is in, where one calls another.
    flow: Option<FlowName>,
    step: Option<StepId>,
}

/// The fields of one run alone.
#[derive(Debug, Serialize, JsonSchema)]
struct Passage {
    /// The steps that it is known to have passed: those that said something, and those that the trace names.
    steps: Vec<RunStep>,
    /// Its acts with their reasons, oldest first, as long as traces are kept; the first 500.
    turns: Vec<Turn>,
    /// Whether there are more than that.
    more_turns: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunStep {
    step: Id<String>,
    /// Of the turn.
    at: At,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Turn {
    turn: u64,
    at: At,
    lines: Vec<TraceLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TraceLine {
    step: Option<StepId>,
    /// One sentence.
    what: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TrackedStart {
    tracking_id: Id<String>,
    /// `refused`: it left the line without beginning, as the conversation's trace says.
    #[schemars(extend("enum" = ["queued", "started", "refused"]))]
    state: &'static str,
    /// `null`: it never began.
    flow: Option<FlowName>,
    /// Its id, for `/v1/runs/{id}`.
    run: Option<i64>,
    conversation_id: ConversationId,
    /// It began then, or waits since then.
    since: Option<At>,
}

/// `GET /v1/runs?flow=&contact=&state=open|done|…&error=&since=&until=&limit=&cursor=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/runs/{id}`: one run with its trace.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let (traces, more_turns) = turns(&web, &row).await?;
    let steps = steps(&web, &traces, &row).await?;
    let turns = traces.into_iter().map(|turn| Turn::of(turn, row.number)).collect();
    let passage = Some(Passage { steps, turns, more_turns });
    Ok(respond(StatusCode::OK, &Run { passage, ..described(&web, &row).await? }))
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
    let (conversation_id, since) = (talk.id, since.map(At));
    Ok(respond(StatusCode::OK, &TrackedStart { tracking_id: Id(name), state, flow, run, conversation_id, since }))
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
    let bytes = request::bytes(body).await?;
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
        Ok(Answer { status: StatusCode::OK, body: to_json(&described(&acting, &row).await?), took_effect: true })
    })
    .await
}

/// True if the run waits for something that may be cut short.
async fn may_resume(web: &Web, row: &run::Run) -> Result<bool, Problem> {
    let stored = sessions::find(&web.app.store, row.conversation_id).await.map_err(|error| Problem::bug(&error))?;
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

pub(super) async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<run::Run, Problem> {
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

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<Run>, Problem> {
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

async fn described(web: &Web, row: &run::Run) -> Result<Run, Problem> {
    let standing = match row.outcome {
        Some(_) => None,
        None => {
            let stored = sessions::find(&web.app.store, row.conversation_id).await;
            let session = stored.map_err(|error| Problem::bug(&error))?.map(|stored| stored.session);
            session.and_then(|session| session.runs.into_iter().find(|run| run.number == row.number))
        }
    };
    let contact = contact::find(&web.app.store, row.contact_id).await.map_err(|error| Problem::bug(&error))?;
    Ok(Run {
        id: row.id,
        flow: row.flow.clone(),
        conversation_id: row.conversation_id,
        contact_id: row.contact_id,
        contact: contact.map(|contact| RunContact {
            id: contact.id,
            phone: contact.data.phone.map(Phone),
            name: contact.data.name.map(PersonName),
        }),
        number: row.number,
        version: row.version_id,
        trigger: Id(row.trigger_key.clone()),
        state: row.outcome.map_or("open", RunEnd::as_str),
        reason: row.reason.clone().map(Id),
        waits: standing.as_ref().map(Waits::of),
        started_at: At(row.started_at),
        ended_at: row.ended_at.map(At),
        passage: None,
    })
}

impl Waits {
    fn of(run: &session::Run) -> Waits {
        let at = run.frames.last();
        let (what, until) = run.waits_for();
        let step = at.and_then(|frame| frame.at.clone());
        Waits { r#for: what, until: until.map(At), flow: at.map(|frame| frame.flow.clone()), step }
    }
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
async fn steps(web: &Web, turns: &[trace::Trace], row: &run::Run) -> Result<Vec<RunStep>, Problem> {
    let limit = i64::try_from(TURNS_SHOWN_MAX).unwrap_or(i64::MAX);
    let mut passed = run::said_at(&web.app.store, row, limit).await.map_err(|error| Problem::bug(&error))?;
    for turn in turns {
        let own = turn.data.iter().filter(|entry| entry.run == Some(row.number));
        passed.extend(own.filter_map(|entry| Some((entry.step.as_ref()?.as_str().to_owned(), turn.at))));
    }
    passed.sort_by_key(|(_, at)| *at);
    passed.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok(passed.into_iter().map(|(step, at)| RunStep { step: Id(step), at: At(at) }).collect())
}

impl Turn {
    fn of(trace: trace::Trace, run: u32) -> Turn {
        let own = trace.data.into_iter().filter(|entry| entry.run.is_none_or(|one| one == run));
        let lines = own.map(|entry| TraceLine { step: entry.step, what: entry.what }).collect();
        Turn { turn: trace.turn, at: At(trace.at), lines }
    }
}
