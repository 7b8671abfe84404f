//! The answer inside a sentence: `I'm 30`, `let's say Friday`, `my number is …`.
//!
//! Exactly one candidate of the asked type is taken; two are given back both. A candidate that could be anything (`5`,
//! `Friday`) counts only among words that say nothing else; one that could be nothing else (`12 May 1985`, `10:30`,
//! `72 kg`) also among strange words, unless they negate, compare or put off.

use super::{
    AnswerType, Hearing, clock,
    custom::Custom,
    email, number,
    reading::{self, Reading},
    words::{self, Part, Words, around::Around},
};
use crate::{
    base::phone,
    model::{
        matching::{fold, has_word},
        value::Value,
    },
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

/// Longer texts are no answer to a question for one value.
const SENTENCE_WORDS_MAX: usize = 30;
const SENTENCE_BYTES_MAX: usize = 400;
/// `on Friday the 27th of November at half past four`.
const CANDIDATE_WORDS_MAX: usize = 9;

/// The number, day, time or moment that stands in a sentence.
pub fn read(kind: AnswerType, text: &str, hearing: &Hearing<'_>) -> Reading {
    // A question asks something of us: `are you open on Friday?`
    if text.len() > SENTENCE_BYTES_MAX || text.contains(['?', '¿']) {
        return Reading::default();
    }
    let all: Vec<&str> = text.split_whitespace().collect();
    if all.len() < 2 || all.len() > SENTENCE_WORDS_MAX {
        return Reading::default();
    }
    let own = words::own(hearing.language);
    let reading = own.map(|own| in_language(kind, &all, hearing, own, false)).unwrap_or_default();
    if !reading.is_empty() {
        return reading;
    }
    // Somebody who writes another language than is known: then every word must be of that one.
    let others = words::all(hearing.language).filter(|words| own.is_none_or(|own| own.language != words.language));
    let mut found = others.map(|words| in_language(kind, &all, hearing, words, true)).filter(|found| !found.is_empty());
    let first = found.next().unwrap_or_default();
    if found.all(|other| other == first) { first } else { Reading::default() }
}

/// By the words of one language; a foreign one must explain each word.
fn in_language(
    kind: AnswerType,
    all: &[&str],
    hearing: &Hearing<'_>,
    words: &'static Words,
    is_foreign: bool,
) -> Reading {
    let outside = |inside: &dyn Fn(usize) -> bool| -> Vec<String> {
        let rest = all.iter().enumerate().filter(|(place, _)| !inside(*place)).map(|(_, word)| fold(word));
        rest.flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    match candidates(kind, all, hearing, words).as_slice() {
        [one] => {
            let rest = outside(&|place| one.holds(place));
            if one.stands_in(&rest, words, hearing, is_foreign) { one.reading.clone() } else { Reading::default() }
        }
        [first, second] if !is_foreign => {
            let rest = outside(&|place| first.holds(place) || second.holds(place));
            let between = all[first.end..second.start].iter().map(|word| fold(word)).collect::<Vec<_>>();
            let first = with_tail_of(first.clone(), second, all, hearing, words);
            either(&first, second, &rest, &between, words.around)
        }
        _ => Reading::default(),
    }
}

/// Words of a message that are of the asked type.
#[derive(Debug, Clone)]
struct Candidate {
    start: usize,
    end: usize,
    reading: Reading,
    /// It could be nothing else.
    is_plain: bool,
    kind: AnswerType,
    /// The word before it, folded.
    before: String,
}

impl Candidate {
    fn holds(&self, place: usize) -> bool {
        (self.start..self.end).contains(&place)
    }

    /// The other words of the message leave it what it is.
    fn stands_in(&self, rest: &[String], words: &Words, hearing: &Hearing<'_>, is_foreign: bool) -> bool {
        if rest.iter().any(|word| word.chars().any(char::is_numeric)) || is_negated(rest, words, hearing) {
            return false;
        }
        let around = words.around;
        let own = words::own(hearing.language).map_or(around, |own| own.around);
        let marks = |around: &Around| match self.kind {
            AnswerType::Number | AnswerType::Whole => around.hour_marks,
            AnswerType::Date => around.each_marks,
            _ => around.span_marks,
        };
        let marked = |around: &Around| marks(around).split_whitespace().any(|mark| mark == self.before);
        if !self.is_plain && (marked(around) || marked(own)) {
            return false;
        }
        let said = rest.join(" ");
        if names(around.spoilers, &said) || names(own.spoilers, &said) || self.is_past_and_ahead(rest, around, hearing)
        {
            return false;
        }
        // `four and a half in the afternoon` is no number.
        let is_number = matches!(self.kind, AnswerType::Number | AnswerType::Whole);
        let mut parts = words.parts.iter().filter(|(part, _)| *part != Part::Am).flat_map(|(_, names)| names.iter());
        let of_a_day = |word: &String| {
            names_a_day(word, words) || words.units.iter().any(|(_, names)| names.contains(&word.as_str()))
        };
        if is_number && (parts.any(|name| has_word(&said, name)) || rest.iter().any(of_a_day)) {
            return false;
        }
        let carried = |word: &String| {
            let word = word.as_str();
            word.is_empty() || CARRIERS[words.language].contains(word) || word.chars().all(|c| !c.is_alphanumeric())
        };
        let is_plain = self.is_plain && !is_foreign && !rest.iter().any(|word| names_a_day(word, words));
        is_plain || rest.iter().all(carried)
    }

    /// `it was Friday` speaks of a day that has been, and no Friday ahead is meant.
    fn is_past_and_ahead(&self, rest: &[String], around: &Around, hearing: &Hearing<'_>) -> bool {
        let says_past = || around.past.split_whitespace().any(|word| rest.iter().any(|said| said == word));
        let ahead = |value: &Value| match value {
            Value::Date(date) => *date > hearing.now.date(),
            Value::DateTime(at) => *at > hearing.now,
            _ => false,
        };
        self.reading.likely.iter().any(ahead) && says_past()
    }
}

/// All that reads as the type and does not lie in a longer text that does.
fn candidates(kind: AnswerType, all: &[&str], hearing: &Hearing<'_>, words: &'static Words) -> Vec<Candidate> {
    // Numbers and short days are read by the contact's own words: these are taken for its own.
    let hearing = &Hearing { language: words.language, ..hearing.clone() };
    let whole = fold(&all.join(" "));
    let mut found: Vec<Candidate> = Vec::new();
    for length in (1..=all.len().min(CANDIDATE_WORDS_MAX)).rev() {
        for start in 0..=all.len() - length {
            let end = start + length;
            let these = &all[start..end];
            let inside = |c: &Candidate| c.start <= start && end <= c.end;
            if found.iter().any(inside) || !is_worth_reading(these) {
                continue;
            }
            let text = these.join(" ");
            let text = text.trim_matches(|c: char| ",;:!.…\"'()*_~".contains(c) && c != '.').trim_end_matches('.');
            // `one` may be no number at all.
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
                found.push(Candidate { start, end, reading, is_plain, kind, before });
            }
        }
    }
    found.sort_by_key(|candidate| (candidate.start, candidate.end));
    // Said twice it is still one.
    found.dedup_by(|later, first| later.reading == first.reading && later.start >= first.end);
    let overlap = found.windows(2).any(|pair| pair[1].start < pair[0].end);
    if overlap { Vec::new() } else { found }
}

/// The `mañana` of `por la mañana` is no tomorrow.
fn is_part_of_a_part(text: &str, whole: &str, words: &Words) -> bool {
    let folded = fold(text);
    let names = words.parts.iter().chain(words.day_parts).flat_map(|(_, names)| names.iter());
    let mut longer = names.filter(|name| name.contains(' ') && has_word(whole, name) && !has_word(&folded, name));
    longer.any(|name| has_word(name, &folded))
}

/// A sentence ends at its last word at the earliest, and a figure or a word of days, times and numbers is in it.
fn is_worth_reading(these: &[&str]) -> bool {
    let Some((last, before)) = these.split_last() else { return false };
    let ends = |word: &&str| word.ends_with(['!', ';', ':']);
    let says = |word: &&str| {
        let mut parts = word.split(['\'', '’']).chain([*word]);
        parts.any(|part| part.chars().any(char::is_numeric) || fold(part).split(' ').any(|word| SIGNALS.contains(word)))
    };
    !before.iter().any(ends) && these.iter().any(says) && (says(last) || before.iter().any(says))
}

/// It could be nothing else: a full date, a time with its minutes or its half of the day, an amount with its unit.
fn is_plain(kind: AnswerType, text: &str, hearing: &Hearing<'_>) -> bool {
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

/// Two that exclude each other, with nothing that makes a span of them.
fn either(first: &Candidate, second: &Candidate, rest: &[String], between: &[String], around: &Around) -> Reading {
    let ([one], [other]) = (first.reading.likely.as_slice(), second.reading.likely.as_slice()) else {
        return Reading::default();
    };
    let or = |word: &&String| around.or.split_whitespace().any(|or| or == word.as_str());
    let others: Vec<String> = rest.iter().filter(|word| !or(word)).cloned().collect();
    let span = around.ranges.split(',').any(|range| range == between.join(" "));
    // Of days and times side by side nobody knows whether both are meant; `I am 30 and my wife is 28` are two numbers.
    let apart = match first.kind {
        AnswerType::Number | AnswerType::Whole => between.len() > 1,
        _ => false,
    };
    let joined = rest.iter().any(|word| or(&word));
    let figures = others.iter().any(|word| word.chars().any(char::is_numeric));
    let negated = around.nots.split_whitespace().any(|not| others.iter().any(|word| word == not));
    if span
        || !(joined || apart)
        || figures
        || negated
        || names(around.spoilers, &others.join(" "))
        || first.kind != second.kind
    {
        return Reading::default();
    }
    Reading { likely: vec![one.clone(), other.clone()], unlikely: Vec::new() }
}

/// Of `10 or 11 pm` both are in the evening: what stands behind the second belongs to the first, too.
fn with_tail_of(
    mut first: Candidate,
    second: &Candidate,
    all: &[&str],
    hearing: &Hearing<'_>,
    words: &'static Words,
) -> Candidate {
    let text = |candidate: &Candidate| all[candidate.start..candidate.end].join(" ");
    let (head, behind) = (text(&first), text(second));
    let tail = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim();
    if clock::is_mere_number(&head) && !tail.is_empty() && behind.starts_with(|c: char| c.is_ascii_digit()) {
        let together = reading::whole(first.kind, &format!("{head} {tail}"), hearing, &[words]);
        if !together.is_empty() {
            first.reading = together;
        }
    }
    first
}

/// Two mail addresses or numbers are given back both, one is the answer, unless it is the one that is not meant.
pub fn addresses(kind: AnswerType, text: &str, hearing: &Hearing<'_>) -> Reading {
    if text.len() > SENTENCE_BYTES_MAX {
        return Reading::default();
    }
    let found: BTreeSet<(usize, String)> = match kind {
        AnswerType::Email => mails(text),
        _ => phones(text, hearing),
    };
    let mut values: Vec<Value> = Vec::new();
    let mut without = text.to_owned();
    for (place, address) in &found {
        let value = Value::text(address.as_str());
        if !values.contains(&value) {
            values.push(value);
        }
        without.replace_range(*place..(*place + 1).min(text.len()), " ");
    }
    let rest: Vec<String> = fold(&without).split(' ').map(str::to_owned).collect();
    let own = words::own(hearing.language).or_else(|| words::own("en"));
    if values.len() > 2 || own.is_some_and(|own| is_negated(&rest, own, hearing)) {
        return Reading::default();
    }
    Reading { likely: values, unlikely: Vec::new() }
}

fn mails(text: &str) -> BTreeSet<(usize, String)> {
    let marks = |c: char| c.is_whitespace() || "<>()[],;:\"'!?".contains(c);
    let parts = text.split(marks).filter(|part| part.contains('@'));
    parts.filter_map(|part| Some((part.as_ptr() as usize - text.as_ptr() as usize, email(part)?))).collect()
}

/// Runs of figures and the marks that people put between them.
fn phones(text: &str, hearing: &Hearing<'_>) -> BTreeSet<(usize, String)> {
    let belongs = |c: char| c.is_ascii_digit() || " \u{a0}\u{202f}+().-/\u{2010}\u{2011}".contains(c);
    let mut found = BTreeSet::new();
    for run in text.split(|c: char| !belongs(c)) {
        let run = run.trim_matches(|c: char| !c.is_ascii_digit() && !"+(".contains(c));
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        // `12/05/1985` is a day.
        let day = run.split(['.', '/', '-']).map(str::len).eq([2, 2, 4]);
        if digits < PHONE_DIGITS_MIN || day {
            continue;
        }
        let place = run.as_ptr() as usize - text.as_ptr() as usize;
        found.extend(phone::read(run, hearing.phone.and_then(phone::country)).map(|number| (place, number)));
    }
    found
}

/// Shorter runs of figures in a sentence are no number that could be called from elsewhere.
const PHONE_DIGITS_MIN: usize = 5;

/// A word says that the candidate is not meant: of the contact's language, or one that no other language has.
fn is_negated(rest: &[String], words: &Words, hearing: &Hearing<'_>) -> bool {
    let nots = |words: &Words, word: &str| words.around.nots.split_whitespace().any(|not| not == word);
    let own = |word: &str| words::own(hearing.language).is_some_and(|own| nots(own, word));
    rest.iter().any(|word| nots(words, word) || own(word) || NOTS.contains(&word.as_str()))
}

/// Understood as a negation in any sentence.
const NOTS: [&str; 8] = ["not", "nicht", "kein", "keine", "pas", "nao", "never", "nunca"];

fn names(phrases: &str, said: &str) -> bool {
    phrases.split(',').any(|phrase| has_word(said, phrase.trim()))
}

/// A month or a day of the week stands beside a full date: it belongs to another one.
fn names_a_day(word: &str, words: &Words) -> bool {
    words.months.iter().chain(&words.weekdays).any(|names| names.contains(&word) && word.len() > 2)
}

/// By language, the words that may stand around a weak candidate.
static CARRIERS: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let table = |words: &'static Words| {
        let manners = words.polite.iter().chain(words.about).flat_map(|phrase| phrase.split(' '));
        (words.language, words.around.carriers.split_whitespace().chain(manners).collect())
    };
    words::all("").map(table).collect()
});

static MONTHS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    words::all("").flat_map(|words| words.months.iter().flat_map(|names| names.iter().copied())).collect()
});

/// Words of which at least one stands in each day, time and number.
static SIGNALS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut all: HashSet<String> = HashSet::new();
    for words in words::all("") {
        let lists = words.weekdays.iter().chain(&words.months).flat_map(|names| names.iter().copied());
        let lists = lists.chain(words.relative.iter().flat_map(|(_, names)| names.iter().copied()));
        let lists = lists.chain(words.relative_parts.iter().flat_map(|(_, _, names)| names.iter().copied()));
        let lists = lists.chain(words.noon.iter().chain(words.midnight).chain(words.now).copied());
        let lists = lists.chain(words.units.iter().flat_map(|(_, names)| names.iter().copied()));
        all.extend(lists.flat_map(|phrase| phrase.split(' ')).map(str::to_owned));
        all.extend(words.small_numbers());
    }
    all
});

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
}
