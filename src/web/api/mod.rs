//! The endpoints, one file per noun; `web/mod.rs` lists their paths.

mod addressee;
pub mod autocalls;
pub mod contacts;
pub mod conversations;
pub mod dead_letters;
pub mod events;
pub mod flows;
pub mod keys;
pub mod messages;
mod page;
pub mod probes;
pub mod runs;
pub mod sandbox;
pub mod schedules;
pub mod senders;
pub mod stream;
pub mod subscriptions;
pub mod templates;
