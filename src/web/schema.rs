//! Derives the JSON Schema of a request's or an answer's body from its Rust type.
//!
//! The types stand in `web/api`, beside the handlers that read and write them. `/openapi.json` shows the schemas, the
//! masks walk answers along them, and `body` reads requests along them.

use super::routes;
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Map, Value as Json};
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

/// The place of a named schema in the document.
const COMPONENTS: &str = "/components/schemas";

/// Our own keywords begin so. The document does not show them.
const OWN: &str = "x-";
/// The words of a text of a request about which the handler has a sentence of its own; the document shows them as
/// `enum`.
pub const WORDS: &str = "x-words";

/// In a request: `null` says something else than a field that is left out.
pub const CLEARED: &str = "x-null";

/// The body of an answer or of a request.
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    Answer,
    Request,
}

/// A Rust type whose schema is derived.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    direction: Direction,
    id: fn() -> Cow<'static, str>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Derived {
    pub const fn of<T: JsonSchema>(direction: Direction) -> Derived {
        Derived { direction, id: T::schema_id, schema: |generator| generator.subschema_for::<T>() }
    }

    /// The schema with our own keywords, which refers to `component`s.
    pub fn marked(&self) -> &'static Json {
        let id = (self.id)();
        ALL.bodies.get(&*id).unwrap_or_else(|| panic!("no route has a body of the type `{id}`"))
    }

    /// The schema as the document shows it.
    pub fn documented(&self) -> Json {
        unmarked(self.marked().clone())
    }
}

/// All named schemas as the document shows them.
pub fn components() -> impl Iterator<Item = (&'static str, Json)> {
    ALL.components.iter().map(|(name, schema)| (name.as_str(), unmarked(schema.clone())))
}

/// The schema itself, or the one that it refers to.
pub fn resolved(schema: &'static Json) -> &'static Json {
    let name = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next());
    match name {
        Some(name) => &ALL.components[name],
        None => schema,
    }
}

/// The schemas of all routes.
struct Schemas {
    /// By the id of the type.
    bodies: BTreeMap<String, Json>,
    /// By name.
    components: BTreeMap<String, Json>,
}

static ALL: LazyLock<Schemas> = LazyLock::new(|| {
    let mut schemas = Schemas { bodies: BTreeMap::new(), components: BTreeMap::new() };
    let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = COMPONENTS.into());
    let mut answers = settings().for_serialize().into_generator();
    let mut requests = settings().for_deserialize().into_generator();
    for derived in routes::bodies().derived {
        let generator = match derived.direction {
            Direction::Answer => &mut answers,
            Direction::Request => &mut requests,
        };
        let schema = (derived.schema)(generator);
        schemas.bodies.insert((derived.id)().into_owned(), plain(schema, derived.direction));
    }
    let answers = answers.take_definitions(false).into_iter().map(|of| (Direction::Answer, of));
    let requests = requests.take_definitions(false).into_iter().map(|of| (Direction::Request, of));
    for (direction, (name, schema)) in answers.chain(requests) {
        let schema = plain(Schema::try_from(schema).expect("a definition is an object"), direction);
        // Of two types with one name the second gets a number.
        assert!(!name.ends_with(|end: char| end.is_ascii_digit()), "two types have the name of `{name}`");
        let other = schemas.components.insert(name.clone(), schema.clone());
        assert!(other.is_none_or(|other| other == schema), "`{name}` is a request and another answer");
    }
    schemas
});

/// The schema in the few words of JSON Schema that our document uses.
fn plain(mut schema: Schema, direction: Direction) -> Json {
    let mut plain = |schema: &mut Schema| {
        if schema.as_bool() == Some(true) {
            *schema = Schema::default();
        }
        // A request has no fields beside its own: also one that has none at all.
        let is_object = schema.get("type") == Some(&"object".into()) && schema.get("additionalProperties").is_none();
        if is_object && matches!(direction, Direction::Request) {
            schema.insert("additionalProperties".into(), false.into());
            schema.ensure_object().entry("properties").or_insert_with(|| Json::Object(Map::new()));
        }
        if matches!(direction, Direction::Request) && schema.get(CLEARED).is_none() {
            without_null(schema);
        }
        schema.remove("$schema");
        schema.remove("default");
        schema.remove("title");
        // The formats of Rust's own numbers are unknown to others: no number here needs more than 63 bits.
        if schema.get("format").and_then(Json::as_str).is_some_and(|format| format.starts_with("uint")) {
            schema.insert("format".into(), "int64".into());
        }
        // `null` is a value of a type that may be null, also if its words are listed.
        let may_be_null =
            schema.get("type").and_then(Json::as_array).is_some_and(|types| types.contains(&"null".into()));
        if let Some(words) = schema.get_mut("enum").and_then(Json::as_array_mut)
            && may_be_null
            && !words.contains(&Json::Null)
        {
            words.push(Json::Null);
        }
        if let Some(Json::String(text)) = schema.get_mut("description") {
            *text = text.replace('\n', " ");
        }
    };
    RecursiveTransform(&mut plain).transform(&mut schema);
    schema.to_value()
}

/// The schema without `null`: in a request it is the same as a field that is left out.
fn without_null(schema: &mut Schema) {
    if let Some(types) = schema.get_mut("type").filter(|types| types.is_array()) {
        *types = types.as_array().into_iter().flatten().find(|one| **one != "null").cloned().unwrap_or_default();
    }
    if let Some(words) = schema.get_mut("enum").and_then(Json::as_array_mut) {
        words.retain(|word| !word.is_null());
    }
    let others = schema.get("anyOf").and_then(Json::as_array);
    let mut others = others.into_iter().flatten().filter(|one| one["type"] != "null");
    if let (Some(Json::Object(only)), None) = (others.next().cloned(), others.next()) {
        schema.remove("anyOf");
        only.into_iter().for_each(|(name, value)| drop(schema.insert(name, value)));
    }
}

/// Without our own keywords.
fn unmarked(mut schema: Json) -> Json {
    match &mut schema {
        Json::Object(fields) => {
            let kept: Map<String, Json> = std::mem::take(fields)
                .into_iter()
                .map(|(name, value)| (if name == WORDS { "enum".to_owned() } else { name }, value))
                .filter(|(name, _)| !name.starts_with(OWN))
                .map(|(name, value)| (name, unmarked(value)))
                .collect();
            *fields = kept;
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = unmarked(item.take())),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
    schema
}

/// The schema of an answer that no route has, without references.
#[cfg(test)]
pub fn of<T: JsonSchema>() -> &'static Json {
    inlined::<T>(SchemaSettings::draft2020_12().for_serialize(), Direction::Answer)
}

/// As `of`, of a request.
#[cfg(test)]
pub fn of_request<T: JsonSchema>() -> &'static Json {
    inlined::<T>(SchemaSettings::draft2020_12().for_deserialize(), Direction::Request)
}

#[cfg(test)]
fn inlined<T: JsonSchema>(settings: SchemaSettings, direction: Direction) -> &'static Json {
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    Box::leak(Box::new(plain(settings.into_generator().into_root_schema_for::<T>(), direction)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{
        body_fields::{At, Id, KIND, Phone},
        time::Time,
    };
    use serde::Serialize;
    use serde_json::json;

    /// At the end.
    #[derive(Serialize, JsonSchema)]
    struct Leaf<'a> {
        /// A long line
        /// and another.
        id: u64,
        #[schemars(extend("enum" = ["a", "b"]))]
        word: Option<Id<&'a str>>,
        phone: Phone<&'a str>,
        at: Option<At>,
    }

    #[test]
    fn a_schema_says_what_is_written() {
        assert_eq!(
            unmarked(of::<Leaf<'_>>().clone()),
            json!({
                "type": "object", "description": "At the end.", "required": ["id", "word", "phone", "at"],
                "properties": {
                    "id": {"type": "integer", "format": "int64", "minimum": 0,
                        "description": "A long line and another."},
                    "word": {"type": ["string", "null"], "enum": ["a", "b", null]},
                    "phone": {"type": "string"},
                    "at": {"type": ["string", "null"], "format": "date-time"},
                },
            })
        );
        let leaf = Leaf { id: 7, word: None, phone: Phone("+34"), at: Some(At(Time(0))) };
        assert_eq!(json!(leaf), json!({"id": 7, "word": null, "phone": "+34", "at": "1970-01-01T00:00:00+00:00"}));
    }

    #[test]
    fn the_kind_of_a_text_stays_with_us() {
        assert_eq!(of::<Leaf<'_>>()["properties"]["phone"][KIND], "phone");
        assert!(components().all(|(_, schema)| !schema.to_string().contains(KIND)));
    }
}
