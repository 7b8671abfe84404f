//! Generates the JSON Schemas of flows, of `_bot.yaml`, of tests and of evals for editors, from the Specs of the parser.
//!
//! Each verb and each shape of a value has an `if`/`then`, never `oneOf`: an editor then says "`tiemout` is not
//! allowed" at that key, and not "matches none of 24 schemas" at the step.

use super::reference;
use crate::{
    load::spec::{
        BOT_KEYS, EVAL_KEYS, FLOW_KEYS, FieldKind, FieldSpec, STEP_KEYS, Spec, TEST_KEYS, TRIGGER_KEYS, parts,
    },
    model::answer::AnswerType,
    steps::{self, ALONE},
    triggers,
};
use serde_json::{Map, Value, json};

/// The schema of a file in `flows/`.
pub fn of_flow() -> Value {
    let mut root = object(FLOW_KEYS, &[]);
    root["$schema"] = DRAFT.into();
    root["title"] = "A flow of Transom".into();
    root["definitions"] = definitions(steps::SPECS, triggers::SPECS);
    root
}

/// The schema of `flows/_bot.yaml`.
pub fn of_bot() -> Value {
    let mut root = object(BOT_KEYS, &[]);
    root["$schema"] = DRAFT.into();
    root["title"] = "What the flows of Transom share".into();
    root["definitions"] = definitions(steps::SPECS, triggers::SPECS);
    root
}

/// The schema of `flows/NAME.test.yaml`.
pub fn of_test() -> Value {
    let mut root = object(TEST_KEYS, &[]);
    root["$schema"] = DRAFT.into();
    root["title"] = "Tests of a flow of Transom".into();
    root["definitions"] = json!({"text": in_full(&FieldKind::Text)});
    root
}

/// The schema of `flows/NAME.eval.yaml`.
pub fn of_eval() -> Value {
    let mut root = object(EVAL_KEYS, &[]);
    root["$schema"] = DRAFT.into();
    root["title"] = "Evals of a flow of Transom".into();
    root["definitions"] = json!({"text": in_full(&FieldKind::Text)});
    root
}

/// All schemas, by the names of their files in `schema/`.
pub fn all() -> [(&'static str, Value); 4] {
    [("flow.json", of_flow()), ("bot.json", of_bot()), ("test.json", of_test()), ("eval.json", of_eval())]
}

/// The draft that most editors support.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// Parts that occur in many places: defined once and referred to.
const SHARED: &[(&str, FieldKind)] = &[
    ("if_closed", parts::IF_CLOSED),
    ("options", parts::OPTIONS),
    ("option", parts::OPTION),
    ("button", parts::BUTTON),
    ("consent", parts::CONSENT),
    ("declaration", parts::DECLARATION),
    ("timeout", parts::TIMEOUT),
    ("until", parts::UNTIL),
    ("retry", parts::RETRY),
    ("text", FieldKind::Text),
];

fn definitions(steps: &[&Spec], triggers: &[&Spec]) -> Value {
    let mut all = Map::new();
    all.insert("steps".into(), one_or_many(json!({"$ref": "#/definitions/step"})));
    all.insert(
        "step".into(),
        json!({"if": {"type": "string"}, "then": {"enum": ALONE}, "else": by_name(steps, "step")}),
    );
    all.insert("triggers".into(), one_or_many(json!({"$ref": "#/definitions/trigger"})));
    all.insert("trigger".into(), by_name(triggers, "trigger"));
    for (name, kind) in SHARED {
        all.insert((*name).to_owned(), in_full(kind));
    }
    for spec in steps {
        all.insert(format!("step_{}", spec.name), of_spec(spec, STEP_KEYS));
    }
    for spec in triggers {
        all.insert(format!("trigger_{}", spec.name), of_spec(spec, TRIGGER_KEYS));
    }
    Value::Object(all)
}

fn one_or_many(one: Value) -> Value {
    json!({
        "if": {"type": "array"},
        "then": {"items": one},
        "else": {"if": {"type": "null"}, "then": {}, "else": one},
    })
}

/// The schema of a step or trigger: by its verb, or the list of verbs if it has none.
fn by_name(specs: &[&Spec], what: &str) -> Value {
    let names: Vec<&str> = specs.iter().map(|spec| spec.name).filter(|name| *name != "if").collect();
    let mut rules: Vec<Value> = specs
        .iter()
        .map(|spec| {
            let has = match spec.name {
                "if" => without("if", &names),
                // `return` beside `end` is the value that the flow returns.
                "return" => without("return", &["end"]),
                name => json!({"required": [name]}),
            };
            json!({"if": has, "then": {"$ref": format!("#/definitions/{what}_{}", spec.name)}})
        })
        .collect();
    let verbs: Map<String, Value> =
        specs.iter().map(|spec| (spec.name.to_owned(), json!({"description": spec.summary}))).collect();
    let any: Vec<Value> = specs.iter().map(|spec| json!({"required": [spec.name]})).collect();
    rules.push(json!({
        "if": {"not": {"anyOf": any}},
        "then": {"properties": verbs, "additionalProperties": false},
    }));
    json!({"type": ["object", "null"], "allOf": rules})
}

/// The key is the verb only without the others; otherwise it is a key of the other verb: `if` is the condition of any
/// verb.
fn without(name: &str, others: &[&str]) -> Value {
    let others: Vec<Value> = others.iter().map(|name| json!({"required": [name]})).collect();
    json!({"required": [name], "not": {"anyOf": others}})
}

fn of_spec(spec: &Spec, common: &[FieldSpec]) -> Value {
    let mut schema = object(spec.fields, common);
    schema["description"] = spec.summary.into();
    let value = spec.value();
    if !value.required {
        // `end:` without a value.
        let mut own = json!({"if": {"type": "null"}, "then": {}, "else": of_kind(&value.kind)});
        show(&mut own, &value.kind);
        schema["properties"][value.name] = own;
    }
    schema["properties"][value.name]["markdownDescription"] = about(spec).into();
    schema
}

/// A map with these keys and no others.
fn object(fields: &[FieldSpec], common: &[FieldSpec]) -> Value {
    let mut properties = Map::new();
    for field in fields.iter().chain(common) {
        if properties.contains_key(field.name) {
            continue;
        }
        let mut schema = of_kind(&field.kind);
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".into(), reference::field_line(field).trim().into());
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    // A key without a value counts as a map without keys.
    let mut schema = json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn about(spec: &Spec) -> String {
    let example: Vec<String> = spec
        .example
        .lines()
        .enumerate()
        .map(|(n, line)| format!("{}{line}", if n == 0 { "- " } else { "  " }))
        .collect();
    format!("{}\n\n```yaml\n{}\n```", spec.summary, example.join("\n"))
}

fn of_kind(kind: &FieldKind) -> Value {
    match SHARED.iter().find(|(_, shared)| shared == kind) {
        Some((name, _)) => json!({"$ref": format!("#/definitions/{name}")}),
        None => in_full(kind),
    }
}

fn in_full(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Steps => return json!({"$ref": "#/definitions/steps"}),
        FieldKind::Triggers => return json!({"$ref": "#/definitions/triggers"}),
        FieldKind::Data => return json!({}),
        _ => {}
    }
    let shapes = Shapes::of(kind);
    let Shapes { maps, lists, scalars } = shapes;
    let mut schema = match (merged_maps(&maps), lists, merged_scalars(&scalars)) {
        (None, None, Some(scalar)) => scalar,
        (Some(map), None, None) => map,
        (None, Some(items), None) => json!({"type": "array", "items": items}),
        (map, items, scalar) => {
            let mut schema = scalar.unwrap_or_else(|| match (&map, &items) {
                (Some(_), _) => json!({"type": "object"}),
                (None, _) => json!({"type": "array"}),
            });
            if let Some(items) = items {
                schema = json!({"if": {"type": "array"}, "then": {"items": items}, "else": schema});
            }
            match map {
                Some(map) => json!({"if": {"type": "object"}, "then": map, "else": schema}),
                None => schema,
            }
        }
    };
    if schema.get("if").is_some() {
        show(&mut schema, kind);
    }
    schema
}

/// Editors suggest the words of an `enum`, but not of one below `then` and `else`: there they suggest `examples`.
fn show(schema: &mut Value, kind: &FieldKind) {
    let examples: Vec<Value> = kind.shapes().iter().flat_map(examples).collect();
    if !examples.is_empty() {
        schema["examples"] = examples.into();
    }
}

/// The allowed words of a value, or some examples.
fn examples(kind: &FieldKind) -> Vec<Value> {
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect();
    match kind {
        FieldKind::Word(words) => texts(words),
        FieldKind::Type => AnswerType::names().chain(["any"]).map(Value::from).collect(),
        FieldKind::Answer => AnswerType::sent().map(Value::from).collect(),
        FieldKind::True => vec![true.into()],
        FieldKind::YesNo => vec![true.into(), false.into()],
        FieldKind::Duration => texts(&["30s", "10m", "2h", "1d"]),
        FieldKind::Limit => texts(&["1/1d", "3/7d"]),
        FieldKind::Budget => texts(&["5.00/1d", "80.00/30d"]),
        FieldKind::Clock => texts(&["10:00"]),
        _ => Vec::new(),
    }
}

/// The kinds of a value by their YAML type, so that an editor's message is about the type that was written.
#[derive(Default)]
struct Shapes {
    maps: Vec<FieldKind>,
    /// The schema of the items of a list.
    lists: Option<Value>,
    scalars: Vec<FieldKind>,
}

impl Shapes {
    fn of(kind: &FieldKind) -> Shapes {
        let mut shapes = Shapes::default();
        shapes.add(kind);
        shapes
    }

    fn add(&mut self, kind: &FieldKind) {
        match kind {
            FieldKind::Either(kinds) => kinds.iter().for_each(|kind| self.add(kind)),
            FieldKind::Many(one) => {
                self.lists = Some(of_kind(one));
                self.add(one);
            }
            FieldKind::List => {
                self.lists = Some(json!({}));
                self.scalars.push(FieldKind::Text);
            }
            FieldKind::Type => {
                self.lists = Some(json!({"type": ["string", "number", "boolean"]}));
                self.scalars.push(*kind);
            }
            FieldKind::Steps => {
                self.lists = Some(json!({"$ref": "#/definitions/step"}));
                self.maps.push(*kind);
                self.scalars.push(FieldKind::Word(&ALONE));
            }
            FieldKind::Cases | FieldKind::Map | FieldKind::Record(_) | FieldKind::MapOf(_) => self.maps.push(*kind),
            _ => self.scalars.push(*kind),
        }
    }
}

/// The schema of maps: one with known keys and one with names of the author's own (an option) are distinguished by the
/// known keys.
fn merged_maps(kinds: &[FieldKind]) -> Option<Value> {
    let mut own = None;
    let mut known = Vec::new();
    for kind in kinds {
        match kind {
            FieldKind::Cases => own = Some(map_of(&FieldKind::Steps)),
            FieldKind::Steps => own = Some(json!({"$ref": "#/definitions/step"})),
            FieldKind::Map => own = Some(json!({"type": ["object", "null"]})),
            FieldKind::MapOf(kind) => own = Some(map_of(kind)),
            FieldKind::Record(fields) => known.push(*fields),
            _ => {}
        }
    }
    let own_names = kinds.contains(&FieldKind::Cases);
    if let (true, Some(own)) = (own_names, &mut own) {
        // An editor looks here for the keys of a map that has only been begun.
        let all = known.iter().rev().flat_map(|fields| fields.iter());
        let keys = all.map(|field| (field.name.to_owned(), of_kind(&field.kind)));
        own["properties"] = Value::Object(keys.collect());
    }
    let mut schema = own;
    for fields in known {
        let record = object(fields, &[]);
        schema = Some(match schema {
            None => record,
            Some(other) => {
                let none_required = fields.iter().all(|field| !field.required);
                // `{id: a, titel: A}` is an option with a misspelt title, as for the parser.
                let tells = |field: &&FieldSpec| field.required || none_required || own_names && field.name == "id";
                let mut any: Vec<Value> =
                    fields.iter().filter(tells).map(|field| json!({"required": [field.name]})).collect();
                if own_names {
                    // A name of the author's own has steps as its value; a text is the value of a key of an option.
                    any.push(json!({"not": {"additionalProperties": {"anyOf": [
                        {"type": ["array", "object", "null"]},
                        {"enum": ALONE},
                    ]}}}));
                }
                json!({"if": {"anyOf": any}, "then": record, "else": other})
            }
        });
    }
    schema
}

fn map_of(kind: &FieldKind) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": of_kind(kind)})
}

fn merged_scalars(kinds: &[FieldKind]) -> Option<Value> {
    let mut all: Vec<Value> = kinds.iter().map(scalar).collect();
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(json!({"anyOf": all})),
    }
}

/// A text may look like a number or a yes: the field decides about the type, not YAML.
fn scalar(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Word(words) => json!({"enum": words}),
        FieldKind::True => json!({"enum": [true]}),
        FieldKind::YesNo => json!({"enum": [true, false, "yes", "no", "on", "off"]}),
        FieldKind::Whole => json!({"type": "integer"}),
        FieldKind::Duration => {
            json!({"type": "string", "pattern": "^-?([0-9]+(ms|s|m|h|d|w))+$", "examples": examples(kind)})
        }
        FieldKind::Limit => {
            json!({"type": "string", "pattern": "^[0-9]+ */ *[0-9]*(ms|s|m|h|d|w)$", "examples": examples(kind)})
        }
        FieldKind::Budget => {
            let pattern = "^ *[0-9]+(\\.[0-9]{0,6})? */ *([0-9]+(ms|s|m|h|d|w))+ *$";
            json!({"type": "string", "pattern": pattern, "examples": examples(kind)})
        }
        FieldKind::Code | FieldKind::Script => json!({"type": ["string", "number", "boolean"]}),
        // The others are texts and names: also `007`, `true` and `1.10`.
        FieldKind::Type => {
            let names: Vec<&str> = AnswerType::names().chain(["any"]).collect();
            json!({"enum": names})
        }
        FieldKind::Answer => json!({"enum": AnswerType::sent().collect::<Vec<_>>()}),
        _ => json!({"type": ["string", "number", "boolean"]}),
    }
}
