//! Reads the `template` of a native request: its name, and the values of its parts.

use super::body::{self, MediaToSend, PlaceToSend, plain};
use crate::{
    base::{
        body_fields::{At, Text},
        limits::{NAME_CHARS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_CARDS_MAX, TEMPLATE_VALUE_CHARS_MAX, URL_CHARS_MAX},
    },
    model::{
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
        template_parts::{CardValues, PartValues, Slots},
    },
    web::request::FieldErrors,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct TemplateToSend {
    /// As the provider knows it.
    name: Text<NAME_CHARS_MAX>,
    /// Else the contact's, or the bot's.
    language: Option<Text<NAME_CHARS_MAX>>,
    #[serde(flatten)]
    values: TemplateCardToSend,
    /// Of a carousel, from the left.
    #[schemars(length(max = TEMPLATE_CARDS_MAX))]
    cards: Option<Vec<TemplateCardToSend>>,
    /// When the offer ends to which it counts down.
    offer_ends: Option<At>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct TemplateCardToSend {
    /// The value that its header takes.
    header: Option<TemplateHeader>,
    /// For `{{1}}`, `{{2}}` a list in their order, or `{"1": …}`; for named placeholders an object.
    #[schemars(extend("x-misfit" = "`variables` is a list, or an object of names."))]
    variables: Option<Variables>,
    /// For those of its buttons that take something, in their order.
    #[schemars(length(max = TEMPLATE_BUTTONS_MAX))]
    buttons: Option<Vec<TemplateButton>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum Variables {
    List(Vec<Json>),
    Named(Map<String, Json>),
}

/// One of these.
#[derive(Debug, Deserialize, JsonSchema)]
struct TemplateHeader {
    /// The value of a text's placeholder.
    text: Option<Text<TEMPLATE_VALUE_CHARS_MAX>>,
    media: Option<MediaToSend>,
    location: Option<PlaceToSend>,
}

/// One of these.
#[derive(Debug, Deserialize, JsonSchema)]
struct TemplateButton {
    /// The end of a link's address.
    url: Option<Text<URL_CHARS_MAX>>,
    /// The payload that a quick reply brings back.
    payload: Option<Text<NAME_CHARS_MAX>>,
    /// The code to copy.
    code: Option<Text<NAME_CHARS_MAX>>,
    /// The beginning of the WhatsApp Flow behind it.
    form: Option<FormToOpen>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct FormToOpen {
    /// Comes back with the answer; `unused` without one.
    token: Option<Text<NAME_CHARS_MAX>>,
    data: Option<Map<String, Json>>,
}

pub fn template(errors: &mut FieldErrors, asked: TemplateToSend) -> TemplateMessage {
    let cards = asked.cards.into_iter().flatten().enumerate();
    let cards = cards.map(|(n, card)| values(errors, &format!("template/cards/{n}"), card)).collect();
    let offer_ends = asked.offer_ends.map(|At(at)| at);
    let CardValues { header, body, buttons } = values(errors, "template", asked.values);
    TemplateMessage {
        name: asked.name.0,
        language: plain(asked.language),
        header,
        body,
        buttons,
        ttl: None,
        reference: None,
        parts: Box::new(PartValues { slots: Slots::default(), cards, offer_ends }),
    }
}

/// The values of a template or of one of its cards.
fn values(errors: &mut FieldErrors, place: &str, asked: TemplateCardToSend) -> CardValues {
    let body = match asked.variables {
        None => Parameters::None,
        Some(Variables::List(values)) => Parameters::Positional(values.iter().map(printed).collect()),
        Some(Variables::Named(values)) => named(&values),
    };
    let header = asked.header.and_then(|asked| header(errors, &format!("{place}/header"), asked));
    let buttons = asked.buttons.into_iter().flatten().enumerate();
    let buttons = buttons.filter_map(|(n, asked)| button(errors, &format!("{place}/buttons/{n}"), asked)).collect();
    CardValues { header, body, buttons }
}

fn header(errors: &mut FieldErrors, place: &str, asked: TemplateHeader) -> Option<HeaderValue> {
    let text = plain(asked.text);
    let media = asked.media.map(|asked| body::media(errors, &format!("{place}/media/"), asked));
    let location = asked.location.map(|asked| body::location(errors, &format!("{place}/location/"), asked));
    match (text, media, location) {
        (Some(text), None, None) => Some(HeaderValue::Text(text)),
        (None, Some(media), None) => Some(HeaderValue::Media(media)),
        (None, None, Some(location)) => Some(HeaderValue::Location(location)),
        _ => {
            if errors.is_clean_at(place) {
                errors.wrong(&format!("{place}/text"), "A `header` has one of `text`, `media` and `location`.");
            }
            None
        }
    }
}

fn button(errors: &mut FieldErrors, place: &str, asked: TemplateButton) -> Option<ButtonValue> {
    let url = plain(asked.url).map(ButtonValue::UrlSuffix);
    let payload = plain(asked.payload).map(|payload| ButtonValue::Reply { title: payload.clone(), payload });
    let code = plain(asked.code).map(ButtonValue::CopyCode);
    let form = asked.form;
    let form = form.map(|form| ButtonValue::Form { token: plain(form.token), data: form.data.map(Json::Object) });
    let mut given = [url, payload, code, form].into_iter().flatten();
    let first = given.next();
    if (first.is_none() || given.next().is_some()) && errors.is_clean_at(place) {
        errors.wrong(&format!("{place}/url"), "A button has one of `url`, `payload`, `code` and `form`.");
    }
    first
}

/// `{"1": …, "2": …}` fills positional parameters, as in the dialects.
fn named(values: &Map<String, Json>) -> Parameters {
    let mut numbered: Vec<(usize, String)> =
        values.iter().filter_map(|(name, value)| Some((name.parse().ok()?, printed(value)))).collect();
    if numbered.len() == values.len() && !values.is_empty() {
        numbered.sort_by_key(|(place, _)| *place);
        return Parameters::Positional(numbered.into_iter().map(|(_, value)| value).collect());
    }
    Parameters::Named(values.iter().map(|(name, value)| (name.clone(), printed(value))).collect())
}

fn printed(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
