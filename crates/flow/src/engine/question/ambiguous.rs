//! Handles an answer with two possible meanings: both are offered as buttons, and neither is taken.

use crate::{
    base::limits::{BUTTON_TITLE_CHARS_MAX, COUNT_ONCE},
    engine::{
        question::{answering, later_day},
        routing::choose::RoutedMessage,
        turn::{Here, Turn},
        variables, views,
    },
    load::stock_phrases::Phrase,
    model::{
        answer::{self, AnswerContext, AnswerType, Reading},
        inbound::InboundKind,
        session::{OptionShown, Question},
        value::Value,
    },
    script::format_time,
    steps::ask::Ask,
};

/// The prefix of the ids of these options; no option of an author has it.
const WHICH: &str = "which:";

/// The meaning of a message as the answer to a question, after its `check`.
pub enum AnswerMeaning {
    Nothing,
    One(Value),
    /// Equally likely values.
    Several(Vec<Value>),
}

/// The meaning of the message as the asked type. `whole`: without answers inside a sentence.
pub fn meant<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    heard: &RoutedMessage<'_>,
    whole: bool,
) -> AnswerMeaning {
    if let (Some(form), InboundKind::Form { response, .. }) = (&ask.message.form, &heard.message.kind) {
        let Some(value) = form.read(turn, here, response) else { return AnswerMeaning::Nothing };
        return if answering::passes(turn, here, ask, &value, heard) {
            AnswerMeaning::One(value)
        } else {
            AnswerMeaning::Nothing
        };
    }
    let kind = ask.kind.of;
    if names_a_button_or_a_value(turn, here, kind, heard) {
        return AnswerMeaning::Nothing;
    }
    let question = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    let hearing = context(turn, here, &question);
    let message = &heard.message.kind;
    let reading =
        if whole { answer::read_whole(kind, message, &hearing) } else { answer::read(kind, message, &hearing) };
    let Reading { likely, unlikely } = reading;
    let meant_today = likely.clone();
    let mut fitting: Vec<Value> =
        likely.into_iter().filter(|value| answering::passes(turn, here, ask, value, heard)).collect();
    if fitting.is_empty() {
        // The `check` decides which value is meant: a birthday lies in the past.
        fitting = unlikely.into_iter().filter(|value| answering::passes(turn, here, ask, value, heard)).collect();
    }
    if fitting.is_empty() {
        fitting.extend(later_day::behind_earlier(turn, here, ask, heard, &meant_today));
    }
    match fitting.pop() {
        None => AnswerMeaning::Nothing,
        Some(only) if fitting.is_empty() => AnswerMeaning::One(only),
        Some(last) => {
            fitting.push(last);
            AnswerMeaning::Several(fitting)
        }
    }
}

/// The context in which an answer to this question is read. `question` is its text.
pub fn context<'q>(turn: &'q Turn<'_>, here: Here<'_>, question: &'q str) -> AnswerContext<'q> {
    AnswerContext {
        question,
        open: answer::open_hours(here.set.bot.hours.values()),
        day: variables::day_of_flow(turn, here),
        ..AnswerContext::new(views::local_now(turn, here.set), turn.language(), turn.contact.phone.as_deref())
    }
}

/// True for `the second` beside two days or two hours that were offered: it may be the second button or a day of
/// its own, and is asked again. A number beside two numbers is a value of its own.
pub fn names_a_button_or_a_value(turn: &Turn<'_>, here: Here<'_>, kind: AnswerType, heard: &RoutedMessage<'_>) -> bool {
    let Some(question) = answering::question(turn, here.run).filter(|question| asks_which(question)) else {
        return false;
    };
    let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
    !is_number && heard.text.is_some_and(|text| answer::button_named(text, question.options.len()).is_some())
}

/// Handles the answer inside a sentence, or asks back two. `false`: there is none.
pub fn answer_in_sentence(turn: &mut Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> bool {
    let Some((here, ask)) = answering::ask_step(turn, run) else { return false };
    match meant(turn, here, ask, heard, false) {
        AnswerMeaning::Nothing => false,
        AnswerMeaning::One(value) => {
            // The words of a button have the same meaning as a tap on it.
            let same = |option: &&OptionShown| option.value == value && ask.kind.of == AnswerType::YesNo;
            let option =
                answering::question(turn, run).and_then(|question| question.options.iter().find(same)).cloned();
            match option {
                Some(option) => answering::take_option(turn, here, ask, option, heard),
                None => answering::take(turn, here, ask, value, None, heard),
            }
        }
        AnswerMeaning::Several(values) => ask_which(turn, here, ask, &values, heard),
    }
}

/// Asks which value is meant. It counts as a bad answer, and after the last one nothing is asked.
fn ask_which<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, values: &[Value], heard: &RoutedMessage<'_>) -> bool {
    let options: Vec<OptionShown> =
        values.iter().enumerate().map(|(place, value)| option(place, value, turn.language())).collect();
    let has_own = answering::question(turn, here.run).is_some_and(|q| q.options.iter().any(|option| !is_which(option)));
    if has_own || !costs_a_try(turn, here, ask, heard) {
        return false;
    }
    if let Some(question) = answering::question_mut(turn, here.run) {
        question.options = options;
        question.page = 0;
    }
    let text = here.set.phrase(turn.language(), Phrase::Which).to_owned();
    if let Err(failure) = answering::repeat(turn, here, ask, &text) {
        turn.note_at(here, failure.text);
    }
    true
}

/// Asks which of these options of the question is meant. The others still count.
pub fn ask_which_option<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    among: &[OptionShown],
    ask: &Ask,
    heard: &RoutedMessage<'_>,
) -> bool {
    if !costs_a_try(turn, here, ask, heard) {
        return false;
    }
    let text = here.set.phrase(turn.language(), Phrase::Which).to_owned();
    if let Err(failure) = answering::repeat_with(turn, here, ask, &text, among, 0) {
        turn.note_at(here, failure.text);
    }
    if let Some(question) = answering::question_mut(turn, here.run) {
        question.narrowed = among.iter().map(|option| option.id.clone()).collect();
    }
    true
}

/// Counts a question about the meaning as a bad answer. `false`: it would be the last one, so nothing is asked.
fn costs_a_try<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> bool {
    let now = turn.now();
    let Some(question) = answering::question_mut(turn, here.run) else { return false };
    let counted = question.bad_at.is_some_and(|at| now - at <= COUNT_ONCE);
    if !counted && question.tries + 1 >= ask.tries {
        return false;
    }
    if !counted {
        question.bad_at = Some(now);
        question.tries += 1;
    }
    if let Some(run) = turn.run_mut(here.run) {
        run.asked_for = Some(heard.message.at);
    }
    turn.note_at(here, "the answer may mean several things: asked which");
    true
}

/// True if the question shows the possible meanings of an answer. A typed number is then an answer of its own and not
/// the number of a button.
pub fn asks_which(question: &Question) -> bool {
    question.options.iter().any(is_which)
}

/// The one of the offered meanings that the text names by its place, if the text can be no value of its own: `the
/// second one`; beside two hours also `the second`, but beside two days that may be a third day.
pub fn button_named<'q>(question: &'q Question, text: &str) -> Option<&'q OptionShown> {
    let place = answer::button_named(text, question.options.len()).filter(|_| asks_which(question))?;
    let option = question.options.get(place.index)?;
    let is_number = answer::number_of_option(text).is_some();
    let is_free = match option.value {
        Value::Date(_) | Value::DateTime(_) => false,
        Value::Clock(_) | Value::Whole(_) | Value::Number(_) => !is_number,
        _ => true,
    };
    (place.is_sure || is_free).then_some(option)
}

pub fn is_which(option: &OptionShown) -> bool {
    option.id.starts_with(WHICH)
}

pub fn option(place: usize, value: &Value, language: &str) -> OptionShown {
    let title = title(value, language);
    let long = title.chars().count() > BUTTON_TITLE_CHARS_MAX;
    OptionShown {
        id: format!("{WHICH}{}", place + 1),
        // A row shows in its description a text that is too long for its title.
        description: long.then(|| title.clone()),
        title,
        value: value.clone(),
        consent: Vec::new(),
        fixed: false,
    }
}

/// The value in the words for the contact.
fn title(value: &Value, language: &str) -> String {
    match value {
        Value::Date(date) => format_time("d MMM yyyy", Some(*date), None, language),
        Value::DateTime(at) => format_time("d MMM, HH:mm", Some(at.date()), Some(at.time()), language),
        other => other.print().unwrap_or_default(),
    }
}
