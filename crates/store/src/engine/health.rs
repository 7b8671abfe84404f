//! Tracks whether the database takes commits, and if not, since when and why. An outage is logged when it begins, each
//! minute while it lasts, and when it ends: not at each of the hundreds of tries.

use super::{dialect::DbError, faults::InjectedFaults};
use crate::base::{
    clock::{Clock, SystemClock},
    limits::{COMMIT_SLOW, OUTAGE_TOLD_AFTER, OUTAGE_TOLD_EVERY},
    time::{Span, Time},
};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};
use tokio::sync::watch;

/// Written by the writer; read by every holder of the store.
#[derive(Debug)]
pub(crate) struct StoreHealth {
    connected: AtomicBool,
    outage: Mutex<Option<Outage>>,
    /// The start of the running transaction in Unix milliseconds; 0: none.
    busy_since: AtomicI64,
    /// SQLite's words once its file is damaged or was overwritten.
    damage: Mutex<Option<String>>,
    /// The sentence for the operator once the database file is gone.
    gone: watch::Sender<Option<String>>,
    /// True once another daemon has taken the database over.
    deposed: watch::Sender<bool>,
    /// The time of the last log line about an outage: one that comes and goes each second is also logged once a
    /// minute; one that lasts is logged in any case.
    told: AtomicI64,
    /// The number of queries that the database did not answer.
    lost_reads: AtomicU64,
    /// The end of the last outage in Unix milliseconds.
    back_at: AtomicI64,
    /// In the simulator: the faults that say whether the disk is full.
    in_step: Option<Arc<InjectedFaults>>,
}

#[derive(Debug)]
struct Outage {
    since: Time,
    is_told: bool,
    why: String,
}

impl Default for StoreHealth {
    fn default() -> Self {
        StoreHealth {
            connected: true.into(),
            outage: Mutex::default(),
            busy_since: 0.into(),
            damage: Mutex::default(),
            gone: watch::Sender::new(None),
            deposed: watch::Sender::new(false),
            told: i64::MIN.into(),
            lost_reads: 0.into(),
            back_at: i64::MIN.into(),
            in_step: None,
        }
    }
}

impl StoreHealth {
    pub fn of(faults: &Arc<InjectedFaults>) -> Self {
        StoreHealth { in_step: faults.is_in_step().then(|| Arc::clone(faults)), ..StoreHealth::default() }
    }

    /// True if the last commit did not fail and no commit has waited too long for its answer.
    pub fn is_connected(&self) -> bool {
        match &self.in_step {
            Some(faults) => !faults.has_full_disk(),
            None => self.connected.load(Ordering::SeqCst) && self.is_slow_since().is_none(),
        }
    }

    /// How long the running commit has waited for its answer, if that is too long.
    fn is_slow_since(&self) -> Option<Span> {
        let since = self.busy_since.load(Ordering::Relaxed);
        let took = if since == 0 { Span::ZERO } else { SystemClock.now() - Time(since) };
        (took >= COMMIT_SLOW).then_some(took)
    }

    /// The reason why the database takes no commits now; `None` if it does.
    pub fn trouble(&self) -> Option<String> {
        if let Some(gone) = self.gone.borrow().clone() {
            return Some(gone);
        }
        if self.is_deposed() {
            return Some(DbError::Deposed.to_string());
        }
        if let Some(outage) = &*self.outage() {
            return Some(outage.why.clone());
        }
        self.is_slow_since().map(|took| format!("a commit has not been answered for {} s", took.0 / 1_000))
    }

    pub fn begins_commit(&self) {
        self.busy_since.store(SystemClock.now().0, Ordering::Relaxed);
    }

    pub fn ends_commit(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }

    /// Records that a commit or a retry failed.
    pub fn is_lost(&self, why: &str) {
        let now = SystemClock.now();
        let mut outage = self.outage();
        let last = self.told.load(Ordering::Relaxed);
        let (since, was_told) = outage.as_ref().map_or((now, false), |of| (of.since, of.is_told));
        let lasts = !was_told && now - since >= OUTAGE_TOLD_AFTER;
        let tells = lasts || !(last..last.saturating_add(OUTAGE_TOLD_EVERY.0)).contains(&now.0);
        if tells {
            self.told.store(now.0, Ordering::Relaxed);
            if was_told {
                let seconds = (now - since).0 / 1_000;
                tracing::error!(error = why, "The database has taken no commits for {seconds} s");
            } else {
                tracing::error!(error = why, "The database takes no commits; it is tried again until it does");
            }
        }
        *outage = Some(Outage { since, is_told: was_told || tells, why: why.to_owned() });
        self.connected.store(false, Ordering::SeqCst);
    }

    pub fn is_back(&self) {
        let outage = self.outage().take();
        if outage.is_some() {
            self.back_at.store(SystemClock.now().0, Ordering::SeqCst);
        }
        if let Some(outage) = outage.filter(|outage| outage.is_told) {
            let millis = (SystemClock.now() - outage.since).0;
            tracing::info!("The database is back after {}.{} s", millis / 1_000, millis % 1_000 / 100);
        }
        self.connected.store(true, Ordering::SeqCst);
    }

    /// Records that the database did not answer a query.
    pub fn loses_read(&self) {
        self.lost_reads.fetch_add(1, Ordering::SeqCst);
    }

    pub fn lost_reads(&self) -> u64 {
        self.lost_reads.load(Ordering::SeqCst)
    }

    /// True if the database takes no commits, or took none at some time within the last `span`.
    pub fn was_lost_within(&self, span: Span) -> bool {
        let back_at = self.back_at.load(Ordering::SeqCst);
        !self.is_connected() || back_at >= (SystemClock.now() - span).0
    }

    /// Records that a read or a commit found the file damaged; the writer then stops the daemon.
    pub fn is_damaged(&self, why: &str) {
        *self.damage.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
    }

    /// SQLite's words, once its file is damaged.
    pub fn damage(&self) -> Option<String> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records that the file was deleted or replaced: there will be no more commits.
    pub fn is_gone(&self, sentence: String) {
        self.connected.store(false, Ordering::SeqCst);
        self.gone.send_replace(Some(sentence));
    }

    /// Records that another daemon has taken the database over: there will be no more commits.
    pub fn depose(&self) {
        self.connected.store(false, Ordering::SeqCst);
        self.deposed.send_replace(true);
    }

    pub fn is_deposed(&self) -> bool {
        *self.deposed.borrow()
    }

    /// Waits until another daemon has taken the database over.
    pub async fn deposed(&self) {
        let mut told = self.deposed.subscribe();
        // The sender lives as long as `self`.
        let _ = told.wait_for(|deposed| *deposed).await;
    }

    /// Waits until the file is gone; gives the sentence for the operator.
    pub async fn gone(&self) -> String {
        let mut told = self.gone.subscribe();
        loop {
            if let Some(sentence) = told.borrow_and_update().clone() {
                return sentence;
            }
            if told.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_says_why_until_it_is_over() {
        let health = StoreHealth::default();
        assert!(health.is_connected() && health.trouble().is_none());
        health.is_lost("the disk is full");
        assert!(!health.is_connected());
        assert_eq!(health.trouble().as_deref(), Some("the disk is full"));
        health.is_back();
        assert!(health.is_connected() && health.trouble().is_none());
    }

    #[test]
    fn an_outage_counts_for_some_time_after_its_end() {
        let health = StoreHealth::default();
        health.is_back();
        assert!(!health.was_lost_within(Span::minutes(1)), "there was none");
        health.is_lost("the disk is full");
        assert!(health.was_lost_within(Span::minutes(1)));
        health.is_back();
        assert!(health.was_lost_within(Span::minutes(1)));
        health.back_at.store((SystemClock.now() - Span::minutes(2)).0, Ordering::SeqCst);
        assert!(!health.was_lost_within(Span::minutes(1)));
    }

    #[test]
    fn an_outage_that_lasts_is_logged_although_another_was_within_the_minute() {
        let health = StoreHealth::default();
        health.is_lost("first");
        health.is_back();
        health.is_lost("second");
        assert!(!health.outage().as_ref().unwrap().is_told, "it may be over at once");
        let began = SystemClock.now() - OUTAGE_TOLD_AFTER;
        health.outage().as_mut().unwrap().since = began;
        health.is_lost("second");
        assert!(health.outage().as_ref().unwrap().is_told);
        assert_eq!(health.outage().as_ref().unwrap().since, began);
    }

    #[test]
    fn a_commit_that_is_not_answered_is_trouble() {
        let health = StoreHealth::default();
        health.begins_commit();
        assert_eq!(health.trouble(), None);
        health.busy_since.store((SystemClock.now() - COMMIT_SLOW).0, Ordering::Relaxed);
        assert!(health.trouble().unwrap().contains("not been answered for 2 s"), "{:?}", health.trouble());
        assert!(!health.is_connected());
        health.ends_commit();
        assert!(health.trouble().is_none() && health.is_connected());
    }
}
