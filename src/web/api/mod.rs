//! Contains the endpoints, one file per noun; `web/mod.rs` lists their paths.

mod addressee;
pub mod autocalls;
pub mod balance;
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
pub mod import;
pub mod kapso;
pub mod keys;
mod media;
pub mod messages;

mod ordered;
pub mod own_files;
mod page;
pub mod probes;
pub mod reports;
pub mod runs;
mod said;
mod said_template;
pub mod sandbox;
pub mod schedules;
pub mod senders;
pub mod sending;
pub mod stream;
pub mod subscriptions;
pub mod templates;
mod tracking;
pub mod uploads;
pub mod waplify;
