//! Validates a request of this dialect, with errors as pydantic writes them: a list, each error with its location.

use super::refusal::Refusal;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// The fields of an object, the names that were asked for, and the errors so far. A field that nobody asked for is an
/// error: what it says would be lost.
pub struct Fields {
    map: Map<String, Json>,
    asked: BTreeSet<String>,
    place: Vec<Json>,
    errors: Vec<Json>,
}

impl Fields {
    pub fn of(body: &[u8]) -> Result<Self, Refusal> {
        let wrong = |kind: &str, words: String| Refusal::Invalid(vec![error(kind, vec!["body".into()], words)]);
        match serde_json::from_slice(body) {
            Ok(Json::Object(map)) => Ok(Fields::at_place(map, vec!["body".into()])),
            Ok(_) => Err(wrong("model_attributes_type", "Input should be a valid dictionary".into())),
            Err(_) if body.is_empty() => Err(wrong("missing", "Field required".into())),
            Err(error) => Err(wrong("json_invalid", format!("JSON decode error: {error}"))),
        }
    }

    fn at_place(map: Map<String, Json>, place: Vec<Json>) -> Self {
        Fields { map, asked: BTreeSet::new(), place, errors: Vec::new() }
    }

    fn get(&mut self, name: &str) -> Option<&Json> {
        self.asked.insert(name.to_owned());
        self.map.get(name)
    }

    /// A required text.
    pub fn text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        if !self.has(name) {
            self.wrong(name, "missing", "Field required".into());
            return None;
        }
        self.opt_text(name, chars_max)
    }

    /// An optional text; a blank text counts as missing.
    pub fn opt_text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        match self.get(name)?.clone() {
            Json::Null => None,
            Json::String(text) if text.chars().count() > chars_max => {
                let words = format!("String should have at most {chars_max} characters");
                self.wrong(name, "string_too_long", words);
                None
            }
            Json::String(text) => Some(text).filter(|text| !text.trim().is_empty()),
            _ => {
                self.wrong(name, "string_type", "Input should be a valid string".into());
                None
            }
        }
    }

    /// A required value from a list of words.
    pub fn word<T: Copy>(&mut self, name: &str, known: &[(&str, T)]) -> Option<T> {
        if !self.has(name) {
            self.wrong(name, "missing", "Field required".into());
            return None;
        }
        let given = self.get(name).and_then(Json::as_str).unwrap_or_default();
        let found = known.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        if found.is_none() {
            let mut words: Vec<String> = known.iter().map(|(word, _)| format!("'{word}'")).collect();
            let last = words.pop().unwrap_or_default();
            let all = if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) };
            self.wrong(name, "literal_error", format!("Input should be {all}"));
        }
        found
    }

    /// A map whose values are texts or numbers, as texts.
    pub fn values(&mut self, name: &str) -> Vec<(String, String)> {
        let map = match self.get(name) {
            None | Some(Json::Null) => return Vec::new(),
            Some(Json::Object(map)) => map.clone(),
            Some(_) => {
                self.wrong(name, "dict_type", "Input should be a valid dictionary".into());
                return Vec::new();
            }
        };
        let mut values = Vec::new();
        for (key, value) in map {
            match value {
                Json::String(text) => values.push((key, text)),
                Json::Number(number) => values.push((key, number.to_string())),
                Json::Null => {}
                Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
                    let place = self.at(&[name.into(), key.into()]);
                    self.errors.push(error("string_type", place, "Input should be a valid string".into()));
                }
            }
        }
        values
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str, chars_max: usize) -> Vec<String> {
        let mut texts = Vec::new();
        for (place, mut item) in self.items(name) {
            match item.take() {
                Json::String(text) if !text.trim().is_empty() && text.chars().count() <= chars_max => texts.push(text),
                _ => {
                    let place = self.at(&[name.into(), place.into()]);
                    let words = format!("Input should be a valid string of 1 to {chars_max} characters");
                    self.errors.push(error("string_type", place, words));
                }
            }
        }
        texts
    }

    /// A nested object; `read` reads it, and its errors are added to ours.
    pub fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        let map = match self.get(name)? {
            Json::Null => return None,
            Json::Object(map) => map.clone(),
            _ => {
                self.wrong(name, "dict_type", "Input should be a valid dictionary".into());
                return None;
            }
        };
        Some(self.nested(map, &[name.into()], read))
    }

    /// The objects of a list, each read with `read`.
    pub fn each<T>(&mut self, name: &str, mut read: impl FnMut(&mut Fields) -> T) -> Vec<T> {
        let mut all = Vec::new();
        for (place, item) in self.items(name) {
            match item {
                Json::Object(map) => all.push(self.nested(map, &[name.into(), place.into()], &mut read)),
                _ => {
                    let place = self.at(&[name.into(), place.into()]);
                    self.errors.push(error("dict_type", place, "Input should be a valid dictionary".into()));
                }
            }
        }
        all
    }

    pub fn has(&mut self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }

    /// True if the field is a blank text.
    pub fn is_blank(&mut self, name: &str) -> bool {
        self.get(name).and_then(Json::as_str).is_some_and(|text| text.trim().is_empty())
    }

    /// Adds an error for a rule beyond the field's type.
    pub fn breaks(&mut self, name: &str, words: &str) {
        self.wrong(name, "value_error", format!("Value error, {words}"));
    }

    /// The 422 response, if there was an error.
    pub fn finish(mut self) -> Result<(), Refusal> {
        self.refuse_others();
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.errors)) }
    }

    fn refuse_others(&mut self) {
        let is_other = |(name, value): &(&String, &Json)| !self.asked.contains(*name) && !value.is_null();
        let others: Vec<String> = self.map.iter().filter(is_other).map(|(name, _)| name.clone()).collect();
        for name in others {
            self.wrong(&name, "extra_forbidden", "Extra inputs are not permitted".into());
        }
    }

    fn nested<T>(&mut self, map: Map<String, Json>, place: &[Json], read: impl FnOnce(&mut Fields) -> T) -> T {
        let mut inner = Fields::at_place(map, self.at(place));
        let value = read(&mut inner);
        inner.refuse_others();
        self.errors.append(&mut inner.errors);
        value
    }

    fn items(&mut self, name: &str) -> Vec<(usize, Json)> {
        match self.get(name) {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(items)) => items.iter().cloned().enumerate().collect(),
            Some(_) => {
                self.wrong(name, "list_type", "Input should be a valid list".into());
                Vec::new()
            }
        }
    }

    fn at(&self, place: &[Json]) -> Vec<Json> {
        self.place.iter().chain(place).cloned().collect()
    }

    fn wrong(&mut self, name: &str, kind: &str, words: String) {
        let place = self.at(&[name.into()]);
        self.errors.push(error(kind, place, words));
    }
}

fn error(kind: &str, place: Vec<Json>, words: String) -> Json {
    json!({"type": kind, "loc": place, "msg": words})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(body: &str) -> Vec<Json> {
        let read = || {
            let mut fields = Fields::of(body.as_bytes())?;
            fields.text("phone", 5);
            fields.word("kind", &[("a", 1), ("b", 2), ("c", 3)]);
            fields.values("data");
            fields.each("items", |item| item.text("id", 3));
            fields.finish()
        };
        match read() {
            Err(Refusal::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_wrong_field_has_its_place() {
        assert_eq!(
            errors(r#"{"phone": 7, "kind": "d", "data": {"1": []}, "items": [{"id": "abcd"}, 1, {}]}"#),
            [
                json!({"type": "string_type", "loc": ["body", "phone"], "msg": "Input should be a valid string"}),
                json!({"type": "literal_error", "loc": ["body", "kind"], "msg": "Input should be 'a', 'b' or 'c'"}),
                json!({"type": "string_type", "loc": ["body", "data", "1"], "msg": "Input should be a valid string"}),
                json!({"type": "string_too_long", "loc": ["body", "items", 0, "id"],
                    "msg": "String should have at most 3 characters"}),
                json!({"type": "dict_type", "loc": ["body", "items", 1], "msg": "Input should be a valid dictionary"}),
                json!({"type": "missing", "loc": ["body", "items", 2, "id"], "msg": "Field required"}),
            ]
        );
    }

    #[test]
    fn a_field_that_nobody_reads_is_refused() {
        let extra =
            |place: Json| json!({"type": "extra_forbidden", "loc": place, "msg": "Extra inputs are not permitted"});
        assert_eq!(
            errors(r#"{"phone": "1", "kind": "a", "mesage": "hi", "none": null, "items": [{"id": "a", "titel": 1}]}"#),
            [extra(json!(["body", "items", 0, "titel"])), extra(json!(["body", "mesage"]))]
        );
    }

    #[test]
    fn no_object_is_no_request() {
        for (body, kind) in [("", "missing"), ("{", "json_invalid"), ("[]", "model_attributes_type")] {
            assert_eq!(errors(body)[0]["type"], kind, "{body}");
        }
    }
}
