//! Counts the people of a message: `mis 2 hijos y yo`, `nous sommes 4 dont 2 enfants`, `en couple`, `4 y un perro`.

use super::{AnswerContext, AnswerType, Counting, Reading, sums};
use crate::{
    answer::{
        another,
        words::{self, Words},
    },
    value::Value,
};

/// The number of people, if the question counts them and all words of the message are about them.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let counting = Counting::of(kind, text, hearing).filter(Counting::counts_people);
    let (Some(counting), Some(own)) = (counting, words::own(hearing.language)) else { return Reading::default() };
    if text.len() > TEXT_BYTES_MAX || text.contains(['?', '¿', '/', '+', '<', '>', '%']) {
        return Reading::default();
    }
    let said: Vec<&str> = counting.said.split(' ').filter(|word| !word.is_empty()).collect();
    let whole = said.join(" ");
    let said = without_ages(without_beside(&said), own);
    let count = alone(&whole)
        .or_else(|| alone(&said.join(" ")))
        .or_else(|| couples(&said, own))
        .or_else(|| with_part(&said, own))
        .or_else(|| with_animals(&said, own))
        .or_else(|| family(&said, own));
    Reading::one(count.map(Value::Whole))
}

/// A longer message says more than who comes.
const TEXT_BYTES_MAX: usize = 120;
/// Nobody lists more of one kind.
const COUNT_MAX: i64 = 50;

/// The words without those that only begin or end such a list: `somos`, `nada más`.
fn without_beside<'a, 'b>(said: &'a [&'b str]) -> &'a [&'b str] {
    let begins = |word: &&&str| (sums::BEFORE.contains(*word) || BEGINS.contains(*word)) && !SELF.contains(*word);
    let start = said.iter().take_while(begins).count();
    let said = &said[start..];
    let end = ENDS.iter().find(|end| {
        let end: Vec<&str> = end.split(' ').collect();
        said.len() > end.len() && said.ends_with(&end)
    });
    end.map_or(said, |end| &said[..said.len() - end.split(' ').count()])
}

/// The words without the age behind a person: `mi hijo de 5 años y yo`.
fn without_ages<'b>(said: &[&'b str], own: &Words) -> Vec<&'b str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut place = 0;
    while place < said.len() {
        let is_age = ["de", "di"].contains(&said[place])
            && kept.last().is_some_and(|word| another::RELATIVES.contains(word) || PERSONS.contains(word))
            && said.get(place + 1).is_some_and(|word| own.number(&[word]).is_some());
        if is_age {
            let has_unit = said.get(place + 2).is_some_and(|word| YEARS.contains(word));
            place += if has_unit { 3 } else { 2 };
            continue;
        }
        kept.push(said[place]);
        place += 1;
    }
    kept
}

fn alone(said: &str) -> Option<i64> {
    match said {
        _ if ALONE.contains(&said) => Some(1),
        _ if COUPLE.contains(&said) => Some(2),
        _ => None,
    }
}

fn couples(said: &[&str], own: &Words) -> Option<i64> {
    let [number, pairs] = said else { return None };
    let number = count(number, own).filter(|number| *number > 1)?;
    COUPLES.contains(pairs).then_some(2 * number)
}

/// The number before the parts that it includes: `4 dont 2 enfants`, `4 (2 adultos, 2 niños)`.
fn with_part(said: &[&str], own: &Words) -> Option<i64> {
    let (first, mut rest) = said.split_first()?;
    let all = count(first, own)?;
    if let [unit, behind @ ..] = rest
        && UNITS.contains(unit)
    {
        rest = behind;
    }
    let includes = INCLUDING.iter().find_map(|phrase| {
        let words: Vec<&str> = phrase.split(' ').collect();
        rest.strip_prefix(words.as_slice())
    });
    if let Some(part) = includes {
        let part = sums::sum_of(part, &sums::AGES, own, 1)?;
        return (part <= all).then_some(all);
    }
    let sum = sums::sum_of(rest, &sums::AGES, own, 2)?;
    (sum == all).then_some(all)
}

/// The number of people beside animals, which the question does not count: `3 y un perro`.
fn with_animals(said: &[&str], own: &Words) -> Option<i64> {
    let (first, rest) = said.split_first()?;
    let rest = match rest {
        [unit, behind @ ..] if UNITS.contains(unit) => behind,
        all => all,
    };
    let [and, rest @ ..] = rest else { return None };
    (sums::ANDS.contains(and) && sums::sum_of(rest, &sums::PETS, own, 1).is_some()).then(|| count(first, own))?
}

/// The contact and its people: `mi esposa, yo y 2 niños`, `moi et mes deux filles`, `mis papás y yo`.
fn family(said: &[&str], own: &Words) -> Option<i64> {
    let (mut all, mut parts, mut selves, mut place) = (0, 0, 0, 0);
    while place < said.len() {
        if parts > 0 && (sums::ANDS.contains(&said[place]) || WITH.contains(&said[place])) {
            place += 1;
        }
        // `i miei due figli`, `os meus filhos`
        if ARTICLES.contains(said.get(place)?) && said.get(place + 1).is_some_and(|next| OURS.contains(next)) {
            place += 1;
        }
        let word = *said.get(place)?;
        let next = said.get(place + 1).copied().unwrap_or_default();
        let third = said.get(place + 2).copied().unwrap_or_default();
        let (people, length) = if SELF.contains(&word) {
            selves += 1;
            (1, 1)
        } else if MINE.contains(&word) && PARENTS.contains(&next) {
            (2, 2)
        } else if MINE.contains(&word) && is_person(next) {
            (1, 2)
        } else if OURS.contains(&word) && is_people(third) {
            (count(next, own).filter(|people| *people > 1)?, 3)
        } else if is_people(next) {
            (count(word, own).filter(|people| *people > 1)?, 2)
        } else if own.articles.contains(&word) && is_person(next) {
            (1, 2)
        } else {
            return None;
        };
        (all, parts, place) = (all + people, parts + 1, place + length);
    }
    (parts > 1 && selves == 1).then_some(all)
}

fn count(word: &str, own: &Words) -> Option<i64> {
    own.number(&[word]).map(i64::from).filter(|count| (1..=COUNT_MAX).contains(count))
}

fn is_person(word: &str) -> bool {
    (another::RELATIVES.contains(&word) || PERSONS.contains(&word) || sums::AGES.contains(&word))
        && !sums::PETS.contains(&word)
        && !["pet", "mascota", "animal"].contains(&word)
        && !is_people(word)
}

/// True for several people: `niños`, `filles`, `Kinder`.
fn is_people(word: &str) -> bool {
    PEOPLE.contains(&word)
}

#[rustfmt::skip]
const ALONE: [&str; 20] = [
    "alone", "on my own", "by myself", "solo", "sola", "solito", "solita", "seul", "seule", "tout seul", "toute seule", "moi tout seul", "moi toute seule", "allein", "alleine", "sozinho", "sozinha", "da solo", "da sola", "yo nomas",
];
#[rustfmt::skip]
const COUPLE: [&str; 14] = [
    "as a couple", "in a couple", "a couple", "en pareja", "una pareja", "en couple", "un couple", "a deux", "als paar", "ein paar zu zweit", "em casal", "um casal", "in coppia", "una coppia",
];
const COUPLES: [&str; 6] = ["couples", "parejas", "matrimonios", "paare", "casais", "coppie"];
#[rustfmt::skip]
const INCLUDING: [&str; 20] = [
    "including", "incl", "of which", "of whom", "of them", "incluyendo", "incluidos", "incluidas", "incluido", "de los cuales", "de ellos", "dont", "y compris", "davon", "inklusive", "darunter", "incluindo", "sendo", "di cui", "inclusi",
];
#[rustfmt::skip]
const UNITS: [&str; 12] = [
    "people", "persons", "guests", "personas", "huespedes", "personnes", "pers", "personen", "gaste", "pessoas", "persone", "ospiti",
];
#[rustfmt::skip]
const BEGINS: [&str; 26] = [
    "sommes", "est", "seremos", "vamos", "iremos", "serons", "sera", "viendrons", "werden", "seremo", "saremo", "we", "re", "will", "be", "nada", "mas", "nomas", "solo", "solamente", "just", "juste", "seulement", "nur", "para", "pour",
];
const ENDS: [&str; 8] = ["nada mas", "nomas", "solamente", "only", "seulement", "en total", "au total", "in total"];
const YEARS: [&str; 8] = ["anos", "ano", "ans", "an", "anni", "anno", "years", "jahre"];
const WITH: [&str; 6] = ["con", "avec", "mit", "com", "with", "plus"];
const SELF: [&str; 9] = ["i", "me", "myself", "yo", "moi", "ich", "eu", "io", "mich"];
#[rustfmt::skip]
const MINE: [&str; 22] = [
    "my", "mi", "mis", "mon", "ma", "mes", "nos", "notre", "mein", "meine", "meinen", "meiner", "meu", "minha", "meus", "minhas", "mio", "mia", "miei", "mie", "os", "il",
];
#[rustfmt::skip]
const OURS: [&str; 16] = [
    "my", "our", "mis", "nuestros", "nuestras", "mes", "nos", "meine", "unsere", "meinen", "meus", "minhas", "nossos", "nossas", "miei", "mie",
];
/// Articles before *my* of several people.
const ARTICLES: [&str; 5] = ["i", "le", "gli", "os", "as"];
const PARENTS: [&str; 14] = [
    "parents",
    "papas",
    "padres",
    "papis",
    "suegros",
    "abuelos",
    "eltern",
    "schwiegereltern",
    "pais",
    "sogros",
    "genitori",
    "suoceri",
    "grandparents",
    "nonni",
];
#[rustfmt::skip]
const PERSONS: [&str; 63] = [
    "mama", "mami", "mam", "papa", "papi", "novia", "novio", "suegra", "suegro", "abuela", "abuelo", "prima", "primo", "tia", "tio", "sobrina", "sobrino", "jefe", "amigo", "amiga", "companera", "companero",
    "maman", "copine", "copain", "conjoint", "conjointe", "epouse", "epoux", "belle mere", "grand mere", "cousine", "cousin", "neveu", "niece", "fille", "fils", "bebe", "collegue",
    "mum", "mom", "dad", "girlfriend", "boyfriend", "fiance", "aunt", "uncle", "colleague", "oma", "opa", "mama", "tante", "onkel", "kollege", "kollegin", "namorada", "namorado", "avo", "mamma", "ragazza", "ragazzo", "nonna", "nonno",
];
#[rustfmt::skip]
const PEOPLE: [&str; 54] = [
    "kids", "children", "sons", "daughters", "friends", "adults", "babies", "sisters", "brothers", "hijos", "hijas", "ninos", "ninas", "amigos", "amigas", "adultos", "bebes", "hermanos", "hermanas", "peques", "sobrinos",
    "enfants", "filles", "garcons", "amis", "amies", "adultes", "soeurs", "freres", "kinder", "sohne", "tochter", "freunde", "erwachsene", "babys", "schwestern", "bruder",
    "filhos", "filhas", "criancas", "irmaos", "irmas", "figli", "figlie", "bambini", "bambine", "amici", "amiche", "adulti", "fratelli", "sorelle", "chicos", "chicas", "nietos",
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};
    use crate::value::Value;

    #[test]
    fn people_are_counted() {
        let asked = [
            ("en", "How many people?"),
            ("es", "¿Cuántas personas se hospedan?"),
            ("fr", "Combien de personnes serez-vous ?"),
            ("de", "Wie viele Personen kommen?"),
            ("pt", "Quantas pessoas?"),
            ("it", "Quante persone?"),
        ];
        for (language, text, count) in [
            ("fr", "nous sommes 4 dont 2 enfants", Some(4)),
            ("fr", "5 dont 1 bébé", Some(5)),
            ("es", "4 (2 adultos, 2 niños)", Some(4)),
            ("es", "somos 4, 2 adultos y dos niños", Some(4)),
            ("es", "5 (2 adultos, 2 niños)", None),
            ("en", "4 including 2 kids", Some(4)),
            ("de", "4 davon 2 Kinder", Some(4)),
            ("es", "mis papás y yo", Some(3)),
            ("es", "mis 2 hijos y yo", Some(3)),
            ("es", "mi esposa, yo y 2 niños", Some(4)),
            ("es", "mi mamá, mi papá y yo", Some(3)),
            ("es", "mi hijo de 5 años y yo", Some(2)),
            ("fr", "moi et mes deux filles", Some(3)),
            ("fr", "ma femme, moi et nos 2 enfants", Some(4)),
            ("fr", "seul", Some(1)),
            ("fr", "tout seul", Some(1)),
            ("es", "solo", Some(1)),
            ("fr", "en couple", Some(2)),
            ("es", "dos parejas", Some(4)),
            ("es", "somos 3 y un perro", Some(3)),
            ("fr", "4 pers", Some(4)),
            ("fr", "4 couverts", Some(4)),
            ("es", "para tres pfa", Some(3)),
            ("es", "yo y mi perro", None),
            ("es", "mi perro y yo", None),
            ("fr", "moi et ma valise", None),
            ("es", "mis hijos y yo", None),
            ("es", "hab 204", None),
        ] {
            let question = asked.iter().find(|(of, _)| *of == language).map_or("", |(_, question)| question);
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Whole, &InboundKind::Text { body: text.into() }, &hearing).single();
            assert_eq!(found, count.map(Value::Whole), "{language} {text}");
        }
    }
}
