//! `/v1/replies` and `/v1/teams`: the texts that people send with one key, and the teams with their people.

use crate::{
    base::{body_fields::Id, query},
    flow::{
        Versions, World,
        query::replies::{rendered, source},
    },
    runtime::process::long_work::blocking,
    store::tables::{contact, person},
    web::{
        api::{conversations::owned, page::Listed},
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// A text that people send with one key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reply {
    name: Id<String>,
    /// For the contact of the conversation and in their language; without a conversation as it was written. `null`: an
    /// expression in it failed.
    text: Option<String>,
    /// Why there is no text.
    error: Option<String>,
}

/// A team of the bot.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Team")]
pub struct TeamShown {
    name: Id<String>,
    /// The people of the team who can sign in and may write to customers.
    people: Vec<Id<String>>,
}

/// `GET /v1/replies?conversation=`.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let live = web.app.live.get();
    let names: Vec<String> = live.set.bot.replies.keys().cloned().collect();
    let data = match query::value(&query.unwrap_or_default(), "conversation").filter(|id| !id.is_empty()) {
        None => {
            let text = |name: &String| source(&live.set, name).map(str::to_owned);
            let reply = |name: String| Reply { text: text(&name), name: Id(name), error: None };
            names.into_iter().map(reply).collect()
        }
        Some(id) => {
            let row = owned(&web, &caller, &id).await?;
            let contact = contact::find(&web.app.store, row.contact_id).await.map_err(|error| Problem::bug(&error))?;
            let contact = contact.ok_or_else(|| Problem::not_found("There is no such conversation."))?;
            let (now, env) = (web.app.clock.now(), web.app.config.flows.env.clone());
            // Expressions of an author may work for long.
            blocking(move || {
                let versions = Versions::new(live.version, Arc::clone(&live.set));
                let world = World::of_contact(now, &contact, live.env(&env, false));
                let reply = |name: String| {
                    let (text, error) = match rendered(&versions, &name, &world) {
                        Some(Ok(text)) => (Some(text), None),
                        Some(Err(why)) => (None, Some(why)),
                        None => (None, None),
                    };
                    Reply { name: Id(name), text, error }
                };
                names.into_iter().map(reply).collect::<Vec<_>>()
            })
        }
    };
    Ok(respond(StatusCode::OK, &Listed { data, next_cursor: None }))
}

/// `GET /v1/teams`.
pub async fn teams(State(web): State<Arc<Web>>) -> ApiResult {
    let people = person::all(&web.app.store).await.map_err(|error| Problem::bug(&error))?;
    let able = |team: &str| {
        let of_team = people.iter().filter(|person| {
            person.password.is_some() && person.role.sees_people() && person.teams.iter().any(|one| one == team)
        });
        of_team.map(|person| Id(person.name.clone())).collect()
    };
    let live = web.app.live.get();
    let data = live.set.bot.teams.keys().map(|name| TeamShown { name: Id(name.clone()), people: able(name) }).collect();
    Ok(respond(StatusCode::OK, &Listed::<TeamShown> { data, next_cursor: None }))
}
