//! Finds the value of a message that is not sure enough to be taken: beside an aside of unknown words, or in a question
//! whether it suits. The contact is asked whether it means this value.

use super::{
    super::{
        AnswerContext, AnswerType, inside,
        reading::Reading,
        reasons::{CLAUSES_MAX, CONDITIONS, Joint},
        words::wishes,
    },
    Hold, Part, Scene, says, stands,
};
use crate::matching::{fold, has_word};

/// The value of the only clause that has one, if no other clause gives it to somebody else or takes it back.
pub fn offered(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let Some(scene) = Scene::of(Some(kind), text, hearing) else { return Reading::default() };
    let own = scene.gate.own;
    let understand =
        |text: &str| Some(inside::offered(kind, text, hearing, own)).filter(|found| found.likely.len() == 1);
    let has_value = |said: &[&str]| {
        let is_now = |word: &&str| own.now.contains(&fold(word).as_str());
        let said: Vec<&str> = said.iter().copied().filter(|word| !is_now(word)).collect();
        inside::has_candidate(kind, &said, hearing, own)
    };
    scene.one_offered(text, &understand, &has_value).unwrap_or_default()
}

/// The place of the only option that a clause names, if no other clause gives it to somebody else or takes it back.
pub fn offered_option(
    text: &str,
    hearing: &AnswerContext<'_>,
    choose: impl Fn(&str) -> Option<usize>,
    names_one: impl Fn(&str) -> bool,
) -> Option<usize> {
    Scene::of(None, text, hearing)?.one_offered(text, &choose, &|said| names_one(&said.join(" ")))
}

impl Scene<'_> {
    fn one_offered<T: PartialEq>(
        &self,
        text: &str,
        understand: &dyn Fn(&str) -> Option<T>,
        has_value: &dyn Fn(&[&str]) -> bool,
    ) -> Option<T> {
        let parts = self.parts(text);
        let words: usize = parts.iter().map(|part| part.clause.said.len()).sum();
        if parts.len() > CLAUSES_MAX || !(2..=inside::SENTENCE_WORDS_MAX).contains(&words) {
            return None;
        }
        let (found, from) = self.sole(&parts, &|part| self.may_wish(part), understand, has_value)?;
        let hold = self.hold(&found.said, parts[found.place].clause.joint);
        let harms = |(place, part): (usize, &Part<'_>)| {
            let concludes = place < from && found.place == from;
            let may_hold_another = !concludes
                && ![Joint::Because, Joint::That].contains(&part.clause.joint)
                && !self.is_premise(&part.clause);
            place != found.place
                && (may_hold_another && has_value(&part.clause.said)
                    || self.forbids(part, place < found.place, concludes, hold))
        };
        let harms_behind = || {
            let aside = found.aside.clone().map(|clause| Part { clause, asks: false });
            aside.is_some_and(|part| {
                self.says_of(&part.clause, hold)
                    || self.is_for_others(&part.clause)
                    || self.forbids(&part, false, false, hold)
            })
        };
        let excepts = parts[found.place].clause.joint == Joint::But
            && parts[..found.place].iter().any(|part| part.clause.excepts());
        let is_changed = excepts || parts.iter().enumerate().any(harms) || harms_behind();
        (!is_changed).then_some(found.value)
    }

    /// False for a question about the business: `are you open on friday?` Whether a value suits, or whether it can be had,
    /// is asked about a wish.
    fn may_wish(&self, part: &Part<'_>) -> bool {
        let folded = part.clause.folded();
        if !part.asks && !inside::asks(&folded) {
            return true;
        }
        let says_one = |is_one: &dyn Fn(&str) -> bool| folded.split(' ').any(is_one);
        says_one(&|word| stands(self.words.suits, word))
            || says_one(&|word| wishes::is_wish(self.gate.own.language, word))
    }

    /// True if a clause beside the value denies it, takes it back, leaves it open or speaks of somebody or something else.
    fn forbids(&self, part: &Part<'_>, is_before: bool, is_premise: bool, hold: Hold) -> bool {
        let clause = &part.clause;
        let folded = clause.folded();
        if self.gate.is_idle(clause) {
            return false;
        }
        if is_premise || clause.joint == Joint::Because {
            return CONDITIONS.iter().any(|word| has_word(&folded, word)) || says(&folded, self.words.hard);
        }
        // `at 6 I pick up the kids so please not then`
        let is_negated = || folded.split(' ').any(|word| stands(self.gate.own.around.nots, word));
        if clause.joint == Joint::So && !is_before && is_negated() {
            return true;
        }
        if hold != Hold::Bare {
            return self.harms(part, is_before, is_premise, hold);
        }
        clause.joint == Joint::But && !is_before || self.gate.changes_by_its_words(clause, is_before)
    }
}
