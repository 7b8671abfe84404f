//! Asks the questions that an eval has itself, of its judge and of the customer that a model plays: with one repair, and
//! with what they have read of the talk as untrusted text.

use super::{
    super::{
        questions::{record_anew, unanswered, unlike},
        report::{FailedExpectation, TranscriptLine},
    },
    RecordedQuestion, cost_of,
};
use crate::{
    base::{
        ids::StepId,
        limits::{MODEL_CALL_TIMEOUT_DEFAULT, MODEL_INPUT_BYTES_MAX},
        place::Place,
    },
    flow::steps::llm::mask,
    http_step::calls::Calls,
    llm_step::recording_file::RecordedBy,
    model::{
        answer::AnswerType,
        effect::{AnswerShape, ModelCall, ModelError, ModelErrorKind, ModelQuestion, ShapeField},
        value::Value,
    },
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The names of the questions. A step of a flow has a dot in its id, so neither of them is one.
pub(super) const JUDGE: &str = "judge";
pub(super) const CUSTOMER: &str = "customer";

/// How often an answer that cannot be used is asked for again.
const REPAIRS_MAX: u32 = 1;

/// A line of the talk as the judge and the customer read it.
pub(super) struct Line<'t> {
    pub is_customer: bool,
    pub text: &'t str,
}

/// The result of such a question.
pub(super) enum Asked<T> {
    Answer(T),
    /// There is no answer, so the play says nothing.
    Void(String),
    /// The question is not the recorded one.
    Unlike(Box<FailedExpectation>),
}

/// The number and the cost of the questions of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsideCost {
    pub questions: usize,
    /// In millionths of the currency unit; `None`: a model has no prices.
    pub cost: Option<i64>,
}

impl AsideCost {
    pub(super) fn of(answers: &[RecordedQuestion], name: &str) -> AsideCost {
        let own: Vec<RecordedQuestion> =
            answers.iter().filter(|answer| answer.step.as_str() == name).cloned().collect();
        AsideCost { questions: own.len(), cost: cost_of(&own) }
    }
}

/// The answers to questions of the bot itself.
pub(super) fn of_bot(answers: Vec<RecordedQuestion>) -> Vec<RecordedQuestion> {
    answers.into_iter().filter(|answer| ![JUDGE, CUSTOMER].contains(&answer.step.as_str())).collect()
}

/// The messages of a transcript.
pub(super) fn messages(lines: &[TranscriptLine]) -> Vec<Line<'_>> {
    let message = |line: &'_ TranscriptLine| matches!(line.mark, '<' | '>');
    let lines = lines.iter().filter(|line| message(line));
    lines.map(|line| Line { is_customer: line.mark == '<', text: &line.text }).collect()
}

/// A question about a talk. Its messages are the input, as a JSON list, so none can look like another part.
pub(super) fn question(
    name: &str,
    model: &str,
    instruction: &str,
    talk: &[Line<'_>],
    shape: Vec<ShapeField>,
) -> ModelCall {
    let mut masked = Vec::new();
    let by = |line: &Line<'_>| if line.is_customer { "customer" } else { "bot" };
    let mut messages = Vec::new();
    for line in talk {
        messages.push(json!({"by": by(line), "text": mask::hide(line.text, &mut masked)}));
    }
    let input = json!(messages).to_string();
    let instruction = mask::hide(instruction, &mut masked);
    // A text cannot hold the digest of itself, so no message of the talk can end the input early.
    let digest = Sha256::digest(format!("{name}|{instruction}|{input}"));
    let mark = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let question =
        ModelQuestion { input: Some(input), ..ModelQuestion::new(instruction, AnswerShape::Record(shape), mark) };
    let call = ModelCall::without_run(1, StepId::from(name), model, question, MODEL_CALL_TIMEOUT_DEFAULT);
    ModelCall { masked, ..call }
}

/// A text of the answer; with `among` one of these.
pub(super) fn text_field(name: &str, among: &[&str], about: &str) -> ShapeField {
    ShapeField {
        name: name.to_owned(),
        kind: AnswerType::Text.as_str().to_owned(),
        among: among.iter().map(|text| (*text).to_owned()).collect(),
        optional: false,
        about: Some(about.to_owned()),
    }
}

/// An answer that cannot be used.
pub(super) fn bad(text: impl Into<String>) -> ModelError {
    ModelError::new(ModelErrorKind::BadAnswer, text)
}

/// Asks, and reads the answer; once more if it cannot be used. `place`: of the rule that asks.
pub(super) async fn ask<T>(
    calls: &Calls,
    mut call: ModelCall,
    place: &Place,
    read: impl Fn(Value) -> Result<T, ModelError>,
) -> Asked<T> {
    let bytes = call.question.input.as_deref().unwrap_or_default().len();
    if bytes > MODEL_INPUT_BYTES_MAX {
        let name = &call.step;
        return Asked::Void(format!(
            "`{name}` would read {bytes} bytes of the talk, and at most {MODEL_INPUT_BYTES_MAX} are given"
        ));
    }
    loop {
        let Some(aside) = calls.ask_aside(&call).await else {
            return Asked::Void(format!("`{}` cannot be asked here", call.step));
        };
        if let Some(differs) = aside.unlike() {
            let mut failure = unlike(place, &aside.question, differs);
            failure.expected = format!("{}\n({})", failure.expected, record_anew(RecordedBy::Eval));
            return Asked::Unlike(Box::new(failure));
        }
        if !aside.question.mocked {
            return Asked::Void(unanswered(&aside.question, RecordedBy::Eval));
        }
        match aside.reply.answer.and_then(|answer| read(mask::show_in(answer, &call.masked))) {
            Ok(answer) => return Asked::Answer(answer),
            Err(error) if error.kind.is_of_answer() && call.repairs < REPAIRS_MAX => {
                call.repairs += 1;
                call.attempt += 1;
                call.question.repair = Some(mask::hide(&error.text, &mut call.masked));
            }
            Err(error) => {
                return Asked::Void(format!(
                    "a model gave no answer: `{}`: {}: {}",
                    call.step,
                    error.kind.as_str(),
                    error.text
                ));
            }
        }
    }
}
