//! Applies the rate limits of platform.md 4.9, and keeps a share free for answers.
//!
//! Each sender has a limiter for all of its messages. Unrequested messages first pass a second limiter at a fraction
//! of that rate: however many fires, ends of quiet hours and follow-up messages come together, the first limiter has
//! free slots, and a contact who writes meanwhile gets an answer at once. Starts pass a third limiter, so that a run
//! does not begin before its message can be sent: it waits in the database and not in memory.

use crate::{
    base::{
        ids::{ContactId, SenderId, StartId},
        limits::{
            FIRE_SHARE_OF, FIRE_SHARE_TAKEN, PAIR_BURST, PAIR_GAP, START_SLACK, STARTS_PUT_OFF_FOR, STARTS_PUT_OFF_MAX,
            UNASKED_BACKLOG,
        },
        time::{Span, Time},
    },
    config::Sender,
    lane::outbox::RateStage,
    process::limiter::{KeyedLimiter, Limiter, Rate},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub struct Rates {
    senders: Mutex<HashMap<SenderId, SenderLimiters>>,
    pairs: Mutex<KeyedLimiter<(SenderId, ContactId)>>,
    /// Postponed starts, and the times of their slots.
    put_off: Mutex<HashMap<StartId, Time>>,
}

/// The limiters of one sender.
struct SenderLimiters {
    all: Limiter,
    unasked: Limiter,
    starts: Limiter,
}

impl Default for Rates {
    fn default() -> Self {
        let pairs = KeyedLimiter::new(Rate::new(1, PAIR_GAP).with_burst(PAIR_BURST));
        Rates { senders: Mutex::default(), pairs: Mutex::new(pairs), put_off: Mutex::default() }
    }
}

impl SenderLimiters {
    fn of(sender: &Sender) -> SenderLimiters {
        let share = sender.rate.part(FIRE_SHARE_TAKEN, FIRE_SHARE_OF);
        // Slots are planned to the millisecond, but lanes may be late, so allow a small burst.
        let at_once = (START_SLACK.0.saturating_mul(1_000) / share.gap_us()).max(2);
        let at_once = u32::try_from(at_once).unwrap_or(u32::MAX);
        SenderLimiters {
            all: Limiter::new(sender.rate.paced()),
            unasked: Limiter::new(share.paced()),
            starts: Limiter::new(share.with_burst(at_once)),
        }
    }
}

impl Rates {
    /// The next step of a message in state `place`: when it may continue, `now` or later, and its state then.
    pub fn reserve(
        &self,
        sender: &Sender,
        contact: ContactId,
        (place, unasked): (RateStage, bool),
        now: Time,
    ) -> (Time, RateStage) {
        if sender.is_sandbox() || place == RateStage::Taken {
            return (now, RateStage::Taken);
        }
        let own = {
            let mut senders = self.lines();
            let lines = senders.entry(sender.id).or_insert_with(|| SenderLimiters::of(sender));
            if unasked && place == RateStage::None {
                let at = lines.unasked.reserve(now);
                if at > now {
                    return (at, RateStage::Unasked);
                }
            }
            lines.all.reserve(now)
        };
        let pair = self.pairs.lock().unwrap_or_else(PoisonError::into_inner).reserve(&(sender.id, contact), now);
        (own.max(pair), RateStage::Taken)
    }

    /// Gives back the slot of a message whose commit failed, so that it was not sent.
    pub fn give_back(&self, sender: &Sender, contact: ContactId) {
        if sender.is_sandbox() {
            return;
        }
        if let Some(lines) = self.lines().get_mut(&sender.id) {
            lines.all.give_back();
        }
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner).give_back(&(sender.id, contact));
    }

    /// The time until which a due start is postponed behind earlier ones at this sender; `None` if it begins.
    pub fn gives_way(&self, sender: &Sender, start: StartId, now: Time) -> Option<Time> {
        if sender.is_sandbox() {
            return None;
        }
        let mut put_off = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        if put_off.remove(&start).is_some() {
            return None;
        }
        let mut senders = self.lines();
        let lines = senders.entry(sender.id).or_insert_with(|| SenderLimiters::of(sender));
        // If flows send several messages, those of runs that have begun come first.
        let out = lines.unasked.due(now) - UNASKED_BACKLOG;
        let at = lines.starts.reserve_from(now, out);
        // Above the limit it begins nevertheless: its messages wait in their own limiter.
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

    fn lines(&self) -> MutexGuard<'_, HashMap<SenderId, SenderLimiters>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Access, Meta};
    use crate::lane::outbox::RateStage;

    const NOW: Time = Time(1_790_000_000_000);

    fn sender(rate: &str) -> Sender {
        let mut sender = Sender { id: SenderId(1), account: "acme".into(), ..Sender::sandbox() };
        (sender.rate, sender.access) = (Rate::parse(rate).unwrap(), Access::Meta(Meta::of_tests("1")));
        sender
    }

    /// Lets a message wait as often as needed, and gives the time at which it may be sent.
    fn leaves(rates: &Rates, sender: &Sender, contact: i64, now: Time, unasked: bool) -> Time {
        let (mut at, mut place) = (now, RateStage::None);
        while place != RateStage::Taken {
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
            // It was to be sent, and its commit failed.
            assert_eq!(leaves(), NOW + Span::seconds(1));
            rates.give_back(&sender, ContactId(7));
        }
        assert_eq!((leaves(), leaves()), (NOW + Span::seconds(1), NOW + Span::seconds(2)));
    }

    #[test]
    fn an_answer_waits_for_nobody_however_much_is_unasked() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        // Three fires of a thousand each in one second wait in the limiter of unrequested messages.
        let places: Vec<_> =
            (0..3_000).map(|n| rates.reserve(&sender, ContactId(n), (RateStage::None, true), NOW)).collect();
        let waits = places.iter().filter(|(_, place)| *place == RateStage::Unasked).count();
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
        assert_eq!(rates.reserve(&sender, ContactId(1), (RateStage::None, true), NOW), (NOW, RateStage::Taken));
        let (at, place) = rates.reserve(&sender, ContactId(2), (RateStage::None, true), NOW);
        assert_eq!((at, place), (NOW + Span::millis(1_334), RateStage::Unasked));
        // An answer just before: the sender's own limiter is respected, too.
        let answered = leaves(&rates, &sender, 3, at - Span(1), false);
        assert_eq!(answered, at - Span(1));
        let (own, place) = rates.reserve(&sender, ContactId(2), (place, true), at);
        assert_eq!((own, place), (answered + Span::seconds(1), RateStage::Taken));
        assert_eq!(
            rates.reserve(&sender, ContactId(2), (place, true), own),
            (own, RateStage::Taken),
            "it has its place"
        );
    }

    #[test]
    fn starts_of_all_fires_share_three_quarters_of_the_rate_and_each_gives_way_once() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        // Two fires at sixty per second each, for ten seconds.
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
            // Handed over in batches of a tenth of a second.
            let slot = n * gap_us / 1_000;
            let now = NOW + Span((slot + 99) / 100 * 100);
            assert_eq!(rates.gives_way(&sender, StartId(n), now), None, "start {n}");
        }
    }

    #[test]
    fn starts_wait_while_messages_of_others_stand_in_line() {
        let (rates, sender) = (Rates::default(), sender("80/s"));
        for n in 0..600 {
            rates.reserve(&sender, ContactId(n), (RateStage::None, true), NOW);
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
