//! Describes the data that passes from a contact to the one that it is joined to.

use crate::{
    base::{ids::SenderId, time::Time},
    model::{
        contact::Contact,
        session::{NeedsPerson, Person},
        window::Window,
    },
};
use std::collections::BTreeSet;

/// The data that a contact passes on when it is joined to another.
pub struct MergeSource {
    pub contact: Contact,
    pub once: BTreeSet<String>,
    pub talks: Vec<SourceConversation>,
}

/// One of its conversations.
pub struct SourceConversation {
    pub sender: SenderId,
    pub window: Window,
    pub last_inbound_at: Option<Time>,
    pub person: Option<Person>,
    pub needs_person: Option<NeedsPerson>,
}
