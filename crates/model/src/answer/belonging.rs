//! Tells that a number belongs to another person or another measure than the question asks for: to "How old are you?",
//! `my daughter is 9` and `80 kg` are no age.

use super::{
    another::RELATIVES,
    counting::whose,
    money::{self, MEASURES},
    reading::HOW_MANY,
    words::frames::PAID,
};
use crate::matching::{fold, has_word};

/// True if the number of the message is not the one for which the question asks. `folded` is the message and `asked` the
/// question, with blanks for apostrophes.
pub fn is_of_another(text: &str, folded: &str, asked: &str) -> bool {
    if asked.is_empty() {
        return false;
    }
    let asks = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(asked, phrase));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(folded, phrase));
    let asks_age = asks(&AGES);
    let is_own = (asks_age || asks(&SIZES)) && asks(&YOU) && !asks(&RELATIVES) && !whose::is_of_a_third(asked);
    let is_third = || says(&RELATIVES) || says(&THIRD) || OTHERS.iter().any(|start| begins(folded, start));
    let is_measured = || asks_age && (has_measure(text) || says(&WEIGHS));
    let is_priced = || asks(&PEOPLE) && (has_money(text) || says(&STARS));
    let is_other_price = |spent: &&str| has_word(folded, spent) && !shares_stem(asked, spent);
    let is_spent = || !asks(&PAST) && !asks(&PAID) && SPENT.iter().any(is_other_price);
    is_own && is_third() || is_measured() || is_priced() || is_spent() || is_own_age(folded, asked)
}

/// True if the folded question asks for an age.
pub fn asks_age(asked: &str) -> bool {
    AGES.iter().any(|phrase| has_word(asked, phrase))
}

/// True for an age or a possession instead of the count of other things: `I'm 18, just started` and `we already have 2`
/// to "How many lessons have you had?" or "How many boards do you need?"
fn is_own_age(folded: &str, asked: &str) -> bool {
    let counts = HOW_MANY.iter().any(|phrase| has_word(asked, phrase));
    let asks_possession = || POSSESSES.iter().any(|word| has_word(asked, word));
    let has_already = || ALREADY_HAVE.iter().any(|phrase| has_word(folded, phrase));
    let has_figure = |starts: &[&str]| {
        let mut behind = starts.iter().filter_map(|start| folded.strip_prefix(start));
        behind.any(|behind| behind.strip_prefix(' ').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
    };
    let is_of_people = || PEOPLE.iter().any(|word| has_word(asked, word));
    let asks_age = AGES.iter().any(|phrase| has_word(asked, phrase));
    counts
        && !asks_age
        && !is_of_people()
        && (has_figure(&AM) || !asks_possession() && (has_figure(&HAVE) || has_already()))
}

/// First words of an age, folded.
const AM: [&str; 5] = ["im", "i m", "i am", "bin", "ich bin"];
/// The same in languages that have an age.
const HAVE: [&str; 4] = ["tengo", "tenho", "jai", "j ai"];

/// Words of a question for what the contact has.
const POSSESSES: [&str; 9] = ["have", "tiene", "tienes", "avez", "as tu", "haben", "hast", "tem", "tens"];

const ALREADY_HAVE: [&str; 10] = [
    "wir haben schon",
    "ich habe schon",
    "ich hab schon",
    "haben wir schon",
    "ja temos",
    "ja tenho",
    "ya tenemos",
    "ya tengo",
    "already have",
    "already got",
];

fn begins(folded: &str, start: &str) -> bool {
    folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '))
}

/// True if the question has the verb of this phrase: `How much did you pay?`
fn shares_stem(asked: &str, phrase: &str) -> bool {
    let verb = phrase.rsplit(' ').find(|word| word.len() >= STEM_CHARS).unwrap_or(phrase);
    let stem: String = verb.chars().take(STEM_CHARS).collect();
    asked.split(' ').any(|word| word.starts_with(&stem))
}

const STEM_CHARS: usize = 4;

/// The words directly beside the figures of a text: `kg` of `80kg` and of `80 kg`.
fn units(text: &str) -> Vec<String> {
    let mut apart = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        let figure_ends = apart.ends_with(|last: char| last.is_ascii_digit()) != c.is_ascii_digit();
        if figure_ends {
            apart.push(' ');
        }
        apart.push(c);
    }
    let words: Vec<String> = apart.split_whitespace().map(fold).collect();
    let is_figure = |place: usize| words.get(place).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let beside = (0..words.len()).filter(|place| is_figure(place + 1) || *place > 0 && is_figure(place - 1));
    beside.map(|place| words[place].clone()).collect()
}

fn has_measure(text: &str) -> bool {
    let is_behind =
        |unit: &String| !["c", "mi", "l", "ha"].contains(&unit.as_str()) && MEASURES.contains(&unit.as_str());
    has_money(text) || units(text).iter().any(|unit| is_behind(unit) || unit == "m")
}

fn has_money(text: &str) -> bool {
    let words = units(text);
    let is_code = |mark: &&&str| words.iter().any(|word| word.eq_ignore_ascii_case(mark));
    text.contains(['%', '$', '€', '£', '¥', '₹'])
        || money::CURRENCIES.iter().filter(|mark| mark.len() == 3).any(|mark| is_code(&mark))
        || words.iter().any(|word| MONEY.contains(&word.as_str()))
}

#[rustfmt::skip]
const MONEY: [&str; 17] = [
    "euro", "euros", "dollar", "dollars", "dolares", "dolar", "reais", "pesos", "pounds", "quid", "bucks", "franken", "francs", "soles",
    "percent", "prozent", "dollari",
];

/// Units of things beside a number of people.
const STARS: [&str; 18] = [
    "stars",
    "star",
    "estrellas",
    "estrella",
    "etoiles",
    "etoile",
    "sterne",
    "stelle",
    "estrelas",
    "estrela",
    "nights",
    "noches",
    "nuits",
    "nachte",
    "noites",
    "notti",
    "km",
    "kg",
];

/// Words with which a question asks for people.
#[rustfmt::skip]
const PEOPLE: [&str; 20] = [
    "people", "persons", "guests", "adults", "how many of you", "personas", "comensales", "invitados", "adultos", "personnes", "convives", "invites",
    "personen", "leute", "gaste", "pessoas", "convidados", "persone", "ospiti", "coperti",
];

/// Words with which a question asks for an age.
#[rustfmt::skip]
const AGES: [&str; 20] = [
    "how old", "your age", "age", "edad", "cuantos anos tienes", "cuantos anos tiene", "cuantos anos tenes", "quel age", "ton age", "votre age",
    "wie alt", "alter", "idade", "quantos anos voce tem", "quantos anos tem", "quantos anos tens", "eta", "quanti anni hai", "quanti anni ha", "anni hai",
];

/// Words with which a question asks for a height or a weight.
#[rustfmt::skip]
const SIZES: [&str; 22] = [
    "how tall", "how heavy", "you weigh", "your height", "your weight", "cuanto mides", "cuanto pesas", "cuanto mide", "cuanto pesa", "mesurez vous",
    "pesez vous", "votre taille", "votre poids", "wie gross", "wie schwer", "wiegst du", "wiegen sie", "quanto pesa", "quanto mede", "quanto pesi",
    "quanto sei alto", "quanto sei alta",
];

/// Words with which a question speaks to the contact.
#[rustfmt::skip]
const YOU: [&str; 36] = [
    "you", "your", "tu", "tus", "te", "tienes", "tenes", "tiene", "usted", "su", "mides", "pesas", "mide", "pesa", "vous", "votre", "ton", "as",
    "du", "dein", "deine", "bist", "sie", "ihr", "voce", "tem", "tens", "sua", "seu", "hai", "ha", "tua", "lei", "sei", "pesi", "mede",
];

/// Words of a sentence about somebody else, or about several people.
#[rustfmt::skip]
const THIRD: [&str; 61] = [
    "he is", "hes", "he s", "she is", "shes", "she s", "they are", "theyre", "they re", "he has", "we are", "we re", "were", "he turned", "she turned",
    "tiene", "tienen", "cumple", "ella", "ellos", "il a", "elle a", "ils ont", "elles ont", "elle", "il fait", "il aura", "elle aura", "er ist", "sie ist", "er wird",
    "sie wird", "sie sind", "wir sind", "er", "ele tem", "ela tem", "tem", "ele", "ela", "eles", "elas", "lui", "lei ha", "hanno", "number", "on number", "numero",
    "nummer", "tenemos", "somos", "sommes", "nous avons", "temos", "abbiamo", "siamo", "boss", "jefe", "chef", "capo", "chefe",
];

/// First words of a sentence about somebody else.
const OTHERS: [&str; 8] = ["ha", "los", "il", "elle", "el", "lui", "sie", "er"];

/// Verbs of a weight or a height.
#[rustfmt::skip]
const WEIGHS: [&str; 20] = [
    "weigh", "weight", "tall", "peso", "pesa", "mido", "mide", "kilos", "je pese", "je mesure", "je fais", "wiege", "gewicht", "gross", "meco", "mede",
    "alto", "alta", "misuro", "quilos",
];

/// Words of a price that was paid.
#[rustfmt::skip]
const SPENT: [&str; 24] = [
    "cost me", "it cost", "i paid", "we paid", "me costo", "me ha costado", "pague", "he pagado", "ma coute", "m a coute", "jai paye", "j ai paye",
    "bezahlt", "gekostet", "gezahlt", "me custou", "custou me", "costou me", "costou", "me ha salido", "paguei", "mi e costato", "ho pagato", "gastei",
];

/// Words of a question about the past, beside those of prices.
const PAST: [&str; 8] = ["did", "was", "have", "paid", "hast", "haben", "avez", "hai"];
