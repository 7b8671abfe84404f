//! Composes messages, and follows each until it has arrived or cannot arrive.

mod card;
pub(in crate::flow) mod compose;
pub(in crate::flow) mod delivery_outcome;
mod delivery_watch;
pub(in crate::flow) mod if_closed;
mod location;
pub(in crate::flow) mod parts;
pub(in crate::flow) mod template_parts;
mod undelivered_limit;
