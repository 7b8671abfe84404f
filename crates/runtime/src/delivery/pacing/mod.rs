//! Limits how fast messages and starts may happen.
//!
//! `sender_rates`, `recipient_cap` and `quiet_hours_spread` limit messages; `fire_pace` limits planned starts.

pub(crate) mod fire_pace;
pub(crate) mod quiet_hours_spread;
pub(crate) mod recipient_cap;
pub mod sender_rates;
