//! Remembers statuses of messages that are about to be sent again, for a last check before the send.

use crate::base::ids::{OutboundId, ProviderId};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Messages of which an earlier attempt was sent after all, with the provider's id of that attempt. Added when the
/// status is recorded; taken by the next send of the message, or by its lane.
#[derive(Default)]
pub struct LateReceipts(Mutex<HashMap<OutboundId, ProviderId>>);

impl LateReceipts {
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
        let arrived = LateReceipts::default();
        arrived.tell(OutboundId(1), ProviderId::from("wamid.1"));
        assert_eq!(arrived.take(OutboundId(2)), None);
        assert_eq!(arrived.take(OutboundId(1)), Some(ProviderId::from("wamid.1")));
        assert_eq!(arrived.take(OutboundId(1)), None);
    }
}
