//! Writes the form of an answer as a JSON schema that the strict modes of servers take: every field is required, one that
//! may be missing may be null, and there are no others.

use super::prompt::ANSWER;
use crate::model::{
    answer::AnswerType,
    effect::{ActShape, AnswerShape, ShapeField},
};
use serde_json::{Map, Value as Json, json};

/// `None`: the answer is free text.
pub(super) fn schema(shape: &AnswerShape) -> Option<Json> {
    let fields = match shape {
        AnswerShape::Text => return None,
        AnswerShape::One(field) => std::slice::from_ref(field),
        AnswerShape::Record(fields) => fields,
        AnswerShape::Act(acts) => {
            // The strict modes take no choice at the top, so the act stands in a field.
            let acts: Vec<Json> = acts.iter().map(act).collect();
            return Some(json!({
                "type": "object", "properties": {ANSWER: {"anyOf": acts}}, "required": [ANSWER],
                "additionalProperties": false,
            }));
        }
    };
    Some(object(fields))
}

fn object(fields: &[ShapeField]) -> Json {
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let properties: Map<String, Json> = fields.iter().map(|field| (field.name.clone(), property(field))).collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn act(act: &ActShape) -> Json {
    let with = act.schema.clone().unwrap_or_else(|| object(&act.fields));
    json!({
        "type": "object",
        "description": act.about,
        "properties": {"do": {"type": "string", "enum": [act.name]}, "with": with},
        "required": ["do", "with"],
        "additionalProperties": false,
    })
}

fn property(field: &ShapeField) -> Json {
    let (kind, form) = form(field);
    let mut property = Map::new();
    property.insert("type".to_owned(), if field.optional { json!([kind, "null"]) } else { kind.into() });
    if !field.among.is_empty() {
        let mut all: Vec<Json> = field.among.iter().map(|text| text.as_str().into()).collect();
        all.extend(field.optional.then_some(Json::Null));
        property.insert("enum".to_owned(), all.into());
    }
    let about: Vec<&str> = field.about.as_deref().into_iter().chain(form).collect();
    if !about.is_empty() {
        property.insert("description".to_owned(), about.join(" ").into());
    }
    property.into()
}

/// The type in JSON, and how a text is written.
fn form(field: &ShapeField) -> (&'static str, Option<&'static str>) {
    match AnswerType::parse(&field.kind).unwrap_or(AnswerType::Text) {
        AnswerType::Number => ("number", None),
        AnswerType::Whole => ("integer", None),
        AnswerType::YesNo => ("boolean", None),
        AnswerType::Date => ("string", Some("As 2026-12-03.")),
        AnswerType::Time => ("string", Some("As 15:00.")),
        AnswerType::DateTime => ("string", Some("As 2026-12-03T15:00.")),
        AnswerType::Phone => ("string", Some("A phone number as it stands in the input.")),
        AnswerType::Email => ("string", Some("An e-mail address as it stands in the input.")),
        _ => ("string", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_one_of_several_objects() {
        let text =
            ShapeField { name: "text".into(), kind: "text".into(), among: Vec::new(), optional: false, about: None };
        let say = ActShape { name: "say".into(), about: "Answers.".into(), fields: vec![text], schema: None };
        let done = ActShape { name: "exit_done".into(), about: "Ends.".into(), fields: Vec::new(), schema: None };
        let made = schema(&AnswerShape::Act(vec![say, done])).unwrap();
        let act = |at: usize| made["properties"]["answer"]["anyOf"][at].clone();
        assert_eq!(act(0)["properties"]["do"]["enum"], json!(["say"]));
        assert_eq!(act(0)["properties"]["with"]["required"], json!(["text"]));
        assert_eq!(act(1)["properties"]["with"]["properties"], json!({}));
        assert_eq!((&act(1)["description"], &made["required"]), (&json!("Ends."), &json!(["answer"])));
    }

    #[test]
    fn every_field_is_required_and_a_missing_one_is_null() {
        let field = |name: &str, kind: &str| ShapeField {
            name: name.into(),
            kind: kind.into(),
            among: Vec::new(),
            optional: false,
            about: None,
        };
        let kind = ShapeField { among: vec!["late".into(), "price".into()], ..field("kind", "choice") };
        let when = ShapeField { optional: true, about: Some("Of the repair.".into()), ..field("when", "date") };
        let shape = AnswerShape::Record(vec![kind, when, field("angry", "yesno")]);
        assert_eq!(
            schema(&shape).unwrap(),
            json!({
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": ["late", "price"]},
                    "when": {"type": ["string", "null"], "description": "Of the repair. As 2026-12-03."},
                    "angry": {"type": "boolean"},
                },
                "required": ["kind", "when", "angry"],
                "additionalProperties": false,
            })
        );
        assert_eq!(schema(&AnswerShape::Text), None);
    }
}
