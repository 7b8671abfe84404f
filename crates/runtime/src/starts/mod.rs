//! Starts flows without a message: by a schedule, a date, a step, or a broadcast.
//!
//! Each source plans rows of starts (`by_schedule`, `by_date`, `by_step`, `broadcast`); `delivery::pacing::start_slots`
//! hands them to their lanes when they are due. `agenda`, `forecast`, `report` and `history` tell people about them.

pub mod agenda;
pub mod broadcast;
mod by_date;
pub(super) mod by_schedule;
mod by_step;
pub mod flow_pauses;
pub mod forecast;
pub mod history;
pub mod report;
mod step_rows;
