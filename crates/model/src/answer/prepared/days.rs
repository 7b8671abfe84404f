//! Writes days as the readers know them: `2-dic-26`, `el primer sábado de diciembre`, `el 30 de este mes`, `hasta el 7`.

use crate::{
    answer::{
        AnswerContext, inside,
        words::{self, Words},
    },
    matching::{fold, has_word},
};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// The message with its day in figures or in the plain words of the language.
pub fn day(text: &str, hearing: &AnswerContext<'_>) -> String {
    let Some(own) = words::own(hearing.language).filter(|_| text.len() <= inside::SENTENCE_BYTES_MAX) else {
        return text.to_owned();
    };
    let today = hearing.now.date();
    let folded = fold(&text.replace(['\'', '’'], " "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let said = own.without_courtesy(&said);
    if let Some(date) = nth_weekday(said, today, own).or_else(|| other_week(said, today, own)) {
        return date.to_string();
    }
    let asked = fold(&hearing.question.replace(['\'', '’', '-'], " "));
    let until = || without_until(text, own, &asked);
    with_blanks(text, own)
        .or_else(|| of_this_month(text, said, today))
        .or_else(|| of_next_year(text, today))
        .or_else(until)
        .unwrap_or_else(|| text.to_owned())
}

/// `2 dic 2026` of `2/dic/2026` and `2-dic-26`.
fn with_blanks(text: &str, own: &Words) -> Option<String> {
    let mark = text.chars().find(|c| ['/', '-'].contains(c))?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let place = words.iter().position(|word| word.contains(mark))?;
    let parts: Vec<&str> = words[place].split(mark).collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |part: &str| own.months.iter().any(|names| names.contains(&fold(part).as_str()));
    let written = match parts.as_slice() {
        [day, month] if is_number(day) && is_month(month) => format!("{day} {month}"),
        [day, month, year]
            if is_number(day) && is_month(month) && year.parse().is_ok_and(|year: u8| year < YEAR_SHORT_MIN) =>
        {
            format!("{day} {month} 20{year}")
        }
        [day, month, year] if is_number(day) && is_month(month) && is_number(year) => format!("{day} {month} {year}"),
        _ => return None,
    };
    let all: Vec<&str> =
        words[..place].iter().copied().chain([written.as_str()]).chain(words[place + 1..].iter().copied()).collect();
    Some(all.join(" "))
}

/// A year of two figures from here on is no day of the month and needs no century.
const YEAR_SHORT_MIN: u8 = 32;

/// The day of `first Saturday of December`.
fn nth_weekday(said: &[&str], today: Date, own: &Words) -> Option<Date> {
    let plain: Vec<&str> = said.iter().copied().filter(|word| !is_filler(word, own)).collect();
    let [nth, weekday, month] = plain.as_slice() else { return None };
    let nth = NTH.iter().position(|names| names.contains(nth))?;
    let weekday = weekday_of(weekday, own)?;
    let month = own.months.iter().position(|names| names.contains(month))?;
    let month = i8::try_from(month + 1).ok()?;
    let of_year =
        |year: i16| Date::new(year, month, 1).ok()?.nth_weekday_of_month(i8::try_from(nth + 1).ok()?, weekday).ok();
    [today.year(), today.year() + 1].into_iter().filter_map(of_year).find(|date| *date >= today)
}

/// The day of `not this Saturday, the other one`: a week behind the coming one.
fn other_week(said: &[&str], today: Date, own: &Words) -> Option<Date> {
    let [not, this, weekday, rest @ ..] = said else { return None };
    let is_other = OTHER.contains(&rest.join(" ").as_str());
    if !NOT.contains(not) || !THIS.contains(this) || !is_other {
        return None;
    }
    today.nth_weekday(1, weekday_of(weekday, own)?).ok()?.checked_add(1.weeks()).ok()
}

/// The text without the words for this month, if the day of it is still to come: `el 30 de este mes`.
fn of_this_month(text: &str, said: &[&str], today: Date) -> Option<String> {
    let count = THIS_MONTH.iter().filter_map(|end| {
        let end: Vec<&str> = end.split(' ').collect();
        said.ends_with(&end).then_some(end.len())
    });
    let count = count.max().filter(|count| said.len() > *count)?;
    let day: i8 = said[said.len() - count - 1].parse().ok()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let kept = words.len().checked_sub(count).filter(|kept| day >= today.day() && *kept > 0)?;
    // An apostrophe may hide a word of the ending.
    (words.len() == said.len()).then(|| words[..kept].join(" "))
}

/// The text with the figures of the year for `of next year`.
fn of_next_year(text: &str, today: Date) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|word| fold(&word.replace(['\'', '’'], " "))).collect();
    let joined = folded.join(" ");
    let end = NEXT_YEAR.iter().filter(|end| joined.ends_with(&format!(" {end}"))).max_by_key(|end| end.len())?;
    let mut count = 0;
    while count < words.len() && folded[words.len() - count - 1..].join(" ").len() < end.len() {
        count += 1;
    }
    let kept = words.len().checked_sub(count + 1).filter(|kept| *kept > 0)?;
    let is_end = folded[kept..].join(" ") == **end;
    is_end.then(|| format!("{} {}", words[..kept].join(" "), today.year() + 1))
}

/// `el 7` of `hasta el 7`, if the question asks for a departure or an end.
fn without_until(text: &str, own: &Words, asked: &str) -> Option<String> {
    let asks_end = || ENDS.iter().any(|word| has_word(asked, word));
    let plain = text.trim().replace('’', "'");
    let lower = plain.to_lowercase();
    let (_, all) = UNTIL.iter().find(|(language, _)| *language == own.language)?;
    let (until, article) = all.iter().find(|(until, _)| lower.starts_with(until))?;
    let rest = plain.get(until.len()..)?.trim();
    (asks_end() && !rest.is_empty()).then(|| format!("{article} {rest}").trim().to_owned())
}

fn weekday_of(word: &str, own: &Words) -> Option<Weekday> {
    let place = own.weekdays.iter().position(|names| names.contains(&word))?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}

fn is_filler(word: &str, own: &Words) -> bool {
    own.fillers.contains(&word) || FILLERS.contains(&word)
}

const FILLERS: [&str; 14] = ["the", "of", "in", "de", "del", "du", "d", "im", "am", "do", "no", "di", "dell", "il"];
#[rustfmt::skip]
const NTH: [&[&str]; 4] = [
    &["first", "1st", "primer", "primero", "1er", "premier", "erster", "ersten", "erste", "primeiro", "primeira", "primo", "prima"],
    &["second", "2nd", "segundo", "segunda", "deuxieme", "second", "zweiter", "zweiten", "secondo", "seconda"],
    &["third", "3rd", "tercer", "tercero", "troisieme", "dritter", "dritten", "terceiro", "terceira", "terzo", "terza"],
    &["fourth", "4th", "cuarto", "quatrieme", "vierter", "vierten", "quarto", "quarta"],
];
const NOT: [&str; 6] = ["not", "no", "pas", "nicht", "nao", "non"];
const THIS: [&str; 10] = ["this", "este", "esta", "ce", "cette", "diesen", "neste", "nesta", "questo", "questa"];
#[rustfmt::skip]
const OTHER: [&str; 21] = [
    "the other", "the other one", "the next", "the next one", "the one after", "el otro", "sino el otro", "el siguiente", "el proximo", "l autre", "le suivant", "le prochain", "mais l autre",
    "den nachsten", "sondern den nachsten", "o outro", "o proximo", "a outra", "l altro", "il prossimo", "ma il prossimo",
];
#[rustfmt::skip]
const THIS_MONTH: [&str; 12] = [
    "of this month", "this month", "de este mes", "este mes", "del mes", "de ce mois", "de ce mois ci", "ce mois ci", "dieses monats", "diesen monat", "deste mes", "di questo mese",
];
#[rustfmt::skip]
const NEXT_YEAR: [&str; 14] = [
    "of next year", "next year", "del ano que viene", "del ano que entra", "del proximo ano", "del ano proximo", "de l annee prochaine", "l an prochain", "nachsten jahres", "nachstes jahr", "do ano que vem", "do proximo ano",
    "dell anno prossimo", "del prossimo anno",
];
/// Words before a day that ends something, and the words that stand for them before the day alone.
#[rustfmt::skip]
const UNTIL: [(&str, &[(&str, &str)]); 6] = [
    ("en", &[("until ", ""), ("till ", ""), ("til ", ""), ("up to ", "")]),
    ("es", &[("hasta ", "")]),
    ("fr", &[("jusqu'au ", "le"), ("jusqu'à ", ""), ("jusqu'a ", "")]),
    ("de", &[("bis zum ", "am"), ("bis ", "")]),
    ("pt", &[("até o ", "o"), ("até ao ", "o"), ("até ", ""), ("ate o ", "o"), ("ate ", "")]),
    ("it", &[("fino al ", "il"), ("fino a ", ""), ("al ", "il")]),
];
/// Words of a question for a departure or an end.
#[rustfmt::skip]
const ENDS: [&str; 36] = [
    "leave", "leaving", "depart", "check out", "end", "until when", "sale", "sales", "salen", "salida", "se va", "se van", "termina", "hasta cuando", "hasta que dia", "partez", "pars", "partir", "depart", "jusqu a quand", "fin", "repartez",
    "abreise", "abreisen", "bis wann", "ende", "sai", "saem", "saida", "ate quando", "ate que dia", "partite", "parte", "partenza", "fino a quando", "reisen",
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, understand};

    #[test]
    fn days_in_other_forms_are_read() {
        let now = jiff::civil::date(2026, 11, 24).at(10, 0, 0, 0);
        for (language, question, text, day) in [
            ("es", "¿Qué día llega?", "2/dic/2026", "2026-12-02"),
            ("es", "¿Qué día llega?", "2-dic-26", "2026-12-02"),
            ("es", "¿Qué día llega?", "el primer sábado de diciembre", "2026-12-05"),
            ("fr", "Quel jour arrivez-vous ?", "le premier samedi de décembre", "2026-12-05"),
            ("en", "Which day?", "the second Friday of December", "2026-12-11"),
            ("de", "An welchem Tag?", "am ersten Samstag im Dezember", "2026-12-05"),
            ("pt", "Que dia?", "no primeiro sábado de dezembro", "2026-12-05"),
            ("it", "Che giorno?", "il primo sabato di dicembre", "2026-12-05"),
            ("es", "¿Qué día llega?", "no este sabado, el otro", "2026-12-05"),
            ("fr", "Quel jour arrivez-vous ?", "pas ce samedi, l'autre", "2026-12-05"),
            ("es", "¿Qué día llega?", "el 30 de este mes", "2026-11-30"),
            ("fr", "Quel jour arrivez-vous ?", "le 30 de ce mois", "2026-11-30"),
            ("es", "¿Qué día llega?", "el 3 de enero del año que viene", "2027-01-03"),
            ("es", "¿Y qué día sale?", "hasta el 7", "2026-12-07"),
            ("fr", "Et quel jour partez-vous ?", "jusqu'au 7", "2026-12-07"),
            ("es", "¿Qué día llega?", "el 1ero", "2026-12-01"),
            ("es", "¿Qué día llega?", "año nuevo", "2027-01-01"),
            ("es", "¿Qué día llega?", "el juebes", "2026-11-26"),
            ("es", "¿Qué día llega?", "30-11", "2026-11-30"),
            ("es", "¿Qué día llega?", "30.11", "2026-11-30"),
            ("fr", "Quel jour arrivez-vous ?", "ajd", "2026-11-24"),
            ("fr", "Quel jour arrivez-vous ?", "dmain", "2026-11-25"),
            ("es", "¿Qué día llega?", "mi vuelo llega el 5", "2026-12-05"),
            ("es", "¿Qué día llega?", "el jueves de la próxima", "2026-12-03"),
            ("es", "¿Qué día llega?", "el sabado de la que entra", "2026-12-05"),
            ("es", "¿Qué día llega?", "viernes de la próxima", "2026-12-04"),
            ("es", "¿Qué día llega?", "el viernes de la semana que entra", "2026-12-04"),
            // The end of another thing than the question asks for, and a range.
            ("es", "¿Qué día llega?", "hasta el 7", ""),
            ("es", "¿Qué día llega?", "13-15", ""),
            ("es", "¿Qué día llega?", "el 3 de este mes", ""),
        ] {
            let zone = jiff::tz::TimeZone::get("America/Mexico_City").unwrap();
            let context = AnswerContext::new(now.to_zoned(zone).unwrap(), language, Some("+525512345678"));
            let hearing = AnswerContext { question, ..context };
            let value = understand(AnswerType::Date, &InboundKind::Text { body: text.into() }, &hearing);
            let found = value.and_then(|value| value.print()).unwrap_or_default();
            assert_eq!(found, day, "{language} {question} {text}");
        }
    }
}
