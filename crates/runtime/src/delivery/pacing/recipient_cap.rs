//! Counts how many people an account has reached by templates outside their windows in the last 24 hours.
//!
//! The platform limits how many conversations a portfolio may begin, and refuses further ones (platform.md 4.7): a
//! message that it would refuse waits instead, until the oldest conversation is 24 hours old.

use crate::{
    base::{
        ids::{AccountName, ContactId, SenderId},
        limits::REACH_COUNTED,
        time::Time,
    },
    delivery::policy::SendPolicy,
    senders::registry::Senders,
    store::tables::outbound,
};
use anyhow::Context;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

/// By account; only accounts with a limit are counted.
#[derive(Default)]
pub struct RecipientCaps(Mutex<HashMap<AccountName, Recipients>>);

#[derive(Default)]
struct Recipients {
    last: HashMap<ContactId, Time>,
    oldest: BTreeSet<(Time, ContactId)>,
}

impl Recipients {
    fn add(&mut self, contact: ContactId, at: Time) {
        let before = self.last.get(&contact).copied();
        if before.is_some_and(|before| before >= at) {
            return;
        }
        if let Some(before) = before {
            self.oldest.remove(&(before, contact));
        }
        self.last.insert(contact, at);
        self.oldest.insert((at, contact));
    }

    fn forget_until(&mut self, end: Time) {
        while let Some((at, contact)) = self.oldest.first().copied()
            && at <= end
        {
            self.oldest.pop_first();
            self.last.remove(&contact);
        }
    }
}

impl RecipientCaps {
    /// Records that a template is sent to a contact whose window is closed.
    pub fn note(&self, senders: &Senders, sender: SenderId, contact: ContactId, now: Time) {
        let Some(account) = senders.account_of(sender).filter(|account| account.messaging_limit.is_some()) else {
            return;
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = all.entry(account.name.clone()).or_default();
        people.add(contact, now);
        people.forget_until(now - REACH_COUNTED);
    }

    /// The time until which no further person can be reached; `None` if this contact can be reached now.
    pub fn full_until(&self, senders: &Senders, sender: SenderId, contact: ContactId, now: Time) -> Option<Time> {
        let account = senders.account_of(sender)?;
        let limit = usize::try_from(account.messaging_limit?).unwrap_or(usize::MAX);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = all.get_mut(&account.name)?;
        people.forget_until(now - REACH_COUNTED);
        // A person who was already reached does not count again.
        if people.last.contains_key(&contact) || people.last.len() < limit {
            return None;
        }
        // As many people as exceed the limit must leave the period before another one may be reached.
        let leaves = people.oldest.iter().nth(people.last.len() - limit);
        leaves.map(|(at, _)| *at + REACH_COUNTED)
    }
}

impl SendPolicy {
    /// Counts the people that an earlier process has reached.
    pub(crate) async fn recall_reach(&self, now: Time) -> anyhow::Result<()> {
        if self.config.accounts.iter().all(|account| account.messaging_limit.is_none()) {
            return Ok(());
        }
        let reached = outbound::reached(&self.store, now - REACH_COUNTED).await.context("reading whom was reached")?;
        for (sender, contact, at) in reached {
            self.recipient_caps.note(&self.senders, sender, contact, at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Span,
        config::{Account, Sender},
    };

    const NOW: Time = Time(1_800_000_000_000);

    #[test]
    fn so_many_people_in_a_day_and_nobody_twice() {
        let account = Account { messaging_limit: Some(2), ..Account::sandbox() };
        let senders = Senders::new(vec![Sender::sandbox()], vec![account]);
        let (reach, sender) = (RecipientCaps::default(), SenderId(1));
        let full = |contact, now| reach.full_until(&senders, sender, ContactId(contact), now);
        reach.note(&senders, sender, ContactId(1), NOW);
        assert_eq!(full(2, NOW), None);
        reach.note(&senders, sender, ContactId(2), NOW + Span::hours(1));
        reach.note(&senders, sender, ContactId(2), NOW + Span::hours(2));
        let later = NOW + Span::hours(3);
        assert_eq!(full(3, later), Some(NOW + Span::days(1)), "when the first of them is a day ago");
        assert_eq!(full(1, later), None, "whoever was reached already is none more");
        assert_eq!(full(3, NOW + Span::days(1)), None);
    }

    #[test]
    fn without_a_limit_nobody_is_counted() {
        let senders = Senders::new(vec![Sender::sandbox()], vec![Account::sandbox()]);
        let reach = RecipientCaps::default();
        reach.note(&senders, SenderId(1), ContactId(1), NOW);
        assert_eq!(reach.full_until(&senders, SenderId(1), ContactId(2), NOW), None);
        assert!(reach.0.lock().unwrap().is_empty());
    }
}
