//! Rewrites the ways to tell an age or a use of years: `she turned three last month`, `it must be 7 years old`.

use crate::{
    answer::belonging,
    matching::{fold, has_word},
};

/// True if the folded question asks for an age.
pub fn asks_age(asked: &str) -> bool {
    ASKS.iter().any(|word| has_word(asked, word))
}

/// True if the folded question asks for the age of something that belongs to the contact: `How old is your phone?`
pub fn asks_age_of_thing(asked: &str) -> bool {
    asks_age(asked)
        && asked.split(' ').any(|word| YOURS.contains(&word))
        && !OWN_AGE.iter().any(|phrase| has_word(asked, phrase))
}

/// True for an age that is not reached yet: `I'm going to be 30`, `cumpliré 30`, `bald 30`.
pub fn is_ahead(text: &str, question: &str) -> bool {
    let plain = |text: &str| fold(&text.replace(['\'', '’'], " "));
    let asked = plain(question);
    let asks = || asks_age(&asked) || belonging::asks_age(&asked);
    // `turning 5 next month so 4 now` tells both, and `va a cumplir años en mayo, tiene 7` the present one alone.
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    let clause =
        text.split([',', ';', '.']).find(|clause| clause.contains(|c: char| c.is_ascii_digit())).unwrap_or(text);
    let says = |clause: &str| {
        let said = plain(clause);
        AHEAD.iter().any(|phrase| has_word(&said, phrase))
    };
    !asked.is_empty() && numbers < 2 && asks() && says(clause)
}

/// The text with plain verbs of being and without a time of the last weeks.
pub fn plainly(text: &str, language: &str) -> String {
    let mut said: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let mut is_changed = false;
    for (_, phrase, plain) in WAYS.iter().filter(|(of, ..)| *of == language) {
        let folded: Vec<String> = said.iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
        let length = phrase.split(' ').count();
        let Some(start) = folded.windows(length).position(|run| run.join(" ") == *phrase) else { continue };
        let last = &said[start + length - 1];
        let mark = last.chars().next_back().filter(|c| ",;!.".contains(*c));
        let mut new = (!plain.is_empty()).then(|| (*plain).to_owned());
        match (mark, &mut new, start) {
            (Some(mark), Some(word), _) => word.push(mark),
            (Some(mark), None, 1..) => said[start - 1].push(mark),
            _ => {}
        }
        said.splice(start..start + length, new);
        is_changed = true;
    }
    if is_changed { said.join(" ") } else { text.to_owned() }
}

/// The text with the unit in full behind a number: `2.5 years` for `2.5yo`.
pub fn in_full(text: &str, language: &str) -> String {
    let said: Vec<&str> = text.split_whitespace().collect();
    let full = |word: &str| {
        let bare = word.trim_end_matches([',', '.', '!', ';']);
        let number = YEARS_OLD.iter().find_map(|end| {
            let cut = bare.len().checked_sub(end.len())?;
            bare.get(cut..)?.eq_ignore_ascii_case(end).then_some(cut)
        })?;
        let is_number = number > 0 && bare[..number].bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
        is_number.then(|| format!("{} years{}", &bare[..number], &word[bare.len()..]))
    };
    if !language.starts_with("en") || !said.iter().any(|word| full(word).is_some()) {
        return text.to_owned();
    }
    said.into_iter().map(|word| full(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(" ")
}

/// Short spellings of *years old*; longer ones come first.
const YEARS_OLD: [&str; 4] = ["y/o", "yo", "yrs", "y"];

/// Words of a question for an age.
const ASKS: [&str; 14] = [
    "how old",
    "age",
    "anos tiene",
    "edad",
    "quel age",
    "combien d annees",
    "combien d ans",
    "a combien d annees",
    "wie alt",
    "alter",
    "anos tem",
    "idade",
    "anni ha",
    "eta",
];
const YOURS: [&str; 23] = [
    "your", "su", "tu", "vuestro", "vuestra", "votre", "vos", "ton", "ta", "dein", "deine", "ihr", "ihre", "euer",
    "eure", "seu", "sua", "teu", "tua", "suo", "tuo", "vostro", "vostra",
];
/// Words of a question for the contact's own age.
const OWN_AGE: [&str; 11] = [
    "your age",
    "su edad",
    "tu edad",
    "votre age",
    "ton age",
    "ihr alter",
    "dein alter",
    "sua idade",
    "tua idade",
    "sua eta",
    "tua eta",
];

/// Words of an age that is still to come, folded. `avrà 7 anni` is a guess, and `avrò 7 anni` is none.
#[rustfmt::skip]
const AHEAD: [&str; 103] = [
    "going to be", "gonna be", "going to turn", "gonna turn", "turning", "going on", "will be", "i ll be", "ill be", "he ll be", "hell be", "she ll be", "shell be",
    "they ll be", "we ll be", "ll be", "will turn", "about to turn", "about to be", "soon", "nearly", "almost", "not yet", "nearing", "approaching", "pushing", "i turn", "she turns", "he turns",
    "voy a cumplir", "va a cumplir", "voy a hacer", "va a hacer", "voy a tener", "va a tener", "voy para", "va para", "voy por los", "va por los", "cumplire", "cumplira", "tendre", "hare", "hara", "por cumplir", "pronto", "casi", "a punto",
    "cumplo", "todavia no",
    "vais avoir", "va avoir", "vais feter", "va feter", "vais sur", "va sur", "aurai", "aura bientot", "bientot", "presque", "pas encore", "elle aura", "il aura",
    "werde", "wird", "bald", "fast", "demnachst", "noch nicht", "gehe auf die", "geht auf die", "beinahe",
    "vou fazer", "vai fazer", "vou completar", "vai completar", "vou para", "vou pra", "vai para", "farei", "fara", "terei", "em breve", "logo", "quase", "vou ter", "vai ter",
    "vado per", "va per", "vado verso", "va verso", "per compiere", "per fare", "compiro", "compira", "faro", "avro", "presto", "tra poco", "fra poco", "compio", "compie",
    "non ancora",
];

/// Ways to tell an age, each with its language and a plain one. All folded.
#[rustfmt::skip]
const WAYS: [(&str, &str, &str); 66] = [
    ("en", "must be about", "is"), ("en", "must be", "is"), ("en", "has to be", "is"), ("en", "gotta be", "is"), ("en", "just turned", "is"), ("en", "turned", "is"), ("en", "last month", ""), ("en", "last week", ""), ("en", "the other day", ""),
    ("en", "years now", "years"),
    ("es", "debe de tener", "tiene"), ("es", "debe tener", "tiene"), ("es", "tendra", "tiene"), ("es", "tendria", "tiene"), ("es", "andara por los", "tiene"), ("es", "acaba de cumplir", "tiene"), ("es", "cumplio", "tiene"), ("es", "ha cumplido", "tiene"),
    ("es", "el mes pasado", ""), ("es", "la semana pasada", ""), ("es", "hace poco", ""), ("es", "el otro dia", ""),
    ("fr", "doit bien avoir", "a"), ("fr", "doit avoir", "a"), ("fr", "vient d avoir", "a"), ("fr", "a eu", "a"), ("fr", "a fete ses", "a"), ("fr", "va sur ses", "va sur"), ("fr", "le mois dernier", ""), ("fr", "la semaine derniere", ""),
    ("fr", "l autre jour", ""), ("fr", "y a pas longtemps", ""),
    ("de", "musste es", "ist"), ("de", "muss es", "ist"), ("de", "durfte", "ist"), ("de", "musste", "ist"), ("de", "muss", "ist"), ("de", "alt sein", "alt"), ("de", "grad geworden", ""), ("de", "gerade geworden", ""), ("de", "geworden", ""), ("de", "wurde", "ist"),
    ("de", "letzten monat", ""), ("de", "letzte woche", ""), ("de", "vor kurzem", ""), ("de", "neulich", ""),
    ("pt", "deve estar com", "tem"), ("pt", "deve tar com", "tem"), ("pt", "deve ter", "tem"), ("pt", "acabou de fazer", "tem"), ("pt", "fez", "tem"), ("pt", "completou", "tem"), ("pt", "no mes passado", ""), ("pt", "mes passado", ""),
    ("pt", "semana passada", ""), ("pt", "outro dia", ""),
    ("it", "dovrebbe avere", "ha"), ("it", "deve avere", "ha"), ("it", "avra", "ha"), ("it", "ha appena compiuto", "ha"), ("it", "ha compiuto", "ha"), ("it", "ha fatto", "ha"), ("it", "il mese scorso", ""), ("it", "la settimana scorsa", ""), ("it", "da poco", ""), ("it", "l altro giorno", ""),
];

#[cfg(test)]
mod tests {
    use super::{in_full, plainly};

    #[test]
    fn years_old_is_spelled_in_full() {
        for (text, full) in
            [("2.5yo", "2.5 years"), ("she's 2yo, a lab", "she's 2 years, a lab"), ("yo 2", "yo 2"), ("2 y", "2 y")]
        {
            assert_eq!(in_full(text, "en"), full, "{text}");
        }
    }

    #[test]
    fn an_age_is_told_plainly() {
        for (language, text, plain) in [
            ("en", "she turned three last month", "she is three"),
            ("es", "cumplió tres el mes pasado", "tiene tres"),
            ("de", "letzten monat drei geworden", "drei"),
            ("it", "avrà 7 anni", "ha 7 anni"),
            ("en", "she is three", "she is three"),
        ] {
            assert_eq!(plainly(text, language), plain, "{text}");
        }
    }
}
