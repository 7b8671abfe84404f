//! Finds the only option of which a message is a part: `cambiar` of *Cambiar fechas*, `dos` of *2 camas*.

use crate::{
    answer::words::{self, Words},
    matching::fold,
};

/// The place of this option. The whole message must be the part, but for courtesies and articles.
pub fn chosen(text: &str, titles: &[Vec<String>], language: &str) -> Option<usize> {
    let own = words::own(language)?;
    if text.contains(['?', '¿', '-', '+', '/', '%']) {
        return None;
    }
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let said = own.without_courtesy(&said);
    by_figure(said, titles, own).or_else(|| by_verb(said, titles, own))
}

/// The text without the kind of a card behind its word, if the options tell no kinds of cards apart: `tarjeta de crédito`.
pub fn without_kind_of_card(text: &str, titles: &[Vec<String>]) -> String {
    let folded: Vec<String> = text.split_whitespace().map(fold).collect();
    let is_card = |word: &str| CARDS.contains(&word);
    let titled = titles.iter().flatten().filter(|title| fold(title).split(' ').any(is_card)).count();
    let Some(card) = folded.iter().position(|word| is_card(word)).filter(|_| titled == 1) else {
        return text.to_owned();
    };
    let behind = folded[card + 1..].join(" ");
    let kind = KINDS_OF_CARD.iter().filter(|kind| behind == **kind || behind.starts_with(&format!("{kind} ")));
    let Some(kind) = kind.max_by_key(|kind| kind.len()) else { return text.to_owned() };
    if titles.iter().flatten().any(|title| fold(title).contains(kind)) {
        return text.to_owned();
    }
    let said: Vec<&str> = text.split_whitespace().collect();
    let end = card + 1 + kind.split(' ').count();
    [&said[..=card], said.get(end..).unwrap_or_default()].concat().join(" ")
}

const CARDS: [&str; 7] = ["card", "tarjeta", "carte", "karte", "cartao", "carta", "kreditkarte"];
#[rustfmt::skip]
const KINDS_OF_CARD: [&str; 14] = [
    "de credito", "de debito", "bancaria", "visa", "mastercard", "de credit", "de debit", "bancaire", "bleue", "di credito", "di debito", "master card", "amex", "gold",
];

/// The only option whose title begins with this number, where the titles with figures have two words: `2 camas`.
fn by_figure(said: &[&str], titles: &[Vec<String>], own: &Words) -> Option<usize> {
    let counted = |title: &String| {
        let folded = fold(title);
        let (number, thing) = folded.split_once(' ')?;
        let is_figure = number.bytes().all(|byte| byte.is_ascii_digit()) && thing.chars().all(char::is_alphabetic);
        is_figure.then(|| Some((number.parse::<u32>().ok()?, thing.to_owned())))?
    };
    let all: Vec<Option<(u32, String)>> = titles.iter().map(|names| names.first().and_then(counted)).collect();
    let has_others = || {
        let mut figures =
            titles.iter().zip(&all).filter(|(names, _)| names.iter().any(|name| name.contains(char::is_numeric)));
        figures.any(|(_, counted)| counted.is_none())
    };
    let (number, things) = said.split_first()?;
    let is_article = own.articles.contains(number);
    let number = if is_article { 1 } else { own.number(&[number])? };
    let is_thing = |thing: &str| match things {
        [] => true,
        [said] => *said == thing,
        _ => false,
    };
    let mut found = (0..all.len())
        .filter(|place| all[*place].as_ref().is_some_and(|(count, thing)| *count == number && is_thing(thing)));
    let place = found.next().filter(|_| found.next().is_none() && !has_others())?;
    Some(place)
}

/// The only option whose title begins with a verb and has all words of the message: `cambiar las fechas` and `bici` of
/// *Cambiar fechas* and *Rentar bici*.
fn by_verb(said: &[&str], titles: &[Vec<String>], own: &Words) -> Option<usize> {
    let said: Vec<&str> = said.iter().copied().filter(|word| !is_article(word, own)).collect();
    if said.is_empty() || !said.iter().all(|word| word.len() >= PART_CHARS_MIN && word.chars().all(char::is_alphabetic))
    {
        return None;
    }
    let has_all = |names: &Vec<String>| {
        names.first().is_some_and(|title| {
            let folded = fold(title);
            let parts: Vec<&str> = folded.split(' ').filter(|word| !is_article(word, own)).collect();
            let is_part = |word: &&str| parts.iter().any(|part| part == word || is_plural(part, word));
            (2..=TITLE_WORDS_MAX).contains(&parts.len()) && is_verb(parts[0], own.language) && said.iter().all(is_part)
        })
    };
    let mut found = (0..titles.len()).filter(|place| has_all(&titles[*place]));
    let place = found.next().filter(|_| found.next().is_none())?;
    // Beside *Reservar mesa*, `reserva` may be more than *Cancelar reserva*.
    let stem = |word: &str| word.get(..PART_CHARS_MIN).map(str::to_owned);
    let others = titles.iter().enumerate().filter(|(other, _)| *other != place).flat_map(|(_, names)| names);
    let stems: Vec<String> =
        others.flat_map(|name| fold(name).split(' ').filter_map(stem).collect::<Vec<_>>()).collect();
    let is_shared = |word: &&str| stem(word).is_some_and(|stem| stems.contains(&stem));
    (!said.iter().all(is_shared)).then_some(place)
}

fn is_article(word: &str, own: &Words) -> bool {
    own.articles.contains(&word) || ARTICLES.contains(&word)
}

fn is_plural(one: &str, other: &str) -> bool {
    one.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(one)
}

/// True for an infinitive of a language with endings of its own, and for the English verbs of menus.
fn is_verb(word: &str, language: &str) -> bool {
    let ends: &[&str] = match language {
        "es" | "pt" => &["ar", "er", "ir"],
        "fr" => &["er", "ir", "re"],
        "it" => &["are", "ere", "ire"],
        _ => &[],
    };
    word.len() > PART_CHARS_MIN && ends.iter().any(|end| word.ends_with(end))
        || language == "en" && ENGLISH_VERBS.contains(&word)
}

/// Shorter words are parts of too many titles.
const PART_CHARS_MIN: usize = 4;
/// Longer titles say more than an act and its thing.
const TITLE_WORDS_MAX: usize = 3;
const ENGLISH_VERBS: [&str; 10] =
    ["book", "cancel", "change", "reserve", "rent", "order", "confirm", "move", "track", "return"];
const ARTICLES: [&str; 22] = [
    "the", "a", "an", "el", "la", "los", "las", "le", "les", "de", "du", "des", "der", "die", "das", "o", "os", "as",
    "il", "lo", "gli", "mi",
];

#[cfg(test)]
mod tests {
    use super::super::{super::tests::hearing, Chosen, chosen};

    #[test]
    fn the_kind_of_a_card_changes_nothing_beside_one_card() {
        for (language, titles, text, place) in [
            ("es", &["Tarjeta", "Efectivo"][..], "tarjeta de crédito", Some(0)),
            ("fr", &["Carte", "Espèces"], "carte bleue", Some(0)),
            ("es", &["Tarjeta de crédito", "Tarjeta de débito"], "tarjeta de crédito", Some(0)),
        ] {
            let titles: Vec<Vec<String>> = titles.iter().map(|title| vec![(*title).to_owned()]).collect();
            let found = chosen(text, &titles, &hearing(language));
            assert_eq!(found, place.map_or(Chosen::Nothing, Chosen::One), "{text}");
        }
    }

    #[test]
    fn a_part_names_the_only_option_that_has_it() {
        let dates = ["Sí, confirmar", "Cambiar fechas", "No por ahora"];
        let menu = ["Reservar habitación", "Reservar mesa", "Rentar bici"];
        let beds = ["1 cama", "2 camas"];
        let people = ["1-2 personas", "3-4 personas"];
        for (options, text, place) in [
            (&dates[..], "cambiar", Some(1)),
            (&dates, "cambiar las fechas", Some(1)),
            (&menu, "mesa", Some(1)),
            (&menu, "reservar", None),
            (&menu, "bici por favor", Some(2)),
            (&["Reservar mesa", "Cancelar reserva"], "reserva", None),
            (&["Reservar mesa", "Cancelar reserva"], "cancelar", Some(1)),
            (&beds, "2", Some(1)),
            (&beds, "dos", Some(1)),
            (&beds, "dos camas", Some(1)),
            (&beds, "una", Some(0)),
            (&beds, "3", None),
            (&people, "3", None),
        ] {
            let titles: Vec<Vec<String>> = options.iter().map(|title| vec![(*title).to_owned()]).collect();
            let found = chosen(text, &titles, &hearing("es"));
            assert_eq!(found, place.map_or(Chosen::Nothing, Chosen::One), "{text}");
        }
    }
}
