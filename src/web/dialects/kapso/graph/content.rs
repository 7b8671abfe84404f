//! Converts a message in Meta's form to ours. A part that our message cannot carry is refused, never dropped.

use super::{GraphError, card, template};
use crate::{
    base::limits::{CAPTION_CHARS_MAX, NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX},
    model::{
        content::{Button, Content, Edges, FormMessage, FormStart, Location, Media, MediaKind, Row},
        template::Template,
    },
};
use serde_json::{Map, Value as Json};

pub type Fields = Map<String, Json>;

/// The kinds of messages; the part of a body with the name of its kind has the content.
const KINDS: [&str; 11] = [
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
];

/// The content of a body with a `type`; `templates` is the catalogue of the sender.
pub fn content(body: &Fields, templates: &[Template]) -> Result<Content, GraphError> {
    let kind = text(body, "type", NAME_CHARS_MAX)?.unwrap_or_else(|| "text".to_owned());
    let part = |name: &str| object(body, name);
    alone(body, &kind)?;
    match kind.as_str() {
        "text" => {
            let fields = part("text")?;
            // The preview of a link is shown whenever there is a link.
            only(fields, "text", &["body", "preview_url"])?;
            Ok(Content::Text { body: needed(fields, "text.body", "body", TEXT_CHARS_MAX)? })
        }
        "image" | "video" | "document" => {
            let fields = part(&kind)?;
            let media = media(fields, &kind, &["caption"])?;
            Ok(Content::Media { media, caption: text(fields, "caption", CAPTION_CHARS_MAX)? })
        }
        "audio" | "sticker" => {
            let fields = part(&kind)?;
            unsupported(fields, &["caption"], &kind)?;
            Ok(Content::Media { media: media(fields, &kind, &[])?, caption: None })
        }
        "location" => location(part("location")?),
        "reaction" => {
            let fields = part("reaction")?;
            only(fields, "reaction", &["message_id", "emoji"])?;
            let to = needed(fields, "reaction.message_id", "message_id", PROVIDER_ID_BYTES_MAX)?;
            Ok(Content::Reaction { to: to.as_str().into(), emoji: text(fields, "emoji", NAME_CHARS_MAX)? })
        }
        "contacts" => Ok(Content::ContactCards { cards: card::read(body.get("contacts"))? }),
        "interactive" => interactive(part("interactive")?),
        "template" => template::read(part("template")?, templates).map(Content::Template),
        other => {
            let known = KINDS.join(", ");
            Err(GraphError::parameter(format!("Messages of type `{other}` are not sent from here: {known} are")))
        }
    }
}

/// Refuses a body with content beside the part of its kind.
fn alone(body: &Fields, kind: &str) -> Result<(), GraphError> {
    let is_there = |name: &&&str| **name != kind && body.get(**name).is_some_and(|part| !part.is_null());
    if let Some(other) = KINDS.iter().find(is_there).filter(|_| KINDS.contains(&kind)) {
        let why = format!("A message of type {kind} has no {other}: send the {other} as a message of its own");
        return Err(GraphError::parameter(why));
    }
    only(body, "", &["messaging_product", "recipient_type", "to", "recipient", "type", "context", "status", kind])
}

/// A file by its `id` or its `link`. `more`: further fields that the caller reads.
pub fn media(fields: &Fields, kind: &str, more: &[&str]) -> Result<Media, GraphError> {
    let known = serde_json::from_value::<MediaKind>(Json::from(kind)).map_err(|error| GraphError::bug(&error))?;
    let own: &[&str] = if known == MediaKind::Document { &["id", "link", "filename"] } else { &["id", "link"] };
    only(fields, kind, &[own, more].concat())?;
    let filename = text(fields, "filename", NAME_CHARS_MAX)?;
    match (text(fields, "id", PROVIDER_ID_BYTES_MAX)?, text(fields, "link", URL_CHARS_MAX)?) {
        (Some(id), None) => Ok(Media::uploaded(known, &id, filename)),
        (None, Some(url)) if url.starts_with("https://") || url.starts_with("http://") => {
            Ok(Media { kind: known, url, filename })
        }
        (None, Some(_)) => Err(GraphError::parameter(format!("{kind}.link must begin with https://"))),
        (_, None) => Err(GraphError::parameter(format!("{kind}.id or {kind}.link is required"))),
        (Some(_), Some(_)) => Err(GraphError::parameter(format!("{kind} has an id or a link, not both"))),
    }
}

pub fn location(fields: &Fields) -> Result<Content, GraphError> {
    only(fields, "location", &["latitude", "longitude", "name", "address"])?;
    let degrees = |name: &str, max: f64| {
        let given = match fields.get(name) {
            Some(Json::Number(number)) => number.as_f64(),
            Some(Json::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        let why = || GraphError::parameter(format!("location.{name} must be a number of degrees"));
        given.filter(|degrees: &f64| degrees.is_finite() && degrees.abs() <= max).ok_or_else(why)
    };
    Ok(Content::Location(Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: text(fields, "name", NAME_CHARS_MAX)?,
        address: text(fields, "address", CAPTION_CHARS_MAX)?,
    }))
}

fn interactive(fields: &Fields) -> Result<Content, GraphError> {
    let kind = needed(fields, "interactive.type", "type", NAME_CHARS_MAX)?;
    only(fields, "interactive", &["type", "header", "body", "footer", "action"])?;
    let body = || {
        let body = object(fields, "body")?;
        only(body, "interactive.body", &["text"])?;
        needed(body, "interactive.body.text", "text", TEXT_CHARS_MAX)
    };
    let action = |known: &[&str]| {
        let action = object(fields, "action")?;
        only(action, "interactive.action", known)?;
        Ok::<&Fields, GraphError>(action)
    };
    match kind.as_str() {
        "button" => {
            let (media, edges) = around(fields)?;
            let buttons = list(action(&["buttons"])?, "buttons")?
                .iter()
                .map(button)
                .collect::<Result<Vec<Button>, GraphError>>()?;
            Ok(Content::Buttons { body: body()?, buttons, media, edges })
        }
        "list" => {
            let action = action(&["button", "sections"])?;
            let (media, edges) = around(fields)?;
            if media.is_some() {
                return Err(GraphError::parameter("The header of a list is a text"));
            }
            let button = needed(action, "interactive.action.button", "button", NAME_CHARS_MAX)?;
            Ok(Content::List { body: body()?, button, rows: rows(action)?, edges })
        }
        "cta_url" => {
            let (media, edges) = around(fields)?;
            let parameters = object(action(&["name", "parameters"])?, "parameters")?;
            only(parameters, "interactive.action.parameters", &["display_text", "url"])?;
            let title =
                needed(parameters, "interactive.action.parameters.display_text", "display_text", NAME_CHARS_MAX)?;
            let url = needed(parameters, "interactive.action.parameters.url", "url", URL_CHARS_MAX)?;
            Ok(Content::Link { body: body()?, title, url, media, edges })
        }
        "location_request_message" => {
            unsupported(fields, &["header", "footer"], &kind)?;
            action(&["name"])?;
            Ok(Content::PlaceRequest { body: body()? })
        }
        "flow" => {
            let (media, edges) = around(fields)?;
            form(body()?, object(action(&["name", "parameters"])?, "parameters")?, media, edges)
        }
        other => {
            let why = format!(
                "Interactive messages of type `{other}` are not sent from here: button, list, cta_url, location_request_message and flow are"
            );
            Err(GraphError::parameter(why))
        }
    }
}

/// A WhatsApp Flow by its id or name, with its first screen.
fn form(body: String, parameters: &Fields, media: Option<Media>, edges: Edges) -> Result<Content, GraphError> {
    const KNOWN: [&str; 8] = [
        "flow_message_version",
        "flow_id",
        "flow_name",
        "flow_token",
        "flow_cta",
        "flow_action",
        "flow_action_payload",
        "mode",
    ];
    only(parameters, "interactive.action.parameters", &KNOWN)?;
    let id = text(parameters, "flow_id", NAME_CHARS_MAX)?.or(text(parameters, "flow_name", NAME_CHARS_MAX)?);
    let opens = match text(parameters, "flow_action", NAME_CHARS_MAX)?.as_deref() {
        Some("data_exchange") => FormStart::Endpoint,
        None | Some("navigate") => match parameters.get("flow_action_payload") {
            None | Some(Json::Null) => FormStart::Screen { screen: None, data: Fields::new() },
            Some(_) => {
                let payload = object(parameters, "flow_action_payload")?;
                only(payload, "flow_action_payload", &["screen", "data"])?;
                let data = match payload.get("data") {
                    None | Some(Json::Null) => Fields::new(),
                    Some(_) => object(payload, "data")?.clone(),
                };
                FormStart::Screen { screen: text(payload, "screen", NAME_CHARS_MAX)?, data }
            }
        },
        Some(_) => return Err(GraphError::parameter("The parameter flow_action must be navigate or data_exchange")),
    };
    Ok(Content::Form(Box::new(FormMessage {
        body,
        button: needed(parameters, "interactive.action.parameters.flow_cta", "flow_cta", NAME_CHARS_MAX)?,
        form: id
            .ok_or_else(|| GraphError::parameter("The parameter interactive.action.parameters.flow_id is required"))?,
        token: needed(parameters, "interactive.action.parameters.flow_token", "flow_token", PROVIDER_ID_BYTES_MAX)?,
        opens,
        draft: text(parameters, "mode", NAME_CHARS_MAX)?.as_deref() == Some("draft"),
        media,
        edges,
    })))
}

fn button(written: &Json) -> Result<Button, GraphError> {
    let wrong = || GraphError::parameter("interactive.action.buttons are objects with `type: reply` and a `reply`");
    let button = written.as_object().ok_or_else(wrong)?;
    only(button, "interactive.action.buttons", &["type", "reply"])?;
    let reply = button.get("reply").and_then(Json::as_object).ok_or_else(wrong)?;
    only(reply, "reply", &["id", "title"])?;
    let id = needed(reply, "reply.id", "id", PROVIDER_ID_BYTES_MAX)?;
    Ok(Button { id, title: needed(reply, "reply.title", "title", NAME_CHARS_MAX)? })
}

/// The rows of all sections. WhatsApp shows section titles only if there are several sections; several sections are
/// refused.
fn rows(action: &Fields) -> Result<Vec<Row>, GraphError> {
    let sections = list(action, "sections")?;
    if sections.len() > 1 {
        return Err(GraphError::parameter("A list has one section here: give all rows in it"));
    }
    let mut rows = Vec::new();
    for section in sections {
        let wrong = || GraphError::parameter("interactive.action.sections are objects with `rows`");
        let section = section.as_object().ok_or_else(wrong)?;
        only(section, "interactive.action.sections", &["title", "rows"])?;
        for row in list(section, "rows")? {
            let row = row.as_object().ok_or_else(wrong)?;
            only(row, "rows", &["id", "title", "description"])?;
            rows.push(Row {
                id: needed(row, "rows.id", "id", PROVIDER_ID_BYTES_MAX)?,
                title: needed(row, "rows.title", "title", NAME_CHARS_MAX)?,
                description: text(row, "description", NAME_CHARS_MAX)?,
            });
        }
    }
    Ok(rows)
}

/// The header (a text or a file) and the footer.
fn around(fields: &Fields) -> Result<(Option<Media>, Edges), GraphError> {
    let footer = match fields.get("footer") {
        None | Some(Json::Null) => None,
        Some(_) => {
            let footer = object(fields, "footer")?;
            only(footer, "interactive.footer", &["text"])?;
            text(footer, "text", NAME_CHARS_MAX)?
        }
    };
    let (mut file, mut line) = (None, None);
    if fields.get("header").is_some_and(|header| !header.is_null()) {
        let header = object(fields, "header")?;
        let kind = needed(header, "interactive.header.type", "type", NAME_CHARS_MAX)?;
        only(header, "interactive.header", &["type", &kind])?;
        match kind.as_str() {
            "text" => line = Some(needed(header, "interactive.header.text", "text", NAME_CHARS_MAX)?),
            kind @ ("image" | "video" | "document") => file = Some(media(object(header, kind)?, kind, &[])?),
            other => return Err(GraphError::parameter(format!("interactive.header.type cannot be `{other}`"))),
        }
    }
    Ok((file, Edges { header: line, footer }))
}

/// The object under a name.
pub fn object<'a>(fields: &'a Fields, name: &str) -> Result<&'a Fields, GraphError> {
    match fields.get(name) {
        Some(Json::Object(inner)) => Ok(inner),
        None | Some(Json::Null) => Err(GraphError::parameter(format!("The parameter {name} is required"))),
        Some(_) => Err(GraphError::parameter(format!("The parameter {name} must be an object"))),
    }
}

pub fn list<'a>(fields: &'a Fields, name: &str) -> Result<&'a [Json], GraphError> {
    match fields.get(name) {
        Some(Json::Array(items)) if !items.is_empty() => Ok(items),
        _ => Err(GraphError::parameter(format!("The parameter {name} must be a list that is not empty"))),
    }
}

/// A text that is not empty; a blank text counts as missing.
pub fn text(fields: &Fields, name: &str, chars_max: usize) -> Result<Option<String>, GraphError> {
    match fields.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.chars().count() > chars_max => {
            Err(GraphError::parameter(format!("The parameter {name} has more than {chars_max} characters")))
        }
        Some(Json::String(text)) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(GraphError::parameter(format!("The parameter {name} must be a text"))),
    }
}

pub fn needed(fields: &Fields, path: &str, name: &str, chars_max: usize) -> Result<String, GraphError> {
    text(fields, name, chars_max)?.ok_or_else(|| GraphError::parameter(format!("The parameter {path} is required")))
}

/// Refuses fields that a message of this kind cannot have.
fn unsupported(fields: &Fields, names: &[&str], kind: &str) -> Result<(), GraphError> {
    match names.iter().find(|name| fields.get(**name).is_some_and(|value| !value.is_null())) {
        Some(name) => Err(GraphError::parameter(format!("A message of type {kind} has no {name}"))),
        None => Ok(()),
    }
}

/// Refuses a field that is not read here: what it says would be lost. `path`: the place of the object, empty for the
/// body.
pub fn only(fields: &Fields, path: &str, known: &[&str]) -> Result<(), GraphError> {
    let is_lost = |(name, value): &(&String, &Json)| !known.contains(&name.as_str()) && !value.is_null();
    match fields.iter().find(is_lost) {
        Some((name, _)) if path.is_empty() => {
            Err(GraphError::parameter(format!("The parameter {name} is not sent from here")))
        }
        Some((name, _)) => Err(GraphError::parameter(format!("The parameter {path}.{name} is not sent from here"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(body: &Json) -> String {
        let Json::Object(body) = body else { panic!("{body}") };
        match content(body, &[]) {
            Err(fault) => fault.body()["error"]["error_data"]["details"].as_str().unwrap_or_default().to_owned(),
            Ok(content) => panic!("{content:?}"),
        }
    }

    #[test]
    fn content_beside_the_part_of_the_kind_is_refused() {
        for kind in ["image", "audio", "video", "document", "sticker"] {
            let body = json!({"type": kind, kind: {"link": "https://a.example/x"}, "text": {"body": "Listen"}});
            let why = format!("A message of type {kind} has no text: send the text as a message of its own");
            assert!(refused(&body).contains(&why), "{}", refused(&body));
        }
        let body = json!({"type": "text", "text": {"body": "hi"}, "image": {"link": "https://a.example/x"}});
        assert!(refused(&body).contains("has no image"), "{}", refused(&body));
    }

    #[test]
    fn a_field_that_is_not_read_is_refused_wherever_it_stands() {
        let button = |more: Json| {
            let mut body = json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "A"}}]}}});
            for (pointer, value) in more.as_object().unwrap() {
                let (place, name) = pointer.rsplit_once('/').unwrap();
                body.pointer_mut(place).unwrap()[name] = value.clone();
            }
            body
        };
        for (body, name) in [
            (
                json!({"type": "text", "text": {"body": "hi"}, "biz_opaque_callback_data": "x"}),
                "biz_opaque_callback_data",
            ),
            (json!({"type": "text", "text": {"body": "hi", "title": "x"}}), "text.title"),
            (json!({"type": "audio", "audio": {"id": "1", "voice": true}}), "audio.voice"),
            (json!({"type": "image", "image": {"id": "1", "filename": "a"}}), "image.filename"),
            (json!({"type": "location", "location": {"latitude": 1, "longitude": 1, "url": "x"}}), "location.url"),
            (json!({"type": "reaction", "reaction": {"message_id": "1", "text": "x"}}), "reaction.text"),
            (button(json!({"/interactive/body/footer": "x"})), "interactive.body.footer"),
            (button(json!({"/interactive/action/sections": []})), "interactive.action.sections"),
            (
                button(json!({"/interactive/header": {"type": "text", "text": "a", "sub_text": "b"}})),
                "interactive.header.sub_text",
            ),
            (button(json!({"/interactive/action/buttons/0/reply/icon": "x"})), "reply.icon"),
            (
                json!({"type": "template", "template": {"name": "a", "language": {"code": "en"}, "namespace": "x"}}),
                "template.namespace",
            ),
        ] {
            let said = refused(&body);
            assert!(said.contains(&format!("The parameter {name} is not sent from here")), "{name}: {said}");
        }
    }

    #[test]
    fn what_is_empty_is_no_content() {
        let body =
            json!({"type": "text", "text": {"body": "hi", "preview_url": false}, "image": null, "context": null});
        let Json::Object(body) = body else { unreachable!() };
        assert!(content(&body, &[]).is_ok());
    }
}
