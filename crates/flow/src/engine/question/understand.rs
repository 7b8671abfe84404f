//! Implements `understand: true` of `ask`: a model finds the option or the value in a text that is no answer by rule.

use super::answering;
use crate::{
    base::{ids::StepId, limits::MODEL_CHOICES_MAX},
    definition::Kind,
    engine::{
        routing::{
            choose::RoutedMessage,
            meaning::{self, Arrival, Meant, Question},
        },
        turn::Turn,
        views,
    },
    model::{
        effect::{ModelError, ShapeField},
        session::MeaningOf,
        value::Value,
    },
    steps::llm::{answer::read_one, shape_field},
};

/// Answers the waiting question with what a model finds in the text. `Found`: the question is answered.
pub fn answer_meant(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>, arrival: Arrival) -> Meant<()> {
    let Some((here, ask)) = answering::ask_step(turn, run).filter(|(_, ask)| ask.understand) else {
        return Meant::Nothing;
    };
    let Some(question) = answering::question(turn, run).filter(|question| question.left) else { return Meant::Nothing };
    if let Some(meant) = heard.meaning.answer.as_ref().filter(|meant| meant.run == run && meant.step == here.node.id) {
        if meant.value == Value::Nothing {
            return Meant::Nothing;
        }
        let mut titled = question.options.iter().filter(|option| Value::text(option.title.as_str()) == meant.value);
        // Of two options with one title nobody knows which is meant.
        let option = titled.next().cloned().filter(|_| titled.next().is_none());
        let value = meant.value.clone();
        let answered = match option {
            // A consent is given by the contact's own word or tap.
            Some(option) if option.consent.is_empty() => answering::take_option(turn, here, ask, option, heard),
            Some(_) => false,
            None if question.options.is_empty() && answering::passes(turn, here, ask, &value, heard) => {
                answering::take(turn, here, ask, value, None, heard)
            }
            None => false,
        };
        return if answered { Meant::Found(()) } else { Meant::Nothing };
    }
    let titles: Vec<String> = question.options.iter().map(|option| option.title.clone()).collect();
    if heard.meaning.answer.is_some() || !meaning::has_words(heard) {
        return Meant::Nothing;
    }
    if titles.len() > MODEL_CHOICES_MAX {
        turn.note_at(here, format!("a model chooses among at most {MODEL_CHOICES_MAX} options, and is not asked"));
        return Meant::Nothing;
    }
    let Ok(asked) = turn.sentence(here, &ask.message.body, &[]) else { return Meant::Nothing };
    let (shape, wanted, why) = match titles.is_empty() {
        false => {
            let shown = format!("which of `{}` it means", titles.join("`, `"));
            let shape = shape_field("answer", &meaning::choice_or_none(titles));
            (shape, "Which of the options does the answer mean?", shown)
        }
        true => {
            let shape = ShapeField { optional: true, ..shape_field("answer", &ask.kind) };
            (
                shape,
                "Which value does the answer mean? Give none if the customer does not say it.",
                "which value it means".into(),
            )
        }
    };
    let now =
        views::zoned(turn.now(), views::contact_zone(turn, here.set)).strftime("%A, %-d %B %Y, %H:%M").to_string();
    let instruction = format!(
        "The input is a question that a business asked a customer on WhatsApp, and behind `Answer:` what the customer wrote. \
         {wanted} It is in any language, perhaps with typing errors. Choose only what it clearly says: a question of the \
         customer's own is no answer. It is {now} where the customer is."
    );
    // The question may hold what a customer wrote, such as a name, so it is no part of the instruction.
    let asked = asked.split_whitespace().collect::<Vec<_>>().join(" ");
    let input = format!("Question: {asked}\nAnswer: {}", heard.text.unwrap_or_default());
    let question = Question { step: here.node.id.clone(), instruction, input, shape, why };
    meaning::put(turn, heard, arrival, question, MeaningOf::Answer { run, step: here.node.id.clone() })
}

/// The title of an option, or the value, that the model gives; `None`: there is none. `input` is the text of the contact.
pub fn read(turn: &Turn<'_>, run: u32, step: &StepId, given: Value, input: &str) -> Result<Option<Value>, ModelError> {
    let Some((here, ask)) = answering::ask_step(turn, run).filter(|(here, _)| here.node.id == *step) else {
        return Ok(None);
    };
    let Some(question) = answering::question(turn, run) else { return Ok(None) };
    let kind = match question.options.is_empty() {
        true => ask.kind.clone(),
        false => Kind::choice(question.options.iter().map(|option| option.title.clone()).collect()),
    };
    read_one(&kind, given, input, &views::contact_zone(turn, here.set))
}
