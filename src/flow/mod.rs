//! The flow language: files become a set of flows with findings, and a set moves conversations.
//!
//! Pure: no async, clock, randomness, files or environment.

pub mod bot;
pub mod declared;
pub mod definition;
pub mod hours;
pub mod lint;
pub mod locale;
pub mod parse;
pub mod script;
pub mod spec;
pub mod step_fields;
pub mod steps;
pub mod text;
pub mod token;
pub mod triggers;
pub mod turn;

pub use definition::{Flow, FlowSet};
pub use lint::{Around, lint, lint_around};
pub use parse::parse_set;
