//! Limits how fast messages and starts may happen.
//!
//! `limiter` is the algorithm. `sender_rates`, `recipient_cap` and `quiet_hours_spread` limit messages; `fire_pace`
//! and `start_slots` limit planned starts.

pub(in crate::runtime) mod fire_pace;
pub mod limiter;
pub(in crate::runtime) mod quiet_hours_spread;
pub(in crate::runtime) mod recipient_cap;
pub mod sender_rates;
pub(in crate::runtime) mod start_slots;
