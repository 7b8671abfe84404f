//! Parses the keys of `llm`: the model, the form of the answer, examples and limits.

use super::Returns;
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{MODEL_CHOICES_MAX, MODEL_EXAMPLES_MAX, MODEL_TOKENS_MAX},
        place::Place,
        yaml::{Node, to_json},
    },
    definition::{Field, Kind},
    load::{
        declarations::{declared, kind_of},
        step_fields::StepFields,
    },
    model::{
        answer::AnswerType,
        effect::{ModelExample, millionths},
    },
};

/// The types that a model can give as JSON.
const TYPES: [AnswerType; 9] = [
    AnswerType::Text,
    AnswerType::Number,
    AnswerType::Whole,
    AnswerType::Date,
    AnswerType::Time,
    AnswerType::DateTime,
    AnswerType::Phone,
    AnswerType::Email,
    AnswerType::YesNo,
];

/// True for a type of which a model can give a value.
pub(crate) fn is_given(kind: AnswerType) -> bool {
    kind == AnswerType::Choice || TYPES.contains(&kind)
}

/// The finding that the bot has no model.
pub(crate) fn no_model(place: &Place) -> Diagnostic {
    let finding = Diagnostic::error("E520", place, "`_bot.yaml` names no model that could be asked");
    finding.help("write `models: [main]` there, with a name from `models` of the configuration")
}

pub(in crate::steps) fn read_model(fields: &mut StepFields<'_, '_>) -> Option<String> {
    let known = fields.bot().models.clone();
    let Some(node) = fields.node("model") else {
        if known.is_empty() {
            fields.report(no_model(&fields.place()));
        }
        return None;
    };
    Some(named_model(fields, node))
}

/// The name of a model; one that the bot does not name gets a finding.
pub(in crate::steps) fn named_model(fields: &StepFields<'_, '_>, node: &Node) -> String {
    let known = &fields.bot().models;
    let name = node.text().unwrap_or_default().to_owned();
    if !known.contains(&name) && !node.is_broken() {
        let message = format!("`models` of `_bot.yaml` does not name `{name}`");
        let finding = Diagnostic::error("E520", &node.place, message);
        let help = match known.is_empty() {
            true => format!("write `models: [{name}]` there"),
            false => format!("it names `{}`", known.join("`, `")),
        };
        fields.report(finding.help(help).meant(&name, known.iter().map(String::as_str)));
    }
    name
}

pub(super) fn read_returns(fields: &mut StepFields<'_, '_>) -> Returns {
    let Some(node) = fields.node("returns") else { return Returns::Text };
    if let Some(items) = node.list() {
        return Returns::One(read_choice(fields, node, items));
    }
    if node.map().is_none() {
        let kind = possible(fields, node, kind_of(node, fields.findings()));
        return if kind.of == AnswerType::Text { Returns::Text } else { Returns::One(kind) };
    }
    let declared = declared(fields.map("returns"), fields.findings());
    let declared = declared.into_iter().map(|field| {
        let written = node.get(&field.name).unwrap_or(node);
        Field { kind: possible(fields, written, field.kind), ..field }
    });
    Returns::Record(declared.collect())
}

fn read_choice(fields: &mut StepFields<'_, '_>, node: &Node, items: &[Node]) -> Kind {
    let mut among = Vec::new();
    for item in items {
        fields.no_code(item);
        match item.text().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) if among.iter().any(|known| known == text) => {
                fields.wrong(item, "E529", format!("`{text}` is there twice; take one out"));
            }
            Some(text) => among.push(text.to_owned()),
            None if item.is_broken() => {}
            None => fields.wrong(item, "E529", format!("a choice is a text, and this is {}", item.describe())),
        }
    }
    if among.len() < 2 || among.len() > MODEL_CHOICES_MAX {
        let message = format!("a model chooses among 2 to {MODEL_CHOICES_MAX} texts, and these are {}", among.len());
        fields.wrong(node, "E529", format!("{message}; write `returns: [repair, price, other]`"));
    }
    Kind::choice(among)
}

/// The type; one that no model gives (a file, a place, a list) is reported, and no finding about its value follows.
fn possible(fields: &StepFields<'_, '_>, node: &Node, kind: Kind) -> Kind {
    let named = |of: AnswerType| TYPES.contains(&of) || of == AnswerType::Any;
    if named(kind.of) || (kind.of == AnswerType::Choice && !kind.among.is_empty()) {
        return kind;
    }
    let all: Vec<&str> = TYPES.iter().map(|kind| kind.as_str()).collect();
    let message = format!("a model gives no `{}`", kind.of.as_str());
    let finding = Diagnostic::error("E529", &node.place, message);
    fields.report(finding.help(format!("take one of {}, or a list of texts", all.join(", "))));
    AnswerType::Any.into()
}

pub(super) fn read_examples(fields: &mut StepFields<'_, '_>) -> Vec<ModelExample> {
    let nodes = fields.list("examples");
    if let Some(node) = nodes.get(MODEL_EXAMPLES_MAX) {
        fields.wrong(node, "E529", format!("a model is shown at most {MODEL_EXAMPLES_MAX} examples; take some out"));
    }
    let mut all = Vec::new();
    for node in nodes.iter().take(MODEL_EXAMPLES_MAX) {
        let mut example = fields.below(node, "examples");
        let returns = example.required("returns").map(to_json);
        let input = example.required("input").and_then(|node| node.text()).unwrap_or_default().to_owned();
        example.finish();
        all.extend(returns.map(|returns| ModelExample { input, returns }));
    }
    all
}

pub(super) fn read_limits(fields: &mut StepFields<'_, '_>) -> (Option<u32>, Option<i64>) {
    let Some(node) = fields.node("limits") else { return (None, None) };
    let mut limits = fields.below(node, "limits");
    let tokens = limits.node("tokens").is_some().then(|| limits.whole("tokens", 1, 1..=MODEL_TOKENS_MAX));
    let written = limits.node("cost");
    let cost = written.and_then(|node| node.text()).and_then(millionths);
    if let Some(node) = written.filter(|node| cost.is_none() && !node.is_broken()) {
        limits.wrong(node, "E529", format!("an amount is written like `0.01`, and this is {}", node.describe()));
    }
    limits.finish();
    (tokens.and_then(|tokens| u32::try_from(tokens).ok()), cost)
}
