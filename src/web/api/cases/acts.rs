//! `/v1/cases/{id}/take`, `assign`, `snooze`, `close`: people take cases, give them on, put them aside and close them.

use super::{Case, describe, owned};
use crate::{
    base::{
        body_fields::{At, Text},
        limits::SNOOZE_MAX,
        time::iso,
    },
    model::event::Event,
    store::tables::conversation::Conversation,
    web::{
        api::conversations::{Agent, Assignment, Taker, account_of, going_on, is_free},
        auth::Caller,
        etag,
        idempotency::{Answer, once, to_json},
        problem::{ApiResult, Problem},
        request::{self, FieldErrors, parse_any},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::{Path, Request, State},
    http::{StatusCode, request::Parts},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Snooze {
    /// When it comes back; earlier if the contact writes.
    until: At,
}

/// A change of a case, and the person who must be the only one to have it.
struct Act {
    verb: &'static str,
    event: Event,
    /// `Some`: it is refused if somebody else has the case.
    free_for: Option<Option<String>>,
}

/// `POST /v1/cases/{id}/take`: a person takes the case, and the bot is silent.
pub async fn take(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, bytes) = read(request).await?;
    let (Taker { agent, unless_taken }, errors) = parse_any(&bytes)?;
    errors.finish()?;
    let agent = caller.agent(agent.map(|Text(agent)| agent));
    let free_for = unless_taken.unwrap_or(true).then(|| agent.clone());
    let act = Act { verb: "take", event: Event::TakenOver { agent }, free_for };
    happen(web, caller, &id, (parts, bytes), act).await
}

/// `POST /v1/cases/{id}/assign`: gives the case to a team, a person, or both.
pub async fn assign(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, bytes) = read(request).await?;
    let (Assignment { team, agent }, mut errors) = request::parse(&bytes)?;
    if team.is_none() && agent.is_none() && errors.is_clean() {
        errors.wrong("team", "Give a `team`, an `agent`, or both.");
    }
    errors.finish()?;
    let event = Event::Assigned { team: team.map(|Text(team)| team), agent: agent.map(|Text(agent)| agent) };
    happen(web, caller, &id, (parts, bytes), Act { verb: "assign", event, free_for: None }).await
}

/// `POST /v1/cases/{id}/snooze`: puts the case aside until a time.
pub async fn snooze(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, bytes) = read(request).await?;
    let (Snooze { until: At(until) }, mut errors): (_, FieldErrors) = request::parse(&bytes)?;
    let now = web.app.clock.now();
    if errors.is_clean() && until <= now {
        errors.wrong("until", "`until` is over; give a time that is to come.");
    }
    if errors.is_clean() && until > now + SNOOZE_MAX {
        let last = iso(now + SNOOZE_MAX);
        errors.wrong("until", format!("A case is put aside for a year at most, until {last}."));
    }
    errors.finish()?;
    happen(web, caller, &id, (parts, bytes), Act { verb: "snooze", event: Event::Snoozed { until }, free_for: None })
        .await
}

/// `POST /v1/cases/{id}/close`: ends the runs, and the bot has the conversation again.
pub async fn close(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    let (parts, bytes) = read(request).await?;
    let (Agent { agent: _ }, errors) = parse_any(&bytes)?;
    errors.finish()?;
    happen(web, caller, &id, (parts, bytes), Act { verb: "close", event: Event::Closed, free_for: None }).await
}

async fn read(request: Request) -> Result<(Parts, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    Ok((parts, bytes))
}

async fn happen(web: Arc<Web>, caller: Caller, id: &str, (parts, bytes): (Parts, Bytes), act: Act) -> ApiResult {
    let case = owned(&web, &caller, id).await?;
    let row = going_on(&web, &caller, &case.conversation_id.to_string()).await?;
    let (account, path) = (account_of(&web, &row)?, format!("cases/{}/{}", case.id, act.verb));
    let (acting, headers) = (Arc::clone(&web), parts.headers.clone());
    let id = id.to_owned();
    once(web, account.clone(), parts.headers, path, bytes, move |_| async move {
        // Of two who change it at the same time one is first. A take-over of the conversation takes its turn here, too.
        let key = format!("take-over {}", row.id);
        let Some(_turn) = acting.in_flight.turn(&account, &key).await else {
            return Err(Problem::conflict("in_progress", "Somebody else is changing this case; try again."));
        };
        let case = owned(&acting, &caller, &id).await?;
        if case.closed_at.is_some() {
            return Err(Problem::conflict("closed", "This case is closed."));
        }
        if let Some(agent) = &act.free_for {
            is_free(&acting, &row, agent.as_deref()).await?;
        }
        etag::expected(&headers, &to_json(&describe(&acting, case).await?))?;
        done(&acting, &row, act.event).await?;
        let case: Case = describe(&acting, owned(&acting, &caller, &id).await?).await?;
        Ok(Answer { status: StatusCode::OK, body: to_json(&case), took_effect: true })
    })
    .await
}

/// Lets the event happen; it is idempotent, so an interrupted request is simply repeated.
async fn done(web: &Web, row: &Conversation, event: Event) -> Result<(), Problem> {
    web.app.queue.happen(row.contact_id, row.id, event).await.map_err(|error| Problem::bug(&error))?;
    Ok(())
}
