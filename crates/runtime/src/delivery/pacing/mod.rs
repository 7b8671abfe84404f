//! Limits how fast messages and starts may happen.
//!
//! `limiter` is the algorithm. `sender_rates`, `recipient_cap` and `quiet_hours_spread` limit messages; `fire_pace`
//! and `start_slots` limit planned starts.

pub(crate) mod fire_pace;
pub mod limiter;
pub(crate) mod quiet_hours_spread;
pub(crate) mod recipient_cap;
pub mod sender_rates;
pub(crate) mod start_slots;
