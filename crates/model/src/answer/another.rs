//! Tells by the words and signs of a whole message that its number, day or hour is no answer: `>5`, `born in 1985`,
//! `I called on Friday`, `red 👎`.

use super::{
    AnswerContext, AnswerType, belonging, beside,
    prepared::travel,
    scale, units,
    words::{self, Words},
};
use crate::matching::{fold, has_word};

/// True if the message has a value of this type that belongs to something else, or that a sign changes.
pub fn speaks_of_another(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    let folded = fold(&text.replace(['\'', '’'], " "));
    let asked = fold(hearing.question);
    let own = words::own(hearing.language);
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(&folded, phrase));
    if is_denied_by_sign(text) {
        return true;
    }
    match kind {
        AnswerType::Number | AnswerType::Whole => {
            let of_birth = says(&BIRTHS) && !YEARS.iter().any(|year| has_word(&asked, year));
            let once = ONCE.contains(&folded.as_str()) && !COUNTS.iter().any(|word| has_word(&asked, word));
            let begins = |start: &&str| folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '));
            // `wären` is a wish.
            let wishes = own.is_some_and(|own| own.language == "de") && text.to_lowercase().contains("wär");
            let was = !wishes && (WAS.iter().any(begins) || !asked.is_empty() && says(&WAS) && !asks_past(&asked));
            let degrees = !asked.is_empty() && says(&DEGREES) && !WARMTH.iter().any(|stem| asked.contains(stem));
            belonging::is_of_another(text, &folded, &asked)
                || units::is_another(text, hearing)
                || own.is_some_and(|own| own.language == "de" && is_german_day(text))
                || own.is_none_or(|own| own.language != "fr") && has_word(&folded, "grand")
                // A million in English and German, and a currency for others.
                || own.is_some_and(|own| !["en", "de"].contains(&own.language)) && has_word(&folded, "mn")
                || names_another(&folded, &asked, own)
                || !asked.is_empty() && says(&OWN_NUMBER) && !NUMBER.iter().any(|stem| asked.contains(stem))
                || is_compared(text)
                || is_long_code(text)
                || of_birth
                || once
                || was
                || degrees
                || says(&VAGUE)
                || own.is_some_and(|own| is_proportion(&folded, own))
                || is_good_number(&folded)
        }
        AnswerType::Date | AnswerType::Time | AnswerType::DateTime => {
            text.contains(COMPARING_SIGNS)
                || has_its_verb(&folded, own)
                || is_other_event(&folded, &asked)
                || travel::is_other_way(text, hearing.question)
                || kind == AnswerType::Time && own.is_some_and(|own| is_german_ordinal(text, own))
        }
        _ => false,
    }
}

/// True for `viene el viernes`, which says when somebody comes; `el viernes que viene` is a day, and `me viene bien`
/// agrees.
pub fn has_its_verb(folded: &str, own: Option<&Words>) -> bool {
    let said: Vec<&str> = folded.split(' ').collect();
    let is_free = |place: usize| {
        let before = place.checked_sub(1).map_or("", |before| said[before]);
        let behind = said.get(place + 1).copied().unwrap_or_default();
        !["que", "me", "nos", "le", "les"].contains(&before) && !["bien", "mejor", "genial"].contains(&behind)
    };
    own.is_some_and(|own| match own.language {
        // `el viernes, qué va` denies it.
        "es" => {
            folded.ends_with(" que va")
                || (0..said.len()).any(|place| ["viene", "vienen"].contains(&said[place]) && is_free(place))
        }
        "pt" => said[0] == "vem",
        _ => false,
    })
}

/// True if a sign in the message rejects its words: `red 👎`. A message of signs alone is read by their meaning.
pub fn is_denied_by_sign(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric) && text.contains(|c: char| DENYING_SIGNS.contains(c))
}

const DENYING_SIGNS: &str = "👎❌🚫✖⛔❎🙅🤮🤢😡🤬💩";

/// True for a number that a sign compares, adds or asks: `>5`, `18+`, `+1`, `me + 1`, `5??`, `5-`.
fn is_compared(text: &str) -> bool {
    let text = text.trim();
    let digit = |c: char| c.is_ascii_digit();
    let adds = text.match_indices('+').any(|(place, _)| {
        let (before, behind) = (text[..place].trim_end(), text[place + 1..].trim_start());
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        before.ends_with(digit) || behind.is_empty() || digits > 0 && (digits <= ADDED_DIGITS_MAX || !before.is_empty())
    });
    let ends_open = text.strip_suffix('-').is_some_and(|before| before.trim_end().ends_with(digit));
    adds || ends_open || text.contains(COMPARING_SIGNS) || text.ends_with("??")
}

const COMPARING_SIGNS: [char; 6] = ['<', '>', '≤', '≥', '≠', '±'];
/// Longer figures behind a plus are a phone number, which has rules of its own.
const ADDED_DIGITS_MAX: usize = 4;

/// True for the number of a thing for which the question does not ask: `room 204`.
fn names_another(folded: &str, asked: &str, own: Option<&Words>) -> bool {
    let is_number_word = |word: &&str| ["number", "numero", "nummer", "nr", "no", "num"].contains(word);
    let said: Vec<&str> = folded.split(' ').filter(|word| !is_number_word(word)).collect();
    let is_figure = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_asked = |thing: &str| {
        asked.split(' ').any(|word| word.starts_with(thing) || !word.is_empty() && thing.starts_with(word))
    };
    // `hab` and `ch` are rooms; the German `hab` is a verb.
    let is_room = |word: &str| own.is_some_and(|own| SHORT_ROOMS.contains(&(own.language, word)));
    let names_a_thing = |word: &str| beside::names_a_thing(word) || is_room(word);
    let is_list = said.windows(2).any(|pair| pair[0] == "top" && is_figure(pair[1]));
    is_list
        || !asked.is_empty()
            && said.windows(2).any(|pair| is_figure(pair[1]) && names_a_thing(pair[0]) && !is_asked(pair[0]))
}

/// Short names of a room, by language.
const SHORT_ROOMS: [(&str, &str); 4] = [("es", "hab"), ("es", "hbt"), ("fr", "ch"), ("de", "zi")];

/// True for a phone number or a code: a long run of digits that begins with a zero.
fn is_long_code(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit() && c != ' ').map(|run| run.replace(' ', ""));
    runs.any(|run| run.starts_with('0') && run.len() >= CODE_DIGITS_MIN)
}

const CODE_DIGITS_MIN: usize = 6;

/// True for a number that a word makes a little larger or smaller: `a good 5`, `gut 5`, `knapp 5`.
fn is_good_number(folded: &str) -> bool {
    let said: Vec<&str> = folded.split(' ').collect();
    let is_number = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_digit()) || words::all("").any(|words| words.spelled(word).is_some())
    };
    said.windows(2).any(|pair| ["gut", "gute", "guten", "knapp"].contains(&pair[0]) && is_number(pair[1]))
        || said.windows(3).any(|three| matches!(three[..2], ["a", "good"]) && is_number(three[2]))
}

/// True for two numbers of which neither is meant alone: `un sur deux`, `dos por tres`, `one in two`, `3 x 4`.
fn is_proportion(folded: &str, own: &Words) -> bool {
    let is_number = |word: &str| own.number(&[word]).is_some();
    let said: Vec<&str> = folded.split(' ').collect();
    said.windows(3).any(|three| is_number(three[0]) && PROPORTIONS.contains(&three[1]) && is_number(three[2]))
        || scale::is_part_of_whole(&said, own)
}

const PROPORTIONS: [&str; 12] = ["in", "by", "x", "por", "sobre", "sur", "par", "auf", "von", "mal", "em", "su"];

/// True for a sentence about the day of another event: the message tells of a birth, or of a deed of the past, for
/// which the question does not ask.
pub fn is_other_event(folded: &str, asked: &str) -> bool {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(folded, phrase));
    let shares = |word: &str| {
        let stem: String = word.chars().take(STEM_CHARS).collect();
        asked.split(' ').any(|asked| asked.starts_with(&stem))
    };
    let asks = |phrases: &[&str]| phrases.iter().any(|phrase| has_word(asked, phrase));
    let of_birth = (says(&BIRTHS) || says(&BIRTH_DAYS)) && !asked.is_empty();
    if of_birth && (!asks(&BIRTHS) && !asks(&BIRTH_DAYS) || says(&RELATIVES) && !asks(&RELATIVES)) {
        return true;
    }
    if says(&LEAVING) && !asks(&LEAVES) {
        return true;
    }
    let is_verb = |word: &&str| word.len() > 2 && !PRONOUNS.contains(word);
    DEEDS.iter().any(|deed| has_word(folded, deed) && !deed.split(' ').filter(is_verb).any(shares))
}

/// Words of a deed that a question shares without asking for it.
const PRONOUNS: [&str; 8] = ["ich", "wir", "nous", "suis", "avons", "sono", "nos", "there"];

/// The letters that two forms of a verb share: `move`, `moved`.
const STEM_CHARS: usize = 4;

/// True if the question asks for a birth: then a day without its year is no answer.
pub fn asks_for_birth(question: &str) -> bool {
    let asked = fold(question);
    let is_ahead = || COMING.iter().any(|word| has_word(&asked, word));
    BIRTHS.iter().chain(&DAYS_OF_BIRTH).any(|phrase| has_word(&asked, phrase)) && !is_ahead()
}

/// True if the question asks about the past.
pub fn asks_past(asked: &str) -> bool {
    ASKS_PAST.iter().any(|word| has_word(asked, word))
}

/// True for a German day before which a word of days stands: `der 3.`, `am 3.`
fn is_german_day(text: &str) -> bool {
    let folded = text.trim().to_lowercase();
    let mut said = folded.rsplit(' ');
    let last = said.next().unwrap_or_default();
    let is_ordinal = last.strip_suffix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_ordinal && said.next().is_some_and(|word| ["am", "der", "den", "dem", "zum", "vom", "bis", "ab"].contains(&word))
}

/// True for a German day of the month, which is no hour: `10.`, `der 13.11.`
fn is_german_ordinal(text: &str, own: &Words) -> bool {
    let digits = text.trim().strip_suffix('.').unwrap_or_default();
    let is_ordinal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // `der 13.11.` is a day of November.
    let last = text.split_whitespace().next_back().and_then(|last| last.strip_suffix('.')?.split_once('.'));
    let is_month = |month: &str| month.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
    own.language == "de" && (is_ordinal || last.is_some_and(|(_, month)| is_month(month)))
}

/// Words of a birth, folded.
#[rustfmt::skip]
const BIRTHS: [&str; 29] = [
    "born", "nacido", "nacida", "naci", "nacio", "nacimos", "nacieron", "suis ne", "suis nee", "est ne", "est nee", "sommes nes", "ne en", "nee en",
    "ne le", "nee le", "ne vers", "ne dans", "geboren", "nasci", "nasceu", "nascido", "nascida", "nato", "nata", "nati", "nacque", "jahrgang",
    "quinta del",
];

/// Words with which a question asks for the day of a birth.
#[rustfmt::skip]
const BIRTH_DAYS: [&str; 21] = [
    "birth", "birthday", "birthdate", "dob", "nacimiento", "cumpleanos", "naciste", "nacio usted", "naissance", "anniversaire", "nes", "geburt",
    "geburtstag", "geburtsdatum", "geburtstages", "nascimento", "aniversario", "nasceste", "nascita", "compleanno", "naissances",
];

/// Words with which a question asks for a day of birth and its year, beside those of a birth. A birthday has none.
const DAYS_OF_BIRTH: [&str; 16] = [
    "birth",
    "birthdate",
    "dob",
    "nacimiento",
    "naciste",
    "naissance",
    "naissances",
    "vous ne",
    "vous nee",
    "tu ne",
    "geburt",
    "geburtsdatum",
    "nascimento",
    "nasceste",
    "nascita",
    "sei nato",
];

/// Words of a question about a birth that lies ahead.
const COMING: [&str; 8] = ["due", "expected", "prevue", "prevu", "prevista", "previsto", "probable", "erwartet"];

/// Words with which a question asks for a year.
const YEARS: [&str; 8] = ["year", "ano", "annee", "an", "jahr", "anno", "jahrgang", "geburtsjahr"];

/// People and animals whose day of birth is another one.
#[rustfmt::skip]
pub const RELATIVES: [&str; 89] = [
    "mulher", "son", "daughter", "child", "kid", "baby", "boy", "girl", "wife", "husband", "partner", "mother", "father", "mum", "mom", "dad", "brother",
    "sister", "friend", "dog", "cat", "pet", "hijo", "hija", "nino", "nina", "bebe", "mujer", "marido", "esposa", "esposo", "pareja", "madre",
    "padre", "hermano", "hermana", "amigo", "amiga", "perro", "perra", "gato", "gata", "mascota", "fils", "fille", "enfant", "femme", "mari",
    "mere", "pere", "frere", "soeur", "ami", "amie", "chien", "chienne", "chat", "sohn", "tochter", "kind", "frau", "mann", "mutter", "vater",
    "bruder", "schwester", "freund", "freundin", "hund", "katze", "filho", "filha", "crianca", "mae", "pai", "irmao", "irma", "cachorro",
    "figlio", "figlia", "bambino", "bambina", "moglie", "marito", "fratello", "sorella", "cane", "gatto", "animal",
];

/// Deeds of the past that are no wish for a day.
#[rustfmt::skip]
const DEEDS: [&str; 83] = [
    "i called", "i phoned", "i rang", "i wrote", "i moved", "we moved", "i was there", "we were there", "i was here", "i visited", "i came",
    "i went", "i left", "i start", "i begin", "i work", "je commence", "je travaille", "empiezo", "trabajo", "ich fange", "ich beginne", "ich arbeite", "lavoro", "trabalho", "i met", "i saw", "i spoke", "i talked", "llame", "os llame", "me mude", "nos mudamos", "estuve", "estuvimos", "fui",
    "fuimos", "escribi", "visite", "hable", "me case", "jai appele", "appele", "ecrit", "demenage", "jai demenage", "j ai demenage", "j etais", "jetais",
    "nous avons demenage", "je suis venu", "je suis venue", "je suis alle", "je suis allee", "jai ecrit", "j ai ecrit", "jai vu", "j ai vu",
    "angerufen", "umgezogen", "hergezogen", "war ich", "ich war", "waren wir", "wir waren", "geschrieben", "besucht", "geheiratet", "liguei",
    "me mudei", "mudei", "estive", "estivemos", "escrevi", "visitei", "falei", "ho chiamato", "mi sono trasferito", "mi sono trasferita",
    "sono stato", "sono stata", "ho scritto", "sono andato",
];

/// Sentences of a departure whose words are also those of going somewhere, and words with which a question asks for one.
const LEAVING: [&str; 3] = ["nos vamos", "me voy", "nos iremos"];
const LEAVES: [&str; 8] = ["van", "vais", "vas", "va", "irse", "ir", "salida", "marchan"];

/// First words of a sentence about a number of the past.
const WAS: [&str; 7] = ["was", "were", "waren", "eran", "etaient", "eram", "erano"];
/// Words of a sentence about an hour of the past.
pub const WAS_THEN: [&str; 15] = [
    "was", "were", "war", "waren", "era", "eran", "fue", "fueron", "etait", "etaient", "cetait", "eram", "foi",
    "foram", "erano",
];
/// Words of a question about the past.
const ASKS_PAST: [&str; 20] = [
    "was", "were", "did", "had", "have", "waren", "war", "hatte", "haben", "hat", "eran", "fue", "fueron", "etait",
    "etaient", "avez", "eram", "foi", "erano", "era",
];

/// True if the question asks for a temperature.
pub fn asks_warmth(question: &str) -> bool {
    let asked = fold(question);
    WARMTH.iter().any(|stem| asked.contains(stem))
}

/// Degrees are the weather unless the question asks for a temperature.
const DEGREES: [&str; 6] = ["degrees", "grados", "degres", "grad", "graus", "gradi"];
/// Parts of the words of a question about temperature, angles or strength.
const WARMTH: [&str; 17] = [
    "temper", "degr", "grad", "grau", "warm", "hot", "cold", "kalt", "chaud", "froid", "calor", "fever", "fiebre",
    "fieb", "febre", "febbre", "angle",
];

/// Words that make a range of a number.
#[rustfmt::skip]
const VAGUE: [&str; 40] = [
    "anfang", "mitte", "ende", "early", "mid", "late", "passes", "passee", "passees", "y pico", "y tantos", "y algo", "y tantas", "e poucos", "e tal",
    "e pouco", "e poucas", "e passa", "e qualcosa", "e passati", "suonati", "et quelques", "und ein paar", "something",
    "zu viel", "zuviel", "sind viel", "ist viel", "too much", "a lot", "is much", "es mucho", "demasiado", "cest trop", "cest beaucoup", "e muito",
    "e demais", "e troppo", "e molto", "tudo isso",
];

/// Words for a number by which somebody is known or called.
#[rustfmt::skip]
const OWN_NUMBER: [&str; 12] = [
    "my number", "our number", "mi numero", "nuestro numero", "mon numero", "notre numero", "meine nummer", "unsere nummer", "meu numero",
    "nosso numero", "mio numero", "nostro numero",
];
/// Parts of the words of a question that asks for such a number: `Kundennummer`.
const NUMBER: [&str; 3] = ["number", "numero", "nummer"];

/// Words for too much of something.
pub const TOO: [&str; 7] = ["too", "zu", "demasiado", "trop", "demais", "troppo", "muy"];

/// Idioms with a number word that count nothing unless the question counts times.
const ONCE: [&str; 9] =
    ["una vez", "uma vez", "une fois", "una volta", "einmal", "de una vez", "otra vez", "de uma vez", "a una vez"];
const COUNTS: [&str; 8] = ["times", "often", "veces", "fois", "oft", "mal", "vezes", "volte"];
