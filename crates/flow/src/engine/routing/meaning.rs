//! Asks a model what a message means: which flow it starts (level 9b), or how it answers the waiting question
//! (`question::understand`). Meanwhile the message waits, and all later ones behind it; then it is routed again, with the
//! answer. An error or no answer in time counts as *none of these*.

use super::choose::{self, Choice, RoutedMessage, Strength};
use crate::{
    base::{
        ids::{InboundId, StepId},
        limits::{MEANING_CALL_TIMEOUT, MODEL_CHOICES_MAX, MODEL_INPUT_BYTES_MAX},
    },
    definition::{Flow, Kind, WrittenTrigger},
    engine::{
        question::{answering, understand},
        routing::taps,
        turn::Turn,
    },
    model::{
        answer::text_of,
        effect::{AnswerShape, CallRequest, Effect, ModelCall, ModelError, ModelQuestion, NO_RUN, ShapeField},
        event::{CallError, CallReturn},
        inbound::InboundKind,
        matching,
        session::{Meaning, MeaningCall, MeaningChoice, MeaningOf, MeantAnswer, MeantStart, WaitingMessage},
        value::Value,
    },
    steps::llm::{
        answer::{NONE, bad, read_one},
        mark, mask, shape_field, told,
    },
    triggers::{Trigger, meaning::Meaning as MeaningTrigger},
};
use std::collections::BTreeMap;

/// The name of the question about flows, by which mocks answer it.
pub const STEP: &str = "meaning";

/// The state of a question about a message.
pub enum Meant<T> {
    /// The model found this.
    Found(T),
    /// It is being asked.
    Asked,
    /// It found nothing, or is not asked.
    Nothing,
}

/// The message in the inbox, as it waits for the answer.
#[derive(Clone, Copy)]
pub struct Arrival {
    pub id: InboundId,
    pub reply_to: Option<u32>,
}

/// Level 9b: the flow that a model finds in a text that nothing else takes. It is asked once for a message.
pub fn flow_meant<'a>(
    turn: &mut Turn<'a>,
    heard: &RoutedMessage<'_>,
    arrival: Arrival,
    asking: Option<u32>,
) -> Meant<Choice<'a>> {
    let found = candidates(turn, heard, asking);
    match &heard.meaning.start {
        Some(MeantStart { chosen: None }) => return Meant::Nothing,
        Some(MeantStart { chosen: Some(chosen) }) => {
            let is = |choice: &Choice<'_>| choice.flow.name == chosen.flow && choice.trigger.key == chosen.trigger;
            return match found.into_iter().find(|(_, choice)| is(choice)) {
                Some((_, choice)) => {
                    let what =
                        format!("`{}` starts `{}`: the model finds this meaning", choice.trigger.key, choice.flow.name);
                    turn.note(None, None, what);
                    Meant::Found(choice)
                }
                None => {
                    turn.note(None, None, format!("`{}` may not start any more", chosen.flow));
                    Meant::Nothing
                }
            };
        }
        None => {}
    }
    if found.is_empty() || !has_words(heard) {
        return Meant::Nothing;
    }
    let choices: Vec<MeaningChoice> = found
        .iter()
        .map(|(label, choice)| MeaningChoice {
            label: label.clone(),
            flow: choice.flow.name.clone(),
            trigger: choice.trigger.key.clone(),
        })
        .collect();
    let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
    let question = Question {
        step: StepId::from(STEP),
        instruction: instruction(&found),
        input: heard.text.unwrap_or_default().to_owned(),
        shape: shape_field("answer", &choice_or_none(labels.clone())),
        why: format!("which of `{}` it means", labels.join("`, `")),
    };
    put(turn, heard, arrival, question, MeaningOf::Start { choices })
}

/// True if a model would be asked which flow this text means, and has not been asked.
pub fn may_ask(turn: &Turn<'_>, heard: &RoutedMessage<'_>) -> bool {
    heard.meaning.start.is_none() && has_words(heard) && !candidates(turn, heard, None).is_empty()
}

/// The triggers `meaning` that may start now, each with its name for the model. A flow whose question waits is not among
/// them: its question is repeated.
pub fn candidates<'a>(turn: &Turn<'a>, heard: &RoutedMessage<'_>, asking: Option<u32>) -> Vec<(String, Choice<'a>)> {
    let waits = asking.and_then(|run| turn.run(run));
    let is_waiting = |flow: &Flow| waits.is_some_and(|run| run.frames.iter().any(|frame| frame.flow == flow.name));
    let mut found: Vec<(String, Choice<'a>)> = Vec::new();
    for flow in turn.live().flows.values().filter(|flow| !is_waiting(flow)) {
        for (label, trigger, meaning) in named(flow) {
            let choice = Choice { flow, trigger, inputs: BTreeMap::new(), strength: Strength::Any, foreign: false };
            if why_not(turn, &choice, meaning, heard, asking.is_some()).is_none() {
                found.push((label, choice));
            }
        }
    }
    // A tester tries the draft, not the flow that it is a copy of.
    found.sort_by_key(|(_, choice)| !choice.flow.draft);
    let mut known: Vec<String> = Vec::new();
    found.retain(|(_, choice)| match &choice.trigger.kind {
        Trigger::Meaning(meaning) => {
            let said = matching::fold(&meaning.says);
            let is_new = !known.contains(&said);
            known.push(said);
            is_new
        }
        _ => false,
    });
    found.truncate(MODEL_CHOICES_MAX);
    found
}

/// The triggers `meaning` of a flow, each with its name for the model and for mocks: that of the flow, with a number from
/// the second one on, whether or not the first may start.
fn named(flow: &Flow) -> impl Iterator<Item = (String, &WrittenTrigger, &MeaningTrigger)> {
    let of_kind = flow.triggers.iter().filter_map(|trigger| match &trigger.kind {
        Trigger::Meaning(meaning) => Some((trigger, &**meaning)),
        _ => None,
    });
    of_kind.enumerate().map(|(earlier, (trigger, meaning))| {
        let label = if earlier == 0 { flow.name.to_string() } else { format!("{} {}", flow.name, earlier + 1) };
        (label, trigger, meaning)
    })
}

/// The reason why the model is not asked about this trigger; `None`: it is.
pub fn why_not(
    turn: &Turn<'_>,
    choice: &Choice<'_>,
    meaning: &MeaningTrigger,
    heard: &RoutedMessage<'_>,
    question_waits: bool,
) -> Option<String> {
    if let Some(wanted) = meaning.language.as_deref().filter(|_| !meaning.is_for(heard.language)) {
        let own = heard.language.map_or_else(|| "unknown".to_owned(), |own| format!("`{own}`"));
        return Some(format!("it is for contacts with the language `{wanted}`, and this one's is {own}"));
    }
    choose::may_start(turn, choice.flow, choice.trigger, &choice.inputs, heard, question_waits).err()
}

/// The author's words about each flow.
fn instruction(found: &[(String, Choice<'_>)]) -> String {
    let mut text = String::from(
        "A customer has written to a business on WhatsApp, in any language and perhaps with typing errors. Which of these \
         does the message say? The customer …\n",
    );
    for (label, choice) in found {
        let Trigger::Meaning(meaning) = &choice.trigger.kind else { continue };
        text.push_str(&format!("\n- `{label}`: {}", meaning.says));
        for (texts, begin) in [(&meaning.like, "For example"), (&meaning.not, "But not")] {
            if !texts.is_empty() {
                text.push_str(&format!(". {begin}: “{}”", texts.join("”, “")));
            }
        }
    }
    text.push_str(&format!("\n\nAnswer `{NONE}` if the message does not clearly say one of them."));
    text
}

/// A choice among these texts, or none of them.
pub fn choice_or_none(mut texts: Vec<String>) -> Kind {
    if !texts.iter().any(|text| text == NONE) {
        texts.push(NONE.to_owned());
    }
    Kind::choice(texts)
}

/// True if the message is a text with letters: figures and emoji alone mean nothing that a rule did not find.
pub fn has_words(heard: &RoutedMessage<'_>) -> bool {
    heard.text.is_some_and(|text| text.chars().any(char::is_alphabetic))
}

/// A question to the router model.
pub struct Question {
    pub step: StepId,
    pub instruction: String,
    /// The text of the contact, with what it is about; it is marked as no instruction.
    pub input: String,
    pub shape: ShapeField,
    /// The end of "asks the model …", for the trace.
    pub why: String,
}

/// Sends the question; the message waits for its answer before all others.
pub fn put<T>(
    turn: &mut Turn<'_>,
    heard: &RoutedMessage<'_>,
    arrival: Arrival,
    question: Question,
    about: MeaningOf,
) -> Meant<T> {
    let Some(model) = turn.live().bot.router() else { return Meant::Nothing };
    let mut masked = Vec::new();
    let instruction = mask::hide(&question.instruction, &mut masked);
    let input = mask::hide(&question.input, &mut masked);
    // Titles may come from data of customers.
    let among = question.shape.among.iter().map(|text| mask::hide(text, &mut masked)).collect();
    let shape = ShapeField { among, ..question.shape };
    if input.len() > MODEL_INPUT_BYTES_MAX {
        turn.note(None, None, "it is too long for a model, which is not asked what it means");
        return Meant::Nothing;
    }
    turn.session.questions += 1;
    let number = turn.session.questions;
    let shape = AnswerShape::One(shape);
    let asked =
        ModelQuestion { input: Some(input), ..ModelQuestion::new(instruction, shape, mark(turn, NO_RUN, number)) };
    let call = ModelCall::without_run(number, question.step, model, asked, MEANING_CALL_TIMEOUT);
    let call = ModelCall { masked, ..call };
    turn.note(None, None, format!("nothing takes it: asks the model `{model}` {}", question.why));
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(call.clone()))));
    let meaning = Meaning { asked: Some(MeaningCall { call, about }), ..heard.meaning.clone() };
    let waiting = WaitingMessage {
        id: arrival.id,
        message: heard.message.clone(),
        reply_to: arrival.reply_to,
        heard_before: heard.heard_before,
        behind_meaning: heard.behind_meaning,
        meaning: Some(Box::new(meaning)),
    };
    turn.session.waiting_messages.insert(0, waiting);
    Meant::Asked
}

/// True for a tap on the waiting question, or one of its options as it is written.
pub fn is_answer(turn: &Turn<'_>, arrived: &WaitingMessage) -> bool {
    let Some(run) = answering::asking(turn) else { return false };
    if let InboundKind::Button { id, .. } = &arrived.message.kind
        && let Some(token) = turn.world.token(id)
    {
        return taps::is_of_question(turn, &token);
    }
    let language = turn.contact.language.as_deref();
    let heard = RoutedMessage::new(&arrived.message, turn, language, arrived.heard_before);
    let has_left = answering::question(turn, run).is_some_and(|question| question.left);
    has_left && answering::exact_option(turn, run, &heard).is_some()
}

/// Gives up the question how an earlier message answers, because this one answers itself. A message about which flow it
/// starts is still waited for.
pub fn give_up_answer(turn: &mut Turn<'_>, arrived: &WaitingMessage) {
    let asked = turn.session.waiting_messages.first().and_then(WaitingMessage::meaning_call);
    if asked.is_some_and(|asked| matches!(asked.about, MeaningOf::Answer { .. })) && is_answer(turn, arrived) {
        turn.note(None, None, "the contact answers the question: the model's answer is not waited for");
        turn.session.waiting_messages.remove(0);
    }
}

/// Keeps the answer; the message is routed again in the same turn.
pub fn returned(turn: &mut Turn<'_>, result: Result<CallReturn, CallError>) {
    let Some(asked) = take(turn) else { return };
    let answer = match result {
        Ok(CallReturn::Model(reply)) => {
            turn.note(None, None, told(&reply));
            reply.answer
        }
        Ok(_) => Err(bad("the answer is that of another call")),
        Err(error) => {
            turn.note(None, None, format!("`{}`: {}; it goes on without its meaning", error.code, error.text));
            return keep(turn, asked.about, Ok(Value::Nothing), "");
        }
    };
    let answer = answer.map(|value| mask::show_in(value, &asked.call.masked));
    let waiting = turn.session.waiting_messages.first().map(|waiting| &waiting.message.kind);
    let input = waiting.and_then(text_of).unwrap_or_default().to_owned();
    keep(turn, asked.about, answer, &input);
}

/// Asks once more after a restart of the process; a second restart counts as no answer.
pub fn restarted(turn: &mut Turn<'_>) {
    let Some(asked) = take(turn) else { return };
    let MeaningCall { mut call, about } = asked;
    if !call.ask_after_restart() {
        turn.note(None, None, "the process ended twice while a model was asked what it means: it goes on without");
        return keep(turn, about, Ok(Value::Nothing), "");
    }
    turn.note(None, None, "the process ended while a model was asked what it means: it is asked once more");
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(call.clone()))));
    if let Some(meaning) = first(turn) {
        meaning.asked = Some(MeaningCall { call, about });
    }
}

fn first<'t>(turn: &'t mut Turn<'_>) -> Option<&'t mut Meaning> {
    turn.session.waiting_messages.first_mut()?.meaning.as_deref_mut()
}

fn take(turn: &mut Turn<'_>) -> Option<MeaningCall> {
    first(turn)?.asked.take()
}

/// Reads the answer as the form that the question asked for. `input` is the text of the contact.
fn keep(turn: &mut Turn<'_>, about: MeaningOf, answer: Result<Value, ModelError>, input: &str) {
    let told = |turn: &mut Turn<'_>, error: &ModelError| {
        turn.note(None, None, format!("`{}`: {}; it goes on without its meaning", error.kind.as_str(), error.text));
    };
    match about {
        MeaningOf::Start { choices } => {
            let kind = Kind::choice(choices.iter().map(|choice| choice.label.clone()).collect());
            let label = match answer.and_then(|value| read_one(&kind, value, input, &turn.live().bot.timezone)) {
                Ok(label) => {
                    if label.is_none() {
                        turn.note(None, None, "it means none of them");
                    }
                    label
                }
                Err(error) => {
                    told(turn, &error);
                    None
                }
            };
            let is = |choice: &MeaningChoice| label == Some(Value::text(choice.label.as_str()));
            let chosen = choices.into_iter().find(is);
            if let Some(meaning) = first(turn) {
                meaning.start = Some(MeantStart { chosen });
            }
        }
        MeaningOf::Answer { run, step } => {
            let value = match answer.and_then(|value| understand::read(turn, run, &step, value, input)) {
                Ok(Some(value)) => value,
                Ok(None) => {
                    turn.note(None, None, "it means no answer to the waiting question");
                    Value::Nothing
                }
                Err(error) => {
                    told(turn, &error);
                    Value::Nothing
                }
            };
            if let Some(meaning) = first(turn) {
                meaning.answer = Some(MeantAnswer { run, step, value });
            }
        }
    }
}
