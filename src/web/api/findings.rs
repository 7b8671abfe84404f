//! Defines a finding of the checker, as `transom check --format json` prints it.

use crate::base::{
    diagnostic::Diagnostic,
    fix::{Edit, Fix},
    place::Place,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A sentence of the checker about the flows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding<'a> {
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
    pub fn of(diagnostic: &'a Diagnostic) -> Finding<'a> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::place::SourceFile;
    use serde_json::json;

    #[test]
    fn a_finding_is_what_check_prints() {
        let file = SourceFile::new("flows/a.yaml", "one\ntwo\n".to_owned());
        let place = Place::new(&file, 4..7);
        let bare = Diagnostic::error("E201", &place, "There is no step `two`.");
        let whole = Diagnostic {
            labels: vec![(place.clone(), "first written here".to_owned())],
            help: Some("write `one`".to_owned()),
            fix: Some(Fix::replace("write `one`", &place, "one")),
            ..bare.clone()
        };
        for diagnostic in [bare, whole] {
            assert_eq!(json!(Finding::of(&diagnostic)), diagnostic.to_json());
        }
    }
}
