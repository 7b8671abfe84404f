//! Asks whether one value is meant, and hears the yes or no to that: the message had this value beside words that nobody
//! knows.

use super::{
    ambiguous::{context, is_which, names_a_button_or_a_value, option},
    answering, later_day, lifecycle, said,
};
use crate::{
    engine::{
        routing::choose::RoutedMessage,
        turn::{Here, Turn},
    },
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerContext, AnswerType},
        session::{OptionShown, Question},
        value::Value,
    },
    script::format_time,
    steps::ask::Ask,
};

/// Asks whether the only value or option of a wrong answer is meant. `false`: there is none, and nothing is asked.
pub fn ask_whether<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> bool {
    let Some((offered, is_own)) = offered(turn, here, ask, heard) else { return false };
    let phrase = here.set.phrase(turn.language(), Phrase::Whether);
    let text = format!("{phrase} {}", in_words(&offered, turn.language()));
    let narrowed = if is_own { vec![offered.id.clone()] } else { Vec::new() };
    if !is_own && let Some(question) = answering::question_mut(turn, here.run) {
        question.options = vec![offered.clone()];
        question.page = 0;
    }
    turn.note_at(here, "one value stands among words that nobody knows: asked whether it is meant");
    if let Err(failure) = answering::repeat_with(turn, here, ask, &text, &[offered], 0) {
        turn.note_at(here, failure.text);
    }
    if let Some(question) = answering::question_mut(turn, here.run) {
        question.narrowed = narrowed;
    }
    true
}

/// The value that may be meant, and true if it is an option of the question.
fn offered<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    heard: &RoutedMessage<'_>,
) -> Option<(OptionShown, bool)> {
    let body = heard.message.kind.own_words()?;
    if names_a_button_or_a_value(turn, here, ask.kind.of, heard) {
        return None;
    }
    let asked = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    if let Some(value) = later_day::after_a_span(turn, here, ask, heard)
        && answering::question(turn, here.run)?.options.iter().all(is_which)
    {
        return Some((option(0, &value, turn.language()), false));
    }
    let question = answering::question(turn, here.run)?;
    let hearing = context(turn, here, &asked);
    let own: Vec<&OptionShown> = question.options.iter().filter(|option| !is_which(option)).collect();
    // *Yes* and *no* are answers of their own there.
    if own.iter().any(|option| says_yes_or_no(option, &hearing)) {
        return None;
    }
    let value = answer::offered(ask.kind.of, &heard.message.kind, &hearing);
    let same = |value: &Value| own.iter().copied().find(|option| option.value == *value).cloned();
    let found = match value {
        Some(value) if own.is_empty() => Some((option(0, &value, turn.language()), false)),
        Some(value) => same(&value).map(|option| (option, true)),
        None if own.is_empty() => None,
        None => {
            let place = answer::offered_option(body, &said::titles_in_text(question, &hearing), &hearing)?;
            question.options.get(place).cloned().map(|option| (option, true))
        }
    };
    // A consent is given by the contact's own word or tap.
    let (option, is_own) = found.filter(|(option, _)| option.consent.is_empty())?;
    answering::passes(turn, here, ask, &option.value, heard).then_some((option, is_own))
}

fn says_yes_or_no(option: &OptionShown, hearing: &AnswerContext<'_>) -> bool {
    matches!(option.value, Value::YesNo(_)) || answer::title_says_yes(&option.title, hearing).is_some()
}

/// The value in full: the weekday shows a wrong week.
fn in_words(option: &OptionShown, language: &str) -> String {
    match (&option.value, is_which(option)) {
        (Value::Date(date), true) => format_time("EEEE, d MMMM yyyy", Some(*date), None, language),
        (Value::DateTime(at), true) => {
            format_time("EEEE, d MMMM yyyy, HH:mm", Some(at.date()), Some(at.time()), language)
        }
        _ => option.title.clone(),
    }
}

/// The value that the contact was asked about; `None`: the question shows none or several.
fn asked_about(question: &Question) -> Option<&OptionShown> {
    match (question.options.as_slice(), question.narrowed.as_slice()) {
        ([only], _) if is_which(only) => Some(only),
        (options, [id]) => options.iter().find(|option| option.id == *id),
        _ => None,
    }
}

/// Handles a *yes* or *no* to the question whether a value is meant. `whole`: the text says nothing else. `false`: it
/// is neither, or nothing was asked.
pub fn agreed(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>, whole: bool) -> bool {
    let Some((here, ask)) = answering::ask_step(turn, run) else { return false };
    let Some(question) = answering::question(turn, run).filter(|question| question.left) else { return false };
    let Some(option) = asked_about(question).cloned() else { return false };
    let hearing = context(turn, here, "");
    let kind = &heard.message.kind;
    let said = match whole {
        true => answer::read_whole(AnswerType::YesNo, kind, &hearing),
        false => answer::read(AnswerType::YesNo, kind, &hearing),
    };
    match said.single() {
        Some(Value::YesNo(true)) => answering::take_option(turn, here, ask, option, heard),
        Some(Value::YesNo(false)) => {
            turn.note_at(here, "it means another value: the question is asked again");
            if let Some(question) = answering::question_mut(turn, run) {
                question.options.retain(|option| !is_which(option));
                question.narrowed.clear();
            }
            lifecycle::ask_again(turn, run, Some(heard.message.at));
            true
        }
        _ => false,
    }
}
