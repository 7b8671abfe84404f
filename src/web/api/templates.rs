//! `/v1/templates`: the message templates of each sender, and pulling them from the providers.

use super::page::{Page, decode};
use crate::{
    base::{ids::SenderId, query},
    model::template::Template,
    web::{
        auth::Caller,
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/templates?sender=&status=&limit=&cursor=`: ordered by id.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let after = page.cursor.as_deref().map(decode::<i64>).transpose()?.unwrap_or(0);
    let value = |name| query::value(&text, name).filter(|value: &String| !value.is_empty());
    let sender = match value("sender") {
        None => None,
        Some(id) => {
            let known = id.parse().ok().and_then(|id| caller.sender(&web, SenderId(id)));
            Some(known.ok_or_else(|| Problem::not_found("There is no such sender."))?.id)
        }
    };
    let status = value("status");
    let wanted = |of: SenderId, template: &Template| {
        template.id > after
            && sender.is_none_or(|wanted| wanted == of)
            && status.as_ref().is_none_or(|status| word(&template.status) == *status)
    };
    let mut found: Vec<(SenderId, Template)> = all(&web, &caller);
    found.retain(|(of, template)| wanted(*of, template));
    found.sort_by_key(|(_, template)| template.id);
    let more = found.len() > page.size();
    found.truncate(page.size());
    let next = found.last().filter(|_| more).map(|(_, template)| template.id);
    let data = found.iter().map(|(of, template)| described(*of, template)).collect();
    Ok(json(StatusCode::OK, &page.body(data, next)))
}

/// `GET /v1/templates/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let found = all(&web, &caller).into_iter().find(|(_, template)| template.id.to_string() == id);
    let (of, template) = found.ok_or_else(|| Problem::not_found("There is no such template."))?;
    Ok(json(StatusCode::OK, &described(of, &template)))
}

/// `POST /v1/templates/pull`: reads the catalogue of each real sender from its provider.
pub async fn pull(State(web): State<Arc<Web>>) -> ApiResult {
    Ok(json(StatusCode::OK, &pulled(&web).await))
}

fn all(web: &Web, caller: &Caller) -> Vec<(SenderId, Template)> {
    let own = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account));
    own.flat_map(|sender| web.app.templates.catalogue.list(sender.id).into_iter().map(|template| (sender.id, template)))
        .collect()
}

fn described(sender: SenderId, template: &Template) -> Json {
    json!({
        "id": template.id,
        "sender": sender,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "header": template.header,
        "body": template.body,
        "footer": template.parts.footer,
        "buttons": template.buttons,
        "cards": template.parts.cards,
        "offer": template.parts.offer,
    })
}

fn word(status: &impl serde::Serialize) -> String {
    let written = serde_json::to_value(status).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}

async fn pulled(web: &Web) -> Json {
    let mut data = Vec::new();
    for sender in web.app.senders.all().iter().filter(|sender| !sender.is_sandbox()) {
        data.push(match web.app.templates.pull_templates(sender.id).await {
            Ok(pulled) => {
                json!({"sender": sender.id, "name": sender.name, "templates": pulled.listed, "gone": pulled.gone})
            }
            Err(why) => json!({"sender": sender.id, "name": sender.name, "error": format!("{why:#}")}),
        });
    }
    json!({"data": data})
}
