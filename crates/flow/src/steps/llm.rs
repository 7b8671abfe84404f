//! Implements `llm`: asks a language model once and keeps one typed value. The question leaves as an effect; this file
//! handles its answer. The model proposes, and only a value that has the declared form is kept.

pub(crate) mod answer;
pub(crate) mod keys;
pub mod mask;
pub(super) mod papers;
mod returned;

use super::{
    StepKind,
    ground::{self, Ground},
};
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{
            MODEL_CALL_MAX, MODEL_CALL_TIMEOUT_DEFAULT, MODEL_INPUT_BYTES_MAX, MODEL_INSTRUCTION_BYTES_MAX,
            MODEL_REPAIRS_MAX,
        },
        time::Span,
    },
    definition::{Body, Field, Kind},
    engine::{
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        effect::{
            AnswerShape, CallRequest, Effect, ModelCall, ModelError, ModelExample, ModelQuestion, ModelReply,
            ShapeField, money,
        },
        session::{CallWait, Unsaid, Waiting},
        value::Value,
    },
    text::Text,
};
pub use answer::yes_or_no;
use keys::{read_examples, read_limits, read_model, read_returns};
use sha2::{Digest, Sha256};

pub struct Llm {
    pub instruction: Text,
    pub input: Option<Text>,
    pub returns: Returns,
    pub unsure: Option<Body>,
    /// The files and folders that are searched for the input; `None`: no papers are given.
    pub knowledge: Option<Vec<String>>,
    /// Texts that count as sources.
    pub facts: Vec<Text>,
    /// The values of a text that are refused if no source gave them.
    pub ground: Ground,
    pub examples: Vec<ModelExample>,
    /// `None`: the first of the bot's `models`.
    pub model: Option<String>,
    /// How often the model is asked again after an answer that cannot be used.
    pub retry: u32,
    pub timeout: Span,
    /// The most tokens of the answer.
    pub tokens: Option<u32>,
    /// The most that one attempt may cost, in millionths of the currency unit.
    pub cost: Option<i64>,
    pub fills: Option<String>,
}

/// The form of the value that the step keeps.
#[derive(Debug, Clone)]
pub enum Returns {
    Text,
    One(Kind),
    Record(Vec<Field>),
}

const LIMITS: &[FieldSpec] = &[
    FieldSpec::optional("tokens", FieldKind::Whole, "The longest answer, in tokens; more is no answer."),
    FieldSpec::optional(
        "cost",
        FieldKind::Name,
        "The most that one question may cost, such as `0.01`, in the currency of `prices`.",
    ),
];

const EXAMPLE: FieldKind = FieldKind::Record(&[
    FieldSpec::required("input", FieldKind::Name, "A text as customers write it."),
    FieldSpec::required("returns", FieldKind::Data, "The right answer to it."),
]);

impl StepKind for Llm {
    const SPEC: Spec = Spec {
        name: "llm",
        summary: "Asks a language model once and keeps one value of a declared type.",
        fields: &[
            FieldSpec::required("llm", FieldKind::Text, "The instruction: what to do with the input."),
            FieldSpec::optional(
                "input",
                FieldKind::Text,
                "The text that it is about, such as `${msg.text}`. It gives the model no orders.",
            ),
            FieldSpec::default(
                "returns",
                FieldKind::Either(&[FieldKind::Type, FieldKind::MapOf(&parts::DECLARATION)]),
                "text",
                "The value: a list of texts of which it is one, a type, or names with types.",
            ),
            FieldSpec::optional(
                "unsure",
                FieldKind::Steps,
                "What to do when none of the listed texts fits, or no part of `knowledge`; the variable is then empty.",
            ),
            FieldSpec::optional(
                "knowledge",
                FieldKind::Many(&FieldKind::Name),
                "Files and folders of `knowledge/`, or `all`: the parts that fit the input best are given to the model.",
            ),
            FieldSpec::optional(
                "facts",
                FieldKind::Many(&FieldKind::Text),
                "Texts that the model may rely on, such as `Open until ${hours.shop.closes_at}`.",
            ),
            FieldSpec::default(
                "ground",
                ground::GROUND,
                "true for a text with `knowledge` or `facts`",
                "Whether an answer is refused that holds a price, date, time, address or offer of which no source speaks; \
                 `{no: the reason}` lets it pass, `{kinds: […]}` compares some kinds of values, `{also: […]}` names further \
                 sources, `{verify: MODEL}` asks a second model.",
            ),
            FieldSpec::optional("examples", FieldKind::Many(&EXAMPLE), "Texts with the right answers, at most 20."),
            FieldSpec::default(
                "model",
                FieldKind::Known(Declared::Model),
                "the first of `models` in `_bot.yaml`",
                "Which model is asked.",
            ),
            FieldSpec::default(
                "retry",
                FieldKind::Whole,
                "1",
                "How often the model is asked again, with the reason, after an answer that cannot be used.",
            ),
            FieldSpec::default(
                "timeout",
                FieldKind::Duration,
                "20s",
                "How long one answer may take, at most 2 minutes.",
            ),
            FieldSpec::optional("limits", FieldKind::Record(LIMITS), "The most that it may say and cost."),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for the value."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do when no answer came in time."),
        ],
        example: "llm: What is this message about?\ninput: the brakes squeak\nreturns: [repair, price, other]\nas: topic",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let instruction = fields.text("llm");
        let input = fields.opt_text("input");
        let returns = read_returns(fields);
        let is_choice = matches!(&returns, Returns::One(kind) if !kind.among.is_empty());
        let (knowledge, facts) = papers::read_papers(fields);
        let ground = papers::read_ground(fields, &returns, knowledge.is_some() || !facts.is_empty());
        if let Some(entry) = fields.entry("unsure").filter(|_| !is_choice && knowledge.is_none()) {
            let finding = Diagnostic::error("E529", &entry.key.place, "`unsure` needs texts, or papers, of which none may fit");
            fields.report(finding.help("write `returns: [repair, price]` or `knowledge: all`, or take `unsure` out"));
        }
        let examples = read_examples(fields);
        let timeout = fields.duration("timeout", MODEL_CALL_TIMEOUT_DEFAULT);
        if let Some(node) = fields.node("timeout").filter(|_| timeout > MODEL_CALL_MAX || timeout <= Span::ZERO) {
            fields.wrong(node, "E529", format!("a model is waited for at most {MODEL_CALL_MAX}; write `timeout: 20s`"));
        }
        let (tokens, cost) = read_limits(fields);
        let llm = Llm {
            instruction,
            input,
            returns,
            knowledge,
            facts,
            ground,
            examples,
            model: read_model(fields),
            retry: u32::try_from(fields.whole("retry", 1, 0..=MODEL_REPAIRS_MAX)).unwrap_or(1),
            timeout: timeout.min(MODEL_CALL_MAX),
            tokens,
            cost,
            fills: fields.fills(),
            unsure: fields.opt_steps("unsure"),
        };
        fields.opt_steps("on_timeout");
        llm
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match self.asked(turn, here) {
            Ok(None) => {
                turn.note_at(here, "no part of the knowledge fits: the model is not asked");
                self.none_fits(turn, here)
            }
            Ok(Some(call)) => {
                turn.note_at(here, format!("asks the model `{}`", call.model));
                park(turn, call)
            }
            Err(failure) => Next::Fail(failure),
        }
    }
}

/// Sends the question, and waits.
pub(super) fn park(turn: &mut Turn<'_>, call: ModelCall) -> Next {
    park_with(turn, call, None)
}

/// As `park`, for a question about a text that was not used yet.
fn park_with(turn: &mut Turn<'_>, call: ModelCall, unsaid: Option<Unsaid>) -> Next {
    let (number, attempt) = (call.call, call.attempt);
    let request = CallRequest::Model(call);
    turn.effects.push(Effect::Call(Box::new(request.clone())));
    Next::Park(Waiting::Call(Box::new(CallWait { call: number, attempt, request, retry_at: None, back: None, unsaid })))
}

impl Llm {
    /// The question; `None` if the papers do not speak of the input and `unsure` says what to do then.
    fn asked(&self, turn: &mut Turn<'_>, here: Here<'_>) -> Result<Option<ModelCall>, StepFailure> {
        let instruction = turn.render(here, &self.instruction, &[])?;
        let input = self.input.as_ref().map(|input| turn.render(here, input, &[])).transpose()?;
        too_long("instruction", &instruction, MODEL_INSTRUCTION_BYTES_MAX)?;
        too_long("input", input.as_deref().unwrap_or_default(), MODEL_INPUT_BYTES_MAX)?;
        let Some(model) = self.model.as_ref().or(here.set.bot.models.first()) else {
            return Err(StepFailure::new("model_down", "`models` of `_bot.yaml` names no model"));
        };
        let papers = self.knowledge.as_ref().map_or_else(Vec::new, |within| {
            papers::papers(turn, here, within, input.as_deref().unwrap_or(&instruction))
        });
        if papers.is_empty() && self.knowledge.is_some() && self.unsure.is_some() {
            return Ok(None);
        }
        let facts = self.facts.iter().map(|fact| turn.render(here, fact, &[])).collect::<Result<Vec<_>, _>>()?;
        too_long("list of facts", &facts.concat(), MODEL_INPUT_BYTES_MAX)?;
        // They are read again with the answer: an error in them is the step's, and not the model's.
        self.ground.more(turn, here)?;
        let mut masked = Vec::new();
        let sources = papers.into_iter().chain(facts.iter().map(|fact| mask::hide(fact, &mut masked))).collect();
        let instruction = mask::hide(&instruction, &mut masked);
        let input = input.map(|input| mask::hide(&input, &mut masked));
        let call = self.count_call(turn, here);
        let question = ModelQuestion {
            instruction,
            input,
            talk: Vec::new(),
            sources,
            examples: self.examples.clone(),
            shape: self.shape(),
            output_max: self.tokens,
            mark: mark(turn, here.run, call),
            repair: None,
        };
        Ok(Some(ModelCall {
            run: here.run,
            call,
            attempt: 1,
            step: here.node.id.clone(),
            model: model.clone(),
            question: Box::new(question),
            timeout: self.timeout,
            cost_max: self.cost,
            repairs: 0,
            restarts: 0,
            masked,
            about_conversation: false,
            voice: None,
        }))
    }

    /// The number of a further question in the run.
    fn count_call(&self, turn: &mut Turn<'_>, here: Here<'_>) -> u32 {
        turn.run_mut(here.run).map_or(0, |run| {
            run.calls += 1;
            run.calls
        })
    }

    fn is_text(&self) -> bool {
        matches!(self.returns, Returns::Text)
    }

    /// Goes to `unsure`, with nothing found.
    fn none_fits(&self, turn: &mut Turn<'_>, here: Here<'_>) -> Next {
        variables::keep(turn, here.run, self.fills.as_deref(), Value::Nothing);
        self.unsure.map_or(Next::Continue, Next::Body)
    }

    /// The form of the answer as the model is told it.
    fn shape(&self) -> AnswerShape {
        match &self.returns {
            Returns::Text => AnswerShape::Text,
            Returns::One(kind) => {
                let mut field = shape_field("answer", kind);
                if self.unsure.is_some() {
                    field.among.push(answer::NONE.to_owned());
                }
                AnswerShape::One(field)
            }
            Returns::Record(fields) => {
                AnswerShape::Record(shape_fields(fields))
            }
        }
    }
}

/// Asks again with the reason why an answer cannot be used, as the model may read it.
pub(super) fn repair(turn: &mut Turn<'_>, here: Here<'_>, call: ModelCall, error: &ModelError) -> Next {
    repair_with(turn, here, call, error, None)
}

fn repair_with(
    turn: &mut Turn<'_>,
    here: Here<'_>,
    mut call: ModelCall,
    error: &ModelError,
    unsaid: Option<Unsaid>,
) -> Next {
    turn.note_at(here, format!("`{}`: {}; asked again with this reason", error.kind.as_str(), error.text));
    call.repairs += 1;
    call.attempt += 1;
    call.question.repair = Some(mask::hide(&error.text, &mut call.masked));
    park_with(turn, call, unsaid)
}

/// Handles a restart of the process during the question. An answer changes nothing outside, so the model is asked once
/// more; the first question is paid as it was reserved. A second restart is an error.
pub fn restarted(turn: &mut Turn<'_>, here: Here<'_>, mut call: ModelCall, unsaid: Option<Unsaid>) -> Next {
    if !call.ask_after_restart() {
        return Next::Fail(StepFailure::new("unknown_outcome", "the process ended twice while the model was asked"));
    }
    let note = "the process ended while the model was asked: it is asked once more, and the first question counts as paid";
    turn.note_at(here, note);
    park_with(turn, call, unsaid)
}

/// The line of the trace about a reply: the model, its time, tokens and cost.
pub(crate) fn told(reply: &ModelReply) -> String {
    let how = if reply.answer.is_ok() { "answered" } else { "gave no answer" };
    let mut text = format!("`{}` {how} in {} ms", reply.model, reply.took.0);
    if reply.tokens.input + reply.tokens.output > 0 {
        text.push_str(&format!(": {} tokens read, {} written", reply.tokens.input, reply.tokens.output));
    }
    if !reply.currency.is_empty() {
        text.push_str(&format!(", {} {}", money(reply.cost), reply.currency));
    }
    text
}

pub(super) fn too_long(what: &str, text: &str, bytes_max: usize) -> Result<(), StepFailure> {
    if text.len() <= bytes_max {
        return Ok(());
    }
    let text = format!("the {what} has {} bytes, and a model is given at most {bytes_max}", text.len());
    Err(StepFailure::new("cut_prompt", text))
}

pub(super) fn shape_fields(fields: &[Field]) -> Vec<ShapeField> {
    let shape = |field: &Field| ShapeField {
        optional: field.optional || field.default.is_some(),
        about: field.about.clone(),
        ..shape_field(&field.name, &field.kind)
    };
    fields.iter().map(shape).collect()
}

pub(crate) fn shape_field(name: &str, kind: &Kind) -> ShapeField {
    ShapeField {
        name: name.to_owned(),
        kind: kind.of.as_str().to_owned(),
        among: kind.among.clone(),
        optional: false,
        about: None,
    }
}

/// The mark around the input, different for each question; it cannot be guessed from outside.
pub(crate) fn mark(turn: &Turn<'_>, run: u32, call: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(turn.world.token_key);
    hash.update(format!("|model|{}|{run}|{call}", turn.world.conversation));
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
