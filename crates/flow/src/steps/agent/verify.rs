//! Asks a second model whether the sources support a reply, before the contact reads it.

use super::{Agent, guard, question::Again, state};
use crate::{
    base::{ids::StepId, limits::MODEL_CALL_TIMEOUT_DEFAULT},
    engine::turn::{Here, Next, StepFailure, Turn},
    model::{
        answer::AnswerType,
        effect::{AnswerShape, ModelCall, ModelError, ModelErrorKind, ModelQuestion, ModelReply, ShapeField, TalkBy},
        event::CallError,
        session::Unsaid,
        value::Value,
    },
    steps::llm::{answer::bad, mark, mask, park, repair},
};
use serde_json::json;

/// The last part of the name of the question, by which mocks answer it.
pub const VERIFY: &str = "verify";

/// How often one verdict is asked for again.
const REPAIRS_MAX: u32 = 1;
/// The newest messages of the contact that the second model reads beside the reply.
const MESSAGES_MAX: usize = 5;

const INSTRUCTION: &str = "You check the reply of an assistant before its customer reads it. The input is a JSON object: \
    `customer` are the newest messages of the customer, `reply` is the reply, and `options` are texts that can be tapped below \
    it. Answer `yes` in `supported` if the sources support each statement of the reply and of its options about the business: \
    goods, services, prices, times, rules, promises, and what was done. Greetings, questions, thanks, offers to help and words \
    that repeat the customer need no source. Else answer `no`, and give in `sentence` the first sentence without a source, word \
    for word.";

/// The answer of the second model.
enum Verdict {
    Supported,
    /// The sentence that no source supports, if it was named.
    Unsupported(Option<String>),
}

impl Agent {
    /// Says a reply that the guards have let pass, or first asks the second model about it. `again` tells how often the
    /// first model was asked for it.
    pub(super) fn verified<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, unsaid: Unsaid) -> Next {
        let Some(model) = &self.ground.verify else { return self.say_unsaid(turn, here, unsaid) };
        let left = match self.may_ask(turn, here) {
            Ok(left) => left,
            Err(next) => return next,
        };
        let call = self.verifying(turn, here, model, left, &unsaid);
        turn.note_at(here, format!("asks the model `{model}` whether the sources support the reply"));
        state::with(turn, here.run, |agent| agent.unsaid = Some(Unsaid { call: call.call, ..unsaid }));
        park(turn, call)
    }

    fn verifying(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        model: &str,
        cost_max: Option<i64>,
        unsaid: &Unsaid,
    ) -> ModelCall {
        let mut masked = Vec::new();
        let mut sources = guard::sources(self, turn, here);
        sources.push(format!("It is {} at the business.", here.set.local(turn.now()).strftime("%A, %-d %B %Y, %H:%M")));
        let sources = sources.iter().map(|source| mask::hide(source, &mut masked)).collect();
        let agent = state::of(turn, here.run).cloned().unwrap_or_default();
        let said = agent.talk.iter().filter(|entry| entry.by == TalkBy::Customer).map(|entry| entry.text.as_str());
        let mut said: Vec<&str> = said.rev().take(MESSAGES_MAX).collect();
        said.reverse();
        // Written as JSON, so that no message can look like the reply.
        let input = json!({"customer": said, "reply": unsaid.text, "options": unsaid.options}).to_string();
        let number = state::count_call(turn, here.run);
        let question = ModelQuestion {
            instruction: INSTRUCTION.to_owned(),
            input: Some(mask::hide(&input, &mut masked)),
            talk: Vec::new(),
            sources,
            examples: Vec::new(),
            shape: shape(),
            output_max: None,
            mark: mark(turn, here.run, number),
            repair: None,
        };
        ModelCall {
            run: here.run,
            call: number,
            attempt: 1,
            step: step_of(here),
            model: model.to_owned(),
            question: Box::new(question),
            timeout: MODEL_CALL_TIMEOUT_DEFAULT,
            cost_max,
            repairs: 0,
            restarts: 0,
            masked,
            about_conversation: false,
        }
    }

    /// The reply that this question of the second model is about.
    pub(super) fn unsaid_of(turn: &Turn<'_>, here: Here<'_>, call: &ModelCall) -> Option<Unsaid> {
        state::of(turn, here.run)?.unsaid.clone().filter(|unsaid| unsaid.call == call.call)
    }

    /// The second model has answered. Without its *yes* nothing is said, whatever the reason.
    pub(super) fn verdict<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        (call, unsaid): (ModelCall, Unsaid),
        result: Result<ModelReply, CallError>,
    ) -> Next {
        let failed = |code: &str, text: &str| {
            Next::Fail(StepFailure::new(code, format!("the reply could not be verified: {text}")))
        };
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => return failed(&error.code, &error.text),
        };
        if self.book(turn, here, &reply) {
            return self.listen(turn, here);
        }
        match reply.answer.and_then(|answer| read(mask::show_in(answer, &call.masked))) {
            Ok(Verdict::Supported) => {
                turn.note_at(here, "the sources support the reply");
                self.say_unsaid(turn, here, unsaid)
            }
            Ok(Verdict::Unsupported(sentence)) => {
                let error = unsupported(&unsaid, sentence);
                if unsaid.repairs >= super::answer::REPAIRS_MAX {
                    return Next::Fail(StepFailure::new(error.kind.as_str(), error.text));
                }
                turn.note_at(here, format!("`{}`: {}; asked again with this reason", error.kind.as_str(), error.text));
                self.ask(turn, here, Some(Again { repairs: unsaid.repairs + 1, why: error.text }))
            }
            Err(error) if error.kind.is_of_answer() && call.repairs < REPAIRS_MAX => repair(turn, here, call, &error),
            Err(error) if error.is_above_limit_of_step() => self.limit(turn, here, error.text),
            Err(error) => failed(error.kind.as_str(), &error.text),
        }
    }
}

/// The name of the question.
fn step_of(here: Here<'_>) -> StepId {
    StepId::from(format!("{}.{VERIFY}", here.node.id).as_str())
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

fn read(answer: Value) -> Result<Verdict, ModelError> {
    let (said, sentence) = match answer {
        Value::Map(mut parts) => (parts.remove("supported").unwrap_or_default(), parts.remove("sentence")),
        said => (said, None),
    };
    let says = match said {
        Value::YesNo(says) => Some(says),
        Value::Text(text) => match text.trim().to_lowercase().as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        _ => None,
    };
    match says {
        Some(true) => Ok(Verdict::Supported),
        Some(false) => Ok(Verdict::Unsupported(sentence.and_then(|sentence| sentence.print()))),
        None => Err(bad("`supported` is neither `yes` nor `no`")),
    }
}

/// The reason for the first model. It repeats words of the reply alone: the second model has read what others wrote.
fn unsupported(unsaid: &Unsaid, sentence: Option<String>) -> ModelError {
    let all = || [&unsaid.text].into_iter().chain(&unsaid.options);
    let sentence = sentence.map(|sentence| sentence.trim().to_owned());
    let quoted = sentence.filter(|sentence| !sentence.is_empty() && all().any(|text| text.contains(sentence.as_str())));
    let text = match quoted {
        Some(sentence) => format!("no source supports `{sentence}`; leave it out, or say that you do not know"),
        None => "the sources do not support all of it; say what they tell alone".to_owned(),
    };
    ModelError::new(ModelErrorKind::Ungrounded, text)
}
