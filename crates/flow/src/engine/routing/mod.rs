//! Decides where an event goes: to a waiting question, to a run, to a new flow, or to a person.
//!
//! `route` walks the levels of *who wins* (docs/language.md, section 5), `choose` finds the flow that a text starts, and
//! `meaning` asks a model where no rule finds one.

pub(super) mod burst;
pub(crate) mod case;
pub mod choose;
pub(super) mod events;
pub(crate) mod handover;
pub(super) mod hearing;
pub mod meaning;
pub(super) mod once;
pub(crate) mod opt_out;
pub(crate) mod queue;
pub(super) mod route;
pub(crate) mod starts;
pub(crate) mod stop_when;
pub(crate) mod suggestion;
pub(crate) mod summary;
pub(super) mod taps;
pub mod urgent;
