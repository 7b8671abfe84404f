//! Sorts the remarks beside an address: those about another address, about the hours of a call and about the reception of
//! a phone deny nothing.

use super::super::{
    reasons::{self, Joint},
    words::{Words, joints},
};
use crate::matching::{fold, has_word, starts_with};

/// The text behind an address without these remarks: `… but don't call before 9`, `… the old one got hacked`.
pub fn without(behind: &str, own: &Words) -> String {
    let Some(joints) = joints::of(own.language) else { return behind.to_owned() };
    let said: Vec<&str> = behind.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let mut clauses: Vec<Vec<&str>> = vec![Vec::new()];
    for (place, word) in said.iter().enumerate() {
        let joint = reasons::joint_at(&folded[place..], joints).map(|(joint, _)| joint);
        let is_joint = joint.is_some_and(|joint| joint != Joint::So) || THAT.contains(&folded[place].as_str());
        let is_sign = !word.contains(char::is_alphanumeric);
        if is_joint || is_sign {
            clauses.push(Vec::new());
        }
        clauses.last_mut().expect("the list begins with one clause").push(word);
        if word.ends_with([',', ';', '!', '.', ')']) || is_sign {
            clauses.push(Vec::new());
        }
    }
    let kept = clauses.iter().filter(|clause| !clause.is_empty() && !is_remark(clause, own));
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

fn is_remark(clause: &[&str], own: &Words) -> bool {
    let folded = plain(&clause.join(" "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let first = said.iter().position(|word| !LEADS.contains(word)).unwrap_or(0);
    let led = said[first..].join(" ");
    if ANOTHER.iter().any(|name| starts_with(&led, name)) {
        return !said.iter().any(|word| SAME.contains(word));
    }
    if said.iter().any(|word| IT.contains(word)) {
        return false;
    }
    let has = |words: &[&str]| said.iter().any(|word| words.contains(word));
    let is_hour = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let names_part = || {
        let parts = own.parts.iter().chain(own.day_parts).flat_map(|(_, names)| names.iter());
        parts.into_iter().any(|name| name.len() > 2 && has_word(&folded, name)) || has(&PARTS)
    };
    // `but not before 9, I work nights`
    let is_of_hours = has(&LIMITS) && (said.iter().any(is_hour) || names_part() || has(&WAKING));
    is_of_hours || has(&HERE) && has(&RECEPTION) || has(&NIGHTS)
}

/// Words before the subject of a remark.
const LEADS: [&str; 13] =
    ["but", "because", "pero", "porque", "que", "q", "mais", "car", "aber", "weil", "mas", "ma", "che"];
const THAT: [&str; 3] = ["que", "q", "che"];

/// Names of another address than the one that was given, and of an older one.
#[rustfmt::skip]
const ANOTHER: [&str; 50] = [
    "the other", "the old", "my old", "my other", "el otro", "la otra", "el viejo", "la vieja", "el antiguo", "la antigua", "mi otro", "mi otra", "el de antes", "la de antes", "l autre", "lautre", "l ancien",
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
const PARTS: [&str; 25] = [
    "morning", "mornings", "evening", "evenings", "night", "noon", "lunch", "mananas", "tardes", "noches", "matin", "matins", "soir", "midi", "morgens", "mittags", "abends", "nachts", "manha", "manhas", "noite", "mattina",
    "mattine", "pomeriggio", "sera",
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
            assert_eq!(without(behind, own), left, "{behind}");
        }
        assert!(is_called_another("sorry, the other one is ", "which number can we call"));
        assert!(!is_called_another("the other one is ", "is there any other number"));
    }
}
