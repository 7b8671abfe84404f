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
mod ground;
mod items;
mod judge;
mod lexicon;
mod refusal;
mod times;
mod tokens;

use crate::answer::words::{every, own};
use ground::Ground;
use items::items;
use jiff::civil::DateTime;
use judge::Judge;
use std::ops::Range;

/// The texts that a reply may repeat.
pub struct Sources<'a> {
    /// Texts and JSON that the business gave: parts of its papers, results of tools, facts, what flows said.
    pub given: &'a [&'a str],
    /// The messages of the customer, oldest first.
    pub customer: &'a [&'a str],
    /// The local time of the business.
    pub now: DateTime,
    /// The language of the reply, `pt_BR`. Of a language without a table of words only figures are compared.
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
}

/// The values of the reply that no source gave, in their order.
pub fn ungrounded(reply: &str, sources: &Sources<'_>) -> Vec<Ungrounded> {
    let ground = Ground::of(sources);
    let words = own(sources.language).unwrap_or(every()[0]);
    let mut found = items(reply, words);
    let beyond = found.split_off(found.len().min(ITEMS_MAX));
    let judge = Judge { reply, items: &found, ground: &ground, words };
    let mut all = judge.all();
    all.extend(beyond.into_iter().take(1).map(|item| Ungrounded { at: item.at, kind: Kind::TooMany }));
    all
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
