//! Implements the flow language: parses files into a set of flows with findings, and moves conversations by a set.
//!
//! Pure: no async, clock, randomness, files or environment. `load` reads files into `definition`s, `check` finds
//! mistakes in them, `engine` runs conversations (`advance` is its entry) with the `steps`, `triggers`, `script`s and
//! `text`s of the language; `query` answers the runtime's questions about a set, and `tools` serves authors.

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_model as model;

pub mod check;
pub mod definition;
pub mod engine;
pub mod knowledge;
pub mod load;
pub mod mcp;
pub mod query;
pub mod script;
pub mod steps;
pub mod text;
pub mod tools;
mod trigger_words;
pub mod triggers;
mod world;

pub use check::{
    CheckContext, Rare, Report, check_files, flows_naming, lint, lint_around, rare, report, templates_named,
};
pub use definition::{Flow, FlowSet};
pub use engine::{
    advance::advance,
    step_errors::tells_of_failure,
    version_change::{Becomes, becomes},
    views::{possible_zones, zone_of},
};
pub use load::{default_language::LanguageBy, parse::parse_set};
pub use query::{
    events::event_names,
    explain::{Explained, LANGUAGE_FIRST, Starts, explain},
    prefilter::prefilter,
    timetable::{
        DateTable, HookTable, Timetable, date_event, dates, held_back, hook_event, hooks, in_audience, outside, timed,
        timetables, whom,
    },
    trace_kind::{TraceKind, trace_kind},
    version_diff::{Differences, Reworded, Ways, WordDifferences, differences, same_in_reach},
};
pub use steps::llm::mask::{hide as hide_numbers, show as show_numbers};
pub use world::{SenderView, Versions, World};

#[cfg(test)]
mod tests;
