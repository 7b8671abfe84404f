//! `GET /meta/whatsapp/{version}/{business_account_id}/message_templates`: the template catalogue in Meta's form.

use super::{GraphError, GraphParams, answered, business_of, history::Cursor};
use crate::{
    base::query,
    model::template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
    web::{dialects::kapso::envelope::AuthenticatedRequest, state::Web},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn templates(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move { listed(&asked, names.get(0)) }).await
}

/// `GET …/message_templates/{template_id}`.
pub async fn template(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let found = of(&asked, names.get(0))?.into_iter().find(|template| template.id.to_string() == names.get(1));
        found.map(|template| described(&template)).ok_or_else(|| GraphError::missing("Template"))
    })
    .await
}

/// The templates of all numbers of the account without repetition, by our ids.
fn of(asked: &AuthenticatedRequest, business: &str) -> Result<Vec<Template>, GraphError> {
    let own = asked.web.app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
    let senders: Vec<_> = own.filter(|sender| business_of(sender) == business || sender.is_called(business)).collect();
    if senders.is_empty() {
        return Err(GraphError::unknown(business));
    }
    let mut all: Vec<Template> =
        senders.iter().flat_map(|sender| asked.web.app.templates.catalogue.list(sender.id)).collect();
    all.sort_by_key(|template| template.id);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|template| seen.insert((template.name.clone(), template.language.clone())));
    Ok(all)
}

fn listed(asked: &AuthenticatedRequest, business: &str) -> Result<Json, GraphError> {
    let page = Cursor::read(&asked.query)?;
    let value = |name: &str| query::value(&asked.query, name).filter(|value: &String| !value.is_empty());
    let is = |wanted: Option<String>, own: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(own));
    let mut all = of(asked, business)?;
    all.retain(|template| {
        is(value("name"), &template.name)
            && is(value("language"), &template.language)
            && is(value("status"), status(template.status))
            && is(value("category"), category(template.category))
            && page.after.is_none_or(|after| template.id > after)
    });
    let more = all.len() > page.limit;
    all.truncate(page.limit);
    let next = all.last().filter(|_| more).map(|template| template.id);
    let data: Vec<Json> = all.iter().map(described).collect();
    Ok(json!({"data": data, "paging": Cursor::paging(next)}))
}

fn status(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Approved => "APPROVED",
        TemplateStatus::Pending => "PENDING",
        TemplateStatus::Rejected => "REJECTED",
        TemplateStatus::Paused => "PAUSED",
        TemplateStatus::Disabled => "DISABLED",
    }
}

fn category(category: Category) -> &'static str {
    match category {
        Category::Marketing => "MARKETING",
        Category::Utility => "UTILITY",
        Category::Authentication => "AUTHENTICATION",
    }
}

fn described(template: &Template) -> Json {
    let mut components = Vec::new();
    if let Some(header) = &template.header {
        components.push(match header {
            TemplateHeader::Text(text) => json!({"type": "HEADER", "format": "TEXT", "text": text}),
            TemplateHeader::Image => json!({"type": "HEADER", "format": "IMAGE"}),
            TemplateHeader::Video => json!({"type": "HEADER", "format": "VIDEO"}),
            TemplateHeader::Document => json!({"type": "HEADER", "format": "DOCUMENT"}),
            TemplateHeader::Location => json!({"type": "HEADER", "format": "LOCATION"}),
        });
    }
    components.push(json!({"type": "BODY", "text": template.body}));
    let buttons: Vec<Json> = template.buttons.iter().map(button).collect();
    if !buttons.is_empty() {
        components.push(json!({"type": "BUTTONS", "buttons": buttons}));
    }
    json!({
        "id": template.id.to_string(),
        "name": template.name,
        "language": template.language,
        "status": status(template.status),
        "category": category(template.category),
        "components": components,
    })
}

fn button(button: &TemplateButtonKind) -> Json {
    match button {
        TemplateButtonKind::QuickReply { title } => json!({"type": "QUICK_REPLY", "text": title}),
        TemplateButtonKind::Url { title, url } => json!({"type": "URL", "text": title, "url": url}),
        TemplateButtonKind::Phone { title } => json!({"type": "PHONE_NUMBER", "text": title}),
        TemplateButtonKind::CopyCode { title } => json!({"type": "COPY_CODE", "text": title}),
        TemplateButtonKind::Form { title } => json!({"type": "FLOW", "text": title}),
        TemplateButtonKind::Password { title } => json!({"type": "OTP", "text": title}),
        TemplateButtonKind::Products { title } => json!({"type": "MPM", "text": title}),
        TemplateButtonKind::Other { title } => json!({"type": "OTHER", "text": title}),
    }
}
