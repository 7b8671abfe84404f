//! Mocks the answers of models: `model:` of `sandbox.mocks` in `_bot.yaml` and of the tests' `mocks`.

use super::recording::{Found, RecordedCase, UnlikeRecorded};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        time::Span,
        yaml::{Entry, Kind, Node, to_json},
    },
    model::{
        effect::{AnswerShape, ModelCall, ModelError, ModelErrorKind, ModelReply, millionths},
        value::Value,
    },
};

/// Rules in written order; the first match answers.
#[derive(Debug, Clone, Default)]
pub struct ModelMocks {
    rules: Vec<Rule>,
    /// The answers that real models gave to the questions of the case: they go before those of the rules.
    pub recorded: Option<RecordedCase>,
    /// The last question was another one than the recorded one.
    unlike: Option<UnlikeRecorded>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// The id of a step, `FLOW.STEP` or its last part, or `any`.
    name: String,
    answers: Vec<MockedAnswer>,
    asked: usize,
}

#[derive(Debug, Clone)]
struct MockedAnswer {
    answer: Result<Value, ModelError>,
    /// The time that the model takes.
    slow: Span,
    /// The price of the answer, in millionths of the currency unit.
    cost: i64,
}

impl MockedAnswer {
    fn new(answer: Result<Value, ModelError>) -> MockedAnswer {
        MockedAnswer { answer, slow: Span::ZERO, cost: 0 }
    }
}

/// The words of `fail`, each with its error.
const FAILURES: [(&str, ModelErrorKind, &str); 8] = [
    ("timeout", ModelErrorKind::ModelSlow, "no answer came in time"),
    ("down", ModelErrorKind::ModelDown, "nobody answers"),
    ("refused", ModelErrorKind::ModelRefused, "the model refuses to answer"),
    ("empty", ModelErrorKind::BadAnswer, "the answer is empty"),
    ("malformed", ModelErrorKind::BadAnswer, "the answer is no JSON"),
    ("cut", ModelErrorKind::BadAnswer, "the answer was cut at its longest length; answer in fewer words"),
    ("over_budget", ModelErrorKind::OverBudget, "no money is left"),
    ("cut_prompt", ModelErrorKind::CutPrompt, "the model read only a part of the question"),
];

const WORDS: [&str; 8] = ["timeout", "down", "refused", "empty", "malformed", "cut", "over_budget", "cut_prompt"];

/// The rule for every step.
pub const ANY: &str = "any";

impl ModelMocks {
    /// Reads the value of `model`: a list of `STEP: answer`, or a map of them.
    pub fn read(node: &Node, findings: &Findings) -> ModelMocks {
        let mut rules = Vec::new();
        for item in node.one_or_many() {
            match &item.kind {
                Kind::Map(entries) => rules.extend(entries.iter().map(|entry| rule(entry, findings))),
                Kind::Null => {}
                Kind::Scalar(_) | Kind::List(_) => {
                    let message = format!("a mock is `STEP: answer`, and this is {}", item.describe());
                    let finding = Diagnostic::error("E920", &item.place, message);
                    findings.push(finding.help("write the id of an `llm` step, or `any`: `- any: repair`"));
                }
            }
        }
        ModelMocks { rules, ..ModelMocks::default() }
    }

    /// These rules first, then the others.
    #[must_use]
    pub fn and(mut self, others: &ModelMocks) -> ModelMocks {
        self.rules.extend(others.rules.iter().cloned());
        self
    }

    /// Answers a question, and tells by which rule. The last answer of a list is repeated. Without a rule the question
    /// fails: it never reaches a model.
    pub fn answer(&mut self, call: &ModelCall) -> (ModelReply, String) {
        let is_misfortune = self.is_misfortune(call);
        let by_rule = self.by_rule(call);
        let is_recorded = !is_misfortune && call.voice.is_none();
        let Some(recorded) = self.recorded.as_mut().filter(|_| is_recorded) else { return by_rule };
        match recorded.answer(call) {
            Found::Answer(reply, said) => (reply, said),
            Found::Nothing => by_rule,
            Found::Unlike(unlike) => {
                self.unlike = Some(unlike);
                let text = format!("the question of `{}` is not the recorded one", call.step);
                let answer = Err(ModelError::new(ModelErrorKind::ModelDown, &text));
                (ModelReply::free(&call.model, answer), text)
            }
        }
    }

    /// True if the next answer by a rule is a misfortune: it is a part of the test, and no model gives it when it is asked.
    pub fn is_misfortune(&self, call: &ModelCall) -> bool {
        let rule = self.rules.iter().find(|rule| meets(&rule.name, call.step.as_str()));
        rule.is_some_and(|rule| {
            let next = &rule.answers[rule.asked.min(rule.answers.len() - 1)];
            next.answer.is_err() || next.slow > Span::ZERO || next.cost > 0
        })
    }

    /// How the last question differs from the recorded one, once.
    pub fn take_unlike(&mut self) -> Option<UnlikeRecorded> {
        self.unlike.take()
    }

    fn by_rule(&mut self, call: &ModelCall) -> (ModelReply, String) {
        let step = call.step.as_str();
        let Some(rule) = self.rules.iter_mut().find(|rule| meets(&rule.name, step)) else {
            let text = format!("{WITHOUT_MOCK}`{step}`");
            let asks = match call.voice {
                Some(_) => "the words of a voice note".to_owned(),
                None => beginning(&call.question.instruction),
            };
            let said =
                format!("{text}, which would ask the model `{}`: {asks}; write one, as {}", call.model, example(step));
            let answer = Err(ModelError::new(ModelErrorKind::ModelDown, text));
            return (ModelReply::free(&call.model, answer), said);
        };
        let at = rule.asked.min(rule.answers.len() - 1);
        rule.asked += 1;
        let said = format!("`{step}` was answered by the mock `{}`, not by the model `{}`", rule.name, call.model);
        let MockedAnswer { answer, slow, cost } = rule.answers[at].clone();
        // As with a real model, a question that costs more than what its step has left is not asked.
        if let Some(left) = call.cost_max.filter(|left| cost > *left) {
            return (ModelReply::free(&call.model, Err(ModelError::above_limit_of_step(cost, left))), said);
        }
        // A text is a reply of an agent, as prose of a model is.
        let answer = match (&call.question.shape, answer) {
            (AnswerShape::Act(_), Ok(Value::Text(text))) => Ok(reply_of(&text)),
            (_, answer) => answer,
        };
        let is_late = slow > call.timeout;
        let late = || ModelError::new(ModelErrorKind::ModelSlow, format!("no answer within {}", call.timeout));
        let answer = if is_late { Err(late()) } else { answer };
        let took = slow.min(call.timeout);
        (ModelReply { took, cost, ..ModelReply::free(&call.model, answer) }, said)
    }
}

/// True if a rule or an expectation with this name means the step.
pub fn meets(name: &str, step: &str) -> bool {
    name == ANY || name == step || step.rsplit_once('.').is_some_and(|(_, own)| own == name)
}

const WITHOUT_MOCK: &str = "no mock answers the question of ";

/// True if a trace line reports a question without a matching rule.
pub fn is_without_mock(said: &str) -> bool {
    said.starts_with(WITHOUT_MOCK)
}

/// An example rule for this step.
pub fn example(step: &str) -> String {
    let own = step.rsplit_once('.').map_or(step, |(_, own)| own);
    format!("`- {own}: …`")
}

/// The first words of an instruction.
fn beginning(text: &str) -> String {
    const CHARS: usize = 120;
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(CHARS).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

fn rule(entry: &Entry, findings: &Findings) -> Rule {
    let mut answers: Vec<MockedAnswer> =
        entry.value.one_or_many().iter().filter_map(|node| answer(node, findings)).collect();
    if answers.is_empty() {
        // The written answers have findings, or there are none.
        answers.push(MockedAnswer::new(Ok(Value::Nothing)));
    }
    Rule { name: entry.key.text.clone(), answers, asked: 0 }
}

/// A text or a number, `{json: …}`, `{fail: …}`, `{slow: 30s}`; for an agent
/// `{say: …}`, `{offer: …, options: […]}`, `{call: FLOW, with: {…}}`, `{exit: NAME, gives: {…}}`, `{search: …}`.
fn answer(node: &Node, findings: &Findings) -> Option<MockedAnswer> {
    if node.map().is_none() {
        let answer = Ok(Value::from_json(&to_json(node)));
        return Some(MockedAnswer::new(answer));
    }
    let mut fields = Fields::new(node, "an answer", findings);
    if let Some(act) = act(&mut fields) {
        let slow = fields.duration("slow", Span::ZERO);
        let cost = cost(&mut fields);
        fields.finish();
        return Some(MockedAnswer { answer: Ok(act), slow, cost });
    }
    let json = fields.node("json").map(|node| Value::from_json(&to_json(node)));
    let text = fields.opt_text("text").map(Value::text);
    let slow = fields.duration("slow", Span::ZERO);
    let fail = fields.word("fail", &WORDS);
    let cost = cost(&mut fields);
    let is_written = json.is_some() || text.is_some() || fail.is_some() || fields.node("slow").is_some();
    let members = node.map().unwrap_or_default();
    let is_bare = !is_written && !members.is_empty();
    if is_bare {
        // `{kind: late}` is the object itself, without `json`.
        let message = "an answer is a text (of an agent `{say: …}`, `{offer: …}`, `{call: …}` or `{exit: …}`), `{json: …}`, `{fail: …}` or `{slow: 30s}`";
        findings.push(Diagnostic::error("E920", &node.place, message).help("write `{json: {kind: late}}`"));
        return None;
    }
    fields.finish();
    let failed = FAILURES.iter().find(|(word, ..)| Some(*word) == fail);
    let answer = match failed {
        Some((_, kind, text)) => Err(ModelError::new(*kind, *text)),
        None => Ok(json.or(text).unwrap_or_default()),
    };
    Some(MockedAnswer { answer, slow, cost })
}

/// `cost` of an answer, in millionths of the currency unit; nothing without it.
fn cost(fields: &mut Fields<'_>) -> i64 {
    let Some(node) = fields.node("cost") else { return 0 };
    node.text().and_then(millionths).unwrap_or_else(|| {
        if !node.is_broken() {
            let message = format!("`cost` of an answer is an amount, and this is {}", node.describe());
            let finding = Diagnostic::error("E920", &node.place, message);
            fields.findings().push(finding.help("write it in the currency of `prices`: `cost: 0.02`"));
        }
        0
    })
}

fn reply_of(text: &str) -> Value {
    let with = Value::Map([("text".to_owned(), Value::text(text))].into());
    Value::Map([("do".to_owned(), Value::text("say")), ("with".to_owned(), with)].into())
}

/// An act of an agent, in the form in which a model gives it.
fn act(fields: &mut Fields<'_>) -> Option<Value> {
    let text = |key: &str, text: &str| Value::Map([(key.to_owned(), Value::text(text))].into());
    let given =
        |node: Option<&Node>| node.map_or_else(|| Value::Map([].into()), |node| Value::from_json(&to_json(node)));
    let (name, with) = if let Some(said) = fields.opt_text("say") {
        ("say".to_owned(), text("text", said))
    } else if let Some(offered) = fields.opt_text("offer") {
        let options = fields.list("options").iter().map(|node| Value::from_json(&to_json(node))).collect();
        let with = [("text".to_owned(), Value::text(offered)), ("options".to_owned(), Value::List(options))];
        ("offer".to_owned(), Value::Map(with.into()))
    } else if let Some(question) = fields.opt_text("search") {
        ("search".to_owned(), text("question", question))
    } else if let Some(flow) = fields.opt_text("call") {
        (format!("call_{flow}"), given(fields.node("with")))
    } else {
        let exit = fields.opt_text("exit")?;
        (format!("exit_{exit}"), given(fields.node("gives")))
    };
    Some(Value::Map([("do".to_owned(), Value::Text(name)), ("with".to_owned(), with)].into()))
}
