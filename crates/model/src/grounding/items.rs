//! Finds the values of a text: amounts, shares, days, times, lengths, numbers, addresses, codes and offers.
//!
//! A piece of text that may mean two things is one item with several values. The reply is given if one of them is.

use super::{
    figures::{Figures, figures, is_day},
    lexicon::{self, Measure, Offer},
    tokens::{Sort, Token, head, is_apostrophe, tokens},
};
use crate::{
    answer::words::{Unit, Words},
    matching::fold,
};
use jiff::civil::Weekday;
use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Money(f64),
    Percent(f64),
    Number(f64),
    /// A number with a measure; lengths of time are in minutes.
    Measured(f64, Measure),
    Day {
        day: i8,
        month: i8,
        year: Option<i16>,
    },
    /// A day of the month that is not named.
    DayOfMonth(i8),
    /// A day by its distance from today.
    Relative(i32),
    Weekday(Weekday),
    /// Minutes since midnight.
    Time(i16),
    /// Digits alone.
    Phone(String),
    Email(String),
    /// Without `https://` and `www.`.
    Link(String),
    /// Letters and digits in upper case.
    Code(String),
    Offer(Offer),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub at: Range<usize>,
    /// The place of its first word among the words of the text, and behind its last one.
    pub place: Range<usize>,
    /// The line it stands in.
    pub line: usize,
    pub values: Vec<Value>,
}

/// The values of a text as somebody who writes this language means them.
pub fn items(text: &str, words: &Words) -> Vec<Item> {
    let tokens = tokens(text);
    let mut scan = Scan { text, tokens: &tokens, words, numbers: Vec::new() };
    scan.numbers = (0..tokens.len()).map(|place| scan.read_number(place)).collect();
    let mut found = Vec::new();
    let (mut place, mut line) = (0, 0);
    while place < tokens.len() {
        line += usize::from(tokens[place].begins_line);
        let taken = scan.address(place).or_else(|| scan.offer(place)).or_else(|| scan.value(place));
        match taken {
            Some((end, values)) => {
                let at = tokens[place].at.start..tokens[end - 1].at.end;
                if !values.is_empty() {
                    found.push(Item { at, place: place..end, line, values });
                }
                place = end;
            }
            None => place += 1,
        }
    }
    found
}

struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    words: &'a Words,
    /// For each token the number that begins there: the place behind it, and its readings.
    numbers: Vec<Option<(usize, Vec<Value>)>>,
}

/// The place behind the last word, and the values; none for a piece that means nothing.
type Taken = Option<(usize, Vec<Value>)>;

impl Scan<'_> {
    /// The place of the first token at or behind this byte.
    fn place_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.at.start < byte)
    }

    fn word(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| &token.word)
    }

    fn is(&self, place: usize, sign: char) -> bool {
        self.tokens.get(place).is_some_and(|token| token.is(sign))
    }

    /// A link, a mail address, a code, or a phone number.
    fn address(&self, place: usize) -> Taken {
        let token = &self.tokens[place];
        let rest = head(&self.text[token.at.start..], ADDRESS_BYTES_MAX);
        if token.is_glued && self.tokens[place - 1].sort != Sort::Sign {
            return None;
        }
        let chunk = rest.split(char::is_whitespace).next().unwrap_or_default();
        let chunk = chunk.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        let end = |length: usize| self.place_at(token.at.start + length);
        if token.sort == Sort::Word || token.sort == Sort::Figures {
            if let Some((name, host)) = chunk.split_once('@')
                && !name.is_empty()
                && is_host(host)
            {
                return Some((end(chunk.len()), vec![Value::Email(chunk.to_lowercase())]));
            }
            let bare = chunk.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
            let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
            let is_link = bare.len() < chunk.len() || host.rsplit('.').next().is_some_and(lexicon::is_domain);
            if is_link && is_host(host) {
                let link = bare.trim_end_matches('/').to_lowercase();
                return Some((end(chunk.len()), vec![Value::Link(link)]));
            }
        }
        self.phone(place).or_else(|| {
            let chunk: &str = chunk.split(['.', ',', ';', ':', ')', '(', '–', '—', '×', '€', '%', '?', '!']).next()?;
            let chunk = chunk.trim_end_matches(|c: char| !c.is_alphanumeric());
            is_code(chunk).then(|| (end(chunk.len()), vec![Value::Code(bare_code(chunk))]))
        })
    }

    /// Seven digits and more with blanks, dashes or brackets between them, from `+` or zero on or in several groups.
    fn phone(&self, place: usize) -> Taken {
        let start = self.tokens[place].at.start;
        let rest = head(&self.text[start..], FIGURES_BYTES_MAX);
        if !rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) || figures_of_day(rest) {
            return None;
        }
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '-' | '/' | '.' | '\u{a0}');
        let chunk = &rest[..rest.find(|c| !allowed(c)).unwrap_or(rest.len())];
        // A blank and a sign end it: `912 34 56 78 - 10:00`.
        let chunk =
            [" - ", " / ", ". ", "  "].iter().fold(chunk, |chunk, end| chunk.split(end).next().unwrap_or(chunk));
        let chunk = chunk.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits: String = chunk.chars().filter(char::is_ascii_digit).collect();
        let groups = chunk.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
        let marked = chunk.starts_with(['+', '0', '(']);
        let is_phone = (7..=15).contains(&digits.len())
            && (marked || digits.len() >= 9 || (groups > 1 && groups < 6))
            && !rest[chunk.len()..].starts_with(|c: char| c.is_alphanumeric() || c == ':')
            && !rest[chunk.len()..]
                .strip_prefix(',')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        is_phone.then(|| (self.place_at(start + chunk.len()), vec![Value::Phone(digits)]))
    }

    fn offer(&self, place: usize) -> Taken {
        let (length, offer) = lexicon::offer(|ahead| self.word(place + ahead), self.words.language)?;
        let harmless = offer == Offer::Free
            && self.word(place) == "free"
            && length == 1
            && (lexicon::BEFORE_FREE.contains(&self.before(place, 1))
                || lexicon::BEHIND_FREE.contains(&self.word(place + length)));
        Some((place + length, if harmless { Vec::new() } else { vec![Value::Offer(offer)] }))
    }

    fn before(&self, place: usize, distance: usize) -> &str {
        place.checked_sub(distance).map_or("", |place| self.word(place))
    }

    fn value(&self, place: usize) -> Taken {
        let token = &self.tokens[place];
        if token.begins_line && token.sort == Sort::Figures && self.is_item_mark(place) {
            return Some((place + 1, Vec::new()));
        }
        self.day_by_name(place)
            .or_else(|| self.spoken_time(place))
            .or_else(|| self.span(place))
            .or_else(|| self.measured(place))
            .or_else(|| self.weekday(place))
    }

    /// `1.`, `2)`, `3️⃣` at the beginning of a line.
    fn is_item_mark(&self, place: usize) -> bool {
        let end = self.tokens[place].at.end;
        let rest = self.text[end..].trim_start_matches('\u{fe0f}');
        rest.starts_with('\u{20e3}')
            || (rest.starts_with(['.', ')'])
                && rest[1..].starts_with(char::is_whitespace)
                && end - self.tokens[place].at.start < 3)
    }

    /// A number in figures or words: the place behind it, and what it may mean. An article is none.
    fn number(&self, place: usize) -> Option<(usize, Vec<Value>)> {
        let found = self.numbers.get(place)?.clone();
        found.filter(|(end, _)| *end > place + 1 || !self.words.articles.contains(&self.word(place)))
    }

    fn read_number(&self, place: usize) -> Option<(usize, Vec<Value>)> {
        let token = self.tokens.get(place)?;
        match token.sort {
            Sort::Figures => {
                let Figures { length, values } = figures(head(&self.text[token.at.start..], FIGURES_BYTES_MAX));
                Some((self.place_at(token.at.start + length), values))
            }
            Sort::Sign => None,
            Sort::Word => {
                // Every number in words begins with a number.
                let first = self.words.spelled(&token.word)?;
                let longer = (2..=SPELLED_WORDS_MAX).rev().find_map(|count| {
                    let said = self.tokens.get(place..place + count)?;
                    let is_plain = said.iter().all(|token| token.sort == Sort::Word || token.is('-'));
                    let words = said.iter().filter(|token| token.sort == Sort::Word);
                    let joined: String = words.map(|token| token.word.as_str()).collect();
                    let number = self.words.spelled(&joined);
                    number
                        .filter(|_| is_plain && said[count - 1].sort == Sort::Word)
                        .map(|number| (place + count, number))
                });
                let (end, number) = longer.unwrap_or((place + 1, first));
                let thanks = number == 1000
                    && (lexicon::THANKS.contains(&self.before(place, 1)) || lexicon::THANKS.contains(&self.word(end)));
                (!thanks).then(|| (end, vec![Value::Number(f64::from(number))]))
            }
        }
    }

    /// `27 November 2026`, `November 27`, `27 de noviembre`, `today`, `den 9.`.
    fn day_by_name(&self, place: usize) -> Taken {
        if let Some((length, days)) = self.relative(place) {
            return Some((place + length, vec![Value::Relative(days)]));
        }
        let month_at = |place: usize| {
            let word = self.word(place);
            let month = self.words.months.iter().position(|names| names.contains(&word))?;
            i8::try_from(month + 1).ok()
        };
        if let Some(month) = month_at(place) {
            let at = place + 1 + usize::from(self.is(place + 1, '.'));
            let at = at + usize::from(self.word(at) == "the");
            let (end, day) = self.day_of_month(at)?;
            let (end, year) = self.year(end);
            return is_day(day, month).then(|| (end, vec![Value::Day { day, month, year }]));
        }
        let (end, day) = self.day_of_month(place)?;
        let fillers = (end..end + 3).take_while(|at| {
            self.is(*at, '.') || self.is(*at, 'º') || ["de", "of", "del", "di"].contains(&self.word(*at))
        });
        let at = end + fillers.count();
        let month = month_at(at)?;
        let at = at
            + 1
            + usize::from(
                self.is(at + 1, '.') && self.tokens.get(at + 2).is_some_and(|next| next.sort == Sort::Figures),
            );
        let (end, year) = self.year(at);
        is_day(day, month).then(|| (end, vec![Value::Day { day, month, year }]))
    }

    fn relative(&self, place: usize) -> Option<(usize, i32)> {
        let parts = self.words.relative_parts.iter().map(|(days, _, names)| (*days, *names));
        let all = self.words.relative.iter().copied().chain(parts);
        let names = all.flat_map(|(days, names)| names.iter().map(move |name| (days, *name)));
        names
            .filter_map(|(days, name)| Some((self.says(place, name)?, days)))
            .max_by_key(|(length, _)| *length)
            .filter(|(length, _)| *length > 1 || !lexicon::NO_DAY.contains(&self.word(place)))
    }

    /// The count of words of `phrase` if it stands here.
    fn says(&self, place: usize, phrase: &str) -> Option<usize> {
        let mut count = 0;
        for word in phrase.split(' ') {
            if self.word(place + count) != word {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// A day of the month in figures (`27`, `1st`, `1er`) or in words.
    fn day_of_month(&self, place: usize) -> Option<(usize, i8)> {
        let token = self.tokens.get(place)?;
        if token.sort == Sort::Figures {
            let day = token.word.parse().ok().filter(|day| (1..=31).contains(day))?;
            let next = self
                .tokens
                .get(place + 1)
                .filter(|next| next.is_glued && self.words.ordinal_ends.contains(&next.word.as_str()));
            return Some((place + 1 + usize::from(next.is_some()), day));
        }
        if token.sort != Sort::Word {
            return None;
        }
        let by_ordinal =
            self.words.ordinal(&token.word).and_then(|day| i8::try_from(day).ok()).map(|day| (place + 1, day));
        by_ordinal.or_else(|| {
            let (end, values) = self.number(place)?;
            let [Value::Number(day)] = values.as_slice() else { return None };
            (*day >= 1.0 && *day <= 31.0).then_some((end, *day as i8))
        })
    }

    /// `the 16th`, without its month.
    fn ordinal(&self, place: usize) -> Option<(usize, i8)> {
        let is_figure = self.tokens[place].sort == Sort::Figures;
        self.day_of_month(place).filter(|(end, _)| is_figure && *end == place + 2)
    }

    fn year(&self, place: usize) -> (usize, Option<i16>) {
        let at = place
            + (place..place + 2).take_while(|at| self.is(*at, ',') || ["de", "del"].contains(&self.word(*at))).count();
        let year = self.tokens.get(at).filter(|token| token.word.len() == 4).and_then(|token| token.word.parse().ok());
        match year.filter(|year| (1900..2100).contains(year)) {
            Some(year) => (at + 1, Some(year)),
            None => (place, None),
        }
    }

    /// `half past seven`, `las cinco y media`, `15 Uhr`, `3 pm`, `noon`.
    fn spoken_time(&self, place: usize) -> Taken {
        let fixed = |names: &[&str], minute: i16| {
            // `mezzogiorno e mezza` is found behind `a`.
            let bare = names.iter().filter(|name| name.split(' ').next().is_some_and(|first| first.len() > 3));
            let length = bare.filter_map(|name| self.says(place, name)).max()?;
            Some((place + length, vec![Value::Time(minute)]))
        };
        let by_pattern = self.by_pattern(place);
        let by_half = self.half_of_day(place);
        let is_time = |values: &[Value]| values.iter().any(|value| matches!(value, Value::Time(_)));
        let in_figures =
            self.number(place).filter(|(_, values)| self.tokens[place].sort == Sort::Figures && is_time(values));
        let found = by_pattern.into_iter().chain(by_half).max_by_key(|(end, _)| *end);
        if let (Some((end, _)), Some((further, _))) = (&found, &in_figures)
            && further > end
        {
            return None;
        }
        found.or_else(|| fixed(self.words.noon, 12 * 60)).or_else(|| fixed(self.words.midnight, 0))
    }

    fn by_pattern(&self, place: usize) -> Taken {
        // `33 € l'una` are each.
        if lexicon::EACH.contains(&self.word(place)) && self.is_money(place.wrapping_sub(1)) {
            return None;
        }
        // An article is an hour here: `a la una y media`.
        let is_number = self.numbers[place].is_some();
        let mut best: Taken = None;
        for clock in self.words.clocks {
            let first = clock.pattern.split(' ').next().unwrap_or_default();
            if first.starts_with('{') {
                if !is_number {
                    continue;
                }
            } else if first != self.word(place) {
                continue;
            }
            // Two numbers side by side are no time here; a word of the pattern must stand near.
            let ahead = &self.tokens[place..self.tokens.len().min(place + CLOCK_WORDS_MAX)];
            let mut fixed = clock.pattern.split(' ').filter(|part| !part.starts_with('{')).peekable();
            if fixed.peek().is_none() || !fixed.all(|part| ahead.iter().any(|token| token.word == part)) {
                continue;
            }
            for count in (1..=CLOCK_WORDS_MAX).rev() {
                let Some(said) = self.tokens.get(place..place + count) else { continue };
                if said.iter().any(|token| token.sort == Sort::Sign && !token.is('-'))
                    || best.as_ref().is_some_and(|(end, _)| *end >= place + count)
                {
                    continue;
                }
                let said: Vec<&str> =
                    said.iter().filter(|token| token.sort != Sort::Sign).map(|token| token.word.as_str()).collect();
                let Some(found) = self.words.fit(clock.pattern, &said) else { continue };
                let hour = found.hour.map_or(0, |hour| hour * 60);
                let minute = hour + clock.shift + clock.sign * found.minutes.unwrap_or(0);
                if found.hour.is_some_and(|hour| hour > 24)
                    || !(0..=24 * 60).contains(&minute)
                    || found.minutes.is_some_and(|m| m > 59)
                {
                    continue;
                }
                let mut values = vec![Value::Time(minute)];
                if found.hour.is_some_and(|hour| hour <= 12) && !found.hour_is_padded {
                    values.push(Value::Time((minute + 12 * 60) % (24 * 60)));
                }
                // `48 hours`, `12 horas` and `une heure et quart` may be lengths.
                if said[1..].iter().any(|word| self.unit_minutes(word) == Some(60.0)) {
                    values.push(Value::Measured(f64::from(minute), Measure::Time));
                }
                best = Some((place + count, values));
            }
        }
        best
    }

    fn is_money(&self, place: usize) -> bool {
        let word = self.word(place);
        lexicon::currency_sign(word).is_some() || self.words.money.contains(&word)
    }

    /// A number with `am` or `pm` behind it.
    fn half_of_day(&self, place: usize) -> Taken {
        let (end, values) = self.number(place)?;
        let rest: String = self.text[self.tokens.get(end)?.at.start..].chars().take(6).collect();
        let rest = rest.to_lowercase();
        let (half, length) = ["pm", "p.m.", "p.m", "p. m.", "am", "a.m.", "a.m", "a. m."]
            .iter()
            .find(|mark| rest.starts_with(**mark) && !rest[mark.len()..].starts_with(char::is_alphanumeric))
            .map(|mark| (mark.starts_with('p'), mark.len()))?;
        let times = values.iter().filter_map(|value| match value {
            Value::Time(minute) => Some(*minute % (12 * 60)),
            Value::Number(hour) if *hour >= 1.0 && *hour <= 12.0 && hour.fract() == 0.0 => Some(*hour as i16 % 12 * 60),
            _ => None,
        });
        let mut times: Vec<Value> = times.map(|minute| Value::Time(minute + if half { 12 * 60 } else { 0 })).collect();
        times.dedup();
        let end = self.place_at(self.tokens[end].at.start + length);
        (!times.is_empty()).then_some((end, times))
    }

    /// `an hour and a half`.
    fn span(&self, place: usize) -> Taken {
        let all = self.words.spans.iter().chain(lexicon::spans(self.words.language));
        let (length, figures) = all
            .filter_map(|(name, figures)| Some((self.says(place, name)?, *figures)))
            .max_by_key(|(length, _)| *length)?;
        let (number, unit) = figures.split_once(' ')?;
        let minutes = self.unit_minutes(unit)?;
        let number: f64 = number.parse().ok()?;
        Some((place + length, vec![Value::Measured(number * minutes, Measure::Time)]))
    }

    fn unit_minutes(&self, word: &str) -> Option<f64> {
        let unit = self.words.units.iter().find(|(_, names)| names.contains(&word)).map(|(unit, _)| *unit);
        let minutes = match unit {
            Some(Unit::Minute) => 1.0,
            Some(Unit::Hour) => 60.0,
            Some(Unit::Day) => DAY,
            Some(Unit::Week) => 7.0 * DAY,
            Some(Unit::Fortnight) => 14.0 * DAY,
            Some(Unit::Month) => 30.0 * DAY,
            Some(Unit::Year) => 365.0 * DAY,
            None => return lexicon::more_minutes(word),
        };
        Some(minutes)
    }

    /// A number with what stands beside it: a currency, a share, a measure.
    fn measured(&self, place: usize) -> Taken {
        if let Some(length) = lexicon::currency_sign(&self.text[self.tokens[place].at.start..]) {
            let at = self.place_at(self.tokens[place].at.start + length);
            let apart = self.tokens[place].sort == Sort::Sign
                || self.text[self.tokens[place].at.start + length..].starts_with(|c: char| !c.is_alphabetic());
            if let Some((end, values)) = self
                .number(at)
                .filter(|_| apart && self.tokens.get(at).is_some_and(|token| token.sort == Sort::Figures))
            {
                return Some((end, money(&values)));
            }
        }
        if let Some((end, day)) = self.ordinal(place) {
            return Some((end, vec![Value::DayOfMonth(day)]));
        }
        let (end, values) = self.number(place)?;
        let rest = &self.text[self.tokens[end - 1].at.end..];
        let near = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '*']);
        let is_near = rest.len() - near.len() <= 3;
        if is_near && near.starts_with('%') {
            return Some((self.place_at(self.text.len() - near.len() + 1), percent(&values)));
        }
        if let Some(length) = lexicon::SHARES.iter().filter_map(|share| self.says(end, share)).max() {
            return Some((end + length, percent(&values)));
        }
        if let Some(length) = lexicon::currency_sign(near).filter(|_| is_near) {
            let behind = self.place_at(self.text.len() - near.len() + length);
            // `12€50`
            let cents = self
                .tokens
                .get(behind)
                .filter(|token| token.is_glued && token.sort == Sort::Figures && token.word.len() == 2);
            return Some(match cents {
                Some(cents) => (behind + 1, with_cents(&values, cents.word.parse().unwrap_or(0.0))),
                None => (behind, money(&values)),
            });
        }
        if self.words.money.contains(&self.word(end)) || lexicon::MORE_MONEY.contains(&self.word(end)) {
            let joint = usize::from(["con", "e", "et", "and", "und", "y"].contains(&self.word(end + 1)));
            let cents = self.number(end + 1 + joint).and_then(|(end, values)| match values.as_slice() {
                [Value::Number(cents)] if *cents >= 1.0 && *cents < 100.0 && cents.fract() == 0.0 => {
                    Some((end, *cents))
                }
                _ => None,
            });
            let next = cents.map_or(0, |(end, _)| end);
            let is_cents = cents.is_some()
                && !self.words.money.contains(&self.word(next))
                && lexicon::currency_sign(self.word(next)).is_none();
            return Some(match cents.filter(|_| is_cents) {
                Some((end, cents)) => (end, with_cents(&values, cents)),
                None => (end + 1, money(&values)),
            });
        }
        let dash = usize::from(self.is(end, '-') || self.is(end, '‑'));
        let unit = self.word(end + dash);
        // `five day passes` count passes; `a 2-year guarantee` counts years.
        let is_singular = |names: &[&str]| names.len() > 1 && names[0] == unit && names[1] == format!("{unit}s");
        let is_adjective = dash == 0
            && self.words.language == "en"
            && self.words.units.iter().any(|(_, names)| is_singular(names))
            && numbers(&values).any(|number| number > 1.0);
        if is_adjective {
            return Some((end, values));
        }
        let measure =
            self.unit_minutes(unit).map(|minutes| (minutes, Measure::Time)).or_else(|| lexicon::measure(unit));
        if let Some((times, measure)) = measure {
            let measured = numbers(&values).map(|number| Value::Measured(number * times, measure)).collect::<Vec<_>>();
            if !measured.is_empty() {
                let times_too = values.iter().filter(|value| matches!(value, Value::Time(_))).cloned();
                return Some((end + dash + 1, measured.into_iter().chain(times_too).collect()));
            }
        }
        Some((end, values))
    }

    fn weekday(&self, place: usize) -> Taken {
        let word = self.word(place);
        let plural = word.strip_suffix('s').filter(|word| word.len() > 4);
        let by = |word: &str| self.words.weekdays.iter().position(|names| names.contains(&word));
        // A short name needs a point, a day or another weekday beside it: `mar`, `sun`, `dom`, `do`.
        let long = by(word).filter(|day| self.words.weekdays[*day][0] == word || word.len() > 4);
        let short = || {
            let next = self.tokens.get(place + 1);
            let beside = next.is_some_and(|next| {
                next.is('.') || next.is('-') || next.is('–') || next.is(',') || next.sort == Sort::Figures
            });
            by(word).filter(|_| beside).or_else(|| lexicon::short_weekday(word, self.words.language).filter(|_| beside))
        };
        let found = long
            .or_else(|| plural.and_then(by))
            .or_else(|| lexicon::weekday(word, self.words.language))
            .or_else(short)?;
        let weekday = Weekday::from_monday_zero_offset(i8::try_from(found).ok()?).ok()?;
        Some((place + 1, vec![Value::Weekday(weekday)]))
    }
}

/// A longer link is none that a person reads out, and its end is not compared.
const ADDRESS_BYTES_MAX: usize = 300;
/// The longest number, date or phone number with its signs.
const FIGURES_BYTES_MAX: usize = 40;
/// Words of a number in words: `quatre vingt dix neuf`, `one hundred and twenty one`.
const SPELLED_WORDS_MAX: usize = 6;
const CLOCK_WORDS_MAX: usize = 7;
const DAY: f64 = 24.0 * 60.0;

fn numbers(values: &[Value]) -> impl Iterator<Item = f64> {
    values.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    })
}

fn money(values: &[Value]) -> Vec<Value> {
    numbers(values).map(Value::Money).collect()
}

fn with_cents(values: &[Value], cents: f64) -> Vec<Value> {
    numbers(values).map(|number| Value::Money(number + cents / 100.0)).collect()
}

fn percent(values: &[Value]) -> Vec<Value> {
    numbers(values).map(Value::Percent).collect()
}

fn is_host(text: &str) -> bool {
    let mut labels = text.split('.');
    text.contains('.')
        && labels.all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// True for letters and digits that name something: `PZ-2083`, `HX7K2`. A number with its unit (`45kg`, `9h30`), an
/// ordinal and a quantity (`2x`) are none.
fn is_code(chunk: &str) -> bool {
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/');
    let digits = chunk.chars().filter(char::is_ascii_digit).count();
    let letters = chunk.chars().filter(char::is_ascii_alphabetic).count();
    let begins_as_number = chunk.starts_with(|c: char| c.is_ascii_digit());
    let is_number_with_word = begins_as_number && {
        let rest = chunk.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '/');
        rest.chars().all(|c| c.is_ascii_lowercase())
            || rest.chars().filter(char::is_ascii_digit).count() > 0 && rest.starts_with(['h', 'H'])
            || is_iso(chunk)
    };
    chunk.len() >= 4
        && chunk.len() <= 24
        && chunk.chars().all(signs)
        && digits >= 1
        && letters >= 1
        && digits + letters >= 4
        && !is_number_with_word
        && (digits >= 2 || chunk.chars().any(|c| c.is_ascii_uppercase()))
}

fn is_iso(chunk: &str) -> bool {
    chunk.len() >= 10 && chunk.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

fn bare_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn figures_of_day(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && figures(text).values.iter().any(|value| matches!(value, Value::Day { year: Some(_), .. }))
}

/// The folded words of a text, for the tests of sentences.
pub fn folded(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_apostrophe(c) { '\'' } else { c }).collect();
    fold(&spaced)
}
