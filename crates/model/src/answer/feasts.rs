//! Knows the feasts that fall on the same day each year and are called by their name: `Christmas Eve`, `Nochebuena`.
//!
//! A name of several days (`Christmas`, `Pfingsten`) or of two (`capodanno`, which is the eve for some) is not here.

use super::words::Words;

/// The month and the day of the feast that has this name in this language; the name is folded.
pub fn day_of(name: &str, words: &Words) -> Option<(i16, i16)> {
    let known = |feast: &&Feast| feast.language == words.language && feast.names.contains(&name);
    FEASTS.iter().find(known).map(|feast| (feast.month, feast.day))
}

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

const FEASTS: [Feast; 28] = [
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
