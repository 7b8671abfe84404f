//! Which senders must be quiet, and until when.

use crate::base::{ids::SenderId, time::Time};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Senders that a platform has told to stop, or whose token is wrong. A pause ends by its time alone: what was on
/// the wire when it began may still be taken, and a text that is taken says nothing of templates. What its
/// platform set an end to is a row as well (`pauses`); the rest a restart finds out again.
#[derive(Default)]
pub struct Health(Mutex<HashMap<SenderId, Pause>>);

#[derive(Debug, Clone, Default)]
pub struct Pause {
    pub everything_until: Option<Time>,
    pub templates_until: Option<Time>,
    /// Without a template, outside the window.
    pub direct_until: Option<Time>,
    /// The provider's code and words; of everything before those of templates alone.
    pub why: String,
    /// The same of what keeps templates alone.
    pub templates_why: String,
}

impl Health {
    /// Until when this sender sends nothing (or no templates); `None`: it may send.
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

    /// A person says that it may go on.
    pub fn resume(&self, sender: SenderId) {
        self.pauses().remove(&sender);
    }

    /// Meta did not take a message without a template: none goes that way for a while.
    pub fn rest_direct(&self, sender: SenderId, until: Time) {
        self.entry(sender, |pause| pause.direct_until = pause.direct_until.max(Some(until)));
    }

    pub fn sends_direct(&self, sender: SenderId, now: Time) -> bool {
        self.pauses().get(&sender).and_then(|pause| pause.direct_until).is_none_or(|until| until <= now)
    }

    /// For `/readyz` and the dialects: `None` is online.
    pub fn of(&self, sender: SenderId, now: Time) -> Option<Pause> {
        self.pauses().get(&sender).filter(|pause| pause.everything_until.is_some_and(|until| until > now)).cloned()
    }

    /// Until when and why it sends no templates while texts go, in the provider's code and words.
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
        let health = Health::default();
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
