//! `GET /api/v1/templates/`: lists the templates of all numbers of the account.

use super::{
    envelope::{self, AuthenticatedRequest, good},
    object_id,
    refusal::{Refusal, RefusalEndpoint, bug},
    template::ordered,
};
use crate::{
    base::time::{Time, iso_z},
    model::template::{Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
    store,
    web::{dialects::sending::ClientAnswer, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn templates(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Other, handle).await
}

async fn handle(asked: AuthenticatedRequest) -> Result<ClientAnswer, Refusal> {
    let app = &asked.web.app;
    let mut all = Vec::new();
    for sender in app.senders.all().iter().filter(|sender| sender.account == asked.account) {
        let rows = store::tables::template::of(&app.store, sender.id).await.map_err(|error| bug(&error))?;
        // The catalogue in memory is current; the rows only add the time of the last change.
        for template in app.templates.catalogue.list(sender.id) {
            let row = rows.iter().find(|row| row.name == template.name && row.language == template.language);
            let since = row.map_or_else(|| app.clock.now(), |row| row.updated_at);
            all.push((template.id, described(&template, since)));
        }
    }
    all.sort_by_key(|(id, _)| *id);
    let templates: Vec<Json> = all.into_iter().map(|(_, template)| template).collect();
    Ok(good(StatusCode::OK, json!({"status": "success", "total": templates.len(), "templates": templates})))
}

fn described(template: &Template, since: Time) -> Json {
    let (format, text) = match &template.header {
        None => ("NONE", None),
        Some(TemplateHeader::Text(text)) => ("TEXT", Some(text.as_str())),
        Some(TemplateHeader::Image) => ("IMAGE", None),
        Some(TemplateHeader::Video) => ("VIDEO", None),
        Some(TemplateHeader::Document) => ("DOCUMENT", None),
        Some(TemplateHeader::Location) => ("LOCATION", None),
    };
    let body = ordered(&template.body);
    let header = text.map(ordered).unwrap_or_default();
    let count = body.len() + header.len();
    let positional = body.iter().chain(&header).all(|name| name.parse::<u32>().is_ok());
    let variable = |place: &'static str| move |name: &String| json!({"name": name, "type": place});
    let variables: Vec<Json> = header.iter().map(variable("header")).chain(body.iter().map(variable("body"))).collect();
    let buttons: Vec<Json> = template.buttons.iter().map(button).collect();
    json!({
        "id": object_id(template.id),
        "name": template.name,
        "category": word(&template.category),
        "language": template.language,
        "status": status(template.status),
        "header_format": format,
        "header": text,
        "body": template.body,
        // Our catalogue has neither.
        "footer": null,
        "buttons": Some(buttons).filter(|buttons| !buttons.is_empty()),
        "requires_media": template.header.as_ref().is_some_and(|header| header.media().is_some()),
        "variables": Some(variables).filter(|variables| !variables.is_empty()),
        "requires_variables": count > 0,
        "variable_count": count,
        "parameter_format": if positional { "POSITIONAL" } else { "NAMED" },
        "example_data": {},
        "sample_media_url": null,
        "limited_time_offer": null,
        "offer_code": null,
        "is_carousel": false,
        "carousel_cards": null,
        "carousel_card_count": null,
        "quality_score": null,
        "message_send_ttl_seconds": template.ttl.map(|ttl| ttl.0 / 1_000),
        "api_payload_structure": payload(template, &body, &header),
        "created_at": iso_z(since),
    })
}

/// A sample request that would send the template.
fn payload(template: &Template, body: &[String], header: &[String]) -> Json {
    let values = |names: &[String]| names.iter().map(|name| (name.clone(), Json::from("…"))).collect();
    let mut request = json!({
        "template_name": template.name,
        "contact_phone": "911234567890",
        "body_data": Json::Object(values(body)),
    });
    if !header.is_empty() {
        request["header_data"] = Json::Object(values(header));
    }
    if template.header.as_ref().is_some_and(|header| header.media().is_some()) {
        request["media_url"] = "https://example.com/file".into();
    }
    request
}

fn button(button: &TemplateButtonKind) -> Json {
    match button {
        TemplateButtonKind::QuickReply { title } => json!({"type": "QUICK_REPLY", "text": title}),
        TemplateButtonKind::Url { title, url } => json!({"type": "URL", "text": title, "url": url}),
        TemplateButtonKind::Phone { title } => json!({"type": "PHONE_NUMBER", "text": title}),
        TemplateButtonKind::Form { title } => json!({"type": "FLOW", "text": title}),
        TemplateButtonKind::Password { title } => json!({"type": "OTP", "text": title}),
        TemplateButtonKind::Products { title } => json!({"type": "MPM", "text": title}),
        TemplateButtonKind::CopyCode { title } | TemplateButtonKind::Other { title } => {
            json!({"type": "COPY_CODE", "text": title})
        }
    }
}

fn status(status: TemplateStatus) -> String {
    status.as_str().to_uppercase()
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_uppercase)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::template::Category;

    #[test]
    fn variables_of_header_and_body_are_counted() {
        let template = Template {
            id: 45,
            name: "visit".into(),
            language: "en_US".into(),
            category: Category::Marketing,
            status: TemplateStatus::Paused,
            body: "Hi {{1}}, {{2}}".into(),
            header: Some(TemplateHeader::Text("For {{1}}".into())),
            buttons: vec![TemplateButtonKind::QuickReply { title: "Yes".into() }],
            ttl: None,
            reference: None,
            parts: Default::default(),
        };
        let shown = described(&template, Time(1_781_517_600_000));
        assert_eq!((&shown["variable_count"], &shown["requires_variables"]), (&json!(3), &json!(true)));
        assert_eq!((&shown["category"], &shown["status"]), (&json!("MARKETING"), &json!("PAUSED")));
        assert_eq!((&shown["header_format"], &shown["header"]), (&json!("TEXT"), &json!("For {{1}}")));
        assert_eq!(shown["buttons"], json!([{"type": "QUICK_REPLY", "text": "Yes"}]));
        assert_eq!(shown["created_at"], "2026-06-15T10:00:00Z");
        let named = Template { body: "Hi {{name}}".into(), header: None, buttons: vec![], ..template };
        let shown = described(&named, Time(0));
        assert_eq!((&shown["parameter_format"], &shown["buttons"]), (&json!("NAMED"), &Json::Null));
    }
}
