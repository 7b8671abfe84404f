//! Validates the part of JSON Schema that `/openapi.json` uses, more strictly than clients do: a field that the
//! document does not have is an error.

use serde_json::Value as Json;

/// The errors of a value, each with its path.
pub fn wrongs(document: &Json, schema: &Json, value: &Json) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

/// The keywords of this validator; an unknown one in the document would go unnoticed.
const KEYWORDS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "properties",
    "required",
    "type",
];

fn check(document: &Json, schema: &Json, value: &Json, at: &str, found: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("no {place}")),
        None => schema,
    };
    for keyword in schema.as_object().expect("a schema is an object").keys() {
        assert!(KEYWORDS.contains(&keyword.as_str()), "the validator does not know `{keyword}`");
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let tries: Vec<Vec<String>> = any.iter().map(|schema| wrongs(document, schema, value)).collect();
        if tries.iter().all(|wrongs| !wrongs.is_empty()) {
            found.push(format!("{at}: none of {} fits: {tries:?}", any.len()));
        }
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
        _ => return,
    };
    if !types.iter().any(|kind| is(kind, value)) {
        found.push(format!("{at}: {value} is not {types:?}"));
        return;
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    for (bound, inside) in [
        ("minimum", value.as_i64() >= schema["minimum"].as_i64()),
        ("maximum", value.as_i64() <= schema["maximum"].as_i64()),
    ] {
        if schema[bound].is_i64() && value.is_number() && !inside {
            found.push(format!("{at}: {value} is beyond the {bound} {}", schema[bound]));
        }
    }
    if schema["minLength"] == 1 && value == "" {
        found.push(format!("{at}: an empty text"));
    }
    let time = value.as_str().filter(|_| schema["format"] == "date-time");
    if let Some(text) = time.filter(|text| text.parse::<jiff::Timestamp>().is_err()) {
        found.push(format!("{at}: {text} is no time"));
    }
    if let Some(items) = value.as_array() {
        let count = items.len() as u64;
        if schema["minItems"].as_u64().is_some_and(|least| count < least)
            || schema["maxItems"].as_u64().is_some_and(|most| count > most)
        {
            found.push(format!("{at}: {count} entries"));
        }
        for (n, item) in items.iter().enumerate() {
            check(document, &schema["items"], item, &format!("{at}/{n}"), found);
        }
    }
    let Some(fields) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{at}: `{name}` is missing"));
        }
    }
    for (name, field) in fields {
        let at = format!("{at}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Json::Null, Json::Bool(true)) => {}
            (Json::Null, Json::Null | Json::Bool(false)) => found.push(format!("{at}: the document does not name it")),
            (Json::Null, others) => check(document, others, field, &at, found),
            (schema, _) => check(document, schema, field, &at, found),
        }
    }
}

fn is(kind: &str, value: &Json) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("no type of JSON Schema: {other}"),
    }
}

#[test]
fn a_value_that_does_not_fit_is_told_with_its_place() {
    let document = serde_json::json!({"components": {"schemas": {"Leaf": {
        "type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}, "at": {"type": ["string", "null"]}},
    }}}});
    let tree = serde_json::json!({"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}});
    let told = |value| wrongs(&document, &tree, &value);
    assert!(told(serde_json::json!([{"n": 1}, {"n": 2, "at": null}])).is_empty());
    assert_eq!(
        told(serde_json::json!([{"at": 1, "more": 2}])),
        ["/0: `n` is missing", "/0/at: 1 is not [\"string\", \"null\"]", "/0/more: the document does not name it",]
    );
}
