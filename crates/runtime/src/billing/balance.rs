//! Tracks the available balance of each account: checked before every send, so that it never becomes negative.
//!
//! The database is authoritative (`store::charge`). In memory there are also the reservations without a row yet, so
//! that two concurrent messages cannot both use the last of it. After any failed commit the next reading corrects it:
//! a reservation without a row is dropped, and one with a row is counted there.

use crate::{
    base::{
        clock::Clock,
        ids::{AccountName, OutboundId, SenderId},
        limits::{CHARGE_SETTLED_LATE, CHARGES_READ_MAX, RESERVATION_UNSEEN_MAX},
        phone,
        time::Time,
    },
    config::{CATEGORIES, Config, Prices},
    model::{
        contact::Contact,
        inbound::{Price, StatusUpdate},
    },
    process::Process,
    store::{
        ReadError, Store, WriteSet,
        tables::charge::{self, BalanceChange, Charge, Settled, State, Sums},
    },
};
use anyhow::Context;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The result of a top-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToppedUp {
    Now(Sums),
    /// The account has no balance.
    Unlimited,
    /// The sum of all funds would exceed `BALANCE_MAX`, or its negative: nothing was stored.
    TooMuch,
}

/// Reserves, settles and refunds the prices of messages.
pub struct Billing {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    balances: Balances,
}

/// The available balances; empty without `prices`.
#[derive(Default)]
struct Balances(Mutex<HashMap<AccountName, AccountBalance>>);

#[derive(Debug, Default)]
struct AccountBalance {
    /// The balance by the database; `None` if the account has no `balance`: its costs are only recorded.
    available: Option<i64>,
    /// Reservations that are not seen in a row yet.
    unseen: HashMap<OutboundId, (Charge, Time)>,
}

impl AccountBalance {
    fn available(&self) -> Option<i64> {
        Some(self.available? - self.unseen.values().map(|(charge, _)| charge.amount).sum::<i64>())
    }
}

impl Balances {
    /// Reserves the amount if it is available; a second reservation for the same message replaces the first.
    fn reserve(&self, charge: Charge, now: Time) -> bool {
        let mut purses = self.purses();
        let Some(left) = purses.get_mut(&charge.account) else { return true };
        let before = left.unseen.remove(&charge.outbound_id);
        if charge.amount > 0 && left.available().is_some_and(|left| charge.amount > left) {
            left.unseen.extend(before.map(|before| (charge.outbound_id, before)));
            return false;
        }
        left.unseen.insert(charge.outbound_id, (charge, now));
        true
    }

    /// The reservation for a message, to be stored with it.
    fn reserved(&self, account: &AccountName, id: OutboundId) -> Option<Charge> {
        Some(self.purses().get(account)?.unseen.get(&id)?.0.clone())
    }

    fn available(&self, account: &AccountName) -> Option<i64> {
        self.purses().get(account).and_then(AccountBalance::available)
    }

    fn knows(&self, account: &AccountName) -> bool {
        self.purses().contains_key(account)
    }

    fn pays(&self) -> bool {
        !self.purses().is_empty()
    }

    fn accounts(&self) -> Vec<AccountName> {
        self.purses().keys().cloned().collect()
    }

    fn unseen(&self, account: &AccountName) -> Vec<(OutboundId, Time)> {
        let purses = self.purses();
        let left = purses.get(account);
        left.map(|left| left.unseen.iter().map(|(id, (_, at))| (*id, *at)).collect()).unwrap_or_default()
    }

    /// Sets the balance by the database, and drops these reservations, which are counted there or will never be.
    fn looked(&self, account: &AccountName, available: Option<i64>, gone: &[OutboundId]) {
        let mut purses = self.purses();
        let left = purses.entry(account.clone()).or_default();
        left.available = available;
        left.unseen.retain(|id, _| !gone.contains(id));
    }

    fn purses(&self) -> MutexGuard<'_, HashMap<AccountName, AccountBalance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Billing {
    pub(crate) fn new(process: &Process) -> Self {
        let Process { config, clock, store, .. } = process.clone();
        Billing { config, clock, store, balances: Balances::default() }
    }

    /// The available balance of an account; `None` if it has none.
    pub fn available(&self, account: &AccountName) -> Option<i64> {
        self.balances.available(account)
    }

    /// Stores the opening balance of the configuration once; the rest comes from the database.
    pub(crate) async fn open_purses(&self, now: Time) -> anyhow::Result<()> {
        if self.config.prices.is_empty() {
            return Ok(());
        }
        for account in &self.config.accounts {
            let Some(amount) = account.balance else {
                self.balances.looked(&account.name, None, &[]);
                continue;
            };
            let mut set = WriteSet::new();
            let (id, account) = (self.store.next_id(), account.name.clone());
            let note = "balance of the configuration".to_owned();
            set.push(
                &charge::FUND,
                &BalanceChange { id, account: account.clone(), amount, by: "opening".into(), note, at: now },
            );
            self.store.commit(set).await.context("opening a balance")?;
            self.look_into(&account, now).await?;
        }
        self.store.set_charged(self.balances.pays());
        Ok(())
    }

    /// Reads the balance of each account again, and drops reservations that were stored or lost.
    pub(crate) async fn refresh_balances(&self, now: Time) -> anyhow::Result<()> {
        for account in self.balances.accounts() {
            self.look_into(&account, now).await.context("reading a balance")?;
        }
        Ok(())
    }

    async fn look_into(&self, account: &AccountName, now: Time) -> Result<(), ReadError> {
        let mut gone = Vec::new();
        // First find which rows exist, then read the sum: a row that is stored between is counted twice until the next
        // reading, but never left out.
        for (id, at) in self.balances.unseen(account) {
            // An older row belongs to an earlier attempt, whose charge was returned.
            let there = charge::find(&self.store, id).await?.is_some_and(|charge| charge.at >= at);
            if there || now - at > RESERVATION_UNSEEN_MAX || now < at {
                gone.push(id);
            }
        }
        let has_balance = self.config.account(account).is_some_and(|account| account.balance.is_some());
        let available = match has_balance {
            true => Some(charge::sums(&self.store, account).await?.available()),
            false => None,
        };
        self.balances.looked(account, available, &gone);
        Ok(())
    }

    /// Settles charges of messages that were delivered long ago: the process died before it settled them.
    pub(crate) async fn settle_late(&self, now: Time) -> anyhow::Result<()> {
        if !self.balances.pays() {
            return Ok(());
        }
        let mut after = OutboundId(0);
        loop {
            let late = charge::arrived(&self.store, after, now - CHARGE_SETTLED_LATE, CHARGES_READ_MAX).await?;
            let Some(last) = late.last() else { return Ok(()) };
            after = last.outbound_id;
            let mut set = WriteSet::new();
            for charge in late {
                let (amount, category) = (charge.amount, charge.category);
                set.push(&charge::SETTLE, &Settled { outbound_id: charge.outbound_id, amount, category, at: now });
            }
            self.store.commit(set).await.context("settling what arrived")?;
        }
    }

    /// The price of a message of this category to a contact; `None` if the sender's account does not pay.
    pub(crate) fn price(
        &self,
        contact: &Contact,
        sender: SenderId,
        id: OutboundId,
        category: &str,
        now: Time,
    ) -> Option<Charge> {
        let account = &self.config.sender(sender)?.account;
        if !self.balances.knows(account) {
            return None;
        }
        let country = contact.data.phone.as_deref().and_then(phone::country).unwrap_or_default();
        Some(Charge {
            outbound_id: id,
            account: account.clone(),
            state: State::Reserved,
            amount: self.config.prices.of(category, country),
            category: category.to_owned(),
            country: country.to_owned(),
            at: now,
            ended_at: None,
        })
    }

    /// Reserves this price, unless `has`, the charge of an earlier attempt, covers it. False if the account's balance
    /// is too small.
    pub(crate) fn afford(&self, charge: Charge, has: Option<&Charge>, now: Time) -> bool {
        let covered = has.is_some_and(|has| has.state == State::Reserved && has.amount >= charge.amount);
        covered || self.balances.reserve(charge, now)
    }

    /// The stored reservation of a message that was tried before.
    pub(crate) async fn stored(&self, id: OutboundId) -> Result<Option<Charge>, ReadError> {
        if !self.balances.pays() {
            return Ok(None);
        }
        Ok(charge::find(&self.store, id).await?.filter(|charge| charge.state == State::Reserved))
    }

    /// The reservation in memory, to be stored with the message that is sent now.
    pub(crate) fn reserved(&self, sender: SenderId, id: OutboundId) -> Option<Charge> {
        self.balances.reserved(&self.config.sender(sender)?.account, id)
    }

    /// True if an account may send a message of this category to a number now; always true without a `balance`.
    pub fn can_pay(&self, account: &AccountName, phone: &str, category: &str) -> bool {
        match self.balances.available(account) {
            Some(left) => {
                let country = phone::country(phone).unwrap_or_default();
                let price = self.config.prices.of(category, country);
                price == 0 || price <= left
            }
            // Without a price table: the rule of older versions for a balance.
            None => self.config.account(account).is_none_or(|account| account.balance.is_none_or(|left| left > 0)),
        }
    }

    /// Settles delivered messages: at the platform's price if it reports one, else at the reserved one.
    pub(crate) async fn settle_arrived(
        &self,
        arrived: &[(OutboundId, &StatusUpdate)],
        now: Time,
    ) -> anyhow::Result<()> {
        if arrived.is_empty() || !self.balances.pays() {
            return Ok(());
        }
        let mut set = WriteSet::new();
        for (id, status) in arrived {
            let charge = charge::find(&self.store, *id).await?;
            let Some(charge) = charge.filter(|charge| charge.state == State::Reserved) else { continue };
            let (amount, category) = told_price(&self.config.prices, &charge, status.price.as_ref());
            set.push(&charge::SETTLE, &Settled { outbound_id: *id, amount, category, at: now });
        }
        self.store.commit(set).await.context("settling what arrived")?;
        Ok(())
    }

    /// All sums of an account that pays; `None` if it has no balance.
    pub async fn balance(&self, account: &AccountName) -> Result<Option<Sums>, ReadError> {
        match self.balances.available(account) {
            None => Ok(None),
            Some(_) => charge::sums(&self.store, account).await.map(Some),
        }
    }

    /// Adds money. The same id again has no effect.
    pub async fn top_up(&self, id: i64, account: &AccountName, amount: i64, note: &str) -> anyhow::Result<ToppedUp> {
        if self.balances.available(account).is_none() {
            return Ok(ToppedUp::Unlimited);
        }
        let now = self.clock.now();
        let mut set = WriteSet::new();
        let fund = BalanceChange {
            id,
            account: account.clone(),
            amount,
            by: "operator".into(),
            note: note.to_owned(),
            at: now,
        };
        set.push(&charge::FUND, &fund);
        self.store.commit(set).await.context("writing down a top-up")?;
        if !charge::is_funded(&self.store, id).await? {
            return Ok(ToppedUp::TooMuch);
        }
        self.look_into(account, now).await?;
        Ok(ToppedUp::Now(charge::sums(&self.store, account).await?))
    }
}

/// A message that is free at the platform is free here; a message of another category than reserved gets the price of
/// that category.
fn told_price(prices: &Prices, charge: &Charge, price: Option<&Price>) -> (i64, String) {
    let Some(price) = price else { return (charge.amount, charge.category.clone()) };
    // `authentication_international` and similar categories are not in the table, which has countries instead.
    let told = price.category.as_deref().map(|word| word.split('_').next().unwrap_or(word));
    let told = told.filter(|word| CATEGORIES.contains(word));
    match (price.billable, told) {
        (false, told) => (0, told.unwrap_or(&charge.category).to_owned()),
        (true, Some(told)) => (prices.of(told, &charge.country), told.to_owned()),
        (true, None) => (charge.amount, charge.category.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(id: i64, amount: i64) -> Charge {
        Charge {
            outbound_id: OutboundId(id),
            account: "acme".into(),
            state: State::Reserved,
            amount,
            category: "utility".into(),
            country: "DE".into(),
            at: Time(0),
            ended_at: None,
        }
    }

    #[test]
    fn two_messages_cannot_both_take_the_last_of_it() {
        let purse = Balances::default();
        assert!(purse.reserve(charge(1, 10), Time(0)), "an account that does not pay");
        purse.looked(&"acme".into(), Some(10), &[]);
        assert!(purse.reserve(charge(1, 7), Time(0)));
        assert!(!purse.reserve(charge(2, 7), Time(0)));
        assert!(purse.reserve(charge(1, 10), Time(0)), "the same message, dearer as a template");
        assert!(!purse.reserve(charge(1, 11), Time(0)));
        assert_eq!(purse.reserved(&"acme".into(), OutboundId(1)).unwrap().amount, 10);
        assert!(purse.reserve(charge(3, 0), Time(0)), "what is free goes always");
        assert_eq!(purse.available(&"acme".into()), Some(0));
        purse.looked(&"acme".into(), Some(0), &[OutboundId(1)]);
        assert_eq!(purse.available(&"acme".into()), Some(0), "its row is counted, and it no more");
        purse.looked(&"acme".into(), Some(10), &[]);
        assert!(purse.reserve(charge(2, 7), Time(0)));
    }

    #[test]
    fn what_the_platform_says_of_the_price_counts() {
        let prices = Prices::default();
        let of = |billable, category: Option<&str>| {
            let price = Price { billable, category: category.map(str::to_owned) };
            told_price(&prices, &charge(1, 10), Some(&price))
        };
        assert_eq!(of(false, Some("marketing")), (0, "marketing".into()));
        assert_eq!(of(false, None), (0, "utility".into()));
        assert_eq!(of(true, Some("service")), (0, "service".into()), "the table names no such price");
        assert_eq!((of(true, None), of(true, Some("new"))), ((10, "utility".into()), (10, "utility".into())));
        assert_eq!(told_price(&prices, &charge(1, 10), None), (10, "utility".into()));
    }
}
