//! Tells that a number has another unit of the measure than the one that the question names: `17 lbs` is no answer in
//! kilograms, `2 years` none in months.

use super::super::words;
use crate::matching::has_word;

/// Units of one measure; a name belongs to one unit.
struct Sizes {
    /// The names of each unit, folded. Names of two words come before their parts.
    units: &'static [&'static [&'static str]],
    /// True if a unit counts only beside a number or an article: `last month` measures nothing.
    is_of_time: bool,
}

/// True if the message measures in a unit that the question does not name, though it names one of the same measure.
/// `asked` and `said` are folded, and `said` has blanks between figures and letters; `question` and `text` are as written.
pub fn is_another(asked: &str, said: &[String], question: &str, text: &str) -> bool {
    MEASURES.iter().any(|measure| {
        let wanted = measure.asked(asked, question);
        !wanted.is_empty() && measure.said(said).iter().any(|unit| !wanted.contains(unit))
    }) || is_other_degree(question, text)
}

impl Sizes {
    /// The units that the question names, by their places.
    fn asked(&self, asked: &str, question: &str) -> Vec<usize> {
        let all: Vec<&str> = asked.split(' ').collect();
        // The French `l'eau` and `m'appelle` have no unit.
        let is_elided = |name: &str| ['\'', '’'].iter().any(|mark| question.contains(&format!("{name}{mark}")));
        self.units_of(&all, &|_, name| !(UNASKED.contains(&name) || name.len() == 1 && is_elided(name)))
    }

    /// The units that the message names, by their places.
    fn said(&self, said: &[String]) -> Vec<usize> {
        let all: Vec<&str> = said.iter().map(String::as_str).collect();
        self.units_of(&all, &|place, name| self.measures(&all, place, name))
    }

    fn units_of(&self, all: &[&str], counts: &dyn Fn(usize, &str) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        let mut place = 0;
        while place < all.len() {
            let pair = all.get(place + 1).map(|next| format!("{} {next}", all[place])).unwrap_or_default();
            let of = |name: &str| self.units.iter().position(|names| names.contains(&name));
            let (unit, length, name) = match of(&pair) {
                Some(unit) => (Some(unit), 2, pair.as_str()),
                None => (of(all[place]), 1, all[place]),
            };
            found.extend(unit.filter(|_| counts(place, name)));
            place += if unit.is_some() { length } else { 1 };
        }
        found
    }

    /// True if the name of a unit measures something at this place: a short name and one of time only behind a number, or
    /// before the half of a number.
    fn measures(&self, all: &[&str], place: usize, name: &str) -> bool {
        if !self.is_of_time && name.len() >= NAME_BYTES_MIN && !OTHER_WORDS.contains(&name) {
            return true;
        }
        let before = place.checked_sub(1).map_or("", |before| all[before]);
        let next = all.get(place + 1).copied().unwrap_or_default();
        is_number(before)
            || place == 0 && ANDS.contains(&next)
            || self.is_of_time && words::every().iter().any(|words| words.articles.contains(&before))
    }
}

/// Names that are other words in a question: `an appointment`, `¿Cuánto ha medido?`, `your second dog`.
const UNASKED: [&str; 10] = ["an", "h", "ha", "mi", "st", "ora", "second", "segundo", "seconde", "secondo"];
/// Shorter names of units are other words, too.
const NAME_BYTES_MIN: usize = 4;
/// Longer names that are other words where no number stands before them: books, feet, stones.
#[rustfmt::skip]
const OTHER_WORDS: [&str; 14] = [
    "stone", "stones", "feet", "foot", "pies", "piedi", "piede", "pied", "pieds", "yard", "metro", "onza", "once", "livre",
];
const ANDS: [&str; 5] = ["and", "y", "et", "und", "e"];

fn is_number(word: &str) -> bool {
    let is_spelled = || words::every().into_iter().any(|words| words.spelled(word).is_some());
    let is_half = || HALVES.contains(&word);
    !word.is_empty() && (word.chars().any(char::is_numeric) || is_spelled() || is_half())
}

/// Last words of a number.
const HALVES: [&str; 12] =
    ["half", "medio", "media", "demi", "demie", "halb", "halbe", "halbes", "meio", "meia", "mezzo", "mezza"];

/// True for degrees of the other scale of temperature.
fn is_other_degree(question: &str, text: &str) -> bool {
    let is_celsius = |text: &str| names_degree(text, 'c', &CELSIUS);
    let is_fahrenheit = |text: &str| names_degree(text, 'f', &FAHRENHEIT);
    let (asks_c, asks_f) = (is_celsius(question), is_fahrenheit(question));
    let says = |letter: char, names: &[&str]| names_degree(text, letter, names) || ends_with_letter(text, letter);
    asks_c && !asks_f && says('f', &FAHRENHEIT) || asks_f && !asks_c && says('c', &CELSIUS)
}

fn names_degree(text: &str, letter: char, names: &[&str]) -> bool {
    let lower = text.to_lowercase();
    let signs = [format!("°{letter}"), format!("º{letter}"), format!("° {letter}")];
    signs.iter().any(|sign| lower.contains(sign.as_str())) || names.iter().any(|name| has_word(&lower, name))
}

/// True for a figure with this letter behind it: `98F`, `98 f`.
fn ends_with_letter(text: &str, letter: char) -> bool {
    let lower = text.to_lowercase();
    lower.split([',', ';', '(', ')', '.', '!']).any(|part| {
        let number = part.trim().strip_suffix(letter).map(str::trim_end);
        number.is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()))
    })
}

const CELSIUS: [&str; 7] =
    ["celsius", "centigrade", "centigrados", "centígrados", "centigrades", "centigradi", "celsios"];
const FAHRENHEIT: [&str; 2] = ["fahrenheit", "farenheit"];

#[rustfmt::skip]
const MEASURES: [Sizes; 6] = [
    Sizes {
        is_of_time: false,
        units: &[
            &["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm", "kilogramme", "kilogrammes", "kilogramo", "kilogramos", "quilo", "quilos", "quilograma",
              "quilogramas", "chilo", "chili", "chilogrammo", "chilogrammi", "kilogrammo", "kilogrammi", "kgr"],
            &["g", "gr", "grs", "gram", "grams", "gramm", "gramo", "gramos", "grama", "gramas", "gramme", "grammes", "grammo", "grammi"],
            &["mg", "milligram", "milligrams", "milligramm", "miligramos", "miligramas", "milligrammes", "milligrammi"],
            &["lb", "lbs", "lbm", "pound", "pounds", "libra", "libras", "livre", "livres", "pfund", "libbra", "libbre"],
            &["oz", "ounce", "ounces", "onza", "onzas", "onces", "unze", "unzen", "onca", "oncas", "oncia"],
            &["stone", "stones", "st"],
            &["ton", "tons", "tonne", "tonnes", "tonnen", "tonelada", "toneladas", "tonnellata", "tonnellate", "tonellate"],
            &["arroba", "arrobas"],
            &["quintal", "quintales", "quintaux", "zentner", "quintais", "quintale", "quintali"],
            &["etto", "etti"],
        ],
    },
    Sizes {
        is_of_time: false,
        units: &[
            &["mm", "millimeter", "millimeters", "millimetre", "millimetres", "milimetro", "milimetros", "millimetro", "millimetri"],
            &["cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres", "zentimeter", "centimetro", "centimetros", "centimetri"],
            &["m", "mt", "mts", "mtr", "meter", "meters", "metern", "metre", "metres", "metro", "metros", "metri"],
            &["km", "kms", "kilometer", "kilometers", "kilometern", "kilometre", "kilometres", "kilometro", "kilometros", "quilometro", "quilometros", "chilometro", "chilometri"],
            &["mi", "mile", "miles", "milla", "millas", "milles", "meile", "meilen", "milha", "milhas", "miglio", "miglia"],
            &["ft", "foot", "feet", "pie", "pies", "pied", "pieds", "fuss", "pes", "piede", "piedi"],
            &["inch", "inches", "pulgada", "pulgadas", "pouce", "pouces", "zoll", "polegada", "polegadas", "pollice", "pollici"],
            &["yd", "yds", "yard", "yards", "yardas", "jardas", "iarde"],
            &["m2", "qm", "sqm", "sq m", "square metres", "square meters", "metros cuadrados", "metres carres", "quadratmeter", "quadratmetern", "metros quadrados", "metri quadrati", "metri quadri", "mq"],
            &["ha", "hectare", "hectares", "hectareas", "hectarea", "hektar", "ettari", "ettaro"],
            &["acre", "acres", "acri"],
            &["sqft", "sq ft", "ft2", "square feet", "square foot", "pies cuadrados", "pieds carres", "pes quadrados"],
        ],
    },
    Sizes {
        is_of_time: false,
        units: &[
            &["ml", "milliliter", "milliliters", "millilitre", "millilitres", "mililitros", "millilitri"],
            &["cl", "centilitres", "centilitros", "centilitri"],
            &["l", "ltr", "ltrs", "liter", "liters", "litern", "litre", "litres", "litro", "litros", "litri"],
            &["gal", "gallon", "gallons", "galon", "galones", "gallone", "gallonen", "galao", "galoes", "galloni"],
            &["pint", "pints", "pinta", "pintas", "pintes"],
        ],
    },
    Sizes {
        is_of_time: false,
        units: &[&["kb"], &["mb", "megabyte", "megabytes", "megas"], &["gb", "gigabyte", "gigabytes", "gigas", "giga"], &["tb", "terabyte", "terabytes"]],
    },
    Sizes {
        is_of_time: false,
        units: &[&["kcal", "kilocalories", "calories", "calorias", "calorie", "kalorien"], &["kj", "kilojoule", "kilojoules"]],
    },
    Sizes {
        is_of_time: true,
        units: &[
            &["second", "seconds", "secs", "segundo", "segundos", "seconde", "secondes", "sekunde", "sekunden", "secondo", "secondi"],
            &["minute", "minutes", "min", "mins", "minuto", "minutos", "minuten", "minuti"],
            &["hour", "hours", "hr", "hrs", "h", "hora", "horas", "heure", "heures", "stunde", "stunden", "std", "ora", "ore"],
            &["day", "days", "dia", "dias", "jour", "jours", "tag", "tage", "tagen", "giorno", "giorni"],
            &["week", "weeks", "semana", "semanas", "semanitas", "semaine", "semaines", "woche", "wochen", "settimana", "settimane"],
            &["month", "months", "mes", "meses", "mois", "monat", "monate", "monaten", "mese", "mesi"],
            &["year", "years", "yr", "yrs", "ano", "anos", "anito", "anitos", "aninho", "aninhos", "an", "ans", "annee", "annees", "jahr", "jahre", "jahren", "anno", "anni"],
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::{
        super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing},
        *,
    };
    use crate::value::Value;

    #[test]
    fn another_unit_of_the_measure_is_no_answer() {
        for (language, question, text, number) in [
            ("en", "How much does it weigh, in kg?", "17 lbs", None),
            ("en", "How much does it weigh, in kg?", "17lb", None),
            ("en", "How much does it weigh, in kg?", "about 17 pounds", None),
            ("en", "How much does it weigh, in kg?", "12 stone", None),
            ("en", "How much does it weigh, in kg?", "17 kg", Some(17.0)),
            ("en", "How much does it weigh, in pounds?", "17 lbs", Some(17.0)),
            ("en", "How much does it weigh, in kg or lbs?", "17 lbs", Some(17.0)),
            ("en", "How much does it weigh?", "17 lbs", Some(17.0)),
            ("en", "How many miles a week?", "20 km", None),
            ("en", "How old is it, in months?", "2 years", None),
            ("en", "How old is it, in months?", "a year and a half", None),
            ("es", "¿Cuántos meses tiene?", "año y medio", None),
            ("en", "How old is it, in months?", "18 months", Some(18.0)),
            ("en", "How many litres?", "500 ml", None),
            ("en", "How many m2 is the garden?", "2 ha", None),
            ("en", "What is the temperature, in °C?", "98 F", None),
            ("en", "What is the temperature, in °C?", "38.5 C", Some(38.5)),
            ("pt", "Quanto pesa, em kg?", "17 libras", None),
            ("it", "Quanto pesa, in kg?", "17 libbre", None),
            ("de", "Wie viel wiegt er, in kg?", "17 Pfund", None),
            ("fr", "Combien pèse-t-il, en kg ?", "17 livres", None),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing).single();
            let found = found.map(|value| match value {
                Value::Whole(n) => n as f64,
                Value::Number(n) => n,
                other => panic!("{other:?} is no number"),
            });
            assert_eq!(found, number, "{language} {question} {text}");
        }
    }

    #[test]
    fn a_name_belongs_to_one_unit_of_its_measure() {
        for measure in &MEASURES {
            let all: Vec<&str> = measure.units.iter().flat_map(|names| names.iter().copied()).collect();
            for name in &all {
                let units = measure.units.iter().filter(|names| names.contains(name)).count();
                assert_eq!(units, 1, "{name}");
            }
        }
    }
}
