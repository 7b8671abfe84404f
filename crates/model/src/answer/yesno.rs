//! Recognises yes and no in the words of six languages and in emoji.

use super::{
    another::is_denied_by_sign,
    assent, clause, declined, foreign,
    hums::{hummed, without_drawl},
    inside,
    words::{self, Words},
};
use crate::matching::{fold, has_word};

/// True for yes, false for no. The contact's language wins if two languages share a word.
pub fn yesno(text: &str, language: &str) -> Option<bool> {
    let folded = without_drawl(&fold(text));
    if text.len() > TEXT_BYTES_MAX || is_asked_back(text) || is_no_answer(text, &folded) {
        return None;
    }
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let in_sentence = || words::all(language).find_map(|words| in_sentence(&said, Tongue::new(words, language)));
    whole(text, language)
        .or_else(|| hummed(text, language))
        .or_else(in_sentence)
        .or_else(|| assent::for_several(text, language))
        .or_else(|| declined::declined(text, language))
        .or_else(|| clause::explained(text, language))
        .filter(|yes| !(*yes && is_denied_by_sign(text)))
}

/// Yes or no, if the text contains nothing else.
pub fn whole(text: &str, language: &str) -> Option<bool> {
    if text.len() > TEXT_BYTES_MAX || is_asked_back(text) {
        return None;
    }
    if let Some(signs) = in_signs(text) {
        return signs;
    }
    let folded = without_drawl(&fold(text));
    if is_no_answer(text, &folded) {
        return None;
    }
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let found = words::all(language).find_map(|words| in_language(&said, Tongue::new(words, language)));
    found.filter(|yes| !(*yes && is_denied_by_sign(text)))
}

/// The words of a language, and the language of the contact.
#[derive(Clone, Copy)]
struct Tongue<'a> {
    words: &'static Words,
    /// Empty: unknown, and every language is the contact's own.
    contact: &'a str,
}

impl<'a> Tongue<'a> {
    fn new(words: &'static Words, contact: &'a str) -> Tongue<'a> {
        Tongue { words, contact: words::own(contact).map_or(contact, |own| own.language) }
    }

    /// False for a word of another language that may mean something else: `ja` is laughter in Spanish.
    fn counts(self, phrase: &[&str]) -> bool {
        let is_own = self.contact.is_empty() || self.contact == self.words.language;
        is_own || foreign::is_unmistakable(phrase, self.contact)
    }
}

/// True for words that look like a yes or a no and are none: laughter (`kkk`), disbelief, the Portuguese `né` and `já`.
pub fn is_no_answer(text: &str, folded: &str) -> bool {
    let is_laughter = || {
        let letters: Vec<char> = text.trim().to_lowercase().chars().collect();
        letters.len() > 2 && letters.iter().all(|c| *c == 'k')
    };
    let bare = text.trim().to_lowercase();
    IRONY.contains(&folded) || is_laughter() || ["né", "já"].contains(&bare.trim_end_matches(['.', '!']))
}

/// Words for yes that mean the opposite, disbelief, or the end of patience.
const IRONY: [&str; 6] = ["yeah right", "yea right", "ja sicher", "pois sim", "ya ya", "ya ya ya"];
/// Words that make a no of another kind: `absolutely not sure`.
pub const SURE: [&str; 8] = ["sure", "seguro", "segura", "sur", "sicher", "sicuro", "sicura", "certeza"];
/// Words behind which a yes or a no is only mentioned: `I do not say no`.
pub const MENTIONS: [&str; 7] = ["say", "saying", "digo", "dico", "dis", "sage", "dire"];

/// Words that leave a yes or a no open: `definitely maybe`.
const MAYBE: [&str; 8] = ["maybe", "perhaps", "quiza", "quizas", "vielleicht", "talvez", "forse", "possibly"];

/// The text behind a first cry: `ooh yes that sounds lovely`.
pub fn without_interjection(text: &str) -> Option<&str> {
    let (first, rest) = text.trim().split_once([' ', ','])?;
    CRIES.contains(&fold(first).as_str()).then(|| rest.trim_start_matches([' ', ',']))
}

const CRIES: [&str; 10] = ["oh", "ooh", "oooh", "ohh", "wow", "uy", "huy", "opa", "och", "uff"];

/// True for a question, which is no answer: `yes?`, `yes or no?` But `why not?` means yes.
pub fn is_asked_back(text: &str) -> bool {
    text.contains(['?', '¿']) && !WHY_NOT.iter().any(|phrase| has_word(&fold(text), phrase))
}

/// True for the plain word *yes* or *no* of a language, such as the title of an option.
pub fn is_yes_or_no(title: &str) -> bool {
    let folded = fold(title);
    PLAIN_YES.contains(&folded.as_str()) || PLAIN_NO.contains(&folded.as_str())
}

/// The yes or no with which the title of an option begins: *Yes, please*, *No, thank you*. Without a mark behind the
/// first word, all of the title must say so: *No onions* is no *no*.
pub fn title_says_yes(title: &str, language: &str) -> Option<bool> {
    if declined::NOT_NOW.contains(&fold(title).as_str()) {
        return Some(false);
    }
    let said = is_yes_or_no(title) || words::all(language).any(|words| is_polite_answer(title, words));
    let first = title.split_once([',', '.', '!', ':', ';', '–', '—']).map_or("", |(first, _)| first);
    let first = if said { title } else { first };
    let first = if said || is_yes_or_no(first) { first } else { return None };
    // The title may be in the bot's language and not in the contact's.
    whole(first, language).or_else(|| whole(first, ""))
}

/// True for a plain yes or no with polite words: *Yes please*, *No thank you*.
fn is_polite_answer(title: &str, words: &Words) -> bool {
    let folded = fold(title);
    let said: Vec<&str> = folded.split(' ').collect();
    is_yes_or_no(&words.without_courtesy(&said).join(" "))
}

/// True if the text only puts off, in words that the title of the option also has: `later` for *Maybe later*.
pub fn puts_off(text: &str, title: &str) -> bool {
    let (folded, title) = (fold(text), fold(title));
    LATER.contains(&folded.as_str()) && has_word(&title, &folded)
}

/// Words that put off.
const LATER: [&str; 27] = [
    "maybe",
    "later",
    "maybe later",
    "perhaps",
    "not now",
    "quizas",
    "quiza",
    "tal vez",
    "luego",
    "mas tarde",
    "despues",
    "peut etre",
    "plus tard",
    "vielleicht",
    "spater",
    "talvez",
    "mais tarde",
    "depois",
    "forse",
    "dopo",
    "piu tardi",
    "another day",
    "otro dia",
    "un autre jour",
    "ein andermal",
    "outro dia",
    "un altro giorno",
];

const WHY_NOT: [&str; 8] =
    ["why not", "por que no", "porque no", "pourquoi pas", "warum nicht", "wieso nicht", "por que nao", "perche no"];

/// A longer text is neither yes nor no.
const TEXT_BYTES_MAX: usize = 200;

/// Reads a text of emoji only: `👍👍🏽`, `❌`. `Some(None)`: the emoji mean both or neither.
fn in_signs(text: &str) -> Option<Option<bool>> {
    let colours = '\u{1f3fb}'..='\u{1f3ff}';
    let says_nothing = |c: &char| c.is_whitespace() || ['\u{fe0f}', '\u{200d}'].contains(c) || colours.contains(c);
    let signs: Vec<char> = text.chars().filter(|c| !says_nothing(c)).collect();
    if signs.is_empty() || signs.iter().any(|c| c.is_alphanumeric() || c.is_ascii_punctuation()) {
        return None;
    }
    let all = |of: &str| signs.iter().all(|sign| of.contains(*sign));
    Some(if all(YES_SIGNS) { Some(true) } else { all(NO_SIGNS).then_some(false) })
}

const YES_SIGNS: &str = "👍✅👌✔🆗💯☑🤝🙆";
const NO_SIGNS: &str = "👎❌🚫✖⛔❎🙅";

/// Reads several words that mean the same: `yeah sure`, `nope, thanks`. A yes together with a no is no answer.
fn in_language(said: &[&str], tongue: Tongue<'_>) -> Option<bool> {
    let words = tongue.words;
    if let [one] = said {
        match *one {
            "1" => return Some(true),
            "0" => return Some(false),
            // It stands for `que` in Spanish and laughs in Portuguese.
            "k" if !["es", "pt"].contains(&tongue.contact) => return Some(true),
            _ => {}
        }
    }
    // `nicht nein` negates the no.
    if let ["nicht", rest @ ..] = said
        && rest.iter().any(|word| denies(word, words))
    {
        return None;
    }
    let (mut answer, mut denials) = (None, 0);
    let mut rest = said;
    while !rest.is_empty() {
        let Named { length, meant } = named(rest, words)?;
        if !matches!(meant, Meant::Polite) && !tongue.counts(&rest[..length]) {
            return None;
        }
        if matches!(meant, Meant::No) {
            denials += 1;
            // `it is not wrong` does not mean no.
            if denials > 1 && !rest[..length].iter().any(|word| denies(word, words)) {
                return None;
            }
        }
        let meant = match meant {
            // "Please" means yes only if it is the whole text.
            Meant::Polite if said.len() == length => words.yes.contains(&said.join(" ").as_str()).then_some(true),
            Meant::Polite => None,
            Meant::Yes => Some(true),
            Meant::No => Some(false),
        };
        if let Some(meant) = meant
            && answer.replace(meant).is_some_and(|before| before != meant)
        {
            return None;
        }
        rest = &rest[length..];
    }
    answer
}

/// True for a word that means no in itself (`never`), false for one that means no only by its content (`wrong`).
fn denies(word: &str, words: &Words) -> bool {
    words.around.nots.split_whitespace().any(|not| not == word) || words.no.first() == Some(&word)
}

struct Named {
    length: usize,
    meant: Meant,
}

enum Meant {
    Yes,
    No,
    Polite,
}

/// The longest phrase at the start that means yes, no or nothing; of the same length, a no wins over a yes.
fn named(rest: &[&str], words: &Words) -> Option<Named> {
    let longest = |names: &[&str]| {
        let most = rest.len().min(PHRASE_WORDS_MAX);
        (1..=most).rev().find(|count| names.contains(&rest[..*count].join(" ").as_str())).unwrap_or(0)
    };
    let okay = usize::from(OKAY.contains(rest.first()?));
    let (yes, no, polite) = (longest(words.yes).max(okay), longest(words.no), longest(words.polite));
    match yes.max(no).max(polite) {
        0 => None,
        length if length == polite => Some(Named { length, meant: Meant::Polite }),
        length if length == no => Some(Named { length, meant: Meant::No }),
        length => Some(Named { length, meant: Meant::Yes }),
    }
}

/// An upper limit for the words of a phrase in the tables.
const PHRASE_WORDS_MAX: usize = 7;

/// Reads a sentence that begins with the answer and whose rest says the same: `yes, that works for me`, `no, I do not
/// want that`.
fn in_sentence(said: &[&str], tongue: Tongue<'_>) -> Option<bool> {
    let words = tongue.words;
    let Named { length, meant } = named(said, words)?;
    tongue.counts(&said[..length]).then_some(())?;
    // `right` is not among these words: `right now` is no yes.
    BEGINS.contains(said.first()?).then_some(())?;
    let rest = &said[length..];
    let around = words.around;
    let stands = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
    let is_not = |word: &&str| stands(around.nots, word) || ["no", "ne"].contains(word);
    let known = |word: &&str| {
        inside::is_carrier(words, word)
            || stands(around.assent, word)
            || is_not(word)
            || words.polite.iter().any(|phrase| phrase.split(' ').any(|part| part == *word))
    };
    let joined = rest.join(" ");
    let puts_off = around.spoilers.split(',').any(|phrase| has_word(&joined, phrase.trim()));
    let is_unsure = matches!(meant, Meant::No) && rest.iter().any(|word| SURE.contains(word));
    let mentions =
        is_unsure || rest.iter().any(|word| MAYBE.contains(word)) || rest.iter().any(|word| MENTIONS.contains(word));
    if rest.is_empty() || puts_off || mentions || !rest.iter().all(known) {
        return None;
    }
    // In `no no quiero`, the phrase at the start already contains the second no.
    let negated = said[1..].iter().any(is_not);
    if matches!(meant, Meant::No) && rest.iter().any(|word| PLAIN_YES.contains(word)) {
        return None;
    }
    // `si puedo, sí`: the first word is a condition.
    if ["si", "se"].contains(&said[0]) && rest.len() > 1 && rest.last().is_some_and(|last| *last == "si") {
        return None;
    }
    match (meant, negated) {
        (Meant::Yes, false) => Some(true),
        // `No, that is fine` may mean yes: only a second negation makes it a no.
        (Meant::No, true) => Some(false),
        (Meant::Yes | Meant::No | Meant::Polite, _) => None,
    }
}

/// First words of an answer that may continue as a sentence.
const BEGINS: [&str; 39] = [
    "yes",
    "yeah",
    "yea",
    "yep",
    "yup",
    "yess",
    "sure",
    "ok",
    "okay",
    "absolutely",
    "certainly",
    "definitely",
    "si",
    "sip",
    "claro",
    "vale",
    "oui",
    "ouais",
    "ouep",
    "ja",
    "jo",
    "jawohl",
    "klar",
    "sim",
    "certo",
    "certamente",
    "no",
    "nope",
    "nah",
    "nop",
    "non",
    "nan",
    "nein",
    "nee",
    "nao",
    "never",
    "nunca",
    "jamais",
    "mai",
];
/// Words for yes that contradict a no in the same sentence.
pub const PLAIN_YES: [&str; 5] = ["yes", "si", "oui", "ja", "sim"];
const PLAIN_NO: [&str; 4] = ["no", "non", "nein", "nao"];
/// Words that mean okay in every language, also beside other words.
pub const OKAY: &[&str] = &["ok", "okay", "okey", "oki"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_in_six_languages() {
        for yes in [
            "Yes!",
            "sí",
            "Oui",
            "ja",
            "Sim",
            "👍",
            "👍🏽",
            "ok",
            "Sí, claro",
            "yep",
            "claro",
            "doch",
            "d’accord",
            "va bene",
            "yeah sure",
            "ok thanks",
            "ok, perfect!",
            "yes yes",
            "please",
            "yes, of course, thank you",
            "vale, gracias",
            "ja, gerne, danke",
            "oui merci",
        ] {
            assert_eq!(yesno(yes, "en"), Some(true), "{yes}");
        }
        for no in [
            "No.",
            "nein",
            "Não",
            "non",
            "no, gracias",
            "👎",
            "pas du tout",
            "auf keinen Fall",
            "not yet",
            "Nope, thanks",
            "no no",
            "I don't think so",
            "todavía no",
            "noch nicht",
            "pas encore",
            "ainda não",
            "non ancora",
            "bitte nicht",
            "no, por favor",
            "nein, noch nicht",
            "claro que no",
        ] {
            assert_eq!(yesno(no, "en"), Some(false), "{no}");
        }
        for neither in
            ["maybe", "", "yes and no", "not sure", "thanks", "yes no", "ok no", "nicht sicher", "right now", "1 0"]
        {
            assert_eq!(yesno(neither, "en"), None, "{neither}");
        }
    }
}
