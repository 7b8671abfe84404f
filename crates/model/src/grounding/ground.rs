//! Holds the values of all sources, and answers whether a value is among them.

use super::{
    Sources,
    items::{Item, Value, items},
    lexicon::{BETWEEN_HOURS, THROUGH},
    refusal::is_refused_offer,
    tokens::head,
};
use crate::{
    answer::{currency, words::every},
    matching::fold,
};
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};

/// One source with its values, as read in each language; offers that it refuses are left out.
pub struct Piece {
    pub values: Vec<Value>,
    /// With all days of `Monday to Friday`.
    pub weekdays: Vec<Weekday>,
    /// Numbers behind a name and a colon, whose unit may stand in the name: `"nights": 3`.
    named: Vec<f64>,
    /// Plain numbers side by side as two hours are: `open 9 to 18`.
    hours: Vec<f64>,
    pub is_customer: bool,
}

pub struct Ground {
    pub pieces: Vec<Piece>,
    /// Amounts and plain numbers of the business, in ascending order.
    amounts: Vec<f64>,
    /// The currencies that the business names.
    currencies: Vec<usize>,
    pub now: DateTime,
}

impl Ground {
    pub fn of(sources: &Sources<'_>) -> Ground {
        let piece = |text: &&str, is_customer| {
            let mut values = Vec::new();
            let mut weekdays = Vec::new();
            let (mut named, mut hours) = (Vec::new(), Vec::new());
            let text = head(text, PIECE_BYTES_MAX);
            for words in every() {
                let found = items(text, words);
                weekdays.extend(weekdays_of(text, &found));
                named.extend(found.iter().filter(|item| is_named(text, item)).flat_map(numbers_of));
                hours.extend(found.windows(2).filter(|pair| is_span(text, pair)).flatten().flat_map(numbers_of));
                for item in found {
                    let refused = matches!(item.values[..], [Value::Offer(_)])
                        && is_refused_offer(text, &item, &[words.language]);
                    for value in item.values.into_iter().filter(|_| !refused) {
                        // A text of one value again and again must not cost its square.
                        if !values.contains(&value) {
                            values.push(value);
                        }
                    }
                }
            }
            // `Saturday: 10 to 14` names no count of something.
            named.retain(|number| !hours.contains(number));
            Piece { values, weekdays, named, hours, is_customer }
        };
        let given = sources.given.iter().map(|text| piece(text, false));
        let customer = sources.customer.iter().map(|text| piece(text, true));
        let pieces: Vec<Piece> = given.chain(customer).collect();
        let of_business = pieces.iter().filter(|piece| !piece.is_customer).flat_map(|piece| &piece.values);
        let mut amounts: Vec<f64> = of_business.filter_map(amount_of).filter(|amount| *amount > 0.0).collect();
        amounts.sort_by(f64::total_cmp);
        amounts.dedup();
        let currencies = sources.given.iter().flat_map(|text| currency::named(text)).collect();
        Ground { pieces, amounts, currencies, now: sources.now }
    }

    /// True if the amount is written in a currency, and the business names only others.
    pub fn is_other_currency(&self, amount: &str) -> bool {
        let said = currency::named(amount);
        !said.is_empty() && !self.currencies.is_empty() && !said.iter().any(|one| self.currencies.contains(one))
    }

    /// True if this amount is a given one, or a given one times one of these numbers.
    pub fn has_multiple(&self, amount: f64, times: &[f64]) -> bool {
        times.iter().any(|times| {
            let (one, room) = (amount / times, EQUAL / times);
            let at = self.amounts.partition_point(|given| *given < one - room);
            self.amounts.get(at).is_some_and(|given| *given < one + room)
        })
    }

    /// True for a number that a source gives behind a name: `"nights": 3`.
    pub fn has_named(&self, number: f64) -> bool {
        self.pieces.iter().any(|piece| piece.named.iter().any(|named| same(*named, number)))
    }

    pub fn today(&self) -> Date {
        self.now.date()
    }

    pub fn given(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter(|piece| !piece.is_customer).flat_map(|piece| &piece.values)
    }

    pub fn all(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().flat_map(|piece| &piece.values)
    }

    pub fn customers(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter(|piece| piece.is_customer).flat_map(|piece| &piece.values)
    }

    /// The day that is meant: with its year, or in the year of a source, or else the next one.
    pub fn date(&self, value: &Value) -> Option<Date> {
        match value {
            Value::Relative(days) => self.today().checked_add(days.days()).ok(),
            Value::DayOfMonth(day) => {
                let near = |days: i32| self.today().checked_add(days.days()).ok();
                (0..62).filter_map(near).find(|date| date.day() == *day)
            }
            Value::Day { day, month, year: Some(year) } => Date::new(*year, *month, *day).ok(),
            Value::Day { day, month, year: None } => {
                let named = self.all().find_map(|value| match value {
                    Value::Day { day: other, month: of, year: Some(year) } if (other, of) == (day, month) => {
                        Some(*year)
                    }
                    _ => None,
                });
                let year = named.unwrap_or_else(|| {
                    let this = self.today().year();
                    let recent = self.today().checked_sub(60.days()).unwrap_or(self.today());
                    this + i16::from(Date::new(this, *month, *day).is_ok_and(|date| date < recent))
                });
                Date::new(year, *month, *day).ok()
            }
            _ => None,
        }
    }
}

impl Piece {
    pub fn has_day(&self, date: Date) -> bool {
        self.values.iter().any(|value| is_on(value, date))
    }

    /// Times as written, and full hours of plain numbers: `open 9 to 18`.
    pub fn has_time(&self, minute: i16) -> bool {
        let day = 24 * 60;
        let is_hour = |hour: &f64| {
            let is_full = hour.fract() == 0.0 && (0.0..=24.0).contains(hour);
            let full = if is_full { (*hour as i16) * 60 } else { return false };
            full % day == minute % day || (full < 12 * 60 && full + 12 * 60 == minute)
        };
        self.values.iter().any(|value| matches!(value, Value::Time(given) if given % day == minute % day))
            || self.hours.iter().chain(&self.named).any(is_hour)
    }

    pub fn names_days(&self) -> bool {
        !self.weekdays.is_empty()
            || self.values.iter().any(|value| matches!(value, Value::Day { .. } | Value::Relative(_)))
    }
}

pub fn is_on(value: &Value, date: Date) -> bool {
    match value {
        Value::Day { day, month, year } => {
            (*day, *month) == (date.day(), date.month()) && year.is_none_or(|year| year == date.year())
        }
        _ => false,
    }
}

/// The weekdays of a text, with all days of `Monday to Friday`.
fn weekdays_of(text: &str, items: &[Item]) -> Vec<Weekday> {
    let named: Vec<(&Item, Weekday)> = items
        .iter()
        .filter_map(|item| match item.values[..] {
            [Value::Weekday(day)] => Some((item, day)),
            _ => None,
        })
        .collect();
    let mut found: Vec<Weekday> = named.iter().map(|(_, day)| *day).collect();
    for pair in named.windows(2) {
        let between = &text[pair[0].0.at.end..pair[1].0.at.start];
        let word = fold(between.trim_matches(|c: char| !c.is_alphanumeric()));
        let dashed = between.contains(['-', '–', '—', '‑']);
        if THROUGH.contains(&word.as_str()) || (word.is_empty() && dashed) {
            let mut day = pair[0].1;
            while day != pair[1].1 {
                day = day.wrapping_add(1);
                found.push(day);
            }
        }
    }
    found
}

/// So much of a source is read: more than the longest message and the longest part of a paper have.
const PIECE_BYTES_MAX: usize = 16 * 1024;

fn numbers_of(item: &Item) -> impl Iterator<Item = f64> {
    item.values.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    })
}

fn is_named(text: &str, item: &Item) -> bool {
    text[..item.at.start].trim_end().ends_with(':')
}

/// True for two items with a dash or a word for a span between them.
pub fn is_span(text: &str, pair: &[Item]) -> bool {
    let between = &text[pair[0].at.end..pair[1].at.start];
    let word = fold(between.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_word = THROUGH.contains(&word.as_str()) || BETWEEN_HOURS.contains(&word.as_str());
    pair[0].line == pair[1].line && (is_word || matches!(between.trim(), "-" | "–" | "—" | "‑"))
}

/// Lengths of a month and more are told in other units with a remainder: 24 months are two years, 30 days a month.
pub fn is_same_length(a: f64, b: f64) -> bool {
    let month = 28.0 * 24.0 * 60.0;
    same(a, b) || (a >= month && b >= month && (a - b).abs() <= a.max(b) / 50.0)
}

pub fn amount_of(value: &Value) -> Option<f64> {
    match value {
        Value::Money(amount) | Value::Number(amount) => Some(*amount),
        _ => None,
    }
}

pub fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < EQUAL
}

/// Half a cent.
const EQUAL: f64 = 0.005;
