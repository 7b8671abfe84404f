//! Adds things of one kind that a message counts apart: to "How many animals?", `2 cats and 1 dog` are three.

use super::{AnswerContext, AnswerType, Counting, HOW_MANY, words};

/// The sum of the counted things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// The message is no such list.
    None,
    /// The things are of the kind that the question counts.
    Sure(i64),
    /// They are people of several ages: not every price and not every seat counts all of them.
    Unsure(i64),
}

/// The sum of a message that is only such a list, and whose things are animals or people as the question counts them.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Sum {
    let counting = Counting::of(kind, text, hearing).filter(|counting| counting.asks(&HOW_MANY));
    let (Some(counting), Some(own)) = (counting, words::own(hearing.language)) else { return Sum::None };
    if text.len() > TEXT_BYTES_MAX || text.contains(['?', '¿', '-', '/']) {
        return Sum::None;
    }
    let said: Vec<&str> = counting.said.split(' ').filter(|word| !word.is_empty()).collect();
    let start = said.iter().take_while(|word| BEFORE.contains(word)).count();
    let of = |things: &[&str]| sum_of(&said[start..], things, own, 2);
    match (counting.asks(&ANIMALS), counting.asks(&PEOPLE)) {
        (true, false) => of(&PETS).map_or(Sum::None, Sum::Sure),
        (false, true) => of(&AGES).map_or(Sum::None, Sum::Unsure),
        (true, true) | (false, false) => Sum::None,
    }
}

/// The sum of a list of at least this many parts, each a number and one of the things.
pub fn sum_of(said: &[&str], things: &[&str], own: &words::Words, parts_min: usize) -> Option<i64> {
    let (mut sum, mut parts, mut place) = (0_i64, 0, 0);
    while place < said.len() {
        if parts > 0 && ANDS.contains(&said[place]) {
            place += 1;
        }
        let number = said.get(place)?;
        let count = if own.articles.contains(number) || ONES.contains(number) {
            1
        } else {
            own.number(&[number]).map(i64::from).filter(|count| (1..=COUNT_MAX).contains(count))?
        };
        said.get(place + 1).filter(|thing| things.contains(thing))?;
        (sum, parts, place) = (sum + count, parts + 1, place + 2);
    }
    (parts >= parts_min).then_some(sum)
}

/// A longer message says more than a list.
const TEXT_BYTES_MAX: usize = 120;
/// Nobody lists more of one kind beside another.
const COUNT_MAX: i64 = 50;
pub const ANDS: [&str; 9] = ["and", "y", "et", "und", "e", "plus", "mas", "mais", "piu"];
const ONES: [&str; 10] = ["one", "a", "um", "uma", "un", "una", "une", "ein", "eine", "einen"];
/// Words before the list.
#[rustfmt::skip]
pub const BEFORE: [&str; 40] = [
    "i", "we", "have", "ive", "weve", "ve", "got", "its", "it", "is", "there", "are", "theyre", "tengo", "tenemos", "son", "somos", "hay", "jai", "j", "ai", "on", "nous", "avons",
    "il", "y", "ich", "wir", "habe", "haben", "es", "sind", "tenho", "temos", "sao", "ha", "ho", "abbiamo", "sono", "siamo",
];
/// Words of a question that counts animals.
#[rustfmt::skip]
const ANIMALS: [&str; 18] = [
    "animals", "pets", "animales", "mascotas", "animaux", "animaux de compagnie", "tiere", "haustiere", "tieren", "animais", "bichos", "bichinhos", "animali", "patudos", "pacientes", "furry friends",
    "animalitos", "animal",
];
/// Words of a question that counts people.
const PEOPLE: [&str; 10] =
    ["people", "guests", "persons", "personas", "huespedes", "personnes", "personen", "pessoas", "persone", "ospiti"];
/// Words of people by their age.
#[rustfmt::skip]
pub const AGES: [&str; 42] = [
    "adult", "adults", "child", "children", "kid", "kids", "baby", "babies", "toddler", "toddlers", "adulto", "adultos", "nino", "ninos", "nina", "ninas", "bebe", "bebes",
    "adulte", "adultes", "enfant", "enfants", "erwachsene", "erwachsener", "erwachsenen", "kind", "kinder", "babys", "crianca", "criancas", "miudo", "miudos",
    "adulti", "bambino", "bambini", "bambina", "bambine", "neonato", "neonati", "senior", "seniors", "teenagers",
];
/// Animals.
#[rustfmt::skip]
pub const PETS: [&str; 134] = [
    "cat", "cats", "kitten", "kittens", "dog", "dogs", "puppy", "puppies", "pup", "pups", "rabbit", "rabbits", "bunny", "bunnies", "hamster", "hamsters", "bird", "birds", "parrot", "parrots",
    "ferret", "ferrets", "horse", "horses", "turtle", "turtles", "tortoise", "tortoises",
    "gato", "gatos", "gata", "gatas", "gatito", "gatitos", "gatita", "gatitas", "perro", "perros", "perra", "perras", "perrito", "perritos", "perrita", "perritas", "cachorro", "cachorros", "conejo", "conejos", "hamsteres",
    "loro", "loros", "tortuga", "tortugas", "huron", "hurones", "caballo", "caballos", "pajaro", "pajaros",
    "chat", "chats", "chatte", "chattes", "chaton", "chatons", "chien", "chiens", "chienne", "chiennes", "chiot", "chiots", "lapin", "lapins", "lapine", "oiseau", "oiseaux", "perroquet", "perroquets", "tortue", "tortues", "furet", "furets",
    "hund", "hunde", "hundin", "katze", "katzen", "kater", "katzchen", "welpe", "welpen", "kaninchen", "hase", "hasen", "meerschweinchen", "vogel", "papagei", "schildkrote", "schildkroten", "pferd", "pferde",
    "cao", "caes", "cadela", "cadelas", "cachorra", "cachorras", "cachorrinho", "cachorrinhos", "gatinho", "gatinhos", "gatinha", "gatinhas", "coelho", "coelhos", "passaro", "passaros", "papagaio", "tartaruga", "tartarugas",
    "gatto", "gatti", "gatta", "gatte", "gattino", "gattini", "cane", "cani", "cagnolino", "cagnolini", "coniglio", "conigli", "criceto", "criceti",
];

#[cfg(test)]
mod tests {
    use super::{super::super::tests::hearing, *};

    #[test]
    fn animals_are_added_and_people_are_asked_back() {
        for (language, question, text, sum) in [
            ("en", "How many animals?", "2 cats and 1 dog", Sum::Sure(3)),
            ("en", "How many animals?", "a cat and a dog", Sum::Sure(2)),
            ("en", "How many animals?", "I have 2 cats, 1 dog and a rabbit", Sum::Sure(4)),
            ("en", "How many animals?", "2 cats and 1 is sick", Sum::None),
            ("en", "How many animals?", "3 animals, 2 cats and 1 dog", Sum::None),
            ("en", "How many animals?", "2 cats or 1 dog", Sum::None),
            ("en", "How many cats?", "2 cats and 1 dog", Sum::None),
            ("en", "How many people?", "2 adults and 1 child", Sum::Unsure(3)),
            ("pt", "Quantos animais?", "2 gatos e 1 cao", Sum::Sure(3)),
            ("pt", "Quantos animais?", "um gato e um cão", Sum::Sure(2)),
            ("es", "¿Cuántos animales?", "2 gatos y un perro", Sum::Sure(3)),
            ("fr", "Combien d'animaux ?", "2 chats et 1 chien", Sum::Sure(3)),
            ("de", "Wie viele Tiere?", "zwei Katzen und ein Hund", Sum::Sure(3)),
            ("it", "Quanti animali?", "2 gatti e un cane", Sum::Sure(3)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            assert_eq!(read(AnswerType::Whole, text, &hearing), sum, "{language} {text}");
        }
    }
}
