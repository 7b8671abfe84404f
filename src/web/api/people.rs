//! `/v1/people`: the people who sign in to the studio, for operators.

pub mod audit;
pub mod keys;
pub mod session;

use crate::{
    base::{
        body_fields::At,
        ids::AccountName,
        limits::{PAGE_ROWS_MAX, PERSON_NAME_CHARS_MAX},
        time::Time,
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
        api::page::Listed,
        audit::noted,
        idempotency::respond,
        people::{self, Link, NotChanged, Rights, names, sessions},
        problem::{ApiResult, Problem},
        request::{self, Change, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Somebody who signs in to the studio.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub struct PersonShown {
    id: i64,
    /// By which they sign in; capitals and accents do not matter there.
    name: String,
    role: RoleName,
    /// The accounts whose customers they see; `null`: all.
    accounts: Option<Vec<String>>,
    /// The teams of the bot whose cases they get.
    teams: Vec<String>,
    created_at: At,
    /// To five minutes; `null`: never.
    last_seen_at: Option<At>,
    /// Browsers in which they are signed in.
    sessions: usize,
    /// Until when their open link counts; `null`: they have none.
    link_ends_at: Option<At>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewPerson {
    #[schemars(length(min = 1, max = PERSON_NAME_CHARS_MAX))]
    name: String,
    role: RoleName,
    /// Of the configuration; `null` or left out: all. An operator has all.
    #[schemars(length(min = 1), extend("x-misfit" = ACCOUNTS_MISFIT, "x-null" = true))]
    accounts: Option<Vec<String>>,
    /// Of `_bot.yaml`; left out: none.
    #[schemars(extend("x-null" = true))]
    teams: Option<Vec<String>>,
}

/// A field that is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PersonChange {
    role: Option<RoleName>,
    /// `null`: all.
    #[schemars(length(min = 1), extend("x-misfit" = ACCOUNTS_MISFIT))]
    #[serde(default)]
    accounts: Change<Vec<String>>,
    /// Of `_bot.yaml`.
    teams: Option<Vec<String>>,
}

const ACCOUNTS_MISFIT: &str = "`accounts` is a list of names, or `null` for all.";

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("enum" = Role::NAMES))]
pub struct RoleName(#[schemars(with = "String")] pub Role);

#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonAdded {
    person: PersonShown,
    #[serde(flatten)]
    link: PersonLink,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonLink {
    /// The address at which they set a password. It is shown this once, and counts once.
    link: String,
    /// An hour later.
    link_ends_at: At,
}

/// `GET /v1/people`: all, because they are few.
pub async fn list(State(web): State<Arc<Web>>) -> ApiResult {
    let all = person::all(&web.app.store).await.map_err(|error| Problem::bug(&error))?;
    let mut data = Vec::new();
    for one in &all {
        data.push(described(&web.app.store, one, web.app.clock.now()).await?);
    }
    Ok(respond(StatusCode::OK, &Listed { data, next_cursor: None }))
}

/// `GET /v1/people/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let person = found(&web, &id).await?;
    Ok(respond(StatusCode::OK, &described(&web.app.store, &person, web.app.clock.now()).await?))
}

/// `POST /v1/people`: `{name, role, accounts, teams}`; the link is shown only in this answer.
pub async fn add(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let (asked, mut errors) = request::parse::<NewPerson>(&request::bytes(request.into_body()).await?)?;
    let name = names::read(&asked.name).unwrap_or_else(|why| {
        if errors.is_clean_at("name") {
            errors.wrong("name", why);
        }
        String::new()
    });
    let accounts = accounts(&web.app.config, &mut errors, asked.accounts);
    let teams = teams(&web, &mut errors, asked.teams);
    let rights = rights(&mut errors, asked.role.0, accounts, teams);
    errors.finish()?;
    let _turn = web.people.lock().await;
    let now = web.app.clock.now();
    let (person, link) = people::add(&web.app.store, &name, rights, now).await.map_err(problem)?;
    let shown = described(&web.app.store, &person, now).await?;
    web.app.cases.look_again();
    let detail = json!({"role": person.role, "accounts": shown.accounts, "teams": shown.teams});
    let link = PersonLink { link: link.address(&base(&web.app.config)), link_ends_at: At(link.ends_at) };
    Ok(noted(respond(StatusCode::CREATED, &PersonAdded { person: shown, link }), person.name, detail))
}

/// `PATCH /v1/people/{id}`: `{role, accounts, teams}`.
pub async fn change(State(web): State<Arc<Web>>, Path(id): Path<String>, request: Request) -> ApiResult {
    let bytes = request::bytes(request.into_body()).await?;
    let _turn = web.people.lock().await;
    let before = found(&web, &id).await?;
    let (PersonChange { role, accounts: Change(given), teams: given_teams }, mut errors) = request::parse(&bytes)?;
    let role = role.map_or(before.role, |role| role.0);
    let accounts = given.map(|given| accounts(&web.app.config, &mut errors, given));
    // Somebody who becomes operator sees all.
    let kept = (!before.all_accounts && role != Role::Operator).then_some(before.accounts);
    let teams = teams(&web, &mut errors, given_teams);
    let rights = rights(&mut errors, role, accounts.unwrap_or(kept), teams);
    errors.finish()?;
    let person = people::change(&web.app.store, before.id, rights).await.map_err(problem)?;
    web.end_streams();
    web.app.cases.look_again();
    let shown = described(&web.app.store, &person, web.app.clock.now()).await?;
    let detail = json!({"role": person.role, "accounts": shown.accounts, "teams": shown.teams});
    Ok(noted(respond(StatusCode::OK, &shown), person.name, detail))
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
    let body = PersonLink { link: link.address(&base(&web.app.config)), link_ends_at: At(ends_at) };
    Ok(noted(respond(StatusCode::OK, &body), person.name, json!({})))
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

async fn described(store: &Store, person: &Person, now: Time) -> Result<PersonShown, Problem> {
    let of = person_session::of(store, person.id).await.map_err(|error| Problem::bug(&error))?;
    let accounts = person.accounts.iter().map(|account| account.as_str().to_owned());
    Ok(PersonShown {
        id: person.id,
        name: person.name.clone(),
        role: RoleName(person.role),
        accounts: (!person.all_accounts).then(|| accounts.collect()),
        teams: person.teams.clone(),
        created_at: At(person.created_at),
        last_seen_at: person.seen_at.map(At),
        sessions: of.iter().filter(|session| !sessions::is_over(session, now)).count(),
        link_ends_at: person.link_ends_at.filter(|end| now < *end).map(At),
    })
}

/// The accounts that were given; `None`: all.
fn accounts(config: &Config, errors: &mut FieldErrors, given: Option<Vec<String>>) -> Option<Vec<AccountName>> {
    let names: Vec<AccountName> = given?.into_iter().map(AccountName::from).collect();
    if let Some(unknown) = names.iter().find(|name| config.account(name).is_none()) {
        errors.wrong("accounts", format!("There is no account `{unknown}`."));
    }
    Some(names)
}

/// The teams that were given; `None`: as they are.
fn teams(web: &Web, errors: &mut FieldErrors, given: Option<Vec<String>>) -> Option<Vec<String>> {
    let mut names = given?;
    let live = web.app.live.get();
    if let Some(unknown) = names.iter().find(|name| !live.set.bot.teams.contains_key(*name)) {
        errors.wrong("teams", format!("`_bot.yaml` has no team `{unknown}`."));
    }
    names.sort();
    names.dedup();
    Some(names)
}

fn rights(
    errors: &mut FieldErrors,
    role: Role,
    accounts: Option<Vec<AccountName>>,
    teams: Option<Vec<String>>,
) -> Rights {
    if role == Role::Operator && accounts.is_some() && errors.is_clean() {
        errors.wrong("accounts", "An operator has all accounts; leave `accounts` out.");
    }
    Rights { role, accounts, teams }
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
        None => format!("{}://127.0.0.1:{}", config.scheme(), config.listen.port()),
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
