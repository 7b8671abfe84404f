//! Tells which values of a model's reply no source gave.
//!
//! `tokens` splits a text; `items` reads its values with `addresses`, `days`, `times`, `amounts` and `figures`, whose words
//! stand in `lexicon`. `ground` holds the values of all sources, and `judge` compares those of the reply with them, by
//! value: `1.200,50` is `1200.5`, and `5 pm` is `17:00`. A value that a source gives for another thing is not noticed: the
//! true price of the wrong article passes.

mod addresses;
mod amounts;
#[cfg(test)]
mod corpus;
mod days;
mod figures;
mod foreign;
mod ground;
mod items;
mod judge;
mod lexicon;
mod numbers;
mod refusal;
mod times;
mod tokens;

use crate::{
    answer::words::{every, own},
    written_language::possible_languages,
};
pub use foreign::without_addresses;
use ground::Ground;
use items::items;
use jiff::civil::DateTime;
use judge::Judge;
pub use numbers::{has_number, lone_number};
use std::ops::Range;

/// The text with the digits of all scripts as `0` to `9`, and without signs that nobody sees: `３９ €`, `٣٩ €` and `3️⃣9️⃣ €` are
/// 39 € for who reads them.
pub fn readable(text: &str) -> String {
    let seen: Vec<char> = text.chars().filter(|c| !is_unseen(*c)).map(|c| digit(c).unwrap_or(c)).collect();
    let mut plain = String::with_capacity(text.len());
    for word in seen.chunk_by(|a, b| a.is_alphabetic() == b.is_alphabetic()) {
        // A word of another script stays as it is; one that mixes scripts is read as it looks.
        let is_mixed = word.iter().any(char::is_ascii_alphabetic) && word.iter().any(|c| look_alike(*c).is_some());
        plain.extend(word.iter().map(|c| if is_mixed { look_alike(*c).unwrap_or(*c) } else { *c }));
    }
    plain
}

/// The Latin letter that a Cyrillic or Greek one is taken for.
fn look_alike(c: char) -> Option<char> {
    const PAIRS: [(&str, &str); 2] = [
        ("аеіјорѕсухһԁԛԝАВЕЅІЈКМНОРСТХУ", "aeijopscyxhdqwABESIJKMHOPCTXY"),
        ("αικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aiknoptuxABEZHIKMNOPTYX"),
    ];
    PAIRS.iter().find_map(|(theirs, ours)| ours.chars().nth(theirs.chars().position(|letter| letter == c)?))
}

/// Soft hyphens, zero-width signs, and the signs that make an emoji of a digit.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{feff}')
}

/// The decimal digit of any script that WhatsApp's languages use, as one of ours.
pub fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x17e0,
        0xff10,
    ];
    const BOLD: std::ops::RangeInclusive<u32> = 0x1d7ce..=0x1d7ff;
    if BOLD.contains(&u32::from(c)) {
        return char::from_digit((u32::from(c) - BOLD.start()) % 10, 10);
    }
    // Superscripts and digits in circles, which no zero begins.
    match c {
        '⁰' => return Some('0'),
        '¹' => return Some('1'),
        '²' => return Some('2'),
        '³' => return Some('3'),
        '⁴'..='⁹' => return char::from_digit(u32::from(c) - 0x2070, 10),
        '₀'..='₉' => return char::from_digit(u32::from(c) - 0x2080, 10),
        '①'..='⑨' => return char::from_digit(u32::from(c) - 0x245f, 10),
        '⓪' => return Some('0'),
        _ => {}
    }
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
    char::from_digit(u32::from(c) - zero, 10)
}

/// The texts that a reply may repeat.
pub struct Sources<'a> {
    /// Texts and JSON that the business gave: parts of its papers, results of tools, facts, what flows said.
    pub given: &'a [&'a str],
    /// The messages of the customer, oldest first.
    pub customer: &'a [&'a str],
    /// The local time of the business.
    pub now: DateTime,
    /// The language of the contact, `pt_BR`. The reply may be in another one, and is read in each that it may be in; of a
    /// language without a table of words only figures are compared.
    pub language: &'a str,
}

/// A piece of the reply that no source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ungrounded {
    pub at: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Amount,
    Percent,
    Number,
    Length,
    Day,
    /// A weekday on which its date does not fall.
    WeekdayOfDate,
    Weekday,
    Time,
    /// A day and a time that stand together in no source.
    DayAndTime,
    Phone,
    Email,
    Link,
    Code,
    Offer,
    /// The value behind the last one that is compared.
    TooMany,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Amount => "amount",
            Kind::Percent => "percent",
            Kind::Number => "number",
            Kind::Length => "length",
            Kind::Day => "day",
            Kind::WeekdayOfDate => "weekday of a date",
            Kind::Weekday => "weekday",
            Kind::Time => "time",
            Kind::DayAndTime => "day and time",
            Kind::Phone => "phone number",
            Kind::Email => "e-mail address",
            Kind::Link => "link",
            Kind::Code => "code",
            Kind::Offer => "offer",
            Kind::TooMany => "too many values",
        }
    }

    /// True if a step that compares only these kinds, by their words of `KIND_WORDS`, lets a value of this kind pass. A day
    /// with its weekday or time is compared where either of them is.
    pub fn passes(self, compared: &[&str]) -> bool {
        let words: &[&str] = match self {
            Kind::Amount => &["amount"],
            Kind::Percent => &["percent"],
            Kind::Number => &["number"],
            Kind::Length => &["length"],
            Kind::Day => &["day"],
            Kind::WeekdayOfDate => &["day", "weekday"],
            Kind::Weekday => &["weekday"],
            Kind::Time => &["time"],
            Kind::DayAndTime => &["day", "weekday", "time"],
            Kind::Phone => &["phone"],
            Kind::Email => &["email"],
            Kind::Link => &["link"],
            Kind::Code => &["code"],
            Kind::Offer => &["offer"],
            // So long a text is compared with nothing: nobody knows what it holds.
            Kind::TooMany => return false,
        };
        words.iter().all(|word| !compared.contains(word))
    }
}

/// The words by which an author names kinds of values.
pub const KIND_WORDS: &[&str] =
    &["amount", "percent", "number", "length", "day", "weekday", "time", "phone", "email", "link", "code", "offer"];

/// The values of the reply that no source gave, in their order. The reply is read in each language that it may be in, and
/// each reading must have its sources; a value that two of them see alike passes if one of them gives it.
pub fn ungrounded(reply: &str, sources: &Sources<'_>) -> Vec<Ungrounded> {
    let ground = Ground::of(sources);
    let readings = readings(reply, &ground, sources.language);
    let mut all: Vec<Ungrounded> = Vec::new();
    for (place, reading) in readings.iter().enumerate() {
        let others = || readings.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
        let found = reading.found.iter().filter(|one| others().all(|other| !other.clears(one, reading)));
        let found: Vec<Ungrounded> =
            found.filter(|one| !all.iter().any(|known| one.is_part_of(known))).cloned().collect();
        all.extend(found);
    }
    all.sort_by_key(|one| one.at.start);
    all
}

/// The reply as somebody reads it who writes one language.
struct Reading {
    items: Vec<items::Item>,
    found: Vec<Ungrounded>,
}

/// One reading for each language that the reply may be in, the likeliest first.
fn readings(reply: &str, ground: &Ground, contacts: &str) -> Vec<Reading> {
    let known: Vec<&'static str> = every().iter().map(|words| words.language).collect();
    let possible = possible_languages(reply, &known, contacts);
    // Of a language without a table figures are read, and every table reads them alike.
    let likely = possible.first().copied().unwrap_or(known[0]);
    let languages = if possible.is_empty() { vec![likely] } else { possible };
    let read = |language: &&str| {
        let words = own(language).unwrap_or(every()[0]);
        let mut found = items(reply, words);
        let beyond = found.split_off(found.len().min(ITEMS_MAX));
        let judge = Judge { reply, items: &found, ground, words, refusing: &languages };
        let mut all = judge.all();
        all.extend(beyond.into_iter().take(1).map(|item| Ungrounded { at: item.at, kind: Kind::TooMany }));
        Reading { items: found, found: all }
    };
    languages.iter().map(read).collect()
}

impl Reading {
    /// True if this reading understands more words of a piece than the one that refuses it, or gives the same value.
    fn clears(&self, found: &Ungrounded, by: &Reading) -> bool {
        let Some(item) = by.items.iter().find(|item| item.at == found.at) else { return false };
        let is_refused = |at: &Range<usize>| self.found.iter().any(|one| one.at == *at);
        self.items.iter().any(|own| {
            let is_longer = own.at.start <= item.at.start && own.at.end >= item.at.end && own.at != item.at;
            let is_alike = own.at == item.at && own.values.iter().any(|value| item.values.contains(value));
            is_longer || (is_alike && !is_refused(&own.at))
        })
    }
}

impl Ungrounded {
    fn is_part_of(&self, other: &Ungrounded) -> bool {
        other.at.start <= self.at.start && self.at.end <= other.at.end
    }
}

/// More values than a message of 4,096 letters has in earnest; the first beyond them counts as not given.
const ITEMS_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(reply: &str, given: &[&str], customer: &[&str]) -> Vec<String> {
        let now = "2026-11-25T10:00".parse().unwrap();
        let sources = Sources { given, customer, now, language: "en" };
        ungrounded(reply, &sources)
            .iter()
            .map(|one| format!("{} {}", one.kind.as_str(), &reply[one.at.clone()]))
            .collect()
    }

    #[test]
    fn values_are_compared_and_not_their_letters() {
        let given =
            ["Pads 1.200,50 € a pair, 90 minutes, until 17:00. Friday 27 November at 10:30. Ring +34 912 345 678."];
        for reply in [
            "It is 1200.50 euros and takes an hour and a half.",
            "We are here until 5 pm; on Friday, 27/11 at half past ten there is time.",
            "Two pairs are 2,401 €.",
            "Call 912345678, tomorrow or today.",
        ] {
            assert_eq!(found(reply, &given, &[]), [""; 0], "{reply}");
        }
        for (reply, named) in [
            ("It is 1300 euros.", "amount 1300 euros"),
            ("We are here until 6 pm.", "time 6 pm"),
            ("Come on Thursday 27 November.", "weekday of a date Thursday 27 November"),
            ("Call 912345679.", "phone number 912345679"),
            ("There is a discount – of course.", "offer discount"),
            ("It takes 3 days.", "length 3 days"),
            ("Pads are $1200.50.", "amount $1200.50"),
        ] {
            assert_eq!(found(reply, &given, &[]), [named], "{reply}");
        }
    }

    #[test]
    fn a_reply_is_read_in_its_own_language_and_not_in_the_contacts() {
        let given = ["Brake pads 39 € a pair. Monday to Friday 9:00-18:00."];
        let mut invented = vec![
            "Es gratis.",
            "Le hacemos un descuento.",
            "A mitad de precio.",
            "Cuesta cincuenta euros.",
            "Le devolvemos el dinero.",
            "Venga el jueves 4 de diciembre.",
            "Venga el lunes a las once y media.",
            "Tarda 5 horas.",
            "Tarda tres días.",
            "Es ist kostenlos.",
            "Wir geben Ihnen Rabatt.",
            "Zum halben Preis.",
            "Das kostet fünfzig Euro.",
            "Sie bekommen Ihr Geld zurück.",
            "Kommen Sie am Donnerstag, 4. Dezember.",
            "Kommen Sie um halb zwölf.",
            "Es dauert 5 Stunden.",
            "Es dauert drei Tage.",
            "C'est gratuit.",
            "Ça coûte cinquante euros.",
            "Venez à onze heures et demie.",
            "É grátis.",
            "Custa cinquenta euros.",
            "Demora três dias.",
            "È gratis.",
            "Costa cinquanta euro.",
            "Ci vogliono tre giorni.",
            "Sure! Es gratis para usted.",
        ];
        invented.retain(|reply| found(reply, &given, &[]).is_empty());
        assert_eq!(invented, [""; 0]);
        let honest = [
            "Kostenlos ist das leider nicht.",
            "No es gratis.",
            "Cuesta treinta y nueve euros.",
            "Die Beläge kosten 39 €.",
            "So, what else?",
            "So, die Beläge kosten 39 €.",
            "De lunes a viernes de 9 a 18.",
            "Montag bis Freitag 9 bis 18 Uhr.",
            "De nada.",
            "Sim, claro.",
            "Sei willkommen!",
        ];
        for reply in honest {
            assert_eq!(found(reply, &given, &[]), [""; 0], "{reply}");
        }
    }

    #[test]
    fn a_time_with_seconds_is_the_same_time() {
        for said in ["09:00", "9:00", "9 am", "09:00:00"] {
            assert!(
                found(&format!("We have {said}."), &["{\"times\":[\"09:00:00\",\"12:30:00\"]}"], &[]).is_empty(),
                "{said}"
            );
        }
        for said in ["09:30", "11:00", "21:00"] {
            assert_eq!(found(&format!("We have {said}."), &["[\"09:00:00\"]"], &[]).len(), 1, "{said}");
        }
    }

    #[test]
    fn a_range_of_hours_is_no_time_before_an_hour() {
        let given = ["Saturday 10:00-14:00, Monday to Friday 9:00-18:00."];
        for reply in ["On Saturday from 10 to 2 pm.", "We are here from 9 to 6 pm on weekdays."] {
            assert_eq!(found(reply, &given, &[]), [""; 0], "{reply}");
        }
        assert_eq!(found("On Saturday from 10 to 3 pm.", &given, &[]), ["time 3 pm"]);
        assert_eq!(found("Come at 10 to 2.", &given, &[]), ["time 10 to 2"]);
    }

    #[test]
    fn amounts_of_the_customer_count_beside_a_no_alone() {
        assert_eq!(found("For 30 € it is yours!", &[], &["I pay 30 €"]), ["amount 30 €"]);
        assert_eq!(found("Sorry, not for 30 €.", &[], &["I pay 30 €"]), [""; 0]);
        assert_eq!(found("Order AB-1234 is noted for 3 May.", &[], &["order AB-1234, for 3 May please"]), [""; 0]);
    }

    #[test]
    fn a_word_of_refusal_that_accepts_refuses_nothing() {
        for reply in ["No problem, £60 it is.", "Why not £60!", "I can't say no to £60!", "No worries: £60"] {
            assert_eq!(found(reply, &["A bike is £95."], &["can I have it for £60?"]), ["amount £60"], "{reply}");
        }
        assert_eq!(found("It is not possible for £60.", &["A bike is £95."], &["for £60?"]), [""; 0]);
    }

    #[test]
    fn a_number_of_one_thing_is_none_of_another() {
        let given = ["We have 25 rooms and 8 seats, 800 metres away; a key is $18. We have 3 bikes."];
        for (reply, named) in [
            ("It takes 25 minutes.", "length 25 minutes"),
            ("We close at 8 pm.", "time 8 pm"),
            ("Keys are $54.", "amount $54"),
        ] {
            assert_eq!(found(reply, &given, &[]), [named], "{reply}");
        }
        for reply in ["Three keys are $54.", "We have 25 rooms."] {
            assert_eq!(found(reply, &given, &[]), [""; 0], "{reply}");
        }
        assert_eq!(found("Two years, three nights.", &["24 months", "{\"nights\": 3}"], &[]), [""; 0]);
    }

    #[test]
    fn a_time_of_day_is_no_source_for_a_length() {
        let given = ["Monday to Friday 9:00 to 18:00, Saturday: 10 to 14. We close for 3 weeks."];
        for reply in [
            "It takes 2 hours.",
            "It takes 6 hours.",
            "9 hours.",
            "It takes 10 hours.",
            "Tarda 6 horas.",
            "Ci vogliono 6 ore.",
        ] {
            assert_eq!(found(reply, &given, &[]).len(), 1, "{reply}");
        }
        for reply in [
            "We open at 9.",
            "Abrimos a las 9 horas.",
            "Cerramos a las 18 horas.",
            "Venez vers dix-huit heures.",
            "On Saturday from 10 to 2 pm.",
            "3 weeks.",
        ] {
            assert_eq!(found(reply, &given, &[]), [""; 0], "{reply}");
        }
        assert_eq!(found("It takes 2 hours.", &["{\"hours\": 2}"], &[]), [""; 0]);
    }

    #[test]
    fn any_host_is_a_link_and_a_missing_blank_is_none() {
        for (reply, link) in [
            ("Pay at evil.ru/pay.", "evil.ru/pay"),
            ("See bit.ly/x", "bit.ly/x"),
            ("Go to evil.xyz now", "evil.xyz"),
            ("It is at shop.evil.ly/help.", "shop.evil.ly/help"),
            ("Look at www.evil", "www.evil"),
            ("Take ftp://evil.ly/x", "ftp://evil.ly/x"),
            ("Pay: https://shop.example@evil.ly/x", "https://shop.example@evil.ly/x"),
        ] {
            assert_eq!(found(reply, &["https://shop.example"], &[]), [format!("link {link}")], "{reply}");
        }
        for reply in
            ["We are open.See you", "z.B. so", "Mo.-Fr. it is", "See shop.example!", "at 5 p.m. or so", "Nr.12 of it"]
        {
            assert_eq!(found(reply, &["https://shop.example 5 pm Nr. 12 Monday Friday"], &[]), [""; 0], "{reply}");
        }
    }

    #[test]
    fn figures_of_every_script_are_read() {
        for text in ["３９ €", "٣٩ €", "3\u{fe0f}\u{20e3}9\u{fe0f}\u{20e3} €", "𝟑𝟗 €", "3\u{200b}9 €"]
        {
            assert_eq!(readable(text), "39 €", "{text}");
        }
    }

    #[test]
    fn a_kind_passes_where_none_of_its_words_is_named() {
        assert!(Kind::Amount.passes(&["link", "day"]) && !Kind::Amount.passes(&["amount"]));
        assert!(!Kind::DayAndTime.passes(&["time"]) && !Kind::WeekdayOfDate.passes(&["day"]));
        assert!(!Kind::TooMany.passes(&["link"]));
        let kinds = [
            Kind::Amount,
            Kind::Percent,
            Kind::Number,
            Kind::Length,
            Kind::Day,
            Kind::Weekday,
            Kind::Time,
            Kind::Phone,
            Kind::Email,
            Kind::Link,
            Kind::Code,
            Kind::Offer,
        ];
        for word in KIND_WORDS {
            assert_eq!(kinds.iter().filter(|kind| !kind.passes(&[word])).count(), 1, "{word}");
        }
    }

    #[test]
    fn a_text_of_values_alone_is_read_to_an_end() {
        for piece in ["1.", "1 ", "a-1", "free – ", "5 € ", "27.11. ", "one ", "a@b.example", "http://a.b/"] {
            let long = piece.repeat(4096 / piece.len());
            found(&long, &[&long], &[&long]);
        }
        let many = "5 € ".repeat(ITEMS_MAX + 2);
        assert_eq!(found(&many, &["5 €"], &[]), ["too many values 5 €"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(reply in "\\PC{0,80}", given in "[0-9€%.:,/ –a-zñ🙂-]{0,60}") {
            found(&reply, &[&given], &[&reply]);
            found(&given, &[&reply], &[&given]);
        }
    }
}
