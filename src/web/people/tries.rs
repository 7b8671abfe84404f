//! Slows down whoever tries passwords: by the name that is tried, and by the address from which.
//!
//! A try is counted before its password is looked at, and taken back if it was right: many tries at once count as many.

use crate::base::{
    limits::{
        TRIES_KEPT, TRIES_KEPT_MAX, TRIES_OF_ADDRESS_FREE, TRIES_OF_NAME_FREE, TRY_OF_ADDRESS_WAIT_MAX,
        TRY_OF_NAME_WAIT_MAX,
    },
    time::{Span, Time},
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// The tries of the last hour.
#[derive(Debug, Default)]
pub struct Tries(Mutex<HashMap<Tried, Count>>);

/// The name or the address of a try. A name that nobody has counts, too: else its answers would show that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tried {
    /// A hash of the folded name.
    Name(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    last: Time,
}

impl Tried {
    /// One IPv6 subscriber has a /64 network.
    pub fn address(ip: IpAddr) -> Tried {
        Tried::Address(match ip.to_canonical() {
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
            ip @ IpAddr::V4(_) => ip,
        })
    }

    fn free(&self) -> u32 {
        match self {
            Tried::Name(_) => TRIES_OF_NAME_FREE,
            Tried::Address(_) => TRIES_OF_ADDRESS_FREE,
        }
    }

    fn wait_max(&self) -> Span {
        match self {
            Tried::Name(_) => TRY_OF_NAME_WAIT_MAX,
            Tried::Address(_) => TRY_OF_ADDRESS_WAIT_MAX,
        }
    }

    /// The wait after the last of so many wrong tries: none, then 1 s, 2 s, 4 s, …
    fn wait(&self, wrong: u32) -> Span {
        match wrong.checked_sub(self.free()) {
            None => Span::ZERO,
            Some(over) => Span::seconds(1 << over.min(20)).min(self.wait_max()),
        }
    }
}

impl Tries {
    /// Counts a try by each of these; `Err` is the time after which another one is looked at, and nothing is counted.
    pub fn begin(&self, all: &[Tried], now: Time) -> Result<(), Time> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = all.iter().filter_map(|one| {
            let count = counts.get(one)?;
            // A clock that was set back must not lock anybody out.
            let until = count.last + one.wait(count.wrong);
            (count.last <= now && now < until).then_some(until)
        });
        if let Some(until) = until.max() {
            return Err(until);
        }
        if counts.len() + all.len() > TRIES_KEPT_MAX {
            make_room(&mut counts, now, all.len());
        }
        for one in all {
            let count = counts.entry(one.clone()).or_insert(Count { wrong: 0, last: now });
            if now - count.last >= TRIES_KEPT {
                count.wrong = 0;
            }
            count.wrong = count.wrong.saturating_add(1);
            count.last = now;
        }
        Ok(())
    }

    /// The try was right. The name begins anew; of the address only this try is taken back, because an attacker can
    /// have a right password of their own.
    pub fn right(&self, all: &[Tried]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in all {
            match one {
                Tried::Name(_) => drop(counts.remove(one)),
                Tried::Address(_) => take_back(&mut counts, one),
            }
        }
    }

    /// The password was not looked at: this try is taken back, and the wrong ones before it stay. Else an attacker who
    /// crowds the sign-in would free the name with each try.
    pub fn not_looked_at(&self, all: &[Tried]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in all {
            take_back(&mut counts, one);
        }
    }
}

fn take_back(counts: &mut HashMap<Tried, Count>, one: &Tried) {
    if let Some(count) = counts.get_mut(one) {
        count.wrong = count.wrong.saturating_sub(1);
    }
}

/// Forgets what is old, then those with the fewest wrong tries: a flood of names does not free the one under attack.
fn make_room(counts: &mut HashMap<Tried, Count>, now: Time, places: usize) {
    counts.retain(|_, count| now - count.last < TRIES_KEPT);
    let mut level = 1;
    while counts.len() + places > TRIES_KEPT_MAX {
        counts.retain(|_, count| count.wrong > level);
        level *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000_000_000);

    fn name(text: &str) -> Tried {
        Tried::Name(text.to_owned())
    }

    fn from(text: &str) -> Tried {
        Tried::address(text.parse().unwrap())
    }

    #[test]
    fn tries_from_many_addresses_wait_for_the_name() {
        let tries = Tries::default();
        for n in 0..TRIES_OF_NAME_FREE {
            assert_eq!(tries.begin(&[name("ana"), from(&format!("8.8.8.{n}"))], NOW), Ok(()));
        }
        assert_eq!(tries.begin(&[name("ana"), from("8.8.4.4")], NOW), Err(NOW + Span::seconds(1)));
        assert_eq!(tries.begin(&[name("eva"), from("8.8.4.4")], NOW), Ok(()), "others do not wait");
        let mut now = NOW;
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            now = now + Span::seconds(seconds);
            assert_eq!(tries.begin(&[name("ana")], now - Span(1)), Err(now));
            assert_eq!(tries.begin(&[name("ana")], now), Ok(()));
        }
        tries.right(&[name("ana")]);
        assert_eq!(tries.begin(&[name("ana")], now), Ok(()));
    }

    #[test]
    fn tries_of_many_names_wait_for_the_address() {
        let tries = Tries::default();
        for n in 0..TRIES_OF_ADDRESS_FREE {
            assert_eq!(tries.begin(&[name(&n.to_string()), from("2606:4700::1")], NOW), Ok(()));
        }
        assert_eq!(tries.begin(&[name("x"), from("2606:4700::2")], NOW), Err(NOW + Span::seconds(1)));
        assert_eq!(tries.begin(&[name("x"), from("2606:4700:0:1::2")], NOW), Ok(()));
        // A right password of their own frees an attacker of one try alone.
        tries.right(&[name("19"), from("2606:4700::1")]);
        assert_eq!(tries.begin(&[name("x"), from("2606:4700::2")], NOW), Ok(()));
        assert!(tries.begin(&[name("x"), from("2606:4700::2")], NOW).is_err());
        let wait = from("8.8.8.8").wait(u32::MAX);
        assert_eq!(wait, TRY_OF_ADDRESS_WAIT_MAX);
        assert_eq!(tries.begin(&[from("2606:4700::2")], NOW + TRIES_KEPT), Ok(()), "after an hour it is forgotten");
    }

    #[test]
    fn a_try_that_was_not_looked_at_frees_nobody() {
        let tries = Tries::default();
        let tried = [name("ana"), from("8.8.8.8")];
        for _ in 0..TRIES_OF_NAME_FREE - 1 {
            tries.begin(&tried, NOW).unwrap();
        }
        for _ in 0..3 {
            tries.begin(&tried, NOW).unwrap();
            tries.not_looked_at(&tried);
        }
        assert_eq!(tries.begin(&tried, NOW), Ok(()));
        assert_eq!(tries.begin(&tried, NOW), Err(NOW + Span::seconds(1)));
    }

    #[test]
    fn a_flood_of_names_does_not_free_the_one_under_attack() {
        let tries = Tries::default();
        for _ in 0..TRIES_OF_NAME_FREE {
            tries.begin(&[name("ana")], NOW).unwrap();
        }
        for n in 0..TRIES_KEPT_MAX * 2 {
            tries.begin(&[name(&n.to_string())], NOW).unwrap();
            assert!(tries.0.lock().unwrap().len() <= TRIES_KEPT_MAX);
        }
        assert!(tries.begin(&[name("ana")], NOW).is_err());
    }
}
