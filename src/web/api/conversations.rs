//! `/v1/conversations`: lists conversations, and hands them over between bot and people.

use super::{page::Page, runs};
use crate::{
    base::{
        ids::{AccountName, ConversationId},
        limits::NAME_CHARS_MAX,
        query,
        time::{Time, iso},
    },
    model::{event::Event, session::Session, window::Window},
    store::tables::{contact, conversation, session},
    web::{
        auth::Caller,
        idempotency::{Answer, json, once},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/conversations?state=with_person|needs_person&limit=&cursor=`.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(json(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/conversations/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    Ok(json(StatusCode::OK, &describe(&web, &row).await?))
}

/// `POST /v1/conversations/{id}/take-over`: a person takes the conversation, and the bot is silent.
pub async fn take_over(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    act(web, &id, (caller, request), "take-over", |agent| Event::PersonWrote { agent }).await
}

/// `POST /v1/conversations/{id}/assign`: assigns the conversation to a team or a member, and the bot is silent.
pub async fn assign(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let row = owned(&web, &caller, &id).await?;
    let mut input = Input::parse(&bytes)?;
    let team = input.opt_text("team", NAME_CHARS_MAX);
    let agent = input.opt_text("agent", NAME_CHARS_MAX);
    if team.is_none() && agent.is_none() && input.is_clean() {
        input.wrong("team", "Give a `team`, an `agent`, or both.");
    }
    input.finish()?;
    let event = Event::Assigned { team, agent };
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

/// As `owned`, for actions: if the contact was joined to another, the other's conversation at the same sender.
pub async fn going_on(web: &Web, caller: &Caller, id: &str) -> Result<conversation::Conversation, Problem> {
    let row = owned(web, caller, id).await?;
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let contact = contact::going_on(store, row.contact_id).await.map_err(|error| bug(&error))?;
    let Some(contact) = contact.filter(|contact| contact.id != row.contact_id) else { return Ok(row) };
    let there = conversation::between(store, contact.id, row.sender_id).await.map_err(|error| bug(&error))?;
    there.ok_or_else(|| Problem::not_found(format!("Its contact was joined to contact {}.", contact.id)))
}

/// The account to which the idempotency keys of a request on this conversation belong.
pub fn account_of(web: &Web, row: &conversation::Conversation) -> Result<AccountName, Problem> {
    let sender = web.app.senders.get(row.sender_id);
    sender.map(|sender| sender.account.clone()).ok_or_else(|| Problem::not_found("Its sender is no longer configured."))
}

/// A conversation as the API shows it.
pub async fn describe(web: &Web, row: &conversation::Conversation) -> Result<Json, Problem> {
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let contact = contact::find(store, row.contact_id).await.map_err(|error| bug(&error))?;
    let stored = session::find(store, row.id).await.map_err(|error| bug(&error))?;
    let session = stored.map(|stored| stored.session).unwrap_or_default();
    let mut runs = Vec::new();
    for own in &session.runs {
        let id = runs::id_of(web, row.id, own.number).await?;
        runs.push(json!({"id": id, "number": own.number, "flow": own.flow}));
    }
    let now = web.app.clock.now();
    let window = Window { opened_at: row.opened_at };
    let sender = web.app.senders.get(row.sender_id);
    Ok(json!({
        "id": row.id,
        "sender": {"id": row.sender_id, "name": sender.map(|sender| sender.name.as_str())},
        "contact": contact.map(|contact| json!({
            "id": contact.id,
            "phone": contact.data.phone,
            "name": contact.data.name,
            "tags": contact.data.tags,
            "opted_out_at": contact.opted_out.map(iso),
        })),
        "state": state_word(&session),
        "with_person": session.person.as_ref().map(|person| json!({
            "since": iso(person.since), "team": person.team, "agent": person.agent,
        })),
        "needs_person": session.needs_person.as_ref().map(|needs| json!({
            "since": iso(needs.since), "why": needs.why,
        })),
        "runs": runs,
        "window": {"open": window.is_open(now), "ends_at": window.ends_at().map(iso)},
        "last_inbound_at": row.last_inbound_at.map(iso),
        "last_outbound_at": row.last_outbound_at.map(iso),
        "created_at": iso(row.created_at),
    }))
}

fn state_word(session: &Session) -> &'static str {
    match (&session.person, &session.needs_person) {
        (Some(_), _) => "with_person",
        (None, Some(_)) => "needs_person",
        (None, None) => "bot",
    }
}

/// The requested list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    WithPerson,
    NeedsPerson,
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Json, Problem> {
    let which = match query::value(text, "state").as_deref() {
        None | Some("") => Which::All,
        Some("with_person") => Which::WithPerson,
        Some("needs_person") => Which::NeedsPerson,
        Some(_) => {
            let why = "`state` is `with_person` or `needs_person`.".to_owned();
            return Err(Problem::invalid(vec![("/state".to_owned(), why)]));
        }
    };
    let page = Page::read(text)?;
    page.gather(
        |cursor: Option<(i64, i64)>| read(web, which, cursor, page.limit),
        |row: conversation::Conversation| async move {
            let place = place_of(web, which, &row).await?;
            let own = caller.sender(web, row.sender_id).is_some();
            let shown = if own { Some(describe(web, &row).await?) } else { None };
            Ok((place, shown))
        },
    )
    .await
}

async fn read(
    web: &Web,
    which: Which,
    cursor: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<conversation::Conversation>, crate::store::ReadError> {
    let store = &web.app.store;
    let after = cursor.map_or((Time(0), ConversationId(0)), |(at, id)| (Time(at), ConversationId(id)));
    match which {
        Which::All => {
            let before = cursor.map_or(ConversationId(i64::MAX), |(_, id)| ConversationId(id));
            conversation::page(store, before, limit).await
        }
        Which::WithPerson => conversation::with_person(store, after, limit).await,
        Which::NeedsPerson => conversation::needs_person(store, after, limit).await,
    }
}

/// The cursor after this row: the value that orders the list, and the id.
async fn place_of(web: &Web, which: Which, row: &conversation::Conversation) -> Result<(i64, i64), Problem> {
    if which == Which::All {
        return Ok((0, row.id.0));
    }
    let stored = session::find(&web.app.store, row.id).await.map_err(|error| Problem::bug(&error))?;
    let session = stored.map(|stored| stored.session).unwrap_or_default();
    let since = match which {
        Which::WithPerson => session.person.map(|person| person.since),
        Which::NeedsPerson => session.needs_person.map(|needs| needs.since),
        Which::All => None,
    };
    Ok((since.unwrap_or_default().0, row.id.0))
}

async fn act(
    web: Arc<Web>,
    id: &str,
    (caller, request): (Caller, Request),
    verb: &'static str,
    event: impl FnOnce(Option<String>) -> Event + Send + 'static,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let row = going_on(&web, &caller, id).await?;
    // The agent is optional, and so is the whole body.
    let mut input = Input::parse(if bytes.is_empty() { b"{}" } else { &bytes })?;
    let agent = input.opt_text("agent", NAME_CHARS_MAX);
    input.finish()?;
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
    once(web, account, headers, path, bytes, move |_| async move {
        // The event is idempotent, so an interrupted request is simply repeated.
        acting.app.queue.happen(row.contact_id, row.id, event).await.map_err(|error| Problem::bug(&error))?;
        let body = describe(&acting, &row).await?;
        Ok(Answer { status: StatusCode::OK, body, took_effect: true })
    })
    .await
}
