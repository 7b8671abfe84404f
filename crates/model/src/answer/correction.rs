//! Reads a value that its message sets against another one: `not Friday, Saturday`, `no, 4`, `nicht 3, sondern 4`.

pub mod later;

use super::{
    AnswerContext, AnswerType,
    counting::whose,
    inside,
    reading::{HOW_MANY, Reading, whole_in_any},
    words,
};
use crate::{
    matching::{fold, has_word},
    value::Value,
};

/// The words of one language that set two values against each other, folded.
struct Contrast {
    language: &'static str,
    /// Words that reject the value before them, or what was said before.
    no: &'static [&'static str],
    /// Words that reject the value behind them.
    not: &'static [&'static str],
    /// Words before the value that counts.
    but: &'static [&'static str],
    /// A word behind the value that counts: `el sábado sí`.
    yes: &'static str,
}

const CONTRASTS: [Contrast; 6] = [
    Contrast { language: "en", no: &["no", "not", "nope"], not: &["not"], but: &["but", "rather"], yes: "yes" },
    Contrast { language: "es", no: &["no"], not: &["no"], but: &["sino", "mejor"], yes: "si" },
    Contrast { language: "fr", no: &["non", "pas"], not: &["pas", "non"], but: &["mais", "plutot"], yes: "oui" },
    Contrast { language: "de", no: &["nein", "nee", "nicht"], not: &["nicht"], but: &["sondern", "lieber"], yes: "ja" },
    Contrast { language: "pt", no: &["nao"], not: &["nao"], but: &["mas", "sim"], yes: "sim" },
    Contrast { language: "it", no: &["no", "non"], not: &["non", "no"], but: &["ma", "bensi", "meglio"], yes: "si" },
];

/// The value that counts, if the message rejects another one of the type, or rejects what was said before.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let own = words::own(hearing.language).map(|own| own.language);
    let Some(contrast) = CONTRASTS.iter().find(|contrast| Some(contrast.language) == own) else {
        return Reading::default();
    };
    if text.contains(['?', '¿']) {
        return Reading::default();
    }
    let Some((rejected, meant)) = contrast.parts(text) else { return Reading::default() };
    let read = |text: &str| {
        let whole = whole_in_any(kind, text, hearing);
        if whole.is_empty() { inside::read(kind, text, hearing) } else { whole }
    };
    let meant = read(&meant);
    let is_other = rejected.is_none_or(|rejected| {
        let rejected = whole_in_any(kind, &rejected, hearing);
        !rejected.is_empty() && rejected != meant
    });
    if is_other { meant } else { Reading::default() }
}

/// The words of an option that a message rejects, and those of the one that counts: `pas la suite, la double`.
pub fn of_two(text: &str, language: &str) -> Option<(String, String)> {
    let own = words::own(language)?.language;
    let contrast = CONTRASTS.iter().find(|contrast| contrast.language == own)?;
    let (rejected, meant) = contrast.parts(text).filter(|_| !text.contains(['?', '¿']))?;
    Some((rejected?, meant))
}

/// Words around a value for which somebody is not free, folded.
#[rustfmt::skip]
const ABLE: [&str; 24] = [
    "cant", "can", "cannot", "do", "make", "i", "we", "yo", "puedo", "podemos", "je", "on", "peux", "peut", "ich", "wir", "kann", "konnen", "eu", "posso", "io", "possiamo", "va", "geht",
];
const UNABLE: [&str; 9] = ["cant", "cannot", "not", "no", "pas", "nicht", "nao", "non", "ne"];

impl Contrast {
    /// The value that is rejected, if the message names it, and the one that counts.
    fn parts(&self, text: &str) -> Option<(Option<String>, String)> {
        let (first, second) = self.halves(text)?;
        let folded = |said: &[&str]| fold(&said.join(" "));
        if self.no.contains(&folded(&first).as_str()) {
            return Some((None, second.join(" ")));
        }
        if let Some(rejected) = self.rejected(&first) {
            let (last, before) = second.split_last()?;
            let is_yes = fold(last) == self.yes || fold(last) == "schon";
            let meant = if is_yes && !before.is_empty() { before } else { &second };
            return Some((Some(rejected), meant.join(" ")));
        }
        let is_not = second.first().is_some_and(|word| self.not.contains(&fold(word).as_str()));
        (is_not && second.len() > 1).then(|| (Some(second[1..].join(" ")), first.join(" ")))
    }

    /// The words on both sides of the only comma, or of the word that sets them against each other.
    fn halves<'a>(&self, text: &'a str) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
        let said: Vec<&str> = text.split_whitespace().collect();
        let is_but = |word: &&str| self.but.contains(&fold(word).as_str());
        let mut ends =
            said.iter().enumerate().filter(|(_, word)| word.ends_with([',', ';'])).map(|(place, _)| place + 1);
        // `Friday not Saturday` needs no comma in English; in other languages it may mean either.
        let not = || said.iter().skip(1).position(|word| self.language == "en" && fold(word) == "not");
        let end = ends.next().or_else(|| said.iter().position(is_but)).or_else(|| not().map(|at| at + 1))?;
        if ends.next().is_some() {
            return None;
        }
        let second = said.get(end..)?;
        let second = if second.first().is_some_and(is_but) { &second[1..] } else { second };
        let first: Vec<&str> = said[..end].iter().map(|word| word.trim_end_matches([',', ';'])).collect();
        (!first.is_empty() && !second.is_empty()).then(|| (first, second.to_vec()))
    }

    fn rejected(&self, said: &[&str]) -> Option<String> {
        // `Montag kann ich nicht`, `can't do Monday`.
        let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
        if folded.iter().any(|word| ABLE.contains(&word.as_str()))
            && folded.iter().any(|word| UNABLE.contains(&word.as_str()))
        {
            let neutral = |word: &String| ABLE.contains(&word.as_str()) || UNABLE.contains(&word.as_str());
            let left = said.iter().zip(&folded).filter(|(_, folded)| !neutral(folded)).map(|(word, _)| *word);
            return Some(left.collect::<Vec<_>>().join(" "));
        }
        let (first, behind) = said.split_first().filter(|(_, behind)| !behind.is_empty())?;
        let (last, before) = said.split_last()?;
        if self.not.contains(&fold(first).as_str()) {
            return Some(behind.join(" "));
        }
        self.no.contains(&fold(last).as_str()).then(|| before.join(" "))
    }
}

/// True for a value alone beside a word of correction: `actually 4`. It may correct an earlier answer of the contact, so
/// it is asked back.
pub fn is_bare(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    let Some(rest) = behind_correction(text, hearing) else { return false };
    let own = words::own(hearing.language);
    let polite = |word: &&str| own.is_some_and(|own| own.polite.contains(&fold(word).as_str()));
    let said: Vec<&str> = rest.split_whitespace().filter(|word| !polite(word)).collect();
    let is_copula =
        |length: &usize| said.len() > *length && COPULAS.contains(&fold(&said[..*length].join(" ")).as_str());
    let said = &said[[2, 1].into_iter().find(is_copula).unwrap_or(0)..];
    !said.is_empty() && !whole_in_any(kind, &said.join(" "), hearing).is_empty()
}

/// The value that is asked back of such a message.
pub fn offered(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Value> {
    let rest = behind_correction(text, hearing).filter(|_| is_bare(kind, text, hearing))?;
    whole_in_any(kind, &rest, hearing).single().or_else(|| inside::read(kind, &rest, hearing).single())
}

/// Words for *it is* before the value, folded.
const COPULAS: [&str; 8] = ["its", "it is", "es", "cest", "c est", "es ist", "e", "make it"];

/// True for a number of things as the answer to a question for a weight, an age or a length: `there are 2`, `afinal são
/// dois`. It corrects an earlier answer or belongs to another question.
pub fn counts_something_else(text: &str, hearing: &AnswerContext<'_>) -> bool {
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let counts = HOW_MANY.iter().any(|phrase| has_word(&asked, phrase)) && !whose::measures(&asked);
    if asked.is_empty() || counts || !whose::measures(&asked) && !names_unit(&asked) {
        return false;
    }
    let plain = |text: &str| fold(&text.replace(['\'', '’'], " "));
    let corrected = behind_correction(text, hearing);
    let said = plain(corrected.as_deref().unwrap_or(text));
    let begins = |phrase: &&&str| said.strip_prefix(**phrase).is_some_and(|rest| rest.starts_with(' '));
    let are = ARE.iter().filter(|_| corrected.is_some()).chain(&THERE_ARE).find(begins);
    // `afinal são 12 kg` names the measure.
    are.is_some_and(|phrase| {
        let own = words::own(hearing.language);
        let rest: Vec<&str> = said[phrase.len()..].split_whitespace().collect();
        own.is_some_and(|own| {
            own.number(&rest).is_some() || rest.first().is_some_and(|word| own.number(&[word]).is_some())
        }) && !rest.iter().any(|word| names_unit(word))
    })
}

fn names_unit(text: &str) -> bool {
    [
        "kg", "kilo", "kilos", "quilos", "chili", "cm", "lbs", "lb", "pounds", "libras", "km", "g", "m", "metros",
        "metri", "years", "anos", "anni", "ans", "jahre",
    ]
    .iter()
    .any(|unit| has_word(text, unit))
}

/// The words behind or before a word of correction at the end of a message.
fn behind_correction(text: &str, hearing: &AnswerContext<'_>) -> Option<String> {
    let own = words::own(hearing.language)?.language;
    let said: Vec<&str> = text.split_whitespace().collect();
    let (_, phrases) = CORRECTING.iter().find(|(language, _)| *language == own)?;
    phrases.iter().find_map(|phrase| {
        let length = phrase.split(' ').count();
        let is_it = |run: &[&str]| fold(&run.join(" ")) == *phrase;
        if said.len() <= length {
            return None;
        }
        let (first, rest) = said.split_at(length);
        let (before, last) = said.split_at(said.len() - length);
        let rest = if is_it(first) { rest } else { Some(before).filter(|_| is_it(last))? };
        Some(rest.join(" ").trim_start_matches([',', ':', '.']).trim_end_matches(',').trim().to_owned())
    })
}

/// Words with which somebody corrects what was said before, by language, folded. Longer ones come first.
#[rustfmt::skip]
const CORRECTING: [(&str, &[&str]); 6] = [
    ("en", &["no wait actually", "oh actually", "wait actually", "actually", "on second thoughts", "on second thought", "scratch that", "correction", "no wait", "wait", "i meant", "sorry i meant", "in fact"]),
    ("es", &["ahora que lo pienso", "pensandolo bien", "al final", "en realidad", "mejor dicho", "de hecho", "digo", "quise decir", "perdon quise decir"]),
    ("fr", &["en fait non", "finalement", "en fait", "au final", "en realite", "je voulais dire", "a la reflexion"]),
    ("de", &["doch lieber", "eigentlich", "ach nein", "jetzt doch", "doch", "ich meinte", "tatsachlich sind", "tatsachlich"]),
    ("pt", &["pensando bem", "na verdade", "na realidade", "afinal", "alias", "quer dizer", "no final", "queria dizer", "no fim"]),
    ("it", &["ripensandoci", "in realta", "alla fine", "anzi", "volevo dire", "a pensarci bene"]),
];
/// Verbs of a number of things behind such a word. Alone they may be a weight: `son 12`.
#[rustfmt::skip]
const ARE: [&str; 10] = ["there are", "they are", "theyre", "son", "somos", "ce sont", "es sind", "sind es", "sao", "sono"];
/// Words of a number of things.
#[rustfmt::skip]
const THERE_ARE: [&str; 12] = [
    "there are", "there re", "therere", "there s", "theres", "hay", "il y en a", "y en a", "on en a", "es gibt", "ci sono", "ce ne sono",
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_correction_of_an_earlier_answer_is_not_taken() {
        use crate::inbound::InboundKind;
        let weight = [
            ("en", "How much does it weigh, in kg?"),
            ("es", "¿Cuánto pesa, en kg?"),
            ("fr", "Combien pèse-t-il, en kg ?"),
            ("de", "Wie viel wiegt er, in kg?"),
            ("pt", "Quanto pesa, em kg?"),
            ("it", "Quanto pesa, in kg?"),
        ];
        for (language, text, offered) in [
            ("en", "actually there are 2", None),
            ("en", "there are 2", None),
            ("en", "actually 4", Some(4)),
            ("en", "4 actually", Some(4)),
            ("es", "al final son 2", None),
            ("es", "al final 4", Some(4)),
            ("fr", "finalement il y en a 2", None),
            ("fr", "en fait 4", Some(4)),
            ("de", "eigentlich sind es 2", None),
            ("de", "doch 4", Some(4)),
            ("pt", "afinal são 2", None),
            ("pt", "afinal sao dois", None),
            ("pt", "afinal 4", Some(4)),
            ("it", "alla fine sono 2", None),
            ("it", "anzi 4", Some(4)),
        ] {
            let question = weight.iter().find(|(of, _)| *of == language).map_or("", |(_, question)| question);
            let hearing = AnswerContext { question, ..hearing(language) };
            let message = InboundKind::Text { body: text.into() };
            let taken = super::super::read(AnswerType::Number, &message, &hearing);
            assert!(taken.is_empty(), "{language} {text}: {taken:?}");
            let found = super::super::offered(AnswerType::Number, &message, &hearing);
            assert_eq!(found, offered.map(Value::Whole), "{language} {text}");
        }
    }

    #[test]
    fn the_value_that_is_set_against_another_one_counts() {
        let value = |text: &str, language: &str| read(AnswerType::Whole, text, &hearing(language)).single();
        for (text, language) in [
            ("no, 4", "en"),
            ("not 3, 4", "en"),
            ("4, not 3", "en"),
            ("not 3 but 4", "en"),
            ("make it 4 not 3", "en"),
            ("el 3 no, el 4 sí", "es"),
            ("no 3 sino 4", "es"),
            ("pas 3, mais 4", "fr"),
            ("nicht 3, sondern 4", "de"),
            ("3 não, 4", "pt"),
            ("non 3 ma 4", "it"),
        ] {
            let text = text.replace("el ", "");
            assert_eq!(value(&text, language), Some(Value::Whole(4)), "{text}");
        }
        for (text, language) in [
            ("no, not 4", "en"),
            ("no, 4 no", "es"),
            ("3, no, 4", "es"),
            ("not 4, 4", "en"),
            ("not many, 4", "en"),
            ("no, 4?", "en"),
            ("no 4", "en"),
            ("nicht 3", "de"),
        ] {
            assert_eq!(value(text, language), None, "{text}");
        }
    }
}
