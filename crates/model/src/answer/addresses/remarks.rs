//! Sorts the remarks beside an address: those about another address, about the hours of a call and about the reception of
//! a phone deny nothing.

use super::super::{
    another::RELATIVES,
    reasons::{self, Joint},
    words::{Words, joints},
};
use crate::matching::{fold, has_word, starts_with};

/// The text behind an address without these remarks: `… but don't call before 9`, `… the old one got hacked`.
pub fn without(behind: &str, own: &Words, address: &str) -> String {
    let Some(joints) = joints::of(own.language) else { return behind.to_owned() };
    let said: Vec<&str> = behind.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let mut clauses: Vec<Vec<&str>> = vec![Vec::new()];
    for (place, word) in said.iter().enumerate() {
        let joint = reasons::joint_at(&folded[place..], joints).map(|(joint, _)| joint);
        // `ana@example.net please and I'll forward it`, `… bitte ich leite es weiter`
        let is_and = AND.contains(&folded[place].as_str())
            || place == 1 && own.polite.contains(&folded[place - 1].as_str()) && !said[place - 1].ends_with(',');
        let is_joint =
            joint.is_some_and(|joint| joint != Joint::So) || THAT.contains(&folded[place].as_str()) || is_and;
        let is_sign = !word.contains(char::is_alphanumeric);
        if is_joint || is_sign {
            clauses.push(Vec::new());
        }
        clauses.last_mut().expect("the list begins with one clause").push(word);
        if word.ends_with([',', ';', '!', '.', ')']) || is_sign {
            clauses.push(Vec::new());
        }
    }
    let kept = clauses.iter().filter(|clause| !clause.is_empty() && !is_remark(clause, own, address));
    kept.map(|clause| clause.join(" ")).collect::<Vec<_>>().join(" ")
}

/// True if the words directly before an address call it another one than the first: `the other one is …`.
pub fn is_called_another(before: &str, asked: &str) -> bool {
    let clause = before.rsplit([',', ';', '.', '!', '\n']).next().unwrap_or_default();
    let folded = plain(clause);
    // `my other number is …` gives one.
    let is_mine = |name: &str| name.split(' ').any(|word| MINE.contains(&word));
    let names = |text: &str| ANOTHER.iter().any(|name| starts_with(text, name) && !is_mine(name));
    let asks = || ["other", "otro", "otra", "autre", "andere", "outro", "outra", "altro", "altra"];
    names(folded.trim()) && !asks().iter().any(|word| has_word(asked, word))
}

fn plain(text: &str) -> String {
    fold(&text.replace(['\'', '’'], " "))
}

/// True if the words directly beside an address say that it was stolen: `me robaron el …`. An old one may be (`my old one
/// got stolen`).
pub fn is_stolen(before: &str, behind: &str) -> bool {
    let (before, behind) = (plain(before), plain(behind.split([',', ';', '!', '\n']).next().unwrap_or_default()));
    let said = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let is_stolen = |word: &String| STOLEN.contains(&word.as_str());
    let names_old = || ANOTHER.iter().any(|name| has_word(&behind, name));
    said(&before).iter().rev().take(2).any(is_stolen) || said(&behind).iter().take(4).any(is_stolen) && !names_old()
}

const STOLEN: [&str; 10] =
    ["stolen", "nicked", "robaron", "vole", "volee", "geklaut", "gestohlen", "roubaram", "furtaram", "rubato"];

fn is_remark(clause: &[&str], own: &Words, address: &str) -> bool {
    let folded = plain(&clause.join(" "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let first = said.iter().position(|word| !LEADS.contains(word)).unwrap_or(0);
    let led = said[first..].join(" ");
    if ANOTHER.iter().any(|name| starts_with(&led, name)) {
        return !said.iter().any(|word| SAME.contains(word));
    }
    let has = |words: &[&str]| said.iter().any(|word| words.contains(word));
    let is_over = || has(&OVER);
    let is_not = |word: &&str| own.around.nots.split_whitespace().any(|not| not == *word) || *word == "no";
    let is_negated = || said.iter().any(&is_not);
    // `not the hotmail one, that's full`, `el de mi marido está sin batería`
    let is_provider = |word: &&&str| PROVIDERS.contains(*word) && !address.to_lowercase().contains(**word);
    if said.iter().any(is_not)
        && said.iter().filter(|word| PROVIDERS.contains(*word)).all(|word| is_provider(&word))
        && has(&PROVIDERS)
        || has(&DEAD) && has(&RELATIVES)
    {
        return true;
    }
    // `I don't check it often`, `I'll forward it to my accountant`, `I never answer unknown numbers`, `my old one got stolen`
    if has(&CHECK) && has(&OFTEN) && !is_over()
        || has(&FORWARD) && !has(&RELATIVES) && !is_negated()
        || has(&PICK_UP) && has(&UNKNOWN)
        || has(&LOST) && ANOTHER.iter().any(|name| has_word(&folded, name))
    {
        return true;
    }
    if said.iter().any(|word| IT.contains(word)) {
        return false;
    }
    let is_hour = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let names_part = || {
        let parts = own.parts.iter().chain(own.day_parts).flat_map(|(_, names)| names.iter());
        parts.into_iter().any(|name| name.len() > 2 && has_word(&folded, name)) || has(&PARTS)
    };
    // `but not before 9, I work nights`
    let is_of_hours = has(&LIMITS) && (said.iter().any(is_hour) || names_part() || has(&WAKING));
    // `not in the mornings`, `de día imposible`
    let is_not_then = || names_part() && has(&UNABLE) && said.len() <= PART_WORDS_MAX;
    is_of_hours || is_not_then() || has(&HERE) && has(&RECEPTION) || has(&NIGHTS)
}

/// A longer remark about a part of the day says something else, too.
const PART_WORDS_MAX: usize = 6;
const AND: [&str; 5] = ["and", "y", "et", "und", "e"];
/// Words of being unable at a part of the day.
#[rustfmt::skip]
const UNABLE: [&str; 22] = [
    "cant", "can", "impossible", "imposible", "impossivel", "impossibile", "puedo", "podemos", "peux", "dispo", "kann", "geht", "schlecht", "posso", "da", "consigo", "riesco", "not", "bad", "mal", "trabajo", "trabalho",
];
/// Verbs of looking for mail, and words of how often.
#[rustfmt::skip]
const CHECK: [&str; 26] = [
    "check", "read", "look", "open", "miro", "leo", "reviso", "abro", "veo", "regarde", "consulte", "lis", "ouvre", "schau", "schaue", "lese", "gucke", "guck", "olho", "vejo", "abro", "leio", "guardo", "controllo", "leggo", "apro",
];
#[rustfmt::skip]
const OFTEN: [&str; 23] = [
    "often", "much", "regularly", "daily", "lot", "mucho", "menudo", "seguido", "frecuencia", "souvent", "regulierement", "oft", "selten", "rarely", "muito", "sempre", "frequencia", "quase", "spesso", "molto", "tanto", "poco", "pouco",
];
/// Words of what is no longer so.
pub const OVER: [&str; 10] = ["anymore", "longer", "ya", "plus", "mehr", "mais", "piu", "nimmer", "jamais", "more"];
/// Verbs of passing mail on.
#[rustfmt::skip]
const FORWARD: [&str; 22] = [
    "forward", "pass", "print", "reenvio", "paso", "mando", "imprimo", "transmettrai", "transmets", "transfere", "ferai", "leite", "weiterleiten", "schick", "druck", "repasso", "encaminho", "imprimo", "giro", "inoltro", "stampo", "passo",
];
/// Verbs of answering the phone, and words of callers whom nobody knows.
#[rustfmt::skip]
const PICK_UP: [&str; 23] = [
    "answer", "pick", "cojo", "contesto", "respondo", "descuelgo", "atiendo", "agarro", "reponds", "decroche", "prends", "geh", "gehe", "nehm", "nehme", "heb", "hebe", "atendo", "rispondo", "alzo", "accetto", "ignore", "block",
];
#[rustfmt::skip]
const UNKNOWN: [&str; 26] = [
    "unknown", "strange", "strangers", "hidden", "withheld", "private", "recognise", "recognize", "raros", "desconocidos", "ocultos", "inconnus", "masques", "inconnu", "unbekannte", "unbekannten", "fremde", "fremden", "unterdruckte", "desconhecido",
    "desconhecidos", "estranhos", "sconosciuti", "anonimi", "sconosciuto", "nascosti",
];
/// Names of other mail providers.
const PROVIDERS: [&str; 9] = ["hotmail", "gmail", "yahoo", "outlook", "icloud", "gmx", "aol", "libero", "orange"];
/// Words of a phone that is off or empty.
#[rustfmt::skip]
const DEAD: [&str; 28] = [
    "dead", "off", "flat", "battery", "bateria", "apagado", "roto", "descargado", "batterie", "eteint", "casse", "decharge", "leer", "aus", "kaputt", "akku", "desligado", "descarregado", "quebrado", "scarico", "spento", "rotto", "broken", "charging",
    "carga", "charge", "cargando", "ladt",
];
/// Words of a number that was lost.
#[rustfmt::skip]
const LOST: [&str; 24] = [
    "stolen", "lost", "nicked", "broke", "hacked", "died", "robaron", "perdi", "rompio", "hackearon", "vole", "perdu", "pirate", "casse", "geklaut", "gestohlen", "verloren", "gehackt", "kaputt", "roubaram", "perdi", "clonaram",
    "rubato", "perso",
];
/// Words before the subject of a remark.
const LEADS: [&str; 18] = [
    "and", "y", "et", "und", "e", "but", "because", "pero", "porque", "que", "q", "mais", "car", "aber", "weil", "mas",
    "ma", "che",
];
const THAT: [&str; 3] = ["que", "q", "che"];

/// Names of another address than the one that was given, and of an older one.
#[rustfmt::skip]
const ANOTHER: [&str; 57] = [
    "the other", "the old", "my old", "my other", "el otro", "la otra", "el viejo", "la vieja", "el antiguo", "la antigua", "mi otro", "mi otra", "el de antes", "la de antes", "l autre", "lautre", "l ancien", "meu antigo", "minha antiga", "mi viejo", "mi antiguo", "mon ancien", "mein altes", "meine alte",
    "l ancienne", "lancienne", "lancien", "mon autre", "mon ancien", "mon ancienne", "die andere", "das andere", "die alte", "das alte", "meine alte", "mein altes", "meine andere", "mein anderes", "o outro", "a outra", "o antigo",
    "a antiga", "o velho", "meu outro", "o meu outro", "l altro", "laltro", "l altra", "laltra", "il vecchio", "la vecchia", "quello vecchio", "quella vecchia", "quell altro", "quell altra", "el anterior", "la anterior",
];
const MINE: [&str; 9] = ["my", "mi", "mon", "meine", "mein", "meu", "mio", "mia", "minha"];
/// Words of a remark that says that the address given is no other one: `the old one still works`.
const SAME: [&str; 11] =
    ["still", "same", "this", "esta", "este", "meme", "celui", "dieselbe", "mesmo", "stesso", "questo"];

/// Words that stand for the address itself.
#[rustfmt::skip]
const IT: [&str; 33] = [
    "it", "that", "this", "one", "there", "ese", "esa", "eso", "este", "esta", "alli", "ahi", "la", "celui", "celle", "cela", "dessus", "das", "die", "diese", "dieser", "dort", "esse", "essa", "nele", "isso",
    "questo", "questa", "quello", "quella", "uso", "usar", "usare",
];
/// Words of the hours of a call.
#[rustfmt::skip]
const LIMITS: [&str; 26] = [
    "before", "after", "until", "till", "between", "antes", "despues", "hasta", "entre", "por", "avant", "apres", "jusqu", "vor", "nach", "bis", "zwischen", "depois", "ate", "prima", "dopo", "fino", "tra", "during", "pela", "di",
];
#[rustfmt::skip]
const PARTS: [&str; 34] = [
    "morning", "mornings", "evening", "evenings", "night", "noon", "lunch", "mananas", "tardes", "noches", "matin", "matins", "soir", "midi", "morgens", "mittags", "abends", "nachts", "manha", "manhas", "noite", "mattina",
    "mattine", "pomeriggio", "sera", "dia", "day", "daytime", "days", "tag", "tagsuber", "journee", "giorno", "manana",
];
const WAKING: [&str; 6] = ["breakfast", "sleep", "dormir", "duermo", "dors", "schlafe"];
/// Words of somebody who works at night.
const NIGHTS: [&str; 6] = ["nachtschicht", "nightshift", "notti", "turno", "nuit", "nights"];
/// Words of the place of the contact, and of the reception of a phone there.
#[rustfmt::skip]
const HERE: [&str; 22] = [
    "here", "home", "house", "indoors", "aqui", "aca", "casa", "pueblo", "ici", "chez", "maison", "cave", "hier", "daheim", "zuhause", "haus", "qui", "qua", "cantina", "la", "interior", "dentro",
];
#[rustfmt::skip]
const RECEPTION: [&str; 29] = [
    "signal", "reception", "coverage", "mobile", "cobertura", "senal", "linea", "movil", "celular", "capte", "reseau", "portable", "passe", "empfang", "netz", "handynetz", "handy", "pega", "sinal", "rede", "prende", "campo",
    "segnale", "cellulare", "rete", "cell", "oigo", "funkloch", "telemovel",
];

#[cfg(test)]
mod tests {
    use super::{is_called_another, without};
    use crate::answer::words;

    #[test]
    fn a_remark_about_another_address_or_the_hours_is_left_out() {
        for (language, behind, left) in [
            ("en", " but dont call before 9 i'm on nights", ""),
            ("en", ", the old one got hacked", ","),
            ("en", " but don't call that one", "but don't call that one"),
            ("en", ", but that's my old one", ", but that's my old one"),
            ("es", " q aquí no hay cobertura", ""),
            ("es", " pero ya no lo tengo", "pero ya no lo tengo"),
            ("fr", ", ça capte pas chez nous", ","),
            ("de", " aber bitte nicht vor 9 hab nachtschicht", ""),
            ("it", ", quello vecchio l'ho disattivato", ","),
        ] {
            let own = words::own(language).expect("a language");
            assert_eq!(without(behind, own, ""), left, "{behind}");
        }
        assert!(is_called_another("sorry, the other one is ", "which number can we call"));
        assert!(!is_called_another("the other one is ", "is there any other number"));
    }
}
