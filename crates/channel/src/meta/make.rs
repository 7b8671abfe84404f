//! Asks Meta to make a template: `POST /{waba_id}/message_templates` (Meta, *Templates*, *Components*).

use super::{
    Meta,
    body::{Text, Tolerant},
    doctor::{INVALID_TOKEN, LACKS_RIGHT, put, unknown, with_json},
    fields::template_status,
};
use crate::{
    Http, HttpResponse, Method,
    base::{ids::SenderId, limits::PROVIDER_TEXT_CHARS_MAX},
    model::{
        draft::{CreatedTemplate, Detail, TemplateDraft},
        template::{TemplateButtonKind, TemplateHeader, TemplateStatus},
    },
    question::QuestionError,
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

pub async fn make(
    meta: &Meta,
    http: &dyn Http,
    sender: SenderId,
    draft: &TemplateDraft,
) -> Result<CreatedTemplate, QuestionError> {
    let sender = meta.sender(sender).ok_or_else(|| unknown(sender))?;
    if sender.waba_id.is_empty() {
        let text = "the sender has no `waba_id` in the configuration, and templates belong to the account".to_owned();
        return Err(QuestionError { kind: "refused", text });
    }
    let path = format!("{}/message_templates", sender.waba_id);
    let answer = put(http, sender, Method::Post, &path, Some(with_json(&body(draft)))).await?;
    read(&answer)
}

/// The request body.
fn body(draft: &TemplateDraft) -> Json {
    let template = &draft.template;
    let mut components = Vec::new();
    components.extend(template.header.as_ref().map(|header| self::header(header, draft)));
    components.push(text(draft));
    components.extend(template.parts.footer.as_ref().map(|footer| json!({"type": "FOOTER", "text": footer})));
    if !template.buttons.is_empty() {
        let buttons = template.buttons.iter().zip(&draft.details).map(button);
        components.push(json!({"type": "BUTTONS", "buttons": buttons.collect::<Vec<_>>()}));
    }
    let mut body = json!({
        "name": template.name, "language": template.language, "components": components,
        "category": template.category.as_str().to_uppercase(),
        "parameter_format": if draft.is_positional() { "POSITIONAL" } else { "NAMED" },
    });
    if let Some(ttl) = template.ttl {
        body["message_send_ttl_seconds"] = (ttl.0 / 1_000).into();
    }
    body
}

fn text(draft: &TemplateDraft) -> Json {
    let mut component = json!({"type": "BODY", "text": draft.template.body});
    if draft.examples.is_empty() {
        return component;
    }
    component["example"] = if draft.is_positional() {
        let mut numbered: Vec<(usize, &str)> =
            draft.examples.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()))).collect();
        numbered.sort_unstable();
        json!({"body_text": [numbered.into_iter().map(|(_, value)| value).collect::<Vec<_>>()]})
    } else {
        let named = draft.examples.iter().map(|(name, value)| json!({"param_name": name, "example": value}));
        json!({"body_text_named_params": named.collect::<Vec<_>>()})
    };
    component
}

fn header(header: &TemplateHeader, draft: &TemplateDraft) -> Json {
    let format = match header {
        TemplateHeader::Text(text) => {
            let mut component = json!({"type": "HEADER", "format": "TEXT", "text": text});
            let name = crate::model::template::placeholders_in_order(text).into_iter().next();
            if let (Some(name), Some(example)) = (name, &draft.header_example) {
                component["example"] = match name.parse::<usize>() {
                    Ok(_) => json!({"header_text": [example]}),
                    Err(_) => json!({"header_text_named_params": [{"param_name": name, "example": example}]}),
                };
            }
            return component;
        }
        TemplateHeader::Location => "LOCATION",
        // `Draft::by_hand` keeps these from being asked for.
        TemplateHeader::Image => "IMAGE",
        TemplateHeader::Video => "VIDEO",
        TemplateHeader::Document => "DOCUMENT",
    };
    json!({"type": "HEADER", "format": format})
}

fn button((button, detail): (&TemplateButtonKind, &Detail)) -> Json {
    match (button, detail) {
        (TemplateButtonKind::Url { title, url }, Detail::Example(example)) => {
            json!({"type": "URL", "text": title, "url": url, "example": [example]})
        }
        (TemplateButtonKind::Url { title, url }, _) => json!({"type": "URL", "text": title, "url": url}),
        (TemplateButtonKind::Phone { title }, Detail::Phone(number)) => {
            json!({"type": "PHONE_NUMBER", "text": title, "phone_number": number})
        }
        (TemplateButtonKind::CopyCode { .. }, Detail::Example(code)) => json!({"type": "COPY_CODE", "example": code}),
        (TemplateButtonKind::Form { title }, Detail::Form(id)) => json!({"type": "FLOW", "text": title, "flow_id": id}),
        (
            TemplateButtonKind::QuickReply { title }
            | TemplateButtonKind::Phone { title }
            | TemplateButtonKind::CopyCode { title }
            | TemplateButtonKind::Form { title }
            | TemplateButtonKind::Password { title }
            | TemplateButtonKind::Products { title }
            | TemplateButtonKind::Other { title },
            _,
        ) => json!({"type": "QUICK_REPLY", "text": title}),
    }
}

fn read(answer: &HttpResponse) -> Result<CreatedTemplate, QuestionError> {
    let text = String::from_utf8_lossy(&answer.body);
    let told: Told<'_> = serde_json::from_str(&text).unwrap_or_default();
    if (200..300).contains(&answer.status) && told.id.get().is_some() {
        return Ok(CreatedTemplate {
            status: told.status.get().and_then(template_status).unwrap_or(TemplateStatus::Pending),
        });
    }
    let fault = &told.error;
    let said: Vec<&str> = [fault.error_user_title.get(), fault.error_user_msg.get()].into_iter().flatten().collect();
    let said = if said.is_empty() { fault.message.or_empty().to_owned() } else { said.join(": ") };
    let said: String = said.chars().take(PROVIDER_TEXT_CHARS_MAX).collect();
    let code = fault.code.get().and_then(|code| code.parse::<i64>().ok());
    let (kind, what) = match (answer.status, code) {
        (_, Some(0 | 190)) | (401, _) => ("token", INVALID_TOKEN),
        (_, Some(3 | 10 | 200..=299)) | (403, _) => ("token", LACKS_RIGHT),
        (_, Some(4 | 80_007 | 80_008)) | (429, _) => {
            ("busy", "Meta makes no more templates for now; try again in an hour")
        }
        _ => ("refused", "Meta refuses it"),
    };
    Err(QuestionError { kind, text: format!("{what} (HTTP {}: {said})", answer.status) })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    error: Tolerant<Fault<'a>>,
}

/// Of what is wrong with a template Meta's words for people say most.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fault<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    error_user_title: Text<'a>,
    #[serde(borrow)]
    error_user_msg: Text<'a>,
}

super::body::tolerate!(Fault);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::template::{Category, Template};

    fn draft(body: &str, examples: &[(&str, &str)]) -> TemplateDraft {
        let template = Template {
            id: 0,
            name: "visit".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: body.into(),
            header: None,
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Default::default(),
        };
        let examples = examples.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        TemplateDraft { template, examples, header_example: None, details: Vec::new() }
    }

    #[test]
    fn every_part_is_asked_for_as_meta_wants_it() {
        let mut whole = draft("Hi {{2}}, at {{1}}.", &[("2", "Ana"), ("1", "10:30")]);
        whole.template.header = Some(TemplateHeader::Text("Visit {{1}}".into()));
        whole.header_example = Some("A7".into());
        whole.template.parts.footer = Some("Shop".into());
        whole.template.ttl = Some(crate::base::time::Span::hours(12));
        let title = || "T".to_owned();
        whole.template.buttons = vec![
            TemplateButtonKind::QuickReply { title: title() },
            TemplateButtonKind::Url { title: title(), url: "https://a.example/{{1}}".into() },
            TemplateButtonKind::Url { title: title(), url: "https://a.example".into() },
            TemplateButtonKind::Phone { title: title() },
            TemplateButtonKind::CopyCode { title: String::new() },
            TemplateButtonKind::Form { title: title() },
        ];
        whole.details = vec![
            Detail::Nothing,
            Detail::Example("https://a.example/7".into()),
            Detail::Nothing,
            Detail::Phone("+34600111222".into()),
            Detail::Example("SAVE10".into()),
            Detail::Form("77".into()),
        ];
        assert_eq!(
            body(&whole),
            json!({
                "name": "visit", "language": "en", "category": "UTILITY", "parameter_format": "POSITIONAL",
                "message_send_ttl_seconds": 43_200,
                "components": [
                    {"type": "HEADER", "format": "TEXT", "text": "Visit {{1}}", "example": {"header_text": ["A7"]}},
                    {"type": "BODY", "text": "Hi {{2}}, at {{1}}.", "example": {"body_text": [["10:30", "Ana"]]}},
                    {"type": "FOOTER", "text": "Shop"},
                    {"type": "BUTTONS", "buttons": [
                        {"type": "QUICK_REPLY", "text": "T"},
                        {"type": "URL", "text": "T", "url": "https://a.example/{{1}}", "example": ["https://a.example/7"]},
                        {"type": "URL", "text": "T", "url": "https://a.example"},
                        {"type": "PHONE_NUMBER", "text": "T", "phone_number": "+34600111222"},
                        {"type": "COPY_CODE", "example": "SAVE10"},
                        {"type": "FLOW", "text": "T", "flow_id": "77"},
                    ]},
                ],
            })
        );
        let named = body(&draft("Hi {{name}}!", &[("name", "Ana")]));
        assert_eq!(named["parameter_format"], "NAMED");
        let example = json!({"body_text_named_params": [{"param_name": "name", "example": "Ana"}]});
        assert_eq!(named["components"][0]["example"], example);
        assert_eq!(body(&draft("Hi", &[]))["components"], json!([{"type": "BODY", "text": "Hi"}]));
    }

    #[test]
    fn a_refusal_is_told_in_metas_words_for_people() {
        let told = |status: u16, body: Json| {
            read(&HttpResponse { status, body: body.to_string().into_bytes(), ..HttpResponse::default() })
        };
        let made = told(200, json!({"id": "9", "status": "PENDING", "category": "UTILITY"})).unwrap();
        assert_eq!(made.status, TemplateStatus::Pending);
        let refusal = json!({"error": {"code": 100, "message": "Invalid parameter", "error_user_title": "Too short",
            "error_user_msg": "The text has too many values for its length."}});
        let trouble = told(400, refusal).unwrap_err();
        assert_eq!(trouble.text, "Meta refuses it (HTTP 400: Too short: The text has too many values for its length.)");
        assert_eq!(told(401, json!({"error": {"code": 190, "message": "expired"}})).unwrap_err().kind, "token");
        assert_eq!(told(400, json!({"error": {"code": 80008, "message": "many"}})).unwrap_err().kind, "busy");
        assert_eq!(told(502, json!("<html>")).unwrap_err().kind, "refused");
    }
}
