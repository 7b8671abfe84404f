//! Validates the JSON body of a request field by field: reports every wrong field at once, and suggests a name for
//! unknown ones. A body with a Rust type is read by `request`.

use super::{problem::Problem, server::body};
use crate::base::{diagnostic::did_you_mean, limits::API_BODY_BYTES_MAX, private_use};
use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use serde_json::{Map, Value as Json};

/// The fields of a JSON object that were not read yet, and the errors so far.
#[derive(Debug)]
pub struct Input {
    pointer: String,
    fields: Map<String, Json>,
    asked: Vec<&'static str>,
    errors: Vec<(String, String)>,
}

/// Reads the body of an API request.
pub async fn bytes(body: Body) -> Result<Bytes, Problem> {
    body::read(body, API_BODY_BYTES_MAX).await.map_err(|bad| bad.problem(API_BODY_BYTES_MAX))
}

impl Input {
    /// Reads a JSON object. Characters of private use are removed from its texts, because our own texts use some as
    /// markers.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        Self::verbatim(private_use::plain_json(utf8(body)?).as_bytes())
    }

    /// As `parse`, with every character of its texts: for a body with files of the bot.
    pub fn verbatim(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_str(utf8(body)?) {
            Ok(Json::Object(fields)) => Ok(Self::of(String::new(), fields)),
            Ok(_) => Err(bad("The body must be a JSON object.".to_owned())),
            Err(error) => Err(bad(format!("The body is not JSON: {error}."))),
        }
    }

    fn of(pointer: String, fields: Map<String, Json>) -> Self {
        Input { pointer, fields, asked: Vec::new(), errors: Vec::new() }
    }

    /// A required text that is not empty.
    pub fn text(&mut self, name: &'static str, chars_max: usize) -> String {
        let text = self.opt_text(name, chars_max);
        if text.is_none() && !self.is_wrong(name) {
            self.wrong(name, format!("`{name}` is missing."));
        }
        text.unwrap_or_default()
    }

    pub fn opt_text(&mut self, name: &'static str, chars_max: usize) -> Option<String> {
        match self.take(name)? {
            Json::String(text) if text.trim().is_empty() => {
                self.wrong(name, format!("`{name}` is empty."));
                None
            }
            Json::String(text) if text.chars().count() > chars_max => {
                self.wrong(name, format!("`{name}` is longer than {chars_max} characters."));
                None
            }
            Json::String(text) => Some(text),
            other => {
                self.wrong(name, format!("`{name}` must be a text, not {}.", kind(&other)));
                None
            }
        }
    }

    pub fn opt_whole(&mut self, name: &'static str) -> Option<i64> {
        let value = self.take(name)?;
        let whole = value.as_i64();
        if whole.is_none() {
            self.wrong(name, format!("`{name}` must be a whole number, not {}.", kind(&value)));
        }
        whole
    }

    pub fn opt_number(&mut self, name: &'static str) -> Option<f64> {
        let value = self.take(name)?;
        let number = value.as_f64();
        if number.is_none() {
            self.wrong(name, format!("`{name}` must be a number, not {}.", kind(&value)));
        }
        number
    }

    /// The change of a text: the outer `None` means unchanged, `null` in the request clears it.
    pub fn patched_text(&mut self, name: &'static str, chars_max: usize) -> Option<Option<String>> {
        if self.fields.get(name).is_some_and(Json::is_null) {
            self.take(name);
            return Some(None);
        }
        self.opt_text(name, chars_max).map(Some)
    }

    pub fn opt_flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.take(name)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong(name, format!("`{name}` must be `true` or `false`, not {}.", kind(&value)));
        }
        flag
    }

    /// An optional list of texts that are not empty.
    pub fn opt_texts(&mut self, name: &'static str, chars_max: usize) -> Vec<String> {
        let Some(value) = self.take(name) else { return Vec::new() };
        let Json::Array(items) = value else {
            self.wrong(name, format!("`{name}` must be a list of texts, not {}.", kind(&value)));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (n, item) in items.into_iter().enumerate() {
            match item {
                Json::String(text) if !text.trim().is_empty() && text.chars().count() <= chars_max => texts.push(text),
                other => {
                    let why = format!("It must be a text of 1 to {chars_max} characters, not {}.", kind(&other));
                    self.wrong(&format!("{name}/{n}"), why);
                }
            }
        }
        texts
    }

    /// As `opt_texts`, but distinguishes an empty list from a missing one.
    pub fn opt_list(&mut self, name: &'static str, chars_max: usize) -> Option<Vec<String>> {
        let is_there = self.fields.get(name).is_some_and(|value| !value.is_null());
        let texts = self.opt_texts(name, chars_max);
        is_there.then_some(texts)
    }

    /// The value, to decide how to read it.
    pub fn peek(&self, name: &str) -> Option<&Json> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Any JSON value.
    pub fn opt_json(&mut self, name: &'static str) -> Option<Json> {
        self.take(name)
    }

    /// As `patched_text`, for a value of any type.
    pub fn patched_json(&mut self, name: &'static str) -> Option<Option<Json>> {
        if self.fields.get(name).is_some_and(Json::is_null) {
            self.take(name);
            return Some(None);
        }
        self.opt_json(name).map(Some)
    }

    pub fn opt_map(&mut self, name: &'static str) -> Option<Map<String, Json>> {
        match self.take(name)? {
            Json::Object(map) => Some(map),
            other => {
                self.wrong(name, format!("`{name}` must be an object, not {}.", kind(&other)));
                None
            }
        }
    }

    /// A nested object; `read` reads it, and its errors are added to ours.
    pub fn inside<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Input) -> T) -> Option<T> {
        let fields = self.opt_map(name)?;
        let mut inner = Input::of(format!("{}/{name}", self.pointer), fields);
        let value = read(&mut inner);
        inner.close();
        self.errors.append(&mut inner.errors);
        Some(value)
    }

    /// The objects of a list, each with errors of its own under its index: an error in one does not affect the others.
    pub fn rows<T>(
        &mut self,
        name: &'static str,
        rows_max: usize,
        mut read: impl FnMut(&mut Input) -> T,
    ) -> Vec<Result<T, Vec<(String, String)>>> {
        let Some(value) = self.take(name) else { return Vec::new() };
        let items = match value {
            Json::Array(items) if items.len() <= rows_max => items,
            Json::Array(items) => {
                self.wrong(
                    name,
                    format!("`{name}` has {} entries; at most {rows_max} fit into one request.", items.len()),
                );
                return Vec::new();
            }
            other => {
                self.wrong(name, format!("`{name}` must be a list of objects, not {}.", kind(&other)));
                return Vec::new();
            }
        };
        let row = |item: Json| match item {
            Json::Object(fields) => {
                let mut inner = Input::of(String::new(), fields);
                let value = read(&mut inner);
                inner.close();
                if inner.errors.is_empty() { Ok(value) } else { Err(inner.errors) }
            }
            other => Err(vec![(String::new(), format!("It must be an object, not {}.", kind(&other)))]),
        };
        items.into_iter().map(row).collect()
    }

    /// As `rows`, but an error in one is an error of the request.
    pub fn each<T>(&mut self, name: &'static str, rows_max: usize, read: impl FnMut(&mut Input) -> T) -> Vec<T> {
        let mut all = Vec::new();
        for (n, row) in self.rows(name, rows_max, read).into_iter().enumerate() {
            match row {
                Ok(value) => all.push(value),
                Err(errors) => {
                    let at = |(pointer, detail)| (format!("{}/{name}/{n}{pointer}", self.pointer), detail);
                    let errors: Vec<_> = errors.into_iter().map(at).collect();
                    self.errors.extend(errors);
                }
            }
        }
        all
    }

    /// True if there was no error so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// True if there was no error in this field or inside it.
    pub fn is_clean_at(&self, name: &str) -> bool {
        let pointer = format!("{}/{name}", self.pointer);
        !self.errors.iter().any(|(wrong, _)| wrong.starts_with(&pointer))
    }

    pub fn wrong(&mut self, name: &str, detail: impl Into<String>) {
        self.errors.push((format!("{}/{name}", self.pointer), detail.into()));
    }

    /// The problem with all errors, if any. Fields that were not read are unknown.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.close();
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    fn close(&mut self) {
        for name in std::mem::take(&mut self.fields).keys() {
            let help = did_you_mean(name, self.asked.iter().copied());
            let end = help.map_or_else(|| ".".to_owned(), |help| format!("; {help}"));
            self.wrong(&pointer_part(name), format!("`{name}` is unknown here{end}"));
        }
    }

    /// `null` counts as missing.
    fn take(&mut self, name: &'static str) -> Option<Json> {
        self.asked.push(name);
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.errors.iter().any(|(pointer, _)| *pointer == format!("{}/{name}", self.pointer))
    }
}

pub(super) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

pub(super) fn utf8(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|_| bad("The body is not UTF-8.".to_owned()))
}

pub(super) fn bad(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_json", detail)
}

/// Escapes a part of a JSON pointer (RFC 6901).
pub(super) fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(body: &str) -> Vec<(String, String)> {
        let mut input = Input::parse(body.as_bytes()).unwrap();
        input.text("flow", 5);
        input.inside("contact", |contact| contact.text("phone", 20));
        input.opt_whole("sender");
        input.finish().map_or_else(|problem| problem.errors, |()| Vec::new())
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let said = errors(r#"{"flwo": "x", "contact": {"phone": 7, "a/b": 1}, "sender": "one"}"#);
        let at = |pointer: &str| said.iter().find(|(p, _)| p == pointer).map(|(_, d)| d.as_str()).unwrap_or_default();
        assert_eq!(at("/flow"), "`flow` is missing.");
        assert_eq!(at("/flwo"), "`flwo` is unknown here; did you mean `flow`?", "{said:?}");
        assert_eq!(at("/contact/phone"), "`phone` must be a text, not a number.");
        assert_eq!(at("/contact/a~1b"), "`a/b` is unknown here.");
        assert_eq!(at("/sender"), "`sender` must be a whole number, not a text.");
        assert_eq!(said.len(), 5);
    }

    #[test]
    fn a_text_at_its_limit_is_right() {
        assert!(errors(r#"{"flow": "12345", "sender": null}"#).is_empty());
        assert_eq!(errors(r#"{"flow": "123456"}"#)[0].1, "`flow` is longer than 5 characters.");
        assert_eq!(errors(r#"{"flow": " "}"#)[0].1, "`flow` is empty.");
    }

    #[test]
    fn characters_of_private_use_stay_in_files_only() {
        let body = "{\"name\": \"A\u{E000}na\", \"tag\": \"\\uf8ffvip\"}".as_bytes();
        let read = |mut input: Input| (input.text("name", 9), input.text("tag", 9));
        assert_eq!(read(Input::parse(body).unwrap()), ("Ana".into(), "vip".into()));
        assert_eq!(read(Input::verbatim(body).unwrap()), ("A\u{E000}na".into(), "\u{F8FF}vip".into()));
    }

    #[test]
    fn no_object_is_no_request() {
        assert_eq!(Input::parse(b"[]").unwrap_err().detail, "The body must be a JSON object.");
        for no_json in [b"{".as_slice(), b"{\"name\": \"\xff\"}"] {
            assert_eq!(Input::parse(no_json).unwrap_err().status, StatusCode::BAD_REQUEST);
        }
    }
}
