//! Finds the option that a text names: with typing errors, or among other words.

use super::ambiguous::{asks_which, button_named, context};
use crate::{
    engine::{
        question::answering,
        routing::choose::RoutedMessage,
        turn::{Here, Turn},
    },
    model::{
        answer::{self, AnswerContext, AnswerType, Chosen, Reading},
        matching,
        session::{OptionShown, Question},
        value::Value,
    },
    steps::ask::Ask,
};
use jiff::civil::Time;

/// The options that a text names.
pub enum Said {
    Nothing,
    One(OptionShown),
    /// Several options of a choice: the contact is asked which one it means.
    Several(Vec<OptionShown>),
}

/// The option with one typing error for each five letters, or whose title stands among words that change nothing.
pub fn option_said<'a>(turn: &Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> Said {
    let (Some(text), Some(question)) = (heard.text, answering::question(turn, here.run)) else { return Said::Nothing };
    // Beside `17:00`, `17:30` is an answer of its own.
    if asks_which(question) || question.options.is_empty() {
        return Said::Nothing;
    }
    let has_sign = question.options.iter().any(|option| answer::is_denied_by_sign(&option.title));
    if answer::is_denied_by_sign(text) && !has_sign {
        return Said::Nothing;
    }
    let is_yesno = question.options.iter().any(|option| matches!(option.value, Value::YesNo(_)));
    if is_yesno && answer::is_asked_back(text) {
        return Said::Nothing;
    }
    let asked = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    let hearing = context(turn, here, &asked);
    let at = times_said(&question.options, heard, &hearing);
    match at.as_slice() {
        [] => {}
        [option] => return Said::One(OptionShown::clone(option)),
        several if ask.kind.of == AnswerType::Choice => {
            return Said::Several(several.iter().copied().cloned().collect());
        }
        _ => return Said::Nothing,
    }
    let titles = |option: &OptionShown| -> Vec<String> {
        let approved = question.template_titles.get(&option.id);
        std::iter::once(&option.title).chain(approved).cloned().collect()
    };
    if let Some(option) = time_by_place(&question.options, text) {
        return Said::One(option.clone());
    }
    let mistyped = |option: &&OptionShown| {
        let names = titles(option).into_iter().chain([option.id.clone()]);
        names.into_iter().any(|name| answer::is_mistyped(&heard.folded, &matching::fold(&name)))
    };
    let mut near = question.options.iter().filter(mistyped);
    match (near.next(), near.next()) {
        (Some(option), None) => return Said::One(option.clone()),
        (Some(_), Some(_)) => return Said::Nothing,
        (None, _) => {}
    }
    match answer::chosen(text, &titles_in_text(question, &hearing), &hearing) {
        Chosen::One(place) => Said::One(question.options[place].clone()),
        Chosen::Several(places) if ask.kind.of == AnswerType::Choice => {
            Said::Several(places.into_iter().map(|place| question.options[place].clone()).collect())
        }
        Chosen::Nothing | Chosen::Several(_) => yes_or_no_said(&question.options, heard, &hearing),
    }
}

/// For each option, its titles that may stand in a sentence. Sentences with yes and no have a reader of their own: `no
/// problem` is no *No*.
pub fn titles_in_text(question: &Question, hearing: &AnswerContext<'_>) -> Vec<Vec<String>> {
    let is_read = |option: &OptionShown, title: &str| {
        let is_yesno = matches!(option.value, Value::YesNo(_)) && answer::yesno_of(title, hearing).is_some();
        is_yesno || answer::is_yes_or_no(title)
    };
    let in_text = |option: &OptionShown| -> Vec<String> {
        let approved = question.template_titles.get(&option.id);
        let titles = std::iter::once(&option.title).chain(approved).cloned();
        titles.filter(|title| !is_read(option, title)).collect()
    };
    question.options.iter().map(in_text).collect()
}

/// The only option that is called *Yes* or *No*, or begins so (*Yes, please*), if the sentence says the same: `ok`,
/// `no thanks`, but not `no idea`; or the only one that puts off (*Maybe later*), if the text is such a word.
fn yes_or_no_said(options: &[OptionShown], heard: &RoutedMessage<'_>, hearing: &AnswerContext<'_>) -> Said {
    let mut later =
        options.iter().filter(|option| heard.text.is_some_and(|text| answer::puts_off(text, &option.title)));
    if let (Some(option), None) = (later.next(), later.next()) {
        return Said::One(option.clone());
    }
    // *Never mind* is no plain *No*, and *Leave it* says the same.
    if heard.text.is_some_and(answer::leaves_it) {
        return confirmed(false, options, heard, hearing);
    }
    let said = match answer::understand(AnswerType::YesNo, &heard.message.kind, hearing) {
        Some(Value::YesNo(said)) => said,
        _ => return Said::Nothing,
    };
    let means = |option: &&OptionShown| answer::title_says_yes(&option.title, hearing) == Some(said);
    let says = |option: &OptionShown| answer::yesno_of(&option.title, hearing) == Some(said);
    let mut found = options.iter().filter(means);
    match (found.next(), found.next()) {
        (Some(option), None) if names_another(options, option, &heard.folded) => Said::Nothing,
        // Beside *Never*, a no is not sure to be *Not now*.
        (Some(option), None) if options.iter().any(|other| other.id != option.id && says(other)) => Said::Nothing,
        (Some(option), None) => Said::One(option.clone()),
        (Some(_), Some(_)) => Said::Nothing,
        (None, _) => confirmed(said, options, heard, hearing),
    }
}

/// True if the text also has a word of another option: `no, cambia las fechas` beside *Cambiar fechas*.
fn names_another(options: &[OptionShown], chosen: &OptionShown, folded: &str) -> bool {
    let stem = |word: &str| word.get(..STEM_CHARS).map(str::to_owned);
    let stems = |title: &str| matching::fold(title).split(' ').filter_map(stem).collect::<Vec<_>>();
    let own = stems(&chosen.title);
    let others = options.iter().filter(|option| option.id != chosen.id).flat_map(|option| stems(&option.title));
    let said: Vec<String> = folded.split(' ').filter_map(stem).collect();
    others.filter(|other| !own.contains(other)).any(|other| said.contains(&other))
}

/// The letters that two forms of a word share: `cambia` and *Cambiar*.
const STEM_CHARS: usize = 4;

/// The only option that confirms, or the only one that leaves things as they are, for a yes or a no where no option is
/// called so: *Confirm*, *Leave it*.
fn confirmed(yes: bool, options: &[OptionShown], heard: &RoutedMessage<'_>, hearing: &AnswerContext<'_>) -> Said {
    let has_yesno = options.iter().any(|option| answer::title_says_yes(&option.title, hearing).is_some());
    // People thank for the question before they answer it.
    if has_yesno || heard.text.is_none_or(answer::is_only_thanks) {
        return Said::Nothing;
    }
    let titles: Vec<&str> = options.iter().map(|option| option.title.as_str()).collect();
    let place = answer::confirmed(yes, &titles, hearing.question, hearing.language);
    // A consent is given by the contact's own word or tap.
    let option = place.and_then(|place| options.get(place)).filter(|option| option.consent.is_empty());
    option.cloned().map_or(Said::Nothing, Said::One)
}

/// The options that are a time of day which the text says in other words: `a las 10` among free slots.
fn times_said<'q>(
    options: &'q [OptionShown],
    heard: &RoutedMessage<'_>,
    hearing: &AnswerContext<'_>,
) -> Vec<&'q OptionShown> {
    let timed: Vec<(Time, &OptionShown)> =
        options.iter().filter_map(|option| Some((time_of(option)?, option))).collect();
    if timed.is_empty() {
        return Vec::new();
    }
    let Reading { likely, unlikely } = answer::read(AnswerType::Time, &heard.message.kind, hearing);
    let among = |values: &[Value]| -> Vec<&OptionShown> {
        let is_said = |at: &Time| values.iter().any(|value| matches!(value, Value::Clock(said) if said == at));
        timed.iter().filter(|(at, _)| is_said(at)).map(|(_, option)| *option).collect()
    };
    let found = among(&likely);
    // The options decide between two readings: of 5:00 and 17:00 only one may be free.
    if found.is_empty() { among(&unlikely) } else { found }
}

/// The first or the last of the times that are offered: `the last one`, `a primeira`, `first thing`. A number is a time.
fn time_by_place<'q>(options: &'q [OptionShown], text: &str) -> Option<&'q OptionShown> {
    let timed: Vec<&OptionShown> = options.iter().filter(|option| time_of(option).is_some()).collect();
    if timed.len() < 2 || answer::number_of_option(text).is_some() {
        return None;
    }
    let folded = matching::fold(text);
    if FIRST_THING.contains(&folded.as_str()) {
        return timed.iter().copied().min_by_key(|option| time_of(option));
    }
    // `prima` alone is praise in German and *before* in Italian, and `a segunda` is Monday in Portuguese.
    let is_praise = matching::has_word(&folded, "prima") && !matching::has_word(&folded, "la prima");
    let is_named = FIRST_AND_LAST.iter().any(|word| matching::has_word(&folded, word)) && !is_praise;
    timed.get(answer::button_named(text, timed.len()).filter(|_| is_named)?.index).copied()
}

/// Names of the first and the last of some things.
#[rustfmt::skip]
const FIRST_AND_LAST: [&str; 18] = [
    "first", "last", "primero", "primera", "ultimo", "ultima", "premier", "premiere", "dernier", "derniere", "erste", "ersten", "letzte", "letzten", "primeiro", "primeira", "primo", "prima",
];

/// Phrases for the earliest time.
#[rustfmt::skip]
const FIRST_THING: [&str; 17] = [
    "first thing", "first thing please", "the earliest", "earliest", "the earliest one", "a primera hora", "la mas temprana", "lo antes posible", "des l ouverture", "le plus tot", "le plus tot possible",
    "der fruheste", "so fruh wie moglich", "a mais cedo", "o mais cedo", "la prima possibile", "il piu presto possibile",
];

/// True for a clear hour that is none of the times which the question offers.
pub fn is_time_not_offered<'a>(turn: &Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> bool {
    let Some(question) = answering::question(turn, here.run).filter(|question| !asks_which(question)) else {
        return false;
    };
    let timed = question.options.iter().filter(|option| time_of(option).is_some()).count();
    if timed < 2 || heard.text.is_none_or(|text| answer::number_of_option(text).is_some()) {
        return false;
    }
    let asked = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    let hearing = context(turn, here, &asked);
    answer::read(AnswerType::Time, &heard.message.kind, &hearing).likely.len() == 1
        && times_said(&question.options, heard, &hearing).is_empty()
}

/// The time of day that an option is: its value, or its title `9:30`.
fn time_of(option: &OptionShown) -> Option<Time> {
    if let Value::Clock(at) = option.value {
        return Some(at);
    }
    let (hour, minute) = option.title.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok().filter(|_| minute.len() == 2)?);
    Time::new(hour, minute, 0, 0).ok()
}

/// The option with exactly this id, title, title on the template's own button, or number; or with the id of a foreign
/// button. `kind`: the asked type. `listed`: the options were in the text.
pub fn exact_option<'q>(
    question: &'q Question,
    kind: AnswerType,
    heard: &RoutedMessage<'_>,
    listed: bool,
    hearing: &AnswerContext<'_>,
) -> Option<&'q OptionShown> {
    let Question { options, template_titles, .. } = question;
    let on_template = |option: &&OptionShown, same: &dyn Fn(&str) -> bool| {
        template_titles.get(&option.id).is_some_and(|title| same(title))
    };
    if let Some(button) = &heard.button {
        let by_id = options.iter().find(|option| option.id == *button);
        let by_text = || options.iter().find(|option| on_template(option, &|title| title == button));
        if let Some(option) = by_id.or_else(by_text) {
            return Some(option);
        }
    }
    let text = heard.text?;
    if let Some(option) = button_named(question, text) {
        return Some(option);
    }
    let said = heard.folded.as_str();
    // `red 👎` rejects the option that it names, but a title may have such a sign of its own.
    let is_denied = |title: &str| answer::is_denied_by_sign(text) && !answer::is_denied_by_sign(title);
    let same = |title: &str| matching::fold(title) == said && !is_denied(title);
    let is_yesno = options.iter().any(|option| matches!(option.value, Value::YesNo(_)));
    if is_yesno && heard.text.is_some_and(answer::is_asked_back) {
        return None;
    }
    let by_name = options
        .iter()
        .find(|option| same(&option.id))
        .or_else(|| options.iter().find(|option| same(&option.title)))
        .or_else(|| options.iter().find(|option| on_template(option, &same)));
    let by_yesno = || {
        let said =
            is_yesno.then(|| answer::read_whole(AnswerType::YesNo, &heard.message.kind, hearing).single()).flatten()?;
        options.iter().find(|option| option.value == said)
    };
    // Buttons show no numbers: beside `1-2` and `3-4 people`, a 3 is not the third option.
    let with_figures = options.iter().filter(|option| option.title.chars().any(char::is_numeric)).count();
    let numbered = listed || !asks_which(question) && with_figures < 2;
    let shown = |option: &&OptionShown| question.narrowed.is_empty() || question.narrowed.contains(&option.id);
    let by_number = || {
        let place = answer::number_of_option(text)?.checked_sub(1)?;
        let is_value = takes_figures(kind) && !asks_which(question) && !answer::names_option_by_word(text);
        options.iter().filter(shown).nth(place).filter(|_| numbered && !is_value)
    };
    by_name.or_else(by_yesno).or_else(by_number)
}

/// True if a bare figure may be the answer to a question of this type: it is the value then and never the number of an
/// option, and the options are shown without numbers where they stand in the text.
pub fn takes_figures(kind: AnswerType) -> bool {
    matches!(
        kind,
        AnswerType::Number
            | AnswerType::Whole
            | AnswerType::Date
            | AnswerType::Time
            | AnswerType::DateTime
            | AnswerType::Text
            | AnswerType::List
            | AnswerType::Any
    )
}
