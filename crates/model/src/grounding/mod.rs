//! Tells which values of a model's reply no source gave.
//!
//! `tokens` splits a text, `figures` and `items` read its values with the words of `lexicon`, and this file compares
//! the reply with its sources by value: `1.200,50` is `1200.5`, and `5 pm` is `17:00`. A value that a source gives for
//! another thing is not noticed: the true price of the wrong article passes.

#[cfg(test)]
mod corpus;
mod figures;
mod items;
mod lexicon;
mod tokens;

use crate::answer::words::{Words, every, own};
use items::{Item, Value, folded, items};
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};
use lexicon::{BOTH, Offer, THROUGH, refuses};
use std::ops::Range;
use tokens::{head, tail};

/// What a reply may repeat.
pub struct Sources<'a> {
    /// Texts and JSON that the business gave: parts of its papers, results of tools, facts, what flows said.
    pub given: &'a [&'a str],
    /// What the customer wrote, oldest first.
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

/// One source with its values, as read in each language.
struct Piece {
    values: Vec<Value>,
    weekdays: Vec<Weekday>,
    /// Offers that the source refuses are left out.
    is_customer: bool,
}

struct Ground {
    pieces: Vec<Piece>,
    /// Amounts and plain numbers of the business, in ascending order.
    amounts: Vec<f64>,
    now: DateTime,
}

impl Ground {
    fn of(sources: &Sources<'_>) -> Ground {
        let piece = |text: &&str, is_customer| {
            let mut values = Vec::new();
            let mut weekdays = Vec::new();
            let text = head(text, PIECE_BYTES_MAX);
            for words in every() {
                let found = items(text, words);
                weekdays.extend(weekdays_of(text, &found));
                for item in found {
                    let refused =
                        matches!(item.values[..], [Value::Offer(_)]) && is_refused_offer(text, &item, words.language);
                    for value in item.values.into_iter().filter(|_| !refused) {
                        // A text of one value again and again must not cost its square.
                        if !values.contains(&value) {
                            values.push(value);
                        }
                    }
                }
            }
            Piece { values, weekdays, is_customer }
        };
        let given = sources.given.iter().map(|text| piece(text, false));
        let customer = sources.customer.iter().map(|text| piece(text, true));
        let pieces: Vec<Piece> = given.chain(customer).collect();
        let of_business = pieces.iter().filter(|piece| !piece.is_customer).flat_map(|piece| &piece.values);
        let mut amounts: Vec<f64> = of_business.filter_map(amount_of).filter(|amount| *amount > 0.0).collect();
        amounts.sort_by(f64::total_cmp);
        amounts.dedup();
        Ground { pieces, amounts, now: sources.now }
    }

    /// True if this amount is a given one, or a given one times one of these numbers.
    fn has_multiple(&self, amount: f64, times: &[f64]) -> bool {
        times.iter().any(|times| {
            let (one, room) = (amount / times, EQUAL / times);
            let at = self.amounts.partition_point(|given| *given < one - room);
            self.amounts.get(at).is_some_and(|given| *given < one + room)
        })
    }

    fn today(&self) -> Date {
        self.now.date()
    }

    fn given(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter(|piece| !piece.is_customer).flat_map(|piece| &piece.values)
    }

    fn all(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().flat_map(|piece| &piece.values)
    }

    fn customers(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter(|piece| piece.is_customer).flat_map(|piece| &piece.values)
    }

    /// The day that is meant: with its year, or in the year of a source, or else the next one.
    fn date(&self, value: &Value) -> Option<Date> {
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
    fn has_day(&self, date: Date) -> bool {
        self.values.iter().any(|value| is_on(value, date))
    }

    /// Times as written, and full hours of plain numbers: `open 9 to 18`.
    fn has_time(&self, minute: i16) -> bool {
        self.values.iter().any(|value| match value {
            Value::Time(given) => given % (24 * 60) == minute % (24 * 60),
            Value::Number(hour) => {
                hour.fract() == 0.0 && (0.0..=24.0).contains(hour) && {
                    let full = (*hour as i16) * 60;
                    full % (24 * 60) == minute % (24 * 60) || (full < 12 * 60 && full + 12 * 60 == minute)
                }
            }
            _ => false,
        })
    }

    fn names_days(&self) -> bool {
        !self.weekdays.is_empty()
            || self.values.iter().any(|value| matches!(value, Value::Day { .. } | Value::Relative(_)))
    }
}

fn is_on(value: &Value, date: Date) -> bool {
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
        let word = folded(between.trim_matches(|c: char| !c.is_alphanumeric()));
        let dashed = between.contains(['-', '–', '—', '‑']);
        if (THROUGH.contains(&word.as_str()) && !BOTH.contains(&word.as_str()) && !word.is_empty())
            || (word.is_empty() && dashed)
        {
            let mut day = pair[0].1;
            while day != pair[1].1 {
                day = day.wrapping_add(1);
                found.push(day);
            }
        }
    }
    found
}

/// The part of the text around the item up to these signs, or a point before a blank: what stands before and behind.
fn around<'a>(text: &'a str, item: &Item, ends: &[char]) -> (&'a str, &'a str) {
    let before = tail(&text[..item.at.start], AROUND_BYTES_MAX);
    let behind = head(&text[item.at.end..], AROUND_BYTES_MAX);
    let is_end = |(at, c): &(usize, char), text: &str| ends.contains(c) || text[*at..].starts_with(". ");
    let start = before.char_indices().rev().find(|end| is_end(end, before)).map_or(0, |(at, c)| at + c.len_utf8());
    let end = behind.char_indices().find(|end| is_end(end, behind)).map_or(behind.len(), |(at, _)| at);
    (&before[start..], &behind[..end])
}

/// Words farther from a value are not its sentence.
const AROUND_BYTES_MAX: usize = 400;

/// True if a word of its sentence refuses the value.
fn is_refused_in_sentence(text: &str, item: &Item, language: &str) -> bool {
    let (before, behind) = around(text, item, &['!', '?', '\n', ';']);
    [before, behind].iter().any(|part| folded(part).split(' ').any(|word| refuses(word, language)))
}

/// True if a word beside it, in its clause, refuses the offer: `we have no discounts`, `gratis ist das leider nicht`.
fn is_refused_offer(text: &str, item: &Item, language: &str) -> bool {
    let (before, behind) = around(text, item, &['!', '?', '\n', ';', ',', ':', '–', '—']);
    let refuses = |word: &str| refuses(word, language);
    folded(before).split(' ').rev().take(REFUSAL_BEFORE).any(refuses)
        || folded(behind).split(' ').take(REFUSAL_BEHIND).any(|word| refuses(word) && !lexicon::WITHOUT.contains(&word))
}

/// So many words before an offer, and behind it, may refuse it.
const REFUSAL_BEFORE: usize = 6;
const REFUSAL_BEHIND: usize = 8;
/// Numbers up to this one count things in passing, and need no source without a unit.
const PLAIN_MAX: f64 = 12.0;

struct Judge<'a> {
    reply: &'a str,
    items: &'a [Item],
    ground: &'a Ground,
    words: &'static Words,
}

impl Judge<'_> {
    fn all(&self) -> Vec<Ungrounded> {
        let mut found = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            if let Some(kind) = self.kind(item) {
                found.push(Ungrounded { at: item.at.clone(), kind });
            }
            found.extend(self.unfit_weekday(place));
            found.extend(self.apart(place));
        }
        found.sort_by_key(|one| one.at.start);
        found
    }

    /// The kind of an item of which no reading is given.
    fn kind(&self, item: &Item) -> Option<Kind> {
        let given = item.values.iter().any(|value| self.is_given(value, item));
        (!given).then(|| match item.values[0] {
            Value::Money(_) => Kind::Amount,
            Value::Percent(_) => Kind::Percent,
            Value::Number(_) => Kind::Number,
            Value::Measured(..) => Kind::Length,
            Value::Day { .. } | Value::DayOfMonth(_) | Value::Relative(_) => Kind::Day,
            Value::Weekday(_) => Kind::Weekday,
            Value::Time(_) => Kind::Time,
            Value::Phone(_) => Kind::Phone,
            Value::Email(_) => Kind::Email,
            Value::Link(_) => Kind::Link,
            Value::Code(_) => Kind::Code,
            Value::Offer(_) => Kind::Offer,
        })
    }

    fn is_given(&self, value: &Value, item: &Item) -> bool {
        let ground = self.ground;
        match value {
            Value::Money(amount) => {
                ground.given().any(|given| amount_of(given).is_some_and(|given| same(given, *amount)))
                    || self.is_multiple(*amount)
                    || self.is_sum(*amount, item)
                    || (ground.customers().any(|given| amount_of(given).is_some_and(|given| same(given, *amount)))
                        && is_refused_in_sentence(self.reply, item, self.words.language))
            }
            Value::Percent(share) => {
                let is_same = |given: &Value| matches!(given, Value::Percent(given) if same(*given, *share));
                ground.given().any(is_same)
                    || (ground.customers().any(is_same)
                        && is_refused_in_sentence(self.reply, item, self.words.language))
            }
            Value::Number(number) => {
                *number <= PLAIN_MAX
                    || ground.all().any(|given| number_of(given).is_some_and(|given| same(given, *number)))
                    || same(*number, f64::from(ground.today().year()))
                    || self.is_day_of_month(*number, item)
                    || self.is_multiple(*number)
                    || self.is_sum(*number, item)
            }
            Value::Measured(number, measure) => ground.all().any(|given| match given {
                Value::Measured(given, of) => of == measure && same(*given, *number),
                Value::Number(plain) => {
                    // A plain number of a source may have its unit in the name of its field or column.
                    let own = item.values.iter().all(|value| matches!(value, Value::Measured(..) | Value::Time(_)));
                    own && self.plain_of(item).is_some_and(|written| same(*plain, written))
                }
                _ => false,
            }),
            Value::Day { .. } => ground.date(value).is_some_and(|date| {
                ground.all().any(|given| is_on(given, date) || ground.date(given) == Some(date))
                    || (0..=2).any(|days: i32| ground.today().checked_add(days.days()).is_ok_and(|day| day == date))
            }),
            Value::Relative(_) => true,
            Value::DayOfMonth(day) => ground.all().any(|given| match given {
                Value::DayOfMonth(given) => given == day,
                given => ground.date(given).is_some_and(|date| date.day() == *day),
            }),
            Value::Weekday(weekday) => {
                let near =
                    |days: i32| ground.today().checked_add(days.days()).is_ok_and(|day| day.weekday() == *weekday);
                (0..=1).any(near)
                    || ground.pieces.iter().any(|piece| piece.weekdays.contains(weekday))
                    || ground.all().any(|given| ground.date(given).is_some_and(|date| date.weekday() == *weekday))
                    || self.says_this_date(item)
                    || self.items.iter().flat_map(|other| &other.values).any(|value| {
                        matches!(value, Value::DayOfMonth(_))
                            && ground.date(value).is_some_and(|date| date.weekday() == *weekday)
                    })
            }
            Value::Time(minute) => {
                ground.pieces.iter().any(|piece| piece.has_time(*minute)) || {
                    let now = ground.now.time();
                    i16::from(now.hour()) * 60 + i16::from(now.minute()) == *minute
                }
            }
            Value::Phone(digits) => {
                ground.all().any(|given| matches!(given, Value::Phone(given) if is_same_phone(given, digits)))
            }
            Value::Email(address) => ground.all().any(|given| matches!(given, Value::Email(given) if given == address)),
            Value::Link(link) => ground.all().any(|given| match given {
                Value::Link(given) => {
                    given == link
                        || given.strip_prefix(link.as_str()).is_some_and(|rest| rest.starts_with(['/', '?', '#']))
                }
                Value::Email(given) => given.rsplit('@').next() == Some(link),
                _ => false,
            }),
            Value::Code(code) => ground.all().any(|given| matches!(given, Value::Code(given) if given == code)),
            Value::Offer(offer) => {
                let amount_fits = |given: &Value| match (offer, given) {
                    (Offer::Free, Value::Money(amount) | Value::Number(amount)) => *amount == 0.0,
                    (Offer::HalfPrice, Value::Percent(share)) => same(*share, 50.0),
                    _ => false,
                };
                ground.given().any(|given| matches!(given, Value::Offer(given) if given == offer) || amount_fits(given))
                    || is_refused_offer(self.reply, item, self.words.language)
            }
        }
    }

    /// True for the day behind a weekday, `Friday 27`, of a date that a source has.
    fn is_day_of_month(&self, number: f64, item: &Item) -> bool {
        let behind_weekday = self.items.iter().any(|other| {
            matches!(other.values[..], [Value::Weekday(_)])
                && (other.place.end..=other.place.end + 1).contains(&item.place.start)
        });
        behind_weekday
            && self
                .ground
                .all()
                .any(|given| self.ground.date(given).is_some_and(|date| same(f64::from(date.day()), number)))
    }

    /// True if a date stands beside the weekday: whether it fits is judged by the date.
    fn says_this_date(&self, item: &Item) -> bool {
        let place = self.items.iter().position(|other| other.at == item.at).unwrap_or(0);
        self.items.get(place + 1).is_some_and(|next| {
            next.place.start <= item.place.end + BESIDE_DATE
                && next.values.iter().any(|value| matches!(value, Value::Day { .. } | Value::Relative(_)))
        })
    }

    /// The number as it stands in the reply, without its unit.
    fn plain_of(&self, item: &Item) -> Option<f64> {
        let text = &self.reply[item.at.clone()];
        let figures = text.find(|c: char| c.is_ascii_digit()).map(|at| figures::number(&text[at..]).values);
        let by_words = || {
            let said = folded(text);
            let words: Vec<&str> = said.split(' ').collect();
            (1..words.len()).rev().find_map(|count| self.words.spelled(&words[..count].concat())).map(f64::from)
        };
        match figures.as_deref() {
            Some([Value::Number(number), ..]) => Some(*number),
            _ => by_words(),
        }
    }

    /// True for a given amount times a number of things that the reply, or the customer, names.
    fn is_multiple(&self, amount: f64) -> bool {
        let counts = |value: &Value| match value {
            Value::Number(number) if (2.0..=PLAIN_MAX).contains(number) && number.fract() == 0.0 => Some(*number),
            _ => None,
        };
        let mut times: Vec<f64> = self.items.iter().flat_map(|item| &item.values).filter_map(counts).collect();
        times.extend(self.items.iter().filter_map(|item| {
            item.values.iter().any(|value| matches!(value, Value::Measured(..))).then(|| self.plain_of(item))?
        }));
        times.extend(self.ground.all().filter_map(counts));
        times.extend(self.small_words());
        times.sort_by(f64::total_cmp);
        times.dedup();
        self.ground.has_multiple(amount, &times)
    }

    /// Numbers in words of the reply that are articles, too, and pairs.
    fn small_words(&self) -> Vec<f64> {
        let said = folded(self.reply);
        let has = |words: &[&str]| words.iter().any(|word| crate::matching::has_word(&said, word));
        if has(&[
            "both", "pair", "par", "paar", "paire", "paio", "beide", "ambos", "ambas", "entrambi", "deux", "double",
            "twice", "doppelte", "dobro", "doppio", "doble", "zwei",
        ]) {
            vec![2.0]
        } else {
            Vec::new()
        }
    }

    /// True for the sum of amounts that stand before it in the reply, or of the last of them.
    fn is_sum(&self, amount: f64, item: &Item) -> bool {
        let parts: Vec<f64> = self
            .items
            .iter()
            .filter(|other| other.at != item.at)
            .filter_map(|other| {
                other.values.iter().find_map(|value| match value {
                    Value::Money(part) => Some(*part),
                    _ => None,
                })
            })
            .filter(|part| *part < amount)
            .take(SUMMANDS_MAX)
            .collect();
        let parts: Vec<f64> = parts
            .into_iter()
            .filter(|part| self.ground.has_multiple(*part, &[1.0]) || self.is_multiple(*part))
            .collect();
        (1u32..1 << parts.len()).filter(|chosen| chosen.count_ones() > 1).any(|chosen| {
            let sum: f64 =
                parts.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0).map(|(_, part)| part).sum();
            same(sum, amount)
        })
    }

    /// A weekday whose date, a few words on, falls on another.
    fn unfit_weekday(&self, place: usize) -> Option<Ungrounded> {
        let (item, next) = (&self.items[place], self.items.get(place + 1)?);
        let [Value::Weekday(weekday)] = item.values[..] else { return None };
        if next.place.start > item.place.end + BESIDE_DATE || next.line != item.line {
            return None;
        }
        let dates: Vec<Date> = next.values.iter().filter_map(|value| self.ground.date(value)).collect();
        let fits = dates.is_empty() || dates.iter().any(|date| date.weekday() == weekday);
        (!fits).then_some(Ungrounded { at: item.at.start..next.at.end, kind: Kind::WeekdayOfDate })
    }

    /// A day with a time beside it that no source has together.
    fn apart(&self, place: usize) -> Option<Ungrounded> {
        let item = &self.items[place];
        let minutes: Vec<i16> = item
            .values
            .iter()
            .filter_map(|value| match value {
                Value::Time(minute) => Some(*minute),
                _ => None,
            })
            .collect();
        if minutes.len() != item.values.len() || minutes.is_empty() {
            return None;
        }
        let is_day = |item: &&Item| {
            item.values.iter().any(|value| matches!(value, Value::Day { .. } | Value::Relative(_) | Value::Weekday(_)))
        };
        let near = |gap: usize, reach: usize| gap <= reach;
        let before = self.items[..place]
            .iter()
            .rev()
            .take_while(|other| other.line == item.line)
            .find(is_day)
            .filter(|day| near(item.place.start - day.place.end, BEFORE_TIME));
        let behind = || {
            self.items
                .get(place + 1)
                .filter(|next| next.line == item.line && is_day(next))
                .filter(|day| near(day.place.start - item.place.end, BEHIND_TIME))
        };
        let day = before.or_else(behind)?;
        let dates: Vec<Date> = day.values.iter().filter_map(|value| self.ground.date(value)).collect();
        let weekdays: Vec<Weekday> = day
            .values
            .iter()
            .filter_map(|value| match value {
                Value::Weekday(weekday) => Some(*weekday),
                _ => None,
            })
            .chain(dates.iter().map(|date| date.weekday()))
            .collect();
        let together = |piece: &Piece| {
            let has_day = dates.iter().any(|date| {
                piece.has_day(*date) || piece.values.iter().any(|value| self.ground.date(value) == Some(*date))
            }) || weekdays.iter().any(|weekday| piece.weekdays.contains(weekday))
                || (dates.is_empty()
                    && piece
                        .values
                        .iter()
                        .any(|value| self.ground.date(value).is_some_and(|date| weekdays.contains(&date.weekday()))));
            minutes.iter().any(|minute| piece.has_time(*minute)) && (has_day || !piece.names_days())
        };
        let known = self.ground.pieces.iter().any(|piece| minutes.iter().any(|minute| piece.has_time(*minute)));
        let customers = self
            .ground
            .pieces
            .iter()
            .any(|piece| piece.is_customer && minutes.iter().any(|minute| piece.has_time(*minute)));
        let fits = !known || customers || self.ground.pieces.iter().any(together);
        (!fits).then(|| Ungrounded {
            at: day.at.start.min(item.at.start)..day.at.end.max(item.at.end),
            kind: Kind::DayAndTime,
        })
    }
}

/// Words between a weekday and its date.
const BESIDE_DATE: usize = 3;
/// Words between a day and the time behind it: `Friday 27 November, we have a slot at 10`.
const BEFORE_TIME: usize = 5;
/// Words between a time and the day behind it.
const BEHIND_TIME: usize = 3;
/// More amounts of one reply are not added up.
const SUMMANDS_MAX: usize = 12;

fn amount_of(value: &Value) -> Option<f64> {
    match value {
        Value::Money(amount) | Value::Number(amount) => Some(*amount),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Money(number) | Value::Number(number) | Value::Percent(number) => Some(*number),
        _ => None,
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < EQUAL
}

/// So much of a source is read: more than the longest message and the longest part of a paper have.
const PIECE_BYTES_MAX: usize = 16 * 1024;

/// Half a cent.
const EQUAL: f64 = 0.005;

/// True if one is the other with a country's or area's code before it.
fn is_same_phone(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.len() >= 7 && long.ends_with(short)
}

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
    fn a_text_of_values_alone_is_read_to_an_end() {
        for piece in ["1.", "1 ", "a-1", "free – ", "5 € ", "27.11. ", "one ", "a@b.example", "http://a.b/"] {
            let long = piece.repeat(4096 / piece.len());
            found(&long, &[&long], &[&long]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(reply in "\\PC{0,80}", given in "[0-9€%.:,/ –a-zñ🙂-]{0,60}") {
            found(&reply, &[&given], &[&reply]);
            found(&given, &[&reply], &[&given]);
        }
    }
}
