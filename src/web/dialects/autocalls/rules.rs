//! Validates a request of this dialect, with error texts as Laravel writes them (platform.md 1.2).

use crate::base::query;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value as Json, json};

/// The fields of a request. A body that is no JSON object has no fields, so everything required is missing.
pub struct Input(Map<String, Json>);

/// Collects the errors, in the order of the fields.
#[derive(Default)]
pub struct Rules {
    errors: Vec<(String, String)>,
}

impl Input {
    /// Also accepts a form: Laravel treats both alike.
    pub fn from_body(headers: &HeaderMap, body: &[u8]) -> Self {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Input::from_form(&String::from_utf8_lossy(body));
        }
        match serde_json::from_slice(body) {
            Ok(Json::Object(fields)) => Input(fields),
            _ => Input(Map::new()),
        }
    }

    /// `variables[name]=Ana` is one entry of a map.
    fn from_form(text: &str) -> Self {
        let mut fields = Map::new();
        for (key, value) in query::pairs(text) {
            let inner = key.split_once('[').and_then(|(outer, inner)| Some((outer, inner.strip_suffix(']')?)));
            match inner {
                Some((outer, inner)) => {
                    let map = fields.entry(outer).or_insert_with(|| json!({}));
                    if let Json::Object(map) = map {
                        map.insert(inner.to_owned(), value.into());
                    }
                }
                None => drop(fields.insert(key, value.into())),
            }
        }
        Input(fields)
    }

    pub fn from_query(pairs: Vec<(String, String)>) -> Self {
        Input(pairs.into_iter().map(|(key, value)| (key, Json::String(value))).collect())
    }

    /// The field's text, if it is a text.
    pub fn text(&self, field: &str) -> Option<String> {
        self.get(field).and_then(Json::as_str).map(str::to_owned)
    }

    /// Blank texts, `null` and empty lists count as missing, as in Autocalls.
    fn get(&self, field: &str) -> Option<&Json> {
        let value = self.0.get(field)?;
        let missing = match value {
            Json::Null => true,
            Json::String(text) => text.trim().is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
        };
        (!missing).then_some(value)
    }
}

impl Rules {
    /// Refuses fields that the endpoint does not read: what they say would be lost.
    pub fn only(&mut self, input: &Input, known: &[&str]) {
        for field in input.0.keys().filter(|field| !known.contains(&field.as_str()) && input.get(field).is_some()) {
            self.wrong(field, format!("The {} field is prohibited.", spoken(field)));
        }
    }

    /// A required whole number, also as text, because query strings contain texts.
    pub fn integer(&mut self, input: &Input, field: &str) -> Option<i64> {
        let Some(value) = input.get(field) else { return self.required(field) };
        let whole = match value {
            Json::Number(number) => number.as_i64().or_else(|| {
                // `12.0` is a whole number to PHP.
                number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
            }),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if whole.is_none() {
            self.wrong(field, format!("The {} field must be an integer.", spoken(field)));
        }
        whole
    }

    /// A required text of at most `chars_max` characters.
    pub fn string(&mut self, input: &Input, field: &str, chars_max: usize) -> Option<String> {
        match input.get(field) {
            Some(value) => self.text(field, value, chars_max),
            None => self.required(field),
        }
    }

    /// As `string`, but optional.
    pub fn optional_string(&mut self, input: &Input, field: &str, chars_max: usize) -> Option<String> {
        input.get(field).and_then(|value| self.text(field, value, chars_max))
    }

    /// An optional map of texts and numbers. PHP treats a list as a map with keys from 0; this is never intended, so a
    /// list is refused.
    pub fn optional_texts(&mut self, input: &Input, field: &str) -> Vec<(String, String)> {
        let Some(value) = input.get(field) else { return Vec::new() };
        let Json::Object(map) = value else {
            self.wrong(field, format!("The {} field must be an array.", spoken(field)));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (key, value) in map {
            match value {
                Json::String(text) => texts.push((key.clone(), text.clone())),
                Json::Number(number) => texts.push((key.clone(), number.to_string())),
                Json::Null => texts.push((key.clone(), String::new())),
                Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
                    let field = format!("{field}.{key}");
                    self.wrong(&field, format!("The {} field must be a string.", spoken(&field)));
                }
            }
        }
        texts
    }

    /// The body of the 422 response, if there was an error.
    pub fn finish(self) -> Result<(), Json> {
        let Some((_, first)) = self.errors.first() else { return Ok(()) };
        let message = match self.errors.len() - 1 {
            0 => first.clone(),
            1 => format!("{first} (and 1 more error)"),
            more => format!("{first} (and {more} more errors)"),
        };
        let mut errors = Map::new();
        for (field, sentence) in self.errors {
            let list = errors.entry(field).or_insert_with(|| json!([]));
            if let Json::Array(list) = list {
                list.push(sentence.into());
            }
        }
        Err(json!({"message": message, "errors": errors}))
    }

    fn text(&mut self, field: &str, value: &Json, chars_max: usize) -> Option<String> {
        let Json::String(text) = value else {
            self.wrong(field, format!("The {} field must be a string.", spoken(field)));
            return None;
        };
        if text.chars().count() > chars_max {
            let sentence = format!("The {} field must not be greater than {chars_max} characters.", spoken(field));
            self.wrong(field, sentence);
            return None;
        }
        Some(text.clone())
    }

    fn required<T>(&mut self, field: &str) -> Option<T> {
        self.wrong(field, format!("The {} field is required.", spoken(field)));
        None
    }

    pub fn wrong(&mut self, field: &str, sentence: String) {
        self.errors.push((field.to_owned(), sentence));
    }
}

/// Error texts call `sender_id` "sender id".
pub fn spoken(field: &str) -> String {
    field.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> Json {
        let input = Input::from_body(&HeaderMap::new(), body.as_bytes());
        let mut rules = Rules::default();
        rules.integer(&input, "sender_id");
        rules.string(&input, "recipient_phone", 20);
        rules.string(&input, "message", 5);
        rules.optional_string(&input, "recipient_name", 3);
        rules.optional_texts(&input, "variables");
        rules.finish().err().unwrap_or(Json::Null)
    }

    #[test]
    fn what_is_missing_is_named_and_the_rest_counted() {
        let none = json!({
            "message": "The sender id field is required. (and 2 more errors)",
            "errors": {
                "sender_id": ["The sender id field is required."],
                "recipient_phone": ["The recipient phone field is required."],
                "message": ["The message field is required."],
            },
        });
        for body in ["", "{}", "[]", "no json", r#"{"sender_id": null, "message": "  "}"#] {
            assert_eq!(refusal(body), none, "{body}");
        }
        let two = refusal(r#"{"sender_id": 1, "recipient_phone": "+1"  , "message": "", "recipient_name": "long"}"#);
        assert_eq!(two["message"], "The message field is required. (and 1 more error)");
    }

    #[test]
    fn a_field_that_the_endpoint_does_not_read_is_refused() {
        let input =
            Input::from_body(&HeaderMap::new(), br#"{"message": "hi", "media_url": "https://a.example", "x": ""}"#);
        let mut rules = Rules::default();
        rules.only(&input, &["message"]);
        let refused = rules.finish().unwrap_err();
        assert_eq!(refused["errors"], json!({"media_url": ["The media url field is prohibited."]}));
    }

    #[test]
    fn kinds_and_lengths_are_checked() {
        let bad = r#"{"sender_id": "x", "recipient_phone": 7, "message": "123456", "variables": [1]}"#;
        assert_eq!(
            refusal(bad)["errors"],
            json!({
                "sender_id": ["The sender id field must be an integer."],
                "recipient_phone": ["The recipient phone field must be a string."],
                "message": ["The message field must not be greater than 5 characters."],
                "variables": ["The variables field must be an array."],
            })
        );
        let nested = r#"{"sender_id": "7", "recipient_phone": "+1", "message": "12345", "variables": {"1": {}}}"#;
        assert_eq!(refusal(nested)["errors"], json!({"variables.1": ["The variables.1 field must be a string."]}));
    }

    #[test]
    fn what_is_right_passes() {
        let body =
            r#"{"sender_id": 12.0, "recipient_phone": "+1", "message": "ñandú", "variables": {"1": "a", "2": 3}}"#;
        assert_eq!(refusal(body), Json::Null);
    }
}
