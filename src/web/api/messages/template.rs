//! Reads the `template` of a native request: its name, and the values of its parts.

use super::body;
use crate::{
    base::{
        limits::{NAME_CHARS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_CARDS_MAX, TEMPLATE_VALUE_CHARS_MAX, URL_CHARS_MAX},
        time::Time,
    },
    model::{
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
        template_parts::{CardValues, PartValues, Slots},
    },
    web::input::Input,
};
use serde_json::{Map, Value as Json};

pub fn template(input: &mut Input) -> TemplateMessage {
    TemplateMessage {
        name: input.text("name", NAME_CHARS_MAX),
        language: input.opt_text("language", NAME_CHARS_MAX),
        header: header(input),
        body: variables(input),
        buttons: buttons(input),
        ttl: None,
        reference: None,
        parts: Box::new(PartValues { slots: Slots::default(), cards: cards(input), offer_ends: offer_ends(input) }),
    }
}

/// `{"text": …}`, `{"media": …}` or `{"location": …}`.
fn header(input: &mut Input) -> Option<HeaderValue> {
    input.inside("header", |header| {
        let text = header.opt_text("text", TEMPLATE_VALUE_CHARS_MAX);
        let media = header.inside("media", body::media);
        let place = header.inside("location", body::location);
        match (text, media, place) {
            (Some(text), None, None) => Some(HeaderValue::Text(text)),
            (None, Some(media), None) => media.map(HeaderValue::Media),
            (None, None, Some(place)) => place.map(HeaderValue::Location),
            _ => {
                if header.is_clean() {
                    header.wrong("text", "A `header` has one of `text`, `media` and `location`.");
                }
                None
            }
        }
    })?
}

/// A list, or an object; `{"1": …, "2": …}` fills positional parameters, as in the dialects.
fn variables(input: &mut Input) -> Parameters {
    match input.opt_json("variables") {
        None => Parameters::None,
        Some(Json::Array(values)) => Parameters::Positional(values.iter().map(printed).collect()),
        Some(Json::Object(values)) => named(&values),
        Some(_) => {
            input.wrong("variables", "`variables` is a list, or an object of names.");
            Parameters::None
        }
    }
}

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

/// The cards of a carousel, from the left.
fn cards(input: &mut Input) -> Vec<CardValues> {
    input.each("cards", TEMPLATE_CARDS_MAX, |card| CardValues {
        header: header(card),
        body: variables(card),
        buttons: buttons(card),
    })
}

fn offer_ends(input: &mut Input) -> Option<Time> {
    let text = input.opt_text("offer_ends", NAME_CHARS_MAX)?;
    let at = text.parse::<jiff::Timestamp>().ok();
    if at.is_none() {
        input.wrong("offer_ends", "`offer_ends` is a moment with its zone, like `2026-12-01T09:00:00+01:00`.");
    }
    at.map(|at| Time(at.as_millisecond()))
}

/// The values for the template's buttons that take one, in order: `{"url": …}` is a link's suffix, `{"payload": …}` a
/// quick reply's payload, `{"code": …}` the code to copy, `{"form": …}` the initial data of a WhatsApp Flow.
fn buttons(input: &mut Input) -> Vec<ButtonValue> {
    let read = input.each("buttons", TEMPLATE_BUTTONS_MAX, |one| {
        let url = one.opt_text("url", URL_CHARS_MAX).map(ButtonValue::UrlSuffix);
        let payload = one.opt_text("payload", NAME_CHARS_MAX);
        let payload = payload.map(|payload| ButtonValue::Reply { title: payload.clone(), payload });
        let code = one.opt_text("code", NAME_CHARS_MAX).map(ButtonValue::CopyCode);
        let form = one.inside("form", |form| ButtonValue::Form {
            token: form.opt_text("token", NAME_CHARS_MAX),
            data: form.opt_map("data").map(Json::Object),
        });
        let mut given = [url, payload, code, form].into_iter().flatten();
        let first = given.next();
        if (first.is_none() || given.next().is_some()) && one.is_clean() {
            one.wrong("url", "A button has one of `url`, `payload`, `code` and `form`.");
        }
        first
    });
    read.into_iter().flatten().collect()
}
