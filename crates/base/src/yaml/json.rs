//! Converts loaded YAML to JSON, for values that leave the program as they are written.

use super::{Kind, Node};
use serde_json::Value as Json;

/// YAML as JSON: plain words become numbers, `true`, `false` and `null` where they look so; quoted values are texts.
pub fn to_json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::List(items) => items.iter().map(to_json).collect(),
        Kind::Map(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.text.clone(), to_json(&entry.value))).collect())
        }
        Kind::Scalar(scalar) if !scalar.is_plain() => Json::String(scalar.text.clone()),
        Kind::Scalar(scalar) => match scalar.text.as_str() {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            // Only JSON numbers: `007` and `+34600` are texts.
            text => text.parse::<serde_json::Number>().map_or_else(|_| Json::String(text.to_owned()), Json::Number),
        },
    }
}
