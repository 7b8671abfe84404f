//! Implements `tag`: gives the contact a tag. `untag` uses this file to parse names and to change tags.

use super::StepKind;
use crate::{
    base::{blank::is_blank, diagnostic::Diagnostic, yaml::Node},
    engine::{
        contact_changes,
        turn::{Here, Next, StepFailure, Turn},
    },
    load::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    text::Text,
};

pub struct Tag {
    pub names: Vec<Text>,
}

impl StepKind for Tag {
    const SPEC: Spec = Spec {
        name: "tag",
        summary: "Puts a tag on the contact.",
        fields: &[FieldSpec::required("tag", FieldKind::Many(&FieldKind::Text), "The tag, or a list of them.")],
        example: "tag: customer",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        Tag { names: read(fields, "tag") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        change(turn, here, &self.names, true)
    }
}

/// Parses one tag or a list of them.
pub(super) fn read(fields: &mut StepFields<'_, '_>, verb: &'static str) -> Vec<Text> {
    fields.required(verb);
    let names = fields.texts(verb);
    for name in &names {
        not_empty(fields, name, "a tag");
    }
    for node in fields.list(verb) {
        fields.report_if(several_in_one(verb, node));
    }
    names
}

/// Reports `tags: "a, b"`: this is one tag, which nobody has.
pub(crate) fn several_in_one(key: &str, node: &Node) -> Option<Diagnostic> {
    let scalar = node
        .scalar()
        .filter(|scalar| scalar.text.contains(',') && !scalar.text.contains("${") && !scalar.is_broken())?;
    let names: Vec<&str> = scalar.text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let finding = Diagnostic::warning("W422", &scalar.place, "this is one tag with commas in it");
    Some(finding.help(format!("for several tags write `{key}: [{}]`", names.join(", "))))
}

/// Reports an empty name when the flow is parsed.
pub(super) fn not_empty(fields: &mut StepFields<'_, '_>, name: &Text, what: &str) {
    // A value that is not a text has a finding.
    if is_blank(name.source()) && !fields.findings().speaks_of(name.place()) {
        let finding = Diagnostic::error("E208", name.place(), format!("{what} needs a name, and this is empty"));
        fields.report(finding.help("write the name"));
    }
}

/// Gives the tags to the contact, or removes them.
pub(super) fn change<'a>(turn: &mut Turn<'a>, here: Here<'a>, names: &[Text], put: bool) -> Next {
    for name in names {
        let tag = match turn.render(here, name, &[]) {
            Ok(tag) => tag.trim().to_owned(),
            Err(failure) => return Next::Fail(failure),
        };
        if is_blank(&tag) {
            return Next::Fail(StepFailure::new("empty_text", "a tag needs a name"));
        }
        if put { contact_changes::add_tag(turn, tag) } else { contact_changes::remove_tag(turn, &tag) }
    }
    Next::Continue
}
