//! Defines the JSON of a finding, for `check --format json`, `/readyz`, the studio and editors.

use crate::{
    diagnostic::Diagnostic,
    fix::{Edit, Fix},
    place::Place,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A sentence of the checker about the flows.
#[derive(Debug, Serialize, JsonSchema)]
struct Finding<'a> {
    /// `E…` of errors, `W…` of warnings; the reference explains each.
    code: &'a str,
    #[schemars(extend("enum" = ["error", "warning"]))]
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    at: Stretch<'a>,
    /// The text to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "&str")]
    help: Option<&'a str>,
    /// Other places that it speaks of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<FindingLabel<'a>>,
    /// A repair that a program can make.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FindingFix")]
    fix: Option<FindingFix<'a>>,
}

/// A part of a file; lines and columns begin at 1.
#[derive(Debug, Serialize, JsonSchema)]
struct Stretch<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FindingLabel<'a> {
    #[serde(flatten)]
    at: Stretch<'a>,
    message: &'a str,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FindingFix<'a> {
    /// For a menu.
    title: &'a str,
    /// The author can have meant nothing else.
    sure: bool,
    edits: Vec<FindingEdit<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FindingEdit<'a> {
    #[serde(flatten)]
    at: Stretch<'a>,
    /// The text that stands there then.
    text: &'a str,
}

impl<'a> Finding<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Finding<'a> {
        let label = |(place, words): &'a (Place, String)| FindingLabel { at: Stretch::of(place), message: words };
        let edit = |edit: &'a Edit| FindingEdit { at: Stretch::of(&edit.place), text: &edit.text };
        let fix = |fix: &'a Fix| FindingFix {
            title: &fix.title,
            sure: fix.is_sure(),
            edits: fix.edits.iter().map(edit).collect(),
        };
        Finding {
            code: diagnostic.code,
            severity: if diagnostic.is_error() { "error" } else { "warning" },
            message: &diagnostic.message,
            at: Stretch::of(&diagnostic.place),
            help: diagnostic.help.as_deref(),
            labels: diagnostic.labels.iter().map(label).collect(),
            fix: diagnostic.fix.as_ref().map(fix),
        }
    }
}

impl<'a> Stretch<'a> {
    fn of(place: &'a Place) -> Stretch<'a> {
        let (end_line, end_column) = place.end_line_column();
        Stretch { file: place.path(), line: place.line(), column: place.column(), end_line, end_column }
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Finding::of(self).serialize(serializer)
    }
}

impl JsonSchema for Diagnostic {
    fn schema_name() -> Cow<'static, str> {
        Finding::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Finding::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::SourceFile;
    use serde_json::json;

    #[test]
    fn a_finding_has_no_field_without_a_value() {
        let file = SourceFile::new("flows/a.yaml", "one\ntwo\n".to_owned());
        let place = Place::new(&file, 4..7);
        let bare = Diagnostic::error("E201", &place, "There is no step `two`.");
        let at = json!({
            "file": "flows/a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 4,
        });
        let with = |fields: serde_json::Value| {
            let mut all = at.clone();
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            all
        };
        let words = json!({"code": "E201", "severity": "error", "message": "There is no step `two`."});
        assert_eq!(json!(bare), with(words.clone()));
        let whole = Diagnostic {
            labels: vec![(place.clone(), "first written here".to_owned())],
            help: Some("write `one`".to_owned()),
            fix: Some(Fix::replace("write `one`", &place, "one")),
            ..bare
        };
        let mut expected = with(words);
        expected["help"] = json!("write `one`");
        expected["labels"] = json!([with(json!({"message": "first written here"}))]);
        let edits = [with(json!({"text": "one"}))];
        expected["fix"] = json!({"title": "write `one`", "sure": true, "edits": edits});
        assert_eq!(json!(whole), expected);
    }
}
