//! Tells whether an aside only tells how the contact is: its pain, its absence until the answer, its keys, or somebody at
//! home. Such an aside changes no day, hour or count, though it has words of possession or a *not*.

mod lists;

use super::{
    super::{
        AnswerType, inside,
        reasons::{CONDITIONS, Clause, Joint, UNKNOWN_CLAUSE_WORDS_MIN},
    },
    Scene,
    lists::{AFTER, MORE, UNSURE},
    stands,
};
use crate::matching::{has_word, starts_with};
use lists::{
    ABSENT, ALL_DAY, BARELY, BEAR, BODY, DOING, DOUBTS, HOME, KEYS, LIKE_THIS, NOTHING, PHYSICAL, SOMEBODY, UNTIL,
    WAITING, WAITS_FOR,
};

impl Scene<'_> {
    /// True for an aside that tells only how or where the contact is.
    pub fn is_excuse(&self, clause: &Clause<'_>, is_before: bool) -> bool {
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let has = |words: &[&str]| said.iter().any(|word| words.contains(word));
        let is_open = CONDITIONS.iter().any(|word| has_word(&folded, word)) || has(&UNSURE) || inside::asks(&folded);
        let is_open = is_open || IFS.iter().any(|(language, word)| *language == self.gate.own.language && has(&[word]));
        let waits = |words: usize| {
            self.gate.of_day
                && said.len() >= words
                && WAITING.iter().any(|start| starts_with(&folded, start))
                && !is_before
                && !has(&WAITS_FOR)
                && !folded.chars().any(char::is_numeric)
        };
        if !is_open && waits(2) {
            return true;
        }
        if said.len() < UNKNOWN_CLAUSE_WORDS_MIN || is_open || clause.joint == Joint::But {
            return false;
        }
        let is_negated =
            said.iter().any(|word| stands(self.gate.own.around.nots, word) || ["no", "t", "cant"].contains(word));
        let is_theirs = self.is_of_others(&folded);
        if self.counts() {
            let leaves_all = !has(&MORE) && !is_theirs && !folded.chars().any(char::is_numeric) && !is_negated;
            let is_simple = clause.joint == Joint::So && has(&NOTHING);
            let is_later = AFTER.iter().chain(&["then", "despues", "after"]).any(|start| starts_with(&folded, start));
            return !is_before && leaves_all && !super::comes_along(&said) && (is_simple || is_later);
        }
        if !self.gate.of_day || DOUBTS.iter().any(|phrase| has_word(&folded, phrase)) {
            return false;
        }
        let is_doing = || has(&DOING) || folded.chars().any(char::is_numeric);
        // `I can't even walk`, `no aguanto otro finde así`
        let is_in_pain = has(&BODY) && !is_doing() && !is_theirs
            || (is_negated || has(&BARELY)) && has(&PHYSICAL) && !is_theirs
            || is_negated && has(&BEAR) && LIKE_THIS.iter().any(|phrase| has_word(&folded, phrase));
        // `a chave fica na portaria`
        let has_keys = has(&KEYS) && !is_negated && !is_theirs && !is_doing();
        let is_at_home =
            !is_negated && has(&SOMEBODY) && (has(&HOME) || ALL_DAY.iter().any(|phrase| has_word(&folded, phrase)));
        is_in_pain || has_keys || is_at_home && !is_before
    }

    /// True for an aside about an absence until another day: `sábado 24, até sexta estamos viajando`.
    pub fn is_away_until(&self, clause: &Clause<'_>) -> bool {
        let folded = clause.folded();
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let is_negated = said.iter().any(|word| stands(self.gate.own.around.nots, word));
        matches!(self.kind, Some(AnswerType::Date | AnswerType::DateTime))
            && UNTIL.iter().any(|phrase| has_word(&folded, phrase))
            && said.iter().any(|word| ABSENT.contains(word))
            && !is_negated
            && !self.is_of_others(&folded)
            && !CONDITIONS.iter().any(|word| has_word(&folded, word))
    }
}

/// For each language, the words of a condition. The Italian *si* and the Portuguese *se* are pronouns, too.
const IFS: [(&str, &str); 8] = [
    ("es", "si"),
    ("fr", "si"),
    ("fr", "s"),
    ("pt", "se"),
    ("it", "se"),
    ("de", "wenn"),
    ("en", "if"),
    ("de", "wenns"),
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    #[test]
    fn an_excuse_changes_no_day() {
        for (language, question, text, taken) in [
            ("es", "¿Qué día quiere venir?", "el jueves, tengo la espalda fatal", true),
            ("es", "¿Qué día quiere venir?", "el jueves, tengo una reunión", false),
            ("es", "¿Qué día quiere venir?", "el jueves, tengo cita para la espalda", false),
            ("it", "Che giorno vuole venire?", "domani, non riesco neanche a camminare", true),
            ("it", "Che giorno vuole venire?", "domani, non riesco neanche a venire", false),
            ("en", "Which day would you like?", "monday, I can't face another weekend like this", true),
            ("en", "Which day would you like?", "monday, I can't face it", false),
            ("pt", "Que dia podemos entregar?", "sábado 24 de outubro de 2026, até sexta estamos viajando", false),
            ("pt", "Que dia podemos entregar?", "domingo, até sábado estamos viajando", true),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Date, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(found.likely.len() == 1, taken, "{text}");
        }
    }
}
