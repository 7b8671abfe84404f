//! Decides where an event goes: to a waiting question, to a run, to a new flow, or to a person.
//!
//! `route` walks the levels of *who wins* (docs/language.md, section 5), `choose` finds the flow that a text starts.

mod burst;
pub mod choose;
mod events;
pub(crate) mod handover;
mod opt_out;
mod queue;
mod route;
pub(crate) mod starts;
mod stop_when;
mod taps;
mod urgent;
