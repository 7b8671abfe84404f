//! Asks the questions of `llm` steps, for real or with mocks, and keeps their money within its budgets.

pub mod budgets;
pub mod mocks;
pub mod models;
mod rest;
