//! Reads the JSON schema of a tool's inputs, as far as a model can fill it and this program can check it.
//!
//! A schema that says more than this file understands is refused by name, so that no value is sent that nobody has
//! compared with it. `pattern` and `format` alone are shown to the model and compared by the server.

use crate::{base::limits::MCP_SCHEMA_DEPTH_MAX, value::Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The inputs of a tool, by their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct McpInputs {
    pub fields: Vec<McpField>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct McpField {
    pub name: String,
    pub required: bool,
    pub form: Form,
}

/// The form of one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub about: Option<String>,
    /// The allowed values; empty: all.
    pub among: Vec<Json>,
    /// True if the value may be null.
    pub null: bool,
    pub kind: FormKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FormKind {
    Text { least: Option<u64>, most: Option<u64> },
    Number { whole: bool, least: Option<f64>, most: Option<f64>, above: Option<f64>, below: Option<f64> },
    YesNo,
    List { item: Box<Form>, least: Option<u64>, most: Option<u64> },
    Map(McpInputs),
}

/// Keywords that allow or forbid no value here: they describe, or speak of inputs that we do not send.
const DESCRIBE: [&str; 15] = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "additionalProperties",
    "contentMediaType",
    "unevaluatedProperties",
];
/// Keywords that the server alone compares; the model is told.
const TOLD: [&str; 4] = ["pattern", "format", "multipleOf", "uniqueItems"];
const CHECKED: [&str; 18] = [
    "type",
    "enum",
    "const",
    "required",
    "properties",
    "items",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
];

impl McpInputs {
    /// The inputs that a schema describes. An optional input that cannot be understood is left out; a required one makes
    /// the tool unusable, and the error says why.
    pub fn read(schema: &Json) -> Result<McpInputs, String> {
        let is_empty = schema.is_null() || schema.as_object().is_some_and(Map::is_empty);
        if is_empty {
            return Ok(McpInputs::default());
        }
        match form(schema, schema, MCP_SCHEMA_DEPTH_MAX)?.kind {
            FormKind::Map(inputs) => Ok(inputs),
            _ => Err("its inputs are no object".to_owned()),
        }
    }

    /// The schema for the model, as strict modes of servers take it: every field is required, an optional one may be null.
    pub fn strict(&self) -> Json {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let properties: Map<String, Json> =
            self.fields.iter().map(|field| (field.name.clone(), field.form.strict(!field.required))).collect();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    }

    /// The values that a model gives, if they fit. An optional value that is null is left out. The error is a sentence for
    /// the model, and repeats no value.
    pub fn check(&self, given: Value) -> Result<BTreeMap<String, Value>, String> {
        let Value::Map(mut given) = given else { return Err("the inputs are no object".to_owned()) };
        let mut all = BTreeMap::new();
        for field in &self.fields {
            let value = given.remove(&field.name).unwrap_or_default();
            if value == Value::Nothing && !field.form.null {
                if field.required {
                    return Err(format!("`{}` is missing", field.name));
                }
                continue;
            }
            if value == Value::Nothing && !field.required {
                continue;
            }
            let value = field.form.check(value).map_err(|why| format!("`{}` {why}", field.name))?;
            all.insert(field.name.clone(), value);
        }
        match given.is_empty() {
            true => Ok(all),
            false => Err("there are inputs that the tool does not have".to_owned()),
        }
    }
}

impl Form {
    fn strict(&self, optional: bool) -> Json {
        let null = self.null || optional;
        let (name, mut schema) = match &self.kind {
            FormKind::Text { .. } => ("string", Map::new()),
            FormKind::Number { whole: true, .. } => ("integer", Map::new()),
            FormKind::Number { .. } => ("number", Map::new()),
            FormKind::YesNo => ("boolean", Map::new()),
            FormKind::List { item, .. } => ("array", Map::from_iter([("items".to_owned(), item.strict(false))])),
            FormKind::Map(inputs) => match inputs.strict() {
                Json::Object(map) => ("object", map),
                _ => ("object", Map::new()),
            },
        };
        schema.insert("type".to_owned(), if null { json!([name, "null"]) } else { name.into() });
        if !self.among.is_empty() {
            let mut among = self.among.clone();
            among.extend((null && !among.contains(&Json::Null)).then_some(Json::Null));
            schema.insert("enum".to_owned(), among.into());
        }
        if let Some(about) = &self.about {
            schema.insert("description".to_owned(), about.as_str().into());
        }
        schema.into()
    }

    fn check(&self, value: Value) -> Result<Value, String> {
        if value == Value::Nothing && self.null {
            return Ok(value);
        }
        let value = self.kind.check(value)?;
        match self.among.is_empty() || self.among.contains(&value.to_json()) {
            true => Ok(value),
            false => Err("is none of the allowed values".to_owned()),
        }
    }
}

impl FormKind {
    fn check(&self, value: Value) -> Result<Value, String> {
        match (self, value) {
            (FormKind::Text { least, most }, Value::Text(text)) => {
                within(text.chars().count() as u64, *least, *most, "letters")?;
                Ok(Value::Text(text))
            }
            (FormKind::Number { whole, least, most, above, below }, value @ (Value::Whole(_) | Value::Number(_))) => {
                let number = match value {
                    Value::Whole(number) => number as f64,
                    Value::Number(number) => number,
                    _ => f64::NAN,
                };
                if *whole && number.fract() != 0.0 {
                    return Err("is no whole number".to_owned());
                }
                let is_small = least.is_some_and(|least| number < least) || above.is_some_and(|above| number <= above);
                let is_large = most.is_some_and(|most| number > most) || below.is_some_and(|below| number >= below);
                match (is_small, is_large) {
                    (false, false) if number.is_finite() => Ok(value),
                    (true, _) => Err("is too small".to_owned()),
                    _ => Err("is too large".to_owned()),
                }
            }
            (FormKind::YesNo, value @ Value::YesNo(_)) => Ok(value),
            (FormKind::List { item, least, most }, Value::List(items)) => {
                within(items.len() as u64, *least, *most, "items")?;
                let checked = items.into_iter().map(|value| item.check(value)).collect::<Result<_, _>>();
                checked.map(Value::List).map_err(|why| format!("has an item that {why}"))
            }
            (FormKind::Map(inputs), value) => {
                inputs.check(value).map(Value::Map).map_err(|why| format!("is wrong: {why}"))
            }
            (FormKind::Text { .. }, _) => Err("is no text".to_owned()),
            (FormKind::Number { .. }, _) => Err("is no number".to_owned()),
            (FormKind::YesNo, _) => Err("is neither true nor false".to_owned()),
            (FormKind::List { .. }, _) => Err("is no list".to_owned()),
        }
    }
}

fn within(count: u64, least: Option<u64>, most: Option<u64>, what: &str) -> Result<(), String> {
    match (least, most) {
        (Some(least), _) if count < least => Err(format!("has less than {least} {what}")),
        (_, Some(most)) if count > most => Err(format!("has more than {most} {what}")),
        _ => Ok(()),
    }
}

fn form(schema: &Json, root: &Json, left: usize) -> Result<Form, String> {
    let left =
        left.checked_sub(1).ok_or_else(|| format!("its values lie more than {MCP_SCHEMA_DEPTH_MAX} levels deep"))?;
    let Json::Object(map) = schema else { return Err("its schema is no object".to_owned()) };
    let is_known = |key: &str| [&DESCRIBE[..], &TOLD, &CHECKED].iter().any(|known| known.contains(&key));
    if let Some(key) = map.keys().find(|key| !is_known(key) && !key.starts_with("x-")) {
        return Err(format!("its schema uses `{key}`"));
    }
    if let Some(inner) = map.get("$ref") {
        let at = inner.as_str().and_then(|path| path.strip_prefix('#')).unwrap_or("?");
        let target = root.pointer(at).ok_or("its schema refers to something outside of it")?;
        return Ok(described(form(target, root, left)?, map));
    }
    if let Some(all) = map.get("allOf").and_then(Json::as_array) {
        let [one] = all.as_slice() else { return Err("its schema uses `allOf`".to_owned()) };
        return Ok(described(form(one, root, left)?, map));
    }
    if let Some(any) = map.get("anyOf").or(map.get("oneOf")).and_then(Json::as_array) {
        let is_null = |one: &&Json| one["type"] == "null";
        let others: Vec<&Json> = any.iter().filter(|one| !is_null(one)).collect();
        let [one] = others.as_slice() else { return Err("its schema has a choice of several forms".to_owned()) };
        let mut form = described(form(one, root, left)?, map);
        form.null |= others.len() < any.len();
        return Ok(form);
    }
    let (name, null) = type_of(map)?;
    let kind = kind(name, map, root, left)?;
    let among = match (map.get("enum"), map.get("const")) {
        (Some(Json::Array(all)), _) => all.iter().filter(|one| !one.is_null()).cloned().collect(),
        (_, Some(only)) => vec![only.clone()],
        _ => Vec::new(),
    };
    Ok(described(Form { about: None, among, null, kind }, map))
}

/// The type that a schema names, or that its other keywords tell, and whether null is allowed beside it.
fn type_of(map: &Map<String, Json>) -> Result<(&str, bool), String> {
    let many = || "its schema has a value of several types".to_owned();
    match map.get("type") {
        Some(Json::String(name)) => Ok((name, false)),
        Some(Json::Array(names)) => {
            let others: Vec<&str> = names.iter().filter_map(Json::as_str).filter(|name| *name != "null").collect();
            match others.as_slice() {
                [one] => Ok((one, others.len() < names.len())),
                _ => Err(many()),
            }
        }
        Some(_) => Err(many()),
        None if map.contains_key("properties") => Ok(("object", false)),
        None if map.contains_key("items") => Ok(("array", false)),
        None => {
            let values = map.get("enum").and_then(Json::as_array).map(Vec::as_slice);
            let values = values.or(map.get("const").map(std::slice::from_ref)).unwrap_or_default();
            let is_text = !values.is_empty() && values.iter().all(Json::is_string);
            if is_text { Ok(("string", false)) } else { Err("its schema has a value without a type".to_owned()) }
        }
    }
}

fn kind(name: &str, map: &Map<String, Json>, root: &Json, left: usize) -> Result<FormKind, String> {
    let count = |key: &str| map.get(key).and_then(Json::as_u64);
    let number = |key: &str| map.get(key).and_then(Json::as_f64);
    Ok(match name {
        "string" => FormKind::Text { least: count("minLength"), most: count("maxLength") },
        "number" | "integer" => FormKind::Number {
            whole: name == "integer",
            least: number("minimum"),
            most: number("maximum"),
            above: number("exclusiveMinimum"),
            below: number("exclusiveMaximum"),
        },
        "boolean" => FormKind::YesNo,
        "array" => {
            let item = map.get("items").ok_or("its schema has a list of unknown items")?;
            FormKind::List {
                item: Box::new(form(item, root, left)?),
                least: count("minItems"),
                most: count("maxItems"),
            }
        }
        "object" => {
            let empty = Map::new();
            let properties = map.get("properties").and_then(Json::as_object).unwrap_or(&empty);
            let required: Vec<&str> =
                map.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
            if let Some(name) = required.iter().find(|name| !properties.contains_key(**name)) {
                return Err(format!("its schema requires `{name}` and does not describe it"));
            }
            let mut fields = Vec::new();
            for (name, schema) in properties {
                let required = required.contains(&name.as_str());
                match form(schema, root, left) {
                    Ok(form) => fields.push(McpField { name: name.clone(), required, form }),
                    Err(why) if required => return Err(format!("`{name}`: {why}")),
                    Err(_) => {}
                }
            }
            FormKind::Map(McpInputs { fields })
        }
        other => return Err(format!("its schema has the type `{other}`")),
    })
}

/// The form with the description of a schema, and with all that only the server compares.
fn described(mut form: Form, map: &Map<String, Json>) -> Form {
    let about = map.get("description").and_then(Json::as_str).map(str::to_owned).or(form.about.take());
    let told = TOLD.iter().filter_map(|key| map.get(*key).map(|value| format!("{key}: {value}")));
    let words: Vec<String> = about.into_iter().chain(told).collect();
    form.about = (!words.is_empty()).then(|| words.join("; "));
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(schema: Json) -> McpInputs {
        McpInputs::read(&schema).unwrap()
    }

    fn event() -> Json {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "day": {"type": "string", "format": "date", "description": "The day"},
                "minutes": {"type": "integer", "minimum": 10, "maximum": 90},
                "kind": {"enum": ["visit", "call"]},
                "guests": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/guest"}},
                "note": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}], "title": "Note"},
                "odd": {"not": {"type": "string"}},
            },
            "required": ["day", "minutes"],
            "$defs": {"guest": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
        })
    }

    fn checked(given: Json) -> Result<Json, String> {
        inputs(event()).check(Value::from_json(&given)).map(|all| Value::Map(all).to_json())
    }

    #[test]
    fn a_model_is_told_every_input_that_can_be_checked() {
        let strict = inputs(event()).strict();
        assert_eq!(strict["properties"]["day"], json!({"type": "string", "description": "The day; format: \"date\""}));
        assert_eq!(strict["properties"]["kind"], json!({"type": ["string", "null"], "enum": ["visit", "call", null]}));
        assert_eq!(strict["properties"]["guests"]["items"]["required"], json!(["name"]));
        assert_eq!(strict["properties"].get("odd"), None, "an optional input that nobody can check is left out");
    }

    #[test]
    fn what_fits_is_sent_and_optional_nulls_are_left_out() {
        let given =
            json!({"day": "2026-12-03", "minutes": 90, "kind": "call", "guests": [{"name": "A"}], "note": null});
        let sent = json!({"day": "2026-12-03", "minutes": 90, "kind": "call", "guests": [{"name": "A"}]});
        assert_eq!(checked(given), Ok(sent));
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_name() {
        for (given, why) in [
            (json!({"minutes": 20}), "`day` is missing"),
            (json!({"day": 3, "minutes": 20}), "`day` is no text"),
            (json!({"day": "x", "minutes": 9}), "`minutes` is too small"),
            (json!({"day": "x", "minutes": 91}), "`minutes` is too large"),
            (json!({"day": "x", "minutes": 20.5}), "`minutes` is no whole number"),
            (json!({"day": "x", "minutes": 20, "kind": "party"}), "`kind` is none of the allowed values"),
            (
                json!({"day": "x", "minutes": 20, "guests": [{}]}),
                "`guests` has an item that is wrong: `name` is missing",
            ),
            (
                json!({"day": "x", "minutes": 20, "guests": [{"name": "A"}, {"name": "B"}, {"name": "C"}]}),
                "`guests` has more than 2 items",
            ),
            (json!({"day": "x", "minutes": 20, "note": "longer"}), "`note` has more than 5 letters"),
            (json!({"day": "x", "minutes": 20, "else": 1}), "there are inputs that the tool does not have"),
            (json!([]), "the inputs are no object"),
        ] {
            assert_eq!(checked(given.clone()), Err(why.to_owned()), "{given}");
        }
    }

    #[test]
    fn a_schema_that_cannot_be_checked_is_refused_by_name() {
        let of = |one: Json| {
            let schema = json!({"type": "object", "properties": {"a": one}, "required": ["a"]});
            McpInputs::read(&schema).unwrap_err()
        };
        assert_eq!(of(json!({"type": "string", "not": {}})), "`a`: its schema uses `not`");
        assert_eq!(of(json!({})), "`a`: its schema has a value without a type");
        assert_eq!(of(json!({"$ref": "https://x.example/y"})), "`a`: its schema refers to something outside of it");
        assert_eq!(of(json!({"type": ["string", "number"]})), "`a`: its schema has a value of several types");
        let looping = json!({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]});
        assert!(McpInputs::read(&looping).unwrap_err().contains("levels deep"));
        assert_eq!(McpInputs::read(&json!({"type": "string"})), Err("its inputs are no object".to_owned()));
        assert_eq!(McpInputs::read(&json!(null)), Ok(McpInputs::default()));
    }

    #[test]
    fn values_may_lie_so_deep() {
        let nested = |levels: usize| {
            (1..levels).fold(
                json!({"type": "string"}),
                |inner, _| json!({"type": "object", "properties": {"a": inner}, "required": ["a"]}),
            )
        };
        assert!(McpInputs::read(&nested(MCP_SCHEMA_DEPTH_MAX)).is_ok());
        assert!(McpInputs::read(&nested(MCP_SCHEMA_DEPTH_MAX + 1)).is_err());
    }
}
