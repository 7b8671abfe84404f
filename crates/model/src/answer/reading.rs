//! Reads a message as the asked type: one value, two equally likely values, or none.

use super::{
    AnswerContext, AnswerType, another, asides, clock, correction,
    counting::{
        self,
        sums::{self, Sum},
        unsure,
    },
    courtesy::without_courtesies,
    custom::Custom,
    date::{self, DateContext, days},
    feasts, frame, hour_asked, if_it_suits, inside, moment, number, reasons, scale, span, tense, units,
    words::{self, Words},
    writer,
};
use crate::{matching::fold, value::Value};
use jiff::civil::Time;

/// The possible values of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// One value is the answer; several are equally likely, and the contact is asked which one it means.
    pub likely: Vec<Value>,
    /// Values that count only if the question accepts none of the likely ones: for example the third of May of last
    /// year.
    pub unlikely: Vec<Value>,
}

impl Reading {
    pub fn one(value: Option<Value>) -> Reading {
        Reading { likely: value.into_iter().collect(), unlikely: Vec::new() }
    }

    /// The likely value, if there is exactly one.
    pub fn single(mut self) -> Option<Value> {
        if self.likely.len() == 1 { self.likely.pop() } else { None }
    }

    pub fn is_empty(&self) -> bool {
        self.likely.is_empty()
    }

    fn add_likely(&mut self, value: Option<Value>) {
        self.likely.extend(value.filter(|value| !self.likely.contains(value)));
    }

    fn add_unlikely(&mut self, value: Option<Value>) {
        let new = |value: &Value| !self.likely.contains(value) && !self.unlikely.contains(value);
        self.unlikely.extend(value.filter(new));
    }
}

/// Reads the whole text as this type, in any language.
pub fn whole_in_any(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let text = &without_courtesies(text);
    if another::speaks_of_another(kind, text, hearing) {
        return Reading::default();
    }
    let is_own = is_explained(kind, text, hearing);
    let all: Vec<&'static Words> = words::all(hearing.language).take(if is_own { 1 } else { usize::MAX }).collect();
    whole(kind, text, hearing, &all)
}

/// True if the words of the contact's own language explain the text, so that no other language is tried: `hier` is
/// yesterday in French and here in German, `très bien` has a Spanish three, and `2 horas` is a time in Portuguese only.
pub fn is_explained(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    let Some(own) = words::own(hearing.language) else { return false };
    let folded = fold(text);
    let around = own.around;
    let changes = |word: &str| {
        around.nots.split_whitespace().any(|not| not == word)
            || around.spoilers.split(',').any(|one| one.trim() == word)
    };
    let known = |word: &str| {
        inside::is_carrier(own, word) || own.yes.contains(&word) || own.no.contains(&word) || changes(word)
    };
    folded.split(' ').all(known)
        || date::may_be_tuesday(&folded, own)
        || kind == AnswerType::Time && clock::is_length_or_day(&folded, own)
}

/// Reads a text as a number, day, time or moment: the whole text, else the value inside a sentence.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let mut found = read_once(kind, text, hearing);
    // `half past eight if the table at the window is free` is more often in the evening.
    if matches!(kind, AnswerType::Time | AnswerType::DateTime) && if_it_suits::names_table(text, hearing.language) {
        found.likely.append(&mut found.unlikely);
    }
    found
}

fn read_once(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let of_days = matches!(kind, AnswerType::Date | AnswerType::Time | AnswerType::DateTime);
    if of_days && another::has_its_verb(&fold(text), words::own(hearing.language))
        || is_of_no_answer(kind, text, hearing)
        || correction::is_bare(kind, text, hearing)
    {
        return Reading::default();
    }
    let text = &feasts::in_full(kind, text, hearing.language);
    let corrected = correction::later::read(kind, text, hearing);
    if !corrected.is_empty() {
        return tense::in_time(corrected, hearing);
    }
    let counted = counting::people_or_length(kind, text, hearing);
    if !counted.is_empty() {
        return counted;
    }
    match sums::read(kind, text, hearing) {
        Sum::None => {}
        Sum::Sure(sum) => return Reading::one(Some(Value::Whole(sum))),
        Sum::Unsure(_) => return Reading::default(),
    }
    let in_period = counting::without_words_of_question(kind, text, hearing);
    let text = in_period.as_str();
    let whole = whole_in_any(kind, text, hearing);
    if counting::is_two(kind, text, hearing) {
        return Reading::one(Some(Value::Whole(2)));
    }
    if counting::is_only_one(kind, text, hearing) {
        return Reading::one(Some(Value::Whole(1)));
    }
    let of_all = counting::of_all(kind, text, hearing);
    let none = counting::none(kind, text, hearing);
    if let Some(found) = [of_all, none].into_iter().find(|found| whole.is_empty() && !found.is_empty()) {
        return found;
    }
    let on_scale = scale::read(kind, text, hearing);
    if !on_scale.is_empty() {
        return on_scale;
    }
    let without = if_it_suits::without(&without_courtesies(text), hearing.language);
    let whole = if whole.is_empty() && without != *text { whole_in_any(kind, &without, hearing) } else { whole };
    let text = &without;
    if !whole.is_empty() {
        // `tomorrow at 11?` asks whether that suits the business.
        return if of_days && text.contains('?') { Reading::default() } else { tense::in_time(whole, hearing) };
    }
    if another::speaks_of_another(kind, text, hearing) {
        return tense::in_time(beside_clauses(kind, text, hearing), hearing);
    }
    let needed = counting::needed(kind, text, hearing);
    if !needed.is_empty() {
        return needed;
    }
    let corrected = correction::read(kind, text, hearing);
    let mut found = if corrected.is_empty() { inside::read(kind, text, hearing) } else { corrected };
    if found.likely.len() != 1 {
        let beside = beside_clauses(kind, text, hearing);
        // Of two values, one may only explain the other: `we are 20, my mother turns 60`.
        if found.is_empty() || beside.likely.len() == 1 {
            found = beside;
        }
    }
    tense::in_time(found, hearing)
}

/// The only candidate of a message that `read` does not understand, if nothing in it makes it another value. The contact
/// is asked whether it means this value.
pub fn offered(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let of_days = matches!(kind, AnswerType::Date | AnswerType::Time | AnswerType::DateTime);
    if of_days && another::has_its_verb(&fold(text), words::own(hearing.language))
        || is_of_no_answer(kind, text, hearing)
    {
        return Reading::default();
    }
    if let Some(value) = unsure::value(kind, text, hearing) {
        return Reading::one(Some(value));
    }
    let text = counting::without_words_of_question(kind, text, hearing);
    let asked_about =
        if of_days && text.contains('?') { whole_in_any(kind, &text, hearing) } else { Reading::default() };
    if asked_about.likely.len() == 1 {
        return tense::in_time(asked_about, hearing);
    }
    let text = if_it_suits::without(&without_courtesies(&text), hearing.language);
    tense::in_time(asides::offered(kind, &text, hearing), hearing)
}

/// True for a message that is no answer as it is written, before words of the question are left out of it: of the writer
/// where somebody else is asked for, of an age ahead, or with an `a` or `en` that another language reads otherwise.
fn is_of_no_answer(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    let is_french = words::own(hearing.language).is_some_and(|own| own.language == "fr");
    let is_hour = matches!(kind, AnswerType::Time | AnswerType::DateTime);
    let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
    writer::is_somebody_else(kind, text, hearing)
        || is_number && counting::is_age_ahead(text, hearing.question)
        || is_number && correction::counts_something_else(text, hearing)
        || is_hour && if is_french { clock::is_french_length(text) } else { clock::is_bare_a(text) }
}

const NOON: i8 = 12;

/// The value of one clause of a message, if its other clauses change nothing.
fn beside_clauses(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let found = reasons::read(kind, text, hearing, of_clause);
    let mut found = if found.is_empty() { asides::read(kind, text, hearing, of_clause) } else { found };
    let is_late = |value: &Value| matches!(value, Value::Clock(time) if time.hour() >= NOON);
    // `our flight is at 9 so 6:30`, `8 would be lovely, the babysitter comes at 7`
    let is_open = || match found.likely.iter().all(is_late) {
        true => asides::follows_from_an_event(text, hearing),
        false => asides::is_beside_an_event(text, hearing),
    };
    if kind == AnswerType::Time && !found.unlikely.is_empty() && is_open() {
        found.likely.append(&mut found.unlikely);
    }
    found
}

/// The value of one clause of a message, by the words of the contact's own language.
fn of_clause(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, own: &'static Words) -> Reading {
    if another::speaks_of_another(kind, text, hearing) {
        return Reading::default();
    }
    let whole = whole(kind, text, hearing, &[own]);
    let whole = if whole.is_empty() { counting::of_all(kind, text, hearing) } else { whole };
    let whole = if whole.is_empty() { counting::none(kind, text, hearing) } else { whole };
    if whole.is_empty() && counting::is_only_one(kind, text, hearing) {
        return Reading::one(Some(Value::Whole(1)));
    }
    let known = if whole.is_empty() { inside::of_clause(kind, text, hearing, own) } else { whole };
    if known.is_empty() { inside::wished(kind, text, hearing, own) } else { known }
}

/// Words of a question that counts people.
pub const PEOPLE: [&str; 12] = [
    "people",
    "persons",
    "personas",
    "personnes",
    "personen",
    "pessoas",
    "persone",
    "guests",
    "huespedes",
    "gaste",
    "hospedes",
    "ospiti",
];
/// Words of a question that counts the people beside the contact: then `just me` means nobody.
#[rustfmt::skip]
pub const BESIDE_ONESELF: [&str; 47] = [
    "other", "others", "more", "else", "extra", "additional", "bring", "bringing", "with you", "besides", "beside", "accompany", "accompanying", "join", "joining",
    "mas", "otras", "contigo", "con usted", "adicionales", "acompanan", "acompanara", "acompanaran", "traes", "trae",
    "autres", "plus", "avec vous", "avec toi", "accompagnent", "supplementaires", "amenez",
    "andere", "weitere", "zusatzlich", "zusatzliche", "mit", "mitbringen", "begleiten",
    "outras", "mais", "contigo", "com voce", "altre", "oltre", "con te", "accompagnano",
];

pub const HOW_MANY: [&str; 11] = [
    "how many",
    "cuantos",
    "cuantas",
    "combien",
    "wie viele",
    "wieviele",
    "quantos",
    "quantas",
    "quanti",
    "quante",
    "wie viel",
];

/// Reads the whole text as this type, in one of these languages.
pub fn whole(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, tongues: &[&'static Words]) -> Reading {
    let all = Custom::likely(hearing, kind);
    // Only a mark before three figures may separate groups or decimals.
    let is_price = number::has_group(text) && units::asks_price(hearing.question);
    let mut customs = all.iter().map(|custom| Custom { is_price, ..*custom });
    let usual = customs.next().unwrap_or_else(|| Custom::usual(hearing));
    let by = |custom: Custom| by_custom(kind, text, hearing, tongues, custom);
    let Some(first) = by(usual) else {
        // A number with a mark can be whole only if the mark separates groups.
        return Reading::one(customs.find_map(by));
    };
    // `3 May` without a year is no day of birth.
    if kind == AnswerType::Date
        && another::asks_for_birth(hearing.question)
        && by(Custom { past: true, ..usual }).is_some_and(|past| past != first)
    {
        return Reading::default();
    }
    // `Wednesday` as the day on which something happened has passed.
    let has_passed =
        matches!(kind, AnswerType::Date | AnswerType::DateTime) && frame::asks_behind_only(hearing.question);
    let in_time = |custom: Custom| match has_passed {
        true => by(Custom { past: true, ..custom }).or_else(|| by(custom)),
        false => by(custom),
    };
    let mut reading = Reading::one(in_time(usual));
    customs.for_each(|custom| reading.add_likely(in_time(custom)));
    if matches!(kind, AnswerType::Date | AnswerType::DateTime) {
        // The week of `next` changes no century and no past day; the order of day and month does.
        let orders = || all.iter().filter(|custom| !custom.next_is_after);
        let old = || orders().map(|order| by(Custom { old_century: true, ..*order }));
        if may_be_old(&reading.likely, hearing) {
            old().for_each(|value| reading.add_likely(value));
        } else {
            old().for_each(|value| reading.add_unlikely(value));
        }
        if days::is_idiom(text) {
            reading.add_likely(in_time(Custom { weeks_in_days: true, ..usual }));
        }
        orders().for_each(|order| reading.add_unlikely(by(Custom { past: true, ..*order })));
    }
    if matches!(kind, AnswerType::Time | AnswerType::DateTime) {
        other_half(&mut reading, by(Custom { other_half: true, ..usual }), hearing);
    }
    reading
}

/// True if a two-digit year such as `35` may lie in the future or long ago: it is far ahead, or somebody who answers when
/// they were born would be a small child.
fn may_be_old(likely: &[Value], hearing: &AnswerContext<'_>) -> bool {
    let this_year = hearing.now.year();
    let is_far = |value: &Value| year(value).is_some_and(|year| year > this_year + YEARS_AHEAD_USUAL);
    let is_small = |value: &Value| year(value).is_some_and(|year| year > this_year - YEARS_OF_A_WRITER);
    let asks_writer = || {
        another::asks_for_birth(hearing.question)
            && !frame::names_somebody(&fold(&hearing.question.replace(['\'', '’'], " ")))
    };
    likely.iter().all(is_far) || likely.iter().all(is_small) && asks_writer()
}

/// A two-digit year rarely means a day farther ahead.
const YEARS_AHEAD_USUAL: i16 = 5;
/// Nobody younger writes.
const YEARS_OF_A_WRITER: i16 = 5;

/// Adds the other reading of an hour without am or pm. Opening hours decide which reading is likely, or that both are.
fn other_half(reading: &mut Reading, other: Option<Value>, hearing: &AnswerContext<'_>) {
    let ([usual], Some(other)) = (reading.likely.as_slice(), other) else { return };
    if *usual == other {
        return;
    }
    let open = |value: &Value| hearing.open.zip(time_of(value)).is_some_and(|(open, time)| open[time.hour() as usize]);
    match (open(usual), open(&other)) {
        (true, true) => reading.add_likely(Some(other)),
        (false, true) => {
            let usual = std::mem::replace(&mut reading.likely[0], other);
            reading.add_unlikely(Some(usual));
        }
        (true | false, false) => reading.add_unlikely(Some(other)),
    }
}

fn by_custom(
    kind: AnswerType,
    text: &str,
    hearing: &AnswerContext<'_>,
    tongues: &[&'static Words],
    custom: Custom,
) -> Option<Value> {
    let today = hearing.now.date();
    let almanacs = || DateContext::all(tongues, hearing.language, today, custom);
    let moment = || almanacs().find_map(|almanac| moment::datetime(text, &hearing.now, &almanac));
    match kind {
        AnswerType::Number | AnswerType::Whole => {
            let own = || number::amount(text, words::own(hearing.language), custom).map(|amount| amount.value);
            // A whole message may be a number in words of another language.
            let value = own().or_else(|| (tongues.len() > 1).then(|| number::abroad(text, hearing.language))?)?;
            let is_whole = value.fract() == 0.0 && value.abs() < WHOLE_MAX;
            match kind {
                _ if is_whole => Some(Value::Whole(value as i64)),
                AnswerType::Number => Some(Value::Number(value)),
                _ => None,
            }
        }
        AnswerType::Date | AnswerType::Time | AnswerType::DateTime if span::is_span(text) => None,
        AnswerType::Date => {
            let day = || almanacs().find_map(|almanac| almanac.day(text)).map(|day| day.date);
            day().or_else(|| moment().map(|at| at.date())).map(Value::Date)
        }
        AnswerType::Time => hour_asked::time(text, hearing, tongues, custom).map(Value::Clock),
        AnswerType::DateTime => moment().map(Value::moment),
        _ => None,
    }
}

/// Above this number, floating point does not hold every whole number.
const WHOLE_MAX: f64 = 9e15;

fn time_of(value: &Value) -> Option<Time> {
    match value {
        Value::Clock(time) => Some(*time),
        Value::DateTime(at) => Some(at.time()),
        _ => None,
    }
}

fn year(value: &Value) -> Option<i16> {
    match value {
        Value::Date(date) => Some(date.year()),
        Value::DateTime(at) => Some(at.year()),
        _ => None,
    }
}
