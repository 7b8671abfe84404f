//! Prints for people and for programs: tables, findings, messages, and the one way to the terminal.

pub(super) mod bars;
pub(super) mod findings;
pub(super) mod out;
pub(super) mod paint;
pub(super) mod screen;
pub(super) mod show;
pub(super) mod table;
