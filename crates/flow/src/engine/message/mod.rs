//! Composes messages, and follows each until it has arrived or cannot arrive.

mod card;
pub(crate) mod compose;
pub(crate) mod delivery_outcome;
pub(super) mod delivery_watch;
pub(super) mod gaps;
pub(crate) mod if_closed;
mod location;
pub(crate) mod parts;
pub(crate) mod received_file;
pub(crate) mod template_parts;
pub(super) mod undelivered_limit;
