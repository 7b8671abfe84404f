//! Keeps the message templates of each sender: from the configuration and from the platform's catalogue.

pub mod catalogue;
pub mod catalogue_sync;
pub mod configured;
mod faults;
mod updates;
