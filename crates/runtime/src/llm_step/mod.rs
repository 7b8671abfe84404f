//! Asks the questions of `llm` steps, for real, with mocks or from a recording, and keeps their money within its budgets.

pub mod author_budgets;
pub mod budgets;
pub(crate) mod conversation;
pub mod live;
pub mod mocks;
pub mod models;
pub mod recording;
pub mod recording_file;
mod rest;
pub(crate) mod spoken;
