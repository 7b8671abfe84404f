//! Implements the flow language: parses files into a set of flows with findings, and moves conversations by a set.
//!
//! Pure: no async, clock, randomness, files or environment. Parsing goes `parse` → `definition` → `lint`; running goes
//! `advance` → `judge` (the meaning of a message) → `choose` and `starts` (the flow) → `drive` (step after step,
//! `steps/`), and all of these work on a `turn`.

mod advance;
mod arrange;
mod asked;
pub mod audience;
pub mod bot;
mod broken;
mod burst;
mod card;
mod changes;
pub mod choose;
mod closed;
pub mod declared;
pub mod definition;
mod differences;
pub mod drawing;
mod drive;
mod due;
pub mod editor;
mod events;
mod explain;
mod failing;
mod fate;
pub mod files;
pub mod fmt;
mod followed;
mod form;
mod gather;
pub mod hours;
pub mod i18n;
pub mod inputs;
mod judge;
mod kept;
mod language_codes;
pub mod lint;
pub mod locale;
mod loop_guard;
mod lost;
mod message;
pub mod own_templates;
mod pages;
pub mod parse;
mod paused;
mod people;
mod phrases;
mod place;
mod plural;
pub mod po;
mod question;
mod queue;
pub mod reference;
mod request;
pub mod scenario;
pub mod schema;
pub mod script;
pub mod sentences;
pub mod sheet;
mod sieve;
pub mod spec;
mod starts;
pub mod step_fields;
pub mod steps;
mod stop;
mod stop_when;
mod taps;
mod template_parts;
pub mod text;
mod timed;
mod timetable;
mod titles;
pub mod token;
mod tongue;
pub mod triggers;
pub mod turn;
mod update;
mod views;
mod which;
pub mod workspace;
mod world;

pub use advance::advance;
pub use definition::{Flow, FlowSet};
pub use differences::{Differences, Heard, Reworded, Ways, differences, same_in_reach};
pub use explain::{Explained, explain};
pub use failing::tells_of_failure;
pub use lint::{Around, Rare, Report, flows_naming, lint, lint_around, rare, report, templates_named};
pub use parse::parse_set;
pub use sieve::sieve;
pub use timetable::{
    DateTable, HookTable, Timetable, date_event, dates, held_back, hook_event, hooks, in_audience, outside, timed,
    timetables, whom,
};
pub use tongue::LanguageBy;
pub use update::{Becomes, becomes};
pub use views::whereabouts;
pub use world::{SenderView, Versions, World};

#[cfg(test)]
mod tests;
