//! Knows the feasts that fall on the same day each year and are called by their name: `Christmas Eve`, `Nochebuena`.
//!
//! A name of several days (`Christmas`, `Pfingsten`) or of two (`capodanno`, which is the eve for some) is not here.

use super::{AnswerType, words::Words};
use crate::matching::fold;

/// The month and the day of the feast that has this name in this language; the name is folded.
pub fn day_of(name: &str, words: &Words) -> Option<(i16, i16)> {
    let known = |feast: &&Feast| feast.language == words.language && feast.names.contains(&name);
    FEASTS.iter().find(known).map(|feast| (feast.month, feast.day))
}

/// A message that is only the name of Christmas, as the name of its day: `natal`, `at christmas`. Beside other words it may
/// be several days, and so is the German one.
pub fn in_full(kind: AnswerType, text: &str, language: &str) -> String {
    let folded = fold(text);
    let short = language.split(['_', '-']).next().unwrap_or(language);
    let known = |(of, name, _): &&(&str, &str, &str)| *of == short && *name == folded;
    let full = CHRISTMAS.iter().filter(|_| kind == AnswerType::Date).find(known).map(|(.., full)| *full);
    full.unwrap_or(text).to_owned()
}

/// By language, names of Christmas and the name of its day.
#[rustfmt::skip]
const CHRISTMAS: [(&str, &str, &str); 18] = [
    ("en", "christmas", "christmas day"), ("en", "xmas", "christmas day"), ("en", "at christmas", "christmas day"), ("en", "on christmas", "christmas day"), ("en", "xmas day", "christmas day"),
    ("es", "navidad", "dia de navidad"), ("es", "en navidad", "dia de navidad"), ("es", "por navidad", "dia de navidad"), ("es", "la navidad", "dia de navidad"),
    ("fr", "noel", "jour de noel"), ("fr", "a noel", "jour de noel"), ("fr", "le noel", "jour de noel"),
    ("pt", "natal", "dia de natal"), ("pt", "no natal", "dia de natal"), ("pt", "pelo natal", "dia de natal"), ("pt", "o natal", "dia de natal"),
    ("it", "natale", "giorno di natale"), ("it", "a natale", "giorno di natale"),
];

/// All words of the names.
pub fn every_word() -> impl Iterator<Item = &'static str> {
    FEASTS.iter().flat_map(|feast| feast.names.iter()).flat_map(|name| name.split(' '))
}

struct Feast {
    language: &'static str,
    month: i16,
    day: i16,
    names: &'static [&'static str],
}

const fn feast(language: &'static str, month: i16, day: i16, names: &'static [&'static str]) -> Feast {
    Feast { language, month, day, names }
}

const FEASTS: [Feast; 29] = [
    feast("es", 1, 1, &["ano nuevo", "el ano nuevo", "dia de ano nuevo", "el dia de ano nuevo"]),
    feast("en", 12, 24, &["christmas eve", "xmas eve"]),
    feast("en", 12, 25, &["christmas day"]),
    feast("en", 12, 26, &["boxing day"]),
    feast("en", 12, 31, &["new years eve", "new year s eve", "new year eve"]),
    feast("en", 1, 1, &["new years day", "new year s day"]),
    feast("es", 12, 24, &["nochebuena", "la nochebuena", "en nochebuena", "vispera de navidad"]),
    feast("es", 12, 25, &["dia de navidad", "el dia de navidad"]),
    feast("es", 12, 31, &["nochevieja", "la nochevieja", "en nochevieja"]),
    feast("es", 1, 6, &["dia de reyes", "el dia de reyes"]),
    feast("fr", 12, 24, &["veille de noel", "la veille de noel"]),
    feast("fr", 12, 25, &["jour de noel", "le jour de noel"]),
    feast("fr", 1, 1, &["jour de lan", "le jour de lan", "jour de l an", "le jour de l an"]),
    feast("fr", 7, 14, &["quatorze juillet", "le quatorze juillet"]),
    feast("fr", 12, 31, &["saint sylvestre", "la saint sylvestre", "a la saint sylvestre", "st sylvestre"]),
    feast("it", 12, 31, &["san silvestro", "a san silvestro"]),
    feast("it", 12, 26, &["santo stefano", "a santo stefano"]),
    feast("de", 12, 6, &["nikolaus", "an nikolaus", "nikolaustag"]),
    feast("de", 12, 24, &["heiligabend", "an heiligabend", "heiliger abend", "am heiligabend"]),
    feast("de", 12, 31, &["silvester", "an silvester"]),
    feast("de", 1, 1, &["neujahr", "an neujahr", "neujahrstag"]),
    feast("pt", 12, 24, &["vespera de natal", "na vespera de natal"]),
    feast("pt", 12, 25, &["dia de natal", "no dia de natal"]),
    feast("pt", 12, 31, &["vespera de ano novo", "na vespera de ano novo"]),
    feast("pt", 1, 1, &["dia de ano novo", "no dia de ano novo"]),
    feast("it", 12, 24, &["vigilia di natale", "la vigilia di natale", "alla vigilia di natale"]),
    feast("it", 12, 25, &["giorno di natale", "il giorno di natale"]),
    feast("it", 1, 6, &["epifania", "lepifania", "l epifania", "befana", "la befana"]),
    feast("it", 8, 15, &["ferragosto", "a ferragosto"]),
];
