//! Reads a number of a scale that the question names: to "How was it, from 1 to 10?", `8 out of 10` and `8/10` mean 8.
//! Without this scale in the question a part of a whole is no answer: neither of its two numbers is meant alone.

use super::{
    AnswerContext, AnswerType, inside,
    reading::Reading,
    words::{self, Words},
};
use crate::{matching::fold, value::Value};

/// The first number of `8 out of 10`, if the question names the second one and the first is not above it. Other words
/// must be neutral in a sentence.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let Some(own) = words::own(hearing.language) else { return Reading::default() };
    let is_short = text.len() <= inside::SENTENCE_BYTES_MAX && !text.contains(['?', '¿', '-', '−', '+']);
    if !matches!(kind, AnswerType::Number | AnswerType::Whole) || !is_short || has_decimals(text) {
        return Reading::default();
    }
    if let Some(marks) = scale_of(&fold(hearing.question), own) {
        let rated = stars(text).or_else(|| before_a_remark(text, own)).filter(|mark| marks.contains(mark));
        if rated.is_some() {
            return Reading::one(rated.map(|mark| Value::Whole(mark.into())));
        }
    }
    let folded = fold(&text.replace('/', OVER).replace(['\'', '’'], " "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let Some(Part { number, whole, before, behind }) = part_of_whole(&said, own) else { return Reading::default() };
    let asked = fold(hearing.question);
    let is_scale = asked.split(' ').any(|word| own.number(&[word]) == Some(whole));
    let is_neutral = |word: &&str| inside::is_carrier(own, word) && own.number(&[word]).is_none();
    if is_scale && number <= whole && before.iter().chain(behind).all(is_neutral) {
        return Reading::one(Some(Value::Whole(number.into())));
    }
    Reading::default()
}

/// The marks of a scale that the question names: `from 1 to 5`.
fn scale_of(asked: &str, own: &Words) -> Option<std::ops::RangeInclusive<u32>> {
    let mut numbers = asked.split(' ').filter_map(|word| own.number(&[word]));
    let (from, to) = (numbers.next()?, numbers.next()?);
    (from <= 1 && [3, 4, 5, 6, 7, 10].contains(&to) && numbers.next().is_none()).then_some(from..=to)
}

/// The number of stars of a message that has nothing else: `⭐⭐⭐`.
fn stars(text: &str) -> Option<u32> {
    let signs: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{fe0f}').collect();
    let is_empty = |c: &char| *c == '☆';
    let full = signs.iter().filter(|c| "⭐★🌟".contains(**c)).count();
    let is_all = full > 0 && signs.iter().all(|c| "⭐★🌟".contains(*c) || is_empty(c));
    is_all.then(|| u32::try_from(full).ok())?
}

/// The mark before a remark without numbers: `2 estrellas, muy ruidoso`, `2 trop de bruit`.
fn before_a_remark(text: &str, own: &Words) -> Option<u32> {
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let (first, rest) = said.split_first()?;
    let mark = own.number(&[first]).filter(|_| !own.articles.contains(first))?;
    let (has_unit, rest) = match rest {
        [unit, behind @ ..] if STARS.contains(unit) => (true, behind),
        all => (false, all),
    };
    let is_number = |word: &&&str| own.number(&[word]).is_some() && !own.articles.contains(*word);
    let begins = rest.first().is_some_and(|word| REMARKS.contains(word));
    let changes = rest.iter().any(|word| CHANGES.contains(word));
    (!rest.is_empty() && (has_unit || begins) && !changes && !rest.iter().any(|word| is_number(&word))).then_some(mark)
}

const STARS: [&str; 12] = [
    "star",
    "stars",
    "estrellas",
    "estrella",
    "etoiles",
    "etoile",
    "sterne",
    "stern",
    "estrelas",
    "estrela",
    "stelle",
    "stella",
];
/// First words of a remark about too much of something.
const REMARKS: [&str; 12] =
    ["too", "very", "muy", "mucho", "demasiado", "trop", "tres", "zu", "sehr", "muito", "troppo", "molto"];
/// Words that make another mark of it.
#[rustfmt::skip]
const CHANGES: [&str; 22] = [
    "or", "o", "u", "ou", "oder", "not", "no", "pas", "nicht", "nao", "non", "but", "if", "si", "wenn", "se", "mejor", "plutot", "digo", "perdon", "pardon", "sorry",
];

/// True for a mark between two figures: `8.5/10`. A full stop or a comma behind a word only ends it.
fn has_decimals(text: &str) -> bool {
    let all: Vec<char> = text.chars().collect();
    all.windows(3).any(|run| run[0].is_ascii_digit() && ['.', ','].contains(&run[1]) && run[2].is_ascii_digit())
}

/// True if two of the words are a part of a whole: `two out of three`, `tres de 32`.
pub fn is_part_of_whole(said: &[&str], own: &Words) -> bool {
    part_of_whole(said, own).is_some()
}

/// A slash between two numbers, as a word of its own.
const OVER: &str = " over ";

struct Part<'a> {
    number: u32,
    whole: u32,
    before: &'a [&'a str],
    behind: &'a [&'a str],
}

/// The first two numbers with words between them that make the first one a part of the second.
fn part_of_whole<'a>(said: &'a [&'a str], own: &Words) -> Option<Part<'a>> {
    let between = BETWEEN.iter().find(|(language, _)| *language == own.language).map_or(&[][..], |(_, all)| *all);
    let all = between.iter().chain(&["over"]).map(|words| words.split(' ').collect::<Vec<_>>());
    let joins: Vec<Vec<&str>> = all.collect();
    (1..said.len()).find_map(|place| {
        let length = joins.iter().filter(|join| said[place..].starts_with(join)).map(Vec::len).max()?;
        let (left, right) = (&said[..place], &said[place + length..]);
        // The longest number on each side counts: `twenty five`.
        let longest = |count: usize| (1..=count.min(NUMBER_WORDS_MAX)).rev();
        let (taken, number) =
            longest(left.len()).find_map(|taken| Some((taken, own.number(&left[left.len() - taken..])?)))?;
        let (used, whole) = longest(right.len()).find_map(|used| Some((used, own.number(&right[..used])?)))?;
        Some(Part { number, whole, before: &left[..left.len() - taken], behind: &right[used..] })
    })
}

/// `quatre vingt dix neuf` has the most words of a number up to 100.
const NUMBER_WORDS_MAX: usize = 4;

/// Words between a part and its whole, folded, by language.
#[rustfmt::skip]
const BETWEEN: [(&str, &[&str]); 6] = [
    ("en", &["out of", "of", "of the", "stars out of", "points out of"]),
    ("es", &["de", "de los", "de las", "sobre", "estrellas de", "puntos de"]),
    ("fr", &["sur", "des", "de", "etoiles sur", "points sur"]),
    ("de", &["von", "von den", "auf", "sterne von", "punkte von", "sternen von", "punkten von"]),
    ("pt", &["de", "dos", "das", "em", "estrelas de", "pontos de"]),
    ("it", &["su", "di", "dei", "delle", "stelle su", "punti su"]),
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_part_of_a_whole_is_read_where_the_question_names_the_whole() {
        for (language, question, text, means) in [
            ("en", "How was it, from 1 to 10?", "8 out of 10", Some(8)),
            ("en", "How was it, from 1 to 10?", "I would say eight out of ten", Some(8)),
            ("en", "How was it, from 1 to 10?", "zero out of ten", Some(0)),
            ("en", "How was it, from 1 to 10?", "0 stars out of 10", Some(0)),
            ("en", "How was it, from one to ten?", "9/10", Some(9)),
            ("en", "How was it, from 1 to 10?", "8 out of 10, thanks.", Some(8)),
            ("en", "How was it, from 1 to 10?", "8.5/10", None),
            ("en", "How was it, from 1 to 10?", "8/10/2026", None),
            ("en", "How was it, from 1 to 10?", "15 out of 10", None),
            ("en", "How was it, from 1 to 10?", "3 out of 5", None),
            ("en", "How was it, from 1 to 10?", "not 8 out of 10", None),
            ("en", "How was it, from 1 to 10?", "8 out of 10 people agree", None),
            ("en", "How many teeth?", "forty out of thirty two", None),
            ("es", "¿Qué nota nos pones, del 1 al 10?", "8 sobre 10", Some(8)),
            ("es", "¿Cuántos dientes?", "dos de 28", None),
            ("fr", "Votre note, de 1 à 10 ?", "8 sur 10", Some(8)),
            ("de", "Wie war es, von 1 bis 10?", "8 von 10", Some(8)),
            ("pt", "Que nota dá, de 1 a 10?", "8 de 10", Some(8)),
            ("it", "Che voto dai, da 1 a 10?", "8 su 10", Some(8)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let read = super::super::reading::read(AnswerType::Whole, text, &hearing).likely;
            let expected: Vec<Value> = means.map(Value::Whole).into_iter().collect();
            assert_eq!(read, expected, "{language}: {text}");
        }
    }
}
