//! Counts the messages that nobody asked for, and tells how a person is reached.

use crate::{
    base::{limits::STAMPS_KEPT_MAX, time::Time},
    model::{
        contact::{Contact, ContactData},
        inbound::{Alias, AliasKind},
    },
};

/// The ids by which a provider can reach the person, the phone first.
pub(crate) fn address_of(contact: &Contact) -> Vec<Alias> {
    let phone = contact.data.phone.as_deref().map(|phone| (AliasKind::Phone, phone.trim_start_matches('+')));
    let bsuid = contact.data.bsuid.as_deref().map(|bsuid| (AliasKind::Bsuid, bsuid));
    [phone, bsuid].into_iter().flatten().map(|(kind, value)| Alias { kind, value: value.to_owned() }).collect()
}

/// Counts an unrequested message that is being sent.
pub(crate) fn count_unasked(data: &mut ContactData, topic: &str, now: Time) {
    let stamps = data.unasked.entry(topic.to_owned()).or_default();
    stamps.push(now);
    if stamps.len() > STAMPS_KEPT_MAX {
        stamps.remove(0);
    }
}

/// Removes the count of the attempt at `at`, which reached nobody.
pub(crate) fn give_back_unasked(data: &mut ContactData, topic: &str, at: Time) -> bool {
    let Some(stamps) = data.unasked.get_mut(topic) else { return false };
    let place = stamps.iter().rposition(|stamp| *stamp == at);
    place.map(|place| stamps.remove(place)).is_some()
}
