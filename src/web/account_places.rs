//! Limits concurrent uses of a scarce resource for each account, so that one account cannot take the places of others.

use super::auth::Caller;
use crate::base::ids::AccountName;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// `None`: the operator, or a user without an account.
type Whose = Option<AccountName>;

#[derive(Debug)]
pub struct AccountPlaces {
    max: usize,
    taken: Arc<Mutex<HashMap<Whose, usize>>>,
}

/// A taken place; dropping it releases the place.
#[derive(Debug)]
pub struct AccountPlace {
    whose: Whose,
    taken: Arc<Mutex<HashMap<Whose, usize>>>,
}

impl AccountPlaces {
    /// `max` places for each account.
    pub fn new(max: usize) -> Self {
        AccountPlaces { max, taken: Arc::default() }
    }

    /// Takes a place; `None` if all of this account's are taken.
    pub fn take(&self, whose: Option<&AccountName>) -> Option<AccountPlace> {
        let whose = whose.cloned();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(whose.clone()).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(AccountPlace { whose, taken: Arc::clone(&self.taken) })
    }

    pub fn take_for(&self, caller: &Caller) -> Option<AccountPlace> {
        match caller {
            Caller::Account(key) => self.take(Some(&key.account)),
            Caller::Operator => self.take(None),
            // One person must not take the places of others.
            Caller::Person(person) => self.take(Some(&AccountName::from(format!("person {}", person.id)))),
        }
    }
}

impl Drop for AccountPlace {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_at_its_limit_takes_nothing_from_others() {
        let (places, acme, other) = (AccountPlaces::new(2), AccountName::from("acme"), AccountName::from("other"));
        let first = places.take(Some(&acme));
        let second = places.take(Some(&acme));
        assert!(first.is_some() && second.is_some() && places.take(Some(&acme)).is_none());
        assert!(places.take(Some(&other)).is_some() && places.take(None).is_some());
        drop(first);
        assert!(places.take(Some(&acme)).is_some());
        drop(second);
        assert!(places.taken.lock().unwrap().is_empty(), "who has none is forgotten");
    }
}
