//! Computes the pace of a fire: as the author wrote it, but slow enough that answers do not wait behind it.

use crate::{
    base::{
        ids::{AccountName, SenderId},
        limits::{FIRE_SHARE_OF, FIRE_SHARE_TAKEN, QUIET_HOURS_SPREAD_GAP},
        time::{Span, Time},
    },
    config::Sender,
    model::schedule::AtMost,
    senders::registry::Senders,
};

/// The gap between two starts of a fire. In microseconds, like senders' rates: at 60 per second it is no whole number
/// of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    gap_us: i64,
}

impl Pace {
    /// The author's rate, without regard to any sender.
    pub fn written(rate: AtMost) -> Pace {
        Pace { gap_us: rate.per.0.saturating_mul(1_000) / i64::from(rate.count.max(1)) }
    }

    /// The slot behind `before` others of the same queue.
    pub fn slot(self, first: Time, before: i64) -> Time {
        Time(first.0.saturating_add(self.gap_us.saturating_mul(before) / 1_000))
    }

    pub const fn gap_us(self) -> i64 {
        self.gap_us
    }

    fn at_most(self, sender: &Sender) -> Pace {
        Pace { gap_us: self.gap_us.max(sender.rate.part(FIRE_SHARE_TAKEN, FIRE_SHARE_OF).gap_us()) }
    }
}

impl Senders {
    /// The pace of a fire in one account: the author's rate, and at most three quarters of the rate of the slowest
    /// sender that may send it. The sender of each contact is known only at its slot.
    pub fn pace(&self, account: &AccountName, allowed: impl Fn(&Sender) -> bool, rate: AtMost) -> Pace {
        // A sandbox has no rate, and is used only if there is nothing else.
        let may = |sender: &&Sender| sender.account == *account && !sender.is_sandbox() && allowed(sender);
        self.all().iter().filter(may).fold(Pace::written(rate), Pace::at_most)
    }

    /// The pace of messages at one sender after quiet hours.
    pub fn pace_of_morning(&self, sender: SenderId) -> Pace {
        let written = Pace::written(AtMost::new(1, QUIET_HOURS_SPREAD_GAP));
        self.get(sender).filter(|sender| !sender.is_sandbox()).map_or(written, |sender| written.at_most(sender))
    }

    /// As `pace`, for starts that a step plans at a gap of its own.
    pub fn pace_of_gap(&self, account: &AccountName, allowed: impl Fn(&Sender) -> bool, gap: Span) -> Pace {
        self.pace(account, allowed, AtMost::new(1, gap))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{Access, Account, Meta},
        process::limiter::Rate,
    };

    fn sender(id: i64, rate: &str, real: bool) -> Sender {
        let mut sender = Sender { id: SenderId(id), account: "acme".into(), ..Sender::sandbox() };
        sender.rate = Rate::parse(rate).unwrap().paced();
        if real {
            sender.access = Access::Meta(Meta::of_tests(id.to_string()));
        }
        sender
    }

    fn slots(senders: &[(i64, &str, bool)], allowed: impl Fn(&Sender) -> bool, rate: &str, before: i64) -> i64 {
        let list = senders.iter().map(|(id, rate, real)| sender(*id, rate, *real)).collect();
        let senders = Senders::new(list, Vec::<Account>::new());
        senders.pace(&"acme".into(), allowed, AtMost::parse(rate).unwrap()).slot(Time(0), before).0
    }

    #[test]
    fn a_fire_takes_three_quarters_of_its_senders_rate_at_most() {
        let one = [(1, "80/s", true)];
        assert_eq!(slots(&one, |_| true, "20/s", 1_200), 60_000, "slower than that it goes as it is written");
        assert_eq!(slots(&one, |_| true, "60/s", 60 * 60), 60_001, "just three quarters, rounded up");
        assert_eq!(slots(&one, |_| true, "80/s", 60 * 60), 60_001);
        assert_eq!(slots(&one, |_| true, "1000/s", 60 * 60), 60_001);
        assert_eq!(slots(&[(1, "100/min", true)], |_| true, "20/s", 75), 60_000, "the usual rate of a schedule");
    }

    #[test]
    fn the_slowest_of_those_that_may_speak_counts_and_no_sandbox() {
        let three = [(1, "80/s", true), (2, "4/s", true), (3, "1/h", false)];
        assert_eq!(slots(&three, |_| true, "20/s", 3), 1_000);
        assert_eq!(slots(&three, |sender| sender.id == SenderId(1), "20/s", 20), 1_000);
        assert_eq!(slots(&three, |sender| sender.id == SenderId(3), "20/s", 20), 1_000);
        assert_eq!(slots(&[], |_| true, "20/s", 20), 1_000);
    }
}
