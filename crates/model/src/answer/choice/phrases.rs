//! Knows phrases whose words are titles of options elsewhere: `tout de suite` is no *Suite*.

/// True for a word that stands inside one of the phrases. `said` are the words of the message, folded.
pub fn is_inside_one(said: &[&str], start: usize, end: usize) -> bool {
    PHRASES.iter().any(|phrase| {
        let words: Vec<&str> = phrase.split(' ').collect();
        if words.len() <= end - start {
            return false;
        }
        let places = said.windows(words.len()).enumerate().filter(|(_, run)| *run == words.as_slice());
        places.into_iter().any(|(place, _)| place <= start && end <= place + words.len())
    })
}

/// True for a place that is only near the option which begins here: `cerca de la terraza`.
pub fn is_only_near(said: &[&str], start: usize) -> bool {
    let articles = said[..start].iter().rev().take_while(|word| ARTICLES.contains(word)).count();
    let before = &said[..start - articles];
    NEAR.iter().any(|phrase| before.ends_with(&phrase.split(' ').collect::<Vec<_>>()))
}

const ARTICLES: [&str; 14] = ["the", "a", "la", "el", "los", "las", "le", "les", "l", "der", "dem", "o", "il", "lo"];
#[rustfmt::skip]
const NEAR: [&str; 22] = [
    "near", "near to", "close to", "next to", "beside", "cerca de", "cerca del", "junto a", "al lado de", "pegado a", "pres de", "pres du", "a cote de", "a cote du", "in der nahe von", "neben", "perto de", "perto da", "perto do", "vicino a", "vicino alla",
    "accanto a",
];

/// The phrases, folded, of all languages: an option has a title of its own and not of another language's phrase.
#[rustfmt::skip]
const PHRASES: [&str; 51] = [
    "simple as that", "as simple as that", "its simple", "it s simple", "that s simple", "on the double", "on the house", "of course", "every single", "single one", "at the double", "red tape", "out of the blue", "in the red",
    "a la carta", "es sencillo", "es simple", "asi de sencillo", "asi de simple", "muy sencillo", "muy simple", "de buenas a primeras", "en una palabra",
    "tout de suite", "de suite", "par la suite", "cest simple", "c est simple", "tout simple", "cest tout simple", "c est tout simple", "a la carte", "bien sur", "carte blanche", "au courant",
    "ganz einfach", "einfach so", "so einfach", "doppelt so", "ins blaue", "schwarz auf weiss",
    "e simples", "muito simples", "e simples assim", "a la carte por favor", "de imediato",
    "e semplice", "molto semplice", "alla carta", "di seguito", "in bianco",
];

#[cfg(test)]
mod tests {
    use super::super::{super::tests::hearing, Chosen, chosen};

    #[test]
    fn a_place_near_an_option_is_another_one() {
        for (language, titles, text, place) in [
            ("es", ["Terraza", "Interior"], "cerca de la terraza", None),
            ("es", ["Terraza", "Interior"], "en la terraza", Some(0)),
            ("en", ["Window", "Bar"], "near the window", None),
            ("fr", ["Terrasse", "Salle"], "près de la terrasse", None),
        ] {
            let titles: Vec<Vec<String>> = titles.iter().map(|title| vec![(*title).to_owned()]).collect();
            let found = chosen(text, &titles, &hearing(language));
            assert_eq!(found, place.map_or(Chosen::Nothing, Chosen::One), "{text}");
        }
    }

    #[test]
    fn a_word_of_a_phrase_chooses_nothing() {
        let rooms = ["Simple", "Double", "Suite"];
        let pay = ["Carte", "Espèces"];
        for (options, text, place) in [
            (&rooms[..], "tout de suite", None),
            (&rooms, "oui tout de suite", None),
            (&rooms, "je la veux tout de suite", None),
            (&rooms, "par la suite", None),
            (&rooms, "c'est simple", None),
            (&rooms, "c’est tout simple", None),
            (&rooms, "la suite", Some(2)),
            (&rooms, "une simple", Some(0)),
            (&pay, "à la carte", None),
            (&pay, "par carte", Some(0)),
        ] {
            let titles: Vec<Vec<String>> = options.iter().map(|title| vec![(*title).to_owned()]).collect();
            let found = chosen(text, &titles, &hearing("fr"));
            assert_eq!(found, place.map_or(Chosen::Nothing, Chosen::One), "{text}");
        }
    }
}
