//! Gives a model its sources, and refuses an answer with a value that none of them gave.

use super::{Llm, Returns, answer::Read};
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{KNOWLEDGE_GIVEN_CHARS_MAX, KNOWLEDGE_NAMES_MAX, KNOWLEDGE_RANKED_DEFAULT, MODEL_FACTS_MAX},
    },
    engine::turn::{Here, Turn},
    knowledge::{Found, Question},
    load::step_fields::StepFields,
    model::{
        effect::{ModelCall, ModelError, ModelErrorKind},
        grounding::{Kind as ValueKind, Sources, readable, ungrounded},
        value::Value,
    },
    steps::llm::mask,
    text::Text,
};

/// The name that means all files of `knowledge/`.
const ALL: &str = "all";

pub(super) struct Keys {
    pub knowledge: Option<Vec<String>>,
    pub facts: Vec<Text>,
    pub is_grounded: bool,
}

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

pub(super) fn read_keys(fields: &mut StepFields<'_, '_>, returns: &Returns) -> Keys {
    let (knowledge, facts) = read_papers(fields);
    let is_text = matches!(returns, Returns::Text);
    let has_sources = knowledge.is_some() || !facts.is_empty();
    let is_grounded = match fields.node("ground") {
        None => is_text && has_sources,
        Some(node) if node.map().is_some() => {
            let mut why = fields.below(node, "ground");
            why.required("no");
            why.finish();
            false
        }
        Some(node) => {
            let Some(wanted) = fields.opt_bool("ground") else {
                return Keys { knowledge, facts, is_grounded: is_text && has_sources };
            };
            let fault = match wanted {
                false => Some(("nothing says why values without a source may pass", "write `ground: {no: the reason}`")),
                true if !is_text => Some(("only a text is compared with its sources", "take `ground` out, or `returns`")),
                true if !has_sources => Some(("there is no source to compare with", "write `knowledge: all`, or `facts`")),
                _ => None,
            };
            if let Some((message, help)) = fault {
                fields.report(Diagnostic::error("E529", &node.place, message).help(help));
            }
            wanted
        }
    };
    Keys { knowledge, facts, is_grounded }
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

/// Refuses a text with a value that no source gave. The reason names the value, because the model shall leave it out,
/// and nobody else wrote it.
pub(in crate::steps) fn only_grounded(text: &str, sources: &Sources<'_>) -> Result<(), ModelError> {
    only_grounded_but(text, sources, |_| false)
}

/// As `only_grounded`, but values of some kinds pass.
pub(in crate::steps) fn only_grounded_but(
    text: &str,
    sources: &Sources<'_>,
    passes: impl Fn(ValueKind) -> bool,
) -> Result<(), ModelError> {
    // A customer reads the figures of all scripts.
    let text = readable(text);
    let given: Vec<String> = sources.given.iter().map(|source| readable(source)).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let customer: Vec<String> = sources.customer.iter().map(|source| readable(source)).collect();
    let customer: Vec<&str> = customer.iter().map(String::as_str).collect();
    let sources = Sources { given: &given, customer: &customer, now: sources.now, language: sources.language };
    let mut found = ungrounded(&text, &sources);
    found.retain(|one| !passes(one.kind));
    if found.is_empty() {
        return Ok(());
    }
    let named: Vec<String> =
        found.iter().take(NAMED_MAX).map(|one| format!("`{}` ({})", &text[one.at.clone()], one.kind.as_str())).collect();
    Err(ModelError::new(ModelErrorKind::Ungrounded, format!("no source has {}", named.join(", "))))
}

impl Llm {
    pub(super) fn papers(&self, turn: &mut Turn<'_>, here: Here<'_>, text: &str) -> Vec<String> {
        self.knowledge.as_ref().map_or_else(Vec::new, |within| papers(turn, here, within, text))
    }

    /// The answer, unless it is a text with a value that no source gave.
    pub(super) fn checked(
        &self,
        turn: &Turn<'_>,
        here: Here<'_>,
        call: &ModelCall,
        input: Option<&str>,
        read: Read,
    ) -> Result<Read, ModelError> {
        let Read::Value(Value::Text(text)) = &read else { return Ok(read) };
        if !self.is_grounded {
            return Ok(read);
        }
        let shown = |text: &String| mask::show(text, &call.masked);
        // With an expression in it the instruction may hold what the customer wrote.
        let instruction = self.instruction.as_plain().map(str::to_owned);
        let sources: Vec<String> = call.question.sources.iter().map(shown).chain(instruction).collect();
        let given: Vec<&str> = sources.iter().map(String::as_str).collect();
        let customer: Vec<&str> = input.into_iter().collect();
        let now = here.set.local(turn.now());
        let sources = Sources { given: &given, customer: &customer, now, language: turn.language() };
        only_grounded(text, &sources).map(|()| read)
    }
}

/// More values are not named to the model at once.
const NAMED_MAX: usize = 5;
