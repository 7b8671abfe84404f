//! Shows the content of a message as a phone draws it: the texts, buttons and files, with a template's text filled in.

use crate::{
    flow::engine::question::button_token::option_in,
    model::{
        content::{Content, Edges, FormStart, Media},
        template::{
            ButtonValue, HeaderValue, Parameters, Template, TemplateButtonKind, TemplateHeader, TemplateMessage,
        },
    },
};
use serde_json::{Value as Json, json};

/// `known`: the templates with known texts.
pub(super) fn drawn(content: &Content, known: &[Template]) -> Json {
    let mut json = json!({"kind": "text", "text": content.text()});
    match content {
        Content::Text { .. } => {}
        Content::Buttons { media, edges, .. } => {
            json["kind"] = "buttons".into();
            json["buttons"] = content.tappables().into_iter().map(|(id, title)| button(id, title)).collect();
            add(&mut json, media.as_ref(), edges);
        }
        Content::List { button, rows, edges, .. } => {
            json["kind"] = "list".into();
            let rows: Vec<Json> = rows
                .iter()
                .map(|row| json!({"id": option_id(&row.id), "title": row.title, "description": row.description}))
                .collect();
            json["list"] = json!({"button": button, "sections": [{"rows": rows}]});
            add(&mut json, None, edges);
        }
        Content::Link { title, url, media, edges, .. } => {
            json["kind"] = "link".into();
            json["link"] = json!({"title": title, "url": url});
            add(&mut json, media.as_ref(), edges);
        }
        Content::Media { media, caption } => {
            json["kind"] = "media".into();
            json["media"] = file(media);
            json["media"]["caption"] = caption.clone().into();
        }
        Content::Template(message) => {
            json["kind"] = "template".into();
            json["template"] = template(message, known);
        }
        Content::Location(place) => {
            json["kind"] = "location".into();
            json["location"] = json!(place);
        }
        Content::ContactCards { cards } => {
            json["kind"] = "contacts".into();
            json["contacts"] = json!(cards);
        }
        Content::PlaceRequest { .. } => json["kind"] = "place_request".into(),
        Content::Form(form) => {
            let screen = match &form.opens {
                FormStart::Screen { screen, .. } => screen.clone(),
                FormStart::Endpoint => None,
            };
            json["kind"] = "form".into();
            json["form"] = json!({"button": form.button, "form": form.form, "screen": screen});
            add(&mut json, form.media.as_ref(), &form.edges);
        }
        Content::Reaction { to, emoji } => {
            json["kind"] = "reaction".into();
            json["reaction"] = json!({"to": to, "emoji": emoji});
        }
    }
    json
}

fn add(json: &mut Json, media: Option<&Media>, edges: &Edges) {
    if let Some(media) = media {
        json["media"] = file(media);
    }
    for (key, text) in [("header", &edges.header), ("footer", &edges.footer)] {
        if let Some(text) = text {
            json[key] = text.as_str().into();
        }
    }
}

fn file(media: &Media) -> Json {
    json!({"kind": media.kind, "url": media.url, "filename": media.filename})
}

fn button(id: &str, title: &str) -> Json {
    json!({"id": option_id(id), "title": title})
}

/// The author's id of an option, which a step `tap` takes.
fn option_id(id: &str) -> &str {
    option_in(id).unwrap_or(id)
}

/// A template as the contact reads it; `body` is null if its text is only with the platform.
fn template(message: &TemplateMessage, known: &[Template]) -> Json {
    let same = |one: &&Template| one.name == message.name && Some(&one.language) == message.language.as_ref();
    let approved = known.iter().find(same).filter(|one| !one.body.is_empty());
    let header = match (&message.header, approved.and_then(|one| Some((one, one.header.as_ref()?)))) {
        (Some(HeaderValue::Media(media)), _) => json!({"media": file(media)}),
        (Some(HeaderValue::Location(place)), _) => json!({"location": place}),
        (value, Some((one, TemplateHeader::Text(text)))) => {
            let value = match value {
                Some(HeaderValue::Text(value)) => Parameters::Positional(vec![value.clone()]),
                _ => Parameters::None,
            };
            json!({"text": Template { body: text.clone(), ..one.clone() }.filled(&value)})
        }
        (Some(HeaderValue::Text(text)), _) => json!({"text": text}),
        (None, _) => Json::Null,
    };
    let buttons: Vec<Json> = match approved {
        Some(approved) => {
            let all = approved.buttons.iter().enumerate();
            all.map(|(at, kind)| template_button(kind, message.buttons.get(at))).collect()
        }
        None => message.replies().into_iter().map(|(id, title)| button(id, title)).collect(),
    };
    json!({
        "name": message.name, "language": message.language, "header": header, "buttons": buttons,
        "body": approved.map(|approved| approved.filled(&message.body)), "values": message.body,
    })
}

fn template_button(kind: &TemplateButtonKind, value: Option<&ButtonValue>) -> Json {
    let payload = match value {
        Some(ButtonValue::Reply { payload, .. }) => Some(option_id(payload)),
        _ => None,
    };
    match kind {
        TemplateButtonKind::QuickReply { title } => json!({"id": payload, "title": title}),
        TemplateButtonKind::Url { title, url } => {
            let end = match value {
                Some(ButtonValue::UrlSuffix(end)) => end.as_str(),
                _ => "",
            };
            json!({"title": title, "url": url.replace("{{1}}", end)})
        }
        TemplateButtonKind::Phone { title }
        | TemplateButtonKind::CopyCode { title }
        | TemplateButtonKind::Form { title }
        | TemplateButtonKind::Password { title }
        | TemplateButtonKind::Products { title }
        | TemplateButtonKind::Other { title } => json!({"title": title}),
    }
}
