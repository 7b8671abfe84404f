//! Serves the APIs of three other products, so that their clients keep working.

pub mod autocalls;
pub mod kapso;
mod ordered;
pub mod sending;
pub mod waplify;
