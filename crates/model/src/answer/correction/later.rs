//! Reads a message that corrects its own first value: `3, no, 4`, `20h pardon 21h`, `el 10, bueno mejor el 11`.

use crate::{
    answer::{
        AnswerContext, AnswerType, inside,
        reading::{Reading, whole_in_any},
        words,
    },
    matching::fold,
};

/// The words of one language between a value and the one that replaces it, folded.
struct Correcting {
    language: &'static str,
    /// Words behind which the later value counts.
    sure: &'static [&'static str],
    /// A word that takes the first value back or rejects the second one: `3, no 4`. With a comma behind it, it takes back.
    unsure: &'static str,
}

#[rustfmt::skip]
const CORRECTING: [Correcting; 6] = [
    Correcting { language: "en", unsure: "no", sure: &[
        "no wait", "no sorry", "sorry", "oops", "i mean", "i meant", "make that", "or rather", "no make it", "actually", "wait no", "no actually",
    ] },
    Correcting { language: "es", unsure: "no", sure: &[
        "no perdon", "perdon no", "perdon", "digo", "no digo", "mejor dicho", "bueno mejor", "no mejor", "mejor", "quise decir", "ups", "bueno no", "no espera", "no bueno",
    ] },
    Correcting { language: "fr", unsure: "", sure: &[
        "non", "euh non", "ah non", "non pardon", "pardon non", "pardon", "oups", "plutot", "non plutot", "ou plutot", "enfin", "enfin non", "je veux dire", "non attendez",
    ] },
    Correcting { language: "de", unsure: "", sure: &[
        "nein", "nee", "ach nein", "ah nein", "nein sorry", "sorry", "entschuldigung", "quatsch", "ich meine", "lieber", "doch lieber", "nein doch", "nein lieber", "ups",
    ] },
    Correcting { language: "pt", unsure: "nao", sure: &[
        "alias", "digo", "desculpa", "desculpe", "nao desculpa", "perdao", "quer dizer", "ou melhor", "nao melhor", "ops", "nao espera",
    ] },
    Correcting { language: "it", unsure: "no", sure: &[
        "anzi", "no anzi", "scusa", "scusi", "no scusa", "no scusi", "volevo dire", "o meglio", "no meglio", "ops", "no aspetta",
    ] },
];

/// The longest of these phrases, in words.
const PHRASE_WORDS_MAX: usize = 3;

/// A message in two halves, of which the second one may replace the first.
pub struct Corrected {
    pub before: String,
    pub behind: String,
    /// True: the second half counts. False: either may.
    pub is_sure: bool,
}

/// The halves of the message around the first words of correction.
pub fn halves(text: &str, language: &str) -> Option<Corrected> {
    let own = words::own(language)?.language;
    let correcting = CORRECTING.iter().find(|correcting| correcting.language == own)?;
    if text.len() > inside::SENTENCE_BYTES_MAX || text.contains(['?', '¿']) {
        return None;
    }
    let said: Vec<&str> = text.split_whitespace().collect();
    let (start, length, is_sure) = (1..said.len()).find_map(|start| correcting.at(&said, start))?;
    let side = |words: &[&str]| words.join(" ").trim_matches([',', ';', '.', ':', ' ', '-', '…']).to_owned();
    let (before, behind) = (side(&said[..start]), side(&said[start + length..]));
    (!before.is_empty() && !behind.is_empty()).then_some(Corrected { before, behind, is_sure })
}

impl Correcting {
    /// The place and the length of the words of correction that begin here, and whether they are sure.
    fn at(&self, said: &[&str], start: usize) -> Option<(usize, usize, bool)> {
        let most = PHRASE_WORDS_MAX.min(said.len() - start - 1);
        (1..=most).rev().find_map(|length| {
            let these = &said[start..start + length];
            let phrase = fold(&these.join(" "));
            let ends = these.last().is_some_and(|word| word.ends_with([',', '…', '.']));
            let is_no = !self.unsure.is_empty() && phrase == self.unsure;
            (is_no || self.sure.contains(&phrase.as_str())).then_some((start, length, !is_no || ends))
        })
    }
}

/// The later value, or both where either may count.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let Some(Corrected { before, behind, is_sure }) = halves(text, hearing.language) else { return Reading::default() };
    let whole = |text: &str| whole_in_any(kind, text, hearing);
    let meant = whole(&behind);
    if meant.is_empty() {
        return meant;
    }
    let first = whole(&before);
    let first = if first.is_empty() { inside::read(kind, &before, hearing) } else { first };
    if first.is_empty() || first == meant {
        return Reading::default();
    }
    if is_sure {
        return meant;
    }
    let mut both = first;
    both.unlikely.clear();
    let new: Vec<_> = meant.likely.into_iter().filter(|value| !both.likely.contains(value)).collect();
    both.likely.extend(new);
    both
}

#[cfg(test)]
mod tests {
    use super::{super::super::tests::hearing, *};
    use crate::{answer, inbound::InboundKind, value::Value};

    #[test]
    fn the_later_value_counts_or_both_are_asked_back() {
        for (language, text, found) in [
            ("en", "3, no, 4", &[4][..]),
            ("en", "3 sorry 4", &[4]),
            ("en", "3, no 4", &[3, 4]),
            ("en", "4, not 3", &[4]),
            ("es", "3, no, 4", &[4]),
            ("es", "3 perdón 4", &[4]),
            ("es", "3 digo 4", &[4]),
            ("es", "3, no 4", &[3, 4]),
            ("es", "3 no 4", &[3, 4]),
            ("es", "3 no, 4", &[4]),
            ("fr", "3, non 4", &[4]),
            ("fr", "3 non 4", &[4]),
            ("fr", "3, euh non, 4", &[4]),
            ("fr", "nous sommes 3, non 4", &[4]),
            ("fr", "4, pas 3", &[4]),
            ("de", "3, nein 4", &[4]),
            ("de", "3, nicht 4", &[3]),
            ("pt", "3, não 4", &[3, 4]),
            ("pt", "3, aliás 4", &[4]),
            ("it", "3, no 4", &[3, 4]),
            ("it", "3 anzi 4", &[4]),
            // Nothing is corrected.
            ("fr", "3 non", &[]),
            ("es", "no 4", &[]),
        ] {
            let hearing = AnswerContext { question: "", ..hearing(language) };
            let likely = answer::read(AnswerType::Whole, &InboundKind::Text { body: text.into() }, &hearing).likely;
            let found: Vec<Value> = found.iter().map(|value| Value::Whole(*value)).collect();
            assert_eq!(likely, found, "{language} {text}");
        }
        let hearing = hearing("fr");
        for (kind, text, found) in [
            (AnswerType::Time, "20h, non 21h", "21:00"),
            (AnswerType::Time, "20h, plutôt 20h30", "20:30"),
            (AnswerType::Time, "20h pardon 21h", "21:00"),
        ] {
            let value = answer::understand(kind, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(value.and_then(|value| value.print()).as_deref(), Some(found), "{text}");
        }
    }
}
