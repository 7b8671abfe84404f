//! Asks a second model whether the sources support a text, and reads its verdict.

use super::KnownTexts;
use crate::{
    base::{ids::StepId, time::Span},
    engine::turn::{Here, Turn},
    model::{
        answer::AnswerType,
        effect::{AnswerShape, ModelCall, ModelError, ModelErrorKind, ModelQuestion, ShapeField},
        value::Value,
    },
    steps::llm::{answer::bad, mark, mask, yes_or_no},
};
use serde_json::json;

/// The last part of the name of the question, by which mocks answer it.
pub const VERIFY: &str = "verify";

/// How often one verdict is asked for again.
pub(in crate::steps) const REPAIRS_MAX: u32 = 1;
/// The newest messages of the customer that the second model reads beside the text.
const MESSAGES_MAX: usize = 5;

const INSTRUCTION: &str = "You check the reply of an assistant before its customer reads it. The input is a JSON object: \
    `customer` are the newest messages of the customer, `reply` is the reply, and `options` are texts that can be tapped below \
    it. Answer `yes` in `supported` if the sources support each statement of the reply and of its options about the business: \
    goods, services, prices, times, rules, promises, and what was done. Greetings, questions, thanks, offers to help and words \
    that repeat the customer need no source. Else answer `no`, and give in `sentence` the first sentence without a source, word \
    for word.";

/// The answer of the second model.
pub(in crate::steps) enum Verdict {
    Supported,
    /// The sentence that no source supports, if it was named.
    Unsupported(Option<String>),
}

/// A text that no customer has read yet.
pub(in crate::steps) struct Judged<'t> {
    pub text: &'t str,
    /// The texts to tap below it.
    pub options: &'t [String],
    pub known: KnownTexts,
}

/// How the second model is asked.
pub(in crate::steps) struct Judge<'t> {
    pub model: &'t str,
    /// The number of the question in its run.
    pub number: u32,
    pub timeout: Span,
    /// The most that the question may cost, in millionths of the currency unit.
    pub cost_max: Option<i64>,
}

/// The question about a text.
pub(in crate::steps) fn question(turn: &Turn<'_>, here: Here<'_>, judged: Judged<'_>, judge: &Judge<'_>) -> ModelCall {
    let mut masked = Vec::new();
    let KnownTexts { given: mut sources, customer } = judged.known;
    sources.push(format!("It is {} at the business.", here.set.local(turn.now()).strftime("%A, %-d %B %Y, %H:%M")));
    let sources = sources.iter().map(|source| mask::hide(source, &mut masked)).collect();
    let said = &customer[customer.len().saturating_sub(MESSAGES_MAX)..];
    // Written as JSON, so that no message can look like the reply.
    let input = json!({"customer": said, "reply": judged.text, "options": judged.options}).to_string();
    let question = ModelQuestion {
        instruction: INSTRUCTION.to_owned(),
        input: Some(mask::hide(&input, &mut masked)),
        talk: Vec::new(),
        sources,
        examples: Vec::new(),
        shape: shape(),
        output_max: None,
        mark: mark(turn, here.run, judge.number),
        repair: None,
    };
    ModelCall {
        run: here.run,
        call: judge.number,
        attempt: 1,
        step: StepId::from(format!("{}.{VERIFY}", here.node.id).as_str()),
        model: judge.model.to_owned(),
        question: Box::new(question),
        timeout: judge.timeout,
        cost_max: judge.cost_max,
        repairs: 0,
        restarts: 0,
        masked,
        about_conversation: false,
        voice: None,
    }
}

fn shape() -> AnswerShape {
    let field = |name: &str, among: &[&str], about: &str| ShapeField {
        name: name.to_owned(),
        kind: AnswerType::Text.as_str().to_owned(),
        among: among.iter().map(|text| (*text).to_owned()).collect(),
        optional: among.is_empty(),
        about: Some(about.to_owned()),
    };
    AnswerShape::Record(vec![
        field("supported", &["yes", "no"], "Whether the sources support all of it."),
        field("sentence", &[], "The first sentence without a source."),
    ])
}

/// The verdict in an answer.
pub(in crate::steps) fn read(answer: Value) -> Result<Verdict, ModelError> {
    let (said, sentence) = match answer {
        Value::Map(mut parts) => (parts.remove("supported").unwrap_or_default(), parts.remove("sentence")),
        said => (said, None),
    };
    match yes_or_no(&said) {
        Some(true) => Ok(Verdict::Supported),
        Some(false) => Ok(Verdict::Unsupported(sentence.and_then(|sentence| sentence.print()))),
        None => Err(bad("`supported` is neither `yes` nor `no`")),
    }
}

/// The reason for the first model. It repeats words of the text alone: the second model has read what others wrote.
pub(in crate::steps) fn unsupported(text: &str, options: &[String], sentence: Option<String>) -> ModelError {
    let has = |sentence: &str| text.contains(sentence) || options.iter().any(|option| option.contains(sentence));
    let sentence = sentence.map(|sentence| sentence.trim().to_owned());
    let quoted = sentence.filter(|sentence| !sentence.is_empty() && has(sentence));
    let text = match quoted {
        Some(sentence) => format!("no source supports `{sentence}`; leave it out, or say that you do not know"),
        None => "the sources do not support all of it; say what they tell alone".to_owned(),
    };
    ModelError::new(ModelErrorKind::Ungrounded, text)
}
