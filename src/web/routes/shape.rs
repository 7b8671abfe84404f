//! Defines the types of request and answer bodies as plain data, which `/openapi.json` writes as JSON Schema.

use crate::web::schema::{Derived, Direction};
use schemars::JsonSchema;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The type of a value.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Words that a customer may have written or that may speak of one: they are masked for people who do not see
    /// customers.
    Text,
    /// A name, an id or a word of the bot, the configuration, the platform or this program: never one of a customer.
    Id,
    /// The phone number of a customer.
    Phone,
    /// The name of a customer.
    PersonName,
    /// A text from which a customer can be found elsewhere: the id of a message at the platform, which holds the
    /// number, or a digest of personal data.
    Traceable,
    /// At least one character.
    Filled,
    Whole,
    /// A whole number from the first to the second.
    Between(i64, i64),
    Number,
    Flag,
    /// RFC 3339, in UTC.
    Time,
    /// Any JSON value.
    Any,
    /// One of these strings.
    Word(&'static [&'static str]),
    List(&'static Type),
    /// The type or `null`.
    Maybe(&'static Type),
    /// An object with any keys, whose values have one type.
    Map(&'static Type),
    Of(&'static Shape),
    /// The schema of a Rust type of `web/api`.
    Rust(Derived),
    Either(&'static [Type]),
    /// One page of a list.
    Page(&'static Type),
}

/// An object with its own name in the document.
#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    pub about: &'static str,
    pub fields: &'static [Field],
    /// True if it may have other fields, depending on one of its fields; clients ignore unknown ones.
    pub open: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub kind: Type,
    pub about: &'static str,
    /// In an answer the field is always present; in a request it is required.
    pub needed: bool,
}

/// The types that bodies consist of.
#[derive(Debug, Default)]
pub struct Collected {
    pub shapes: BTreeMap<&'static str, &'static Shape>,
    pub derived: Vec<Derived>,
}

/// The body of an answer.
pub const fn answer<T: JsonSchema>() -> Type {
    Type::Rust(Derived::of::<T>(Direction::Answer))
}

/// The body of a request.
pub const fn request<T: JsonSchema>() -> Type {
    Type::Rust(Derived::of::<T>(Direction::Request))
}

pub const fn need(name: &'static str, kind: Type, about: &'static str) -> Field {
    Field { name, kind, about, needed: true }
}

pub const fn may(name: &'static str, kind: Type, about: &'static str) -> Field {
    Field { name, kind, about, needed: false }
}

pub const fn shape(name: &'static str, about: &'static str, fields: &'static [Field]) -> Shape {
    Shape { name, about, fields, open: false }
}

impl Type {
    /// As JSON Schema 2020-12, with references to named shapes.
    pub fn schema(&self) -> Json {
        match self {
            Type::Text | Type::Id | Type::Phone | Type::PersonName | Type::Traceable => json!({"type": "string"}),
            Type::Filled => json!({"type": "string", "minLength": 1}),
            Type::Whole => json!({"type": "integer", "format": "int64"}),
            Type::Between(from, to) => json!({"type": "integer", "format": "int64", "minimum": from, "maximum": to}),
            Type::Number => json!({"type": "number"}),
            Type::Flag => json!({"type": "boolean"}),
            Type::Time => json!({"type": "string", "format": "date-time"}),
            Type::Any => json!({}),
            Type::Word(words) => json!({"type": "string", "enum": words}),
            Type::List(of) => json!({"type": "array", "items": of.schema()}),
            Type::Map(of) => json!({"type": "object", "additionalProperties": of.schema()}),
            Type::Of(shape) => json!({"$ref": format!("#/components/schemas/{}", shape.name)}),
            Type::Rust(derived) => derived.documented(),
            Type::Either(kinds) => json!({"anyOf": kinds.iter().map(Type::schema).collect::<Vec<_>>()}),
            Type::Maybe(of) => or_null(of.schema()),
            Type::Page(of) => json!({
                "type": "object",
                "required": ["data", "next_cursor"],
                "properties": {
                    "data": {"type": "array", "items": of.schema()},
                    "next_cursor": {
                        "type": ["string", "null"],
                        "description": "Give it as `cursor` to read on; `null` at the end of the list.",
                    },
                },
            }),
        }
    }

    /// Adds the named shapes and the Rust types that it refers to, directly or indirectly, to `all`.
    pub fn collect(&self, all: &mut Collected) {
        match self {
            Type::List(of) | Type::Maybe(of) | Type::Map(of) | Type::Page(of) => of.collect(all),
            Type::Either(kinds) => kinds.iter().for_each(|kind| kind.collect(all)),
            Type::Of(shape) => {
                let known = all.shapes.insert(shape.name, shape);
                assert!(known.is_none_or(|known| std::ptr::eq(known, *shape)), "two shapes are a `{}`", shape.name);
                if known.is_none() {
                    shape.fields.iter().for_each(|field| field.kind.collect(all));
                }
            }
            Type::Rust(derived) => all.derived.push(*derived),
            Type::Text
            | Type::Id
            | Type::Phone
            | Type::PersonName
            | Type::Traceable
            | Type::Filled
            | Type::Whole
            | Type::Between(..)
            | Type::Number
            | Type::Flag
            | Type::Time
            | Type::Any
            | Type::Word(_) => {}
        }
    }
}

impl Shape {
    pub fn schema(&self) -> Json {
        let properties: Map<String, Json> =
            self.fields.iter().map(|field| (field.name.to_owned(), field.schema())).collect();
        let required: Vec<&str> = self.fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
        let mut schema = json!({"type": "object", "properties": properties});
        if !self.about.is_empty() {
            schema["description"] = self.about.into();
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if self.open {
            schema["additionalProperties"] = true.into();
        }
        schema
    }
}

impl Field {
    pub fn schema(&self) -> Json {
        let mut schema = self.kind.schema();
        if !self.about.is_empty() {
            schema["description"] = self.about.into();
        }
        schema
    }
}

fn or_null(mut schema: Json) -> Json {
    if let Some(words) = schema.get_mut("enum").and_then(Json::as_array_mut) {
        words.push(Json::Null);
    }
    match schema.get("type").cloned() {
        Some(Json::String(kind)) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LEAF: Shape = shape("Leaf", "At the end.", &[need("n", Type::Whole, ""), may("at", Type::Time, "When.")]);
    static TREE: Shape = shape("Tree", "", &[need("leaves", Type::List(&Type::Of(&LEAF)), "")]);

    static PAGE: Type = Type::Page(&Type::Of(&TREE));

    #[test]
    fn null_is_one_more_type_or_another_schema() {
        assert_eq!(Type::Maybe(&Type::Text).schema(), json!({"type": ["string", "null"]}));
        assert_eq!(Type::Maybe(&Type::Word(&["a"])).schema(), json!({"type": ["string", "null"], "enum": ["a", null]}));
        static MAYBE: Type = Type::Maybe(&Type::Of(&LEAF));
        assert_eq!(MAYBE.schema(), json!({"anyOf": [{"$ref": "#/components/schemas/Leaf"}, {"type": "null"}]}));
    }

    #[test]
    fn a_shape_brings_those_that_it_names() {
        let mut all = Collected::default();
        PAGE.collect(&mut all);
        assert_eq!(all.shapes.keys().copied().collect::<Vec<_>>(), ["Leaf", "Tree"]);
        assert_eq!(
            LEAF.schema(),
            json!({
                "type": "object", "description": "At the end.", "required": ["n"],
                "properties": {"n": {"type": "integer", "format": "int64"},
                    "at": {"type": "string", "format": "date-time", "description": "When."}},
            })
        );
    }
}
