//! `GET /v1/runs/{id}/calls`: lists the calls that a run made: to servers, to tools of MCP servers, and to models.
//!
//! They stand in the lines of the run's trace, so they are kept as long as that is. One that is under way stands in the
//! session.

use super::list::owned;
use crate::{
    base::{body_fields::At, ids::StepId},
    model::{
        effect::{CallKind, CallMade, Tokens, money},
        session::Waiting,
    },
    store::tables::{run, session as sessions, trace},
    web::{
        api::page::Page,
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

/// One attempt of a call. It says nothing of what was asked and answered: `GET /v1/runs/{id}` has the lines about that.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunCall {
    #[schemars(extend("enum" = CallKind::ALL.map(CallKind::as_str)))]
    kind: &'static str,
    /// The host of an `http` step, the tool of an MCP server as `server.tool`, or the model.
    name: String,
    /// The step that made it, where one did.
    step: Option<StepId>,
    /// The number of the call in its run. Its attempts have the same one.
    call: u32,
    /// From 1.
    attempt: u32,
    /// `done`: there is an answer, whatever its status; `failed`: there is none, or it is of no use; `waiting`: the next
    /// attempt comes at `next_at`.
    #[schemars(extend("enum" = CALL_STATES))]
    state: &'static str,
    /// When the result came; `null` before.
    at: Option<At>,
    next_at: Option<At>,
    /// From its beginning to its result.
    ms: Option<i64>,
    /// The HTTP status of the answer of an `http` step.
    status: Option<u16>,
    /// The code of the error: `timeout`, `unreachable`, `blocked`, `model_down`, …
    error: Option<String>,
    /// True if a mock of the sandbox answered.
    mocked: bool,
    /// As the model's server counted them.
    tokens: Option<CallTokens>,
    /// With its currency, `0.00104 EUR`; `null`: the model has no prices.
    cost: Option<String>,
}

pub const CALL_STATES: &[&str] = &["done", "failed", "under_way", "waiting"];

#[derive(Debug, Serialize, JsonSchema)]
struct CallTokens {
    /// Of the question, with `cached`.
    input: u64,
    /// The part of `input` that the server remembered.
    cached: u64,
    output: u64,
}

/// `GET /v1/runs/{id}/calls?limit=&cursor=`: oldest first.
pub async fn calls(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let page = Page::read(&query.unwrap_or_default())?;
    let stretch = (row.started_at, row.ended_at);
    let mut listed = page
        .gather(
            |after: Option<i64>| {
                trace::between(&web.app.store, row.conversation_id, after.unwrap_or(0), stretch, page.limit)
            },
            |turn: trace::Trace| async move { Ok((turn.id, RunCall::of(turn, row.number))) },
        )
        .await?;
    if listed.next_cursor.is_none() {
        listed.data.extend(open(&web, &row).await?);
    }
    Ok(respond(StatusCode::OK, &listed))
}

/// The call that the run waits for.
async fn open(web: &Web, row: &run::Run) -> Result<Option<RunCall>, Problem> {
    if row.outcome.is_some() {
        return Ok(None);
    }
    let stored = sessions::find(&web.app.store, row.conversation_id).await.map_err(|error| Problem::bug(&error))?;
    let runs = stored.map(|stored| stored.session.runs).unwrap_or_default();
    let Some(run) = runs.into_iter().find(|run| run.number == row.number) else { return Ok(None) };
    let Waiting::Call(wait) = run.waiting else { return Ok(None) };
    if wait.back.is_some() {
        return Ok(None);
    }
    let step = run.frames.last().and_then(|frame| frame.at.clone());
    let next_at = wait.retry_at;
    let (kind, name) = (wait.request.kind(), wait.request.called());
    // Between two attempts the number is still that of the last one.
    let attempt = wait.attempt + u32::from(next_at.is_some());
    let plain = RunCall::new(kind, name, step, (wait.call, attempt));
    let state = if next_at.is_some() { "waiting" } else { "under_way" };
    Ok(Some(RunCall { state, next_at: next_at.map(At), ..plain }))
}

impl RunCall {
    fn new(kind: CallKind, name: String, step: Option<StepId>, (call, attempt): (u32, u32)) -> RunCall {
        RunCall {
            kind: kind.as_str(),
            name,
            step,
            call,
            attempt,
            state: "under_way",
            at: None,
            next_at: None,
            ms: None,
            status: None,
            error: None,
            mocked: false,
            tokens: None,
            cost: None,
        }
    }

    /// The call of this run that the turn's trace tells of.
    fn of(turn: trace::Trace, run: u32) -> Option<RunCall> {
        let of_run = turn.data.into_iter().filter(|entry| entry.run == Some(run));
        let (step, made) = of_run.filter_map(|entry| Some((entry.step, *entry.call?))).next()?;
        let CallMade { kind, name, call, attempt, ms, mocked, status, error, tokens, cost } = made;
        Some(RunCall {
            state: if error.is_some() { "failed" } else { "done" },
            at: Some(At(turn.at)),
            ms: Some(ms),
            status,
            error,
            mocked,
            tokens: tokens.map(|Tokens { input, cached, output }| CallTokens { input, cached, output }),
            cost: cost.map(|cost| format!("{} {}", money(cost.millionths), cost.currency)),
            ..RunCall::new(kind, name, step, (call, attempt))
        })
    }
}
