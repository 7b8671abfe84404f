//! Tells whether an aside explains the answer beside it: by a reason behind *that*, by an engagement at another day or
//! hour, by the time before or behind the answer, or by the names of those who are counted.

use super::{
    super::{
        AnswerType, frame,
        reasons::{CONDITIONS, Clause, Joint, UNKNOWN_CLAUSE_WORDS_MIN},
        units,
    },
    Hold, Part, Scene,
    harm::{is_taken_up, leaves},
    lists::{
        ABLE, AFTER, BEFORE, DENIAL_WORDS_MAX, EVENTS, LATE, MORE, NO_REASON, OTHERS, OtherWords, PLAIN_NO, UNSURE,
        WITH, WORKS,
    },
    says, stands,
};
use crate::matching::{has_word, starts_with};

impl Scene<'_> {
    /// True if the *that* of a clause begins no reason for the answer, or a reason against it: `venerdì, che non posso`.
    pub fn is_no_reason(&self, clause: &Clause<'_>, hold: Hold) -> bool {
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        // `que cobro` is a reason, `que va` is none.
        let is_verb = |word: &str| word.len() > OWN_VERB_BYTES_MIN && word.ends_with('o');
        let Some(first) = said.first().filter(|first| said.len() > 1 || is_verb(first)) else { return true };
        let names_other = self.names_another(clause, &said);
        let is_negated = stands(self.gate.own.around.nots, first) || PLAIN_NO.contains(first);
        let is_unable = || said.len() <= DENIAL_WORDS_MAX && said.iter().any(|word| ABLE.contains(word));
        let denies = is_negated
            && !names_other
            && !said.iter().any(|word| WORKS.contains(word))
            && (hold == Hold::Bare || is_unable());
        let is_other = hold == Hold::Bare && said.iter().any(|word| NO_REASON.contains(word));
        let others = || !frame::names_somebody(&self.asked) && self.is_of_others(&folded);
        let adds = || {
            hold == Hold::Bare
                || leaves(&said, self.gate.own)
                || said.iter().any(|word| UNSURE.contains(word))
                || hold != Hold::Final && self.adds_somebody(&said, &folded)
        };
        CONDITIONS.iter().any(|word| has_word(&folded, word))
            || says(&folded, self.words.hard)
            || denies
            || is_other
            || self.counts() && adds()
            || !self.counts() && hold == Hold::Bare && !names_other && others()
            || !self.gate.of_day
                && self.kind.is_some()
                && folded.chars().any(char::is_numeric)
                && !self.is_premise(clause)
    }

    pub fn names_another(&self, clause: &Clause<'_>, said: &[&str]) -> bool {
        let has_other = |kind| !self.values(kind, &clause.said).is_empty();
        self.gate.of_day && (self.kind.is_some_and(has_other) || self.names_a_day(said))
            || self.kind == Some(AnswerType::DateTime) && has_other(AnswerType::Time)
    }

    /// True for a clause with another day or hour that is taken, and that explains the answer before it: `friday,
    /// saturday I have a wedding`, `17:30, I finish at 5`.
    pub fn is_engaged(&self, part: &Part<'_>, hold: Hold) -> bool {
        let clause = &part.clause;
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let Some(words) = self.others() else { return false };
        let says_one = |list: &str| said.iter().any(|word| stands(list, word));
        let written = || clause.said.iter().any(|word| stands(words.engaged, &word.to_lowercase()));
        let is_theirs = || hold == Hold::Bare && self.is_of_others(&folded);
        let is_unable = || {
            says_one(self.gate.own.around.nots) && said.iter().any(|word| ABLE.contains(word) || WORKS.contains(word))
        };
        let is_event = || self.kind != Some(AnswerType::Date) && said.iter().any(|word| EVENTS.contains(word));
        let engages = || says_one(words.engaged) || written() || is_unable();
        self.gate.of_day
            && clause.joint == Joint::Mark
            && !part.asks
            && said.len() >= UNKNOWN_CLAUSE_WORDS_MIN
            && self.names_another(clause, &said)
            && (engages() || is_event())
            && !is_theirs()
            && (!says_one(words.agrees) || is_event())
            && !says(&folded, self.words.hard)
            && !CONDITIONS.iter().any(|word| has_word(&folded, word))
            && !is_taken_up(&folded, self.gate.own.language)
    }

    pub fn others(&self) -> Option<&'static OtherWords> {
        OTHERS.iter().find(|words| words.language == self.gate.own.language)
    }

    /// True for an aside about the time before the answer, which agrees to nothing: `friday, before that I'm away`.
    pub fn tells_before(&self, folded: &str) -> bool {
        let agrees = || {
            self.others().is_none_or(|words| folded.split(' ').any(|word| stands(words.agrees, word)))
                || folded.split(' ').any(|word| UNSURE.contains(&word))
        };
        let is_long = folded.split(' ').count() >= UNKNOWN_CLAUSE_WORDS_MIN;
        self.gate.of_day && is_long && BEFORE.iter().any(|start| starts_with(folded, start)) && !agrees()
    }

    /// True for a *not* about being late: `at 8, I can't be late`.
    pub fn fears_lateness(&self, said: &[&str]) -> bool {
        let is_not = |word: &&str| stands(self.gate.own.around.nots, word) || *word == "t";
        self.gate.of_day
            && said.len() >= UNKNOWN_CLAUSE_WORDS_MIN
            && said.iter().any(is_not)
            && said.iter().any(|word| LATE.contains(word))
            && !said.iter().any(|word| stands(self.words.that, word) || UNSURE.contains(word))
    }

    /// True for an aside about an engagement behind the answer: `at 10, afterwards I have the dentist`.
    pub fn tells_after(&self, said: &[&str], folded: &str) -> bool {
        let Some(words) = self.others() else { return false };
        let says_one = |list: &str| said.iter().any(|word| stands(list, word));
        self.gate.of_day
            && said.len() > 1
            && AFTER.iter().any(|start| starts_with(folded, start))
            && says_one(words.engaged)
            && !says_one(words.agrees)
            && !self.is_of_others(folded)
    }

    /// True for an aside that names the people of a count, the contact among them: `we're 3, my two sisters and me`.
    pub fn lists_people(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let and = self.and();
        let names_me = || said.iter().any(|word| ["me", "i", "yo", "moi", "ich", "eu", "io", "myself"].contains(word));
        let is_short = said.len() <= LIST_WORDS_MAX;
        self.counts()
            && is_short
            && units::asks_for_people(&self.asked)
            && said.first().is_some_and(|first| *first != and && !MORE.contains(first) && !WITH.contains(first))
            && said[1..].contains(&and)
            && names_me()
            && !said.iter().any(|word| MORE.contains(word) || UNSURE.contains(word))
            && !said
                .iter()
                .any(|word| ["come", "comes", "later", "vienen", "viennent", "kommen", "vem", "vengono"].contains(word))
    }
}

/// True for an aside that prefers or allows the time before or behind the answer: `friday, before that is better`.
pub fn goes_before(folded: &str, language: &str) -> bool {
    let others = OTHERS.iter().find(|words| words.language == language);
    BEFORE.iter().chain(&AFTER).any(|start| starts_with(folded, start))
        && others.is_some_and(|words| folded.split(' ').any(|word| stands(words.agrees, word)))
}

/// The shortest verb of the first person that is a reason by itself has more bytes: `que libro`.
const OWN_VERB_BYTES_MIN: usize = 3;
/// A longer list of people tells more than their names.
const LIST_WORDS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    fn is_taken(kind: AnswerType, question: &str, text: &str, language: &str) -> bool {
        let hearing = AnswerContext { question, ..hearing(language) };
        read(kind, &InboundKind::Text { body: text.into() }, &hearing).likely.len() == 1
    }

    #[test]
    fn that_begins_a_reason() {
        for (language, question, text, taken) in [
            ("es", "¿Qué día quiere venir?", "el martes q estoy de teletrabajo", true),
            ("es", "¿Qué día quiere venir?", "el martes que viene mi hermana", false),
            ("es", "¿Qué día quiere venir?", "el viernes, que no puedo", false),
            ("pt", "Que dia você quer vir?", "sexta, que sábado trabalho", true),
            ("it", "Che giorno vuole venire?", "venerdì che sabato ho un battesimo", true),
            ("it", "Che giorno vuole venire?", "giovedì che siete chiusi", false),
        ] {
            assert_eq!(is_taken(AnswerType::Date, question, text, language), taken, "{text}");
        }
    }

    #[test]
    fn another_day_or_hour_that_is_taken_explains_the_answer() {
        let day = "Which day would you like?";
        assert!(is_taken(AnswerType::Date, day, "friday would be great, saturday I have a wedding", "en"));
        assert!(!is_taken(AnswerType::Date, day, "friday, saturday works too", "en"));
        assert!(!is_taken(AnswerType::Date, day, "friday, before that is better", "en"));
        let hour = "Um wie viel Uhr möchten Sie kommen?";
        assert!(is_taken(AnswerType::Time, hour, "um 5, danach hab ich training", "de"));
        assert!(!is_taken(AnswerType::Time, hour, "um 5, um 6 passt mir besser", "de"));
    }
}
