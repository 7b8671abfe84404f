//! Reads the count of nothing (`none yet`, `noch keine`) and the part of some things that is needed (`there are 3 but only
//! 2 need doing`).

use super::{Counting, HOW_MANY, SIMPLY};
use crate::{
    answer::{
        AnswerContext, AnswerType, inside,
        reading::Reading,
        reasons::{self, Joint},
        words::{self, joints},
    },
    matching::{fold, has_word},
    value::Value,
};

/// Nothing, for a whole answer that says so to a question that counts.
pub fn none(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let Some(counting) = Counting::of(kind, text, hearing).filter(|counting| counting.asks(&HOW_MANY)) else {
        return Reading::default();
    };
    let said: Vec<&str> = counting.said.split(' ').filter(|word| !word.is_empty()).collect();
    let nones = said.iter().filter(|word| NONE.contains(word)).count();
    let is_plain_no =
        || COUNTED_BESIDE.iter().any(|word| has_word(&counting.asked, word)) && is_no(&said, &counting.asked);
    if is_plain_no() {
        return Reading::one(Some(Value::Whole(0)));
    }
    let is_none = nones == 1 && said.iter().all(|word| NONE.contains(word) || BESIDE.contains(word));
    // `0` and `zero` are numbers of their own.
    Reading::one(is_none.then_some(Value::Whole(0)))
}

/// True for a plain no, and for a no before a counted thing of the question: `no`, `pas d'enfants`, `no hay niños`.
fn is_no(said: &[&str], asked: &str) -> bool {
    let (no, rest) = match said {
        [no, rest @ ..] if NO.contains(no) => (*no, rest),
        _ => return false,
    };
    let is_thing = |word: &&str| word.len() >= THING_BYTES_MIN && has_word(asked, word);
    let is_known = |word: &&str| EXISTS.contains(word) || is_thing(word);
    let is_alone = rest.is_empty() && PLAIN_NO.contains(&no);
    is_alone || rest.iter().any(is_thing) && rest.iter().all(is_known)
}

const PLAIN_NO: [&str; 6] = ["no", "non", "nein", "nao", "nope", "nee"];
const NO: [&str; 16] = [
    "no", "non", "nein", "nao", "nope", "nee", "sin", "sans", "pas", "aucun", "ohne", "keine", "sem", "senza",
    "nessun", "without",
];
const EXISTS: [&str; 14] =
    ["hay", "tenemos", "tengo", "traemos", "de", "d", "vienen", "van", "there", "are", "temos", "ha", "abbiamo", "ci"];
/// Those who may come along, and of whom none may come.
#[rustfmt::skip]
const COUNTED_BESIDE: [&str; 30] = [
    "kids", "children", "babies", "pets", "dogs", "animals", "bags", "ninos", "ninas", "hijos", "bebes", "menores", "mascotas", "perros", "maletas", "enfants", "bebes", "animaux", "valises", "chiens",
    "kinder", "haustiere", "tiere", "koffer", "criancas", "animais", "malas", "bambini", "animali", "valigie",
];

/// The number that is needed, of a message that tells first how many there are.
pub fn needed(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let none = Reading::default;
    let Some(own) = words::own(hearing.language) else { return none() };
    let Some(joints) = joints::of(own.language) else { return none() };
    let counts =
        Counting::of(kind, text, hearing).is_some_and(|counting| counting.asks(&HOW_MANY) && !counting.counts_people());
    if !counts || text.contains(['?', '¿']) || text.len() > inside::SENTENCE_BYTES_MAX {
        return none();
    }
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
    let is_but = |place: &usize| matches!(reasons::joint_at(&folded[*place..], joints), Some((Joint::But, 1)));
    let buts: Vec<usize> = (1..said.len()).filter(is_but).collect();
    let [but] = buts.as_slice() else { return none() };
    let end =
        (but + 1..said.len()).find(|place| reasons::ends_clause(said[*place])).map_or(said.len(), |place| place + 1);
    let (before, needed, rest) = (&said[..*but], &said[but + 1..end], folded[end..].join(" "));
    let has = |run: &[String], list: &[&str]| {
        let text = run.join(" ");
        list.iter().any(|phrase| has_word(&text, phrase))
    };
    let is_open = |run: &[String]| has(run, &reasons::CONDITIONS) || has(run, &OPEN);
    if !has(&folded[..*but], &EXIST)
        || !has(&folded[but + 1..end], &NEEDS)
        || is_open(&folded[but + 1..])
        || rest.chars().any(char::is_numeric)
        || folded[but + 1..end].iter().any(|word| own.units.iter().any(|(_, names)| names.contains(&word.as_str())))
    {
        return none();
    }
    let readings = |run: &[&str]| inside::candidate_readings(kind, run, hearing, own);
    match (readings(before).as_slice(), readings(needed).as_slice()) {
        ([all], [some]) if all != some && some.likely.len() == 1 => some.clone(),
        _ => none(),
    }
}

/// The text without the clause that tells where the others stay: `only 1, the other stays home`.
pub fn without_the_others(text: &str, hearing: &AnswerContext<'_>) -> String {
    let plain = |text: &str| fold(&text.replace(['\'', '’'], " "));
    let asks = || HOW_MANY.iter().any(|phrase| has_word(&plain(hearing.question), phrase));
    let Some((first, behind)) = text.split_once([',', ';', '.']) else { return text.to_owned() };
    let behind = plain(behind);
    let words: Vec<&str> = behind.split(' ').filter(|word| !word.is_empty()).collect();
    let is_stay = |word: &&str| STAYING.contains(word);
    let stays = words.iter().any(is_stay) && words.iter().any(|word| THE_OTHERS.contains(word));
    let known = |word: &&str| is_stay(word) || THE_OTHERS.contains(word) || AT_HOME.contains(word);
    match stays && words.iter().all(known) && asks() {
        true => first.to_owned(),
        false => text.to_owned(),
    }
}

#[rustfmt::skip]
const STAYING: [&str; 22] = [
    "stays", "stay", "staying", "remains", "queda", "quedan", "quedara", "reste", "restent", "restera", "bleibt", "bleiben", "fica", "ficam", "ficara", "ficou", "resta", "restano", "rimane",
    "rimangono", "sta", "ficar",
];
#[rustfmt::skip]
const THE_OTHERS: [&str; 17] = [
    "other", "others", "otro", "otra", "otros", "otras", "autre", "autres", "andere", "anderen", "outro", "outra", "outros", "outras", "altro", "altra", "altri",
];
/// Words of home beside them.
#[rustfmt::skip]
const AT_HOME: [&str; 37] = [
    "the", "one", "ones", "at", "home", "is", "are", "will", "here", "el", "la", "los", "las", "se", "en", "casa", "l", "les", "a", "maison", "die", "der", "das", "zu", "zuhause", "hause", "daheim",
    "o", "os", "as", "em", "cat", "dog", "in", "ca", "chez", "moi",
];

/// True for `one is plenty`, `con una nos sobra`, `einer reicht locker`.
fn is_one_enough(said: &str) -> bool {
    let said: Vec<&str> =
        said.split(' ').filter(|word| !["con", "mit", "com", "avec", "just", "the"].contains(word)).collect();
    let Some((first, rest)) = said.split_first() else { return false };
    ONES.contains(first)
        && rest.iter().any(|word| ENOUGH.contains(word))
        && rest.iter().all(|word| ENOUGH.contains(word) || FILLERS.contains(word))
}

const ONES: [&str; 11] = ["one", "uno", "una", "un", "une", "um", "uma", "eine", "einer", "eins", "einen"];
#[rustfmt::skip]
const ENOUGH: [&str; 18] = [
    "plenty", "enough", "do", "basta", "bastara", "sobra", "llega", "vale", "suffit", "suffira", "reicht", "langt", "genugt", "chega", "bom", "avanza", "bastera", "va",
];
#[rustfmt::skip]
const FILLERS: [&str; 33] = [
    "is", "will", "should", "would", "be", "for", "us", "me", "nos", "me", "de", "y", "seul", "seule", "nous", "ca", "uns", "mir", "vollig", "locker", "vollkommen", "schon", "e", "ta", "esta", "ja", "sola", "solo", "so", "bene", "bien", "ci", "mi",
];
/// Words for none of the counted things.
#[rustfmt::skip]
const NONE: [&str; 14] = [
    "none", "ninguna", "ninguno", "aucun", "aucune", "keine", "keinen", "keins", "keiner", "nenhum", "nenhuma", "nessuno", "nessuna", "nil",
];
/// Words beside it: the time until now, regret and sincerity.
#[rustfmt::skip]
const BESIDE: [&str; 66] = [
    "yet", "so", "far", "honestly", "at", "all", "tbh", "as", "of", "now", "im", "afraid", "sadly", "still", "actually", "just",
    "todavia", "aun", "de", "momento", "por", "ahora", "la", "verdad", "hasta", "desgracia", "pues",
    "encore", "pour", "l", "instant", "linstant", "le", "moment", "franchement", "malheureusement", "du", "tout", "jusqu", "ici", "jusqua", "maintenant",
    "noch", "bisher", "bis", "jetzt", "bislang", "leider", "ehrlich", "gesagt", "gar",
    "ainda", "enquanto", "ate", "agora", "sinceramente", "infelizmente",
    "ancora", "per", "ora", "finora", "adesso", "purtroppo", "onestamente", "proprio", "mo",
];
/// Words of what there is.
#[rustfmt::skip]
const EXIST: [&str; 31] = [
    "theres", "there s", "there are", "there is", "have", "got", "ive", "weve", "hay", "tengo", "tenemos", "son", "y en a", "j en ai", "on en a", "il y en a", "sind", "haben", "habe", "hab", "gibt", "tem", "tenho", "temos", "sao", "ce ne sono",
    "ci sono", "ho", "abbiamo", "sono", "ce n e",
];
/// Words of need and of what is enough.
#[rustfmt::skip]
const NEEDS: [&str; 35] = [
    "need", "needs", "enough", "will do", "basta", "bastan", "vale", "llega", "sobra", "necesito", "necesitan", "hace falta", "hacen falta", "me vale", "faut", "suffit", "suffisent", "besoin", "reichen", "reicht", "brauchen", "brauche", "genugen",
    "mussen", "precisa", "precisam", "preciso", "bastam", "chega", "basta farne", "bastano", "servono", "serve", "bisogna", "basta fare",
];
/// Words that leave the number open.
const OPEN: [&str; 20] = [
    "maybe",
    "perhaps",
    "or",
    "more",
    "least",
    "quiza",
    "tal vez",
    "mas",
    "menos",
    "peut etre",
    "plus",
    "moins",
    "vielleicht",
    "mehr",
    "mindestens",
    "talvez",
    "mais",
    "forse",
    "piu",
    "meno",
];

/// True for `one` as the whole answer to a question that counts, where elsewhere the word may be an article or a pronoun,
/// and for `just me` if the question counts people.
pub fn is_only_one(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    Counting::of(kind, text, hearing).is_some_and(|counting| {
        let said = counting.said.as_str();
        if counting.asks(&HOW_MANY) && (is_one_enough(said) || is_one_thing(said, &counting.asked)) {
            return true;
        }
        // `one` to "Rate it from 1 to 5"
        if ONE.contains(&said) && is_scale(&counting.asked) {
            return true;
        }
        counting.asks(&HOW_MANY) && (ONE.contains(&said) || ONESELF.contains(&said) && counting.counts_people())
    })
}

/// True for `one dog` and `un perro`, if the question counts dogs.
fn is_one_thing(said: &str, asked: &str) -> bool {
    let words: Vec<&str> = said.split(' ').collect();
    let words = match words.as_slice() {
        [first, rest @ ..] if SIMPLY.contains(first) => rest,
        all => all,
    };
    let [one, thing] = words else { return false };
    let is_one = *one == "1" || *one == "ein" || ONES.contains(one);
    is_one && thing.len() >= THING_BYTES_MIN && asked.split(' ').any(|word| is_plural_of(word, thing))
}

/// Shorter words are no things.
const THING_BYTES_MIN: usize = 3;

/// True for the plural of a noun by the endings of the six languages: `dogs`, `Hunde`, `Katzen`, `gatti`, `figlie`.
fn is_plural_of(word: &str, noun: &str) -> bool {
    let by_end = |stem: &str, ends: &[&str]| word.strip_prefix(stem).is_some_and(|end| ends.contains(&end));
    let vowel = noun.strip_suffix(['a', 'o', 'e']);
    by_end(noun, &["s", "es", "x", "e", "n", "en", "er"])
        || vowel.is_some_and(|stem| by_end(stem, &["i", "e"]) && word != noun)
}

/// True if the question names a scale that begins with one: `from 1 to 5`.
fn is_scale(asked: &str) -> bool {
    let figures: Vec<&str> = asked.split(' ').filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())).collect();
    matches!(figures.as_slice(), ["1", top] if ["3", "4", "5", "6", "7", "10", "100"].contains(top))
}

/// Answers of somebody who comes alone.
#[rustfmt::skip]
const ONESELF: [&str; 36] = [
    "just me", "only me", "me only", "just myself", "only myself", "just the one of us", "its just me", "it is just me", "it s just me", "its only me",
    "solo yo", "yo solo", "yo sola", "nada mas yo", "nomas yo", "solo para mi", "solo seria yo", "solo soy yo",
    "moi seul", "moi seule", "juste moi", "seulement moi", "que moi", "nur ich", "ich allein", "ich alleine", "nur fur mich",
    "so eu", "somente eu", "apenas eu", "eu sozinho", "eu sozinha", "solo io", "soltanto io", "io da solo", "io da sola",
];
const ONE: [&str; 8] = ["one", "uno", "una", "un", "une", "um", "uma", "eine"];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};
    use crate::value::Value;

    #[test]
    fn none_is_zero_and_what_is_needed_counts() {
        for (language, question, text, number) in [
            ("en", "How many lessons have you had?", "none yet", Some(0)),
            ("de", "Wie viele Fahrstunden hattest du?", "noch keine, bin blutiger anfänger", Some(0)),
            ("de", "Wie viele Fahrstunden hattest du?", "keine ahnung", None),
            ("es", "¿Cuántas clases has hecho?", "ninguna todavía", Some(0)),
            ("en", "How many rooms need cleaning?", "there are 3 but only 2 need doing", Some(2)),
            ("en", "How many rooms need cleaning?", "there are 3 but maybe only 2 need doing", None),
            ("en", "How many people?", "we have 3 but 2 need a high chair", None),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Whole, &InboundKind::Text { body: text.into() }, &hearing).single();
            assert_eq!(found, number.map(Value::Whole), "{text}");
        }
    }
}
