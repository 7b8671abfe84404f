//! `message: [texts]`: what the contact types.

use super::TriggerKind;
use crate::{
    base::limits::SCRIPT_PATTERN_BYTES_MAX,
    flow::{
        spec::{Declared, FieldKind, FieldSpec, Spec},
        step_fields::TriggerFields,
    },
    model::matching,
};
use regex::{Regex, RegexBuilder};

pub struct Message {
    pub how: How,
    /// As written, and folded (not for `regex`).
    pub texts: Vec<(String, String)>,
    pub patterns: Vec<Pattern>,
    /// Only contacts of this language.
    pub language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Exact,
    Word,
    Starts,
    Contains,
    Regex,
}

pub struct Pattern {
    pub regex: Regex,
    /// Anchored at both ends: speaks of the whole message.
    pub whole: bool,
}

impl TriggerKind for Message {
    const SPEC: Spec = Spec {
        name: "message",
        summary: "The contact types one of these texts.",
        fields: &[
            FieldSpec::required("message", FieldKind::Many(&FieldKind::Name), "The texts; case, accents, punctuation and emoji do not count."),
            FieldSpec::default(
                "match",
                FieldKind::Word(&["exact", "word", "starts", "contains", "regex"]),
                "exact",
                "`exact` the whole message, `word`, `starts`, `contains`, or `regex` (named groups become inputs).",
            ),
            FieldSpec::optional("language", FieldKind::Known(Declared::Language), "Only for contacts with this language."),
        ],
        example: "message: [book, appointment]",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let how = match fields.word("match", &["exact", "word", "starts", "contains", "regex", "like"]) {
            Some("word") => How::Word,
            Some("starts") => How::Starts,
            Some("contains") => How::Contains,
            Some("regex") => How::Regex,
            Some("like") => {
                fields.later(&["match"]);
                How::Exact
            }
            Some(_) | None => How::Exact,
        };
        fields.required("message");
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        for node in fields.list("message") {
            let Some(text) = node.text() else {
                fields.wrong(node, "E208", format!("`message` takes texts, and this is {}", node.describe()));
                continue;
            };
            if how != How::Regex {
                texts.push((text.to_owned(), matching::fold(text)));
                continue;
            }
            match RegexBuilder::new(text).case_insensitive(true).size_limit(SCRIPT_PATTERN_BYTES_MAX).build() {
                Ok(regex) => {
                    let whole = text.starts_with('^') && text.ends_with('$') && !text.ends_with("\\$");
                    patterns.push(Pattern { regex, whole });
                }
                Err(error) => {
                    let text = error.to_string();
                    let reason = text.lines().last().unwrap_or("it cannot be read").trim_start_matches("error: ").to_owned();
                    fields.wrong(node, "E240", format!("this is no regular expression: {reason}; close each `(` and `[`, or leave `match: regex` out"));
                }
            }
        }
        Message { how, texts, patterns, language: fields.opt_name("language") }
    }
}
