//! Finds which option or button a text names by its number or place: `number 3`, `the second one`.

use crate::{answer::words, matching::fold};

/// The number in a text that names an option by it: `3`, `number 3`, `el 2, por favor`. `-1`, `2%` and `2 or 3` do not.
pub fn number_of_option(text: &str) -> Option<usize> {
    let text = text.replace(['\u{fe0f}', '\u{20e3}'], "");
    let may_stand = |c: char| c.is_alphanumeric() || c.is_whitespace() || ".,)(!#°ºª'’:".contains(c);
    let mut signs = text.chars().filter(|c| c.is_ascii_punctuation() || "°−–—€£".contains(*c));
    if !signs.all(may_stand) {
        return None;
    }
    let folded = fold(&text);
    let manners = || words::all("").flat_map(|words| words.polite.iter().flat_map(|phrase| phrase.split(' ')));
    let is_neutral = |word: &&&str| !OPTION_WORDS.contains(*word) && !manners().any(|manner| manner == **word);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut rest = said.iter().filter(is_neutral);
    let (number, None) = (rest.next()?, rest.next()) else { return None };
    let is_number = number.len() <= NUMBER_DIGITS_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return number.parse().ok();
    }
    // A number in words is an option's only behind a word that says so.
    let is_called = said.windows(2).any(|pair| NUMBER_WORDS.contains(&pair[0]) && pair[1] == *number);
    let spelled = || words::all("").find_map(|words| words.spelled(number));
    is_called.then(spelled)?.and_then(|number| usize::try_from(number).ok())
}

/// True if the text says that it names an option: `option 1`, `la opción 2`. `number 1` may be a number of its own.
pub fn names_option_by_word(text: &str) -> bool {
    fold(text).split(' ').any(|word| WORDS_OF_OPTION_ALONE.contains(&word))
}

const WORDS_OF_OPTION_ALONE: [&str; 6] = ["option", "opcion", "opcao", "opzione", "choix", "auswahl"];

/// Words before the number of an option, in words too: `number two`.
const NUMBER_WORDS: [&str; 8] = ["number", "option", "numero", "opcion", "nummer", "opcao", "opzione", "choice"];

const NUMBER_DIGITS_MAX: usize = 3;

/// Words beside the number of an option.
const OPTION_WORDS: [&str; 22] = [
    "choix", "auswahl", "number", "no", "nr", "option", "the", "numero", "opcion", "el", "la", "le", "die", "den",
    "nummer", "opcao", "o", "opzione", "il", "choice", "nº", "num",
];

/// The button that a text names by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ButtonNamed {
    pub index: usize,
    /// True if the text can be nothing else: `the second one`, but not `the second`, which may be a day.
    pub is_sure: bool,
}

/// The one of `count` buttons that the text names by its place: `the second`, `el primero`, `2`, `the latter`.
pub fn button_named(text: &str, count: usize) -> Option<ButtonNamed> {
    let folded = fold(text);
    let manners = || words::all("").flat_map(|words| words.polite.iter().flat_map(|phrase| phrase.split(' ')));
    let names = |word: &str| BUTTON_WORDS.contains(&word);
    let neutral =
        |word: &&str| BUTTON_ARTICLES.contains(word) || names(word) || manners().any(|manner| manner == *word);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut rest = said.iter().copied().filter(|word| !neutral(word));
    let (place, None) = (rest.next()?, rest.next()) else { return None };
    let by_name = PLACES.iter().position(|names| names.contains(&place));
    let index = match by_name {
        Some(LAST_PLACE) => count.checked_sub(1)?,
        Some(place) => place,
        None => number_of_option(text)?.checked_sub(1)?,
    };
    let is_sure = said.iter().any(|word| names(word)) || SURE_PLACES.contains(&place);
    (index < count).then_some(ButtonNamed { index, is_sure })
}

/// The names of the first, the second, the third and the last of some things, in all languages.
#[rustfmt::skip]
const PLACES: [&[&str]; 4] = [
    &["first", "1st", "former", "primero", "primera", "primer", "premier", "premiere", "erste", "ersten", "erster", "erstes", "ersteres", "primeiro",
        "primeira", "primo", "prima"],
    &["second", "2nd", "latter", "segundo", "segunda", "deuxieme", "seconde", "zweite", "zweiten", "zweiter", "zweites", "letzteres", "secondo", "seconda"],
    &["third", "3rd", "tercero", "tercera", "tercer", "troisieme", "dritte", "dritten", "dritter", "drittes", "terceiro", "terceira", "terzo", "terza"],
    &["last", "ultimo", "ultima", "dernier", "derniere", "letzte", "letzten", "letzter", "letztes"],
];
const LAST_PLACE: usize = 3;

/// Names of a place that no day and no hour has.
const SURE_PLACES: [&str; 15] = [
    "former",
    "latter",
    "ersteres",
    "letzteres",
    "last",
    "ultimo",
    "ultima",
    "dernier",
    "derniere",
    "letzte",
    "letzten",
    "letzter",
    "letztes",
    "erstes",
    "zweites",
];

/// Words that say that a button is meant.
const BUTTON_WORDS: [&str; 14] = [
    "one", "option", "button", "choice", "opcion", "boton", "bouton", "opcao", "botao", "opzione", "pulsante", "knopf",
    "auswahl", "choix",
];
const BUTTON_ARTICLES: [&str; 17] = [
    "the", "el", "la", "lo", "le", "der", "die", "das", "den", "o", "a", "il", "number", "numero", "nummer", "ok", "si",
];

#[cfg(test)]
mod tests {
    use super::number_of_option;

    #[test]
    fn a_number_in_words_names_an_option_only_behind_its_word() {
        let said = ["number two pls", "Nummer zwei", "two", "no two"].map(number_of_option);
        assert_eq!(said, [Some(2), Some(2), None, None]);
    }
}
