//! Reads a value that its message sets against another one: `not Friday, Saturday`, `no, 4`, `nicht 3, sondern 4`.

use super::{
    AnswerContext, AnswerType, inside,
    reading::{Reading, whole_in_any},
    words,
};
use crate::matching::fold;

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

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

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
            assert_eq!(value(&text, language), Some(crate::value::Value::Whole(4)), "{text}");
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
