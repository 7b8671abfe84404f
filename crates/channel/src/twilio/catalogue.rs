//! Reads Twilio's content templates and their WhatsApp approvals: `GET /v1/ContentAndApprovals`.

use super::Twilio;
use crate::{
    Http,
    base::{ids::SenderId, limits::CATALOGUE_PAGES_MAX, query::encode},
    model::{
        template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus, placeholders},
        template_parts::{Parts, Slots},
    },
    question::{Question, QuestionError, ask},
    untrusted_json,
};
use serde_json::Value;

/// All content templates that were ever submitted to WhatsApp.
pub async fn templates(twilio: &Twilio, http: &dyn Http, id: SenderId) -> Result<Vec<Template>, QuestionError> {
    let sender = twilio.sender(id).ok_or_else(|| QuestionError::unknown(id, "Twilio"))?;
    let base = format!("{}/v1/ContentAndApprovals?PageSize=100", sender.content_base.trim_end_matches('/'));
    let mut url = base.clone();
    let mut found = Vec::new();
    for _ in 0..CATALOGUE_PAGES_MAX {
        let names = "`account_sid`";
        let question = Question { url, auth: sender.auth(), sender: id, secret: "auth_token", names };
        let page = ask(http, question).await?;
        let Some(contents) = untrusted_json::part(&page, "contents").and_then(Value::as_array) else {
            return Err(QuestionError::unreadable("the content templates", "Twilio"));
        };
        found.extend(contents.iter().filter_map(ours));
        // The next page's URL comes from Twilio: only its cursor is used, so that the token stays with `content_base`.
        let next = untrusted_json::text(&page, "meta.next_page_url");
        let mark = next.as_deref().and_then(|next| {
            let query = next.split_once('?')?.1;
            crate::base::query::value(query, "PageToken")
        });
        match mark {
            Some(mark) => url = format!("{base}&PageToken={}", encode(&mark)),
            None => return Ok(found),
        }
    }
    Err(QuestionError::unreadable("the content templates", "Twilio"))
}

fn ours(content: &Value) -> Option<Template> {
    let approval = untrusted_json::part(content, "approval_requests").filter(|part| part.is_object())?;
    let (kind, shape) = untrusted_json::part(content, "types")?.as_object()?.iter().next()?;
    let status = match untrusted_json::text(approval, "status")?.as_str() {
        "approved" => TemplateStatus::Approved,
        "pending" | "received" | "unsubmitted" => TemplateStatus::Pending,
        "rejected" => TemplateStatus::Rejected,
        "paused" => TemplateStatus::Paused,
        // Do not send by a template with an unknown status.
        _ => TemplateStatus::Disabled,
    };
    let category = match untrusted_json::text(approval, "category").unwrap_or_default().to_ascii_uppercase().as_str() {
        "UTILITY" => Category::Utility,
        "AUTHENTICATION" => Category::Authentication,
        _ => Category::Marketing,
    };
    let body = untrusted_json::text(shape, "body").or_else(|| untrusted_json::text(shape, "title")).unwrap_or_default();
    let (body, slots) = numbered(&body, shape);
    let has_file = matches!(shape.get("media"), Some(Value::Array(files)) if !files.is_empty());
    Some(Template {
        id: 0,
        name: untrusted_json::text(approval, "name").or_else(|| untrusted_json::text(content, "friendly_name"))?,
        language: untrusted_json::text(content, "language")?,
        category,
        status,
        body,
        // A file with a fixed URL takes no parameter.
        header: (has_file && untrusted_json::text(shape, "media.0").is_some_and(|url| url.contains("{{")))
            .then_some(TemplateHeader::Image),
        buttons: buttons(kind, shape),
        ttl: None,
        reference: Some(untrusted_json::text(content, "sid")?),
        parts: Parts { slots, ..Parts::default() },
    })
}

/// Renumbers the variables. Twilio numbers all variables of a template together, in any order; ours are numbered
/// within the text from 1. The slots keep Twilio's numbers.
fn numbered(body: &str, shape: &Value) -> (String, Slots) {
    let first = |text: Option<String>| text.and_then(|text| placeholders(&text).into_iter().next());
    let actions = untrusted_json::part(shape, "actions").and_then(Value::as_array);
    let links = actions.into_iter().flatten().filter_map(|action| first(untrusted_json::text(action, "url")));
    let mut slots =
        Slots { body: Vec::new(), header: first(untrusted_json::text(shape, "media.0")), links: links.collect() };
    let mut numbers: Vec<u32> = Vec::new();
    for name in placeholders(body) {
        match name.parse() {
            Ok(number) => numbers.push(number),
            // Named variables stay as they are.
            Err(_) => return (body.to_owned(), slots),
        }
    }
    numbers.sort_unstable();
    slots.body = numbers.iter().map(u32::to_string).collect();
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, (name, behind))) = rest.split_once("{{").and_then(|(b, a)| Some((b, a.split_once("}}")?))) {
        let place = slots.body.iter().position(|slot| slot == name.trim()).map_or(0, |place| place + 1);
        text.push_str(&format!("{before}{{{{{place}}}}}"));
        rest = behind;
    }
    (text + rest, slots)
}

fn buttons(kind: &str, shape: &Value) -> Vec<TemplateButtonKind> {
    let actions = untrusted_json::part(shape, "actions").and_then(Value::as_array);
    let button = |action: &Value| {
        let title = untrusted_json::text(action, "title").unwrap_or_default();
        match untrusted_json::text(action, "type").unwrap_or_default().to_ascii_uppercase().as_str() {
            "QUICK_REPLY" => TemplateButtonKind::QuickReply { title },
            "URL" => TemplateButtonKind::Url { title, url: untrusted_json::text(action, "url").unwrap_or_default() },
            "PHONE_NUMBER" => TemplateButtonKind::Phone { title },
            // `twilio/quick-reply` has the kind once for all buttons.
            "" if kind == "twilio/quick-reply" => TemplateButtonKind::QuickReply { title },
            _ => TemplateButtonKind::Other { title },
        }
    };
    actions.into_iter().flatten().map(button).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_text_is_numbered_from_one_and_the_slots_tell_twilios_numbers() {
        let shape = json!({"media": ["https://x.example/{{1}}"], "actions": [
            {"type": "URL", "url": "https://x.example/{{4}}"}, {"type": "QUICK_REPLY", "title": "Yes"}]});
        let (body, slots) = numbered("Hi {{3}}, until {{ 2 }}. {{3}}!", &shape);
        assert_eq!(body, "Hi {{2}}, until {{1}}. {{2}}!");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = Slots { body: names(&["2", "3"]), header: Some("1".into()), links: names(&["4"]) };
        assert_eq!(slots, expected);
        assert_eq!(numbered("Hi {{name}} {{", &json!({})).0, "Hi {{name}} {{");
        assert_eq!(numbered("Hi", &json!({})), ("Hi".to_owned(), Slots::default()));
    }
}
