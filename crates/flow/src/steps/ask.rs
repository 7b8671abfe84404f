//! Implements `ask`: asks a question and waits for the answer. `flow/engine/question/answering.rs` interprets the answers.

mod check_name;
mod options;
mod titles;
mod understand;

use self::{check_name::name_in_check, options::read_options, understand::read_understand};
use super::{StepKind, say::Asking, until::Until};
use crate::{
    base::{
        diagnostic::Diagnostic,
        fix::Fix,
        limits::{ASK_TRIES_MAX, GATHER_MAX, OPTIONS_MAX},
        time::{Span, Time},
    },
    definition::{Body, Kind, Role},
    engine::{
        message::{
            if_closed::WrittenIfClosed,
            parts::{FilledMessage, Message},
        },
        turn::{Here, Next, StepFailure, Turn},
    },
    load::{
        declarations::kind_of,
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
        stock_phrases::Phrase,
    },
    model::{
        answer::AnswerType,
        session::{OptionShown, Question, Waiting},
        value::Value,
    },
    script::Code,
    text::Text,
};
use std::collections::BTreeMap;

pub struct Ask {
    pub message: Message,
    pub fills: Option<String>,
    pub kind: Kind,
    pub options: Vec<WrittenOption>,
    /// Options from data; `options` are then shown after them.
    pub each: Option<Each>,
    pub check: Option<Code>,
    pub invalid: Option<Text>,
    /// For a message that is not understood; `invalid` then serves only what `check` refuses.
    pub unclear: Option<Text>,
    pub tries: u32,
    pub other: Option<Body>,
    pub on_fail: Option<Body>,
    pub timeout: Option<Timeout>,
    pub remind: Vec<Reminder>,
    /// Texts that arrive within this time become one answer.
    pub gather: Option<Span>,
    /// True: only an opt-out interrupts the question.
    pub protect: Option<bool>,
    /// True: a model is asked once what a text means that is no answer.
    pub understand: bool,
}

pub struct WrittenOption {
    pub id: Text,
    pub title: Text,
    pub description: Option<Text>,
    pub consent: Vec<(String, bool)>,
    /// The steps of the option; `None`: the step behind the question.
    pub body: Option<Body>,
}

pub struct Each {
    pub list: Text,
    pub id: Text,
    pub title: Text,
    pub description: Option<Text>,
}

pub enum Timeout {
    After(Span),
    Until(Until),
}

pub struct Reminder {
    pub after: Span,
    pub say: Text,
    pub if_closed: Option<WrittenIfClosed>,
}

impl StepKind for Ask {
    const SPEC: Spec = Spec {
        name: "ask",
        summary: "Asks a question and waits for the answer.",
        fields: &[
            FieldSpec::required("ask", FieldKind::Text, "The question."),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for the answer."),
            FieldSpec::default(
                "type",
                FieldKind::Answer,
                "text, or choice with options",
                "What the answer is: `text`, `number`, `whole`, `date`, `time`, `datetime`, `phone`, `email`, `yesno`, `list` (several things, by commas or lines), `image`, `audio`, `video`, `document`, `media`, `location` (with WhatsApp's own button to share it), `contact`, `order`, `form` or `any`.",
            ),
            FieldSpec::optional(
                "options",
                parts::OPTIONS,
                "What can be chosen: texts, `title: steps`, or `{id, title, desc, consent, do}`; from data `{each: LIST, id, title, desc, also: [options on every page]}`, or `${list}` when each item is its own title. Three short ones become buttons, more a list, more than ten pages.",
            ),
            FieldSpec::optional(
                "form",
                parts::FORM,
                "A button that opens a WhatsApp Flow: `{id, button, screen, data, returns, exchange}`; what is filled in is the answer.",
            ),
            FieldSpec::optional("check", FieldKind::Code, "The answer counts when this holds."),
            FieldSpec::default("invalid", FieldKind::Text, "a sentence of ours", "What to say to a wrong answer."),
            FieldSpec::default("unclear", FieldKind::Text, "as `invalid`", "What to say to what is not understood."),
            FieldSpec::default("tries", FieldKind::Whole, "3", "How many answers may be wrong."),
            FieldSpec::optional(
                "other",
                FieldKind::Steps,
                "What to do with any text that is no option; it is in `msg.text`.",
            ),
            FieldSpec::optional("on_fail", FieldKind::Steps, "What to do after the last wrong answer."),
            FieldSpec::default("timeout", parts::TIMEOUT, "the flow's `expires`", "How long to wait, or `{until: …}`."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do when nobody answers."),
            FieldSpec::optional(
                "remind",
                FieldKind::Many(&parts::REMINDER),
                "What to say meanwhile: `{after, say, if_closed}`, or a list.",
            ),
            FieldSpec::optional(
                "gather",
                FieldKind::Duration,
                "Joins the texts that arrive within this time of the first to one answer, such as `3s`. A tap or a file ends it. For text questions.",
            ),
            FieldSpec::default(
                "protect",
                FieldKind::YesNo,
                "the flow's `protect`",
                "`true`: no keyword of another flow interrupts this question, only a stop word does.",
            ),
            FieldSpec::default(
                "understand",
                FieldKind::YesNo,
                "false",
                "`true`: a text that is no answer goes once to the model `agents.router`, which may find the option or the value that it means; `check` still decides.",
            ),
            FieldSpec::optional(
                "phrases",
                parts::PHRASES,
                "What stands on the list's button (`choose`), on the rows that turn its pages (`more`, `back`) and on the buttons of `yesno` (`yes`, `no`) instead of the built-in words.",
            ),
            FieldSpec::optional("media", FieldKind::Many(&FieldKind::Text), "As of `say`."),
            FieldSpec::optional("link", parts::LINK, "As of `say`."),
            FieldSpec::optional("header", FieldKind::Text, "As of `say`."),
            FieldSpec::optional("footer", FieldKind::Text, "As of `say`."),
            FieldSpec::optional("place", parts::PLACE, "As of `say`."),
            FieldSpec::optional("card", parts::CARD, "As of `say`."),
            FieldSpec::default(
                "if_closed",
                parts::IF_CLOSED,
                "hold",
                "As of `say`, without `skip`; the template's buttons stand for the options.",
            ),
            FieldSpec::optional(
                "on_undelivered",
                FieldKind::Steps,
                "What to do when the question fails, or has not arrived within its template's time to live. Without it the run ends when it fails.",
            ),
        ],
        example: "ask: Which shop?\noptions: [Madrid, Sevilla]",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let mut message = Message::parse(fields, "ask");
        let read_as_options = fields.entry("options").filter(|entry| entry.key.written() == "buttons");
        if let Some(entry) = read_as_options.or_else(|| fields.entry("buttons")) {
            let finding = Diagnostic::error("E231", &entry.key.place, "a question has `options`, not `buttons`");
            let fix = Fix::replace("write `options`", &entry.key.place, "options");
            fields.report(finding.help("write `options:`").fix(fix));
        }
        if matches!(message.if_closed, Some(WrittenIfClosed::Skip))
            && let Some(node) = fields.node("if_closed")
        {
            fields.wrong(
                node,
                "E232",
                "a question cannot be skipped: its answer is waited for; write `hold`, or a `template:` that asks it",
            );
        }
        let (options, each) = read_options(fields);
        let has_options = !options.is_empty() || each.is_some();
        let kind = match fields.node("type") {
            Some(node) => kind_of(node, fields.findings()),
            None if message.form.is_some() => AnswerType::Form.into(),
            None if has_options => AnswerType::Choice.into(),
            None => AnswerType::Text.into(),
        };
        match (kind.of, has_options, fields.node("type")) {
            (AnswerType::Choice, false, Some(node)) => fields.wrong(node, "E233", "a choice needs `options`; write `options: [One, Two]`"),
            (AnswerType::Form, true, _) if message.form.is_some() => {
                if let Some(node) = fields.node("options") {
                    fields.wrong(node, "E254", "a form is filled in, and nothing is chosen beside it; take the `options` out");
                }
            }
            (kind, _, Some(node)) if kind != AnswerType::Form && message.form.is_some() => {
                fields.wrong(node, "E254", "a `form` gives an answer of type `form`; take the `type` out");
            }
            (AnswerType::Map, _, Some(node)) => fields.wrong(node, "E254", "nobody can send a map; ask for its parts, or for a `form`"),
            (AnswerType::List, true, Some(node)) => fields.wrong(node, "E254", "of `options` one is chosen, and that is no list; take `type: list` out: more than three options are shown as a list by themselves"),
            _ => {}
        }
        message.asks_place = kind.of == AnswerType::Location && !has_options;
        let invalid = fields.said("invalid");
        let unclear = fields.said("unclear");
        for text in [&invalid, &unclear].into_iter().flatten() {
            fields.sentence(Role::Other, text);
        }
        let tries = fields.bot().defaults.ask_tries;
        let check = fields.opt_code("check");
        let fills = fields.fills();
        if let (Some(check), Some(name)) = (fields.node("check"), &fills) {
            name_in_check(fields.findings(), &check.place, name);
        }
        let understand = read_understand(fields, &kind, &options);
        Ask {
            message,
            fills,
            options,
            each,
            check,
            invalid,
            unclear,
            tries: u32::try_from(fields.whole("tries", i64::from(tries), 1..=ASK_TRIES_MAX)).unwrap_or(tries),
            other: fields.opt_steps("other"),
            on_fail: fields.opt_steps("on_fail"),
            timeout: read_timeout(fields),
            remind: read_reminders(fields),
            gather: read_gather(fields, &kind, has_options),
            protect: fields.opt_bool("protect"),
            understand,
            kind,
        }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match self.begin(turn, here) {
            Ok(question) => Next::Park(Waiting::Question(Box::new(question))),
            Err(failure) => Next::Fail(failure),
        }
    }
}

impl Ask {
    fn begin(&self, turn: &mut Turn<'_>, here: Here<'_>) -> Result<Question, StepFailure> {
        let body = turn.sentence(here, &self.message.body, &[])?;
        let options = self.shown(turn, here)?;
        let (timeout, deadline) = match &self.timeout {
            Some(Timeout::After(span)) => (Some(*span), None),
            Some(Timeout::Until(until)) => (None, Some(until.moment(turn, here)?)),
            None => (Some(here.flow.expires), None),
        };
        let worded = FilledMessage { body: &body, shown: &options, page: 0, asks: true };
        let first = turn.session.last_message + 1;
        let message = super::say::send(turn, here, &self.message, worded, Asking::Question { tells: true })?;
        Ok(Question {
            message,
            messages: (first..=message).collect(),
            options,
            template_titles: BTreeMap::new(),
            tries: 0,
            bad_at: None,
            left: true,
            left_at: None,
            nudged: false,
            asked_at: turn.now(),
            timeout,
            deadline,
            written: self.timeout.is_some(),
            reminders_sent: 0,
            remind_at: None,
            reminder: None,
            page: 0,
            narrowed: Vec::new(),
            gathering: None,
            deliver_by: None,
        })
    }

    /// The options with their values filled in.
    fn shown(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Vec<OptionShown>, StepFailure> {
        let mut all = Vec::new();
        if let Some(each) = &self.each {
            let Value::List(items) = turn.value(here, &each.list, &[])? else {
                return Err(StepFailure::new("type", "`options` from data take a list"));
            };
            // There is always room for the fixed options.
            let room = OPTIONS_MAX.saturating_sub(self.options.len());
            for item in items.into_iter().take(room) {
                let extra = [("item", item.clone())];
                let description = match &each.description {
                    Some(text) => Some(turn.sentence(here, text, &extra)?).filter(|text| !text.is_empty()),
                    None => None,
                };
                let (id, title) = (turn.render(here, &each.id, &extra)?, turn.sentence(here, &each.title, &extra)?);
                all.push(OptionShown { id, title, value: item, description, consent: Vec::new(), fixed: false });
            }
        }
        for option in &self.options {
            let description = match &option.description {
                Some(text) => Some(turn.sentence(here, text, &[])?).filter(|text| !text.is_empty()),
                None => None,
            };
            let id = turn.render(here, &option.id, &[])?;
            let title = turn.sentence(here, &option.title, &[])?;
            let value = Value::text(id.as_str());
            let fixed = self.each.is_some();
            all.push(OptionShown { id, title, value, description, consent: option.consent.clone(), fixed });
        }
        if self.kind.of == AnswerType::YesNo && all.is_empty() {
            for (id, yes, phrase) in [("yes", true, Phrase::Yes), ("no", false, Phrase::No)] {
                all.push(OptionShown {
                    id: id.into(),
                    title: self.message.phrases.said(turn, here, phrase)?,
                    value: Value::YesNo(yes),
                    description: None,
                    consent: Vec::new(),
                    fixed: false,
                });
            }
        }
        if all.is_empty() && self.kind.of == AnswerType::Choice {
            return Err(StepFailure::new("no_options", "there is nothing to choose from"));
        }
        Ok(all)
    }

    /// The steps of a chosen option.
    pub fn body_of(&self, turn: &Turn<'_>, here: Here<'_>, id: &str) -> Option<Body> {
        let chosen =
            self.options.iter().find(|option| turn.render(here, &option.id, &[]).is_ok_and(|found| found == id));
        chosen.and_then(|option| option.body)
    }

    /// The time of the next reminder, counted from the time at which the question was sent.
    pub fn remind_at(&self, sent: u32, left_at: Time) -> Option<Time> {
        self.remind.get(sent as usize).map(|reminder| left_at + reminder.after)
    }
}

/// Parses `timeout`, a span or `{until: …}`, and the steps of `on_timeout`.
pub fn read_timeout(fields: &mut StepFields<'_, '_>) -> Option<Timeout> {
    fields.opt_steps("on_timeout");
    let node = fields.node("timeout")?;
    match node.get("until") {
        Some(until) => Until::parse(fields, "until", until).map(Timeout::Until),
        None => fields.opt_duration("timeout").map(Timeout::After),
    }
}

/// Parses `gather`: only a text can continue in the next message.
fn read_gather(fields: &mut StepFields<'_, '_>, kind: &Kind, has_options: bool) -> Option<Span> {
    let span = fields.opt_duration("gather")?;
    let node = fields.node("gather")?;
    if kind.of != AnswerType::Text || has_options {
        fields.wrong(node, "E253", "`gather` joins texts: it goes with a question of type `text`, without `options`");
    } else if span > GATHER_MAX || span <= Span::ZERO {
        fields.wrong(node, "E253", format!("`gather` is at most {GATHER_MAX}; write `gather: 20s`"));
    }
    Some(span)
}

fn read_reminders(fields: &mut StepFields<'_, '_>) -> Vec<Reminder> {
    let mut all = Vec::new();
    for node in fields.list("remind") {
        if let Some(after) = node.text().filter(|text| Span::parse(text).is_ok()) {
            let message = format!("`remind` needs what to say, and this is the text `{after}`");
            fields.wrong(node, "E201", format!("{message}; write `remind: {{after: {after}, say: …}}`"));
            continue;
        }
        let mut keys = fields.below(node, "remind");
        let after = keys.required("after").and(keys.opt_duration("after"));
        let (say, if_closed) = (keys.required("say"), keys.node("if_closed"));
        keys.finish();
        let if_closed = if_closed.and_then(|node| WrittenIfClosed::parse(fields, node));
        if let (Some(after), Some(say)) = (after, say) {
            let say = fields.said_of(say, "`say`");
            fields.sentence(Role::Other, &say);
            all.push(Reminder { after, say, if_closed });
        }
    }
    all
}
