//! The paces of platform.md 4.9, and room for answers in them.
//!
//! A sender has a line for all that it sends. What nobody asked for stands in a line of its own before that, which is
//! a part as quick: so many fires as may meet in one minute, their nights' ends and their second messages together,
//! the sender's own line empties again and again, and whoever writes meanwhile waits for nobody. Starts stand in a
//! third one, so that what cannot leave yet has not begun yet either: it waits in a row, and not in memory.

use super::{
    config::Sender,
    limiter::{KeyedLimiter, Limiter, Rate},
};
use crate::base::{
    ids::{ContactId, SenderId, StartId},
    limits::{
        FIRE_SHARE_OF, FIRE_SHARE_TAKEN, PAIR_BURST, PAIR_GAP, START_SLACK, STARTS_PUT_OFF_FOR, STARTS_PUT_OFF_MAX,
        UNASKED_BACKLOG,
    },
    time::{Span, Time},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub struct Rates {
    senders: Mutex<HashMap<SenderId, Lines>>,
    pairs: Mutex<KeyedLimiter<(SenderId, ContactId)>>,
    /// Starts whose place has been given out, and when it comes.
    put_off: Mutex<HashMap<StartId, Time>>,
}

/// Of one sender.
struct Lines {
    all: Limiter,
    unasked: Limiter,
    starts: Limiter,
}

/// How far a message has come through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    #[default]
    None,
    /// Among what is unasked; when it comes, one in the sender's own line is taken.
    Unasked,
    /// Where it goes out.
    Taken,
}

impl Default for Rates {
    fn default() -> Self {
        let pairs = KeyedLimiter::new(Rate::new(1, PAIR_GAP).with_burst(PAIR_BURST));
        Rates { senders: Mutex::default(), pairs: Mutex::new(pairs), put_off: Mutex::default() }
    }
}

impl Lines {
    fn of(sender: &Sender) -> Lines {
        let share = sender.rate.part(FIRE_SHARE_TAKEN, FIRE_SHARE_OF);
        // Slots come evenly, to the millisecond, and lanes are not always there at once.
        let at_once = (START_SLACK.0.saturating_mul(1_000) / share.gap_us()).max(2);
        let at_once = u32::try_from(at_once).unwrap_or(u32::MAX);
        Lines {
            all: Limiter::new(sender.rate.paced()),
            unasked: Limiter::new(share.paced()),
            starts: Limiter::new(share.with_burst(at_once)),
        }
    }
}

impl Rates {
    /// The next step of a message that has come as far as `place`: when it may go, `now` or later, and what it has
    /// then.
    pub fn reserve(
        &self,
        sender: &Sender,
        contact: ContactId,
        (place, unasked): (Place, bool),
        now: Time,
    ) -> (Time, Place) {
        if sender.is_sandbox() || place == Place::Taken {
            return (now, Place::Taken);
        }
        let own = {
            let mut senders = self.lines();
            let lines = senders.entry(sender.id).or_insert_with(|| Lines::of(sender));
            if unasked && place == Place::None {
                let at = lines.unasked.reserve(now);
                if at > now {
                    return (at, Place::Unasked);
                }
            }
            lines.all.reserve(now)
        };
        let pair = self.pairs.lock().unwrap_or_else(PoisonError::into_inner).reserve(&(sender.id, contact), now);
        (own.max(pair), Place::Taken)
    }

    /// Gives a place back that was taken for a message whose commit failed: it did not go out.
    pub fn give_back(&self, sender: &Sender, contact: ContactId) {
        if sender.is_sandbox() {
            return;
        }
        if let Some(lines) = self.lines().get_mut(&sender.id) {
            lines.all.give_back();
        }
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner).give_back(&(sender.id, contact));
    }

    /// Until when a planned start whose slot has come gives way to those before it, at this sender; `None`: it begins.
    pub fn gives_way(&self, sender: &Sender, start: StartId, now: Time) -> Option<Time> {
        if sender.is_sandbox() {
            return None;
        }
        let mut put_off = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        if put_off.remove(&start).is_some() {
            return None;
        }
        let mut senders = self.lines();
        let lines = senders.entry(sender.id).or_insert_with(|| Lines::of(sender));
        // Flows that say more than one message: what has begun is let out first.
        let out = lines.unasked.due(now) - UNASKED_BACKLOG;
        let at = lines.starts.reserve_from(now, out);
        // Beyond the limit it begins all the same: its messages wait in their own line.
        let later = at > now && put_off.len() < STARTS_PUT_OFF_MAX;
        later.then(|| {
            put_off.insert(start, at);
            at
        })
    }

    /// How long the sender's next message would wait; takes no slot.
    pub fn wait(&self, sender: &Sender, now: Time) -> Span {
        self.lines().get(&sender.id).map_or(Span::ZERO, |lines| lines.all.due(now) - now)
    }

    pub fn prune(&self, now: Time) {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner).prune(now);
        let mut put_off = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        put_off.retain(|_, at| now - *at < STARTS_PUT_OFF_FOR);
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<SenderId, Lines>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::config::{Access, Meta};

    const NOW: Time = Time(1_790_000_000_000);

    fn sender(rate: &str) -> Sender {
        let mut sender = Sender { id: SenderId(1), account: "acme".into(), ..Sender::sandbox() };
        (sender.rate, sender.access) = (Rate::parse(rate).unwrap(), Access::Meta(Meta::of_tests("1")));
        sender
    }

    /// Lets a message wait as often as it has to. How long that was.
    fn leaves(rates: &Rates, sender: &Sender, contact: i64, now: Time, unasked: bool) -> Time {
        let (mut at, mut place) = (now, Place::None);
        while place != Place::Taken {
            (at, place) = rates.reserve(sender, ContactId(contact), (place, unasked), at);
        }
        at
    }

    #[test]
    fn a_place_that_is_given_back_keeps_nobody_waiting() {
        let (rates, sender) = (Rates::default(), sender("1/s"));
        let leaves = || leaves(&rates, &sender, 7, NOW, false);
        assert_eq!(leaves(), NOW);
        for _ in 0..1_000 {
            // It was to go, and its commit failed.
            assert_eq!(leaves(), NOW + Span::seconds(1));
            rates.give_back(&sender, ContactId(7));
        }
        assert_eq!((leaves(), leaves()), (NOW + Span::seconds(1), NOW + Span::seconds(2)));
    }

    #[test]
    fn an_answer_waits_for_nobody_however_much_is_unasked() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        // Three fires of a thousand each in one second: they stand in the line of the unasked.
        let places: Vec<_> =
            (0..3_000).map(|n| rates.reserve(&sender, ContactId(n), (Place::None, true), NOW)).collect();
        let waits = places.iter().filter(|(_, place)| *place == Place::Unasked).count();
        assert!(waits > 2_980, "{waits}");
        assert!(rates.wait(&sender, NOW) <= Span::millis(13), "{:?}", rates.wait(&sender, NOW));
        assert!(leaves(&rates, &sender, 9_999, NOW, false) <= NOW + Span::millis(13));
        let last = places.iter().map(|(at, _)| *at).max().unwrap();
        let (needed, share) = (last - NOW, Span::seconds(3_000 / 60));
        assert!(needed >= share - Span::seconds(1) && needed <= share, "three quarters of 80 in a second: {needed:?}");
    }

    #[test]
    fn what_is_unasked_takes_the_senders_own_place_when_its_turn_comes() {
        let (rates, sender) = (Rates::default(), sender("1/s"));
        assert_eq!(rates.reserve(&sender, ContactId(1), (Place::None, true), NOW), (NOW, Place::Taken));
        let (at, place) = rates.reserve(&sender, ContactId(2), (Place::None, true), NOW);
        assert_eq!((at, place), (NOW + Span::millis(1_334), Place::Unasked));
        // Somebody is answered just before: the sender's own line is kept, too.
        let answered = leaves(&rates, &sender, 3, at - Span(1), false);
        assert_eq!(answered, at - Span(1));
        let (own, place) = rates.reserve(&sender, ContactId(2), (place, true), at);
        assert_eq!((own, place), (answered + Span::seconds(1), Place::Taken));
        assert_eq!(rates.reserve(&sender, ContactId(2), (place, true), own), (own, Place::Taken), "it has its place");
    }

    #[test]
    fn starts_of_all_fires_share_three_quarters_of_the_rate_and_each_gives_way_once() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        // Two fires at sixty a second each, for ten seconds.
        let mut begun = Vec::new();
        for n in 0..1_200 {
            let slot = NOW + Span(n / 2 * 1_000 / 60);
            let at = rates.gives_way(&sender, StartId(n), slot).unwrap_or(slot);
            assert!(at >= slot);
            if at > slot {
                assert_eq!(rates.gives_way(&sender, StartId(n), at), None, "it has waited");
            }
            begun.push(at);
        }
        begun.sort_unstable();
        let burst = START_SLACK.0 * 60 / 1_000;
        for second in 0..19 {
            let (from, until) = (NOW + Span::seconds(second), NOW + Span::seconds(second + 1));
            let in_it = begun.iter().filter(|at| **at >= from && **at < until).count();
            assert!(in_it as i64 <= 60 + burst + 1, "{in_it} in second {second}");
        }
        assert!(*begun.last().unwrap() <= NOW + Span::seconds(20), "and no slower than that");
    }

    #[test]
    fn a_single_fire_at_its_share_gives_way_to_nobody() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        let gap_us = sender.rate.part(FIRE_SHARE_TAKEN, FIRE_SHARE_OF).gap_us();
        for n in 0..5_000 {
            // Handed over in beats of a tenth of a second.
            let slot = n * gap_us / 1_000;
            let now = NOW + Span((slot + 99) / 100 * 100);
            assert_eq!(rates.gives_way(&sender, StartId(n), now), None, "start {n}");
        }
    }

    #[test]
    fn starts_wait_while_messages_of_others_stand_in_line() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        for n in 0..600 {
            rates.reserve(&sender, ContactId(n), (Place::None, true), NOW);
        }
        let at = rates.gives_way(&sender, StartId(1), NOW).unwrap();
        let backlog = Span::seconds(600 / 60) - UNASKED_BACKLOG;
        assert!(at - NOW <= backlog && at - NOW > backlog - Span::seconds(1), "{:?}", at - NOW);
    }

    #[test]
    fn no_more_starts_are_remembered_than_the_most() {
        let (rates, sender) = (Rates::default(), sender("1/h"));
        for n in 0..i64::try_from(STARTS_PUT_OFF_MAX).unwrap() + 2 {
            let _ = rates.gives_way(&sender, StartId(n), NOW);
        }
        assert_eq!(rates.put_off.lock().unwrap().len(), STARTS_PUT_OFF_MAX);
        assert_eq!(rates.gives_way(&sender, StartId(-1), NOW), None, "it begins, and its message waits");
        rates.prune(Time(i64::MAX / 2));
        assert!(rates.put_off.lock().unwrap().is_empty());
    }
}
