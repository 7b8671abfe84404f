//! Tells whether a clause rules out the options that it names: `card, I never carry cash`, `cash, my card was stolen`.

use crate::{
    answer::words::{Words, joints},
    matching::has_word,
};

/// True if the folded clause says that the contact does not have, use or like what it names, or that it is lost.
pub fn rules_out(folded: &str, own: &Words) -> bool {
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let has = |words: &[&str]| said.iter().any(|word| words.contains(word));
    let is_not = |word: &&str| {
        own.around.nots.split_whitespace().any(|not| not == *word) || NEVER.contains(word) || *word == "don"
    };
    let denies = said.iter().any(is_not) && has(&HAVING);
    said.len() >= WORDS_MIN
        && (denies || has(&LOST) || has(&FITS_BADLY))
        && !is_open(&said, own)
        && !OTHERS.iter().any(|phrase| has_word(folded, phrase))
}

/// A shorter clause may correct the choice: `red, no blue`.
const WORDS_MIN: usize = 3;
const NEVER: [&str; 8] = ["never", "nunca", "jamais", "nie", "mai", "ned", "nix", "apenas"];

/// Verbs of the contact with a thing.
#[rustfmt::skip]
const HAVING: [&str; 62] = [
    "have", "carry", "got", "use", "like", "eat", "drink", "want", "need", "had", "do", "trust",
    "tengo", "tenemos", "llevo", "uso", "gusta", "gustan", "como", "bebo", "quiero", "traigo", "ando", "suelo",
    "ai", "jai", "utilise", "aime", "mange", "bois", "veux", "prends", "porte", "on",
    "hab", "habe", "haben", "nutze", "benutze", "mag", "esse", "trinke", "will", "brauche", "trage",
    "tenho", "gosto", "bebo", "quero", "carrego", "trago", "consigo", "temos",
    "ho", "abbiamo", "piace", "piacciono", "mangio", "bevo", "voglio", "porto", "giro",
];
/// Words of a thing that is lost, blocked or broken.
#[rustfmt::skip]
const LOST: [&str; 73] = [
    "swallowed", "blocked", "lost", "stolen", "expired", "broken", "forgot", "declined", "cancelled", "frozen", "nicked",
    "trago", "bloqueo", "bloqueada", "bloqueado", "perdi", "robaron", "caducada", "caducado", "caduco", "rota", "roto", "olvide", "clonaron",
    "avale", "avalee", "bloquee", "bloque", "perdu", "perdue", "vole", "volee", "expiree", "oublie", "casse", "cassee",
    "gesperrt", "verloren", "geklaut", "gestohlen", "geschluckt", "kaputt", "abgelaufen", "vergessen", "verlegt", "eingezogen",
    "bloquearam", "bloqueou", "roubaram", "vencido", "venceu", "quebrou", "esqueci", "engoliu", "clonado", "perdemos",
    "allergic", "alergica", "alergico", "allergique", "allergisch", "alergia", "allergica", "allergico", "allergia", "bloccata", "bloccato", "persa", "perso", "rubata", "rubato", "scaduta", "scaduto",
];
/// Words of a size or a taste that does not suit: `medium please, large always swamps me`.
#[rustfmt::skip]
const FITS_BADLY: [&str; 53] = [
    "swamps", "huge", "enormous", "baggy", "tight", "loose", "enorme", "holgada", "holgado", "ancha", "apretada", "aprieta", "floja", "serre", "serree", "nage", "flotte", "versink", "versinke", "schlabbert", "eng", "weit", "larga", "largo", "stretta", "stretto", "apertado", "apertada", "folgado",
    "boring", "aburrido", "aburrida", "ennuyeux", "langweilig", "chato", "noioso", "noiosa", "expensive", "pricey", "caro", "cara", "chere", "teuer", "costoso", "loud", "noisy", "ruidoso", "ruidosa", "bruyant", "laut", "barulhento", "rumoroso", "rumorosa",
];
/// True for a condition, a contrast or a question, which leave it open whether the option is ruled out.
fn is_open(said: &[&str], own: &Words) -> bool {
    let buts = joints::of(own.language).map_or("", |joints| joints.but);
    let is_open = |word: &&str| {
        own.around.or.split_whitespace().any(|or| or == *word)
            || buts.split(',').any(|but| but == *word)
            || IFS.contains(&(own.language, *word))
            || OPEN.contains(word)
    };
    said.iter().any(is_open)
}

const IFS: [(&str, &str); 8] = [
    ("en", "if"),
    ("es", "si"),
    ("fr", "si"),
    ("de", "wenn"),
    ("pt", "se"),
    ("it", "se"),
    ("de", "falls"),
    ("en", "unless"),
];
const OPEN: [&str; 10] = ["why", "how", "can", "warum", "anymore", "only", "nur", "solo", "until", "yet"];

/// Phrases of a deed of somebody else, who may have an option of its own.
const OTHERS: [&str; 8] =
    ["my wife", "my husband", "mi mujer", "mi marido", "ma femme", "mon mari", "meine frau", "mein mann"];

#[cfg(test)]
mod tests {
    use super::rules_out;
    use crate::answer::words;

    #[test]
    fn a_clause_rules_out_what_the_contact_does_not_have() {
        for (language, folded, is_out) in [
            ("en", "i never carry cash", true),
            ("en", "my card got swallowed by the machine", true),
            ("en", "no cash", false),
            ("en", "i dont have cash but i can get some", false),
            ("es", "nunca llevo efectivo", true),
            ("de", "hab kein bargeld dabei", true),
            ("it", "ho i contanti", false),
        ] {
            let own = words::own(language).expect("a language");
            assert_eq!(rules_out(folded, own), is_out, "{folded}");
        }
    }
}
