//! Finds the answer inside a sentence: `I'm 30`, `let's say Friday`, `my number is …`.
//!
//! Exactly one candidate of the asked type is taken; if there are two, both are returned. It counts only if all other
//! words are known to be neutral: `my train arrives 10:30` and `my passport expires on 3 May` answer nothing. Two words
//! may be unknown beside the thing that the question counts, or beside the past day of its event.

mod alternatives;
mod asking;
mod calls;
mod neutral;
mod offering;
mod sort;
mod worth_reading;

use super::{
    AnswerContext, AnswerType, another,
    beside::{self, Neighbours},
    clock,
    custom::Custom,
    echo, frame, number,
    reading::{self, Reading},
    synonyms,
    words::{self, Part, Words, around::SentenceWords},
};
use crate::{
    matching::{fold, has_word},
    value::Value,
};
use alternatives::{either, two_hours, with_tail_of};
use asking::ASKS_BACK;
pub use asking::{ASKS, ASKS_FOR_DAYS, asks};
use calls::{will_call, without_call};
use neutral::{MONTHS, is_bare_decimal, is_number_abroad};
pub use neutral::{is_carrier, is_signal};
pub use offering::{candidate_readings, offered, wished, wished_alone};
use sort::sort_of;
use worth_reading::WorthReading;

/// A longer text does not answer a question for one value.
pub const SENTENCE_WORDS_MAX: usize = 30;
pub const SENTENCE_BYTES_MAX: usize = 400;
/// `on Friday the 27th of November at half past four` has the most words of a candidate.
const CANDIDATE_WORDS_MAX: usize = 9;

/// Shorter words of the question do not name a thing.
const ASKED_CHARS_MIN: usize = 4;

/// More words that nobody knows may say anything.
const UNKNOWN_WORDS_MAX: usize = 2;

/// The number, day, time or moment inside a sentence.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    // A question is no answer: `are you open on Friday?`
    if text.len() > SENTENCE_BYTES_MAX || text.contains(['?', '¿']) {
        return Reading::default();
    }
    let all: Vec<&str> = text.split_whitespace().collect();
    let folded = fold(text);
    let is_question = |start: &&str| folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '));
    let of_days = matches!(kind, AnswerType::Date | AnswerType::Time | AnswerType::DateTime);
    if ASKS_BACK.iter().any(|phrase| has_word(&folded, phrase)) {
        return Reading::default();
    }
    if hearing.language.starts_with("en") && ASKS.iter().any(is_question)
        || of_days && ASKS_FOR_DAYS.iter().any(is_question)
    {
        return Reading::default();
    }
    if all.len() < 2 || all.len() > SENTENCE_WORDS_MAX {
        return Reading::default();
    }
    let own = words::own(hearing.language);
    let reading = own.map(|own| in_language(kind, &all, hearing, own, false)).unwrap_or_default();
    let reading = if reading.is_empty() && kind == AnswerType::DateTime {
        own.map(|own| two_hours(&all, hearing, own)).unwrap_or_default()
    } else {
        reading
    };
    if !reading.is_empty() {
        return reading;
    }
    if reading::is_explained(kind, text, hearing) {
        return Reading::default();
    }
    // The contact may write another language than its own: then every word must belong to that language.
    let others = words::all(hearing.language).filter(|words| own.is_none_or(|own| own.language != words.language));
    let mut found = others.map(|words| in_language(kind, &all, hearing, words, true)).filter(|found| !found.is_empty());
    let first = found.next().unwrap_or_default();
    if found.all(|other| other == first) { first } else { Reading::default() }
}

/// The value of a clause by the words of the contact's own language.
pub fn of_clause(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, own: &'static Words) -> Reading {
    let all: Vec<&str> = text.split_whitespace().collect();
    in_language(kind, &all, hearing, own, false)
}

/// True if some words of a clause read as the type.
pub fn has_candidate(kind: AnswerType, all: &[&str], hearing: &AnswerContext<'_>, own: &'static Words) -> bool {
    !candidates(kind, all, hearing, own).is_empty()
}

/// The possible values by the words of one language; in a foreign language every word must be known.
fn in_language(
    kind: AnswerType,
    all: &[&str],
    hearing: &AnswerContext<'_>,
    words: &'static Words,
    is_foreign: bool,
) -> Reading {
    let outside = |inside: &dyn Fn(usize) -> bool| words_outside(inside, all, words);
    match candidates(kind, all, hearing, words).as_slice() {
        [one] => {
            let rest = outside(&|place| one.holds(place));
            // A sentence that a foreign language explains, too, must not say something else in the contact's own.
            let own = words::own(hearing.language).filter(|_| is_foreign);
            let is_other = |words: &Words| frame::is_about_something_else(kind, &rest, all, words, hearing);
            let is_asked = || !is_other(words) && !own.is_some_and(is_other);
            if one.stands_in(&rest, words, hearing) && is_asked() { one.reading.clone() } else { Reading::default() }
        }
        [first, second] if !is_foreign => {
            let rest = outside(&|place| first.holds(place) || second.holds(place));
            let between = all[first.end..second.start].iter().map(|word| fold(word)).collect::<Vec<_>>();
            let first = with_tail_of(first.clone(), second, all, hearing, words);
            if kind == AnswerType::Time && beside::names_another_day(&rest, words) {
                return Reading::default();
            }
            either(&first, second, &rest, &between, words.around)
        }
        _ => Reading::default(),
    }
}

/// The words of a message outside of its candidates, folded.
fn words_outside(inside: &dyn Fn(usize) -> bool, all: &[&str], words: &Words) -> Vec<String> {
    let is_left = |place: usize| !inside(place) && !frame::is_of_them(all, place, words);
    let left = all.iter().enumerate().filter(|(place, _)| is_left(*place));
    let folded = left.map(|(_, word)| fold(without_elision(word, words)));
    folded.flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The `arrive` of the French `j'arrive`. Short words such as `j'ai` have entries of their own.
fn without_elision<'a>(word: &'a str, words: &Words) -> &'a str {
    let split = word.split_once(['\'', '’']).filter(|(head, _)| ELIDED.contains(&head.to_lowercase().as_str()));
    match split {
        Some((_, rest)) if words.language == "fr" && rest.chars().count() >= ELIDED_CHARS_MIN => rest,
        _ => word,
    }
}

const ELIDED: [&str; 6] = ["j", "m", "l", "d", "s", "qu"];
const ELIDED_CHARS_MIN: usize = 5;

/// A run of words of a message that reads as the asked type.
#[derive(Debug, Clone)]
struct Candidate {
    start: usize,
    end: usize,
    reading: Reading,
    /// True if the candidate cannot be anything else.
    is_plain: bool,
    kind: AnswerType,
    /// The words before and behind the candidate, folded.
    before: String,
    behind: String,
    /// The candidate itself, folded.
    text: String,
    /// The kind of the counted thing behind the number: `of red` of `three bottles of red`.
    sort: Vec<String>,
}

impl Candidate {
    fn holds(&self, place: usize) -> bool {
        (self.start..self.end).contains(&place)
    }

    /// True for a time or a moment.
    fn is_of_day(&self) -> bool {
        matches!(self.kind, AnswerType::Time | AnswerType::DateTime)
    }

    /// True if the other words of the message are known and do not change the meaning of the candidate.
    fn stands_in(&self, rest: &[String], words: &Words, hearing: &AnswerContext<'_>) -> bool {
        let asked = fold(hearing.question);
        if will_call(rest) {
            return false;
        }
        let rest = &without_call(rest, &asked);
        !self.is_changed(rest, words, hearing) && self.is_carried(rest, &asked, words, hearing)
    }

    /// True if one of the other words changes the meaning of the candidate: it negates, compares, adds, or makes it a
    /// value of another kind.
    fn is_changed(&self, rest: &[String], words: &Words, hearing: &AnswerContext<'_>) -> bool {
        if rest.iter().any(|word| word.chars().any(char::is_numeric)) || is_negated(rest, words, hearing) {
            return true;
        }
        let around = words.around;
        let own = words::own(hearing.language).map_or(around, |own| own.around);
        let marks = |around: &SentenceWords| match self.kind {
            AnswerType::Number | AnswerType::Whole => around.hour_marks,
            AnswerType::Date => around.each_marks,
            _ => around.span_marks,
        };
        let near = Neighbours { before: &self.before, behind: &self.behind };
        if beside::is_something_else(self.kind, &self.text, near, words)
            || self.is_of_day() && beside::is_half_a_time(near, rest, words)
        {
            return true;
        }
        let marked = |around: &SentenceWords| marks(around).split_whitespace().any(|mark| mark == self.before);
        let is_length = || self.is_of_day() && beside::is_length(&self.text, near, words);
        if !self.is_plain && (marked(around) || marked(own)) || is_length() {
            return true;
        }
        let said = rest.join(" ");
        if names(around.spoilers, &said) || names(own.spoilers, &said) || self.is_past_and_ahead(rest, around, hearing)
        {
            return true;
        }
        // `four and a half in the afternoon` is a time, not a number.
        let is_number = matches!(self.kind, AnswerType::Number | AnswerType::Whole);
        let own_parts = words::own(hearing.language).map_or(&[][..], |own| own.parts);
        let mut parts = words
            .parts
            .iter()
            .chain(own_parts)
            .filter(|(part, _)| *part != Part::Am)
            .flat_map(|(_, names)| names.iter());
        let of_a_day = |word: &String| {
            names_a_day(word, words) || words.units.iter().any(|(_, names)| names.contains(&word.as_str()))
        };
        if is_number && (parts.any(|name| has_word(&said, name)) || rest.iter().any(of_a_day)) {
            return true;
        }
        if self.is_of_day() && !self.is_plain && beside::tells_how_many(rest, words) {
            return true;
        }
        let says_was = || rest.iter().any(|word| another::WAS_THEN.contains(&word.as_str()));
        if self.kind == AnswerType::Time
            && (says_was() && !another::asks_past(&fold(hearing.question))
                || beside::names_another_day(rest, words)
                || rest.iter().any(|word| words.now.contains(&word.as_str())))
        {
            return true;
        }
        false
    }

    /// True if all other words are known: trains, matches and passports have times, amounts and days, too.
    fn is_carried(&self, rest: &[String], asked: &str, words: &Words, hearing: &AnswerContext<'_>) -> bool {
        // `hier` is "here" in German, and yesterday for a contact who writes French.
        let own_words = words::own(hearing.language).filter(|own| own.language != words.language);
        let is_own_day =
            |word: &str| own_words.is_some_and(|own| own.relative.iter().any(|(_, names)| names.contains(&word)));
        let carried = |word: &String| {
            let word = word.as_str();
            if is_own_day(word) {
                return false;
            }
            let is_sign = || word.chars().all(|c| !c.is_alphanumeric()) && !word.contains(frame::is_changing_sign);
            let is_asked = || echo::is_of_question(asked, word) || synonyms::is_of_question(asked, word);
            let is_sort = self.sort.iter().any(|sort| sort == word);
            word.is_empty() || is_sort || is_carrier(words, word) || is_sign() || is_asked()
        };
        let unknown = rest.iter().filter(|word| !carried(word)).count();
        unknown == 0 || unknown <= UNKNOWN_WORDS_MAX && self.is_asked_itself(rest, words, hearing)
    }

    /// True if the candidate has the word that the question counts (`two children`), or is the past day of a question
    /// about an event (`I first noticed it on Wednesday`): then some words may be unknown.
    fn is_asked_itself(&self, rest: &[String], words: &Words, hearing: &AnswerContext<'_>) -> bool {
        let asked = fold(hearing.question);
        if words::own(hearing.language).is_none_or(|own| own.language != words.language) {
            return false;
        }
        match self.kind {
            // `4 personas y un bebé` are five.
            AnswerType::Number | AnswerType::Whole if beside::adds(&self.behind, rest, words) => false,
            AnswerType::Number | AnswerType::Whole => {
                let thing = self.text.rsplit(' ').next().unwrap_or_default();
                // `I turn 30 in May` is no age, and `5 Euro fünfzig` has cents in words of another language.
                !rest.iter().any(|word| names_a_day(word, words) || is_number_abroad(word))
                    && [thing, &self.behind].iter().any(|word| echo::is_of_question(&asked, word))
            }
            AnswerType::Date => {
                let is_past = |value: &Value| matches!(value, Value::Date(day) if *day <= hearing.now.date());
                frame::asks_behind_only(hearing.question) && self.reading.likely.iter().all(is_past)
            }
            _ => false,
        }
    }

    /// True if the sentence speaks of the past and the candidate lies in the future: `it was Friday` does not mean the
    /// next Friday.
    fn is_past_and_ahead(&self, rest: &[String], around: &SentenceWords, hearing: &AnswerContext<'_>) -> bool {
        let says_past = || around.past.split_whitespace().any(|word| rest.iter().any(|said| said == word));
        let ahead = |value: &Value| match value {
            Value::Date(date) => *date > hearing.now.date(),
            Value::DateTime(at) => **at > hearing.now,
            _ => false,
        };
        self.reading.likely.iter().any(ahead) && says_past()
    }
}

/// All word runs that read as the type and are not part of a longer run that also does.
fn candidates(kind: AnswerType, all: &[&str], hearing: &AnswerContext<'_>, words: &'static Words) -> Vec<Candidate> {
    // Numbers and short weekdays are read only in the contact's own language; here this language is treated as its own.
    let hearing = &AnswerContext { language: words.language, ..hearing.clone() };
    let whole = fold(&all.join(" "));
    let are_worth = WorthReading::of(kind, all, words);
    let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
    let mut found: Vec<Candidate> = Vec::new();
    for length in (1..=all.len().min(CANDIDATE_WORDS_MAX)).rev() {
        for start in 0..=all.len() - length {
            let end = start + length;
            let these = &all[start..end];
            let inside = |c: &Candidate| c.start <= start && end <= c.end;
            if found.iter().any(inside) || !are_worth.holds(start, end) {
                continue;
            }
            let text = these.join(" ");
            // `about ,5` is a half, and `ok ,5` may be five.
            if is_number && these.iter().any(|word| is_bare_decimal(word)) {
                continue;
            }
            let text = text.trim_matches(|c: char| ",;:!.…\"'()*_~".contains(c) && c != '.').trim_end_matches('.');
            // `one` may be an article and not a number.
            if words.articles.contains(&fold(text).as_str()) {
                continue;
            }
            if is_part_of_a_part(text, &whole, words) {
                continue;
            }
            let reading = reading::whole(kind, text, hearing, &[words]);
            if !reading.is_empty() {
                let is_plain = is_plain(kind, text, hearing);
                let before = start.checked_sub(1).map(|place| fold(all[place])).unwrap_or_default();
                let behind = all.get(end).map(|word| fold(word)).unwrap_or_default();
                let sort = sort_of(kind, these, &all[end..], hearing, words);
                found.push(Candidate { start, end, reading, is_plain, kind, before, behind, text: fold(text), sort });
            }
        }
    }
    found.sort_by_key(|candidate| (candidate.start, candidate.end));
    // The same value said twice counts as one candidate.
    found.dedup_by(|later, first| later.reading == first.reading && later.start >= first.end);
    let overlap = found.windows(2).any(|pair| pair[1].start < pair[0].end);
    if overlap { Vec::new() } else { found }
}

/// True for words that belong to a part of the day: the `mañana` of `por la mañana` is not "tomorrow".
fn is_part_of_a_part(text: &str, whole: &str, words: &Words) -> bool {
    let folded = fold(text);
    let names = words.parts.iter().chain(words.day_parts).flat_map(|(_, names)| names.iter());
    let mut longer = names.filter(|name| name.contains(' ') && has_word(whole, name) && !has_word(&folded, name));
    longer.any(|name| has_word(name, &folded))
}

/// True if the candidate cannot be anything else: a full date, a time with minutes or with am or pm, an amount with its
/// unit.
fn is_plain(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    match kind {
        AnswerType::Number | AnswerType::Whole => {
            let own = words::own(hearing.language);
            number::amount(text, own, Custom::usual(hearing)).is_some_and(|amount| amount.is_named)
        }
        AnswerType::Time | AnswerType::DateTime => clock::is_plain(text),
        AnswerType::Date => {
            let folded = fold(text);
            let figure = folded.bytes().any(|byte| byte.is_ascii_digit());
            let month = || folded.split(' ').any(|word| MONTHS.contains(word));
            let groups = folded.split(' ').filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())).count();
            figure && (month() || groups >= 3)
        }
        _ => false,
    }
}

/// True if a word negates the candidate: in the language of the sentence, in the contact's language, or in `NOTS`.
pub fn is_negated(rest: &[String], words: &Words, hearing: &AnswerContext<'_>) -> bool {
    let nots = |words: &Words, word: &str| words.around.nots.split_whitespace().any(|not| not == word);
    let own = |word: &str| words::own(hearing.language).is_some_and(|own| nots(own, word));
    rest.iter().any(|word| nots(words, word) || own(word) || NOTS.contains(&word.as_str()))
}

/// Words that negate in every sentence, whatever its language.
const NOTS: [&str; 8] = ["not", "nicht", "kein", "keine", "pas", "nao", "never", "nunca"];

fn names(phrases: &str, said: &str) -> bool {
    phrases.split(',').any(|phrase| has_word(said, phrase.trim()))
}

/// True if the word is a month or a weekday: beside a full date it belongs to another date.
fn names_a_day(word: &str, words: &Words) -> bool {
    words.months.iter().chain(&words.weekdays).any(|names| names.contains(&word) && word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_sentence_ends_somewhere() {
        let said = |words: usize| {
            let text = format!("{}30", "well ".repeat(words - 1));
            read(AnswerType::Whole, &text, &hearing("en")).single()
        };
        assert_eq!(said(SENTENCE_WORDS_MAX), Some(Value::Whole(30)));
        assert_eq!(said(SENTENCE_WORDS_MAX + 1), None);
    }

    #[test]
    fn a_sentence_in_another_language_is_explained_word_by_word() {
        let read = |text: &str| read(AnswerType::Whole, text, &hearing("en")).single();
        assert_eq!(read("seremos 6 por favor"), Some(Value::Whole(6)));
        assert_eq!(read("seremos 6 kumquat"), None);
    }

    #[test]
    fn an_event_of_the_question_has_passed() {
        let read = |question: &str, text: &str| {
            let hearing = AnswerContext { question, ..hearing("en") };
            super::super::read(AnswerType::Date, &crate::inbound::InboundKind::Text { body: text.into() }, &hearing)
                .single()
        };
        let asked = "When did the leak start?";
        let past = read(asked, "on Wednesday");
        assert!(matches!(past, Some(Value::Date(day)) if day < hearing("en").now.date()), "{past:?}");
        assert_eq!(read(asked, "I first noticed it on Wednesday"), past);
        assert_eq!(read("When shall we come?", "I first noticed it on Wednesday"), None);
        assert_ne!(read("When shall we come?", "on Wednesday"), past);
    }

    #[test]
    fn a_counted_thing_of_the_question_may_stand_among_other_words() {
        let read = |question: &str, text: &str| {
            let hearing = AnswerContext { question, ..hearing("en") };
            read(AnswerType::Whole, text, &hearing).single()
        };
        assert_eq!(read("How many nights?", "we fancied three nights"), Some(Value::Whole(3)));
        assert_eq!(read("How many rooms?", "we fancied three nights"), None);
    }
}
