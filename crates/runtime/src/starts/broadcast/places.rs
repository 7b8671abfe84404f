//! Gives each account its own place for counting a draft, which may keep a thread busy for seconds.

use crate::base::{
    ids::AccountName,
    limits::{DRAFTS_AT_ONCE_MAX, DRAFTS_OF_ACCOUNT_MAX},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub struct DraftPlaces {
    of: Mutex<BTreeMap<AccountName, Arc<Semaphore>>>,
    all: Arc<Semaphore>,
}

/// The place of one draft, until it is dropped.
pub struct DraftPlace {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for DraftPlaces {
    fn default() -> Self {
        DraftPlaces { of: Mutex::default(), all: Arc::new(Semaphore::new(DRAFTS_AT_ONCE_MAX)) }
    }
}

impl DraftPlaces {
    /// Waits for a place of the account, then for one of all. A draft that waits behind others of its own account takes
    /// no place from another account.
    pub async fn take(&self, account: &AccountName) -> anyhow::Result<DraftPlace> {
        let own = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(DRAFTS_OF_ACCOUNT_MAX));
            Arc::clone(of.entry(account.clone()).or_insert_with(fresh))
        };
        let own = own.acquire_owned().await?;
        let all = Arc::clone(&self.all).acquire_owned().await?;
        Ok(DraftPlace { _own: own, _all: all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Poll;

    /// The place if it is free now.
    async fn free(places: &DraftPlaces, account: &str) -> Option<DraftPlace> {
        let account = AccountName::from(account);
        let mut taking = Box::pin(places.take(&account));
        std::future::poll_fn(|cx| match taking.as_mut().poll(cx) {
            Poll::Ready(place) => Poll::Ready(place.ok()),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn one_account_does_not_wait_for_another() {
        let places = DraftPlaces::default();
        let mut own = Vec::new();
        for _ in 0..DRAFTS_OF_ACCOUNT_MAX {
            own.push(free(&places, "acme").await.unwrap());
        }
        assert!(free(&places, "acme").await.is_none(), "one more than its own places");
        assert!(free(&places, "other").await.is_some(), "another account has places of its own");
        own.pop();
        assert!(free(&places, "acme").await.is_some());
    }

    #[tokio::test]
    async fn all_accounts_together_have_so_many_places_and_no_more() {
        let places = DraftPlaces::default();
        let mut all = Vec::new();
        for n in 0..DRAFTS_AT_ONCE_MAX {
            all.push(free(&places, &format!("account {n}")).await.unwrap());
        }
        assert!(free(&places, "one more").await.is_none());
        all.pop();
        assert!(free(&places, "one more").await.is_some());
    }
}
