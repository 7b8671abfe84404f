//! Contains the endpoints, one file per noun; `web/mod.rs` lists their paths.

mod addressee;
pub mod balance;
pub mod bot;
pub mod broadcasts;
pub mod consent;
pub mod contacts;
pub mod conversations;
pub mod dead_letters;
pub mod events;
pub mod export;
pub mod files;
pub mod flows;
pub mod forecasts;
pub mod health;
pub mod import;
pub mod keys;
pub(super) mod media;
mod message_body;
pub mod messages;
mod moments;
mod template_body;

pub mod own_files;
mod page;
pub mod probes;
pub mod reports;
pub mod runs;
pub mod sandbox;
pub mod schedules;
pub mod senders;
pub mod stream;
pub mod studio;
pub mod subscriptions;
pub mod templates;
pub(super) mod tracking;
pub mod uploads;
