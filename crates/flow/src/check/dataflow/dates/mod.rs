//! Checks dates, times of day and lengths of time in expressions. Each file knows one kind of mistake.

pub mod bot_clock;
pub mod date_hint;
pub mod opening_hours;
pub mod spans;
pub mod spelled;
