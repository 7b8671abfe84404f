//! Reads a message as the asked type: one value, two equally likely values, or none.

use super::{
    AnswerContext, AnswerType, another, asides, clock, correction, counting,
    courtesy::without_courtesies,
    custom::Custom,
    date::{self, DateContext},
    frame, if_it_suits, inside, moment, number, reasons, scale,
    words::{self, Part, Words},
};
use crate::{
    matching::{fold, has_word},
    value::Value,
};
use jiff::{
    Zoned,
    civil::{Date, Time},
};

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
    if of_days && another::has_its_verb(&fold(text), words::own(hearing.language)) {
        return Reading::default();
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
        return frame::without_past_days(whole, hearing);
    }
    if another::speaks_of_another(kind, text, hearing) {
        return frame::without_past_days(beside_clauses(kind, text, hearing), hearing);
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
    frame::without_past_days(found, hearing)
}

/// The only candidate of a message that `read` does not understand, if nothing in it makes it another value. The contact
/// is asked whether it means this value.
pub fn offered(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let of_days = matches!(kind, AnswerType::Date | AnswerType::Time | AnswerType::DateTime);
    if of_days && another::has_its_verb(&fold(text), words::own(hearing.language)) {
        return Reading::default();
    }
    let text = counting::without_words_of_question(kind, text, hearing);
    let text = if_it_suits::without(&without_courtesies(&text), hearing.language);
    frame::without_past_days(asides::offered(kind, &text, hearing), hearing)
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
    let mut customs = Custom::likely(hearing, kind).into_iter();
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
    let has_passed = kind == AnswerType::Date && frame::asks_behind_only(hearing.question);
    let in_time = |custom: Custom| match has_passed {
        true => by(Custom { past: true, ..custom }).or_else(|| by(custom)),
        false => by(custom),
    };
    let mut reading = Reading::one(in_time(usual));
    customs.for_each(|custom| reading.add_likely(in_time(custom)));
    if matches!(kind, AnswerType::Date | AnswerType::DateTime) {
        let old = by(Custom { old_century: true, ..usual });
        // A two-digit year such as `35` may lie in the future or long ago.
        let far = |value: &Value| year(value).is_some_and(|year| year > hearing.now.year() + YEARS_AHEAD_USUAL);
        if reading.likely.iter().all(far) {
            reading.add_likely(old);
        } else {
            reading.add_unlikely(old);
        }
        reading.add_unlikely(by(Custom { past: true, ..usual }));
    }
    if matches!(kind, AnswerType::Time | AnswerType::DateTime) {
        other_half(&mut reading, by(Custom { other_half: true, ..usual }), hearing);
    }
    reading
}

/// A two-digit year rarely means a day farther ahead.
const YEARS_AHEAD_USUAL: i16 = 5;

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
        AnswerType::Date | AnswerType::Time | AnswerType::DateTime if is_span(text) => None,
        AnswerType::Date => {
            let day = || almanacs().find_map(|almanac| almanac.day(text)).map(|day| day.date);
            day().or_else(|| moment().map(|at| at.date())).map(Value::Date)
        }
        AnswerType::Time => {
            let part = part_asked_for(hearing);
            // `once` is eleven in Spanish and something else in English.
            let is_foreign_number = |almanac: &DateContext<'_>| almanac.words.spelled(&fold(text)).is_some();
            let counts = |almanac: &DateContext<'_>| almanac.own || !is_foreign_number(almanac);
            let in_part = |part: Option<Part>| {
                almanacs()
                    .filter(counts)
                    .find_map(|almanac| clock::time_in(text, almanac.words, part, custom))
                    .map(|(time, _)| time)
            };
            let asked = || part.and_then(|part| in_part(Some(part))).or_else(|| in_part(None));
            // `Saturday at 10` answers no question about the hours of Friday, nor does `in an hour`.
            let day = hearing.day.unwrap_or(today);
            let away = || {
                let mut away = almanacs().filter_map(|almanac| moment::away(text, &hearing.now, &almanac));
                away.next().filter(|at| at.date() == day)
            };
            let is_asked = |day| almanacs().any(|almanac| names_the_day(hearing.question, day, &almanac));
            // `it is 10:30 now` tells the time and names none.
            let fits = |at: &Zoned| (at.date() == day || is_asked(at.date())) && !says_now(text, tongues);
            let moment = || away().or_else(|| moment().filter(fits)).map(|at| at.time());
            asked().or_else(moment).map(Value::Clock)
        }
        AnswerType::DateTime => moment().map(Value::moment),
        _ => None,
    }
}

/// True if the question names this day: `At what time on Friday?`
fn names_the_day(question: &str, day: Date, almanac: &DateContext<'_>) -> bool {
    let said: Vec<&str> = question.split_whitespace().collect();
    let is_day = |run: &[&str]| almanac.day(&run.join(" ")).is_some_and(|found| found.date == day);
    (1..=DAY_WORDS_MAX).any(|length| said.windows(length).any(is_day))
}

/// `Friday the 27th of November` has six words with its year.
const DAY_WORDS_MAX: usize = 6;

fn says_now(text: &str, tongues: &[&'static Words]) -> bool {
    let folded = fold(text);
    tongues.iter().any(|words| words.now.iter().any(|now| has_word(&folded, now)))
}

/// Above this number, floating point does not hold every whole number.
const WHOLE_MAX: f64 = 9e15;

/// True for a range such as `13 - 15 July` or `10–12`, which is neither of its two values.
fn is_span(text: &str) -> bool {
    text.contains(['–', '—', '―', '~', '→'])
        || text.split_whitespace().any(|word| !word.is_empty() && word.chars().all(|c| "-‐‑>".contains(c)))
}

/// The part of the day that the question names: `At what time in the morning?`
fn part_asked_for(hearing: &AnswerContext<'_>) -> Option<Part> {
    if hearing.question.is_empty() {
        return None;
    }
    let asked = fold(hearing.question);
    let named = |words: &&'static words::Words| {
        let found = |names: &[&str]| names.iter().any(|name| has_word(&asked, name));
        words
            .parts
            .iter()
            .find(|(part, names)| !matches!(part, Part::Am | Part::Pm) && found(names))
            .map(|(part, _)| *part)
    };
    words::own(hearing.language).as_ref().and_then(named)
}

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
