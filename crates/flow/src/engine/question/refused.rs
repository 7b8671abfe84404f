//! Tells whether a wrong answer was understood and refused, or not understood, and finds the text for it.

use super::{
    ambiguous::{context, names_a_button_or_a_value},
    answering, said,
};
use crate::{
    engine::{
        routing::choose::RoutedMessage,
        turn::{Here, StepFailure, Turn},
    },
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerType},
        inbound::InboundKind,
    },
    steps::ask::Ask,
};

/// The reason why an answer is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// It has no value of the asked type.
    Unclear,
    /// It has one, which `check` refuses.
    Checked,
    /// It is a clear hour that is none of the question's options.
    NotOffered,
}

/// The text for a wrong answer: the question's own before the bot's, and a built-in one if neither is written. `invalid`
/// alone serves both reasons.
pub fn text_for<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    heard: &RoutedMessage<'_>,
) -> Result<String, StepFailure> {
    let wrong = reason(turn, here, ask, heard);
    let defaults = &here.set.bot.defaults;
    let (own, of_bot) = (&ask.invalid, &defaults.ask_invalid);
    let text = match wrong {
        Wrong::Unclear => [&ask.unclear, own, &defaults.ask_unclear, of_bot].into_iter().flatten().next(),
        Wrong::Checked | Wrong::NotOffered => [own, of_bot].into_iter().flatten().next(),
    };
    if let Some(text) = text {
        return turn.sentence(here, text, &[]);
    }
    let says_unclear = ask.unclear.is_some() || defaults.ask_unclear.is_some();
    let phrase = match wrong {
        Wrong::NotOffered => Phrase::Refused,
        Wrong::Checked if says_unclear => Phrase::Refused,
        Wrong::Checked | Wrong::Unclear => Phrase::Invalid,
    };
    Ok(here.set.phrase(turn.language(), phrase).to_owned())
}

fn reason<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> Wrong {
    if said::is_time_not_offered(turn, here, ask, heard) {
        return Wrong::NotOffered;
    }
    match ask.check.is_some() && is_refused(turn, here, ask, heard) {
        true => Wrong::Checked,
        false => Wrong::Unclear,
    }
}

/// True if the message is an option or has values of the asked type, all of which `check` refuses.
fn is_refused<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> bool {
    if let (Some(form), InboundKind::Form { response, .. }) = (&ask.message.form, &heard.message.kind) {
        return form.read(turn, here, response).is_some();
    }
    let option =
        answering::exact_option(turn, here.run, heard).or_else(|| match said::option_said(turn, here, ask, heard) {
            said::Said::One(option) => Some(option),
            said::Said::Nothing | said::Said::Several(_) => None,
        });
    if let Some(option) = option {
        return !answering::passes(turn, here, ask, &option.value, heard);
    }
    let kind = ask.kind.of;
    if kind == AnswerType::Choice || names_a_button_or_a_value(turn, here, kind, heard) {
        return false;
    }
    let question = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    let reading = answer::read(kind, &heard.message.kind, &context(turn, here, &question));
    let values: Vec<_> = reading.likely.into_iter().chain(reading.unlikely).collect();
    !values.is_empty() && !values.iter().any(|value| answering::passes(turn, here, ask, value, heard))
}
