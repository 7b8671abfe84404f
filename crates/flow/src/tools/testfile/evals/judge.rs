//! Parses what the judge of an eval is asked: `criteria`, the `judge` of a rule, and the labelled talks of `calibrate`.

use crate::{
    base::{
        blank::is_blank,
        diagnostic::{Diagnostic, Findings, probably},
        fields::Fields,
        limits::{EVAL_CALIBRATION_LINES_MAX, EVAL_CALIBRATIONS_MAX, EVAL_CRITERIA_MAX, EVAL_CRITERION_CHARS_MAX},
        place::Place,
        yaml::{Entry, Node},
    },
    definition::FlowSet,
    steps::llm::keys::no_model,
};
use std::collections::BTreeMap;

/// A sentence that holds in a talk or does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    pub text: String,
    /// The place where a rule or a label asks for it.
    pub place: Place,
}

/// A talk whose right verdict the author knows.
#[derive(Debug, Clone)]
pub struct Calibration {
    pub talk: Vec<CalibrationLine>,
    pub criterion: Criterion,
    pub holds: bool,
}

/// One message of such a talk.
#[derive(Debug, Clone)]
pub struct CalibrationLine {
    pub is_customer: bool,
    pub text: String,
}

/// The sentences of `criteria`, by name.
pub(super) type Criteria = BTreeMap<String, String>;

/// Reads `criteria` of the file.
pub(super) fn read_criteria(fields: &mut Fields<'_>) -> Criteria {
    let mut all = Criteria::new();
    for entry in fields.map("criteria") {
        if let Some(text) = sentence(&entry.value, fields.findings()) {
            all.insert(entry.key.text.clone(), text);
        }
    }
    all
}

/// The text of a criterion; an empty or too long one gets a finding.
fn sentence(node: &Node, findings: &Findings) -> Option<String> {
    let text = node.text().map(str::trim).filter(|text| !is_blank(text));
    let finding = match text {
        None if node.is_broken() => return None,
        None => Diagnostic::error(
            "E959",
            &node.place,
            format!("a criterion is a sentence, and this is {}", node.describe()),
        ),
        Some(text) if text.chars().count() > EVAL_CRITERION_CHARS_MAX => {
            let message = format!("a criterion has at most {EVAL_CRITERION_CHARS_MAX} characters");
            Diagnostic::error("E959", &node.place, message)
        }
        Some(text) => return Some(text.to_owned()),
    };
    findings.push(finding.help("write what must hold of the talk, as `judge: [the bot answers the question]`"));
    None
}

/// The criterion that is written here: a name of `criteria`, or the sentence itself.
fn criterion(node: &Node, named: &Criteria, findings: &Findings) -> Option<Criterion> {
    let text = sentence(node, findings)?;
    if let Some(known) = named.get(&text) {
        return Some(Criterion { text: known.clone(), place: node.place.clone() });
    }
    let is_word = !text.contains(char::is_whitespace);
    if let Some(near) = probably(&text, named.keys().map(String::as_str)).filter(|_| is_word) {
        let message = format!("`criteria` of this file has no `{text}`, so this word alone would be the criterion");
        let finding = Diagnostic::error("E964", &node.place, message);
        findings.push(finding.help(format!("did you mean `{near}`? A criterion of its own is a sentence")));
        return None;
    }
    Some(Criterion { text, place: node.place.clone() })
}

/// Reads the `judge` of a rule.
pub(super) fn read_rule(entry: &Entry, named: &Criteria, set: &FlowSet, findings: &Findings) -> Vec<Criterion> {
    let nodes = entry.value.one_or_many();
    if let Some(node) = nodes.get(EVAL_CRITERIA_MAX) {
        let message =
            format!("one `judge` has at most {EVAL_CRITERIA_MAX} criteria, because each is a question to a model");
        findings.push(Diagnostic::error("E959", &node.place, message).help("take some out"));
    }
    if set.bot.models.is_empty() {
        findings.push(no_model(&entry.key.place));
    } else if set.bot.agents.judge.is_none() {
        let finding =
            Diagnostic::error("E520", &entry.key.place, "`agents.judge` of `_bot.yaml` names no model that judges");
        let model = set.bot.models.last().map(String::as_str).unwrap_or_default();
        findings.push(finding.help(format!("write `agents: {{judge: {model}}}` there, with a name from its `models`")));
    }
    let mut all: Vec<Criterion> = Vec::new();
    for node in nodes.iter().take(EVAL_CRITERIA_MAX) {
        let Some(one) = criterion(node, named, findings) else { continue };
        if let Some(first) = all.iter().find(|known| known.text == one.text) {
            let finding =
                Diagnostic::error("E959", &one.place, "this criterion is there twice").label(&first.place, "here");
            findings.push(finding.help("take one of the two out"));
            continue;
        }
        all.push(one);
    }
    all
}

/// Reads `calibrate` of the file; `judged` are the criteria of all rules.
pub(super) fn read_calibrations(fields: &mut Fields<'_>, named: &Criteria, judged: &[Criterion]) -> Vec<Calibration> {
    let findings = fields.findings();
    let Some(entry) = fields.entry("calibrate") else { return Vec::new() };
    let nodes = fields.list("calibrate");
    if nodes.is_empty() && !entry.value.is_broken() {
        let finding = Diagnostic::error("E959", &entry.value.place, "`calibrate` has no talk");
        findings.push(
            finding.help("write `- {talk: [{customer: …}, {bot: …}], criterion: …, holds: yes}`, or take it out"),
        );
    }
    if let Some(node) = nodes.get(EVAL_CALIBRATIONS_MAX) {
        let message = format!("a file calibrates its judge with at most {EVAL_CALIBRATIONS_MAX} talks");
        findings.push(Diagnostic::error("E959", &node.place, message).help("take some out"));
    }
    let nodes = &nodes[..nodes.len().min(EVAL_CALIBRATIONS_MAX)];
    nodes.iter().filter_map(|node| calibration(node, named, judged, findings)).collect()
}

fn calibration(node: &Node, named: &Criteria, judged: &[Criterion], findings: &Findings) -> Option<Calibration> {
    let mut fields = Fields::new(node, "a labelled talk", findings);
    for name in ["talk", "criterion", "holds"] {
        fields.required(name);
    }
    let holds = fields.opt_bool("holds");
    let criterion = fields.node("criterion").and_then(|node| criterion(node, named, findings));
    if let Some(unused) = criterion.as_ref().filter(|one| judged.iter().all(|known| known.text != one.text)) {
        let finding = Diagnostic::error("E964", &unused.place, "no `judge` of this file has this criterion");
        let near = probably(&unused.text, judged.iter().map(|known| known.text.as_str()));
        let near = near.map(|near| format!("did you mean `{near}`? "));
        findings.push(finding.help(format!("{}a rule and its labels have the same words", near.unwrap_or_default())));
    }
    let nodes = fields.list("talk");
    if let Some(talk) = fields.node("talk").filter(|talk| nodes.is_empty() && !talk.is_broken()) {
        let finding = Diagnostic::error("E959", &talk.place, "nobody says anything in this talk");
        findings.push(finding.help("write `talk: [{customer: how much?}, {bot: 45 €}]`"));
    }
    if let Some(node) = nodes.get(EVAL_CALIBRATION_LINES_MAX) {
        let message = format!("a labelled talk has at most {EVAL_CALIBRATION_LINES_MAX} lines");
        findings.push(Diagnostic::error("E959", &node.place, message).help("shorten it"));
    }
    let lines = nodes.iter().take(EVAL_CALIBRATION_LINES_MAX);
    let talk: Vec<CalibrationLine> = lines.filter_map(|node| line(node, findings)).collect();
    fields.finish();
    let calibration = Calibration { talk, criterion: criterion?, holds: holds? };
    (!calibration.talk.is_empty()).then_some(calibration)
}

/// `customer: …` or `bot: …`.
fn line(node: &Node, findings: &Findings) -> Option<CalibrationLine> {
    let wrong = |place: &Place, message: String| {
        let finding = Diagnostic::error("E957", place, message);
        findings.push(finding.help("write `customer: how much are new brakes?` or `bot: 45 €`"));
    };
    if node.map().is_none() {
        if !node.is_broken() {
            wrong(
                &node.place,
                format!("a line of a labelled talk is the customer's or the bot's, and this is {}", node.describe()),
            );
        }
        return None;
    }
    let mut fields = Fields::new(node, "a line of a labelled talk", findings);
    let (customer, bot) = (fields.node("customer"), fields.node("bot"));
    let line = match (customer, bot) {
        (Some(_), Some(bot)) => {
            wrong(&bot.place, "a line is the customer's or the bot's, and this one has both".to_owned());
            None
        }
        (Some(text), None) | (None, Some(text)) => {
            let said = text.text().map(str::trim).filter(|text| !is_blank(text));
            if said.is_none() && !text.is_broken() {
                wrong(&text.place, format!("a line is a text, and this is {}", text.describe()));
            }
            said.map(|text| CalibrationLine { is_customer: customer.is_some(), text: text.to_owned() })
        }
        (None, None) => None,
    };
    if customer.is_none() && bot.is_none() && fields.unread().next().is_none() {
        wrong(&node.place, "this line is nobody's".to_owned());
    }
    fields.finish();
    line
}
