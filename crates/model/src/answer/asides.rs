//! Reads an answer beside asides: `can I have 12 please they're for my mother`, `saturday works best, my sister comes then`.
//!
//! It goes on where `reasons` ends. A message is also split at line ends, signs and question marks, and at words with which
//! an aside begins without a mark. Beside an answer with a word of wish or agreement, an aside may speak of other people
//! and events; it may not set a condition, leave the answer open, take it back or hold another value.

use super::{
    AnswerContext, AnswerType, another, frame, inside,
    reading::{HOW_MANY, Reading},
    reasons::{self, CLAUSES_MAX, CONDITIONS, Clause, Gate, Joint, UNKNOWN_CLAUSE_WORDS_MIN},
    units,
    words::{self, Words, asides, asides::AsideWords, frames, joints},
};
use crate::{
    matching::{fold, has_word, starts_with},
    value::Value,
};

/// The value of the only clause that is understood, if the asides beside it change nothing.
pub fn read(
    kind: AnswerType,
    text: &str,
    hearing: &AnswerContext<'_>,
    by_itself: fn(AnswerType, &str, &AnswerContext<'_>, &'static Words) -> Reading,
) -> Reading {
    let Some(scene) = Scene::of(Some(kind), text, hearing) else { return Reading::default() };
    let own = scene.gate.own;
    let understand = |text: &str| Some(by_itself(kind, text, hearing, own)).filter(|found| !found.is_empty());
    let has_value = |said: &[&str]| {
        let is_now = |word: &&str| own.now.contains(&fold(word).as_str());
        let said: Vec<&str> = said.iter().copied().filter(|word| !is_now(word)).collect();
        inside::has_candidate(kind, &said, hearing, own)
    };
    let found = scene.only(text, &understand, &has_value).unwrap_or_default();
    let rejects_week = || scene.parts(text).iter().any(|part| scene.rejects_week(&part.clause));
    if found.likely.iter().any(|value| is_of_this_week(value, hearing)) && rejects_week() {
        return Reading::default();
    }
    found
}

/// True for a day before the next Monday.
fn is_of_this_week(value: &Value, hearing: &AnswerContext<'_>) -> bool {
    let today = hearing.now.date();
    let day = match value {
        Value::Date(day) => *day,
        Value::DateTime(at) => at.date(),
        _ => return false,
    };
    let left = i32::from(DAYS_OF_WEEK - today.weekday().to_monday_zero_offset());
    today.until(day).is_ok_and(|span| span.get_days() < left)
}

/// True for an hour that follows from another event's: in `our flight is at 9 so 6:30`, the hour is before the flight.
pub fn follows_from_an_event(text: &str, hearing: &AnswerContext<'_>) -> bool {
    let Some(scene) = Scene::of(Some(AnswerType::Time), text, hearing) else { return false };
    let parts = scene.parts(text);
    let has_hour = |part: &Part<'_>| {
        inside::has_candidate(AnswerType::Time, &part.clause.said, hearing, scene.gate.own)
            && !says(&part.clause.folded(), scene.words.own_day)
    };
    let conclusion = parts.iter().rposition(|part| part.clause.joint == Joint::So).unwrap_or(0);
    parts[..conclusion.min(CLAUSES_MAX)].iter().any(has_hour)
}

/// The place of the only option that a clause chooses, if the asides beside it change nothing.
pub fn chosen(
    text: &str,
    hearing: &AnswerContext<'_>,
    choose: impl Fn(&str) -> Option<usize>,
    names_one: impl Fn(&str) -> bool,
) -> Option<usize> {
    let scene = Scene::of(None, text, hearing)?;
    scene.only(text, &choose, &|said| names_one(&said.join(" ")))
}

/// A clause of the message.
struct Part<'a> {
    clause: Clause<'a>,
    /// True if a question mark ends it.
    asks: bool,
}

/// The clause that holds the answer.
struct Found<'a, T> {
    place: usize,
    value: T,
    /// The words of the answer, and the aside behind them that no mark separates.
    said: Vec<&'a str>,
    aside: Option<Clause<'a>>,
}

/// How firmly the words beside a value make it the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// The value alone: `friday, my sister comes then` may mean that Friday is taken.
    Bare,
    /// With a word of wish, promise or agreement.
    Committed,
    /// With a word of a complete count: `make it 7`.
    Final,
}

struct Scene<'a> {
    gate: Gate<'a>,
    words: &'static AsideWords,
    asked: String,
    /// `None`: an option.
    kind: Option<AnswerType>,
}

impl<'a> Scene<'a> {
    fn of(kind: Option<AnswerType>, text: &str, hearing: &'a AnswerContext<'a>) -> Option<Scene<'a>> {
        let own = words::own(hearing.language)?;
        if text.len() > inside::SENTENCE_BYTES_MAX || text.contains(['"', '%']) || another::is_denied_by_sign(text) {
            return None;
        }
        let of_day = matches!(kind, Some(AnswerType::Date | AnswerType::Time | AnswerType::DateTime));
        let gate = Gate { own, joints: joints::of(own.language)?, hearing, of_day };
        let asked = fold(&hearing.question.replace(['\'', '’'], " "));
        Some(Scene { gate, words: asides::of(own.language)?, asked, kind })
    }

    /// The value of the only clause that has one.
    fn only<T>(
        &self,
        text: &str,
        understand: &dyn Fn(&str) -> Option<T>,
        has_value: &dyn Fn(&[&str]) -> bool,
    ) -> Option<T> {
        let parts = self.parts(text);
        let words: usize = parts.iter().map(|part| part.clause.said.len()).sum();
        if parts.len() > CLAUSES_MAX || words > inside::SENTENCE_WORDS_MAX {
            return None;
        }
        // A conclusion takes the place of all that was said before it.
        let concludes = |part: &Part<'_>| part.clause.joint == Joint::So && has_value(&part.clause.said);
        let from = parts.iter().rposition(concludes).unwrap_or(0);
        let answers = |part: &Part<'_>| {
            let folded = part.clause.folded();
            let asks = inside::ASKS.iter().chain(&inside::ASKS_FOR_DAYS).any(|start| starts_with(&folded, start));
            // `can I pay by card?` is a wish.
            (!part.asks || self.kind.is_none())
                && !asks
                && part.clause.joint != Joint::Because
                && !self.rejects_week(&part.clause)
        };
        let hits = (from..parts.len()).filter(|place| answers(&parts[*place]));
        let mut hits = hits.filter_map(|place| self.find(place, &parts[place].clause, understand, has_value));
        let (Some(found), None) = (hits.next(), hits.next()) else { return None };
        let hold = self.hold(&found.said, parts[found.place].clause.joint);
        // `at 10:30 I work` and `red is my least favourite` say something about the value and do not choose it.
        let says_of = |aside: &Clause<'_>| {
            let folded = aside.folded();
            hold == Hold::Bare && !self.is_with(aside) && !is_part(&folded) && !says(&folded, self.words.confirms)
        };
        if found.aside.as_ref().is_some_and(says_of) || found.aside.is_none() && parts.len() == 1 {
            return None;
        }
        let harms = |(place, part): (usize, &Part<'_>)| {
            let concludes = place < from && found.place == from;
            let may_hold_another = !concludes && part.clause.joint != Joint::Because && !self.is_premise(&part.clause);
            place != found.place
                && !(place < found.place && self.rejects_week(&part.clause))
                && (may_hold_another && has_value(&part.clause.said)
                    || self.harms(part, place < found.place, concludes, hold))
        };
        let harms_behind = |aside: Clause<'_>| {
            let hold = if self.is_with(&aside) { Hold::Committed } else { hold };
            let strict = self.is_for_others(&aside)
                || self.gate.of_day
                    && has_word(&fold(aside.said[0]), self.and())
                    && !says(&aside.folded(), self.words.confirms)
                    && self.gate.changes(&aside, false, false);
            strict || self.harms(&Part { clause: aside, asks: false }, false, false, hold)
        };
        let is_changed = parts.iter().enumerate().any(harms) || found.aside.is_some_and(harms_behind);
        (!is_changed).then_some(found.value)
    }

    /// The clauses of a message.
    fn parts<'t>(&self, text: &'t str) -> Vec<Part<'t>> {
        let new = |joint| Part { clause: Clause { joint, said: Vec::new() }, asks: false };
        let mut parts = vec![new(Joint::Mark)];
        for line in text.lines() {
            let said: Vec<&str> = line.split_whitespace().collect();
            let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
            let mut place = 0;
            while place < said.len() {
                let word = said[place];
                let last = parts.last_mut().expect("the list begins with one clause");
                let joint = reasons::joint_at(&folded[place..], self.gate.joints);
                if joint.is_some() || word.starts_with(['(', '¿']) && !last.clause.said.is_empty() {
                    let (joint, length) = joint.unwrap_or((Joint::Mark, 0));
                    match last.clause.said.is_empty() {
                        true => last.clause.joint = joint,
                        false => parts.push(new(joint)),
                    }
                    place += length;
                    if length > 0 {
                        continue;
                    }
                }
                let last = parts.last_mut().expect("the list begins with one clause");
                let is_sign = word.chars().all(|c| "-–—…".contains(c) || c >= FIRST_PICTURE);
                if !is_sign {
                    last.clause.said.push(word);
                }
                last.asks |= word.contains('?');
                if is_sign || ends(word) || self.is_full_stop(word, folded.get(place + 1)) {
                    parts.push(new(Joint::Mark));
                }
                place += 1;
            }
            parts.push(new(Joint::Mark));
        }
        parts.retain(|part| part.clause.said.iter().any(|word| word.chars().any(char::is_alphanumeric)));
        parts
    }

    /// The answer of a clause: all of its words, or the words before an aside.
    fn find<'t, T>(
        &self,
        place: usize,
        clause: &Clause<'t>,
        understand: &dyn Fn(&str) -> Option<T>,
        has_value: &dyn Fn(&[&str]) -> bool,
    ) -> Option<Found<'t, T>> {
        if let Some(value) = understand(&clause.text()) {
            return Some(Found { place, value, said: clause.said.clone(), aside: None });
        }
        let starts = (1..clause.said.len()).rev().filter(|at| self.starts_aside(&clause.said, *at));
        starts.take(ASIDES_TRIED_MAX).find_map(|at| {
            let (said, behind) = clause.said.split_at(at);
            let hangs = said.last().is_some_and(|last| HANGING.contains(&fold(last).as_str()));
            if hangs || has_value(behind) || self.counts() && fold(behind[0]) == self.and() {
                return None;
            }
            let value = understand(&Clause { joint: clause.joint, said: said.to_vec() }.text())?;
            let first = fold(behind[0]);
            let joint = if THAT.contains(&first.as_str()) { Joint::Because } else { Joint::Mark };
            let aside = Clause { joint, said: behind.to_vec() };
            Some(Found { place, value, said: said.to_vec(), aside: Some(aside) })
        })
    }

    /// True for a full stop behind figures; in German it makes an ordinal.
    fn is_full_stop(&self, word: &str, next: Option<&String>) -> bool {
        let figures = word.strip_suffix('.').unwrap_or_default();
        let is_month =
            || next.is_some_and(|next| self.gate.own.months.iter().any(|names| names.contains(&next.as_str())));
        let is_figure = !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit());
        self.gate.own.language != "de" && is_figure && next.is_some() && !is_month()
    }

    fn starts_aside(&self, said: &[&str], at: usize) -> bool {
        let is_start = |word: &str| self.words.starts.split_whitespace().any(|start| start == word);
        is_start(&fold(said[at])) || self.is_courtesy(said[at - 1])
    }

    fn is_courtesy(&self, word: &str) -> bool {
        self.gate.own.polite.contains(&fold(word).as_str())
    }

    fn hold(&self, said: &[&str], joint: Joint) -> Hold {
        let is_past = self.kind == Some(AnswerType::Date) && frame::asks_behind_only(self.gate.hearing.question);
        let said: Vec<String> = said.iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
        // `I'll` counts as one word and as two.
        let has = |list: &str| {
            said.iter()
                .any(|word| stands(list, &word.replace(' ', "")) || word.split(' ').any(|part| stands(list, part)))
        };
        // `I am 34 and quite healthy`, but not `2 and a half`.
        let is_value = |word: &str| word.chars().any(char::is_numeric) || inside::is_signal(word);
        let is_measure = matches!(self.kind, Some(AnswerType::Number | AnswerType::Whole))
            && !self.counts()
            && said.first().is_some_and(|first| !is_value(first));
        match (has(self.words.finals), is_past || is_measure || joint == Joint::So || has(self.words.commits)) {
            (true, _) => Hold::Final,
            (false, true) => Hold::Committed,
            (false, false) => Hold::Bare,
        }
    }

    /// True if the question counts things or people.
    fn counts(&self) -> bool {
        matches!(self.kind, Some(AnswerType::Number | AnswerType::Whole))
            && HOW_MANY.iter().any(|phrase| has_word(&self.asked, phrase))
            && !MEASURED.iter().any(|word| has_word(&self.asked, word))
    }

    /// True for `not this week`, beside which only a day behind this week is the answer.
    fn rejects_week(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        self.gate.of_day && THIS_WEEK.iter().any(|week| has_word(&folded, week))
    }

    /// True for a clause whose value only explains the answer: the end of the contact's work, or the age of a guest.
    fn is_premise(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        match self.kind {
            Some(AnswerType::Time | AnswerType::DateTime) => says(&folded, self.words.own_day),
            Some(AnswerType::Date) => self.is_feast(&folded) && !self.names_a_date(clause),
            Some(AnswerType::Number | AnswerType::Whole) => {
                self.counts() && (self.is_feast(&folded) || is_part(&folded))
            }
            _ => false,
        }
    }

    /// True if a clause names a weekday, a month or a relative day; `my daughter's 1st birthday` names none.
    fn names_a_date(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        let own = self.gate.own;
        let names = own.weekdays.iter().chain(&own.months).flat_map(|names| names.iter().copied());
        let mut names = names.chain(own.relative.iter().flat_map(|(_, names)| names.iter().copied()));
        names.any(|name| name.len() > 2 && has_word(&folded, name))
    }

    /// True for words of a feast, and for `les 50 ans de mon père`.
    fn is_feast(&self, folded: &str) -> bool {
        let said: Vec<&str> = folded.split(' ').collect();
        let is_age = |three: &[&str]| {
            let is_figure = three[1].bytes().all(|byte| byte.is_ascii_digit());
            PLURALS.contains(&three[0]) && is_figure && ["ans", "anos", "anni"].contains(&three[2])
        };
        // `it's my mum's 60th`
        let is_ordinal = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with("th");
        said.iter().any(|word| stands(self.words.feasts, word))
            || said.iter().any(is_ordinal)
            || said.windows(3).any(is_age)
            || said.windows(2).any(|pair| pair == ["os", "anos"])
    }

    fn and(&self) -> &'static str {
        match self.gate.own.language {
            "es" => "y",
            "fr" => "et",
            "de" => "und",
            "pt" | "it" => "e",
            _ => "and",
        }
    }

    /// True if an aside may change the answer.
    fn harms(&self, part: &Part<'_>, is_before: bool, is_premise: bool, hold: Hold) -> bool {
        let clause = &part.clause;
        if self.gate.is_idle(clause) {
            return false;
        }
        let folded = self.without_otherwise(clause.folded());
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let is_condition = || CONDITIONS.iter().any(|word| has_word(&folded, word));
        let is_part = self.counts() && is_part(&folded);
        if clause.joint == Joint::But && !is_before && !is_part || is_condition() && !is_part {
            return true;
        }
        if part.asks {
            // `the ham one, is it halal?` depends on the reply.
            return self.kind.is_none() || is_before || hold == Hold::Bare || self.asks_about_it(&folded);
        }
        // `full day, I work till 6`
        let is_own_day = self.kind.is_none() && says(&folded, self.words.own_day);
        let hold = if hold == Hold::Bare && !is_before && (is_own_day || says(&folded, self.words.confirms)) {
            Hold::Committed
        } else {
            hold
        };
        let admits = || self.words.admits.split(',').any(|start| starts_with(&folded, start));
        let is_sorry = || said.first().is_some_and(|first| self.gate.joints.sorry.split(',').any(|one| one == *first));
        if is_premise || clause.joint == Joint::Because || is_before && is_sorry() || admits() {
            return says(&folded, self.words.hard);
        }
        if hold == Hold::Bare && !self.is_premise(clause) {
            return self.gate.changes(clause, is_before, is_premise);
        }
        says(&folded, self.words.hard)
            || self.takes_back(&said, is_before) && !(self.counts() && self.is_of_others(&folded))
            || self.counts() && hold != Hold::Final && self.adds_somebody(&said, &folded)
            || !self.gate.of_day && folded.chars().any(char::is_numeric) && !self.is_premise(clause)
            || self.gate.of_day && self.names_a_day(&said)
    }

    /// `chocolate, the kids would riot otherwise` gives a reason; an alternative would name another option.
    fn without_otherwise(&self, folded: String) -> String {
        let is_long = folded.split(' ').count() >= REASON_WORDS_MIN;
        let otherwise = OTHERWISE.iter().find(|word| self.kind.is_none() && is_long && has_word(&folded, word));
        otherwise.map_or(folded.clone(), |word| folded.replacen(word, "", 1))
    }

    /// True for a question whether the answer suits, or about another one.
    fn asks_about_it(&self, folded: &str) -> bool {
        let suits = || folded.split(' ').any(|word| stands(self.words.suits, word));
        says(folded, self.words.hard) || self.gate.of_day && suits()
    }

    /// True for the person of the business whom somebody wants: `saturday at 11 with Julie`.
    fn is_with(&self, aside: &Clause<'_>) -> bool {
        self.gate.of_day && WITH_WHOM.contains(&fold(aside.said[0]).as_str())
    }

    /// True for somebody else whom the answer suits: `saturday works for my husband`.
    fn is_for_others(&self, aside: &Clause<'_>) -> bool {
        let folded = aside.folded();
        let others = frames::of(self.gate.own.language).map_or("", |frame| frame.others);
        let is_for = FOR.contains(&fold(aside.said[0]).as_str()) || aside.said.len() <= UNKNOWN_CLAUSE_WORDS_MIN;
        let names = || {
            says(&folded, others)
                || folded.split(' ').any(|word| ["him", "them", "ella", "eux", "loro"].contains(&word))
        };
        (self.gate.of_day || self.kind.is_none()) && is_for && names() && !self.is_feast(&folded)
    }

    /// True for a short clause that is unable or unwilling, and for one with a *not* and a word that stands for the answer.
    fn takes_back(&self, said: &[&str], is_before: bool) -> bool {
        let nots = self.gate.own.around.nots;
        let is_negated = said.iter().any(|word| stands(nots, word) || *word == "t");
        let is_that = || said.iter().any(|word| stands(self.words.that, word));
        let is_unable = || said.len() <= DENIAL_WORDS_MAX && said.iter().any(|word| ABLE.contains(word));
        // `that day I don't work`
        if is_negated && said.len() >= UNKNOWN_CLAUSE_WORDS_MIN && said.iter().any(|word| WORKS.contains(word)) {
            return false;
        }
        // The Spanish, Portuguese and Italian *no* also negates a verb: `con tarjeta, no traigo cambio`.
        let is_of_verb = ["es", "pt", "it"].contains(&self.gate.own.language);
        let begins =
            || !is_of_verb && said.first().is_some_and(|first| stands(nots, first) || PLAIN_NO.contains(first));
        !is_before && begins()
            || is_negated && !is_before && (said.len() < UNKNOWN_CLAUSE_WORDS_MIN || is_unable() || is_that())
    }

    fn is_of_others(&self, folded: &str) -> bool {
        frames::of(self.gate.own.language).is_some_and(|frame| says(folded, frame.others))
    }

    /// True if a clause may add somebody or something to a count.
    fn adds_somebody(&self, said: &[&str], folded: &str) -> bool {
        let Some(frame) = frames::of(self.gate.own.language) else { return true };
        let is_absent = said.iter().any(|word| stands(self.words.absent, word));
        let is_feast = self.is_feast(folded);
        let is_with = said.first().is_some_and(|first| WITH.contains(first));
        // `a table for 2, somewhere quiet` adds nobody.
        let is_seat = said.iter().any(|word| SEATS.contains(word));
        let is_short = said.len() < UNKNOWN_CLAUSE_WORDS_MIN && !is_seat;
        let counts_people = || units::asks_for_people(&self.asked);
        let adds = || {
            comes_along(said) || says(folded, self.gate.joints.turns) || counts_people() && says(folded, frame.others)
        };
        !is_absent && !is_feast && !is_part(folded) && (is_with || is_short || adds())
    }

    fn names_a_day(&self, said: &[&str]) -> bool {
        let rest: Vec<String> = said.iter().map(|word| (*word).to_owned()).collect();
        self.kind != Some(AnswerType::Date) && super::beside::names_another_day(&rest, self.gate.own)
    }
}

/// True for a part of a count: `we are 5, one is a baby`.
fn is_part(folded: &str) -> bool {
    let said: Vec<&str> = folded.split(' ').collect();
    let is_one = said.len() > 2 && ONE.contains(&said[0]) && COPULAS.contains(&said[1]);
    is_one || INCLUDING.contains(&said[0])
}

/// True for words of somebody who may come along and be counted, too.
pub fn comes_along(said: &[&str]) -> bool {
    said.iter().any(|word| COMING_ALONG.contains(word))
}

/// True if a clause beside a yes or a no sets a condition or leaves it open. A clause of one or two words may name
/// another answer.
pub fn leaves_open(clause: &Clause<'_>, language: &str) -> bool {
    let folded = clause.folded();
    let is_condition = CONDITIONS.iter().any(|word| has_word(&folded, word));
    let is_open = asides::of(language).is_none_or(|words| says(&folded, words.hard));
    is_condition || is_open || clause.joint == Joint::But || clause.said.len() < UNKNOWN_CLAUSE_WORDS_MIN
}

fn ends(word: &str) -> bool {
    reasons::ends_clause(word) || word.ends_with(['?', ')', ':']) || word.ends_with("..") || word.ends_with('…')
}

fn stands(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

fn says(folded: &str, phrases: &str) -> bool {
    phrases.split(',').any(|phrase| has_word(folded, phrase.trim()))
}

/// Pictures begin behind the signs of mathematics.
const FIRST_PICTURE: char = '\u{2500}';
/// More beginnings of an aside are not tried in one clause.
const ASIDES_TRIED_MAX: usize = 4;
/// A longer denial denies something of its own: `medium, I can't handle the heat anymore`.
const DENIAL_WORDS_MAX: usize = 6;
/// Words before the reason of a Spanish, Portuguese or Italian answer: `el 2 de marzo, que es mi día libre`.
const THAT: [&str; 4] = ["que", "che", "because", "weil"];
const DAYS_OF_WEEK: i8 = 7;
/// Words for the week of today.
const THIS_WEEK: [&str; 6] =
    ["this week", "esta semana", "cette semaine", "diese woche", "essa semana", "questa settimana"];
/// Words with which a denial begins.
const PLAIN_NO: [&str; 7] = ["no", "nope", "non", "nein", "ne", "nee", "nao"];
/// Last words of an answer that goes on: `I can do friday if my mother …`.
#[rustfmt::skip]
const HANGING: [&str; 40] = [
    "if", "unless", "or", "and", "but", "not", "when", "that", "than", "before", "after", "si", "o", "y", "pero", "no", "cuando", "que", "antes", "despues", "ou", "et", "mais",
    "pas", "quand", "avant", "apres", "wenn", "falls", "oder", "und", "aber", "nicht", "se", "e", "mas", "nao", "ma", "non", "ne",
];
/// Words before somebody whom an answer suits.
const FOR: [&str; 7] = ["for", "para", "pour", "fur", "per", "pra", "a"];
/// People who may come along, and words of coming along.
#[rustfmt::skip]
const COMING_ALONG: [&str; 48] = [
    "kids", "children", "parents", "friends", "too", "also", "well", "each", "ninos", "hijos", "padres", "amigos", "suegros", "tambien", "cada", "enfants", "parents", "amis", "aussi",
    "chacun", "chacune", "beaux", "kinder", "eltern", "freunde", "auch", "jeder", "mit", "criancas", "filhos", "pais", "sogros", "tambem", "miudos", "bambini", "bimbi", "figli", "genitori",
    "amici", "anche", "pure", "ognuno", "suoceri", "oma", "opa", "nonna", "abuela", "mamie",
];
/// Verbs of work: whoever does not work is free.
#[rustfmt::skip]
const WORKS: [&str; 14] = [
    "work", "working", "trabajo", "trabajamos", "trabajar", "travaille", "bosse", "travaillons", "arbeite", "arbeiten", "trabalho", "trabalhamos", "lavoro", "lavoriamo",
];
/// Words of being able and willing.
#[rustfmt::skip]
const ABLE: [&str; 44] = [
    "can", "cant", "cannot", "could", "couldn", "wont", "won", "want", "work", "works", "doesn", "don", "puedo", "podemos", "puede", "va", "vale", "quiero", "queremos", "peux", "peut",
    "pouvons", "veux", "ca", "kann", "konnen", "geht", "passt", "klappt", "will", "schaffe", "schaff", "posso", "pode", "da", "consigo", "rola", "quero", "puo",
    "possiamo", "riesco", "voglio", "make", "able",
];
/// A shorter clause with an *otherwise* may be an alternative.
const REASON_WORDS_MIN: usize = 4;
const OTHERWISE: [&str; 7] = ["otherwise", "si no", "sinon", "sonst", "senao", "senno", "altrimenti"];
/// Words of a question for an age, a weight or a price, to which nobody adds somebody else.
#[rustfmt::skip]
const MEASURED: [&str; 22] = [
    "old", "age", "ages", "weigh", "anos", "edad", "ans", "pese", "depenser", "alt", "wiegt", "idade", "pesa", "gastar", "anni", "spendere",
    "spend", "euros", "euro", "pesos", "pounds", "dollars",
];
/// Articles before the age of somebody who is feasted.
const PLURALS: [&str; 6] = ["les", "los", "os", "i", "mis", "mes"];
/// Words for the place of a table.
#[rustfmt::skip]
const SEATS: [&str; 36] = [
    "quiet", "somewhere", "window", "terrace", "outside", "inside", "corner", "tranquilo", "tranquilito", "ventana", "terraza", "dentro", "fuera", "rincon",
    "calme", "terrasse", "fenetre", "dehors", "coin", "interieur", "ruhig", "ruhigen", "draussen", "drinnen", "fenster", "ecke", "sossegado", "janela", "esplanada",
    "fora", "canto", "tranquillo", "fuori", "finestra", "angolo", "giardino",
];
/// Words with which a part of a count begins.
const ONE: [&str; 9] = ["one", "uno", "una", "un", "une", "einer", "eine", "um", "uma"];
const COPULAS: [&str; 9] = ["is", "of", "es", "est", "ist", "e", "di", "de", "will"];
#[rustfmt::skip]
const INCLUDING: [&str; 20] = [
    "including", "counting", "incl", "incluyendo", "incluido", "contando", "dont", "compris", "inclus", "davon", "darunter", "inklusive", "inkl", "incluindo", "sendo", "compreso",
    "compresa", "compresi", "incluso", "inclusa",
];
/// Words before the person of the business whom somebody wants.
const WITH_WHOM: [&str; 7] = ["with", "con", "avec", "mit", "com", "bei", "chez"];
/// Words before somebody who comes along.
const WITH: [&str; 8] = ["with", "con", "avec", "mit", "com", "and", "plus", "mais"];
