//! Reads an hour for the day and the part of the day of its question: of `At what time in the evening?` and `At what time on
//! Friday?`

use super::{
    AnswerContext, clock,
    custom::Custom,
    date::DateContext,
    moment, tense,
    words::{self, Part, Words},
};
use crate::matching::{fold, has_word};
use jiff::{
    Zoned,
    civil::{Date, Time},
};

/// The hour that the whole text names, in the words of one of these languages.
pub fn time(text: &str, hearing: &AnswerContext<'_>, tongues: &[&'static Words], custom: Custom) -> Option<Time> {
    let today = hearing.now.date();
    let almanacs = || DateContext::all(tongues, hearing.language, today, custom);
    let moment = || almanacs().find_map(|almanac| moment::datetime(text, &hearing.now, &almanac));
    let part = part_asked_for(hearing);
    // `once` is eleven in Spanish and something else in English.
    let is_foreign_number = |almanac: &DateContext<'_>| almanac.words.spelled(&fold(text)).is_some();
    let counts = |almanac: &DateContext<'_>| almanac.own || !is_foreign_number(almanac) && !clock::is_bare_a(text);
    let in_custom = |part: Option<Part>, custom: Custom| {
        almanacs()
            .filter(counts)
            .find_map(|almanac| clock::time_in(text, almanac.words, part, custom))
            .map(|(time, _)| time)
    };
    let in_part = |part| in_custom(part, custom);
    let in_other_half = || in_custom(None, Custom { other_half: !custom.other_half, ..custom });
    // Of `12` to "At what time in the evening?" neither noon nor midnight is in the evening.
    let outside = || in_part(None).filter(|time| part.is_none() || in_other_half() == Some(*time));
    let asked = || part.and_then(|part| in_part(Some(part))).or_else(outside);
    // `Saturday at 10` answers no question about the hours of Friday, nor does `in an hour`.
    let day = hearing.day.unwrap_or(today);
    let away = || {
        let mut away = almanacs().filter_map(|almanac| moment::away(text, &hearing.now, &almanac));
        away.next().filter(|at| at.date() == day && !tense::has_passed(at, hearing))
    };
    let is_asked = |day| almanacs().any(|almanac| names_the_day(hearing.question, day, &almanac));
    // `it is 10:30 now` tells the time and names none.
    let fits = |at: &Zoned| {
        (at.date() == day || is_asked(at.date())) && !says_now(text, tongues) && !tense::has_passed(at, hearing)
    };
    let moment = || away().or_else(|| moment().filter(fits)).map(|at| at.time());
    asked().or_else(moment)
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

/// The part of the day that the question names: `At what time in the morning?`
fn part_asked_for(hearing: &AnswerContext<'_>) -> Option<Part> {
    if hearing.question.is_empty() {
        return None;
    }
    let asked = fold(hearing.question);
    let named = |words: &&'static Words| {
        let found = |names: &[&str]| names.iter().any(|name| has_word(&asked, name));
        words
            .parts
            .iter()
            .find(|(part, names)| !matches!(part, Part::Am | Part::Pm) && found(names))
            .map(|(part, _)| *part)
    };
    words::all(hearing.language).find_map(|words| named(&words))
}
