//! Reads the JSON body of a native request as its Rust type, along the schema of the type: reports every wrong field at
//! once, and suggests a name for unknown ones.
//!
//! The limits of a field stand at the type alone; the document shows them, and this refuses what is beyond. A handler
//! adds what no schema can say: that there is no such account.

use super::{
    problem::Problem,
    schema::{self, CLEARED, Derived, Direction},
    server::body,
};
use crate::base::{diagnostic::did_you_mean, limits::API_BODY_BYTES_MAX, private_use};
use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// A sentence about a missing field, where "`x` is missing." is not enough.
pub const MISSING: &str = "x-missing";
/// A sentence about a value of another type, or beyond the limits of a number.
pub const MISFIT: &str = "x-misfit";

/// The wrong fields of a request: a JSON pointer and a sentence each.
#[derive(Debug, Default)]
pub struct FieldErrors {
    errors: Vec<(String, String)>,
    /// Told last.
    unknown: Vec<(String, String)>,
}

/// Reads the body of an API request.
pub async fn bytes(body: Body) -> Result<Bytes, Problem> {
    body::read(body, API_BODY_BYTES_MAX).await.map_err(|bad| bad.problem(API_BODY_BYTES_MAX))
}

/// Reads a JSON object. A wrong field has a neutral value in it, and stands in the errors. Characters of private use are
/// removed from its texts, because our own texts use some as markers.
pub fn parse<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<(T, FieldErrors), Problem> {
    verbatim(private_use::plain_json(utf8(body)?).as_bytes())
}

/// As `parse`, for a body that may be left out.
pub fn parse_any<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<(T, FieldErrors), Problem> {
    parse(if body.is_empty() { b"{}" } else { body })
}

/// As `parse`, with every character of its texts: for a body with files of the bot.
pub fn verbatim<T: DeserializeOwned + JsonSchema>(body: &[u8]) -> Result<(T, FieldErrors), Problem> {
    along(Derived::of::<T>(Direction::Request).marked(), body)
}

fn along<T: DeserializeOwned>(schema: &'static Json, body: &[u8]) -> Result<(T, FieldErrors), Problem> {
    let mut fields = match serde_json::from_str(utf8(body)?) {
        Ok(Json::Object(fields)) => fields,
        Ok(_) => return Err(bad("The body must be a JSON object.".to_owned())),
        Err(error) => return Err(bad(format!("The body is not JSON: {error}."))),
    };
    let (mut errors, mut unknown) = (FieldErrors::default(), FieldErrors::default());
    read_fields(schema::resolved(schema), &mut fields, "", &mut errors, &mut unknown);
    errors.unknown = unknown.errors;
    let value = serde_json::from_value(Json::Object(fields));
    value.map(|value| (value, errors)).map_err(|error| Problem::bug(&error))
}

/// The body may be left out.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NoBody {}

/// Reads the body of a request that needs none.
pub fn no_body(body: &[u8]) -> Result<(), Problem> {
    let (NoBody {}, errors) = parse_any(body)?;
    errors.finish()
}

/// A change of a field: one that is left out stays (`None`), and `null` empties it (`Some(None)`).
#[derive(Debug, Clone, PartialEq)]
pub struct Change<T>(pub Option<Option<T>>);

impl<T> Default for Change<T> {
    fn default() -> Change<T> {
        Change(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Change<T>, D::Error> {
        Option::deserialize(value).map(|value| Change(Some(value)))
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Change{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("Change<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<Option<T>>();
        schema.insert(CLEARED.into(), true.into());
        schema
    }
}

impl FieldErrors {
    pub fn wrong(&mut self, name: &str, detail: impl Into<String>) {
        self.at(format!("/{name}"), detail);
    }

    /// True if there was no error so far, other than in the names of fields.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// True if there was no error in this field or inside it.
    pub fn is_clean_at(&self, name: &str) -> bool {
        let pointer = format!("/{name}");
        let inside =
            |wrong: &str| wrong.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        !self.errors.iter().any(|(wrong, _)| inside(wrong))
    }

    /// Takes out the errors inside the entries of a list, by entry: those of one do not affect the others.
    pub fn take_rows(&mut self, name: &str, count: usize) -> Vec<Vec<(String, String)>> {
        let mut rows = vec![Vec::new(); count];
        let list = format!("/{name}/");
        self.errors.retain(|(pointer, detail)| {
            let inside = pointer.strip_prefix(&list).map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())));
            let row = inside.and_then(|(row, rest)| Some((rows.get_mut(row.parse::<usize>().ok()?)?, rest)));
            let Some((row, rest)) = row else { return true };
            row.push((rest.to_owned(), detail.clone()));
            false
        });
        rows
    }

    /// The problem with all errors, if any.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.errors.append(&mut self.unknown);
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    fn at(&mut self, pointer: String, detail: impl Into<String>) {
        self.errors.push((pointer, detail.into()));
    }
}

fn read_fields(
    schema: &'static Json,
    fields: &mut Map<String, Json>,
    pointer: &str,
    errors: &mut FieldErrors,
    unknown: &mut FieldErrors,
) {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let nothing = Map::new();
    let known = schema["properties"].as_object().unwrap_or(&nothing);
    for name in fields.keys().filter(|name| !known.contains_key(*name)) {
        let help = did_you_mean(name, known.keys().map(String::as_str));
        let end = help.map_or_else(|| ".".to_owned(), |help| format!("; {help}"));
        unknown.at(format!("{pointer}/{}", pointer_part(name)), format!("`{name}` is unknown here{end}"));
    }
    fields.retain(|name, _| known.contains_key(name));
    for name in known.keys() {
        let field = &schema["properties"][name];
        let at = format!("{pointer}/{name}");
        let given = fields.remove(name);
        // `null` counts as missing, unless it says something.
        let value = match given {
            Some(Json::Null) if is_of(field, "null") => Some(Json::Null),
            None | Some(Json::Null) => {
                if required(name) {
                    errors.at(at, words(field, MISSING).unwrap_or_else(|| format!("`{name}` is missing.")));
                }
                None
            }
            Some(value) => read(field, value, name, &at, errors),
        };
        let value = value.or_else(|| required(name).then(|| neutral(field)));
        fields.extend(value.map(|value| (name.clone(), value)));
    }
}

/// The value, if it is one of the schema.
fn read(schema: &'static Json, value: Json, name: &str, at: &str, errors: &mut FieldErrors) -> Option<Json> {
    let own_words = words(schema, MISFIT);
    let schema = but_null(schema);
    let refused = |errors: &mut FieldErrors, why: String| {
        errors.at(at.to_owned(), own_words.clone().unwrap_or(why));
        None
    };
    let is_not = |wanted: &str, value: &Json| format!("`{name}` must be {wanted}, not {}.", kind(value));
    if let Some(kinds) = schema["anyOf"].as_array() {
        let may_be = |one: &&'static Json| {
            let one = schema::resolved(one);
            is_of(one, type_of(&value)) && value.as_str().is_none_or(|text| unfit(one, text, name).is_none())
        };
        return match kinds.iter().find(may_be) {
            Some(one) => read(one, value, name, at, errors),
            None => refused(errors, format!("`{name}` is of another type.")),
        };
    }
    match kind_of(schema) {
        Some("string") => match value {
            Json::String(text) => match unfit(schema, &text, name) {
                Some(why) => refused(errors, why),
                None => Some(Json::String(text)),
            },
            other => refused(errors, is_not("a text", &other)),
        },
        Some("integer") => match value.as_i64() {
            Some(number) => match out_of_range(schema, number, name) {
                Some(why) => refused(errors, why),
                None => Some(value),
            },
            None => refused(errors, is_not("a whole number", &value)),
        },
        Some("number") if value.is_number() => Some(value),
        Some("number") => refused(errors, is_not("a number", &value)),
        Some("boolean") if value.is_boolean() => Some(value),
        Some("boolean") => refused(errors, is_not("`true` or `false`", &value)),
        Some("array") => {
            let of = but_null(&schema["items"]);
            let are_texts = kind_of(of) == Some("string");
            let Json::Array(items) = value else {
                let wanted = if are_texts { "a list of texts" } else { "a list of objects" };
                return refused(errors, is_not(wanted, &value));
            };
            let few = (items.len() as u64) < schema["minItems"].as_u64().unwrap_or_default();
            let is_misfit =
                |item: &Json| words(of, MISFIT).is_none() && kind_of(of).is_some() && !is_of(of, type_of(item));
            if own_words.is_some() && (few || items.iter().any(is_misfit)) {
                return refused(errors, String::new());
            }
            let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
            if items.len() as u64 > most {
                let count = items.len();
                return refused(errors, format!("`{name}` has {count} entries; at most {most} fit into one request."));
            }
            let items = items.into_iter().enumerate();
            Some(items.filter_map(|(n, item)| read_item(of, item, &format!("{at}/{n}"), errors)).collect())
        }
        Some("object") => match value {
            Json::Object(mut fields) => {
                if schema["properties"].is_object() {
                    let mut unknown = FieldErrors::default();
                    read_fields(schema, &mut fields, at, errors, &mut unknown);
                    errors.errors.append(&mut unknown.errors);
                }
                Some(Json::Object(fields))
            }
            other => refused(errors, is_not("an object", &other)),
        },
        Some(_) | None => Some(value),
    }
}

fn read_item(schema: &'static Json, item: Json, at: &str, errors: &mut FieldErrors) -> Option<Json> {
    let wanted = match (kind_of(schema), &item) {
        (Some("string"), Json::String(text)) if unfit(schema, text, "").is_none() => return Some(item),
        (Some("string"), _) => match schema["maxLength"].as_u64() {
            Some(most) => format!("a text of 1 to {most} characters"),
            None => "a text".to_owned(),
        },
        (Some("object"), Json::Object(_)) => return read(schema, item, "", at, errors),
        (Some("object"), _) => "an object".to_owned(),
        // The places of the others stay as they are.
        (Some(_) | None, _) => return read(schema, item, "", at, errors).or_else(|| Some(neutral(schema))),
    };
    errors.at(at.to_owned(), format!("It must be {wanted}, not {}.", kind(&item)));
    (kind_of(schema) == Some("object")).then(|| neutral(schema))
}

/// The reason why a text is none of this schema.
fn unfit(schema: &Json, text: &str, name: &str) -> Option<String> {
    let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    if schema["minLength"].as_u64().is_some_and(|least| least > 0) && text.trim().is_empty() {
        return Some(format!("`{name}` is empty."));
    }
    if text.chars().count() as u64 > most {
        return Some(format!("`{name}` is longer than {most} characters."));
    }
    if schema["format"] == "date-time" && text.parse::<jiff::Timestamp>().is_err() {
        return Some(format!("`{name}` is a moment with its zone, like `2026-12-01T09:00:00+01:00`."));
    }
    let known = schema["enum"].as_array()?;
    let words: Vec<&str> = known.iter().filter_map(Json::as_str).collect();
    (!words.contains(&text)).then(|| format!("`{name}` is one of {}.", words.join(", ")))
}

fn out_of_range(schema: &Json, number: i64, name: &str) -> Option<String> {
    let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
    let is_inside = least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most);
    let least = least.unwrap_or(i64::MIN);
    (!is_inside).then(|| match most {
        Some(most) => format!("`{name}` is a number from {least} to {most}."),
        None => format!("`{name}` is a number from {least}."),
    })
}

/// A value of the schema, for a field that is needed and not right.
fn neutral(schema: &'static Json) -> Json {
    if is_of(schema, "null") {
        return Json::Null;
    }
    let schema = but_null(schema);
    match kind_of(schema) {
        Some("string") if schema["format"] == "date-time" => "1970-01-01T00:00:00Z".into(),
        Some("string") => schema["enum"].get(0).cloned().unwrap_or_else(|| "".into()),
        Some("integer") => schema["minimum"].as_i64().unwrap_or_default().into(),
        Some("number") => 0.0.into(),
        Some("boolean") => false.into(),
        Some("array") => Json::Array(Vec::new()),
        None if schema["anyOf"].is_array() => neutral(schema::resolved(&schema["anyOf"][0])),
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
            required.map(|name| (name.to_owned(), neutral(&schema["properties"][name]))).collect()
        }
        Some(_) | None => Json::Null,
    }
}

/// The schema itself, or the only one beside `null`.
fn but_null(schema: &'static Json) -> &'static Json {
    let mut others = schema["anyOf"].as_array().into_iter().flatten().filter(|one| one["type"] != "null");
    match (others.next(), others.next()) {
        (Some(only), None) => schema::resolved(only),
        _ => schema::resolved(schema),
    }
}

/// The type of a schema's values beside `null`; `None`: any.
fn kind_of(schema: &'static Json) -> Option<&'static str> {
    match &schema["type"] {
        Json::Array(several) => several.iter().filter_map(Json::as_str).find(|one| *one != "null"),
        one => one.as_str(),
    }
}

/// True if a value of this type may be one of the schema.
fn is_of(schema: &'static Json, wanted: &str) -> bool {
    let any_of =
        || schema["anyOf"].as_array().is_some_and(|all| all.iter().any(|one| is_of(schema::resolved(one), wanted)));
    match &schema["type"] {
        Json::String(one) => one == wanted,
        Json::Array(several) => several.iter().any(|one| one == wanted),
        _ => any_of(),
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_i64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn utf8(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|_| bad("The body is not UTF-8.".to_owned()))
}

fn bad(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_json", detail)
}

/// Escapes a part of a JSON pointer (RFC 6901).
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn words(schema: &Json, about: &str) -> Option<String> {
    schema[about].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            body_fields::{At, Text},
            time::Time,
        },
        web::api::events::NewEvent,
    };
    use serde_json::json;

    #[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
    struct Start {
        #[schemars(length(min = 1, max = 5))]
        flow: String,
        contact: Option<To>,
        sender: Option<i64>,
        #[schemars(range(min = 1, max = 9), extend("x-missing" = "Say how many."))]
        count: i64,
        #[schemars(inner(length(min = 1, max = 3)))]
        tags: Option<Vec<String>>,
        #[schemars(extend("x-misfit" = "`accounts` is a list of names, or `null`."))]
        #[serde(default)]
        accounts: Change<Vec<String>>,
        inputs: Option<Map<String, Json>>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
    struct To {
        phone: String,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct When {
        name: Text<3>,
        at: At,
        #[schemars(extend("x-misfit" = "`to` is a list of texts, or an object."))]
        to: Place,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[schemars(inline)]
    enum Place {
        All(Vec<String>),
        One(To),
    }

    #[test]
    fn a_moment_and_a_value_of_several_types_are_read() {
        let read = |body: &str| {
            let (when, errors) = along::<When>(schema::of_request::<When>(), body.as_bytes()).unwrap();
            (when, errors.finish().map_or_else(|problem| problem.errors, |()| Vec::new()))
        };
        let (when, said) = read(r#"{"name": "abc", "at": "1970-01-01T01:00:00+01:00", "to": {"phone": "+1"}}"#);
        assert_eq!((when.name, when.at, said), (Text("abc".to_owned()), At(Time(0)), Vec::new()));
        assert_eq!(when.to, Place::One(To { phone: "+1".to_owned() }));
        let (when, said) = read(r#"{"name": "abcd", "at": "soon", "to": ["a"], "new": 1}"#);
        assert_eq!(when.to, Place::All(vec!["a".to_owned()]));
        let said: Vec<&str> = said.iter().map(|(_, why)| why.as_str()).collect();
        let moment = "`at` is a moment with its zone, like `2026-12-01T09:00:00+01:00`.";
        assert_eq!(said, [moment, "`name` is longer than 3 characters.", "`new` is unknown here."]);
        let said = read(r#"{"name": "a", "at": "2026-03-01T10:00:00Z", "to": 7}"#).1;
        assert_eq!(said, [("/to".to_owned(), "`to` is a list of texts, or an object.".to_owned())]);
        let said = read(r#"{"name": "a", "at": "2026-03-01T10:00:00Z", "to": {"phone": 7}}"#).1;
        assert_eq!(said, [("/to/phone".to_owned(), "`phone` must be a text, not a number.".to_owned())]);
    }

    fn read(body: &str) -> (Start, Vec<(String, String)>) {
        let (start, errors) = along(schema::of_request::<Start>(), body.as_bytes()).unwrap();
        (start, errors.finish().map_or_else(|problem| problem.errors, |()| Vec::new()))
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let (start, said) = read(
            r#"{"flwo": "x", "contact": {"phone": 7, "a/b": 1}, "sender": "one", "tags": ["a", "", 7, "four"],
                "accounts": [1], "inputs": 7}"#,
        );
        let at = |pointer: &str| said.iter().find(|(p, _)| p == pointer).map(|(_, d)| d.as_str()).unwrap_or_default();
        assert_eq!(at("/flow"), "`flow` is missing.");
        assert_eq!(at("/flwo"), "`flwo` is unknown here; did you mean `flow`?", "{said:?}");
        assert_eq!(at("/contact/phone"), "`phone` must be a text, not a number.");
        assert_eq!(at("/contact/a~1b"), "`a/b` is unknown here.");
        assert_eq!(at("/sender"), "`sender` must be a whole number, not a text.");
        assert_eq!(at("/count"), "Say how many.");
        assert_eq!(at("/tags/1"), "It must be a text of 1 to 3 characters, not a text.");
        assert_eq!(at("/tags/2"), "It must be a text of 1 to 3 characters, not a number.");
        assert_eq!(at("/tags/3"), "It must be a text of 1 to 3 characters, not a text.");
        assert_eq!(at("/accounts"), "`accounts` is a list of names, or `null`.");
        assert_eq!(at("/inputs"), "`inputs` must be an object, not a number.");
        assert_eq!((said.len(), said.last().unwrap().0.as_str()), (11, "/flwo"));
        let tags = Some(vec!["a".to_owned()]);
        assert_eq!(start, Start { count: 1, contact: Some(To::default()), tags, ..Start::default() });
    }

    #[test]
    fn a_value_at_its_limit_is_right() {
        for body in [
            json!({"flow": "12345", "count": 9, "sender": null}),
            json!({"flow": "1", "count": 1, "tags": [], "inputs": {"a": [1, {}]}}),
        ] {
            assert_eq!(read(&body.to_string()).1, [], "{body}");
        }
        let first = |body: Json| read(&body.to_string()).1.remove(0).1;
        assert_eq!(first(json!({"flow": "123456", "count": 9})), "`flow` is longer than 5 characters.");
        assert_eq!(first(json!({"flow": " ", "count": 9})), "`flow` is empty.");
        assert_eq!(first(json!({"flow": "1", "count": 10})), "`count` is a number from 1 to 9.");
        assert_eq!(first(json!({"flow": "1", "count": 0})), "`count` is a number from 1 to 9.");
        assert_eq!(first(json!({"flow": "1", "count": null})), "Say how many.");
    }

    #[test]
    fn characters_of_private_use_stay_in_files_only() {
        let body = "{\"name\": \"A\u{E000}na\", \"contact\": {\"phone\": \"+34\"}}".as_bytes();
        let shown = |read: Result<(NewEvent, FieldErrors), Problem>| format!("{:?}", read.unwrap().0);
        assert!(shown(parse(body)).contains("\"Ana\""));
        assert!(shown(verbatim(body)).contains("A\\u{e000}na"));
    }

    #[test]
    fn null_clears_what_is_left_out_stays() {
        let of = |body: &str| read(body).0.accounts.0;
        assert_eq!(of(r#"{"flow": "1", "count": 1}"#), None);
        assert_eq!(of(r#"{"flow": "1", "count": 1, "accounts": null}"#), Some(None));
        assert_eq!(of(r#"{"flow": "1", "count": 1, "accounts": ["a"]}"#), Some(Some(vec!["a".to_owned()])));
    }

    #[test]
    fn no_object_is_no_request() {
        let read = |body: &[u8]| along::<Start>(schema::of_request::<Start>(), body).unwrap_err();
        assert_eq!(read(b"[]").detail, "The body must be a JSON object.");
        for no_json in [b"{".as_slice(), b"{\"flow\": \"\xff\"}"] {
            assert_eq!(read(no_json).status, StatusCode::BAD_REQUEST);
        }
    }
}
