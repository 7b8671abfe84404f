//! Reads an answer beside asides: `can I have 12 please they're for my mother`, `saturday works best, my sister comes then`.
//!
//! It goes on where `reasons` ends. A message is also split at line ends, signs and question marks, and at words with which
//! an aside begins without a mark. Beside an answer with a word of wish or agreement, an aside may speak of other people
//! and events; it may not set a condition, leave the answer open, take it back or hold another value.

mod claims;
mod excuses;
mod explaining;
mod harm;
mod lists;
mod offering;
mod parts;

use super::{
    AnswerContext, AnswerType, another, frame, inside,
    reading::{HOW_MANY, Reading},
    reasons::{CLAUSES_MAX, Clause, Gate, Joint, UNKNOWN_CLAUSE_WORDS_MIN},
    words::{self, Words, asides, asides::AsideWords, joints, wishes},
};
use crate::{
    matching::{fold, has_word},
    value::Value,
};
pub use explaining::goes_before;
use harm::is_part;
pub use harm::{comes_along, is_taken_up, leaves, leaves_open};
use lists::{ACCORDING, ASIDES_TRIED_MAX, DAYS_OF_WEEK, HANGING, MEASURED, ORDER_BYTES_MIN, SINCE, THIS_WEEK, WORKS};
pub use offering::{offered, offered_option};

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
    let has_value = |said: &[&str]| !scene.values(kind, said).is_empty();
    let is_other = |said: &[&str], found: &Reading| scene.values(kind, said).iter().all(|reading| reading != found);
    let mut found = scene.only(text, &understand, &has_value, &is_other).unwrap_or_default();
    if found.is_empty() && matches!(scene.parts(text).as_slice(), [only] if !only.asks) {
        found = inside::wished_alone(kind, text, hearing, own);
    }
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

/// True for an hour beside that of somebody else's event: `8 would be lovely, the babysitter comes at 7` may be in the
/// evening.
pub fn is_beside_an_event(text: &str, hearing: &AnswerContext<'_>) -> bool {
    let Some(scene) = Scene::of(Some(AnswerType::Time), text, hearing) else { return false };
    let has_hour =
        |part: &Part<'_>| inside::has_candidate(AnswerType::Time, &part.clause.said, hearing, scene.gate.own);
    let is_other = |part: &Part<'_>| has_hour(part) && !says(&part.clause.folded(), scene.words.own_day);
    scene.parts(text).iter().skip_while(|part| !has_hour(part)).skip(1).any(is_other)
}

/// The place of the only option that a clause chooses, if the asides beside it change nothing.
pub fn chosen(
    text: &str,
    hearing: &AnswerContext<'_>,
    choose: impl Fn(&str) -> Option<usize>,
    names_one: impl Fn(&str) -> bool,
) -> Option<usize> {
    let scene = Scene::of(None, text, hearing)?;
    scene.only(text, &choose, &|said| names_one(&said.join(" ")), &|_, _| true)
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
    fn only<T: PartialEq>(
        &self,
        text: &str,
        understand: &dyn Fn(&str) -> Option<T>,
        has_value: &dyn Fn(&[&str]) -> bool,
        is_other: &dyn Fn(&[&str], &T) -> bool,
    ) -> Option<T> {
        let parts = self.parts(text);
        let words: usize = parts.iter().map(|part| part.clause.said.len()).sum();
        if parts.len() > CLAUSES_MAX || words > inside::SENTENCE_WORDS_MAX {
            return None;
        }
        let is_reason = |part: &Part<'_>| {
            let folded = part.clause.folded();
            let is_negated = folded.split(' ').any(|word| stands(self.gate.own.around.nots, word));
            !part.asks
                && (!is_negated || folded.split(' ').any(|word| WORKS.contains(&word)))
                && (part.clause.said.len() >= UNKNOWN_CLAUSE_WORDS_MIN || part.clause.joint == Joint::That)
                && !self.gate.is_idle(&part.clause)
        };
        let gives_reason = parts.iter().any(is_reason);
        let answers = |part: &Part<'_>| {
            // `can I pay by card?` is a wish, and so is `could you squeeze me in tomorrow? I'm off then`
            let is_request =
                || self.is_request(&part.clause) || gives_reason && wishes::asks_for_itself(&part.clause.folded());
            (!part.asks || self.kind.is_none() || is_request()) && !inside::asks(&part.clause.folded())
        };
        let (found, from) = self.sole(&parts, &answers, understand, has_value)?;
        let hold = self.hold(&found.said, parts[found.place].clause.joint);
        let says_of = |aside: &Clause<'_>| self.says_of(aside, hold);
        // A request alone asks whether that day is free.
        let is_request = self.counts() && self.is_request(&parts[found.place].clause);
        if found.aside.as_ref().is_some_and(says_of) || found.aside.is_none() && parts.len() == 1 && !is_request {
            return None;
        }
        let harms = |(place, part): (usize, &Part<'_>)| {
            let concludes = place < from && found.place == from;
            let gives_reason = [Joint::Because, Joint::That].contains(&part.clause.joint);
            let is_list = || self.lists_people(&part.clause);
            let may_hold_another = !concludes && !gives_reason && !self.is_premise(&part.clause) && !is_list();
            let has_another = |said: &[&str]| has_value(said) && is_other(said, &found.value);
            let is_engaged = place > found.place && self.is_engaged(part, hold) || self.is_away_until(&part.clause);
            let is_engaged = is_engaged && is_other(&part.clause.said, &found.value);
            place != found.place
                && !is_engaged
                && !(place < found.place && self.rejects_week(&part.clause))
                && (may_hold_another && has_another(&part.clause.said)
                    || self.harms(part, place < found.place, concludes, hold))
        };
        let harms_behind = |aside: Clause<'_>| {
            if aside.joint == Joint::That {
                return self.is_no_reason(&aside, hold);
            }
            let behind = Part { clause: aside.clone(), asks: false };
            if self.is_engaged(&behind, hold) && is_other(&aside.said, &found.value) {
                return false;
            }
            let hold = if self.is_with(&aside) { Hold::Committed } else { hold };
            let strict = self.is_for_others(&aside)
                || self.gate.of_day
                    && has_word(&fold(aside.said[0]), self.and())
                    && !says(&aside.folded(), self.words.confirms)
                    && self.gate.changes(&aside, false, false);
            strict || self.harms(&Part { clause: aside, asks: false }, false, false, hold)
        };
        let is_changed = parts.iter().enumerate().any(harms) || found.aside.clone().is_some_and(harms_behind);
        (!is_changed).then_some(found.value)
    }

    /// The only clause that answers, and the place of the first one that counts: a conclusion takes the place of all that
    /// was said before it.
    fn sole<'t, T: PartialEq>(
        &self,
        parts: &[Part<'t>],
        answers: &dyn Fn(&Part<'_>) -> bool,
        understand: &dyn Fn(&str) -> Option<T>,
        has_value: &dyn Fn(&[&str]) -> bool,
    ) -> Option<(Found<'t, T>, usize)> {
        let concludes = |part: &Part<'_>| part.clause.joint == Joint::So && has_value(&part.clause.said);
        let from = parts.iter().rposition(concludes).unwrap_or(0);
        let may_answer =
            |part: &Part<'_>| part.clause.joint != Joint::Because && !self.rejects_week(&part.clause) && answers(part);
        let hits = (from..parts.len()).filter(|place| may_answer(&parts[*place]));
        let hits = hits.filter_map(|place| self.find(place, &parts[place].clause, understand, has_value));
        let mut hits: Vec<Found<'_, T>> = hits.collect();
        if hits.len() > 1 {
            let first = hits[0].place;
            let hold = self.hold(&hits[0].said, parts[first].clause.joint);
            let explains = |hit: &Found<'_, T>| {
                let part = &parts[hit.place];
                hit.aside.is_some() && (part.clause.joint == Joint::That || self.is_engaged(part, hold))
            };
            hits.retain(|hit| hit.place == first || !explains(hit));
            // `wir sind 9, oma wird 80`
            let is_age = |hit: &Found<'_, T>| self.counts() && self.is_feast(&parts[hit.place].clause.folded());
            if hits.iter().filter(|hit| !is_age(hit)).count() == 1 {
                hits.retain(|hit| !is_age(hit));
            }
            // `at noon sharp, at 12`
            hits.dedup_by(|later, first| later.value == first.value && later.aside.is_none());
        }
        let (Some(found), None) = (hits.pop(), hits.pop()) else { return None };
        Some((found, from))
    }

    /// True if words behind a bare value say something about it and do not choose it: `at 10:30 I work`, `red is my least
    /// favourite`, `2 heures de route`.
    fn says_of(&self, aside: &Clause<'_>, hold: Hold) -> bool {
        let folded = aside.folded();
        // `2 que no comen carne` are some of them.
        let is_measure = matches!(self.kind, Some(AnswerType::Number | AnswerType::Whole)) && !self.counts();
        // `120.000 km e nunca deu problema`
        let is_half = aside
            .said
            .get(1)
            .is_some_and(|word| self.gate.own.and_half.contains(&format!("{}{}", self.and(), fold(word)).as_str()));
        let goes_on = fold(aside.said[0]) == self.and() && aside.said.len() > UNKNOWN_CLAUSE_WORDS_MIN && !is_half;
        let is_source = || ACCORDING.contains(&fold(aside.said[0]).as_str());
        let is_reason = aside.joint == Joint::That && !self.counts() || is_measure && (goes_on || is_source());
        hold == Hold::Bare
            && !is_reason
            && !self.is_with(aside)
            && !is_part(&folded)
            && !says(&folded, self.words.confirms)
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
            let hangs =
                said.last().is_some_and(|last| HANGING.contains(&fold(last).as_str()) || self.is_that(&fold(last)));
            let is_that = behind.len() > 1 && (self.is_that(&fold(behind[0])) || self.is_purpose(behind));
            let explains = || {
                let part = Part { clause: Clause { joint: Joint::Mark, said: behind.to_vec() }, asks: false };
                self.is_courtesy(said[at - 1]) && self.is_engaged(&part, self.hold(said, Joint::Mark))
            };
            if hangs
                || has_value(behind) && !(is_that && self.kind.is_some()) && !explains()
                || self.counts() && fold(behind[0]) == self.and()
            {
                return None;
            }
            let value = understand(&Clause { joint: clause.joint, said: said.to_vec() }.text())?;
            let (joint, behind) = if is_that { (Joint::That, &behind[1..]) } else { (Joint::Mark, behind) };
            let aside = Clause { joint, said: behind.to_vec() };
            Some(Found { place, value, said: said.to_vec(), aside: Some(aside) })
        })
    }

    /// The values of a clause that may be meant, without words for the present moment, without the beginning of a state
    /// (`since thursday`) and, for a number, without days (`on repart le 24`).
    fn values(&self, kind: AnswerType, said: &[&str]) -> Vec<Reading> {
        let own = self.gate.own;
        let is_now = |word: &&str| own.now.contains(&fold(word).as_str());
        let mut said: Vec<&str> = said.iter().copied().filter(|word| !is_now(word)).collect();
        if kind == AnswerType::Date && !frame::asks_behind_only(self.gate.hearing.question) {
            let since = said.iter().position(|word| SINCE.contains(&fold(word).as_str()));
            said.truncate(since.filter(|place| *place > 0).unwrap_or(said.len()));
        }
        if self.counts() {
            said = self.without_days(&said);
        }
        inside::candidate_readings(kind, &said, self.gate.hearing, own)
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
        // `mándame 4`, `dammene 5`
        let is_order = |word: &String| {
            let ends: &[&str] = match self.gate.own.language {
                "es" => &["ame", "eme", "nme", "anos"],
                "it" => &["ami", "mmi", "imi", "emi", "mene"],
                _ => &[],
            };
            word.len() >= ORDER_BYTES_MIN && ends.iter().any(|end| word.ends_with(end))
        };
        let is_measure = is_measure || said.iter().any(is_order);
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

    /// True if the clause asks the business to do something for the contact.
    fn is_request(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        let said: Vec<String> = folded.split(' ').map(str::to_owned).collect();
        wishes::is_request(self.gate.own.language, &said)
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
}

fn stands(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

fn says(folded: &str, phrases: &str) -> bool {
    phrases.split(',').any(|phrase| has_word(folded, phrase.trim()))
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    fn is_taken(kind: AnswerType, question: &str, text: &str, language: &str) -> bool {
        let hearing = AnswerContext { question, ..hearing(language) };
        read(kind, &InboundKind::Text { body: text.into() }, &hearing).likely.len() == 1
    }

    #[test]
    fn an_aside_begins_without_a_mark() {
        let roses = "How many roses would you like?";
        assert!(is_taken(AnswerType::Whole, roses, "can I have 12 please they're for my wife's birthday", "en"));
        assert!(is_taken(
            AnswerType::Date,
            "¿Qué día quiere venir?",
            "el 2 de marzo por favor que es mi día libre",
            "es"
        ));
        assert!(!is_taken(AnswerType::Date, "Which day would you like?", "friday is when I work", "en"));
    }

    #[test]
    fn beside_a_wish_another_person_is_a_reason() {
        let day = "Which day would you like?";
        assert!(is_taken(AnswerType::Date, day, "saturday would be great, my sister comes then", "en"));
        assert!(!is_taken(AnswerType::Date, day, "saturday, my sister comes then", "en"));
        assert!(!is_taken(AnswerType::Date, day, "saturday works for my sister", "en"));
        assert!(!is_taken(AnswerType::Date, day, "saturday would be great, I'll ask my sister", "en"));
    }

    #[test]
    fn company_may_be_counted_too() {
        let people = "How many people is the table for?";
        assert!(is_taken(AnswerType::Whole, people, "just the 3 of us, grandma isn't coming anymore", "en"));
        assert!(!is_taken(AnswerType::Whole, people, "table for 3 please, grandma comes too", "en"));
        assert!(!is_taken(AnswerType::Whole, people, "we're 5, one is not coming", "en"));
    }

    #[test]
    fn an_hour_before_another_event_is_asked_back() {
        let asked = "When should the taxi come?";
        assert!(!is_taken(AnswerType::Time, asked, "our flight is at 9 so 6:30 please", "en"));
        assert!(is_taken(AnswerType::Time, asked, "our flight is at 9 so 6:30am please", "en"));
    }
}
