//! Reads the number in answers without a plain number word: `me and my wife`, `a couple`, `x2`, `année et demie`; and
//! leaves out words that repeat the period of the question: `£950 a month`.

mod ages;
mod few;
mod guests;
mod lengths;
pub mod months;
pub mod sums;
pub mod unsure;
pub mod whose;

use super::{
    AnswerContext, AnswerType, another, inside, money,
    reading::{BESIDE_ONESELF, HOW_MANY, PEOPLE, Reading},
    units,
    words::{self, Unit, Words},
};
use crate::{
    matching::{fold, has_word},
    value::Value,
};

pub use ages::{asks_age, asks_age_of_thing, is_ahead as is_age_ahead};
pub use few::{is_only_one, needed, none};

/// A question that may count, and the answer to it: folded, the answer without its courtesies.
pub struct Counting {
    asked: String,
    pub said: String,
}

impl Counting {
    /// `None` if the question does not ask for a number.
    pub fn of(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Counting> {
        let words = |text: &str| fold(&text.replace(['\'', '’'], " "));
        let folded = words(text);
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let own = words::own(hearing.language);
        let said = own.map_or(said.as_slice(), |own| own.without_courtesy(&said)).join(" ");
        matches!(kind, AnswerType::Number | AnswerType::Whole)
            .then(|| Counting { asked: words(hearing.question), said })
    }

    pub fn asks(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| has_word(&self.asked, phrase))
    }

    /// True if the question counts people, the one who answers with them.
    pub fn counts_people(&self) -> bool {
        self.asks(&PEOPLE) && !self.asks(&BESIDE_ONESELF)
    }
}

/// An age with its months, the number of the people of a message, or its length of time in the unit of the question.
pub fn people_or_length(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let readers = [months::read, guests::read, lengths::read];
    let found = readers.into_iter().map(|read| read(kind, text, hearing)).find(|found| !found.is_empty());
    found.unwrap_or_default()
}

/// True for a couple, and for `my wife and I` if the question counts people.
pub fn is_two(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    Counting::of(kind, text, hearing).is_some_and(|counting| {
        (counting.asks(&HOW_MANY) || counting.asks(&QUANTITIES)) && pair(&counting.said, counting.counts_people())
    })
}

/// The number behind an article that stands for the counted things: `the two`, `solo las 4`, `just the one`.
pub fn of_all(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let Some(counting) = Counting::of(kind, text, hearing).filter(|counting| counting.asks(&HOW_MANY)) else {
        return Reading::default();
    };
    let Some(own) = words::own(hearing.language) else { return Reading::default() };
    // The Portuguese `às 4` is an hour, and `as 4` are four women.
    if text.trim_start().starts_with(['à', 'À']) {
        return Reading::default();
    }
    let mut said: Vec<&str> = counting.said.split(' ').collect();
    if said.len() > 2 && SIMPLY.contains(&said[0]) {
        said.remove(0);
    }
    let [article, number] = said.as_slice() else { return Reading::default() };
    let is_article = PLURALS.iter().any(|(language, all)| *language == own.language && all.contains(article));
    let figure = number.bytes().all(|byte| byte.is_ascii_digit()) && number.len() <= FIGURES_MAX;
    let value = if figure { number.parse().ok() } else { own.number(&[number]).map(i64::from) };
    let is_one = own.language == "en" && *number == "one" && counting.said.starts_with("just");
    Reading::one(value.filter(|value| is_article && ((2..=GROUP_MAX).contains(value) || is_one)).map(Value::Whole))
}

/// The articles of larger numbers name an age or a year: `los 40`.
const GROUP_MAX: i64 = 12;
/// Longer figures behind an article are a year.
const FIGURES_MAX: usize = 2;
const SIMPLY: [&str; 12] =
    ["just", "only", "solo", "solamente", "juste", "seulement", "nur", "bloss", "so", "apenas", "soltanto", "somente"];
/// For each language, the articles of several things.
const PLURALS: [(&str, &[&str]); 6] = [
    ("en", &["the"]),
    ("es", &["los", "las"]),
    ("fr", &["les"]),
    ("de", &["die"]),
    ("pt", &["os", "as"]),
    ("it", &["i", "le", "gli"]),
];

/// Words of a question for a quantity.
const QUANTITIES: [&str; 6] = ["quantity", "cantidad", "quantite", "menge", "quantidade", "quantita"];

/// Two, for `my husband and I` as the answer to a question that counts people, and for `a couple` where anything is
/// counted.
fn pair(said: &str, counts_people: bool) -> bool {
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let [a, b, c, d] = words.as_slice() else { return COUPLES.contains(&said) };
    if counts_people && words.iter().any(|word| sums::PETS.contains(word) || LUGGAGE.contains(word)) {
        return false;
    }
    let is_couple = |mine: &str, noun: &str, and: &str, me: &str| {
        MINE.contains(&mine) && AND.contains(&and) && ME.contains(&me) && noun.len() > 2 && !noun.ends_with('s')
            || MINE.contains(&mine) && AND.contains(&and) && ME.contains(&me) && ["fils", "boss"].contains(&noun)
    };
    let is_pair = is_couple(a, b, c, d) || is_couple(c, d, b, a);
    COUPLES.contains(&said) || counts_people && is_pair
}

/// Answers that mean two of anything, folded.
#[rustfmt::skip]
const COUPLES: [&str; 29] = [
    "a couple", "couple", "both of us", "us two", "the two of us", "the twins", "un par", "una pareja", "los dos", "nosotros dos", "los gemelos", "un couple", "une paire",
    "nous deux", "tous les deux", "les jumeaux", "ein parchen", "wir zwei", "wir beide", "die zwillinge", "um casal", "um par", "nos dois", "os gemeos",
    "una coppia", "un paio", "noi due", "tutti e due", "i gemelli",
];
/// Things that come with a person and are none.
#[rustfmt::skip]
const LUGGAGE: [&str; 33] = [
    "bag", "suitcase", "luggage", "bike", "car", "laptop", "pet", "mascota", "maleta", "mochila", "equipaje", "bici", "coche", "carro", "perrito", "animal", "valise", "bagage", "sac", "velo", "voiture", "koffer", "gepack", "rad",
    "fahrrad", "auto", "mala", "bagagem", "bicicleta", "valigia", "bagaglio", "zaino", "macchina",
];
const MINE: [&str; 10] = ["my", "mi", "mon", "ma", "mein", "meine", "meu", "minha", "mio", "mia"];
const AND: [&str; 5] = ["and", "y", "et", "und", "e"];
const ME: [&str; 8] = ["i", "me", "myself", "yo", "moi", "ich", "eu", "io"];

/// The number of `x2`.
pub fn times(text: &str) -> Option<f64> {
    let folded = text.trim().to_lowercase();
    let digits = folded.strip_prefix('x')?.trim();
    let is_count = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_count.then(|| digits.parse().ok())?
}

/// The number of `año y medio` and `2 ans et demi`: a unit between the number and its half.
pub fn unit_and_half(text: &str, own: &Words) -> Option<f64> {
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    // `quatre heures et demie` is a time of day.
    let is_unit = |unit: &Unit| *unit != Unit::Hour || own.language != "fr";
    let names_unit = |word: &str| {
        KILOS.contains(&word) || own.units.iter().any(|(unit, names)| is_unit(unit) && names.contains(&word))
    };
    let place = said.iter().position(|word| names_unit(word))?;
    let half = said.get(place + 1..)?.concat();
    let is_half = own.and_half.contains(&half.as_str())
        || own.language != "en" && half.ends_with(['a', 'e']) && is_half_of(&half, own);
    let before = &said[..place];
    let number = match before {
        [] => Some(1.0),
        [figure] if figure.bytes().all(|byte| byte.is_ascii_digit()) => figure.parse().ok(),
        words => own.spelled(&words.concat()).map(f64::from),
    };
    if is_half { number.map(|number: f64| number + 0.5) } else { None }
}

/// Units of food that is bought by halves: `2 kilos y medio`.
pub const KILOS: [&str; 12] =
    ["kilo", "kilos", "quilo", "quilos", "chilo", "chili", "litro", "litros", "litri", "liter", "docena", "docenas"];

/// True for the other gender of a half: `hora y media`.
fn is_half_of(half: &str, own: &Words) -> bool {
    own.and_half.iter().any(|name| name.strip_suffix(['o', 'e']) == half.strip_suffix(['a', 'e']))
}

/// The text without the period for which the question asks: `950 al mes` to a question about a rent.
pub fn without_period(text: &str, hearing: &AnswerContext<'_>) -> String {
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let names = |words: &[&str]| words.iter().any(|word| has_word(&asked, word));
    let Some((_, periods)) = PERIODS.iter().find(|(questions, _)| names(questions)) else { return text.to_owned() };
    let said: Vec<&str> = text.split_whitespace().collect();
    for length in (1..=PERIOD_WORDS_MAX).rev() {
        let is_period = |run: &[&str]| periods.contains(&fold(&run.join(" ")).as_str());
        if let Some(start) = said.windows(length).position(is_period).filter(|start| *start > 0 && said.len() > length)
        {
            return [&said[..start], &said[start + length..]].concat().join(" ");
        }
    }
    text.to_owned()
}

/// The text without the limit for which the question asks: `2000 tops` to "What is the most that you can pay?"
pub fn without_limit(text: &str, hearing: &AnswerContext<'_>) -> String {
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let asks_most = || MOST.iter().any(|word| has_word(&asked, word));
    let asks_budget = || {
        BUDGETS.iter().any(|word| has_word(&asked, word))
            && (super::frame::asks_ahead(&asked) || LIKES.iter().any(|word| has_word(&asked, word)))
            && !CAN.iter().any(|word| has_word(&asked, word))
    };
    if text.len() > inside::SENTENCE_BYTES_MAX || !asks_most() && !asks_budget() {
        return text.to_owned();
    }
    let mut said: Vec<&str> = text.split_whitespace().collect();
    for phrase in LIMITS {
        let length = phrase.split(' ').count();
        let start = said.windows(length).position(|run| fold(&run.join(" ")) == phrase);
        if let Some(start) = start.filter(|_| said.len() > length) {
            let mark = said[start + length - 1].ends_with(',') && start > 0;
            said.drain(start..start + length);
            if mark {
                said.insert(start, ",");
            }
        }
    }
    said.join(" ").replace(" , ", ", ")
}

/// The text without the words for the beginning for which the question asks: `from the 1st of March` to "When would you
/// like to start?", `since Monday` to "When did it start?"
pub fn without_beginning(text: &str, hearing: &AnswerContext<'_>) -> String {
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    if text.len() > inside::SENTENCE_BYTES_MAX
        || !STARTS.iter().any(|stem| asked.split(' ').any(|word| word.starts_with(stem)))
    {
        return text.to_owned();
    }
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let begins = |phrase: &str| {
        let length = phrase.split(' ').count();
        said.len() > length && folded[..length].join(" ") == phrase
    };
    let found = BEGINNINGS.iter().find(|(phrase, _)| begins(phrase));
    found.map_or_else(
        || text.to_owned(),
        |(phrase, instead)| format!("{instead} {}", said[phrase.split(' ').count()..].join(" ")).trim().to_owned(),
    )
}

/// First letters of the verbs of a question for a beginning, folded.
const STARTS: [&str; 12] = [
    "start", "begin", "began", "empez", "comenz", "commenc", "anfang", "angefang", "begonnen", "comec", "inici",
    "inizi",
];
/// Words for a beginning, and the words that stand for them.
#[rustfmt::skip]
const BEGINNINGS: [(&str, &str); 17] = [
    ("from", ""), ("since", ""), ("desde", ""), ("a partir del", "el"), ("a partir du", "le"), ("a partir de", ""), ("des le", "le"), ("depuis le", "le"), ("depuis", ""),
    ("ab dem", "am"), ("ab", ""), ("seit dem", "am"), ("seit", ""), ("dal", "il"), ("a partire dal", "il"), ("da", ""), ("dall", "l"),
];

/// Words of a question for a limit, folded.
const MOST: [&str; 9] = ["most", "maximum", "max", "maximo", "maxima", "maximal", "hochstens", "massimo", "massima"];
const LIKES: [&str; 6] = ["vorrebbe", "vorresti", "vorreste", "querria", "querrias", "gustaria"];
/// Words of a question for what somebody is able to spend: a limit is no sum.
const CAN: [&str; 13] =
    ["can", "could", "puede", "puedes", "pouvez", "peux", "konnen", "kannst", "pode", "podes", "puo", "puoi", "podria"];
/// Words of a question for what somebody would like to spend: a limit answers it.
#[rustfmt::skip]
const BUDGETS: [&str; 19] = [
    "spend", "budget", "pay", "gastar", "gastarte", "gastarse", "gastaros", "pagar", "presupuesto", "depenser", "payer", "ausgeben", "zahlen", "bezahlen", "orcamento", "spendere", "pagare", "mettre", "investir",
];
/// Words that make a number a limit, folded.
#[rustfmt::skip]
const LIMITS: [&str; 44] = [
    "at the most", "at most", "at max", "tops", "maximum", "max", "no more than", "not more than", "como maximo", "como mucho", "a lo sumo", "a lo mas", "de tope", "no mas de", "maximo", "tope", "no maximo", "no max", "nao mais do que", "nao mais que",
    "nao mais de", "au grand maximum", "au maximum", "grand maximum", "grand max", "au max", "pas plus de", "maxi", "maximal", "nicht mehr als", "allerhochstens", "hochstens", "al massimo", "al max", "massimo", "non piu di", "non oltre i", "up to",
    "hasta", "jusqu a", "jusqua", "bis zu",
    "ate", "fino a",
];

/// The text without the unit of time that the question counts: `2 h` and `2 hours` to "How many hours a week?"
pub fn without_unit(text: &str, hearing: &AnswerContext<'_>) -> String {
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let Some(own) = words::own(hearing.language) else { return text.to_owned() };
    if !HOW_MANY.iter().any(|phrase| has_word(&asked, phrase)) {
        return text.to_owned();
    }
    let counts = |names: &[&str]| names.iter().any(|name| name.len() >= UNIT_BYTES_MIN && is_first_noun(&asked, name));
    let Some((unit, names)) = own.units.iter().find(|(_, names)| counts(names)) else { return text.to_owned() };
    let is_unit = |word: &str| names.contains(&word) || *unit == Unit::Hour && ["h", "std", "hrs"].contains(&word);
    let is_number =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || b",.".contains(&byte));
    let said: Vec<&str> = text.split_whitespace().collect();
    if said.iter().filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).count() > 1 {
        return text.to_owned();
    }
    let is_spelled = |word: &str| own.spelled(&fold(word)).is_some() && !own.articles.contains(&fold(word).as_str());
    let mut out: Vec<&str> = Vec::new();
    for (place, word) in said.iter().enumerate() {
        let before = place.checked_sub(1).map_or("", |before| said[before]);
        let glued = word.find(|c: char| c.is_alphabetic()).map(|at| word.split_at(at));
        match glued {
            Some((number, unit)) if is_number(number) && is_unit(&fold(unit)) => out.push(number),
            _ if is_unit(&fold(word)) && (is_number(before) || is_spelled(before)) => {}
            _ => out.push(word),
        }
    }
    out.join(" ")
}

/// True if the question counts this unit: `how many hours`, with no other noun before it.
fn is_first_noun(asked: &str, unit: &str) -> bool {
    HOW_MANY.iter().any(|phrase| {
        let behind = asked.split_once(&format!("{phrase} ")).map(|(_, behind)| behind);
        behind.is_some_and(|behind| behind.split(' ').find(|word| *word != "d" && *word != "de") == Some(unit))
    }) || asked.contains(&format!("wie vielen {unit}"))
}

/// Shorter names of a unit are abbreviations.
const UNIT_BYTES_MIN: usize = 3;

/// `a la semana` has the most words of a period.
const PERIOD_WORDS_MAX: usize = 3;

/// Words of a question about a period, and the words that name this period in an answer.
type Period = (&'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const PERIODS: [Period; 2] = [
    (
        &["month", "monthly", "rent", "mes", "mensual", "alquiler", "mois", "mensuel", "loyer", "monat", "monatlich", "miete", "mensal", "aluguel", "renda", "mese", "affitto",
          "d affitto", "mensile"],
        &["a month", "per month", "each month", "monthly", "pcm", "al mes", "por mes", "mensuales", "mensual", "par mois", "mensuel", "mensuels", "im monat", "pro monat",
          "monatlich", "mensais", "mensal", "ao mes", "al mese", "mensili", "kalt", "warm"],
    ),
    (
        &["week", "weekly", "semana", "semaine", "woche", "settimana"],
        &["a week", "per week", "each week", "weekly", "a la semana", "por semana", "semanales", "par semaine", "die woche", "pro woche", "in der woche", "semanais",
          "a settimana", "alla settimana"],
    ),
];

/// The text without the limit, the period, the unit or the beginning for which the question asks.
pub fn without_words_of_question(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> String {
    match kind {
        AnswerType::Number | AnswerType::Whole => {
            let text = without_limit(text, hearing);
            let text = match (another::asks_warmth(hearing.question), units::asks_price(hearing.question)) {
                (true, _) => money::without_celsius(&text),
                (false, true) => money::with_cents(&text),
                (false, false) => text,
            };
            let asked = fold(&hearing.question.replace(['\'', '’'], " "));
            let own = words::own(hearing.language)
                .filter(|_| ages::asks_age(&asked) && text.len() <= inside::SENTENCE_BYTES_MAX);
            let text = own.map_or(text.clone(), |own| ages::plainly(&ages::in_full(&text, own.language), own.language));
            let text = few::without_the_others(&text, hearing);
            without_unit(&without_period(&text, hearing), hearing)
        }
        AnswerType::Date => without_beginning(text, hearing),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing, words},
        *,
    };

    fn number(question: &str, text: &str, language: &str) -> Option<Value> {
        let hearing = AnswerContext { question, ..hearing(language) };
        read(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing).single()
    }

    #[test]
    fn a_couple_is_two_people() {
        let people = "How many people is the table for?";
        assert_eq!(number(people, "me and my wife", "en"), Some(Value::Whole(2)));
        assert_eq!(number("Pour combien de personnes ?", "mon mari et moi", "fr"), Some(Value::Whole(2)));
        assert_eq!(number(people, "me and my kids", "en"), None);
        assert_eq!(number("How many boxes?", "me and my wife", "en"), None);
    }

    #[test]
    fn a_period_counts_only_if_the_question_has_it() {
        assert_eq!(number("What is your monthly rent, in pounds?", "£950 a month", "en"), Some(Value::Whole(950)));
        assert_eq!(number("How much do you earn a year, in pounds?", "£950 a month", "en"), None);
    }

    #[test]
    fn the_unit_of_the_question_may_stand_behind_its_number() {
        let hours = "How many hours of lessons per week?";
        assert_eq!(number(hours, "2h", "en"), Some(Value::Whole(2)));
        assert_eq!(number(hours, "we can afford 2 hours", "en"), Some(Value::Whole(2)));
        assert_eq!(number("Combien d'heures par semaine ?", "2 heures", "fr"), Some(Value::Whole(2)));
        assert_eq!(number("How many lessons?", "we can afford 2 hours", "en"), None);
    }

    #[test]
    fn a_half_stands_behind_its_unit() {
        let es = words::own("es").expect("a language");
        assert_eq!(unit_and_half("año y medio", es), Some(1.5));
        assert_eq!(unit_and_half("una hora y media", es), Some(1.5));
        assert_eq!(unit_and_half("2 horas", es), None);
        assert_eq!([times("x2"), times("2x"), times("x2x3")], [Some(2.0), None, None]);
    }
}
