//! `/v1/people`: the people who sign in to the studio, for operators.

pub mod audit;
pub mod keys;
pub mod session;

use crate::{
    base::{
        ids::AccountName,
        limits::{NAME_CHARS_MAX, PAGE_ROWS_MAX, PERSON_NAME_CHARS_MAX},
        time::{Time, iso},
    },
    model::{event::Event, role::Role},
    runtime::config::Config,
    store::{
        Store,
        queries::inbox,
        tables::{
            person::{self, Person},
            person_session,
        },
    },
    web::{
        audit::noted,
        idempotency::json,
        input::{self, Input},
        people::{self, Link, NotChanged, Rights, names, sessions},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/people`: all, because they are few.
pub async fn list(State(web): State<Arc<Web>>) -> ApiResult {
    let all = person::all(&web.app.store).await.map_err(|error| Problem::bug(&error))?;
    let mut data = Vec::new();
    for one in &all {
        data.push(described(&web.app.store, one, web.app.clock.now()).await?);
    }
    Ok(json(StatusCode::OK, &json!({"data": data, "next_cursor": null})))
}

/// `GET /v1/people/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let person = found(&web, &id).await?;
    Ok(json(StatusCode::OK, &described(&web.app.store, &person, web.app.clock.now()).await?))
}

/// `POST /v1/people`: `{name, role, accounts}`; the link is shown only in this answer.
pub async fn add(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let mut input = Input::parse(&input::bytes(request.into_body()).await?)?;
    let name = input.text("name", PERSON_NAME_CHARS_MAX);
    let name = names::read(&name).unwrap_or_else(|why| {
        if input.is_clean() {
            input.wrong("name", why);
        }
        String::new()
    });
    let role = role(&mut input);
    if role.is_none() && input.is_clean() {
        input.wrong("role", "`role` is missing.");
    }
    let accounts = accounts(&web.app.config, &mut input).flatten();
    let rights = rights(&mut input, role.unwrap_or(Role::Viewer), accounts);
    input.finish()?;
    let _turn = web.people.lock().await;
    let now = web.app.clock.now();
    let (person, link) = people::add(&web.app.store, &name, rights, now).await.map_err(problem)?;
    let shown = described(&web.app.store, &person, now).await?;
    let detail = json!({"role": person.role, "accounts": shown["accounts"]});
    let body = json!({
        "person": shown, "link": link.address(&base(&web.app.config)), "link_ends_at": iso(link.ends_at),
    });
    Ok(noted(json(StatusCode::CREATED, &body), person.name, detail))
}

/// `PATCH /v1/people/{id}`: `{role, accounts}`.
pub async fn change(State(web): State<Arc<Web>>, Path(id): Path<String>, request: Request) -> ApiResult {
    let bytes = input::bytes(request.into_body()).await?;
    let _turn = web.people.lock().await;
    let before = found(&web, &id).await?;
    let mut input = Input::parse(&bytes)?;
    let role = role(&mut input).unwrap_or(before.role);
    let accounts = accounts(&web.app.config, &mut input);
    // Somebody who becomes operator sees all.
    let kept = (!before.all_accounts && role != Role::Operator).then_some(before.accounts);
    let rights = rights(&mut input, role, accounts.unwrap_or(kept));
    input.finish()?;
    let person = people::change(&web.app.store, before.id, rights).await.map_err(problem)?;
    web.end_streams();
    let shown = described(&web.app.store, &person, web.app.clock.now()).await?;
    let detail = json!({"role": person.role, "accounts": shown["accounts"]});
    Ok(noted(json(StatusCode::OK, &shown), person.name, detail))
}

/// `DELETE /v1/people/{id}`: the conversations that they have wait for somebody else, or the bot has them again.
pub async fn remove(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let _turn = web.people.lock().await;
    let person = found(&web, &id).await?;
    people::remove(&web.app.store, person.id).await.map_err(problem)?;
    web.end_streams();
    // The person is gone already, so this is no reason to refuse.
    if let Err(error) = release(&web, &person.name).await {
        tracing::error!("Conversations of a removed person could not be taken from them: {error:#}");
    }
    Ok(noted(StatusCode::NO_CONTENT.into_response(), person.name, json!({})))
}

/// `POST /v1/people/{id}/link`.
pub async fn link(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let person = found(&web, &id).await?;
    let Link { token, ends_at } =
        people::link(&web.app.store, person.id, web.app.clock.now()).await.map_err(problem)?;
    web.end_streams();
    let link = Link { token, ends_at };
    let body = json!({"link": link.address(&base(&web.app.config)), "link_ends_at": iso(ends_at)});
    Ok(noted(json(StatusCode::OK, &body), person.name, json!({})))
}

/// `DELETE /v1/people/{id}/sessions`.
pub async fn sign_out(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let person = found(&web, &id).await?;
    people::sign_out(&web.app.store, person.id).await.map_err(problem)?;
    web.end_streams();
    Ok(noted(StatusCode::NO_CONTENT.into_response(), person.name, json!({})))
}

async fn found(web: &Web, id: &str) -> Result<Person, Problem> {
    let id: i64 = id.parse().map_err(|_| none())?;
    person::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?.ok_or_else(none)
}

async fn described(store: &Store, person: &Person, now: Time) -> Result<Json, Problem> {
    let of = person_session::of(store, person.id).await.map_err(|error| Problem::bug(&error))?;
    Ok(json!({
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "accounts": (!person.all_accounts).then_some(&person.accounts),
        "created_at": iso(person.created_at),
        "last_seen_at": person.seen_at.map(iso),
        "sessions": of.iter().filter(|session| !sessions::is_over(session, now)).count(),
        "link_ends_at": person.link_ends_at.filter(|end| now < *end).map(iso),
    }))
}

fn role(input: &mut Input) -> Option<Role> {
    let text = input.opt_text("role", NAME_CHARS_MAX)?;
    let role = Role::parse(&text);
    if role.is_none() {
        input.wrong("role", format!("`role` is one of {}.", Role::NAMES.join(", ")));
    }
    role
}

/// The accounts: left out, `null` for all, or a list.
fn accounts(config: &Config, input: &mut Input) -> Option<Option<Vec<AccountName>>> {
    let given = match input.patched_json("accounts")? {
        None => return Some(None),
        Some(Json::Array(given)) => given,
        Some(_) => {
            input.wrong("accounts", "`accounts` is a list of names, or `null` for all.");
            return None;
        }
    };
    let names: Vec<AccountName> = given.iter().filter_map(|one| one.as_str()).map(AccountName::from).collect();
    if names.len() != given.len() || names.is_empty() {
        input.wrong("accounts", "`accounts` is a list of names, or `null` for all.");
    } else if let Some(unknown) = names.iter().find(|name| config.account(name).is_none()) {
        input.wrong("accounts", format!("There is no account `{unknown}`."));
    }
    Some(Some(names))
}

fn rights(input: &mut Input, role: Role, accounts: Option<Vec<AccountName>>) -> Rights {
    if role == Role::Operator && accounts.is_some() && input.is_clean() {
        input.wrong("accounts", "An operator has all accounts; leave `accounts` out.");
    }
    Rights { role, accounts }
}

/// Takes the conversations of somebody who is gone from them: those of a hand-off or a team wait again, the others go
/// back to the bot.
async fn release(web: &Web, agent: &str) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = inbox::taken(&web.app.store, after, PAGE_ROWS_MAX).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.conversation.last_inbound_at.unwrap_or(Time(0)), last.conversation.id));
        for row in &page {
            let Some(person) = row.session.person.as_ref().filter(|one| one.agent.as_deref() == Some(agent)) else {
                continue;
            };
            let event = match person.team.is_some() || person.flow.is_some() {
                true => Event::Assigned { team: person.team.clone(), agent: None },
                false => Event::HandedBack { agent: Some(agent.to_owned()) },
            };
            let (contact, conversation) = (row.conversation.contact_id, row.conversation.id);
            web.app.queue.happen(contact, conversation, event).await?;
        }
    }
}

/// The address of the studio for somebody else: the public one, else that of this machine.
pub fn base(config: &Config) -> String {
    match &config.public_url {
        Some(url) => url.clone(),
        None => format!("http://127.0.0.1:{}", config.listen.port()),
    }
}

fn none() -> Problem {
    Problem::not_found("There is no such person.")
}

fn problem(why: NotChanged) -> Problem {
    let code = match &why {
        NotChanged::NameTaken => "name_taken",
        NotChanged::TooMany => "too_many_people",
        NotChanged::LastOperator => "last_operator",
        NotChanged::Unknown => return none(),
        NotChanged::Read(_) | NotChanged::Commit(_) | NotChanged::NoRandomness => return Problem::bug(&why),
    };
    let text = why.to_string();
    let detail = text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).chain(['.']);
    Problem::conflict(code, detail.collect::<String>())
}
