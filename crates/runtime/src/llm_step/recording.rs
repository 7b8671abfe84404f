//! Keeps the answers that real models gave to the questions of a test case, and finds the answer to a question again: by
//! the digest of all that the model was sent. A question that differs has no answer, and what differs is named.

use crate::{
    base::ids::StepId,
    model::{
        effect::{ActShape, AnswerShape, ModelCall, ModelError, ModelErrorKind, ModelReply, ShapeField, Tokens},
        value::Value,
    },
};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

/// A question of a case that a real model has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedQuestion {
    pub step: StepId,
    /// Of the whole question, in hex.
    pub digest: String,
    /// The parts of the question: short ones as they were sent, with marks in place of personal data, and the digests of
    /// long ones.
    pub asked: Map<String, Json>,
    /// The error is the sentence about an answer that could not be used.
    pub answer: Result<Value, String>,
    /// The server's name of the model.
    pub by: String,
    pub tokens: Tokens,
    /// With its currency: `0.00104 EUR`; empty: the model has no prices.
    pub cost: String,
    /// How long the answer took, in milliseconds; `None`: recorded before this was written down.
    pub ms: Option<u64>,
    /// The day on which it was asked: `2026-11-25`.
    pub on: String,
}

/// The recorded questions of one case.
#[derive(Debug, Clone, Default)]
pub struct RecordedCase {
    questions: Vec<(RecordedQuestion, bool)>,
    /// The given answers, oldest first.
    pub given: Vec<RecordedQuestion>,
}

/// A question that is not the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlikeRecorded {
    pub recorded: String,
    pub asked: String,
}

/// The recorded outcome of a question.
pub enum Found {
    Answer(ModelReply, String),
    Unlike(UnlikeRecorded),
    /// The recording knows no question of this step.
    Nothing,
}

/// The longest text of a question that a recording shows, in characters.
const SHOWN_CHARS: usize = 2_000;
/// The part of a long text that stands before its digest.
const BEGINNING_CHARS: usize = 80;
/// The part of a text that is shown where it differs.
const EXCERPT_CHARS: usize = 160;

impl RecordedQuestion {
    /// The record of an answered question; `None` for a failure that says nothing about the model's answer. `by` is the
    /// server's name of the model.
    pub fn of(call: &ModelCall, reply: &ModelReply, by: &str, on: &str) -> Option<RecordedQuestion> {
        let answer = match &reply.answer {
            Ok(value) => Ok(value.clone()),
            Err(error) if error.kind == ModelErrorKind::BadAnswer => Err(error.text.clone()),
            Err(_) => return None,
        };
        let cost = match reply.currency.as_str() {
            "" => String::new(),
            currency => format!("{} {currency}", crate::model::effect::money(reply.cost)),
        };
        Some(RecordedQuestion {
            step: call.step.clone(),
            digest: digest(call),
            asked: shown(call),
            answer,
            by: by.to_owned(),
            tokens: reply.tokens,
            cost,
            ms: u64::try_from(reply.took.0).ok(),
            on: on.to_owned(),
        })
    }
}

impl RecordedCase {
    pub fn new(questions: Vec<RecordedQuestion>) -> RecordedCase {
        let questions = questions.into_iter().map(|question| (question, false)).collect();
        RecordedCase { questions, given: Vec::new() }
    }

    /// Takes the answer to a question: each recorded one once, and the last of equal ones again and again.
    pub fn answer(&mut self, call: &ModelCall) -> Found {
        let wanted = digest(call);
        let is_same = |of: &(RecordedQuestion, bool)| of.0.digest == wanted;
        let at = self
            .questions
            .iter()
            .position(|of| is_same(of) && !of.1 && of.0.step == call.step)
            .or_else(|| self.questions.iter().position(|of| is_same(of) && !of.1))
            .or_else(|| self.questions.iter().rposition(is_same));
        if let Some((question, is_used)) = at.and_then(|at| self.questions.get_mut(at)) {
            *is_used = true;
            self.given.push(question.clone());
            let said = format!("`{}` was answered as `{}` did on {}", call.step, question.by, question.on);
            let answer = question.answer.clone().map_err(|text| ModelError::new(ModelErrorKind::BadAnswer, text));
            return Found::Answer(
                ModelReply { tokens: question.tokens, ..ModelReply::free(&call.model, answer) },
                said,
            );
        }
        let of_step = || self.questions.iter().filter(|of| of.0.step == call.step);
        let nearest = of_step().find(|of| !of.1).or_else(|| of_step().next_back());
        nearest.map_or(Found::Nothing, |(recorded, _)| Found::Unlike(difference(recorded, call)))
    }
}

/// All that decides the answer: the question without its mark, which is another one in each conversation, and the model.
fn parts(call: &ModelCall) -> Map<String, Json> {
    let mut parts = match serde_json::to_value(&call.question) {
        Ok(Json::Object(parts)) => parts,
        Ok(_) | Err(_) => Map::new(),
    };
    parts.remove("mark");
    parts.insert("model".to_owned(), call.model.as_str().into());
    parts
}

fn digest(call: &ModelCall) -> String {
    // The keys of a map are sorted, so equal questions are equal texts.
    sha256(&Json::Object(parts(call)).to_string())
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of a question as a recording shows them.
fn shown(call: &ModelCall) -> Map<String, Json> {
    let in_list = |item: &Json| match item {
        Json::String(text) if text.chars().count() <= BEGINNING_CHARS && !text.contains('\n') => item.clone(),
        Json::String(text) => beginning(text).into(),
        other => brief(other).into(),
    };
    let shown = |part: Json| match part {
        Json::String(text) if text.chars().count() > SHOWN_CHARS => beginning(&text).into(),
        Json::Array(items) => items.iter().map(in_list).collect(),
        Json::Object(_) => brief(&part).into(),
        other => other,
    };
    let mut all: Map<String, Json> = parts(call).into_iter().map(|(name, part)| (name, shown(part))).collect();
    if let Some(lines) = lines(&call.question.shape) {
        all.insert("shape".to_owned(), lines.into_iter().map(|line| in_list(&line.into())).collect());
    }
    all
}

/// The digest in place of a part.
fn brief(part: &Json) -> String {
    format!("#{}", &sha256(&part.to_string())[..16])
}

/// The form of an answer, a line for each of its parts, so that a difference names the part; `None`: it is a text.
fn lines(shape: &AnswerShape) -> Option<Vec<String>> {
    Some(match shape {
        AnswerShape::Text => return None,
        AnswerShape::One(field) => lines_of(field),
        AnswerShape::Record(fields) => fields.iter().flat_map(lines_of).collect(),
        AnswerShape::Act(acts) => {
            let of_act = |act: &ActShape| {
                let first = format!("act `{}`: {}", act.name, act.about);
                std::iter::once(first).chain(act.fields.iter().flat_map(lines_of)).collect::<Vec<_>>()
            };
            acts.iter().flat_map(of_act).collect()
        }
    })
}

fn lines_of(field: &ShapeField) -> Vec<String> {
    let optional = if field.optional { ", optional" } else { "" };
    let about = field.about.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
    let first = format!("`{}` is {}{optional}{about}", field.name, field.kind);
    let options = field.among.iter().map(|text| format!("option of `{}`: {text}", field.name));
    std::iter::once(first).chain(options).collect()
}

/// The first words of a long text, and its digest.
fn beginning(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().take(BEGINNING_CHARS).collect();
    format!("{line}… #{}", &sha256(text)[..16])
}

/// Names the first part that differs, in the author's words, with both texts.
fn difference(recorded: &RecordedQuestion, call: &ModelCall) -> UnlikeRecorded {
    let mut asked = shown(call);
    // Earlier recordings have the digest of the form, not its lines.
    let as_before = parts(call).get("shape").map(|shape| Json::from(brief(shape)));
    if as_before.is_some() && recorded.asked.get("shape") == as_before.as_ref() {
        asked.extend(as_before.map(|digest| ("shape".to_owned(), digest)));
    }
    let mut names: Vec<&String> = recorded.asked.keys().chain(asked.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| recorded.asked.get(*name) != asked.get(*name));
    let (mut before, mut now) = (Vec::new(), Vec::new());
    for name in differing {
        let (old, new) = (recorded.asked.get(name), asked.get(name));
        let (part, old, new) = match (old, new) {
            (Some(Json::Array(old)), Some(Json::Array(new))) => {
                let at = old.iter().zip(new).take_while(|(old, new)| old == new).count();
                (numbered(name, at + 1), text(old.get(at)), text(new.get(at)))
            }
            _ => (called(name).to_owned(), text(old), text(new)),
        };
        let (old, new) = excerpts(&old, &new);
        before.push(format!("{part}: {old}"));
        now.push(format!("{part}: {new}"));
    }
    if before.is_empty() {
        let changed = "another part of the question".to_owned();
        (before, now) = (vec![changed.clone()], vec![changed]);
    }
    before.push(format!("as recorded on {} of `{}`", recorded.on, recorded.by));
    UnlikeRecorded { recorded: before.join("\n"), asked: now.join("\n") }
}

/// The name of one item of a part. A line of the form says itself what it is.
fn numbered(name: &str, number: usize) -> String {
    if name == "shape" { called(name).to_owned() } else { format!("{} {number}", called(name)) }
}

/// The author's word for a part of a question.
fn called(name: &str) -> &str {
    match name {
        "sources" => "source (a paper of `knowledge`, or a fact)",
        "examples" => "example",
        "shape" => "form of the answer (`returns` or `options`)",
        "output_max" => "`limits: tokens`",
        "repair" => "reason for asking again",
        other => other,
    }
}

fn text(part: Option<&Json>) -> String {
    match part {
        None | Some(Json::Null) => "nothing".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Both texts around the place where they begin to differ.
fn excerpts(old: &str, new: &str) -> (String, String) {
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let from = same.saturating_sub(EXCERPT_CHARS / 4);
    let cut = |text: &str| {
        let part: String = text.chars().skip(from).take(EXCERPT_CHARS).collect();
        let begin = if from > 0 { "…" } else { "" };
        let end = if text.chars().count() > from + EXCERPT_CHARS { "…" } else { "" };
        format!("{begin}{}{end}", part.replace('\n', "⏎"))
    };
    (cut(old), cut(new))
}
