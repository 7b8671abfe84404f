//! `/v1/templates`: the message templates of each sender, and pulling them from the providers.

use super::page::{Page, decode};
use crate::{
    base::{body_fields::Id, ids::SenderId, query},
    model::{
        template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
        template_parts::{CardShape, Offer},
    },
    web::{
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
use serde_json::Value as Json;
use std::sync::Arc;

/// A message that may be sent while the window is closed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Template")]
pub struct TemplateShown<'a> {
    /// Our number for it; the Autocalls dialect calls it `template_id`.
    id: i64,
    /// The sender whose it is.
    sender: i64,
    /// As the provider knows it.
    name: &'a str,
    /// Exactly as the provider spells it: `en`, `en_US`.
    language: &'a str,
    #[schemars(extend("enum" = ["marketing", "utility", "authentication"]))]
    category: Id<Category>,
    /// Only an approved one is sent.
    #[schemars(extend("enum" = STATUSES))]
    status: Id<TemplateStatus>,
    /// `{"text": …}`, or what media it has.
    #[schemars(with = "Json")]
    header: Option<&'a TemplateHeader>,
    /// With its placeholders: `{{1}}`, or `{{name}}`.
    body: &'a str,
    /// The small line below the text.
    footer: Option<&'a str>,
    #[schemars(with = "Vec<Json>")]
    buttons: &'a [TemplateButtonKind],
    /// Of a carousel, from the left.
    cards: Vec<TemplateCard<'a>>,
    /// Of a limited-time offer: whether a message says when it ends.
    #[schemars(extend("enum" = ["ends", "open"]))]
    offer: Option<Id<Offer>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TemplateCard<'a> {
    /// The media it has: `"image"` or `"video"`.
    #[schemars(with = "Json")]
    header: Option<&'a TemplateHeader>,
    /// With its placeholders.
    body: &'a str,
    #[schemars(with = "Vec<Json>")]
    buttons: &'a [TemplateButtonKind],
}

pub const STATUSES: &[&str] = &["approved", "pending", "rejected", "paused", "disabled"];

#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplatesPulled<'a> {
    /// One entry for each sender.
    data: Vec<SenderPulled<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SenderPulled<'a> {
    sender: i64,
    name: &'a str,
    /// How many the provider lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    templates: Option<usize>,
    /// How many that we knew it no longer lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize")]
    gone: Option<usize>,
    /// Why its catalogue could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    error: Option<String>,
}

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
    let data = found.iter().map(|(of, template)| TemplateShown::of(*of, template)).collect();
    Ok(respond(StatusCode::OK, &page.listed(data, next)))
}

/// `GET /v1/templates/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let found = all(&web, &caller).into_iter().find(|(_, template)| template.id.to_string() == id);
    let (of, template) = found.ok_or_else(|| Problem::not_found("There is no such template."))?;
    Ok(respond(StatusCode::OK, &TemplateShown::of(of, &template)))
}

/// `POST /v1/templates/pull`: reads the catalogue of each real sender from its provider.
pub async fn pull(State(web): State<Arc<Web>>) -> ApiResult {
    Ok(respond(StatusCode::OK, &pulled(&web).await))
}

fn all(web: &Web, caller: &Caller) -> Vec<(SenderId, Template)> {
    let own = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account));
    own.flat_map(|sender| web.app.templates.catalogue.list(sender.id).into_iter().map(|template| (sender.id, template)))
        .collect()
}

impl<'a> TemplateShown<'a> {
    fn of(sender: SenderId, template: &'a Template) -> TemplateShown<'a> {
        let cards = template.parts.cards.iter();
        let card = |card: &'a CardShape| TemplateCard {
            header: card.header.as_ref(),
            body: &card.body,
            buttons: &card.buttons,
        };
        TemplateShown {
            id: template.id,
            sender: sender.0,
            name: &template.name,
            language: &template.language,
            category: Id(template.category),
            status: Id(template.status),
            header: template.header.as_ref(),
            body: &template.body,
            footer: template.parts.footer.as_deref(),
            buttons: &template.buttons,
            cards: cards.map(card).collect(),
            offer: template.parts.offer.map(Id),
        }
    }
}

fn word(status: &impl serde::Serialize) -> String {
    let written = serde_json::to_value(status).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}

async fn pulled(web: &Web) -> TemplatesPulled<'_> {
    let mut data = Vec::new();
    for sender in web.app.senders.all().iter().filter(|sender| !sender.is_sandbox()) {
        let (templates, gone, error) = match web.app.templates.pull_templates(sender.id).await {
            Ok(pulled) => (Some(pulled.listed), Some(pulled.gone), None),
            Err(why) => (None, None, Some(format!("{why:#}"))),
        };
        data.push(SenderPulled { sender: sender.id.0, name: &sender.name, templates, gone, error });
    }
    TemplatesPulled { data }
}
