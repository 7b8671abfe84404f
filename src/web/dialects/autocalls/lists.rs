//! `GET /api/user/whatsapp/senders` and `…/{id}/templates`: lists the senders of an account and their templates.

use super::{KEYS, Refusal, caller, fitting, rules::Input, sender};
use crate::{
    base::{query, time::Time},
    model::template::{Template, TemplateStatus, placeholders},
    runtime::config::Sender,
    web::{dialects::ordered, parameters::Misfits, path_params::LastParam, state::Web},
};
use axum::{
    extract::{RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `?status=online|all`; the default is `online`.
pub async fn senders(
    State(web): State<Arc<Web>>,
    wrong: Misfits,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    respond(numbers(&web, request, wrong, &query.unwrap_or_default()).await)
}

/// `?status=approved|all`; the default is `approved`.
pub async fn templates(
    State(web): State<Arc<Web>>,
    LastParam(id): LastParam,
    wrong: Misfits,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    respond(catalogue(&web, &id, request, wrong, &query.unwrap_or_default()).await)
}

async fn numbers(web: &Web, request: Request, wrong: Misfits, query: &str) -> Result<Json, Refusal> {
    let caller = caller(web, &request.into_parts().0).await?;
    fitting(wrong.into_inner())?;
    let wanted = status(query, "online")?;
    let now = web.app.clock.now();
    let own = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account));
    let shown = own.filter(|sender| wanted == Wanted::All || is_online(web, sender, now));
    Ok(json!({"data": shown.map(|sender| number(web, sender, now)).collect::<Vec<_>>()}))
}

async fn catalogue(web: &Web, id: &str, request: Request, wrong: Misfits, query: &str) -> Result<Json, Refusal> {
    let caller = caller(web, &request.into_parts().0).await?;
    fitting(wrong.into_inner())?;
    // No sender has an id that is not a number.
    let id = id.parse().map_err(|_| Refusal::SenderNotFoundShort)?;
    let sender = sender(web, &caller, id, Refusal::SenderNotFoundShort)?;
    let wanted = status(query, "approved")?;
    let mut listed = web.app.templates.catalogue.list(sender.id);
    listed.retain(|template| wanted == Wanted::All || template.status == TemplateStatus::Approved);
    listed.sort_by_key(|template| template.id);
    Ok(json!({"data": listed.iter().map(described).collect::<Vec<_>>()}))
}

#[derive(PartialEq)]
enum Wanted {
    /// Usable for a send: online, approved.
    Good,
    All,
}

fn status(text: &str, good: &str) -> Result<Wanted, Refusal> {
    let given = Input::from_query(query::pairs(text)).text("status");
    match given.as_deref() {
        None => Ok(Wanted::Good),
        Some("all") => Ok(Wanted::All),
        Some(word) if word == good => Ok(Wanted::Good),
        Some(_) => {
            let sentence = "The selected status is invalid.";
            Err(Refusal::Invalid(json!({"message": sentence, "errors": {"status": [sentence]}})))
        }
    }
}

fn is_online(web: &Web, sender: &Sender, now: Time) -> bool {
    web.app.health.paused_senders.of(sender.id, now).is_none()
}

fn number(web: &Web, sender: &Sender, now: Time) -> Json {
    json!({
        "id": sender.id,
        "phone_number": sender.phone,
        "display_name": sender.name,
        "status": if is_online(web, sender, now) { "online" } else { "offline" },
        // Autocalls shows these values for data that the platform has not reported.
        "quality_rating": null,
        "messaging_limit": null,
        "messaging_limit_formatted": "Unlimited",
    })
}

fn described(template: &Template) -> Json {
    // Numbers in numeric order ("10" after "9"); names in the order of the text.
    let mut variables: Vec<String> = placeholders(&template.body).into_iter().collect();
    let place = |name: &str| template.body.split("{{").skip(1).position(|part| part.trim_start().starts_with(name));
    variables.sort_by_key(|name| (name.parse::<u32>().unwrap_or(u32::MAX), place(name), name.clone()));
    json!({
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "body_text": template.body,
        "has_variables": !variables.is_empty(),
        "variables": variables,
    })
}

fn respond(answer: Result<Json, Refusal>) -> Response {
    match answer {
        Ok(body) => ordered::response(StatusCode::OK, &body, KEYS),
        Err(refusal) => refusal.into_response(),
    }
}
