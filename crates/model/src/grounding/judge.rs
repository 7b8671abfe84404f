//! Compares the values of a reply with those of its sources.

use super::{
    Kind, Ungrounded, figures,
    ground::{Ground, Piece, amount_of, is_on, is_same_length, is_span, same},
    items::{Item, Value},
    lexicon::{BEFORE_HOURS, BETWEEN_HOURS, Measure, Offer, THROUGH},
    refusal::{is_refused, is_refused_offer},
    tokens::tail,
};
use crate::{
    answer::words::Words,
    matching::{fold, has_word},
};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// Numbers up to this one count things in passing, and need no source without a unit.
const PLAIN_MAX: f64 = 12.0;

pub struct Judge<'a> {
    pub reply: &'a str,
    pub items: &'a [Item],
    pub ground: &'a Ground,
    pub words: &'static Words,
    /// The languages whose words refuse a value: all that the reply may be in, the likeliest first.
    pub refusing: &'a [&'static str],
}

impl Judge<'_> {
    pub fn all(&self) -> Vec<Ungrounded> {
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
            Value::Money(_) if ground.is_other_currency(&self.reply[item.at.clone()]) => false,
            Value::Money(amount) => {
                ground.given().any(|given| amount_of(given).is_some_and(|given| same(given, *amount)))
                    || self.is_multiple(*amount)
                    || self.is_sum(*amount, item)
                    || (ground.customers().any(|given| amount_of(given).is_some_and(|given| same(given, *amount)))
                        && is_refused(self.reply, item, self.refusing))
            }
            Value::Percent(share) => {
                let is_same = |given: &Value| matches!(given, Value::Percent(given) if same(*given, *share));
                ground.given().any(is_same)
                    || (ground.customers().any(is_same) && is_refused(self.reply, item, self.refusing))
            }
            Value::Number(number) => {
                *number <= PLAIN_MAX
                    || ground.all().any(|given| number_of(given).is_some_and(|given| same(given, *number)))
                    || same(*number, f64::from(ground.today().year()))
                    || self.is_day_of_month(*number, item)
                    || self.is_hour_of_span(*number, item)
                    || self.is_multiple(*number)
                    || self.is_sum(*number, item)
            }
            Value::Measured(number, measure) => ground.all().any(
                |given| matches!(given, Value::Measured(given, of) if of == measure && is_same_length(*given, *number)),
            ) || self
                .plain_of(item)
                .is_some_and(|written| ground.has_named(written)),
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
            // `6 hours` is no time of day, `a las 6 horas` is one.
            Value::Time(_) if is_length_too(item) && !self.is_time_of_day(item) => false,
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
                    || is_refused_offer(self.reply, item, self.refusing)
            }
        }
    }

    /// True for an hour of `9 to 18` that a source gives as a time.
    fn is_hour_of_span(&self, number: f64, item: &Item) -> bool {
        let stands =
            self.items.windows(2).any(|pair| pair.iter().any(|one| one.at == item.at) && is_span(self.reply, pair));
        let is_hour = number.fract() == 0.0 && (0.0..=24.0).contains(&number);
        stands && is_hour && self.ground.pieces.iter().any(|piece| piece.has_time(number as i16 * 60))
    }

    /// True if the word or the day before it makes a time of day of a number with a word for hours.
    fn is_time_of_day(&self, item: &Item) -> bool {
        let before = fold(tail(&self.reply[..item.at.start], BEFORE_BYTES_MAX));
        let last = before.trim_end().rsplit(' ').next().unwrap_or_default();
        let is_at =
            self.words.at.iter().any(|at| at.rsplit(' ').next() == Some(last) && !self.words.about.contains(at));
        let behind_day = self.items.iter().any(|other| {
            (other.place.end..=other.place.end + 1).contains(&item.place.start)
                && other
                    .values
                    .iter()
                    .any(|value| matches!(value, Value::Day { .. } | Value::Weekday(_) | Value::Relative(_)))
        });
        is_at || behind_day || THROUGH.contains(&last) || BETWEEN_HOURS.contains(&last) || BEFORE_HOURS.contains(&last)
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
            let said = fold(text);
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
        times.extend(self.ground.customers().filter_map(counts));
        times.extend(self.small_words());
        times.sort_by(f64::total_cmp);
        times.dedup();
        self.ground.has_multiple(amount, &times)
    }

    /// Numbers in words of the reply that are articles, too, and pairs.
    fn small_words(&self) -> Vec<f64> {
        let said = fold(self.reply);
        let has = |words: &[&str]| words.iter().any(|word| has_word(&said, word));
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

fn is_length_too(item: &Item) -> bool {
    item.values.iter().any(|value| matches!(value, Value::Measured(_, Measure::Time)))
}

/// Bytes before a value in which the word that makes it a time of day stands.
const BEFORE_BYTES_MAX: usize = 40;

/// Words between a weekday and its date.
const BESIDE_DATE: usize = 3;
/// Words between a day and the time behind it: `Friday 27 November, we have a slot at 10`.
const BEFORE_TIME: usize = 5;
/// Words between a time and the day behind it.
const BEHIND_TIME: usize = 3;
/// More amounts of one reply are not added up.
const SUMMANDS_MAX: usize = 12;

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Money(number) | Value::Number(number) | Value::Percent(number) => Some(*number),
        _ => None,
    }
}

/// True if one is the other with a country's or area's code before it.
fn is_same_phone(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.len() >= 7 && long.ends_with(short)
}
