//! Tracks which senders are paused, and until when.

use crate::base::{ids::SenderId, time::Time};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Senders that a platform has stopped, or whose token is wrong. A pause ends only by time: a send that was running
/// when it began may still succeed, and a successful text says nothing about templates. Pauses with an end set by the
/// platform are also stored (`pauses`); the others are found again after a restart.
#[derive(Default)]
pub struct PausedSenders(Mutex<HashMap<SenderId, Pause>>);

#[derive(Debug, Clone, Default)]
pub struct Pause {
    pub everything_until: Option<Time>,
    pub templates_until: Option<Time>,
    /// For messages without a template outside the window.
    pub direct_until: Option<Time>,
    /// The provider's code and text, for a pause of everything.
    pub why: String,
    /// The provider's code and text, for a pause of templates only.
    pub templates_why: String,
}

impl PausedSenders {
    /// The time until which this sender sends nothing (or no templates); `None` if it may send.
    pub fn paused_until(&self, sender: SenderId, template: bool, now: Time) -> Option<Time> {
        let pauses = self.pauses();
        let pause = pauses.get(&sender)?;
        let templates = pause.templates_until.filter(|_| template);
        pause.everything_until.max(templates).filter(|until| *until > now)
    }

    pub fn pause(&self, sender: SenderId, templates_only: bool, until: Time, why: String) {
        self.entry(sender, |pause| {
            if templates_only {
                pause.templates_until = pause.templates_until.max(Some(until));
                pause.templates_why = why;
            } else {
                pause.everything_until = pause.everything_until.max(Some(until));
                pause.why = why;
            }
        });
    }

    /// An operator resumes the sender.
    pub fn resume(&self, sender: SenderId) {
        self.pauses().remove(&sender);
    }

    /// Meta refused a message without a template: none is sent in that way for a while.
    pub fn rest_direct(&self, sender: SenderId, until: Time) {
        self.entry(sender, |pause| pause.direct_until = pause.direct_until.max(Some(until)));
    }

    pub fn sends_direct(&self, sender: SenderId, now: Time) -> bool {
        self.pauses().get(&sender).and_then(|pause| pause.direct_until).is_none_or(|until| until <= now)
    }

    /// The pause for `/readyz` and the dialects; `None` means online.
    pub fn of(&self, sender: SenderId, now: Time) -> Option<Pause> {
        self.pauses().get(&sender).filter(|pause| pause.everything_until.is_some_and(|until| until > now)).cloned()
    }

    /// The end and the reason of a pause of templates only.
    pub fn templates_rest(&self, sender: SenderId, now: Time) -> Option<(Time, String)> {
        let pauses = self.pauses();
        let pause = pauses.get(&sender)?;
        if pause.everything_until.is_some_and(|until| until > now) {
            return None;
        }
        pause.templates_until.filter(|until| *until > now).map(|until| (until, pause.templates_why.clone()))
    }

    fn entry(&self, sender: SenderId, change: impl FnOnce(&mut Pause)) {
        change(self.pauses().entry(sender).or_default());
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<SenderId, Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_of_templates_lets_texts_pass() {
        let health = PausedSenders::default();
        health.pause(SenderId(1), true, Time(10), "131064".into());
        assert_eq!(health.paused_until(SenderId(1), true, Time(9)), Some(Time(10)));
        assert_eq!(health.paused_until(SenderId(1), false, Time(9)), None);
        assert_eq!(health.paused_until(SenderId(1), true, Time(10)), None);
        assert!(health.of(SenderId(1), Time(9)).is_none());
        let rests = |at| health.templates_rest(SenderId(1), Time(at));
        assert_eq!((rests(9), rests(10)), (Some((Time(10), "131064".into())), None));
        health.pause(SenderId(1), false, Time(20), "190".into());
        assert_eq!(rests(9), None, "it sends nothing at all");
        assert_eq!(health.of(SenderId(1), Time(15)).map(|pause| pause.why), Some("190".into()));
        assert!(health.of(SenderId(1), Time(20)).is_none());
    }
}
