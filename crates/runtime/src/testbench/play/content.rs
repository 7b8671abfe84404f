//! Shows the content of a message as a phone draws it: the texts, buttons and files, with a template's text filled in.

use crate::{
    base::time::iso,
    flow::engine::question::button_token::option_in,
    model::{
        content::{Content, Edges, FormStart, Media},
        template::{
            ButtonValue, HeaderValue, Parameters, Template, TemplateButtonKind, TemplateHeader, TemplateMessage,
            filled, in_language,
        },
        template_parts::{CardShape, CardValues},
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
    let same: Vec<&Template> = known.iter().filter(|one| one.name == message.name && !one.body.is_empty()).collect();
    let approved = message.language.as_ref().and_then(|language| in_language(&same, language));
    let header = match (&message.header, approved.and_then(|one| Some((one, one.header.as_ref()?)))) {
        (Some(HeaderValue::Media(media)), _) => json!({"media": file(media)}),
        (Some(HeaderValue::Location(place)), _) => json!({"location": place}),
        (value, Some((_, TemplateHeader::Text(text)))) => {
            let value = match value {
                Some(HeaderValue::Text(value)) => Parameters::Positional(vec![value.clone()]),
                _ => Parameters::None,
            };
            json!({"text": filled(text, &value)})
        }
        (Some(HeaderValue::Text(text)), _) => json!({"text": text}),
        (None, _) => Json::Null,
    };
    let cards = message.parts.cards.iter().enumerate();
    let cards: Vec<Json> =
        cards.map(|(at, values)| card(values, approved.and_then(|approved| approved.parts.cards.get(at)))).collect();
    json!({
        "name": message.name, "language": message.language, "header": header,
        "buttons": template_buttons(&message.buttons, approved.map(|approved| approved.buttons.as_slice())),
        "body": approved.map(|approved| approved.filled(&message.body)), "values": message.body,
        "footer": approved.and_then(|approved| approved.parts.footer.as_deref()),
        "cards": cards, "offer_ends": message.parts.offer_ends.map(iso),
    })
}

/// A card of a carousel; `approved` is its shape if it is known.
fn card(values: &CardValues, approved: Option<&CardShape>) -> Json {
    let header = match &values.header {
        Some(HeaderValue::Media(media)) => json!({"media": file(media)}),
        Some(HeaderValue::Text(_) | HeaderValue::Location(_)) | None => Json::Null,
    };
    json!({
        "header": header,
        "body": approved.map(|shape| filled(&shape.body, &values.body)), "values": values.body,
        "buttons": template_buttons(&values.buttons, approved.map(|shape| shape.buttons.as_slice())),
    })
}

fn template_buttons(values: &[ButtonValue], approved: Option<&[TemplateButtonKind]>) -> Vec<Json> {
    match approved {
        Some(kinds) => kinds.iter().enumerate().map(|(at, kind)| template_button(kind, values.get(at))).collect(),
        None => values
            .iter()
            .filter_map(|value| match value {
                ButtonValue::Reply { payload, title } => Some(button(payload, title)),
                ButtonValue::PlainReply { title } => Some(button(title, title)),
                ButtonValue::UrlSuffix(_)
                | ButtonValue::CopyCode(_)
                | ButtonValue::Form { .. }
                | ButtonValue::AsApproved => None,
            })
            .collect(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        content::MediaKind,
        template::{Category, TemplateStatus},
        template_parts::{PartValues, Parts},
    };

    fn approved(language: &str) -> Template {
        let beach = CardShape {
            header: Some(TemplateHeader::Image),
            body: "Beach for {{1}}".to_owned(),
            buttons: vec![
                TemplateButtonKind::QuickReply { title: "To the beach".to_owned() },
                TemplateButtonKind::Url { title: "See it".to_owned(), url: "https://shop.example/{{1}}".to_owned() },
            ],
        };
        Template {
            id: 1,
            name: "summer".to_owned(),
            language: language.to_owned(),
            category: Category::Marketing,
            status: TemplateStatus::Approved,
            body: "Summer, {{1}}!".to_owned(),
            header: None,
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Parts { cards: vec![beach], footer: Some("Write stop".to_owned()), ..Parts::default() },
        }
    }

    fn sent() -> Content {
        let positional = |text: &str| Parameters::Positional(vec![text.to_owned()]);
        let card = CardValues {
            header: Some(HeaderValue::Media(Media {
                kind: MediaKind::Image,
                url: "https://shop.example/beach.jpg".to_owned(),
                filename: None,
            })),
            body: positional("two"),
            buttons: vec![
                ButtonValue::Reply { payload: "beach".to_owned(), title: "Beach".to_owned() },
                ButtonValue::UrlSuffix("7".to_owned()),
            ],
        };
        Content::Template(TemplateMessage {
            name: "summer".to_owned(),
            language: Some("en".to_owned()),
            header: None,
            body: positional("Ana"),
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Box::new(PartValues { cards: vec![card], ..PartValues::default() }),
        })
    }

    #[test]
    fn a_carousel_is_drawn_with_the_texts_of_its_cards() {
        // A platform may list `en_US` where the flow says `en`.
        let shown = drawn(&sent(), &[approved("en_US")])["template"].clone();
        assert_eq!((&shown["body"], &shown["footer"]), (&json!("Summer, Ana!"), &json!("Write stop")));
        let card = &shown["cards"][0];
        assert_eq!(card["body"], "Beach for two");
        assert_eq!(card["header"]["media"]["url"], "https://shop.example/beach.jpg");
        let buttons = json!([
            {"id": "beach", "title": "To the beach"},
            {"title": "See it", "url": "https://shop.example/7"},
        ]);
        assert_eq!(card["buttons"], buttons);
    }

    #[test]
    fn cards_whose_texts_are_with_the_platform_have_their_values() {
        let shown = drawn(&sent(), &[])["template"].clone();
        let card = &shown["cards"][0];
        assert_eq!((&shown["body"], &card["body"]), (&Json::Null, &Json::Null));
        assert_eq!(card["values"], json!({"positional": ["two"]}));
        assert_eq!(card["buttons"], json!([{"id": "beach", "title": "Beach"}]));
    }
}
