//! Records everything that platforms report, before a lane handles it.
//!
//! In: the bodies of webhooks (`accept`), polled messages (`polling`), events of other systems (`webhook_triggers`).
//! Out: rows in one commit for each contact, then work for the contact's lane. Statuses (`status_updates`) take no lane.

pub mod accept;
mod early_statuses;
pub(super) mod foreign_buttons;
pub(super) mod late_receipts;
mod media;
mod platform_events;
mod polling;
mod status_updates;
pub mod webhook_triggers;
