//! Describes the question of an `llm` or `agent` step to a language model, and the form of its answer, as plain data.
//!
//! The step makes the question, `channel::llm` asks it in the dialect of the model's server. Texts of customers stand
//! only in `input` and `talk`; everything else is written by the author or by this program.

use super::{VOICE_STEP, VoiceNote};
use crate::{
    base::{ids::StepId, limits::MODEL_RESTARTS_MAX, time::Span},
    value::Value,
};
use serde::{Deserialize, Serialize};

/// The number of a run in a question about a message or a conversation, which belongs to none.
pub const NO_RUN: u32 = 0;

/// One question of a flow to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCall {
    pub run: u32,
    pub call: u32,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The step that asks, by which mocks are found.
    pub step: StepId,
    /// The name of the model in `models:`.
    pub model: String,
    pub question: Box<ModelQuestion>,
    /// The longest time for all requests of this attempt, those to a fallback included.
    pub timeout: Span,
    /// The most that this attempt may cost, in millionths of the currency unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_max: Option<i64>,
    /// How often the question was asked again because its answer could not be used.
    #[serde(default)]
    pub repairs: u32,
    /// How often the question was asked again because the process ended before its answer was stored.
    #[serde(default)]
    pub restarts: u32,
    /// The words that marks replace in `question`: they are put back into the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<MaskedWord>,
    /// True for a question about the conversation as a whole: its newest messages become the `input` when it is asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_conversation: bool,
    /// A voice note, whose words are the answer; the question has no words then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<Box<VoiceNote>>,
}

impl ModelCall {
    /// A question that belongs to no run, such as about a message; `number` tells it from the others of the conversation.
    pub fn without_run(number: u32, step: StepId, model: &str, question: ModelQuestion, timeout: Span) -> ModelCall {
        ModelCall {
            run: NO_RUN,
            call: number,
            attempt: 1,
            step,
            model: model.to_owned(),
            question: Box::new(question),
            timeout,
            cost_max: None,
            repairs: 0,
            restarts: 0,
            masked: Vec::new(),
            about_conversation: false,
            voice: None,
        }
    }

    /// The question for the words of a voice note.
    pub fn of_voice(number: u32, model: &str, note: VoiceNote, timeout: Span) -> ModelCall {
        let question = ModelQuestion::new(String::new(), AnswerShape::Text, String::new());
        let call = ModelCall::without_run(number, VOICE_STEP.into(), model, question, timeout);
        ModelCall { voice: Some(Box::new(note)), ..call }
    }

    /// Prepares the attempt after a restart of the process; false if there was one already.
    pub fn ask_after_restart(&mut self) -> bool {
        if self.restarts >= MODEL_RESTARTS_MAX {
            return false;
        }
        self.restarts += 1;
        self.attempt += 1;
        true
    }
}

impl ModelQuestion {
    /// A question with nothing but its instruction; `mark` as below.
    pub fn new(instruction: String, shape: AnswerShape, mark: String) -> ModelQuestion {
        ModelQuestion {
            instruction,
            input: None,
            talk: Vec::new(),
            sources: Vec::new(),
            examples: Vec::new(),
            shape,
            output_max: None,
            mark,
            repair: None,
        }
    }
}

/// A word of the customer that no model reads, and the mark in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedWord {
    /// `‹phone 1›`
    pub mark: String,
    pub word: String,
    /// False for numbers of cards and accounts, which never come back.
    pub returns: bool,
}

/// Everything that a model reads, and the form of its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelQuestion {
    /// The author's words.
    pub instruction: String,
    /// The untrusted text that the question is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The conversation that an agent answers, the oldest entry first; untrusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub talk: Vec<TalkEntry>,
    /// Everything that the answer may say of the business: parts of its papers, and facts of the author.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<ModelExample>,
    pub shape: AnswerShape,
    /// The most tokens of the answer; `None`: as the model's configuration says, which a larger number does not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_max: Option<u32>,
    /// Stands before and behind `input`, and before each entry of `talk`. Nobody can guess it, so no text can contain it and end the input early.
    pub mark: String,
    /// The reason why the last answer could not be used, if the model is asked again because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
}

/// One entry of the conversation with an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkEntry {
    pub by: TalkBy,
    pub text: String,
}

/// The author of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TalkBy {
    Customer,
    Agent,
    /// A flow that the agent used as a tool: the customer has read it.
    Flow,
    /// The result of the tool with this name; the customer has not read it.
    Tool(String),
    /// This program.
    Note,
}

/// A text with the right answer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelExample {
    pub input: String,
    /// A text or a number for `Text` and `One`, an object for `Record`.
    pub returns: serde_json::Value,
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerShape {
    Text,
    /// One value.
    One(ShapeField),
    /// An object with these fields and no others.
    Record(Vec<ShapeField>),
    /// One of these acts: `{do: NAME, with: {…}}`.
    Act(Vec<ActShape>),
}

/// Something that an agent can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActShape {
    pub name: String,
    /// A description for the model.
    pub about: String,
    pub fields: Vec<ShapeField>,
    /// The JSON schema of its values, for a tool whose inputs are no plain fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapeField {
    pub name: String,
    /// The type by its name in YAML: `number`, `yesno`, `date`.
    pub kind: String,
    /// The allowed texts; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub among: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The author's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// Tokens as a server counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Of the question, with `cached`.
    pub input: u64,
    /// The part of `input` that the server remembered from an earlier question.
    pub cached: u64,
    pub output: u64,
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Tokens) {
        self.input = self.input.saturating_add(other.input);
        self.cached = self.cached.saturating_add(other.cached);
        self.output = self.output.saturating_add(other.output);
    }
}

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReply {
    /// The answer as the model gave it: whether it has the form that the step declares is for the rules of the step.
    pub answer: Result<Value, ModelError>,
    /// The model that answered, or failed last.
    pub model: String,
    /// Of all requests of the attempt.
    pub tokens: Tokens,
    /// The cost of all requests, in millionths of the currency unit.
    pub cost: i64,
    /// The ISO 4217 code; empty: the models have no prices.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    pub took: Span,
}

/// The reason why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelError {
    pub kind: ModelErrorKind,
    /// A sentence for the author and the operator. It contains no secret and nothing that a customer wrote.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelErrorKind {
    /// Nobody answers, or the server says that it cannot answer now.
    ModelDown,
    /// No answer came in time.
    ModelSlow,
    /// The server refuses the request (key, name of the model, a parameter), or the model refuses the question.
    ModelRefused,
    /// The question costs more than what is left.
    OverBudget,
    /// An answer came and cannot be used: empty, no JSON, too long, ended by the limit of tokens.
    BadAnswer,
    /// The question is too long for the model, or its server read only a part of it.
    CutPrompt,
    /// The answer holds a value that no source gave.
    Ungrounded,
    /// The reply of an agent is in another language than the customer's.
    WrongLanguage,
}

impl ModelErrorKind {
    pub const ALL: [ModelErrorKind; 8] = [
        ModelErrorKind::ModelDown,
        ModelErrorKind::ModelSlow,
        ModelErrorKind::ModelRefused,
        ModelErrorKind::OverBudget,
        ModelErrorKind::BadAnswer,
        ModelErrorKind::CutPrompt,
        ModelErrorKind::Ungrounded,
        ModelErrorKind::WrongLanguage,
    ];

    /// True for faults of an answer, which a model may mend when it is told of them.
    pub fn is_of_answer(self) -> bool {
        matches!(self, ModelErrorKind::BadAnswer | ModelErrorKind::Ungrounded | ModelErrorKind::WrongLanguage)
    }

    /// The code for flows.
    pub fn as_str(self) -> &'static str {
        match self {
            ModelErrorKind::ModelDown => "model_down",
            ModelErrorKind::ModelSlow => "model_slow",
            ModelErrorKind::ModelRefused => "model_refused",
            ModelErrorKind::OverBudget => "over_budget",
            ModelErrorKind::BadAnswer => "bad_answer",
            ModelErrorKind::CutPrompt => "cut_prompt",
            ModelErrorKind::Ungrounded => "ungrounded",
            ModelErrorKind::WrongLanguage => "wrong_language",
        }
    }
}

/// The end of the sentence about a question that costs more than its step allows.
const ABOVE_STEP: &str = "the step allows";

impl ModelError {
    /// A question that may cost more than what its step has left; both in millionths of the currency unit.
    pub fn above_limit_of_step(reserved: i64, left: i64) -> ModelError {
        let text = format!("the question may cost {}, and {ABOVE_STEP} {}", money(reserved), money(left));
        ModelError::new(ModelErrorKind::OverBudget, text)
    }

    pub fn is_above_limit_of_step(&self) -> bool {
        self.kind == ModelErrorKind::OverBudget && self.text.contains(ABOVE_STEP)
    }

    pub fn new(kind: ModelErrorKind, text: impl Into<String>) -> ModelError {
        ModelError { kind, text: text.into() }
    }
}

impl ModelReply {
    /// The reply of a model that was not asked, or whose answer cost nothing.
    pub fn free(model: &str, answer: Result<Value, ModelError>) -> ModelReply {
        let (tokens, currency) = (Tokens::default(), String::new());
        ModelReply { answer, model: model.to_owned(), tokens, cost: 0, currency, took: Span::ZERO }
    }
}

/// An amount in millionths of the currency unit as people write it: `0.000165`, at least two decimals.
pub fn money(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let all = millionths.unsigned_abs();
    let mut part = format!("{:06}", all % 1_000_000);
    while part.len() > 2 && part.ends_with('0') {
        part.pop();
    }
    format!("{sign}{}.{part}", all / 1_000_000)
}

/// Parses `0.000165` to millionths; `None` if it is no amount, too large, or finer than that.
pub fn millionths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<u32>().ok().map(|whole| i64::from(whole) * 1_000_000 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_and_written_in_millionths() {
        for (text, amount) in
            [("0.00", 0), ("5.00", 5_000_000), ("0.000165", 165), ("0.25", 250_000), ("12.345", 12_345_000)]
        {
            assert_eq!((millionths(text), money(amount).as_str()), (Some(amount), text));
        }
        assert_eq!(money(-1_500_000), "-1.50");
        for bad in ["", ".5", "-1", "1,5", "0.0000001", "1e3", "99999999999"] {
            assert_eq!(millionths(bad), None, "{bad}");
        }
    }
}
