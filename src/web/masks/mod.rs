//! Masks the personal data of customers in answers to people whose role does not see it.
//!
//! One place does it for all routes: it walks each answer along its documented types. Every text is masked unless its
//! type says that it holds nothing of a customer, and so is everything that no type describes: whoever adds a route or
//! a field cannot forget it.

mod words;

use super::{
    auth::Caller,
    problem::Problem,
    routes::{
        AnswerBody, Route,
        shape::{Shape, Type},
    },
    state::Web,
};
use crate::base::ids::VersionId;
use axum::{
    body::{Body, to_bytes},
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json};
use std::sync::{Arc, Mutex, PoisonError};
use words::{KnownWords, NUMBER, name, phone};

/// The words of the live flows, collected once a version.
#[derive(Default)]
pub struct Masks(Mutex<Option<(VersionId, Arc<KnownWords>)>>);

/// True if this caller gets the answers of the route masked.
pub fn hide(route: &Route, caller: &Caller) -> bool {
    route.personal && !caller.sees_people()
}

/// True if the answers of the route have types along which they can be masked. Files and other texts have none.
pub fn can_hide(route: &Route) -> bool {
    route.answers.iter().all(|answer| match answer.body {
        AnswerBody::Nothing | AnswerBody::Json(_) | AnswerBody::Events(_) => true,
        AnswerBody::Text(_) | AnswerBody::File => false,
    })
}

/// The answer of a route without personal data. Events are masked one by one, where they are written.
pub async fn masked(web: &Web, route: &Route, response: Response) -> Response {
    // An error says only what the request itself said.
    if !response.status().is_success() {
        return response;
    }
    let status = response.status().as_u16();
    let documented = route.answers.iter().find(|answer| answer.status == status).map(|answer| answer.body);
    let kind = match documented {
        Some(AnswerBody::Events(_)) => return response,
        Some(AnswerBody::Json(kind)) => kind,
        Some(AnswerBody::Nothing) => return response.map(|_| Body::empty()),
        Some(AnswerBody::Text(_) | AnswerBody::File) | None => {
            return Problem::bug(&"this answer cannot be masked").into_response();
        }
    };
    let (mut parts, body) = response.into_parts();
    // Our own answer is in memory as a whole already.
    let read = to_bytes(body, usize::MAX).await.map_err(|error| error.to_string());
    let body: Result<Json, String> =
        read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
    match body {
        Ok(body) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            // It is made of what was masked.
            parts.headers.remove(header::ETAG);
            Response::from_parts(parts, Body::from(value(&web.masks.words(web), &kind, body).to_string()))
        }
        Err(error) => Problem::bug(&error).into_response(),
    }
}

impl Masks {
    fn words(&self, web: &Web) -> Arc<KnownWords> {
        let live = web.app.live.get();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((version, words)) if *version == live.version => Arc::clone(words),
            _ => {
                let words = Arc::new(KnownWords::of(&live.set));
                *kept = Some((live.version, Arc::clone(&words)));
                words
            }
        }
    }

    /// A value of this type, masked.
    pub fn value(&self, web: &Web, kind: &Type, told: Json) -> Json {
        value(&self.words(web), kind, told)
    }
}

fn value(words: &KnownWords, kind: &Type, told: Json) -> Json {
    match (kind, told) {
        (_, Json::Null) | (Type::Maybe(Type::Traceable), _) => Json::Null,
        (Type::Maybe(of), told) => value(words, of, told),
        (Type::Whole | Type::Between(..) | Type::Number, told @ Json::Number(_)) => told,
        (Type::Flag, told @ Json::Bool(_)) | (Type::Id, told @ Json::String(_)) => told,
        (Type::Time, Json::String(at)) if at.parse::<jiff::Timestamp>().is_ok() => Json::String(at),
        (Type::Word(known), Json::String(word)) if known.contains(&word.as_str()) => Json::String(word),
        (Type::Phone, Json::String(text)) => Json::String(phone(&text)),
        (Type::PersonName, Json::String(text)) => Json::String(name(&text)),
        (Type::Traceable, _) => Json::String(String::new()),
        (Type::List(of), Json::Array(items)) => items.into_iter().map(|item| value(words, of, item)).collect(),
        (Type::Map(of), Json::Object(map)) => each(map, |_, told| value(words, of, told)),
        (Type::Of(shape), Json::Object(map)) => object(words, shape, map),
        (Type::Page(of), Json::Object(map)) => each(map, |name, told| match (name, told) {
            ("data", Json::Array(items)) => items.into_iter().map(|item| value(words, of, item)).collect(),
            // The place of a row, for the next page.
            ("next_cursor", told @ Json::String(_)) => told,
            (_, told) => anything(words, told),
        }),
        (Type::Either(kinds), told) => match kinds.iter().find(|kind| fits(kind, &told)) {
            Some(kind) => value(words, kind, told),
            None => anything(words, told),
        },
        (_, told) => anything(words, told),
    }
}

fn object(words: &KnownWords, shape: &Shape, map: Map<String, Json>) -> Json {
    each(map, |name, told| match shape.fields.iter().find(|field| field.name == name) {
        Some(field) => value(words, &field.kind, told),
        None => anything(words, told),
    })
}

/// A value without a type: its texts and numbers are masked, the names of its fields stay.
fn anything(words: &KnownWords, told: Json) -> Json {
    match told {
        Json::String(text) => Json::String(words.masked(&text)),
        Json::Number(_) => NUMBER.into(),
        Json::Array(items) => items.into_iter().map(|item| anything(words, item)).collect(),
        Json::Object(map) => each(map, |_, told| anything(words, told)),
        told @ (Json::Null | Json::Bool(_)) => told,
    }
}

fn each(map: Map<String, Json>, mut mask: impl FnMut(&str, Json) -> Json) -> Json {
    let masked = |(name, told): (String, Json)| {
        let told = mask(&name, told);
        (name, told)
    };
    map.into_iter().map(masked).collect()
}

/// True for an object with all needed fields of the shape, and its fixed words.
fn fits(kind: &Type, told: &Json) -> bool {
    let Type::Of(shape) = kind else { return false };
    shape.fields.iter().all(|field| match (told.get(field.name), field.kind) {
        (Some(Json::String(word)), Type::Word(known)) => known.contains(&word.as_str()),
        (Some(_), _) => true,
        (None, _) => !field.needed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::routes::shape::{may, need, shape};
    use serde_json::json;

    static OUT: Shape = shape("Out", "", &[need("way", Type::Word(&["out"]), ""), need("step", Type::Id, "")]);
    static IN: Shape = shape("In", "", &[need("way", Type::Word(&["in"]), ""), need("text", Type::Text, "")]);
    static ONE: Shape = shape(
        "One",
        "",
        &[
            need("id", Type::Whole, ""),
            need("at", Type::Time, ""),
            need("phone", Type::Maybe(&Type::Phone), ""),
            need("name", Type::PersonName, ""),
            need("mail", Type::Maybe(&Type::Traceable), ""),
            need("etag", Type::Traceable, ""),
            may("said", Type::List(&Type::Either(&[Type::Of(&OUT), Type::Of(&IN)])), ""),
            may("fields", Type::Map(&Type::Any), ""),
        ],
    );

    fn words() -> KnownWords {
        KnownWords::in_texts(["say: Hello, your parcel is here"])
    }

    #[test]
    fn each_type_has_its_mask() {
        let told = json!({
            "id": 7, "at": "2026-03-27T09:00:00Z", "phone": "+34600111001", "name": "Zoe", "mail": "zoe@x.example",
            "etag": "abc", "said": [{"way": "out", "step": "zoe"}, {"way": "in", "text": "hello zoe"}],
            "fields": {"age": 33, "city": "Zarautz", "vip": true, "list": ["zoe", null]},
        });
        assert_eq!(
            value(&words(), &Type::Of(&ONE), told),
            json!({
                "id": 7, "at": "2026-03-27T09:00:00Z", "phone": "+34 6•• ••• 001", "name": "Z••", "mail": null,
                "etag": "", "said": [{"way": "out", "step": "zoe"}, {"way": "in", "text": "hello •••"}],
                "fields": {"age": "••", "city": "•••••••", "vip": true, "list": ["•••", null]},
            })
        );
    }

    #[test]
    fn a_value_that_is_not_of_its_type_is_masked() {
        let told = json!({"id": "zoe", "at": "zoe", "way": "zoe", "new": {"zoe": ["zoe", 600111001]}});
        let masked = json!({"id": "•••", "at": "•••", "way": "•••", "new": {"zoe": ["•••", "••"]}});
        assert_eq!(value(&words(), &Type::Of(&ONE), told), masked);
        static EITHER: Type = Type::Either(&[Type::Of(&OUT), Type::Of(&IN)]);
        assert_eq!(value(&words(), &EITHER, json!({"step": "zoe"})), json!({"step": "•••"}));
        assert_eq!(
            value(&words(), &EITHER, json!({"way": "zoe", "step": "zoe"})),
            json!({"way": "•••", "step": "•••"})
        );
        assert_eq!(value(&words(), &Type::List(&Type::Whole), json!("zoe")), json!("•••"));
        static PAGE: Type = Type::Page(&Type::Whole);
        let page = json!({"data": [1, "zoe"], "next_cursor": "17", "zoe": "zoe"});
        assert_eq!(value(&words(), &PAGE, page), json!({"data": [1, "•••"], "next_cursor": "17", "zoe": "•••"}));
    }
}
