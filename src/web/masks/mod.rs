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
    schema,
    state::Web,
};
use crate::base::{
    body_fields::{KIND, Kind},
    ids::VersionId,
};
use axum::{
    body::{Body, to_bytes},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
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
        (Type::Rust(of), told) => along(words, of.marked(), told),
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

/// A value of this derived schema, masked.
fn along(words: &KnownWords, schema: &'static Json, told: Json) -> Json {
    let schema = schema::resolved(schema);
    if let Some(kinds) = schema["anyOf"].as_array() {
        return match kinds.iter().find(|kind| is_of(kind, &told)) {
            Some(kind) => along(words, kind, told),
            None => anything(words, told),
        };
    }
    let kind = Kind::deserialize(&schema[KIND]).ok();
    match told {
        Json::Null => Json::Null,
        _ if kind == Some(Kind::Traceable) && is_type(schema, "null") => Json::Null,
        _ if kind == Some(Kind::Traceable) => Json::String(String::new()),
        Json::String(text) if is_type(schema, "string") => match kind {
            Some(Kind::Phone) => Json::String(phone(&text)),
            Some(Kind::PersonName) => Json::String(name(&text)),
            _ if schema["enum"].as_array().is_some_and(|known| known.iter().any(|word| *word == text)) => text.into(),
            _ if schema["enum"].is_array() => anything(words, Json::String(text)),
            _ if schema["format"] == "date-time" && text.parse::<jiff::Timestamp>().is_ok() => text.into(),
            Some(Kind::Id) => text.into(),
            Some(Kind::Traceable) | None => anything(words, Json::String(text)),
        },
        Json::Number(_) if is_type(schema, "integer") || is_type(schema, "number") => told,
        Json::Array(items) if schema["items"].is_object() => {
            items.into_iter().map(|item| along(words, &schema["items"], item)).collect()
        }
        Json::Object(map) => {
            each(map, |name, told| match (&schema["properties"][name], &schema["additionalProperties"]) {
                (field @ Json::Object(_), _) | (_, field @ Json::Object(_)) => along(words, field, told),
                _ => anything(words, told),
            })
        }
        told @ (Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => anything(words, told),
    }
}

fn is_type(schema: &Json, wanted: &str) -> bool {
    match &schema["type"] {
        Json::String(one) => one == wanted,
        Json::Array(several) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// True for an object with all required fields of the schema and its fixed words, and for another value of its type.
fn is_of(schema: &'static Json, told: &Json) -> bool {
    let schema = schema::resolved(schema);
    let Some(map) = told.as_object() else { return told.is_null() == is_type(schema, "null") };
    let required = schema["required"].as_array();
    let is_whole = required.into_iter().flatten().filter_map(Json::as_str).all(|name| map.contains_key(name));
    is_type(schema, "object")
        && is_whole
        && map.iter().all(|(name, value)| match &schema["properties"][name]["enum"] {
            Json::Array(known) => known.contains(value),
            _ => true,
        })
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
    if let Type::Rust(derived) = kind {
        return is_of(derived.marked(), told);
    }
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
    use crate::{
        base::{
            body_fields::{At, Id, PersonName, Phone, Traceable},
            time::Time,
        },
        web::routes::shape::{may, need, shape},
    };
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;
    use std::collections::BTreeMap;

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

    #[derive(Serialize, JsonSchema)]
    struct Two<'a> {
        id: i64,
        at: At,
        phone: Option<Phone<&'a str>>,
        name: PersonName<&'a str>,
        mail: Option<Traceable<&'a str>>,
        etag: Traceable<&'a str>,
        #[schemars(extend("enum" = ["in", "out"]))]
        way: &'a str,
        flow: Id<&'a str>,
        said: Vec<&'a str>,
        inner: Option<Inner<'a>>,
        fields: BTreeMap<&'a str, Json>,
    }

    #[derive(Serialize, JsonSchema)]
    struct Inner<'a> {
        step: Id<&'a str>,
        why: &'a str,
    }

    #[test]
    fn each_field_of_a_rust_type_has_its_mask() {
        let told = json!(Two {
            id: 7,
            at: At(Time(0)),
            phone: Some(Phone("+34600111001")),
            name: PersonName("Zoe"),
            mail: Some(Traceable("zoe@x.example")),
            etag: Traceable("abc"),
            way: "out",
            flow: Id("zoe"),
            said: vec!["hello zoe"],
            inner: Some(Inner { step: Id("zoe"), why: "zoe" }),
            fields: [("age", json!(33)), ("vip", json!(true))].into(),
        });
        let masked = json!({
            "id": 7, "at": "1970-01-01T00:00:00+00:00", "phone": "+34 6•• ••• 001", "name": "Z••", "mail": null,
            "etag": "", "way": "out", "flow": "zoe", "said": ["hello •••"], "inner": {"step": "zoe", "why": "•••"},
            "fields": {"age": "••", "vip": true},
        });
        let two = schema::of::<Two<'_>>();
        assert_eq!(along(&words(), two, told), masked);
        let wrong = json!({"id": "zoe", "at": "zoe", "way": "zoe", "said": "zoe", "inner": "zoe", "new": [1, "zoe"]});
        let masked =
            json!({"id": "•••", "at": "•••", "way": "•••", "said": "•••", "inner": "•••", "new": ["••", "•••"]});
        assert_eq!(along(&words(), two, wrong), masked);
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
