//! Implements `form:` of a question: a WhatsApp Flow, its answers, and the flow that answers its screens.

use super::button_token::Token;
use crate::{
    base::{blank::is_blank, diagnostic::Diagnostic, ids::FlowName, limits::BUTTON_TITLE_CHARS_MAX, place::Place},
    definition::{Field, Role},
    engine::{
        drive, inputs,
        question::answering,
        routing::starts,
        turn::{Here, StepFailure, Turn},
    },
    load::{declarations::declared_below, step_fields::StepFields},
    model::{
        answer::AnswerType,
        content::FormStart,
        effect::{Effect, RunEnd},
        form::{self, FormAnswer, FormScreenRequest},
        session::Answering,
        value::Value,
    },
    text::{Data, Text},
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A form as written.
pub struct WrittenForm {
    id: Text,
    button: Text,
    screen: Option<Text>,
    data: Option<Data>,
    draft: bool,
    pub returns: Vec<Field>,
    pub exchange: Option<Exchange>,
}

/// The flow that answers the screens of an open form.
pub struct Exchange {
    pub flow: FlowName,
    pub place: Place,
    with: Vec<(String, Data)>,
}

/// A form with its values filled in.
pub struct FormShown {
    pub id: String,
    pub button: String,
    pub token: String,
    pub opens: FormStart,
    pub draft: bool,
}

/// The option id of a form's token, among the options of its question.
const OPTION: &str = "form";
/// The inputs that a flow for a form's screens may have.
const TOLD: [&str; 3] = ["screen", "action", "data"];

impl WrittenForm {
    pub fn parse(fields: &mut StepFields<'_, '_>) -> Option<Self> {
        let node = fields.node("form")?;
        if let Some(text) = node.text().filter(|_| !node.is_broken()) {
            let message = format!("`form` needs its id and the words on its button, and this is the text `{text}`");
            fields.wrong(node, "E201", format!("{message}; write `form: {{id: {text}, button: …}}`"));
            return None;
        }
        let mut keys = fields.below(node, "form");
        let (id, button) = match node.has_broken() {
            true => (keys.node("id"), keys.node("button")),
            false => (keys.required("id"), keys.required("button")),
        };
        let (screen, data, exchange) = (keys.node("screen"), keys.node("data"), keys.node("exchange"));
        let (with, draft) = (keys.map("with"), keys.bool("draft"));
        let returns = declared_below(&mut keys, "returns");
        keys.finish();
        let place = node.place.clone();
        let mut said = |node, what: &str| match node {
            Some(node) => fields.said_of(node, what),
            None => Text::plain("", &place),
        };
        let (id, button) = (said(id, "the `id` of the form"), said(button, "the `button` of the form"));
        let screen = screen.map(|node| fields.said_of(node, "`screen`"));
        fields.sentence(Role::Other, &button);
        if button.fixed_chars() > BUTTON_TITLE_CHARS_MAX {
            let length = button.fixed_chars();
            let message =
                format!("the button of a form has at most {BUTTON_TITLE_CHARS_MAX} characters, and this has {length}");
            fields.report(Diagnostic::error("E703", button.place(), message).help("shorten it"));
        }
        let data = data.map(|node| fields.value_of(node));
        let with = with.iter().map(|entry| (entry.key.text.clone(), fields.value_of(&entry.value))).collect();
        let exchange = exchange.and_then(|node| {
            let name = node.text()?;
            Some(Exchange { flow: name.into(), place: node.place.clone(), with })
        });
        Some(WrittenForm { id, button, screen, data, draft, returns, exchange })
    }

    pub fn shown(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<FormShown, StepFailure> {
        let said = |text: &Text, what: &str| -> Result<String, StepFailure> {
            let said = turn.sentence(here, text, &[])?.trim().to_owned();
            if is_blank(&said) {
                Err(StepFailure::new("empty_text", format!("{what} came out empty")))
            } else {
                Ok(said)
            }
        };
        let id = said(&self.id, "the `id` of the form")?;
        let screen = self.screen.as_ref().map(|screen| turn.render(here, screen, &[])).transpose()?;
        let screen = screen.map(|screen| screen.trim().to_owned()).filter(|screen| !screen.is_empty());
        let data = match self.data.as_ref().map(|data| turn.data(here, data)).transpose()?.map(|data| data.to_json()) {
            Some(Json::Object(data)) => data,
            Some(Json::Null) | None => serde_json::Map::new(),
            Some(_) => return Err(StepFailure::new("type", "`data` of a form takes a map")),
        };
        // A flow that answers the screens also gives the first one, unless the author does.
        let opens = match (&self.exchange, screen, data) {
            (Some(_), None, data) if data.is_empty() => FormStart::Endpoint,
            (_, screen, data) => FormStart::Screen { screen, data },
        };
        let signed =
            Token::new(turn.world.conversation, here.run, &here.node.id, OPTION, &[]).sign(turn.world.token_key);
        let token = form::token(&id, turn.world.conversation.0, &signed);
        Ok(FormShown { button: said(&self.button, "the button of the form")?, token, opens, draft: self.draft, id })
    }

    /// The answers of a form with their types; `None`: one is missing or has another type, or another question sent the
    /// form.
    pub fn read(&self, turn: &Turn<'_>, here: Here<'_>, response: &Json) -> Option<Value> {
        let token = response.get("flow_token").and_then(Json::as_str);
        if let Some((_, signed)) = token.and_then(form::read_token) {
            let token = turn.world.token(signed)?;
            if !(token.run == here.run && token.is_of(&here.node.id) && token.means(OPTION)) {
                return None;
            }
        }
        let Value::Map(mut given) = Value::from_json(response) else { return None };
        given.remove("flow_token");
        let known = |name: &String| self.returns.iter().any(|field| field.name == *name);
        let (typed, mut all): (BTreeMap<_, _>, BTreeMap<_, _>) = given.into_iter().partition(|(name, _)| known(name));
        let typed = typed.into_iter().map(|(name, value)| {
            let kind = self.returns.iter().find(|field| field.name == name).map(|field| field.kind.of);
            let value = if kind == Some(AnswerType::Date) { day_of(value) } else { value };
            (name, if value == Value::text("") { Value::Nothing } else { value })
        });
        all.extend(inputs::typed(&self.returns, typed.collect(), &here.set.bot.timezone).ok()?);
        Some(Value::Map(all))
    }
}

/// Older date pickers of forms give a day as milliseconds in UTC, as a text.
fn day_of(value: Value) -> Value {
    let text = value.print().unwrap_or_default();
    let is_moment = text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let moment =
        text.parse::<i64>().ok().filter(|_| is_moment).and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment.map_or(value, |moment| Value::Date(moment.to_zoned(jiff::tz::TimeZone::UTC).date()))
}

/// Answers an open form that asks for its next screen: runs the flow under `exchange`, beside all other runs.
pub fn form_asked(turn: &mut Turn<'_>, asked: FormScreenRequest) {
    if let Err(answer) = begin_exchange(turn, &asked) {
        turn.effects.push(Effect::FormAnswered { id: asked.id, answer });
    }
}

fn begin_exchange(turn: &mut Turn<'_>, asked: &FormScreenRequest) -> Result<(), FormAnswer> {
    let signed = form::read_token(&asked.token).map(|(_, signed)| signed);
    let token = signed.and_then(|signed| turn.world.token(signed)).ok_or(FormAnswer::Gone)?;
    let own = token.means(OPTION);
    let found = answering::ask_step(turn, token.run).filter(|(here, _)| own && token.is_of(&here.node.id));
    let found = found.filter(|_| answering::question(turn, token.run).is_some());
    let (here, ask) = found.ok_or(FormAnswer::Gone)?;
    let exchange = ask.message.form.as_ref().and_then(|form| form.exchange.as_ref()).ok_or(FormAnswer::Gone)?;
    let failed = |turn: &mut Turn<'_>, text: String| {
        turn.note_at(here, format!("the form gets no answer: {text}"));
        FormAnswer::Failed
    };
    let Some(flow) = turn.live().flow(&exchange.flow) else {
        return Err(failed(turn, format!("there is no flow `{}`", exchange.flow)));
    };
    let mut inputs = BTreeMap::new();
    for (name, data) in &exchange.with {
        match turn.data(here, data) {
            Ok(value) => inputs.insert(name.clone(), value),
            Err(failure) => return Err(failed(turn, failure.text)),
        };
    }
    let told = [Value::text(asked.screen.as_str()), Value::text(asked.action.as_str()), asked.data.clone()];
    for (name, value) in TOLD.into_iter().zip(told) {
        if flow.inputs.iter().any(|field| field.name == name) {
            inputs.insert(name.to_owned(), value);
        }
    }
    let vars = drive::opening(turn, turn.live(), flow, inputs).map_err(|failure| failed(turn, failure.text))?;
    turn.note_at(here, format!("the form asks, and `{}` answers", flow.name));
    let answering = Answering { id: asked.id, returned: Value::Nothing };
    starts::begin_answering(turn, flow, vars, answering).map(|_| ()).ok_or(FormAnswer::Failed)
}

/// Sends the answer of a run for a form that has ended.
pub fn form_answered(turn: &mut Turn<'_>, answering: Answering, end: RunEnd) {
    let answer = match end {
        RunEnd::Done if answering.returned != Value::Nothing => FormAnswer::Returned(answering.returned),
        _ => FormAnswer::Failed,
    };
    turn.effects.push(Effect::FormAnswered { id: answering.id, answer });
}
