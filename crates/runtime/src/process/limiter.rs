//! Implements rate limits on our own clock: a number of events in a period, in total or by key.

use crate::base::{
    limits::{CLOCK_SLEW, LIMITER_KEYS_MAX},
    time::{Span, Time},
};
use std::{collections::HashMap, hash::Hash};

/// A number of events in a period, of which `burst` may come at once.
///
/// Stored in microseconds: at 1,000/s, Meta's highest rate, a gap is one millisecond and must not be rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    gap_us: i64,
    burst: i64,
}

/// A limit for one thing (GCRA): stores only when the next event would be due at an even pace.
#[derive(Debug, Clone, Copy)]
pub struct Limiter {
    rate: Rate,
    due_us: i64,
    clock: ClockReading,
}

/// The same limit for many keys. Bounded: a key with its full allowance is removed.
#[derive(Debug)]
pub struct KeyedLimiter<K> {
    rate: Rate,
    due_us: HashMap<K, i64>,
    keys_max: usize,
    clock: ClockReading,
}

/// The last reading of the clock. If the clock is set back, the stored times move with it: otherwise nothing would be
/// allowed until it reaches its old time.
#[derive(Debug, Clone, Copy)]
struct ClockReading(Time);

impl ClockReading {
    /// By how many microseconds the clock was set back since the last reading.
    fn set_back(&mut self, now: Time) -> Option<i64> {
        let by = (self.0 - now).0;
        self.0 = now;
        (by > CLOCK_SLEW.0).then(|| by.saturating_mul(1_000))
    }
}

impl Rate {
    /// `count` in `per`, all at once if needed. `count` is at least 1.
    pub const fn new(count: u32, per: Span) -> Self {
        let count = if count == 0 { 1 } else { count as i64 };
        let gap_us = per.0.saturating_mul(1_000) / count;
        Rate { gap_us: if gap_us < 1 { 1 } else { gap_us }, burst: count }
    }

    /// The same rate with at most `burst` at once.
    pub const fn with_burst(self, burst: u32) -> Self {
        Rate { gap_us: self.gap_us, burst: if burst == 0 { 1 } else { burst as i64 } }
    }

    /// The gap between two events at an even pace, in microseconds.
    pub const fn gap_us(self) -> i64 {
        self.gap_us
    }

    /// For a provider that counts in short windows: a tenth of a second's worth at once, then evenly.
    pub fn paced(self) -> Self {
        let burst = (100_000 / self.gap_us).max(1);
        Rate { gap_us: self.gap_us, burst: burst.min(self.burst) }
    }

    /// The fraction `taken/of` of this rate, rounded down: exceeding a share even slightly would build up a queue.
    pub const fn part(self, taken: i64, of: i64) -> Self {
        let gap_us = (self.gap_us.saturating_mul(of).saturating_add(taken - 1)) / taken;
        Rate { gap_us, burst: self.burst }
    }

    /// Reads `80/s`, `100/min`, `20/h`, `3/7d`, `30/1h`; `None` for anything else, and for none at all.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, per) = text.split_once('/')?;
        let count: u32 = count.trim().parse().ok().filter(|n| *n > 0)?;
        let per = per.trim();
        let digits = per.len() - per.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let times: i64 = if digits == 0 { 1 } else { per[..digits].parse().ok().filter(|n| (1..=366).contains(n))? };
        let unit = match &per[digits..] {
            "s" => Span::seconds(1),
            "m" | "min" => Span::minutes(1),
            "h" => Span::hours(1),
            "d" => Span::days(1),
            _ => return None,
        };
        Some(Rate::new(count, Span(unit.0 * times)))
    }

    /// How far ahead of an even pace an event may be. The clock has milliseconds, so an event due within the current
    /// one counts as due.
    fn slack_us(self) -> i64 {
        (self.gap_us * (self.burst - 1)).max(if self.gap_us < 1_000 { 999 } else { 0 })
    }

    fn take(self, due_us: &mut i64, now: Time) -> Result<(), Time> {
        let now_us = now.0.saturating_mul(1_000);
        let allowed_us = due_us.saturating_sub(self.slack_us());
        if allowed_us > now_us {
            return Err(ceil_ms(allowed_us));
        }
        *due_us = (*due_us).max(now_us).saturating_add(self.gap_us);
        Ok(())
    }

    fn reserve(self, due_us: &mut i64, now: Time) -> Time {
        let now_us = now.0.saturating_mul(1_000);
        let at_us = due_us.saturating_sub(self.slack_us()).max(now_us);
        *due_us = (*due_us).max(now_us).saturating_add(self.gap_us);
        ceil_ms(at_us)
    }
}

impl Limiter {
    pub fn new(rate: Rate) -> Self {
        Limiter { rate, due_us: i64::MIN, clock: ClockReading(Time(i64::MIN)) }
    }

    /// Takes one event now, or gives the time at which it is allowed; then nothing is used.
    pub fn take(&mut self, now: Time) -> Result<(), Time> {
        self.follow(now);
        self.rate.take(&mut self.due_us, now)
    }

    /// Reserves the next free slot, and gives its time: `now` or later.
    pub fn reserve(&mut self, now: Time) -> Time {
        self.follow(now);
        self.rate.reserve(&mut self.due_us, now)
    }

    /// Gives back an unused slot.
    pub fn give_back(&mut self) {
        self.due_us = self.due_us.saturating_sub(self.rate.gap_us);
    }

    /// As `reserve`, not before `from`.
    pub fn reserve_from(&mut self, now: Time, from: Time) -> Time {
        self.follow(now);
        self.rate.reserve(&mut self.due_us, from.max(now))
    }

    fn follow(&mut self, now: Time) {
        if let Some(by_us) = self.clock.set_back(now) {
            self.due_us = self.due_us.saturating_sub(by_us);
        }
    }
}

impl Limiter {
    /// The time of the next free slot: `now` or later. Reserves nothing.
    pub fn due(&self, now: Time) -> Time {
        let mut due_us = self.due_us;
        self.rate.reserve(&mut due_us, now)
    }
}

impl<K: Hash + Eq + Clone> KeyedLimiter<K> {
    pub fn new(rate: Rate) -> Self {
        Self::bounded(rate, LIMITER_KEYS_MAX)
    }

    /// With a bound of its own; above it, keys nearest to their full allowance are removed first.
    pub fn bounded(rate: Rate, keys_max: usize) -> Self {
        KeyedLimiter { rate, due_us: HashMap::new(), keys_max: keys_max.max(1), clock: ClockReading(Time(i64::MIN)) }
    }

    /// As [`Limiter::reserve`], for `key`.
    pub fn reserve(&mut self, key: &K, now: Time) -> Time {
        self.with(key, now, |rate, due_us| rate.reserve(due_us, now))
    }

    /// As [`Limiter::give_back`], for `key`.
    pub fn give_back(&mut self, key: &K) {
        if let Some(due_us) = self.due_us.get_mut(key) {
            *due_us = due_us.saturating_sub(self.rate.gap_us);
        }
    }

    /// Removes every key with its full allowance; called when full, and may be called at any time.
    pub fn prune(&mut self, now: Time) {
        let now_us = now.0.saturating_mul(1_000);
        self.due_us.retain(|_, due_us| *due_us > now_us);
    }

    fn with<R>(&mut self, key: &K, now: Time, act: impl FnOnce(Rate, &mut i64) -> R) -> R {
        let rate = self.rate;
        if let Some(by_us) = self.clock.set_back(now) {
            self.due_us.values_mut().for_each(|due_us| *due_us = due_us.saturating_sub(by_us));
        }
        if let Some(due_us) = self.due_us.get_mut(key) {
            return act(rate, due_us);
        }
        if self.due_us.len() >= self.keys_max {
            self.prune(now);
        }
        if self.due_us.len() >= self.keys_max {
            self.forget_half();
        }
        act(rate, self.due_us.entry(key.clone()).or_insert(i64::MIN))
    }

    // Remove half at once, so that a flood of new keys does not sort the map for each of them.
    fn forget_half(&mut self) {
        let mut dues: Vec<i64> = self.due_us.values().copied().collect();
        let middle = dues.len() / 2;
        let (_, median, _) = dues.select_nth_unstable(middle);
        let median = *median;
        // Many keys may share the median: keep only as many of those as fit.
        let above = self.due_us.values().filter(|due_us| **due_us > median).count();
        let mut room = (self.keys_max / 2).saturating_sub(above);
        self.due_us.retain(|_, due_us| {
            let keep = *due_us > median || (*due_us == median && room > 0);
            room -= usize::from(keep && *due_us == median);
            keep
        });
    }
}

fn ceil_ms(us: i64) -> Time {
    Time(us.div_euclid(1_000) + i64::from(us.rem_euclid(1_000) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::{PAIR_BURST, PAIR_GAP};
    use proptest::prelude::*;

    const START: Time = Time(1_790_000_000_000);

    #[test]
    fn five_a_second_lets_five_through_and_names_the_moment_of_the_sixth() {
        let mut limiter = Limiter::new(Rate::parse("5/s").unwrap());
        for _ in 0..5 {
            assert_eq!(limiter.take(START), Ok(()));
        }
        let when = limiter.take(START).unwrap_err();
        assert_eq!(when, START + Span::millis(200));
        assert_eq!(limiter.take(when), Ok(()));
        assert_eq!(limiter.take(when), Err(START + Span::millis(400)), "a refusal uses nothing up");
    }

    #[test]
    fn a_pair_gets_45_at_once_and_then_one_each_six_seconds() {
        let mut pairs = KeyedLimiter::new(Rate::new(1, PAIR_GAP).with_burst(PAIR_BURST));
        for _ in 0..45 {
            assert_eq!(pairs.reserve(&"ana", START), START);
        }
        assert_eq!(pairs.reserve(&"ana", START), START + Span::seconds(6));
        assert_eq!(pairs.reserve(&"ana", START), START + Span::seconds(12));
        assert_eq!(pairs.reserve(&"ben", START), START, "another person is not held up");
    }

    #[test]
    fn a_thousand_a_second_is_not_rounded_away() {
        let mut limiter = Limiter::new(Rate::parse("4000/s").unwrap().paced());
        let last = (0..4_400).map(|_| limiter.reserve(START)).max().unwrap();
        assert_eq!(last, START + Span::seconds(1), "a tenth of a second at once, the rest at 4,000/s");
    }

    #[test]
    fn keys_are_bounded_and_the_busiest_are_remembered() {
        let mut pairs = KeyedLimiter::bounded(Rate::new(1, Span::seconds(10)), 100);
        for _ in 0..360 {
            pairs.reserve(&u64::MAX, START);
        }
        for key in 0..1_000 {
            assert_eq!(pairs.reserve(&key, START), START);
            assert!(pairs.due_us.len() <= 100);
        }
        let busiest = pairs.reserve(&u64::MAX, START);
        assert_eq!(busiest, START + Span::hours(1), "the busiest key was not pushed out by newcomers");
        pairs.prune(START + Span::hours(2));
        assert!(pairs.due_us.is_empty());
    }

    #[test]
    fn the_default_bound_is_the_named_one() {
        let mut pairs = KeyedLimiter::new(Rate::new(1, Span::hours(1)));
        for key in 0..=LIMITER_KEYS_MAX {
            pairs.reserve(&key, START);
        }
        assert!(pairs.due_us.len() <= LIMITER_KEYS_MAX);
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_up() {
        let (mut limiter, mut pairs) =
            (Limiter::new(Rate::parse("1/s").unwrap()), KeyedLimiter::new(Rate::parse("1/s").unwrap()));
        assert_eq!((limiter.reserve(START), pairs.reserve(&"ana", START)), (START, START));
        let back = START - Span::hours(1);
        let next = back + Span::seconds(1);
        assert_eq!((limiter.reserve(back), pairs.reserve(&"ana", back)), (next, next), "the pace goes on where it was");
        assert_eq!(limiter.take(back + Span::seconds(2)), Ok(()));
        // A tiny step back is no changed clock: two threads may read it in either order.
        assert_eq!(limiter.take(back + Span::millis(1_990)), Err(back + Span::seconds(3)));
    }

    #[test]
    fn rates_are_read_as_people_write_them() {
        let gap = |text| Rate::parse(text).map(|rate| Span(rate.gap_us / 1_000));
        assert_eq!(gap("80/s"), Some(Span::millis(12)));
        assert_eq!(gap("100/min"), Some(Span::millis(600)));
        assert_eq!(gap("1/30d"), Some(Span::days(30)));
        assert_eq!(gap("30/1h"), Some(Span::minutes(2)));
        for bad in ["", "80", "0/s", "80/", "80/week", "-1/s", "1.5/s", "80/0s", "99999999999/s"] {
            assert_eq!(Rate::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        // The promise to a provider: in no period more than the burst plus the rate.
        #[test]
        fn never_more_than_burst_and_pace(count in 1u32..200, burst in 1u32..50, steps in prop::collection::vec(0i64..500, 1..300)) {
            let rate = Rate::new(count, Span::seconds(1)).with_burst(burst);
            let mut limiter = Limiter::new(rate);
            let mut now = START;
            let mut sent = Vec::new();
            for step in steps {
                now = now + Span::millis(step);
                sent.push(limiter.reserve(now));
            }
            for (first, from) in sent.iter().enumerate() {
                for (last, to) in sent.iter().enumerate().skip(first) {
                    let allowed = i64::from(burst) + (((*to - *from).0 + 1) * 1_000) / rate.gap_us + 1;
                    prop_assert!((last - first + 1) as i64 <= allowed);
                }
            }
        }
    }
}
