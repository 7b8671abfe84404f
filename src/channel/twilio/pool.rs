//! Remembers which number of a messaging service a person talks with, because WhatsApp's window belongs to that
//! number.
//!
//! In memory only. After a restart the next message of a person shows it again; a message sent before that leaves from
//! the sender's own number.

use crate::base::{ids::SenderId, limits::POOL_NUMBERS_MAX};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct Pool(Mutex<HashMap<(SenderId, String), String>>);

impl Pool {
    /// Records the number that the person wrote to, `+` and digits; `None`: the sender's own.
    pub fn heard(&self, sender: SenderId, person: &str, number: Option<&str>) {
        let mut numbers = self.lock();
        match number {
            Some(number) => {
                if numbers.len() >= POOL_NUMBERS_MAX {
                    numbers.clear();
                }
                numbers.insert((sender, person.to_owned()), number.to_owned());
            }
            None if numbers.is_empty() => {}
            None => drop(numbers.remove(&(sender, person.to_owned()))),
        }
    }

    /// The number to answer the person from, if it is not the sender's own.
    pub fn answers(&self, sender: SenderId, person: &str) -> Option<String> {
        self.lock().get(&(sender, person.to_owned())).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(SenderId, String), String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_number_answers_and_the_memory_is_bounded() {
        let (pool, sender) = (Pool::default(), SenderId(7));
        pool.heard(sender, "1", Some("+15550001"));
        assert_eq!(pool.answers(sender, "1").as_deref(), Some("+15550001"));
        assert_eq!((pool.answers(SenderId(8), "1"), pool.answers(sender, "2")), (None, None));
        pool.heard(sender, "1", None);
        assert_eq!(pool.answers(sender, "1"), None);
        for person in 0..=POOL_NUMBERS_MAX {
            pool.heard(sender, &person.to_string(), Some("+15550001"));
        }
        assert_eq!(pool.lock().len(), 1, "one beyond the limit: it begins anew");
    }
}
