//! `/v1/conversations/{id}`: shows a conversation, and hands it over between bot and people.

pub mod inbox;
pub mod notes;
pub mod shown;
pub mod suggestion;

use crate::{
    base::{
        body_fields::Text,
        ids::{AccountName, ConversationId},
        limits::NAME_CHARS_MAX,
        time::iso,
    },
    model::event::Event,
    store::tables::{contact, conversation, session},
    web::{
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, parse_any},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
};
use schemars::JsonSchema;
use serde::Deserialize;
use shown::describe;
use std::sync::Arc;

/// The whole body may be left out.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Agent {
    /// The person who does it, for the record.
    pub(super) agent: Option<Text<NAME_CHARS_MAX>>,
}

/// The whole body may be left out.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Taker {
    /// The person who takes it, shown to the others; of somebody who is signed in it is their own name.
    pub(super) agent: Option<Text<NAME_CHARS_MAX>>,
    /// `false`: it is also taken from somebody else. Else it stays with whoever has taken it or written, and 409 says
    /// with whom.
    pub(super) unless_taken: Option<bool>,
}

/// One of both at least; what is not given is nobody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assignment {
    pub(super) team: Option<Text<NAME_CHARS_MAX>>,
    /// A person of the business.
    pub(super) agent: Option<Text<NAME_CHARS_MAX>>,
}

/// `GET /v1/conversations/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    Ok(respond(StatusCode::OK, &describe(&web, row.id).await?))
}

/// `POST /v1/conversations/{id}/take-over`: a person takes the conversation, and the bot is silent.
pub async fn take_over(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let (Taker { agent, unless_taken }, errors) = parse_any(&bytes)?;
    errors.finish()?;
    let agent = caller.agent(agent.map(|Text(agent)| agent));
    let (account, path) = (account_of(&web, &row)?, format!("conversations/{}/take-over", row.id));
    let acting = Arc::clone(&web);
    once(web, account.clone(), parts.headers, path, bytes, move |_| async move {
        // Of two who take it over at the same time one is first.
        let key = format!("take-over {}", row.id);
        let Some(_turn) = acting.in_flight.turn(&account, &key).await else {
            return Err(Problem::conflict("in_progress", "Somebody else is taking this conversation over; try again."));
        };
        if unless_taken.unwrap_or(true) {
            is_free(&acting, &row, agent.as_deref()).await?;
        }
        done(&acting, &row, Event::TakenOver { agent }).await
    })
    .await
}

/// `POST /v1/conversations/{id}/assign`: assigns the conversation to a team or a member, and the bot is silent.
pub async fn assign(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let (Assignment { team, agent }, mut errors) = request::parse(&bytes)?;
    if team.is_none() && agent.is_none() && errors.is_clean() {
        errors.wrong("team", "Give a `team`, an `agent`, or both.");
    }
    errors.finish()?;
    let event = Event::Assigned { team: team.map(|Text(team)| team), agent: agent.map(|Text(agent)| agent) };
    happen(web, row, parts.headers, "assign", bytes, event).await
}

/// `POST /v1/conversations/{id}/hand-back`: the bot takes the conversation again.
pub async fn hand_back(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    act(web, &id, (caller, request), "hand-back", |agent| Event::HandedBack { agent }).await
}

/// `POST /v1/conversations/{id}/close`: ends the runs, drops held messages, clears the mark.
pub async fn close(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller, request: Request) -> ApiResult {
    act(web, &id, (caller, request), "close", |_| Event::Closed).await
}

/// The conversation, if this caller may see it.
pub async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<conversation::Conversation, Problem> {
    let none = || Problem::not_found("There is no such conversation.");
    let id = id.parse().map(ConversationId).map_err(|_| none())?;
    let row = conversation::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| caller.sender(web, row.sender_id).is_some()).ok_or_else(none)
}

/// As `owned`, for actions: if the contact was joined to another, the other's conversation at the same sender. Nothing
/// can be done in the conversation of an erased contact: its text would be stored, and nobody would get it.
pub async fn going_on(web: &Web, caller: &Caller, id: &str) -> Result<conversation::Conversation, Problem> {
    let row = owned(web, caller, id).await?;
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let contact = contact::going_on(store, row.contact_id).await.map_err(|error| bug(&error))?;
    if contact.as_ref().is_some_and(|contact| contact.data.erased_at.is_some()) {
        return Err(erased());
    }
    let Some(contact) = contact.filter(|contact| contact.id != row.contact_id) else { return Ok(row) };
    let there = conversation::between(store, contact.id, row.sender_id).await.map_err(|error| bug(&error))?;
    there.ok_or_else(|| Problem::not_found(format!("Its contact was joined to contact {}.", contact.id)))
}

/// The answer to an action in the conversation of an erased contact.
pub fn erased() -> Problem {
    Problem::not_found("The data of this contact was erased.")
}

/// The account to which the idempotency keys of a request on this conversation belong.
pub fn account_of(web: &Web, row: &conversation::Conversation) -> Result<AccountName, Problem> {
    let sender = web.app.senders.get(row.sender_id);
    sender.map(|sender| sender.account.clone()).ok_or_else(|| Problem::not_found("Its sender is no longer configured."))
}

async fn act(
    web: Arc<Web>,
    id: &str,
    (caller, request): (Caller, Request),
    verb: &'static str,
    event: impl FnOnce(Option<String>) -> Event + Send + 'static,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, id).await?;
    let (Agent { agent }, errors) = parse_any(&bytes)?;
    errors.finish()?;
    let agent = caller.agent(agent.map(|Text(agent)| agent));
    happen(web, row, parts.headers, verb, bytes, event(agent)).await
}

async fn happen(
    web: Arc<Web>,
    row: conversation::Conversation,
    headers: HeaderMap,
    verb: &'static str,
    bytes: Bytes,
    event: Event,
) -> ApiResult {
    let account = account_of(&web, &row)?;
    let path = format!("conversations/{}/{verb}", row.id);
    let acting = Arc::clone(&web);
    once(web, account, headers, path, bytes, move |_| async move { done(&acting, &row, event).await }).await
}

/// Lets the event happen; it is idempotent, so an interrupted request is simply repeated.
async fn done(web: &Web, row: &conversation::Conversation, event: Event) -> Result<Answer, Problem> {
    web.app.queue.happen(row.contact_id, row.id, event).await.map_err(|error| Problem::bug(&error))?;
    let body = to_json(&describe(web, row.id).await?);
    Ok(Answer { status: StatusCode::OK, body, took_effect: true })
}

/// Refuses if somebody else has the conversation. Without a name nobody is known to be the same.
pub(super) async fn is_free(web: &Web, row: &conversation::Conversation, agent: Option<&str>) -> Result<(), Problem> {
    let stored = session::find(&web.app.store, row.id).await.map_err(|error| Problem::bug(&error))?;
    let person = stored.and_then(|stored| stored.session.person).filter(|person| !person.is_awaited());
    match person.filter(|person| person.agent.is_none() || person.agent.as_deref() != agent) {
        None => Ok(()),
        Some(person) => {
            let who = person.agent.map_or_else(|| "Somebody else".to_owned(), |agent| format!("`{agent}`"));
            let why = format!("{who} has had this conversation since {}.", iso(person.since));
            Err(Problem::conflict("taken", why))
        }
    }
}
