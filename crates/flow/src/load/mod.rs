//! Loads files: YAML becomes definitions and findings.
//!
//! `spec` declares the keys, `parse` reads files by them, and `bot` reads `_bot.yaml`, which all flows share. Parsing
//! never fails: it gives back all that it understood, and every finding.

pub mod agents;
pub mod bot;
pub mod declarations;
pub(super) mod default_language;
pub mod hours;
pub mod language_codes;
pub mod locale;
pub mod media;
pub(super) mod name_lists;
pub mod opt_out;
pub mod own_templates;
pub mod parse;
pub(super) mod plural;
pub(super) mod replies;
pub mod spec;
pub mod step_fields;
pub mod stock_phrases;
pub mod teams;
mod topics;
pub mod voice;
