//! Tells by the words directly beside a figure that it is no answer: `room 12` is no time, `in the sun` no Sunday.

use super::{AnswerType, addresses::labels, words::Words};

/// The words beside a candidate, folded; empty at the ends of the message.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'a> {
    pub before: &'a str,
    pub behind: &'a str,
}

/// True if the words beside a time or day show that it is something else. `text` is the candidate, folded.
pub fn is_something_else(kind: AnswerType, text: &str, near: Neighbours<'_>, words: &Words) -> bool {
    let said: Vec<&str> = text.split(' ').collect();
    let is_number = words.number(&said).is_some();
    match kind {
        AnswerType::Time => {
            // `by 5 pm` and `dès 10h` are limits; `5 pm` alone cannot be a table or an age.
            near.before == "by"
                || near.before == "des"
                || is_number && (counts(near, words) || names_a_thing(near.before))
        }
        AnswerType::Date => near.before == "by" || names_a_thing(near.before) || is_another_word(&said, near, words),
        AnswerType::DateTime => near.before == "by" || text == "ora" && near.before == "per",
        // `tout neuf` is brand new.
        AnswerType::Number | AnswerType::Whole => text == "neuf" && near.before == "tout",
        _ => false,
    }
}

/// True for the first half of a time (`10 to`, `le dieci meno`), and for the time that it is now (`il est 10h`).
pub fn is_half_a_time(near: Neighbours<'_>, rest: &[String], words: &Words) -> bool {
    let ends = rest.last().is_some_and(|last| last == near.behind);
    let said: Vec<&str> = rest.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let told = words.without_courtesy(&said).join(" ");
    // `4 me` and `4 us` stand for `for me` and `for us`.
    ends && (HALVES.contains(&near.behind) || ["me", "us"].contains(&near.behind)) || NOW_IT_IS.contains(&told.as_str())
}

/// True for something that is added to a number: the `y un bebé` of `4 personas y un bebé`. `2 rooms and kitchen` adds none.
pub fn adds(behind: &str, rest: &[String], words: &Words) -> bool {
    let counts = |word: &str| words.articles.contains(&word) || words.number(&[word]).is_some();
    ADDING.contains(&behind) && rest.windows(2).any(|pair| pair[0] == behind && counts(&pair[1]))
}

const ADDING: [&str; 9] = ["and", "y", "e", "et", "und", "plus", "mas", "mais", "piu"];

/// True for a number of hours and not an hour: `for 8h`, `pendant 8h`, `8h lang`. `text` is the candidate, folded.
pub fn is_length(text: &str, near: Neighbours<'_>, words: &Words) -> bool {
    let figures = text.trim_start_matches(|c: char| !c.is_ascii_digit()).replace(' ', "");
    let Some((hours, minutes)) = figures.split_once('h') else { return false };
    let is_figure = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if hours.is_empty() || !is_figure(hours) || !is_figure(minutes) {
        return false;
    }
    let is_article = || words.articles.contains(&near.before);
    // The French `5h de l'aprem` is an hour.
    let is_of = || words.language != "fr" && ["de", "di"].contains(&near.behind);
    let is_long = || LONG.contains(&near.behind) || is_of();
    LASTING.contains(&near.before)
        || minutes.is_empty() && (ABOUT_LASTING.contains(&near.before) || is_article() || is_long())
}

/// Words before a length of time. The French `pour 16h` and the Italian `per le 16` are hours.
const LASTING: [&str; 8] = ["for", "within", "during", "durante", "pendant", "durant", "wahrend", "innerhalb"];
/// Words before a length of full hours.
const ABOUT_LASTING: [&str; 8] = ["in", "en", "por", "fur", "von", "per", "em", "unas"];
/// Words behind it.
const LONG: [&str; 5] = ["long", "lang", "seguidas", "straight", "insgesamt"];

/// True for a sentence that tells how many come: `on sera 5`, `à 5 on est bien`.
pub fn tells_how_many(rest: &[String], words: &Words) -> bool {
    words.language == "fr" && rest.windows(2).any(|pair| pair[0] == "on" && ["est", "sera"].contains(&pair[1].as_str()))
}

/// Words behind the minutes of a time whose hour is missing, or behind an hour whose minutes are.
const HALVES: [&str; 19] = [
    "to", "past", "till", "til", "before", "after", "minus", "menos", "y", "para", "moins", "et", "vor", "nach", "und",
    "e", "meno", "plus", "and",
];

/// Sentences around the time that it is now.
#[rustfmt::skip]
const NOW_IT_IS: [&str; 40] = [
    "its here", "it is here", "son las aqui", "aqui son las", "il est ici", "ici il est", "es ist hier", "hier ist es", "sao aqui", "aqui sao",
    "sono le qui", "qui sono le", "aqui son", "son aqui", "qui sono", "sono qui",
    "it is now", "its now", "now its", "now it is", "son", "son las", "es la", "ya son", "ya son las", "ahora son las", "il est", "il est deja", "il est maintenant",
    "es ist", "es ist schon", "es ist jetzt", "jetzt ist es", "sao", "ja sao", "agora sao", "sono", "sono le", "sono gia", "e l",
];

/// True if the number counts or dates: `for 4`, `I'm 12`, `10 of us`, `el 3`.
fn counts(near: Neighbours<'_>, words: &Words) -> bool {
    let is_unit = |word: &str| words.units.iter().any(|(_, names)| names.contains(&word));
    let of_day = match words.language {
        "en" => &["the"][..],
        "es" => &["el", "los", "dia"],
        "fr" => &["le", "les", "jour"],
        "de" => &["am", "den", "der", "die", "alle"],
        "pt" => &["dia", "o", "os"],
        "it" => &["il", "giorno", "e"],
        _ => &[],
    };
    COUNTING.contains(&near.before)
        || of_day.contains(&near.before)
        || words.articles.contains(&near.before) && !["one", "uno"].contains(&near.before)
        || COUNTED_BY.contains(&near.behind)
        // `à deux` and `a due` are two people; the hour has `à deux heures`, `alle due`.
        || near.before == "a" && ["fr", "pt", "it"].contains(&words.language)
        || words.counted.contains(&near.behind)
        || is_unit(near.behind)
}

pub fn names_a_thing(word: &str) -> bool {
    PLACES.contains(&word) || labels::of(word) == Some(labels::Label::Other)
}

/// True for a word that is also another one than a day: `so` in German, `sun`, `ter`; for a greeting; and for an ordinal
/// in words without its month, `the first one`.
fn is_another_word(said: &[&str], near: Neighbours<'_>, words: &Words) -> bool {
    let is_ordinal = |word: &&str| words.ordinal(word).is_some();
    let names_day =
        said.iter().any(|word| words.months.iter().chain(&words.weekdays).any(|names| names.contains(word)));
    let has_figure = said.iter().any(|word| word.chars().any(char::is_numeric));
    let has_unit = said.iter().any(|word| words.units.iter().any(|(_, names)| names.contains(word)));
    match (words.language, said) {
        ("en", ["sun" | "sat" | "wed"] | ["the", "sun"])
        | ("de", ["so"])
        | ("es" | "it" | "fr", ["mar"])
        | ("it" | "fr", ["mer"] | ["la", "mer"])
        | ("fr", ["sam"])
        | ("pt", ["ter"]) => true,
        ("en", ["friday"]) => near.before == "good",
        ("de", ["morgen"]) => GREETS.contains(&near.before) || near.behind == "zusammen",
        ("fr", ["demain"]) | ("it", ["domani"]) => near.before == "a",
        ("it", ["ora"]) => near.before == "per",
        ("es", ["manana"]) => near.before == "de",
        _ if names_day || has_unit => false,
        _ if has_figure => ORDERED.contains(&near.behind),
        _ => said.iter().any(is_ordinal),
    }
}

/// True for a whole message that is a word of a language and no day: the German `so`.
pub fn is_mere_word(text: &str, words: &Words) -> bool {
    words.language == "de" && text == "so"
}

/// Words before a number that make it a count or an age.
#[rustfmt::skip]
const COUNTING: [&str; 83] = [
    "zu", "take", "est", "sera", "serait", "etes", "serez", "etions", "nous",
    "for", "im", "am", "aged", "are", "were", "be", "have", "has", "need", "want", "number", "fur", "bin", "sind", "waren", "habe", "haben",
    "brauche", "para", "por", "tengo", "tenemos", "somos", "seremos", "soy", "numero", "pour", "jai", "ai", "avons", "sommes", "serons",
    "pra", "tenho", "temos", "sou", "per", "ho", "abbiamo", "siamo", "saremo", "nummer", "no", "nr", "num", "suis", "is", "cost", "costs", "costa", "cuesta", "kostet", "coute", "custa", "vale", "son", "tiene", "tienen", "tem", "ha", "de", "necesito", "necesitamos", "preciso", "precisamos", "servono", "serve", "besoin", "ist", "of", "von", "mit", "di",
];

/// Words behind a number that make it a count or an age.
#[rustfmt::skip]
const COUNTED_BY: [&str; 22] = [
    "of", "de", "di", "do", "von", "dentre", "years", "year", "old", "anos", "ano", "ans", "an", "anni", "anno", "jahre", "jahr", "people",
    "personas", "personnes", "personen", "pessoas",
];

/// Things in an order: `my 2nd order` is no day.
const ORDERED: [&str; 14] = [
    "of",
    "time",
    "times",
    "order",
    "visit",
    "floor",
    "one",
    "option",
    "person",
    "child",
    "booking",
    "appointment",
    "table",
    "room",
];

/// True for the name of a day among these words, but not in a greeting: `guten Morgen`.
pub fn names_another_day(rest: &[String], words: &Words) -> bool {
    let is_relative = |word: &str| words.relative.iter().any(|(days, names)| *days != 0 && names.contains(&word));
    let is_weekday = |word: &str| words.weekdays.iter().any(|names| names.contains(&word) && word.len() > 3);
    let is_day = |word: &str| is_relative(word) || is_weekday(word);
    let greets = |place: usize| place > 0 && GREETS.contains(&rest[place - 1].as_str());
    (0..rest.len()).any(|place| is_day(&rest[place]) && !greets(place))
}

const GREETS: [&str; 4] = ["guten", "schonen", "gute", "schoen"];

/// Things that are numbered.
#[rustfmt::skip]
const PLACES: [&str; 102] = [
    "recamara", "rm", "zimmernummer", "klasse", "room", "rooms", "table", "seat", "row", "flat", "apartment", "apt", "unit", "floor", "gate", "door", "platform", "track", "bus",
    "line", "tram", "train", "flight", "house", "page", "chapter", "version", "building", "block", "suite", "box", "locker", "desk",
    "counter", "terminal", "channel", "episode", "season", "level", "class", "mesa", "habitacion", "cuarto", "piso", "planta", "puerta",
    "anden", "autobus", "linea", "vuelo", "pagina", "capitulo", "edificio", "asiento", "fila", "nivel", "chambre", "etage", "porte",
    "quai", "ligne", "vol", "chapitre", "batiment", "siege", "rang", "niveau", "zimmer", "tisch", "stock", "tor", "tur", "gleis", "linie",
    "flug", "seite", "kapitel", "haus", "sitz", "reihe", "raum", "quarto", "andar", "portao", "porta", "plataforma", "onibus",
    "autocarro", "linha", "voo", "versao", "predio", "camera", "tavolo", "piano", "cancello", "binario", "volo", "capitolo", "versione",
    "stanza", "posto",
];
