//! What a status told of a message that was to go again: looked at once more just before the wire.

use crate::base::ids::{OutboundId, ProviderId};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Messages of which an earlier try has left after all, with the provider's id of that try. Written when the status
/// is recorded; taken by whoever is about to send the message once more, else by its lane.
#[derive(Default)]
pub struct Arrived(Mutex<HashMap<OutboundId, ProviderId>>);

impl Arrived {
    pub fn tell(&self, id: OutboundId, provider_id: ProviderId) {
        self.map().insert(id, provider_id);
    }

    pub fn take(&self, id: OutboundId) -> Option<ProviderId> {
        let mut map = self.map();
        if map.is_empty() { None } else { map.remove(&id) }
    }

    fn map(&self) -> MutexGuard<'_, HashMap<OutboundId, ProviderId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_is_taken_once() {
        let arrived = Arrived::default();
        arrived.tell(OutboundId(1), ProviderId::from("wamid.1"));
        assert_eq!(arrived.take(OutboundId(2)), None);
        assert_eq!(arrived.take(OutboundId(1)), Some(ProviderId::from("wamid.1")));
        assert_eq!(arrived.take(OutboundId(1)), None);
    }
}
