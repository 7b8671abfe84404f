//! Reads `knowledge` and `facts`, and finds the parts of the papers that a model is given.

use super::Returns;
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{KNOWLEDGE_GIVEN_CHARS_MAX, KNOWLEDGE_NAMES_MAX, KNOWLEDGE_RANKED_DEFAULT, MODEL_FACTS_MAX},
    },
    engine::turn::{Here, Turn},
    knowledge::{Found, Question},
    load::step_fields::StepFields,
    steps::ground::{self, Ground},
    text::Text,
};

/// The name that means all files of `knowledge/`.
const ALL: &str = "all";

/// Reads `knowledge` and `facts`.
pub(in crate::steps) fn read_papers(fields: &mut StepFields<'_, '_>) -> (Option<Vec<String>>, Vec<Text>) {
    let names = fields.names_of("knowledge");
    let written = fields.node("knowledge");
    if let Some(node) = written.filter(|_| names.len() > KNOWLEDGE_NAMES_MAX) {
        let message = format!("one step names at most {KNOWLEDGE_NAMES_MAX} files and folders");
        fields.wrong(node, "E205", format!("{message}; put files into a folder and name the folder"));
    }
    if let Some(entry) = fields.entry("knowledge").filter(|_| names.is_empty() && written.is_none_or(|node| !node.is_broken())) {
        let finding = Diagnostic::error("E529", &entry.key.place, "`knowledge` names no file");
        fields.report(finding.help("write `knowledge: all`, or the names of files and folders"));
    }
    let knowledge = written.map(|_| if names == [ALL] { Vec::new() } else { names });
    let facts: Vec<Text> = fields.list("facts").iter().map(|node| fields.text_of(node)).collect();
    if let Some(node) = fields.node("facts").filter(|_| facts.len() > MODEL_FACTS_MAX) {
        let message = format!("a model is given at most {MODEL_FACTS_MAX} facts");
        fields.wrong(node, "E529", format!("{message}; write a file of `knowledge/` and name it"));
    }
    if let Some(entry) = fields.entry("facts").filter(|_| facts.is_empty()) {
        let finding = Diagnostic::error("E529", &entry.key.place, "`facts` has no text");
        fields.report(finding.help("write texts that are true of your business, or take it out"));
    }
    (knowledge, facts)
}

/// Reads `ground`. Without the key a text that has sources is compared with them.
pub(super) fn read_ground(fields: &mut StepFields<'_, '_>, returns: &Returns, has_sources: bool) -> Ground {
    let is_text = matches!(returns, Returns::Text);
    let ground = ground::read_ground(fields, is_text && has_sources);
    let Some(node) = fields.node("ground").filter(|node| ground.is_on && !node.is_broken()) else { return ground };
    let fault = match () {
        () if !is_text => Some(("only a text is compared with its sources", "take `ground` out, or `returns`")),
        () if !has_sources && ground.also.is_empty() => {
            Some(("there is no source to compare with", "write `knowledge: all`, `facts`, or `ground: {also: […]}`"))
        }
        () => None,
    };
    // A `ground` that says nothing has its own finding.
    if let Some((message, help)) = fault.filter(|_| node.map().is_none_or(|map| !map.is_empty())) {
        fields.report(Diagnostic::error("E529", &node.place, message).help(help));
    }
    ground
}

/// The parts of the papers that fit this text best, each with its title and headings.
pub(in crate::steps) fn papers(turn: &mut Turn<'_>, here: Here<'_>, within: &[String], text: &str) -> Vec<String> {
    let language = turn.language().to_owned();
    let question = Question { text, language: &language, within, today: here.set.today(turn.now()) };
    let mut all = Vec::new();
    let mut left = KNOWLEDGE_GIVEN_CHARS_MAX;
    for found in here.set.knowledge.rank(&question, KNOWLEDGE_RANKED_DEFAULT) {
        let part = as_source(&found);
        let Some(rest) = left.checked_sub(part.chars().count()) else { break };
        left = rest;
        let place = here.set.knowledge.place_of(found.chunk);
        let share = found.share;
        turn.note_at(here, format!("gives the model `{}:{}`, {share} % of the question", place.path(), place.line()));
        all.push(part);
    }
    all
}

/// A part of the papers as a model reads it.
pub(in crate::steps) fn as_source(found: &Found<'_>) -> String {
    let path = found.chunk.path();
    let title = &found.document.title;
    let head = if path.is_empty() { title.clone() } else { format!("{title} › {path}") };
    format!("{head}\n{}", found.message())
}
