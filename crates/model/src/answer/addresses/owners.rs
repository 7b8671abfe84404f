//! Tells by the words around an address that it is somebody else's: `my wife's is …`, `le numéro du vétérinaire est le …`,
//! `I got a mail from …`.

use super::{super::another::RELATIVES, labels};
use crate::matching::{fold, has_word};

/// True if the words before and behind an address give it to somebody for whom the question does not ask.
pub fn is_of_somebody_else(before: &str, behind: &str, asked: &str, language: &str) -> bool {
    // The French `a` is a verb, and `à` is none; folded they are the same.
    let has_after = language.starts_with("fr") && before.trim_end().ends_with(" a");
    let before = words_of(own_clause(before));
    // `079 … is mine, the phone of my wife is off`
    let next = behind.split([',', ';', '!', '\n']).next().unwrap_or_default();
    let claims = |text: &str| words_of(text).iter().any(|word| CLAIMS.contains(&word.as_str()));
    let behind = words_of(if claims(next) { next } else { behind });
    let all = [before.clone(), behind.clone()].concat();
    let text = all.join(" ");
    let names = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(&text, phrase));
    let has_called = || names(&["angerufen"]) && names(&["hat", "haben", "wurde"]);
    if names(&FALSE) || names(&WROTE) || has_called() {
        return true;
    }
    let mine = mine(language);
    if super::super::frame::names_somebody(asked) {
        return super::super::writer::names_relative(asked, language) && is_writers(&all, &mine);
    }
    // The Italian `su` is a preposition.
    let all: Vec<String> = all.into_iter().filter(|word| !(word == "su" && language.starts_with("it"))).collect();
    let ends = |words: &[&str]| before.last().is_some_and(|last| words.contains(&last.as_str()));
    names(&ASKS)
        || ends(&FROM)
        || has_after
        || has_it(&before)
        || belongs(&all)
        || (0..all.len()).any(|place| is_owner(&all, place, &mine))
}

/// True if the writer gives the address to itself where the question names a relative: `mine is …`, `my number is …`.
fn is_writers(all: &[String], mine: &[&str]) -> bool {
    let is_of_relative = |word: &String| RELATIVES.contains(&word.as_str()) || THEIRS.contains(&word.as_str());
    let is_mine = |word: &str| mine.contains(&word) || CLAIMS.contains(&word);
    let is_bare = |place: usize| {
        let next = all.get(place + 1).map(String::as_str);
        next.is_none_or(|next| COPULAS.contains(&next) || is_label(next) || is_own_word(next))
    };
    !all.iter().any(is_of_relative) && (0..all.len()).any(|place| is_mine(&all[place]) && is_bare(place))
}

fn words_of(text: &str) -> Vec<String> {
    let folded = fold(&text.replace(['\'', '’'], " "));
    folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The text behind the last comma, if it says by itself that the address is one: `my order is late, call me at …`.
fn own_clause(before: &str) -> &str {
    let clause = before.rsplit_once([',', ';', '.', '!', '\n']).map_or(before, |(_, clause)| clause);
    if words_of(clause).iter().any(|word| is_label(word)) { clause } else { before }
}

/// The possessives of the first person in this language; those of all languages if it is unknown.
fn mine(language: &str) -> Vec<&'static str> {
    let of = MINE.iter().find(|(name, _)| language.starts_with(name));
    of.map_or_else(|| MINE.iter().flat_map(|(_, all)| *all).copied().collect(), |(_, all)| all.to_vec())
}

/// True if this word gives the address to somebody: a relative, a possessive of the third person, `my` before a person,
/// or the owner behind `the number of`.
fn is_owner(all: &[String], place: usize, mine: &[&str]) -> bool {
    let word = all[place].as_str();
    let behind = &all[place + 1..];
    let is_mine = |word: &str| mine.contains(&word);
    if is_mine(word) {
        let is_alone = behind.first().is_none_or(|next| COPULAS.contains(&next.as_str()) || is_own_word(next));
        return !is_alone && !is_thing_of_mine(behind);
    }
    if word == "s" && place > 0 {
        return !IS_SHORT.contains(&all[place - 1].as_str()) && labels::of(&all[place - 1]).is_none();
    }
    if THEIRS.contains(&word) {
        return true;
    }
    if HIS_OR_YOURS.contains(&word) {
        let is_short = behind.first().is_some_and(|next| COPULAS.contains(&next.as_str()));
        return is_short || behind.iter().take(LABEL_WORDS).any(|word| is_label(word));
    }
    let is_possessed = place > 0 && (is_mine(&all[place - 1]) || OF.contains(&all[place - 1].as_str()));
    if is_possessed && RELATIVES.contains(&word) {
        return true;
    }
    if !OF.contains(&word) || place == 0 {
        return false;
    }
    let before = all[place - 1].as_str();
    let is_own = place > 1 && is_mine(&all[place - 2]);
    let owner = behind.iter().find(|word| !ARTICLES.contains(&word.as_str()));
    let is_somebody = |owner: &String| !is_label(owner) && !is_own_word(owner);
    (is_label(before) && !is_own || THAT.contains(&before)) && owner.is_some_and(is_somebody)
}

/// True if an address or a number stands among the first of these words: `my new phone`.
fn is_thing_of_mine(behind: &[String]) -> bool {
    let is_person = |word: &String| RELATIVES.contains(&word.as_str());
    let near = || behind.iter().take(LABEL_WORDS);
    near().take_while(|word| !is_person(word) && !OF.contains(&word.as_str())).any(|word| is_label(word))
}

fn is_label(word: &str) -> bool {
    labels::of(word) == Some(labels::Label::Phone)
        || ADDRESSES.contains(&word)
        || ADDRESSES.iter().any(|end| end.len() > 3 && word.len() > end.len() && word.ends_with(end))
}

fn is_own_word(word: &str) -> bool {
    OWN.contains(&word)
}

/// True for `the plumber has 07…`, `le plombier a le 06…`.
fn has_it(before: &[String]) -> bool {
    let said: Vec<&str> = before.iter().map(String::as_str).collect();
    let said = match said.split_last() {
        Some((last, rest)) if ARTICLES.contains(last) => rest,
        _ => &said,
    };
    said.len() > 1 && said.last().is_some_and(|last| HAS.contains(last))
}

/// True for `it belongs to my brother`, but not for `it belongs to me`.
fn belongs(all: &[String]) -> bool {
    let verb = all.iter().position(|word| BELONGS.contains(&word.as_str()));
    verb.is_some_and(|place| !all[place + 1..].iter().take(2).any(|word| ME.contains(&word.as_str())))
}

/// A label farther behind a possessive is not what is possessed.
const LABEL_WORDS: usize = 3;

const MINE: [(&str, &[&str]); 6] = [
    ("en", &["my", "our"]),
    ("es", &["mi", "mis", "mio", "mia", "nuestro", "nuestra"]),
    ("fr", &["mon", "ma", "mes", "notre"]),
    ("de", &["mein", "meine", "meiner", "meinem", "meinen", "unsere", "unser"]),
    ("pt", &["meu", "minha", "nosso", "nossa"]),
    ("it", &["mio", "mia", "nostro", "nostra"]),
];

const COPULAS: [&str; 8] = ["is", "es", "est", "ist", "e", "c", "are", "sind"];

const ME: [&str; 8] = ["me", "mir", "mich", "moi", "mi", "mim", "uns", "us"];

/// Possessives of the third person.
#[rustfmt::skip]
const THEIRS: [&str; 24] = [
    "his", "her", "hers", "their", "theirs", "leur", "leurs", "deren", "dessen", "dele", "dela", "deles", "delas", "loro", "lui", "ellos", "suyo",
    "suya", "suyos", "sien", "sienne", "seins", "seines", "ellas",
];

/// Possessives that are also polite ones: `para su registro`. They count before an address.
#[rustfmt::skip]
const HIS_OR_YOURS: [&str; 24] = [
    "su", "sus", "son", "sa", "ses", "seine", "seiner", "ihre", "ihrer", "seu", "sua", "suo", "sein", "your", "yours", "votre", "vos", "tu",
    "dein", "deine", "teu", "tua", "vostro", "vostra",
];

/// Words between an address and its owner.
const OF: [&str; 18] = [
    "of", "de", "del", "du", "des", "d", "do", "da", "dos", "das", "di", "dello", "della", "dell", "dei", "von", "vom",
    "der",
];

/// Words that end before an address that somebody else used: `a mail from …`.
const FROM: [&str; 11] = ["from", "de", "del", "von", "vom", "du", "da", "do", "di", "dal", "dallo"];

const ARTICLES: [&str; 26] = [
    "the", "a", "an", "my", "la", "le", "les", "l", "el", "los", "il", "lo", "o", "os", "as", "mi", "mon", "ma", "die",
    "der", "das", "meu", "minha", "mio", "mia", "den",
];

/// Words that stand for an address: `celui de …`, `quello di …`.
const THAT: [&str; 14] =
    ["celui", "celle", "el", "la", "o", "a", "quello", "quella", "die", "das", "der", "one", "esse", "este"];

/// Words for an address and its parts.
#[rustfmt::skip]
const ADDRESSES: [&str; 30] = [
    "number", "numbers", "numero", "numeros", "nummer", "nr", "num", "no", "address", "adresse", "direccion", "endereco", "indirizzo", "mail",
    "mails", "email", "emails", "e", "correo", "courriel", "posta", "iphone", "sim", "line", "linea", "ligne", "linha", "gmail", "messenger", "signal",
];

/// Possessives that claim a number: `… is mine`.
const CLAIMS: [&str; 8] = ["mine", "mio", "mia", "mien", "mienne", "meine", "meu", "minha"];

/// Words of the contact itself, of its places and of its name.
#[rustfmt::skip]
const OWN: [&str; 95] = [
    "me", "mine", "mir", "mich", "moi", "mim", "home", "house", "work", "office", "job", "business", "personal", "private", "own", "new", "current",
    "usual", "main", "second", "casa", "trabajo", "oficina", "empresa", "negocio", "siempre", "maison", "domicile", "travail", "bureau", "boulot",
    "hause", "arbeit", "buro", "firma", "privat", "privates", "trabalho", "escritorio", "lavoro", "ufficio", "azienda", "name", "nombre", "nom",
    "nome", "contact", "contacto", "contato", "contatto", "kontakt", "toujours", "sempre", "cell", "side", "part", "perso", "pessoal", "personale", "personnelle", "personnel", "privata", "privado", "boite", "casella", "caixa", "postfach", "inbox", "movil", "portable", "handy", "dia", "noche", "noite", "tarde", "tardes", "noches", "manha", "jour", "nuit", "soir", "giorno", "notte", "sera", "tag", "parte", "favor", "favore", "piacere",
    "data", "details", "answer", "pleasure", "bad", "account",
];

/// Words before `'s` that is short for *is*.
const IS_SHORT: [&str; 18] = [
    "it",
    "that",
    "here",
    "there",
    "what",
    "mine",
    "this",
    "number",
    "mail",
    "email",
    "address",
    "let",
    "name",
    "one",
    "today",
    "how",
    "which",
    "everything",
];

const HAS: [&str; 6] = ["has", "hat", "tiene", "tem", "ha", "a"];

const BELONGS: [&str; 7] = ["belongs", "belong", "gehort", "appartient", "pertenece", "pertence", "appartiene"];

/// Words that send the reader to somebody else.
const ASKS: [&str; 10] =
    ["ask", "frag", "fragen", "fragt", "pregunte", "pregunta", "demandez", "demande", "pergunte", "chieda"];

/// Words of a number that reaches nobody.
const FALSE: [&str; 10] =
    ["faux", "fausse", "falso", "falsa", "fake", "errone", "erronee", "erroneo", "falscher", "inventado"];

/// Words of a message that somebody else sent.
#[rustfmt::skip]
const WROTE: [&str; 30] = [
    "called me", "rang me", "phoned me", "m a appele", "ma appele", "mi ha chiamato", "mi hanno chiamato", "me ligou",
    "escribi", "escrevi",
    "received", "got a mail", "got an email", "got mail", "got email", "wrote", "recibi", "recibido", "escribio", "me llego", "recu", "ecrit",
    "bekommen", "bekam", "erhalten", "geschrieben", "recebi", "escreveu", "ricevuto", "scritto",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_somebody_else_is_told_by_its_owner() {
        let is_foreign = |text: &str, asked: &str, language: &str| {
            let (before, behind) = text.split_once('…').expect("the place of the address");
            is_of_somebody_else(before, behind, asked, language)
        };
        for (text, language) in [
            ("my wife's is …", "en"),
            ("the clinic's number is …", "en"),
            ("… belongs to my brother", "en"),
            ("I got a mail from …", "en"),
            ("le numéro du vétérinaire est le …", "fr"),
            ("c'est un faux numéro …", "fr"),
            ("el suyo es …", "es"),
            ("die Nummer der Praxis ist …", "de"),
            ("o da minha mulher é …", "pt"),
            ("quello di mia moglie è …", "it"),
        ] {
            assert!(is_foreign(text, "", language), "{text}");
        }
        for (text, language) in [
            ("my number is …", "en"),
            ("my new work phone is …", "en"),
            ("my order is late, call me at …", "en"),
            ("it's …", "en"),
            ("el mío es …", "es"),
            ("le numéro est le …", "fr"),
            ("meine ist …", "de"),
            ("mi può chiamare al …", "it"),
        ] {
            assert!(!is_foreign(text, "", language), "{text}");
        }
        assert!(!is_foreign("my wife's is …", "what is the number of your wife", "en"));
    }
}
